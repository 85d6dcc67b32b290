//! Which buckets of the ring have something in them: a bit each, and a bit for every 64 of them.

/// A set of numbers below [`Occupied::LEN`].
#[derive(Debug)]
pub(super) struct Occupied {
    words: [u64; 64],
    /// Which words are not zero.
    summary: u64,
}

impl Default for Occupied {
    fn default() -> Self {
        Self { words: [0; 64], summary: 0 }
    }
}

impl Occupied {
    /// Numbers are below this.
    pub const LEN: usize = 64 * 64;

    /// Adds `place`.
    #[inline]
    pub fn set(&mut self, place: usize) {
        self.words[place / 64] |= 1 << (place % 64);
        self.summary |= 1 << (place / 64);
    }

    /// Removes `place`.
    #[inline]
    pub fn clear(&mut self, place: usize) {
        let word = &mut self.words[place / 64];
        *word &= !(1 << (place % 64));
        if *word == 0 {
            self.summary &= !(1 << (place / 64));
        }
    }

    /// The first number in the set at `from` or after it, going round past the last to 0.
    #[inline]
    pub fn next_from(&self, from: usize) -> Option<usize> {
        let first = from / 64;
        let here = self.words[first] & (u64::MAX << (from % 64));
        if here != 0 {
            return Some(first * 64 + here.trailing_zeros() as usize);
        }
        if self.summary == 0 {
            return None;
        }
        // Turned so that the word after `first` comes first, and `first` itself last.
        let turned = self.summary.rotate_right(first as u32 + 1);
        let word = (first + 1 + turned.trailing_zeros() as usize) % 64;
        Some(word * 64 + self.words[word].trailing_zeros() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_goes_round_like_a_plain_search() {
        for seed in 0..50_usize {
            let places: Vec<usize> =
                (0..seed % 7).map(|i| (i * 1237 + seed * 389) % 4096).collect();
            let mut set = Occupied::default();
            places.iter().for_each(|&place| set.set(place));
            for from in (0..4096).step_by(61).chain(places.iter().copied()).chain([63, 64, 4095]) {
                let plain = (from..4096).chain(0..from).find(|place| places.contains(place));
                assert_eq!(set.next_from(from), plain, "{places:?} from {from}");
            }
            places.iter().for_each(|&place| set.clear(place));
            assert_eq!(set.next_from(seed), None);
        }
    }
}
