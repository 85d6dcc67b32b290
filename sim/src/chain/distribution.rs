//! Paying out an epoch: owner's cut, miners' incentive, validators' dividends through childkeys,
//! takes and nominators, and root dividends.
//!
//! Source: `pallets/subtensor/src/coinbase/run_coinbase.rs` (`distribute_emission` and what it
//! calls) and `staking/claim_root.rs` of the public runtime, spec version 425.

use subsim_consensus::economics::{
    self, ChildClaim, DividendClaim, DividendPart, ParentClaim, U96F32,
};
use subsim_consensus::mechanisms::Combined;

use super::books::{PendingFor, Place};
use super::epoch_run::EpochWorkspace;
use super::purse::Purse;
use super::{AccountId, EpochOutcome, NetUid, Pending, ROOT, RecycleOrBurn, State};

impl State {
    /// Runs a subnet's epoch on what was pending, and pays it out. Returns what neurons earned.
    pub(super) fn distribute(
        &mut self,
        workspace: &mut EpochWorkspace,
        netuid: NetUid,
        pending: Pending,
    ) -> EpochOutcome {
        let emission_rao = pending
            .server_rao
            .saturating_add(pending.validator_rao)
            .saturating_add(pending.root_alpha_rao);
        let earned = self.run_epoch(workspace, netuid, emission_rao);
        // The chain walks neurons in account order.
        let neurons: Vec<(AccountId, usize)> = self
            .live(netuid)
            .neurons
            .uids
            .iter()
            .map(|(hotkey, uid)| (*hotkey, usize::from(*uid)))
            .collect();
        let dividends = self.dividends_by_hotkey(netuid, &neurons, &earned);
        let incentive_rao =
            earned.server_emission.iter().fold(0, |sum: u64, rao| sum.saturating_add(*rao));
        // Without any incentive validators get the miners' half too.
        let validator_rao = match incentive_rao {
            0 => pending.validator_rao.saturating_add(pending.server_rao),
            _ => pending.validator_rao,
        };
        let claims: Vec<_> = dividends
            .iter()
            .map(|(hotkey, dividend)| DividendClaim {
                alpha_stake_rao: self.hotkey_stake_rao(*hotkey, netuid),
                root_stake_rao: self.hotkey_stake_rao(*hotkey, ROOT),
                dividend: *dividend,
            })
            .collect();
        let tao_weight = self.globals.tao_weight;
        let parts = economics::distribute_dividends(
            validator_rao,
            pending.root_alpha_rao,
            tao_weight,
            &claims,
        );
        let mut purse = Purse::new(netuid, &pending);
        purse.miners_earn_nothing = incentive_rao == 0;
        self.pay_owner(&mut purse, netuid, pending.owner_cut_rao);
        self.pay_miners(&mut purse, netuid, &neurons, &earned.server_emission);
        let paid = || dividends.iter().map(|(hotkey, _)| *hotkey).zip(parts.iter());
        self.pay_alpha_dividends(&mut purse, netuid, paid());
        self.pay_root_dividends(&mut purse, netuid, paid());
        self.enter_rest(&purse);
        self.live_mut(netuid).schedule.last_step_block = self.block;
        let mut dividend_rao = vec![0; neurons.len()];
        for (hotkey, part) in paid() {
            if let Some(uid) = self.live(netuid).neurons.uid(hotkey) {
                dividend_rao[usize::from(uid)] = part.alpha.plus(part.root_alpha).to_u64();
            }
        }
        EpochOutcome { netuid, incentive_rao: earned.server_emission, dividend_rao, pending }
    }

    /// Each hotkey's dividends after childkeys shared theirs with their parents, ascending by
    /// hotkey.
    fn dividends_by_hotkey(
        &mut self,
        netuid: NetUid,
        neurons: &[(AccountId, usize)],
        earned: &Combined,
    ) -> Vec<(AccountId, U96F32)> {
        let mut dividends = Vec::with_capacity(neurons.len());
        let mut add = |hotkey, rao| dividends.push((hotkey, U96F32::whole(rao)));
        for (hotkey, uid) in neurons {
            let rao = earned.validator_emission[*uid];
            if self.live(netuid).parents_of(*hotkey).is_empty() {
                add(*hotkey, rao);
                continue;
            }
            let parents = self.live(netuid).parents_of(*hotkey).to_vec();
            let split = self.split_with_parents(netuid, *hotkey, rao, &parents);
            for ((_, parent), rao) in parents.iter().zip(&split.parents_rao) {
                add(*parent, *rao);
            }
            add(*hotkey, split.child_rao);
            for rao in split.recycled_rao {
                // Only proportions count from here on, so this alpha is paid out as well.
                self.recycle_alpha(netuid, Place::Rounding, rao, "childkey burn");
            }
        }
        // Without parents all are in order and different already.
        dividends.sort_by_key(|(hotkey, _)| *hotkey);
        dividends.dedup_by(|(next, rao), (hotkey, sum)| {
            let same = next == hotkey;
            if same {
                *sum = sum.plus(*rao);
            }
            same
        });
        dividends
    }

    /// `get_parent_child_dividends_distribution`.
    fn split_with_parents(
        &self,
        netuid: NetUid,
        child: AccountId,
        dividends_rao: u64,
        parents: &[(u64, AccountId)],
    ) -> economics::ChildSplit {
        let subnet = self.live(netuid);
        let given: Vec<u64> = subnet.children_of(child).iter().map(|(part, _)| *part).collect();
        let self_contribution_rao = economics::self_contribution_rao(
            subnet.hotkey_alpha_rao(child),
            self.hotkey_stake_rao(child, ROOT),
            self.globals.tao_weight,
            &given,
        );
        let claim = ChildClaim {
            dividends_rao,
            self_contribution_rao,
            take: self.childkey_take(child, netuid),
            burn: self.globals.childkey_burn,
            tao_weight: self.globals.tao_weight,
        };
        let owner = self.account(child).owner;
        let claims: Vec<_> = parents
            .iter()
            .map(|(proportion, parent)| ParentClaim {
                proportion: *proportion,
                alpha_stake_rao: subnet.hotkey_alpha_rao(*parent),
                root_stake_rao: self.hotkey_stake_rao(*parent, ROOT),
                same_owner: self.account(*parent).owner == owner,
            })
            .collect();
        economics::split_with_parents(&claim, &claims)
    }

    /// The owner's cut becomes stake of the owner's hotkey.
    fn pay_owner(&mut self, purse: &mut Purse, netuid: NetUid, rao: u64) {
        let hyper = &self.live(netuid).hyper;
        if let (Some(coldkey), Some(hotkey)) = (hyper.owner, hyper.owner_hotkey) {
            self.increase_stake(hotkey, coldkey, netuid, rao);
            let stake = Place::Stake { hotkey, coldkey: Some(coldkey) };
            self.enter_payment(purse, PendingFor::Owner, stake, rao, "owner's cut");
            self.auto_lock_owner_cut(netuid, rao);
        }
    }

    /// Incentive becomes stake of the hotkey's owner, on the hotkey or where the owner wants it.
    /// What the subnet's owner earned with hotkeys of its own is withheld.
    fn pay_miners(
        &mut self,
        purse: &mut Purse,
        netuid: NetUid,
        neurons: &[(AccountId, usize)],
        earned_rao: &[u64],
    ) {
        let recycles = self.live(netuid).hyper.recycle_or_burn == Some(RecycleOrBurn::Recycle);
        let (mut total_rao, mut withheld_rao) = (0_u64, 0_u64);
        for (hotkey, uid) in neurons {
            let rao = earned_rao[*uid];
            total_rao = total_rao.saturating_add(rao);
            if self.belongs_to_owner(netuid, *hotkey) {
                withheld_rao = withheld_rao.saturating_add(rao);
                // Burned alpha stays in the outstanding alpha, owned by nobody.
                let to = Place::Burned;
                self.enter_payment(purse, PendingFor::Server, to, rao, "withheld incentive");
                if recycles {
                    self.recycle_alpha(netuid, to, rao, "withheld incentive");
                }
                continue;
            }
            if let Some(owner) = self.account(*hotkey).owner {
                let target = self.live(netuid).auto_stake.get(&owner).copied();
                let hotkey = target.unwrap_or(*hotkey);
                self.pay_stake(hotkey, owner, netuid, rao);
                let stake = Place::Stake { hotkey, coldkey: Some(owner) };
                self.enter_payment(purse, PendingFor::Server, stake, rao, "incentive");
            }
        }
        let withheld = economics::withheld_proportion(withheld_rao, total_rao);
        self.live_mut(netuid).pending.miner_burned_bits = withheld.to_bits();
    }

    /// Whether a registered hotkey counts as the subnet owner's (`get_owner_hotkeys`).
    fn belongs_to_owner(&self, netuid: NetUid, hotkey: AccountId) -> bool {
        let hyper = &self.live(netuid).hyper;
        hyper.owner_hotkey == Some(hotkey)
            || hyper.owner.is_some_and(|owner| self.account(owner).owned_hotkeys.contains(&hotkey))
    }

    /// The take goes to the hotkey's owner, the rest to all who staked to it.
    fn pay_alpha_dividends<'a>(
        &mut self,
        purse: &mut Purse,
        netuid: NetUid,
        parts: impl Iterator<Item = (AccountId, &'a DividendPart)>,
    ) {
        let mut paid = Vec::new();
        for (hotkey, part) in parts {
            let (take_rao, rest_rao) =
                economics::split_take(part.alpha, self.delegate_take(hotkey));
            self.pay_take(purse, PendingFor::Validator, netuid, hotkey, take_rao);
            self.change_pool(hotkey, netuid, |pool| pool.raise_all(rest_rao));
            let stakes = Place::Stake { hotkey, coldkey: None };
            self.enter_payment(purse, PendingFor::Validator, stakes, rest_rao, "dividends");
            let subnet = self.live_mut(netuid);
            let total_rao = subnet.hotkey_alpha_rao(hotkey);
            subnet.hotkey_alpha_last_epoch.insert(hotkey, total_rao);
            paid.push((hotkey, rest_rao));
        }
        self.live_mut(netuid).alpha_dividends = paid.into_iter().collect();
    }

    fn pay_take(
        &mut self,
        purse: &mut Purse,
        kind: PendingFor,
        netuid: NetUid,
        hotkey: AccountId,
        rao: u64,
    ) {
        if let Some(owner) = self.account(hotkey).owner {
            self.pay_stake(hotkey, owner, netuid, rao);
            let stake = Place::Stake { hotkey, coldkey: Some(owner) };
            self.enter_payment(purse, kind, stake, rao, "take");
        }
    }

    /// [`State::increase_stake`] where most get nothing. Nothing added changes a pool only when its
    /// shares sum to 0 and the coldkey still has one, which is then forgotten.
    fn pay_stake(&mut self, hotkey: AccountId, coldkey: AccountId, netuid: NetUid, rao: u64) {
        let pool = self.live(netuid).stakes.get(&hotkey);
        if rao > 0 || pool.is_some_and(|pool| pool.denominator().is_zero()) {
            self.increase_stake(hotkey, coldkey, netuid, rao);
        }
    }

    /// Root dividends wait as claims until stakers take them.
    fn pay_root_dividends<'a>(
        &mut self,
        purse: &mut Purse,
        netuid: NetUid,
        parts: impl Iterator<Item = (AccountId, &'a DividendPart)>,
    ) {
        let mut paid = Vec::new();
        for (hotkey, part) in parts {
            let take = self.delegate_take(hotkey);
            let (take_rao, rest_rao) = economics::split_take(part.root_alpha, take);
            self.pay_take(purse, PendingFor::Root, netuid, hotkey, take_rao);
            self.raise_root_claimable(purse, netuid, hotkey, rest_rao);
            paid.push((hotkey, rest_rao));
        }
        self.live_mut(netuid).root_alpha_dividends = paid.into_iter().collect();
    }

    /// Raises what each rao staked on root with a hotkey may claim. More than one alpha per rao
    /// would overflow in time: then the owner gets it all (`increase_root_claimable_...`).
    fn raise_root_claimable(
        &mut self,
        purse: &mut Purse,
        netuid: NetUid,
        hotkey: AccountId,
        rao: u64,
    ) {
        let root_rao = self.hotkey_stake_rao(hotkey, ROOT);
        if rao > root_rao {
            if let Some(owner) = self.account(hotkey).owner {
                self.increase_stake(hotkey, owner, netuid, rao);
                let stake = Place::Stake { hotkey, coldkey: Some(owner) };
                self.enter_payment(purse, PendingFor::Root, stake, rao, "root dividends");
            }
            return;
        }
        let claims = Place::Claimable { hotkey };
        self.enter_payment(purse, PendingFor::Root, claims, rao, "root dividends");
        let raise_bits = (i128::from(rao) << 32).checked_div(i128::from(root_rao)).unwrap_or(0);
        let rates = &mut self.account_mut(hotkey).root_claimable_bits;
        let rate = rates.entry(netuid).or_default();
        *rate = rate.saturating_add(raise_bits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{Share, StakePool, Subnet};

    #[test]
    fn paying_nothing_is_what_adding_nothing_is() {
        let mut state = State::default();
        let [hotkey, coldkey, other] = [1, 2, 3].map(|key| state.intern([key; 32]));
        let share = Share::from_rao(5);
        let pools = [
            None,
            Some(StakePool::from_parts(9, share, vec![(coldkey, share)])),
            Some(StakePool::from_parts(0, share, vec![(other, share)])),
            Some(StakePool::from_parts(9, Share::ZERO, vec![])),
            Some(StakePool::from_parts(9, Share::ZERO, vec![(coldkey, share)])),
            Some(StakePool::from_parts(0, Share::ZERO, vec![(coldkey, share)])),
        ];
        for pool in pools {
            let mut subnet = Subnet::new(0, other);
            subnet.stakes.extend(pool.clone().map(|pool| (hotkey, pool)));
            state.subnets = vec![Some(subnet)];
            let (mut paid, mut added) = (state.clone(), state.clone());
            paid.pay_stake(hotkey, coldkey, 0, 0);
            added.increase_stake(hotkey, coldkey, 0, 0);
            assert!(paid == added, "{pool:?}");
            paid.pay_stake(hotkey, coldkey, 0, 7);
            added.increase_stake(hotkey, coldkey, 0, 7);
            assert!(paid == added && paid.hotkey_stake_rao(hotkey, 0) >= 7, "{pool:?}");
        }
    }
}
