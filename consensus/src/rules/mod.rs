//! The published rules of Yuma in floats: how the same weights and stake would be paid under each.
//!
//! The exact epoch ([`crate::Epoch`]) is what the chain does; these are what its rules were drafted
//! and argued about in. All rules share the steps of `steps.rs` (normalise, consensus, clip,
//! incentive) and differ in what they make of bonds: one file per rule, named in one entry of
//! [`Rule`]. No state is kept here: [`Rule::step`] takes the last epoch's [`RuleState`] and returns
//! the next.
//!
//! Source of the formulas: the public Python package `yuma-simulation` (its `yumas.py`), with whose
//! 22 cases they agree to 1e-6.

mod error;
mod matrix;
mod parameters;
mod steps;
#[cfg(test)]
mod tests;
mod yuma1;
mod yuma2;
mod yuma2b;
mod yuma2c;
mod yuma3;
mod yuma3_liquid;

use std::fmt;
use std::str::FromStr;

pub use error::RuleError;
pub use matrix::Matrix;
pub use parameters::{LiquidConsensus, RuleParams};

/// Lists the rules once: variants, order and definitions all come from here.
macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident = $file:ident,)*) => {
        /// A published rule of Yuma.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[$doc])* $variant,)*
        }

        impl Rule {
            /// All rules, in the order in which they were published.
            pub const ALL: &'static [Rule] = &[$(Rule::$variant),*];

            fn definition(self) -> &'static Definition {
                match self {
                    $(Rule::$variant => &$file::RULE,)*
                }
            }
        }
    };
}

rules! {
    /// Bonds of this epoch only.
    Yuma1 = yuma1,
    /// Bonds averaged over epochs.
    Yuma2 = yuma2,
    /// Bonds averaged over epochs, from the weights of the epoch before.
    Yuma2b = yuma2b,
    /// Bonds bought with a capacity that grows with stake.
    Yuma2c = yuma2c,
    /// Bonds relative to each validator's own scale; stake only counts when they pay.
    Yuma3 = yuma3,
    /// Yuma 3 whose bonds move faster the further a validator is from the others.
    Yuma3Liquid = yuma3_liquid,
}

/// What a rule's file says of it.
struct Definition {
    /// Name in files and on the command line.
    name: &'static str,
    /// Name for people, as published.
    title: &'static str,
    /// Parameters under which it was published.
    params: RuleParams,
    /// Whether the bonds penalty changes anything.
    has_penalty: bool,
    /// Whether the published cases forget a miner's bonds where they say so.
    can_reset: bool,
    /// What the rule makes of an epoch.
    decide: fn(&View<'_>) -> Decision,
}

/// One epoch as every rule sees it.
struct View<'a> {
    params: &'a RuleParams,
    /// Each row over its sum.
    weights: Matrix,
    /// Stake over its sum.
    stake: Vec<f64>,
    /// What the majority of the stake supports, per column.
    consensus: Vec<f64>,
    /// What the epoch before left, `None` in the first.
    previous: Option<&'a RuleState>,
}

/// What a rule makes of an epoch.
struct Decision {
    incentive: Vec<f64>,
    bonds: Matrix,
    /// Not yet normalised.
    dividends: Vec<f64>,
}

/// What one epoch leaves to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleState {
    /// Bonds of every row in every column, in the rule's own scale.
    pub bonds: Matrix,
    /// Consensus per column, in `[0, 1]`.
    pub consensus: Vec<f64>,
    /// Weights after normalising, rows sum to just under 1 or to 0.
    pub weights: Matrix,
}

/// What one epoch pays, and what it leaves.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleEpoch {
    /// Share of each column in the miners' part; sums to 1 or is all 0.
    pub incentive: Vec<f64>,
    /// Share of each row in the validators' part; sums to just under 1 or is all 0.
    pub dividends: Vec<f64>,
    /// What the next epoch needs.
    pub state: RuleState,
}

impl Rule {
    /// Name in files and on the command line, such as `yuma2b`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.definition().name
    }

    /// Name for people, as published.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.definition().title
    }

    /// Parameters under which the rule was published.
    #[must_use]
    pub fn params(self) -> RuleParams {
        self.definition().params
    }

    /// Whether the bonds penalty changes anything under this rule.
    #[must_use]
    pub fn has_penalty(self) -> bool {
        self.definition().has_penalty
    }

    /// Whether bonds are forgotten where a published case says so.
    #[must_use]
    pub fn can_reset(self) -> bool {
        self.definition().can_reset
    }

    /// One epoch: who is paid which share, and what the next epoch has to know.
    ///
    /// `weights` has a row per validator and a column per miner (or both per neuron), of any scale
    /// per row; `stake` an entry per row, of any scale. `previous` is the state that the epoch
    /// before returned, `None` for the first.
    ///
    /// ```
    /// use subsim_consensus::rules::{Matrix, Rule};
    ///
    /// let weights = Matrix::from_rows(&[vec![3.0, 1.0], vec![3.0, 1.0]])?;
    /// let first = Rule::Yuma2.step(&Rule::Yuma2.params(), &weights, &[60.0, 40.0], None)?;
    /// assert!((first.incentive[0] - 0.75).abs() < 1e-4);
    /// assert!((first.dividends[1] - 0.40).abs() < 1e-4);
    /// # Ok::<(), subsim_consensus::rules::RuleError>(())
    /// ```
    ///
    /// # Errors
    /// When lengths disagree, a weight or stake is negative or not a number, or a parameter is out
    /// of its range.
    pub fn step(
        self,
        params: &RuleParams,
        weights: &Matrix,
        stake: &[f64],
        previous: Option<&RuleState>,
    ) -> Result<RuleEpoch, RuleError> {
        params.check()?;
        error::check(weights, stake, previous)?;
        let weights = steps::row_shares(weights);
        let stake = steps::shares(stake, 0.0);
        let consensus = steps::consensus(&weights, &stake, params.kappa);
        let view = View { params, weights, stake, consensus, previous };
        let Decision { incentive, bonds, dividends } = (self.definition().decide)(&view);
        let View { weights, consensus, .. } = view;
        let dividends = steps::shares(&dividends, steps::SLACK);
        Ok(RuleEpoch { incentive, dividends, state: RuleState { bonds, consensus, weights } })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(name: &str) -> Result<Self, RuleError> {
        let known = Rule::ALL.iter().find(|rule| rule.name() == name);
        known.copied().ok_or_else(|| RuleError::Unknown { found: name.to_owned() })
    }
}
