//! The published cases of Yuma: small networks over 40 epochs, under every rule in floats.
//!
//! A [`Case`] is read from a file of its own kind (TOML, see `scenarios/yuma-cases`) or taken from
//! the [`published`] 22; [`study`] runs cases under rules and bonds penalties; a [`Study`] gives
//! [`CaseRow`]s for tables, [`Total`]s for comparison, and a page ([`Study::html`]).
//!
//! ```
//! use subsim_consensus::rules::Rule;
//! use subsim_research::cases::{Options, published, study};
//!
//! let cases = published();
//! let study = study(&cases[..1], &Options::default())?;
//! assert_eq!(study.epochs(), Rule::ALL.len() * 2 * 40);
//! let page = study.html();
//! assert!(page.starts_with("<!doctype html>"));
//! # Ok::<(), subsim_research::cases::CaseError>(())
//! ```

mod error;
mod format;
mod page;
mod published;
mod read;
mod rows;
mod study;
mod svg;
#[cfg(test)]
mod tests;

pub use error::{CaseError, Position};
pub use published::published;
pub use read::{EXTENSION, read_folder, read_path};
pub use rows::{CaseRow, Total};
pub use study::{Options, Run, Study, study};

use subsim_consensus::rules::Matrix;

/// A small network whose stake and weights are given epoch by epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Number, unique in a study.
    pub number: u32,
    /// Name.
    pub title: String,
    /// What to look at.
    pub shows: String,
    /// How many epochs to run.
    pub epochs: usize,
    /// Names of the validators.
    pub validators: Vec<String>,
    /// Index of the validator with which the others are compared.
    pub base_validator: usize,
    /// Names of the miners.
    pub miners: Vec<String>,
    /// Whether the miner with the largest incentive takes all of it.
    pub winner_takes_all: bool,
    /// When bonds in a miner are forgotten, if ever.
    pub bonds_reset: Option<BondsReset>,
    /// Stake and weights, in order, each until the next; the first from epoch 0.
    pub changes: Vec<Change>,
}

/// All bonds in one miner are forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BondsReset {
    /// Index of the miner.
    pub miner: usize,
    /// Before this epoch.
    pub at_epoch: usize,
}

/// Stake and weights from an epoch on.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// First epoch.
    pub from_epoch: usize,
    /// Stake per validator, of any scale.
    pub stake: Vec<f64>,
    /// A row per validator, a column per miner.
    pub weights: Matrix,
}

impl Case {
    /// Stake and weights of an epoch.
    ///
    /// # Panics
    /// When the case has no changes; reading one sees to it that it has.
    #[must_use]
    pub fn at(&self, epoch: usize) -> &Change {
        let later = self.changes.partition_point(|change| change.from_epoch <= epoch);
        &self.changes[later - 1]
    }
}
