//! Reading a dataset back, some row groups at a time.

use std::fs::File;

use polars::prelude::{
    BooleanChunked, DataFrame, Float64Chunked, ParquetReader, PolarsResult, SerReader,
    StringChunked, UInt16Chunked, UInt64Chunked,
};

use super::{QueryError, Results};
use crate::sink::ROWS_PER_GROUP;

/// Some rows of a dataset.
pub(super) struct Rows(DataFrame);

impl Rows {
    pub(super) fn len(&self) -> usize {
        self.0.height()
    }

    pub(super) fn str(&self, name: &str) -> PolarsResult<&StringChunked> {
        self.0.column(name)?.str()
    }

    pub(super) fn u64(&self, name: &str) -> PolarsResult<&UInt64Chunked> {
        self.0.column(name)?.u64()
    }

    pub(super) fn u16(&self, name: &str) -> PolarsResult<&UInt16Chunked> {
        self.0.column(name)?.u16()
    }

    pub(super) fn f64(&self, name: &str) -> PolarsResult<&Float64Chunked> {
        self.0.column(name)?.f64()
    }

    pub(super) fn bool(&self, name: &str) -> PolarsResult<&BooleanChunked> {
        self.0.column(name)?.bool()
    }
}

impl Results {
    /// Shows all rows of a dataset to `look`, some at a time, in their order.
    pub(super) fn scan(
        &self,
        file: &str,
        columns: &[&str],
        mut look: impl FnMut(&Rows) -> PolarsResult<()>,
    ) -> Result<(), QueryError> {
        let path = self.folder.join(file);
        let failed = |reason: String| QueryError::Dataset { path: path.clone(), reason };
        let open = || File::open(&path).map_err(|error| failed(error.to_string()));
        let count = ParquetReader::new(open()?).num_rows().map_err(|e| failed(e.to_string()))?;
        let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
        let mut first = 0;
        while first < count {
            let frame = ParquetReader::new(open()?)
                .with_columns(Some(columns.clone()))
                .with_slice(Some((first, ROWS_PER_GROUP)))
                .finish()
                .map_err(|error| failed(error.to_string()))?;
            first += frame.height().max(1);
            look(&Rows(frame)).map_err(|error| failed(error.to_string()))?;
        }
        Ok(())
    }
}
