//! The one place where the order of a row matters: liquid alpha.
//!
//! The chain walks a row and the columns side by side. Its cursor only moves past entries below the
//! column, so an entry that stands behind one with a larger uid is never seen: it reads as 0. And
//! the new row is built in the order of the weights. Rows in ascending order, by far the most, need
//! none of this.

use super::columns::Masks;
use crate::{EpochInput, OwnedRows};

/// Entries that the chain does not see, as bits of a rows x columns table.
#[derive(Debug)]
pub(super) struct Hidden {
    columns: usize,
    bits: Vec<u64>,
}

impl Hidden {
    /// Hidden entries among the weights for bonds, or none at all. `vanishes(column, weight)` says
    /// which entries clipping removes from their row.
    pub fn weights(
        input: &EpochInput<'_>,
        permit: &[bool],
        uids: &[u16],
        vanishes: impl Fn(usize, u16) -> bool,
    ) -> Option<Self> {
        let masks = Masks::new(input, permit);
        let mut hidden = None;
        for (k, &uid) in uids.iter().enumerate() {
            if is_ascending(input.weights.row(usize::from(uid))) {
                continue;
            }
            let mut largest = 0;
            masks.each(uid, |j, weight| {
                if !vanishes(j, weight) {
                    Self::step(&mut hidden, input.n(), uids.len(), k, j, &mut largest);
                }
            });
        }
        hidden
    }

    /// Hidden entries among the stored bonds, or none at all. A bond to a uid beyond the subnet
    /// hides what stands behind it, unless the mask of new neurons takes it away.
    pub fn bonds(input: &EpochInput<'_>, uids: &[u16]) -> Option<Self> {
        let last_tempo = input.params.last_tempo();
        let registered = |j: usize| input.block_at_registration.get(j).copied().unwrap_or(0);
        let mut hidden = None;
        for (k, &uid) in uids.iter().enumerate() {
            let row = input.bonds.row(usize::from(uid));
            if is_ascending(row.clone()) {
                continue;
            }
            let mut largest = 0;
            let kept = row.map(|(j, _)| usize::from(j)).filter(|&j| last_tempo > registered(j));
            for j in kept {
                Self::step(&mut hidden, input.n(), uids.len(), k, j, &mut largest);
            }
        }
        hidden
    }

    fn step(
        hidden: &mut Option<Self>,
        columns: usize,
        rows: usize,
        row: usize,
        column: usize,
        largest: &mut usize,
    ) {
        if column >= *largest {
            *largest = column;
        } else if column < columns {
            let words = (rows * columns).div_ceil(64);
            let table = hidden.get_or_insert_with(|| Self { columns, bits: vec![0; words] });
            let place = row * columns + column;
            table.bits[place / 64] |= 1 << (place % 64);
        }
    }

    /// Whether the entry of `row` at `column` is hidden.
    pub fn has(&self, row: u16, column: usize) -> bool {
        let place = usize::from(row) * self.columns + column;
        self.bits[place / 64] >> (place % 64) & 1 == 1
    }
}

fn is_ascending(row: impl Iterator<Item = (u16, u16)>) -> bool {
    row.map(|(j, _)| j).is_sorted()
}

/// Puts new bond rows, which come in ascending order, into the order of the weight rows.
pub(super) fn restore(bonds: &mut OwnedRows, input: &EpochInput<'_>) {
    let unsorted = |uid: usize| !is_ascending(input.weights.row(uid));
    if !(0..bonds.len()).any(unsorted) {
        return;
    }
    let mut found: Vec<Option<u16>> = vec![None; input.n()];
    let mut ordered = OwnedRows::new();
    for uid in 0..bonds.len() {
        let row = bonds.view().row(uid);
        if !unsorted(uid) {
            ordered.push_row(row);
            continue;
        }
        for (j, bond) in row {
            found[usize::from(j)] = Some(bond);
        }
        let submitted = input.weights.row(uid);
        ordered.push_row(submitted.filter_map(|(j, _)| {
            found.get_mut(usize::from(j)).and_then(Option::take).map(|bond| (j, bond))
        }));
    }
    *bonds = ordered;
}
