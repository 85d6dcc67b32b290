//! The recorder that turns a run of the chain into an output folder, as [`crate::RunWriter`] does
//! for a run over epochs: nothing appears before [`ChainWriter::publish`].

use std::path::{Path, PathBuf};

use subsim_sim::chain::State;
use subsim_sim::scenario::ChainExpectation;
use subsim_sim::{
    BlockRecord, CallRecord, ChainEnd, ChainEpochRecord, ChainHappening, ChainInfo, ChainRecorder,
    Directory, RecordResult,
};

use super::recording::ChainRecording;
use super::source::RunSource;
use super::summary::ChainSummary;
use super::{BALANCES, BLOCKS, CALLS, EVENTS, STAKE};
use crate::folder::OutputFolder;
use crate::manifest::{ChainManifest, FileEntry, MANIFEST, Timing};
use crate::plots::chain as plots;
use crate::writer::{plot_files, write};
use crate::{NEURONS, ReportError, SUMMARY};

/// Datasets, in the order in which they are listed.
const DATASETS: [&str; 6] = [BLOCKS, CALLS, EVENTS, STAKE, BALANCES, NEURONS];

/// What a [`ChainWriter`] is told beyond what the run itself says.
#[derive(Debug, Clone)]
pub struct ChainWriterOptions {
    /// Where the scenario came from; its overrides stand in summary and plots.
    pub source: RunSource,
    /// Expectations to judge at the end.
    pub expectations: Vec<ChainExpectation>,
    /// Effective parameters, for the manifest.
    pub parameters: serde_json::Value,
    /// Last block to run: the scenario's, or one before it.
    pub until_block: u64,
    /// Whether to paint plots.
    pub plots: bool,
}

/// What a finished run left behind.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainReport {
    /// The content of `summary.json`.
    pub summary: ChainSummary,
    /// All files but the manifest, with sizes and hashes.
    pub files: Vec<FileEntry>,
    /// Files of an earlier run that are gone from the folder and have no successor.
    pub removed: Vec<String>,
    /// The folder they are in.
    pub out_dir: PathBuf,
}

/// Records a run of the chain into a folder.
pub struct ChainWriter {
    folder: OutputFolder,
    options: ChainWriterOptions,
    recording: Option<ChainRecording>,
}

impl ChainWriter {
    /// Prepares to write into `out_dir`, which appears or changes only when [`Self::publish`] is
    /// called.
    ///
    /// # Errors
    /// When `out_dir` is not a folder, cannot be written to, or holds files of other origin under
    /// the names of results.
    pub fn create(out_dir: &Path, options: ChainWriterOptions) -> Result<Self, ReportError> {
        let data = DATASETS.into_iter().chain([SUMMARY, MANIFEST]).map(str::to_owned);
        let pictures = plots::NAMES.iter().flat_map(|name| plot_files(name));
        let names: Vec<String> = data.chain(pictures).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let folder = OutputFolder::prepare(out_dir, &names)?;
        Ok(Self { folder, options, recording: None })
    }

    /// The temporary folder in which results wait for [`Self::publish`].
    #[must_use]
    pub fn workspace(&self) -> &Path {
        self.folder.workspace()
    }

    /// Composes summary, plots and manifest and moves everything into place.
    ///
    /// # Errors
    /// When the run has not told its end, a plot cannot be drawn, or a file cannot be written.
    pub fn publish(self, timing: Timing) -> Result<ChainReport, ReportError> {
        let Self { folder, options, recording } = self;
        let Some((recording, end, ending)) = recording.and_then(ChainRecording::ended) else {
            return Err(ReportError::OutOfOrder("the run has not come to its end"));
        };
        let overrides = options.source.overrides.clone();
        let summary =
            ChainSummary::new(&recording, &end, &ending, overrides, &options.expectations);
        let mut paths: Vec<String> = DATASETS.map(str::to_owned).to_vec();
        write(&folder, SUMMARY, summary.to_json()?.as_bytes())?;
        paths.push(SUMMARY.to_owned());
        if options.plots {
            let input = plots::ChainPlotInput {
                info: &recording.info,
                names: &recording.names,
                overrides: &options.source.overrides,
                course: &recording.course,
            };
            for picture in plots::paint_all(&input)? {
                let [svg, png] = plot_files(picture.name);
                write(&folder, &svg, picture.svg.as_bytes())?;
                write(&folder, &png, &picture.png)?;
                paths.extend([svg, png]);
            }
        }
        let entry = |path: &String| FileEntry::of(folder.workspace(), path);
        let files = paths.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let ChainWriterOptions { source, parameters, .. } = options;
        let manifest =
            ChainManifest::new(&recording.info, &end, source, parameters, files.clone(), timing);
        write(&folder, MANIFEST, manifest.to_json()?.as_bytes())?;
        let out_dir = folder.target().to_owned();
        let removed = folder.publish(&paths)?;
        Ok(ChainReport { summary, files, removed, out_dir })
    }

    fn recording(&mut self) -> Result<&mut ChainRecording, ReportError> {
        let early = ReportError::OutOfOrder("something happened before the start of the run");
        self.recording.as_mut().ok_or(early)
    }
}

impl ChainRecorder for ChainWriter {
    fn start(&mut self, info: &ChainInfo, state: &State, directory: &Directory) -> RecordResult {
        let info = ChainInfo { blocks: self.options.until_block, ..info.clone() };
        let folder = self.folder.workspace();
        self.recording = Some(ChainRecording::start(folder, info, state, directory)?);
        Ok(())
    }

    fn block(&mut self, record: &BlockRecord<'_>) -> RecordResult {
        Ok(self.recording()?.block(record)?)
    }

    fn call(&mut self, record: &CallRecord<'_>) -> RecordResult {
        Ok(self.recording()?.call(record)?)
    }

    fn happening(&mut self, happening: &ChainHappening, directory: &Directory) -> RecordResult {
        Ok(self.recording()?.happening(happening, directory)?)
    }

    fn epoch(&mut self, record: &ChainEpochRecord<'_>) -> RecordResult {
        Ok(self.recording()?.epoch(record)?)
    }

    fn finish(&mut self, end: &ChainEnd, state: &State, directory: &Directory) -> RecordResult {
        Ok(self.recording()?.finish(end, state, directory)?)
    }
}
