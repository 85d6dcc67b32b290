//! A matrix of validators by neurons, averaged into as many cells as a picture can show.

use subsim_consensus::Rows;
use subsim_sim::Role;

use super::PlotInput;

/// Most cells of a heat map down and across.
pub(super) const MAX_CELLS: (usize, usize) = (200, 400);

/// Cells, row by row. A cell averages `uids / cells` neighbours, absent entries counting as 0.
pub(super) struct Matrix {
    /// uids of the rows, the validators.
    pub row_uids: Vec<usize>,
    /// uids of the columns: all miners, and whoever else receives anything.
    pub column_uids: Vec<usize>,
    /// Cells down and across.
    pub cells: (usize, usize),
    /// Mean value of every cell, row by row.
    pub values: Vec<f64>,
    /// Sum of each column over all rows, each times its weight; one per column uid.
    pub column_sums: Vec<f64>,
    /// Sum of each row over all columns, times its weight; one per row uid.
    pub row_sums: Vec<f64>,
}

/// Cell that the `index`-th of `count` uids falls into.
pub(super) fn cell(index: usize, count: usize, cells: usize) -> usize {
    index * cells / count.max(1)
}

impl Matrix {
    /// Reads sparse rows; `value` turns a stored value and the sum of its row into a number,
    /// `weight` says how much the row of a uid counts in the sums (not in the cells).
    pub(super) fn new(
        input: &PlotInput<'_>,
        rows: Rows<'_>,
        value: impl Fn(u16, u64) -> f64,
        weight: impl Fn(usize) -> f64,
    ) -> Self {
        let role = |uid: usize| input.info.groups[input.group(uid)].role;
        let n = input.info.neurons.len();
        let rows_of = |uid: usize| (uid < rows.len()).then(|| rows.row(uid)).into_iter().flatten();
        let row_uids: Vec<usize> = (0..n).filter(|uid| role(*uid) == Role::Validator).collect();
        let mut is_column: Vec<bool> = (0..n).map(|uid| role(uid) == Role::Miner).collect();
        for (uid, stored) in row_uids.iter().flat_map(|row| rows_of(*row)) {
            if let Some(is_column) = is_column.get_mut(usize::from(uid)) {
                *is_column |= stored > 0;
            }
        }
        let column_uids: Vec<usize> = (0..n).filter(|uid| is_column[*uid]).collect();
        let cells = (row_uids.len().min(MAX_CELLS.0), column_uids.len().min(MAX_CELLS.1));
        let mut matrix = Self {
            values: vec![0.0; cells.0 * cells.1],
            column_sums: vec![0.0; column_uids.len()],
            row_sums: vec![0.0; row_uids.len()],
            row_uids,
            column_uids,
            cells,
        };
        let mut column_of = vec![None; n];
        for (column, uid) in matrix.column_uids.iter().enumerate() {
            column_of[*uid] = Some(column);
        }
        for row in 0..matrix.row_uids.len() {
            let uid = matrix.row_uids[row];
            let counts = weight(uid);
            let sum: u64 = rows_of(uid).map(|(_, stored)| u64::from(stored)).sum();
            for (target, stored) in rows_of(uid) {
                if let Some(column) = column_of.get(usize::from(target)).copied().flatten() {
                    matrix.add(row, column, value(stored, sum), counts);
                }
            }
        }
        matrix.average();
        matrix
    }

    fn add(&mut self, row: usize, column: usize, value: f64, weight: f64) {
        let down = cell(row, self.row_uids.len(), self.cells.0);
        let across = cell(column, self.column_uids.len(), self.cells.1);
        self.values[down * self.cells.1 + across] += value;
        self.column_sums[column] += value * weight;
        self.row_sums[row] += value * weight;
    }

    /// Turns the sums of cells into means.
    fn average(&mut self) {
        let members = |count: usize, cells: usize| {
            let mut members = vec![0_u32; cells];
            (0..count).for_each(|index| members[cell(index, count, cells)] += 1);
            members
        };
        let down = members(self.row_uids.len(), self.cells.0);
        let across = members(self.column_uids.len(), self.cells.1);
        for (index, value) in self.values.iter_mut().enumerate() {
            let (row, column) = (index / self.cells.1, index % self.cells.1);
            *value /= f64::from(down[row] * across[column]);
        }
    }

    /// Highest cell.
    pub(super) fn highest(&self) -> f64 {
        self.values.iter().copied().fold(0.0, f64::max)
    }
}
