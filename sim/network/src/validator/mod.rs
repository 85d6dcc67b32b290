//! Validators: what one makes of its scores. One small file per behaviour.
//!
//! Asking, waiting, scoring and remembering is the same for all who do it; a behaviour decides
//! whether it asks at all, and which weights it sets. To add one: a file here, and an entry in
//! [`ValidatorBehaviourConfig`].

mod bribed;
mod colluding;
mod common;
mod free_rider;

use std::fmt::Debug;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use subsim_sim::agents::{MinerSpan, PublicConsensus};
use subsim_sim::random::Stream;
use subsim_sim::scenario::Behaviour;

use crate::error::Checker;
use crate::mechanism::{Mechanism, Scoring};

/// What a validator knows when it sets weights. Slices have one entry per miner uid.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Epoch that is to come.
    pub epoch: u64,
    /// The groups of miners.
    pub spans: &'a [MinerSpan],
    /// Whether each miner is on the subnet.
    pub present: &'a [bool],
    /// The mechanism.
    pub mechanism: &'a dyn Mechanism,
    /// How scores are remembered and become weights.
    pub scoring: &'a Scoring,
    /// Its own scores, NaN where it has none.
    pub scores: &'a [f64],
    /// Scores that it was given by the validator it asks, if it asks one.
    pub given: &'a [f64],
    /// The consensus of past epochs.
    pub consensus: &'a PublicConsensus,
    /// Its random numbers, one stream per group of miners.
    pub random: &'a [Stream],
}

impl View<'_> {
    /// The weights that scores earn by the mechanism; those who are gone get nothing.
    pub fn weigh(&self, scores: &[f64], weights: &mut [f64]) {
        let known = |i: usize| if self.present[i] { scores[i] } else { f64::NAN };
        let known: Vec<f64> = (0..scores.len()).map(known).collect();
        self.mechanism.weights(self.scoring, &known, weights);
    }
}

/// A way of validating.
pub trait ValidatorBehaviour: Debug + Send {
    /// Whether it asks miners and scores them.
    fn queries(&self) -> bool {
        true
    }

    /// Name of a validator whose scores it asks for.
    fn asks_scores_of(&self) -> Option<&str> {
        None
    }

    /// How many epochs of consensus it looks back at.
    fn consensus_epochs(&self) -> usize {
        0
    }

    /// Groups of miners that pay it, and what each of their machines pays per epoch in rao.
    fn bribe(&self) -> Option<(&[String], u64)> {
        None
    }

    /// Fills `weights` on any scale; says whether to set them, or leave the old ones standing.
    fn decide(&mut self, view: &View<'_>, weights: &mut [f64]) -> bool;
}

/// How the validators of a group behave, as written in a scenario.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ValidatorBehaviourConfig {
    /// Weighs what it saw.
    #[default]
    Honest,
    /// Honest, but sets weights only in some epochs.
    Lazy {
        /// In every so many.
        update_every_epochs: u64,
    },
    /// Asks nobody, and sets random weights.
    Random,
    /// Asks nobody, and gives everybody the same.
    Equal,
    /// Asks nobody, and copies a past consensus.
    Copier {
        /// How many epochs old.
        delay_epochs: u64,
    },
    /// Gives a fixed part of its weight to its own miners.
    Cabal {
        /// Groups of miners.
        miners: Vec<String>,
        /// The part, 0 to 1.
        share: f64,
    },
    /// Scores its own miners as if each were the best it knows.
    Colluding {
        /// Groups of miners.
        miners: Vec<String>,
    },
    /// Raises the weight of miners that pay for it.
    Bribed {
        /// Groups of miners.
        miners: Vec<String>,
        /// Their weight is multiplied by 1 + this.
        boost: f64,
        /// What each of their machines pays it per epoch, in TAO.
        tao_per_epoch: f64,
    },
    /// Asks no miner, but another validator for its scores.
    FreeRider {
        /// Name of the validator, `<group>-<index>`.
        of: String,
    },
}

impl ValidatorBehaviourConfig {
    /// The behaviour of one validator.
    #[must_use]
    pub fn build(&self) -> Box<dyn ValidatorBehaviour> {
        let common = |behaviour| Box::new(common::Common { behaviour });
        match self.clone() {
            Self::Honest => common(Behaviour::Honest),
            Self::Lazy { update_every_epochs } => common(Behaviour::Lazy { update_every_epochs }),
            Self::Random => common(Behaviour::Random),
            Self::Equal => common(Behaviour::Equal),
            Self::Copier { delay_epochs } => common(Behaviour::Copier { delay_epochs }),
            Self::Cabal { miners, share } => common(Behaviour::Cabal { miners, share }),
            Self::Colluding { miners } => Box::new(colluding::Colluding { miners }),
            Self::Bribed { miners, boost, tao_per_epoch } => {
                let rao_per_epoch = (tao_per_epoch * 1e9) as u64;
                Box::new(bribed::Bribed { miners, boost, rao_per_epoch })
            }
            Self::FreeRider { of } => Box::new(free_rider::FreeRider { of }),
        }
    }

    pub(crate) fn check(
        &self,
        check: &mut Checker<'_>,
        field: &str,
        miner_groups: &[&str],
        is_validator: &dyn Fn(&str) -> bool,
    ) {
        let mut groups = |name: &str, miners: &[String]| {
            for (i, miner) in miners.iter().enumerate() {
                check.known(&format!("{field}.{name}.miners[{i}]"), miner, miner_groups);
            }
        };
        match self {
            Self::Cabal { miners, share } => {
                groups("cabal", miners);
                check.within(&format!("{field}.cabal.share"), *share, 0.0, 1.0);
            }
            Self::Colluding { miners } => groups("colluding", miners),
            Self::Bribed { miners, boost, tao_per_epoch } => {
                groups("bribed", miners);
                check.within(&format!("{field}.bribed.boost"), *boost, 0.0, 1e6);
                let path = format!("{field}.bribed.tao_per_epoch");
                check.within(&path, *tao_per_epoch, 0.0, 21e6);
            }
            Self::FreeRider { of } => {
                let path = format!("{field}.free_rider.of");
                let allowed = "a validator, <group>-<index>";
                check.holds(is_validator(of), &path, format!("\"{of}\""), allowed);
            }
            Self::Lazy { update_every_epochs: n } | Self::Copier { delay_epochs: n } => {
                let is_lazy = matches!(self, Self::Lazy { .. });
                let key = if is_lazy { "lazy.update_every_epochs" } else { "copier.delay_epochs" };
                check.within(&format!("{field}.{key}"), *n as f64, 1.0, 10_000.0);
            }
            Self::Honest | Self::Random | Self::Equal => {}
        }
    }
}

/// The miners of the named groups.
fn places<'a>(
    spans: &'a [MinerSpan],
    groups: &'a [String],
) -> impl Iterator<Item = Range<usize>> + 'a {
    spans.iter().filter(|span| groups.contains(&span.name)).map(|span| span.miners.clone())
}

#[cfg(test)]
mod tests;
