//! Do two samples come from one distribution? Distances between them, and how often a distance as
//! large comes about by chance.
//!
//! The probability is found by permutation: if both samples come from one distribution, every
//! division of the pooled values into two is as likely as the one seen. That holds exactly,
//! whatever the distribution and however many values are the same, which the textbook tables of
//! Kolmogorov and Smirnov do not offer; with `permutations` divisions tried, a test at level
//! `alpha` raises a false alarm with probability at most `alpha`.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::bootstrap::below;

/// How far two samples are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// Largest difference of the two empirical distribution functions, 0 to 1
    /// (Kolmogorov-Smirnov).
    KolmogorovSmirnov,
    /// Area between the two empirical distribution functions, in units of the values
    /// (Wasserstein-1, "earth mover's").
    Wasserstein,
}

/// What a comparison of two samples found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// The distance.
    pub distance: f64,
    /// Probability of a distance at least as large if nothing had changed.
    pub p_value: f64,
}

/// One pooled value and the sample it belongs to.
type Labelled = (f64, bool);

/// Distance of two samples marked in one ascending list; `true` marks the second.
fn distance_of(kind: Distance, pooled: &[Labelled], second: &[bool], sizes: (f64, f64)) -> f64 {
    let (mut first_part, mut second_part) = (0.0, 0.0);
    let (mut largest, mut area) = (0.0_f64, 0.0);
    for (index, ((value, _), is_second)) in pooled.iter().zip(second).enumerate() {
        if *is_second {
            second_part += 1.0
        } else {
            first_part += 1.0
        }
        let gap: f64 = (first_part / sizes.0 - second_part / sizes.1).abs();
        let Some((next, _)) = pooled.get(index + 1) else { break };
        // Among equal values only the state after the last of them is a state of the functions.
        if next > value {
            largest = largest.max(gap);
            area += gap * (next - value);
        }
    }
    match kind {
        Distance::KolmogorovSmirnov => largest,
        Distance::Wasserstein => area,
    }
}

/// Compares two samples of finite numbers. `None` when either is empty.
#[must_use]
pub fn compare(
    kind: Distance,
    first: &[f64],
    second: &[f64],
    permutations: usize,
    seed: u64,
) -> Option<Comparison> {
    if first.is_empty() || second.is_empty() {
        return None;
    }
    let mut pooled: Vec<Labelled> = first.iter().map(|value| (*value, false)).collect();
    pooled.extend(second.iter().map(|value| (*value, true)));
    pooled.sort_by(|a, b| a.0.total_cmp(&b.0));
    let sizes = (first.len() as f64, second.len() as f64);
    let mut labels: Vec<bool> = pooled.iter().map(|(_, label)| *label).collect();
    let distance = distance_of(kind, &pooled, &labels, sizes);
    // Distances of one division added up in another order must not count as smaller.
    let threshold = distance * (1.0 - 1e-12);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut at_least = 0_usize;
    for _ in 0..permutations {
        for index in (1..labels.len()).rev() {
            labels.swap(index, below(&mut rng, index + 1));
        }
        at_least += usize::from(distance_of(kind, &pooled, &labels, sizes) >= threshold);
    }
    // The division seen is one of those that are equally likely.
    let p_value = (at_least + 1) as f64 / (permutations + 1) as f64;
    Some(Comparison { distance, p_value })
}

/// Which of several tests count at a rate of false alarms `alpha` over all of them together
/// (Holm 1979), in the order of the p-values given.
#[must_use]
pub fn holm(p_values: &[f64], alpha: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]).then(a.cmp(b)));
    let mut counts = vec![false; p_values.len()];
    for (rank, index) in order.into_iter().enumerate() {
        if p_values[index] > alpha / (p_values.len() - rank) as f64 {
            break;
        }
        counts[index] = true;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn uniform(seed: u64, n: usize) -> Vec<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // Few different values: ties are the rule.
        (0..n).map(|_| below(&mut rng, 12) as f64).collect()
    }

    #[test]
    fn distances_of_small_samples() {
        let distance = |kind, a: &[f64], b: &[f64]| compare(kind, a, b, 0, 1).unwrap().distance;
        let ks = Distance::KolmogorovSmirnov;
        assert_eq!(distance(ks, &[1.0, 2.0], &[3.0, 4.0]), 1.0);
        assert_eq!(distance(ks, &[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]), 0.0);
        assert_eq!(distance(ks, &[1.0, 2.0, 3.0, 4.0], &[2.0, 3.0, 4.0, 5.0]), 0.25);
        let earth = Distance::Wasserstein;
        assert_eq!(distance(earth, &[1.0, 2.0], &[3.0, 4.0]), 2.0);
        assert_eq!(distance(earth, &[0.0, 1.0, 3.0], &[5.0, 6.0, 8.0]), 5.0);
        assert_eq!(compare(ks, &[], &[1.0], 10, 1), None);
    }

    #[test]
    fn false_alarms_come_at_the_stated_rate() {
        for kind in [Distance::KolmogorovSmirnov, Distance::Wasserstein] {
            let alarm = |seed: &u64| {
                let (a, b) = (uniform(2 * seed, 20), uniform(2 * seed + 1, 20));
                compare(kind, &a, &b, 99, *seed).unwrap().p_value <= 0.1
            };
            let alarms = (0..1000).filter(alarm).count();
            // At most 100 expected (fewer with ties); five standard errors above that.
            assert!((30..=148).contains(&alarms), "{kind:?}: {alarms}");
        }
    }

    #[test]
    fn a_shift_is_found() {
        let (a, b) = (uniform(1, 30), uniform(2, 30).iter().map(|x| x + 8.0).collect::<Vec<_>>());
        assert!(compare(Distance::Wasserstein, &a, &b, 999, 1).unwrap().p_value <= 0.002);
    }

    #[test]
    fn holm_stops_at_the_first_that_fails() {
        assert_eq!(holm(&[0.04, 0.01, 0.03], 0.05), [false, true, false]);
        assert_eq!(holm(&[0.01, 0.02, 0.03], 0.06), [true, true, true]);
        assert!(holm(&[], 0.05).is_empty());
    }

    proptest! {
        #[test]
        fn distance_is_symmetric_and_zero_to_itself(
            a in proptest::collection::vec(-5.0..5.0_f64, 1..30),
            b in proptest::collection::vec(-5.0..5.0_f64, 1..30),
        ) {
            for kind in [Distance::KolmogorovSmirnov, Distance::Wasserstein] {
                let there = compare(kind, &a, &b, 9, 1).unwrap();
                let back = compare(kind, &b, &a, 9, 1).unwrap();
                prop_assert!((there.distance - back.distance).abs() < 1e-9);
                prop_assert_eq!(compare(kind, &a, &a, 9, 1).unwrap().distance, 0.0);
                prop_assert!((0.1..=1.0).contains(&there.p_value));
            }
        }
    }
}
