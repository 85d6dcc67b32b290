//! Ready-made regions and latencies, with the sources of their figures.
//!
//! Latencies are half the mean round trips between AWS regions in the table "Latency Between AWS
//! Global Regions" as reproduced on acomputerscientistlearnsaws.blogspot.com (2017/04, "AWS
//! Regions"); what they are today is on cloudping.co ("AWS Region Latency Matrix"). Within a region: the round trips between availability zones measured on
//! xkyle.com ("Measuring AWS Region and AZ Latency"), 0.25 ms to 3.37 ms. One connection between
//! regions carries at most 5 Gbit/s (Amazon EC2 documentation, "Amazon EC2 instance network
//! bandwidth", single-flow traffic outside a cluster placement group).
//!
//! Assumed, not measured: jitter is exponential with a mean of 2% of the latency, and no message
//! is lost for good, because queries travel over TCP, which repeats what backbones lose (less than
//! 0.1% of packets by their operators' service levels).

use serde::{Deserialize, Serialize};

use super::topology::{Link, Topology};
use crate::time::{Duration, ns_of_milliseconds};

/// A set of regions with their latencies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Everybody in one region, `local`: 0.5 ms one way.
    #[default]
    SameRegion,
    /// North America and Europe: `us_east`, `us_west`, `eu_west`, `eu_central`.
    Continental,
    /// The world: the continental ones, and `ap_northeast` (Tokyo), `ap_southeast` (Singapore),
    /// `ap_south_pacific` (Sydney), `sa_east` (São Paulo).
    Global,
}

/// Round trip within a region, in milliseconds: between two of its zones, at the middle of what
/// was measured on a logarithmic scale.
const LOCAL_ROUND_TRIP_MS: f64 = 1.0;

/// What one connection carries at most.
const CONNECTION_BPS: u64 = 5_000_000_000;

/// Mean jitter as a part of the latency.
const JITTER_PART: f64 = 0.02;

const NAMES: [&str; 8] = [
    "us_east",
    "us_west",
    "eu_west",
    "eu_central",
    "ap_northeast",
    "ap_southeast",
    "ap_south_pacific",
    "sa_east",
];

/// Mean round trips in milliseconds between N. Virginia, Oregon, Ireland, Frankfurt, Tokyo,
/// Singapore, Sydney and São Paulo; the upper triangle of the table, row by row.
const ROUND_TRIPS_MS: [f64; 28] = [
    86.98, 80.55, 88.66, 145.3, 216.7, 230.0, 119.5, // from us_east
    137.0, 159.5, 89.1, 161.4, 162.2, 182.7, // from us_west
    19.56, 212.4, 239.0, 309.6, 191.3, // from eu_west
    236.5, 325.9, 323.5, 194.9, // from eu_central
    73.79, 103.9, 256.8, // from ap_northeast
    175.3, 328.1, // from ap_southeast
    322.5, // from ap_south_pacific
];

impl Preset {
    /// The regions and links.
    #[must_use]
    pub fn topology(self) -> Topology {
        let names: &[&str] = match self {
            Self::SameRegion => &["local"],
            Self::Continental => &NAMES[..4],
            Self::Global => &NAMES,
        };
        let n = names.len();
        let links = (0..n * n).map(|i| link(round_trip_ms(i / n, i % n))).collect();
        Topology::new(names.iter().map(|&name| name.to_owned()).collect(), links)
    }
}

fn round_trip_ms(from: usize, to: usize) -> f64 {
    let (low, high) = (from.min(to), from.max(to));
    if low == high {
        return LOCAL_ROUND_TRIP_MS;
    }
    // Rows of the triangle have 7, 6, 5, ... entries.
    ROUND_TRIPS_MS[low * (15 - low) / 2 + high - low - 1]
}

fn link(round_trip_ms: f64) -> Link {
    let one_way_ms = round_trip_ms / 2.0;
    Link {
        latency_ns: ns_of_milliseconds(one_way_ms),
        jitter: Duration::Exponential { mean_ms: one_way_ms * JITTER_PART },
        loss: 0.0,
        bandwidth_bps: CONNECTION_BPS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_where_the_table_has_them() {
        let global = Preset::Global.topology();
        let latency_us = |from: &str, to: &str| {
            let region = |name| global.region(name).expect("is a region");
            global.link(region(from), region(to)).latency_ns / 1000
        };
        assert_eq!(latency_us("us_east", "us_west"), 43_490);
        assert_eq!(latency_us("eu_central", "us_west"), 79_750);
        assert_eq!(latency_us("ap_northeast", "ap_southeast"), 36_895);
        assert_eq!(latency_us("sa_east", "ap_south_pacific"), 161_250);
        assert_eq!(latency_us("sa_east", "sa_east"), 500);
        assert_eq!(global.shortest_latency_ns(), 500_000);
        assert_eq!(Preset::Continental.topology().regions(), &NAMES[..4]);
        assert_eq!(Preset::SameRegion.topology().regions(), ["local"]);
    }
}
