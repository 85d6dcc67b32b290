//! What one epoch decides, as plain vectors.

use crate::{OwnedRows, Rows};

/// Results of one epoch. Vectors have one entry per uid; `u16` scores are `trunc(x * 65535)`,
/// `*_bits` are raw I32F32.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EpochOutput {
    /// Whether the neuron updated within the activity cutoff.
    pub active: Vec<bool>,
    /// Stake-weighted median weight of each neuron.
    pub consensus: Vec<u16>,
    /// Share of the miners' emission.
    pub incentive: Vec<u16>,
    /// Share of the validators' emission.
    pub dividends: Vec<u16>,
    /// Sum of each validator's weights after clipping.
    pub validator_trust: Vec<u16>,
    /// Normalised stake.
    pub stake_weight: Vec<u16>,
    /// Who holds a validator permit from now on.
    pub new_validator_permit: Vec<bool>,
    /// Miner emission in rao.
    pub server_emission: Vec<u64>,
    /// Validator emission in rao.
    pub validator_emission: Vec<u64>,
    /// Emission in rao by the combined score, as the chain stores it for pruning.
    pub combined_emission: Vec<u64>,
    /// New bond rows; rows marked in `bonds_untouched` are empty here.
    pub bonds: OwnedRows,
    /// Neurons whose stored bonds stay as they were.
    pub bonds_untouched: Vec<bool>,
    /// Consensus before it is cut to u16.
    pub consensus_bits: Vec<i64>,
    /// Incentive before it is cut to u16.
    pub incentive_bits: Vec<i64>,
    /// Dividends before they are cut to u16.
    pub dividends_bits: Vec<i64>,
    /// Validator trust before it is cut to u16.
    pub validator_trust_bits: Vec<i64>,
}

impl EpochOutput {
    /// The bonds to store after the epoch: new rows, and the old row where it stays untouched.
    #[must_use]
    pub fn stored_bonds(&self, old: Rows<'_>) -> OwnedRows {
        let mut stored = OwnedRows::new();
        for (uid, untouched) in self.bonds_untouched.iter().enumerate() {
            if *untouched {
                stored.push_row(old.row(uid));
            } else {
                stored.push_row(self.bonds.view().row(uid));
            }
        }
        stored
    }
}

/// The matrices behind an epoch's results, for people who want to see why. Rows in uid order,
/// entries `(uid, raw I32F32)` in submitted order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EpochDetail {
    /// Normalised stake.
    pub stake_bits: Vec<i64>,
    /// Stake of active permit holders, renormalised.
    pub active_stake_bits: Vec<i64>,
    /// Weights after masking, each row divided by its sum.
    pub normalised_weights: Vec<Vec<(u16, i64)>>,
    /// The same, clipped at the consensus.
    pub clipped_weights: Vec<Vec<(u16, i64)>>,
    /// Stake-weighted sum of clipped weights, before normalising to incentive.
    pub rank_bits: Vec<i64>,
}
