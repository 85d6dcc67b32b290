//! `subsim neuron`: who held a uid, what they earned, and when they lost it.

use subsim_reports::chain::{Results, Tenure};
use subsim_sim::amounts::{exact_tokens, grouped};

use super::closing::print_json;
use crate::args::NeuronArgs;
use crate::console::{Console, Paint};
use crate::numbers::{count, measure, none};
use crate::outcome::{Failure, Outcome};
use crate::table::{right_from, table};

/// Prints the history of a uid.
pub(crate) fn neuron(args: &NeuronArgs, console: &mut Console) -> Result<Outcome, Failure> {
    let results = Results::open(&args.folder).map_err(|error| Failure::from_error(&error))?;
    let history =
        results.neuron(&args.subnet, args.uid).map_err(|error| Failure::from_error(&error))?;
    if args.json {
        return print_json(&history, console);
    }
    let head = format!(
        "uid {} on {} (subnet {}): held by {}",
        history.uid,
        history.subnet,
        history.netuid,
        count(history.tenures.len() as u64, "hotkey"),
    );
    console.line(&Paint::Bold.text(console.colour(), &head));
    console.line("");
    let names = [
        "hotkey",
        "group",
        "lost it",
        "from block",
        "to block",
        "paid TAO",
        "epochs",
        "incentive α",
        "dividends α",
        "permits",
        "quality",
    ];
    let mut table = table(&names, console.colour());
    for tenure in &history.tenures {
        table.add_row(row(tenure));
    }
    right_from(&mut table, 3);
    console.line(&table.trim_fmt());
    Ok(Outcome::Good)
}

fn row(tenure: &Tenure) -> Vec<String> {
    let number = |number: u64| grouped(&number.to_string());
    let end = match (&tenure.pruned_at_block, &tenure.pruned_for) {
        (Some(_), Some(next)) => format!("to {next}"),
        (Some(_), None) => "pruned".to_owned(),
        (None, _) => "no".to_owned(),
    };
    vec![
        tenure.hotkey.clone(),
        tenure.group.clone().unwrap_or_else(none),
        end,
        number(tenure.registered_at_block),
        tenure.pruned_at_block.map_or_else(|| "the end".to_owned(), number),
        tenure.paid_rao.map_or_else(none, exact_tokens),
        number(tenure.epochs),
        exact_tokens(tenure.incentive_rao),
        exact_tokens(tenure.dividend_rao),
        number(tenure.permit_epochs),
        tenure.quality.map_or_else(none, measure),
    ]
}
