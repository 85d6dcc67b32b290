//! The tables of a sweep: one row per run, and one per point and metric.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use polars::prelude::Column;
use serde_json::Value;
use subsim_stats::{bootstrap_mean_interval, describe};

use super::execute::SweepError;
use super::plan::{Plan, Run};
use crate::frame::{f64s, texts, u64s, write_table};
use crate::measure::Metrics;

/// Name of the table with a row per run.
pub const RUNS: &str = "runs.parquet";
/// Name of the table with a row per point and metric.
pub const POINTS: &str = "points.parquet";

/// What stands before the name of a metric over the last epoch alone. Those that an expectation of
/// the scenario asks for are in the tables.
pub const LAST: &str = "last.";

/// What a column takes from a row.
type Pick = fn(&PointRow) -> f64;

/// Resamples of an interval.
const RESAMPLES: usize = 2000;

/// What is known of a run that is over.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// The run.
    pub run: Run,
    /// Its seed.
    pub seed: u64,
    /// Its metrics, or why it failed.
    pub outcome: Result<Metrics, String>,
}

/// What a metric came to at a point, over the replicates that have it.
#[derive(Debug, Clone, PartialEq)]
pub struct PointRow {
    /// The point.
    pub point: u64,
    /// The metric.
    pub metric: String,
    /// Replicates with a value.
    pub n: u64,
    /// Mean.
    pub mean: f64,
    /// Ends of the 95% bootstrap interval of the mean.
    pub interval: (f64, f64),
    /// Standard deviation.
    pub std: f64,
    /// Smallest, 5% quantile, median, 95% quantile, largest.
    pub quantiles: [f64; 5],
}

/// The metrics in a `summary.json`: of the whole run, and those of the last epoch that are judged.
pub(super) fn read_summary(path: &Path) -> Result<Metrics, SweepError> {
    let text = std::fs::read_to_string(path).map_err(SweepError::io(path))?;
    let summary: Value = serde_json::from_str(&text)
        .map_err(|error| SweepError::io(path)(std::io::Error::from(error)))?;
    let mut metrics = Metrics::new();
    let run = &summary["run"];
    for (name, value) in run["metrics"].as_object().into_iter().flatten() {
        metrics.extend(value.as_f64().map(|value| (name.clone(), value)));
    }
    for group in run["groups"].as_array().into_iter().flatten() {
        let Some(name) = group["name"].as_str() else { continue };
        for metric in ["share", "dividend_per_stake"] {
            let value = group[metric].as_f64();
            metrics.extend(value.map(|value| (format!("{metric}.{name}"), value)));
        }
    }
    for expectation in summary["expectations"].as_array().into_iter().flatten() {
        if expectation["window"] != "last" {
            continue;
        }
        let (name, value) = (expectation["metric"].as_str(), expectation["value"].as_f64());
        metrics.extend(name.zip(value).map(|(name, value)| (format!("{LAST}{name}"), value)));
    }
    Ok(metrics)
}

/// Describes each metric at each point.
pub(super) fn points(rows: &[RunRow]) -> Vec<PointRow> {
    let mut samples: BTreeMap<(u64, &str), Vec<f64>> = BTreeMap::new();
    for row in rows {
        for (metric, value) in row.outcome.iter().flatten() {
            samples.entry((row.run.point, metric)).or_default().push(*value);
        }
    }
    let describe_one = |((point, metric), values): ((u64, &str), Vec<f64>)| {
        let d = describe(&values)?;
        let interval = bootstrap_mean_interval(&values, 0.95, RESAMPLES, point)?;
        Some(PointRow {
            point,
            metric: metric.to_owned(),
            n: values.len() as u64,
            mean: d.mean,
            interval: (interval.low, interval.high),
            std: d.std,
            quantiles: [d.min, d.p05, d.median, d.p95, d.max],
        })
    };
    samples.into_iter().filter_map(describe_one).collect()
}

/// A column per axis: numbers where all values are numbers, else their text.
fn axis_columns(plan: &Plan, points: &[u64]) -> Vec<Column> {
    let indices: Vec<Vec<usize>> = points.iter().map(|point| plan.indices(*point)).collect();
    let column = |(place, axis): (usize, &super::Axis)| {
        let numbers: Option<Vec<f64>> =
            axis.values.iter().map(|value| value.replace('_', "").parse().ok()).collect();
        match numbers {
            Some(numbers) => {
                f64s(&axis.path, indices.iter().map(|index| Some(numbers[index[place]])))
            }
            None => {
                let text = |index: &Vec<usize>| axis.values[index[place]].trim_matches('"');
                let values: Vec<&str> = indices.iter().map(text).collect();
                texts(&axis.path, values.into_iter().map(Some))
            }
        }
    };
    plan.axes.iter().enumerate().map(column).collect()
}

pub(super) fn write_runs(folder: &Path, plan: &Plan, rows: &[RunRow]) -> Result<(), SweepError> {
    let per_row = |pick: fn(&RunRow) -> u64| rows.iter().map(pick).collect::<Vec<u64>>();
    let points = per_row(|row| row.run.point);
    let mut columns = vec![
        u64s("run", per_row(|row| row.run.number)),
        u64s("point", points.clone()),
        u64s("replicate", per_row(|row| row.run.replicate)),
        u64s("seed", per_row(|row| row.seed)),
    ];
    columns.extend(axis_columns(plan, &points));
    columns.push(texts("error", rows.iter().map(|row| row.outcome.as_ref().err().map(|e| &**e))));
    let metrics: BTreeSet<&String> =
        rows.iter().flat_map(|row| row.outcome.iter().flat_map(Metrics::keys)).collect();
    for metric in metrics {
        let value = |row: &RunRow| row.outcome.as_ref().ok()?.get(metric).copied();
        columns.push(f64s(metric, rows.iter().map(value)));
    }
    Ok(write_table(folder, RUNS, columns)?)
}

pub(super) fn write_points(
    folder: &Path,
    plan: &Plan,
    rows: &[PointRow],
) -> Result<(), SweepError> {
    let points: Vec<u64> = rows.iter().map(|row| row.point).collect();
    let mut columns = vec![u64s("point", points.clone())];
    columns.extend(axis_columns(plan, &points));
    columns.push(texts("metric", rows.iter().map(|row| Some(&*row.metric))));
    columns.push(u64s("n", rows.iter().map(|row| row.n).collect()));
    let values: [(&str, Pick); 9] = [
        ("mean", |row| row.mean),
        ("mean_low95", |row| row.interval.0),
        ("mean_high95", |row| row.interval.1),
        ("std", |row| row.std),
        ("min", |row| row.quantiles[0]),
        ("p05", |row| row.quantiles[1]),
        ("median", |row| row.quantiles[2]),
        ("p95", |row| row.quantiles[3]),
        ("max", |row| row.quantiles[4]),
    ];
    columns.extend(values.map(|(name, pick)| f64s(name, rows.iter().map(|row| Some(pick(row))))));
    Ok(write_table(folder, POINTS, columns)?)
}
