//! Parquet files that grow by row groups, and columns made of plain vectors.
//!
//! Columns are written in order and row groups have a fixed number of rows: the same run gives the
//! same bytes whatever the number of threads. What the columns mean is the business of the datasets.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use polars::prelude::{
    BatchedWriter, BooleanChunked, Column, DataFrame, Float64Chunked, IntoColumn, NewChunkedArray,
    ParquetCompression, ParquetWriter, Schema, StringChunked, UInt16Chunked, UInt32Chunked,
    UInt64Chunked,
};

use crate::ReportError;

/// Rows of a row group; the last one of a file may hold fewer.
pub const ROWS_PER_GROUP: usize = 131_072;

/// A Parquet file that grows by row groups.
pub(crate) struct Sink {
    file: &'static str,
    writer: BatchedWriter<BufWriter<File>>,
}

impl Sink {
    /// `columns` are empty ones that show names and types.
    pub(crate) fn create(
        folder: &Path,
        file: &'static str,
        columns: &[Column],
    ) -> Result<Self, ReportError> {
        let path = folder.join(file);
        let target = File::create(&path).map_err(ReportError::io(&path))?;
        let schema: Schema = columns.iter().map(|column| column.field().into_owned()).collect();
        let writer = ParquetWriter::new(BufWriter::new(target))
            .with_compression(ParquetCompression::Zstd(None))
            .set_parallel(false)
            .batched(&schema)
            .map_err(ReportError::parquet(file))?;
        Ok(Self { file, writer })
    }

    /// Writes a row group; nothing when there are no rows.
    pub(crate) fn write(&mut self, columns: Vec<Column>) -> Result<(), ReportError> {
        let failed = ReportError::parquet(self.file);
        let frame = DataFrame::new_infer_height(columns).map_err(&failed)?;
        self.writer.write_batch(&frame).map_err(&failed)
    }

    /// Writes the footer.
    pub(crate) fn finish(self) -> Result<(), ReportError> {
        self.writer.finish().map_err(ReportError::parquet(self.file))?;
        Ok(())
    }
}

/// Takes all values and leaves an empty vector with room for as many.
fn drain<T>(values: &mut Vec<T>) -> Vec<T> {
    let room = Vec::with_capacity(values.len());
    std::mem::replace(values, room)
}

pub(crate) fn u16s(name: &'static str, values: &mut Vec<u16>) -> Column {
    UInt16Chunked::from_vec(name.into(), drain(values)).into_column()
}

pub(crate) fn u32s(name: &'static str, values: &mut Vec<u32>) -> Column {
    UInt32Chunked::from_vec(name.into(), drain(values)).into_column()
}

pub(crate) fn u64s(name: &'static str, values: &mut Vec<u64>) -> Column {
    UInt64Chunked::from_vec(name.into(), drain(values)).into_column()
}

pub(crate) fn f64s(name: &'static str, values: &mut Vec<f64>) -> Column {
    Float64Chunked::from_vec(name.into(), drain(values)).into_column()
}

/// NaN becomes null.
pub(crate) fn maybe_f64s(name: &'static str, values: &mut Vec<f64>) -> Column {
    let options = values.drain(..).map(|value| (!value.is_nan()).then_some(value));
    Float64Chunked::from_iter_options(name.into(), options).into_column()
}

pub(crate) fn bools(name: &'static str, values: &mut Vec<bool>) -> Column {
    let column = BooleanChunked::from_slice(name.into(), values).into_column();
    values.clear();
    column
}

/// `None` becomes null.
pub(crate) fn maybe_u16s(name: &'static str, values: &mut Vec<Option<u16>>) -> Column {
    UInt16Chunked::from_iter_options(name.into(), values.drain(..)).into_column()
}

/// `None` becomes null.
pub(crate) fn maybe_u64s(name: &'static str, values: &mut Vec<Option<u64>>) -> Column {
    UInt64Chunked::from_iter_options(name.into(), values.drain(..)).into_column()
}

pub(crate) fn strings<S: AsRef<str>>(
    name: &'static str,
    values: impl Iterator<Item = S>,
) -> Column {
    StringChunked::from_iter_values(name.into(), values).into_column()
}

/// `None` becomes null.
pub(crate) fn maybe_strings<S: AsRef<str>>(
    name: &'static str,
    values: impl Iterator<Item = Option<S>>,
) -> Column {
    StringChunked::from_iter_options(name.into(), values).into_column()
}
