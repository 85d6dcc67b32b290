//! A number per member of a group, as a scenario writes it: one for all, a list, or drawn.

use serde::{Deserialize, Serialize};
use subsim_sim::random::Stream;
use subsim_sim::scenario::Sampled;

use crate::error::Checker;

/// `0.9`, `[0.8, 0.9]` or `{ normal = { mean = 0.7, std = 0.1 } }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Amount {
    /// The same for all.
    Constant(f64),
    /// One for each member, in order.
    List(Vec<f64>),
    /// Drawn once for each member.
    Drawn(Drawn),
}

/// A distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are the textbook's; see `Sampled`")]
pub enum Drawn {
    /// Normal.
    Normal { mean: f64, std: f64 },
    /// Uniform on `[low, high)`.
    Uniform { low: f64, high: f64 },
    /// `median * exp(sigma * z)`.
    LogNormal { median: f64, sigma: f64 },
    /// `scale / u^(1/shape)`.
    Pareto { scale: f64, shape: f64 },
    /// Exponential.
    Exponential { mean: f64 },
}

impl From<&Amount> for Sampled {
    fn from(amount: &Amount) -> Self {
        match amount {
            Amount::Constant(value) => Self::Constant(*value),
            Amount::List(values) => Self::List(values.clone()),
            Amount::Drawn(Drawn::Normal { mean, std }) => Self::Normal { mean: *mean, std: *std },
            Amount::Drawn(Drawn::Uniform { low, high }) => Self::Uniform { low: *low, high: *high },
            Amount::Drawn(Drawn::LogNormal { median, sigma }) => {
                Self::LogNormal { median: *median, sigma: *sigma }
            }
            Amount::Drawn(Drawn::Pareto { scale, shape }) => {
                Self::Pareto { scale: *scale, shape: *shape }
            }
            Amount::Drawn(Drawn::Exponential { mean }) => Self::Exponential { mean: *mean },
        }
    }
}

impl Amount {
    /// One number for each of `count` members, clamped to `[low, high]`. The i-th member gets the
    /// i-th draw of its group's stream, however many there are.
    #[must_use]
    pub fn draw(
        &self,
        seed: u64,
        group: &str,
        purpose: &str,
        count: usize,
        [low, high]: [f64; 2],
    ) -> Vec<f64> {
        let sampled = Sampled::from(self);
        let mut draws = Stream::new(seed, group, purpose).at(0);
        (0..count).map(|i| draws.sample(&sampled, i).clamp(low, high)).collect()
    }

    /// Finds what is wrong; numbers given as such lie in `[low, high]`, draws are clamped to it.
    pub(crate) fn check(
        &self,
        check: &mut Checker<'_>,
        field: &str,
        count: usize,
        [low, high]: [f64; 2],
    ) {
        match self {
            Self::Constant(value) => check.within(field, *value, low, high),
            Self::List(values) => {
                let allowed = format!("{count} numbers, one for each member");
                check.holds(values.len() == count, field, values.len(), allowed);
                for (i, value) in values.iter().enumerate() {
                    check.within(&format!("{field}[{i}]"), *value, low, high);
                }
            }
            Self::Drawn(drawn) => drawn.check(check, field),
        }
    }
}

impl Drawn {
    fn check(&self, check: &mut Checker<'_>, field: &str) {
        let finite = |a: f64, b: f64| a.is_finite() && b.is_finite();
        let (holds, allowed) = match *self {
            Self::Normal { mean, std } => {
                (finite(mean, std) && std >= 0.0, "a mean, and a std that is not negative")
            }
            Self::Uniform { low, high } => {
                (finite(low, high) && low <= high, "low, and high that is not below it")
            }
            Self::LogNormal { median, sigma } => (
                finite(median, sigma) && median > 0.0 && sigma >= 0.0,
                "a median above 0, and a sigma that is not negative",
            ),
            Self::Pareto { scale, shape } => {
                (finite(scale, shape) && scale > 0.0 && shape > 0.0, "a scale and a shape above 0")
            }
            Self::Exponential { mean } => (mean.is_finite() && mean > 0.0, "a mean above 0"),
        };
        check.holds(holds, field, format_args!("{self:?}"), allowed);
    }
}
