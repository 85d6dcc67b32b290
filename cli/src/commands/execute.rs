//! What `run` and `replay` share once they know what to run: progress, Ctrl-C, writing, and the
//! words at the end.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use indicatif::ProgressBar;
use subsim_reports::{MANIFEST, OwnerCut, RunReport, RunWriter, Timing, WriterOptions};
use subsim_sim::amounts::grouped;
use subsim_sim::scenario::{Event, Subnet};
use subsim_sim::{Recorder, RunControl, RunEnd, RunError};

use super::closing::{command_line, contents, gone, threads_or_all};
use crate::args::Common;
use crate::console::{Console, Paint};
use crate::interrupt;
use crate::numbers;
use crate::outcome::{Failure, Outcome};
use crate::progress::{self, Unit};
use crate::table::{self, Extra};

/// A run about to start.
pub(crate) struct Plan<'a> {
    /// Folder for the results.
    pub(crate) out_dir: PathBuf,
    /// What stands beside the progress bar.
    pub(crate) label: String,
    /// Epochs to run.
    pub(crate) epochs: u64,
    /// Threads to use; `None` for all cores.
    pub(crate) threads: Option<usize>,
    /// What the writer needs to know.
    pub(crate) options: WriterOptions,
    /// Hyperparameters at the start, and what changes them.
    pub(crate) subnet: &'a Subnet,
    /// Events of the scenario.
    pub(crate) events: &'a [Event],
    /// What nobody said and therefore is assumed, in words.
    pub(crate) assumed: Vec<String>,
    /// How to print.
    pub(crate) common: &'a Common,
}

/// Runs a plan and prints what came of it.
pub(crate) fn execute(
    plan: Plan<'_>,
    console: &mut Console,
    run: impl FnOnce(&mut dyn Recorder, &RunControl<'_>) -> Result<RunEnd, RunError>,
) -> Result<Outcome, Failure> {
    let bar = progress::bar(plan.epochs, Unit::Epochs, plan.label, plan.common.quiet);
    // A folder with a manifest holds the results of a run.
    let replaces = plan.out_dir.join(MANIFEST).is_file();
    let done = record(&bar, &plan.out_dir, plan.options, plan.threads, run);
    interrupt::finished();
    bar.finish_and_clear();
    let (report, timing) = done?;
    let cut = OwnerCut::new(plan.subnet, plan.events, report.summary.epochs_done);
    let extra = Extra { owner_cut: cut, assumed: plan.assumed };
    print(&Done { report, timing, extra, replaces }, plan.common, console)
}

/// A run that has written its results.
struct Done {
    report: RunReport,
    timing: Timing,
    extra: Extra,
    /// Whether the folder held the results of another run before.
    replaces: bool,
}

/// Runs, writes and publishes. Nothing appears in `out_dir` when any of it fails.
fn record(
    bar: &ProgressBar,
    out_dir: &Path,
    options: WriterOptions,
    threads: Option<usize>,
    run: impl FnOnce(&mut dyn Recorder, &RunControl<'_>) -> Result<RunEnd, RunError>,
) -> Result<(RunReport, Timing), Failure> {
    // Before anything is made on disk, so that whoever interrupts finds somebody listening.
    let cancel: &'static AtomicBool = interrupt::listen(bar, "epoch")?;
    let mut writer =
        RunWriter::create(out_dir, options).map_err(|error| Failure::from_error(&error))?;
    interrupt::recording(writer.workspace());
    let threads = threads_or_all(threads);
    let tick = |done, _total| bar.set_position(done);
    let control = RunControl { threads: Some(threads), cancel, progress: &tick };
    let started = Instant::now();
    let end = run(&mut writer, &control).map_err(|error| Failure::from_error(&error))?;
    let seconds = started.elapsed().as_secs_f64();
    let timing = Timing::new(command_line(), threads, seconds, end.epochs_done);
    interrupt::now_writing();
    bar.set_message("writing results");
    let report = writer.publish(timing.clone()).map_err(|error| Failure::from_error(&error))?;
    Ok((report, timing))
}

fn print(done: &Done, common: &Common, console: &mut Console) -> Result<Outcome, Failure> {
    let summary = &done.report.summary;
    if common.json {
        let json = summary.to_json().map_err(|error| Failure::from_error(&error))?;
        console.line(json.trim_end());
    }
    if common.json || common.quiet {
        table::failures(summary).iter().for_each(|line| console.note(line));
    } else {
        print_table(done, console);
    }
    if summary.cancelled {
        let all = numbers::count(summary.epochs, "epoch");
        let so_far = grouped(&summary.epochs_done.to_string());
        let shown = done.report.out_dir.display();
        console.note(&format!("interrupted after {so_far} of {all}; results so far in {shown}"));
        return Ok(Outcome::Interrupted);
    }
    Ok(if summary.passed == Some(false) { Outcome::Failed } else { Outcome::Good })
}

fn print_table(done: &Done, console: &mut Console) {
    let Done { report, timing, extra, replaces } = done;
    let shown = report.out_dir.display();
    console.line(&table::render(&report.summary, extra, console.colour()));
    let speed = format!(
        "{} in {:.2} s, {} per second",
        numbers::count(report.summary.epochs_done, "epoch"),
        timing.wall_seconds,
        grouped(&format!("{:.0}", timing.rate())),
    );
    console.line(&Paint::Dim.text(console.colour(), &speed));
    console.line(&format!("Results in {shown}: {}", contents(&report.files)));
    if *replaces {
        let gone = gone(&report.removed);
        console.line(&format!("This run replaces the earlier results in {shown}{gone}"));
    }
}
