//! The recorder that turns a run into an output folder.
//!
//! While the run goes on, [`Recording`] streams the datasets and keeps sums; when it is over,
//! summary, plots and manifest are composed from those. Nothing appears in the output folder before
//! [`RunWriter::publish`]; dropping the writer earlier leaves no trace.

use std::path::{Path, PathBuf};

use subsim_sim::scenario::Expectation;
use subsim_sim::{EpochRecord, RecordResult, Recorder, RunEnd, RunInfo};

use crate::ReportError;
use crate::dataset::{BONDS, NEURONS};
use crate::folder::OutputFolder;
use crate::manifest::{FileEntry, MANIFEST, Manifest, Timing};
use crate::plots;
use crate::recording::Recording;
use crate::summary::{SUMMARY, Summary};

/// What a [`RunWriter`] is told beyond what the run itself says.
#[derive(Debug, Clone)]
pub struct WriterOptions {
    /// What was changed against the scenario file, as `path=value`, for summary and plots.
    pub overrides: Vec<String>,
    /// Expectations to judge at the end.
    pub expectations: Vec<Expectation>,
    /// Effective parameters, for the manifest. The plots read `subnet.bond_rule` and
    /// `events[].subnet.bond_rule` from it.
    pub parameters: serde_json::Value,
    /// Weight of root TAO beside alpha when dividends are put in relation to stake, as the chain
    /// stores it: `u64::MAX` is 1.0.
    pub tao_weight: u64,
    /// Whether to paint plots.
    pub plots: bool,
}

/// What a finished run left behind.
#[derive(Debug, Clone, PartialEq)]
pub struct RunReport {
    /// The content of `summary.json`.
    pub summary: Summary,
    /// All files but the manifest, with sizes and hashes.
    pub files: Vec<FileEntry>,
    /// Files of an earlier run that are gone from the folder and have no successor, such as the
    /// plots of a run before one without plots.
    pub removed: Vec<String>,
    /// The folder they are in.
    pub out_dir: PathBuf,
}

/// Records a run into a folder.
pub struct RunWriter {
    folder: OutputFolder,
    options: WriterOptions,
    recording: Option<Recording>,
}

impl RunWriter {
    /// Prepares to write into `out_dir`, which appears or changes only when [`Self::publish`] is
    /// called.
    ///
    /// # Errors
    /// When `out_dir` is not a folder, cannot be written to, or holds files of other origin under
    /// the names of results.
    pub fn create(out_dir: &Path, options: WriterOptions) -> Result<Self, ReportError> {
        let mut names = vec![NEURONS.to_owned(), BONDS.to_owned(), SUMMARY.to_owned()];
        names.push(MANIFEST.to_owned());
        names.extend(plots::NAMES.iter().flat_map(|name| plot_files(name)));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let folder = OutputFolder::prepare(out_dir, &names)?;
        Ok(Self { folder, options, recording: None })
    }

    /// The temporary folder in which results wait for [`Self::publish`]. It goes away with the
    /// writer; when the process dies before, the next writer in the same place removes it.
    #[must_use]
    pub fn workspace(&self) -> &Path {
        self.folder.workspace()
    }

    /// Composes summary, plots and manifest and moves everything into place.
    ///
    /// # Errors
    /// When the run has not told its end, a plot cannot be drawn, or a file cannot be written.
    pub fn publish(self, timing: Timing) -> Result<RunReport, ReportError> {
        let Self { folder, options, recording } = self;
        let Some((recording, end)) = recording.and_then(Recording::ended) else {
            return Err(ReportError::OutOfOrder("the run has not come to its end"));
        };
        let info = &recording.info;
        let summary =
            Summary::new(&recording, &end, options.overrides.clone(), &options.expectations);
        let mut paths = vec![NEURONS.to_owned()];
        if info.record_bonds {
            paths.push(BONDS.to_owned());
        }
        write(&folder, SUMMARY, summary.to_json()?.as_bytes())?;
        paths.push(SUMMARY.to_owned());
        if options.plots {
            let stake_in_bonds = stake_in_bonds(&options.parameters, end.epochs_done);
            for picture in
                plots::paint_all(&recording.plot_input(&options.overrides, stake_in_bonds))?
            {
                let [svg, png] = plot_files(picture.name);
                write(&folder, &svg, picture.svg.as_bytes())?;
                write(&folder, &png, &picture.png)?;
                paths.extend([svg, png]);
            }
        }
        let entry = |path: &String| FileEntry::of(folder.workspace(), path);
        let files = paths.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let manifest = Manifest::new(info, &end, options.parameters, files.clone(), timing);
        write(&folder, MANIFEST, manifest.to_json()?.as_bytes())?;
        let out_dir = folder.target().to_owned();
        let removed = folder.publish(&paths)?;
        Ok(RunReport { summary, files, removed, out_dir })
    }
}

/// Whether the bonds stored after `epochs` epochs already contain the stake of their holders: they
/// do under Yuma 2. Under Yuma 3 a bond follows the weight alone and stake counts on top. Where the
/// parameters do not tell the rule, nothing is put on top.
fn stake_in_bonds(parameters: &serde_json::Value, epochs: u64) -> bool {
    let started_with = parameters.pointer("/subnet/bond_rule");
    let events = parameters.get("events").and_then(|events| events.as_array());
    let happened = events.into_iter().flatten().filter(|event| {
        event.get("at_epoch").and_then(serde_json::Value::as_u64).is_some_and(|at| at < epochs)
    });
    let mut changed_to = happened.filter_map(|event| event.pointer("/subnet/bond_rule")?.as_str());
    changed_to.next_back().or(started_with.and_then(|rule| rule.as_str())) != Some("yuma3")
}

/// Paths of a plot within the output folder.
pub(crate) fn plot_files(name: &str) -> [String; 2] {
    [format!("plots/{name}.svg"), format!("plots/{name}.png")]
}

pub(crate) fn write(folder: &OutputFolder, name: &str, content: &[u8]) -> Result<(), ReportError> {
    let path = folder.workspace().join(name);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(ReportError::io(parent))?;
    }
    std::fs::write(&path, content).map_err(ReportError::io(&path))
}

impl Recorder for RunWriter {
    fn start(&mut self, info: &RunInfo) -> RecordResult {
        let options = &self.options;
        self.recording = Some(Recording::start(
            self.folder.workspace(),
            info,
            options.tao_weight,
            options.plots,
        )?);
        Ok(())
    }

    fn epoch(&mut self, record: &EpochRecord<'_>) -> RecordResult {
        let early = ReportError::OutOfOrder("an epoch came before the start of the run");
        Ok(self.recording.as_mut().ok_or(early)?.epoch(record)?)
    }

    fn finish(&mut self, end: &RunEnd) -> RecordResult {
        let early = ReportError::OutOfOrder("the end came before the start of the run");
        Ok(self.recording.as_mut().ok_or(early)?.finish(end)?)
    }
}

#[cfg(test)]
mod tests {
    use super::stake_in_bonds;

    #[test]
    fn the_bond_rule_in_force_at_the_end_decides() {
        let parameters = serde_json::json!({
            "subnet": {"bond_rule": "yuma2"},
            "events": [
                {"at_epoch": 5, "subnet": {"kappa": 1}},
                {"at_epoch": 10, "subnet": {"bond_rule": "yuma3"}},
            ],
        });
        assert!(stake_in_bonds(&parameters, 10));
        assert!(!stake_in_bonds(&parameters, 11));
        assert!(stake_in_bonds(&serde_json::Value::Null, 11));
    }
}
