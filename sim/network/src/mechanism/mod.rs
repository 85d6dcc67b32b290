//! Incentive mechanisms, at the level at which a designer thinks: what is asked, what comes back,
//! what it is worth, and what weight that earns.
//!
//! A [`Mechanism`] knows neither time nor network; it sees a round of questions and the answers
//! that came in time. Built-in ones are a small file each and an entry in [`MechanismKind`]. What
//! an answer says is reduced to two numbers: a fingerprint (equal content, equal number) and a
//! value in the mechanism's own terms.

mod compute;
mod config;
mod inference;
mod prediction;
mod storage;
mod tasks;
mod text_prompting;
mod tournament;

use std::fmt::Debug;

use subsim_sim::mechanism::weigh;
use subsim_sim::scenario::WeightRule;

pub use compute::Compute;
pub use config::{MechanismConfig, MechanismKind, WeightConfig};
pub use inference::Inference;
pub use prediction::Prediction;
pub use storage::Storage;
pub use tasks::{TaskConfig, Tasks};
pub use text_prompting::TextPrompting;
pub use tournament::Tournament;

/// A question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Challenge {
    /// Equal numbers have the same right answer.
    pub id: u64,
    /// Effort it takes, as a multiple of a miner's usual service time.
    pub work: f32,
    /// Type of task, a place in the list of the configuration.
    pub kind: u16,
    /// Whether it may come again, so that remembering it can pay.
    pub repeats: bool,
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// Equal content has equal fingerprints.
    pub fingerprint: u64,
    /// What the mechanism looks at when it scores.
    pub value: f32,
}

/// With what a miner goes at a question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort {
    /// Number of the machine whose work it is.
    pub author: u64,
    /// Quality in `[0, 1]` for this type of task; what it means is the mechanism's to say.
    pub quality: f64,
    /// Whether the question was meant for somebody else and only handed on.
    pub relayed: bool,
}

/// Whom a validator asks, and when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ask {
    /// uid of the miner.
    pub miner: u16,
    /// When the question leaves.
    pub sent_ns: u64,
    /// Random, the same for all questions of the round.
    pub round_words: [u64; 2],
    /// Random, this question's own.
    pub own_words: [u64; 2],
}

/// An answer that came in time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reply {
    /// The answer.
    pub answer: Answer,
    /// From sending the question to receiving the answer.
    pub elapsed_ns: u64,
}

/// One question of a round and what became of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// uid of the miner.
    pub miner: u16,
    /// The question.
    pub challenge: Challenge,
    /// The answer; `None` when none came in time.
    pub reply: Option<Reply>,
    /// The miner's score so far with this validator, NaN when it has none.
    pub remembered: f64,
    /// Random, this question's own.
    pub words: [u64; 2],
}

/// A round of questions, complete.
#[derive(Debug, Clone, Copy)]
pub struct Round<'a> {
    /// Time that miners had.
    pub timeout_ns: u64,
    /// The questions in the order in which they were put.
    pub entries: &'a [Entry],
}

/// What a mechanism asks of the machines, whatever they answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Demands {
    /// Size of a question.
    pub request_bytes: u32,
    /// Size of an answer.
    pub response_bytes: u32,
    /// Memory of a miner.
    pub miner_memory_bytes: u64,
    /// Storage of a miner.
    pub miner_storage_bytes: u64,
    /// Memory of a validator.
    pub validator_memory_bytes: u64,
    /// Storage of a validator.
    pub validator_storage_bytes: u64,
}

/// How scores are remembered and become weights, unless the mechanism has a way of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scoring {
    /// Part of a new score in the remembered one, in `(0, 1]`.
    pub moving_average_alpha: f64,
    /// From remembered scores to weights.
    pub weights: WeightRule,
}

/// An incentive mechanism. All methods are pure: same arguments, same result.
pub trait Mechanism: Debug + Send + Sync {
    /// Name as written in a scenario.
    fn name(&self) -> &'static str;

    /// The question for a miner.
    fn challenge(&self, ask: &Ask) -> Challenge;

    /// Multiple of a miner's service time that an answer takes. `words` are random, and the same
    /// as in [`Mechanism::respond`].
    fn service_factor(&self, challenge: &Challenge, effort: &Effort, words: [u64; 2]) -> f64 {
        let _ = (effort, words);
        f64::from(challenge.work)
    }

    /// The answer. `words` are random, and the same for the same author and question.
    fn respond(&self, challenge: &Challenge, effort: &Effort, words: [u64; 2]) -> Answer;

    /// How long after the timeout a round can be scored: 0 unless the truth comes later.
    fn matures_ns(&self) -> u64 {
        0
    }

    /// Scores a round: one number per entry, higher is better, NaN for none. Returns the computing
    /// time that it takes the validator.
    fn score(&self, round: &Round<'_>, scores: &mut [f64]) -> u64;

    /// The remembered score after a new one: a moving average that starts at the first.
    fn remember(&self, scoring: &Scoring, before: f64, observed: f64) -> f64 {
        let alpha = scoring.moving_average_alpha;
        if alpha == 1.0 || before.is_nan() {
            return observed;
        }
        alpha * observed + (1.0 - alpha) * before
    }

    /// Weights on any scale from remembered scores; NaN, which is nobody, gets 0, and so does what
    /// is not above 0.
    fn weights(&self, scoring: &Scoring, scores: &[f64], weights: &mut [f64]) {
        let positive: Vec<f64> = scores.iter().map(|score| score.max(0.0)).collect();
        // `max` takes NaN to 0, which must stay nobody.
        let known = |i: usize| if scores[i].is_nan() { f64::NAN } else { positive[i] };
        let known: Vec<f64> = (0..scores.len()).map(known).collect();
        weigh(scoring.weights, &known, weights);
    }
}

/// A number that depends on both, and looks random: identity of content that somebody made.
#[must_use]
pub(crate) fn mix(a: u64, b: u64) -> u64 {
    // The finaliser of SplitMix64 on a sum that is different for (a, b) and (b, a).
    let mut z = a.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(b.rotate_left(32) ^ 0x5DEE_CE66);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// 1 for an answer at once, `1 - weight` for one at the last moment.
pub(crate) fn speed_factor(weight: f64, elapsed_ns: u64, timeout_ns: u64) -> f64 {
    1.0 - weight * (elapsed_ns as f64 / timeout_ns.max(1) as f64).min(1.0)
}

#[cfg(test)]
mod tests;
