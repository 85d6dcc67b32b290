//! Statistics over replicates: what a sample says, how sure it is, and whether two samples differ.
//!
//! Pure functions on slices of finite numbers. Whatever is drawn at random (resamples,
//! permutations) comes from a seed, so the same input gives the same bits on any machine. This
//! crate knows nothing of runs or metrics.

mod bootstrap;
mod describe;
mod permutation;

pub use bootstrap::{Interval, bootstrap_mean_difference, bootstrap_mean_interval};
pub use describe::{Description, describe, mean, quantile, sorted};
pub use permutation::{Comparison, Distance, compare, holm};
