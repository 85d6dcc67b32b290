//! Measures of how a reward is spread, on plain slices.
//!
//! Pure arithmetic: no files, no knowledge of runs or groups. Every function says what it returns
//! where the measure has no meaning: `None`, never NaN, so that JSON shows `null`. Sums run in
//! slice order over sorted copies, so a permutation of the input gives the same bits.

/// Sorted copy and its sum; `None` when the values cannot be shares of a reward: none at all, all
/// zero, or one that is negative or not finite.
fn sorted_with_sum(values: &[f64]) -> Option<(Vec<f64>, f64)> {
    if values.iter().any(|value| !value.is_finite() || *value < 0.0) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let sum: f64 = sorted.iter().sum();
    (sum.is_finite() && sum > 0.0).then_some((sorted, sum))
}

/// Gini coefficient: `sum_i (2i - n - 1) x_(i) / (n * sum x)` over ascending `x_(i)`, `i` from 1.
///
/// 0 when all earn the same, towards 1 when one of many earns everything; at most `(n - 1) / n`.
/// One value gives 0. `None` when there are no values, all are zero, or one is negative or not
/// finite.
#[must_use]
pub fn gini(values: &[f64]) -> Option<f64> {
    let (sorted, sum) = sorted_with_sum(values)?;
    let n = sorted.len() as f64;
    let weighted: f64 = sorted
        .iter()
        .enumerate()
        .map(|(i, x)| (2.0 * (i as f64 + 1.0) - n - 1.0) * (x / sum))
        .sum();
    Some((weighted / n).max(0.0))
}

/// Herfindahl-Hirschman index: the sum of squared shares, from `1 / n` (equal) to 1 (one earns
/// everything). `None` as for [`gini`].
#[must_use]
pub fn herfindahl(values: &[f64]) -> Option<f64> {
    let (sorted, sum) = sorted_with_sum(values)?;
    Some(sorted.iter().map(|x| (x / sum) * (x / sum)).sum())
}

/// Nakamoto coefficient: the smallest number of earners that together hold more than half.
/// `None` as for [`gini`].
#[must_use]
pub fn nakamoto(values: &[f64]) -> Option<usize> {
    let (sorted, sum) = sorted_with_sum(values)?;
    let mut held = 0.0;
    for (count, value) in sorted.iter().rev().enumerate() {
        held += value;
        if held * 2.0 > sum {
            return Some(count + 1);
        }
    }
    Some(sorted.len())
}

/// Ranks from 1; equal values share the mean of their ranks.
fn average_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let value = values[order[start]];
        let mut end = start;
        while end < order.len() && values[order[end]] == value {
            end += 1;
        }
        let rank = (start + 1 + end) as f64 / 2.0;
        for &index in &order[start..end] {
            ranks[index] = rank;
        }
        start = end;
    }
    ranks
}

/// Spearman rank correlation of pairs: Pearson correlation of their average ranks, in [-1, 1].
///
/// Pairs with a value that is not finite are left out. `None` when the slices differ in length,
/// when fewer than two pairs are left, or when all values of one side are equal.
#[must_use]
pub fn spearman(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() != b.len() {
        return None;
    }
    let finite = |pair: &(&f64, &f64)| pair.0.is_finite() && pair.1.is_finite();
    let (a, b): (Vec<f64>, Vec<f64>) = a.iter().zip(b).filter(finite).unzip();
    let (ranks_a, ranks_b) = (average_ranks(&a), average_ranks(&b));
    let mean = (a.len() as f64 + 1.0) / 2.0;
    let (mut covariance, mut variance_a, mut variance_b) = (0.0, 0.0, 0.0);
    for (x, y) in ranks_a.iter().zip(&ranks_b) {
        covariance += (x - mean) * (y - mean);
        variance_a += (x - mean) * (x - mean);
        variance_b += (y - mean) * (y - mean);
    }
    let scale = (variance_a * variance_b).sqrt();
    (scale > 0.0).then(|| (covariance / scale).clamp(-1.0, 1.0))
}

/// Part of a whole; `None` when the whole is not positive or the quotient is not finite.
#[must_use]
pub fn share(part: f64, whole: f64) -> Option<f64> {
    let share = part / whole;
    (whole > 0.0 && share.is_finite()).then_some(share)
}

/// Dividend per stake of one group relative to another's (1 = the same): `(dividend / stake) /
/// (reference_dividend / reference_stake)`. `None` when either side has no stake or the reference
/// earns nothing.
#[must_use]
pub fn relative_dividend_per_stake(
    dividend: f64,
    stake: f64,
    reference_dividend: f64,
    reference_stake: f64,
) -> Option<f64> {
    let own = share(dividend, stake)?;
    let reference = share(reference_dividend, reference_stake)?;
    share(own, reference)
}

/// Lorenz curve: points `(share of earners, share of the reward they hold together)`, poorest
/// first, from (0, 0) to (1, 1), `n + 1` of them. `None` as for [`gini`].
#[must_use]
pub fn lorenz(values: &[f64]) -> Option<Vec<(f64, f64)>> {
    let (sorted, sum) = sorted_with_sum(values)?;
    let n = sorted.len();
    let mut held = 0.0;
    let mut points = Vec::with_capacity(n + 1);
    points.push((0.0, 0.0));
    for (i, value) in sorted.iter().enumerate() {
        held += value;
        points.push(((i + 1) as f64 / n as f64, if i + 1 == n { 1.0 } else { held / sum }));
    }
    Some(points)
}

/// Share of the reward that the richest `count` earners hold. `None` as for [`gini`].
#[must_use]
pub fn top_share(values: &[f64], count: usize) -> Option<f64> {
    let (sorted, sum) = sorted_with_sum(values)?;
    let held: f64 = sorted.iter().rev().take(count).sum();
    Some((held / sum).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_rewards() {
        let equal = [3.0; 4];
        assert_eq!(gini(&equal), Some(0.0));
        assert_eq!(herfindahl(&equal), Some(0.25));
        assert_eq!(nakamoto(&equal), Some(3), "exactly half is not more than half");
        assert_eq!(top_share(&equal, 1), Some(0.25));
    }

    #[test]
    fn one_of_four_earns_everything() {
        let one = [0.0, 0.0, 8.0, 0.0];
        assert_eq!(gini(&one), Some(0.75));
        assert_eq!(herfindahl(&one), Some(1.0));
        assert_eq!(nakamoto(&one), Some(1));
        assert_eq!(lorenz(&one).unwrap()[3], (0.75, 0.0));
    }

    #[test]
    fn meaningless_input_has_no_value() {
        for values in [&[][..], &[0.0, 0.0], &[1.0, f64::NAN], &[-1.0, 2.0], &[f64::INFINITY]] {
            assert_eq!(gini(values), None);
            assert_eq!(herfindahl(values), None);
            assert_eq!(nakamoto(values), None);
            assert_eq!(lorenz(values), None);
        }
        assert_eq!(gini(&[5.0]), Some(0.0));
        assert_eq!(share(1.0, 0.0), None);
        assert_eq!(relative_dividend_per_stake(1.0, 1.0, 0.0, 1.0), None);
    }

    #[test]
    fn spearman_of_known_series() {
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[10.0, 20.0, 90.0]), Some(1.0));
        assert_eq!(spearman(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]), Some(-1.0));
        assert_eq!(spearman(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(spearman(&[1.0], &[1.0]), None);
        assert_eq!(spearman(&[1.0, 2.0], &[1.0]), None);
        // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: covariance 4.5, variances 4.5 and 5.
        let tied = spearman(&[1.0, 2.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 4.0]).unwrap();
        assert!((tied - 4.5 / (4.5_f64 * 5.0).sqrt()).abs() < 1e-15);
        let skipped = spearman(&[1.0, f64::NAN, 2.0, 3.0], &[1.0, 9.0, 2.0, 3.0]);
        assert_eq!(skipped, Some(1.0));
    }

    #[test]
    fn relative_dividend() {
        assert_eq!(relative_dividend_per_stake(30.0, 10.0, 20.0, 10.0), Some(1.5));
    }

    /// Gini by its definition: mean absolute difference of all pairs over twice the mean.
    fn naive_gini(values: &[f64]) -> f64 {
        let (n, sum) = (values.len() as f64, values.iter().sum::<f64>());
        let pairs = values.iter().flat_map(|x| values.iter().map(move |y| (x - y).abs()));
        pairs.sum::<f64>() / (2.0 * n * sum)
    }

    fn rewards() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(prop_oneof![Just(0.0), 0.0..1e12_f64], 1..60)
            .prop_filter("something is paid", |values| values.iter().sum::<f64>() > 1.0)
    }

    proptest! {
        #[test]
        fn gini_agrees_with_its_definition(values in rewards()) {
            let gini = gini(&values).unwrap();
            prop_assert!((0.0..1.0).contains(&gini));
            prop_assert!((gini - naive_gini(&values)).abs() < 1e-9);
        }

        #[test]
        fn order_does_not_matter(values in rewards(), turn in 0_usize..60) {
            let mut turned = values.clone();
            turned.rotate_left(turn % values.len());
            prop_assert_eq!(gini(&values), gini(&turned));
            prop_assert_eq!(herfindahl(&values), herfindahl(&turned));
            prop_assert_eq!(nakamoto(&values), nakamoto(&turned));
            prop_assert_eq!(lorenz(&values), lorenz(&turned));
        }

        #[test]
        fn scale_does_not_matter(values in rewards(), scale in 1e-3..1e3_f64) {
            let scaled: Vec<f64> = values.iter().map(|x| x * scale).collect();
            prop_assert!((gini(&values).unwrap() - gini(&scaled).unwrap()).abs() < 1e-9);
            prop_assert!((herfindahl(&values).unwrap() - herfindahl(&scaled).unwrap()).abs() < 1e-9);
        }

        #[test]
        fn nakamoto_is_the_smallest_majority(values in rewards()) {
            let count = nakamoto(&values).unwrap();
            let sum: f64 = values.iter().sum();
            prop_assert!(top_share(&values, count).unwrap() * sum >= sum / 2.0);
            prop_assert!(top_share(&values, count - 1).unwrap() * sum <= sum / 2.0 * (1.0 + 1e-12));
        }

        #[test]
        fn lorenz_is_convex_below_equality_and_holds_the_gini(values in rewards()) {
            let points = lorenz(&values).unwrap();
            prop_assert_eq!(points.len(), values.len() + 1);
            let mut area = 0.0;
            for pair in points.windows(2) {
                prop_assert!(pair[0].1 <= pair[1].1 && pair[1].1 <= pair[1].0 + 1e-12);
                area += (pair[1].0 - pair[0].0) * (pair[0].1 + pair[1].1) / 2.0;
            }
            prop_assert!((1.0 - 2.0 * area - gini(&values).unwrap()).abs() < 1e-9);
        }

        #[test]
        fn spearman_sees_only_ranks(values in prop::collection::vec(0.0..1e6_f64, 3..40)) {
            prop_assume!(values.iter().any(|x| *x != values[0]));
            let cubes: Vec<f64> = values.iter().map(|x| x * x * x).collect();
            let falling: Vec<f64> = values.iter().map(|x| -x).collect();
            prop_assert!(spearman(&values, &cubes).unwrap() > 1.0 - 1e-9);
            prop_assert!(spearman(&values, &falling).unwrap() < -1.0 + 1e-9);
        }
    }
}
