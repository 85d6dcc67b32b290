//! Prediction: miners say what a quantity will be; it is scored when the truth arrives, long after
//! the answer. The quantity is a standard normal number per step of time, known to nobody before.

use serde::{Deserialize, Serialize};

use super::{Answer, Ask, Challenge, Effort, Mechanism, Round, mix};
use crate::addressed::{Dice, normal};
use crate::time::ns_of_seconds;

/// What is predicted and how. A miner's quality is the correlation of its forecasts with the truth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prediction {
    /// How far ahead, in seconds.
    pub horizon_seconds: f64,
    /// Questions sent within one such step are about the same number, in seconds.
    pub step_seconds: f64,
    /// Error at which an answer is worth half, in standard deviations of the quantity.
    pub tolerance: f64,
    #[serde(skip)]
    pub(super) truth: Option<Dice>,
}

impl Default for Prediction {
    fn default() -> Self {
        Self { horizon_seconds: 300.0, step_seconds: 60.0, tolerance: 0.5, truth: None }
    }
}

impl Prediction {
    /// The number that a question asks for.
    #[must_use]
    pub fn truth(&self, id: u64) -> f64 {
        normal(self.truth.map_or_else(|| mix(id, 0), |dice| dice.at(id, 0)[0]))
    }
}

impl Mechanism for Prediction {
    fn name(&self) -> &'static str {
        "prediction"
    }

    fn challenge(&self, ask: &Ask) -> Challenge {
        let step_ns = ns_of_seconds(self.step_seconds).max(1);
        Challenge { id: ask.sent_ns / step_ns, work: 1.0, kind: 0, repeats: false }
    }

    fn respond(&self, challenge: &Challenge, effort: &Effort, words: [u64; 2]) -> Answer {
        let skill = effort.quality.clamp(0.0, 1.0);
        let noise = (1.0 - skill * skill).sqrt() * normal(words[0]);
        // The best guess of somebody whose signal is `skill * truth + noise`.
        let value = (skill * (skill * self.truth(challenge.id) + noise)) as f32;
        Answer { fingerprint: u64::from(value.to_bits()), value }
    }

    fn matures_ns(&self) -> u64 {
        ns_of_seconds(self.horizon_seconds)
    }

    fn score(&self, round: &Round<'_>, scores: &mut [f64]) -> u64 {
        for (score, entry) in scores.iter_mut().zip(round.entries) {
            *score = entry.reply.map_or(0.0, |reply| {
                let error = (f64::from(reply.answer.value) - self.truth(entry.challenge.id))
                    / self.tolerance;
                1.0 / (1.0 + error * error)
            });
        }
        0
    }
}
