//! Where every rao of one block went: the run up to that block, and the movements in it.

use crate::chain::{Call, CallError, Flow, Origin, State, check_flows};
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
    let mut run = Run::new(scenario, control)?;
    if let Some(checkpoint) = from {
        run.restore(checkpoint)?;
    }
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
    let before = run.state.clone();
    run.explaining = Some(Explaining::default());
    run.step(&mut ())?;
    let Explaining { own, calls } = run.explaining.take().unwrap_or_default();
    let all: Vec<Flow> = own.iter().chain(calls.iter().flat_map(|c| &c.flows)).copied().collect();
    check_flows(&before, &run.state, &all)
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
