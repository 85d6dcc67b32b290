//! `summary.json` of a run of the chain: who got what, what subnets are worth, what the
//! expectations and the planned calls came to.
//!
//! Keys come in the order of these types. Floats are rounded to nine decimals for the reader's
//! sake; expectations are judged on the unrounded values.

use serde::Serialize;
use subsim_sim::scenario::{ChainExpectation, ChainMetric};
use subsim_sim::{ChainEnd, ChainGroup};

use super::course::Course;
use super::measures::{ChainMeasures, Ending};
use super::recording::ChainRecording;
use super::totals::Receivers;
use super::value::RAO;
use crate::summary::{rounded, to_json};
use crate::{ReportError, SUMMARY, metrics};

/// Everything in `summary.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChainSummary {
    /// Always `block`: what tells this summary from that of a run over epochs.
    pub resolution: &'static str,
    /// Name of the scenario.
    pub scenario: String,
    /// Its title.
    pub title: Option<String>,
    /// The question it asks.
    pub question: Option<String>,
    /// Seed of every random stream.
    pub seed: u64,
    /// What was changed against the scenario file, as `path=value`.
    pub overrides: Vec<String>,
    /// Blocks the scenario asks for.
    pub blocks: u64,
    /// Block after which this run began: 0, or that of the checkpoint it went on from. Everything
    /// below but the TAO emitted into subnets counts from there.
    pub first_block: u64,
    /// Last block that ran to its end.
    pub last_block: u64,
    /// Whether the run was stopped before its last block.
    pub cancelled: bool,
    /// Whether all expectations hold and all planned calls ended as planned; `None` when the
    /// scenario expects nothing and no planned call failed.
    pub passed: Option<bool>,
    /// Whether `passed` speaks of all blocks the scenario asks for.
    pub complete: bool,
    /// Expectations in file order.
    pub expectations: Vec<ChainExpectationResult>,
    /// Planned calls that ended otherwise than the scenario says.
    pub broken_calls: Vec<String>,
    /// Epochs that paid out, over all subnets.
    pub epochs: u64,
    /// Calls made.
    pub calls: u64,
    /// Of these, refused.
    pub refused_calls: u64,
    /// How often the block emission halved.
    pub halvings: u64,
    /// TAO issued at the end.
    pub issuance_rao: u64,
    /// TAO minted by the last block.
    pub block_emission_rao: u64,
    /// How miner emission is spread: see [`metrics::gini`].
    #[serde(serialize_with = "rounded")]
    pub gini: Option<f64>,
    /// Rank correlation of the miners' quality and emission.
    #[serde(serialize_with = "rounded")]
    pub spearman: Option<f64>,
    /// Groups: validators, miners, accounts, others.
    pub groups: Vec<ChainGroupSummary>,
    /// Subnets that exist at the end or were paid, ascending; root is left out.
    pub subnets: Vec<SubnetSummary>,
}

/// What one group got.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChainGroupSummary {
    /// Name.
    pub name: String,
    /// `miner`, `validator`, or `None` for accounts and others.
    pub role: Option<&'static str>,
    /// How it behaves at the start.
    pub behaviour: String,
    /// Name of its subnet.
    pub subnet: Option<String>,
    /// Number of its coldkeys.
    pub coldkeys: usize,
    /// Incentive of miners, dividends of validators and those who stake to them, in rao of alpha.
    pub emission_rao: u128,
    /// The same at the pool's price of each epoch, in TAO.
    #[serde(serialize_with = "rounded")]
    pub emission_tao: Option<f64>,
    /// Its part of what its role got on its subnet.
    #[serde(serialize_with = "rounded")]
    pub share: Option<f64>,
    /// Dividends per stake relative to those of the honest validators of its subnet.
    #[serde(serialize_with = "rounded")]
    pub dividend_per_stake: Option<f64>,
    /// Accepted registrations of its hotkeys.
    pub registrations: u64,
    /// How often a hotkey of it lost its uid.
    pub prunings: u64,
    /// What its coldkeys own at the end, stake at the pools' prices, in TAO; `None` for others,
    /// among whom are the pools themselves.
    #[serde(serialize_with = "rounded")]
    pub wealth_tao: Option<f64>,
    /// What its coldkeys own more than at the start, running costs taken off, in TAO.
    #[serde(serialize_with = "rounded")]
    pub profit_tao: Option<f64>,
    /// Running costs, in TAO.
    #[serde(serialize_with = "rounded")]
    pub cost_tao: Option<f64>,
}

/// What became of one subnet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SubnetSummary {
    /// Its number.
    pub netuid: u16,
    /// Its name.
    pub name: String,
    /// Price at the start, TAO per alpha; `None` when it did not exist.
    #[serde(serialize_with = "rounded")]
    pub price_start_tao: Option<f64>,
    /// Price at the end, TAO per alpha; `None` when it is gone.
    #[serde(serialize_with = "rounded")]
    pub price_tao: Option<f64>,
    /// TAO that emission put into it since block 0, in rao.
    pub tao_emitted_rao: u128,
    /// Its part of all TAO that emission put into subnets.
    #[serde(serialize_with = "rounded")]
    pub emission_share: Option<f64>,
    /// Epochs that paid out.
    pub epochs: u64,
    /// Epochs that were put off by a block.
    pub deferrals: u64,
    /// Who got the alpha of its epochs, in rao.
    pub paid_rao: PaidSummary,
}

/// Who got the alpha of a subnet's epochs, in rao.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PaidSummary {
    /// Miners.
    pub miners: u128,
    /// Validators and those who stake to them.
    pub validators: u128,
    /// Stakers on root.
    pub root: u128,
    /// The owner's cut.
    pub owner: u128,
    /// Incentive of the owner's own hotkeys, burned.
    pub burned: u128,
    /// Incentive of the owner's own hotkeys, recycled.
    pub recycled: u128,
}

impl From<Receivers> for PaidSummary {
    fn from(receivers: Receivers) -> Self {
        Self {
            miners: receivers.miners_rao,
            validators: receivers.validators_rao,
            root: receivers.root_rao,
            owner: receivers.owner_rao,
            burned: receivers.burned_rao,
            recycled: receivers.recycled_rao,
        }
    }
}

/// How an expectation came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChainExpectationResult {
    /// Name given in the scenario.
    pub name: String,
    /// What was measured, as written in the scenario.
    pub metric: ChainMetric,
    /// Smallest allowed value, inclusive.
    pub min: Option<f64>,
    /// Largest allowed value, inclusive.
    pub max: Option<f64>,
    /// The value, `None` when the metric has no meaning here; then the expectation fails.
    #[serde(serialize_with = "rounded")]
    pub value: Option<f64>,
    /// Whether the value lies within the bounds.
    pub passed: bool,
}

fn judge(expectation: &ChainExpectation, measures: &ChainMeasures<'_>) -> ChainExpectationResult {
    let value = measures.metric(&expectation.metric);
    let within = |value: f64| {
        expectation.min.is_none_or(|min| value >= min)
            && expectation.max.is_none_or(|max| value <= max)
    };
    ChainExpectationResult {
        name: expectation.name.clone(),
        metric: expectation.metric.clone(),
        min: expectation.min,
        max: expectation.max,
        value,
        passed: value.is_some_and(within),
    }
}

impl ChainGroupSummary {
    fn new(measures: &ChainMeasures<'_>, index: usize, group: &ChainGroup) -> Self {
        let totals = &measures.totals.groups[index];
        let holding = measures.ending.holdings.get(index).copied().unwrap_or_default();
        let is_last = index + 1 == measures.names.groups.len();
        let owned = |rao: f64| (!is_last).then_some(rao / RAO);
        Self {
            name: group.name.clone(),
            role: group.role.map(subsim_sim::Role::name),
            behaviour: group.behaviour.clone(),
            subnet: group.netuid.map(|netuid| measures.names.subnet(netuid)),
            coldkeys: holding.coldkeys,
            emission_rao: totals.emission_rao,
            emission_tao: Some(totals.emission_tao_rao / RAO),
            share: measures.share(index),
            dividend_per_stake: measures.dividend_per_stake(index),
            registrations: totals.registrations,
            prunings: totals.prunings,
            wealth_tao: owned(holding.end_rao),
            profit_tao: owned(holding.profit_rao()),
            cost_tao: owned(holding.cost_rao),
        }
    }
}

fn subnets(measures: &ChainMeasures<'_>, course: &Course) -> Vec<SubnetSummary> {
    let first = course.price.iter().next();
    let at_start = |netuid: u16| {
        let price = first.and_then(|(_, prices)| prices.get(usize::from(netuid)).copied());
        price.filter(|price| price.is_finite())
    };
    let of = |netuid: &u16| {
        let totals = measures.totals.subnets.get(netuid).copied().unwrap_or_default();
        SubnetSummary {
            netuid: *netuid,
            name: measures.names.subnet(*netuid),
            price_start_tao: at_start(*netuid),
            price_tao: measures.price_tao(*netuid),
            tao_emitted_rao: totals.tao_emitted_rao,
            emission_share: measures.emission_share(*netuid),
            epochs: totals.epochs,
            deferrals: totals.deferrals,
            paid_rao: totals.receivers.into(),
        }
    };
    course.pools.iter().map(of).collect()
}

impl ChainSummary {
    /// Composes the summary of a recorded run.
    pub(crate) fn new(
        recording: &ChainRecording,
        end: &ChainEnd,
        ending: &Ending,
        overrides: Vec<String>,
        expectations: &[ChainExpectation],
    ) -> Self {
        let ChainRecording { info, names, totals, course, .. } = recording;
        let measures = ChainMeasures { names, totals, ending };
        let results: Vec<_> = expectations.iter().map(|it| judge(it, &measures)).collect();
        let all_hold = results.iter().all(|result| result.passed) && end.broken_calls.is_empty();
        let is_judged = !results.is_empty() || !all_hold;
        let groups = names.groups.iter().enumerate();
        Self {
            resolution: "block",
            scenario: info.scenario.clone(),
            title: info.title.clone(),
            question: info.question.clone(),
            seed: info.seed,
            overrides,
            blocks: info.blocks,
            first_block: info.first_block,
            last_block: end.last_block,
            cancelled: end.cancelled,
            passed: is_judged.then_some(all_hold),
            complete: !end.cancelled && info.first_block == 0 && end.last_block == info.blocks,
            expectations: results,
            broken_calls: end.broken_calls.clone(),
            epochs: totals.epochs,
            calls: totals.calls,
            refused_calls: totals.refused,
            halvings: totals.halvings,
            issuance_rao: ending.issuance_rao,
            block_emission_rao: ending.block_emission_rao,
            gini: metrics::gini(&measures.miner_emission()),
            spearman: measures.spearman(),
            groups: groups
                .map(|(index, group)| ChainGroupSummary::new(&measures, index, group))
                .collect(),
            subnets: subnets(&measures, course),
        }
    }

    /// The file's text.
    ///
    /// # Errors
    /// When the serialiser fails.
    pub fn to_json(&self) -> Result<String, ReportError> {
        to_json(SUMMARY, self)
    }
}
