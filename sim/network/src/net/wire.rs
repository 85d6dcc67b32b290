//! One message on its way: when it arrives, or why it does not.
//!
//! This is the cheap mode: the bytes take their time on the slowest of uplink, link and downlink
//! as if the message were alone there.

use super::faults::{Timeline, Verdict};
use super::topology::Topology;

/// Where a node is and how it is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Region.
    pub region: u16,
    /// What it can send, in bits per second.
    pub uplink_bps: u64,
    /// What it can receive, in bits per second.
    pub downlink_bps: u64,
}

/// A message that is about to be sent, as rules see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage {
    /// Node that sends.
    pub from: u32,
    /// Node that shall receive.
    pub to: u32,
    /// When it leaves.
    pub sent_ns: u64,
    /// When it would arrive.
    pub arrives_ns: u64,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It arrives after so long.
    Arrives {
        /// Nanoseconds from now, at least the latency of the link.
        delay_ns: u64,
    },
    /// It never arrives.
    Lost(LossCause),
}

/// Why a message is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossCause {
    /// The link lost it.
    Link,
    /// A fault took it.
    Fault,
}

/// Everything that decides about messages: who is where, the links, the faults.
#[derive(Debug)]
pub struct Wire {
    topology: Topology,
    places: Vec<Place>,
    timeline: Timeline,
}

impl Wire {
    /// The wire between nodes at `places`, numbered from 0.
    ///
    /// # Panics
    /// When a region does not exist.
    #[must_use]
    pub fn new(topology: Topology, places: Vec<Place>, timeline: Timeline) -> Self {
        let regions = topology.regions().len();
        assert!(places.iter().all(|place| usize::from(place.region) < regions));
        Self { topology, places, timeline }
    }

    /// The links.
    #[must_use]
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Where the nodes are.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// What goes wrong, and when.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Decides about a message of `bytes` sent now. The first word draws the jitter, the second
    /// the loss; a fault that draws takes what is left of both.
    #[inline]
    #[must_use]
    pub fn send(&self, now_ns: u64, from: u32, to: u32, bytes: u64, words: [u64; 2]) -> Fate {
        let most_bps = self.most_bps(from, to);
        let serialisation_ns = if most_bps == u64::MAX { 0 } else { transfer_ns(bytes, most_bps) };
        match self.latency(now_ns, from, to, words) {
            Fate::Arrives { delay_ns } => Fate::Arrives { delay_ns: delay_ns + serialisation_ns },
            lost => lost,
        }
    }

    /// The same without the time that the bytes take.
    #[inline]
    #[must_use]
    pub fn latency(&self, now_ns: u64, from: u32, to: u32, words: [u64; 2]) -> Fate {
        let link = self.link(from, to);
        if link.loses(words[1]) {
            return Fate::Lost(LossCause::Link);
        }
        let delay_ns = link.delay_ns(words[0]);
        if self.timeline.is_empty() {
            return Fate::Arrives { delay_ns };
        }
        let passage = Passage { from, to, sent_ns: now_ns, arrives_ns: now_ns + delay_ns };
        // Jitter and loss look at the upper bits of their words.
        match self.timeline.judge(&passage, words[0].rotate_left(32) ^ words[1]) {
            Verdict::Pass => Fate::Arrives { delay_ns },
            Verdict::Delay(extra_ns) => Fate::Arrives { delay_ns: delay_ns + extra_ns },
            Verdict::Drop => Fate::Lost(LossCause::Fault),
        }
    }

    /// What a transfer gets at most if it is alone: the least of uplink, link and downlink.
    #[inline]
    #[must_use]
    pub fn most_bps(&self, from: u32, to: u32) -> u64 {
        let (from_place, to_place) = (&self.places[from as usize], &self.places[to as usize]);
        let link = self.topology.link(from_place.region, to_place.region);
        from_place.uplink_bps.min(to_place.downlink_bps).min(link.bandwidth_bps)
    }

    /// The link between two nodes.
    #[inline]
    #[must_use]
    pub fn link(&self, from: u32, to: u32) -> &super::Link {
        let region = |node: u32| self.places[node as usize].region;
        self.topology.link(region(from), region(to))
    }
}

/// Time of `bytes` at a rate, rounded up; a rate of 0 counts as 1 bit per second.
#[inline]
#[must_use]
pub fn transfer_ns(bytes: u64, rate_bps: u64) -> u64 {
    let rate = rate_bps.max(1);
    // Up to 2 GB the product fits into 64 bits, which spares a division of 128.
    match bytes.checked_mul(8_000_000_000) {
        Some(work) => work.div_ceil(rate),
        None => {
            let work = u128::from(bytes) * 8_000_000_000;
            u64::try_from(work.div_ceil(u128::from(rate))).unwrap_or(u64::MAX / 4)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Preset;

    #[test]
    fn bytes_take_their_time_on_the_slowest_part() {
        let slow_up = Place { region: 0, uplink_bps: 8_000_000, downlink_bps: u64::MAX };
        let slow_down = Place { region: 0, uplink_bps: u64::MAX, downlink_bps: 4_000_000 };
        let wire =
            Wire::new(Preset::SameRegion.topology(), vec![slow_up, slow_down], Timeline::default());
        assert_eq!((wire.most_bps(0, 1), wire.most_bps(1, 0)), (4_000_000, 5_000_000_000));
        let delay = |bytes, word| match wire.send(0, 0, 1, bytes, [word, 0]) {
            Fate::Arrives { delay_ns } => delay_ns,
            Fate::Lost(cause) => panic!("lost: {cause:?}"),
        };
        // 1000 bytes at 4 Mbit/s are 2 ms, and the latency is the same.
        assert_eq!(delay(1000, 7) - delay(0, 7), 2_000_000);
        assert!(delay(0, 1 << 63) > 500_000);
    }

    #[test]
    fn long_transfers_do_not_overflow() {
        assert_eq!(transfer_ns(1, 3), 2_666_666_667);
        assert_eq!(transfer_ns(1 << 40, 8_000_000_000), 1 << 40);
        assert_eq!(transfer_ns(u64::MAX, 1), u64::MAX / 4);
    }
}
