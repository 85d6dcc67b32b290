//! Which runs a sweep has: points of axes, crossed or side by side, times replicates.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::measure::derived_seed;

/// Most runs of a sweep; more is a slip of the finger.
pub const MAX_RUNS: u64 = 1_000_000;

/// One parameter and the values it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axis {
    /// Path of the parameter, as `--set` takes it: `subnet.kappa`.
    pub path: String,
    /// Values as TOML.
    pub values: Vec<String>,
}

/// All runs of a sweep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Parameters, in file order; the last one changes fastest.
    pub axes: Vec<Axis>,
    /// Whether the axes go side by side, all of one length, instead of crossed.
    pub zipped: bool,
    /// Runs at each point, at least 1. The first has the scenario's own seed; all points share
    /// their seeds, so that differences between points are not differences of luck.
    pub replicates: u64,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// An axis has no values.
    #[error("axis {path} has no values")]
    Empty {
        /// Path of the axis.
        path: String,
    },
    /// Axes that go side by side have different lengths.
    #[error("axes side by side need the same number of values: {first} has {n}, {other} has {m}")]
    Lengths {
        /// Path of the first axis.
        first: String,
        /// Its number of values.
        n: usize,
        /// Path of the other axis.
        other: String,
        /// Its number of values.
        m: usize,
    },
    /// An axis stands twice.
    #[error("axis {path} is given twice")]
    Twice {
        /// Path of the axis.
        path: String,
    },
    /// There are too many runs, or none.
    #[error("the sweep has {runs} runs; allowed are 1 to {MAX_RUNS}")]
    Runs {
        /// How many there would be.
        runs: u128,
    },
}

/// One run of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Its number, points first: all replicates of point 0 come first.
    pub number: u64,
    /// Its point.
    pub point: u64,
    /// Its replicate.
    pub replicate: u64,
}

impl Plan {
    /// Checks a plan and counts its points.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn points(&self) -> Result<u64, PlanError> {
        for (index, axis) in self.axes.iter().enumerate() {
            if axis.values.is_empty() {
                return Err(PlanError::Empty { path: axis.path.clone() });
            }
            if self.axes[..index].iter().any(|other| other.path == axis.path) {
                return Err(PlanError::Twice { path: axis.path.clone() });
            }
        }
        let points = match (self.zipped, self.axes.first()) {
            (true, Some(first)) => {
                let n = first.values.len();
                if let Some(other) = self.axes.iter().find(|axis| axis.values.len() != n) {
                    let (first, m) = (first.path.clone(), other.values.len());
                    return Err(PlanError::Lengths { first, n, other: other.path.clone(), m });
                }
                n as u128
            }
            _ => self
                .axes
                .iter()
                .fold(1_u128, |product, axis| product.saturating_mul(axis.values.len() as u128)),
        };
        let runs = points.saturating_mul(u128::from(self.replicates));
        match u64::try_from(runs) {
            Ok(1..=MAX_RUNS) => Ok(points as u64),
            _ => Err(PlanError::Runs { runs }),
        }
    }

    /// Index of each axis' value at a point.
    #[must_use]
    pub fn indices(&self, point: u64) -> Vec<usize> {
        if self.zipped {
            return vec![point as usize; self.axes.len()];
        }
        let mut rest = point;
        let mut indices: Vec<usize> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let length = axis.values.len() as u64;
                let index = rest % length;
                rest /= length;
                index as usize
            })
            .collect();
        indices.reverse();
        indices
    }

    /// A point as overrides, `path=value`.
    #[must_use]
    pub fn overrides(&self, point: u64) -> Vec<String> {
        let values = self.axes.iter().zip(self.indices(point));
        values.map(|(axis, index)| format!("{}={}", axis.path, axis.values[index])).collect()
    }

    /// All runs of `points` points, in order.
    pub fn runs(&self, points: u64) -> impl Iterator<Item = Run> + use<> {
        let replicates = self.replicates;
        (0..points * replicates).map(move |number| Run {
            number,
            point: number / replicates,
            replicate: number % replicates,
        })
    }

    /// Seed of a replicate.
    #[must_use]
    pub fn seed(own_seed: u64, replicate: u64) -> u64 {
        if replicate == 0 { own_seed } else { derived_seed(own_seed, "sweep", replicate) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(path: &str, values: &[&str]) -> Axis {
        Axis { path: path.to_owned(), values: values.iter().map(|v| (*v).to_owned()).collect() }
    }

    #[test]
    fn crossed_axes_change_the_last_one_fastest() {
        let axes = vec![axis("a", &["1", "2"]), axis("b", &["x", "y", "z"])];
        let plan = Plan { axes, zipped: false, replicates: 2 };
        assert_eq!(plan.points(), Ok(6));
        assert_eq!(plan.overrides(0), ["a=1", "b=x"]);
        assert_eq!(plan.overrides(1), ["a=1", "b=y"]);
        assert_eq!(plan.overrides(5), ["a=2", "b=z"]);
        let runs: Vec<Run> = plan.runs(6).collect();
        assert_eq!(runs.len(), 12);
        assert_eq!(runs[3], Run { number: 3, point: 1, replicate: 1 });
    }

    #[test]
    fn axes_side_by_side_go_together() {
        let axes = vec![axis("a", &["1", "2"]), axis("b", &["x", "y"])];
        let plan = Plan { axes, zipped: true, replicates: 1 };
        assert_eq!(plan.points(), Ok(2));
        assert_eq!(plan.overrides(1), ["a=2", "b=y"]);
    }

    #[test]
    fn impossible_plans_are_refused() {
        let plan = |axes, zipped, replicates| Plan { axes, zipped, replicates }.points();
        let empty = plan(vec![axis("a", &[])], false, 1);
        assert_eq!(empty, Err(PlanError::Empty { path: "a".to_owned() }));
        let uneven = plan(vec![axis("a", &["1"]), axis("b", &["1", "2"])], true, 1);
        assert!(matches!(uneven, Err(PlanError::Lengths { n: 1, m: 2, .. })));
        assert_eq!(plan(vec![], false, 0), Err(PlanError::Runs { runs: 0 }));
        let many: Vec<&str> = vec!["1"; 2000];
        let vast = plan(vec![axis("a", &many), axis("b", &many)], false, 1);
        assert_eq!(vast, Err(PlanError::Runs { runs: 4_000_000 }));
        let twice = plan(vec![axis("a", &["1"]), axis("a", &["2"])], false, 1);
        assert_eq!(twice, Err(PlanError::Twice { path: "a".to_owned() }));
    }

    #[test]
    fn the_first_replicate_has_the_scenarios_own_seed() {
        assert_eq!(Plan::seed(7, 0), 7);
        assert_ne!(Plan::seed(7, 1), Plan::seed(7, 2));
    }
}
