//! Where a run's scenario came from, so that questions asked of the results later can run it again.

use serde::{Deserialize, Serialize};

/// The scenario of a run, as the command line named it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSource {
    /// Path of the scenario file, absolute where it could be told.
    pub scenario_path: String,
    /// What was changed against the file, as `path=value`.
    pub overrides: Vec<String>,
}
