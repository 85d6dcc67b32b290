//! A part of the messages to or from some nodes is lost for good.

use super::{FaultRule, NodeSet, Verdict};
use crate::addressed::unit;
use crate::net::Passage;

/// The nodes, and the part that is lost.
#[derive(Debug)]
pub(super) struct Lose {
    pub nodes: NodeSet,
    pub part: f64,
}

impl FaultRule for Lose {
    fn judge(&self, passage: &Passage, word: u64) -> Verdict {
        let is_hit = self.nodes.has(passage.from) || self.nodes.has(passage.to);
        if is_hit && unit(word) < self.part { Verdict::Drop } else { Verdict::Pass }
    }
}
