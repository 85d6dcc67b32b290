//! One simulated validator: what it remembers, what it submits, and what of that is in force.
//!
//! It lives between the judge in its head and the subnet, which only sees rows: it turns decisions
//! into stored integers, and holds commits back until they are revealed.

use std::collections::VecDeque;

use crate::agents::{Decision, MinerSpan};
use crate::judge::{Judge, World};
use crate::mechanism;
use crate::scenario::Behaviour;

/// Weights as the chain stores them: uids and their values.
#[derive(Debug, Clone, Default)]
pub(crate) struct WeightRow {
    /// Miners.
    pub uids: Vec<u16>,
    /// Their weights, the largest 65535.
    pub values: Vec<u16>,
}

impl WeightRow {
    fn clear(&mut self) {
        self.uids.clear();
        self.values.clear();
    }
}

/// Weights that are on the chain but not yet readable.
#[derive(Debug, Clone)]
struct Commit {
    epoch: u64,
    block: u64,
    row: WeightRow,
}

/// One validator.
#[derive(Debug, Clone)]
pub(crate) struct Validator {
    /// What it thinks.
    pub judge: Judge,
    /// Whether it is on the subnet.
    pub present: bool,
    decided: WeightRow,
    in_force: WeightRow,
    commits: VecDeque<Commit>,
}

impl Validator {
    /// An absent validator that never scored anybody.
    pub fn new(
        seed: u64,
        hotkey: &str,
        behaviour: Behaviour,
        noise: f64,
        spans: &[MinerSpan],
    ) -> Self {
        Self {
            judge: Judge::new(seed, hotkey, behaviour, noise, spans),
            present: false,
            decided: WeightRow::default(),
            in_force: WeightRow::default(),
            commits: VecDeque::new(),
        }
    }

    /// Joins the subnet.
    pub fn join(&mut self, epoch: u64) {
        self.present = true;
        self.judge.start(epoch);
    }

    /// Leaves the subnet; nothing of it stays, and nothing is remembered.
    pub fn leave(&mut self) {
        self.present = false;
        self.judge.forget();
        self.decided.clear();
        self.in_force.clear();
        self.commits.clear();
    }

    /// The weights in force.
    pub fn in_force(&self) -> &WeightRow {
        &self.in_force
    }

    /// Looks at the miners and decides its weights. Touches nothing but itself, so validators can
    /// do it in any order and in parallel.
    pub fn think(&mut self, world: &World<'_>, first_miner_uid: u16) {
        self.decided.clear();
        if !self.present {
            return;
        }
        self.judge.observe(world, false);
        if self.judge.decide(world) == Decision::Set {
            let WeightRow { uids, values } = &mut self.decided;
            let wanted = (first_miner_uid..=u16::MAX).zip(self.judge.wanted().iter().copied());
            mechanism::upscale_to_u16(wanted, uids, values);
        }
    }

    /// Sends the decided weights to the chain at `block`: at once, or as a commit. Returns whether
    /// it sent anything; weights that are all zero cannot be set, so the old ones stand.
    pub fn submit(&mut self, epoch: u64, block: u64, commit_reveal: bool) -> bool {
        if self.decided.uids.is_empty() {
            return false;
        }
        if commit_reveal {
            let row = self.decided.clone();
            self.commits.push_back(Commit { epoch, block, row });
        } else {
            std::mem::swap(&mut self.in_force, &mut self.decided);
        }
        true
    }

    /// Puts the weights into force that were committed `delay_epochs` before `epoch`. Older
    /// commits, which only exist when the delay was shortened, have expired unseen.
    pub fn reveal(&mut self, epoch: u64, delay_epochs: u64) {
        while let Some(commit) = self.commits.front() {
            let due = commit.epoch.saturating_add(delay_epochs);
            if due > epoch {
                return;
            }
            if let Some(commit) = self.commits.pop_front().filter(|_| due == epoch) {
                self.in_force = commit.row;
            }
        }
    }

    /// Block of its earliest commit that is not yet revealed.
    pub fn earliest_commit_block(&self) -> Option<u64> {
        self.commits.front().map(|commit| commit.block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_come_into_force_when_due() {
        let mut validator = Validator::new(1, "v-0", Behaviour::Equal, 0.0, &[]);
        let mut uids_in_force = Vec::new();
        for epoch in 0..4u16 {
            validator.decided = WeightRow { uids: vec![epoch], values: vec![65_535] };
            assert!(validator.submit(u64::from(epoch), 100 + u64::from(epoch), true));
            validator.reveal(u64::from(epoch), 2);
            uids_in_force.push(validator.in_force().uids.first().copied());
        }
        assert_eq!(uids_in_force, [None, None, Some(0), Some(1)]);
        assert_eq!(validator.earliest_commit_block(), Some(102));
        // A shorter delay: the commit of epoch 2 expires, that of epoch 3 is due.
        validator.reveal(4, 1);
        assert_eq!(validator.in_force().uids, [3]);
        assert_eq!(validator.earliest_commit_block(), None);
    }

    #[test]
    fn nothing_decided_leaves_the_old_weights() {
        let mut validator = Validator::new(1, "v-0", Behaviour::Equal, 0.0, &[]);
        validator.in_force = WeightRow { uids: vec![5], values: vec![65_535] };
        assert!(!validator.submit(1, 1, false));
        assert_eq!(validator.in_force().uids, [5]);
        validator.leave();
        assert!(validator.in_force().uids.is_empty());
    }
}
