//! Storage: miners keep data and prove it, chunk by chunk, whenever they are asked. One proof says
//! little; the remembered score is the part of proofs given over time, and weights favour those
//! who hardly ever miss one.

use serde::{Deserialize, Serialize};

use super::{Answer, Ask, Challenge, Effort, Mechanism, Round, Scoring, mix};
use crate::addressed::{below, unit};

/// What is stored and how it is paid. A miner's quality is the part of the data it really keeps;
/// which chunks those are does not change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// Chunks of the data.
    pub chunks: u32,
    /// Size of a chunk.
    pub chunk_bytes: u64,
    /// Whether every miner's data is encoded for it alone, so that a proof cannot be had from
    /// somebody else.
    pub sealed: bool,
    /// Exponent on the part of proofs given: how steeply pay falls with what is missing.
    pub reliability_power: f64,
}

impl Default for Storage {
    fn default() -> Self {
        Self { chunks: 1024, chunk_bytes: 16 << 20, sealed: false, reliability_power: 4.0 }
    }
}

impl Mechanism for Storage {
    fn name(&self) -> &'static str {
        "storage"
    }

    fn challenge(&self, ask: &Ask) -> Challenge {
        let id = below(ask.own_words[0], u64::from(self.chunks));
        Challenge { id, work: 1.0, kind: 0, repeats: true }
    }

    /// The words are the author's own for this chunk, so a chunk is kept or not for good.
    fn respond(&self, challenge: &Challenge, effort: &Effort, words: [u64; 2]) -> Answer {
        let has_proof = unit(words[0]) < effort.quality && !(self.sealed && effort.relayed);
        let value = f32::from(u8::from(has_proof));
        Answer { fingerprint: mix(u64::from(has_proof), challenge.id), value }
    }

    fn score(&self, round: &Round<'_>, scores: &mut [f64]) -> u64 {
        for (score, entry) in scores.iter_mut().zip(round.entries) {
            *score = entry.reply.map_or(0.0, |reply| f64::from(reply.answer.value));
        }
        0
    }

    fn weights(&self, scoring: &Scoring, scores: &[f64], weights: &mut [f64]) {
        let power = self.reliability_power;
        let worth: Vec<f64> = scores.iter().map(|score| libm::pow(*score, power)).collect();
        subsim_sim::mechanism::weigh(scoring.weights, &worth, weights);
    }
}
