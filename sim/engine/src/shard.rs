//! A shard: some of the entities and everything that is going to happen to them.
//!
//! A round runs a shard on one thread from beginning to end; nothing in here is shared with
//! another shard, so there is nothing to lock and nothing to wait for.

use crate::digest::fold_event;
use crate::error::Fault;
use crate::event::Event;
use crate::model::{Cell, Context, Model, Routes, Rules};
use crate::order::{EntityId, EventKey};
use crate::queue::EventQueue;

/// One handled event, as a trace records it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceEntry {
    /// Who handled it.
    pub entity: EntityId,
    /// When it happened, who sent it.
    pub key: EventKey,
    /// What it carried: [`Model::message_digest`].
    pub message: u64,
    /// Folded from what the entity sent while handling it: receivers, keys, contents.
    pub sent: u64,
    /// The entity afterwards: [`Model::state_digest`].
    pub state: u64,
}

/// What went wrong in a shard, and in which event.
#[derive(Debug)]
pub(crate) struct Failure {
    pub key: EventKey,
    pub entity: EntityId,
    pub fault: Fault,
}

/// Aligned so that two shards never share a cache line, nor a pair of them fetched together.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Shard<M: Model> {
    pub cells: Vec<Cell<M::Entity>>,
    pub routes: Routes<M::Message>,
    /// One list per shard of what has come from it.
    pub incoming: Vec<Vec<Event<M::Message>>>,
    /// Events handled since the run began.
    pub handled: u64,
    /// Events handled in the current slice.
    pub slice_events: u64,
    /// Sum of the histories after each event of the slice: a sum does not depend on how entities
    /// are dealt to shards, and a history depends on the order of its entity's events.
    pub slice_sum: u64,
    pub trace: Option<Vec<TraceEntry>>,
    pub failure: Option<Failure>,
}

impl<M: Model> Shard<M> {
    pub fn new(shard: usize, shards: usize, lookahead_ns: u64, trace: bool) -> Self {
        Self {
            cells: Vec::new(),
            routes: Routes {
                shard: shard as u32,
                queue: EventQueue::new(lookahead_ns),
                outgoing: (0..shards).map(|_| Vec::new()).collect(),
                outgoing_ns: u64::MAX,
            },
            incoming: (0..shards).map(|_| Vec::new()).collect(),
            handled: 0,
            slice_events: 0,
            slice_sum: 0,
            trace: trace.then(Vec::new),
            failure: None,
        }
    }

    /// When something happens next, here or where the last round's messages went.
    pub fn next_event_ns(&self) -> Option<u64> {
        let leaving = (self.routes.outgoing_ns < u64::MAX).then_some(self.routes.outgoing_ns);
        self.routes.queue.peek_ns().into_iter().chain(leaving).min()
    }

    /// How many events wait, those that have just come among them.
    pub fn waiting(&self) -> usize {
        self.routes.queue.len() + self.incoming.iter().map(Vec::len).sum::<usize>()
    }

    /// Takes in what came from other shards, then handles everything before `end_ns`, or up to the
    /// first event that goes wrong.
    pub fn run(&mut self, model: &M, rules: &Rules, end_ns: u64) {
        self.routes.outgoing_ns = u64::MAX;
        for list in &mut self.incoming {
            for event in list.drain(..) {
                self.routes.queue.push(event);
            }
        }
        while let Some(event) = self.routes.queue.pop_before(end_ns) {
            self.handle(model, rules, event);
            if self.failure.is_some() {
                break;
            }
        }
    }

    #[inline]
    fn handle(&mut self, model: &M, rules: &Rules, event: Event<M::Message>) {
        let Event { key, address, message } = event;
        let cell = match address.slot() {
            None => &mut self.cells[address.local() as usize],
            Some(slot) => {
                let cell = &mut self.cells[rules.layout.place(key.source()).local as usize];
                if !cell.timers.disarm(slot, key.sequence()) {
                    return;
                }
                cell
            }
        };
        let message_digest = model.message_digest(&message);
        cell.history = fold_event(cell.history, key, message_digest);
        self.slice_sum = self.slice_sum.wrapping_add(cell.history);
        self.slice_events += 1;
        self.handled += 1;
        let mut sent = 0;
        let mut fault = None;
        let mut context = Context {
            model,
            rules,
            routes: &mut self.routes,
            timers: &mut cell.timers,
            sequence: &mut cell.sequence,
            id: cell.id,
            now_ns: key.time_ns(),
            fault: &mut fault,
            sent: self.trace.is_some().then_some(&mut sent),
        };
        model.handle(&mut cell.entity, message, &mut context);
        if let Some(trace) = &mut self.trace {
            let state = model.state_digest(&cell.entity);
            trace.push(TraceEntry { entity: cell.id, key, message: message_digest, sent, state });
        }
        if let Some(fault) = fault {
            self.failure = Some(Failure { key, entity: cell.id, fault: *fault });
        }
    }
}
