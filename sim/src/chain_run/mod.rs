//! A scenario of resolution `block` in motion: the chain, and everybody who makes calls on it.
//!
//! A block is always the same sequence: the chain's own step; what the scenario changes; planned
//! calls in file order; validators, who all think on the state at this point and then call one
//! after the other; miners; holders of TAO. Agents of a class come in file order. Nobody but the
//! changes touches the state other than through calls, and a refused call is part of life.
//!
//! ```text
//!  begin_block ─► changes ─► planned calls ─► validators ─► miners ─► stakers ─► audit, records
//!                                              think ║ (in parallel, on one state)
//! ```

mod acting;
mod agents;
mod calendar;
mod cast;
mod changes;
mod checkpoint;
mod directory;
mod explain;
mod fold;
mod imported;
mod memory;
mod miners;
mod rules;
mod stage;
mod stakers;
mod start;
mod stepping;
mod validators;
mod visible;

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use rayon::ThreadPool;

use crate::chain::{AccountId, BlockWorkspace, Call, CallError, NetUid, Origin, State};
use crate::chain_recorder::{ChainEnd, ChainInfo, ChainRecorder, Directory};
use crate::recorder::RecordResult;
use crate::run::{RunControl, RunError, thread_pool};
use crate::scenario::{ChainScenario, SubnetSetup};

use self::calendar::{Actor, Calendar};
use self::cast::Cast;
use self::explain::Explaining;
use self::fold::Fold;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use explain::{BlockFlows, ExplainedCall, explain_block};
pub use start::StartError;

/// Blocks between two reports of progress.
const PROGRESS_BLOCKS: u64 = 64;

/// What a run does besides running.
pub struct ChainRunOptions<'a> {
    /// Check all sums after every block, also when the scenario does not ask for it.
    pub check: bool,
    /// Go on from here instead of block 0.
    pub from: Option<&'a Checkpoint>,
    /// Last block, if not the scenario's.
    pub until_block: Option<u64>,
    /// Blocks after which a checkpoint is made, ascending.
    pub save_at: &'a [u64],
    /// Receives the checkpoints; its error ends the run.
    pub save: &'a mut dyn FnMut(&Checkpoint) -> RecordResult,
}

/// Runs a scenario to its last block and tells the recorder everything.
///
/// The result depends on the scenario alone: not on threads, machine or time. Going on from a
/// checkpoint gives the same blocks as never having stopped.
///
/// # Errors
/// When the scenario cannot start, the checkpoint is of another scenario, the books do not add up,
/// or the recorder fails. The recorder's `finish` is then not called.
pub fn run_chain(
    scenario: &ChainScenario,
    options: &mut ChainRunOptions<'_>,
    recorder: &mut dyn ChainRecorder,
    control: &RunControl<'_>,
) -> Result<ChainEnd, RunError> {
    let mut run = Run::new(scenario, control)?;
    if let Some(checkpoint) = options.from {
        run.restore(checkpoint)?;
    }
    run.check |= options.check;
    let until = options.until_block.unwrap_or(scenario.simulation.blocks);
    run.last_block = until;
    recorder.start(&run.info, &run.state, &run.directory).map_err(RunError::Recorder)?;
    let mut cancelled = false;
    while run.state.block < until {
        if control.cancel.load(Ordering::Relaxed) {
            cancelled = true;
            break;
        }
        run.step(recorder)
            .map_err(|error| explain::name_culprit(error, scenario, options.from, control))?;
        let block = run.state.block;
        if options.save_at.contains(&block) {
            (options.save)(&run.checkpoint()).map_err(RunError::Recorder)?;
        }
        if block.is_multiple_of(PROGRESS_BLOCKS) || block == until {
            (control.progress)(block, until);
        }
    }
    let end = ChainEnd {
        last_block: run.state.block,
        epochs: run.fold.epochs(),
        cancelled,
        digest: run.fold.finish(&run.state),
        broken_calls: std::mem::take(&mut run.broken_calls),
    };
    recorder.finish(&end, &run.state, &run.directory).map_err(RunError::Recorder)?;
    Ok(end)
}

/// Everything that moves.
struct Run<'a> {
    scenario: &'a ChainScenario,
    info: ChainInfo,
    state: State,
    workspace: BlockWorkspace,
    directory: Directory,
    cast: Cast,
    calendar: Calendar,
    pool: ThreadPool,
    /// Key of the hashes that stand in for those of blocks.
    hash_key: [u8; 32],
    check: bool,
    last_block: u64,
    /// Subnets that start later than block 1, and the block of their owners' calls.
    starts: Vec<(u64, NetUid)>,
    next_start: usize,
    next_call: usize,
    next_event: usize,
    fold: Fold,
    /// TAO minted by the latest block.
    minted_rao: u64,
    /// Owner of each subnet, to notice when it changes.
    owners: BTreeMap<NetUid, Option<AccountId>>,
    broken_calls: Vec<String>,
    /// TAO that emission put into each subnet so far, by netuid.
    tao_emitted_rao: Vec<u128>,
    /// Calls since the latest recorded block, and how many were refused.
    calls: u64,
    refused: u64,
    /// Validators that act in this block; kept for its memory.
    thinkers: Vec<usize>,
    quality_by_uid: Vec<f64>,
    /// What moves in this block, if somebody wants to know.
    explaining: Option<Explaining>,
}

impl<'a> Run<'a> {
    /// A scenario before block 1.
    fn new(scenario: &'a ChainScenario, control: &RunControl<'_>) -> Result<Self, RunError> {
        let pool = thread_pool(control.threads.or(scenario.simulation.threads))?;
        let (state, names) = start::begin(scenario)?;
        let mut cast = Cast::new(scenario, &names);
        cast.stages.iter_mut().for_each(|stage| stage.refresh(&state));
        let calendar = cast.calendar();
        let mut run = Self {
            info: directory::info(scenario, 0),
            directory: directory::directory(scenario, &names, &state),
            scenario,
            workspace: BlockWorkspace::default(),
            cast,
            calendar,
            pool,
            hash_key: stepping::hash_key(scenario.simulation.seed),
            check: scenario.simulation.check,
            last_block: scenario.simulation.blocks,
            starts: starts(scenario),
            next_start: 0,
            next_call: 0,
            next_event: 0,
            fold: Fold::default(),
            minted_rao: 0,
            owners: BTreeMap::new(),
            broken_calls: Vec::new(),
            tao_emitted_rao: Vec::new(),
            calls: 0,
            refused: 0,
            thinkers: Vec::new(),
            quality_by_uid: Vec::new(),
            explaining: None,
            state,
        };
        for place in 0..scenario.subnets.len() {
            let netuid = run.cast.stages[place].netuid;
            run.note_owner(netuid);
            run.reschedule(netuid);
        }
        Ok(run)
    }

    /// Applies a call, and notes what it moves while the block is being explained.
    fn apply(&mut self, origin: Origin, call: &Call) -> Result<(), CallError> {
        let Some(explaining) = &mut self.explaining else {
            return self.state.apply(origin, call);
        };
        let result = self.state.apply_with_flows(origin, call);
        let error = result.as_ref().err().copied();
        let flows = result.unwrap_or_default();
        explaining.calls.push(ExplainedCall { origin, call: call.clone(), error, flows });
        error.map_or(Ok(()), Err)
    }

    /// Looks up the seats of a subnet of the scenario again.
    fn refresh_stage(&mut self, netuid: NetUid) {
        if let Some(stage) = self.cast.stages.iter_mut().find(|stage| stage.netuid == netuid) {
            stage.refresh(&self.state);
        }
    }

    /// Remembers who owns a subnet.
    fn note_owner(&mut self, netuid: NetUid) {
        let owner = self.state.subnet(netuid).and_then(|subnet| subnet.hyper.owner);
        self.owners.insert(netuid, owner);
    }

    /// Gives the late validators of a subnet their next appointment, after its schedule moved.
    /// Who has acted for the epoch to come waits for the next one.
    fn reschedule(&mut self, netuid: NetUid) {
        let Some(place) = self.cast.stages.iter().position(|stage| stage.netuid == netuid) else {
            return;
        };
        let late = &self.cast.late_validators[place];
        let Some(subnet) = self.cast.stages[place].subnet(&self.state) else { return };
        let now = self.state.block;
        let Some(epoch_block) = validators::next_epoch_block(subnet, now) else { return };
        for at in late {
            let agent = &mut self.cast.validators[*at];
            if agent.acted_epoch == Some(subnet.schedule.epoch_index) {
                continue;
            }
            let act_at = epoch_block.saturating_sub(agent.blocks_before_epoch()).max(now);
            if agent.act_at != act_at {
                agent.act_at = act_at;
                self.calendar.note(act_at, Actor::Validator(*at as u32));
            }
        }
    }
}

/// Blocks in which owners start subnets: the one before the first emission.
fn starts(scenario: &ChainScenario) -> Vec<(u64, NetUid)> {
    let later = |setup: &SubnetSetup| {
        let block = setup.first_emission_block.filter(|first| *first > 1)?;
        Some((block - 1, setup.netuid))
    };
    let mut starts: Vec<_> = scenario.subnets.iter().filter_map(later).collect();
    starts.sort_unstable();
    starts
}

#[cfg(test)]
mod tests;
