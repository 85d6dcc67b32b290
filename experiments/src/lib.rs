//! Many runs instead of one: replicates under other seeds, baselines that are kept with the code,
//! and the check that compares a scenario with its baseline.
//!
//! ```text
//!  scenario ──► measure (own seed) ──────► digest, metrics ─┐
//!     │                                                     ├─► Baseline ──► a TOML file
//!     └──────► replicates (derived seeds) ─► samples ───────┘        │
//!                                                                    ▼
//!  scenario, later ──► the same, fresh seeds ──────────────► check: same, or what shifted
//! ```
//!
//! [`sweep`] runs a scenario at many points; [`write_cases`] and [`write_guarantees`] make files of
//! the studies of `subsim-research`.
//!
//! Runs go through `subsim-sim`; metrics are those of `subsim-reports`. Nothing here prints.

mod baseline;
mod check;
mod files;
mod frame;
mod measure;
mod render;
mod studies;
pub mod sweep;

pub use baseline::{Baseline, BaselineError, FORMAT, Samples};
pub use check::{Check, Checked, Mode, Shift, Verdict, check};
pub use frame::TableError;
pub use measure::{MeasureError, Measured, Metrics, derived_seed, measure, replicates};
pub use render::{Format, render};
pub use studies::{CASES, CASES_PAGE, GUARANTEES, RETENTION, write_cases, write_guarantees};
