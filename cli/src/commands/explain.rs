//! `subsim explain`: where every rao of a block went.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use subsim_reports::chain::{Explanation, Results};
use subsim_sim::scenario::{AnyScenario, ChainScenario, load_any};
use subsim_sim::{RunControl, explain_block};

use super::closing::{print_json, threads_or_all};
use super::run::{refused, warn};
use super::run_chain::read_checkpoint;
use crate::args::ExplainArgs;
use crate::console::Console;
use crate::outcome::{Failure, Outcome};
use crate::progress::{self, Unit};

/// Runs up to a block and prints what moved in it.
pub(crate) fn explain(args: &ExplainArgs, console: &mut Console) -> Result<Outcome, Failure> {
    let scenario = scenario(args, console)?;
    let blocks = scenario.simulation.blocks;
    if args.block > blocks {
        return Err(Failure::new(format!(
            "--block {} is beyond the end: {} has {}",
            args.block,
            args.target.display(),
            crate::numbers::count(blocks, "block"),
        )));
    }
    let from = args.from_state.as_deref().map(read_checkpoint).transpose()?;
    let bar = progress::bar(args.block, Unit::Blocks, scenario.name.clone(), args.quiet);
    let tick = |done, _total| bar.set_position(done);
    let cancel = AtomicBool::new(false);
    let threads = threads_or_all(scenario.simulation.threads);
    let control = RunControl { threads: Some(threads), cancel: &cancel, progress: &tick };
    let flows = explain_block(&scenario, from.as_ref(), args.block, &control);
    bar.finish_and_clear();
    let flows = flows.map_err(|error| Failure::from_error(&error))?;
    let explanation = Explanation::new(&scenario.name, &flows);
    if args.json {
        return print_json(&explanation, console);
    }
    console.line(explanation.to_text().trim_end());
    Ok(Outcome::Good)
}

/// The scenario that is named, or that the results in the folder came from.
fn scenario(args: &ExplainArgs, console: &Console) -> Result<ChainScenario, Failure> {
    let shown = args.target.display();
    if args.target.is_dir() {
        return scenario_of_results(args, console);
    }
    match load_any(&args.target, &args.overrides).map_err(|error| refused(&error, console))? {
        AnyScenario::Chain(scenario) => {
            if !args.quiet && !args.json {
                warn(scenario.warnings(), console);
            }
            Ok(scenario)
        }
        AnyScenario::Epoch(_) => Err(Failure::new(format!(
            "{shown}: explain is for scenarios of resolution \"block\"; this one has resolution \
             \"epoch\""
        ))),
    }
}

fn scenario_of_results(args: &ExplainArgs, console: &Console) -> Result<ChainScenario, Failure> {
    let shown = args.target.display();
    if !args.overrides.is_empty() {
        return Err(Failure::new(format!(
            "{shown} holds results, whose scenario cannot be changed with --set; name the scenario \
             file instead"
        )));
    }
    let record = Results::open(&args.target).map_err(|error| Failure::from_error(&error))?.record;
    let path = Path::new(&record.source.scenario_path);
    let scenario = ChainScenario::load(path, &record.source.overrides)
        .map_err(|error| refused(&error, console))?;
    if scenario.hash() != record.scenario_hash {
        return Err(Failure::new(format!(
            "{}: changed since the results in {shown} were made; run it again, or explain the \
             scenario file itself",
            path.display(),
        )));
    }
    Ok(scenario)
}
