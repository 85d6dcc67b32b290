//! What a run tells whoever wants to know: epochs as they happen, some of the queries, and at the
//! end what everybody used.
//!
//! Records are handed over as they come; nothing of them is kept. Which queries are recorded is a
//! stated rule ([`RunInfo::record_every_rounds`]): all queries of a validator's round number `r`
//! for which `r + offset` is a multiple of it, the offset being the validator's own.

use subsim_sim::RecordResult;

use crate::histogram::{LatencyHistogram, ScoreHistogram};
use crate::ledger::EpochOutcome;
use crate::mechanism::Demands;
use crate::node::Usage;

/// What kind of node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeRole {
    /// Where calls reach the chain.
    Chain,
    /// Large transfers pass through it; it is no machine.
    Fabric,
    /// A validator.
    Validator,
    /// A machine with one uid or more.
    Miner,
    /// Somebody who asks organically.
    Client,
}

/// A node, for reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeInfo {
    /// Name, `<group>-<index>`.
    pub name: String,
    /// What it is.
    pub role: NodeRole,
    /// Its group, a place in [`RunInfo::groups`].
    pub group: usize,
    /// Its region.
    pub region: String,
    /// Its uids.
    pub uids: Vec<u16>,
}

/// What stands before the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunInfo {
    /// Names of groups: the chain's, the fabric's, validators, miners, clients.
    pub groups: Vec<String>,
    /// All nodes.
    pub nodes: Vec<NodeInfo>,
    /// Number of validators; they have the first uids.
    pub validators: usize,
    /// Name of the mechanism.
    pub mechanism: &'static str,
    /// What it asks of machines.
    pub demands: Demands,
    /// The rule by which queries are recorded.
    pub record_every_rounds: u64,
}

/// What became of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// An answer came in time.
    Answered,
    /// None came in time: lost, refused, too slow, or never meant to come.
    Timeout,
}

/// One query of a validator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QueryRecord {
    /// When it was sent.
    pub sent_ns: u64,
    /// uid of the validator.
    pub validator: u16,
    /// uid of the miner.
    pub miner: u16,
    /// Type of task.
    pub kind: u16,
    /// Round of the validator, from 0.
    pub round: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// From sending to the answer, 0 without one.
    pub elapsed_ns: u64,
    /// The score, NaN for none.
    pub score: f64,
}

/// An epoch that ran.
#[derive(Debug, Clone, Copy)]
pub struct EpochRecord<'a> {
    /// What the chain decided.
    pub outcome: &'a EpochOutcome,
    /// Calls that were included since the epoch before.
    pub calls_included: u64,
    /// Calls that did not fit into the block in which they could have been, each time counted.
    pub calls_postponed: u64,
    /// Calls that the chain refused.
    pub calls_refused: u64,
}

/// A fault, for the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultRecord {
    /// Start.
    pub from_ns: u64,
    /// End.
    pub until_ns: u64,
    /// What it is.
    pub name: String,
}

/// How queries between two groups went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PairStatistics {
    /// Queries whose round is over.
    pub queries: u64,
    /// Those answered in time.
    pub answered: u64,
    /// Time to the answer.
    pub latency: LatencyHistogram,
    /// Scores.
    pub scores: ScoreHistogram,
}

impl PairStatistics {
    /// Adds all counts of another.
    pub fn merge(&mut self, other: &Self) {
        self.queries += other.queries;
        self.answered += other.answered;
        self.latency.merge(&other.latency);
        self.scores.merge(&other.scores);
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkEnd {
    /// Blocks that passed.
    pub blocks: u64,
    /// Whether it was ended from outside.
    pub cancelled: bool,
    /// Fingerprint of everything that happened.
    pub digest: String,
    /// Events that happened.
    pub events: u64,
    /// What every node used.
    pub usage: Vec<Usage>,
    /// Queries by group that asked and group that was asked, places in [`RunInfo::groups`].
    pub pairs: Vec<(usize, usize, PairStatistics)>,
    /// All faults in order of their start.
    pub faults: Vec<FaultRecord>,
    /// What every uid earned in all, in rao.
    pub earned_rao: Vec<u64>,
}

/// Takes in what happens. Each method may do nothing.
pub trait NetworkRecorder {
    /// Before anything happens.
    ///
    /// # Errors
    /// When it cannot record; the run ends.
    fn start(&mut self, info: &RunInfo) -> RecordResult {
        let _ = info;
        Ok(())
    }

    /// Some queries, in order of sending, validator and place in the round. Never called without.
    ///
    /// # Errors
    /// When it cannot record; the run ends.
    fn queries(&mut self, queries: &[QueryRecord]) -> RecordResult {
        let _ = queries;
        Ok(())
    }

    /// An epoch.
    ///
    /// # Errors
    /// When it cannot record; the run ends.
    fn epoch(&mut self, epoch: &EpochRecord<'_>) -> RecordResult {
        let _ = epoch;
        Ok(())
    }

    /// The end.
    ///
    /// # Errors
    /// When it cannot record.
    fn finish(&mut self, end: &NetworkEnd) -> RecordResult {
        let _ = end;
        Ok(())
    }
}

/// Records nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRecorder;

impl NetworkRecorder for NoRecorder {}
