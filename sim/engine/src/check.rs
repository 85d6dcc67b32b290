//! Does a model depend on how it is executed? Two executions, side by side, event by event.
//!
//! The kernel cannot be wrong quietly either: what is compared is what entities got, sent and
//! became, in the order in which they did.

use std::collections::BTreeMap;
use std::fmt;

use crate::builder::Builder;
use crate::digest::Digest;
use crate::error::{BuildError, RunError};
use crate::model::Model;
use crate::order::EntityId;
use crate::shard::TraceEntry;
use crate::simulation::Simulation;

/// A way to execute a simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Execution {
    /// How many threads.
    pub threads: usize,
    /// How many shards.
    pub shards: usize,
}

impl fmt::Display for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} threads, {} shards", self.threads, self.shards)
    }
}

/// What a check that found nothing found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// The digest both executions ended with.
    pub digest: Digest,
    /// How many events both handled.
    pub events: u64,
}

/// Why a check did not end in agreement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The executions differ.
    #[error(transparent)]
    Differs(Box<Divergence>),
    /// One of them could not be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// Both stopped with the same error, having agreed until then.
    #[error(transparent)]
    Run(RunError),
    /// They stopped with different errors, or only one of them did.
    #[error("{}", differing_errors(executions, errors))]
    RunsDiffer {
        /// The two executions.
        executions: [Execution; 2],
        /// What each stopped with.
        errors: Box<[Option<RunError>; 2]>,
    },
}

/// Where two executions of one model part: the first event, by time and then by entity, that an
/// entity handled in one and not, or not so, in the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    /// The two executions.
    pub executions: [Execution; 2],
    /// The slice, which is the block if slices are blocks.
    pub slice: u64,
    /// The entity.
    pub entity: EntityId,
    /// Its name.
    pub name: String,
    /// What it handled at that point in each execution, if anything.
    pub entries: [Option<TraceEntry>; 2],
}

impl std::error::Error for Divergence {}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { slice, name, entity, .. } = self;
        writeln!(f, "two executions differ, first in block {slice}, entity '{name}' ({entity}):")?;
        for (execution, entry) in self.executions.iter().zip(self.entries) {
            match entry {
                None => writeln!(f, "  with {execution}: no event")?,
                Some(entry) => writeln!(
                    f,
                    "  with {execution}: {}, content {:016x}, sent {:016x}, state {:016x}",
                    entry.key, entry.message, entry.sent, entry.state
                )?,
            }
        }
        f.write_str(match self.entries {
            [Some(a), Some(b)] if a.key == b.key && a.message == b.message => {
                "the same event had another effect: the model looks at more than entity, message \
                 and time"
            }
            [Some(a), Some(b)] if a.key.time_ns() == b.key.time_ns() => {
                "events of one nanosecond came in another order or with other content"
            }
            [None, None] => "no event differs, but the states do: were they built alike?",
            _ => "an event is missing or has moved",
        })
    }
}

/// Runs what `build` makes in two ways until `end_ns` and compares them event by event.
///
/// `build` must make the same simulation twice. Its threads, shards and trace are set here.
///
/// # Errors
/// [`CheckError::Differs`] names the first slice and entity that differ; the rest of
/// [`CheckError`] is about simulations that cannot be built or do not run to the end.
pub fn check_determinism<M: Model>(
    build: impl Fn() -> Builder<M>,
    executions: [Execution; 2],
    end_ns: u64,
) -> Result<Agreement, CheckError> {
    let make = |execution: Execution| {
        build().threads(execution.threads).shards(execution.shards).trace(true).build()
    };
    let mut pair = [make(executions[0])?, make(executions[1])?];
    // Slice by slice: no more than one slice's events are kept, and empty slices are skipped.
    while let Some(next_ns) = pair.iter().filter_map(Simulation::next_event_ns).min() {
        if next_ns >= end_ns {
            break;
        }
        let slice_ns = pair[0].slice_ns();
        let slice = next_ns / slice_ns;
        let until_ns = (slice + 1).saturating_mul(slice_ns).min(end_ns);
        let errors = pair.each_mut().map(|simulation| simulation.run_until(until_ns).err());
        let traces = pair.each_mut().map(Simulation::take_trace);
        // A run that fails stops at once, so what comes after the error says nothing.
        let valid = errors.iter().flatten().map(|error| error.time_ns).min().unwrap_or(u64::MAX);
        if let Some((entity, entries)) = first_difference(&traces, valid) {
            let name = pair[0].name(entity).unwrap_or_default().to_owned();
            let found = Divergence { executions, slice, entity, name, entries };
            return Err(CheckError::Differs(Box::new(found)));
        }
        stop_on(executions, errors)?;
    }
    agree(executions, &pair)
}

/// Compares what is left when no event differs: the states, which only a `build` that makes two
/// different simulations can have made different.
fn agree<M: Model>(
    executions: [Execution; 2],
    pair: &[Simulation<M>; 2],
) -> Result<Agreement, CheckError> {
    let [one, other] = pair;
    let digest = |simulation: &Simulation<M>, entity: EntityId| {
        simulation.entity(entity).map(|state| simulation.model().state_digest(state))
    };
    for index in 0..one.len().max(other.len()) {
        let entity = EntityId(index as u32);
        if digest(one, entity) != digest(other, entity) {
            let name = one.name(entity).or(other.name(entity)).unwrap_or_default().to_owned();
            let slice = one.now_ns() / one.slice_ns();
            let found = Divergence { executions, slice, entity, name, entries: [None, None] };
            return Err(CheckError::Differs(Box::new(found)));
        }
    }
    Ok(Agreement { digest: one.digest(), events: one.events() })
}

/// Ends the check if one of the executions has ended.
fn stop_on(executions: [Execution; 2], errors: [Option<RunError>; 2]) -> Result<(), CheckError> {
    match errors {
        [None, None] => Ok(()),
        [Some(one), Some(other)] if one == other => Err(CheckError::Run(one)),
        errors => Err(CheckError::RunsDiffer { executions, errors: Box::new(errors) }),
    }
}

fn differing_errors(executions: &[Execution; 2], errors: &[Option<RunError>; 2]) -> String {
    let ending = |at: usize| match &errors[at] {
        None => format!("{}: no error", executions[at]),
        Some(error) => format!("{}: {error}", executions[at]),
    };
    format!("two executions end differently\n  {}\n  {}", ending(0), ending(1))
}

/// The first thing an entity did in one trace and not in the other, up to `valid_ns`.
///
/// Whatever follows from a difference comes later than it, so the earliest one is the origin.
fn first_difference(
    traces: &[Vec<TraceEntry>; 2],
    valid_ns: u64,
) -> Option<(EntityId, [Option<TraceEntry>; 2])> {
    let mut by_entity: BTreeMap<EntityId, [Vec<TraceEntry>; 2]> = BTreeMap::new();
    for (side, trace) in traces.iter().enumerate() {
        for entry in trace.iter().filter(|entry| entry.key.time_ns() <= valid_ns) {
            by_entity.entry(entry.entity).or_default()[side].push(*entry);
        }
    }
    let differing = by_entity.into_iter().filter_map(|(entity, [one, other])| {
        let at = (0..one.len().max(other.len())).find(|&at| one.get(at) != other.get(at))?;
        Some((entity, [one.get(at).copied(), other.get(at).copied()]))
    });
    // The first of equal times, hence the first entity.
    differing
        .min_by_key(|(_, entries)| entries.iter().flatten().map(|entry| entry.key.time_ns()).min())
}
