//! A baseline: what a scenario came to when somebody looked at it and agreed. A TOML file, small
//! and made to be reviewed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};
use subsim_sim::scenario::Scenario;
use thiserror::Error;

use crate::files::write_in_one_step;
use crate::measure::{MeasureError, Measured, Metrics, measure, replicates};

/// Version of the file's shape.
pub const FORMAT: u32 = 1;

/// Numbers in a sample are kept to 1/this: its file is for people, and no test needs more.
const SAMPLE_SCALE: f64 = 1e9;

/// What stands above the numbers.
const HEADER: &str = "\
# What this scenario came to when it was last agreed on. `subsim check` compares against it;
# `subsim baseline update` writes it anew. Review a change of these numbers like one of code.
";

/// Metrics of replicates: one number per replicate that has the metric.
pub type Samples = BTreeMap<String, Vec<f64>>;

/// What a scenario came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Version of the file's shape.
    pub format: u32,
    /// Name of the scenario.
    pub scenario: String,
    /// Fingerprint of the scenario itself.
    pub scenario_hash: String,
    /// Digest of the states of the run under the scenario's own seed.
    pub digest: String,
    /// Number of replicates.
    pub replicates: u64,
    /// Metrics of the run under the scenario's own seed.
    pub metrics: Metrics,
    /// Metrics of the replicates.
    #[serde(default)]
    pub samples: Samples,
}

/// What is wrong with a baseline file.
#[derive(Debug, Error)]
pub enum BaselineError {
    /// It cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It does not say what a baseline says.
    #[error("{}: {message}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Line and column, and what is wrong.
        message: String,
    },
    /// A later version wrote it.
    #[error(
        "{}: format {found}, this version reads {FORMAT}; write it anew with `subsim baseline update`",
        path.display()
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
}

impl BaselineError {
    fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

fn round(value: f64) -> f64 {
    (value * SAMPLE_SCALE).round() / SAMPLE_SCALE
}

/// Gathers the metrics of replicates, in the order of replicates.
pub(crate) fn gather(all: &[Measured]) -> Samples {
    let mut samples = Samples::new();
    for measured in all {
        for (name, value) in &measured.metrics {
            samples.entry(name.clone()).or_default().push(round(*value));
        }
    }
    samples
}

impl Baseline {
    /// Runs a scenario and its replicates.
    ///
    /// # Errors
    /// When a run fails or is interrupted.
    pub fn take(
        scenario: &Scenario,
        count: u64,
        cancel: &AtomicBool,
        done: &(dyn Fn() + Sync),
    ) -> Result<Self, MeasureError> {
        let own = measure(scenario, None, cancel)?;
        done();
        let all = replicates(scenario, "baseline", count, cancel, done)?;
        Ok(Self {
            format: FORMAT,
            scenario: scenario.name.clone(),
            scenario_hash: scenario.hash(),
            digest: own.digest,
            replicates: count,
            metrics: own.metrics,
            samples: gather(&all),
        })
    }

    /// Where the baseline of a scenario is kept.
    #[must_use]
    pub fn path(folder: &Path, scenario: &str) -> PathBuf {
        folder.join(format!("{scenario}.toml"))
    }

    /// Reads a baseline; `None` when there is no such file.
    ///
    /// # Errors
    /// When it cannot be read, or is no baseline.
    pub fn read(path: &Path) -> Result<Option<Self>, BaselineError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(BaselineError::io(path)(error)),
        };
        let unreadable = |error: toml::de::Error| BaselineError::Unreadable {
            path: path.to_owned(),
            message: error.to_string().trim_end().to_owned(),
        };
        let baseline: Self = toml::from_str(&text).map_err(unreadable)?;
        if baseline.format != FORMAT {
            return Err(BaselineError::Format { path: path.to_owned(), found: baseline.format });
        }
        Ok(Some(baseline))
    }

    /// The file's text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let head = |key: &str, value: String| format!("{key} = {value}\n");
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let mut text = HEADER.to_owned();
        text += &head("format", self.format.to_string());
        text += &head("scenario", quoted(&self.scenario));
        text += &head("scenario_hash", quoted(&self.scenario_hash));
        text += &head("digest", quoted(&self.digest));
        text += &head("replicates", self.replicates.to_string());
        text += "\n[metrics]\n";
        for (name, value) in &self.metrics {
            text += &head(&quoted(name), toml::Value::from(*value).to_string());
        }
        if !self.samples.is_empty() {
            text += "\n[samples]\n";
        }
        for (name, values) in &self.samples {
            let numbers: Vec<String> =
                values.iter().map(|value| toml::Value::from(*value).to_string()).collect();
            text += &head(&quoted(name), format!("[{}]", numbers.join(", ")));
        }
        text
    }

    /// Writes the file, replacing an older one in a single step.
    ///
    /// # Errors
    /// When the folder or the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), BaselineError> {
        write_in_one_step(path, self.to_text().as_bytes()).map_err(BaselineError::io(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::tests::scenario;

    #[test]
    fn a_baseline_survives_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = Baseline::path(&folder.path().join("new"), "test");
        let cancel = AtomicBool::new(false);
        let baseline = Baseline::take(&scenario(""), 3, &cancel, &|| {}).unwrap();
        assert!(baseline.samples.values().all(|sample| sample.len() == 3));
        baseline.write(&path).unwrap();
        assert_eq!(Baseline::read(&path).unwrap().as_ref(), Some(&baseline));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), baseline.to_text());
        assert!(Baseline::read(&folder.path().join("absent.toml")).unwrap().is_none());
    }

    #[test]
    fn a_damaged_file_says_where() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.toml");
        std::fs::write(&path, "format = 1\nscenario = 7\n").unwrap();
        let error = Baseline::read(&path).unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("test.toml"), "{error}");
        std::fs::write(
            &path,
            "format = 9\nscenario = \"x\"\nscenario_hash = \"\"\ndigest = \"\"\nreplicates = 0\n\
             [metrics]\n",
        )
        .unwrap();
        let error = Baseline::read(&path).unwrap_err().to_string();
        assert!(error.contains("format 9"), "{error}");
    }
}
