//! `subsim list`: the scenarios in a folder and the questions they ask.

use subsim_sim::scenario::{self, ListEntry};

use crate::args::ListArgs;
use crate::console::{Console, Paint};
use crate::outcome::{Failure, Outcome};

/// Prints one line per scenario file.
pub(crate) fn list(args: &ListArgs, console: &mut Console) -> Result<Outcome, Failure> {
    let shown = args.folder.display();
    let entries =
        scenario::list(&args.folder).map_err(|error| Failure::new(format!("{shown}: {error}")))?;
    if entries.is_empty() {
        return Err(Failure::new(format!("{shown}: no scenario files (*.toml) here")));
    }
    let path = |entry: &ListEntry| entry.path.display().to_string();
    let width = entries.iter().map(|entry| path(entry).chars().count()).max().unwrap_or(0);
    for entry in &entries {
        console.line(&format!("{:<width$}  {}", path(entry), told(entry, console)));
    }
    let all_read = entries.iter().all(|entry| entry.scenario.is_ok());
    Ok(if all_read { Outcome::Good } else { Outcome::BadInput })
}

/// The question, or in its place what there is to say.
fn told(entry: &ListEntry, console: &Console) -> String {
    match (&entry.scenario, entry.question()) {
        (Ok(_), Some(question)) => question.to_owned(),
        (Ok(_), None) => Paint::Dim.text(console.colour(), "(asks no question)"),
        (Err(error), _) => {
            let first = error.diagnostics().iter().next();
            let told = first.map_or_else(|| error.to_string(), ToString::to_string);
            format!("{} {told}", Paint::Red.text(console.colour(), "error:"))
        }
    }
}
