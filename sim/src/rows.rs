//! Sparse rows that are filled anew every epoch without giving their memory back.
//!
//! The consensus borrows rows as [`Rows`]; this is the side that owns them between epochs. Rows are
//! appended whole, as slices.

use subsim_consensus::Rows;

/// Owned sparse rows: offsets, uids, values, as [`Rows`] describes them.
#[derive(Debug, Clone)]
pub(crate) struct RowBuffer {
    offsets: Vec<usize>,
    uids: Vec<u16>,
    values: Vec<u16>,
}

impl RowBuffer {
    /// No rows.
    pub fn new() -> Self {
        Self { offsets: vec![0], uids: Vec::new(), values: Vec::new() }
    }

    /// `n` rows without entries.
    pub fn empty(n: usize) -> Self {
        Self { offsets: vec![0; n + 1], uids: Vec::new(), values: Vec::new() }
    }

    /// Forgets all rows and keeps the memory.
    pub fn clear(&mut self) {
        self.offsets.truncate(1);
        self.uids.clear();
        self.values.clear();
    }

    /// Appends a row; both slices are of one length.
    pub fn push(&mut self, uids: &[u16], values: &[u16]) {
        debug_assert_eq!(uids.len(), values.len());
        self.uids.extend_from_slice(uids);
        self.values.extend_from_slice(values);
        self.offsets.push(self.uids.len());
    }

    /// Appends row `i` of other rows.
    pub fn push_row_of(&mut self, rows: Rows<'_>, i: usize) {
        let span = rows.offsets[i]..rows.offsets[i + 1];
        self.push(&rows.uids[span.clone()], &rows.values[span]);
    }

    /// Borrows the rows.
    pub fn view(&self) -> Rows<'_> {
        Rows { offsets: &self.offsets, uids: &self.uids, values: &self.values }
    }

    /// Removes the entries of row `i`.
    pub fn erase_row(&mut self, i: usize) {
        let (start, end) = (self.offsets[i], self.offsets[i + 1]);
        self.uids.drain(start..end);
        self.values.drain(start..end);
        for offset in &mut self.offsets[i + 1..] {
            *offset -= end - start;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were_pushed_and_can_be_erased() {
        let mut rows = RowBuffer::new();
        rows.push(&[1, 2], &[10, 20]);
        rows.push(&[], &[]);
        rows.push(&[0], &[5]);
        let mut copy = RowBuffer::new();
        for i in 0..3 {
            copy.push_row_of(rows.view(), i);
        }
        assert_eq!(copy.view().row(0).collect::<Vec<_>>(), [(1, 10), (2, 20)]);
        assert_eq!(copy.view().row(2).collect::<Vec<_>>(), [(0, 5)]);
        copy.erase_row(0);
        assert_eq!(copy.view().offsets, [0, 0, 0, 1]);
        assert_eq!(copy.view().row(2).collect::<Vec<_>>(), [(0, 5)]);
    }
}
