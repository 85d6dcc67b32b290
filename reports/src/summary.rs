//! `summary.json`: who got what, as metrics, group tables, top lists and expectation results.
//!
//! Keys come in the order of these types. Floats are rounded to nine decimals for the reader's
//! sake; expectations are judged on the unrounded values.

use serde::{Serialize, Serializer};
use subsim_sim::scenario::{Expectation, Metric, Window};
use subsim_sim::{Role, RunEnd, RunInfo};

use crate::recording::{PastEvent, Recording};
use crate::totals::{Measures, NeuronTotals, Totals};
use crate::unpaid::UnpaidEpochs;
use crate::{ReportError, metrics};

/// Name of the file.
pub const SUMMARY: &str = "summary.json";

/// Neurons named in each top list.
const TOP: usize = 10;

pub(crate) fn rounded<S: Serializer>(
    value: &Option<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value.map(|value| (value * 1e9).round() / 1e9).serialize(serializer)
}

/// Everything in `summary.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
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
    /// Epochs the scenario asks for.
    pub epochs: u64,
    /// Epochs that ran to their end.
    pub epochs_done: u64,
    /// Whether the run was stopped before its last epoch.
    pub cancelled: bool,
    /// Whether all expectations hold; `None` when the scenario has none.
    pub passed: Option<bool>,
    /// Whether `passed` speaks of all epochs the scenario asks for: false when the run was stopped
    /// and expectations were judged on the epochs so far.
    pub complete: bool,
    /// Expectations in file order.
    pub expectations: Vec<ExpectationResult>,
    /// What happened at the start of epochs: the first hundred events.
    pub events: Vec<PastEvent>,
    /// Over all epochs.
    pub run: WindowSummary,
    /// Over the last epoch; `None` when no epoch ran.
    pub last_epoch: Option<WindowSummary>,
    /// Miners with the most miner emission over the run, at most ten.
    pub top_miners: Vec<TopNeuron>,
    /// Validators with the most validator emission over the run, at most ten.
    pub top_validators: Vec<TopNeuron>,
}

/// Results over some epochs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WindowSummary {
    /// Emission of all neurons, in rao.
    pub emission_rao: u128,
    /// Epochs that paid no miner.
    pub paid_no_miner: UnpaidSummary,
    /// Epochs that paid no validator.
    pub paid_no_validator: UnpaidSummary,
    /// How miner emission is spread.
    pub metrics: MinerMetrics,
    /// All groups, in the order of uids.
    pub groups: Vec<GroupSummary>,
}

/// Epochs that paid nobody of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct UnpaidSummary {
    /// How many there were.
    pub epochs: u64,
    /// What kept most of them from paying; `None` when there were none.
    pub why: Option<&'static str>,
}

/// How miner emission is spread over the miners that were on the subnet; `None` where a measure
/// has no meaning, for instance because nothing was paid.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MinerMetrics {
    /// See [`metrics::gini`].
    #[serde(serialize_with = "rounded")]
    pub gini: Option<f64>,
    /// See [`metrics::herfindahl`].
    #[serde(serialize_with = "rounded")]
    pub herfindahl: Option<f64>,
    /// See [`metrics::nakamoto`].
    pub nakamoto: Option<usize>,
    /// See [`metrics::spearman`]: mean quality against mean incentive.
    #[serde(serialize_with = "rounded")]
    pub spearman: Option<f64>,
}

/// What one group got.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupSummary {
    /// Name.
    pub name: String,
    /// `miner` or `validator`.
    pub role: &'static str,
    /// How its validators set weights at the start.
    pub behaviour: String,
    /// Number of neurons.
    pub count: usize,
    /// Miner emission of miners, validator emission of validators, in rao.
    pub emission_rao: u128,
    /// The same per neuron, rounded down.
    pub emission_per_neuron_rao: u128,
    /// Its part of the emission of all groups of its role.
    #[serde(serialize_with = "rounded")]
    pub share: Option<f64>,
    /// Its part of all stake, averaged over epochs.
    #[serde(serialize_with = "rounded")]
    pub stake_share: Option<f64>,
    /// Validator emission per stake relative to that of honest validators; `None` for miners and
    /// when nobody is honest.
    #[serde(serialize_with = "rounded")]
    pub dividend_per_stake: Option<f64>,
}

/// One neuron of a top list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TopNeuron {
    /// Its uid.
    pub uid: usize,
    /// Its hotkey.
    pub hotkey: String,
    /// Its group.
    pub group: String,
    /// Emission of its role, in rao.
    pub emission_rao: u128,
    /// Its part of the emission of all neurons of its role.
    #[serde(serialize_with = "rounded")]
    pub share: Option<f64>,
}

/// How an expectation came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExpectationResult {
    /// Name given in the scenario.
    pub name: String,
    /// What was measured, as written in the scenario.
    pub metric: Metric,
    /// Over which epochs: `all` or `last`.
    pub window: &'static str,
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

/// Judges an expectation on totals: those of the run or of the last epoch, whichever the
/// expectation's window names.
#[must_use]
pub fn evaluate(expectation: &Expectation, measures: &Measures<'_>) -> ExpectationResult {
    let value = measures.metric(&expectation.metric);
    let within = |value: f64| {
        expectation.min.is_none_or(|min| value >= min)
            && expectation.max.is_none_or(|max| value <= max)
    };
    ExpectationResult {
        name: expectation.name.clone(),
        metric: expectation.metric.clone(),
        window: expectation.window.name(),
        min: expectation.min,
        max: expectation.max,
        value,
        passed: value.is_some_and(within),
    }
}

impl WindowSummary {
    fn new(info: &RunInfo, totals: &Totals) -> Self {
        let measures = Measures::new(info, totals);
        let emissions = measures.miner_emission_rao();
        let metrics = MinerMetrics {
            gini: metrics::gini(&emissions),
            herfindahl: metrics::herfindahl(&emissions),
            nakamoto: metrics::nakamoto(&emissions),
            spearman: measures.spearman(),
        };
        let of_all =
            |neuron: &NeuronTotals| neuron.server_emission_rao + neuron.validator_emission_rao;
        let emission_rao = totals.neurons.iter().map(of_all).sum();
        let groups = (0..info.groups.len()).map(|group| GroupSummary::new(info, &measures, group));
        let unpaid =
            |unpaid: &UnpaidEpochs| UnpaidSummary { epochs: unpaid.epochs(), why: unpaid.why() };
        Self {
            emission_rao,
            paid_no_miner: unpaid(&totals.unpaid.miners),
            paid_no_validator: unpaid(&totals.unpaid.validators),
            metrics,
            groups: groups.collect(),
        }
    }
}

impl GroupSummary {
    fn new(info: &RunInfo, measures: &Measures<'_>, group: usize) -> Self {
        let count = info.neurons.iter().filter(|neuron| neuron.group == group).count();
        let emission_rao = measures.groups()[group].emission_rao;
        Self {
            name: info.groups[group].name.clone(),
            role: info.groups[group].role.name(),
            behaviour: info.groups[group].behaviour.clone(),
            count,
            emission_rao,
            emission_per_neuron_rao: emission_rao / (count as u128).max(1),
            share: measures.share(group),
            stake_share: measures.stake_share(group),
            dividend_per_stake: measures.dividend_per_stake(group),
        }
    }
}

/// Best paid neurons of a role; equal pay in uid order.
fn top(info: &RunInfo, totals: &Totals, role: Role) -> Vec<TopNeuron> {
    let emission = |uid: usize| match role {
        Role::Miner => totals.neurons[uid].server_emission_rao,
        Role::Validator => totals.neurons[uid].validator_emission_rao,
    };
    let group = |uid: usize| &info.groups[info.neurons[uid].group];
    let mut uids: Vec<usize> =
        (0..info.neurons.len()).filter(|uid| group(*uid).role == role).collect();
    let whole: u128 = uids.iter().map(|uid| emission(*uid)).sum();
    uids.sort_by_key(|uid| (std::cmp::Reverse(emission(*uid)), *uid));
    uids.truncate(TOP);
    let named = |uid: usize| TopNeuron {
        uid,
        hotkey: info.neurons[uid].hotkey.clone(),
        group: group(uid).name.clone(),
        emission_rao: emission(uid),
        share: metrics::share(emission(uid) as f64, whole as f64),
    };
    uids.into_iter().map(named).collect()
}

impl Summary {
    /// Composes the summary of a recorded run.
    #[must_use]
    pub(crate) fn new(
        recording: &Recording,
        end: &RunEnd,
        overrides: Vec<String>,
        expectations: &[Expectation],
    ) -> Self {
        let Recording { info, run, last, events, .. } = recording;
        let (of_run, of_last) = (Measures::new(info, run), Measures::new(info, last));
        let judge = |expectation: &Expectation| match expectation.window {
            Window::All => evaluate(expectation, &of_run),
            Window::Last => evaluate(expectation, &of_last),
        };
        let results: Vec<ExpectationResult> = expectations.iter().map(judge).collect();
        Self {
            scenario: info.scenario.clone(),
            title: info.title.clone(),
            question: info.question.clone(),
            seed: info.seed,
            overrides,
            epochs: info.epochs,
            epochs_done: end.epochs_done,
            cancelled: end.cancelled,
            passed: (!results.is_empty()).then(|| results.iter().all(|result| result.passed)),
            complete: !end.cancelled && end.epochs_done == info.epochs,
            expectations: results,
            events: events.clone(),
            run: WindowSummary::new(info, run),
            last_epoch: (last.epochs > 0).then(|| WindowSummary::new(info, last)),
            top_miners: top(info, run, Role::Miner),
            top_validators: top(info, run, Role::Validator),
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

/// Pretty JSON with a newline at the end.
pub(crate) fn to_json(file: &'static str, value: &impl Serialize) -> Result<String, ReportError> {
    let failed = |source| ReportError::Json { file, source };
    Ok(serde_json::to_string_pretty(value).map_err(failed)? + "\n")
}
