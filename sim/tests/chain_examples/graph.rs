//! A small subnet that feeds the consensus epoch by epoch: stakes, weights, bonds and permits, and
//! a block number. No ledger: what an epoch pays changes nobody's stake, as in the chain's tests
//! that call the epoch directly.

use subsim_consensus::economics::max_upscale;
use subsim_consensus::{Epoch, EpochInput, EpochOutput, EpochParams, OwnedRows};

/// Emission of every epoch, rao.
pub const EMISSION: u64 = 1_000_000_000;

/// A sparse row of weights or bonds.
pub type Row = Vec<(u16, u16)>;

/// The subnet, and what its latest epoch said.
pub struct Graph {
    pub params: EpochParams,
    pub stake: Vec<u64>,
    pub last_update: Vec<u64>,
    pub registered: Vec<u64>,
    pub commit: Vec<u64>,
    pub permits: Vec<bool>,
    pub weights: Vec<Row>,
    pub bonds: Vec<Row>,
    pub out: EpochOutput,
}

impl Graph {
    /// Neurons with these stakes, registered in a block, with as many validators as neurons and
    /// permits as a first epoch grants them.
    pub fn new(stake: &[u64], block: u64, tempo: u64) -> Self {
        let n = stake.len();
        let params = EpochParams {
            current_block: block,
            tempo,
            activity_cutoff: 5000,
            max_allowed_validators: n as u16,
            rao_emission: EMISSION,
            ..EpochParams::default()
        };
        Self {
            params,
            stake: stake.to_vec(),
            last_update: vec![block; n],
            registered: vec![block; n],
            commit: vec![u64::MAX; n],
            permits: vec![false; n],
            weights: vec![Row::new(); n],
            bonds: vec![Row::new(); n],
            out: EpochOutput::default(),
        }
    }

    /// Runs an epoch in the current block and stores its permits and bonds.
    pub fn epoch(&mut self) {
        let (weights, bonds) =
            (OwnedRows::from_lists(&self.weights), OwnedRows::from_lists(&self.bonds));
        let nothing = vec![0; self.stake.len()];
        let input = EpochInput {
            params: &self.params,
            last_update: &self.last_update,
            block_at_registration: &self.registered,
            commit_block: &self.commit,
            alpha_stake_rao: &self.stake,
            tao_stake_rao: &nothing,
            validator_permit: &self.permits,
            weights: weights.view(),
            bonds: bonds.view(),
        };
        self.out = Epoch::new().run(&input).unwrap();
        let stored = self.out.stored_bonds(bonds.view());
        self.bonds = (0..self.stake.len()).map(|uid| stored.view().row(uid).collect()).collect();
        self.permits.clone_from(&self.out.new_validator_permit);
    }

    pub fn next_block(&mut self) {
        self.params.current_block += 1;
    }

    /// Sets a row of weights, scaled up as the chain stores it.
    pub fn weigh(&mut self, validator: u16, uids: &[u16], values: &[u16]) {
        let row = uids.iter().copied().zip(max_upscale(values)).collect();
        self.weights[usize::from(validator)] = row;
        self.last_update[usize::from(validator)] = self.params.current_block;
    }

    /// A new neuron takes a uid over in the current block.
    pub fn replace(&mut self, uid: u16, stake: u64) {
        let at = usize::from(uid);
        (self.stake[at], self.permits[at]) = (stake, false);
        self.registered[at] = self.params.current_block;
        self.last_update[at] = self.params.current_block;
        self.weights[at].clear();
        self.bonds[at].clear();
        for entry in self.weights.iter_mut().flatten().filter(|entry| entry.0 == uid) {
            entry.1 = 0;
        }
    }

    /// A stored bond, 0 where there is none.
    pub fn bond(&self, validator: u16, server: u16) -> u16 {
        let row = &self.bonds[usize::from(validator)];
        row.iter().find(|(uid, _)| *uid == server).map_or(0, |(_, bond)| *bond)
    }

    /// Bonds of the first validators to one server.
    pub fn bonds_to<const N: usize>(&self, server: u16) -> [u16; N] {
        std::array::from_fn(|validator| self.bond(validator as u16, server))
    }

    /// What everybody earned, miners' and validators' parts together.
    pub fn earned(&self) -> &[u64] {
        &self.out.combined_emission
    }
}
