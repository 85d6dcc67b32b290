//! Nodes that are off: nothing reaches or leaves them. What they were working on is lost too, which
//! is the node's own business: see `Timeline::is_down_within`.

use super::{FaultRule, NodeSet, Verdict};
use crate::net::Passage;

/// The nodes that are off.
#[derive(Debug)]
pub(super) struct Crash {
    pub nodes: NodeSet,
}

impl FaultRule for Crash {
    fn judge(&self, passage: &Passage, _word: u64) -> Verdict {
        let is_hit = self.nodes.has(passage.from) || self.nodes.has(passage.to);
        if is_hit { Verdict::Drop } else { Verdict::Pass }
    }
}
