//! Root dividends as claims: what each rao staked on root may take of a subnet's alpha, what was
//! taken already, and turning the difference into stake.
//!
//! A hotkey's rates only rise; joining or leaving root stake moves what counts as taken, so that
//! nobody claims what was earned without them. Source:
//! `pallets/subtensor/src/staking/claim_root.rs` of the public runtime, spec version 425.

use subsim_consensus::economics::MIN_PRICE;

use super::books::Place;
use super::journal::Saved;
use super::trading::Order;
use super::{AccountId, CallError, NetUid, ROOT, RootClaimType, State};

/// Most subnets that one call claims from.
pub const MAX_SUBNETS_PER_CLAIM: usize = 5;

/// Fraction bits of rates and thresholds.
const FRACTION_BITS: u32 = 32;

impl State {
    /// Rate of a hotkey on the first subnet from `from` on that it has one for.
    fn next_rate(&self, hotkey: AccountId, from: NetUid) -> Option<(NetUid, i128)> {
        let rates = &self.account(hotkey).root_claimable_bits;
        rates.range(from..).next().map(|(netuid, rate)| (*netuid, *rate))
    }

    /// Calls a function for every subnet that a hotkey has a rate for, ascending.
    fn for_each_rate<E>(
        &mut self,
        hotkey: AccountId,
        mut visit: impl FnMut(&mut Self, NetUid, i128) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut from = Some(0);
        while let Some((netuid, rate)) = from.and_then(|from| self.next_rate(hotkey, from)) {
            visit(self, netuid, rate)?;
            from = netuid.checked_add(1);
        }
        Ok(())
    }

    fn root_claimed(&self, netuid: NetUid, hotkey: AccountId, coldkey: AccountId) -> u128 {
        let claimed = self.subnet(netuid).and_then(|s| s.root_claimed.get(&(hotkey, coldkey)));
        claimed.copied().unwrap_or(0)
    }

    fn set_root_claimed(&mut self, netuid: NetUid, keys: (AccountId, AccountId), rao: u128) {
        self.note(|state| {
            let old = state.subnet(netuid).and_then(|subnet| subnet.root_claimed.get(&keys));
            Saved::RootClaimed(netuid, keys, old.copied())
        });
        if let Some(subnet) = self.subnet_mut(netuid) {
            subnet.root_claimed.insert(keys, rao);
        }
    }

    fn shift_root_claimed(
        &mut self,
        hotkey: AccountId,
        coldkey: AccountId,
        rao: u64,
        shift: fn(u128, u128) -> u128,
    ) {
        let visit = |state: &mut Self, netuid: NetUid, rate: i128| {
            let claimed = state.root_claimed(netuid, hotkey, coldkey);
            let share = rate.saturating_mul(i128::from(rao)) >> FRACTION_BITS;
            let share = u128::try_from(share).unwrap_or(0);
            state.set_root_claimed(netuid, (hotkey, coldkey), shift(claimed, share));
            Ok::<_, CallError>(())
        };
        // The visit cannot fail.
        let _ = self.for_each_rate(hotkey, visit);
    }

    /// New root stake has no part in what was earned before
    /// (`add_stake_adjust_root_claimed_for_hotkey_and_coldkey`).
    pub(super) fn raise_root_claimed(&mut self, hotkey: AccountId, coldkey: AccountId, rao: u64) {
        self.shift_root_claimed(hotkey, coldkey, rao, u128::saturating_add);
    }

    /// Root stake that leaves takes its part of the claims along
    /// (`remove_stake_adjust_root_claimed_for_hotkey_and_coldkey`).
    pub(super) fn lower_root_claimed(&mut self, hotkey: AccountId, coldkey: AccountId, rao: u64) {
        self.shift_root_claimed(hotkey, coldkey, rao, u128::saturating_sub);
    }

    /// What a coldkey may claim through a hotkey, I96F32 bits; negative when it took too much
    /// (`get_root_owed_for_hotkey_coldkey_float`).
    fn root_owed_bits(
        &self,
        netuid: NetUid,
        hotkey: AccountId,
        coldkey: AccountId,
        rate: i128,
    ) -> i128 {
        let claimable = rate.saturating_mul(i128::from(self.stake_rao(hotkey, coldkey, ROOT)));
        let claimed = self.root_claimed(netuid, hotkey, coldkey);
        let claimed = i128::try_from(claimed).unwrap_or(i128::MAX);
        let claimed = claimed.checked_mul(1 << FRACTION_BITS).unwrap_or(i128::MAX);
        claimable.saturating_sub(claimed)
    }

    /// Alpha that a coldkey may claim through a hotkey, rao
    /// (`get_root_owed_for_hotkey_coldkey`).
    #[must_use]
    pub fn root_owed_rao(&self, netuid: NetUid, hotkey: AccountId, coldkey: AccountId) -> u64 {
        let rate = self.account(hotkey).root_claimable_bits.get(&netuid).copied().unwrap_or(0);
        whole_rao(self.root_owed_bits(netuid, hotkey, coldkey, rate))
    }

    fn claim_on_subnet(
        &mut self,
        netuid: NetUid,
        hotkey: AccountId,
        coldkey: AccountId,
        rate: i128,
    ) -> Result<(), CallError> {
        let owed = self.root_owed_bits(netuid, hotkey, coldkey, rate);
        let threshold = self.subnet(netuid).map(|s| s.hyper.root_claimable_threshold_bits);
        let rao = whole_rao(owed);
        if threshold.is_none_or(|threshold| owed < threshold) || rao == 0 {
            return Ok(());
        }
        let keeps = match &self.account(coldkey).root_claim_type {
            None | Some(RootClaimType::Swap) => false,
            Some(RootClaimType::Keep) => true,
            Some(RootClaimType::KeepSubnets(netuids)) => netuids.contains(&netuid),
        };
        if keeps {
            self.increase_stake(hotkey, coldkey, netuid, rao);
            let stake = Place::Stake { hotkey, coldkey: Some(coldkey) };
            let claim = Place::Claimable { hotkey };
            self.book_alpha(netuid, claim, stake, rao, "root dividends claimed");
        } else {
            self.sell_claim(netuid, hotkey, coldkey, rao)?;
        }
        let claimed = self.root_claimed(netuid, hotkey, coldkey).saturating_add(rao.into());
        self.set_root_claimed(netuid, (hotkey, coldkey), claimed);
        Ok(())
    }

    /// Sells claimed alpha, free of fees, and stakes the TAO on root.
    fn sell_claim(
        &mut self,
        netuid: NetUid,
        hotkey: AccountId,
        coldkey: AccountId,
        alpha_rao: u64,
    ) -> Result<(), CallError> {
        let reason = "root dividends claimed";
        let order = Order {
            netuid,
            rao: alpha_rao,
            limit: MIN_PRICE,
            drop_fees: true,
            alpha: Place::Claimable { hotkey },
            reason,
        };
        let trade = self.swap_alpha_for_tao(&order)?;
        let tao = trade.amount_out_rao;
        let root_pot = self.pot(ROOT).ok_or(CallError::RootNetworkDoesNotExist)?;
        self.transfer_tao_from_pot(netuid, root_pot, tao, reason)?;
        self.note_pool(netuid);
        if let Some(subnet) = self.subnet_mut(netuid) {
            let sold = &mut subnet.flow.root_sell_tao_rao;
            *sold = sold.saturating_add(tao);
            subnet.record_protocol_flow(-(tao as i64));
        }
        self.increase_stake(hotkey, coldkey, ROOT, tao);
        self.note_pool(ROOT);
        if let Some(root) = self.subnet_mut(ROOT) {
            root.pool.tao_rao = root.pool.tao_rao.saturating_add(tao);
            root.pool.alpha_out_rao = root.pool.alpha_out_rao.saturating_add(tao);
        }
        self.book_tao(Place::Pot(ROOT), Place::PoolReserve(ROOT), tao, reason);
        let stake = Place::Stake { hotkey, coldkey: Some(coldkey) };
        self.book_alpha(ROOT, Place::Emission, stake, tao, reason);
        self.note_totals();
        self.total_stake_rao = self.total_stake_rao.saturating_add(tao);
        self.raise_root_claimed(hotkey, coldkey, tao);
        Ok(())
    }

    /// Claims what a coldkey is owed through all hotkeys it staked to, on all subnets or on some
    /// (`do_root_claim`). All or nothing.
    ///
    /// # Errors
    /// As the pools refuse trades.
    pub fn claim_root_dividends(
        &mut self,
        coldkey: AccountId,
        netuids: Option<&[NetUid]>,
    ) -> Result<(), CallError> {
        self.transaction(|state| {
            let mut at = 0;
            while let Some(hotkey) = state.account(coldkey).staking_hotkeys.get(at).copied() {
                at += 1;
                state.for_each_rate(hotkey, |state, netuid, rate| {
                    if netuids.is_some_and(|netuids| !netuids.contains(&netuid)) {
                        return Ok(());
                    }
                    state.claim_on_subnet(netuid, hotkey, coldkey, rate)
                })?;
            }
            Ok(())
        })
    }

    /// `claim_root`.
    pub(super) fn claim_root(
        &mut self,
        coldkey: AccountId,
        netuids: &[NetUid],
    ) -> Result<(), CallError> {
        let mut distinct = netuids.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.is_empty() || distinct.len() > MAX_SUBNETS_PER_CLAIM {
            return Err(CallError::InvalidSubnetNumber);
        }
        self.add_root_staker(coldkey);
        self.claim_root_dividends(coldkey, Some(&distinct))
    }

    /// `set_root_claim_type`.
    pub(super) fn set_root_claim_type(
        &mut self,
        coldkey: AccountId,
        claim_type: &RootClaimType,
    ) -> Result<(), CallError> {
        let mut claim_type = claim_type.clone();
        if let RootClaimType::KeepSubnets(netuids) = &mut claim_type {
            if netuids.is_empty() {
                return Err(CallError::InvalidSubnetNumber);
            }
            netuids.sort_unstable();
            netuids.dedup();
        }
        self.add_root_staker(coldkey);
        self.account_mut(coldkey).root_claim_type = Some(claim_type);
        Ok(())
    }

    /// Puts a coldkey into the index that automatic claims draw from
    /// (`maybe_add_coldkey_index`).
    pub(super) fn add_root_staker(&mut self, coldkey: AccountId) {
        if self.staking_coldkey_index.contains_key(&coldkey) {
            return;
        }
        self.note(|_| Saved::RootStakerAdded(coldkey));
        self.staking_coldkey_index.insert(coldkey, self.staking_coldkeys.len() as u64);
        self.staking_coldkeys.push(coldkey);
    }

    /// Takes a coldkey out of that index; the last one moves to its place
    /// (`maybe_remove_coldkey_index`).
    pub(super) fn remove_root_staker(&mut self, coldkey: AccountId) {
        let Some(at) = self.staking_coldkey_index.remove(&coldkey) else { return };
        let at = at as usize;
        self.note(|_| Saved::RootStakerRemoved(coldkey, at));
        self.staking_coldkeys.swap_remove(at);
        if let Some(moved) = self.staking_coldkeys.get(at) {
            self.staking_coldkey_index.insert(*moved, at as u64);
        }
    }

    /// Whether a coldkey has any stake on root (`coldkey_has_root_stake`).
    #[must_use]
    pub fn has_root_stake(&self, coldkey: AccountId) -> bool {
        let mut hotkeys = self.account(coldkey).staking_hotkeys.iter();
        hotkeys.any(|hotkey| self.stake_rao(*hotkey, coldkey, ROOT) != 0)
    }
}

/// Whole rao of a number with 32 fraction bits; 0 when negative.
fn whole_rao(bits: i128) -> u64 {
    u64::try_from((bits >> FRACTION_BITS).max(0)).unwrap_or(u64::MAX)
}
