//! A dense table of floats, row by row: validators down, miners across.

use super::RuleError;

/// A dense table of floats.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    columns: usize,
    rows: usize,
    values: Vec<f64>,
}

impl Matrix {
    /// All zeros.
    #[must_use]
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { columns, rows, values: vec![0.0; rows * columns] }
    }

    /// A table of the given rows.
    ///
    /// # Errors
    /// When rows differ in length.
    pub fn from_rows(rows: &[Vec<f64>]) -> Result<Self, RuleError> {
        let columns = rows.first().map_or(0, Vec::len);
        if let Some(row) = rows.iter().find(|row| row.len() != columns) {
            let what = "a row of the matrix";
            return Err(RuleError::Length { what, expected: columns, found: row.len() });
        }
        Ok(Self { columns, rows: rows.len(), values: rows.concat() })
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All values, row by row.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// One row.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// One row, to change.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row_mut(&mut self, row: usize) -> &mut [f64] {
        &mut self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// Sets a column to 0, as when the miner in it was replaced.
    ///
    /// # Panics
    /// When there is no such column.
    pub fn clear_column(&mut self, column: usize) {
        assert!(column < self.columns, "column {column} of {}", self.columns);
        for row in 0..self.rows {
            self.values[row * self.columns + column] = 0.0;
        }
    }

    /// The same table with every value changed by what stands at its place.
    pub(super) fn map(&self, mut change: impl FnMut(usize, usize, f64) -> f64) -> Self {
        let mut mapped = Self::zeros(self.rows, self.columns);
        for i in 0..self.rows {
            let from = self.row(i);
            for (j, (to, value)) in mapped.row_mut(i).iter_mut().zip(from).enumerate() {
                *to = change(i, j, *value);
            }
        }
        mapped
    }

    /// Sum of each column, from the first row down.
    pub(super) fn column_sums(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.columns];
        for i in 0..self.rows {
            for (sum, value) in sums.iter_mut().zip(self.row(i)) {
                *sum += value;
            }
        }
        sums
    }
}
