//! The best few share in proportion to their scores; the others get nothing.

/// The `k` best scores keep their score as weight. Miners that tie with the last of the `k` are in
/// as well, so that the order of uids decides nothing.
pub(super) fn weigh(k: usize, scores: &[f64], weights: &mut [f64]) {
    let threshold = kth_best(k, scores, weights);
    for (weight, &score) in weights.iter_mut().zip(scores) {
        *weight = if score > 0.0 && score >= threshold { score } else { 0.0 };
    }
}

/// The `k`-th best score, 0 when there are fewer. `scratch` is overwritten.
fn kth_best(k: usize, scores: &[f64], scratch: &mut [f64]) -> f64 {
    for (place, &score) in scratch.iter_mut().zip(scores) {
        *place = if score.is_nan() { 0.0 } else { score };
    }
    if k == 0 || k > scratch.len() {
        return if k == 0 { f64::INFINITY } else { 0.0 };
    }
    let (_, kth, _) = scratch.select_nth_unstable_by(k - 1, |a, b| b.total_cmp(a));
    *kth
}

#[cfg(test)]
mod tests {
    fn weights(k: usize, scores: &[f64]) -> Vec<f64> {
        let mut weights = vec![0.0; scores.len()];
        super::weigh(k, scores, &mut weights);
        weights
    }

    #[test]
    fn only_the_best_are_paid() {
        assert_eq!(weights(2, &[0.1, 0.5, 0.3, 0.2]), [0.0, 0.5, 0.3, 0.0]);
    }

    #[test]
    fn ties_at_the_edge_are_all_in() {
        assert_eq!(weights(2, &[0.3, 0.5, 0.3, 0.2]), [0.3, 0.5, 0.3, 0.0]);
    }

    #[test]
    fn more_places_than_miners_pay_everyone() {
        assert_eq!(weights(9, &[0.3, f64::NAN, 0.0]), [0.3, 0.0, 0.0]);
    }
}
