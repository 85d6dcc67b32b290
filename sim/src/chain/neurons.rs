//! The neurons of a subnet, as columns by uid, and the weights and bonds of its mechanisms.

use std::collections::BTreeMap;

use super::{AccountId, TimelockedCommit};

/// A sparse row of `(uid, u16)` in submitted order.
pub type Row = Vec<(u16, u16)>;

/// Neurons by uid. All columns but `stake_weight` have one entry per neuron; that one is written by
/// epochs only, so it may lag behind registrations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Neurons {
    /// Hotkey of each uid (`Keys`).
    pub hotkeys: Vec<AccountId>,
    /// uid of each hotkey (`Uids`).
    pub uids: BTreeMap<AccountId, u16>,
    /// Block of the uid's registration (`BlockAtRegistration`).
    pub block_at_registration: Vec<u64>,
    /// Whether it updated within the activity cutoff (`Active`).
    pub active: Vec<bool>,
    /// Emission by combined score, rao of alpha; what pruning looks at (`Emission`).
    pub emission_rao: Vec<u64>,
    /// Consensus (`Consensus`).
    pub consensus: Vec<u16>,
    /// Dividends (`Dividends`).
    pub dividends: Vec<u16>,
    /// Validator trust (`ValidatorTrust`).
    pub validator_trust: Vec<u16>,
    /// Validator permits (`ValidatorPermit`).
    pub validator_permit: Vec<bool>,
    /// Normalised stake of the latest epoch (`StakeWeight`).
    pub stake_weight: Vec<u16>,
}

impl Neurons {
    /// Number of neurons.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hotkeys.len()
    }

    /// Whether nobody registered yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hotkeys.is_empty()
    }

    /// uid of a hotkey, if registered.
    #[must_use]
    pub fn uid(&self, hotkey: AccountId) -> Option<u16> {
        self.uids.get(&hotkey).copied()
    }
}

/// One mechanism of a subnet: who weighs whom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mechanism {
    /// Block of each neuron's last weights or registration (`LastUpdate`).
    pub last_update: Vec<u64>,
    /// Incentive (`Incentive`).
    pub incentive: Vec<u16>,
    /// Weights by uid (`Weights`).
    pub weights: Vec<Row>,
    /// Bonds by uid (`Bonds`).
    pub bonds: Vec<Row>,
    /// Open hashed commits of each hotkey, oldest first (`WeightCommits`).
    pub commits: BTreeMap<AccountId, Vec<Commit>>,
    /// Commits that the chain reveals by itself, oldest first (`TimelockedWeightCommits`).
    pub timelocked: Vec<TimelockedCommit>,
}

/// A commit to weights that have not been revealed yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commit {
    /// blake2-256 of the SCALE-encoded weights.
    pub hash: [u8; 32],
    /// Epoch counter that the commit belongs to.
    pub epoch: u64,
    /// Block of the commit.
    pub block: u64,
}
