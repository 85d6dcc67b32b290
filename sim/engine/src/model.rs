//! What a user of the kernel writes: a model, and how it speaks while it handles an event.

use crate::digest::mix;
use crate::error::Fault;
use crate::event::{Address, Event};
use crate::layout::Layout;
use crate::order::{Class, EntityId, EventKey, MAX_SEQUENCE};
use crate::queue::EventQueue;
use crate::timers::{TimerId, Timers};

/// What happens when an event reaches an entity.
///
/// The model itself is what all entities share and nobody changes: link delays, parameters, the
/// scenario. Everything that changes belongs to an entity, and an entity changes only when it
/// handles an event. Entities of several kinds are variants of one enum, and so are messages: an
/// event is kept by value, without an allocation of its own.
///
/// A model must be a function of entity, message and time. Global counters, clocks, thread numbers,
/// hash-map order: whatever else it looks at, [`check_determinism`](crate::check_determinism) is
/// there to find.
pub trait Model: Send + Sync {
    /// One entity: its state, its random streams, its results.
    type Entity: Send;
    /// What events carry. Small is fast: 16 bytes move in half the time of 48.
    type Message: Send;

    /// Handles one event: changes `entity`, sends messages, sets and cancels timers.
    fn handle(
        &self,
        entity: &mut Self::Entity,
        message: Self::Message,
        context: &mut Context<'_, Self>,
    ) where
        Self: Sized;

    /// What decides between events of the same nanosecond. All are equal unless the model says so.
    #[inline]
    fn class(&self, message: &Self::Message) -> Class {
        let _ = message;
        Class::DEFAULT
    }

    /// A number that differs when messages differ; built with [`mix`]. Called for every event.
    fn message_digest(&self, message: &Self::Message) -> u64;

    /// A number that differs when states differ. Called at the end of a run, and after every event
    /// while determinism is checked.
    fn state_digest(&self, entity: &Self::Entity) -> u64;
}

/// What does not change during a run, for all shards.
#[derive(Debug)]
pub(crate) struct Rules {
    pub layout: Layout,
    pub lookahead_ns: u64,
    pub names: Vec<String>,
}

/// Where a shard's events go.
#[derive(Debug)]
pub(crate) struct Routes<T> {
    pub shard: u32,
    pub queue: EventQueue<T>,
    /// One list per shard of what leaves for it at the end of the round.
    pub outgoing: Vec<Vec<Event<T>>>,
    /// The earliest of what leaves, or has left since the last round.
    pub outgoing_ns: u64,
}

impl<T> Routes<T> {
    #[inline]
    fn send(&mut self, layout: Layout, to: EntityId, key: EventKey, message: T) {
        let place = layout.place(to);
        let event = Event { key, address: Address::entity(place.local), message };
        if place.shard == self.shard {
            self.queue.push(event);
        } else {
            self.outgoing_ns = self.outgoing_ns.min(key.time_ns());
            self.outgoing[place.shard as usize].push(event);
        }
    }
}

/// The kernel's side of an entity.
#[derive(Debug)]
pub(crate) struct Cell<E> {
    pub entity: E,
    pub id: EntityId,
    /// What it has sent so far, timers included.
    pub sequence: u64,
    /// Folded from every event it has handled, in order.
    pub history: u64,
    pub timers: Timers,
}

/// An entity's way to the world while it handles an event.
pub struct Context<'a, M: Model> {
    pub(crate) model: &'a M,
    pub(crate) rules: &'a Rules,
    pub(crate) routes: &'a mut Routes<M::Message>,
    pub(crate) timers: &'a mut Timers,
    pub(crate) sequence: &'a mut u64,
    pub(crate) id: EntityId,
    pub(crate) now_ns: u64,
    /// The first thing that went wrong.
    pub(crate) fault: &'a mut Option<Box<Fault>>,
    /// Folded from everything sent, when somebody wants to know.
    pub(crate) sent: Option<&'a mut u64>,
}

impl<M: Model> Context<'_, M> {
    /// The time of the event being handled, in nanoseconds since the beginning.
    #[inline]
    #[must_use]
    pub fn now_ns(&self) -> u64 {
        self.now_ns
    }

    /// The entity that handles it.
    #[inline]
    #[must_use]
    pub fn id(&self) -> EntityId {
        self.id
    }

    /// The name of an entity, or nothing if there is none.
    #[must_use]
    pub fn name(&self, entity: EntityId) -> Option<&str> {
        self.rules.names.get(entity.index()).map(String::as_str)
    }

    /// The number of entities.
    #[must_use]
    pub fn entities(&self) -> usize {
        self.rules.names.len()
    }

    /// Sends `message` to another entity, where it arrives `delay_ns` from now.
    ///
    /// The delay must be the lookahead or more, also when both happen to be in one shard: else a
    /// model would be right or wrong depending on how it is executed. To itself an entity may send
    /// with any delay from 1 ns. Anything else ends the run with a [`RunError`](crate::RunError).
    #[inline]
    pub fn send(&mut self, to: EntityId, delay_ns: u64, message: M::Message) {
        if !self.rules.layout.has(to) {
            return self.fault(Fault::UnknownEntity { to, entities: self.rules.names.len() });
        }
        if delay_ns < self.rules.lookahead_ns && (to != self.id || delay_ns == 0) {
            return self.too_soon(to, delay_ns);
        }
        let Some(key) = self.key(delay_ns, &message) else { return };
        self.note(to, key, &message);
        self.routes.send(self.rules.layout, to, key, message);
    }

    /// Sends `message` to the entity itself, `delay_ns` from now, unless it is cancelled before.
    ///
    /// Any delay from 1 ns is allowed: a timer crosses no shard.
    #[inline]
    pub fn set_timer(&mut self, delay_ns: u64, message: M::Message) -> TimerId {
        let nothing = TimerId { owner: self.id, slot: u32::MAX, sequence: u64::MAX };
        if delay_ns == 0 {
            self.fault(Fault::NoDelay);
            return nothing;
        }
        let Some(key) = self.key(delay_ns, &message) else { return nothing };
        self.note(self.id, key, &message);
        let slot = self.timers.arm(key.sequence());
        self.routes.queue.push(Event { key, address: Address::timer(slot), message });
        TimerId { owner: self.id, slot, sequence: key.sequence() }
    }

    /// Cancels a timer of this entity; says whether it was still running.
    #[inline]
    pub fn cancel(&mut self, timer: TimerId) -> bool {
        if timer.owner != self.id {
            self.fault(Fault::ForeignTimer { owner: timer.owner });
            return false;
        }
        self.timers.disarm(timer.slot, timer.sequence)
    }

    /// Ends the run: the model cannot go on. The reason becomes part of the error.
    pub fn fail(&mut self, reason: impl Into<String>) {
        self.fault(Fault::Model(reason.into()));
    }

    /// The key of this entity's next event.
    #[inline]
    fn key(&mut self, delay_ns: u64, message: &M::Message) -> Option<EventKey> {
        let Some(time_ns) = self.now_ns.checked_add(delay_ns) else {
            self.fault(Fault::EndOfTime { delay_ns });
            return None;
        };
        let sequence = *self.sequence;
        if sequence > MAX_SEQUENCE {
            self.fault(Fault::SequenceExhausted);
            return None;
        }
        *self.sequence = sequence + 1;
        Some(EventKey::new(time_ns, self.model.class(message), self.id, sequence))
    }

    #[inline]
    fn note(&mut self, to: EntityId, key: EventKey, message: &M::Message) {
        if let Some(sent) = &mut self.sent {
            let what = mix(key.time_ns(), key.rest()) ^ self.model.message_digest(message);
            **sent = mix(mix(**sent, what), to.index() as u64);
        }
    }

    #[cold]
    fn too_soon(&mut self, to: EntityId, delay_ns: u64) {
        if to == self.id {
            return self.fault(Fault::NoDelay);
        }
        let to_name = self.rules.names[to.index()].clone();
        let lookahead_ns = self.rules.lookahead_ns;
        self.fault(Fault::Lookahead { to, to_name, delay_ns, lookahead_ns });
    }

    #[cold]
    fn fault(&mut self, fault: Fault) {
        self.fault.get_or_insert_with(|| Box::new(fault));
    }
}

impl<M: Model> std::fmt::Debug for Context<'_, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("id", &self.id).field("now_ns", &self.now_ns).finish()
    }
}
