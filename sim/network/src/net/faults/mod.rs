//! What goes wrong, as rules with a time: each looks at one message and says pass, delay or drop.
//!
//! A rule holds for messages that are on the way at any moment of its window. The rules of a
//! [`Timeline`] are asked in its order; the first that drops ends it, delays add up. Adding a rule
//! is a file here and an entry in [`FaultKind`].

mod crash;
mod cut;
mod lose;
mod slow;
mod timeline;

use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use super::wire::Passage;
use crate::error::Checker;
use crate::time::{MAX_DURATION_NS, SECOND_NS, ns_of_milliseconds, ns_of_seconds};
pub use timeline::{Scheduled, Timeline};

/// What a rule says about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It passes.
    Pass,
    /// It passes, so many nanoseconds later.
    Delay(u64),
    /// It is lost.
    Drop,
}

/// A fault while it lasts.
pub trait FaultRule: Debug + Send + Sync {
    /// Decides about a message on the way; `word` is random, and the message's own.
    fn judge(&self, passage: &Passage, word: u64) -> Verdict;
}

/// Some of the nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeSet {
    contains: Vec<bool>,
}

impl NodeSet {
    /// The nodes numbered where `contains` is true.
    #[must_use]
    pub fn new(contains: Vec<bool>) -> Self {
        Self { contains }
    }

    /// Whether a node is one of them.
    #[inline]
    #[must_use]
    pub fn has(&self, node: u32) -> bool {
        self.contains.get(node as usize).copied().unwrap_or(false)
    }

    /// Numbers of the nodes, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0..).zip(&self.contains).filter(|(_, has)| **has).map(|(node, _)| node)
    }
}

/// One entry of `[[network.faults]]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultConfig {
    /// Start, in seconds from block 0.
    pub at_seconds: f64,
    /// Length in seconds.
    pub for_seconds: f64,
    /// Whom it concerns.
    pub nodes: Scope,
    /// What happens.
    pub what: FaultKind,
}

/// Nodes by name: all of a region, all of a group, or one (`<group>-<index>`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// Regions.
    pub regions: Vec<String>,
    /// Groups of miners, validators or clients.
    pub groups: Vec<String>,
    /// Single nodes.
    pub names: Vec<String>,
}

/// Kinds of faults, as written in a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// Nothing passes between these nodes and all others; among themselves they are fine.
    Cut,
    /// The nodes are off: nothing to or from them, and what they were working on is gone.
    Crash,
    /// Messages to or from these nodes take longer.
    Slow {
        /// By so many milliseconds.
        extra_ms: f64,
    },
    /// Messages to or from these nodes are lost.
    Lose {
        /// This part of them.
        part: f64,
    },
}

impl FaultConfig {
    /// Finds what is wrong; `groups` and `names` are those that exist.
    pub(crate) fn check(
        &self,
        check: &mut Checker<'_>,
        field: &str,
        regions: &[&str],
        groups: &[&str],
        names: &dyn Fn(&str) -> bool,
    ) {
        let most = (MAX_DURATION_NS / SECOND_NS * 100) as f64;
        check.within(&format!("{field}.at_seconds"), self.at_seconds, 0.0, most);
        let most = (MAX_DURATION_NS / SECOND_NS) as f64;
        check.within(&format!("{field}.for_seconds"), self.for_seconds, 0.0, most);
        for (i, region) in self.nodes.regions.iter().enumerate() {
            check.known(&format!("{field}.nodes.regions[{i}]"), region, regions);
        }
        for (i, group) in self.nodes.groups.iter().enumerate() {
            check.known(&format!("{field}.nodes.groups[{i}]"), group, groups);
        }
        for (i, name) in self.nodes.names.iter().enumerate() {
            let path = format!("{field}.nodes.names[{i}]");
            check.holds(names(name), &path, format_args!("\"{name}\""), "a node, <group>-<index>");
        }
        let empty = self.nodes == Scope::default();
        check.holds(!empty, &format!("{field}.nodes"), "{}", "regions, groups or names");
        match self.what {
            FaultKind::Slow { extra_ms } => {
                let most = MAX_DURATION_NS as f64 / 1e6;
                check.within(&format!("{field}.what.slow.extra_ms"), extra_ms, 0.0, most);
            }
            FaultKind::Lose { part } => {
                check.within(&format!("{field}.what.lose.part"), part, 0.0, 1.0);
            }
            FaultKind::Cut | FaultKind::Crash => {}
        }
    }

    /// The fault on its place in time, for the nodes that its names mean.
    #[must_use]
    pub fn schedule(&self, nodes: NodeSet) -> Scheduled {
        // Starts may lie beyond the longest duration: a century is the longest run.
        let from_ns = (self.at_seconds.max(0.0) * 1e9) as u64;
        let until_ns = from_ns.saturating_add(ns_of_seconds(self.for_seconds));
        let is_crash = self.what == FaultKind::Crash;
        let crashed = if is_crash { nodes.iter().collect() } else { Vec::new() };
        let rule: Box<dyn FaultRule> = match self.what {
            FaultKind::Cut => Box::new(cut::Cut { nodes }),
            FaultKind::Crash => Box::new(crash::Crash { nodes }),
            FaultKind::Slow { extra_ms } => {
                Box::new(slow::Slow { nodes, extra_ns: ns_of_milliseconds(extra_ms) })
            }
            FaultKind::Lose { part } => Box::new(lose::Lose { nodes, part }),
        };
        Scheduled { from_ns, until_ns, name: self.name(), crashed, rule }
    }

    /// A line for the timeline.
    fn name(&self) -> String {
        let Scope { regions, groups, names } = &self.nodes;
        let whom: Vec<&str> =
            regions.iter().chain(groups).chain(names).map(String::as_str).collect();
        let verb = match self.what {
            FaultKind::Cut => "cut off".to_owned(),
            FaultKind::Crash => "down".to_owned(),
            FaultKind::Slow { extra_ms } => format!("slower by {extra_ms} ms"),
            FaultKind::Lose { part } => format!("losing {part} of messages"),
        };
        format!("{}: {verb}", whom.join(", "))
    }
}
