//! What can go wrong, always with who, when and how much.

use crate::order::{EntityId, MAX_ENTITIES, MAX_SEQUENCE};

/// Why a builder made no simulation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// Without a delay that every message takes at least, shards could never run side by side.
    #[error("the lookahead is 0 ns; messages between entities need a delay of at least 1 ns")]
    NoLookahead,
    /// Slices of nothing never end.
    #[error("slices are 0 ns long; they need at least 1 ns")]
    EmptySlices,
    /// A number of threads or shards outside what is possible.
    #[error("{what}: {found} is not between 1 and {most}")]
    OutOfRange {
        /// `threads` or `shards`.
        what: &'static str,
        /// The number given.
        found: usize,
        /// The greatest allowed.
        most: usize,
    },
    /// More entities than keys can tell apart.
    #[error("{found} entities; a simulation has at most {MAX_ENTITIES}")]
    TooManyEntities {
        /// The number given.
        found: usize,
    },
    /// Random streams come from names, so equal names would mean equal draws.
    #[error("two entities have the name '{name}': #{first} and #{second}")]
    DuplicateName {
        /// The name.
        name: String,
        /// The index of the first entity that has it.
        first: usize,
        /// The index of the second.
        second: usize,
    },
    /// An event that cannot be scheduled.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// The operating system gave no threads.
    #[error("cannot start {threads} threads: {reason}")]
    Threads {
        /// The number wanted.
        threads: usize,
        /// What the system said.
        reason: String,
    },
}

/// Why an event from outside was not scheduled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// It is for nobody.
    #[error("an event at {at_ns} ns is for entity {to}, but there are only {entities}")]
    UnknownEntity {
        /// The entity it is for.
        to: EntityId,
        /// When.
        at_ns: u64,
        /// The number of entities.
        entities: usize,
    },
    /// It is too late for it.
    #[error("an event for entity '{name}' ({to}) is at {at_ns} ns, but it is {now_ns} ns already")]
    Past {
        /// The entity it is for.
        to: EntityId,
        /// Its name.
        name: String,
        /// When it should have happened.
        at_ns: u64,
        /// The time of the simulation.
        now_ns: u64,
    },
    /// The outside has scheduled more events than a key can count.
    #[error("more than {MAX_SEQUENCE} events scheduled from outside")]
    SequenceExhausted,
}

/// Why a run stopped: the first event, in the order of all events, whose handling went wrong.
///
/// The same for every number of shards and threads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entity '{name}' ({entity}) at {time_ns} ns: {fault}")]
pub struct RunError {
    /// Who handled the event.
    pub entity: EntityId,
    /// Its name.
    pub name: String,
    /// When.
    pub time_ns: u64,
    /// What was wrong.
    pub fault: Fault,
}

/// What an entity did wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A message that would arrive before the end of the round it was sent in.
    #[error(
        "sent a message to '{to_name}' ({to}) with a delay of {delay_ns} ns, but the model's \
         lookahead promises at least {lookahead_ns} ns"
    )]
    Lookahead {
        /// Whom it was for.
        to: EntityId,
        /// The name of that entity.
        to_name: String,
        /// The delay it was given.
        delay_ns: u64,
        /// The least it may have.
        lookahead_ns: u64,
    },
    /// A timer of 0 ns: time might never go on.
    #[error("set a timer of 0 ns; what an event causes comes at least 1 ns after it")]
    NoDelay,
    /// A message for nobody.
    #[error("sent a message to entity {to}, but there are only {entities}")]
    UnknownEntity {
        /// Whom it was for.
        to: EntityId,
        /// The number of entities.
        entities: usize,
    },
    /// A delay that ends after the last nanosecond of the clock.
    #[error("a delay of {delay_ns} ns ends after the last nanosecond a u64 can hold")]
    EndOfTime {
        /// The delay.
        delay_ns: u64,
    },
    /// More messages than a key can count.
    #[error("sent more than {MAX_SEQUENCE} messages")]
    SequenceExhausted,
    /// A timer can be cancelled by its own entity only.
    #[error("cancelled a timer of entity {owner}")]
    ForeignTimer {
        /// Whose timer it is.
        owner: EntityId,
    },
    /// The model itself gave up, see [`Context::fail`](crate::Context::fail).
    #[error("{0}")]
    Model(String),
}
