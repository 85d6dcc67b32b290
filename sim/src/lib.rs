//! The simulator: what a scenario says, who acts on a subnet, and the loop that runs its epochs.
//!
//! A [`scenario::Scenario`] goes into [`run`], a [`metagraph::Metagraph`] of a real subnet into
//! [`replay`]; both drive the consensus of `subsim-consensus` epoch by epoch and hand what happened
//! to a [`recorder::Recorder`]. Same input, same bytes out: every random draw has its own place in
//! a keyed stream, and nothing depends on the number of threads or the clock. This crate writes no
//! files; datasets and plots are the business of whoever implements the recorder.

pub mod agents;
pub mod chain;
mod digest;
mod events;
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

pub use recorder::{
    EpochRecord, GroupInfo, NeuronInfo, RecordResult, Recorder, Role, RunEnd, RunInfo,
};
pub use replay::{Assumption, ReplayOptions, replay};
pub use run::{RunControl, RunError, run};
