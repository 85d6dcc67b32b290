//! The chain's own step at the start of each block, before any call.
//!
//! Order as on the chain: registration burns decay, the block emission is minted and shared out,
//! due epochs run and pay, moving prices and root proportions follow, pending children take
//! effect, and a few stakers' root dividends are claimed. Source:
//! `pallets/subtensor/src/coinbase/block_step.rs` of the public runtime, spec version 425.

use std::collections::BTreeMap;

use subsim_consensus::economics;

use super::epoch_run::EpochWorkspace;
use super::memo::Memos;
use super::{NetUid, Pending, ROOT, State, Subnet};

/// Memory and tables that block steps reuse; no part of the state.
#[derive(Debug, Default)]
pub struct BlockWorkspace {
    epoch: EpochWorkspace,
    memos: Memos,
    /// Decay factors of registration burns by half-life.
    burn_factors: BTreeMap<u16, u64>,
    minted_rao: u64,
    epochs: Vec<EpochOutcome>,
    deferred: Vec<NetUid>,
}

/// What an epoch paid.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EpochOutcome {
    /// The subnet.
    pub netuid: NetUid,
    /// Alpha that each neuron earned as a miner, by uid; what the subnet owner's own earned is in
    /// it, although it was withheld.
    pub incentive_rao: Vec<u64>,
    /// Alpha that each neuron earned as a validator, by uid: its take, what went to its nominators
    /// and what root stakers may claim. Parents that are no neurons of the subnet are not in it.
    pub dividend_rao: Vec<u64>,
    /// What it paid out.
    pub pending: Pending,
}

impl BlockWorkspace {
    /// TAO that the latest block could emit, by the curve and the cap. What no subnet took of it
    /// was not issued.
    #[must_use]
    pub fn minted_rao(&self) -> u64 {
        self.minted_rao
    }

    /// Epochs of the latest block, in the order they ran.
    #[must_use]
    pub fn epochs(&self) -> &[EpochOutcome] {
        &self.epochs
    }

    /// Subnets whose epoch the latest block put off, because too many were due.
    #[must_use]
    pub fn deferred(&self) -> &[NetUid] {
        &self.deferred
    }
}

/// Begins the next block: everything the chain does before the block's calls.
pub fn begin_block(state: &mut State, workspace: &mut BlockWorkspace, parent_hash: [u8; 32]) {
    state.block += 1;
    state.parent_hash = parent_hash;
    state.decay_burns(workspace);
    state.reveal_matured_commits();
    workspace.memos.begin_block(state);
    let mut emission = std::mem::take(&mut workspace.memos.emission);
    workspace.minted_rao = state.emit(&mut workspace.memos, &mut emission);
    let (due, deferred) = state.drain_pending();
    workspace.deferred = deferred;
    workspace.epochs.clear();
    for (netuid, pending) in due {
        let outcome = state.distribute(&mut workspace.epoch, netuid, pending);
        workspace.epochs.push(outcome);
    }
    state.update_moving_prices(&mut workspace.memos, &emission.emitting);
    state.update_root_proportions(&mut workspace.memos, &emission.emitting);
    workspace.memos.emission = emission;
    state.apply_pending_children();
    state.claim_root_dividends_of_some();
    state.index_root_stakers();
}

impl State {
    /// Registration prices fall, and registrations are counted anew.
    fn decay_burns(&mut self, workspace: &mut BlockWorkspace) {
        let block = self.block;
        for subnet in self.subnets.iter_mut().flatten() {
            let half_life = subnet.hyper.burn_half_life_blocks;
            let mut burn_rao = subnet.registration.burn_rao;
            let (min_rao, max_rao) = (subnet.hyper.min_burn_rao, subnet.hyper.max_burn_rao);
            // Below its bound no decay would show.
            if half_life > 0 && block > 1 && burn_rao > min_rao {
                let factor = *workspace
                    .burn_factors
                    .entry(half_life)
                    .or_insert_with(|| economics::decay_factor_q32(half_life));
                burn_rao = economics::decayed_burn_rao(burn_rao, factor);
            }
            subnet.registration.burn_rao = economics::bounded_burn_rao(burn_rao, min_rao, max_rao);
            subnet.registration.this_block = 0;
            if subnet.netuid == ROOT && subnet.epoch_is_due(block) {
                subnet.registration.this_interval = 0;
            }
        }
    }

    /// Timelocked commits whose epoch has come are applied, just before that epoch runs. Subnets
    /// whose epoch is put off wait with it.
    fn reveal_matured_commits(&mut self) {
        let waits = |subnet: &&Subnet| {
            let mut mechanisms = subnet.mechanisms.iter();
            subnet.netuid != ROOT && mechanisms.any(|mechanism| !mechanism.timelocked.is_empty())
        };
        let waiting = || self.subnets.iter().flatten().filter(waits);
        if waiting().next().is_none() {
            return;
        }
        let waiting: Vec<_> = waiting().map(|subnet| subnet.netuid).collect();
        let (_, deferred) = self.epochs_of_this_block();
        for netuid in waiting.into_iter().filter(|netuid| !deferred.contains(netuid)) {
            self.reveal_timelocked(netuid);
        }
    }

    /// Takes what is pending of the subnets whose epoch runs now, and moves their schedule on.
    /// Subnets beyond the limit per block are put off by a block; they are returned, too.
    fn drain_pending(&mut self) -> (Vec<(NetUid, Pending)>, Vec<NetUid>) {
        let block = self.block;
        let mut some_are_due = false;
        for subnet in self.subnets.iter_mut().flatten().filter(|subnet| subnet.netuid != ROOT) {
            subnet.schedule.blocks_since_last_step += 1;
            some_are_due |= subnet.epoch_is_due(block);
        }
        if !some_are_due {
            return Default::default();
        }
        let (running, deferred) = self.epochs_of_this_block();
        for netuid in &deferred {
            self.live_mut(*netuid).schedule.pending_epoch_at = block + 1;
        }
        let drain = |netuid: NetUid| {
            let subnet = self.live_mut(netuid);
            let kept = Pending {
                miner_burned_bits: subnet.pending.miner_burned_bits,
                ..Pending::default()
            };
            let schedule = &mut subnet.schedule;
            schedule.blocks_since_last_step = 0;
            schedule.last_epoch_block = block;
            schedule.pending_epoch_at = 0;
            schedule.epoch_index += 1;
            let taken = std::mem::replace(&mut subnet.pending, kept);
            self.change_owner_by_conviction(netuid);
            (netuid, taken)
        };
        (running.into_iter().map(drain).collect(), deferred)
    }

    /// Children whose cooldown is over take effect where an epoch has just run.
    fn apply_pending_children(&mut self) {
        for at in 0..self.subnets.len() {
            let Some(subnet) = &self.subnets[at] else { continue };
            let stepped = subnet.schedule.last_epoch_block == self.block;
            if stepped && !subnet.pending_children.is_empty() {
                self.apply_pending_children_on(subnet.netuid);
            }
        }
    }

    fn apply_pending_children_on(&mut self, netuid: NetUid) {
        let block = self.block;
        for parent in self.pending_children_order(netuid) {
            let subnet = self.live_mut(netuid);
            let is_due =
                subnet.pending_children[&parent].1 < block || !subnet.hyper.subtoken_enabled;
            if !is_due {
                continue;
            }
            if let Some((children, _)) = subnet.pending_children.remove(&parent) {
                self.persist_children(netuid, parent, &children);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::AccountId;

    #[test]
    fn burns_decay_down_to_their_bounds() {
        const HALF_LIFE: u16 = 360;
        let factor = economics::decay_factor_q32(HALF_LIFE);
        let bounds = [(0, u64::MAX), (100, 1000), (100, 50), (1000, 1000)];
        let burns = [0, 1, 99, 100, 101, 1000, 1001, 1 << 40];
        for ((min_rao, max_rao), burn_rao) in
            bounds.into_iter().flat_map(|bound| burns.map(|burn_rao| (bound, burn_rao)))
        {
            let mut subnet = Subnet::new(1, AccountId(0));
            subnet.hyper.burn_half_life_blocks = HALF_LIFE;
            (subnet.hyper.min_burn_rao, subnet.hyper.max_burn_rao) = (min_rao, max_rao);
            subnet.registration.burn_rao = burn_rao;
            let mut state = State { block: 2, ..State::default() };
            state.subnets = vec![None, Some(subnet)];
            state.decay_burns(&mut BlockWorkspace::default());
            let decayed = economics::decayed_burn_rao(burn_rao, factor);
            let expected = economics::bounded_burn_rao(decayed, min_rao, max_rao);
            assert_eq!(state.live(1).registration.burn_rao, expected, "{burn_rao} of {min_rao}");
        }
    }
}
