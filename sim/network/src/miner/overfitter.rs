//! Good on what is repeated: it remembers every question of the pool, and answers it well the
//! second time. On what is new it has no more than its own quality.

use std::collections::BTreeSet;

use super::{Asked, MinerBehaviour, Plan};
use crate::mechanism::Effort;

/// What it has seen.
#[derive(Debug)]
pub(super) struct Overfitter {
    repeated_quality: f64,
    seen: BTreeSet<u64>,
}

impl Overfitter {
    pub fn new(repeated_quality: f64) -> Self {
        Self { repeated_quality, seen: BTreeSet::new() }
    }
}

impl MinerBehaviour for Overfitter {
    fn plan(&mut self, asked: &Asked) -> Plan {
        let honest = asked.effort();
        // Only questions that can come again are worth remembering, and the pool bounds them.
        let knows = asked.challenge.repeats && !self.seen.insert(asked.challenge.id);
        let quality = if knows { self.repeated_quality } else { honest.quality };
        Plan::Answer { effort: Effort { quality, ..honest }, work: 1.0 }
    }

    fn state(&self) -> u64 {
        self.seen.len() as u64
    }
}
