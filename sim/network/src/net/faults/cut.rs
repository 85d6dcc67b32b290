//! A partition: nothing passes between some nodes and all others.

use super::{FaultRule, NodeSet, Verdict};
use crate::net::Passage;

/// The cut, around `nodes`.
#[derive(Debug)]
pub(super) struct Cut {
    pub nodes: NodeSet,
}

impl FaultRule for Cut {
    fn judge(&self, passage: &Passage, _word: u64) -> Verdict {
        let crosses = self.nodes.has(passage.from) != self.nodes.has(passage.to);
        if crosses { Verdict::Drop } else { Verdict::Pass }
    }
}
