//! Passes every question on to another miner and its answer back: the answer costs no work, but
//! comes later, and is not new.

use super::{Asked, MinerBehaviour, Plan};

/// Whom it copies; nobody leaves it silent.
#[derive(Debug)]
pub(super) struct Copier {
    pub of_uid: Option<u16>,
}

impl MinerBehaviour for Copier {
    fn plan(&mut self, _asked: &Asked) -> Plan {
        self.of_uid.map_or(Plan::Silence, |of_uid| Plan::Relay { of_uid })
    }
}
