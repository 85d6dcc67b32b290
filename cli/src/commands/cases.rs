//! `subsim cases`: the published cases of Yuma under every rule.

use std::path::Path;

use serde_json::{Value, json};
use subsim_experiments::{CASES, CASES_PAGE, write_cases};
use subsim_research::cases::{
    Case, CaseError, Options, Study, Total, published, read_folder, read_path, study,
};

use super::closing::print_json;
use crate::console::{Console, Paint};
use crate::lab_args::CasesArgs;
use crate::numbers::measure;
use crate::outcome::{Failure, Outcome};
use crate::table::{right_from, table};

/// Runs cases, writes page and table, and prints totals.
pub(crate) fn cases(args: &CasesArgs, console: &mut Console) -> Result<Outcome, Failure> {
    let refused = |error: CaseError, console: &Console| {
        Failure::rendered(error.render(console.stderr_colour()))
    };
    let cases = read(args.path.as_deref()).map_err(|error| refused(error, console))?;
    let study = study(&cases, &options(args)).map_err(|error| refused(error, console))?;
    write_cases(&args.out, &study).map_err(|error| Failure::from_error(&error))?;
    if args.json {
        return print_json(&answer(&study, args), console);
    }
    if !args.quiet {
        print(&study, &options(args), console);
        console.line(&format!("Results in {}: {CASES_PAGE}, {CASES}", args.out.display()));
    }
    Ok(Outcome::Good)
}

fn read(path: Option<&Path>) -> Result<Vec<Case>, CaseError> {
    match path {
        None => Ok(published()),
        Some(path) if path.is_dir() => read_folder(path),
        Some(path) => read_path(path).map(|case| vec![case]),
    }
}

/// What is asked for, each thing once.
fn options(args: &CasesArgs) -> Options {
    let mut options = Options::default();
    if !args.rules.is_empty() {
        options.rules = once(&args.rules);
    }
    if !args.penalties.is_empty() {
        options.bonds_penalties = once(&args.penalties);
    }
    options
}

fn once<T: Copy + PartialEq>(items: &[T]) -> Vec<T> {
    let mut kept = Vec::new();
    items.iter().for_each(|item| {
        if !kept.contains(item) {
            kept.push(*item);
        }
    });
    kept
}

/// A table per bonds penalty: a row per validator, a column per rule.
fn print(study: &Study<'_>, options: &Options, console: &mut Console) {
    let totals: Vec<Total<'_>> = study.totals().collect();
    let names = ["case", "validator"].into_iter();
    let names: Vec<&str> = names.chain(options.rules.iter().map(|rule| rule.name())).collect();
    for penalty in &options.bonds_penalties {
        let heading = format!("Dividends per 1000 stake, all epochs, bonds penalty {penalty}");
        console.line(&Paint::Bold.text(console.colour(), &heading));
        let mut table = table(&names, console.colour());
        for case in study.cases() {
            for (place, validator) in case.validators.iter().enumerate() {
                let number = if place == 0 { case.number.to_string() } else { String::new() };
                // Totals of a case come by rule, as the columns do.
                let of = totals.iter().filter(|total| {
                    total.case == case.number
                        && total.validator == validator
                        && total.bonds_penalty == *penalty
                });
                let cells = of.map(|total| measure(total.dividend_per_stake));
                table.add_row([number, validator.clone()].into_iter().chain(cells));
            }
        }
        right_from(&mut table, 2);
        console.line(&format!("{}\n", table.trim_fmt()));
    }
}

fn answer(study: &Study<'_>, args: &CasesArgs) -> Value {
    let total = |total: Total<'_>| {
        json!({
            "case": total.case,
            "rule": total.rule.name(),
            "bonds_penalty": total.bonds_penalty,
            "validator": total.validator,
            "dividend_per_stake": total.dividend_per_stake,
            "relative_to_base": total.relative_to_base,
        })
    };
    let cases = study.cases().iter().map(|case| {
        json!({
            "number": case.number,
            "title": case.title,
            "shows": case.shows,
            "base_validator": case.validators[case.base_validator],
        })
    });
    json!({
        "out_dir": args.out,
        "epochs": study.epochs(),
        "cases": cases.collect::<Vec<Value>>(),
        "totals": study.totals().map(total).collect::<Vec<Value>>(),
    })
}
