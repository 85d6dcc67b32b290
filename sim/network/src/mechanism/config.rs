//! The table `[mechanism]` of a scenario: which mechanism, and what all of them share.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use subsim_sim::scenario::WeightRule;

use super::{
    Compute, Demands, Inference, Mechanism, Prediction, Scoring, Storage, TaskConfig, Tasks,
    TextPrompting, Tournament,
};
use crate::addressed::Dice;
use crate::error::Checker;

/// The table `[mechanism]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MechanismConfig {
    /// Which mechanism, with its own keys: `kind = { text_prompting = { noise = 0.2 } }`.
    pub kind: MechanismKind,
    /// Time that miners have for an answer, in seconds.
    pub timeout_seconds: f64,
    /// Part of a new score in the remembered one.
    pub moving_average_alpha: f64,
    /// From remembered scores to weights.
    pub weights: WeightConfig,
    /// Size of a question.
    pub request_bytes: u32,
    /// Size of an answer.
    pub response_bytes: u32,
    /// Memory of a miner.
    pub miner_memory_bytes: u64,
    /// Storage of a miner; the storage mechanism knows better.
    pub miner_storage_bytes: u64,
    /// Memory of a validator.
    pub validator_memory_bytes: u64,
    /// Storage of a validator.
    pub validator_storage_bytes: u64,
    /// Types of tasks; none is one type.
    pub tasks: Vec<TaskConfig>,
    /// Number of questions that come again and again.
    pub pool: u32,
    /// Part of the questions drawn from the pool.
    pub repeated_part: f64,
}

impl Default for MechanismConfig {
    fn default() -> Self {
        Self {
            kind: MechanismKind::TextPrompting(TextPrompting::default()),
            timeout_seconds: 10.0,
            moving_average_alpha: 0.1,
            weights: WeightConfig::Linear,
            request_bytes: 2_000,
            response_bytes: 8_000,
            miner_memory_bytes: 0,
            miner_storage_bytes: 0,
            validator_memory_bytes: 0,
            validator_storage_bytes: 0,
            tasks: Vec::new(),
            pool: 0,
            repeated_part: 0.0,
        }
    }
}

/// The built-in mechanisms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MechanismKind {
    /// Quality times latency, duplicates penalised.
    TextPrompting(TextPrompting),
    /// A given model, verified by computing some answers again.
    Inference(Inference),
    /// Proofs over time.
    Storage(Storage),
    /// Scored when the truth arrives.
    Prediction(Prediction),
    /// Proof of work with a bonus for speed.
    Compute(Compute),
    /// Ratings from games of two.
    Tournament(Tournament),
}

/// From scores to weights, as written in a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum WeightConfig {
    /// Weight proportional to score.
    Linear,
    /// Weight proportional to `exp(score / temperature)`.
    Softmax {
        /// Temperature in units of score.
        temperature: f64,
    },
    /// The best `k` share in proportion to their scores.
    TopK {
        /// Number of miners paid.
        k: usize,
    },
    /// All to the best.
    WinnerTakesAll,
}

impl MechanismConfig {
    /// The mechanism, ready to ask. `seed` decides what nobody knows beforehand.
    #[must_use]
    pub fn build(&self, seed: u64) -> Arc<dyn Mechanism> {
        let tasks = Some(Tasks::new(&self.tasks, self.pool, self.repeated_part));
        match &self.kind {
            MechanismKind::TextPrompting(kind) => Arc::new(TextPrompting { tasks, ..kind.clone() }),
            MechanismKind::Inference(kind) => Arc::new(Inference { tasks, ..kind.clone() }),
            MechanismKind::Storage(kind) => Arc::new(kind.clone()),
            MechanismKind::Prediction(kind) => {
                let truth = Some(Dice::new(seed, "world", "truth"));
                Arc::new(Prediction { truth, ..kind.clone() })
            }
            MechanismKind::Compute(kind) => Arc::new(Compute { tasks, ..kind.clone() }),
            MechanismKind::Tournament(kind) => Arc::new(Tournament { tasks, ..kind.clone() }),
        }
    }

    /// How scores are remembered and become weights.
    #[must_use]
    pub fn scoring(&self) -> Scoring {
        let weights = match self.weights {
            WeightConfig::Linear => WeightRule::Linear,
            WeightConfig::Softmax { temperature } => WeightRule::Softmax { temperature },
            WeightConfig::TopK { k } => WeightRule::TopK { k },
            WeightConfig::WinnerTakesAll => WeightRule::WinnerTakesAll,
        };
        Scoring { moving_average_alpha: self.moving_average_alpha, weights }
    }

    /// What it asks of machines.
    #[must_use]
    pub fn demands(&self) -> Demands {
        let stored = match &self.kind {
            MechanismKind::Storage(kind) => u64::from(kind.chunks).saturating_mul(kind.chunk_bytes),
            _ => 0,
        };
        Demands {
            request_bytes: self.request_bytes,
            response_bytes: self.response_bytes,
            miner_memory_bytes: self.miner_memory_bytes,
            miner_storage_bytes: self.miner_storage_bytes.max(stored),
            validator_memory_bytes: self.validator_memory_bytes,
            validator_storage_bytes: self.validator_storage_bytes,
        }
    }

    pub(crate) fn check(&self, check: &mut Checker<'_>) {
        check.within("timeout_seconds", self.timeout_seconds, 0.001, 86_400.0);
        let alpha = self.moving_average_alpha;
        let allowed = "a number above 0, at most 1";
        check.holds(alpha > 0.0 && alpha <= 1.0, "moving_average_alpha", alpha, allowed);
        check.within("repeated_part", self.repeated_part, 0.0, 1.0);
        let is_vain = self.repeated_part > 0.0 && self.pool == 0;
        check.holds(!is_vain, "pool", self.pool, "at least 1 when repeated_part is above 0");
        match self.weights {
            WeightConfig::Softmax { temperature } => {
                check.within("weights.softmax.temperature", temperature, 1e-6, 1e6);
            }
            WeightConfig::TopK { k } => check.within("weights.top_k.k", k as f64, 1.0, 65_535.0),
            WeightConfig::Linear | WeightConfig::WinnerTakesAll => {}
        }
        for (i, task) in self.tasks.iter().enumerate() {
            check.within(&format!("tasks[{i}].share"), task.share, 1e-9, 1e9);
            check.within(&format!("tasks[{i}].work"), task.work, 0.0, 1e6);
            let twice = self.tasks[..i].iter().any(|other| other.name == task.name);
            let found = format!("\"{}\"", task.name);
            check.holds(!twice, &format!("tasks[{i}].name"), found, "a name of its own");
        }
        self.kind.check(check);
    }
}

impl MechanismKind {
    fn check(&self, check: &mut Checker<'_>) {
        match self {
            Self::TextPrompting(kind) => {
                check.within("kind.text_prompting.noise", kind.noise, 0.0, 10.0);
                check.within("kind.text_prompting.latency_weight", kind.latency_weight, 0.0, 1.0);
                let penalty = kind.duplicate_penalty;
                check.within("kind.text_prompting.duplicate_penalty", penalty, 0.0, 1.0);
            }
            Self::Inference(kind) => {
                check.within("kind.inference.checked_part", kind.checked_part, 0.0, 1.0);
                check.within("kind.inference.wrong_score", kind.wrong_score, -1e6, 1.0);
                check.within("kind.inference.latency_weight", kind.latency_weight, 0.0, 1.0);
                check.within("kind.inference.recompute_ms", kind.recompute_ms, 0.0, 1e8);
            }
            Self::Storage(kind) => {
                check.within("kind.storage.chunks", f64::from(kind.chunks), 1.0, 4e9);
                let power = kind.reliability_power;
                check.within("kind.storage.reliability_power", power, 0.01, 100.0);
            }
            Self::Prediction(kind) => {
                check.within("kind.prediction.horizon_seconds", kind.horizon_seconds, 0.0, 1e7);
                check.within("kind.prediction.step_seconds", kind.step_seconds, 1e-3, 1e7);
                check.within("kind.prediction.tolerance", kind.tolerance, 1e-3, 1e3);
            }
            Self::Compute(kind) => {
                check.within("kind.compute.speed_bonus", kind.speed_bonus, 0.0, 1.0);
            }
            Self::Tournament(kind) => {
                check.within("kind.tournament.noise", kind.noise, 0.0, 10.0);
                check.within("kind.tournament.step", kind.step, 1e-6, 10.0);
            }
        }
    }
}
