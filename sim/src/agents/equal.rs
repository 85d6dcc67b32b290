//! The same weight to every miner: a validator that takes part without judging.

use super::{Decision, View};

pub(super) fn decide(view: &View<'_>, weights: &mut [f64]) -> Decision {
    for span in view.spans {
        weights[span.miners.clone()].fill(f64::from(u8::from(span.present)));
    }
    Decision::Set
}
