//! Who is there: from the groups of a scenario to the nodes, their numbers and their uids.
//!
//! Nodes are numbered: chain, fabric, validators, machines of miners, clients, each in file order.
//! uids go to validators first, then to machines, several to one where its behaviour wants it. All
//! randomness of a node hangs on its name.

use subsim_sim::agents::MinerSpan;
use subsim_sim::random::Stream;

use super::world::World;
use crate::addressed::Dice;
use crate::config::{NetworkScenario, rao_of};
use crate::net::faults::{FaultConfig, NodeSet, Scheduled, Timeline};
use crate::net::{Place, Topology, Wire};
use crate::node::Hardware;
use crate::record::{NodeInfo, NodeRole};
use crate::time::ns_of_seconds;

/// A node to be: who it is, and where in its group.
#[derive(Debug, Clone)]
pub(crate) struct Resident {
    pub info: NodeInfo,
    /// Place of the group in its table of the scenario.
    pub table: usize,
    /// Place in the group.
    pub member: usize,
    pub place: Place,
}

/// What the three kinds of groups have in common.
struct Group<'a> {
    name: &'a str,
    role: NodeRole,
    table: usize,
    count: usize,
    regions: &'a [String],
    hardware: &'a Hardware,
    /// uids of each member.
    uids: u32,
}

/// Everybody.
#[derive(Debug)]
pub(crate) struct Population {
    /// Names of groups: the chain's, the fabric's, validators, miners, clients.
    pub groups: Vec<String>,
    pub residents: Vec<Resident>,
    pub validators: usize,
    /// Node of every uid.
    pub node_of: Vec<u32>,
    pub topology: Topology,
}

impl Population {
    /// Numbers everybody. The scenario is without faults.
    pub fn new(scenario: &NetworkScenario) -> Self {
        let topology = scenario.network.topology();
        let home = scenario.ledger.region.as_deref().and_then(|name| topology.region(name));
        let mut population = Self {
            groups: vec!["chain".to_owned(), "fabric".to_owned()],
            residents: Vec::new(),
            validators: scenario.validators.iter().map(|group| group.count).sum(),
            node_of: Vec::new(),
            topology,
        };
        let wide =
            Place { region: home.unwrap_or(0), uplink_bps: u64::MAX, downlink_bps: u64::MAX };
        for (group, role) in [NodeRole::Chain, NodeRole::Fabric].into_iter().enumerate() {
            let name = population.groups[group].clone();
            population.settle(name, role, group, (0, 0), wide, 0);
        }
        let role = NodeRole::Validator;
        for (table, group) in scenario.validators.iter().enumerate() {
            let (name, regions, hardware) = (&group.name, &group.regions, &group.hardware);
            population.move_in(Group {
                name,
                role,
                table,
                count: group.count,
                regions,
                hardware,
                uids: 1,
            });
        }
        let role = NodeRole::Miner;
        for (table, group) in scenario.miners.iter().enumerate() {
            let (name, regions, hardware) = (&group.name, &group.regions, &group.hardware);
            let (count, uids) = (group.count, group.behaviour.uids());
            population.move_in(Group { name, role, table, count, regions, hardware, uids });
        }
        let role = NodeRole::Client;
        for (table, group) in scenario.clients.iter().enumerate() {
            let (name, regions, hardware) = (&group.name, &group.regions, &group.hardware);
            population.move_in(Group {
                name,
                role,
                table,
                count: group.count,
                regions,
                hardware,
                uids: 0,
            });
        }
        population
    }

    /// A group moves in, its members dealt to its regions in turn.
    fn move_in(&mut self, group: Group<'_>) {
        let place = self.groups.len();
        self.groups.push(group.name.to_owned());
        let named = group.regions.iter().filter_map(|name| self.topology.region(name));
        let mut homes: Vec<u16> = named.collect();
        if homes.is_empty() {
            homes = (0..).take(self.topology.regions().len()).collect();
        }
        for member in 0..group.count {
            let home = group.hardware.place(homes[member % homes.len()]);
            let name = format!("{}-{member}", group.name);
            self.settle(name, group.role, place, (group.table, member), home, group.uids);
        }
    }

    fn settle(
        &mut self,
        name: String,
        role: NodeRole,
        group: usize,
        (table, member): (usize, usize),
        place: Place,
        uids: u32,
    ) {
        let first = self.node_of.len() as u32;
        self.node_of.extend((0..uids).map(|_| self.residents.len() as u32));
        let region = self.topology.regions()[usize::from(place.region)].clone();
        // The configuration bounds uids to 16 bits.
        let uids = (first..first + uids).map(|uid| uid as u16).collect();
        let info = NodeInfo { name, role, group, region, uids };
        self.residents.push(Resident { info, table, member, place });
    }

    /// Number of the node of a name.
    pub fn node(&self, name: &str) -> Option<u32> {
        let at = self.residents.iter().position(|resident| resident.info.name == name)?;
        u32::try_from(at).ok()
    }

    /// Group, place of the group, of every miner uid.
    fn spans(&self) -> (Vec<MinerSpan>, Vec<u16>) {
        let (mut spans, mut span_of): (Vec<MinerSpan>, Vec<u16>) = (Vec::new(), Vec::new());
        for &node in &self.node_of[self.validators..] {
            let name = &self.groups[self.residents[node as usize].info.group];
            let at = span_of.len();
            match spans.last_mut().filter(|span| span.name == *name) {
                Some(span) => span.miners.end = at + 1,
                None => spans.push(MinerSpan { name: name.clone(), miners: at..at + 1 }),
            }
            span_of.push((spans.len() - 1) as u16);
        }
        (spans, span_of)
    }

    /// Machines of every group of miners.
    fn machines(&self, spans: &[MinerSpan]) -> Vec<Vec<u32>> {
        let of = |span: &MinerSpan| {
            let in_group = |resident: &Resident| {
                resident.info.role == NodeRole::Miner
                    && self.groups[resident.info.group] == span.name
            };
            (0..).zip(&self.residents).filter(|(_, r)| in_group(r)).map(|(node, _)| node).collect()
        };
        spans.iter().map(of).collect()
    }

    /// What all nodes share.
    pub fn world(&self, scenario: &NetworkScenario) -> World {
        let seed = scenario.simulation.seed;
        let (spans, span_of) = self.spans();
        let places = self.residents.iter().map(|resident| resident.place).collect();
        let faults = scenario.network.faults.iter().map(|fault| self.schedule(fault)).collect();
        let shortest_ns = self.topology.shortest_latency_ns();
        let share_above_bytes = scenario.network.share_above_bytes.unwrap_or(u64::MAX);
        // The fabric takes a part of the way of its own.
        let legs = if share_above_bytes < u64::MAX { 2 } else { 1 };
        let questions = |resident: &Resident| Dice::new(seed, &resident.info.name, "questions");
        World {
            wire: Wire::new(self.topology.clone(), places, Timeline::new(faults)),
            mechanism: scenario.mechanism.build(seed),
            scoring: scenario.mechanism.scoring(),
            demands: scenario.mechanism.demands(),
            timeout_ns: ns_of_seconds(scenario.mechanism.timeout_seconds).max(1),
            validators: self.validators,
            machines: self.machines(&spans),
            spans,
            span_of,
            node_of: self.node_of.clone(),
            questions: self.residents.iter().map(questions).collect(),
            tags: self.residents.iter().map(|resident| tag(seed, &resident.info.name)).collect(),
            uid_tags: self.uid_tags(seed),
            share_above_bytes,
            lookahead_ns: (shortest_ns / legs).max(1),
            call_delay: scenario.ledger.call_delay,
            record_every_rounds: record_every_rounds(
                scenario,
                self.node_of.len() - self.validators,
            ),
        }
    }

    /// A number for every uid that hangs on its machine's name and its place on the machine.
    fn uid_tags(&self, seed: u64) -> Vec<u64> {
        let tags_of = |resident: &Resident| {
            let dice = Dice::new(seed, &resident.info.name, "uids");
            (0..resident.info.uids.len() as u64).map(move |place| dice.at(place, 0)[0])
        };
        self.residents.iter().flat_map(tags_of).collect()
    }

    fn schedule(&self, fault: &FaultConfig) -> Scheduled {
        let scope = &fault.nodes;
        let contains = |resident: &Resident| {
            let is_someone = !matches!(resident.info.role, NodeRole::Fabric);
            is_someone
                && (scope.regions.contains(&resident.info.region)
                    || scope.groups.contains(&self.groups[resident.info.group])
                    || scope.names.contains(&resident.info.name))
        };
        fault.schedule(NodeSet::new(self.residents.iter().map(contains).collect()))
    }

    /// Alpha and root stakes by uid, in rao.
    pub fn stakes_rao(&self, scenario: &NetworkScenario) -> (Vec<u64>, Vec<u64>) {
        let seed = scenario.simulation.seed;
        let bounds = [0.0, subsim_sim::scenario::MAX_STAKE_TOKENS];
        let (mut alpha, mut root) = (Vec::new(), Vec::new());
        for group in &scenario.validators {
            let draw = |amount: &crate::config::Amount, purpose| {
                amount.draw(seed, &group.name, purpose, group.count, bounds).into_iter().map(rao_of)
            };
            alpha.extend(draw(&group.stake_alpha, "alpha stake"));
            root.extend(draw(&group.root_stake_tao, "root stake"));
        }
        alpha.resize(self.node_of.len(), 0);
        root.resize(self.node_of.len(), 0);
        (alpha, root)
    }

    /// Streams of a validator, one per group of miners.
    pub fn weight_streams(&self, seed: u64, name: &str, spans: &[MinerSpan]) -> Vec<Stream> {
        let stream =
            |span: &MinerSpan| Stream::new(seed, name, &format!("random weights of {}", span.name));
        spans.iter().map(stream).collect()
    }

    /// All nodes, for reports.
    pub fn infos(&self) -> Vec<NodeInfo> {
        self.residents.iter().map(|resident| resident.info.clone()).collect()
    }
}

/// A number that is the node's own.
pub(crate) fn tag(seed: u64, name: &str) -> u64 {
    Dice::new(seed, name, "tag").at(0, 0)[0]
}

/// The rule by which queries are recorded.
fn record_every_rounds(scenario: &NetworkScenario, miners: usize) -> u64 {
    use crate::config::Sampling;
    if let Some(every) = scenario.simulation.record_every_rounds {
        return every.max(1);
    }
    let end_ns = scenario.simulation.end_ns();
    let expected = |group: &crate::config::ValidatorGroup| -> u128 {
        let Some(seconds) = group.round_seconds else { return 0 };
        let asked = match group.sample {
            Sampling::All => miners,
            Sampling::Random(n) | Sampling::RoundRobin(n) => usize::from(n).min(miners),
        };
        let rounds = u128::from(end_ns / ns_of_seconds(seconds).max(1)) + 1;
        rounds * asked as u128 * group.count as u128
    };
    let expected: u128 = scenario.validators.iter().map(expected).sum();
    let most = u128::from(scenario.simulation.queries_at_most.max(1));
    u64::try_from(expected.div_ceil(most)).unwrap_or(u64::MAX).max(1)
}
