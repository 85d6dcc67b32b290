//! A subnet in motion: the nodes of a scenario as entities of the engine, and their messages.
//!
//! ```text
//!              ask, answer                   calls, news
//!   miners ◄──────────────► validators ◄──────────────────► chain (a Ledger)
//!      ▲  ask, answer  ▲
//!      └── clients     └── miners that copy       large ones: through the fabric
//! ```
//!
//! A node changes only when it handles a message; what all share and nobody changes is in
//! [`World`]. What the nodes are made of is found in the other modules of the crate.

mod build;
mod chain_node;
mod client_node;
mod fabric_node;
mod message;
mod miner_node;
mod population;
mod post;
mod run;
mod validator_node;
mod world;

use subsim_engine::{Class, Context, Model, mix};

pub use run::{NetworkError, NetworkRun, check_network, run_network};

use chain_node::ChainNode;
use client_node::ClientNode;
use fabric_node::FabricNode;
use message::Message;
use miner_node::MinerNode;
use validator_node::ValidatorNode;
use world::World;

/// The node of every number.
#[derive(Debug)]
pub(crate) enum Node {
    Chain(Box<ChainNode>),
    Fabric(Box<FabricNode>),
    Validator(Box<ValidatorNode>),
    Miner(Box<MinerNode>),
    Client(Box<ClientNode>),
}

/// What nodes handle messages with.
pub(crate) type Ctx<'a> = Context<'a, NetworkModel>;

/// The model that the engine runs.
#[derive(Debug)]
pub(crate) struct NetworkModel {
    pub world: World,
}

/// Blocks come before the messages of their moment, deadlines after them: an answer that arrives at
/// the last moment counts.
const BLOCK_CLASS: Class = Class::FIRST;
const DEADLINE_CLASS: Class = Class::LAST;

impl Model for NetworkModel {
    type Entity = Node;
    type Message = Message;

    fn handle(&self, node: &mut Node, message: Message, context: &mut Ctx<'_>) {
        let world = &self.world;
        match node {
            Node::Validator(node) => node.handle(world, message, context),
            Node::Miner(node) => node.handle(world, message, context),
            Node::Client(node) => node.handle(world, message, context),
            Node::Chain(node) => node.handle(world, message, context),
            Node::Fabric(node) => node.handle(message, context),
        }
    }

    fn class(&self, message: &Message) -> Class {
        match message {
            Message::Block => BLOCK_CLASS,
            Message::Deadline => DEADLINE_CLASS,
            _ => Class::DEFAULT,
        }
    }

    fn message_digest(&self, message: &Message) -> u64 {
        message.digest()
    }

    fn state_digest(&self, node: &Node) -> u64 {
        match node {
            Node::Validator(node) => node.digest(),
            Node::Miner(node) => node.digest(),
            Node::Client(node) => node.digest(),
            Node::Chain(node) => node.ledger.digest(),
            Node::Fabric(node) => mix(1, node.len() as u64),
        }
    }
}
