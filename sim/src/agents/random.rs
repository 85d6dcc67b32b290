//! Uniform random weights for everyone, new each epoch.

use super::{Decision, View};

pub(super) fn decide(view: &View<'_>, weights: &mut [f64]) -> Decision {
    for (span, stream) in view.spans.iter().zip(view.random) {
        let places = &mut weights[span.miners.clone()];
        if span.present {
            let mut draws = stream.at(view.epoch);
            places.fill_with(|| draws.uniform());
        } else {
            places.fill(0.0);
        }
    }
    Decision::Set
}
