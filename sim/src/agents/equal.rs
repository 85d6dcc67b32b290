//! The same weight to every miner: a validator that takes part without judging.

use super::{Decision, View};

pub(super) fn decide(view: &View<'_>, weights: &mut [f64]) -> Decision {
    for (weight, present) in weights.iter_mut().zip(view.present) {
        *weight = f64::from(u8::from(*present));
    }
    Decision::Set
}
