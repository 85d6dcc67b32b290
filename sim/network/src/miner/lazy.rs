//! Runs something cheaper than it should: faster, and worse.

use super::{Asked, MinerBehaviour, Plan};
use crate::mechanism::Effort;

/// Factors on the honest effort.
#[derive(Debug)]
pub(super) struct Lazy {
    pub quality: f64,
    pub work: f64,
}

impl MinerBehaviour for Lazy {
    fn plan(&mut self, asked: &Asked) -> Plan {
        let honest = asked.effort();
        let effort = Effort { quality: honest.quality * self.quality, ..honest };
        Plan::Answer { effort, work: self.work }
    }
}
