//! One subnet: its hyperparameters, pool, pending emission, neurons, and everybody's stake on it.
//!
//! Fields carry the name of the chain's storage item in parentheses. Amounts are rao: of TAO where
//! the name says so, else of the subnet's alpha.

use std::collections::BTreeMap;

use super::{
    AccountId, Hyperparameters, Locks, Mechanism, NetUid, Neurons, StakePool, SubnetBooks,
};

/// A moving average of TAO flow and the block it stands for.
pub type FlowAverage = Option<(u64, i128)>;

/// Children or parents of a hotkey: `(proportion, key)`, `u64::MAX` = 1.
pub type Relations = Vec<(u64, AccountId)>;

/// State of one subnet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subnet {
    /// Number of the subnet; 0 is root.
    pub netuid: NetUid,
    /// Account that holds the pool's TAO.
    pub pot: AccountId,
    /// Hyperparameters.
    pub hyper: Hyperparameters,
    /// Pool and prices.
    pub pool: Pool,
    /// What the latest block did.
    pub flow: BlockFlow,
    /// Alpha waiting for the next epoch.
    pub pending: Pending,
    /// Epoch schedule.
    pub schedule: Schedule,
    /// Registration prices and counters.
    pub registration: Registration,
    /// Neurons by uid.
    pub neurons: Neurons,
    /// Weights and bonds, one per mechanism, at least one.
    pub mechanisms: Vec<Mechanism>,
    /// Emission split over mechanisms, u16 shares (`MechanismEmissionSplit`).
    pub mechanism_split: Option<Vec<u16>>,
    /// Alpha by hotkey (`TotalHotkeyAlpha`, `TotalHotkeySharesV2`, `AlphaV2`).
    pub stakes: BTreeMap<AccountId, StakePool>,
    /// Children of a hotkey (`ChildKeys`).
    pub children: BTreeMap<AccountId, Relations>,
    /// Parents of a hotkey (`ParentKeys`).
    pub parents: BTreeMap<AccountId, Relations>,
    /// Children waiting for their cooldown, and its block (`PendingChildKeys`).
    pub pending_children: BTreeMap<AccountId, (Relations, u64)>,
    /// Alpha dividends paid to each hotkey's nominators by the latest epoch
    /// (`AlphaDividendsPerSubnet`).
    pub alpha_dividends: BTreeMap<AccountId, u64>,
    /// Root dividends of the latest epoch (`RootAlphaDividendsPerSubnet`).
    pub root_alpha_dividends: BTreeMap<AccountId, u64>,
    /// Alpha of each hotkey after its latest dividends (`TotalHotkeyAlphaLastEpoch`).
    pub hotkey_alpha_last_epoch: BTreeMap<AccountId, u64>,
    /// Root dividends already taken, by `(hotkey, coldkey)` (`RootClaimed`).
    pub root_claimed: BTreeMap<(AccountId, AccountId), u128>,
    /// Hotkey that a coldkey's incentive is staked to (`AutoStakeDestination`).
    pub auto_stake: BTreeMap<AccountId, AccountId>,
    /// Locked stake.
    pub locks: Locks,
    /// Where its alpha came from and went; no part of the chain.
    pub books: SubnetBooks,
}

/// Reserves, outstanding alpha and prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// TAO reserve (`SubnetTAO`).
    pub tao_rao: u64,
    /// Alpha reserve (`SubnetAlphaIn`).
    pub alpha_in_rao: u64,
    /// Outstanding alpha (`SubnetAlphaOut`).
    pub alpha_out_rao: u64,
    /// Alpha that the protocol bought with excess TAO (`SubnetProtocolAlpha`).
    pub protocol_alpha_rao: u64,
    /// Weight of the TAO side, 10^18 = 1 (`SwapBalancer`).
    pub quote_weight_e18: u64,
    /// Whether the pool has been used (`PalSwapInitialized`).
    pub initialized: bool,
    /// Alpha fees set aside (`ScrapReservoirAlpha`).
    pub scrap_alpha_rao: u64,
    /// TAO that ever changed hands (`SubnetVolume`).
    pub volume_rao: u128,
    /// Moving price, I96F32 bits (`SubnetMovingPrice`).
    pub moving_price_bits: i128,
    /// Part of root in the validators' emission, U96F32 bits (`RootProp`).
    pub root_proportion_bits: u128,
    /// TAO that stakers brought since the average was last updated (`SubnetTaoFlow`).
    pub tao_flow_rao: i64,
    /// TAO that the protocol brought since then (`SubnetProtocolFlow`).
    pub protocol_flow_rao: i64,
    /// Average flow of stakers, I64F64 bits (`SubnetEmaTaoFlow`).
    pub tao_flow_average: FlowAverage,
    /// Average flow of the protocol, I64F64 bits (`SubnetEmaProtocolFlow`).
    pub protocol_flow_average: FlowAverage,
    /// TAO locked at the subnet's registration (`SubnetLocked`).
    pub locked_rao: u64,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            tao_rao: 0,
            alpha_in_rao: 0,
            alpha_out_rao: 0,
            protocol_alpha_rao: 0,
            quote_weight_e18: 500_000_000_000_000_000,
            initialized: false,
            scrap_alpha_rao: 0,
            volume_rao: 0,
            moving_price_bits: 0,
            root_proportion_bits: 0,
            tao_flow_rao: 0,
            protocol_flow_rao: 0,
            tao_flow_average: None,
            protocol_flow_average: None,
            locked_rao: 0,
        }
    }
}

/// Amounts of the latest block in which the subnet emitted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BlockFlow {
    /// Alpha put into the reserve (`SubnetAlphaInEmission`).
    pub alpha_in_emission_rao: u64,
    /// Alpha created for owner, miners and validators (`SubnetAlphaOutEmission`).
    pub alpha_out_emission_rao: u64,
    /// TAO put into the reserve (`SubnetTaoInEmission`).
    pub tao_in_emission_rao: u64,
    /// TAO that bought alpha for the protocol (`SubnetExcessTao`).
    pub excess_tao_rao: u64,
    /// TAO that root dividends were sold for (`SubnetRootSellTao`).
    pub root_sell_tao_rao: u64,
}

/// Alpha that the next epoch pays out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pending {
    /// For miners (`PendingServerEmission`).
    pub server_rao: u64,
    /// For validators (`PendingValidatorEmission`).
    pub validator_rao: u64,
    /// For root stakers (`PendingRootAlphaDivs`).
    pub root_alpha_rao: u64,
    /// For the owner (`PendingOwnerCut`).
    pub owner_cut_rao: u64,
    /// Part of the latest epoch's incentive that was the owner's own, U96F32 bits (`MinerBurned`).
    pub miner_burned_bits: u128,
}

impl Pending {
    /// All that is pending.
    #[must_use]
    pub fn alpha_rao(&self) -> i128 {
        let parts = [self.server_rao, self.validator_rao, self.root_alpha_rao, self.owner_cut_rao];
        parts.into_iter().map(i128::from).sum()
    }
}

/// When epochs run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schedule {
    /// Block in which the schedule last fired (`LastEpochBlock`).
    pub last_epoch_block: u64,
    /// Block from which a triggered or deferred epoch is due, 0 for none (`PendingEpochAt`).
    pub pending_epoch_at: u64,
    /// Epoch counter that commits refer to (`SubnetEpochIndex`).
    pub epoch_index: u64,
    /// Blocks since an epoch ran (`BlocksSinceLastStep`).
    pub blocks_since_last_step: u64,
    /// Block of the latest epoch that paid out (`LastMechansimStepBlock`).
    pub last_step_block: u64,
}

/// Price of registration, and what it brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Registration {
    /// Price of the next registration in TAO (`Burn`).
    pub burn_rao: u64,
    /// Registrations in this block (`RegistrationsThisBlock`).
    pub this_block: u16,
    /// Registrations in this interval (`RegistrationsThisInterval`).
    pub this_interval: u16,
    /// TAO paid for registrations (`RAORecycledForRegistration`).
    pub rao_recycled: u64,
}

impl Default for AccountId {
    fn default() -> Self {
        Self(u32::MAX)
    }
}

impl Subnet {
    /// A subnet without neurons.
    #[must_use]
    pub fn new(netuid: NetUid, pot: AccountId) -> Self {
        Self { netuid, pot, mechanisms: vec![Mechanism::default()], ..Self::default() }
    }

    /// Alpha in the reserve and outside it (`get_alpha_issuance`).
    #[must_use]
    pub fn alpha_issuance_rao(&self) -> u64 {
        self.pool.alpha_in_rao.saturating_add(self.pool.alpha_out_rao)
    }

    /// Stake of all hotkeys together.
    #[must_use]
    pub fn staked_rao(&self) -> i128 {
        self.stakes.values().map(|pool| i128::from(pool.total_rao())).sum()
    }

    /// All alpha of a hotkey here (`TotalHotkeyAlpha`).
    #[must_use]
    pub fn hotkey_alpha_rao(&self, hotkey: AccountId) -> u64 {
        self.stakes.get(&hotkey).map_or(0, StakePool::total_rao)
    }

    /// Alpha of a coldkey on a hotkey here.
    #[must_use]
    pub fn stake_rao(&self, hotkey: AccountId, coldkey: AccountId) -> u64 {
        self.stakes.get(&hotkey).map_or(0, |pool| pool.stake_rao(coldkey))
    }

    /// uid of the owner's hotkey, if it is registered (`get_owner_uid`).
    #[must_use]
    pub fn owner_uid(&self) -> Option<u16> {
        self.neurons.uid(self.hyper.owner_hotkey?)
    }

    /// Children of a hotkey; empty when it has none.
    #[must_use]
    pub fn children_of(&self, hotkey: AccountId) -> &[(u64, AccountId)] {
        self.children.get(&hotkey).map_or(&[], Vec::as_slice)
    }

    /// Parents of a hotkey; empty when it has none.
    #[must_use]
    pub fn parents_of(&self, hotkey: AccountId) -> &[(u64, AccountId)] {
        self.parents.get(&hotkey).map_or(&[], Vec::as_slice)
    }
}
