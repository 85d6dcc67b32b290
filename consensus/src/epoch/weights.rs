//! Steps 6 and 7 of an epoch, column by column: consensus, clipping, trust and rank.

use std::ops::Range;

use super::columns::Columns;
use super::median::{Vote, weighted_median};
use crate::fixed::{self, Divisor};

/// Who decides the consensus, and how much stake must stand behind a weight.
#[derive(Debug)]
pub(super) struct Voters {
    /// Stake of every row among the rows with positive active stake, renormalised.
    pub stake: Vec<u64>,
    /// Rows with positive active stake.
    voting: Vec<bool>,
    count: usize,
    pub total: u64,
    /// Total minus kappa; out of `0..total` for extreme kappas.
    minority: i64,
}

impl Voters {
    pub fn new(active_stake: &[u64], kappa: u16) -> Self {
        let voting: Vec<bool> = active_stake.iter().map(|s| *s > 0).collect();
        let sum = Divisor::new(active_stake.iter().sum());
        let stake: Vec<u64> = active_stake.iter().map(|s| sum.quotient(*s)).collect();
        let total: u64 = stake.iter().sum();
        Self {
            count: voting.iter().filter(|v| **v).count(),
            minority: total as i64 - fixed::ratio(kappa) as i64,
            stake,
            voting,
            total,
        }
    }

    /// How much stake may be outvoted; none for a kappa so extreme that the question is another.
    pub fn minority(&self) -> Option<u64> {
        u64::try_from(self.minority).ok().filter(|minority| *minority < self.total)
    }

    /// The stake-weighted median of a column; voters without an entry score 0.
    #[inline]
    fn consensus(&self, rows: &[u16], weights: &[u64], scratch: &mut Scratch) -> u64 {
        let Some(minority) = self.minority() else {
            return self.extreme(rows, weights);
        };
        let (mut len, mut scored) = (0, 0);
        let votes = &mut scratch.votes[..rows.len()];
        if rows.len() == self.stake.len() {
            // Every row has an entry: entry k belongs to row k.
            for (&weight, &stake) in weights.iter().zip(&self.stake) {
                let counts = weight > 0 && stake > 0;
                votes[len] = (weight, stake);
                len += usize::from(counts);
                scored += if counts { stake } else { 0 };
            }
        } else {
            for (&row, &weight) in rows.iter().zip(weights) {
                let stake = self.stake[usize::from(row)];
                let counts = weight > 0 && stake > 0;
                votes[len] = (weight, stake);
                len += usize::from(counts);
                scored += if counts { stake } else { 0 };
            }
        }
        let silent = self.total - scored;
        if minority < silent {
            return 0;
        }
        weighted_median(&mut votes[..len], &mut scratch.spare, silent, minority)
    }

    /// A kappa above the total asks for the smallest score, a kappa of 0 for the largest; here even
    /// a voter whose stake was cut to 0 has a say.
    fn extreme(&self, rows: &[u16], weights: &[u64]) -> u64 {
        let scores = || {
            let voters =
                rows.iter().zip(weights).filter(|(row, _)| self.voting[usize::from(**row)]);
            voters.map(|(_, weight)| *weight)
        };
        let somebody_silent = scores().count() < self.count;
        if self.minority >= 0 {
            scores().max().unwrap_or(0)
        } else if somebody_silent {
            0
        } else {
            scores().min().unwrap_or(0)
        }
    }
}

#[derive(Debug, Default)]
struct Scratch {
    votes: Vec<Vote>,
    spare: Vec<Vote>,
}

/// Results of a run of columns.
#[derive(Debug, Default)]
pub(super) struct WeightShare {
    /// Consensus per column of the run.
    pub consensus: Vec<u64>,
    /// Rank per column of the run.
    pub rank: Vec<u64>,
    /// This run's part of each row's validator trust.
    pub trust: Vec<u64>,
    /// Normalised weights of the run's columns, on full tables only.
    pub weights: Vec<u32>,
    scratch: Scratch,
}

impl WeightShare {
    pub fn compute(
        &mut self,
        columns: Range<usize>,
        weights: &Columns<u64>,
        voters: &Voters,
        active_stake: &[u64],
    ) {
        self.consensus.clear();
        self.rank.clear();
        self.trust.clear();
        self.trust.resize(active_stake.len(), 0);
        self.scratch.votes.resize(active_stake.len(), (0, 0));
        self.scratch.spare.resize(active_stake.len(), (0, 0));
        for j in columns {
            let (rows, values) = weights.column(j);
            let consensus = voters.consensus(rows, values, &mut self.scratch);
            self.consensus.push(consensus);
            let mut rank = 0;
            if consensus > 0 {
                rank = self.clip(rows, values, consensus, active_stake);
            }
            self.rank.push(rank);
        }
    }

    /// Adds the clipped weights to the trust of their rows; returns the column's rank.
    #[inline(always)]
    fn clip(&mut self, rows: &[u16], values: &[u64], consensus: u64, active_stake: &[u64]) -> u64 {
        let mut rank = 0;
        if rows.len() == active_stake.len() {
            for ((&weight, trust), &stake) in values.iter().zip(&mut self.trust).zip(active_stake) {
                let clipped = weight.min(consensus);
                *trust += clipped;
                rank += fixed::mul(stake, clipped);
            }
        } else {
            for (&row, &weight) in rows.iter().zip(values) {
                let clipped = weight.min(consensus);
                self.trust[usize::from(row)] += clipped;
                rank += fixed::mul(active_stake[usize::from(row)], clipped);
            }
        }
        rank
    }
}
