//! A small discrete-event kernel: entities exchange messages in simulated time, and the result is
//! the same, event by event, on any number of threads.
//!
//! It knows nothing of chains, miners or networks. It has a clock (u64 nanoseconds), an order of
//! events, queues, timers, and two ways to execute one model; everything else is the model's.
//!
//! # Four words
//!
//! An **entity** is state of its own that changes only when it handles an **event**. An event
//! carries a **message** and happens at a time. While handling one, an entity sends messages to
//! others, which arrive later, and sets **timers** for itself, which it can cancel. A [`Model`]
//! says how; a [`Builder`] makes a [`Simulation`] of it; [`Simulation::run_until`] runs it.
//!
//! ```
//! use subsim_engine::{Builder, Context, EntityId, Model, mix};
//!
//! /// Two players; the ball takes 20 ms, and whoever waits 50 ms for it has won.
//! struct PingPong;
//!
//! #[derive(Default)]
//! struct Player { hits: u64, won: bool, patience: Option<subsim_engine::TimerId> }
//!
//! enum Message { Ball, TooLate }
//!
//! const MS: u64 = 1_000_000;
//!
//! impl Model for PingPong {
//!     type Entity = Player;
//!     type Message = Message;
//!
//!     fn handle(&self, player: &mut Player, message: Message, context: &mut Context<'_, Self>) {
//!         match message {
//!             Message::TooLate => player.won = true,
//!             Message::Ball => {
//!                 if let Some(timer) = player.patience.take() {
//!                     context.cancel(timer);
//!                 }
//!                 player.hits += 1;
//!                 let other = EntityId::from_index(1 - context.id().index()).unwrap();
//!                 if player.hits < 10 {
//!                     context.send(other, 20 * MS, Message::Ball);
//!                     player.patience = Some(context.set_timer(50 * MS, Message::TooLate));
//!                 }
//!             }
//!         }
//!     }
//!
//!     fn message_digest(&self, message: &Message) -> u64 {
//!         matches!(message, Message::TooLate) as u64
//!     }
//!
//!     fn state_digest(&self, player: &Player) -> u64 {
//!         mix(player.hits, player.won as u64)
//!     }
//! }
//!
//! let match_on = |threads| {
//!     // The lookahead: no message takes less than 20 ms.
//!     let mut builder = Builder::new(PingPong, 20 * MS).threads(threads);
//!     let ann = builder.add("ann", Player::default());
//!     builder.add("bob", Player::default());
//!     builder.schedule(ann, 0, Message::Ball);
//!     let mut simulation = builder.build().unwrap();
//!     simulation.run_until(1000 * MS).unwrap();
//!     simulation
//! };
//! let simulation = match_on(1);
//! let players: Vec<_> = simulation.entities().map(|p| (p.hits, p.won)).collect();
//! // Ann does not return her tenth ball, so it is Bob who waits in vain.
//! assert_eq!(players, [(10, false), (9, true)]);
//! assert_eq!(simulation.digest(), match_on(2).digest());
//! ```
//!
//! # One order
//!
//! Events happen in the order of their [`EventKey`]: time, then class, then source, then how many
//! the source had sent before. Nothing else decides, ever: not when an event entered a queue, not
//! which thread put it there. What an event causes comes at least 1 ns after it, so time goes on.
//!
//! # Two executions, one model
//!
//! Entities are dealt to **shards**, each with a queue of its own. The model promises a
//! **lookahead**: a message to another entity takes at least so long. Then whatever happens in one
//! shard during a lookahead cannot reach another shard before it is over, and shards can run
//! through it side by side without looking at each other:
//!
//! ```text
//!  shard 0  ├─●──●●────●─┤      ├──●─●──────●┤      ├●───
//!           │      ╲     │swap  │       ╱    │swap  │
//!  shard 1  ├──●─────●─●─┤lists ├─●────●─────┤lists ├──●─
//!           │       ╲    │      │            │      │
//!  shard 2  ├●───────●───┤      ├────●───●●──┤      ├─●●─
//!            ◄──────────►        ◄──────────►
//!              round 1             round 2              time ─►
//!            at most one lookahead, from the next event on
//! ```
//!
//! What is for another shard waits in a list until the round is over; then lists change hands. A
//! round begins with the next event, wherever it is, so time in which nothing happens costs
//! nothing. Messages that would arrive within a lookahead end the run with an error that names who,
//! when and how much, and they do so also where they would do no harm (on one shard, within one
//! shard): a model is right or wrong, not right on two threads.
//!
//! An entity gets its events in the order of their keys in every execution, and what it does depends
//! on nothing else: so the executions are equal. Each event is folded into a history of its entity,
//! histories into a digest of every [`Slice`] of time (a block), slices into the
//! [`Simulation::digest`]. [`check_determinism`] runs a model in two executions and names the first
//! slice and entity that differ, should the model look at something it must not.
//!
//! # What it does not do
//!
//! No model of a network, no randomness of its own (see [`StreamFactory`]), no wall clock, no
//! recording of results: entities keep what they measure, and whoever runs the simulation takes it
//! out between two calls of [`Simulation::run_until`].

mod builder;
mod check;
mod digest;
mod error;
mod event;
mod layout;
mod model;
mod order;
pub mod queue;
mod shard;
mod simulation;
mod streams;
mod timers;

pub use builder::{BLOCK_NS, Builder};
pub use check::{Agreement, CheckError, Divergence, Execution, check_determinism};
pub use digest::{Digest, Slice, mix};
pub use error::{BuildError, Fault, RunError, ScheduleError};
pub use event::{Address, Event};
pub use model::{Context, Model};
pub use order::{Class, EntityId, EventKey, MAX_ENTITIES, MAX_SEQUENCE};
pub use shard::TraceEntry;
pub use simulation::Simulation;
pub use streams::{EntityStreams, StreamFactory};
pub use timers::TimerId;
