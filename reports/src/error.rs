//! What can go wrong while results are written.

use std::path::{Path, PathBuf};

use crate::plots::PaintError;

/// Why results were not written. Each variant names the file or value.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The output folder's place is taken by something that is not a folder.
    #[error("{}: cannot write results here, it is not a folder", .path.display())]
    NotAFolder {
        /// The output folder asked for.
        path: PathBuf,
    },
    /// The output folder holds a file that a run would write, but no earlier run wrote it.
    #[error("{}: not overwritten, because no manifest.json beside it says that an earlier run wrote it; move it away or choose another output folder", .path.display())]
    ForeignFile {
        /// The file in the way.
        path: PathBuf,
    },
    /// The output folder cannot be created or written to.
    #[error("{}: cannot write results here: {source}", .path.display())]
    Unwritable {
        /// The output folder asked for.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A Parquet file could not be written.
    #[error("{file}: {source}")]
    Parquet {
        /// Name of the file.
        file: &'static str,
        /// What polars said.
        source: polars::error::PolarsError,
    },
    /// A JSON file could not be composed.
    #[error("{file}: {source}")]
    Json {
        /// Name of the file.
        file: &'static str,
        /// What the serialiser said.
        source: serde_json::Error,
    },
    /// A plot could not be drawn.
    #[error("plot {plot}: {source}")]
    Plot {
        /// Name of the plot.
        plot: &'static str,
        /// What the backend said.
        source: PaintError,
    },
    /// The recorder was called out of order: an epoch before the start, or results before the end.
    #[error("results were asked for out of order: {0}")]
    OutOfOrder(&'static str),
    /// An epoch whose slices do not have one entry per neuron.
    #[error("epoch {epoch}: {field} has {found} entries for {expected} neurons")]
    Length {
        /// The epoch.
        epoch: u64,
        /// The offending slice.
        field: &'static str,
        /// Entries it has.
        found: usize,
        /// Number of neurons.
        expected: usize,
    },
    /// A neuron of a group that the run does not describe.
    #[error("neuron {uid} belongs to group {group}, which the run does not describe")]
    UnknownGroup {
        /// uid of the neuron.
        uid: usize,
        /// Index of the group.
        group: usize,
    },
    /// An epoch beyond what a dataset column holds.
    #[error("epoch {epoch} does not fit into the epoch column, which is a u32")]
    EpochTooLarge {
        /// The epoch.
        epoch: u64,
    },
}

impl ReportError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    pub(crate) fn parquet(file: &'static str) -> impl Fn(polars::error::PolarsError) -> Self {
        move |source| Self::Parquet { file, source }
    }
}
