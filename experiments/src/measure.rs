//! One run of a scenario as numbers, and many runs under derived seeds.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;
use subsim_reports::{Measures, Totals};
use subsim_sim::scenario::{Metric, Scenario};
use subsim_sim::{
    EpochRecord, RecordResult, Recorder, Role, RunControl, RunEnd, RunError, RunInfo,
};
use thiserror::Error;

/// Metrics by name, as `[expect]` writes them. A metric without meaning in a run (a share of
/// nothing) is left out.
pub type Metrics = BTreeMap<String, f64>;

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Seed it ran under.
    pub seed: u64,
    /// Digest of its states, hex.
    pub digest: String,
    /// Its metrics over all epochs.
    pub metrics: Metrics,
}

/// Why there is no result.
#[derive(Debug, Error)]
pub enum MeasureError {
    /// The run failed.
    #[error(transparent)]
    Run(#[from] RunError),
    /// It was told to stop.
    #[error("interrupted")]
    Cancelled,
}

/// Keeps the sums of a run and nothing else.
struct Sums {
    tao_weight: u64,
    state: Option<(RunInfo, Totals)>,
}

impl Recorder for Sums {
    fn start(&mut self, info: &RunInfo) -> RecordResult {
        self.state = Some((info.clone(), Totals::new(info.neurons.len(), self.tao_weight)));
        Ok(())
    }

    fn epoch(&mut self, record: &EpochRecord<'_>) -> RecordResult {
        if let Some((_, totals)) = &mut self.state {
            totals.add(record);
        }
        Ok(())
    }

    fn finish(&mut self, _end: &RunEnd) -> RecordResult {
        Ok(())
    }
}

/// All metrics of a run.
fn metrics(info: &RunInfo, totals: &Totals) -> Metrics {
    let measures = Measures::new(info, totals);
    let mut wanted = vec![Metric::Gini, Metric::Herfindahl, Metric::Nakamoto, Metric::Spearman];
    wanted.extend(info.groups.iter().map(|group| Metric::Share(group.name.clone())));
    let validators = info.groups.iter().filter(|group| group.role == Role::Validator);
    wanted.extend(validators.map(|group| Metric::DividendPerStake(group.name.clone())));
    let value = |metric: Metric| Some((metric.to_string(), measures.metric(&metric)?));
    wanted.into_iter().filter_map(value).collect()
}

/// Runs a scenario on one thread, under its own seed or another, and keeps its metrics.
///
/// # Errors
/// When the run fails, or `cancel` is set before it is over.
pub fn measure(
    scenario: &Scenario,
    seed: Option<u64>,
    cancel: &AtomicBool,
) -> Result<Measured, MeasureError> {
    let mut scenario = scenario.clone();
    scenario.simulation.seed = seed.unwrap_or(scenario.simulation.seed);
    scenario.simulation.record_bonds = false;
    let mut sums = Sums { tao_weight: scenario.subnet.tao_weight, state: None };
    let control = RunControl { threads: Some(1), cancel, progress: &|_, _| {} };
    let end = subsim_sim::run(&scenario, &mut sums, &control)?;
    if end.cancelled {
        return Err(MeasureError::Cancelled);
    }
    let metrics = sums.state.map_or_else(Metrics::new, |(info, totals)| metrics(&info, &totals));
    Ok(Measured { seed: scenario.simulation.seed, digest: end.digest, metrics })
}

/// Seed of a replicate: a hash of the scenario's own seed, what the replicates are for, and which
/// of them it is. Replicates for different purposes share no seed.
#[must_use]
pub fn derived_seed(seed: u64, purpose: &str, replicate: u64) -> u64 {
    let mut hasher = blake3::Hasher::new_derive_key("subsim 2026 replicate: seed, purpose, number");
    hasher.update(&seed.to_le_bytes());
    hasher.update(&replicate.to_le_bytes());
    hasher.update(purpose.as_bytes());
    let mut bytes = [0; 8];
    hasher.finalize_xof().fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// Runs replicates in parallel, in the order of their numbers whatever the threads. `done` hears of
/// each that is over.
///
/// # Errors
/// The first failure, in the order of replicates.
pub fn replicates(
    scenario: &Scenario,
    purpose: &str,
    count: u64,
    cancel: &AtomicBool,
    done: &(dyn Fn() + Sync),
) -> Result<Vec<Measured>, MeasureError> {
    let own = scenario.simulation.seed;
    let run = |replicate: u64| {
        if cancel.load(Ordering::Relaxed) {
            return Err(MeasureError::Cancelled);
        }
        let measured = measure(scenario, Some(derived_seed(own, purpose, replicate)), cancel);
        done();
        measured
    };
    let all: Vec<_> = (0..count).into_par_iter().map(run).collect();
    all.into_iter().collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn scenario(extra: &str) -> Scenario {
        let text = format!(
            r#"
            [simulation]
            epochs = 12
            seed = 4
            [subnet]
            commit_reveal = false
            {extra}
            [[miners]]
            name = "good"
            count = 6
            quality = 0.8
            noise = 0.1
            [[miners]]
            name = "bad"
            count = 6
            quality = 0.4
            noise = 0.1
            [[validators]]
            name = "honest"
            count = 4
            stake_alpha = {{ pareto = {{ scale = 100.0, shape = 1.5 }} }}
            noise = 0.1
            "#
        );
        Scenario::parse("test", &text, &[]).expect("the scenario is valid")
    }

    #[test]
    fn a_run_has_all_metrics() {
        let measured = measure(&scenario(""), None, &AtomicBool::new(false)).unwrap();
        let names: Vec<&str> = measured.metrics.keys().map(String::as_str).collect();
        let expected = [
            "dividend_per_stake.honest",
            "gini",
            "herfindahl",
            "nakamoto",
            "share.bad",
            "share.good",
            "share.honest",
            "spearman",
        ];
        assert_eq!(names, expected);
        assert!(
            (measured.metrics["share.good"] + measured.metrics["share.bad"] - 1.0).abs() < 1e-9
        );
    }

    #[test]
    fn replicates_differ_and_come_in_order() {
        let cancel = AtomicBool::new(false);
        let all = replicates(&scenario(""), "test", 4, &cancel, &|| {}).unwrap();
        let seeds: Vec<u64> = all.iter().map(|measured| measured.seed).collect();
        let expected: Vec<u64> = (0..4).map(|number| derived_seed(4, "test", number)).collect();
        assert_eq!(seeds, expected);
        assert!(all.windows(2).all(|pair| pair[0].digest != pair[1].digest));
        assert!(!seeds.contains(&derived_seed(4, "other", 0)));
        cancel.store(true, Ordering::Relaxed);
        let stopped = replicates(&scenario(""), "test", 2, &cancel, &|| {});
        assert!(matches!(stopped, Err(MeasureError::Cancelled)));
    }
}
