//! Uniform random weights for everyone, new each epoch.

use super::{Decision, View};

pub(super) fn decide(view: &View<'_>, weights: &mut [f64]) -> Decision {
    for (span, stream) in view.spans.iter().zip(view.random) {
        let mut draws = stream.at(view.epoch);
        for miner in span.miners.clone() {
            // The absent have draws too, so that nobody's depend on who else is there.
            let drawn = draws.uniform();
            weights[miner] = if view.present[miner] { drawn } else { 0.0 };
        }
    }
    Decision::Set
}
