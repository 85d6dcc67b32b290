//! `subsim baseline update`: keeps what scenarios come to. And which scenarios are meant, for
//! `check` as well.

use std::path::{Path, PathBuf};

use subsim_experiments::{Baseline, MeasureError};
use subsim_sim::scenario::{self, AnyScenario, Scenario, ScenarioError, load_any};

use super::run::{refused, warn};
use super::sweep::{in_pool, runs_bar};
use crate::console::Console;
use crate::lab_args::{BaselineArgs, BaselineCommand, Kept, UpdateArgs};
use crate::outcome::{Failure, Outcome};
use crate::{interrupt, numbers};

/// Metrics that are named when a baseline changes.
const CHANGES_SHOWN: usize = 5;

/// Runs what is asked of baselines.
pub(crate) fn baseline(args: &BaselineArgs, console: &mut Console) -> Result<Outcome, Failure> {
    match &args.command {
        BaselineCommand::Update(args) => update(args, console),
    }
}

/// Writes the baseline of each scenario, also after one that could not be run.
fn update(args: &UpdateArgs, console: &mut Console) -> Result<Outcome, Failure> {
    let chosen = choose(&args.kept, console)?;
    let per_scenario = args.replicates + 1;
    let runs = per_scenario.saturating_mul(chosen.len() as u64);
    let bar = runs_bar(runs, "baselines".to_owned(), args.kept.quiet);
    let cancel = interrupt::listen(&bar, "run")?;
    let mut outcome = Outcome::Good;
    for (index, choice) in chosen.iter().enumerate() {
        let fault = match &choice.scenario {
            Err(fault) => fault.failure(console),
            Ok(scenario) => {
                bar.set_message(scenario.name.clone());
                let tick = || bar.inc(1);
                let take = || Baseline::take(scenario, args.replicates, cancel, &tick);
                match in_pool(args.kept.threads, take)? {
                    Ok(taken) => {
                        let path = Baseline::path(&args.kept.baseline, &scenario.name);
                        let change = change(&path, &taken);
                        taken.write(&path).map_err(|error| Failure::from_error(&error))?;
                        bar.suspend(|| console.line(&format!("{}: {change}", path.display())));
                        continue;
                    }
                    Err(MeasureError::Cancelled) => {
                        bar.finish_and_clear();
                        let all = numbers::count(chosen.len() as u64, "baseline");
                        console.note(&format!("interrupted; {index} of {all} done"));
                        return Ok(Outcome::Interrupted);
                    }
                    Err(error) => Failure::new(format!("{}: {error}", choice.path.display())),
                }
            }
        };
        bar.suspend(|| fault.print(console));
        outcome = Outcome::BadInput;
    }
    bar.finish_and_clear();
    Ok(outcome)
}

/// How a baseline differs from the one it replaces.
fn change(path: &Path, new: &Baseline) -> String {
    let old = match Baseline::read(path) {
        Ok(Some(old)) => old,
        Ok(None) => return "new".to_owned(),
        Err(_) => return "written anew; the old one could not be read".to_owned(),
    };
    if old == *new {
        return "unchanged".to_owned();
    }
    let moved = new.metrics.iter().filter(|(name, value)| old.metrics.get(*name) != Some(value));
    let told = moved.map(|(name, value)| match old.metrics.get(name) {
        Some(before) => {
            format!("{name} {} -> {}", numbers::measure(*before), numbers::measure(*value))
        }
        None => format!("{name} {}", numbers::measure(*value)),
    });
    let mut told: Vec<String> = told.collect();
    let more = told.len().saturating_sub(CHANGES_SHOWN);
    told.truncate(CHANGES_SHOWN);
    if more > 0 {
        told.push(format!("and {more} more"));
    }
    match told.is_empty() {
        true => "changed, with the same metrics".to_owned(),
        false => format!("changed: {}", told.join(", ")),
    }
}

/// A scenario to run.
pub(super) struct Choice {
    pub(super) path: PathBuf,
    pub(super) scenario: Result<Scenario, Fault>,
}

/// Why a scenario that is meant cannot be run.
pub(super) enum Fault {
    /// It is not valid.
    Invalid(ScenarioError),
    /// It is named, and has a resolution that is not supported.
    Block(String),
}

impl Fault {
    /// As a message of its own.
    pub(super) fn failure(&self, console: &Console) -> Failure {
        match self {
            Self::Invalid(error) => refused(error, console),
            Self::Block(message) => Failure::new(message.clone()),
        }
    }

    /// In one line.
    pub(super) fn line(&self) -> String {
        match self {
            Self::Invalid(error) => {
                let first = error.diagnostics().iter().next();
                first.map_or_else(|| error.to_string(), ToString::to_string)
            }
            Self::Block(message) => message.clone(),
        }
    }
}

impl Choice {
    /// Name of the scenario, also of one that cannot be read.
    pub(super) fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// The scenarios that are meant: files as they are named, and what is in folders.
pub(super) fn choose(kept: &Kept, console: &Console) -> Result<Vec<Choice>, Failure> {
    let mut chosen: Vec<Choice> = Vec::new();
    for path in &kept.scenarios {
        if path.is_dir() {
            chosen.extend(choose_in_folder(path, kept, console)?);
        } else {
            chosen.push(Choice { path: path.clone(), scenario: named(path) });
        }
    }
    let mut once: Vec<Choice> = Vec::new();
    for choice in chosen {
        let same = once.iter().find(|other| other.name() == choice.name());
        match same {
            None => once.push(choice),
            Some(other) if same_file(&other.path, &choice.path) => {}
            Some(other) => {
                return Err(Failure::new(format!(
                    "{} and {} would have the same baseline; rename one, or check them apart with \
                     two folders for --baseline",
                    other.path.display(),
                    choice.path.display(),
                )));
            }
        }
    }
    if !kept.quiet {
        let scenarios = once.iter().filter_map(|choice| choice.scenario.as_ref().ok());
        scenarios.for_each(|scenario| warn(scenario.warnings(), console));
    }
    Ok(once)
}

fn same_file(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn named(path: &Path) -> Result<Scenario, Fault> {
    match load_any(path, &[]).map_err(Fault::Invalid)? {
        AnyScenario::Epoch(scenario) => Ok(scenario),
        AnyScenario::Chain(_) => Err(Fault::Block(unsupported(path))),
    }
}

fn unsupported(path: &Path) -> String {
    format!("{}: baselines of resolution \"block\" are not yet supported", path.display())
}

fn choose_in_folder(folder: &Path, kept: &Kept, console: &Console) -> Result<Vec<Choice>, Failure> {
    let shown = folder.display();
    let entries =
        scenario::list(folder).map_err(|error| Failure::new(format!("{shown}: {error}")))?;
    let mut chosen = Vec::new();
    for entry in entries {
        // Baselines are no scenarios, wherever they are kept.
        if entry.path.parent().is_some_and(|parent| same_file(parent, &kept.baseline)) {
            continue;
        }
        let scenario = match entry.scenario.map(|scenario| *scenario) {
            Ok(AnyScenario::Epoch(scenario)) => Ok(scenario),
            Ok(AnyScenario::Chain(_)) => {
                if !kept.quiet {
                    console.note(&format!("passed over: {}", unsupported(&entry.path)));
                }
                continue;
            }
            Err(error) => Err(Fault::Invalid(error)),
        };
        chosen.push(Choice { path: entry.path, scenario });
    }
    if chosen.is_empty() {
        return Err(Failure::new(format!("{shown}: no scenarios of resolution \"epoch\" here")));
    }
    Ok(chosen)
}
