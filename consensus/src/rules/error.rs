//! What a step refuses.

use super::{Matrix, Rule, RuleState};

/// Why a rule cannot be found or an epoch cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RuleError {
    /// No rule of that name.
    #[error("there is no rule {found:?}; the rules are {}", names())]
    Unknown {
        /// What was asked for.
        found: String,
    },
    /// Rows of one matrix, or things that belong together, differ in length.
    #[error("{what}: {found} where {expected} belong")]
    Length {
        /// Whose length.
        what: &'static str,
        /// The length that fits.
        expected: usize,
        /// The length found.
        found: usize,
    },
    /// A weight or a stake that is negative, infinite or not a number.
    #[error("{what} {index} is {found}; it must be a number from 0 up")]
    Number {
        /// `weight` (counted row by row) or `stake`.
        what: &'static str,
        /// Its place, from 0.
        index: usize,
        /// Its value.
        found: f64,
    },
    /// A parameter out of its range.
    #[error("`{field}` is {found}; it must be {allowed}")]
    Parameter {
        /// The field of `RuleParams`.
        field: &'static str,
        /// Its value.
        found: f64,
        /// What is allowed.
        allowed: &'static str,
    },
}

fn names() -> String {
    Rule::ALL.iter().map(|rule| rule.name()).collect::<Vec<_>>().join(", ")
}

/// Checks that everything has the shape of the weights, and that numbers are numbers.
pub(super) fn check(
    weights: &Matrix,
    stake: &[f64],
    previous: Option<&RuleState>,
) -> Result<(), RuleError> {
    same("stake", weights.rows(), stake.len())?;
    if let Some(state) = previous {
        same("rows of the previous bonds", weights.rows(), state.bonds.rows())?;
        same("columns of the previous bonds", weights.columns(), state.bonds.columns())?;
        same("rows of the previous weights", weights.rows(), state.weights.rows())?;
        same("columns of the previous weights", weights.columns(), state.weights.columns())?;
        same("the previous consensus", weights.columns(), state.consensus.len())?;
    }
    numbers("weight", weights.values())?;
    numbers("stake", stake)
}

fn same(what: &'static str, expected: usize, found: usize) -> Result<(), RuleError> {
    if found == expected { Ok(()) } else { Err(RuleError::Length { what, expected, found }) }
}

fn numbers(what: &'static str, values: &[f64]) -> Result<(), RuleError> {
    let wrong = values.iter().position(|value| !(value.is_finite() && *value >= 0.0));
    match wrong {
        Some(index) => Err(RuleError::Number { what, index, found: values[index] }),
        None => Ok(()),
    }
}
