//! Sparse matrices of the reference: one list of `(column, value)` a row.

use substrate_fixed::types::I32F32;

use super::number::{safe_div, total};

pub(super) type Row = Vec<(u16, I32F32)>;
pub(super) type Matrix = Vec<Row>;

/// Divides a vector by its sum, unless that is 0.
pub(super) fn normalise(values: &mut [I32F32]) {
    let sum = total(values.iter().copied());
    if sum != I32F32::from_bits(0) {
        for v in values {
            *v = safe_div(*v, sum);
        }
    }
}

pub(super) fn row_sums(rows: &Matrix) -> Vec<I32F32> {
    rows.iter().map(|row| total(row.iter().map(|(_, v)| *v))).collect()
}

/// Divides every column by its sum, unless that is 0.
pub(super) fn normalise_columns(rows: &mut Matrix, n: usize) {
    divide_columns(rows, n, |sum, v| sum.saturating_add(v));
}

/// Divides every column by its largest value, unless that is 0.
pub(super) fn upscale_columns(rows: &mut Matrix, n: usize) {
    divide_columns(rows, n, |max, v| if max < v { v } else { max });
}

fn divide_columns(rows: &mut Matrix, n: usize, fold: impl Fn(I32F32, I32F32) -> I32F32) {
    let zero = I32F32::from_bits(0);
    let mut divisor = vec![zero; n];
    for &(j, v) in rows.iter().flatten() {
        if let Some(d) = divisor.get_mut(usize::from(j)) {
            *d = fold(*d, v);
        }
    }
    for (j, v) in rows.iter_mut().flatten() {
        let d = divisor.get(usize::from(*j)).copied().unwrap_or(zero);
        if d != zero {
            *v = safe_div(*v, d);
        }
    }
}

/// `a + ratio * (b - a)`, positive entries in ascending order; a ratio of exactly 0 or 1 returns
/// `a` or `b` with its order kept.
pub(super) fn interpolate(a: &Matrix, b: &Matrix, ratio: I32F32, n: usize) -> Matrix {
    if ratio == I32F32::from_num(0) {
        return a.clone();
    }
    if ratio == I32F32::from_num(1) {
        return b.clone();
    }
    let mix = |(a, b): (&Row, &Row)| {
        let (a, b) = (dense(a, n), dense(b, n));
        let mixed = a
            .iter()
            .zip(&b)
            .map(|(&a, &b)| a.saturating_add(ratio.saturating_mul(b.saturating_sub(a))));
        positive(mixed)
    };
    a.iter().zip(b).map(mix).collect()
}

/// A sparse row spread out over `n` columns; columns beyond are dropped.
pub(super) fn dense(row: &[(u16, I32F32)], n: usize) -> Vec<I32F32> {
    let mut out = vec![I32F32::from_bits(0); n];
    for &(j, v) in row {
        if let Some(cell) = out.get_mut(usize::from(j)) {
            *cell = v;
        }
    }
    out
}

/// The positive values of a dense row, in ascending order of columns.
pub(super) fn positive(values: impl Iterator<Item = I32F32>) -> Vec<(u16, I32F32)> {
    let zero = I32F32::from_bits(0);
    (0u16..).zip(values).filter(|(_, v)| *v > zero).collect()
}
