//! `subsim check`: are scenarios still what their baselines say?

use std::sync::atomic::AtomicBool;

use subsim_experiments::{
    Baseline, Check, Checked, Format, MeasureError, Mode, Verdict, check as compare, render,
};

use super::baseline::{Choice, choose};
use super::sweep::{in_pool, runs_bar};
use crate::console::Console;
use crate::interrupt;
use crate::lab_args::{CheckArgs, CheckFormat, CheckMode};
use crate::numbers;
use crate::outcome::{Failure, Outcome};

/// Compares each scenario with its baseline, also after one that could not be compared.
pub(crate) fn check(args: &CheckArgs, console: &mut Console) -> Result<Outcome, Failure> {
    let mode = mode(args)?;
    let chosen = choose(&args.kept, console)?;
    let pairs: Vec<(&Choice, Result<Baseline, String>)> =
        chosen.iter().map(|choice| (choice, baseline_of(choice, args))).collect();
    let runs =
        pairs.iter().filter_map(|(_, baseline)| baseline.as_ref().ok()).map(
            |baseline| match mode {
                Mode::Distribution { .. } => baseline.replicates,
                _ => 1,
            },
        );
    let bar = runs_bar(runs.sum(), "check".to_owned(), args.kept.quiet);
    let cancel = interrupt::listen(&bar, "run")?;
    let mut scenarios = Vec::new();
    let mut interrupted = false;
    for (choice, baseline) in &pairs {
        bar.set_message(choice.name());
        let checked = one(choice, baseline, mode, (args.kept.threads, cancel), &|| bar.inc(1))?;
        let Some(checked) = checked else {
            interrupted = true;
            break;
        };
        scenarios.push(checked);
    }
    bar.finish_and_clear();
    for fault in pairs.iter().filter_map(|(choice, _)| choice.scenario.as_ref().err()) {
        fault.failure(console).print(console);
    }
    let check = Check { mode, scenarios };
    let text = render(&check, format(args.format)).map_err(|error| Failure::from_error(&error))?;
    console.line(text.trim_end());
    if interrupted {
        let (done, all) = (check.scenarios.len(), numbers::count(pairs.len() as u64, "scenario"));
        console.note(&format!("interrupted; {done} of {all} compared"));
        return Ok(Outcome::Interrupted);
    }
    Ok(match (check.has_failures(), check.is_same()) {
        (true, _) => Outcome::BadInput,
        (false, true) => Outcome::Good,
        (false, false) => Outcome::Failed,
    })
}

/// How to compare; an option of another mode would have no effect, and is refused.
fn mode(args: &CheckArgs) -> Result<Mode, Failure> {
    let given = [
        ("--absolute", CheckMode::Tolerance, args.absolute.is_some()),
        ("--relative", CheckMode::Tolerance, args.relative.is_some()),
        ("--false-alarm-rate", CheckMode::Distribution, args.false_alarm_rate.is_some()),
        ("--round", CheckMode::Distribution, args.round.is_some()),
    ];
    for (flag, wanted, given) in given {
        if given && wanted != args.mode {
            let name = if wanted == CheckMode::Tolerance { "tolerance" } else { "distribution" };
            return Err(Failure::new(format!("{flag} goes with --mode {name} only")));
        }
    }
    Ok(match args.mode {
        CheckMode::Exact => Mode::Exact,
        CheckMode::Tolerance => {
            let (absolute, relative) = match (args.absolute, args.relative) {
                (None, None) => (0.001, 0.01),
                (absolute, relative) => (absolute.unwrap_or(0.0), relative.unwrap_or(0.0)),
            };
            Mode::Tolerance { absolute, relative }
        }
        CheckMode::Distribution => Mode::Distribution {
            false_alarm_rate: args.false_alarm_rate.unwrap_or(0.01),
            round: args.round.unwrap_or(0),
        },
    })
}

fn format(format: CheckFormat) -> Format {
    match format {
        CheckFormat::Text => Format::Text,
        CheckFormat::Json => Format::Json,
        CheckFormat::Junit => Format::Junit,
        CheckFormat::Markdown => Format::Markdown,
        CheckFormat::Github => Format::Github,
    }
}

/// The baseline of a scenario, or why it cannot be compared.
fn baseline_of(choice: &Choice, args: &CheckArgs) -> Result<Baseline, String> {
    let scenario = choice.scenario.as_ref().map_err(super::baseline::Fault::line)?;
    let path = Baseline::path(&args.kept.baseline, &scenario.name);
    let missing = || {
        let folder = args.kept.baseline.display();
        format!(
            "no baseline {}; make it with `subsim baseline update {} --baseline {folder}`",
            path.display(),
            choice.path.display(),
        )
    };
    Baseline::read(&path).map_err(|error| error.to_string())?.ok_or_else(missing)
}

/// Compares one scenario; `None` when interrupted.
fn one(
    choice: &Choice,
    baseline: &Result<Baseline, String>,
    mode: Mode,
    (threads, cancel): (Option<usize>, &AtomicBool),
    done: &(dyn Fn() + Sync),
) -> Result<Option<Checked>, Failure> {
    let failed = |why: String| Checked {
        scenario: choice.name(),
        verdict: Verdict::Failed(why),
        scenario_changed: false,
        shifts: Vec::new(),
        compared: 0,
    };
    let (scenario, baseline) = match (&choice.scenario, baseline) {
        (Ok(scenario), Ok(baseline)) => (scenario, baseline),
        (_, Err(why)) => return Ok(Some(failed(why.clone()))),
        (Err(fault), _) => return Ok(Some(failed(fault.line()))),
    };
    match in_pool(threads, || compare(scenario, baseline, mode, cancel, done))? {
        Ok(checked) => Ok(Some(checked)),
        Err(MeasureError::Cancelled) => Ok(None),
        Err(error) => Ok(Some(failed(error.to_string()))),
    }
}
