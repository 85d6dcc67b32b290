//! `subsim sweep`: one scenario at many points, each under many seeds.

use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};
use subsim_experiments::sweep::{
    Axis, LAST, POINTS, Plan, PointRow, Progress, RUNS, Sweep, SweepError, SweepReport,
};
use subsim_sim::scenario::{AnyScenario, Scenario, Window, load_any};

use super::closing::{print_json, threads_or_all};
use super::run::{folder_name, refused, warn};
use crate::console::{Console, Paint};
use crate::interrupt;
use crate::lab_args::SweepArgs;
use crate::numbers::{count, measure, none};
use crate::outcome::{Failure, Outcome};
use crate::progress::{self, Unit};
use crate::table::{heading, right_from, table};

/// Failed runs that are listed one by one.
const FAILED_SHOWN: usize = 20;

/// Makes the runs of a sweep and tells what each point came to.
pub(crate) fn sweep(args: &SweepArgs, console: &mut Console) -> Result<Outcome, Failure> {
    let scenario = read(args, console)?;
    let plan = plan(&scenario, args)?;
    let points = plan.points().map_err(|error| Failure::from_error(&error))?;
    let sweep = Sweep {
        scenario: args.scenario.clone(),
        overrides: args.overrides.clone(),
        out_dir: args.out.clone().unwrap_or_else(|| default_folder(&scenario)),
        resume: args.resume,
        plan,
    };
    let runs = points * sweep.plan.replicates;
    let bar = runs_bar(runs, scenario.name.clone(), args.quiet);
    let cancel = interrupt::listen(&bar, "run")?;
    let done = in_pool(args.threads, || sweep.run(Progress { cancel, done: &|| bar.inc(1) }));
    bar.finish_and_clear();
    let report = done?.map_err(|error| explained(&error, console))?;
    if report.cancelled {
        let shown = sweep.out_dir.display();
        console.note(&format!(
            "interrupted; the finished ones of {} are in {shown}, and --resume goes on with them",
            count(report.runs, "run"),
        ));
        return Ok(Outcome::Interrupted);
    }
    told(&Told { scenario: &scenario, sweep: &sweep, report: &report }, args, console)
}

/// Reads the scenario and what varies in it.
fn read(args: &SweepArgs, console: &Console) -> Result<Scenario, Failure> {
    let shown = args.scenario.display();
    match load_any(&args.scenario, &args.overrides).map_err(|error| refused(&error, console))? {
        AnyScenario::Epoch(scenario) => {
            if !args.quiet {
                warn(scenario.warnings(), console);
            }
            Ok(scenario)
        }
        AnyScenario::Chain(_) => Err(Failure::new(format!(
            "{shown} has resolution \"block\"; sweeps run scenarios of resolution \"epoch\""
        ))),
    }
}

fn plan(scenario: &Scenario, args: &SweepArgs) -> Result<Plan, Failure> {
    let spec = match (&scenario.sweep, args.replicates) {
        (Some(spec), _) => spec.clone(),
        (None, Some(_)) => subsim_sim::scenario::SweepSpec::default(),
        (None, None) => {
            return Err(Failure::new(format!(
                "{} does not say what varies; write for instance\n\n  [sweep]\n  replicates = 5\n  \
                 [sweep.parameters]\n  \"subnet.kappa\" = [0.4, 0.5, 0.6]\n\ninto it, or run it as it \
                 is under several seeds: --replicates 5",
                args.scenario.display(),
            )));
        }
    };
    let axes = spec.axes.into_iter().map(|(path, values)| Axis { path, values });
    let replicates = args.replicates.unwrap_or(spec.replicates);
    Ok(Plan { axes: axes.collect(), zipped: spec.zipped, replicates })
}

fn default_folder(scenario: &Scenario) -> PathBuf {
    Path::new("out").join(format!("{}-sweep", folder_name(&scenario.name)))
}

/// A bar that counts runs.
pub(super) fn runs_bar(runs: u64, label: String, quiet: bool) -> ProgressBar {
    let bar = progress::bar(runs, Unit::Epochs, label, quiet);
    let template = "{msg} {bar:30} {human_pos}/{human_len} runs, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar
}

/// Does work on so many threads, or on all that the machine has.
pub(super) fn in_pool<R: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> R + Send,
) -> Result<R, Failure> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads_or_all(threads))
        .build()
        .map_err(|error| Failure::new(format!("cannot start threads: {error}")))?;
    Ok(pool.install(work))
}

/// Why a sweep could not go on; what is wrong with a scenario is quoted in full.
fn explained(error: &SweepError, console: &Console) -> Failure {
    match error {
        SweepError::Scenario(error) => refused(error, console),
        SweepError::Points { source, .. } => {
            let quoted = source.render(console.stderr_colour());
            Failure::rendered(format!("{}\n{error}", quoted.trim_end()))
        }
        _ => Failure::from_error(error),
    }
}

/// A sweep that is over.
struct Told<'a> {
    scenario: &'a Scenario,
    sweep: &'a Sweep,
    report: &'a SweepReport,
}

fn told(told: &Told<'_>, args: &SweepArgs, console: &mut Console) -> Result<Outcome, Failure> {
    let report = told.report;
    if args.json {
        let _ = print_json(&told.answer(), console)?;
    } else if !args.quiet {
        told.print(console);
    }
    for (run, error) in report.failed.iter().take(FAILED_SHOWN) {
        let point = told.sweep.plan.overrides(run / told.sweep.plan.replicates).join(", ");
        let at = if point.is_empty() { String::new() } else { format!(" ({point})") };
        console.note(&format!("run {run}{at} failed: {error}"));
    }
    let more = report.failed.len().saturating_sub(FAILED_SHOWN);
    if more > 0 {
        console.note(&format!("and {more} more, see {RUNS}"));
    }
    Ok(match report.failed.len() as u64 {
        0 => Outcome::Good,
        failed if failed == report.runs => Outcome::BadInput,
        _ => Outcome::Failed,
    })
}

impl Told<'_> {
    /// Metrics of the table: what the expectations are about, or who got what.
    fn metrics(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for expectation in &self.scenario.expect {
            let name = match expectation.window {
                Window::All => expectation.metric.to_string(),
                Window::Last => format!("{LAST}{}", expectation.metric),
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if !names.is_empty() {
            return names;
        }
        for row in &self.report.table {
            let wanted = row.metric == "gini" || row.metric.starts_with("share.");
            if wanted && !names.contains(&row.metric) {
                names.push(row.metric.clone());
            }
        }
        names
    }

    fn value(&self, point: u64, metric: &str) -> Option<&PointRow> {
        // Rows are ordered by point.
        let first = self.report.table.partition_point(|row| row.point < point);
        let here = self.report.table[first..].iter().take_while(|row| row.point == point);
        here.into_iter().find(|row| row.metric == metric)
    }

    fn print(&self, console: &mut Console) {
        let Self { scenario, sweep, report } = self;
        let title = scenario.title.as_deref().unwrap_or(&scenario.name);
        let question = scenario.question.as_deref();
        console.line(&heading(title, question, &sweep.overrides, console.colour()));
        let (axes, metrics) = (&sweep.plan.axes, self.metrics());
        let names: Vec<&str> =
            axes.iter().map(|axis| &*axis.path).chain(metrics.iter().map(String::as_str)).collect();
        let mut table = table(&names, console.colour());
        for point in 0..report.points {
            let indices = sweep.plan.indices(point).into_iter();
            let values = axes.iter().zip(indices).map(|(axis, index)| axis.values[index].clone());
            let cells =
                metrics.iter().map(|metric| self.value(point, metric).map_or_else(none, cell));
            table.add_row(values.chain(cells));
        }
        right_from(&mut table, 0);
        console.line(&table.trim_fmt());
        let meaning = "mean over replicates, and its 95% interval in brackets; last.: of the last \
                       epoch alone";
        console.line(&Paint::Dim.text(console.colour(), meaning));
        let kept = match report.kept {
            0 => String::new(),
            kept => format!(", {kept} of them made before"),
        };
        let (points, runs) = (count(report.points, "point"), count(report.runs, "run"));
        console.line(&format!("\n{points}, {runs}{kept}"));
        console.line(&format!("Results in {}: {POINTS}, {RUNS}, runs/", sweep.out_dir.display()));
    }

    fn answer(&self) -> Value {
        let Self { scenario, sweep, report } = self;
        let point = |point: u64| {
            let indices = sweep.plan.indices(point).into_iter();
            let parameter = |(axis, index): (&Axis, usize)| {
                (axis.path.clone(), Value::from(axis.values[index].as_str()))
            };
            let rows = report.table.iter().filter(|row| row.point == point);
            let metrics: Map<String, Value> =
                rows.map(|row| (row.metric.clone(), described(row))).collect();
            let parameters: Map<String, Value> =
                sweep.plan.axes.iter().zip(indices).map(parameter).collect();
            json!({ "point": point, "parameters": parameters, "metrics": metrics })
        };
        let failed = |(run, error): &(u64, String)| json!({ "run": run, "error": error });
        json!({
            "scenario": scenario.name,
            "out_dir": sweep.out_dir,
            "replicates": sweep.plan.replicates,
            "runs": report.runs,
            "kept": report.kept,
            "points": (0..report.points).map(point).collect::<Vec<Value>>(),
            "failed": report.failed.iter().map(failed).collect::<Vec<Value>>(),
        })
    }
}

fn cell(row: &PointRow) -> String {
    let mean = measure(row.mean);
    match row.n {
        1 => mean,
        _ => format!("{mean} [{}, {}]", measure(row.interval.0), measure(row.interval.1)),
    }
}

fn described(row: &PointRow) -> Value {
    json!({
        "n": row.n,
        "mean": row.mean,
        "interval_95": row.interval,
        "std": row.std,
        "min": row.quantiles[0],
        "median": row.quantiles[2],
        "max": row.quantiles[4],
    })
}
