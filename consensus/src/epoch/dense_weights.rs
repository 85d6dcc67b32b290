//! Steps 6 and 7 of an epoch on full tables: consensus, clipping, trust and rank.

use std::ops::Range;

use super::dense::Dense;
use super::lanes::{self, share_of_sum, with_vectors};
use super::weights::WeightShare;

with_vectors! {
    /// Consensus, rank and trust of a run of columns.
    fn weigh(
        share: &mut WeightShare,
        columns: Range<usize>,
        dense: &Dense,
        total: u64,
        minority: u64,
    ) => weigh_columns
}

#[inline(always)]
fn weigh_columns(
    share: &mut WeightShare,
    columns: Range<usize>,
    dense: &Dense,
    total: u64,
    minority: u64,
) {
    let stride = dense.stride;
    share.weights.resize(columns.len() * stride, 0);
    share.trust.clear();
    share.trust.resize(stride, 0);
    share.consensus.clear();
    share.rank.clear();
    let raw = dense.weights.chunks_exact(stride).skip(columns.start);
    for (weights, raw) in share.weights.chunks_exact_mut(stride).zip(raw) {
        for ((weight, raw), factor) in weights.iter_mut().zip(raw).zip(&dense.factor) {
            *weight = share_of_sum(*raw, *factor) as u32;
        }
        let consensus = median(weights, &dense.vote, total, minority);
        let mut rank = 0;
        let rows = weights.iter().zip(&mut share.trust).zip(&dense.stake);
        for ((weight, trust), stake) in rows {
            let clipped = u64::from(*weight.min(&consensus));
            *trust += clipped;
            rank += lanes::mul(u64::from(*stake), clipped);
        }
        share.consensus.push(u64::from(consensus));
        share.rank.push(rank);
    }
}

/// The smallest score with more than `minority` stake at or below it, see `median.rs` for why that
/// is the chain's answer. Requires `minority < total`.
///
/// Searches by value, eight ways at once: the answer lies above `low` and at or below `high`, and
/// each look at the column adds up the stake above seven thresholds between them. Sums of 32 bits
/// are enough: no threshold is below everybody's score, so no sum reaches a total of 1.0.
#[inline(always)]
fn median(scores: &[u32], stake: &[u32], total: u64, minority: u64) -> u32 {
    // More than `minority` at or below is the same as less than this above.
    let target = total - minority;
    let (smallest, mut high) = range(scores, stake);
    let mut low = smallest.saturating_sub(1);
    if smallest == 0 && u64::from(above(scores, stake, [0])[0]) < target {
        return 0;
    }
    while high - low > 1 {
        let thresholds = between(low, high);
        let sums = above(scores, stake, thresholds);
        let passed = sums.iter().map(|sum| usize::from(u64::from(*sum) >= target)).sum::<usize>();
        let bounds = [
            low,
            thresholds[0],
            thresholds[1],
            thresholds[2],
            thresholds[3],
            thresholds[4],
            thresholds[5],
            thresholds[6],
            high,
        ];
        (low, high) = (bounds[passed], bounds[passed + 1]);
        while high - low > 1 && candidates(scores, low, high) <= FEW {
            // Either the largest score in question is the answer, or it is out.
            high = largest(scores, high);
            if high - low == 1 || u64::from(above(scores, stake, [high - 1])[0]) >= target {
                return high;
            }
            high -= 1;
        }
    }
    high
}

/// So few candidates that the largest one is worth trying.
const FEW: u32 = 3;

/// Seven scores above `low` and below `high` that part the range evenly.
#[inline(always)]
fn between(low: u32, high: u32) -> [u32; 7] {
    let width = u64::from(high - low);
    std::array::from_fn(|i| low + ((width * (i as u64 + 1)) >> 3).max(1) as u32)
}

/// Smallest and largest score of those with stake.
#[inline(always)]
fn range(scores: &[u32], stake: &[u32]) -> (u32, u32) {
    let (mut smallest, mut largest) = (u32::MAX, 0);
    for (score, stake) in scores.iter().zip(stake) {
        smallest = smallest.min(if *stake > 0 { *score } else { u32::MAX });
        largest = largest.max(if *stake > 0 { *score } else { 0 });
    }
    (smallest, largest)
}

/// Stake above each threshold, modulo 1.0.
#[inline(always)]
fn above<const N: usize>(scores: &[u32], stake: &[u32], thresholds: [u32; N]) -> [u32; N] {
    let mut sums = [0u32; N];
    for (score, stake) in scores.iter().zip(stake) {
        for (sum, threshold) in sums.iter_mut().zip(thresholds) {
            *sum = sum.wrapping_add(if *score > threshold { *stake } else { 0 });
        }
    }
    sums
}

/// Number of scores above `low` and at or below `high`.
#[inline(always)]
fn candidates(scores: &[u32], low: u32, high: u32) -> u32 {
    scores.iter().map(|score| u32::from(score.wrapping_sub(low + 1) < high - low)).sum()
}

/// Largest score of at most `limit`.
#[inline(always)]
fn largest(scores: &[u32], limit: u32) -> u32 {
    scores.iter().map(|score| if *score <= limit { *score } else { 0 }).max().unwrap_or(0)
}
