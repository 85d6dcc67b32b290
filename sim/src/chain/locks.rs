//! Stake locks: alpha that a coldkey binds to a hotkey on one subnet. Locked alpha cannot leave the
//! subnet; the longer it stays, the more conviction the hotkey gathers.
//!
//! A lock decays unless it is perpetual, and conviction grows towards the locked amount. Both are
//! brought up to date only when somebody touches them. Beside the locks themselves the subnet
//! keeps their sums by hotkey, apart for decaying and perpetual ones and for the owner's hotkey.
//! Source: `pallets/subtensor/src/staking/lock.rs` of the public runtime, spec version 425.

use std::collections::BTreeMap;

use subsim_consensus::economics::U64F64;

use super::conviction::{self, LockState, Rates};
use super::journal::Saved;
use super::{AccountId, CallError, NetUid, State};

/// Locks of a subnet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Locks {
    /// Lock of a coldkey, and the hotkey that it is for (`Lock`).
    pub by_coldkey: BTreeMap<AccountId, (AccountId, LockState)>,
    /// Sums of decaying locks by hotkey (`DecayingHotkeyLock`).
    pub decaying: BTreeMap<AccountId, LockState>,
    /// Sums of perpetual locks by hotkey (`HotkeyLock`).
    pub perpetual: BTreeMap<AccountId, LockState>,
    /// Sum of decaying locks for the owner's hotkey (`DecayingOwnerLock`).
    pub decaying_owner: Option<LockState>,
    /// Sum of perpetual locks for the owner's hotkey (`OwnerLock`).
    pub perpetual_owner: Option<LockState>,
}

impl Locks {
    /// Sum of the locks for a hotkey that is not the owner's.
    pub(super) fn hotkey_sum(&self, hotkey: AccountId, perpetual: bool) -> Option<LockState> {
        let sums = if perpetual { &self.perpetual } else { &self.decaying };
        sums.get(&hotkey).copied()
    }

    /// Sets that sum; nothing at all is not kept.
    pub(super) fn set_hotkey_sum(&mut self, hotkey: AccountId, perpetual: bool, sum: LockState) {
        let sums = if perpetual { &mut self.perpetual } else { &mut self.decaying };
        if sum.is_empty() {
            sums.remove(&hotkey);
        } else {
            sums.insert(hotkey, sum);
        }
    }

    fn owner_sum_mut(&mut self, perpetual: bool) -> &mut Option<LockState> {
        if perpetual { &mut self.perpetual_owner } else { &mut self.decaying_owner }
    }

    /// Sets the sum of the locks for the owner's hotkey.
    pub(super) fn set_owner_sum(&mut self, perpetual: bool, sum: LockState) {
        *self.owner_sum_mut(perpetual) = (!sum.is_empty()).then_some(sum);
    }

    /// Takes that sum away.
    pub(super) fn take_owner_sum(&mut self, perpetual: bool) -> Option<LockState> {
        self.owner_sum_mut(perpetual).take()
    }
}

/// Which of the sums a lock belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind {
    netuid: NetUid,
    hotkey: AccountId,
    owner: bool,
    perpetual: bool,
}

impl Locks {
    fn sum(&self, kind: &Kind) -> Option<LockState> {
        match (kind.owner, kind.perpetual) {
            (true, true) => self.perpetual_owner,
            (true, false) => self.decaying_owner,
            (false, perpetual) => self.hotkey_sum(kind.hotkey, perpetual),
        }
    }

    fn set_sum(&mut self, kind: &Kind, sum: LockState) {
        if kind.owner {
            self.set_owner_sum(kind.perpetual, sum);
        } else {
            self.set_hotkey_sum(kind.hotkey, kind.perpetual, sum);
        }
    }
}

impl State {
    pub(super) fn rates(&self) -> Rates {
        Rates {
            unlock_blocks: self.globals.unlock_rate_blocks,
            maturity_blocks: self.globals.maturity_rate_blocks,
        }
    }

    fn kind(&self, coldkey: AccountId, hotkey: AccountId, netuid: NetUid) -> Kind {
        let owner_hotkey = self.subnet(netuid).and_then(|subnet| subnet.hyper.owner_hotkey);
        let perpetual = self.perpetual_locks.contains(&(coldkey, netuid));
        Kind { netuid, hotkey, owner: owner_hotkey == Some(hotkey), perpetual }
    }

    fn rolled(&self, kind: &Kind, lock: LockState) -> LockState {
        conviction::roll(lock, self.block, self.rates(), kind.owner, kind.perpetual)
    }

    fn lock_of(&self, coldkey: AccountId, netuid: NetUid) -> Option<(AccountId, LockState)> {
        self.subnet(netuid)?.locks.by_coldkey.get(&coldkey).copied()
    }

    fn note_locks(&mut self, netuid: NetUid) {
        self.note(|state| {
            let locks = state.subnet(netuid).map(|subnet| subnet.locks.clone());
            Saved::Locks(netuid, Box::new(locks.unwrap_or_default()))
        });
    }

    fn set_lock(&mut self, coldkey: AccountId, netuid: NetUid, hotkey: AccountId, lock: LockState) {
        self.note_locks(netuid);
        let Some(subnet) = self.subnet_mut(netuid) else { return };
        if lock.is_negligible() {
            subnet.locks.by_coldkey.remove(&coldkey);
        } else {
            subnet.locks.by_coldkey.insert(coldkey, (hotkey, lock));
        }
    }

    /// Changes the sum that a lock belongs to; one that does not exist starts empty, now.
    fn change_sum(&mut self, kind: &Kind, change: impl FnOnce(&Self, LockState) -> LockState) {
        self.note_locks(kind.netuid);
        let Some(subnet) = self.subnet(kind.netuid) else { return };
        let sum = subnet.locks.sum(kind).unwrap_or(LockState::empty(self.block));
        let sum = change(self, sum);
        if let Some(subnet) = self.subnet_mut(kind.netuid) {
            subnet.locks.set_sum(kind, sum);
        }
    }

    /// Brings a lock up to date, and its sum with it. Returns the lock.
    fn roll_lock(&mut self, coldkey: AccountId, netuid: NetUid) -> Option<(AccountId, LockState)> {
        let (hotkey, old) = self.lock_of(coldkey, netuid)?;
        let kind = self.kind(coldkey, hotkey, netuid);
        let new = self.rolled(&kind, old);
        self.set_lock(coldkey, netuid, hotkey, new);
        self.roll_sum_with(&kind, &old, &new);
        Some((hotkey, new))
    }

    /// What a lock lost its sum loses too; when it lost nothing, the sum is brought up to date by
    /// itself.
    fn roll_sum_with(&mut self, kind: &Kind, old: &LockState, new: &LockState) {
        let mass = old.mass_rao.saturating_sub(new.mass_rao);
        let conviction = old.conviction.minus(new.conviction);
        if mass == 0 && conviction == U64F64::ZERO {
            self.roll_sum(kind);
        } else {
            self.change_sum(kind, |state, sum| LockState {
                last_update: state.block,
                ..sum.less(mass, conviction)
            });
        }
    }

    fn roll_sum(&mut self, kind: &Kind) {
        let kind = *kind;
        self.change_sum(&kind, |state, sum| state.rolled(&kind, sum));
    }

    /// Adds to a sum, up to date before and after (`add_aggregate_lock`).
    fn add_to_sum(&mut self, kind: &Kind, added: LockState) {
        let kind = *kind;
        self.change_sum(&kind, |state, sum| {
            state.rolled(&kind, state.rolled(&kind, sum).plus(&added))
        });
    }

    /// Takes from a sum after bringing it up to date (`reduce_aggregate_lock`).
    fn take_from_sum(&mut self, kind: &Kind, mass_rao: u64, conviction: U64F64) {
        let kind = *kind;
        self.change_sum(&kind, |state, sum| state.rolled(&kind, sum).less(mass_rao, conviction));
    }

    /// Alpha of a coldkey on a subnet that a lock holds, as of now (`get_current_locked`).
    #[must_use]
    pub fn locked_rao(&self, coldkey: AccountId, netuid: NetUid) -> u64 {
        self.lock_of(coldkey, netuid).map_or(0, |(hotkey, lock)| {
            self.rolled(&self.kind(coldkey, hotkey, netuid), lock).mass_rao
        })
    }

    /// Alpha of a coldkey on a subnet over all hotkeys (`total_coldkey_alpha_on_subnet`).
    #[must_use]
    pub fn coldkey_stake_rao(&self, coldkey: AccountId, netuid: NetUid) -> u64 {
        let Some(subnet) = self.subnet(netuid) else { return 0 };
        let hotkeys = self.account(coldkey).staking_hotkeys.iter();
        hotkeys.fold(0, |sum, hotkey| sum.saturating_add(subnet.stake_rao(*hotkey, coldkey)))
    }

    /// Whether so much alpha of one of the coldkey's hotkeys may leave the subnet
    /// (`ensure_available_to_unstake`).
    pub(super) fn check_unlocked(
        &self,
        coldkey: AccountId,
        netuid: NetUid,
        rao: u64,
    ) -> Result<(), CallError> {
        // Nobody asks for more than is on a hotkey, so without a lock the answer is known.
        let locked = self.locked_rao(coldkey, netuid);
        if locked == 0 {
            return Ok(());
        }
        let available = self.coldkey_stake_rao(coldkey, netuid).saturating_sub(locked);
        (available >= rao).then_some(()).ok_or(CallError::StakeUnavailable)
    }

    /// `lock_stake`: locks alpha for a hotkey, more of it when there is a lock already.
    pub(super) fn lock_stake(
        &mut self,
        coldkey: AccountId,
        hotkey: AccountId,
        netuid: NetUid,
        rao: u64,
    ) -> Result<(), CallError> {
        if rao == 0 {
            return Err(CallError::AmountTooLow);
        }
        self.check_hotkey_exists(hotkey)?;
        let total = self.coldkey_stake_rao(coldkey, netuid);
        let existing = self.lock_of(coldkey, netuid);
        if existing.is_some_and(|(other, _)| other != hotkey) {
            return Err(CallError::LockHotkeyMismatch);
        }
        let kind = self.kind(coldkey, hotkey, netuid);
        let old = existing.map_or(LockState::empty(self.block), |(_, lock)| lock);
        let present = self.rolled(&kind, old);
        let grown = present.mass_rao.saturating_add(rao);
        if total < grown {
            return Err(CallError::InsufficientStakeForLock);
        }
        let added = LockState { mass_rao: rao, ..LockState::empty(self.block) };
        let lock =
            if present.is_empty() { added } else { LockState { mass_rao: grown, ..present } };
        self.set_lock(coldkey, netuid, hotkey, self.rolled(&kind, lock));
        self.roll_sum_with(&kind, &old, &present);
        self.add_to_sum(&kind, added);
        Ok(())
    }

    /// Locks the owner's cut at once, where the subnet says so (`auto_lock_owner_cut`).
    pub(super) fn auto_lock_owner_cut(&mut self, netuid: NetUid, rao: u64) {
        let Some(subnet) = self.subnet(netuid) else { return };
        let (Some(owner), true) = (subnet.hyper.owner, subnet.hyper.owner_cut_auto_lock) else {
            return;
        };
        let present = self.lock_of(owner, netuid).map(|(hotkey, _)| hotkey);
        if let Some(hotkey) = present.or(subnet.hyper.owner_hotkey) {
            // The chain ignores a lock that does not succeed.
            let _ = self.lock_stake(owner, hotkey, netuid, rao);
        }
    }

    /// Brings a coldkey's lock up to date and drops it when nothing is left of it
    /// (`cleanup_lock_if_zero`).
    pub(super) fn cleanup_lock(&mut self, coldkey: AccountId, netuid: NetUid) {
        self.roll_lock(coldkey, netuid);
    }

    /// Shrinks a lock whose stake was taken away (`force_reduce_lock`).
    pub(super) fn force_reduce_lock(&mut self, coldkey: AccountId, netuid: NetUid, rao: u64) {
        let Some((hotkey, lock)) = self.roll_lock(coldkey, netuid) else { return };
        let kind = self.kind(coldkey, hotkey, netuid);
        self.roll_sum(&kind);
        let rest = lock.mass_rao.saturating_sub(rao);
        let kept = if rest == 0 {
            U64F64::ZERO
        } else {
            let removed = U64F64::whole(rao).over(U64F64::whole(lock.mass_rao));
            lock.conviction.times(U64F64::ONE.minus(removed))
        };
        let shrunk = LockState { mass_rao: rest, conviction: kept, last_update: self.block };
        self.set_lock(coldkey, netuid, hotkey, shrunk);
        self.change_sum(&kind, |_, sum| {
            sum.less(lock.mass_rao - rest, lock.conviction.minus(kept))
        });
    }

    /// `set_perpetual_lock`: whether a coldkey's locks on a subnet decay.
    pub(super) fn set_perpetual_lock(&mut self, coldkey: AccountId, netuid: NetUid, on: bool) {
        let changes = self.perpetual_locks.contains(&(coldkey, netuid)) != on;
        let lock = self.roll_lock(coldkey, netuid);
        if let Some((hotkey, lock)) = lock.filter(|_| changes) {
            let kind = self.kind(coldkey, hotkey, netuid);
            self.take_from_sum(&kind, lock.mass_rao, lock.conviction);
        }
        if on {
            self.perpetual_locks.insert((coldkey, netuid));
        } else {
            self.perpetual_locks.remove(&(coldkey, netuid));
        }
        if let Some((hotkey, lock)) = self.lock_of(coldkey, netuid).filter(|_| changes) {
            let kind = self.kind(coldkey, hotkey, netuid);
            self.add_to_sum(&kind, lock);
        }
    }

    /// `move_lock`: gives a lock to another hotkey; its conviction goes along only when both have
    /// one owner.
    pub(super) fn move_lock(
        &mut self,
        coldkey: AccountId,
        to: AccountId,
        netuid: NetUid,
    ) -> Result<(), CallError> {
        self.check_hotkey_exists(to)?;
        let (from, old) = self.lock_of(coldkey, netuid).ok_or(CallError::NoExistingLock)?;
        let kind = self.kind(coldkey, from, netuid);
        // The chain does not write back what bringing the lock up to date did to the sum.
        let removed = self.rolled(&kind, old);
        let mut lock = removed;
        if self.account(from).owner != self.account(to).owner {
            lock.conviction = U64F64::ZERO;
        }
        let new_kind = self.kind(coldkey, to, netuid);
        let lock = self.rolled(&new_kind, lock);
        self.set_lock(coldkey, netuid, to, lock);
        self.take_from_sum(&kind, removed.mass_rao, removed.conviction);
        self.add_to_sum(&new_kind, lock);
        Ok(())
    }

    /// Before stake changes coldkeys: as far as the sender's free stake does not cover it, the lock
    /// goes along (`transfer_lock`).
    pub(super) fn transfer_lock(
        &mut self,
        from: AccountId,
        to: AccountId,
        netuid: NetUid,
        rao: u64,
    ) -> Result<(), CallError> {
        if from == to || rao == 0 {
            return Ok(());
        }
        let Some((hotkey, source)) = self.lock_of(from, netuid) else { return Ok(()) };
        let kind = self.kind(from, hotkey, netuid);
        let source = self.rolled(&kind, source);
        let existing = self.lock_of(to, netuid);
        let target_hotkey = existing.map_or(hotkey, |(hotkey, _)| hotkey);
        let target_kind = self.kind(to, target_hotkey, netuid);
        let target = existing
            .map_or(LockState::empty(self.block), |(_, lock)| self.rolled(&target_kind, lock));
        let free = self.coldkey_stake_rao(from, netuid).saturating_sub(source.mass_rao);
        let uncovered = rao - rao.min(free);
        if uncovered > 0 && target_hotkey != hotkey {
            return Err(CallError::LockHotkeyMismatch);
        }
        let moved = source.part(uncovered, self.block);
        if moved.mass_rao > 0 && self.rejects_locked_alpha(to) {
            return Err(CallError::AccountRejectsLockedAlpha);
        }
        let rest = source.less(moved.mass_rao, moved.conviction);
        self.set_lock(from, netuid, hotkey, self.rolled(&kind, rest));
        let grown = LockState { last_update: target.last_update, ..target.plus(&moved) };
        self.set_lock(to, netuid, target_hotkey, self.rolled(&target_kind, grown));
        if moved.mass_rao > 0 {
            self.take_from_sum(&kind, moved.mass_rao, moved.conviction);
            self.add_to_sum(&target_kind, moved);
        }
        Ok(())
    }

    /// Whether a coldkey wants no stake that is locked (`account_rejects_locked_alpha`): everybody,
    /// until they say otherwise.
    #[must_use]
    pub fn rejects_locked_alpha(&self, coldkey: AccountId) -> bool {
        !self.accepts_locked_alpha.contains(&coldkey)
    }
}
