//! Weight proportional to score.

/// Every miner's weight is its score.
pub(super) fn weigh(scores: &[f64], weights: &mut [f64]) {
    for (weight, &score) in weights.iter_mut().zip(scores) {
        *weight = if score > 0.0 { score } else { 0.0 };
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn twice_the_score_is_twice_the_weight() {
        let mut weights = [0.0; 3];
        super::weigh(&[0.2, 0.4, 0.0], &mut weights);
        assert_eq!(weights, [0.2, 0.4, 0.0]);
    }
}
