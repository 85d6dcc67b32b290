//! The behaviours of every resolution, on the weights that the mechanism gives.

use subsim_sim::agents::{self, Decision};
use subsim_sim::scenario::{Behaviour, Mechanism, WeightRule};

use super::{ValidatorBehaviour, View};

/// One of them.
#[derive(Debug)]
pub(super) struct Common {
    pub behaviour: Behaviour,
}

/// What the shared code takes as scores are weights already.
const AS_THEY_ARE: Mechanism =
    Mechanism { weights: WeightRule::Linear, moving_average_alpha: 1.0, quality_power: 1.0 };

impl ValidatorBehaviour for Common {
    fn queries(&self) -> bool {
        agents::observes(&self.behaviour, 0)
    }

    fn consensus_epochs(&self) -> usize {
        match self.behaviour {
            Behaviour::Copier { delay_epochs } => usize::try_from(delay_epochs).unwrap_or(0),
            _ => 0,
        }
    }

    fn decide(&mut self, view: &View<'_>, weights: &mut [f64]) -> bool {
        let mut honest = vec![0.0; weights.len()];
        view.weigh(view.scores, &mut honest);
        let view = agents::View {
            epoch: view.epoch,
            epochs_since_start: view.epoch,
            spans: view.spans,
            present: view.present,
            mechanism: &AS_THEY_ARE,
            scores: &honest,
            consensus: view.consensus,
            random: view.random,
        };
        agents::decide(&self.behaviour, &view, weights) == Decision::Set
    }
}
