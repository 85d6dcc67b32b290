//! Where every rao of one block went: the run up to that block, and the movements in it.

use crate::chain::{Call, CallError, Flow, Origin, Place, State, check_flows};
use crate::chain_recorder::Directory;
use crate::run::{RunControl, RunError};
use crate::scenario::ChainScenario;

use super::{Checkpoint, Run};

/// The movements of one block.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockFlows {
    /// The block.
    pub block: u64,
    /// Movements of the chain's own step, in the order they happened.
    pub own: Vec<Flow>,
    /// The block's calls, in their order.
    pub calls: Vec<ExplainedCall>,
    /// TAO that the block could mint.
    pub minted_rao: u64,
    /// The state after the block.
    pub state: State,
    /// Names and groups.
    pub directory: Directory,
    /// Names of the subnets that exist at the start, by netuid from 1.
    pub subnets: Vec<String>,
}

/// A call and what it moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedCall {
    /// Who made it.
    pub origin: Origin,
    /// The call.
    pub call: Call,
    /// Why it was refused, if it was; then nothing moved.
    pub error: Option<CallError>,
    /// Movements, in the order they happened.
    pub flows: Vec<Flow>,
}

/// Movements while a block is being explained.
#[derive(Debug, Clone, Default)]
pub(super) struct Explaining {
    pub own: Vec<Flow>,
    pub calls: Vec<ExplainedCall>,
}

/// Runs a scenario up to a block, from a checkpoint before it if there is one, and returns what
/// moved in it. The movements add up to the change of the state, to the rao.
///
/// # Errors
/// As [`super::run_chain`]; when the scenario has no such block; and when the movements do not add
/// up.
pub fn explain_block(
    scenario: &ChainScenario,
    from: Option<&Checkpoint>,
    block: u64,
    control: &RunControl<'_>,
) -> Result<BlockFlows, RunError> {
    let mut run = run_to(scenario, from, block, control)?;
    let before = run.state.clone();
    let Explaining { own, calls } = run.step_explained()?;
    check_flows(&before, &run.state, &movements(&own, &calls))
        .map_err(|source| RunError::Flows { block, source: Box::new(source) })?;
    Ok(BlockFlows {
        block,
        own,
        calls,
        minted_rao: run.workspace.minted_rao(),
        subnets: run.info.subnets,
        directory: run.directory,
        state: run.state,
    })
}

/// A run that stands before a block.
fn run_to<'a>(
    scenario: &'a ChainScenario,
    from: Option<&Checkpoint>,
    block: u64,
    control: &RunControl<'_>,
) -> Result<Run<'a>, RunError> {
    let mut run = Run::new(scenario, control)?;
    if let Some(checkpoint) = from {
        run.restore(checkpoint)?;
    }
    // What moves is compared with what changed, which is stricter.
    run.check = false;
    let (first, last) = (run.state.block + 1, scenario.simulation.blocks);
    if !(first..=last).contains(&block) {
        return Err(RunError::NoSuchBlock { block, first, last });
    }
    while run.state.block + 1 < block {
        run.step(&mut ())?;
        if run.state.block.is_multiple_of(super::PROGRESS_BLOCKS) {
            (control.progress)(run.state.block, block);
        }
    }
    Ok(run)
}

/// All movements of a block in their order.
fn movements(own: &[Flow], calls: &[ExplainedCall]) -> Vec<Flow> {
    own.iter().chain(calls.iter().flat_map(|call| &call.flows)).copied().collect()
}

impl Run<'_> {
    /// Runs the next block and notes what moves.
    fn step_explained(&mut self) -> Result<Explaining, RunError> {
        self.explaining = Some(Explaining::default());
        self.step(&mut ())?;
        Ok(self.explaining.take().unwrap_or_default())
    }
}

/// Adds to an error of the books the account it is about, where a sum over all accounts is wrong:
/// runs to the block again and looks who changed by other than what moved.
pub(super) fn name_culprit(
    error: RunError,
    scenario: &ChainScenario,
    from: Option<&Checkpoint>,
    control: &RunControl<'_>,
) -> RunError {
    match error {
        RunError::Audit { block, source, who: None } => {
            let who = culprit(scenario, from, block, control).ok().flatten();
            RunError::Audit { block, source, who }
        }
        error => error,
    }
}

fn culprit(
    scenario: &ChainScenario,
    from: Option<&Checkpoint>,
    block: u64,
    control: &RunControl<'_>,
) -> Result<Option<String>, RunError> {
    let mut run = run_to(scenario, from, block, control)?;
    let before = run.state.clone();
    let Explaining { own, calls } = run.step_explained()?;
    let Err(error) = check_flows(&before, &run.state, &movements(&own, &calls)) else {
        return Ok(None);
    };
    Ok(match error.place {
        Place::Account(id) => Some(run.name(id).to_owned()),
        Place::Stake { hotkey, .. } | Place::Claimable { hotkey } => {
            Some(run.name(hotkey).to_owned())
        }
        _ => None,
    })
}
