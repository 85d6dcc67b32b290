//! The tables of a scenario file of resolution "block", as they are written.
//!
//! As in `file`, every key is optional to serde and the checks afterwards say what is missing; the
//! JSON Schema is generated from these types. Tables that both resolutions write alike are those of
//! `file`.

mod calls;
mod choices;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::chain_types::{Joins, SetsWeights};
use super::file::{MechanismTable, ResolutionWord};
use super::samples::Samples;
use super::subnet::{ChainSubnetTable, RulesTable};
use super::types::{Behaviour, MAX_STAKE_TOKENS};
use super::values::{
    Finite, Fraction, NonNegative, Positive, Proportion, Proportion64, Stake, Whole,
};

pub(super) use calls::{CallTable, ChildTable};
pub(super) use choices::{ClaimChoice, StakerChoice};

/// A block of the run.
pub(super) type BlockNumber = Whole<1, 100_000_000>;

/// A number of blocks as the chain's limits have it.
type Blocks = Whole<0, 1_000_000_000>;

/// Tokens as rao, to the nearest; draws beyond the supply are cut off.
pub(super) fn to_rao(tokens: f64) -> u64 {
    (tokens.clamp(0.0, MAX_STAKE_TOKENS) * 1e9 + 0.5) as u64
}

/// A scenario in which the chain itself runs, block by block.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "subsim scenario at resolution \"block\"")]
pub(super) struct ChainFile {
    /// Title for reports.
    pub(super) title: Option<String>,
    /// The question the scenario asks, one line; shown by `subsim list`.
    pub(super) question: Option<String>,
    /// Length, seed and recording.
    #[schemars(required)]
    pub(super) simulation: Option<ChainSimulationTable>,
    /// The chain as a whole: what it starts from, and its hyperparameters.
    pub(super) chain: Option<ChainTable>,
    /// Coldkeys that hold TAO and may stake.
    pub(super) accounts: Option<Vec<AccountTable>>,
    /// Subnets that exist at the start.
    pub(super) subnets: Option<Vec<ChainSubnetTable>>,
    /// Groups of miners; neurons of a group differ only by their draws.
    pub(super) miners: Option<Vec<ChainMinerTable>>,
    /// Groups of validators; neurons of a group differ only by their draws.
    pub(super) validators: Option<Vec<ChainValidatorTable>>,
    /// How qualities become scores, and scores weights.
    pub(super) mechanism: Option<MechanismTable>,
    /// Calls made at given blocks.
    pub(super) calls: Option<Vec<CallTable>>,
    /// Changes at the start of a block.
    pub(super) events: Option<Vec<ChainEventTable>>,
    /// Named assertions on the results; a run fails when one does not hold.
    pub(super) expect: Option<BTreeMap<String, ChainExpectTable>>,
}

/// Length, seed and recording.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [
    { "required": ["blocks"] }, { "required": ["days"] }, { "required": ["years"] }
]))]
pub(super) struct ChainSimulationTable {
    /// Seed of every random stream. Default 0.
    #[schemars(extend("default" = 0))]
    pub(super) seed: Option<Whole<0, { u64::MAX }>>,
    /// What one step of time is; must be "block" here.
    #[schemars(required)]
    #[allow(dead_code, reason = "it decided which tables are read before they were")]
    pub(super) resolution: Option<ResolutionWord>,
    /// Number of blocks; either this, `days` or `years`.
    pub(super) blocks: Option<BlockNumber>,
    /// Length in days of 7200 blocks.
    pub(super) days: Option<Positive>,
    /// Length in years of 365 days.
    pub(super) years: Option<Positive>,
    /// Threads to use; results do not depend on it. Default: as many as the machine has.
    pub(super) threads: Option<Whole<1, 1024>>,
    /// Whether all sums of the ledger are checked after every block. Default false.
    #[schemars(extend("default" = false))]
    pub(super) check: Option<bool>,
    /// Blocks between two rows per subnet of blocks.parquet; epochs are always recorded. Default: 1
    /// up to 200,000 rows, else 10, 60, 360, 3600 and so on, so that there are no more.
    pub(super) record_every_blocks: Option<BlockNumber>,
    /// Which calls are recorded. Default "all".
    #[schemars(extend("default" = "all"))]
    pub(super) record_calls: Option<RecordWord>,
}

/// Which calls are recorded.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum RecordWord {
    /// Every call.
    All,
    /// Only refused calls.
    Refused,
    /// None.
    None,
}

/// The chain as a whole: what it starts from, and its hyperparameters. What is left out has the
/// chain's own value.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChainTable {
    /// TAO issued before block 1, in all. What the scenario's people and pools do not hold is held
    /// elsewhere, and nobody spends it. Default: what they hold.
    pub(super) tao_issued: Option<Stake>,
    /// File with the keys and balances of a real network, relative to the scenario's folder; its
    /// neurons are on the one subnet of the scenario.
    pub(super) genesis: Option<String>,
    /// File with the neurons, stakes and weights of a real subnet, relative to the scenario's
    /// folder; they are on the one subnet of the scenario.
    pub(super) metagraph: Option<String>,
    /// Weight of a root TAO beside an alpha. Default { u64 = 971718665099567868 }, about 0.053.
    pub(super) tao_weight: Option<Proportion64>,
    /// Most epochs that may run in one block; further ones wait a block. Default 2.
    pub(super) max_epochs_per_block: Option<Whole<1, 128>>,
    /// Part of a subnet's alpha that goes to its owner. Default { u16 = 11796 }, 0.18.
    pub(super) owner_cut: Option<Proportion>,
    /// Highest delegate take, and that of who sets none. Default { u16 = 11796 }, 0.18.
    pub(super) max_delegate_take: Option<Proportion>,
    /// Lowest delegate take. Default 0.
    pub(super) min_delegate_take: Option<Proportion>,
    /// Highest childkey take. Default { u16 = 11796 }, 0.18.
    pub(super) max_childkey_take: Option<Proportion>,
    /// Lowest childkey take. Default 0.
    pub(super) min_childkey_take: Option<Proportion>,
    /// Part of childkey dividends to parents of other owners that is recycled. Default 0.
    pub(super) childkey_burn: Option<Proportion64>,
    /// Lowest lock for a new subnet in TAO. Default 1000.
    pub(super) network_min_lock_tao: Option<Stake>,
    /// Blocks between two registrations of subnets. Default 7200.
    pub(super) network_rate_limit_blocks: Option<Blocks>,
    /// Blocks in which a new subnet is not dissolved. Default 1296000.
    pub(super) network_immunity_blocks: Option<Blocks>,
    /// Blocks over which the lock for a new subnet falls. Default 100800.
    pub(super) network_lock_reduction_blocks: Option<BlockNumber>,
    /// Number of subnets. Default 128.
    pub(super) subnet_limit: Option<Whole<1, 1024>>,
    /// Blocks from a subnet's registration to the earliest start. Default 0.
    pub(super) start_call_delay_blocks: Option<Blocks>,
    /// Rate at which moving prices follow prices. Default 0.000003.
    pub(super) moving_price_alpha: Option<Fraction>,
    /// Whether the faucet gives TAO, as on a local chain. Default false.
    pub(super) faucet: Option<bool>,
    /// Blocks before an epoch in which hyperparameters are frozen. Default 10.
    pub(super) admin_freeze_window_blocks: Option<Whole<0, 65_535>>,
    /// Epochs between an owner's changes of one hyperparameter. Default 2.
    pub(super) owner_rate_limit_epochs: Option<Whole<0, 65_535>>,
    /// Blocks between owner transactions. Default 1000.
    pub(super) tx_rate_limit_blocks: Option<Blocks>,
    /// Blocks between raises of a delegate take. Default 216000.
    pub(super) delegate_take_rate_limit_blocks: Option<Blocks>,
    /// Blocks between changes of a childkey take. Default 216000.
    pub(super) childkey_take_rate_limit_blocks: Option<Blocks>,
    /// Blocks between two settings of a hotkey's children. Default 150.
    pub(super) set_children_rate_limit_blocks: Option<Blocks>,
    /// Blocks that new children wait before they count. Default 7200.
    pub(super) childkey_cooldown_blocks: Option<Blocks>,
    /// Smallest stake movement in TAO, before fees. Default 0.002.
    pub(super) min_stake_tao: Option<Stake>,
    /// Stake weight in tokens below which a neuron has none. Default 0.
    pub(super) stake_threshold_tokens: Option<Stake>,
    /// Smallest stake of a nominator who does not own the hotkey, in TAO. Default 0.
    pub(super) nominator_min_stake_tao: Option<Stake>,
    /// Balances below this many rao are closed. Default 500.
    pub(super) existential_deposit_rao: Option<Whole<0, 21_000_000_000_000_000>>,
    /// Coldkeys whose root dividends are claimed by themselves, per block. Default 5.
    pub(super) root_claims_per_block: Option<Whole<0, 1_000_000>>,
    /// Half-life of conviction, in blocks. Default 934866.
    pub(super) conviction_half_life_blocks: Option<BlockNumber>,
    /// Half-life of decaying locks, in blocks. Default 934866.
    pub(super) unlock_half_life_blocks: Option<BlockNumber>,
}

/// Coldkeys that hold TAO and may stake.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountTable {
    /// Name of letters, digits, `_` and `-`; unique over all groups. Of several accounts each is
    /// called `<name>-<index>`.
    #[schemars(required, pattern(r"^[A-Za-z0-9_-]+$"))]
    pub(super) name: Option<String>,
    /// Number of accounts. Default 1.
    #[schemars(extend("default" = 1))]
    pub(super) count: Option<Whole<1, 1_000_000>>,
    /// Free TAO of each at the start.
    #[schemars(required)]
    pub(super) balance_tao: Option<Samples<Stake>>,
    /// What they do by themselves. Default "idle".
    pub(super) behaviour: Option<StakerChoice>,
}

/// A group of miners.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChainMinerTable {
    /// Name of letters, digits, `_` and `-`; unique over all groups.
    #[schemars(required, pattern(r"^[A-Za-z0-9_-]+$"))]
    pub(super) name: Option<String>,
    /// Number of miners. Default 1.
    #[schemars(extend("default" = 1))]
    pub(super) count: Option<Whole<1, 65_535>>,
    /// Name of their subnet; not needed when there is only one.
    pub(super) subnet: Option<String>,
    /// True quality of the miners' answers, 0 to 1; draws beyond are cut off.
    #[schemars(required)]
    pub(super) quality: Option<Samples<Fraction>>,
    /// Standard deviation of the quality from epoch to epoch. Default 0.
    #[schemars(extend("default" = 0.0))]
    pub(super) noise: Option<NonNegative>,
    /// Stake on the subnet at the start, in alpha tokens. Default 0.
    pub(super) stake_alpha: Option<Samples<Stake>>,
    /// Free TAO of each coldkey at the start. Default 0.
    pub(super) balance_tao: Option<Samples<Stake>>,
    /// The account that owns them all. Default: each has a coldkey of its own.
    pub(super) coldkey: Option<String>,
    /// When they register. Default "at_start".
    pub(super) joins: Option<Joins>,
    /// Cost of running a miner, in TAO per day. Default 0.
    #[schemars(extend("default" = 0.0))]
    pub(super) cost_tao_per_day: Option<NonNegative>,
    /// Part of what it earned that a miner sells for TAO after each epoch. Default 0.
    #[schemars(extend("default" = 0.0))]
    pub(super) sells: Option<Fraction>,
    /// Neurons of a genesis or metagraph that the group stands for, such as "64-255"; in place of
    /// `count`.
    #[schemars(pattern(r"^[0-9]+(-[0-9]+)?$"))]
    pub(super) uids: Option<String>,
}

/// A group of validators.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChainValidatorTable {
    /// Name of letters, digits, `_` and `-`; unique over all groups.
    #[schemars(required, pattern(r"^[A-Za-z0-9_-]+$"))]
    pub(super) name: Option<String>,
    /// Number of validators. Default 1.
    #[schemars(extend("default" = 1))]
    pub(super) count: Option<Whole<1, 65_535>>,
    /// Name of their subnet; not needed when there is only one.
    pub(super) subnet: Option<String>,
    /// Stake on the subnet at the start, in alpha tokens. Default 0.
    pub(super) stake_alpha: Option<Samples<Stake>>,
    /// Stake on root at the start, in TAO. Default 0.
    pub(super) root_stake_tao: Option<Samples<Stake>>,
    /// Free TAO of each coldkey at the start. Default 0.
    pub(super) balance_tao: Option<Samples<Stake>>,
    /// The account that owns them all. Default: each has a coldkey of its own.
    pub(super) coldkey: Option<String>,
    /// Part of the dividends that they keep from their nominators. Default: the chain's highest.
    pub(super) take: Option<Proportion>,
    /// Standard deviation of a score around the miner's quality. Default 0.
    #[schemars(extend("default" = 0.0))]
    pub(super) noise: Option<NonNegative>,
    /// How weights are chosen. Default "honest". A copier copies what is visible on the chain when
    /// it sets weights.
    pub(super) behaviour: Option<Behaviour>,
    /// When weights are set. Default { every_blocks = 100 }.
    pub(super) sets_weights: Option<SetsWeights>,
    /// Neurons of a genesis or metagraph that the group stands for, such as "0-63"; in place of
    /// `count`.
    #[schemars(pattern(r"^[0-9]+(-[0-9]+)?$"))]
    pub(super) uids: Option<String>,
}

/// A change at the start of a block: of a group, of a subnet's rules, or of both.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChainEventTable {
    /// Block at whose start it happens; the first block is 1.
    #[schemars(required)]
    pub(super) at_block: Option<BlockNumber>,
    /// Name of the group that changes.
    pub(super) group: Option<String>,
    /// New quality of a group of miners.
    pub(super) quality: Option<Samples<Fraction>>,
    /// New noise of the group.
    pub(super) noise: Option<NonNegative>,
    /// New behaviour of a group of validators.
    pub(super) behaviour: Option<Behaviour>,
    /// Name of the subnet whose rules change; not needed when there is only one.
    pub(super) subnet: Option<String>,
    /// Hyperparameters that governance changes, without the checks and limits that calls meet.
    pub(super) rules: Option<RulesTable>,
}

/// An assertion on the results.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = [{ "required": ["min"] }, { "required": ["max"] }]))]
pub(super) struct ChainExpectTable {
    /// What is measured, over the whole run.
    ///
    /// `gini`: how unequally miners are paid, 0 (all the same) to 1 (one gets everything). Miners
    /// of all subnets count together, at the price of each epoch.
    ///
    /// `spearman`: rank correlation of the miners' quality and emission, -1 to 1.
    ///
    /// `share.GROUP`: the group's part of the emission of its role on its subnet.
    ///
    /// `dividend_per_stake.GROUP`: the group's dividends per stake, over the same for the honest
    /// validators of its subnet.
    ///
    /// `profit_tao.GROUP`: what the group's coldkeys own at the end, stake at the pool's price,
    /// less what they owned at the start, less running costs.
    ///
    /// `registrations.GROUP`: accepted registrations of the group's hotkeys.
    ///
    /// `prunings.GROUP`: how often a neuron of the group lost its uid.
    ///
    /// `price_tao.SUBNET`: price at the end.
    ///
    /// `emission_share.SUBNET`: its part of all TAO that went into subnets.
    ///
    /// `issuance_tao`: TAO issued at the end. `block_emission_tao`: TAO minted by the last block.
    /// `halvings`: how often the block emission halved. `refused_calls`: number of refused calls.
    #[schemars(
        required,
        pattern(
            r"^(gini|spearman|issuance_tao|block_emission_tao|refused_calls|halvings|(share|dividend_per_stake|profit_tao|registrations|prunings|price_tao|emission_share)\.[A-Za-z0-9_-]+)$"
        )
    )]
    pub(super) metric: Option<String>,
    /// Smallest allowed value.
    pub(super) min: Option<Finite>,
    /// Largest allowed value.
    pub(super) max: Option<Finite>,
}
