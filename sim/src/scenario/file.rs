//! The tables of a scenario file, as they are written.
//!
//! Every key is optional to serde, so that a file with several faults can be read in part; the
//! checks afterwards say which keys are missing. The JSON Schema is generated from these types, and
//! their doc comments are what an editor shows.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::samples::Samples;
use super::subnet::SubnetPatch;
use super::sweep::SweepTable;
use super::types::{Behaviour, WeightRule};
use super::values::{Finite, Fraction, NonNegative, Positive, Rate, Stake, Whole};

/// A number of epochs or the number of one.
pub(super) type Epochs = Whole<0, 10_000_000>;

/// A scenario: who is on a Bittensor subnet, under which rules, for how long, and what is expected.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "subsim scenario")]
pub(super) struct ScenarioFile {
    /// Title for reports.
    pub(super) title: Option<String>,
    /// The question the scenario asks, one line; shown by `subsim list`.
    pub(super) question: Option<String>,
    /// Length, seed and recording.
    #[schemars(required)]
    pub(super) simulation: Option<SimulationTable>,
    /// Hyperparameters of the subnet; what is left out has the chain's default.
    pub(super) subnet: Option<SubnetPatch>,
    /// Groups of miners; neurons of a group differ only by their draws.
    #[schemars(required, length(min = 1))]
    pub(super) miners: Option<Vec<MinerTable>>,
    /// Groups of validators; neurons of a group differ only by their draws.
    #[schemars(required, length(min = 1))]
    pub(super) validators: Option<Vec<ValidatorTable>>,
    /// How qualities become scores, and scores weights.
    pub(super) mechanism: Option<MechanismTable>,
    /// Changes at the start of an epoch.
    pub(super) events: Option<Vec<EventTable>>,
    /// Named assertions on the results; a run fails when one does not hold.
    pub(super) expect: Option<BTreeMap<String, ExpectTable>>,
    /// Parameters that take several values, for `subsim sweep`; other commands pass it over.
    pub(super) sweep: Option<SweepTable>,
}

/// Length, seed and recording.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["epochs"] }, { "required": ["days"] }]))]
pub(super) struct SimulationTable {
    /// Seed of every random stream. Default 0.
    #[schemars(extend("default" = 0))]
    pub(super) seed: Option<Whole<0, { u64::MAX }>>,
    /// What one step of time is. Default "epoch"; a file with "block" has other tables.
    #[schemars(extend("default" = "epoch"))]
    #[allow(dead_code, reason = "it decided which tables are read before they were")]
    pub(super) resolution: Option<ResolutionWord>,
    /// Number of epochs; either this or `days`.
    pub(super) epochs: Option<Whole<1, 10_000_000>>,
    /// Length in days of 7200 blocks, cut to whole epochs; either this or `epochs`.
    pub(super) days: Option<Positive>,
    /// Threads to use; results do not depend on it. Default: as many as the machine has.
    pub(super) threads: Option<Whole<1, 1024>>,
    /// Whether to write the bonds of every epoch to bonds.parquet. Default false.
    #[schemars(extend("default" = false))]
    pub(super) record_bonds: Option<bool>,
}

/// What one step of time is.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ResolutionWord {
    /// Scores are drawn once per epoch.
    Epoch,
    /// The chain itself runs, block by block.
    Block,
}

/// A group of miners.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MinerTable {
    /// Name of letters, digits, `_` and `-`; unique over all groups.
    #[schemars(required, pattern(r"^[A-Za-z0-9_-]+$"))]
    pub(super) name: Option<String>,
    /// Number of miners. Default 1.
    #[schemars(extend("default" = 1))]
    pub(super) count: Option<Whole<1, 65_535>>,
    /// True quality of the miners' answers, 0 to 1; draws beyond are cut off.
    #[schemars(required)]
    pub(super) quality: Option<Samples<Fraction>>,
    /// Standard deviation of the quality from epoch to epoch. Default 0.
    #[schemars(extend("default" = 0.0))]
    pub(super) noise: Option<NonNegative>,
    /// Stake on the subnet in alpha tokens. Default 0.
    pub(super) stake_alpha: Option<Samples<Stake>>,
    /// First epoch in which the group is on the subnet. Default 0.
    #[schemars(extend("default" = 0))]
    pub(super) start_epoch: Option<Epochs>,
    /// First epoch in which the group is gone again. Default: it stays.
    pub(super) stop_epoch: Option<Epochs>,
}

/// A group of validators.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ValidatorTable {
    /// Name of letters, digits, `_` and `-`; unique over all groups.
    #[schemars(required, pattern(r"^[A-Za-z0-9_-]+$"))]
    pub(super) name: Option<String>,
    /// Number of validators. Default 1.
    #[schemars(extend("default" = 1))]
    pub(super) count: Option<Whole<1, 65_535>>,
    /// Stake on the subnet in alpha tokens.
    #[schemars(required)]
    pub(super) stake_alpha: Option<Samples<Stake>>,
    /// Stake on root in TAO, which counts with the subnet's tao_weight. Default 0.
    pub(super) root_stake_tao: Option<Samples<Stake>>,
    /// Standard deviation of a score around the miner's quality. Default 0.
    #[schemars(extend("default" = 0.0))]
    pub(super) noise: Option<NonNegative>,
    /// How weights are set. Default "honest".
    pub(super) behaviour: Option<Behaviour>,
    /// First epoch in which the group is on the subnet. Default 0.
    #[schemars(extend("default" = 0))]
    pub(super) start_epoch: Option<Epochs>,
    /// First epoch in which the group is gone again. Default: it stays.
    pub(super) stop_epoch: Option<Epochs>,
}

/// How qualities become scores, and scores weights.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MechanismTable {
    /// From scores to weights. Default "linear".
    pub(super) weights: Option<WeightRule>,
    /// Part of a new observation in the score: score = alpha x observed + (1 - alpha) x score
    /// before. Default 1, no memory.
    #[schemars(extend("default" = 1.0))]
    pub(super) moving_average_alpha: Option<Rate>,
    /// Exponent on the quality before it becomes a score. Default 1.
    #[schemars(extend("default" = 1.0))]
    pub(super) quality_power: Option<Positive>,
}

/// A change at the start of an epoch: of the subnet, of a group, or of both.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EventTable {
    /// Epoch at whose start it happens; the first epoch is 0.
    #[schemars(required)]
    pub(super) at_epoch: Option<Epochs>,
    /// Hyperparameters that change: any but max_uids and owner.
    pub(super) subnet: Option<SubnetPatch>,
    /// Name of the group that changes.
    pub(super) group: Option<String>,
    /// New quality of a group of miners.
    pub(super) quality: Option<Samples<Fraction>>,
    /// New stake of the group in alpha tokens.
    pub(super) stake_alpha: Option<Samples<Stake>>,
    /// New root stake of a group of validators in TAO.
    pub(super) root_stake_tao: Option<Samples<Stake>>,
    /// New noise of the group.
    pub(super) noise: Option<NonNegative>,
    /// New behaviour of a group of validators.
    pub(super) behaviour: Option<Behaviour>,
}

/// An assertion on the results.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = [{ "required": ["min"] }, { "required": ["max"] }]))]
pub(super) struct ExpectTable {
    /// What is measured, on the emission of the window.
    ///
    /// `gini`: how unequally miners are paid, 0 (all the same) to 1 (one gets everything).
    ///
    /// `herfindahl`: sum of the squared shares of the miners, from 1/number of miners (all the
    /// same) to 1 (one gets everything).
    ///
    /// `nakamoto`: fewest miners that together hold more than half of the miners' emission.
    ///
    /// `spearman`: rank correlation of the miners' quality and emission, -1 to 1; 1 when better
    /// miners always earn more.
    ///
    /// `share.GROUP`: the group's part of the emission of its role: of that of all miners, or of
    /// all validators.
    ///
    /// `dividend_per_stake.GROUP`: (the group's share of validator emission / its share of
    /// validator stake), over the same for the honest validators; 1 is as much per stake as they
    /// get.
    #[schemars(
        required,
        pattern(
            r"^(gini|herfindahl|nakamoto|spearman|(share|dividend_per_stake)\.[A-Za-z0-9_-]+)$"
        )
    )]
    pub(super) metric: Option<String>,
    /// Over the whole run ("all", the default) or the last epoch alone ("last").
    #[schemars(extend("default" = "all"))]
    pub(super) window: Option<WindowWord>,
    /// Smallest allowed value.
    pub(super) min: Option<Finite>,
    /// Largest allowed value.
    pub(super) max: Option<Finite>,
}

/// Epochs over which a metric is taken.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum WindowWord {
    /// The whole run.
    All,
    /// The last epoch.
    Last,
}
