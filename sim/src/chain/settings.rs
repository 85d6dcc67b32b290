//! Hyperparameters that a subnet's owner or the chain's governance can set: who may set which, how
//! often, and to what.
//!
//! Each setting is a call of its own on the chain; here they are values of one. Source:
//! `pallets/admin-utils/src/lib.rs`, `pallets/subtensor/src/utils/misc.rs` and
//! `subnets/mechanism.rs` of the public runtime, spec version 425.

use subsim_consensus::economics::U64F64;

use super::takes::{TransactionKind, limit_has_passed};
use super::{
    AccountId, CallError, GlobalParameters, Mechanism, NetUid, Origin, OwnerParameter, ROOT,
    RecycleOrBurn, State, Subnet,
};

/// Uids that a subnet may have over all its mechanisms.
const MAX_UIDS: u16 = 256;
/// Mechanisms that a subnet may have (`MaxMechanismCount`).
const MAX_MECHANISMS: u8 = 2;
/// Lowest registration burns stay below, highest above these.
const MIN_BURN_BELOW_RAO: u64 = 1_000_000_000;
const MAX_BURN_ABOVE_RAO: u64 = 100_000_000;
/// Longest half-life of the registration burn.
const MAX_BURN_HALF_LIFE_BLOCKS: u16 = 36_100;
/// Highest bonds moving average that an owner may set, millionths.
const MAX_OWNER_BONDS_AVERAGE: u64 = 975_000;
/// Lowest liquid alpha, u16 proportion.
const MIN_ALPHA: u16 = u16::MAX / 40;
/// Highest threshold of root claims, rao.
const MAX_ROOT_CLAIM_THRESHOLD_RAO: u64 = 10_000_000;
/// Blocks between changes of the owner's hotkey, of mechanisms; tempos between version keys.
const OWNER_HOTKEY_LIMIT_BLOCKS: u64 = 50_400;
const MECHANISM_LIMIT_BLOCKS: u64 = 7200;
const VERSION_KEY_LIMIT_EPOCHS: u64 = 5;

/// A hyperparameter and its new value, in the encoding of [`super::Hyperparameters`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Setting {
    AlphaSigmoidSteepness(i16),
    AlphaValues {
        low: u16,
        high: u16,
    },
    BondsMovingAverage(u64),
    BondsPenalty(u16),
    BondsReset(bool),
    BurnHalfLifeBlocks(u16),
    BurnIncreaseMult(U64F64),
    CommitReveal(bool),
    ImmuneOwnerUidsLimit(u16),
    ImmunityPeriodBlocks(u16),
    LiquidAlpha(bool),
    MaxAllowedUids(u16),
    MaxBurnRao(u64),
    MinAllowedWeights(u16),
    MinBurnRao(u64),
    MinChildkeyTake(u16),
    RecycleOrBurn(RecycleOrBurn),
    RevealPeriodEpochs(u64),
    Rho(u16),
    Transfers(bool),
    WeightsVersionKey(u64),
    Yuma3(bool),
    OwnerCut(bool),
    OwnerCutAutoLock(bool),
    OwnerHotkey(AccountId),
    RootClaimThresholdRao(u64),
    MechanismCount(u8),
    /// u16 shares that add up to 65535; `None` splits evenly.
    MechanismSplit(Option<Vec<u16>>),
    // What follows only governance may set.
    Emission(bool),
    Kappa(u16),
    MaxAllowedValidators(u16),
    MaxRegistrationsPerBlock(u16),
    MinNonImmuneUids(u16),
    PriceHalvingBlocks(u64),
    RegistrationAllowed(bool),
    SubtokenEnabled(bool),
    TempoBlocks(u16),
    WeightsRateLimitBlocks(u64),
}

/// How often a setting may change.
enum Pace {
    /// At any time.
    Free,
    /// The owner, every few epochs.
    Owner(OwnerParameter),
    /// A key, every so many blocks.
    Key(TransactionKind, u64),
    /// Anybody, every so many blocks.
    Everybody(OwnerParameter, u64),
}

impl Setting {
    fn only_for_root(&self) -> bool {
        matches!(
            self,
            Self::Emission(_)
                | Self::Kappa(_)
                | Self::MaxAllowedValidators(_)
                | Self::MaxRegistrationsPerBlock(_)
                | Self::MinNonImmuneUids(_)
                | Self::PriceHalvingBlocks(_)
                | Self::RegistrationAllowed(_)
                | Self::SubtokenEnabled(_)
                | Self::TempoBlocks(_)
                | Self::WeightsRateLimitBlocks(_)
        )
    }

    /// Whether it may not change shortly before an epoch.
    fn freezes(&self) -> bool {
        !matches!(
            self,
            Self::Emission(_)
                | Self::Kappa(_)
                | Self::MinNonImmuneUids(_)
                | Self::OwnerHotkey(_)
                | Self::PriceHalvingBlocks(_)
                | Self::RegistrationAllowed(_)
                | Self::RootClaimThresholdRao(_)
                | Self::WeightsRateLimitBlocks(_)
        )
    }

    fn pace(&self, tempo_blocks: u16) -> Pace {
        let parameter = match self {
            Self::AlphaSigmoidSteepness(_) => OwnerParameter::AlphaSigmoidSteepness,
            Self::AlphaValues { .. } => OwnerParameter::AlphaValues,
            Self::BondsMovingAverage(_) => OwnerParameter::BondsMovingAverage,
            Self::BondsPenalty(_) => OwnerParameter::BondsPenalty,
            Self::BondsReset(_) => OwnerParameter::BondsReset,
            Self::BurnHalfLifeBlocks(_) => OwnerParameter::BurnHalfLife,
            Self::BurnIncreaseMult(_) => OwnerParameter::BurnIncreaseMult,
            Self::CommitReveal(_) => OwnerParameter::CommitReveal,
            Self::ImmuneOwnerUidsLimit(_) => OwnerParameter::ImmuneNeuronLimit,
            Self::ImmunityPeriodBlocks(_) => OwnerParameter::ImmunityPeriod,
            Self::LiquidAlpha(_) => OwnerParameter::LiquidAlpha,
            Self::MaxAllowedUids(_) => OwnerParameter::MaxAllowedUids,
            Self::MaxBurnRao(_) => OwnerParameter::MaxBurn,
            Self::MinAllowedWeights(_) => OwnerParameter::MinAllowedWeights,
            Self::MinBurnRao(_) => OwnerParameter::MinBurn,
            Self::MinChildkeyTake(_) => OwnerParameter::MinChildkeyTake,
            Self::RecycleOrBurn(_) => OwnerParameter::RecycleOrBurn,
            Self::RevealPeriodEpochs(_) => OwnerParameter::RevealPeriod,
            Self::Rho(_) => OwnerParameter::Rho,
            Self::Transfers(_) => OwnerParameter::Transfers,
            Self::Yuma3(_) => OwnerParameter::Yuma3,
            Self::WeightsVersionKey(_) => {
                let limit = VERSION_KEY_LIMIT_EPOCHS * u64::from(tempo_blocks);
                return Pace::Key(TransactionKind::WeightsVersionKey, limit);
            }
            Self::MechanismCount(_) => {
                return Pace::Key(TransactionKind::MechanismCount, MECHANISM_LIMIT_BLOCKS);
            }
            Self::MechanismSplit(_) => {
                return Pace::Key(TransactionKind::MechanismSplit, MECHANISM_LIMIT_BLOCKS);
            }
            Self::OwnerHotkey(_) => {
                return Pace::Everybody(OwnerParameter::OwnerHotkey, OWNER_HOTKEY_LIMIT_BLOCKS);
            }
            _ => return Pace::Free,
        };
        Pace::Owner(parameter)
    }

    /// Whether the value is allowed on a subnet.
    fn check(
        &self,
        subnet: &Subnet,
        globals: &GlobalParameters,
        by_owner: bool,
    ) -> Result<(), CallError> {
        let hyper = &subnet.hyper;
        let must = |holds: bool, error| if holds { Ok(()) } else { Err(error) };
        let not_on_root = must(subnet.netuid != ROOT, CallError::NotPermittedOnRootSubnet);
        match self {
            Self::AlphaSigmoidSteepness(steepness) => {
                must(!by_owner || *steepness >= 0, CallError::NegativeSigmoidSteepness)
            }
            Self::AlphaValues { low, high } => {
                must(hyper.liquid_alpha_on, CallError::LiquidAlphaDisabled)?;
                must(*high >= MIN_ALPHA, CallError::AlphaHighTooLow)?;
                must((MIN_ALPHA..=*high).contains(low), CallError::AlphaLowOutOfRange)
            }
            Self::BondsMovingAverage(average) => {
                let allowed = !by_owner || *average <= MAX_OWNER_BONDS_AVERAGE;
                must(allowed, CallError::BondsMovingAverageMaxReached)
            }
            Self::BurnHalfLifeBlocks(blocks) => {
                not_on_root?;
                let allowed = (1..=MAX_BURN_HALF_LIFE_BLOCKS).contains(blocks);
                must(allowed, CallError::AdminInvalidValue)
            }
            Self::BurnIncreaseMult(factor) => {
                not_on_root?;
                let allowed = (U64F64::ONE..=U64F64::whole(3)).contains(factor);
                must(allowed, CallError::AdminInvalidValue)
            }
            Self::ImmuneOwnerUidsLimit(limit) => {
                must((1..=10).contains(limit), CallError::InvalidValue)
            }
            Self::MaxAllowedUids(max) => check_max_uids(subnet, *max),
            Self::MaxAllowedValidators(max) => {
                must(*max <= hyper.max_allowed_uids, CallError::MaxValidatorsLargerThanMaxUIds)
            }
            Self::MaxBurnRao(rao) => {
                let allowed = *rao > MAX_BURN_ABOVE_RAO && *rao > hyper.min_burn_rao;
                must(allowed, CallError::ValueNotInBounds)
            }
            Self::MinBurnRao(rao) => {
                let allowed = *rao < MIN_BURN_BELOW_RAO && *rao < hyper.max_burn_rao;
                must(allowed, CallError::ValueNotInBounds)
            }
            Self::MinChildkeyTake(take) => {
                let allowed = globals.min_childkey_take..=globals.max_childkey_take;
                must(allowed.contains(take), CallError::AdminInvalidValue)
            }
            Self::RevealPeriodEpochs(epochs) => {
                must(*epochs <= 100, CallError::RevealPeriodTooLarge)?;
                must(*epochs >= 1, CallError::RevealPeriodTooSmall)
            }
            Self::RootClaimThresholdRao(rao) => {
                must(*rao <= MAX_ROOT_CLAIM_THRESHOLD_RAO, CallError::InvalidRootClaimThreshold)
            }
            Self::MechanismCount(count) => {
                must((1..=MAX_MECHANISMS).contains(count), CallError::InvalidValue)?;
                check_uids_over_mechanisms(hyper.max_allowed_uids, *count)
            }
            Self::MechanismSplit(Some(split)) => {
                let whole = split.iter().map(|part| u64::from(*part)).sum::<u64>() == 65_535;
                let fits = split.len() <= usize::from(hyper.mechanism_count);
                must(whole && fits, CallError::InvalidValue)
            }
            Self::OwnerCut(_) | Self::OwnerCutAutoLock(_) | Self::Emission(_) => not_on_root,
            _ => Ok(()),
        }
    }
}

fn check_max_uids(subnet: &Subnet, max: u16) -> Result<(), CallError> {
    if max < subnet.hyper.min_allowed_uids {
        return Err(CallError::MaxAllowedUidsLessThanMinAllowedUids);
    }
    if subnet.neurons.len() > usize::from(max) {
        return Err(CallError::MaxAllowedUIdsLessThanCurrentUIds);
    }
    if max > MAX_UIDS {
        return Err(CallError::MaxAllowedUidsGreaterThanDefaultMaxAllowedUids);
    }
    check_uids_over_mechanisms(max, subnet.hyper.mechanism_count)
}

fn check_uids_over_mechanisms(max_uids: u16, count: u8) -> Result<(), CallError> {
    let all = max_uids.saturating_mul(count.into());
    if all <= MAX_UIDS { Ok(()) } else { Err(CallError::TooManyUIDsPerMechanism) }
}

impl Subnet {
    fn set(&mut self, setting: &Setting, block: u64) {
        let hyper = &mut self.hyper;
        match setting {
            Setting::AlphaSigmoidSteepness(value) => hyper.alpha_sigmoid_steepness = *value,
            Setting::AlphaValues { low, high } => {
                (hyper.alpha_low, hyper.alpha_high) = (*low, *high)
            }
            Setting::BondsMovingAverage(value) => hyper.bonds_moving_average = *value,
            Setting::BondsPenalty(value) => hyper.bonds_penalty = *value,
            Setting::BondsReset(value) => hyper.bonds_reset_on = *value,
            Setting::BurnHalfLifeBlocks(value) => hyper.burn_half_life_blocks = *value,
            Setting::BurnIncreaseMult(value) => hyper.burn_increase_mult_bits = value.to_bits(),
            Setting::CommitReveal(value) => hyper.commit_reveal_enabled = *value,
            Setting::ImmuneOwnerUidsLimit(value) => hyper.immune_owner_uids_limit = *value,
            Setting::ImmunityPeriodBlocks(value) => hyper.immunity_period_blocks = *value,
            Setting::LiquidAlpha(value) => hyper.liquid_alpha_on = *value,
            Setting::MaxAllowedUids(value) => hyper.max_allowed_uids = *value,
            Setting::MaxBurnRao(value) => hyper.max_burn_rao = *value,
            Setting::MinAllowedWeights(value) => hyper.min_allowed_weights = *value,
            Setting::MinBurnRao(value) => hyper.min_burn_rao = *value,
            Setting::MinChildkeyTake(value) => hyper.min_childkey_take = *value,
            Setting::RecycleOrBurn(value) => hyper.recycle_or_burn = Some(*value),
            Setting::RevealPeriodEpochs(value) => hyper.reveal_period_epochs = *value,
            Setting::Rho(value) => hyper.rho = *value,
            Setting::Transfers(value) => hyper.transfer_toggle = *value,
            Setting::WeightsVersionKey(value) => hyper.weights_version_key = *value,
            Setting::Yuma3(value) => hyper.yuma3_on = *value,
            Setting::OwnerCut(value) => hyper.owner_cut_enabled = *value,
            Setting::OwnerCutAutoLock(value) => hyper.owner_cut_auto_lock = *value,
            Setting::OwnerHotkey(value) => hyper.owner_hotkey = Some(*value),
            Setting::RootClaimThresholdRao(value) => {
                hyper.root_claimable_threshold_bits = i128::from(*value) << 32;
            }
            Setting::MechanismCount(count) => self.set_mechanism_count(*count),
            Setting::MechanismSplit(split) => self.mechanism_split.clone_from(split),
            Setting::Emission(value) => hyper.emission_enabled = *value,
            Setting::Kappa(value) => hyper.kappa = *value,
            Setting::MaxAllowedValidators(value) => hyper.max_allowed_validators = *value,
            Setting::MaxRegistrationsPerBlock(value) => hyper.max_registrations_per_block = *value,
            Setting::MinNonImmuneUids(value) => hyper.min_non_immune_uids = *value,
            Setting::PriceHalvingBlocks(value) => hyper.price_halving_blocks = *value,
            Setting::RegistrationAllowed(value) => hyper.registration_allowed = *value,
            Setting::SubtokenEnabled(value) => hyper.subtoken_enabled = *value,
            Setting::TempoBlocks(value) => {
                hyper.tempo_blocks = *value;
                self.schedule.last_epoch_block = block;
            }
            Setting::WeightsRateLimitBlocks(value) => hyper.weights_rate_limit_blocks = *value,
        }
    }

    /// New mechanisms start empty, dropped ones are forgotten; a split is even again
    /// (`update_mechanism_counts_if_needed`).
    fn set_mechanism_count(&mut self, count: u8) {
        if self.hyper.mechanism_count == count {
            return;
        }
        let n = self.neurons.len();
        let empty = || Mechanism {
            last_update: vec![0; n],
            incentive: vec![0; n],
            weights: vec![Vec::new(); n],
            bonds: vec![Vec::new(); n],
            ..Mechanism::default()
        };
        self.mechanisms.resize_with(count.into(), empty);
        self.hyper.mechanism_count = count;
        self.mechanism_split = None;
    }
}

impl State {
    /// Sets a hyperparameter. On a subnet that does not exist governance gets an error for every
    /// setting, where the chain stores some of them for later.
    pub(super) fn set_hyperparameter(
        &mut self,
        origin: Origin,
        netuid: NetUid,
        setting: &Setting,
    ) -> Result<(), CallError> {
        if setting.only_for_root() && origin != Origin::Root {
            return Err(CallError::BadOrigin);
        }
        let owner = self.check_owner_or_root(origin, netuid)?;
        let subnet = self.subnet(netuid).ok_or(CallError::SubnetDoesNotExist)?;
        let pace = setting.pace(subnet.hyper.tempo_blocks);
        self.check_pace(owner, netuid, &pace)?;
        if setting.freezes() {
            self.check_not_frozen(netuid)?;
        }
        setting.check(subnet, &self.globals, owner.is_some())?;
        if matches!(setting, Setting::OwnerHotkey(hotkey) if self.is_pot(*hotkey)) {
            return Err(CallError::CannotUseSystemAccount);
        }
        let block = self.block;
        if let Some(subnet) = self.subnet_mut(netuid) {
            subnet.set(setting, block);
        }
        self.mark_pace(owner, netuid, &pace);
        Ok(())
    }

    fn check_pace(
        &self,
        owner: Option<AccountId>,
        netuid: NetUid,
        pace: &Pace,
    ) -> Result<(), CallError> {
        let passed = match (pace, owner) {
            (Pace::Owner(parameter), Some(_)) => {
                return self.check_owner_limit(netuid, *parameter);
            }
            (Pace::Key(kind, limit), Some(owner)) => {
                self.passes_rate_limit(owner, netuid, *kind, *limit)
            }
            (Pace::Everybody(parameter, limit), _) => {
                let last = self.last_owner_change.get(&(netuid, *parameter)).copied();
                limit_has_passed(self.block, last.unwrap_or(0), *limit)
            }
            _ => true,
        };
        passed.then_some(()).ok_or(CallError::TxRateLimitExceeded)
    }

    fn mark_pace(&mut self, owner: Option<AccountId>, netuid: NetUid, pace: &Pace) {
        match (pace, owner) {
            (Pace::Owner(parameter), Some(_)) | (Pace::Everybody(parameter, _), _) => {
                self.mark_owner_change(netuid, *parameter);
            }
            (Pace::Key(kind, _), Some(owner)) => self.mark_transaction(owner, netuid, *kind),
            _ => {}
        }
    }
}
