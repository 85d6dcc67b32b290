//! A sample in a few numbers.

/// A sample in a few numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Description {
    /// Number of values.
    pub n: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation with `n - 1`; 0 for a single value.
    pub std: f64,
    /// Smallest value.
    pub min: f64,
    /// 5% quantile.
    pub p05: f64,
    /// Median.
    pub median: f64,
    /// 95% quantile.
    pub p95: f64,
    /// Largest value.
    pub max: f64,
}

/// Describes a sample of finite numbers; `None` when it is empty.
#[must_use]
pub fn describe(values: &[f64]) -> Option<Description> {
    let ordered = sorted(values);
    let (min, max) = (*ordered.first()?, *ordered.last()?);
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let freedom = values.len().saturating_sub(1).max(1) as f64;
    Some(Description {
        n: values.len(),
        mean,
        std: libm::sqrt(squares / freedom),
        min,
        p05: quantile(&ordered, 0.05)?,
        median: quantile(&ordered, 0.5)?,
        p95: quantile(&ordered, 0.95)?,
        max,
    })
}

/// Arithmetic mean, added up in the order given; `None` of nothing.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The values in ascending order.
#[must_use]
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut ordered = values.to_vec();
    ordered.sort_by(f64::total_cmp);
    ordered
}

/// Quantile of an ascending sample, `p` in `[0, 1]`, linear between neighbours: the definition
/// that numpy, pandas and R (type 7) take when nothing is said. `None` of nothing.
#[must_use]
pub fn quantile(ordered: &[f64], p: f64) -> Option<f64> {
    let last = ordered.len().checked_sub(1)?;
    let at = p.clamp(0.0, 1.0) * last as f64;
    let below = libm::floor(at);
    let low = ordered[below as usize];
    let high = ordered[(below as usize + 1).min(last)];
    Some(low + (at - below) * (high - low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_numpy() {
        // numpy.quantile([1, 2, 4, 8], [0, .1, .5, .95, 1])
        let sample = [1.0, 2.0, 4.0, 8.0];
        let quantiles = [0.0, 0.1, 0.5, 0.95, 1.0].map(|p| quantile(&sample, p));
        for (found, expected) in quantiles.into_iter().zip([1.0, 1.3, 3.0, 7.4, 8.0]) {
            assert!((found.unwrap() - expected).abs() < 1e-12, "{found:?} {expected}");
        }
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn a_description_survives_small_samples() {
        assert_eq!(describe(&[]), None);
        let one = describe(&[3.0]).unwrap();
        assert_eq!((one.mean, one.std, one.median, one.n), (3.0, 0.0, 3.0, 1));
        let two = describe(&[4.0, 2.0]).unwrap();
        assert_eq!((two.mean, two.min, two.max), (3.0, 2.0, 4.0));
        assert!((two.std - libm::sqrt(2.0)).abs() < 1e-15);
    }
}
