//! Step 8 of an epoch, column by column: weights for bonds, the moving average, what it pays.

use std::ops::Range;

use super::RowMap;
use super::columns::Columns;
use super::order::Hidden;
use crate::EpochInput;
use crate::fixed::{self, Divisor, ONE, TermDivisor};

/// What all columns have in common.
#[derive(Debug)]
pub(super) struct BondRule<'a> {
    pub yuma3: bool,
    liquid: Option<LiquidAlpha>,
    pub penalty: u64,
    /// Share of the new bonds that an epoch takes in, and of the old ones that it keeps.
    pub take: u64,
    pub keep: u64,
    pub consensus: &'a [u64],
    pub incentive: &'a [u64],
    hidden_weights: Option<Hidden>,
    hidden_bonds: Option<Hidden>,
}

impl<'a> BondRule<'a> {
    pub fn new(
        input: &EpochInput<'_>,
        permit: &[bool],
        rows: &RowMap,
        consensus: &'a [u64],
        incentive: &'a [u64],
    ) -> Self {
        let p = input.params;
        let keep = (p.bonds_moving_average << 32) / 1_000_000;
        let has_consensus = consensus.iter().any(|c| *c > 0);
        let liquid = (p.yuma3 && p.liquid_alpha && has_consensus).then(|| LiquidAlpha::new(input));
        let mut rule = Self {
            yuma3: p.yuma3,
            liquid,
            penalty: fixed::ratio(p.bonds_penalty),
            take: ONE - keep,
            keep,
            consensus,
            incentive,
            hidden_weights: None,
            hidden_bonds: None,
        };
        if rule.liquid.is_some() {
            rule.hidden_bonds = Hidden::bonds(input, &rows.uid);
        }
        if rule.keeps_order() {
            let vanishes =
                |j: usize, weight: u16| rule.penalty == ONE && weight > 0 && consensus[j] == 0;
            rule.hidden_weights = Hidden::weights(input, permit, &rows.uid, vanishes);
        }
        rule
    }

    /// Whether new rows keep the order in which their weights were submitted. A penalty between 0
    /// and 1 goes through dense rows on chain, and so does every rule but liquid alpha.
    pub fn keeps_order(&self) -> bool {
        self.liquid.is_some() && (self.penalty == 0 || self.penalty == ONE)
    }

    /// `w + penalty * (clipped - w)`.
    #[inline(always)]
    fn for_bond(&self, weight: u64, consensus: u64) -> u64 {
        let excess = weight - weight.min(consensus);
        // The chain multiplies by the negative excess, which rounds away from zero.
        let cut = (u128::from(self.penalty) * u128::from(excess) + u128::from(ONE - 1)) >> 32;
        weight - cut as u64
    }

    /// Whether an entry is still in its row after clipping, be it with a value of 0.
    #[inline(always)]
    fn present(&self, weight: u64, for_bond: u64, consensus: u64) -> bool {
        match self.penalty {
            0 => true,
            ONE => weight == 0 || consensus > 0,
            _ => for_bond > 0,
        }
    }
}

/// The averaging factor of single entries: a sigmoid of how far a weight is above consensus or
/// below its bond.
#[derive(Debug)]
struct LiquidAlpha {
    low: u64,
    high: u64,
    slope: i64,
    /// The factor at no difference, by far the most frequent one.
    at_zero: u64,
}

impl LiquidAlpha {
    fn new(input: &EpochInput<'_>) -> Self {
        let p = input.params;
        let slope = (i64::from(p.alpha_sigmoid_steepness) << 32) / -100;
        let (low, high) = (fixed::ratio(p.alpha_low), fixed::ratio(p.alpha_high));
        let mut alpha = Self { low, high, slope, at_zero: 0 };
        alpha.at_zero = alpha.at(0);
        alpha
    }

    /// The factor for a difference in [0, 1].
    fn at(&self, difference: u64) -> u64 {
        if self.low >= self.high {
            return self.low;
        }
        let centred = difference as i64 - (ONE / 2) as i64;
        let exponent = ((i128::from(self.slope) * i128::from(centred)) >> 32) as i64;
        let sigmoid = fixed::reciprocal(ONE + fixed::exp(exponent));
        self.low + fixed::mul(sigmoid, self.high - self.low)
    }

    #[inline(always)]
    fn of(&self, consensus: u64, weight: u64, bond: u64) -> u64 {
        let difference =
            if weight >= bond { weight.saturating_sub(consensus) } else { bond - weight };
        if difference == 0 { self.at_zero } else { self.at(difference) }
    }
}

/// Results of a run of columns: new bonds by column, and this run's part of each row's income.
#[derive(Debug, Default)]
pub(super) struct BondShare {
    /// This run's part of each row's income from bonds, before it is normalised.
    pub income: Vec<u64>,
    /// Row of every new bond.
    pub rows: Vec<u16>,
    pub values: Vec<u16>,
    ends: Vec<usize>,
    scratch: Scratch,
}

#[derive(Debug, Default)]
struct Scratch {
    delta: Vec<u64>,
    ema: Vec<u64>,
    rows: Vec<u16>,
}

impl BondShare {
    pub fn compute(
        &mut self,
        columns: Range<usize>,
        rule: &BondRule<'_>,
        weights: &Columns<u64>,
        bonds: &Columns<u16>,
        rows: &RowMap,
    ) {
        self.start(rows.uid.len());
        for j in columns {
            self.column(rule, j, weights.column(j), bonds.column(j), &rows.active_stake);
        }
    }

    /// Forgets the last epoch; makes room for the income of `rows` rows.
    pub fn start(&mut self, rows: usize) {
        self.income.clear();
        self.income.resize(rows, 0);
        self.rows.clear();
        self.values.clear();
        self.ends.clear();
    }

    /// One column.
    pub fn column(
        &mut self,
        rule: &BondRule<'_>,
        j: usize,
        new: New<'_>,
        old: Old<'_>,
        stake: &[u64],
    ) {
        self.scratch.make_room(new.0.len() + old.0.len());
        let len = match (rule.yuma3, &rule.liquid) {
            (false, _) => self.scratch.yuma2(rule, j, new, old, stake),
            (true, None) => self.scratch.yuma3(rule, j, new, old),
            (true, Some(alpha)) => self.scratch.liquid(rule, alpha, j, new, old),
        };
        self.pay(rule, len, rule.incentive[j]);
        self.ends.push(self.rows.len());
    }

    /// New bonds of every column of the run: rows and values.
    pub fn columns(&self) -> impl Iterator<Item = (&[u16], &[u16])> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, &end)| (&self.rows[start..end], &self.values[start..end]))
    }

    /// Pays the column's incentive to its holders and stores the bonds: as they are under Yuma 3,
    /// scaled to a largest bond of 1 under Yuma 2.
    #[inline(always)]
    fn pay(&mut self, rule: &BondRule<'_>, len: usize, incentive: u64) {
        let (ema, rows) = (&mut self.scratch.ema[..len], &self.scratch.rows[..len]);
        let sum = Divisor::new(ema.iter().sum());
        self.rows.extend_from_slice(rows);
        if rule.yuma3 {
            self.values.extend(ema.iter().map(|b| fixed::to_u16(*b)));
        }
        let mut largest = 0;
        let dense = len == self.income.len();
        if dense {
            for (bond, income) in ema.iter_mut().zip(&mut self.income) {
                *bond = sum.quotient(*bond);
                largest = largest.max(*bond);
                *income += fixed::mul(incentive, *bond);
            }
        } else {
            for (bond, row) in ema.iter_mut().zip(rows) {
                *bond = sum.quotient(*bond);
                largest = largest.max(*bond);
                self.income[usize::from(*row)] += fixed::mul(incentive, *bond);
            }
        }
        if !rule.yuma3 {
            let largest = Divisor::new(largest);
            self.values.extend(ema.iter().map(|b| fixed::to_u16(largest.quotient(*b))));
        }
    }
}

/// Rows and values of a column of weights, and of stored bonds.
pub(super) type New<'a> = (&'a [u16], &'a [u64]);
pub(super) type Old<'a> = (&'a [u16], &'a [u16]);

impl Scratch {
    fn make_room(&mut self, len: usize) {
        if self.ema.len() < len {
            self.delta.resize(len, 0);
            self.ema.resize(len, 0);
            self.rows.resize(len, 0);
        }
    }

    /// Yuma 2: moving average of normalised, stake-weighted columns. Returns the number of bonds.
    fn yuma2(
        &mut self,
        rule: &BondRule<'_>,
        j: usize,
        (rows, weights): New<'_>,
        (old_rows, old): Old<'_>,
        stake: &[u64],
    ) -> usize {
        let consensus = rule.consensus[j];
        let delta = &mut self.delta[..rows.len()];
        let mut sum = 0;
        let dense = rows.len() == stake.len();
        for (k, delta) in delta.iter_mut().enumerate() {
            let stake = stake[if dense { k } else { usize::from(rows[k]) }];
            *delta = fixed::mul(stake, rule.for_bond(weights[k], consensus));
            sum += *delta;
        }
        let sum = Divisor::new(sum);
        let old_sum = TermDivisor::new(old.iter().map(|b| u64::from(*b)).sum());
        self.merge(
            (rows, old_rows),
            |k, delta| fixed::mul(rule.take, sum.quotient(delta[k])),
            |k| fixed::mul(rule.keep, old_sum.quotient(old[k])),
        )
    }

    /// Yuma 3: moving average of the weights themselves. Returns the number of bonds.
    fn yuma3(
        &mut self,
        rule: &BondRule<'_>,
        j: usize,
        (rows, weights): New<'_>,
        (old_rows, old): Old<'_>,
    ) -> usize {
        let consensus = rule.consensus[j];
        self.merge(
            (rows, old_rows),
            |k, _| fixed::mul(rule.take, rule.for_bond(weights[k], consensus)),
            |k| fixed::mul(rule.keep, fixed::ratio(old[k])),
        )
    }

    /// Adds up what the new and the old entries of a column give, row by row; keeps what is
    /// positive. `new` is handed the scratch space that `yuma2` filled.
    #[inline(always)]
    fn merge(
        &mut self,
        (new_rows, old_rows): (&[u16], &[u16]),
        new: impl Fn(usize, &[u64]) -> u64,
        old: impl Fn(usize) -> u64,
    ) -> usize {
        let Self { delta, ema, rows } = self;
        let mut len = 0;
        let mut keep = |row: u16, value: u64| {
            ema[len] = value;
            rows[len] = row;
            len += usize::from(value > 0);
        };
        if new_rows == old_rows {
            for (k, &row) in new_rows.iter().enumerate() {
                keep(row, new(k, delta) + old(k));
            }
            return len;
        }
        let (mut a, mut b) = (0, 0);
        while a < new_rows.len() || b < old_rows.len() {
            let (in_new, in_old) = match (new_rows.get(a), old_rows.get(b)) {
                (Some(x), Some(y)) => (x <= y, y <= x),
                (x, _) => (x.is_some(), x.is_none()),
            };
            let row = if in_new { new_rows[a] } else { old_rows[b] };
            let bought = if in_new { new(a, delta) } else { 0 };
            let kept = if in_old { old(b) } else { 0 };
            keep(row, bought + kept);
            a += usize::from(in_new);
            b += usize::from(in_old);
        }
        len
    }

    /// Yuma 3 with liquid alpha: an average of its own for every entry; bonds without a new weight
    /// are gone. Returns the number of bonds.
    fn liquid(
        &mut self,
        rule: &BondRule<'_>,
        alpha: &LiquidAlpha,
        j: usize,
        (rows, weights): New<'_>,
        (old_rows, old): Old<'_>,
    ) -> usize {
        let consensus = rule.consensus[j];
        let (mut len, mut b) = (0, 0);
        for (&row, &weight) in rows.iter().zip(weights) {
            while b < old_rows.len() && old_rows[b] < row {
                b += 1;
            }
            let bond = if old_rows.get(b) == Some(&row) { fixed::ratio(old[b]) } else { 0 };
            let bought = rule.for_bond(weight, consensus);
            if !rule.present(weight, bought, consensus) {
                continue;
            }
            let sees = |hidden: &Option<Hidden>| !hidden.as_ref().is_some_and(|h| h.has(row, j));
            let seen_weight = if sees(&rule.hidden_weights) { bought } else { 0 };
            let seen_bond = if sees(&rule.hidden_bonds) { bond } else { 0 };
            let take = alpha.of(consensus, seen_weight, seen_bond);
            let value = (fixed::mul(ONE - take, bond) + fixed::mul(take, bought)).min(ONE);
            self.ema[len] = value;
            self.rows[len] = row;
            len += usize::from(value > 0);
        }
        len
    }
}
