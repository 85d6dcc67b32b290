//! Asks no miner: it asks another validator for its scores, and weighs those.

use super::{ValidatorBehaviour, View};

/// Whom it asks.
#[derive(Debug)]
pub(super) struct FreeRider {
    pub of: String,
}

impl ValidatorBehaviour for FreeRider {
    fn queries(&self) -> bool {
        false
    }

    fn asks_scores_of(&self) -> Option<&str> {
        Some(&self.of)
    }

    fn decide(&mut self, view: &View<'_>, weights: &mut [f64]) -> bool {
        view.weigh(view.given, weights);
        true
    }
}
