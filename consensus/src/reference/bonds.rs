//! The two bond rules of the reference: Yuma 2 and Yuma 3, the latter with liquid alpha.

use substrate_fixed::transcendental::exp;
use substrate_fixed::types::{I32F32, I64F64};

use super::matrix::{Matrix, Row, dense, normalise, normalise_columns, positive, upscale_columns};
use super::number::{ratio, safe_div, total};
use crate::EpochInput;

/// Yuma 2: the new bonds to store, and the dividends.
pub(super) fn yuma2(
    input: &EpochInput<'_>,
    weights: &Matrix,
    incentive: &[I32F32],
    active_stake: &[I32F32],
) -> (Matrix, Vec<I32F32>) {
    let n = input.n();
    let mut old = old_bonds(input, |b| b);
    normalise_columns(&mut old, n);
    let mut delta = weights.clone();
    for (row, s) in delta.iter_mut().zip(active_stake) {
        for (_, w) in row {
            *w = w.saturating_mul(*s);
        }
    }
    normalise_columns(&mut delta, n);
    let mut ema = moving_average(&delta, &old, fixed_alpha(input), n);
    normalise_columns(&mut ema, n);
    let mut dividends = income(&ema, incentive);
    normalise(&mut dividends);
    upscale_columns(&mut ema, n);
    (ema, dividends)
}

/// Yuma 3: the new bonds to store, and the dividends.
pub(super) fn yuma3(
    input: &EpochInput<'_>,
    weights: &Matrix,
    consensus: &[I32F32],
    incentive: &[I32F32],
    active_stake: &[I32F32],
) -> (Matrix, Vec<I32F32>) {
    let n = input.n();
    let old = old_bonds(input, |b| safe_div(b, I32F32::from_num(u16::MAX)));
    let has_consensus = consensus.iter().any(|c| *c != I32F32::from_bits(0));
    let ema = if input.params.liquid_alpha && has_consensus {
        liquid_average(input, weights, &old, consensus)
    } else {
        moving_average(weights, &old, fixed_alpha(input), n)
    };
    let mut normalised = ema.clone();
    normalise_columns(&mut normalised, n);
    let mut dividends: Vec<I32F32> = income(&normalised, incentive)
        .iter()
        .zip(active_stake)
        .map(|(d, s)| d.saturating_mul(*s))
        .collect();
    normalise(&mut dividends);
    (ema, dividends)
}

/// Stored bonds without those to neurons that registered since the last epoch.
fn old_bonds(input: &EpochInput<'_>, scale: impl Fn(I32F32) -> I32F32) -> Matrix {
    let last_tempo = input.params.last_tempo();
    let registered = |j: u16| input.block_at_registration.get(usize::from(j)).copied().unwrap_or(0);
    (0..input.n())
        .map(|i| {
            let kept = input.bonds.row(i).filter(|&(j, _)| last_tempo > registered(j));
            kept.map(|(j, b)| (j, scale(I32F32::from_num(b)))).collect()
        })
        .collect()
}

/// `1 - bonds_moving_average`: how much of the new an epoch takes in.
fn fixed_alpha(input: &EpochInput<'_>) -> I32F32 {
    let kept = I64F64::saturating_from_num(input.params.bonds_moving_average)
        .saturating_div(I64F64::from_num(1_000_000));
    I32F32::from_num(1).saturating_sub(I32F32::saturating_from_num(kept))
}

/// `alpha * new + (1 - alpha) * old`, positive entries in ascending order.
fn moving_average(new: &Matrix, old: &Matrix, alpha: I32F32, n: usize) -> Matrix {
    let keep = I32F32::from_num(1).saturating_sub(alpha);
    let mix = |(new, old): (&Row, &Row)| {
        let (new, old) = (dense(new, n), dense(old, n));
        let mixed = new
            .iter()
            .zip(&old)
            .map(|(&new, &old)| alpha.saturating_mul(new).saturating_add(keep.saturating_mul(old)));
        positive(mixed)
    };
    new.iter().zip(old).map(mix).collect()
}

/// `sum_j incentive_j * bond_ij` of every row.
fn income(bonds: &Matrix, incentive: &[I32F32]) -> Vec<I32F32> {
    let times = |&(j, b): &(u16, I32F32)| {
        incentive.get(usize::from(j)).map_or(I32F32::from_bits(0), |v| v.saturating_mul(b))
    };
    bonds.iter().map(|row| total(row.iter().map(times))).collect()
}

/// Moving average with an alpha of its own for every entry; keeps the entries and the order of
/// `new`, capped at 1.
fn liquid_average(
    input: &EpochInput<'_>,
    new: &Matrix,
    old: &Matrix,
    consensus: &[I32F32],
) -> Matrix {
    let one = I32F32::from_num(1);
    let n = input.n();
    let mut rows = Matrix::new();
    for (new_row, old_row) in new.iter().zip(old) {
        let seen_new = walked(new_row, n);
        let seen_old = walked(old_row, n);
        let old_dense = dense(old_row, n);
        // As the chain: an alpha for every column, needed or not.
        let alphas: Vec<I32F32> =
            (0..n).map(|c| liquid_alpha(input, consensus[c], seen_new[c], seen_old[c])).collect();
        let mut row = Vec::new();
        for &(j, w) in new_row {
            let c = usize::from(j);
            let alpha = alphas[c];
            let decayed = one.saturating_sub(alpha).saturating_mul(old_dense[c]);
            let bought = alpha.saturating_mul(w).max(I32F32::from_bits(0));
            let bond = decayed.saturating_add(bought).min(one);
            if bond > I32F32::from_bits(0) {
                row.push((j, bond));
            }
        }
        rows.push(row);
    }
    rows
}

/// A row as the chain reads it when it walks row and columns side by side: the cursor only moves
/// past entries below the column, so an entry behind a larger uid reads as 0.
fn walked(row: &[(u16, I32F32)], n: usize) -> Vec<I32F32> {
    let mut cursor = 0;
    (0..n)
        .map(|column| {
            while cursor < row.len() && usize::from(row[cursor].0) < column {
                cursor += 1;
            }
            match row.get(cursor) {
                Some(&(j, v)) if usize::from(j) == column => v,
                _ => I32F32::from_bits(0),
            }
        })
        .collect()
}

/// The alpha of one entry, from how far its weight is above consensus (buying) or below its bond
/// (selling).
fn liquid_alpha(input: &EpochInput<'_>, consensus: I32F32, weight: I32F32, bond: I32F32) -> I32F32 {
    let one = I32F32::from_num(1);
    let unit = |x: I32F32| x.min(one).max(I32F32::from_bits(0));
    let buy = unit(weight.saturating_sub(consensus));
    let sell = unit(bond.saturating_sub(weight));
    let difference = if weight >= bond { buy } else { sell };
    let slope = I32F32::from_num(input.params.alpha_sigmoid_steepness)
        .saturating_div(I32F32::from_num(-100));
    let exponent = slope.saturating_mul(difference.saturating_sub(I32F32::from_num(0.5)));
    let sigmoid = one.saturating_div(one.saturating_add(bounded_exp(exponent)));
    let low = ratio(input.params.alpha_low);
    let high = ratio(input.params.alpha_high);
    let alpha = low.saturating_add(sigmoid.saturating_mul(high.saturating_sub(low)));
    alpha.min(high).max(low)
}

/// `e^x` with the input clamped to [-20, 20]; the library cannot fail there.
fn bounded_exp(x: I32F32) -> I32F32 {
    let x = x.min(I32F32::from_num(20)).max(I32F32::from_num(-20));
    let fallback =
        if x <= I32F32::from_bits(0) { I32F32::from_bits(0) } else { I32F32::max_value() };
    exp(x).unwrap_or(fallback)
}
