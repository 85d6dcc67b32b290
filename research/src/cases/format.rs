//! The file of a case as TOML has it, before anything is checked beyond types and keys.

use serde::Deserialize;
use toml::Spanned;

/// The top of a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseFile {
    pub(super) case: u32,
    pub(super) title: String,
    pub(super) shows: String,
    pub(super) epochs: Spanned<i64>,
    pub(super) validators: Spanned<Vec<Spanned<String>>>,
    pub(super) base_validator: Spanned<String>,
    pub(super) miners: Spanned<Vec<Spanned<String>>>,
    pub(super) stake: Numbers,
    #[serde(default)]
    pub(super) winner_takes_all: bool,
    pub(super) bonds_reset: Option<ResetFile>,
    pub(super) changes: Spanned<Vec<Spanned<ChangeFile>>>,
}

/// A list of numbers, each with its place.
pub(super) type Numbers = Spanned<Vec<Spanned<f64>>>;

/// `bonds_reset`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResetFile {
    pub(super) miner: Spanned<String>,
    pub(super) at_epoch: Spanned<i64>,
}

/// One of `changes`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeFile {
    pub(super) from_epoch: Spanned<i64>,
    pub(super) stake: Option<Numbers>,
    pub(super) weights: Spanned<Vec<Numbers>>,
}
