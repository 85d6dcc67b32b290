//! Messages to or from some nodes take longer: congestion, a detour.

use super::{FaultRule, NodeSet, Verdict};
use crate::net::Passage;

/// The nodes, and what comes on top.
#[derive(Debug)]
pub(super) struct Slow {
    pub nodes: NodeSet,
    pub extra_ns: u64,
}

impl FaultRule for Slow {
    fn judge(&self, passage: &Passage, _word: u64) -> Verdict {
        let is_hit = self.nodes.has(passage.from) || self.nodes.has(passage.to);
        if is_hit { Verdict::Delay(self.extra_ns) } else { Verdict::Pass }
    }
}
