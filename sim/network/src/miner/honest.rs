//! Does its work.

use super::{Asked, MinerBehaviour, Plan};

#[derive(Debug)]
pub(super) struct Honest;

impl MinerBehaviour for Honest {
    fn plan(&mut self, asked: &Asked) -> Plan {
        Plan::Answer { effort: asked.effort(), work: 1.0 }
    }
}
