//! Takes of delegates and childkeys, and how often things of this kind may be done.
//!
//! Source: `pallets/subtensor/src/staking/{increase_take, decrease_take, set_children}.rs`,
//! `guards/check_delegate_take.rs` and `utils/rate_limiting.rs` of the public runtime, spec
//! version 425.

use super::{AccountId, CallError, NetUid, State};

/// Things that a key may do only so often, each on each subnet for itself (`TransactionType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TransactionKind {
    /// Scheduling children.
    SetChildren,
    /// Changing a childkey take.
    SetChildkeyTake,
    /// Changing the tempo.
    SetTempo,
    /// Changing the number of mechanisms.
    MechanismCount,
    /// Changing the split over mechanisms.
    MechanismSplit,
    /// Changing the version that weights must carry.
    WeightsVersionKey,
}

/// Whether so many blocks passed since a block, or there was none.
pub(super) fn limit_has_passed(block: u64, last: u64, limit: u64) -> bool {
    last == 0 || block.saturating_sub(last) >= limit
}

impl State {
    /// Whether a key may do something again (`passes_rate_limit_on_subnet`).
    pub(super) fn passes_rate_limit(
        &self,
        key: AccountId,
        netuid: NetUid,
        kind: TransactionKind,
        limit: u64,
    ) -> bool {
        let last = self.last_transaction.get(&(key, netuid, kind)).copied().unwrap_or(0);
        limit_has_passed(self.block, last, limit)
    }

    /// Remembers that a key did something now.
    pub(super) fn mark_transaction(
        &mut self,
        key: AccountId,
        netuid: NetUid,
        kind: TransactionKind,
    ) {
        self.last_transaction.insert((key, netuid, kind), self.block);
    }

    /// Checks that raising and lowering a take have in common (`CheckDelegateTake`).
    fn check_take(
        &self,
        coldkey: AccountId,
        hotkey: AccountId,
        take: u16,
    ) -> Result<(), CallError> {
        if take < self.globals.min_delegate_take {
            return Err(CallError::DelegateTakeTooLow);
        }
        if take > self.globals.max_delegate_take {
            return Err(CallError::DelegateTakeTooHigh);
        }
        self.check_hotkey_exists(hotkey)?;
        self.owns(coldkey, hotkey).then_some(()).ok_or(CallError::NonAssociatedColdKey)
    }

    /// `increase_take`: only up, and only so often.
    pub(super) fn increase_take(
        &mut self,
        coldkey: AccountId,
        hotkey: AccountId,
        take: u16,
    ) -> Result<(), CallError> {
        self.check_take(coldkey, hotkey, take)?;
        if self.account(hotkey).delegate_take.is_some_and(|present| take <= present) {
            return Err(CallError::DelegateTakeTooLow);
        }
        let last = self.last_take_change.get(&hotkey).copied().unwrap_or(0);
        let limit = self.globals.delegate_take_rate_limit_blocks;
        // Unlike other limits, this one has to be exceeded.
        if limit > 0 && last > 0 && self.block.saturating_sub(last) <= limit {
            return Err(CallError::DelegateTxRateLimitExceeded);
        }
        self.set_take(hotkey, take);
        Ok(())
    }

    /// `decrease_take`: only down, at any time.
    pub(super) fn decrease_take(
        &mut self,
        coldkey: AccountId,
        hotkey: AccountId,
        take: u16,
    ) -> Result<(), CallError> {
        self.check_take(coldkey, hotkey, take)?;
        if self.account(hotkey).delegate_take.is_some_and(|present| take >= present) {
            return Err(CallError::DelegateTakeTooLow);
        }
        self.set_take(hotkey, take);
        Ok(())
    }

    fn set_take(&mut self, hotkey: AccountId, take: u16) {
        self.last_take_change.insert(hotkey, self.block);
        self.account_mut(hotkey).delegate_take = Some(take);
    }

    fn min_childkey_take(&self, netuid: NetUid) -> u16 {
        let of_subnet = self.subnet(netuid).map_or(0, |subnet| subnet.hyper.min_childkey_take);
        of_subnet.max(self.globals.min_childkey_take)
    }

    /// Take of a childkey, u16 proportion, never below the subnet's minimum
    /// (`get_childkey_take`).
    #[must_use]
    pub fn childkey_take(&self, hotkey: AccountId, netuid: NetUid) -> u16 {
        let set = self.childkey_takes.get(&(netuid, hotkey));
        set.copied().unwrap_or(self.globals.min_childkey_take).max(self.min_childkey_take(netuid))
    }

    /// `set_childkey_take`.
    pub(super) fn set_childkey_take(
        &mut self,
        coldkey: AccountId,
        hotkey: AccountId,
        netuid: NetUid,
        take: u16,
    ) -> Result<(), CallError> {
        if !self.owns(coldkey, hotkey) {
            return Err(CallError::NonAssociatedColdKey);
        }
        let allowed = self.min_childkey_take(netuid)..=self.globals.max_childkey_take;
        if !allowed.contains(&take) {
            return Err(CallError::InvalidChildkeyTake);
        }
        let kind = TransactionKind::SetChildkeyTake;
        let limit = self.globals.childkey_take_rate_limit_blocks;
        let raises = take > self.childkey_take(hotkey, netuid);
        if raises && !self.passes_rate_limit(hotkey, netuid, kind, limit) {
            return Err(CallError::TxChildkeyTakeRateLimitExceeded);
        }
        self.mark_transaction(hotkey, netuid, kind);
        // The subnet need not exist: the chain stores the take all the same.
        self.childkey_takes.insert((netuid, hotkey), take);
        Ok(())
    }
}
