//! Why a file of vectors could not be checked. A vector that was checked and failed is not an
//! error; it is a [`Mismatch`](crate::Mismatch).

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::economics::FormulaLine;

/// What is wrong with a file of vectors, and where. Lines and columns count from 1; columns count
/// bytes.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// The file could not be opened.
    #[error("{}: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Reading or decompressing failed midway.
    #[error("{}:{line}: cannot read on: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The line that was being read.
        line: u64,
        /// What the system or the decompressor said.
        source: io::Error,
    },
    /// A line longer than this crate is willing to hold in memory.
    #[error("{}:{line}: the line is longer than {limit_bytes} bytes", path.display())]
    LineTooLong {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// Longest line accepted.
        limit_bytes: usize,
    },
    /// A line that is not JSON, or whose fields are missing, unknown or of the wrong type.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// The byte in the line at which reading stopped.
        column: usize,
        /// What was found and what is allowed.
        message: String,
    },
    /// A JSON object that is none of the kinds of vector known here.
    #[error(
        "{}:{line}:{column}: {found}; this version verifies three kinds of line: single epochs \
         {{id, input, expected}}, sequences of epochs {{id, first, steps}}, and formulas \
         {{kind, ...}} of the kinds {}", path.display(), FormulaLine::KINDS.join(", ")
    )]
    Kind {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// Always 1: the object as a whole is meant.
        column: usize,
        /// What the line holds instead.
        found: String,
    },
    /// Arrays whose lengths do not fit together.
    #[error(
        "{}:{line}:{column}: {id}: {field} has {found} entries, but last_update has {expected}: \
         one entry per neuron is needed", path.display()
    )]
    Length {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// Always 1: the object as a whole is meant.
        column: usize,
        /// The vector.
        id: String,
        /// The array, such as `steps[3].weights`.
        field: String,
        /// Number of neurons.
        expected: usize,
        /// Length of the array.
        found: usize,
    },
    /// A file without a single vector proves nothing.
    #[error("{}: the file holds no vectors", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}
