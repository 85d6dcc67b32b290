//! The studies of `subsim-research` as files: a page and tables. What is in the rows is worked out
//! there.

use std::path::Path;

use polars::prelude::Column;
use subsim_reports::ROWS_PER_GROUP;
use subsim_research::cases::{CaseRow, Study};
use subsim_research::guarantees::{CurveResult, GuaranteeRow, Retention};

use crate::files::write_in_one_step;
use crate::frame::{TableError, bools, f64s, texts, u64s, write_groups, write_table};

/// Name of the page of the published cases.
pub const CASES_PAGE: &str = "cases.html";
/// Name of the table of the published cases.
pub const CASES: &str = "cases.parquet";
/// Name of the table with a row per point of each map of guarantees.
pub const GUARANTEES: &str = "guarantees.parquet";
/// Name of the table with a row per map, honest stake and replicate.
pub const RETENTION: &str = "retention.parquet";

/// What a column takes from a row.
type Pick = fn(&CaseRow<'_>) -> Option<f64>;

/// Writes [`CASES_PAGE`] and [`CASES`].
///
/// # Errors
/// When the folder or a file cannot be written.
pub fn write_cases(folder: &Path, study: &Study<'_>) -> Result<(), TableError> {
    let rows: Vec<CaseRow<'_>> = study.rows().collect();
    write_groups(folder, CASES, rows.chunks(ROWS_PER_GROUP).map(case_columns))?;
    let path = folder.join(CASES_PAGE);
    write_in_one_step(&path, study.html().as_bytes())
        .map_err(|source| TableError::Io { path, source })
}

fn case_columns(rows: &[CaseRow<'_>]) -> Vec<Column> {
    let mut columns = vec![
        u64s("case", rows.iter().map(|row| u64::from(row.case)).collect()),
        texts("rule", rows.iter().map(|row| Some(row.rule.name()))),
        f64s("bonds_penalty", rows.iter().map(|row| Some(row.bonds_penalty))),
        u64s("epoch", rows.iter().map(|row| row.epoch as u64).collect()),
        texts("validator", rows.iter().map(|row| row.validator)),
        texts("miner", rows.iter().map(|row| row.miner)),
    ];
    let values: [(&str, Pick); 5] = [
        ("dividend", |row| row.dividend),
        ("dividend_per_stake", |row| row.dividend_per_stake),
        ("bond", |row| row.bond),
        ("bond_share", |row| row.bond_share),
        ("incentive", |row| row.incentive),
    ];
    columns.extend(values.map(|(name, pick)| f64s(name, rows.iter().map(pick))));
    columns
}

/// Writes [`GUARANTEES`] and [`RETENTION`].
///
/// # Errors
/// When the folder or a file cannot be written.
pub fn write_guarantees(folder: &Path, results: &[CurveResult]) -> Result<(), TableError> {
    let groups = results.iter().flat_map(|result| {
        let mut rows = result.map.rows();
        std::iter::from_fn(move || {
            let group: Vec<GuaranteeRow> = rows.by_ref().take(ROWS_PER_GROUP).collect();
            (!group.is_empty()).then(|| guarantee_columns(result, &group))
        })
    });
    write_groups(folder, GUARANTEES, groups)?;
    write_table(folder, RETENTION, retention_columns(results))
}

fn guarantee_columns(result: &CurveResult, rows: &[GuaranteeRow]) -> Vec<Column> {
    let share = result.curve.validator_share;
    vec![
        texts("map", rows.iter().map(|_| Some(&*result.curve.label))),
        u64s("replicate", rows.iter().map(|row| row.replicate as u64).collect()),
        f64s("honest_stake", rows.iter().map(|row| Some(row.honest_stake))),
        f64s("honest_utility", rows.iter().map(|row| Some(row.honest_utility))),
        f64s("cabal_self_weight", rows.iter().map(|row| Some(row.cabal_self_weight))),
        f64s("honest_incentive", rows.iter().map(|row| Some(row.honest.incentive))),
        f64s("honest_dividends", rows.iter().map(|row| Some(row.honest.dividends))),
        f64s("honest_emission", rows.iter().map(|row| Some(row.honest.emission(share)))),
        bools("by_weights", rows.iter().map(|row| row.honest.by_weights)),
    ]
}

fn retention_columns(results: &[CurveResult]) -> Vec<Column> {
    let of = |result| -> Vec<(&CurveResult, &Retention, usize)> {
        let result: &CurveResult = result;
        let replicates = |at: &'_ Retention| 0..at.needed.len();
        let rows = result.retention.iter().flat_map(|at| replicates(at).map(move |r| (at, r)));
        rows.map(|(at, replicate)| (result, at, replicate)).collect()
    };
    let rows: Vec<_> = results.iter().flat_map(of).collect();
    vec![
        texts("map", rows.iter().map(|(result, ..)| Some(&*result.curve.label))),
        f64s("honest_stake", rows.iter().map(|(_, at, _)| Some(at.honest_stake))),
        u64s("replicate", rows.iter().map(|(.., replicate)| *replicate as u64).collect()),
        f64s("needed_utility", rows.iter().map(|(_, at, r)| at.needed[*r])),
        f64s("worst_self_weight", rows.iter().map(|(_, at, r)| Some(at.worst_self_weight[*r]))),
    ]
}
