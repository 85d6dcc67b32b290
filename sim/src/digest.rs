//! A fingerprint of a whole run: every epoch folds its state into it.
//!
//! Two runs with equal digests had equal weights, results and bonds in every epoch, so comparing
//! two runs never needs their data.

use subsim_consensus::{EpochOutput, Rows};

/// The digest so far, and scratch space.
#[derive(Debug, Clone)]
pub(crate) struct Digest {
    folded: blake3::Hash,
    bytes: Vec<u8>,
}

impl Digest {
    /// The digest of nothing.
    pub fn new() -> Self {
        Self { folded: blake3::hash(b"subsim run"), bytes: Vec::new() }
    }

    /// The digest so far, hex.
    pub fn hex(&self) -> String {
        self.folded.to_hex().to_string()
    }

    /// Folds one epoch in: what went into the consensus, what it decided, and the bonds after it.
    pub fn fold(&mut self, block: u64, weights: Rows<'_>, output: &EpochOutput, bonds: Rows<'_>) {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.folded.as_bytes());
        hasher.update(&block.to_le_bytes());
        self.update_rows(&mut hasher, weights);
        self.update_output(&mut hasher, output);
        self.update_rows(&mut hasher, bonds);
        self.folded = hasher.finalize();
    }

    fn update_rows(&mut self, hasher: &mut blake3::Hasher, rows: Rows<'_>) {
        self.update(hasher, rows.offsets, |offset| (*offset as u64).to_le_bytes());
        self.update(hasher, rows.uids, |uid| uid.to_le_bytes());
        self.update(hasher, rows.values, |value| value.to_le_bytes());
    }

    fn update_output(&mut self, hasher: &mut blake3::Hasher, output: &EpochOutput) {
        for flags in [&output.active, &output.new_validator_permit, &output.bonds_untouched] {
            self.update(hasher, flags, |flag| [u8::from(*flag)]);
        }
        for scores in [
            &output.consensus,
            &output.incentive,
            &output.dividends,
            &output.validator_trust,
            &output.stake_weight,
        ] {
            self.update(hasher, scores, |score| score.to_le_bytes());
        }
        for amounts in
            [&output.server_emission, &output.validator_emission, &output.combined_emission]
        {
            self.update(hasher, amounts, |amount| amount.to_le_bytes());
        }
        for bits in [
            &output.consensus_bits,
            &output.incentive_bits,
            &output.dividends_bits,
            &output.validator_trust_bits,
        ] {
            self.update(hasher, bits, |value| value.to_le_bytes());
        }
    }

    /// Hashes a slice, its length first, as little-endian bytes in one piece.
    fn update<T, const N: usize>(
        &mut self,
        hasher: &mut blake3::Hasher,
        values: &[T],
        bytes_of: impl Fn(&T) -> [u8; N],
    ) {
        hasher.update(&(values.len() as u64).to_le_bytes());
        self.bytes.resize(values.len() * N, 0);
        for (place, value) in self.bytes.chunks_exact_mut(N).zip(values) {
            place.copy_from_slice(&bytes_of(value));
        }
        hasher.update(&self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::RowBuffer;

    #[test]
    fn anything_that_differs_shows() {
        let rows = RowBuffer::empty(2);
        let output = EpochOutput { incentive: vec![1, 2], ..EpochOutput::default() };
        let digest_of = |block, output: &EpochOutput| {
            let mut digest = Digest::new();
            digest.fold(block, rows.view(), output, rows.view());
            digest.hex()
        };
        let base = digest_of(1, &output);
        assert_eq!(base, digest_of(1, &output.clone()));
        assert_ne!(base, digest_of(2, &output));
        let moved =
            EpochOutput { incentive: vec![], dividends: vec![1, 2], ..EpochOutput::default() };
        assert_ne!(base, digest_of(1, &moved));
    }

    #[test]
    fn epochs_are_folded_in_order() {
        let rows = RowBuffer::empty(1);
        let output = EpochOutput::default();
        let digest_of = |blocks: [u64; 2]| {
            let mut digest = Digest::new();
            for block in blocks {
                digest.fold(block, rows.view(), &output, rows.view());
            }
            digest.hex()
        };
        assert_ne!(digest_of([1, 2]), digest_of([2, 1]));
    }
}
