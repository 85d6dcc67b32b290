//! A machine as a scenario describes it.

use serde::{Deserialize, Serialize};

use crate::error::Checker;
use crate::net::Place;
use crate::time::Clock;

/// A machine: how it is connected, how much it does at once, how fast. The table
/// `[miners.hardware]`, `[validators.hardware]` or `[clients.hardware]` of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hardware {
    /// What it can send, in Mbit/s.
    pub uplink_mbps: f64,
    /// What it can receive, in Mbit/s.
    pub downlink_mbps: f64,
    /// Queries it works on at once, at least 1.
    pub concurrency: u32,
    /// Queries that may wait; more are refused. `None`: all wait.
    pub queue: Option<u32>,
    /// Divides every service time.
    pub speed: f64,
    /// Its clock.
    pub clock: Clock,
}

impl Default for Hardware {
    /// A rented server: 1 Gbit/s both ways, one query at a time, 1000 may wait.
    fn default() -> Self {
        Self {
            uplink_mbps: 1000.0,
            downlink_mbps: 1000.0,
            concurrency: 1,
            queue: Some(1000),
            speed: 1.0,
            clock: Clock::default(),
        }
    }
}

impl Hardware {
    /// How the machine is connected in a region.
    #[must_use]
    pub fn place(&self, region: u16) -> Place {
        Place {
            region,
            uplink_bps: crate::net::bps_of_mbps(self.uplink_mbps),
            downlink_bps: crate::net::bps_of_mbps(self.downlink_mbps),
        }
    }

    pub(crate) fn check(&self, check: &mut Checker<'_>, field: &str) {
        check.within(&format!("{field}.uplink_mbps"), self.uplink_mbps, 0.000_001, 1e9);
        check.within(&format!("{field}.downlink_mbps"), self.downlink_mbps, 0.000_001, 1e9);
        let concurrency = f64::from(self.concurrency);
        check.within(&format!("{field}.concurrency"), concurrency, 1.0, 65_536.0);
        check.within(&format!("{field}.speed"), self.speed, 1e-6, 1e6);
        self.clock.check(check, &format!("{field}.clock"));
    }
}
