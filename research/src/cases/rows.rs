//! What came out as rows for tables: one value a row's subject has, and nothing else.

use subsim_consensus::rules::Rule;

use super::study::{Run, Study};

/// One row of the long table. A row about a validator has dividends, one about a miner incentive,
/// one about both the bond between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CaseRow<'a> {
    /// Number of the case.
    pub case: u32,
    /// The rule.
    pub rule: Rule,
    /// The bonds penalty.
    pub bonds_penalty: f64,
    /// Epoch, from 0.
    pub epoch: usize,
    /// Name of the validator, if the row is about one.
    pub validator: Option<&'a str>,
    /// Name of the miner, if the row is about one.
    pub miner: Option<&'a str>,
    /// Share in the validators' part.
    pub dividend: Option<f64>,
    /// Dividend per 1000 of stake, the published measure.
    pub dividend_per_stake: Option<f64>,
    /// Bond in the rule's own scale.
    pub bond: Option<f64>,
    /// Bond as a share of all bonds in the miner.
    pub bond_share: Option<f64>,
    /// Share in the miners' part.
    pub incentive: Option<f64>,
}

/// What a validator got over all epochs of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Total<'a> {
    /// Number of the case.
    pub case: u32,
    /// The rule.
    pub rule: Rule,
    /// The bonds penalty.
    pub bonds_penalty: f64,
    /// Name of the validator.
    pub validator: &'a str,
    /// Sum of its dividends per 1000 of stake.
    pub dividend_per_stake: f64,
    /// The same over that of the case's base validator, minus 1; `None` when that got nothing.
    pub relative_to_base: Option<f64>,
}

impl Study<'_> {
    /// The long table, in order of runs, epochs, subjects.
    pub fn rows(&self) -> impl Iterator<Item = CaseRow<'_>> {
        self.runs.iter().flat_map(move |run| {
            (0..self.cases[run.case].epochs).flat_map(move |epoch| self.epoch_rows(run, epoch))
        })
    }

    fn epoch_rows<'b>(&'b self, run: &'b Run, epoch: usize) -> impl Iterator<Item = CaseRow<'b>> {
        let case = &self.cases[run.case];
        let (validators, miners) = (case.validators.len(), case.miners.len());
        let blank = CaseRow {
            case: case.number,
            rule: run.rule,
            bonds_penalty: run.bonds_penalty,
            epoch,
            validator: None,
            miner: None,
            dividend: None,
            dividend_per_stake: None,
            bond: None,
            bond_share: None,
            incentive: None,
        };
        let of_validators = (0..validators).map(move |i| CaseRow {
            validator: Some(&case.validators[i]),
            dividend: Some(run.dividend[epoch * validators + i]),
            dividend_per_stake: Some(run.dividend_per_stake[epoch * validators + i]),
            ..blank
        });
        let of_miners = (0..miners).map(move |j| CaseRow {
            miner: Some(&case.miners[j]),
            incentive: Some(run.incentive[epoch * miners + j]),
            ..blank
        });
        let of_pairs = (0..validators * miners).map(move |pair| CaseRow {
            validator: Some(&case.validators[pair / miners]),
            miner: Some(&case.miners[pair % miners]),
            bond: Some(run.bonds[epoch * validators * miners + pair]),
            bond_share: Some(run.bond_share(epoch, pair, (validators, miners))),
            ..blank
        });
        of_validators.chain(of_miners).chain(of_pairs)
    }

    /// Totals of every validator in every run.
    pub fn totals(&self) -> impl Iterator<Item = Total<'_>> {
        self.runs.iter().flat_map(move |run| {
            let case = &self.cases[run.case];
            let sums = run.sums(case.validators.len());
            let base = sums[case.base_validator];
            (0..case.validators.len()).map(move |i| Total {
                case: case.number,
                rule: run.rule,
                bonds_penalty: run.bonds_penalty,
                validator: &case.validators[i],
                dividend_per_stake: sums[i],
                relative_to_base: (base > 0.0).then(|| sums[i] / base - 1.0),
            })
        })
    }
}

impl Run {
    /// Sum over epochs of each validator's dividends per stake.
    pub(super) fn sums(&self, validators: usize) -> Vec<f64> {
        let mut sums = vec![0.0; validators];
        for epoch in self.dividend_per_stake.chunks_exact(validators) {
            sums.iter_mut().zip(epoch).for_each(|(sum, value)| *sum += value);
        }
        sums
    }

    /// A bond over all bonds in its miner; 0 where there are none.
    pub(super) fn bond_share(
        &self,
        epoch: usize,
        pair: usize,
        (validators, miners): (usize, usize),
    ) -> f64 {
        let bonds = &self.bonds[epoch * validators * miners..][..validators * miners];
        let sum: f64 = bonds.iter().skip(pair % miners).step_by(miners).sum();
        if sum > 0.0 { bonds[pair] / sum } else { 0.0 }
    }
}
