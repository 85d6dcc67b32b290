//! Transfers that share ports: every port gives its flows equal parts of what it has, and a flow
//! that is slowed elsewhere leaves the rest to the others (max-min fairness).
//!
//! Exact in whole numbers: rates are whole bits per second, and what is left of a flow is counted
//! in bits times 1e9, so that a nanosecond at a rate of `r` takes off exactly `r`. A flow ends at
//! the first nanosecond at which nothing is left.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// Rates of `flows`, each a list of the ports it goes through, in whole bits per second.
///
/// Progressive filling (Bertsekas and Gallager, "Data Networks", 2nd edition, section 6.5.2): the
/// port that offers its flows least fixes them at that, and the rest is shared among the others.
/// Parts of a bit per second are left unused, at most one per flow and port. A flow through no
/// port has no bound and gets `u64::MAX`.
///
/// # Panics
/// When a flow names a port that does not exist.
#[must_use]
pub fn max_min(capacities_bps: &[u64], flows: &[&[u32]]) -> Vec<u64> {
    let mut rates = vec![u64::MAX; flows.len()];
    let mut open: Vec<bool> = flows.iter().map(|ports| !ports.is_empty()).collect();
    let mut through: Vec<Vec<u32>> = vec![Vec::new(); capacities_bps.len()];
    for (flow, ports) in (0..).zip(flows) {
        ports.iter().for_each(|&port| through[port as usize].push(flow));
    }
    let offer = |(port, flows): (usize, &Vec<u32>)| Offer {
        rest_bps: capacities_bps[port],
        flows: flows.len() as u64,
        port,
    };
    let mut offers: Vec<Offer> = through.iter().enumerate().map(offer).collect();
    let mut queue: BinaryHeap<Reverse<Offer>> =
        offers.iter().filter(|offer| offer.flows > 0).copied().map(Reverse).collect();
    while let Some(Reverse(tightest)) = queue.pop() {
        // A port whose flows were fixed elsewhere has a newer offer further back, or none.
        if offers[tightest.port] != tightest {
            continue;
        }
        let rate_bps = tightest.rest_bps / tightest.flows;
        for &flow in &through[tightest.port] {
            let flow = flow as usize;
            if !std::mem::replace(&mut open[flow], false) {
                continue;
            }
            rates[flow] = rate_bps;
            for &port in flows[flow] {
                let offer = &mut offers[port as usize];
                offer.rest_bps -= rate_bps;
                offer.flows -= 1;
                if offer.flows > 0 && offer.port != tightest.port {
                    queue.push(Reverse(*offer));
                }
            }
        }
    }
    rates
}

/// What a port has left for the flows that are not fixed yet; ordered by the part of each, then by
/// port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Offer {
    rest_bps: u64,
    flows: u64,
    port: usize,
}

impl Ord for Offer {
    fn cmp(&self, other: &Self) -> Ordering {
        let left = u128::from(self.rest_bps) * u128::from(other.flows);
        let right = u128::from(other.rest_bps) * u128::from(self.flows);
        // Offers of equal parts are equal to each other only as a whole, as `Eq` says.
        left.cmp(&right).then(self.port.cmp(&other.port)).then(self.flows.cmp(&other.flows))
    }
}

impl PartialOrd for Offer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A transfer under way.
#[derive(Debug, Clone)]
struct Flow<T> {
    /// Bits times 1e9 that have not gone through.
    rest: u128,
    rate_bps: u64,
    /// What the flow can do at most, alone on all its ports.
    most_bps: u64,
    ports: Vec<u32>,
    token: T,
}

/// Transfers under way through shared ports. `T` is what the owner wants back when one ends.
#[derive(Debug, Clone)]
pub struct Fluid<T> {
    capacities_bps: Vec<u64>,
    /// In order of their start, so that ties end in that order.
    flows: Vec<Flow<T>>,
    now_ns: u64,
    /// Whether flows came or went since the rates were computed: those of one moment share once.
    is_stale: bool,
}

impl<T> Fluid<T> {
    /// Ports without transfers. A port of capacity 0 holds its flows for ever.
    #[must_use]
    pub fn new(capacities_bps: Vec<u64>) -> Self {
        Self { capacities_bps, flows: Vec::new(), now_ns: 0, is_stale: false }
    }

    /// Number of transfers under way.
    #[must_use]
    pub fn len(&self) -> usize {
        self.flows.len()
    }

    /// Whether nothing is under way.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.flows.is_empty()
    }

    /// Starts a transfer of `bytes` through `ports`, never faster than `most_bps`; times never go
    /// back.
    ///
    /// # Panics
    /// When a port does not exist.
    pub fn start(&mut self, now_ns: u64, bytes: u64, ports: &[u32], most_bps: u64, token: T) {
        assert!(ports.iter().all(|&port| (port as usize) < self.capacities_bps.len()));
        self.advance(now_ns);
        let mut ports = ports.to_vec();
        ports.sort_unstable();
        ports.dedup();
        let rest = u128::from(bytes) * 8_000_000_000;
        self.flows.push(Flow { rest, rate_bps: 0, most_bps, ports, token });
        self.is_stale = true;
    }

    /// When the next transfer ends if nothing changes; `None` when none will.
    pub fn next_end_ns(&mut self) -> Option<u64> {
        self.share();
        self.flows.iter().filter_map(|flow| self.end_ns(flow)).min()
    }

    /// Moves on to `now_ns` and hands over what has ended by then, in order of start. To be exact
    /// it has to be called at each [`Fluid::next_end_ns`].
    pub fn finish(&mut self, now_ns: u64, mut ended: impl FnMut(T)) {
        self.advance(now_ns);
        let before = self.flows.len();
        for flow in std::mem::take(&mut self.flows) {
            if flow.rest == 0 {
                ended(flow.token);
            } else {
                self.flows.push(flow);
            }
        }
        self.is_stale |= self.flows.len() < before;
    }

    fn end_ns(&self, flow: &Flow<T>) -> Option<u64> {
        match (flow.rest, flow.rate_bps) {
            (0, _) => Some(self.now_ns),
            (_, 0) => None,
            (rest, rate) => {
                let wait = u64::try_from(rest.div_ceil(u128::from(rate))).ok()?;
                self.now_ns.checked_add(wait)
            }
        }
    }

    fn advance(&mut self, now_ns: u64) {
        if now_ns <= self.now_ns {
            return;
        }
        self.share();
        let passed_ns = u128::from(now_ns - self.now_ns);
        for flow in &mut self.flows {
            flow.rest = flow.rest.saturating_sub(passed_ns * u128::from(flow.rate_bps));
        }
        self.now_ns = now_ns;
    }

    fn share(&mut self) {
        if !std::mem::replace(&mut self.is_stale, false) {
            return;
        }
        // Ports are renumbered to those in use: a fabric of thousands of nodes rarely moves more
        // than a few large transfers at once.
        let mut used: Vec<u32> = self.flows.iter().flat_map(|f| f.ports.iter().copied()).collect();
        used.sort_unstable();
        used.dedup();
        let mut capacities: Vec<u64> =
            used.iter().map(|&port| self.capacities_bps[port as usize]).collect();
        let place = |port: &u32| used.binary_search(port).unwrap_or_default() as u32;
        let mut path_of = |flow: &Flow<T>| -> Vec<u32> {
            let mut path: Vec<u32> = flow.ports.iter().map(place).collect();
            if flow.most_bps < u64::MAX {
                // A bound of its own is a port that nobody else uses.
                path.push(capacities.len() as u32);
                capacities.push(flow.most_bps);
            }
            path
        };
        let paths: Vec<Vec<u32>> = self.flows.iter().map(&mut path_of).collect();
        let paths: Vec<&[u32]> = paths.iter().map(Vec::as_slice).collect();
        for (flow, rate) in self.flows.iter_mut().zip(max_min(&capacities, &paths)) {
            flow.rate_bps = rate;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Keshav, "An Engineering Approach to Computer Networking" (1997), section 9.4: four sources
    /// that demand 2, 2.6, 4 and 5 of a capacity of 10 get 2, 2.6, 2.7 and 2.7. A demand is an
    /// access port of that capacity.
    #[test]
    fn a_shared_link_agrees_with_keshavs_example() {
        let capacities = [10_000, 2_000, 2_600, 4_000, 5_000];
        let flows: [&[u32]; 4] = [&[0, 1], &[0, 2], &[0, 3], &[0, 4]];
        assert_eq!(max_min(&capacities, &flows), [2_000, 2_600, 2_700, 2_700]);
    }

    /// The chain of links on which textbooks (Bertsekas and Gallager, section 6.5.2) explain the
    /// bottleneck condition: the long flow and the two short ones of the first link get a third of
    /// it, and the flow that shares the second link with the long one gets all that is left.
    #[test]
    fn what_a_bottleneck_leaves_goes_to_others() {
        let capacities = [300, 300];
        let flows: [&[u32]; 4] = [&[0, 1], &[0], &[0], &[1]];
        assert_eq!(max_min(&capacities, &flows), [100, 100, 100, 200]);
    }

    fn ends(fluid: &mut Fluid<&'static str>) -> Vec<(u64, &'static str)> {
        let mut log = Vec::new();
        while let Some(end) = fluid.next_end_ns() {
            fluid.finish(end, |token| log.push((end, token)));
        }
        log
    }

    #[test]
    fn a_transfer_speeds_up_when_another_ends() {
        // 8 Mbit/s = 1 byte per microsecond. Two of 1000 and 3000 bytes share until 2000 us, then
        // the larger has 2000 bytes left and the port for itself.
        let mut fluid = Fluid::new(vec![8_000_000]);
        fluid.start(0, 1_000, &[0], u64::MAX, "small");
        fluid.start(0, 3_000, &[0], u64::MAX, "large");
        assert_eq!(ends(&mut fluid), [(2_000_000, "small"), (4_000_000, "large")]);
        // One that comes later takes its half from then on: 1000 bytes alone, then 1000 together.
        fluid.start(5_000_000, 2_000, &[0], u64::MAX, "first");
        fluid.start(6_000_000, 1_000, &[0], u64::MAX, "second");
        assert_eq!(ends(&mut fluid), [(8_000_000, "first"), (8_000_000, "second")]);
        assert!(fluid.is_empty());
    }

    #[test]
    fn a_bounded_transfer_leaves_the_rest_to_others() {
        let mut fluid = Fluid::new(vec![8_000_000]);
        fluid.start(0, 1_000, &[0], 2_000_000, "bounded");
        fluid.start(0, 3_000, &[0], u64::MAX, "free");
        assert_eq!(ends(&mut fluid), [(4_000_000, "bounded"), (4_000_000, "free")]);
    }

    #[test]
    fn ends_are_rounded_up_and_dead_ports_hold() {
        let mut fluid = Fluid::new(vec![3, 0]);
        fluid.start(0, 1, &[0], u64::MAX, "third");
        fluid.start(0, 1, &[0, 1], u64::MAX, "held");
        // 8 bits at 3 bit/s take 2.666... s; the held flow gets nothing and takes nothing.
        assert_eq!(ends(&mut fluid), [(2_666_666_667, "third")]);
        assert_eq!(fluid.len(), 1);
    }

    proptest! {
        /// The definition: no port carries more than it can, and every flow has a bottleneck, a
        /// port that is full and on which nobody is faster.
        #[test]
        fn every_flow_has_a_bottleneck(
            capacities in prop::collection::vec(1u64..1000, 1..6),
            paths in prop::collection::vec(prop::collection::btree_set(0u32..6, 1..4), 1..8),
        ) {
            let ports = capacities.len() as u32;
            let paths: Vec<Vec<u32>> = paths.into_iter()
                .map(|path| path.into_iter().map(|p| p % ports).collect::<std::collections::BTreeSet<_>>())
                .map(|path| path.into_iter().collect()).collect();
            let flows: Vec<&[u32]> = paths.iter().map(Vec::as_slice).collect();
            // Scaled so that flooring to whole bits per second is far below the tolerance.
            let scale = 1_000_000;
            let capacities: Vec<u64> = capacities.iter().map(|c| c * scale).collect();
            let rates = max_min(&capacities, &flows);
            let load = |port: usize| -> u64 {
                flows.iter().zip(&rates).filter(|(f, _)| f.contains(&(port as u32))).map(|(_, r)| r).sum()
            };
            for (port, &capacity) in capacities.iter().enumerate() {
                prop_assert!(load(port) <= capacity);
            }
            for (flow, &rate) in flows.iter().zip(&rates) {
                let has_bottleneck = flow.iter().any(|&port| {
                    let fastest = flows.iter().zip(&rates)
                        .filter(|(f, _)| f.contains(&port)).map(|(_, r)| *r).max().unwrap_or(0);
                    load(port as usize) + 64 >= capacities[port as usize] && fastest <= rate + 64
                });
                prop_assert!(has_bottleneck, "{flow:?} at {rate} of {capacities:?}");
            }
        }
    }
}
