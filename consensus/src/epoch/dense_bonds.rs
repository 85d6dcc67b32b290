//! Step 8 of an epoch on full tables: both bond rules without liquid alpha, a column at a time.
//!
//! A column in which a single entry makes up a whole sum would need the fraction 1.0, which 32 bits
//! cannot hold; such columns are handed to the sparse way.

use std::ops::Range;

use super::RowMap;
use super::bonds::{BondRule, BondShare};
use super::dense::Dense;
use super::lanes::{self, LaneDivisor, share_factor, share_of_sum, with_vectors};
use crate::fixed::ONE;

/// Results of a run of columns: a value for every row of every column, and which of them are no
/// bonds at all.
#[derive(Debug, Default)]
pub(super) struct DenseBondShare {
    /// This run's part of each row's income from bonds, before it is normalised.
    pub income: Vec<u64>,
    /// New bonds, column after column, one value per row.
    values: Vec<u16>,
    /// Column and row of every place without a bond, in ascending order.
    absent: Vec<(u16, u16)>,
    lanes: [Vec<u64>; 2],
    lane_values: Vec<u16>,
    sparse: SparseColumn,
}

/// A column for the sparse way, and its results.
#[derive(Debug, Default)]
struct SparseColumn {
    new: (Vec<u16>, Vec<u64>),
    old: (Vec<u16>, Vec<u16>),
    share: BondShare,
}

/// One full column, ready to be worked on.
#[derive(Clone, Copy)]
struct Column<'a> {
    j: usize,
    weights: &'a [u32],
    bonds: &'a [u16],
}

with_vectors! {
    /// New bonds and income of a run of columns. `weights` are those of the run, as
    /// `dense_weights` left them.
    fn hold(
        share: &mut DenseBondShare,
        columns: Range<usize>,
        rule: &BondRule<'_>,
        dense: &Dense,
        weights: &[u32],
        rows: &RowMap,
    ) => hold_columns
}

#[inline(always)]
fn hold_columns(
    share: &mut DenseBondShare,
    columns: Range<usize>,
    rule: &BondRule<'_>,
    dense: &Dense,
    weights: &[u32],
    rows: &RowMap,
) {
    let stride = dense.stride;
    share.start(stride);
    let bonds = dense.bonds.chunks_exact(stride).skip(columns.start);
    for ((j, weights), bonds) in columns.zip(weights.chunks_exact(stride)).zip(bonds) {
        let column = Column { j, weights, bonds };
        let done = if rule.yuma3 {
            hold_yuma3(share, rule, column)
        } else {
            hold_yuma2(share, rule, column, &dense.stake)
        };
        if done {
            share.keep(j, rows.uid.len());
        } else {
            share.hold_sparsely(rule, column, rows);
        }
    }
}

/// `w + penalty * (clipped - w)`.
#[inline(always)]
fn for_bond(weight: u32, consensus: u32, penalty: u64) -> u64 {
    let clipped = weight.min(consensus);
    let excess = u64::from(weight - clipped);
    // The chain multiplies by the negative excess, which rounds away from zero.
    u64::from(weight) - ((penalty * excess + (ONE - 1)) >> 32)
}

/// Leaves the column's bonds in `lanes[0]` and `lane_values`. Says whether the column was done; if
/// not, no income has been paid.
#[inline(always)]
fn hold_yuma2(
    share: &mut DenseBondShare,
    rule: &BondRule<'_>,
    column: Column<'_>,
    stake: &[u32],
) -> bool {
    let [ema, delta] = &mut share.lanes;
    let consensus = rule.consensus[column.j] as u32;
    let incentive = rule.incentive[column.j];
    let (mut sum, mut largest) = (0, 0);
    for ((delta, weight), stake) in delta.iter_mut().zip(column.weights).zip(stake) {
        let weight = if rule.penalty == ONE {
            u64::from(*weight.min(&consensus))
        } else {
            for_bond(*weight, consensus, rule.penalty)
        };
        *delta = lanes::mul(u64::from(*stake), weight);
        sum += *delta;
        largest = largest.max(*delta);
    }
    let old_sum: u32 = column.bonds.iter().map(|b| u32::from(*b)).sum();
    let old_largest = column.bonds.iter().copied().max().unwrap_or(0);
    let lone = |largest: u64, sum: u64| sum > 0 && largest == sum;
    if lone(largest, sum) || lone(u64::from(old_largest), u64::from(old_sum)) || incentive >= ONE {
        return false;
    }
    let (bought, kept) = (LaneDivisor::new(sum), share_factor(u64::from(old_sum)));
    let (mut sum, mut largest) = (0, 0);
    for ((ema, delta), old) in ema.iter_mut().zip(delta.iter()).zip(column.bonds) {
        *ema = lanes::mul(rule.take, bought.quotient(*delta))
            + lanes::mul(rule.keep, share_of_sum(*old, kept));
        sum += *ema;
        largest = largest.max(*ema);
    }
    if lone(largest, sum) || sum >= ONE {
        return false;
    }
    let sum = LaneDivisor::new(sum);
    let largest = LaneDivisor::new(sum.quotient(largest));
    for ((ema, income), value) in ema.iter().zip(&mut share.income).zip(&mut share.lane_values) {
        let part = sum.quotient(*ema);
        *income += lanes::mul(incentive, part);
        // The largest itself comes out as 1.0 or an ulp above, and saturates.
        let scaled = largest.quotient(part);
        *value = (((scaled << 16) - scaled) >> 32).min(65535) as u16;
    }
    true
}

/// As [`hold_yuma2`].
#[inline(always)]
fn hold_yuma3(share: &mut DenseBondShare, rule: &BondRule<'_>, column: Column<'_>) -> bool {
    let ema = &mut share.lanes[0];
    let consensus = rule.consensus[column.j] as u32;
    let incentive = rule.incentive[column.j];
    let (mut sum, mut largest) = (0, 0);
    for ((ema, weight), old) in ema.iter_mut().zip(column.weights).zip(column.bonds) {
        let weight = for_bond(*weight, consensus, rule.penalty);
        *ema = lanes::mul(rule.take, weight) + mul_ratio(rule.keep, *old);
        sum += *ema;
        largest = largest.max(*ema);
    }
    if (sum > 0 && sum == largest) || incentive >= ONE || largest >= ONE {
        return false;
    }
    let sum = LaneDivisor::new(sum);
    for ((ema, income), value) in ema.iter().zip(&mut share.income).zip(&mut share.lane_values) {
        *income += lanes::mul(incentive, sum.quotient_wide(*ema));
        *value = (((*ema << 16) - *ema) >> 32) as u16;
    }
    true
}

/// `x * trunc(bond / 65535)`, which is `x * (bond * 65537)` and one more `x` for a bond of 1.0.
#[inline(always)]
fn mul_ratio(x: u64, bond: u16) -> u64 {
    let product = u64::from(x as u32) * u64::from(u32::from(bond) * 65537);
    (product + if bond == u16::MAX { x } else { 0 }) >> 32
}

impl DenseBondShare {
    /// Values, and places without a bond.
    pub fn results(&self) -> (&[u16], &[(u16, u16)]) {
        (&self.values, &self.absent)
    }

    fn start(&mut self, stride: usize) {
        self.income.clear();
        self.income.resize(stride, 0);
        self.values.clear();
        self.absent.clear();
        self.lane_values.resize(stride, 0);
        for lanes in &mut self.lanes {
            lanes.resize(stride, 0);
        }
    }

    /// Keeps the first `rows` lanes of the column that has just been done.
    #[inline(always)]
    fn keep(&mut self, j: usize, rows: usize) {
        self.values.extend_from_slice(&self.lane_values[..rows]);
        let bonds = &self.lanes[0][..rows];
        if bonds.iter().map(|bond| u32::from(*bond == 0)).sum::<u32>() > 0 {
            let none = (0u16..).zip(bonds).filter(|(_, bond)| **bond == 0);
            self.absent.extend(none.map(|(row, _)| (j as u16, row)));
        }
    }

    /// Hands a column to the sparse way.
    #[inline(never)]
    fn hold_sparsely(&mut self, rule: &BondRule<'_>, column: Column<'_>, rows: &RowMap) {
        let SparseColumn { new, old, share } = &mut self.sparse;
        new.0.clear();
        new.1.clear();
        old.0.clear();
        old.1.clear();
        for (row, (weight, bond)) in (0u16..).zip(column.weights.iter().zip(column.bonds)) {
            if *weight > 0 {
                new.0.push(row);
                new.1.push(u64::from(*weight));
            }
            if *bond > 0 {
                old.0.push(row);
                old.1.push(*bond);
            }
        }
        let count = rows.uid.len();
        share.start(count);
        share.column(rule, column.j, (&new.0, &new.1), (&old.0, &old.1), &rows.active_stake);
        for (sum, income) in self.income.iter_mut().zip(&share.income) {
            *sum += income;
        }
        let start = self.values.len();
        self.values.resize(start + count, 0);
        self.lanes[0].fill(0);
        for (&row, &value) in share.rows.iter().zip(&share.values) {
            self.values[start + usize::from(row)] = value;
            self.lanes[0][usize::from(row)] = 1;
        }
        let lanes = (0u16..).zip(&self.lanes[0][..count]);
        self.absent.extend(lanes.filter(|(_, b)| **b == 0).map(|(row, _)| (column.j as u16, row)));
    }
}
