//! Scores every miner and weighs it by the mechanism's rule.

use super::{Decision, View};
use crate::mechanism;

pub(super) fn decide(view: &View<'_>, weights: &mut [f64]) -> Decision {
    mechanism::weigh(view.mechanism.weights, view.scores, weights);
    Decision::Set
}
