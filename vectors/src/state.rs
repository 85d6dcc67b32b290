//! The state of one subnet as a vector describes it, owned, and carried from step to step of a
//! sequence. It feeds the consensus crate and computes nothing itself.

use subsim_consensus::{EpochInput, EpochOutput, EpochParams, OwnedRows};

use crate::VerifyError;
use crate::line::{Expected, InputLine, Place, RowLists, StepLine};

/// Everything an epoch reads.
pub(crate) struct State {
    params: EpochParams,
    last_update: Vec<u64>,
    block_at_registration: Vec<u64>,
    commit_block: Vec<u64>,
    alpha_stake_rao: Vec<u64>,
    tao_stake_rao: Vec<u64>,
    validator_permit: Vec<bool>,
    weights: OwnedRows,
    bonds: OwnedRows,
}

impl State {
    /// Takes a line's input over; `null` commit blocks become `u64::MAX`, the chain's "none".
    pub(crate) fn new(line: InputLine) -> Self {
        let commits = line.commit_block.iter();
        Self {
            params: line.params.into(),
            commit_block: commits.map(|block| block.unwrap_or(u64::MAX)).collect(),
            last_update: line.last_update,
            block_at_registration: line.block_at_registration,
            alpha_stake_rao: line.alpha_stake,
            tao_stake_rao: line.tao_stake,
            validator_permit: line.validator_permit,
            weights: OwnedRows::from_lists(&line.weights),
            bonds: OwnedRows::from_lists(&line.bonds),
        }
    }

    /// What the consensus crate sees.
    pub(crate) fn input(&self) -> EpochInput<'_> {
        EpochInput {
            params: &self.params,
            last_update: &self.last_update,
            block_at_registration: &self.block_at_registration,
            commit_block: &self.commit_block,
            alpha_stake_rao: &self.alpha_stake_rao,
            tao_stake_rao: &self.tao_stake_rao,
            validator_permit: &self.validator_permit,
            weights: self.weights.view(),
            bonds: self.bonds.view(),
        }
    }

    /// Moves to a step of a sequence: its blocks, and new weights and updates where it has them.
    pub(crate) fn enter(&mut self, step: &mut StepLine) {
        self.params.current_block = step.current_block;
        self.params.last_step_block = step.last_step_block;
        if let Some(weights) = step.weights.take() {
            self.weights = OwnedRows::from_lists(&weights);
        }
        if let Some(last_update) = step.last_update.take() {
            self.last_update = last_update;
        }
    }

    /// Stores what the next epoch of a sequence starts from: permits and bonds.
    pub(crate) fn store(&mut self, output: &EpochOutput) {
        self.bonds = output.stored_bonds(self.bonds.view());
        self.validator_permit.clone_from(&output.new_validator_permit);
    }
}

/// Lengths of one line's arrays, all of which must be the number of neurons.
pub(crate) struct Lengths<'a> {
    place: Place<'a>,
    id: &'a str,
    neurons: usize,
}

impl<'a> Lengths<'a> {
    /// Starts from the line's `last_update` and checks the rest of the input.
    pub(crate) fn of_input(
        place: Place<'a>,
        id: &'a str,
        prefix: &str,
        input: &InputLine,
    ) -> Result<Self, VerifyError> {
        let lengths = Self { place, id, neurons: input.last_update.len() };
        for (field, found) in [
            ("block_at_registration", input.block_at_registration.len()),
            ("commit_block", input.commit_block.len()),
            ("alpha_stake", input.alpha_stake.len()),
            ("tao_stake", input.tao_stake.len()),
            ("validator_permit", input.validator_permit.len()),
            ("weights", input.weights.len()),
            ("bonds", input.bonds.len()),
        ] {
            lengths.check(prefix, field, found)?;
        }
        Ok(lengths)
    }

    /// Checks a step's new weights and updates.
    pub(crate) fn check_step(&self, prefix: &str, step: &StepLine) -> Result<(), VerifyError> {
        let weights = step.weights.as_ref().map_or(self.neurons, RowLists::len);
        let updates = step.last_update.as_ref().map_or(self.neurons, Vec::len);
        self.check(prefix, "weights", weights)?;
        self.check(prefix, "last_update", updates)
    }

    /// Checks the expected results.
    pub(crate) fn check_expected(
        &self,
        prefix: &str,
        expected: &Expected,
    ) -> Result<(), VerifyError> {
        for (field, found) in [
            ("active", expected.active.len()),
            ("consensus", expected.consensus.len()),
            ("incentive", expected.incentive.len()),
            ("dividends", expected.dividends.len()),
            ("validator_trust", expected.validator_trust.len()),
            ("stake_weight", expected.stake_weight.len()),
            ("new_validator_permit", expected.new_validator_permit.len()),
            ("server_emission", expected.server_emission.len()),
            ("validator_emission", expected.validator_emission.len()),
            ("combined_emission", expected.combined_emission.len()),
            ("bonds", expected.bonds.len()),
            ("consensus_bits", expected.consensus_bits.len()),
            ("incentive_bits", expected.incentive_bits.len()),
            ("dividends_bits", expected.dividends_bits.len()),
        ] {
            self.check(prefix, field, found)?;
        }
        Ok(())
    }

    fn check(&self, prefix: &str, field: &str, found: usize) -> Result<(), VerifyError> {
        if found == self.neurons {
            return Ok(());
        }
        Err(VerifyError::Length {
            path: self.place.path.to_owned(),
            line: self.place.line,
            column: 1,
            id: self.id.to_owned(),
            field: format!("{prefix}.{field}"),
            expected: self.neurons,
            found,
        })
    }
}
