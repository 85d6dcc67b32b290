//! Honest, but for a price: the weight of miners that pay is raised.

use super::{ValidatorBehaviour, View, places};

/// Who pays, for what, how much.
#[derive(Debug)]
pub(super) struct Bribed {
    pub miners: Vec<String>,
    pub boost: f64,
    pub rao_per_epoch: u64,
}

impl ValidatorBehaviour for Bribed {
    fn bribe(&self) -> Option<(&[String], u64)> {
        Some((&self.miners, self.rao_per_epoch))
    }

    fn decide(&mut self, view: &View<'_>, weights: &mut [f64]) -> bool {
        view.weigh(view.scores, weights);
        for paying in places(view.spans, &self.miners) {
            weights[paying].iter_mut().for_each(|weight| *weight *= 1.0 + self.boost);
        }
        true
    }
}
