//! What can be wrong with a metagraph file.

use std::path::PathBuf;

use thiserror::Error;

/// Why a metagraph could not be read. Every variant names the file and the offending place.
#[derive(Debug, Error)]
pub enum MetagraphError {
    /// The file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file's name does not say what is in it.
    #[error("{}: {found}, but a metagraph is a .json or .npz file", path.display())]
    Extension {
        /// The file.
        path: PathBuf,
        /// What its name ends with, in words.
        found: String,
    },
    /// Not JSON, or JSON of another shape.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// Not an archive of arrays, or arrays of another type.
    #[error("{}: {message}", path.display())]
    Npz {
        /// The file.
        path: PathBuf,
        /// What is wrong, array included.
        message: String,
    },
    /// A field that is needed is not there.
    #[error("{}: no field gives the {what}; it may be called {allowed}{}", path.display(), hint(.nearest))]
    Missing {
        /// The file.
        path: PathBuf,
        /// What is missing, in words.
        what: &'static str,
        /// Names it may have.
        allowed: String,
        /// The present field whose name comes nearest.
        nearest: Option<String>,
    },
    /// A field holds something that cannot be.
    #[error("{}: {place}: {message}", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// Field and indices, such as `weights[3][7]`.
        place: String,
        /// What was found, and what is allowed.
        message: String,
    },
}

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |name| format!(" (did you mean that by `{name}`?)"))
}
