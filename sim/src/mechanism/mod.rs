//! From scores to weights: what a validator's own incentive mechanism does with what it observed.
//!
//! Each rule is a small file that turns a slice of scores into weights on any scale; NaN means
//! "never scored" and always gets weight 0. Turning weights into the integers that the chain
//! stores is [`upscale_to_u16`].

mod linear;
mod softmax;
mod top_k;
mod winner_takes_all;

use crate::scenario::{Mechanism, WeightRule};

/// Largest stored weight, 1.0.
const MAX_WEIGHT: f64 = 65_535.0;

/// Turns scores into weights by a rule. `scores` and `weights` have one entry per miner.
pub fn weigh(rule: WeightRule, scores: &[f64], weights: &mut [f64]) {
    match rule {
        WeightRule::Linear => linear::weigh(scores, weights),
        WeightRule::Softmax { temperature } => softmax::weigh(temperature, scores, weights),
        WeightRule::TopK { k } => top_k::weigh(k, scores, weights),
        WeightRule::WinnerTakesAll => winner_takes_all::weigh(scores, weights),
    }
}

/// The score of one observation: the observed quality in `[0, 1]` to the mechanism's power.
#[inline]
#[must_use]
pub fn score_of(mechanism: &Mechanism, observed_quality: f64) -> f64 {
    let quality = observed_quality.clamp(0.0, 1.0);
    if mechanism.quality_power == 1.0 {
        return quality;
    }
    libm::pow(quality, mechanism.quality_power)
}

/// The score after an observation: an exponential moving average that starts at the first one.
#[inline]
#[must_use]
pub fn remember(mechanism: &Mechanism, before: f64, observed: f64) -> f64 {
    let alpha = mechanism.moving_average_alpha;
    if alpha == 1.0 || before.is_nan() {
        return observed;
    }
    alpha * observed + (1.0 - alpha) * before
}

/// Scales weights so that the largest becomes 65535, rounds half up, and appends the non-zero ones
/// with their uids. Entries come as `(uid, weight)`, in the order in which they shall be stored.
///
/// This is what a validator's client submits and the chain stores (`vec_max_upscale_to_u16` leaves
/// a row whose maximum is 65535 as it is). All weights zero append nothing.
pub fn upscale_to_u16(
    entries: impl Iterator<Item = (u16, f64)> + Clone,
    uids: &mut Vec<u16>,
    values: &mut Vec<u16>,
) {
    let max = entries.clone().map(|(_, weight)| weight).fold(0.0, f64::max);
    if max <= 0.0 || !max.is_finite() {
        return;
    }
    for (uid, weight) in entries {
        // Weights are not negative, so adding a half and dropping the fraction rounds half up.
        let value = (weight / max * MAX_WEIGHT + 0.5) as u16;
        if value > 0 {
            uids.push(uid);
            values.push(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights_of(rule: WeightRule, scores: &[f64]) -> Vec<f64> {
        let mut weights = vec![9.0; scores.len()];
        weigh(rule, scores, &mut weights);
        weights
    }

    #[test]
    fn the_unscored_get_nothing_under_every_rule() {
        for rule in [
            WeightRule::Linear,
            WeightRule::Softmax { temperature: 0.1 },
            WeightRule::TopK { k: 3 },
            WeightRule::WinnerTakesAll,
        ] {
            let weights = weights_of(rule, &[f64::NAN, 0.5, f64::NAN]);
            assert!(weights[0] == 0.0 && weights[1] > 0.0 && weights[2] == 0.0, "{rule:?}");
            assert_eq!(weights_of(rule, &[f64::NAN; 2]), [0.0; 2], "{rule:?}");
            assert!(weights_of(rule, &[]).is_empty(), "{rule:?}");
        }
    }

    #[test]
    fn scores_remember_by_the_moving_average() {
        let mechanism = Mechanism {
            weights: WeightRule::Linear,
            moving_average_alpha: 0.25,
            quality_power: 2.0,
        };
        assert_eq!(remember(&mechanism, f64::NAN, 0.8), 0.8);
        assert_eq!(remember(&mechanism, 0.4, 0.8), 0.5);
        assert_eq!(score_of(&mechanism, 0.5), 0.25);
        assert_eq!(score_of(&mechanism, -0.5), 0.0);
        assert_eq!(score_of(&mechanism, 1.5), 1.0);
    }

    #[test]
    fn stored_weights_have_65535_as_their_largest() {
        let (mut uids, mut values) = (Vec::new(), Vec::new());
        let entries = |weights: &'static [f64]| (7..).zip(weights.iter().copied());
        upscale_to_u16(entries(&[0.2, 0.0, 0.1, 0.000_001]), &mut uids, &mut values);
        assert_eq!(uids, [7, 9]);
        // 0.5 of 65535 is 32767.5, which rounds away from zero.
        assert_eq!(values, [65_535, 32_768]);
        upscale_to_u16(entries(&[0.0, 0.0]), &mut uids, &mut values);
        assert_eq!(uids.len(), 2);
    }
}
