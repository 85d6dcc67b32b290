//! Text prompting: all miners of a round get one prompt; an answer is worth its quality, less the
//! longer it takes, and less when somebody else sent the same before.

use serde::{Deserialize, Serialize};

use super::{Answer, Ask, Challenge, Effort, Mechanism, Round, Tasks, mix, speed_factor};
use crate::addressed::normal;

/// How text is scored. A miner's quality is the mean worth of its answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TextPrompting {
    /// Standard deviation of an answer's worth around the miner's quality.
    pub noise: f64,
    /// Part of the score that the last moment costs, 0 to 1.
    pub latency_weight: f64,
    /// Part of the score that a copy loses, 0 to 1; the first to arrive is no copy.
    pub duplicate_penalty: f64,
    #[serde(skip)]
    pub(super) tasks: Option<Tasks>,
}

impl Default for TextPrompting {
    fn default() -> Self {
        Self { noise: 0.1, latency_weight: 0.3, duplicate_penalty: 0.9, tasks: None }
    }
}

impl Mechanism for TextPrompting {
    fn name(&self) -> &'static str {
        "text_prompting"
    }

    fn challenge(&self, ask: &Ask) -> Challenge {
        super::tasks::draw(self.tasks.as_ref(), ask.round_words)
    }

    fn respond(&self, challenge: &Challenge, effort: &Effort, words: [u64; 2]) -> Answer {
        let value = (effort.quality + self.noise * normal(words[0])).clamp(0.0, 1.0);
        Answer { fingerprint: mix(effort.author, challenge.id), value: value as f32 }
    }

    fn score(&self, round: &Round<'_>, scores: &mut [f64]) -> u64 {
        for (score, entry) in scores.iter_mut().zip(round.entries) {
            *score = entry.reply.map_or(0.0, |reply| {
                let speed = speed_factor(self.latency_weight, reply.elapsed_ns, round.timeout_ns);
                f64::from(reply.answer.value) * speed
            });
        }
        for copy in copies(round) {
            scores[copy] *= 1.0 - self.duplicate_penalty;
        }
        0
    }
}

/// Places of the answers that say what an earlier one said; of two at once the lower place is the
/// original.
fn copies(round: &Round<'_>) -> Vec<usize> {
    let replies = (0..).zip(round.entries).filter_map(|(place, entry)| {
        entry.reply.map(|reply| (reply.answer.fingerprint, reply.elapsed_ns, place))
    });
    let mut replies: Vec<(u64, u64, usize)> = replies.collect();
    replies.sort_unstable();
    replies.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1].2).collect()
}
