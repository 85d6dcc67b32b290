//! Questions asked of the results of a run of the chain, later and without running it again.

mod account;
mod neuron;
mod table;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use subsim_sim::scenario::nearest;

use super::RunSource;
use crate::MANIFEST;

pub use account::{AccountHistory, CallCount, CallLine, Holdings, StakeLine};
pub use neuron::{NeuronHistory, Tenure};

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// There is no manifest.
    #[error("{}: no results of a run here (no manifest.json)", .path.display())]
    NoResults {
        /// The folder.
        path: PathBuf,
    },
    /// The manifest is not one, or cannot be read.
    #[error("{}: {reason}", .path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The results are those of a run over epochs.
    #[error("{}: results of a run over epochs; this asks for one of resolution \"block\"", .path.display())]
    NotOfTheChain {
        /// The folder.
        path: PathBuf,
    },
    /// A dataset is missing or cannot be read.
    #[error("{}: {reason}", .path.display())]
    Dataset {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Nobody in the run has this name.
    #[error("no account is called \"{name}\"{}", suggestion(nearest.as_deref()))]
    UnknownAccount {
        /// The name asked for.
        name: String,
        /// The name that is most like it.
        nearest: Option<String>,
    },
    /// The run had no such subnet with neurons.
    #[error("no subnet with neurons is called \"{name}\"; there is {}", known.join(", "))]
    UnknownSubnet {
        /// The name or number asked for.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// Nobody ever had this uid.
    #[error("nobody ever had uid {uid} on {subnet}; the highest was {highest}")]
    UnknownUid {
        /// The uid asked for.
        uid: u16,
        /// Name of the subnet.
        subnet: String,
        /// The highest uid that somebody had.
        highest: u16,
    },
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean \"{nearest}\"?"))
}

/// What a manifest says that questions need.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RunRecord {
    #[serde(default)]
    resolution: Option<String>,
    /// Name of the scenario.
    pub scenario: String,
    /// blake3 of the effective scenario, hex.
    pub scenario_hash: String,
    /// Where the scenario came from.
    #[serde(default)]
    pub source: RunSource,
    /// Block after which the run began.
    #[serde(default)]
    pub first_block: u64,
    /// Last block that ran.
    #[serde(default)]
    pub last_block: u64,
}

/// The results of a run of the chain in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Results {
    folder: PathBuf,
    /// What the manifest says.
    pub record: RunRecord,
}

impl Results {
    /// Opens a folder of results.
    ///
    /// # Errors
    /// When there is no manifest, it cannot be read, or it is that of a run over epochs.
    pub fn open(folder: &Path) -> Result<Self, QueryError> {
        let path = folder.join(MANIFEST);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(QueryError::NoResults { path: folder.to_owned() });
            }
            Err(error) => return Err(QueryError::Manifest { path, reason: error.to_string() }),
        };
        let record: RunRecord = serde_json::from_str(&text).map_err(|error| {
            QueryError::Manifest { path, reason: format!("not a manifest of a run: {error}") }
        })?;
        if record.resolution.as_deref() != Some("block") {
            return Err(QueryError::NotOfTheChain { path: folder.to_owned() });
        }
        Ok(Self { folder: folder.to_owned(), record })
    }

    fn unknown_account(name: &str, known: &[String]) -> QueryError {
        let nearest = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
        QueryError::UnknownAccount { name: name.to_owned(), nearest }
    }
}
