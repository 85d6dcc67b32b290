//! A scenario of resolution `network` as plain data: one struct per table, one field per key.
//!
//! Reading files, positions and spelling is not done here; [`NetworkScenario::check`] finds what is
//! wrong and names it by the path of its key, from which a reader knows file, line and column.

mod amount;
mod check;
mod groups;

use serde::{Deserialize, Serialize};
use subsim_sim::scenario::Subnet;

pub use amount::{Amount, Drawn};
pub use groups::{ClientGroup, MinerGroup, Sampling, ValidatorGroup};

use crate::mechanism::MechanismConfig;
use crate::net::NetworkConfig;
use crate::time::{BLOCK_NS, Duration};

/// A scenario of resolution `network`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkScenario {
    /// `[simulation]`.
    pub simulation: SimulationConfig,
    /// `[network]`.
    #[serde(default)]
    pub network: NetworkConfig,
    /// `[subnet]`: hyperparameters, read by whoever reads those of the other resolutions.
    #[serde(skip)]
    pub subnet: Subnet,
    /// `[ledger]`.
    #[serde(default)]
    pub ledger: LedgerConfig,
    /// `[mechanism]`.
    #[serde(default)]
    pub mechanism: MechanismConfig,
    /// `[[miners]]`.
    #[serde(default)]
    pub miners: Vec<MinerGroup>,
    /// `[[validators]]`.
    #[serde(default)]
    pub validators: Vec<ValidatorGroup>,
    /// `[[clients]]`.
    #[serde(default)]
    pub clients: Vec<ClientGroup>,
}

/// The table `[simulation]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SimulationConfig {
    /// Seed of all randomness.
    pub seed: u64,
    /// Length in blocks of 12 s.
    pub blocks: u64,
    /// Record the queries of every so many rounds of a validator; `None` chooses the smallest
    /// number with which at most `queries_at_most` are expected.
    pub record_every_rounds: Option<u64>,
    /// Number of queries to record at most when the rule is chosen.
    pub queries_at_most: u64,
}

impl Default for SimulationConfig {
    fn default() -> Self {
        Self { seed: 1, blocks: 7200, record_every_rounds: None, queries_at_most: 1_000_000 }
    }
}

impl SimulationConfig {
    /// End of the run.
    #[must_use]
    pub fn end_ns(&self) -> u64 {
        self.blocks.saturating_mul(BLOCK_NS)
    }
}

/// The table `[ledger]`: how calls get to the chain, and what coming back to it costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LedgerConfig {
    /// Region in which calls reach the chain; `None` is the first.
    pub region: Option<String>,
    /// What a call takes beside the way there: signing, the pool, gossip.
    pub call_delay: Duration,
    /// Calls that fit into a block; the others wait for the next.
    pub calls_per_block: u32,
    /// Price of a registration.
    pub burn_tao: f64,
}

impl Default for LedgerConfig {
    fn default() -> Self {
        Self {
            region: None,
            call_delay: Duration::Uniform { low_ms: 100.0, high_ms: 2000.0 },
            calls_per_block: 200,
            burn_tao: 0.1,
        }
    }
}

/// Rao of a number of tokens, rounded down; negative and NaN give 0.
#[must_use]
pub fn rao_of(tokens: f64) -> u64 {
    (tokens * 1e9) as u64
}
