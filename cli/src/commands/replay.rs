//! `subsim replay`: epochs on a real subnet's metagraph.

use std::path::{Path, PathBuf};

use subsim_reports::WriterOptions;
use subsim_sim::metagraph::Metagraph;
use subsim_sim::{ReplayOptions, replay as run_replay};

use super::execute::{Plan, execute};
use super::run::{folder_name, refused, warn};
use crate::args::{ReplayArgs, Rule};
use crate::console::Console;
use crate::outcome::{Failure, Outcome};

/// Reads a metagraph and runs epochs on it.
pub(crate) fn replay(args: &ReplayArgs, console: &mut Console) -> Result<Outcome, Failure> {
    let mut options = ReplayOptions { epochs: args.epochs, ..ReplayOptions::default() };
    options.record_bonds = args.record_bonds;
    let rule = args.bond_rule.map(Rule::meaning);
    let warnings =
        options.set_rules(rule, &args.overrides).map_err(|error| refused(&error, console))?;
    let metagraph =
        Metagraph::load(&args.metagraph).map_err(|error| Failure::from_error(&error))?;
    if !args.common.quiet {
        warn(&warnings, console);
        options.notes(&metagraph).iter().for_each(|note| console.warning(note));
    }
    let assumed = options.assumed().into_iter().map(|assumption| assumption.meaning);
    let plan = Plan {
        out_dir: args.out.clone().unwrap_or_else(|| default_folder(&metagraph, &options)),
        label: metagraph.name.clone(),
        epochs: options.epochs,
        threads: args.common.threads,
        subnet: &options.subnet,
        events: &[],
        assumed: assumed.collect(),
        options: WriterOptions {
            // The bond rule is in the title.
            overrides: args.overrides.clone(),
            expectations: Vec::new(),
            parameters: parameters(&metagraph, &options)?,
            tao_weight: options.subnet.tao_weight,
            plots: !args.common.no_plots,
        },
        common: &args.common,
    };
    execute(plan, console, |recorder, control| run_replay(&metagraph, &options, recorder, control))
}

fn default_folder(metagraph: &Metagraph, options: &ReplayOptions) -> PathBuf {
    let rule = options.subnet.bond_rule.name();
    Path::new("out").join(format!("replay-{}-{rule}", folder_name(&metagraph.name)))
}

/// What the manifest tells of the replay.
fn parameters(
    metagraph: &Metagraph,
    options: &ReplayOptions,
) -> Result<serde_json::Value, Failure> {
    let subnet = serde_json::to_value(&options.subnet)
        .map_err(|error| Failure::new(format!("cannot tell the parameters: {error}")))?;
    Ok(serde_json::json!({
        "metagraph": {
            "name": metagraph.name,
            "blake3": metagraph.hash,
            "netuid": metagraph.netuid,
            "block": metagraph.block,
            "neurons": metagraph.n(),
        },
        "epochs": options.epochs,
        "record_bonds": options.record_bonds,
        "subnet": subnet,
    }))
}
