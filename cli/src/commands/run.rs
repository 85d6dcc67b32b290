//! `subsim run`: a scenario file.

use std::path::Path;

use subsim_reports::WriterOptions;
use subsim_sim::scenario::{AnyScenario, Diagnostics, Scenario, ScenarioError, load_any};

use super::execute::{Plan, execute};
use super::run_chain;
use crate::args::RunArgs;
use crate::console::Console;
use crate::outcome::{Failure, Outcome};

/// Reads, runs and judges a scenario.
pub(crate) fn run(args: &RunArgs, console: &mut Console) -> Result<Outcome, Failure> {
    let mut overrides = args.overrides.clone();
    let epochs = args.epochs.map(|epochs| epochs.to_string());
    let seed = args.seed.map(|seed| seed.to_string());
    let options = [("--epochs", "simulation.epochs", epochs), ("--seed", "simulation.seed", seed)];
    for (flag, key, value) in options {
        overrides.extend(given_once(flag, key, value, &args.overrides)?);
    }
    let scenario =
        load_any(&args.scenario, &overrides).map_err(|error| refused(&error, console))?;
    if !args.common.quiet {
        warn(scenario.warnings(), console);
    }
    match scenario {
        AnyScenario::Epoch(scenario) => run_epochs(args, &scenario, overrides, console),
        AnyScenario::Chain(scenario) => run_chain::run(args, &scenario, overrides, console),
    }
}

/// Options that only mean something where the chain runs.
fn refuse_chain_options(args: &RunArgs) -> Result<(), Failure> {
    let given = [
        ("--blocks", args.blocks.is_some()),
        ("--check", args.check),
        ("--save-state", args.save_state.is_some()),
        ("--from-state", args.from_state.is_some()),
    ];
    match given.into_iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((flag, _)) => Err(Failure::new(format!(
            "{flag} is for scenarios of resolution \"block\"; {} has resolution \"epoch\"",
            args.scenario.display(),
        ))),
    }
}

/// A scenario of resolution `epoch`.
fn run_epochs(
    args: &RunArgs,
    scenario: &Scenario,
    overrides: Vec<String>,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    refuse_chain_options(args)?;
    let parameters = serde_json::to_value(scenario)
        .map_err(|error| Failure::new(format!("cannot tell the parameters: {error}")))?;
    let out_dir = args.out.clone();
    let plan = Plan {
        out_dir: out_dir.unwrap_or_else(|| Path::new("out").join(folder_name(&scenario.name))),
        label: scenario.name.clone(),
        epochs: scenario.simulation.epochs,
        threads: args.common.threads.or(scenario.simulation.threads),
        subnet: &scenario.subnet,
        events: &scenario.events,
        assumed: Vec::new(),
        options: WriterOptions {
            overrides,
            expectations: scenario.expect.clone(),
            parameters,
            tao_weight: scenario.subnet.tao_weight,
            plots: !args.common.no_plots,
        },
        common: &args.common,
    };
    execute(plan, console, |recorder, control| subsim_sim::run(scenario, recorder, control))
}

/// An option as the override it stands for. Both at once would leave open which one is meant.
fn given_once(
    flag: &str,
    key: &str,
    value: Option<String>,
    overrides: &[String],
) -> Result<Option<String>, Failure> {
    let Some(value) = value else { return Ok(None) };
    let sets_it = |set: &&String| set.split_once('=').is_some_and(|(path, _)| path.trim() == key);
    match overrides.iter().find(sets_it) {
        Some(set) => Err(Failure::new(format!(
            "{key} is given twice: by `{flag} {value}` and by `--set {set}`; keep one of them"
        ))),
        None => Ok(Some(format!("{key}={value}"))),
    }
}

/// Prints warnings, quoted from the texts.
pub(super) fn warn(warnings: &Diagnostics, console: &Console) {
    if !warnings.is_empty() {
        console.note(warnings.render(console.stderr_colour()).trim_end());
    }
}

/// What is wrong with a scenario or with overrides, quoted from the texts.
pub(super) fn refused(error: &ScenarioError, console: &Console) -> Failure {
    Failure::rendered(error.render(console.stderr_colour()))
}

/// A name that stays within its folder: a file can be called `...toml`.
pub(super) fn folder_name(name: &str) -> &str {
    if matches!(name, "" | "." | "..") { "unnamed" } else { name }
}
