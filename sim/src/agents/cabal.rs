//! Pays its own miners a fixed part of its row, in equal parts, and judges all others honestly.

use super::{Decision, View};
use crate::mechanism;

/// A cabal none of whose miners is present judges like anybody else; one that has nobody else to
/// judge gives everything to its own.
pub(super) fn decide(own: &[String], share: f64, view: &View<'_>, weights: &mut [f64]) -> Decision {
    let own_spans = || view.spans.iter().filter(|span| own.contains(&span.name));
    let own_miners: Vec<usize> = own_spans()
        .flat_map(|span| span.miners.clone())
        .filter(|miner| view.present[*miner])
        .collect();
    let mut others = view.scores.to_vec();
    own_miners.iter().for_each(|miner| others[*miner] = f64::NAN);
    mechanism::weigh(view.mechanism.weights, &others, weights);

    let total: f64 = weights.iter().sum();
    if own_miners.is_empty() || share == 0.0 {
        return if total > 0.0 { Decision::Set } else { Decision::Keep };
    }
    // On the scale on which the whole row sums to 1; with nobody else the scale does not matter.
    if total > 0.0 {
        weights.iter_mut().for_each(|weight| *weight *= (1.0 - share) / total);
    }
    for miner in &own_miners {
        weights[*miner] = share / own_miners.len() as f64;
    }
    Decision::Set
}
