//! A subnet changes hands: a year after its registration the hotkey with the most conviction
//! becomes the owner's, once the subnet's conviction is worth a tenth of its outstanding alpha.
//!
//! Source: `change_subnet_owner_if_needed` in `pallets/subtensor/src/staking/lock.rs` of the public
//! runtime, spec version 425.

use std::collections::BTreeMap;

use subsim_consensus::economics::U64F64;

use super::conviction::{self, LockState};
use super::{AccountId, NetUid, State, Subnet};

/// Blocks of a year, leap days included.
pub const YEAR_BLOCKS: u64 = 7200 * 365 + 1800;

impl State {
    fn rolled_sum(&self, lock: LockState, owner: bool, perpetual: bool) -> LockState {
        conviction::roll(lock, self.block, self.rates(), owner, perpetual)
    }

    /// Conviction for every hotkey that has any, as of now; the owner's hotkey by its own sums too.
    fn convictions(&self, subnet: &Subnet) -> BTreeMap<AccountId, U64F64> {
        let locks = &subnet.locks;
        let perpetual =
            locks.perpetual.iter().map(|(hotkey, sum)| (Some(*hotkey), *sum, false, true));
        let decaying =
            locks.decaying.iter().map(|(hotkey, sum)| (Some(*hotkey), *sum, false, false));
        let owner = subnet.hyper.owner_hotkey;
        let owner_perpetual = locks.perpetual_owner.iter().map(|sum| (owner, *sum, true, true));
        let owner_decaying = locks.decaying_owner.iter().map(|sum| (owner, *sum, true, false));
        let mut scores: BTreeMap<AccountId, U64F64> = BTreeMap::new();
        let all = perpetual.chain(decaying).chain(owner_perpetual).chain(owner_decaying);
        for (hotkey, sum, is_owner, is_perpetual) in all {
            let Some(hotkey) = hotkey else { continue };
            let score = scores.entry(hotkey).or_default();
            *score = score.plus(self.rolled_sum(sum, is_owner, is_perpetual).conviction);
        }
        scores
    }

    /// The hotkey that a subnet goes to, if it changes hands now.
    fn successor(&self, subnet: &Subnet) -> Option<(AccountId, AccountId)> {
        let outstanding = subnet.pool.alpha_out_rao;
        let mature = subnet.hyper.network_registered_at.saturating_add(YEAR_BLOCKS);
        if outstanding == 0 || self.block < mature {
            return None;
        }
        let scores = self.convictions(subnet);
        let total = scores.values().fold(U64F64::ZERO, |sum, score| sum.plus(*score));
        if total.times(U64F64::whole(10)) < U64F64::whole(outstanding) {
            return None;
        }
        // Of equals the last in account order.
        let (hotkey, _) = scores.into_iter().max_by_key(|(_, score)| *score)?;
        let owner = self.account(hotkey).owner?;
        (subnet.hyper.owner != Some(owner)).then_some((hotkey, owner))
    }

    /// Gives a subnet to the hotkey with the most conviction, if it is time.
    pub(super) fn change_owner_by_conviction(&mut self, netuid: NetUid) {
        let successor = self.subnet(netuid).and_then(|subnet| self.successor(subnet));
        let Some((hotkey, owner)) = successor else { return };
        let registered = self.subnet(netuid).is_some_and(|s| s.neurons.uid(hotkey).is_some());
        if !registered && self.give_uid(netuid, hotkey).is_err() {
            return;
        }
        self.hand_over_locks(netuid, hotkey);
        if let Some(subnet) = self.subnet_mut(netuid) {
            subnet.hyper.owner = Some(owner);
            subnet.hyper.owner_hotkey = Some(hotkey);
        }
    }

    /// The old owner's sums become ordinary ones, the new owner's the owner's.
    fn hand_over_locks(&mut self, netuid: NetUid, hotkey: AccountId) {
        let Some(subnet) = self.subnet(netuid) else { return };
        let mut locks = subnet.locks.clone();
        if let Some(old) = subnet.hyper.owner_hotkey {
            for perpetual in [true, false] {
                let Some(sum) = locks.take_owner_sum(perpetual) else { continue };
                let moved = self.rolled_sum(sum, true, perpetual);
                let current = locks.hotkey_sum(old, perpetual).unwrap_or_default();
                let current = self.rolled_sum(current, false, perpetual);
                let sum = LockState { last_update: self.block, ..current.plus(&moved) };
                locks.set_hotkey_sum(old, perpetual, sum);
            }
        }
        for perpetual in [true, false] {
            let Some(sum) = locks.hotkey_sum(hotkey, perpetual) else { continue };
            locks.set_hotkey_sum(hotkey, perpetual, LockState::empty(self.block));
            let moved = self.rolled_sum(sum, false, perpetual);
            locks.set_owner_sum(perpetual, self.rolled_sum(moved, true, perpetual));
        }
        if let Some(subnet) = self.subnet_mut(netuid) {
            subnet.locks = locks;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{Call, GlobalParameters, Origin};

    #[test]
    fn conviction_takes_a_subnet_over_after_a_year() {
        let money = |number: u8| ([number; 32], 1_000_000_000_000_000);
        let accounts = [money(1), money(2), ([3; 32], 0), ([4; 32], 0)];
        let mut state = State::genesis(GlobalParameters::default(), accounts, None);
        let [owner, rival, hotkey, other] = [0, 1, 2, 3].map(AccountId);
        let mut make = |who, call| state.apply(Origin::Signed(who), &call).unwrap();
        make(owner, Call::RegisterNetwork { hotkey });
        make(owner, Call::StartCall { netuid: 1 });
        make(rival, Call::BurnedRegister { netuid: 1, hotkey: other });
        make(rival, Call::AddStake { hotkey: other, netuid: 1, tao_rao: 100_000_000_000_000 });
        let alpha_rao = state.stake_rao(other, rival, 1);
        let lock = Call::LockStake { hotkey: other, netuid: 1, alpha_rao };
        state
            .apply(Origin::Signed(rival), &Call::SetPerpetualLock { netuid: 1, enabled: true })
            .unwrap();
        state.apply(Origin::Signed(rival), &lock).unwrap();
        state.block = YEAR_BLOCKS - 1;
        state.change_owner_by_conviction(1);
        assert_eq!(state.live(1).hyper.owner, Some(owner));
        state.block = YEAR_BLOCKS;
        state.change_owner_by_conviction(1);
        assert_eq!(state.live(1).hyper.owner, Some(rival));
        assert_eq!(state.live(1).hyper.owner_hotkey, Some(other));
        assert!(state.live(1).locks.perpetual.is_empty());
        assert!(state.live(1).locks.perpetual_owner.is_some());
    }
}
