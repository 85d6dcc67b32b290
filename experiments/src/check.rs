//! Comparing a scenario with its baseline: the same, or what shifted and for whom.

use std::sync::atomic::AtomicBool;

use serde::Serialize;
use subsim_sim::scenario::Scenario;
use subsim_stats::{Distance, bootstrap_mean_difference, compare, holm, mean};

use crate::baseline::{Baseline, gather};
use crate::measure::{MeasureError, Measured, measure, replicates};

/// Divisions tried by a permutation test: enough to resolve a rate of 0.1% over twenty tests.
const PERMUTATIONS: usize = 19_999;

/// Resamples of an interval of a difference.
const RESAMPLES: usize = 2000;

/// How to compare.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The same states, bit for bit, under the scenario's own seed.
    Exact,
    /// Every metric under the scenario's own seed within a tolerance: of either kind, whichever
    /// allows more.
    Tolerance {
        /// Largest absolute difference.
        absolute: f64,
        /// Largest difference as a part of the baseline's value.
        relative: f64,
    },
    /// Every metric's distribution over replicates, under fresh seeds: Kolmogorov-Smirnov and
    /// Wasserstein distance by permutation.
    Distribution {
        /// Rate of false alarms per scenario, over all its metrics together.
        false_alarm_rate: f64,
        /// Number of the set of fresh seeds.
        round: u64,
    },
}

/// A metric that is not what it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shift {
    /// Name of the metric.
    pub metric: String,
    /// The group it is about, if it is about one.
    pub group: Option<String>,
    /// Value in the baseline (mean over replicates when distributions are compared); `None` when
    /// the metric had no meaning.
    pub before: Option<f64>,
    /// Value now.
    pub after: Option<f64>,
    /// 95% interval of the difference of means, when distributions are compared.
    pub interval: Option<(f64, f64)>,
    /// Smaller p-value of the two distances, when distributions are compared.
    pub p_value: Option<f64>,
    /// Kolmogorov-Smirnov distance, when distributions are compared.
    pub ks: Option<f64>,
    /// Wasserstein distance, when distributions are compared.
    pub wasserstein: Option<f64>,
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing shifted.
    Same,
    /// Something shifted.
    Shifted,
    /// The scenario could not be compared, and why.
    Failed(String),
}

/// A scenario compared with its baseline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// Name of the scenario.
    pub scenario: String,
    /// What came of it.
    pub verdict: Verdict,
    /// Whether the scenario file itself is another one than the baseline's.
    pub scenario_changed: bool,
    /// What shifted; under [`Mode::Exact`] every metric that differs, which may be none although
    /// states differ.
    pub shifts: Vec<Shift>,
    /// Metrics compared.
    pub compared: usize,
}

/// All scenarios of a check.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// How they were compared.
    pub mode: Mode,
    /// Scenarios in the order given.
    pub scenarios: Vec<Checked>,
}

impl Check {
    /// Whether nothing shifted and nothing failed.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.scenarios.iter().all(|checked| checked.verdict == Verdict::Same)
    }

    /// Whether a scenario could not be compared.
    #[must_use]
    pub fn has_failures(&self) -> bool {
        self.scenarios.iter().any(|checked| matches!(checked.verdict, Verdict::Failed(_)))
    }
}

/// Runs a scenario as `mode` wants it and compares it with its baseline.
///
/// # Errors
/// When a run fails or is interrupted.
pub fn check(
    scenario: &Scenario,
    baseline: &Baseline,
    mode: Mode,
    cancel: &AtomicBool,
    done: &(dyn Fn() + Sync),
) -> Result<Checked, MeasureError> {
    let (shifted, shifts, compared) = match mode {
        Mode::Exact => {
            let now = measure(scenario, None, cancel)?;
            done();
            let shifts = differences(baseline, &now, |before, after| before == after);
            (now.digest != baseline.digest, shifts, now.metrics.len())
        }
        Mode::Tolerance { absolute, relative } => {
            let now = measure(scenario, None, cancel)?;
            done();
            let near = |before: f64, after: f64| {
                (after - before).abs() <= absolute.max(relative * before.abs())
            };
            let shifts = differences(baseline, &now, near);
            (!shifts.is_empty(), shifts, now.metrics.len())
        }
        Mode::Distribution { false_alarm_rate, round } => {
            if let Some(why) = too_few(baseline, false_alarm_rate) {
                let name = scenario.name.clone();
                return Ok(Checked { verdict: Verdict::Failed(why), ..Checked::none(name) });
            }
            let purpose = format!("check {round}");
            let now = replicates(scenario, &purpose, baseline.replicates, cancel, done)?;
            let (shifts, compared) = distributions(baseline, &now, false_alarm_rate);
            (!shifts.is_empty(), shifts, compared)
        }
    };
    Ok(Checked {
        scenario: scenario.name.clone(),
        verdict: if shifted { Verdict::Shifted } else { Verdict::Same },
        scenario_changed: scenario.hash() != baseline.scenario_hash,
        shifts,
        compared,
    })
}

impl Checked {
    /// Nothing compared.
    fn none(scenario: String) -> Self {
        let verdict = Verdict::Same;
        Self { scenario, verdict, scenario_changed: false, shifts: Vec::new(), compared: 0 }
    }
}

/// Why a baseline cannot show any shift at a rate of false alarms: its replicates are so few, or
/// the rate is so small, that not even the clearest shift would count. `None` when it can.
fn too_few(baseline: &Baseline, rate: f64) -> Option<String> {
    // Of all divisions of two samples of n, two are the clearest; each metric has two tests.
    let n = baseline.replicates;
    let divisions = (1..=n).fold(1.0, |product, i| product * (n + i) as f64 / i as f64);
    let tried = 1.0 / (PERMUTATIONS + 1) as f64;
    let least = 2.0 * baseline.samples.len() as f64 * (2.0 / divisions).max(tried);
    if baseline.samples.is_empty() || least <= rate {
        return None;
    }
    let remedy = match 2.0 * baseline.samples.len() as f64 * tried <= rate {
        true => "take a baseline of more replicates",
        false => "allow more false alarms, or compare in another mode",
    };
    let metrics = baseline.samples.len();
    Some(format!(
        "{n} replicates of {metrics} metrics cannot show a shift at a rate of false alarms of {rate}; \
         {remedy}"
    ))
}

fn group_of(metric: &str) -> Option<String> {
    metric.split_once('.').map(|(_, group)| group.to_owned())
}

/// Metrics of a single run that are not near what they were, or that only one side has.
fn differences(baseline: &Baseline, now: &Measured, near: impl Fn(f64, f64) -> bool) -> Vec<Shift> {
    let mut names: Vec<&String> = baseline.metrics.keys().chain(now.metrics.keys()).collect();
    names.sort();
    names.dedup();
    let shift = |name: &String| {
        let (before, after) = (baseline.metrics.get(name), now.metrics.get(name));
        let is_near = matches!((before, after), (Some(a), Some(b)) if near(*a, *b));
        (!is_near).then(|| Shift {
            metric: name.clone(),
            group: group_of(name),
            before: before.copied(),
            after: after.copied(),
            interval: None,
            p_value: None,
            ks: None,
            wasserstein: None,
        })
    };
    names.into_iter().filter_map(shift).collect()
}

/// Metrics whose distribution shifted, and how many were compared. Two tests per metric; Holm's
/// procedure keeps the rate of false alarms over all of them.
fn distributions(baseline: &Baseline, now: &[Measured], rate: f64) -> (Vec<Shift>, usize) {
    let fresh = gather(now);
    let mut names: Vec<&String> = baseline.samples.keys().chain(fresh.keys()).collect();
    names.sort();
    names.dedup();
    let none = Vec::new();
    let tests: Vec<Shift> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let before = baseline.samples.get(*name).unwrap_or(&none);
            distribution(name, before, fresh.get(*name).unwrap_or(&none), index as u64)
        })
        .collect();
    // A metric that only one side has is a shift whatever the rate: p-value 0.
    let p_values: Vec<f64> = tests.iter().map(|test| test.p_value.unwrap_or(0.0)).collect();
    let counts = holm(&p_values, rate);
    let compared = tests.len();
    let shifts = tests.into_iter().zip(counts).filter(|(_, counts)| *counts);
    (shifts.map(|(test, _)| test).collect(), compared)
}

fn distribution(name: &str, before: &[f64], after: &[f64], seed: u64) -> Shift {
    let test = |kind| compare(kind, before, after, PERMUTATIONS, seed);
    let (ks, wasserstein) = (test(Distance::KolmogorovSmirnov), test(Distance::Wasserstein));
    // Two tests of one metric: the smaller p-value counts twice (Bonferroni).
    let p_value = ks.zip(wasserstein).map(|(a, b)| (2.0 * a.p_value.min(b.p_value)).min(1.0));
    let interval = bootstrap_mean_difference(before, after, 0.95, RESAMPLES, seed);
    Shift {
        metric: name.to_owned(),
        group: group_of(name),
        before: mean(before),
        after: mean(after),
        interval: interval.map(|interval| (interval.low, interval.high)),
        p_value,
        ks: ks.map(|test| test.distance),
        wasserstein: wasserstein.map(|test| test.distance),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::tests::scenario;

    const ALL: [Mode; 3] = [
        Mode::Exact,
        Mode::Tolerance { absolute: 0.001, relative: 0.001 },
        Mode::Distribution { false_alarm_rate: 0.01, round: 0 },
    ];

    fn baseline() -> Baseline {
        Baseline::take(&scenario(""), 12, &AtomicBool::new(false), &|| {}).unwrap()
    }

    fn verdicts(scenario: &Scenario, baseline: &Baseline) -> Vec<Checked> {
        let cancel = AtomicBool::new(false);
        ALL.iter().map(|mode| check(scenario, baseline, *mode, &cancel, &|| {}).unwrap()).collect()
    }

    #[test]
    fn an_unchanged_scenario_is_the_same_in_every_mode() {
        for checked in verdicts(&scenario(""), &baseline()) {
            assert_eq!(checked.verdict, Verdict::Same, "{checked:?}");
            assert!(checked.shifts.is_empty() && !checked.scenario_changed);
        }
    }

    #[test]
    fn a_changed_temperature_is_found_in_every_mode_and_names_the_group() {
        let baseline = baseline();
        let changed = scenario("[mechanism]\nweights = { softmax = { temperature = 0.05 } }");
        for checked in verdicts(&changed, &baseline) {
            assert_eq!(checked.verdict, Verdict::Shifted, "{checked:?}");
            assert!(checked.scenario_changed);
            let good = checked.shifts.iter().find(|shift| shift.metric == "share.good").unwrap();
            assert_eq!(good.group.as_deref(), Some("good"));
            assert!(good.after > good.before, "{good:?}");
        }
    }

    #[test]
    fn too_few_replicates_are_no_approval() {
        let of = |count, rate| {
            let cancel = AtomicBool::new(false);
            let baseline = Baseline::take(&scenario(""), count, &cancel, &|| {}).unwrap();
            let mode = Mode::Distribution { false_alarm_rate: rate, round: 0 };
            check(&scenario(""), &baseline, mode, &cancel, &|| {}).unwrap().verdict
        };
        assert!(matches!(of(3, 0.01), Verdict::Failed(why) if why.contains("more replicates")));
        assert!(matches!(of(12, 1e-6), Verdict::Failed(why) if why.contains("more false alarms")));
        assert_eq!(of(12, 0.01), Verdict::Same);
    }

    #[test]
    fn a_metric_that_vanished_is_a_shift() {
        let mut baseline = baseline();
        baseline.metrics.insert("share.gone".to_owned(), 0.5);
        baseline.samples.insert("share.gone".to_owned(), vec![0.5; 12]);
        let checked = verdicts(&scenario(""), &baseline);
        for checked in &checked[1..] {
            assert_eq!(checked.verdict, Verdict::Shifted);
            assert_eq!(checked.shifts[0].metric, "share.gone");
            assert_eq!(checked.shifts[0].after, None);
        }
    }
}
