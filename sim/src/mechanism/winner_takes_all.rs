//! All weight to the best score.

/// The best score gets weight 1, all others 0; miners that tie for the best share equally. When the
/// best score is 0 nobody wins.
pub(super) fn weigh(scores: &[f64], weights: &mut [f64]) {
    let best = scores.iter().copied().fold(0.0, f64::max);
    for (weight, &score) in weights.iter_mut().zip(scores) {
        *weight = if score > 0.0 && score == best { 1.0 } else { 0.0 };
    }
}

#[cfg(test)]
mod tests {
    fn weights(scores: &[f64]) -> Vec<f64> {
        let mut weights = vec![0.0; scores.len()];
        super::weigh(scores, &mut weights);
        weights
    }

    #[test]
    fn the_best_gets_it_all() {
        assert_eq!(weights(&[0.1, 0.5, 0.3]), [0.0, 1.0, 0.0]);
    }

    #[test]
    fn ties_share() {
        assert_eq!(weights(&[0.5, 0.1, 0.5]), [1.0, 0.0, 1.0]);
    }

    #[test]
    fn nothing_wins_nothing() {
        assert_eq!(weights(&[0.0, 0.0]), [0.0, 0.0]);
    }
}
