//! Weight proportional to the exponential of the score.

/// Weights `exp((score - best) / temperature)`: the best miner has weight 1, and a miner one
/// temperature below it has weight 1/e. Taking the best score off first keeps the exponential from
/// overflowing and changes no ratio.
pub(super) fn weigh(temperature: f64, scores: &[f64], weights: &mut [f64]) {
    let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for (weight, &score) in weights.iter_mut().zip(scores) {
        *weight = if score.is_nan() { 0.0 } else { libm::exp((score - best) / temperature) };
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn one_temperature_is_a_factor_of_e() {
        let mut weights = [0.0; 3];
        super::weigh(0.1, &[0.9, 0.8, 0.0], &mut weights);
        assert_eq!(weights[0], 1.0);
        assert!((weights[1] - 0.367_879_441).abs() < 1e-9);
        assert!((weights[2] - 0.000_123_410).abs() < 1e-9);
    }

    #[test]
    fn a_tiny_temperature_leaves_only_the_best() {
        let mut weights = [0.0; 2];
        super::weigh(1e-300, &[0.9, 0.8], &mut weights);
        assert_eq!(weights, [1.0, 0.0]);
    }
}
