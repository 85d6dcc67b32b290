//! When epochs are due: the tempo, owner triggers, deferral, and the epoch counter that commits
//! refer to.
//!
//! Source: `pallets/subtensor/src/coinbase/run_coinbase.rs` and `subnets/weights.rs` of the public
//! runtime, spec version 425.

use super::{NetUid, ROOT, State, Subnet};

/// Longest tempo; a subnet that has not stepped for longer is due whatever its schedule says.
pub const MAX_TEMPO_BLOCKS: u64 = 50_400;

impl Subnet {
    /// Whether an epoch is due in a block (`should_run_epoch`).
    #[must_use]
    pub fn epoch_is_due(&self, block: u64) -> bool {
        let tempo = u64::from(self.hyper.tempo_blocks);
        let schedule = &self.schedule;
        if tempo == 0 {
            return false;
        }
        let triggered = schedule.pending_epoch_at > 0 && block >= schedule.pending_epoch_at;
        triggered
            || schedule.blocks_since_last_step > MAX_TEMPO_BLOCKS
            || block.saturating_sub(schedule.last_epoch_block) >= tempo
    }

    /// Blocks until the tempo makes the next epoch due, triggers and deferral aside; `u64::MAX`
    /// without a tempo (`blocks_until_next_auto_epoch`).
    #[must_use]
    pub fn blocks_until_next_epoch(&self, block: u64) -> u64 {
        match u64::from(self.hyper.tempo_blocks) {
            0 => u64::MAX,
            tempo => self.schedule.last_epoch_block.saturating_add(tempo).saturating_sub(block),
        }
    }

    /// The epoch counter, one ahead in a block whose epoch is due and has not run
    /// (`current_epoch_with_lookahead`).
    #[must_use]
    pub fn epoch_with_lookahead(&self, block: u64) -> u64 {
        self.schedule.epoch_index.saturating_add(u64::from(self.epoch_is_due(block)))
    }

    /// Whether the epoch of reveal is over for commits of an epoch (`is_commit_expired`).
    #[must_use]
    pub fn is_commit_expired(&self, commit_epoch: u64, block: u64) -> bool {
        let last = commit_epoch.saturating_add(self.hyper.reveal_period_epochs);
        self.epoch_with_lookahead(block) > last
    }
}

impl State {
    /// Subnets other than root whose epoch is due in this block and runs, ascending; then those
    /// beyond the limit per block, which wait.
    pub(super) fn epochs_of_this_block(&self) -> (Vec<NetUid>, Vec<NetUid>) {
        let due = self.subnets.iter().flatten().filter(|subnet| subnet.netuid != ROOT);
        let due = due.filter(|subnet| subnet.epoch_is_due(self.block));
        let mut running: Vec<_> = due.map(|subnet| subnet.netuid).collect();
        let limit = usize::from(self.globals.max_epochs_per_block).min(running.len());
        let deferred = running.split_off(limit);
        (running, deferred)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::AccountId;

    fn subnet(tempo_blocks: u16) -> Subnet {
        let mut subnet = Subnet::new(1, AccountId(0));
        subnet.hyper.tempo_blocks = tempo_blocks;
        subnet
    }

    #[test]
    fn the_tempo_makes_epochs_due() {
        let mut subnet = subnet(10);
        assert!(!subnet.epoch_is_due(9));
        assert!(subnet.epoch_is_due(10));
        assert_eq!((subnet.blocks_until_next_epoch(3), subnet.epoch_with_lookahead(10)), (7, 1));
        subnet.schedule.last_epoch_block = 10;
        assert!(!subnet.epoch_is_due(19));
        subnet.hyper.tempo_blocks = 0;
        subnet.schedule.pending_epoch_at = 1;
        assert!(!subnet.epoch_is_due(u64::MAX));
        assert_eq!(subnet.blocks_until_next_epoch(3), u64::MAX);
    }

    #[test]
    fn triggers_and_long_silence_make_epochs_due() {
        let mut subnet = subnet(360);
        subnet.schedule.pending_epoch_at = 20;
        assert!(!subnet.epoch_is_due(19) && subnet.epoch_is_due(20));
        subnet.schedule.pending_epoch_at = 0;
        subnet.schedule.blocks_since_last_step = MAX_TEMPO_BLOCKS + 1;
        assert!(subnet.epoch_is_due(1));
    }

    #[test]
    fn commits_expire_after_their_epoch_of_reveal() {
        let mut subnet = subnet(10);
        subnet.schedule.epoch_index = 4;
        assert!(!subnet.is_commit_expired(3, 1));
        // In the block of the epoch the counter already looks ahead.
        assert!(subnet.is_commit_expired(3, 10));
    }

    #[test]
    fn epochs_beyond_the_limit_wait() {
        let mut state = State::default();
        state.subnets.push(None);
        state.subnets.extend((1..=4).map(|netuid| Some(Subnet { netuid, ..subnet(10) })));
        state.block = 10;
        assert_eq!(state.epochs_of_this_block(), (vec![1, 2], vec![3, 4]));
        state.globals.max_epochs_per_block = 9;
        assert_eq!(state.epochs_of_this_block(), (vec![1, 2, 3, 4], vec![]));
    }
}
