//! Fingerprints of what happened: cheap enough to be always on, and the same in every execution.
//!
//! Not cryptographic: they tell two runs apart that differ by mistake, not by design.

use std::fmt;

use crate::order::EventKey;

/// A fingerprint of everything that happened up to some moment, printed as 16 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Digest(pub u64);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What happened in one slice of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Which one: it begins at `index * slice_ns`. With slices of 12 seconds, the block.
    pub index: u64,
    /// How many events were handled in it.
    pub events: u64,
    /// Fingerprint of every event in it and of the order in which each entity got them.
    pub digest: Digest,
}

/// Two words in, one out, every bit depending on all of them: the halves of a product, xored.
///
/// For models: what [`Model::message_digest`](crate::Model::message_digest) and
/// [`Model::state_digest`](crate::Model::state_digest) return can be built from it.
#[inline]
#[must_use]
pub fn mix(a: u64, b: u64) -> u64 {
    // The constants are the fractional parts of the square roots of 2 and 3: no structure, and odd.
    const A: u64 = 0x6a09_e667_f3bc_c909;
    const B: u64 = 0xbb67_ae85_84ca_a73b;
    let product = u128::from(a ^ A) * u128::from(b ^ B);
    (product as u64) ^ ((product >> 64) as u64)
}

/// The history of an entity after one more event.
#[inline]
pub(crate) fn fold_event(history: u64, key: EventKey, message: u64) -> u64 {
    mix(mix(history ^ key.time_ns(), key.rest()).wrapping_add(history), message)
}

/// Folds closed slices, in order, into one word.
pub(crate) fn fold_slice(run: u64, slice: &Slice) -> u64 {
    mix(mix(run, slice.index), mix(slice.events, slice.digest.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{Class, EntityId};

    #[test]
    fn order_and_content_show() {
        let key = |time| EventKey::new(time, Class::DEFAULT, EntityId(1), time);
        let one = fold_event(fold_event(0, key(1), 5), key(2), 6);
        for other in [
            fold_event(fold_event(0, key(2), 6), key(1), 5),
            fold_event(fold_event(0, key(1), 6), key(2), 5),
            fold_event(fold_event(0, key(1), 5), key(2), 7),
            fold_event(fold_event(1, key(1), 5), key(2), 6),
            fold_event(0, key(1), 5),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn mixing_spreads_single_bits() {
        for bit in 0..64 {
            let changed = (mix(1 << bit, 7) ^ mix(0, 7)).count_ones();
            assert!((12..=52).contains(&changed), "bit {bit} changes {changed} bits");
        }
    }
}
