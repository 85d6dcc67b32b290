//! What a scenario says, after reading and checking: plain data in the chain's own encodings.
//!
//! These types hold only valid values: every one of them was checked when the file was read, and
//! files of samples are already loaded. How a file is written, and what goes wrong in one, is the
//! business of the other modules of [`crate::scenario`].

use std::fmt;

use serde::Serialize;

use super::subnet::{Subnet, SubnetPatch};
use super::sweep::SweepSpec;

/// Largest stake a neuron can hold, in whole tokens: the supply cap of TAO and of each alpha.
/// Draws from a distribution are clamped to it.
pub const MAX_STAKE_TOKENS: f64 = 21_000_000.0;

/// One scenario: who is on the subnet, under which rules, for how long, and what is expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scenario {
    /// Name of the scenario: the file's name without its extension.
    #[serde(skip)]
    pub name: String,
    /// Title for reports.
    pub title: Option<String>,
    /// The question the scenario asks, one line.
    pub question: Option<String>,
    /// Length, seed and recording.
    pub simulation: Simulation,
    /// Hyperparameters at the start.
    pub subnet: Subnet,
    /// Groups of miners, in file order.
    pub miners: Vec<MinerGroup>,
    /// Groups of validators, in file order.
    pub validators: Vec<ValidatorGroup>,
    /// How qualities become weights.
    pub mechanism: Mechanism,
    /// Changes during the run, ordered by epoch; those of one epoch in file order.
    pub events: Vec<Event>,
    /// Assertions on the results, in file order.
    pub expect: Vec<Expectation>,
    /// Parameters that take several values, if the file has them.
    #[serde(skip)]
    pub sweep: Option<SweepSpec>,
    /// What the reader of the file should know although it is valid.
    #[serde(skip)]
    pub(super) warnings: super::Diagnostics,
}

/// Length, seed and recording of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Simulation {
    /// Seed of every random stream.
    pub seed: u64,
    /// What one step of time is.
    pub resolution: Resolution,
    /// Number of epochs, 1 to 10 million.
    pub epochs: u64,
    /// Threads to use; `None` leaves it to the machine. Results do not depend on it, so it is not
    /// part of the scenario's hash.
    #[serde(skip)]
    pub threads: Option<usize>,
    /// Whether bonds are recorded.
    pub record_bonds: bool,
}

/// What one step of time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// One step per epoch: scores are drawn once per tempo.
    Epoch,
}

/// A group of miners that differ only by their draws.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MinerGroup {
    /// Name, unique over all groups whatever the case of its letters.
    pub name: String,
    /// Number of miners, at least 1.
    pub count: usize,
    /// True quality in `[0, 1]`; draws are clamped to it.
    pub quality: Sampled,
    /// Standard deviation of the quality from epoch to epoch.
    pub noise: f64,
    /// Alpha stake in tokens; draws are clamped to `[0, MAX_STAKE_TOKENS]`.
    pub stake_alpha: Sampled,
    /// When the group is on the subnet.
    #[serde(flatten)]
    pub presence: Presence,
}

/// A group of validators that differ only by their draws.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValidatorGroup {
    /// Name, unique over all groups whatever the case of its letters.
    pub name: String,
    /// Number of validators, at least 1.
    pub count: usize,
    /// Alpha stake in tokens; draws are clamped to `[0, MAX_STAKE_TOKENS]`.
    pub stake_alpha: Sampled,
    /// Root stake in TAO; draws are clamped to `[0, MAX_STAKE_TOKENS]`.
    pub root_stake_tao: Sampled,
    /// Standard deviation of a score around the miner's quality.
    pub noise: f64,
    /// How weights are set.
    pub behaviour: Behaviour,
    /// When the group is on the subnet.
    #[serde(flatten)]
    pub presence: Presence,
}

/// The epochs in which a group is on the subnet: `start_epoch <= epoch < stop_epoch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Presence {
    /// First epoch with the group.
    pub start_epoch: u64,
    /// First epoch without it; `None` when it stays to the end.
    pub stop_epoch: Option<u64>,
}

impl Presence {
    /// Whether the group is on the subnet in an epoch.
    #[must_use]
    pub fn contains(&self, epoch: u64) -> bool {
        epoch >= self.start_epoch && self.stop_epoch.is_none_or(|stop| epoch < stop)
    }
}

/// A number per neuron of a group: given, or drawn once per neuron.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampled {
    /// The same for all.
    Constant(f64),
    /// One number per neuron, as many as the group has neurons.
    List(Vec<f64>),
    /// Normal distribution.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation, not negative.
        std: f64,
    },
    /// Uniform distribution on `[low, high)`.
    Uniform {
        /// Lower end.
        low: f64,
        /// Upper end, not below the lower.
        high: f64,
    },
    /// Log-normal distribution: `median * exp(sigma * z)`.
    LogNormal {
        /// Median, positive.
        median: f64,
        /// Standard deviation of the logarithm, not negative.
        sigma: f64,
    },
    /// Pareto distribution: `scale / u^(1/shape)`, few large and many small.
    Pareto {
        /// Smallest value, positive.
        scale: f64,
        /// Tail exponent, positive; 1.16 is the 80/20 rule.
        shape: f64,
    },
    /// Exponential distribution.
    Exponential {
        /// Mean, positive.
        mean: f64,
    },
}

/// How a validator sets weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    /// Scores every miner each epoch.
    Honest,
    /// Honest, but sets weights only now and then.
    Lazy {
        /// Epochs between two updates, at least 1.
        update_every_epochs: u64,
    },
    /// New random weights each epoch.
    Random,
    /// The same weight to every miner.
    Equal,
    /// Copies the consensus it can see.
    Copier {
        /// How many epochs old the copied consensus is, at least 1.
        delay_epochs: u64,
    },
    /// Gives a part of its weight to its own miners and scores honestly with the rest.
    Cabal {
        /// Groups of miners of the cabal, at least one.
        miners: Vec<String>,
        /// Part of the row's weight that goes to them, 0 to 1.
        share: f64,
    },
}

impl Behaviour {
    /// Name as written in a scenario.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Lazy { .. } => "lazy",
            Self::Random => "random",
            Self::Equal => "equal",
            Self::Copier { .. } => "copier",
            Self::Cabal { .. } => "cabal",
        }
    }
}

/// How qualities become scores, and scores weights.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mechanism {
    /// From scores to weights.
    pub weights: WeightRule,
    /// Part of a new observation in the score, in `(0, 1]`; 1 is no memory.
    pub moving_average_alpha: f64,
    /// Exponent put on the quality before it becomes a score, positive.
    pub quality_power: f64,
}

/// How a validator turns scores into weights.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightRule {
    /// Weight proportional to score.
    Linear,
    /// Weight proportional to `exp(score / temperature)`.
    Softmax {
        /// Temperature in units of score, positive.
        temperature: f64,
    },
    /// The best `k` share in proportion to their scores, the others get nothing.
    TopK {
        /// Number of miners paid, at least 1.
        k: usize,
    },
    /// All weight to the best score; ties share.
    WinnerTakesAll,
}

/// Something that changes at the start of an epoch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// Epoch at whose start it happens, before the last epoch of the run.
    pub at_epoch: u64,
    /// Hyperparameters that change.
    pub subnet: SubnetPatch,
    /// Group that changes.
    pub group: Option<GroupChange>,
}

/// What changes about a group; `None` stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupChange {
    /// Name of the group.
    pub name: String,
    /// New quality (miners only).
    pub quality: Option<Sampled>,
    /// New alpha stake.
    pub stake_alpha: Option<Sampled>,
    /// New root stake (validators only).
    pub root_stake_tao: Option<Sampled>,
    /// New noise.
    pub noise: Option<f64>,
    /// New behaviour (validators only).
    pub behaviour: Option<Behaviour>,
}

/// A named assertion on the results.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expectation {
    /// Name given in the file.
    pub name: String,
    /// What is measured.
    pub metric: Metric,
    /// Over which epochs.
    pub window: Window,
    /// Smallest allowed value, inclusive.
    pub min: Option<f64>,
    /// Largest allowed value, inclusive.
    pub max: Option<f64>,
}

/// Epochs over which a metric is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Emission totals of the whole run.
    All,
    /// The last epoch alone.
    Last,
}

impl Window {
    /// Name as written in a scenario.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Last => "last",
        }
    }
}

/// What an expectation measures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Metric {
    /// Gini coefficient of the miners' emission: 0 when all earn the same, towards 1 when one
    /// earns everything.
    Gini,
    /// Herfindahl index of the miners' emission: the sum of their squared shares.
    Herfindahl,
    /// Smallest number of miners with more than half of the miners' emission.
    Nakamoto,
    /// Spearman rank correlation of the miners' quality and emission.
    Spearman,
    /// A group's part of its role's emission: of that of all miners, or of all validators.
    Share(String),
    /// (A group's share of validator emission / its share of validator stake), over the same for
    /// the honest validators.
    DividendPerStake(String),
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gini => f.write_str("gini"),
            Self::Herfindahl => f.write_str("herfindahl"),
            Self::Nakamoto => f.write_str("nakamoto"),
            Self::Spearman => f.write_str("spearman"),
            Self::Share(group) => write!(f, "share.{group}"),
            Self::DividendPerStake(group) => write!(f, "dividend_per_stake.{group}"),
        }
    }
}

impl Serialize for Metric {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
