//! The simulator: what a scenario says, who acts on a subnet, and the loop that runs its epochs.
//!
//! A [`scenario::Scenario`] goes into [`run`], a [`metagraph::Metagraph`] of a real subnet into
//! [`replay`]; both drive the consensus of `subsim-consensus` epoch by epoch and hand what happened
//! to a [`recorder::Recorder`]. A [`scenario::ChainScenario`] goes into [`run_chain`], which runs
//! the [`chain`] block by block and tells a [`ChainRecorder`]. Same input, same bytes out: every
//! random draw has its own place in a keyed stream, and nothing depends on the number of threads or
//! the clock. This crate writes no files; datasets and plots are the business of whoever implements
//! the recorder.

pub mod agents;
pub mod amounts;
pub mod chain;
mod chain_recorder;
mod chain_run;
mod digest;
mod events;
mod judge;
pub mod mechanism;
pub mod metagraph;
mod population;
pub mod random;
pub mod recorder;
mod replay;
mod rows;
mod run;
pub mod scenario;
mod subnet;
mod validator;
mod world;

pub use chain_recorder::{
    BlockRecord, CallRecord, ChainEnd, ChainEpochRecord, ChainGroup, ChainHappening, ChainInfo,
    ChainRecorder, Directory,
};
pub use chain_run::{
    BlockFlows, ChainRunOptions, Checkpoint, CheckpointError, ExplainedCall, StartError,
    explain_block, run_chain,
};
pub use recorder::{
    EpochRecord, GroupInfo, NeuronInfo, RecordResult, Recorder, Role, RunEnd, RunInfo,
};
pub use replay::{Assumption, ReplayOptions, replay};
pub use run::{RunControl, RunError, run};
