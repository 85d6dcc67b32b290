//! Columns of a subnet on which most validators weigh most neurons: full tables, no row numbers.
//!
//! An absent entry and a weight of 0 are the same to consensus, trust, rank and the bond rules
//! other than liquid alpha, so a full table loses nothing, and whole columns can be worked on with
//! vector instructions. Entries are 32-bit fractions, which leaves out 1.0 itself: inputs that
//! reach it (a lone validator, a row with a single weight, an extreme hyperparameter) take the
//! sparse way.

use super::RowMap;
use super::columns::Masks;
use super::lanes::share_factor;
use super::weights::Voters;
use crate::EpochInput;
use crate::fixed::ONE;

/// Weights and bonds as full column-major tables of `n x stride` entries.
#[derive(Debug, Default)]
pub(super) struct Dense {
    /// Rows, rounded up to whole vectors; rows beyond the last are all zero.
    pub stride: usize,
    /// Raw weights that count.
    pub weights: Vec<u16>,
    /// What turns a raw weight into its share of the row, per row.
    pub factor: Vec<f64>,
    /// Stored bonds that count.
    pub bonds: Vec<u16>,
    /// Stake in the consensus, per row.
    pub vote: Vec<u32>,
    /// Active stake, per row.
    pub stake: Vec<u32>,
    lines: Vec<u16>,
}

/// Rows that are turned into columns together.
const BATCH: usize = 8;

impl Dense {
    /// Fills the tables, if this input is one for the dense way; says whether it is.
    pub fn fill(
        &mut self,
        input: &EpochInput<'_>,
        permit: &[bool],
        rows: &RowMap,
        voters: &Voters,
    ) -> bool {
        let n = input.n();
        let p = input.params;
        let given: usize = (rows.uid.iter().map(|&uid| usize::from(uid)))
            .filter(|&i| permit[i])
            .map(|i| input.weights.offsets[i + 1] - input.weights.offsets[i])
            .sum();
        let is_full = 2 * given >= rows.uid.len() * n && rows.uid.len() >= BATCH;
        let in_range = (1..1_000_000).contains(&p.bonds_moving_average)
            && voters.minority().is_some()
            && rows.active_stake.iter().all(|s| *s < ONE);
        if !is_full || !in_range || (p.yuma3 && p.liquid_alpha) {
            return false;
        }
        self.stride = rows.uid.len().next_multiple_of(2 * BATCH);
        self.vote = self.padded(&voters.stake);
        self.stake = self.padded(&rows.active_stake);
        self.fill_weights(input, permit, &rows.uid) && self.fill_bonds(input, &rows.uid)
    }

    fn padded(&self, values: &[u64]) -> Vec<u32> {
        let mut padded: Vec<u32> = values.iter().map(|v| *v as u32).collect();
        padded.resize(self.stride, 0);
        padded
    }

    fn fill_weights(&mut self, input: &EpochInput<'_>, permit: &[bool], uids: &[u16]) -> bool {
        let n = input.n();
        let masks = Masks::new(input, permit);
        let Self { stride, weights, factor, lines, .. } = self;
        weights.resize(n * *stride, 0);
        factor.clear();
        for first in (0..*stride).step_by(BATCH) {
            lines.clear();
            lines.resize(BATCH * n, 0);
            for (k, line) in (first..).zip(lines.chunks_exact_mut(n)) {
                let Some(&uid) = uids.get(k) else {
                    factor.push(0.0);
                    continue;
                };
                masks.each(uid, |j, weight| line[j] = weight);
                let sum = line.iter().map(|w| u64::from(*w)).sum();
                let largest = line.iter().copied().max().unwrap_or(0);
                if sum >= 1 << 31 || (sum > 0 && sum == u64::from(largest)) {
                    return false;
                }
                factor.push(share_factor(sum));
            }
            turn(lines, weights, n, *stride, first);
        }
        true
    }

    fn fill_bonds(&mut self, input: &EpochInput<'_>, uids: &[u16]) -> bool {
        let n = input.n();
        let last_tempo = input.params.last_tempo();
        let some_void = input.block_at_registration.iter().any(|&block| last_tempo <= block);
        let Self { stride, bonds, lines, .. } = self;
        bonds.resize(n * *stride, 0);
        for first in (0..*stride).step_by(BATCH) {
            lines.clear();
            lines.resize(BATCH * n, 0);
            for (k, line) in (first..).zip(lines.chunks_exact_mut(n)) {
                let Some(&uid) = uids.get(k) else { continue };
                for (j, bond) in input.bonds.row(usize::from(uid)) {
                    if let Some(place) = line.get_mut(usize::from(j)) {
                        *place = bond;
                    }
                }
                if some_void {
                    for (bond, &block) in line.iter_mut().zip(input.block_at_registration) {
                        *bond = if last_tempo <= block { 0 } else { *bond };
                    }
                }
            }
            turn(lines, bonds, n, *stride, first);
        }
        true
    }
}

/// Copies `BATCH` rows of `n` entries into the columns of a table, from row `first` on.
fn turn(lines: &[u16], table: &mut [u16], n: usize, stride: usize, first: usize) {
    let mut line = lines.chunks_exact(n);
    let [a, b, c, d, e, f, g, h]: [&[u16]; BATCH] =
        std::array::from_fn(|_| line.next().unwrap_or(&[]));
    for (j, column) in table.chunks_exact_mut(stride).enumerate().take(n) {
        let entries = [a[j], b[j], c[j], d[j], e[j], f[j], g[j], h[j]];
        column[first..first + BATCH].copy_from_slice(&entries);
    }
}
