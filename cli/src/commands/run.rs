//! `subsim run`: a scenario file.

use std::path::Path;

use subsim_reports::WriterOptions;
use subsim_sim::scenario::{Scenario, ScenarioError};

use super::execute::{Plan, execute};
use crate::args::RunArgs;
use crate::console::Console;
use crate::outcome::{Failure, Outcome};

/// Reads, runs and judges a scenario.
pub(crate) fn run(args: &RunArgs, console: &mut Console) -> Result<Outcome, Failure> {
    let mut overrides = args.overrides.clone();
    overrides.extend(args.seed.map(|seed| format!("simulation.seed={seed}")));
    let scenario =
        Scenario::load(&args.scenario, &overrides).map_err(|error| refused(&error, console))?;
    if !args.common.quiet && !scenario.warnings().is_empty() {
        console.note(scenario.warnings().render(console.stderr_colour()).trim_end());
    }
    let parameters = serde_json::to_value(&scenario)
        .map_err(|error| Failure::new(format!("cannot tell the parameters: {error}")))?;
    let out_dir = args.out.clone();
    let plan = Plan {
        out_dir: out_dir.unwrap_or_else(|| Path::new("out").join(folder_name(&scenario.name))),
        label: scenario.name.clone(),
        epochs: scenario.simulation.epochs,
        threads: args.common.threads.or(scenario.simulation.threads),
        options: WriterOptions {
            expectations: scenario.expect.clone(),
            parameters,
            tao_weight: scenario.subnet.tao_weight,
            plots: !args.common.no_plots,
        },
        common: &args.common,
    };
    execute(plan, console, |recorder, control| subsim_sim::run(&scenario, recorder, control))
}

/// What is wrong with a scenario or with overrides, quoted from the texts.
pub(super) fn refused(error: &ScenarioError, console: &Console) -> Failure {
    Failure::rendered(error.render(console.stderr_colour()))
}

/// A name that stays within its folder: a file can be called `...toml`.
pub(super) fn folder_name(name: &str) -> &str {
    if matches!(name, "" | "." | "..") { "unnamed" } else { name }
}
