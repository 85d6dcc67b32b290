//! What scenarios a folder holds.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{AnyScenario, ScenarioError, load_any};

/// Deepest folder looked into, so that a link in a circle ends.
const MAX_DEPTH: usize = 8;

/// A scenario file found in a folder.
#[derive(Debug, Clone)]
pub struct ListEntry {
    /// Its path.
    pub path: PathBuf,
    /// What it says, or why it cannot be read.
    pub scenario: Result<Box<AnyScenario>, ScenarioError>,
}

impl ListEntry {
    /// The question that the scenario asks, if it can be read and asks one.
    #[must_use]
    pub fn question(&self) -> Option<&str> {
        self.scenario.as_ref().ok().and_then(|scenario| scenario.question())
    }
}

/// All scenario files (`*.toml`) in a folder and the folders in it, sorted by path. Hidden files
/// and folders are skipped.
///
/// # Errors
/// When the folder itself cannot be read; the error says what to name instead.
pub fn list(folder: &Path) -> std::io::Result<Vec<ListEntry>> {
    match std::fs::metadata(folder) {
        Ok(metadata) if !metadata.is_dir() => return Err(explained(ErrorKind::NotADirectory)),
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(explained(error.kind())),
        _ => {}
    }
    let mut paths = Vec::new();
    collect(folder, MAX_DEPTH, &mut paths)?;
    paths.sort();
    let entry = |path: PathBuf| ListEntry { scenario: load_any(&path, &[]).map(Box::new), path };
    Ok(paths.into_iter().map(entry).collect())
}

/// The error that a path names no folder.
fn explained(kind: ErrorKind) -> std::io::Error {
    let found = match kind {
        ErrorKind::NotADirectory => "this is a file",
        _ => "there is no such folder",
    };
    std::io::Error::new(kind, format!("{found}; name a folder: subsim list DIR"))
}

fn collect(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.is_dir() {
            // A folder below that cannot be read does not hide the others.
            if depth > 0 {
                let _ = collect(&path, depth - 1, paths);
            }
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    Ok(())
}
