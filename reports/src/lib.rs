//! What comes out of a run: datasets, metrics, a summary, plots and a manifest.
//!
//! [`RunWriter`] implements the simulator's `Recorder` and writes an output folder that is either
//! complete or untouched. The simulator knows nothing of this crate. The same run gives the same
//! bytes of every file, the object `timing` in `manifest.json` aside.

pub mod chain;
mod dataset;
mod error;
mod folder;
mod manifest;
pub mod metrics;
mod owner;
mod plots;
mod recording;
mod series;
mod sink;
mod summary;
mod totals;
mod unpaid;
mod workspace;
mod writer;

pub use dataset::{BONDS, NEURONS};
pub use error::ReportError;
pub use manifest::{FileEntry, MANIFEST, Timing};
pub use owner::OwnerCut;
pub use plots::PaintError;
pub use recording::PastEvent;
pub use series::RatioSeries;
pub use sink::ROWS_PER_GROUP;
pub use summary::{
    ExpectationResult, GroupSummary, MinerMetrics, SUMMARY, Summary, TopNeuron, UnpaidSummary,
    WindowSummary, evaluate,
};
pub use totals::{GroupTotals, Measures, NeuronTotals, Totals};
pub use unpaid::{Unpaid, UnpaidEpochs};
pub use writer::{RunReport, RunWriter, WriterOptions};
