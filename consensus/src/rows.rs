//! Sparse rows of `(uid, u16)` entries, compressed: one run of uids and values, cut by offsets.
//!
//! Rows keep the order in which their entries were submitted; the chain looks at that order in one
//! place (liquid alpha), so it must survive.

use crate::EpochError;

/// Borrowed sparse rows. Row `i` is `uids[offsets[i]..offsets[i + 1]]` with the values beside it.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// `n + 1` offsets, ascending, the first 0 and the last the number of entries.
    pub offsets: &'a [usize],
    /// Target uid of every entry.
    pub uids: &'a [u16],
    /// Value of every entry, 65535 = 1.0.
    pub values: &'a [u16],
}

impl<'a> Rows<'a> {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Whether there is no row at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Entries of row `i` in submitted order.
    ///
    /// # Panics
    /// When `i` is not a row.
    pub fn row(&self, i: usize) -> impl ExactSizeIterator<Item = (u16, u16)> + Clone + use<'a> {
        let span = self.offsets[i]..self.offsets[i + 1];
        let (uids, values) = (&self.uids[span.clone()], &self.values[span]);
        uids.iter().copied().zip(values.iter().copied())
    }

    /// Checks that the offsets describe the entries, that there are `n` rows, and that no row
    /// names a uid twice. `seen` is scratch space of any content and length.
    pub(crate) fn check(
        &self,
        field: &'static str,
        n: usize,
        seen: &mut Vec<u32>,
    ) -> Result<(), EpochError> {
        if self.len() != n || self.offsets.is_empty() {
            return Err(EpochError::Length { field, expected: n, found: self.len() });
        }
        for row in 0..n {
            self.check_span(field, row, n)?;
        }
        self.check_duplicates(field, n, seen)
    }

    fn check_span(&self, field: &'static str, row: usize, n: usize) -> Result<(), EpochError> {
        let (start, end) = (self.offsets[row], self.offsets[row + 1]);
        let (entries, values) = (self.uids.len(), self.values.len());
        let whole = (row > 0 || start == 0) && (row + 1 < n || end == entries);
        if start > end || end > entries || entries != values || !whole {
            return Err(EpochError::Offsets { field, row, start, end, entries, values });
        }
        Ok(())
    }

    fn check_duplicates(
        &self,
        field: &'static str,
        n: usize,
        seen: &mut Vec<u32>,
    ) -> Result<(), EpochError> {
        seen.clear();
        for row in 0..n {
            let uids = &self.uids[self.offsets[row]..self.offsets[row + 1]];
            // Looks at all pairs, which vectorises; most rows are in order anyway.
            if uids.windows(2).fold(true, |ascending, pair| ascending & (pair[0] < pair[1])) {
                continue;
            }
            if seen.is_empty() {
                seen.resize(usize::from(u16::MAX) + 1, 0);
            }
            let stamp = row as u32 + 1;
            for &uid in uids {
                if std::mem::replace(&mut seen[usize::from(uid)], stamp) == stamp {
                    return Err(EpochError::DuplicateUid { field, row, uid });
                }
            }
        }
        Ok(())
    }
}

/// Sparse rows that own their entries, and grow row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedRows {
    offsets: Vec<usize>,
    uids: Vec<u16>,
    values: Vec<u16>,
}

impl Default for OwnedRows {
    fn default() -> Self {
        Self::new()
    }
}

impl OwnedRows {
    /// No rows.
    #[must_use]
    pub fn new() -> Self {
        Self { offsets: vec![0], uids: Vec::new(), values: Vec::new() }
    }

    /// `n` rows without entries.
    #[must_use]
    pub fn empty(n: usize) -> Self {
        Self { offsets: vec![0; n + 1], uids: Vec::new(), values: Vec::new() }
    }

    /// Rows collected from lists of `(uid, value)`.
    #[must_use]
    pub fn from_lists(rows: &[Vec<(u16, u16)>]) -> Self {
        let mut owned = Self::new();
        for row in rows {
            owned.push_row(row.iter().copied());
        }
        owned
    }

    /// Forgets all rows and keeps the memory.
    pub fn clear(&mut self) {
        self.offsets.truncate(1);
        self.uids.clear();
        self.values.clear();
    }

    /// Appends one row.
    pub fn push_row(&mut self, entries: impl IntoIterator<Item = (u16, u16)>) {
        for (uid, value) in entries {
            self.uids.push(uid);
            self.values.push(value);
        }
        self.offsets.push(self.uids.len());
    }

    /// Lays out rows of the given lengths, all entries `(0, 0)`, and returns the places to fill:
    /// offsets, uids, values.
    pub(crate) fn lay_out(
        &mut self,
        lengths: impl Iterator<Item = usize>,
    ) -> (&[usize], &mut [u16], &mut [u16]) {
        self.offsets.clear();
        self.offsets.push(0);
        let mut end = 0;
        for length in lengths {
            end += length;
            self.offsets.push(end);
        }
        self.uids.clear();
        self.uids.resize(end, 0);
        self.values.clear();
        self.values.resize(end, 0);
        (&self.offsets, &mut self.uids, &mut self.values)
    }

    /// Makes room for so many more entries.
    pub(crate) fn reserve(&mut self, entries: usize) {
        self.uids.reserve(entries);
        self.values.reserve(entries);
    }

    /// Ends rows until there are `len`; entries appended since the last end belong to the first.
    pub(crate) fn pad(&mut self, len: usize) {
        while self.len() < len {
            self.offsets.push(self.uids.len());
        }
    }

    /// Appends entries to the row that has not ended yet.
    pub(crate) fn extend_row(&mut self, uids: &[u16], values: &[u16]) {
        self.uids.extend_from_slice(uids);
        self.values.extend_from_slice(values);
    }

    /// Borrows the rows.
    #[must_use]
    pub fn view(&self) -> Rows<'_> {
        Rows { offsets: &self.offsets, uids: &self.uids, values: &self.values }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is no row at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
