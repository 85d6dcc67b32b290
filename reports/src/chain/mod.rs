//! What comes out of a run of the chain: datasets over blocks, calls, happenings, stakes, balances
//! and neurons, a summary, plots and a manifest; and answers to questions asked of them later.
//!
//! [`ChainWriter`] implements the simulator's `ChainRecorder`. `docs/datasets.md` says what every
//! column means.

mod blocks;
mod calls;
mod course;
mod dataset;
mod events;
mod explain;
mod measures;
mod neurons;
mod query;
mod recording;
mod series;
mod source;
mod stake;
mod summary;
mod totals;
mod value;
mod writer;

pub(crate) use course::{Course, Mark};
pub(crate) use dataset::Names;
pub(crate) use series::{Samples, Spans};
pub(crate) use totals::Receivers;

pub use blocks::BLOCKS;
pub use calls::{CALLS, OK};
pub use events::EVENTS;
pub use explain::{AssetFlows, CallOutcome, Change, Explanation, Movement};
pub use query::{
    AccountHistory, CallCount, CallLine, Holdings, NeuronHistory, QueryError, Results, RunRecord,
    StakeLine, Tenure,
};
pub use source::RunSource;
pub use stake::{BALANCES, STAKE};
pub use summary::{
    ChainExpectationResult, ChainGroupSummary, ChainSummary, PaidSummary, SubnetSummary,
};
pub use writer::{ChainReport, ChainWriter, ChainWriterOptions};
