//! `subsim guarantees`: what an honest majority keeps against a cabal, beside published figures.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use subsim_experiments::{GUARANTEES, RETENTION, write_guarantees};
use subsim_research::guarantees::{
    Claim, Curve, CurveResult, GuaranteeError, Preset, Retention, Settings,
};

use super::closing::print_json;
use crate::console::{Console, Paint};
use crate::lab_args::GuaranteesArgs;
use crate::numbers::none;
use crate::outcome::{Failure, Outcome};
use crate::progress::{self, Unit};
use crate::table::{mark, right_from, table};
use crate::{interrupt, numbers};

/// Computes maps and tells what they come to.
pub(crate) fn guarantees(args: &GuaranteesArgs, console: &mut Console) -> Result<Outcome, Failure> {
    refuse_given_twice(args)?;
    let maps = maps(args);
    for settings in maps.iter().flat_map(|(presets, settings)| every_setting(presets, settings)) {
        settings.check().map_err(|error| refused(&error))?;
    }
    let (results, complete) = compute(&maps, args)?;
    if complete {
        write_guarantees(&args.out, &results).map_err(|error| Failure::from_error(&error))?;
    }
    if args.json {
        let _ = print_json(&answer(&results, args), console)?;
    } else if !args.quiet && !results.is_empty() {
        print(&results, console);
    }
    if !complete {
        let done = numbers::count(results.len() as u64, "map");
        console.note(&format!("interrupted after {done}; no files are written"));
        return Ok(Outcome::Interrupted);
    }
    if !args.json && !args.quiet {
        console.line(&format!("Results in {}: {RETENTION}, {GUARANTEES}", args.out.display()));
    }
    let missed: Vec<&CurveResult> = results.iter().filter(|r| r.holds() == Some(false)).collect();
    for result in &missed {
        console.note(&format!("{}: the published figure is not met", result.curve.label));
    }
    Ok(if missed.is_empty() { Outcome::Good } else { Outcome::Failed })
}

/// A figure sets what it varies; an option for the same would leave open which one is meant.
fn refuse_given_twice(args: &GuaranteesArgs) -> Result<(), Failure> {
    let has = |preset| args.presets.contains(&preset);
    let twice = [
        ("--sigma", args.sigma.is_some() && has(Preset::WeightDeviation)),
        ("--bonds-penalty", args.bonds_penalty.is_some() && has(Preset::BondsPenalty)),
        ("--kappa", args.kappa.is_some() && has(Preset::Kappa)),
        ("--xi", args.xi.is_some() && !args.presets.is_empty()),
    ];
    match twice.into_iter().find(|(_, twice)| *twice) {
        None => Ok(()),
        Some(("--xi", _)) => Err(Failure::new(
            "--xi goes without --preset only: figures have 0.5, and --preset xi varies it",
        )),
        Some((flag, _)) => Err(Failure::new(format!(
            "{flag} is what the preset varies; leave out {flag} or the preset"
        ))),
    }
}

/// What to compute: figures with the settings they share, or one map without a figure.
fn maps(args: &GuaranteesArgs) -> Vec<(Option<Preset>, Settings)> {
    let mut presets: Vec<Option<Preset>> = Vec::new();
    for preset in &args.presets {
        if !presets.contains(&Some(*preset)) {
            presets.push(Some(*preset));
        }
    }
    if presets.is_empty() {
        presets.push(None);
    }
    presets.into_iter().map(|preset| (preset, settings(args, preset))).collect()
}

fn settings(args: &GuaranteesArgs, preset: Option<Preset>) -> Settings {
    let usual = Settings::default();
    let stakes = match (args.honest_stakes.is_empty(), preset) {
        (false, _) => args.honest_stakes.clone(),
        (true, Some(preset)) => preset.claimed_stakes(),
        (true, None) => usual.honest_stakes,
    };
    Settings {
        neurons: args.neurons.unwrap_or(usual.neurons),
        validators: args.validators.unwrap_or(usual.validators),
        rule: args.rule.unwrap_or(usual.rule),
        kappa: args.kappa.unwrap_or(usual.kappa),
        bonds_penalty: args.bonds_penalty.unwrap_or(usual.bonds_penalty),
        stake_deviation: usual.stake_deviation,
        weight_deviation: args.sigma.unwrap_or(usual.weight_deviation),
        honest_stakes: stakes,
        steps: args.steps.unwrap_or(usual.steps),
        replicates: args.replicates,
        seed: args.seed.unwrap_or(usual.seed),
    }
}

/// The settings of all maps of a figure.
fn every_setting(preset: &Option<Preset>, settings: &Settings) -> Vec<Settings> {
    let curves = preset.map(|preset| preset.curves(settings)).unwrap_or_default();
    let of_curves = curves.into_iter().map(|curve| curve.settings);
    of_curves.chain([settings.clone()]).collect()
}

/// An error in the words of the command line.
fn refused(error: &GuaranteeError) -> Failure {
    let GuaranteeError::Setting { field, found, allowed } = error else {
        return Failure::from_error(error);
    };
    let flag = match *field {
        "weight_deviation" => "sigma".to_owned(),
        "honest_stakes" => "honest-stake".to_owned(),
        other => other.replace('_', "-"),
    };
    let allowed = allowed.replace("`validators`", "--validators");
    Failure::new(format!("--{flag} is {found}; it must be {allowed}"))
}

/// Computes map by map; false when it was interrupted, with the maps that were complete.
fn compute(
    maps: &[(Option<Preset>, Settings)],
    args: &GuaranteesArgs,
) -> Result<(Vec<CurveResult>, bool), Failure> {
    let epochs = maps.iter().map(|(preset, settings)| match preset {
        Some(preset) => Preset::epochs(&[*preset], settings),
        None => settings.epochs(),
    });
    let total = epochs.fold(0, usize::saturating_add) as u64;
    let bar = progress::bar(total, Unit::Epochs, "guarantees".to_owned(), args.quiet);
    let cancel = interrupt::listen(&bar, "row of the grid")?;
    let mut results = Vec::new();
    let mut ended = Ok(());
    for (preset, settings) in maps {
        let go_on = || {
            bar.inc(settings.axis() as u64);
            !cancel.load(Ordering::Relaxed)
        };
        ended = match preset {
            Some(preset) => {
                // Figures do not share maps here: their stakes may differ.
                Preset::run_into(&mut results, &[*preset], settings, &go_on)
            }
            None => own(args, settings).run(&go_on).map(|result| results.push(result)),
        };
        if ended.is_err() {
            break;
        }
    }
    bar.finish_and_clear();
    match ended {
        Ok(()) => Ok((results, true)),
        Err(GuaranteeError::Stopped) => Ok((results, false)),
        Err(error) => Err(refused(&error)),
    }
}

/// The one map without a figure.
fn own(args: &GuaranteesArgs, settings: &Settings) -> Curve {
    let label = settings.rule.name().to_owned();
    let validator_share = args.xi.unwrap_or(0.5);
    Curve { label, settings: settings.clone(), validator_share, claim: None }
}

fn print(results: &[CurveResult], console: &mut Console) {
    let names = ["map", "honest stake", "utility needed", "95% interval", "published", ""];
    let mut table = table(&names, console.colour());
    for result in results {
        let mut label = result.curve.label.clone();
        for at in &result.retention {
            let holds = result.holds().filter(|_| claim_at(result, at).is_some());
            table.add_row([
                std::mem::take(&mut label),
                whole_percent(at.honest_stake),
                needed(at),
                at.interval().map_or_else(none, interval),
                claim_at(result, at).unwrap_or_default(),
                holds.map_or_else(String::new, |holds| mark(holds, console.colour())),
            ]);
        }
    }
    right_from(&mut table, 1);
    console.line(&table.trim_fmt());
    let meaning = "utility needed: honest weight from which on the honest side is paid its share of \
                   the stake, whatever the cabal does";
    console.line(&Paint::Dim.text(console.colour(), meaning));
}

/// What was published of an honest stake, if anything.
fn claim_at(result: &CurveResult, at: &Retention) -> Option<String> {
    match result.curve.claim? {
        Claim::Needed { honest_stake, utility } => {
            ((honest_stake - at.honest_stake).abs() < 1e-9).then(|| whole_percent(utility))
        }
        Claim::NoneBelow { honest_stake } => {
            (at.honest_stake < honest_stake).then(|| "no protection".to_owned())
        }
    }
}

fn needed(at: &Retention) -> String {
    match (at.mean(), at.unprotected(), at.needed.len()) {
        (Some(mean), ..) => tenth_percent(mean),
        (None, none, all) if none == all => "no protection".to_owned(),
        (None, none, all) => format!("no protection in {none} of {all}"),
    }
}

fn interval((low, high): (f64, f64)) -> String {
    format!("{} to {}", tenth_percent(low), tenth_percent(high))
}

fn whole_percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

fn tenth_percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

fn answer(results: &[CurveResult], args: &GuaranteesArgs) -> Value {
    let retention = |at: &Retention| {
        json!({
            "honest_stake": at.honest_stake,
            "needed_utility": at.mean(),
            "interval_95": at.interval(),
            "unprotected": at.unprotected(),
            "replicates": at.needed.len(),
        })
    };
    let claim = |claim: Claim| match claim {
        Claim::Needed { honest_stake, utility } => {
            json!({ "honest_stake": honest_stake, "needed_utility": utility })
        }
        Claim::NoneBelow { honest_stake } => json!({ "none_below_honest_stake": honest_stake }),
    };
    let map = |result: &CurveResult| {
        json!({
            "map": result.curve.label,
            "rule": result.curve.settings.rule.name(),
            "validator_share": result.curve.validator_share,
            "published": result.curve.claim.map(claim),
            "holds": result.holds(),
            "retention": result.retention.iter().map(retention).collect::<Vec<Value>>(),
        })
    };
    json!({ "out_dir": args.out, "maps": results.iter().map(map).collect::<Vec<Value>>() })
}
