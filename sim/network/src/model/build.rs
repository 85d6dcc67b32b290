//! From a scenario to a simulation: every node with its parts, and what sets it going.

use std::collections::VecDeque;

use subsim_engine::Builder;
use subsim_sim::agents::PublicConsensus;

use super::chain_node::ChainNode;
use super::client_node::ClientNode;
use super::fabric_node::FabricNode;
use super::message::Message;
use super::miner_node::{MinerDice, MinerNode};
use super::population::{Population, Resident};
use super::post::entity;
use super::validator_node::{Scratch, ValidatorDice, ValidatorNode};
use super::world::{CHAIN, World};
use super::{NetworkModel, Node};
use crate::addressed::{Dice, below};
use crate::config::{MinerGroup, NetworkScenario, ValidatorGroup, rao_of};
use crate::ledger::Ledger;
use crate::node::{Station, Usage};
use crate::record::{NodeRole, PairStatistics};
use crate::time::{BLOCK_NS, ns_of_seconds};

/// Builds all nodes of a scenario.
pub(crate) struct Construction<'a> {
    scenario: &'a NetworkScenario,
    population: &'a Population,
    world: World,
    /// Quality of every machine, by group, type of task and member.
    quality: Vec<Vec<Vec<f64>>>,
}

impl<'a> Construction<'a> {
    pub fn new(scenario: &'a NetworkScenario, population: &'a Population) -> Self {
        let quality = scenario.miners.iter().map(|group| qualities(scenario, group)).collect();
        Self { scenario, population, world: population.world(scenario), quality }
    }

    /// The simulation to be.
    pub fn builder(self, ledger: Box<dyn Ledger>, threads: usize) -> Builder<NetworkModel> {
        let mut chain = Box::new(self.chain(ledger));
        let mut nodes = Vec::with_capacity(self.population.residents.len());
        for (number, resident) in (0..).zip(&self.population.residents) {
            nodes.extend(match resident.info.role {
                // Comes first, once all others are known.
                NodeRole::Chain => None,
                NodeRole::Fabric => Some(Node::Fabric(Box::new(self.fabric()))),
                NodeRole::Validator => {
                    Some(Node::Validator(Box::new(self.validator(number, resident))))
                }
                NodeRole::Miner => Some(Node::Miner(Box::new(self.miner(number, resident)))),
                NodeRole::Client => Some(Node::Client(Box::new(self.client(number, resident)))),
            });
        }
        chain.subscribers = subscribers(&nodes);
        nodes.insert(CHAIN as usize, Node::Chain(chain));
        let lookahead_ns = self.world.lookahead_ns;
        let model = NetworkModel { world: self.world };
        let mut builder = Builder::new(model, lookahead_ns).threads(threads);
        for (resident, node) in self.population.residents.iter().zip(nodes) {
            let first = first_events(&node);
            let id = builder.add(resident.info.name.clone(), node);
            first.into_iter().for_each(|(at_ns, message)| builder.schedule(id, at_ns, message));
        }
        builder
    }

    fn dice(&self, resident: &Resident, purpose: &str) -> Dice {
        Dice::new(self.scenario.simulation.seed, &resident.info.name, purpose)
    }

    fn chain(&self, ledger: Box<dyn Ledger>) -> ChainNode {
        let resident = &self.population.residents[CHAIN as usize];
        let calls = self.scenario.ledger.calls_per_block;
        ChainNode::new(ledger, calls, self.dice(resident, "news"))
    }

    fn fabric(&self) -> FabricNode {
        let places = self.world.wire.places().iter();
        FabricNode::new(places.flat_map(|place| [place.uplink_bps, place.downlink_bps]).collect())
    }

    fn pairs(&self) -> Vec<PairStatistics> {
        vec![PairStatistics::default(); self.world.spans.len()]
    }

    fn validator(&self, node: u32, resident: &Resident) -> ValidatorNode {
        let group: &ValidatorGroup = &self.scenario.validators[resident.table];
        let behaviour = group.behaviour.build();
        let miners = self.world.span_of.len();
        let interval_ns = group.round_seconds.map(|seconds| ns_of_seconds(seconds).max(1));
        let weights_every_ns = group.weights_every_blocks.saturating_mul(BLOCK_NS);
        let phases = self.dice(resident, "phases").at(0, 0);
        let name = &resident.info.name;
        let random =
            self.population.weight_streams(self.scenario.simulation.seed, name, &self.world.spans);
        ValidatorNode {
            node,
            uid: resident.info.uids[0],
            usage: self.usage(NodeRole::Validator),
            interval_ns: interval_ns.filter(|_| behaviour.queries()),
            sample: group.sample,
            weights_every_ns,
            phase_ns: below(phases[0], weights_every_ns),
            round_phase_ns: below(phases[1], interval_ns.unwrap_or(1)),
            clock: group.hardware.clock,
            dice: ValidatorDice {
                sampling: self.dice(resident, "sampling"),
                links: self.dice(resident, "links"),
                calls: self.dice(resident, "calls"),
            },
            tempo_blocks: self.scenario.subnet.tempo_blocks.max(1),
            round: 0,
            open: VecDeque::new(),
            scores: vec![f64::NAN; miners],
            given: vec![f64::NAN; miners],
            present: vec![true; miners],
            order: (0..).take(miners).collect(),
            cursor: 0,
            consensus: PublicConsensus::new(behaviour.consensus_epochs()),
            random,
            source: behaviour.asks_scores_of().and_then(|name| self.population.node(name)),
            behaviour,
            will_set: false,
            bribed_in_epoch: None,
            calls: 0,
            pairs: self.pairs(),
            record_offset: self.world.tags[node as usize] % self.world.record_every_rounds,
            records: Vec::new(),
            scratch: Scratch::default(),
        }
    }

    fn miner(&self, node: u32, resident: &Resident) -> MinerNode {
        let group: &MinerGroup = &self.scenario.miners[resident.table];
        let quality = self.quality[resident.table].iter().map(|kind| kind[resident.member]);
        let uid_of = |name: &str| {
            let node = self.population.node(name)?;
            self.population.residents[node as usize].info.uids.first().copied()
        };
        MinerNode {
            node,
            tag: self.world.tags[node as usize],
            uids: resident.info.uids.clone(),
            usage: self.usage(NodeRole::Miner),
            station: Station::new(group.hardware.concurrency, group.hardware.queue),
            behaviour: group.behaviour.build(uid_of, self.dice(resident, "behaviour")),
            quality: quality.collect(),
            service: group.service,
            speed: group.hardware.speed,
            clock: group.hardware.clock,
            dice: MinerDice {
                service: self.dice(resident, "service"),
                answers: self.dice(resident, "answers"),
                links: self.dice(resident, "links"),
            },
            query_cost_rao: rao_of(group.cost_tao_per_query),
            day_cost_rao: rao_of(group.cost_tao_per_day),
            is_on: true,
            accounted_ns: 0,
            on_ns: 0,
            other_cost_rao: 0,
            known_cost_rao: 0,
            heard_ns: 0,
            seen_ns: 0,
        }
    }

    fn client(&self, node: u32, resident: &Resident) -> ClientNode {
        let group = &self.scenario.clients[resident.table];
        let is_asked = |span: usize| {
            group.asks.is_empty() || group.asks.contains(&self.world.spans[span].name)
        };
        let spans = self.world.span_of.iter().enumerate();
        let asked = spans.filter(|(_, span)| is_asked(usize::from(**span)));
        let asks: Vec<u16> = asked.map(|(miner, _)| self.world.uid_of_miner(miner)).collect();
        // Somebody who asks nobody, or nothing, is never woken.
        let is_idle = asks.is_empty() || group.queries_per_hour == 0.0;
        let mean_wait_seconds =
            if is_idle { f64::INFINITY } else { 3600.0 / group.queries_per_hour };
        ClientNode {
            node,
            usage: self.usage(NodeRole::Client),
            pairs: self.pairs(),
            asks,
            mean_wait_seconds,
            patience_ns: ns_of_seconds(group.patience_seconds),
            clock: group.hardware.clock,
            dice: self.dice(resident, "queries"),
            number: 0,
            open: VecDeque::new(),
            oldest: 0,
        }
    }

    fn usage(&self, role: NodeRole) -> Usage {
        let demands = &self.world.demands;
        let (memory_bytes, storage_bytes) = match role {
            NodeRole::Miner => (demands.miner_memory_bytes, demands.miner_storage_bytes),
            NodeRole::Validator => {
                (demands.validator_memory_bytes, demands.validator_storage_bytes)
            }
            NodeRole::Chain | NodeRole::Fabric | NodeRole::Client => (0, 0),
        };
        Usage::declared(memory_bytes, storage_bytes)
    }
}

/// Qualities of a group's members by type of task.
fn qualities(scenario: &NetworkScenario, group: &MinerGroup) -> Vec<Vec<f64>> {
    let seed = scenario.simulation.seed;
    let draw = |amount: &crate::config::Amount, purpose: &str| {
        amount.draw(seed, &group.name, purpose, group.count, [0.0, 1.0])
    };
    let usual = draw(&group.quality, "quality");
    if scenario.mechanism.tasks.is_empty() {
        return vec![usual];
    }
    let of_task = |name: &String| match group.quality_by_task.get(name) {
        Some(amount) => draw(amount, &format!("quality for {name}")),
        None => usual.clone(),
    };
    scenario.mechanism.tasks.iter().map(|task| of_task(&task.name)).collect()
}

/// Who wants to hear of epochs: those who say so, and all validators if anybody may leave. `nodes`
/// are all but the first, which is the chain.
fn subscribers(nodes: &[Node]) -> Vec<u32> {
    let mut subscribers: Vec<u32> = Vec::new();
    let can_leave = nodes.iter().any(|node| match node {
        Node::Miner(miner) => miner.behaviour.wants_news(),
        _ => false,
    });
    for (number, node) in (CHAIN + 1..).zip(nodes) {
        let wants = match node {
            Node::Miner(miner) => miner.behaviour.wants_news(),
            Node::Validator(validator) => can_leave || validator.behaviour.consensus_epochs() > 0,
            _ => false,
        };
        if wants {
            subscribers.push(number);
        }
    }
    subscribers
}

/// What sets a node going.
fn first_events(node: &Node) -> Vec<(u64, Message)> {
    match node {
        Node::Chain(chain) => vec![(chain.first_due_ns(), Message::Block)],
        Node::Validator(validator) => {
            let round = validator.interval_ns.map(|_| (validator.round_phase_ns, Message::Round));
            // Those who ask nobody set weights from the beginning, the others once they scored.
            let unasked = validator.sets_unasked() && validator.weights_every_ns > 0;
            let weights = unasked.then(|| (validator.until_weights_ns(0), Message::SetWeights));
            round.into_iter().chain(weights).collect()
        }
        Node::Client(client) if client.mean_wait_seconds.is_finite() => {
            vec![(client.wait_ns(0), Message::Query)]
        }
        Node::Client(_) | Node::Miner(_) | Node::Fabric(_) => Vec::new(),
    }
}

/// The entity of a node number, for whoever looks at results.
pub(crate) fn entity_of(node: usize) -> subsim_engine::EntityId {
    entity(u32::try_from(node).unwrap_or(u32::MAX))
}
