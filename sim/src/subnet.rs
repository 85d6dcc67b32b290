//! The state of one subnet between epochs, and the step from one epoch to the next.
//!
//! Holds what the chain stores: registrations, stakes, permits, weights, bonds, block numbers. It
//! knows neither agents nor scenarios beyond the hyperparameters; whoever drives it puts in weights
//! and stakes, and it runs the consensus on them. Stake does not grow by what neurons earn: at the
//! resolution `epoch`, stake is what the scenario says.

use subsim_consensus::{Epoch, EpochError, EpochInput, EpochOutput, EpochParams};

use crate::digest::Digest;
use crate::rows::RowBuffer;
use crate::scenario::{BondRule, Subnet};

/// Block of registration of a uid that nobody holds. Whatever others still have set for it was set
/// before, so the consensus drops it by its own rules for replaced neurons.
pub(crate) const NOT_REGISTERED: u64 = u64::MAX;

/// Block of a commit that does not exist.
pub(crate) const NO_COMMIT: u64 = u64::MAX;

/// One subnet. Vectors have one entry per uid.
pub(crate) struct SubnetState {
    /// Hyperparameters now.
    pub rules: Subnet,
    /// Block of the epoch being prepared, or of the last one.
    pub block: u64,
    /// Block of the last epoch that ran, 0 before the first.
    pub last_step_block: u64,
    /// Whether the uid is held.
    pub present: Vec<bool>,
    /// Block of the last weight update.
    pub last_update: Vec<u64>,
    /// Block of registration.
    pub registered_at: Vec<u64>,
    /// Block of the earliest unrevealed commit.
    pub commit_block: Vec<u64>,
    /// Alpha stake in rao.
    pub alpha_stake_rao: Vec<u64>,
    /// Root TAO stake in rao.
    pub tao_stake_rao: Vec<u64>,
    /// Who holds a validator permit.
    pub validator_permit: Vec<bool>,
    /// Weights in force.
    pub weights: RowBuffer,
    /// Bonds as stored.
    pub bonds: RowBuffer,
    spare_bonds: RowBuffer,
    epoch: Epoch,
    digest: Digest,
}

impl SubnetState {
    /// A subnet of `n` empty uids whose next epoch is one tempo after `block`.
    pub fn new(n: usize, rules: Subnet, block: u64) -> Self {
        Self {
            rules,
            block,
            last_step_block: 0,
            present: vec![false; n],
            last_update: vec![0; n],
            registered_at: vec![NOT_REGISTERED; n],
            commit_block: vec![NO_COMMIT; n],
            alpha_stake_rao: vec![0; n],
            tao_stake_rao: vec![0; n],
            validator_permit: vec![false; n],
            weights: RowBuffer::empty(n),
            bonds: RowBuffer::empty(n),
            spare_bonds: RowBuffer::new(),
            epoch: Epoch::new(),
            digest: Digest::new(),
        }
    }

    /// Number of uids.
    pub fn n(&self) -> usize {
        self.present.len()
    }

    /// Registers a neuron on an empty uid.
    pub fn register(&mut self, uid: usize, block: u64) {
        self.present[uid] = true;
        self.registered_at[uid] = block;
        self.last_update[uid] = block;
    }

    /// Empties a uid, as the chain does before it gives it to somebody else.
    pub fn remove(&mut self, uid: usize) {
        self.present[uid] = false;
        self.registered_at[uid] = NOT_REGISTERED;
        self.commit_block[uid] = NO_COMMIT;
        self.alpha_stake_rao[uid] = 0;
        self.tao_stake_rao[uid] = 0;
        self.validator_permit[uid] = false;
        self.bonds.erase_row(uid);
    }

    /// What miners and validators share in an epoch, in rao: the blocks' emission without the
    /// owner's cut, which is truncated per block.
    pub fn emission_rao(&self) -> u64 {
        let per_block = u128::from(self.rules.emission_rao_per_block);
        let owner = per_block * u128::from(self.rules.owner_cut) / u128::from(u16::MAX);
        let epoch = (per_block - owner) * u128::from(self.rules.tempo_blocks);
        u64::try_from(epoch).unwrap_or(u64::MAX)
    }

    /// Moves on to the block of the next epoch.
    pub fn advance(&mut self) {
        self.block = self.block.saturating_add(self.rules.tempo_blocks);
    }

    /// Gives permits as if one epoch had already run: without it nobody's weights would count in
    /// the first one.
    pub fn grant_first_permits(&mut self, owner_uid: Option<u16>) -> Result<(), EpochError> {
        let no_rows = RowBuffer::empty(self.n());
        let params = self.params(owner_uid);
        let input = EpochInput {
            params: &params,
            last_update: &self.last_update,
            block_at_registration: &self.registered_at,
            commit_block: &self.commit_block,
            alpha_stake_rao: &self.alpha_stake_rao,
            tao_stake_rao: &self.tao_stake_rao,
            validator_permit: &self.validator_permit,
            weights: no_rows.view(),
            bonds: no_rows.view(),
        };
        self.validator_permit = self.epoch.run(&input)?.new_validator_permit;
        Ok(())
    }

    /// Runs the epoch of the current block on the weights in force; stores permits and bonds.
    pub fn run_epoch(&mut self, owner_uid: Option<u16>) -> Result<EpochOutput, EpochError> {
        let params = self.params(owner_uid);
        let input = EpochInput {
            params: &params,
            last_update: &self.last_update,
            block_at_registration: &self.registered_at,
            commit_block: &self.commit_block,
            alpha_stake_rao: &self.alpha_stake_rao,
            tao_stake_rao: &self.tao_stake_rao,
            validator_permit: &self.validator_permit,
            weights: self.weights.view(),
            bonds: self.bonds.view(),
        };
        let output = self.epoch.run(&input)?;
        self.store(&output);
        self.last_step_block = self.block;
        self.digest.fold(self.block, self.weights.view(), &output, self.bonds.view());
        Ok(output)
    }

    fn store(&mut self, output: &EpochOutput) {
        self.validator_permit.copy_from_slice(&output.new_validator_permit);
        self.spare_bonds.clear();
        for (uid, &untouched) in output.bonds_untouched.iter().enumerate() {
            let rows = if untouched { self.bonds.view() } else { output.bonds.view() };
            self.spare_bonds.push_row_of(rows, uid);
        }
        std::mem::swap(&mut self.bonds, &mut self.spare_bonds);
    }

    /// Digest of all epochs so far, hex.
    pub fn digest(&self) -> String {
        self.digest.hex()
    }

    fn params(&self, owner_uid: Option<u16>) -> EpochParams {
        let rules = &self.rules;
        EpochParams {
            current_block: self.block,
            tempo: rules.tempo_blocks,
            activity_cutoff: rules.activity_cutoff_blocks,
            last_step_block: self.last_step_block,
            min_stake: rules.min_stake_rao,
            owner_uid,
            max_allowed_validators: rules.max_validators,
            kappa: rules.kappa,
            bonds_penalty: rules.bonds_penalty,
            bonds_moving_average: rules.bonds_moving_average,
            yuma3: rules.bond_rule == BondRule::Yuma3,
            liquid_alpha: rules.liquid_alpha,
            alpha_low: rules.alpha_low,
            alpha_high: rules.alpha_high,
            alpha_sigmoid_steepness: rules.alpha_sigmoid_steepness,
            commit_reveal: rules.commit_reveal,
            tao_weight: rules.tao_weight,
            rao_emission: self.emission_rao(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_paid_first() {
        let state = SubnetState::new(1, Subnet::default(), 1);
        // trunc(1e9 * 11796 / 65535) = 179,995,422 rao a block.
        assert_eq!(state.emission_rao(), 360 * (1_000_000_000 - 179_995_422));
    }

    #[test]
    fn first_permits_go_to_the_largest_stakes() {
        let rules = Subnet { max_validators: 2, ..Subnet::default() };
        let mut state = SubnetState::new(4, rules, 1);
        (0..4).for_each(|uid| state.register(uid, 0));
        state.alpha_stake_rao = vec![5, 9, 0, 7];
        state.grant_first_permits(None).expect("valid input");
        assert_eq!(state.validator_permit, [false, true, false, true]);
    }

    #[test]
    fn an_emptied_uid_leaves_nothing_behind() {
        let mut state = SubnetState::new(2, Subnet::default(), 1);
        state.register(1, 0);
        state.alpha_stake_rao[1] = 5;
        state.validator_permit[1] = true;
        state.bonds.clear();
        state.bonds.push(&[1], &[7]);
        state.bonds.push(&[0], &[9]);
        state.remove(1);
        assert_eq!(state.alpha_stake_rao, [0, 0]);
        assert_eq!(state.validator_permit, [false, false]);
        assert_eq!(state.bonds.view().row(1).len(), 0);
        assert_eq!(state.registered_at[1], NOT_REGISTERED);
    }
}
