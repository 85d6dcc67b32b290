//! The steps that rules share. A rule's file reads as a list of these and shows what is its own.

use super::{Matrix, View};

/// Added to a sum before dividing by it in most places, as published.
pub(super) const SLACK: f64 = 1e-6;

/// One as the rules' consensus counts it.
const U16_MAX: f64 = 65535.0;

/// `a / b`, and 0 where there is nothing to divide by.
fn quotient(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a / b }
}

/// Each value over the sum of all plus `slack`.
pub(super) fn shares(values: &[f64], slack: f64) -> Vec<f64> {
    let sum = values.iter().sum::<f64>() + slack;
    values.iter().map(|value| quotient(*value, sum)).collect()
}

/// Each row over its sum.
pub(super) fn row_shares(weights: &Matrix) -> Matrix {
    let mut normalised = weights.clone();
    for i in 0..weights.rows() {
        let sum = weights.row(i).iter().sum::<f64>() + SLACK;
        normalised.row_mut(i).iter_mut().for_each(|value| *value /= sum);
    }
    normalised
}

/// Each column over its sum plus `slack`.
pub(super) fn column_shares(bonds: &Matrix, slack: f64) -> Matrix {
    let sums = bonds.column_sums();
    bonds.map(|_, j, bond| quotient(bond, sums[j] + slack))
}

/// The largest weight per column that `kappa` of the stake supports; their shares, cut to whole
/// 65535ths as the chain cuts them. All zero when no column has support.
pub(super) fn consensus(weights: &Matrix, stake: &[f64], kappa: f64) -> Vec<f64> {
    let mut column = Vec::with_capacity(stake.len());
    let supported: Vec<f64> = (0..weights.columns())
        .map(|j| {
            column.clear();
            column.extend(stake.iter().enumerate().map(|(i, stake)| (weights.row(i)[j], *stake)));
            supported(&mut column, kappa)
        })
        .collect();
    shares(&supported, 0.0).iter().map(|share| (share * U16_MAX).trunc() / U16_MAX).collect()
}

/// The largest weight such that the stake behind it or more reaches `kappa`. Sums are taken from
/// the largest weight down; when rounding keeps them all below `kappa`, the smallest weight.
fn supported(weights_and_stake: &mut [(f64, f64)], kappa: f64) -> f64 {
    weights_and_stake.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut support = 0.0;
    for (weight, stake) in weights_and_stake.iter() {
        support += stake;
        if support >= kappa {
            return *weight;
        }
    }
    weights_and_stake.last().map_or(0.0, |(weight, _)| *weight)
}

/// Weights with everything above the consensus cut off.
pub(super) fn clipped(weights: &Matrix, consensus: &[f64]) -> Matrix {
    weights.map(|_, j, weight| weight.min(consensus[j]))
}

/// What each row gets when every column pays its incentive out by bonds.
pub(super) fn paid(bonds: &Matrix, incentive: &[f64]) -> Vec<f64> {
    let pay = |i| bonds.row(i).iter().zip(incentive).map(|(bond, pay)| bond * pay).sum();
    (0..bonds.rows()).map(pay).collect()
}

impl View<'_> {
    /// Shares of the miners: stake-weighted sums of clipped weights, or all to the largest.
    pub(super) fn incentive(&self, clipped: &Matrix) -> Vec<f64> {
        let rank = clipped.map(|i, _, weight| self.stake[i] * weight).column_sums();
        let incentive = shares(&rank, 0.0);
        if self.params.winner_takes_all { winners(&incentive) } else { incentive }
    }

    /// Stake times weights cut by the bonds penalty: what a validator claims of each miner.
    pub(super) fn claims(&self, weights: &Matrix, clipped: &Matrix) -> Matrix {
        let penalty = self.params.bonds_penalty;
        weights.map(|i, j, weight| {
            self.stake[i] * ((1.0 - penalty) * weight + penalty * clipped.row(i)[j])
        })
    }

    /// New bonds averaged with those of the epoch before, if there was one.
    pub(super) fn averaged(&self, new: Matrix) -> Matrix {
        let Some(previous) = self.previous else { return new };
        let kept = self.params.bonds_moving_average;
        new.map(|i, j, bond| (1.0 - kept) * bond + kept * previous.bonds.row(i)[j])
    }

    /// The bond held in the epoch before.
    pub(super) fn old_bond(&self, i: usize, j: usize) -> f64 {
        self.previous.map_or(0.0, |previous| previous.bonds.row(i)[j])
    }

    /// Bonds that move towards the weights at a rate of their own, each between 0 and 1.
    pub(super) fn relative(&self, rate: impl Fn(usize, usize, f64) -> f64) -> Matrix {
        self.weights.map(|i, j, weight| {
            let rate = rate(i, j, weight);
            let kept = self.old_bond(i, j) * (1.0 - rate);
            (kept + (rate * weight).min((1.0 - kept).max(0.0))).min(1.0)
        })
    }

    /// What relative bonds pay: shares of each miner's bonds, then by stake.
    pub(super) fn paid_by_stake(&self, bonds: &Matrix, incentive: &[f64]) -> Vec<f64> {
        let paid = paid(&column_shares(bonds, SLACK), incentive);
        paid.iter().zip(&self.stake).map(|(pay, stake)| stake * pay).collect()
    }
}

/// Everything to the largest; ties share.
fn winners(incentive: &[f64]) -> Vec<f64> {
    let largest = incentive.iter().copied().fold(0.0, f64::max);
    let ties = incentive.iter().filter(|share| **share == largest).count() as f64;
    incentive.iter().map(|share| if *share == largest { 1.0 / ties } else { 0.0 }).collect()
}
