//! Parquet tables from columns: made in memory, written in one step. What the columns mean is the
//! business of those who fill them.

use std::path::{Path, PathBuf};

use polars::error::PolarsError;
use polars::prelude::{
    BooleanChunked, Column, DataFrame, Float64Chunked, IntoColumn, NewChunkedArray,
    ParquetCompression, ParquetWriter, StringChunked, UInt64Chunked,
};
use thiserror::Error;

use crate::files::write_in_one_step;

/// Why a table could not be written.
#[derive(Debug, Error)]
pub enum TableError {
    /// Its columns do not make a Parquet file.
    #[error("{file}: {source}")]
    Parquet {
        /// Name of the file.
        file: &'static str,
        /// What polars said.
        source: PolarsError,
    },
    /// It cannot be written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

pub(crate) fn u64s(name: &str, values: Vec<u64>) -> Column {
    UInt64Chunked::from_vec(name.into(), values).into_column()
}

pub(crate) fn f64s(name: &str, values: impl Iterator<Item = Option<f64>>) -> Column {
    Float64Chunked::from_iter_options(name.into(), values).into_column()
}

pub(crate) fn bools(name: &str, values: impl Iterator<Item = bool>) -> Column {
    BooleanChunked::from_iter_options(name.into(), values.map(Some)).into_column()
}

pub(crate) fn texts<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    StringChunked::from_iter_options(name.into(), values).into_column()
}

/// Writes a table of one row group.
pub(crate) fn write_table(
    folder: &Path,
    name: &'static str,
    columns: Vec<Column>,
) -> Result<(), TableError> {
    write_groups(folder, name, std::iter::once(columns))
}

/// Writes a table of several row groups, which all have the columns of the first.
pub(crate) fn write_groups(
    folder: &Path,
    name: &'static str,
    groups: impl Iterator<Item = Vec<Column>>,
) -> Result<(), TableError> {
    let failed = |source| TableError::Parquet { file: name, source };
    let mut bytes = Vec::new();
    let mut groups = groups.peekable();
    let columns = groups.peek().map(Vec::as_slice).unwrap_or_default();
    let schema = columns.iter().map(|column| column.field().into_owned()).collect();
    let mut writer = ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Zstd(None))
        .set_parallel(false)
        .batched(&schema)
        .map_err(failed)?;
    for columns in groups {
        let frame = DataFrame::new_infer_height(columns).map_err(failed)?;
        writer.write_batch(&frame).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    drop(writer);
    let path = folder.join(name);
    write_in_one_step(&path, &bytes).map_err(|source| TableError::Io { path, source })
}
