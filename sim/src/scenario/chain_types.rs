//! What a scenario of resolution `block` says, after reading and checking: plain data, names
//! resolved to places in tables. Only valid values; how such a file is written, and what goes
//! wrong in one, is the business of the other modules of [`crate::scenario`].

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use super::Diagnostics;
use super::subnet::{Subnet, SubnetPatch};
use super::types::{Behaviour, Mechanism, Sampled};
use crate::chain::{Call, GlobalParameters, NetUid, Origin};

/// One scenario at resolution `block`: the chain itself runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChainScenario {
    /// Name of the scenario: the file's name without its extension.
    #[serde(skip)]
    pub name: String,
    /// Title for reports.
    pub title: Option<String>,
    /// The question the scenario asks, one line.
    pub question: Option<String>,
    /// Length, seed and recording.
    pub simulation: ChainSimulation,
    /// What the chain starts from.
    pub start: Start,
    /// Hyperparameters of the whole chain.
    #[serde(serialize_with = "as_debug")]
    pub globals: GlobalParameters,
    /// TAO issued before block 1, in rao; what the scenario's people, pools and stakes do not hold
    /// of it is held elsewhere, and nobody spends it. `None` is what they hold. What is certain of
    /// what they hold does not exceed it; draws may.
    pub tao_issued_rao: Option<u64>,
    /// Everybody the scenario names; a place here is an [`crate::chain::AccountId`] in `calls`.
    pub roster: Vec<Person>,
    /// Subnets that exist at the start, in file order; the first has netuid 1.
    pub subnets: Vec<SubnetSetup>,
    /// Groups of miners, in file order.
    pub miners: Vec<ChainMiners>,
    /// Groups of validators, in file order.
    pub validators: Vec<ChainValidators>,
    /// Groups of coldkeys that hold TAO and may stake, in file order.
    pub accounts: Vec<AccountGroup>,
    /// How qualities become weights.
    pub mechanism: Mechanism,
    /// Calls made at given blocks, ordered by block; those of one block in file order.
    pub calls: Vec<PlannedCall>,
    /// Changes to groups, ordered by block; those of one block in file order.
    pub events: Vec<ChainEvent>,
    /// Assertions on the results, in file order.
    pub expect: Vec<ChainExpectation>,
    /// What the reader of the file should know although it is valid.
    #[serde(skip)]
    pub(super) warnings: Diagnostics,
}

/// Key of a person of a roster: its place, big-endian. Keys are in the order of the roster.
#[must_use]
pub fn roster_key(place: usize) -> [u8; 32] {
    let mut key = [0; 32];
    key[24..].copy_from_slice(&(place as u64).to_be_bytes());
    key
}

/// Length, seed and recording of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainSimulation {
    /// Seed of every random stream.
    pub seed: u64,
    /// Number of blocks, 1 to 100 million.
    pub blocks: u64,
    /// Threads to use; results do not depend on it.
    #[serde(skip)]
    pub threads: Option<usize>,
    /// Whether all sums are checked after every block.
    pub check: bool,
    /// Blocks between two rows per subnet of `blocks.parquet`; epochs are always recorded.
    pub record_every_blocks: u64,
    /// Which calls are recorded.
    pub record_calls: RecordCalls,
}

/// Which calls are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordCalls {
    /// Every call.
    All,
    /// Only refused calls.
    Refused,
    /// None.
    None,
}

/// What the chain starts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// Nothing but what the scenario says.
    Fresh,
    /// A genesis file: keys and balances of a real network; its neurons are on subnet 1.
    Genesis {
        /// The file, relative to the working folder.
        #[serde(skip)]
        path: PathBuf,
        /// blake3 of its contents, hex.
        hash: String,
    },
    /// A metagraph file: the neurons, stakes and weights of a real subnet are on subnet 1.
    Metagraph {
        /// The file, relative to the working folder.
        #[serde(skip)]
        path: PathBuf,
        /// blake3 of its contents, hex.
        hash: String,
    },
}

/// Somebody the scenario names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Name: `alice`, or `<group>-<index>`. The coldkey and the hotkey of a neuron share it.
    pub name: String,
    /// What the key is for.
    pub key: KeyKind,
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// Owns TAO and stake, and pays.
    Coldkey,
    /// Mines, validates, receives stake.
    Hotkey,
}

/// A subnet that exists at the start.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SubnetSetup {
    /// Name, unique over all subnets.
    pub name: String,
    /// Its number: 1 for the first.
    pub netuid: NetUid,
    /// Hyperparameters. `emission_rao_per_block`, `owner_cut`, `delegate_take`, `tao_weight`,
    /// `moving_price_alpha` and `max_epochs_per_block` are the chain's here, not the subnet's.
    pub rules: Subnet,
    /// Place of the owner's coldkey in the roster; it is a person of `accounts`, or made for it.
    pub owner: usize,
    /// Place of the owner's hotkey in the roster.
    pub owner_hotkey: usize,
    /// Whether the owner's hotkey is a neuron of the subnet from the start.
    pub owner_is_neuron: bool,
    /// TAO in the pool, in rao.
    pub pool_tao_rao: u64,
    /// Alpha in the pool, in rao.
    pub pool_alpha_rao: u64,
    /// Block of the first emission; `None` when the subnet is not started.
    pub first_emission_block: Option<u64>,
    /// Part of its incentive that the owner's miners would get is recycled instead of burned.
    pub recycle: bool,
    /// Price of the first registration, in rao.
    pub burn_rao: u64,
    /// Moving price at the start, TAO per alpha; `None` is the price of the pool.
    pub moving_price: Option<f64>,
}

/// A group of miners.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChainMiners {
    /// Name, unique over all groups and accounts.
    pub name: String,
    /// Place of its subnet in `subnets`.
    pub subnet: usize,
    /// Number of miners.
    pub count: usize,
    /// Places of their coldkeys in the roster; all the same when one person runs them all.
    pub coldkeys: Vec<usize>,
    /// Places of their hotkeys in the roster.
    pub hotkeys: Vec<usize>,
    /// uids of an imported subnet that this group plays; then `coldkeys` and `hotkeys` are empty,
    /// and nothing is drawn but quality.
    pub imported_uids: Option<std::ops::Range<u16>>,
    /// True quality in `[0, 1]`; draws are clamped to it.
    pub quality: Sampled,
    /// Standard deviation of the quality from epoch to epoch.
    pub noise: f64,
    /// Alpha stake at the start, in tokens.
    pub stake_alpha: Sampled,
    /// Free TAO of each coldkey at the start, in tokens.
    pub balance_tao: Sampled,
    /// When they register.
    pub joins: Joins,
    /// Cost of running a miner, in TAO per day; counts in profit, and for who registers when it
    /// pays.
    pub cost_tao_per_day: f64,
    /// Part of what it earned that a miner sells for TAO after each epoch.
    pub sells: f64,
}

/// When miners register.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Joins {
    /// They are there at the start; who is pruned does not come back.
    AtStart,
    /// They call `burned_register` at a block; who is pruned does not come back.
    AtBlock {
        /// The block.
        block: u64,
    },
    /// They register, again if pruned, whenever the registration burn and their costs are below
    /// what a miner of their quality can expect to earn within a window.
    WhenItPays {
        /// Blocks until the burn must have come back, at least 1.
        within_blocks: u64,
        /// Blocks between two looks at the price.
        every_blocks: u64,
    },
    /// They register, again if pruned, as soon as the burn is at or below a price.
    BelowPrice {
        /// Highest burn they pay, in rao.
        burn_rao: u64,
        /// Blocks between two looks at the price.
        every_blocks: u64,
    },
}

/// A group of validators.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChainValidators {
    /// Name, unique over all groups and accounts.
    pub name: String,
    /// Place of its subnet in `subnets`.
    pub subnet: usize,
    /// Number of validators.
    pub count: usize,
    /// Places of their coldkeys in the roster.
    pub coldkeys: Vec<usize>,
    /// Places of their hotkeys in the roster.
    pub hotkeys: Vec<usize>,
    /// As in [`ChainMiners::imported_uids`].
    pub imported_uids: Option<std::ops::Range<u16>>,
    /// Alpha stake at the start, in tokens.
    pub stake_alpha: Sampled,
    /// Root stake at the start, in TAO.
    pub root_stake_tao: Sampled,
    /// Free TAO of each coldkey at the start, in tokens.
    pub balance_tao: Sampled,
    /// Delegate take, u16 proportion.
    pub take: u16,
    /// Standard deviation of a score around the miner's quality.
    pub noise: f64,
    /// How weights are chosen.
    pub behaviour: Behaviour,
    /// When weights are set.
    pub sets_weights: SetsWeights,
}

/// When a validator sets its weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SetsWeights {
    /// Every so many blocks, validators spread evenly over them.
    Every {
        /// Blocks between two calls, at least 1.
        blocks: u64,
    },
    /// So many blocks before each epoch: 1 is the last block that still counts.
    BeforeEpoch {
        /// Blocks before the epoch, at least 1.
        blocks: u64,
    },
}

/// A group of coldkeys with TAO.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AccountGroup {
    /// Name; of one account it is the account's own, else they are `<name>-<index>`.
    pub name: String,
    /// Number of accounts.
    pub count: usize,
    /// Places in the roster.
    pub coldkeys: Vec<usize>,
    /// Free TAO at the start, in tokens.
    pub balance_tao: Sampled,
    /// What they do by themselves.
    pub behaviour: StakerBehaviour,
}

/// What holders of TAO do by themselves.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StakerBehaviour {
    /// Nothing.
    Idle,
    /// Keep their TAO where it earned most of late: looked at every so many blocks, a part of the
    /// holding moves to the validator with the highest return on stake after take, over all
    /// subnets and root.
    FollowYield {
        /// Blocks between two looks.
        every_blocks: u64,
        /// Part of the holding that moves at a look, 0 to 1.
        moves: f64,
    },
    /// Put a fixed part of their TAO on the validators of a subnet by stake at block 1 and stay.
    Hold {
        /// Place of the subnet in `subnets`; `None` is root.
        subnet: Option<usize>,
        /// Part of the TAO, 0 to 1.
        part: f64,
    },
}

/// A call that is made at a block.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlannedCall {
    /// Block in which it is made.
    pub at_block: u64,
    /// Who makes it; an account is a place in the roster.
    #[serde(serialize_with = "as_debug")]
    pub origin: Origin,
    /// The call; accounts are places in the roster.
    #[serde(serialize_with = "as_debug")]
    pub call: Call,
    /// Whether the scenario expects it to be refused, and how: the chain's name of the error.
    /// A call that ends otherwise than the scenario says fails the run's verdict.
    pub refused: Option<String>,
}

/// Something about a group or the rules that changes at a block.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChainEvent {
    /// The block.
    pub at_block: u64,
    /// Name of the group that changes.
    pub group: Option<String>,
    /// New quality (miners).
    pub quality: Option<Sampled>,
    /// New noise.
    pub noise: Option<f64>,
    /// New behaviour (validators).
    pub behaviour: Option<Behaviour>,
    /// Place of a subnet whose hyperparameters change by governance, without checks or limits.
    pub subnet: Option<usize>,
    /// The changes.
    pub rules: SubnetPatch,
}

/// A named assertion on the results.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChainExpectation {
    /// Name given in the file.
    pub name: String,
    /// What is measured, as written.
    pub metric: ChainMetric,
    /// Smallest allowed value, inclusive.
    pub min: Option<f64>,
    /// Largest allowed value, inclusive.
    pub max: Option<f64>,
}

/// What an expectation measures, over the whole run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainMetric {
    /// `gini`: of the miners' emission. Neurons of all subnets count together, at the price of
    /// each epoch.
    Gini,
    /// `spearman`: rank correlation of the miners' quality and emission.
    Spearman,
    /// `share.<group>`: its part of the emission of its role on its subnet.
    Share(String),
    /// `dividend_per_stake.<group>`: its dividends per stake at the epochs, over the same for the
    /// honest validators of its subnet.
    DividendPerStake(String),
    /// `profit_tao.<group>`: what the group's coldkeys own at the end, stake at the pool's price,
    /// less what they owned at the start, less running costs.
    ProfitTao(String),
    /// `registrations.<group>`: accepted registrations of the group's hotkeys.
    Registrations(String),
    /// `prunings.<group>`: how often a neuron of the group lost its uid.
    Prunings(String),
    /// `price_tao.<subnet>`: price at the end.
    PriceTao(String),
    /// `emission_share.<subnet>`: its part of all TAO that went into subnets.
    EmissionShare(String),
    /// `issuance_tao`: at the end.
    IssuanceTao,
    /// `block_emission_tao`: TAO minted by the last block.
    BlockEmissionTao,
    /// `refused_calls`: number of refused calls.
    RefusedCalls,
    /// `halvings`: how often the block emission halved.
    Halvings,
}

impl fmt::Display for ChainMetric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gini => f.write_str("gini"),
            Self::Spearman => f.write_str("spearman"),
            Self::Share(group) => write!(f, "share.{group}"),
            Self::DividendPerStake(group) => write!(f, "dividend_per_stake.{group}"),
            Self::ProfitTao(group) => write!(f, "profit_tao.{group}"),
            Self::Registrations(group) => write!(f, "registrations.{group}"),
            Self::Prunings(group) => write!(f, "prunings.{group}"),
            Self::PriceTao(subnet) => write!(f, "price_tao.{subnet}"),
            Self::EmissionShare(subnet) => write!(f, "emission_share.{subnet}"),
            Self::IssuanceTao => f.write_str("issuance_tao"),
            Self::BlockEmissionTao => f.write_str("block_emission_tao"),
            Self::RefusedCalls => f.write_str("refused_calls"),
            Self::Halvings => f.write_str("halvings"),
        }
    }
}

impl Serialize for ChainMetric {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn as_debug<T: std::fmt::Debug, S: serde::Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{value:?}"))
}
