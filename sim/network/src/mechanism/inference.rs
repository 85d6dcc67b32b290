//! Inference of a given model: the right output is known to whoever runs it, so validators run it
//! again for some of the answers and pay only what agrees. What is not checked is believed.

use serde::{Deserialize, Serialize};

use super::{Answer, Ask, Challenge, Effort, Mechanism, Round, Tasks, mix, speed_factor};
use crate::addressed::unit;
use crate::time::ns_of_milliseconds;

/// How inference is verified. A miner's quality is the part of its outputs that agree with the
/// model: 1 for the model itself, less for a cheaper one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Inference {
    /// Part of the answers that the validator computes again, 0 to 1.
    pub checked_part: f64,
    /// Score of an answer that was checked and is wrong; may be negative.
    pub wrong_score: f64,
    /// Part of the score that the last moment costs, 0 to 1.
    pub latency_weight: f64,
    /// Time of the validator for each answer that it computes again.
    pub recompute_ms: f64,
    #[serde(skip)]
    pub(super) tasks: Option<Tasks>,
}

impl Default for Inference {
    fn default() -> Self {
        Self {
            checked_part: 0.1,
            wrong_score: 0.0,
            latency_weight: 0.3,
            recompute_ms: 200.0,
            tasks: None,
        }
    }
}

/// The model's own output, as somebody who made it would sign it.
const REFERENCE: u64 = u64::MAX;

impl Mechanism for Inference {
    fn name(&self) -> &'static str {
        "inference"
    }

    fn challenge(&self, ask: &Ask) -> Challenge {
        super::tasks::draw(self.tasks.as_ref(), ask.round_words)
    }

    fn respond(&self, challenge: &Challenge, effort: &Effort, words: [u64; 2]) -> Answer {
        let is_right = unit(words[0]) < effort.quality;
        let author = if is_right { REFERENCE } else { effort.author };
        Answer { fingerprint: mix(author, challenge.id), value: f32::from(u8::from(is_right)) }
    }

    fn score(&self, round: &Round<'_>, scores: &mut [f64]) -> u64 {
        let mut checked = 0;
        for (score, entry) in scores.iter_mut().zip(round.entries) {
            let Some(reply) = entry.reply else {
                *score = 0.0;
                continue;
            };
            let is_checked = unit(entry.words[1]) < self.checked_part;
            checked += u64::from(is_checked);
            let is_right = reply.answer.fingerprint == mix(REFERENCE, entry.challenge.id);
            *score = if is_checked && !is_right {
                self.wrong_score
            } else {
                speed_factor(self.latency_weight, reply.elapsed_ns, round.timeout_ns)
            };
        }
        checked * ns_of_milliseconds(self.recompute_ms)
    }
}
