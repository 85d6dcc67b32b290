//! The matrices behind an epoch, rebuilt row by row for people to look at.

use super::columns::Masks;
use super::stake::Stakes;
use crate::fixed::TermDivisor;
use crate::{EpochDetail, EpochInput};

pub(super) fn detail(
    input: &EpochInput<'_>,
    stakes: &Stakes,
    consensus: &[i64],
    rank: &[u64],
) -> EpochDetail {
    let bits = |values: &[u64]| values.iter().map(|v| *v as i64).collect();
    let normalised_weights = normalised_weights(input, &stakes.permit);
    EpochDetail {
        stake_bits: bits(&stakes.stake),
        active_stake_bits: bits(&stakes.active_stake),
        clipped_weights: clipped_weights(&normalised_weights, consensus),
        normalised_weights,
        rank_bits: bits(rank),
    }
}

fn normalised_weights(input: &EpochInput<'_>, permit: &[bool]) -> Vec<Vec<(u16, i64)>> {
    let masks = Masks::new(input, permit);
    let mut rows = vec![Vec::new(); input.n()];
    for (uid, row) in (0u16..).zip(&mut rows) {
        let mut sum = 0;
        masks.each(uid, |_, weight| sum += u64::from(weight));
        let sum = TermDivisor::new(sum);
        masks.each(uid, |j, weight| row.push((j as u16, sum.quotient(weight) as i64)));
    }
    rows
}

fn clipped_weights(weights: &[Vec<(u16, i64)>], consensus: &[i64]) -> Vec<Vec<(u16, i64)>> {
    let clip = |&(j, weight): &(u16, i64)| {
        let cap = consensus[usize::from(j)];
        (weight == 0 || cap > 0).then_some((j, weight.min(cap)))
    };
    weights.iter().map(|row| row.iter().filter_map(clip).collect()).collect()
}
