//! Weights and bonds turned from rows into columns: a counting sort by column.
//!
//! Within a column the entries stand in ascending order of rows, because rows are dealt out in
//! that order.

use crate::EpochInput;
use crate::fixed::TermDivisor;

/// Entries by column. `V` is `u64` for normalised weights (raw I32F32), `u16` for stored bonds.
#[derive(Debug, Default)]
pub(super) struct Columns<V> {
    offsets: Vec<usize>,
    rows: Vec<u16>,
    values: Vec<V>,
    next: Vec<usize>,
}

impl<V: Copy + Default> Columns<V> {
    /// Rows and values of column `j`.
    #[inline]
    pub fn column(&self, j: usize) -> (&[u16], &[V]) {
        let span = self.offsets[j]..self.offsets[j + 1];
        (&self.rows[span.clone()], &self.values[span])
    }

    /// Counts to start positions; makes room for all entries.
    fn lay_out(&mut self) {
        self.offsets.clear();
        self.offsets.push(0);
        let mut end = 0;
        for count in &mut self.next {
            let start = end;
            end += *count;
            *count = start;
            self.offsets.push(end);
        }
        // Every place is written before it is read; only growth needs a value.
        self.rows.resize(end, 0);
        self.values.resize(end, V::default());
    }

    #[inline(always)]
    fn deal(&mut self, column: usize, row: u16, value: V) {
        let place = self.next[column];
        self.rows[place] = row;
        self.values[place] = value;
        self.next[column] = place + 1;
    }
}

impl Columns<u64> {
    /// Deals out the weights that count (step 5 of the protocol page), each row divided by its sum.
    /// `uids` are the neurons with rows, ascending; entry `k` becomes row `k`.
    pub fn fill_weights(&mut self, input: &EpochInput<'_>, permit: &[bool], uids: &[u16]) {
        let masks = Masks::new(input, permit);
        self.next.clear();
        self.next.resize(input.n(), 0);
        for &uid in uids {
            masks.each(uid, |j, _| self.next[j] += 1);
        }
        self.lay_out();
        for (k, &uid) in uids.iter().enumerate() {
            let mut sum = 0;
            masks.each(uid, |_, weight| sum += u64::from(weight));
            let sum = TermDivisor::new(sum);
            masks.each(uid, |j, weight| self.deal(j, k as u16, sum.quotient(weight)));
        }
    }
}

impl Columns<u16> {
    /// Deals out the stored bonds, without those to neurons that registered since the last epoch.
    pub fn fill_bonds(&mut self, input: &EpochInput<'_>, uids: &[u16]) {
        let n = input.n();
        let last_tempo = input.params.last_tempo();
        let void: Vec<bool> =
            input.block_at_registration.iter().map(|&block| last_tempo <= block).collect();
        let counts = |j: u16| usize::from(j) < n && !void[usize::from(j)];
        self.next.clear();
        self.next.resize(n, 0);
        for &uid in uids {
            for (j, _) in input.bonds.row(usize::from(uid)) {
                if counts(j) {
                    self.next[usize::from(j)] += 1;
                }
            }
        }
        self.lay_out();
        for (k, &uid) in uids.iter().enumerate() {
            for (j, bond) in input.bonds.row(usize::from(uid)) {
                if counts(j) {
                    self.deal(usize::from(j), k as u16, bond);
                }
            }
        }
    }
}

/// Which weights count: those of permit holders, to others than themselves, to neurons that were
/// there when the weight was set (and committed).
pub(super) struct Masks<'a> {
    input: &'a EpochInput<'a>,
    permit: &'a [bool],
    newest: u64,
}

impl<'a> Masks<'a> {
    pub fn new(input: &'a EpochInput<'a>, permit: &'a [bool]) -> Self {
        let newest = input.block_at_registration.iter().copied().max().unwrap_or(0);
        Self { input, permit, newest }
    }

    /// Calls `entry(column, weight)` for every weight of `uid` that counts, in submitted order.
    #[inline(always)]
    pub fn each(&self, uid: u16, mut entry: impl FnMut(usize, u16)) {
        let i = usize::from(uid);
        if !self.permit[i] {
            return;
        }
        let n = self.input.n();
        let own = if self.input.params.owner_uid == Some(uid) { usize::MAX } else { i };
        let before = self.registered_before(i);
        let row = self.input.weights.row(i).map(|(j, weight)| (usize::from(j), weight));
        if self.newest < before {
            row.filter(|&(j, _)| j < n && j != own).for_each(|(j, weight)| entry(j, weight));
        } else {
            let registered = self.input.block_at_registration;
            row.filter(|&(j, _)| j < n && j != own && registered[j] < before)
                .for_each(|(j, weight)| entry(j, weight));
        }
    }

    /// Neurons registered from this block on were unknown to `i` when it set or committed weights.
    fn registered_before(&self, i: usize) -> u64 {
        let updated = self.input.last_update[i];
        match self.input.params.commit_reveal {
            true => updated.min(self.input.commit_block[i].saturating_add(1)),
            false => updated,
        }
    }
}
