//! `manifest.json`: what was run, with what, and which files came out of it.
//!
//! The object `timing` is the only part that may differ between two runs of the same scenario; the
//! command stands in it, because it names things without influence on the results, such as the
//! number of threads. The manifest of a run of the chain also has an object `source`, which says
//! where on the machine the scenario lies.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;
use subsim_sim::{ChainEnd, ChainInfo, RunEnd, RunInfo};

use crate::ReportError;
use crate::chain::RunSource;
use crate::summary::to_json;

/// Name of the file.
pub const MANIFEST: &str = "manifest.json";

/// Version of the shape of `manifest.json` and of the files it lists.
const FORMAT: u32 = 1;

/// Crates whose version can change a number, a byte of a dataset or the look of a plot.
const CRATES: [&str; 8] = [
    "subsim-consensus",
    "subsim-sim",
    "subsim-reports",
    "polars",
    "plotters",
    "rand",
    "rand_chacha",
    "libm",
];

/// How long a run took, and on what; passed in by the caller, who owns the clock.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timing {
    /// The exact command.
    pub command: String,
    /// Threads that the run used.
    pub threads: usize,
    /// Wall time of the run in seconds.
    pub wall_seconds: f64,
    /// Epochs per second of wall time, of a run over epochs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs_per_second: Option<f64>,
    /// Blocks per second of wall time, of a run of the chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocks_per_second: Option<f64>,
}

impl Timing {
    /// Composes the timing of a run of `epochs` epochs.
    #[must_use]
    pub fn new(command: String, threads: usize, wall_seconds: f64, epochs: u64) -> Self {
        let rate = rate(epochs, wall_seconds);
        let (epochs_per_second, blocks_per_second) = (Some(rate), None);
        Self { command, threads, wall_seconds, epochs_per_second, blocks_per_second }
    }

    /// Composes the timing of a run of `blocks` blocks.
    #[must_use]
    pub fn of_blocks(command: String, threads: usize, wall_seconds: f64, blocks: u64) -> Self {
        let rate = rate(blocks, wall_seconds);
        let (epochs_per_second, blocks_per_second) = (None, Some(rate));
        Self { command, threads, wall_seconds, epochs_per_second, blocks_per_second }
    }

    /// Epochs or blocks per second, whichever the run counted.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.epochs_per_second.or(self.blocks_per_second).unwrap_or(0.0)
    }
}

/// Per second; 0 when no time passed.
fn rate(count: u64, seconds: f64) -> f64 {
    crate::metrics::share(count as f64, seconds).unwrap_or(0.0)
}

/// A file of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileEntry {
    /// Path within the output folder, with forward slashes.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// blake3 of its content, hex.
    pub blake3: String,
}

impl FileEntry {
    /// Measures a file.
    pub(crate) fn of(folder: &Path, path: &str) -> Result<Self, ReportError> {
        let full = folder.join(path);
        let file = std::fs::File::open(&full).map_err(ReportError::io(&full))?;
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(file).map_err(ReportError::io(&full))?;
        let blake3 = hasher.finalize().to_hex().to_string();
        Ok(Self { path: path.to_owned(), bytes: hasher.count(), blake3 })
    }
}

/// Everything in `manifest.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    format: u32,
    subsim: &'static str,
    crates: Vec<CrateVersion>,
    scenario: String,
    scenario_hash: String,
    seed: u64,
    epochs: u64,
    epochs_done: u64,
    cancelled: bool,
    state_digest: String,
    parameters: Value,
    files: Vec<FileEntry>,
    timing: Timing,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct CrateVersion {
    name: &'static str,
    version: String,
}

impl Manifest {
    /// Composes the manifest.
    #[must_use]
    pub fn new(
        info: &RunInfo,
        end: &RunEnd,
        parameters: Value,
        files: Vec<FileEntry>,
        timing: Timing,
    ) -> Self {
        Self {
            format: FORMAT,
            subsim: env!("CARGO_PKG_VERSION"),
            crates: crate_versions(),
            scenario: info.scenario.clone(),
            scenario_hash: info.scenario_hash.clone(),
            seed: info.seed,
            epochs: info.epochs,
            epochs_done: end.epochs_done,
            cancelled: end.cancelled,
            state_digest: end.digest.clone(),
            parameters,
            files,
            timing,
        }
    }

    /// The file's text.
    ///
    /// # Errors
    /// When the serialiser fails.
    pub fn to_json(&self) -> Result<String, ReportError> {
        to_json(MANIFEST, self)
    }
}

/// Everything in `manifest.json` of a run of the chain.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChainManifest {
    format: u32,
    resolution: &'static str,
    subsim: &'static str,
    crates: Vec<CrateVersion>,
    scenario: String,
    scenario_hash: String,
    source: RunSource,
    seed: u64,
    blocks: u64,
    first_block: u64,
    last_block: u64,
    cancelled: bool,
    state_digest: String,
    parameters: Value,
    files: Vec<FileEntry>,
    timing: Timing,
}

impl ChainManifest {
    /// Composes the manifest.
    #[must_use]
    pub(crate) fn new(
        info: &ChainInfo,
        end: &ChainEnd,
        source: RunSource,
        parameters: Value,
        files: Vec<FileEntry>,
        timing: Timing,
    ) -> Self {
        Self {
            format: FORMAT,
            resolution: "block",
            subsim: env!("CARGO_PKG_VERSION"),
            crates: crate_versions(),
            scenario: info.scenario.clone(),
            scenario_hash: info.scenario_hash.clone(),
            source,
            seed: info.seed,
            blocks: info.blocks,
            first_block: info.first_block,
            last_block: end.last_block,
            cancelled: end.cancelled,
            state_digest: end.digest.clone(),
            parameters,
            files,
            timing,
        }
    }

    /// The file's text.
    ///
    /// # Errors
    /// When the serialiser fails.
    pub(crate) fn to_json(&self) -> Result<String, ReportError> {
        to_json(MANIFEST, self)
    }
}

/// Versions as locked when this program was built.
fn crate_versions() -> Vec<CrateVersion> {
    let lock = include_str!("../../Cargo.lock");
    let version = |name: &str| {
        let entry = lock.split("[[package]]").find(|entry| {
            entry.lines().any(|line| line.strip_prefix("name = ") == Some(&format!("{name:?}")))
        });
        let mut lines = entry.unwrap_or_default().lines();
        let version = lines.find_map(|line| line.strip_prefix("version = "));
        version.map_or_else(|| "unknown".to_owned(), |text| text.trim_matches('"').to_owned())
    };
    CRATES.into_iter().map(|name| CrateVersion { name, version: version(name) }).collect()
}

/// Paths that the manifest of an earlier run lists; `None` when the text is no manifest. Only plain
/// relative paths count, so that a doctored manifest cannot name files elsewhere.
pub(crate) fn listed_files(text: &str) -> Option<Vec<String>> {
    let manifest: Value = serde_json::from_str(text).ok()?;
    let files = manifest.get("files")?.as_array()?;
    let paths = files.iter().filter_map(|file| file.get("path")?.as_str());
    Some(paths.filter(|path| is_plain(path)).map(str::to_owned).collect())
}

fn is_plain(path: &str) -> bool {
    use std::path::Component;
    !path.is_empty()
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_crate_has_a_locked_version() {
        for CrateVersion { name, version } in crate_versions() {
            assert!(version.starts_with(|c: char| c.is_ascii_digit()), "{name}: {version}");
        }
    }

    #[test]
    fn only_plain_paths_of_a_manifest_are_believed() {
        let text = r#"{"files": [{"path": "a.json"}, {"path": "../b"}, {"path": "/etc/passwd"},
            {"path": "plots/c.svg"}, {"path": 7}, {}]}"#;
        assert_eq!(listed_files(text), Some(vec!["a.json".to_owned(), "plots/c.svg".to_owned()]));
        assert_eq!(listed_files("{"), None);
        assert_eq!(listed_files("{}"), None);
    }

    #[test]
    fn timing_survives_a_run_of_no_time() {
        assert_eq!(Timing::new(String::new(), 1, 0.0, 5).epochs_per_second, Some(0.0));
        assert_eq!(Timing::new(String::new(), 1, 2.0, 5).rate(), 2.5);
        let of_blocks = Timing::of_blocks(String::new(), 1, 2.0, 5);
        assert_eq!((of_blocks.epochs_per_second, of_blocks.blocks_per_second), (None, Some(2.5)));
    }
}
