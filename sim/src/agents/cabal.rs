//! Pays its own miners a fixed part of its row, in equal parts, and judges all others honestly.

use super::{Decision, MinerSpan, View};
use crate::mechanism;

/// A cabal none of whose miners is present judges like anybody else; one that has nobody else to
/// judge gives everything to its own.
pub(super) fn decide(own: &[String], share: f64, view: &View<'_>, weights: &mut [f64]) -> Decision {
    let is_own = |span: &MinerSpan| span.present && own.contains(&span.name);
    let others: Vec<f64> = scores_without(view, is_own);
    mechanism::weigh(view.mechanism.weights, &others, weights);

    let own_miners: usize =
        view.spans.iter().filter(|span| is_own(span)).map(|span| span.miners.len()).sum();
    let total: f64 = weights.iter().sum();
    if own_miners == 0 || share == 0.0 {
        return if total > 0.0 { Decision::Set } else { Decision::Keep };
    }
    // On the scale on which the whole row sums to 1; with nobody else the scale does not matter.
    if total > 0.0 {
        weights.iter_mut().for_each(|weight| *weight *= (1.0 - share) / total);
    }
    for span in view.spans.iter().filter(|span| is_own(span)) {
        weights[span.miners.clone()].fill(share / own_miners as f64);
    }
    Decision::Set
}

/// The validator's scores with its own miners unscored.
fn scores_without(view: &View<'_>, is_own: impl Fn(&MinerSpan) -> bool) -> Vec<f64> {
    let mut scores = view.scores.to_vec();
    for span in view.spans.iter().filter(|span| is_own(span)) {
        scores[span.miners.clone()].fill(f64::NAN);
    }
    scores
}
