//! Confidence intervals of a mean by the bootstrap: how far it would move if the replicates were
//! drawn again.
//!
//! The plain percentile interval (Efron 1979): it needs no assumption on the shape of the
//! distribution, and is a little narrow for fewer than about twenty values. Values that are all
//! the same give an interval of width 0.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::describe::{mean, quantile, sorted};

/// An estimate and the interval that holds the truth with a stated probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The estimate itself.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A uniform index below `n`, by multiplication; the bias is below `n / 2^64`.
pub(crate) fn below(rng: &mut ChaCha8Rng, n: usize) -> usize {
    ((u128::from(rng.next_u64()) * n as u128) >> 64) as usize
}

fn resampled_mean(rng: &mut ChaCha8Rng, values: &[f64]) -> f64 {
    let sum: f64 = (0..values.len()).map(|_| values[below(rng, values.len())]).sum();
    sum / values.len() as f64
}

fn percentile_interval(estimate: f64, means: &[f64], level: f64) -> Option<Interval> {
    let ordered = sorted(means);
    let tail = (1.0 - level.clamp(0.0, 1.0)) / 2.0;
    let low = quantile(&ordered, tail)?;
    Some(Interval { estimate, low, high: quantile(&ordered, 1.0 - tail)? })
}

/// Interval of the mean at a confidence `level` such as 0.95, from `resamples` resamples. `None`
/// when there are no values or no resamples.
#[must_use]
pub fn bootstrap_mean_interval(
    values: &[f64],
    level: f64,
    resamples: usize,
    seed: u64,
) -> Option<Interval> {
    let estimate = mean(values)?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let means: Vec<f64> = (0..resamples).map(|_| resampled_mean(&mut rng, values)).collect();
    percentile_interval(estimate, &means, level)
}

/// Interval of `mean(b) - mean(a)` of two independent samples; otherwise as
/// [`bootstrap_mean_interval`].
#[must_use]
pub fn bootstrap_mean_difference(
    a: &[f64],
    b: &[f64],
    level: f64,
    resamples: usize,
    seed: u64,
) -> Option<Interval> {
    let estimate = mean(b)? - mean(a)?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let difference = |rng: &mut ChaCha8Rng| resampled_mean(rng, b) - resampled_mean(rng, a);
    let differences: Vec<f64> = (0..resamples).map(|_| difference(&mut rng)).collect();
    percentile_interval(estimate, &differences, level)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look normal: means of twelve uniform ones.
    fn sample(seed: u64, n: usize) -> Vec<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let uniform = |rng: &mut ChaCha8Rng| below(rng, 1 << 30) as f64 / f64::from(1 << 30);
        (0..n).map(|_| (0..12).map(|_| uniform(&mut rng)).sum::<f64>() - 6.0).collect()
    }

    #[test]
    fn the_interval_covers_the_mean_about_as_often_as_it_says() {
        let covers = |seed| {
            let interval = bootstrap_mean_interval(&sample(seed, 40), 0.9, 400, seed).unwrap();
            interval.low <= 0.0 && 0.0 <= interval.high
        };
        let covered = (0..500).filter(|seed| covers(*seed)).count();
        // 0.9 less the known shortfall of about 0.02 at 40 values, five standard errors wide.
        assert!((405..=485).contains(&covered), "{covered}");
    }

    #[test]
    fn same_seed_same_bits_and_no_values_no_interval() {
        let values = sample(1, 10);
        let interval = || bootstrap_mean_interval(&values, 0.95, 200, 7);
        assert_eq!(interval(), interval());
        assert_eq!(bootstrap_mean_interval(&[], 0.95, 200, 7), None);
        assert_eq!(bootstrap_mean_interval(&values, 0.95, 0, 7), None);
        let constant = bootstrap_mean_interval(&[2.0; 9], 0.95, 50, 1).unwrap();
        assert_eq!((constant.low, constant.estimate, constant.high), (2.0, 2.0, 2.0));
    }

    #[test]
    fn a_difference_points_from_the_first_to_the_second() {
        let (a, b) = (sample(1, 50), sample(2, 50).iter().map(|x| x + 5.0).collect::<Vec<_>>());
        let interval = bootstrap_mean_difference(&a, &b, 0.99, 500, 3).unwrap();
        assert!(interval.low > 4.0 && interval.high < 6.0, "{interval:?}");
        assert_eq!(bootstrap_mean_difference(&a, &[], 0.99, 500, 3), None);
    }
}
