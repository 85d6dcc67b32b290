//! Making the runs of a sweep, in parallel, and picking up where a killed one stopped.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use subsim_reports::{MANIFEST, RunWriter, SUMMARY, Timing, WriterOptions};
use subsim_sim::scenario::{Scenario, ScenarioError};
use subsim_sim::{RunControl, RunError};
use thiserror::Error;

use super::plan::{Plan, PlanError, Run};
use super::tables::{self, PointRow, RunRow};
use crate::files::write_in_one_step;
use crate::frame::TableError;

/// Name of the file that says what the runs are.
const PLAN: &str = "plan.json";

/// A sweep of a scenario file.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// The scenario file.
    pub scenario: PathBuf,
    /// Changes that hold at every point.
    pub overrides: Vec<String>,
    /// The runs.
    pub plan: Plan,
    /// Folder for the results.
    pub out_dir: PathBuf,
    /// Whether finished runs in the folder are kept.
    pub resume: bool,
}

/// How a sweep is driven from outside.
#[derive(Clone, Copy)]
pub struct Progress<'a> {
    /// Set it to stop before the next run.
    pub cancel: &'a AtomicBool,
    /// Called when a run is over, or was there already.
    pub done: &'a (dyn Fn() + Sync),
}

/// What came of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepReport {
    /// Points.
    pub points: u64,
    /// Runs in all.
    pub runs: u64,
    /// Runs that were there already.
    pub kept: u64,
    /// Failed runs: number and error, in order.
    pub failed: Vec<(u64, String)>,
    /// Whether it was stopped before its end; then there are no tables.
    pub cancelled: bool,
    /// One row per point and metric.
    pub table: Vec<PointRow>,
}

/// Why a sweep could not go on.
#[derive(Debug, Error)]
pub enum SweepError {
    /// The plan is impossible.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The scenario itself, without any point, is not valid.
    #[error("the scenario is not valid")]
    Scenario(#[from] ScenarioError),
    /// The scenario is not valid at any point, so that nothing can run.
    #[error("the scenario is not valid at any point of the sweep; the first is {point}")]
    Points {
        /// The first point, as overrides.
        point: String,
        /// What is wrong there.
        source: ScenarioError,
    },
    /// The folder holds another sweep, or something else.
    #[error("{}: {message}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is in the way, and what to do.
        message: String,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A table could not be written.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl SweepError {
    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// What `plan.json` says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct PlanFile {
    format: u32,
    scenario: String,
    scenario_hash: String,
    overrides: Vec<String>,
    plan: Plan,
}

/// How one run ended.
enum Ended {
    Kept,
    Done,
    Failed(String),
    Cancelled,
}

impl Sweep {
    /// Makes all runs that are missing, then the tables. Runs are independent: one that fails is a
    /// row with its error, and the others go on.
    ///
    /// # Errors
    /// When the plan or the scenario is not valid, the folder is not ours, or a table cannot be
    /// written.
    pub fn run(&self, progress: Progress<'_>) -> Result<SweepReport, SweepError> {
        let points = self.plan.points()?;
        let base = Scenario::load(&self.scenario, &self.overrides)?;
        self.check_points(points)?;
        self.prepare(&base)?;
        let runs: Vec<Run> = self.plan.runs(points).collect();
        let own_seed = base.simulation.seed;
        let ended: Vec<Ended> = runs
            .par_iter()
            .map(|run| {
                let ended = self.make(*run, own_seed, progress.cancel);
                if !matches!(ended, Ended::Cancelled) {
                    (progress.done)();
                }
                ended
            })
            .collect();
        let count = |wanted: fn(&Ended) -> bool| ended.iter().filter(|e| wanted(e)).count() as u64;
        let failed = runs.iter().zip(&ended).filter_map(|(run, ended)| match ended {
            Ended::Failed(error) => Some((run.number, error.clone())),
            _ => None,
        });
        let mut report = SweepReport {
            points,
            runs: runs.len() as u64,
            kept: count(|ended| matches!(ended, Ended::Kept)),
            failed: failed.collect(),
            cancelled: count(|ended| matches!(ended, Ended::Cancelled)) > 0,
            table: Vec::new(),
        };
        self.clean()?;
        if !report.cancelled {
            report.table = self.tables(&runs, &ended, own_seed)?;
        }
        Ok(report)
    }

    /// Looks for a point at which the scenario is valid, before anything on disk is touched. As a
    /// rule the first one is.
    fn check_points(&self, points: u64) -> Result<(), SweepError> {
        let mut first = None;
        for point in 0..points {
            let here = self.plan.overrides(point);
            let overrides = [self.overrides.as_slice(), &here].concat();
            match Scenario::load(&self.scenario, &overrides) {
                Ok(_) => return Ok(()),
                Err(error) => first = first.or(Some((here, error))),
            }
        }
        let invalid = |(here, source): (Vec<String>, _)| {
            Err(SweepError::Points { point: here.join(", "), source })
        };
        first.map_or(Ok(()), invalid)
    }

    /// Makes the folder ours: new, emptied of the runs of an earlier sweep, or resumed.
    fn prepare(&self, base: &Scenario) -> Result<(), SweepError> {
        let path = self.out_dir.join(PLAN);
        let wanted = PlanFile {
            format: 1,
            scenario: base.name.clone(),
            scenario_hash: base.hash(),
            overrides: self.overrides.clone(),
            plan: self.plan.clone(),
        };
        let foreign = |message: &str| SweepError::Folder {
            path: self.out_dir.clone(),
            message: message.to_owned(),
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let found: PlanFile = serde_json::from_str(&text).map_err(|_| {
                    foreign("plan.json is not that of a sweep; choose another folder")
                })?;
                if self.resume && found != wanted {
                    return Err(foreign(
                        "it holds another sweep (the scenario or the plan changed); leave out \
                         --resume to start anew, or choose another folder",
                    ));
                }
                if !self.resume {
                    // The plan goes first: what is left without one is nobody's.
                    std::fs::remove_file(&path).map_err(SweepError::io(&path))?;
                    let runs = self.out_dir.join("runs");
                    if runs.exists() {
                        std::fs::remove_dir_all(&runs).map_err(SweepError::io(&runs))?;
                    }
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if self.out_dir.join("runs").exists() {
                    return Err(foreign("it holds runs of unknown origin; choose another folder"));
                }
            }
            Err(error) => return Err(SweepError::io(&path)(error)),
        }
        std::fs::create_dir_all(&self.out_dir).map_err(SweepError::io(&self.out_dir))?;
        let text = serde_json::to_string_pretty(&wanted)
            .map_err(|error| SweepError::io(&path)(error.into()))?;
        write_in_one_step(&path, (text + "\n").as_bytes()).map_err(SweepError::io(&path))?;
        // Before the runs, which go on in parallel and would race to make it.
        let runs = self.out_dir.join("runs");
        std::fs::create_dir_all(&runs).map_err(SweepError::io(&runs))
    }

    /// Removes what killed runs left half-written.
    fn clean(&self) -> Result<(), SweepError> {
        let runs = self.out_dir.join("runs");
        let entries = match std::fs::read_dir(&runs) {
            Ok(entries) => entries,
            // Every run failed before it wrote anything.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(SweepError::io(&runs)(error)),
        };
        for entry in entries {
            let path = entry.map_err(SweepError::io(&runs))?.path();
            let is_run = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("run="));
            if !is_run && path.is_dir() {
                std::fs::remove_dir_all(&path).map_err(SweepError::io(&path))?;
            } else if !is_run {
                std::fs::remove_file(&path).map_err(SweepError::io(&path))?;
            }
        }
        Ok(())
    }

    fn folder(&self, run: Run) -> PathBuf {
        self.out_dir.join("runs").join(format!("run={:06}", run.number))
    }

    /// Overrides of a run: those of the sweep, of its point, and its seed.
    fn overrides_of(&self, run: Run, own_seed: u64) -> Vec<String> {
        let mut overrides = self.overrides.clone();
        overrides.extend(self.plan.overrides(run.point));
        let seed = Plan::seed(own_seed, run.replicate);
        if seed != own_seed {
            overrides.push(format!("simulation.seed={seed}"));
        }
        overrides
    }

    fn make(&self, run: Run, own_seed: u64, cancel: &AtomicBool) -> Ended {
        // A folder with a manifest is complete: the manifest is the last file to appear.
        if self.folder(run).join(MANIFEST).is_file() {
            return Ended::Kept;
        }
        if cancel.load(Ordering::Relaxed) {
            return Ended::Cancelled;
        }
        match self.make_new(run, own_seed, cancel) {
            Ok(true) => Ended::Done,
            Ok(false) => Ended::Cancelled,
            Err(error) => Ended::Failed(error),
        }
    }

    /// False when it was cancelled; then nothing is left of it.
    fn make_new(&self, run: Run, own_seed: u64, cancel: &AtomicBool) -> Result<bool, String> {
        let overrides = self.overrides_of(run, own_seed);
        let scenario =
            Scenario::load(&self.scenario, &overrides).map_err(|error| first_message(&error))?;
        let parameters = serde_json::to_value(&scenario).map_err(|error| error.to_string())?;
        let options = WriterOptions {
            overrides,
            expectations: scenario.expect.clone(),
            parameters,
            tao_weight: scenario.subnet.tao_weight,
            plots: false,
        };
        let failed = |error: &dyn std::error::Error| with_causes(error);
        // A folder without a manifest is what a killed process left of this run.
        if self.folder(run).exists() {
            std::fs::remove_dir_all(self.folder(run)).map_err(|error| failed(&error))?;
        }
        let mut writer =
            RunWriter::create(&self.folder(run), options).map_err(|error| failed(&error))?;
        let control = RunControl { threads: Some(1), cancel, progress: &|_, _| {} };
        let end = subsim_sim::run(&scenario, &mut writer, &control)
            .map_err(|error: RunError| failed(&error))?;
        if end.cancelled {
            return Ok(false);
        }
        // How long it took is no part of a sweep's results, which must be the same bytes each time.
        let timing = Timing::new(String::new(), 1, 0.0, end.epochs_done);
        writer.publish(timing).map_err(|error| failed(&error))?;
        Ok(true)
    }

    fn tables(
        &self,
        runs: &[Run],
        ended: &[Ended],
        own_seed: u64,
    ) -> Result<Vec<PointRow>, SweepError> {
        let mut rows = Vec::with_capacity(runs.len());
        for (run, ended) in runs.iter().zip(ended) {
            let seed = Plan::seed(own_seed, run.replicate);
            let outcome = match ended {
                Ended::Failed(error) => Err(error.clone()),
                _ => Ok(tables::read_summary(&self.folder(*run).join(SUMMARY))?),
            };
            rows.push(RunRow { run: *run, seed, outcome });
        }
        let table = tables::points(&rows);
        tables::write_runs(&self.out_dir, &self.plan, &rows)?;
        tables::write_points(&self.out_dir, &self.plan, &table)?;
        Ok(table)
    }
}

/// An error and its causes in one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// What is wrong with a scenario at a point, in one line.
fn first_message(error: &ScenarioError) -> String {
    let rendered = error.render(false);
    let line = rendered.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}
