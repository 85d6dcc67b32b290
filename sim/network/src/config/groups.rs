//! The tables `[[miners]]`, `[[validators]]` and `[[clients]]`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Amount;
use crate::miner::MinerBehaviourConfig;
use crate::node::Hardware;
use crate::time::Duration;
use crate::validator::ValidatorBehaviourConfig;

/// One entry of `[[miners]]`: machines that differ only by their draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinerGroup {
    /// Name, unique over all groups; its members are `<name>-0`, `<name>-1`, ...
    pub name: String,
    /// Number of machines.
    pub count: usize,
    /// Regions they are in, dealt out in turn; none named is all there are.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Quality in `[0, 1]`; what it means is the mechanism's to say.
    pub quality: Amount,
    /// Quality for single types of tasks, by name.
    #[serde(default)]
    pub quality_by_task: BTreeMap<String, Amount>,
    /// Time that an answer takes, before `hardware.speed`.
    #[serde(default = "usual_service")]
    pub service: Duration,
    /// What answering a query costs, in TAO.
    #[serde(default)]
    pub cost_tao_per_query: f64,
    /// What a machine that is on costs, in TAO per day.
    #[serde(default)]
    pub cost_tao_per_day: f64,
    /// The machines.
    #[serde(default)]
    pub hardware: Hardware,
    /// How they behave.
    #[serde(default)]
    pub behaviour: MinerBehaviourConfig,
}

fn usual_service() -> Duration {
    Duration::Exponential { mean_ms: 500.0 }
}

/// One entry of `[[validators]]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidatorGroup {
    /// Name, unique over all groups.
    pub name: String,
    /// Number of validators.
    pub count: usize,
    /// Regions they are in, dealt out in turn; none named is all there are.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Alpha stake in tokens.
    pub stake_alpha: Amount,
    /// Root stake in TAO.
    #[serde(default = "nothing")]
    pub root_stake_tao: Amount,
    /// Seconds between two rounds of questions; `None` asks nothing. Each validator starts at a
    /// moment of its own.
    #[serde(default = "every_block")]
    pub round_seconds: Option<f64>,
    /// Whom it asks in a round.
    #[serde(default)]
    pub sample: Sampling,
    /// Blocks between two settings of weights.
    #[serde(default = "usual_weights")]
    pub weights_every_blocks: u64,
    /// The machines.
    #[serde(default)]
    pub hardware: Hardware,
    /// How they behave.
    #[serde(default)]
    pub behaviour: ValidatorBehaviourConfig,
}

fn nothing() -> Amount {
    Amount::Constant(0.0)
}

#[expect(clippy::unnecessary_wraps, reason = "the default of an optional key")]
fn every_block() -> Option<f64> {
    Some(12.0)
}

fn usual_weights() -> u64 {
    100
}

/// Whom a validator asks in a round; never more than there are on the subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Sampling {
    /// So many, each subset equally likely.
    Random(u16),
    /// So many, one after the other through all uids.
    RoundRobin(u16),
    /// Everybody.
    All,
}

impl Default for Sampling {
    fn default() -> Self {
        Self::Random(16)
    }
}

/// One entry of `[[clients]]`: somebody who uses the network and scores nobody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientGroup {
    /// Name, unique over all groups.
    pub name: String,
    /// Number of clients.
    pub count: usize,
    /// Regions they are in, dealt out in turn; none named is all there are.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Mean queries per hour of each, at times that do not depend on each other.
    pub queries_per_hour: f64,
    /// Groups of miners it asks, each miner equally likely; none named is all.
    #[serde(default)]
    pub asks: Vec<String>,
    /// Seconds after which it gives up.
    #[serde(default = "usual_patience")]
    pub patience_seconds: f64,
    /// The machines.
    #[serde(default)]
    pub hardware: Hardware,
}

fn usual_patience() -> f64 {
    30.0
}
