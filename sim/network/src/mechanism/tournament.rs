//! Pairwise tournament: two miners at a time get the same question and the better answer wins. What
//! a validator remembers is a rating as in chess; weights are proportional to playing strength.

use serde::{Deserialize, Serialize};

use super::{Answer, Ask, Challenge, Effort, Entry, Mechanism, Round, Scoring, Tasks, mix};
use crate::addressed::normal;

/// How games are rated. A miner's quality is the mean worth of its answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tournament {
    /// Standard deviation of an answer's worth around the miner's quality.
    pub noise: f64,
    /// How far one game moves a rating, in units in which a lead of 1 wins 73% of games.
    pub step: f64,
    #[serde(skip)]
    pub(super) tasks: Option<Tasks>,
}

impl Default for Tournament {
    fn default() -> Self {
        Self { noise: 0.1, step: 0.1, tasks: None }
    }
}

impl Mechanism for Tournament {
    fn name(&self) -> &'static str {
        "tournament"
    }

    fn challenge(&self, ask: &Ask) -> Challenge {
        super::tasks::draw(self.tasks.as_ref(), ask.round_words)
    }

    fn respond(&self, challenge: &Challenge, effort: &Effort, words: [u64; 2]) -> Answer {
        let value = (effort.quality + self.noise * normal(words[0])) as f32;
        Answer { fingerprint: mix(effort.author, challenge.id), value }
    }

    /// New ratings. Pairs are drawn anew each round; who is left over does not play, and a game
    /// without any answer is none.
    fn score(&self, round: &Round<'_>, scores: &mut [f64]) -> u64 {
        scores.fill(f64::NAN);
        let mut drawn: Vec<usize> = (0..round.entries.len()).collect();
        drawn.sort_by_key(|&place| round.entries[place].words[0]);
        for pair in drawn.chunks_exact(2) {
            let (a, b) = (&round.entries[pair[0]], &round.entries[pair[1]]);
            let Some(result) = result(a, b) else { continue };
            let expected = 1.0 / (1.0 + libm::exp(rating(b) - rating(a)));
            scores[pair[0]] = rating(a) + self.step * (result - expected);
            scores[pair[1]] = rating(b) - self.step * (result - expected);
        }
        0
    }

    /// A rating is the memory already.
    fn remember(&self, _scoring: &Scoring, _before: f64, observed: f64) -> f64 {
        observed
    }

    /// Strengths in the model of Bradley and Terry: the odds of two are the ratio of their weights.
    fn weights(&self, _scoring: &Scoring, scores: &[f64], weights: &mut [f64]) {
        let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for (weight, score) in weights.iter_mut().zip(scores) {
            *weight = if score.is_nan() { 0.0 } else { libm::exp(score - best) };
        }
    }
}

/// Everybody starts at 0.
fn rating(entry: &Entry) -> f64 {
    if entry.remembered.is_nan() { 0.0 } else { entry.remembered }
}

/// 1 when the first wins, 0 when the second does, a half for a draw.
fn result(first: &Entry, second: &Entry) -> Option<f64> {
    let value = |entry: &Entry| entry.reply.map(|reply| reply.answer.value);
    match (value(first), value(second)) {
        (None, None) => None,
        (Some(_), None) => Some(1.0),
        (None, Some(_)) => Some(0.0),
        (Some(a), Some(b)) if a == b => Some(0.5),
        (Some(a), Some(b)) => Some(f64::from(u8::from(a > b))),
    }
}
