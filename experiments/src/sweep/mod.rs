//! Sweeps: one scenario at many points, each point under many seeds.
//!
//! A [`Plan`] says which runs there are; [`Sweep::run`] makes those that are missing and leaves a
//! folder of runs; the tables are composed from what is on disk, so a sweep that was killed and
//! resumed gives the same bytes as one that was not.
//!
//! ```text
//!  out/x-sweep/
//!    plan.json                 what the runs are, and of which scenario
//!    runs/run=00000/           one folder per run, complete once it has a manifest
//!      neurons.parquet  summary.json  manifest.json
//!    runs.parquet              one row per run: point, seed, parameters, metrics or the error
//!    points.parquet            one row per point and metric: mean, spread, interval
//! ```

mod execute;
mod plan;
mod tables;

pub use execute::{Progress, Sweep, SweepError, SweepReport};
pub use plan::{Axis, Plan, PlanError, Run};
pub use tables::{LAST, POINTS, PointRow, RUNS};
