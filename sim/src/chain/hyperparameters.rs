//! Hyperparameters: what the owner of a subnet, or the chain's governance, can set.
//!
//! Plain values in the chain's encodings with the chain's defaults; the checks live with the calls
//! that change them.

use super::AccountId;

/// What happens to incentive earned by hotkeys of the subnet's owner (`RecycleOrBurnEnum`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecycleOrBurn {
    /// The alpha stays in the outstanding alpha, owned by nobody.
    Burn,
    /// The alpha leaves the issuance.
    Recycle,
}

/// Hyperparameters of one subnet. `u16` proportions are `value / 65535`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hyperparameters {
    /// Blocks between epochs (`Tempo`).
    pub tempo_blocks: u16,
    /// Activity cutoff as thousandths of the tempo (`ActivityCutoffFactorMilli`).
    pub activity_cutoff_factor_milli: u32,
    /// Activity cutoff of old, no longer looked at (`ActivityCutoff`).
    pub activity_cutoff_legacy_blocks: u16,
    /// Steepness of the liquid alpha's sigmoid, hundredths (`AlphaSigmoidSteepness`).
    pub alpha_sigmoid_steepness: i16,
    /// Lower bound of the liquid alpha (`AlphaValues`).
    pub alpha_low: u16,
    /// Upper bound of the liquid alpha (`AlphaValues`).
    pub alpha_high: u16,
    /// Share of old bonds kept, millionths (`BondsMovingAverage`).
    pub bonds_moving_average: u64,
    /// How far weights above consensus are cut for bonds (`BondsPenalty`).
    pub bonds_penalty: u16,
    /// Whether a metadata commitment may reset bonds (`BondsResetOn`).
    pub bonds_reset_on: bool,
    /// Half-life of the registration burn (`BurnHalfLife`).
    pub burn_half_life_blocks: u16,
    /// Factor on the burn per registration, U64F64 bits (`BurnIncreaseMult`).
    pub burn_increase_mult_bits: u128,
    /// Whether weights are committed and revealed (`CommitRevealWeightsEnabled`).
    pub commit_reveal_enabled: bool,
    /// Half-life of the moving price at a moving alpha of 1/2 (`EMAPriceHalvingBlocks`).
    pub price_halving_blocks: u64,
    /// Whether the subnet gets TAO emission (`SubnetEmissionEnabled`).
    pub emission_enabled: bool,
    /// First block with emission (`FirstEmissionBlockNumber`); `None` before the start.
    pub first_emission_block: Option<u64>,
    /// How many hotkeys of the owner are immune to pruning (`ImmuneOwnerUidsLimit`).
    pub immune_owner_uids_limit: u16,
    /// Blocks after registration without pruning (`ImmunityPeriod`).
    pub immunity_period_blocks: u16,
    /// Majority that decides the consensus (`Kappa`).
    pub kappa: u16,
    /// Per-entry bond averaging (`LiquidAlphaOn`).
    pub liquid_alpha_on: bool,
    /// Number of uids (`MaxAllowedUids`).
    pub max_allowed_uids: u16,
    /// Number of validator permits (`MaxAllowedValidators`).
    pub max_allowed_validators: u16,
    /// Highest registration burn (`MaxBurn`).
    pub max_burn_rao: u64,
    /// Registrations per block (`MaxRegistrationsPerBlock`).
    pub max_registrations_per_block: u16,
    /// Largest single weight (`MaxWeightsLimit`).
    pub max_weights_limit: u16,
    /// 0 is stable (1 alpha = 1 TAO, as on root), 1 has a pool (`SubnetMechanism`).
    pub mechanism: u16,
    /// Number of mechanisms with weights of their own (`MechanismCountCurrent`).
    pub mechanism_count: u8,
    /// Lower bound of the number of uids (`MinAllowedUids`).
    pub min_allowed_uids: u16,
    /// Fewest weights a row may have (`MinAllowedWeights`).
    pub min_allowed_weights: u16,
    /// Lowest registration burn (`MinBurn`).
    pub min_burn_rao: u64,
    /// Lowest childkey take here (`MinChildkeyTakePerSubnet`).
    pub min_childkey_take: u16,
    /// Non-immune uids that must remain for pruning to choose among them (`MinNonImmuneUids`).
    pub min_non_immune_uids: u16,
    /// Block of the subnet's registration (`NetworkRegisteredAt`).
    pub network_registered_at: u64,
    /// Coldkey that owns the subnet (`SubnetOwner`).
    pub owner: Option<AccountId>,
    /// Hotkey that receives the owner's cut (`SubnetOwnerHotkey`).
    pub owner_hotkey: Option<AccountId>,
    /// Whether the owner's cut is locked at once (`OwnerCutAutoLockEnabled`).
    pub owner_cut_auto_lock: bool,
    /// Whether the owner gets a cut (`OwnerCutEnabled`).
    pub owner_cut_enabled: bool,
    /// What happens to the owner's incentive (`RecycleOrBurn`); unset burns.
    pub recycle_or_burn: Option<RecycleOrBurn>,
    /// Whether registration is open (`NetworkRegistrationAllowed`).
    pub registration_allowed: bool,
    /// Epochs between commit and reveal (`RevealPeriodEpochs`).
    pub reveal_period_epochs: u64,
    /// Kept for completeness, no longer used by the epoch (`Rho`).
    pub rho: u16,
    /// Root dividends below this, rao in I96F32 bits, are not claimed (`RootClaimableThreshold`).
    pub root_claimable_threshold_bits: i128,
    /// Whether alpha can be traded (`SubtokenEnabled`).
    pub subtoken_enabled: bool,
    /// Swap fee (`FeeRate`).
    pub swap_fee_rate: u16,
    /// Registrations per interval that the chain aims at; three times as many are the limit
    /// (`TargetRegistrationsPerInterval`).
    pub target_registrations_per_interval: u16,
    /// Whether stake may change coldkeys (`TransferToggle`).
    pub transfer_toggle: bool,
    /// Blocks between weight settings (`WeightsSetRateLimit`).
    pub weights_rate_limit_blocks: u64,
    /// Version that weights must carry (`WeightsVersionKey`).
    pub weights_version_key: u64,
    /// Bond rule Yuma 3 (`Yuma3On`).
    pub yuma3_on: bool,
}

impl Default for Hyperparameters {
    fn default() -> Self {
        Self {
            tempo_blocks: 360,
            activity_cutoff_factor_milli: 13_889,
            activity_cutoff_legacy_blocks: 5000,
            alpha_sigmoid_steepness: 1000,
            alpha_low: 45_875,
            alpha_high: 58_982,
            bonds_moving_average: 900_000,
            bonds_penalty: 65_535,
            bonds_reset_on: false,
            burn_half_life_blocks: 360,
            burn_increase_mult_bits: 23_242_897_532_874_035_200,
            commit_reveal_enabled: true,
            price_halving_blocks: 201_600,
            emission_enabled: false,
            first_emission_block: None,
            immune_owner_uids_limit: 1,
            immunity_period_blocks: 4096,
            kappa: 32_767,
            liquid_alpha_on: false,
            max_allowed_uids: 256,
            max_allowed_validators: 128,
            max_burn_rao: 100_000_000_000,
            max_registrations_per_block: 1,
            max_weights_limit: 65_535,
            mechanism: 1,
            mechanism_count: 1,
            min_allowed_uids: 64,
            min_allowed_weights: 1024,
            min_burn_rao: 500_000,
            min_childkey_take: 0,
            min_non_immune_uids: 10,
            network_registered_at: 0,
            owner: None,
            owner_hotkey: None,
            owner_cut_auto_lock: false,
            owner_cut_enabled: true,
            recycle_or_burn: None,
            registration_allowed: true,
            reveal_period_epochs: 1,
            rho: 10,
            root_claimable_threshold_bits: 500_000 << 32,
            subtoken_enabled: false,
            swap_fee_rate: 33,
            target_registrations_per_interval: 2,
            transfer_toggle: true,
            weights_rate_limit_blocks: 100,
            weights_version_key: 0,
            yuma3_on: false,
        }
    }
}

impl Hyperparameters {
    /// Blocks after its last update at which a neuron counts as inactive: the factor times the
    /// tempo, at least 1 block.
    #[must_use]
    pub fn activity_cutoff_blocks(&self) -> u64 {
        let milli = u64::from(self.activity_cutoff_factor_milli);
        (milli * u64::from(self.tempo_blocks) / 1000).max(1)
    }
}

/// Hyperparameters of the chain as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobalParameters {
    /// Blocks before an epoch in which hyperparameters are frozen (`AdminFreezeWindow`).
    pub admin_freeze_window_blocks: u16,
    /// Part of childkey dividends to foreign parents that is recycled, `u64::MAX` = 1 (`CKBurn`).
    pub childkey_burn: u64,
    /// Version of timelocked commits (`CommitRevealWeightsVersion`).
    pub commit_reveal_version: u16,
    /// Smallest stake movement, before fees (`DefaultMinStake`).
    pub min_stake_rao: u64,
    /// Balances below this are reaped (`ExistentialDeposit`).
    pub existential_deposit_rao: u64,
    /// Smoothing of TAO flows, `i64::MAX` = 1 (`FlowEmaSmoothingFactor`).
    pub flow_smoothing_factor: u64,
    /// Exponent of TAO flows, U64F64 bits (`FlowNormExponent`).
    pub flow_exponent_bits: u128,
    /// Half-life of conviction, blocks (`MaturityRate`).
    pub maturity_rate_blocks: u64,
    /// Highest childkey take (`MaxChildkeyTake`).
    pub max_childkey_take: u16,
    /// Highest delegate take, and the default (`MaxDelegateTake`).
    pub max_delegate_take: u16,
    /// Epochs per block; further ones wait a block (`MaxEpochsPerBlock`).
    pub max_epochs_per_block: u8,
    /// Lowest childkey take (`MinChildkeyTake`).
    pub min_childkey_take: u16,
    /// Lowest delegate take (`MinDelegateTake`).
    pub min_delegate_take: u16,
    /// Whether TAO flows are net of the protocol's own (`NetTaoFlowEnabled`).
    pub net_tao_flow_enabled: bool,
    /// Blocks after registration in which a subnet is not dissolved (`NetworkImmunityPeriod`).
    pub network_immunity_period_blocks: u64,
    /// Blocks over which the lock cost falls (`NetworkLockReductionInterval`).
    pub network_lock_reduction_interval_blocks: u64,
    /// Lowest cost of a subnet (`NetworkMinLockCost`).
    pub network_min_lock_rao: u64,
    /// Blocks between subnet registrations (`NetworkRateLimit`).
    pub network_rate_limit_blocks: u64,
    /// Smallest stake of a nominator that is not the owner (`NominatorMinRequiredStake`).
    pub nominator_min_stake_rao: u64,
    /// Coldkeys whose root dividends are claimed automatically per block (`NumRootClaim`).
    pub root_claims_per_block: u64,
    /// Blocks that childkeys stay pending (`PendingChildKeyCooldown`).
    pub pending_childkey_cooldown_blocks: u64,
    /// Blocks between settings of the same children.
    pub set_children_rate_limit_blocks: u64,
    /// Stake weight below which a neuron has none (`StakeThreshold`).
    pub stake_threshold_rao: u64,
    /// Blocks from a subnet's registration to the earliest start (`StartCallDelay`).
    pub start_call_delay_blocks: u64,
    /// Number of subnets (`SubnetLimit`).
    pub subnet_limit: u16,
    /// Epochs between an owner's changes of one hyperparameter (`OwnerHyperparamRateLimit`).
    pub owner_rate_limit_epochs: u16,
    /// Whether the faucet gives TAO, as on a local chain.
    pub faucet_open: bool,
    /// Speed of the moving price, I96F32 bits (`SubnetMovingAlpha`).
    pub subnet_moving_alpha_bits: i128,
    /// Owner's cut of a subnet's alpha (`SubnetOwnerCut`).
    pub subnet_owner_cut: u16,
    /// TAO flows below this count as this, I64F64 bits (`TaoFlowCutoff`).
    pub tao_flow_cutoff_bits: i128,
    /// Weight of root TAO beside alpha, `u64::MAX` = 1 (`TaoWeight`).
    pub tao_weight: u64,
    /// Blocks between changes of a childkey take (`TxChildkeyTakeRateLimit`).
    pub childkey_take_rate_limit_blocks: u64,
    /// Blocks between raises of a delegate take (`TxDelegateTakeRateLimit`).
    pub delegate_take_rate_limit_blocks: u64,
    /// Blocks between owner transactions (`TxRateLimit`).
    pub tx_rate_limit_blocks: u64,
    /// Half-life of decaying locks, blocks (`UnlockRate`).
    pub unlock_rate_blocks: u64,
}

impl Default for GlobalParameters {
    fn default() -> Self {
        Self {
            admin_freeze_window_blocks: 10,
            childkey_burn: 0,
            commit_reveal_version: 4,
            min_stake_rao: 2_000_000,
            existential_deposit_rao: 500,
            flow_smoothing_factor: 29_597_889_189_277,
            flow_exponent_bits: 1 << 64,
            maturity_rate_blocks: 934_866,
            max_childkey_take: 11_796,
            max_delegate_take: 11_796,
            max_epochs_per_block: 2,
            min_childkey_take: 0,
            min_delegate_take: 0,
            net_tao_flow_enabled: true,
            network_immunity_period_blocks: 1_296_000,
            network_lock_reduction_interval_blocks: 100_800,
            network_min_lock_rao: 1_000_000_000_000,
            network_rate_limit_blocks: 7200,
            nominator_min_stake_rao: 0,
            root_claims_per_block: 5,
            pending_childkey_cooldown_blocks: 7200,
            set_children_rate_limit_blocks: 150,
            stake_threshold_rao: 0,
            start_call_delay_blocks: 0,
            subnet_limit: 128,
            owner_rate_limit_epochs: 2,
            faucet_open: false,
            subnet_moving_alpha_bits: 12_885,
            subnet_owner_cut: 11_796,
            tao_flow_cutoff_bits: 0,
            tao_weight: 971_718_665_099_567_868,
            childkey_take_rate_limit_blocks: 216_000,
            delegate_take_rate_limit_blocks: 216_000,
            tx_rate_limit_blocks: 1000,
            unlock_rate_blocks: 934_866,
        }
    }
}
