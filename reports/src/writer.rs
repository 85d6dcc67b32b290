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
    /// Expectations to judge at the end.
    pub expectations: Vec<Expectation>,
    /// Effective parameters, for the manifest.
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
        let summary = Summary::new(&recording, &end, &options.expectations);
        let mut paths = vec![NEURONS.to_owned()];
        if info.record_bonds {
            paths.push(BONDS.to_owned());
        }
        write(&folder, SUMMARY, summary.to_json()?.as_bytes())?;
        paths.push(SUMMARY.to_owned());
        if options.plots {
            for picture in plots::paint_all(&recording.plot_input())? {
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
        folder.publish(&paths)?;
        Ok(RunReport { summary, files, out_dir })
    }
}

/// Paths of a plot within the output folder.
fn plot_files(name: &str) -> [String; 2] {
    [format!("plots/{name}.svg"), format!("plots/{name}.png")]
}

fn write(folder: &OutputFolder, name: &str, content: &[u8]) -> Result<(), ReportError> {
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
