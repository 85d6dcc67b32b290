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
//! Runs go through `subsim-sim`; metrics are those of `subsim-reports`. Nothing here prints.

mod baseline;
mod check;
mod files;
mod measure;
mod render;
pub mod sweep;

pub use baseline::{Baseline, BaselineError, FORMAT, Samples};
pub use check::{Check, Checked, Mode, Shift, Verdict, check};
pub use measure::{MeasureError, Measured, Metrics, derived_seed, measure, replicates};
pub use render::{Format, render};
