//! What the network needs of a chain, and the smallest thing that is one: epochs and nothing else.
//!
//! [`Ledger`] takes calls in the order in which blocks include them and says what each block did;
//! how calls travel, wait and miss blocks is not its business. [`EpochLedger`] runs the consensus
//! every tempo on fixed stakes, has one price for registrations, and keeps a uid for whoever had it.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::Arc;

use subsim_consensus::{Epoch, EpochError, EpochInput, EpochOutput, EpochParams, OwnedRows};
use subsim_sim::scenario::{BondRule, Subnet};
use thiserror::Error;

/// A call to the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// A validator sets weights: uids and values, the largest 65535.
    SetWeights {
        /// Who.
        uid: u16,
        /// For whom.
        uids: Vec<u16>,
        /// How much.
        values: Vec<u16>,
    },
    /// A machine registers its uids anew, paying the burn for each.
    Register {
        /// The uids.
        uids: Vec<u16>,
    },
    /// A machine gives up its uids: stands for the pruning that follows when a miner is gone.
    Leave {
        /// The uids.
        uids: Vec<u16>,
    },
}

/// What an epoch decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochOutcome {
    /// Number of the epoch, from 0.
    pub epoch: u64,
    /// Block in which it ran.
    pub block: u64,
    /// What the consensus says, by uid.
    pub output: Arc<EpochOutput>,
    /// Which uids were held.
    pub present: Arc<Vec<bool>>,
}

/// Why a ledger cannot go on. Calls that are refused are no such reason.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LedgerError {
    /// The consensus refused its input.
    #[error("epoch in block {block}: {source}")]
    Epoch {
        /// The block.
        block: u64,
        /// What is wrong.
        source: EpochError,
    },
}

/// A chain, as the network sees it. Blocks come in ascending order; blocks in which nothing is due
/// and no call is included may be left out.
pub trait Ledger: Debug + Send {
    /// The first block after `block` in which something happens by itself.
    fn next_due(&self, block: u64) -> u64;

    /// Begins a block: what the chain does by itself comes before the block's calls.
    ///
    /// # Errors
    /// When the ledger cannot go on.
    fn begin_block(&mut self, block: u64) -> Result<Option<EpochOutcome>, LedgerError>;

    /// Includes a call in the block that was begun; says whether it was accepted.
    fn include(&mut self, block: u64, call: &Call) -> bool;

    /// Which uids are held.
    fn present(&self) -> &[bool];

    /// What a registration costs now, in rao.
    fn burn_rao(&self) -> u64;

    /// A number that depends on everything it holds.
    fn digest(&self) -> u64;
}

/// Registration of a uid that nobody holds: later than every weight and bond.
const NOT_REGISTERED: u64 = u64::MAX;

/// Weights that are committed and not yet revealed.
#[derive(Debug, Clone)]
struct Commit {
    epoch: u64,
    block: u64,
    uid: u16,
    row: Vec<(u16, u16)>,
}

/// The ledger that knows epochs only. Vectors have one entry per uid.
#[derive(Debug)]
pub struct EpochLedger {
    rules: Subnet,
    burn_rao: u64,
    alpha_stake_rao: Vec<u64>,
    tao_stake_rao: Vec<u64>,
    present: Vec<bool>,
    registered_at: Vec<u64>,
    last_update: Vec<u64>,
    permit: Vec<bool>,
    weights: Vec<Vec<(u16, u16)>>,
    bonds: OwnedRows,
    commits: VecDeque<Commit>,
    epoch: u64,
    last_step_block: u64,
    consensus: Epoch,
    folded: u64,
    idle: Option<IdleEpoch>,
}

/// An epoch without weights and bonds, and what it depended on beside stakes and registrations: as
/// long as nothing else changes, the next one decides the same.
#[derive(Debug)]
struct IdleEpoch {
    output: Arc<EpochOutput>,
    present: Arc<Vec<bool>>,
    permit: Vec<bool>,
    /// Who updated within the activity cutoff.
    active: Vec<bool>,
}

impl EpochLedger {
    /// A subnet whose uids are all registered in block 0, with permits as if an epoch had run.
    ///
    /// # Errors
    /// When the consensus refuses the rules.
    pub fn new(
        rules: Subnet,
        burn_rao: u64,
        alpha_stake_rao: Vec<u64>,
        tao_stake_rao: Vec<u64>,
    ) -> Result<Self, LedgerError> {
        let n = alpha_stake_rao.len();
        let mut ledger = Self {
            rules,
            burn_rao,
            alpha_stake_rao,
            tao_stake_rao,
            present: vec![true; n],
            registered_at: vec![0; n],
            last_update: vec![0; n],
            permit: vec![false; n],
            weights: vec![Vec::new(); n],
            bonds: OwnedRows::empty(n),
            commits: VecDeque::new(),
            epoch: 0,
            last_step_block: 0,
            consensus: Epoch::new(),
            folded: 0,
            idle: None,
        };
        ledger.permit = ledger.run(0)?.new_validator_permit;
        Ok(ledger)
    }

    /// Blocks between epochs.
    fn tempo(&self) -> u64 {
        self.rules.tempo_blocks.max(1)
    }

    /// What an epoch pays, in rao: the blocks' emission less the owner's cut of each.
    fn emission_rao(&self) -> u64 {
        let per_block = u128::from(self.rules.emission_rao_per_block);
        let owner = per_block * u128::from(self.rules.owner_cut) / u128::from(u16::MAX);
        u64::try_from((per_block - owner) * u128::from(self.tempo())).unwrap_or(u64::MAX)
    }

    fn params(&self, block: u64) -> EpochParams {
        let rules = &self.rules;
        EpochParams {
            current_block: block,
            tempo: self.tempo(),
            activity_cutoff: rules.activity_cutoff_blocks,
            last_step_block: self.last_step_block,
            min_stake: rules.min_stake_rao,
            owner_uid: None,
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

    fn run(&mut self, block: u64) -> Result<EpochOutput, LedgerError> {
        let params = self.params(block);
        let mut weights = OwnedRows::new();
        self.weights.iter().for_each(|row| weights.push_row(row.iter().copied()));
        let commit_block = self.commit_blocks();
        let input = EpochInput {
            params: &params,
            last_update: &self.last_update,
            block_at_registration: &self.registered_at,
            commit_block: &commit_block,
            alpha_stake_rao: &self.alpha_stake_rao,
            tao_stake_rao: &self.tao_stake_rao,
            validator_permit: &self.permit,
            weights: weights.view(),
            bonds: self.bonds.view(),
        };
        self.consensus.run(&input).map_err(|source| LedgerError::Epoch { block, source })
    }

    /// Runs the epoch, or takes over what the last one decided when nothing can have changed: a
    /// subnet that does nothing for years costs next to nothing.
    fn decide(&mut self, block: u64) -> Result<(Arc<EpochOutput>, Arc<Vec<bool>>), LedgerError> {
        let cutoff = self.rules.activity_cutoff_blocks;
        let is_active = |last: &u64| last.saturating_add(cutoff) >= block;
        if let Some(idle) = &self.idle {
            let same = idle.active.iter().copied().eq(self.last_update.iter().map(is_active));
            if same && idle.permit == self.permit {
                return Ok((Arc::clone(&idle.output), Arc::clone(&idle.present)));
            }
        }
        let permit = self.permit.clone();
        let output = Arc::new(self.run(block)?);
        let present = Arc::new(self.present.clone());
        self.permit.copy_from_slice(&output.new_validator_permit);
        self.bonds = output.stored_bonds(self.bonds.view());
        let paid = output.combined_emission.iter().copied();
        let paid: Vec<u64> = paid.chain(output.consensus.iter().map(|&c| u64::from(c))).collect();
        self.fold(paid);
        let is_idle = self.commits.is_empty()
            && self.weights.iter().all(Vec::is_empty)
            && self.bonds.view().uids.is_empty();
        self.idle = is_idle.then(|| IdleEpoch {
            output: Arc::clone(&output),
            present: Arc::clone(&present),
            permit,
            active: self.last_update.iter().map(is_active).collect(),
        });
        Ok((output, present))
    }

    /// Block of every uid's earliest commit that is not revealed.
    fn commit_blocks(&self) -> Vec<u64> {
        let mut blocks = vec![u64::MAX; self.present.len()];
        for commit in self.commits.iter().rev() {
            blocks[usize::from(commit.uid)] = commit.block;
        }
        blocks
    }

    /// Weights committed in an epoch are used `reveal_period_epochs - 1` epochs later: with a
    /// period of 1 they are revealed before the very epoch for which they were committed.
    fn reveal(&mut self) {
        let lag = self.rules.reveal_period_epochs.saturating_sub(1);
        while self.commits.front().is_some_and(|commit| commit.epoch + lag <= self.epoch) {
            if let Some(commit) = self.commits.pop_front() {
                self.weights[usize::from(commit.uid)] = commit.row;
            }
        }
    }

    fn remove(&mut self, uid: u16) {
        let at = usize::from(uid);
        self.present[at] = false;
        self.registered_at[at] = NOT_REGISTERED;
        self.weights[at].clear();
        self.commits.retain(|commit| commit.uid != uid);
    }

    fn fold(&mut self, words: impl IntoIterator<Item = u64>) {
        self.folded = words.into_iter().fold(self.folded, subsim_engine::mix);
    }
}

impl Ledger for EpochLedger {
    fn next_due(&self, block: u64) -> u64 {
        // The first epoch is one tempo after block 1, as everywhere: block 361 at a tempo of 360.
        let tempo = self.tempo();
        (block.saturating_sub(1) / tempo + 1) * tempo + 1
    }

    fn begin_block(&mut self, block: u64) -> Result<Option<EpochOutcome>, LedgerError> {
        if block <= 1 || !(block - 1).is_multiple_of(self.tempo()) {
            return Ok(None);
        }
        self.reveal();
        let (output, present) = self.decide(block)?;
        self.last_step_block = block;
        self.fold([block]);
        let epoch = self.epoch;
        self.epoch += 1;
        Ok(Some(EpochOutcome { epoch, block, output, present }))
    }

    fn include(&mut self, block: u64, call: &Call) -> bool {
        self.idle = None;
        match call {
            Call::SetWeights { uid, uids, values } => {
                let at = usize::from(*uid);
                if !self.present.get(at).copied().unwrap_or(false) || uids.len() != values.len() {
                    return false;
                }
                self.last_update[at] = block;
                let row: Vec<(u16, u16)> =
                    uids.iter().copied().zip(values.iter().copied()).collect();
                let folded =
                    row.iter().map(|(uid, value)| u64::from(*uid) << 16 | u64::from(*value));
                let folded: Vec<u64> = folded.chain([block]).collect();
                self.fold(folded);
                if self.rules.commit_reveal {
                    let commit = Commit { epoch: self.epoch, block, uid: *uid, row };
                    self.commits.push_back(commit);
                } else {
                    self.weights[at] = row;
                }
            }
            Call::Register { uids } => {
                for &uid in uids {
                    let at = usize::from(uid);
                    if at >= self.present.len() || self.present[at] {
                        return false;
                    }
                    self.present[at] = true;
                    self.registered_at[at] = block;
                    self.last_update[at] = block;
                }
            }
            Call::Leave { uids } => {
                if uids.iter().any(|&uid| usize::from(uid) >= self.present.len()) {
                    return false;
                }
                uids.iter().for_each(|&uid| self.remove(uid));
            }
        }
        true
    }

    fn present(&self) -> &[bool] {
        &self.present
    }

    fn burn_rao(&self) -> u64 {
        self.burn_rao
    }

    fn digest(&self) -> u64 {
        self.folded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two validators and two miners at a tempo of 10, without commit-reveal unless told.
    fn ledger(commit_reveal: bool, reveal_period_epochs: u64) -> EpochLedger {
        let rules = Subnet {
            tempo_blocks: 10,
            commit_reveal,
            reveal_period_epochs,
            emission_rao_per_block: 1_000,
            owner_cut: 0,
            ..Subnet::default()
        };
        EpochLedger::new(rules, 5, vec![500, 500, 0, 0], vec![0; 4]).expect("valid rules")
    }

    fn vote(uid: u16, miner: u16) -> Call {
        Call::SetWeights { uid, uids: vec![miner], values: vec![65_535] }
    }

    fn paid(ledger: &mut EpochLedger, block: u64) -> Vec<u64> {
        let outcome = ledger.begin_block(block).expect("runs").expect("is an epoch");
        outcome.output.server_emission.clone()
    }

    #[test]
    fn epochs_come_every_tempo_after_block_1() {
        let mut ledger = ledger(false, 1);
        let due: Vec<u64> = [0, 1, 10, 11, 12, 20, 21].map(|block| ledger.next_due(block)).to_vec();
        assert_eq!(due, [11, 11, 11, 21, 21, 21, 31]);
        assert_eq!(ledger.begin_block(10), Ok(None));
        assert_eq!(ledger.begin_block(1), Ok(None));
        assert!(ledger.begin_block(11).is_ok_and(|outcome| outcome.is_some_and(|o| o.epoch == 0)));
    }

    #[test]
    fn weights_count_from_the_block_after_they_are_included() {
        let mut ledger = ledger(false, 1);
        assert!(ledger.include(5, &vote(0, 2)) && ledger.include(5, &vote(1, 2)));
        assert_eq!(paid(&mut ledger, 11), [0, 0, 5_000, 0]);
        // Those that come in the block of the epoch miss it.
        assert!(ledger.include(11, &vote(0, 3)) && ledger.include(11, &vote(1, 3)));
        assert_eq!(paid(&mut ledger, 21), [0, 0, 0, 5_000]);
        assert_eq!(ledger.burn_rao(), 5);
    }

    #[test]
    fn committed_weights_wait_for_their_epoch() {
        let mut ledger = ledger(true, 2);
        assert!(ledger.include(5, &vote(0, 2)) && ledger.include(5, &vote(1, 2)));
        assert_eq!(paid(&mut ledger, 11), [0, 0, 0, 0]);
        assert_eq!(paid(&mut ledger, 21), [0, 0, 5_000, 0]);
    }

    #[test]
    fn an_idle_epoch_decides_what_a_whole_one_would() {
        // The cutoff lies in between, so that the voters fall silent on the way.
        let (mut quick, mut whole) = (ledger(false, 1), ledger(false, 1));
        for subnet in [&mut quick, &mut whole] {
            subnet.rules.activity_cutoff_blocks = 35;
        }
        for block in [11, 21, 31, 41, 51, 61] {
            whole.idle = None;
            let of = |ledger: &mut EpochLedger| {
                ledger.begin_block(block).expect("runs").expect("is an epoch")
            };
            assert_eq!(of(&mut quick), of(&mut whole), "block {block}");
        }
        assert!(quick.idle.is_some());
        assert!(quick.include(62, &vote(0, 2)) && quick.include(62, &vote(1, 2)));
        assert_eq!(paid(&mut quick, 71), [0, 0, 5_000, 0]);
    }

    #[test]
    fn who_leaves_is_forgotten_and_comes_back_as_new() {
        let mut ledger = ledger(false, 1);
        let uids = vec![2];
        assert!(ledger.include(2, &vote(0, 2)) && ledger.include(2, &vote(1, 2)));
        assert!(ledger.include(3, &Call::Leave { uids: uids.clone() }));
        assert_eq!(ledger.present(), [true, true, false, true]);
        assert_eq!(paid(&mut ledger, 11), [0, 0, 0, 0]);
        assert!(ledger.include(12, &Call::Register { uids: uids.clone() }));
        assert!(!ledger.include(12, &Call::Register { uids }));
        // Weights older than the registration do not count for the newcomer.
        assert_eq!(paid(&mut ledger, 21), [0, 0, 0, 0]);
        assert!(ledger.include(22, &vote(0, 2)) && ledger.include(22, &vote(1, 2)));
        assert_eq!(paid(&mut ledger, 31), [0, 0, 5_000, 0]);
        assert!(!ledger.include(32, &vote(9, 2)));
    }
}
