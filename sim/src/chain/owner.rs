//! What a subnet's owner decides: tempo, activity cutoff, an epoch out of turn; and everybody's
//! auto-stake target.
//!
//! Owners are kept from changing things shortly before an epoch, and from changing them often;
//! root is not. Source: `pallets/subtensor/src/coinbase/tempo_control.rs` and `utils/misc.rs` of
//! the public runtime, spec version 425.

use super::takes::{TransactionKind, limit_has_passed};
use super::{AccountId, CallError, NetUid, Origin, State, Subnet};

/// Tempos that an owner may choose, in blocks.
pub const TEMPO_RANGE: std::ops::RangeInclusive<u16> = 360..=50_400;
/// Activity cutoffs that an owner may choose, thousandths of the tempo.
pub const ACTIVITY_FACTOR_RANGE: std::ops::RangeInclusive<u32> = 1000..=50_000;

/// Hyperparameters whose changes by the owner are limited, each for itself (`Hyperparameter`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum OwnerParameter {
    ActivityCutoffFactor,
    AlphaSigmoidSteepness,
    AlphaValues,
    BondsMovingAverage,
    BondsPenalty,
    BondsReset,
    BurnHalfLife,
    BurnIncreaseMult,
    CommitReveal,
    ImmuneNeuronLimit,
    ImmunityPeriod,
    LiquidAlpha,
    MaxAllowedUids,
    MaxBurn,
    MinAllowedWeights,
    MinBurn,
    MinChildkeyTake,
    OwnerHotkey,
    RecycleOrBurn,
    RevealPeriod,
    Rho,
    Transfers,
    TriggerEpoch,
    Yuma3,
}

impl Subnet {
    /// Whether hyperparameters are frozen: an epoch is near (`is_in_admin_freeze_window`).
    #[must_use]
    pub fn is_frozen(&self, block: u64, window_blocks: u16) -> bool {
        if self.hyper.tempo_blocks == 0 {
            return false;
        }
        self.schedule.pending_epoch_at > block
            || self.blocks_until_next_epoch(block) < u64::from(window_blocks)
    }
}

impl State {
    /// A signer that owns the subnet (`ensure_subnet_owner`).
    pub(super) fn check_subnet_owner(
        &self,
        coldkey: AccountId,
        netuid: NetUid,
    ) -> Result<(), CallError> {
        let owner = self.subnet(netuid).and_then(|subnet| subnet.hyper.owner);
        (owner == Some(coldkey)).then_some(()).ok_or(CallError::BadOrigin)
    }

    pub(super) fn check_not_frozen(&self, netuid: NetUid) -> Result<(), CallError> {
        let window = self.globals.admin_freeze_window_blocks;
        let frozen = self.subnet(netuid).is_some_and(|subnet| subnet.is_frozen(self.block, window));
        if frozen { Err(CallError::AdminActionProhibitedDuringWeightsWindow) } else { Ok(()) }
    }

    pub(super) fn check_owner_limit(
        &self,
        netuid: NetUid,
        parameter: OwnerParameter,
    ) -> Result<(), CallError> {
        let tempo = self.subnet(netuid).map_or(0, |subnet| u64::from(subnet.hyper.tempo_blocks));
        let limit = tempo.saturating_mul(self.globals.owner_rate_limit_epochs.into());
        let last = self.last_owner_change.get(&(netuid, parameter)).copied().unwrap_or(0);
        let passed = limit_has_passed(self.block, last, limit);
        passed.then_some(()).ok_or(CallError::TxRateLimitExceeded)
    }

    pub(super) fn mark_owner_change(&mut self, netuid: NetUid, parameter: OwnerParameter) {
        self.last_owner_change.insert((netuid, parameter), self.block);
    }

    /// `set_tempo`: a new tempo, counted from now.
    pub(super) fn set_tempo(
        &mut self,
        coldkey: AccountId,
        netuid: NetUid,
        tempo_blocks: u16,
    ) -> Result<(), CallError> {
        self.check_subnet_owner(coldkey, netuid)?;
        if !TEMPO_RANGE.contains(&tempo_blocks) {
            return Err(CallError::TempoOutOfBounds);
        }
        self.check_not_frozen(netuid)?;
        let (kind, limit) = (TransactionKind::SetTempo, u64::from(*TEMPO_RANGE.start()));
        if !self.passes_rate_limit(coldkey, netuid, kind, limit) {
            return Err(CallError::TxRateLimitExceeded);
        }
        let block = self.block;
        if let Some(subnet) = self.subnet_mut(netuid) {
            subnet.hyper.tempo_blocks = tempo_blocks;
            subnet.schedule.last_epoch_block = block;
        }
        self.mark_transaction(coldkey, netuid, kind);
        Ok(())
    }

    /// `set_activity_cutoff_factor`.
    pub(super) fn set_activity_cutoff_factor(
        &mut self,
        origin: Origin,
        netuid: NetUid,
        factor_milli: u32,
    ) -> Result<(), CallError> {
        let parameter = OwnerParameter::ActivityCutoffFactor;
        let owner = self.check_owner_or_root(origin, netuid)?;
        if !ACTIVITY_FACTOR_RANGE.contains(&factor_milli) {
            return Err(CallError::ActivityCutoffFactorMilliOutOfBounds);
        }
        if owner.is_some() {
            self.check_not_frozen(netuid)?;
            self.check_owner_limit(netuid, parameter)?;
        }
        if let Some(subnet) = self.subnet_mut(netuid) {
            subnet.hyper.activity_cutoff_factor_milli = factor_milli;
        }
        if owner.is_some() {
            self.mark_owner_change(netuid, parameter);
        }
        Ok(())
    }

    /// The owner, or nobody for root (`ensure_subnet_owner_or_root`).
    pub(super) fn check_owner_or_root(
        &self,
        origin: Origin,
        netuid: NetUid,
    ) -> Result<Option<AccountId>, CallError> {
        match origin {
            Origin::Root => Ok(None),
            Origin::Signed(who) => self.check_subnet_owner(who, netuid).map(|()| Some(who)),
        }
    }

    /// `trigger_epoch`: an epoch after the freeze window, before the tempo's own.
    pub(super) fn trigger_epoch(
        &mut self,
        coldkey: AccountId,
        netuid: NetUid,
    ) -> Result<(), CallError> {
        let parameter = OwnerParameter::TriggerEpoch;
        self.check_subnet_owner(coldkey, netuid)?;
        let subnet = self.existing(netuid)?;
        if subnet.hyper.commit_reveal_enabled {
            return Err(CallError::DynamicTempoBlockedByCommitReveal);
        }
        if subnet.schedule.pending_epoch_at != 0 {
            return Err(CallError::EpochTriggerAlreadyPending);
        }
        let window = u64::from(self.globals.admin_freeze_window_blocks);
        if subnet.blocks_until_next_epoch(self.block) < window {
            return Err(CallError::AutoEpochAlreadyImminent);
        }
        self.check_owner_limit(netuid, parameter)?;
        let due = self.block.saturating_add(window);
        if let Some(subnet) = self.subnet_mut(netuid) {
            subnet.schedule.pending_epoch_at = due;
        }
        self.mark_owner_change(netuid, parameter);
        Ok(())
    }

    /// `set_coldkey_auto_stake_hotkey`: where a coldkey's incentive on a subnet is staked.
    pub(super) fn set_auto_stake(
        &mut self,
        coldkey: AccountId,
        netuid: NetUid,
        hotkey: AccountId,
    ) -> Result<(), CallError> {
        let subnet = self.subnet_mut(netuid).ok_or(CallError::SubnetNotExists)?;
        if subnet.neurons.uid(hotkey).is_none() {
            return Err(CallError::HotKeyNotRegisteredInSubNet);
        }
        if subnet.auto_stake.get(&coldkey) == Some(&hotkey) {
            return Err(CallError::SameAutoStakeHotkeyAlreadySet);
        }
        subnet.auto_stake.insert(coldkey, hotkey);
        Ok(())
    }
}
