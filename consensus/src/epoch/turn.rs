//! New bonds turned from columns back into rows.

use crate::OwnedRows;

/// Columns handled together: few enough for their lines to stay in the first-level cache.
const TILE: usize = 64;

/// Rows from full columns: `blocks` are runs of columns, each column one value per uid, with the
/// places (column, row) that hold no bond. Rows of uids without a permit stay empty.
pub(super) fn full_rows<'a, I>(
    n: usize,
    uids: &[u16],
    permit: impl Fn(u16) -> bool,
    blocks: impl Fn() -> I,
) -> OwnedRows
where
    I: Iterator<Item = (&'a [u16], &'a [(u16, u16)])>,
{
    let mut gaps: Vec<Vec<u16>> = vec![Vec::new(); uids.len()];
    for &(column, row) in blocks().flat_map(|(_, absent)| absent) {
        gaps[usize::from(row)].push(column);
    }
    let table = turned(n, uids.len(), blocks().map(|(values, _)| values));
    let columns: Vec<u16> = (0..n as u16).collect();
    let mut bonds = OwnedRows::new();
    bonds.reserve(table.len());
    for ((&uid, gaps), row) in uids.iter().zip(&gaps).zip(table.chunks_exact(n.max(1))) {
        if permit(uid) {
            bonds.pad(usize::from(uid));
            let mut start = 0;
            for &gap in gaps {
                let gap = usize::from(gap);
                bonds.extend_row(&columns[start..gap], &row[start..gap]);
                start = gap + 1;
            }
            bonds.extend_row(&columns[start..], &row[start..]);
            bonds.pad(usize::from(uid) + 1);
        }
    }
    bonds.pad(n);
    bonds
}

/// Columns of `k` values turned into `k` rows of `n`, tile by tile.
fn turned<'a>(n: usize, k: usize, blocks: impl Iterator<Item = &'a [u16]>) -> Vec<u16> {
    let mut table = vec![0; n * k];
    let mut first = 0;
    for tile in blocks.flat_map(|block| block.chunks(TILE * k.max(1))) {
        let width = tile.len() / k;
        for (row, line) in table.chunks_exact_mut(n).enumerate() {
            let places = &mut line[first..first + width];
            for (place, column) in places.iter_mut().zip(tile.chunks_exact(k)) {
                *place = column[row];
            }
        }
        first += width;
    }
    table
}

/// Rows in general: `columns` yields, in ascending order, a column with the rows (positions in
/// `uids`) and the values of its bonds. Rows of uids without a permit stay empty.
pub(super) fn sparse_rows<'a, I>(
    n: usize,
    uids: &[u16],
    permit: impl Fn(u16) -> bool,
    columns: impl Fn() -> I,
) -> OwnedRows
where
    I: Iterator<Item = (usize, (&'a [u16], &'a [u16]))>,
{
    let mut lengths = vec![0; n];
    for (_, (rows, _)) in columns() {
        for &row in rows {
            lengths[usize::from(uids[usize::from(row)])] += 1;
        }
    }
    for (length, uid) in lengths.iter_mut().zip(0u16..) {
        *length = if permit(uid) { *length } else { 0 };
    }
    let mut bonds = OwnedRows::new();
    let (offsets, targets, values) = bonds.lay_out(lengths.into_iter());
    let place = |&uid: &u16| permit(uid).then_some(offsets[usize::from(uid)]);
    let mut next: Vec<Option<usize>> = uids.iter().map(place).collect();
    for (j, (rows, column)) in columns() {
        for (&row, &value) in rows.iter().zip(column) {
            if let Some(place) = &mut next[usize::from(row)] {
                targets[*place] = j as u16;
                values[*place] = value;
                *place += 1;
            }
        }
    }
    bonds
}
