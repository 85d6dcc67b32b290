//! Compute: proof of work. Finding a proof takes luck and speed, checking it nothing; a proof in
//! time is paid, and more the sooner it comes.

use serde::{Deserialize, Serialize};

use super::{Answer, Ask, Challenge, Effort, Mechanism, Round, Tasks, mix, speed_factor};
use crate::addressed::{exponential, unit};

/// How work is paid. A miner's quality is the part of its proofs that are real: less than 1 for one
/// that stops searching early, which shortens its search as much.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Compute {
    /// Part of the score that is a bonus for speed, 0 to 1.
    pub speed_bonus: f64,
    #[serde(skip)]
    pub(super) tasks: Option<Tasks>,
}

impl Default for Compute {
    fn default() -> Self {
        Self { speed_bonus: 0.5, tasks: None }
    }
}

impl Mechanism for Compute {
    fn name(&self) -> &'static str {
        "compute"
    }

    fn challenge(&self, ask: &Ask) -> Challenge {
        // Everybody searches for a proof of its own.
        super::tasks::draw(self.tasks.as_ref(), ask.own_words)
    }

    /// A search has no memory: its length is exponential, the usual service time its mean.
    fn service_factor(&self, challenge: &Challenge, effort: &Effort, words: [u64; 2]) -> f64 {
        f64::from(challenge.work) * effort.quality * exponential(words[1])
    }

    fn respond(&self, challenge: &Challenge, effort: &Effort, words: [u64; 2]) -> Answer {
        let is_proof = unit(words[0]) < effort.quality;
        let value = f32::from(u8::from(is_proof));
        Answer { fingerprint: mix(effort.author, challenge.id), value }
    }

    fn score(&self, round: &Round<'_>, scores: &mut [f64]) -> u64 {
        for (score, entry) in scores.iter_mut().zip(round.entries) {
            *score = entry.reply.map_or(0.0, |reply| {
                let speed = speed_factor(self.speed_bonus, reply.elapsed_ns, round.timeout_ns);
                f64::from(reply.answer.value) * speed
            });
        }
        0
    }
}
