//! Running a scenario: the loop over epochs that every kind of run shares.
//!
//! A [`Model`] knows how to make one epoch happen; the loop here owns the threads, asks whether the
//! run was cancelled, and talks to the recorder. Threads only ever speed up work whose result does
//! not depend on their number.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::{ThreadPool, ThreadPoolBuilder};
use subsim_consensus::{EpochError, EpochOutput};
use thiserror::Error;

use crate::chain::{AuditError, FlowError};
use crate::chain_run::{CheckpointError, StartError};
use crate::recorder::{EpochRecord, Recorder, RunEnd, RunInfo};
use crate::scenario::Scenario;
use crate::world::Simulation;

/// How a run is driven from outside.
#[derive(Clone, Copy)]
pub struct RunControl<'a> {
    /// Threads to use; `None` takes what the scenario says, or else all the machine has.
    pub threads: Option<usize>,
    /// Set it to end the run before its next epoch.
    pub cancel: &'a AtomicBool,
    /// Called after each epoch with the epochs done and the epochs in all.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
}

/// Why a run failed.
#[derive(Debug, Error)]
pub enum RunError {
    /// The threads could not be started.
    #[error("cannot start {threads} threads: {source}")]
    Threads {
        /// Number asked for.
        threads: usize,
        /// What the system said.
        source: rayon::ThreadPoolBuildError,
    },
    /// The consensus refused its input.
    #[error("epoch {epoch}: {source}")]
    Epoch {
        /// The epoch.
        epoch: u64,
        /// What is wrong with it.
        source: EpochError,
    },
    /// A scenario of resolution `block` cannot start.
    #[error("cannot start the chain: {0}")]
    Start(#[from] StartError),
    /// A checkpoint cannot be gone on from.
    #[error("cannot go on from the saved state: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The books of the chain do not add up.
    #[error("after block {block} the books do not add up{}: {source}", in_brackets(who.as_deref()))]
    Audit {
        /// The block.
        block: u64,
        /// The first sum that is wrong.
        source: Box<AuditError>,
        /// Name of the account it is about, if it is about one.
        who: Option<String>,
    },
    /// A scenario has no such block, or it is not after the checkpoint.
    #[error("there is no block {block} to run: blocks {first} to {last} are left")]
    NoSuchBlock {
        /// The block asked for.
        block: u64,
        /// First block that can be run.
        first: u64,
        /// Last one.
        last: u64,
    },
    /// The movements of a block do not explain the change of the chain's state.
    #[error("the movements of block {block} do not add up: {source}")]
    Flows {
        /// The block.
        block: u64,
        /// The first place where they do not.
        source: Box<FlowError>,
    },
    /// The recorder could not record.
    #[error("cannot record the run: {0}")]
    Recorder(#[source] Box<dyn std::error::Error + Send + Sync>),
}

fn in_brackets(who: Option<&str>) -> String {
    who.map_or_else(String::new, |who| format!(" ({who})"))
}

/// Runs a scenario from its first epoch to its last, and tells the recorder everything.
///
/// The result depends on the scenario alone: not on threads, machine or time.
///
/// # Errors
/// When threads cannot be started, the recorder fails, or the consensus refuses its input. The
/// recorder's `finish` is then not called.
pub fn run(
    scenario: &Scenario,
    recorder: &mut dyn Recorder,
    control: &RunControl<'_>,
) -> Result<RunEnd, RunError> {
    let threads = control.threads.or(scenario.simulation.threads);
    let mut simulation =
        Simulation::new(scenario).map_err(|source| RunError::Epoch { epoch: 0, source })?;
    drive(&mut simulation, scenario.simulation.epochs, threads, recorder, control)
}

/// Something whose epochs can be run one after the other.
pub(crate) trait Model {
    /// What stands before the first epoch.
    fn info(&self) -> RunInfo;

    /// Makes an epoch happen. Epochs come in order, from 0.
    fn step(&mut self, epoch: u64, pool: &ThreadPool) -> Result<EpochOutput, EpochError>;

    /// The epoch that just happened.
    fn record<'a>(&'a self, epoch: u64, output: &'a EpochOutput) -> EpochRecord<'a>;

    /// Digest of all epochs so far, hex.
    fn digest(&self) -> String;
}

/// Runs a model's epochs until the last one or until cancelled.
pub(crate) fn drive(
    model: &mut impl Model,
    epochs: u64,
    threads: Option<usize>,
    recorder: &mut dyn Recorder,
    control: &RunControl<'_>,
) -> Result<RunEnd, RunError> {
    let pool = thread_pool(threads)?;
    recorder.start(&model.info()).map_err(RunError::Recorder)?;
    let mut epochs_done = 0;
    while epochs_done < epochs && !control.cancel.load(Ordering::Relaxed) {
        let epoch = epochs_done;
        let output =
            model.step(epoch, &pool).map_err(|source| RunError::Epoch { epoch, source })?;
        recorder.epoch(&model.record(epoch, &output)).map_err(RunError::Recorder)?;
        epochs_done += 1;
        (control.progress)(epochs_done, epochs);
    }
    let end = RunEnd { epochs_done, cancelled: epochs_done < epochs, digest: model.digest() };
    recorder.finish(&end).map_err(RunError::Recorder)?;
    Ok(end)
}

pub(crate) fn thread_pool(threads: Option<usize>) -> Result<ThreadPool, RunError> {
    let machine = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = threads.unwrap_or_else(machine).max(1);
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("subsim-{index}"))
        .build()
        .map_err(|source| RunError::Threads { threads, source })
}

#[cfg(test)]
pub(crate) mod tests;
