//! `subsim run` on a scenario of resolution `block`: the chain itself runs.

use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::ProgressBar;
use subsim_reports::chain::{ChainReport, ChainWriter, ChainWriterOptions, RunSource};
use subsim_reports::{MANIFEST, Timing};
use subsim_sim::amounts::grouped;
use subsim_sim::scenario::ChainScenario;
use subsim_sim::{ChainEnd, ChainRunOptions, Checkpoint, RecordResult, RunControl, run_chain};

use super::closing::{command_line, contents, gone, threads_or_all};
use super::run::folder_name;
use crate::args::RunArgs;
use crate::chain_table;
use crate::console::{Console, Paint};
use crate::interrupt;
use crate::numbers;
use crate::outcome::{Failure, Outcome};
use crate::progress::{self, Unit};

/// Where a run begins, where it ends, and what it saves on the way.
struct Route {
    from: Option<Checkpoint>,
    until_block: u64,
    /// Block after which the state is saved, and the file.
    save: Option<(u64, PathBuf)>,
}

impl Route {
    fn new(args: &RunArgs, scenario: &ChainScenario) -> Result<Self, Failure> {
        let blocks = scenario.simulation.blocks;
        let until_block = args.blocks.unwrap_or(blocks);
        if until_block > blocks {
            return Err(Failure::new(format!(
                "--blocks {until_block} is beyond the end: the scenario has {}; make it longer \
                 with --set simulation.blocks={until_block}",
                numbers::count(blocks, "block"),
            )));
        }
        let from = args.from_state.as_deref().map(read_checkpoint).transpose()?;
        let first = from.as_ref().map_or(0, Checkpoint::block);
        if let Some(path) = args.from_state.as_deref().filter(|_| first >= until_block) {
            return Err(Failure::new(format!(
                "{}: saved after block {first}, and this run ends at block {until_block}; nothing \
                 is left to run",
                path.display(),
            )));
        }
        let save = args.save_state.clone().map(|path| {
            let at = args.at_block.unwrap_or(until_block);
            if at <= first || at > until_block {
                return Err(Failure::new(format!(
                    "--at-block {at}: this run has the blocks {} to {until_block}",
                    first + 1,
                )));
            }
            Ok((at, path))
        });
        Ok(Self { from, until_block, save: save.transpose()? })
    }
}

/// Reads a saved state.
pub(super) fn read_checkpoint(path: &Path) -> Result<Checkpoint, Failure> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|error| Failure::new(format!("{shown}: {error}")))?;
    Checkpoint::from_bytes(&bytes).map_err(|error| Failure::new(format!("{shown}: {error}")))
}

/// Writes a saved state beside its place, then moves it there.
fn write_checkpoint(path: &Path, checkpoint: &Checkpoint) -> RecordResult {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let written = std::fs::write(&partial, checkpoint.to_bytes())
        .and_then(|()| std::fs::rename(&partial, path));
    written.map_err(|error| {
        // There is nothing to keep of it, and it may not even be there.
        let _ = std::fs::remove_file(&partial);
        format!("{}: cannot save the state: {error}", path.display()).into()
    })
}

/// Runs and judges a scenario that is already read.
pub(super) fn run(
    args: &RunArgs,
    scenario: &ChainScenario,
    overrides: Vec<String>,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let route = Route::new(args, scenario)?;
    let parameters = serde_json::to_value(scenario)
        .map_err(|error| Failure::new(format!("cannot tell the parameters: {error}")))?;
    let path = std::fs::canonicalize(&args.scenario).unwrap_or_else(|_| args.scenario.clone());
    let options = ChainWriterOptions {
        source: RunSource { scenario_path: path.display().to_string(), overrides },
        expectations: scenario.expect.clone(),
        parameters,
        until_block: route.until_block,
        plots: !args.common.no_plots,
    };
    let default = || Path::new("out").join(folder_name(&scenario.name));
    let out_dir = args.out.clone().unwrap_or_else(default);
    let bar =
        progress::bar(route.until_block, Unit::Blocks, scenario.name.clone(), args.common.quiet);
    bar.set_position(route.from.as_ref().map_or(0, Checkpoint::block));
    bar.reset_eta();
    let replaces = out_dir.join(MANIFEST).is_file();
    let done = record(&bar, &out_dir, options, args, scenario, &route);
    interrupt::finished();
    bar.finish_and_clear();
    let (report, timing) = done?;
    Done { report, timing, replaces, route }.print(args, console)
}

/// Runs, writes and publishes. Nothing appears in `out_dir` when any of it fails.
fn record(
    bar: &ProgressBar,
    out_dir: &Path,
    options: ChainWriterOptions,
    args: &RunArgs,
    scenario: &ChainScenario,
    route: &Route,
) -> Result<(ChainReport, Timing), Failure> {
    // Before anything is made on disk, so that whoever interrupts finds somebody listening.
    let cancel = interrupt::listen(bar, "block")?;
    let failed = |error: &dyn std::error::Error| Failure::from_error(error);
    let mut writer = ChainWriter::create(out_dir, options).map_err(|error| failed(&error))?;
    interrupt::recording(writer.workspace());
    let threads = threads_or_all(args.common.threads.or(scenario.simulation.threads));
    let tick = |done, _total| bar.set_position(done);
    let control = RunControl { threads: Some(threads), cancel, progress: &tick };
    let save_at: Vec<u64> = route.save.iter().map(|(block, _)| *block).collect();
    let mut save = |checkpoint: &Checkpoint| match &route.save {
        Some((_, path)) => write_checkpoint(path, checkpoint),
        None => Ok(()),
    };
    let mut run_options = ChainRunOptions {
        check: args.check,
        from: route.from.as_ref(),
        until_block: Some(route.until_block),
        save_at: &save_at,
        save: &mut save,
    };
    let started = Instant::now();
    let end: ChainEnd = run_chain(scenario, &mut run_options, &mut writer, &control)
        .map_err(|error| failed(&error))?;
    let seconds = started.elapsed().as_secs_f64();
    let blocks = end.last_block - route.from.as_ref().map_or(0, Checkpoint::block);
    let timing = Timing::of_blocks(command_line(), threads, seconds, blocks);
    interrupt::now_writing();
    bar.set_message("writing results");
    let report = writer.publish(timing.clone()).map_err(|error| failed(&error))?;
    Ok((report, timing))
}

/// A run that has written its results.
struct Done {
    report: ChainReport,
    timing: Timing,
    /// Whether the folder held the results of another run before.
    replaces: bool,
    route: Route,
}

impl Done {
    fn print(&self, args: &RunArgs, console: &mut Console) -> Result<Outcome, Failure> {
        let summary = &self.report.summary;
        if args.common.json {
            let json = summary.to_json().map_err(|error| Failure::from_error(&error))?;
            console.line(json.trim_end());
        }
        if args.common.json || args.common.quiet {
            chain_table::failures(summary).iter().for_each(|line| console.note(line));
        } else {
            self.print_table(args, console);
        }
        if summary.cancelled {
            let all = grouped(&self.route.until_block.to_string());
            let so_far = grouped(&summary.last_block.to_string());
            let shown = self.report.out_dir.display();
            console.note(&format!(
                "interrupted after block {so_far} of {all}; results so far in {shown}"
            ));
            if let Some((block, path)) = self.route.save.as_ref()
                && *block > summary.last_block
            {
                let path = path.display();
                console.note(&format!("{path}: not written, block {block} was not reached"));
            }
            return Ok(Outcome::Interrupted);
        }
        Ok(if summary.passed == Some(false) { Outcome::Failed } else { Outcome::Good })
    }

    fn print_table(&self, args: &RunArgs, console: &mut Console) {
        let shown = self.report.out_dir.display();
        let summary = &self.report.summary;
        console.line(&chain_table::render(summary, console.colour()));
        if args.check {
            console.line("Checked after every block: all sums add up to the rao");
        }
        let blocks = summary.last_block - summary.first_block;
        let speed = format!(
            "{} in {:.2} s, {} per second",
            numbers::count(blocks, "block"),
            self.timing.wall_seconds,
            grouped(&format!("{:.0}", self.timing.rate())),
        );
        console.line(&Paint::Dim.text(console.colour(), &speed));
        if let Some((block, path)) = self.route.save.as_ref().filter(|_| !summary.cancelled) {
            console.line(&format!("State after block {block} in {}", path.display()));
        }
        console.line(&format!("Results in {shown}: {}", contents(&self.report.files)));
        if self.replaces {
            let gone = gone(&self.report.removed);
            console.line(&format!("This run replaces the earlier results in {shown}{gone}"));
        }
    }
}
