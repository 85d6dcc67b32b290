//! A simulation: shards, taken from round to round until a given time.

use std::sync::Arc;

use rayon::ThreadPool;
use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};

use crate::digest::{Digest, Slice, fold_slice, mix};
use crate::error::{RunError, ScheduleError};
use crate::event::{Address, Event};
use crate::model::{Model, Rules};
use crate::order::{EntityId, EventKey, MAX_SEQUENCE};
use crate::queue::round_end_ns;
use crate::shard::{Shard, TraceEntry};

/// A round is given to several threads when the one before it had at least this many events.
///
/// Measured with PHOLD on two threads, sharing a round costs about 9 microseconds, and an event about
/// 50 ns, which breaks even near 360 events; less where handling an event takes longer, as it does
/// in most models. What a round contains does not depend on who runs it: this is about speed alone.
const PARALLEL_FROM_EVENTS: u64 = 256;

/// A model with its entities and everything that is going to happen, made by a
/// [`Builder`](crate::Builder).
pub struct Simulation<M: Model> {
    pub(crate) model: M,
    pub(crate) rules: Rules,
    pub(crate) shards: Vec<Shard<M>>,
    pub(crate) pool: Option<Arc<ThreadPool>>,
    pub(crate) slice_ns: u64,
    pub(crate) state: State,
}

/// How far a simulation has come.
#[derive(Debug, Default)]
pub(crate) struct State {
    now_ns: u64,
    /// What has been scheduled from outside so far.
    external: u64,
    /// The number of the slice that is open.
    slice: u64,
    /// All closed slices, folded.
    folded: u64,
    rounds: u64,
    parallel_rounds: u64,
    /// Events of the last round.
    last_round: u64,
    failure: Option<RunError>,
}

impl<M: Model> Simulation<M> {
    /// Handles every event before `end_ns`, after which it is `end_ns`.
    ///
    /// # Errors
    /// When an entity breaks a rule, or gives up. Nothing can be run after that: the error stays.
    pub fn run_until(&mut self, end_ns: u64) -> Result<(), RunError> {
        self.run_until_with(end_ns, |_| {})
    }

    /// As [`Simulation::run_until`]; `observe` is told of every slice that had events in it, as
    /// soon as it is over.
    ///
    /// # Errors
    /// As [`Simulation::run_until`].
    pub fn run_until_with(
        &mut self,
        end_ns: u64,
        mut observe: impl FnMut(&Slice) + Send,
    ) -> Result<(), RunError> {
        if let Some(error) = &self.state.failure {
            return Err(error.clone());
        }
        let result = match self.pool.clone() {
            // The whole run moves into the pool, not each round: its threads then stay warm.
            Some(pool) => pool.install(|| self.advance(end_ns, &mut observe)),
            None => self.advance(end_ns, &mut observe),
        };
        self.state.failure = result.as_ref().err().cloned();
        result
    }

    /// Schedules an event from outside, at `at_ns` or whenever it is later than that already.
    ///
    /// # Errors
    /// When there is no such entity, or the time is over.
    pub fn schedule(
        &mut self,
        to: EntityId,
        at_ns: u64,
        message: M::Message,
    ) -> Result<(), ScheduleError> {
        let entities = self.rules.names.len();
        if !self.rules.layout.has(to) {
            return Err(ScheduleError::UnknownEntity { to, at_ns, entities });
        }
        let now_ns = self.state.now_ns;
        if at_ns < now_ns {
            let name = self.rules.names[to.index()].clone();
            return Err(ScheduleError::Past { to, name, at_ns, now_ns });
        }
        let sequence = self.state.external;
        if sequence > MAX_SEQUENCE {
            return Err(ScheduleError::SequenceExhausted);
        }
        self.state.external += 1;
        let place = self.rules.layout.place(to);
        let key = EventKey::new(at_ns, self.model.class(&message), EntityId::EXTERNAL, sequence);
        let event = Event { key, address: Address::entity(place.local), message };
        self.shards[place.shard as usize].routes.queue.push(event);
        Ok(())
    }

    /// Up to when the simulation has run.
    #[must_use]
    pub fn now_ns(&self) -> u64 {
        self.state.now_ns
    }

    /// When the next event is, which may be a cancelled timer.
    #[must_use]
    pub fn next_event_ns(&self) -> Option<u64> {
        self.shards.iter().filter_map(Shard::next_event_ns).min()
    }

    /// How many events have been handled.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.shards.iter().map(|shard| shard.handled).sum()
    }

    /// How many events wait, cancelled timers among them.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shards.iter().map(Shard::waiting).sum()
    }

    /// How many rounds there were, and how many of them ran on several threads. The only thing
    /// about a run that depends on its execution, apart from the time it takes.
    #[must_use]
    pub fn rounds(&self) -> (u64, u64) {
        (self.state.rounds, self.state.parallel_rounds)
    }

    /// The length of a slice.
    #[must_use]
    pub fn slice_ns(&self) -> u64 {
        self.slice_ns
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &M {
        &self.model
    }

    /// The number of entities.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.names.len()
    }

    /// Whether there are no entities.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.names.is_empty()
    }

    /// The name of an entity.
    #[must_use]
    pub fn name(&self, entity: EntityId) -> Option<&str> {
        self.rules.names.get(entity.index()).map(String::as_str)
    }

    /// An entity as it is now.
    #[must_use]
    pub fn entity(&self, entity: EntityId) -> Option<&M::Entity> {
        let place = self.rules.layout.place(entity);
        let shard = self.shards.get(place.shard as usize)?;
        shard.cells.get(place.local as usize).map(|cell| &cell.entity)
    }

    /// An entity, to take results out of it between two runs. What is changed here is part of the
    /// model's behaviour like anything else.
    pub fn entity_mut(&mut self, entity: EntityId) -> Option<&mut M::Entity> {
        let place = self.rules.layout.place(entity);
        let shard = self.shards.get_mut(place.shard as usize)?;
        shard.cells.get_mut(place.local as usize).map(|cell| &mut cell.entity)
    }

    /// All entities, in the order in which the builder was given them.
    pub fn entities(&self) -> impl Iterator<Item = &M::Entity> {
        (0..self.len() as u32).filter_map(|index| self.entity(EntityId(index)))
    }

    /// Fingerprint of the whole run so far: every event, their order, and the state of every
    /// entity. Equal for every number of shards and threads, and however the run was cut into
    /// calls of [`Simulation::run_until`].
    #[must_use]
    pub fn digest(&self) -> Digest {
        let open = self.open_slice();
        let mut folded = self.state.folded;
        if open.events > 0 {
            folded = fold_slice(folded, &open);
        }
        for entity in self.entities() {
            folded = mix(folded, self.model.state_digest(entity));
        }
        Digest(folded)
    }

    /// What was handled since the last call; empty unless the builder was told to trace.
    ///
    /// Ordered by time and then by entity, and what an entity handled in one nanosecond as it did:
    /// equal for all executions, and should an entity ever get events out of order, no sorting here
    /// hides it.
    pub fn take_trace(&mut self) -> Vec<TraceEntry> {
        let mut all = Vec::new();
        for trace in self.shards.iter_mut().filter_map(|shard| shard.trace.as_mut()) {
            all.append(trace);
        }
        all.sort_by_key(|entry| (entry.key.time_ns(), entry.entity));
        all
    }

    /// Round after round, to the end.
    fn advance(
        &mut self,
        end_ns: u64,
        observe: &mut (impl FnMut(&Slice) + Send),
    ) -> Result<(), RunError> {
        while let Some(start_ns) = self.next_event_ns().filter(|&next_ns| next_ns < end_ns) {
            self.open_slice_at(start_ns, observe);
            let slice_end_ns = (self.state.slice + 1).saturating_mul(self.slice_ns);
            let mut round_end = slice_end_ns.min(end_ns);
            if self.shards.len() > 1 {
                round_end = round_end.min(round_end_ns(start_ns, self.rules.lookahead_ns));
            }
            self.round(round_end);
            if let Some(error) = self.first_failure() {
                return Err(error);
            }
        }
        self.state.now_ns = self.state.now_ns.max(end_ns);
        self.open_slice_at(self.state.now_ns, observe);
        Ok(())
    }

    /// Runs all shards up to `end_ns`, side by side if that pays, and exchanges what they sent.
    fn round(&mut self, end_ns: u64) {
        let (model, rules) = (&self.model, &self.rules);
        let before: u64 = self.shards.iter().map(|shard| shard.handled).sum();
        let parallel = self.pool.is_some() && self.state.last_round >= PARALLEL_FROM_EVENTS;
        if parallel && self.shards.len() > 1 {
            self.state.parallel_rounds += 1;
            self.shards.par_iter_mut().for_each(|shard| shard.run(model, rules, end_ns));
        } else {
            self.shards.iter_mut().for_each(|shard| shard.run(model, rules, end_ns));
        }
        self.state.rounds += 1;
        self.state.last_round = self.events() - before;
        self.exchange();
    }

    /// Hands every list of messages to the shard it is for. Nothing is copied or sorted: lists
    /// change places, and the queue that takes them in puts them in order.
    fn exchange(&mut self) {
        for a in 1..self.shards.len() {
            let (left, right) = self.shards.split_at_mut(a);
            let here = &mut right[0];
            for (b, there) in left.iter_mut().enumerate() {
                std::mem::swap(&mut here.routes.outgoing[b], &mut there.incoming[a]);
                std::mem::swap(&mut there.routes.outgoing[a], &mut here.incoming[b]);
            }
        }
    }

    /// The first failure in the order of all events. Each shard stopped at its own first, so the
    /// first of all is among them.
    fn first_failure(&mut self) -> Option<RunError> {
        let failures = self.shards.iter_mut().filter_map(|shard| shard.failure.take());
        failures.min_by_key(|failure| failure.key).map(|failure| RunError {
            entity: failure.entity,
            name: self.rules.names[failure.entity.index()].clone(),
            time_ns: failure.key.time_ns(),
            fault: failure.fault,
        })
    }

    /// The slice that is open, as far as it has come.
    fn open_slice(&self) -> Slice {
        let sum = |value: fn(&Shard<M>) -> u64| {
            self.shards.iter().fold(0_u64, |sum, shard| sum.wrapping_add(value(shard)))
        };
        Slice {
            index: self.state.slice,
            events: sum(|shard| shard.slice_events),
            digest: Digest(sum(|shard| shard.slice_sum)),
        }
    }

    /// Opens the slice in which `time_ns` lies, and closes the one before if that is another.
    fn open_slice_at(&mut self, time_ns: u64, observe: &mut impl FnMut(&Slice)) {
        let index = time_ns / self.slice_ns;
        if index == self.state.slice {
            return;
        }
        let closed = self.open_slice();
        if closed.events > 0 {
            self.state.folded = fold_slice(self.state.folded, &closed);
            observe(&closed);
            for shard in &mut self.shards {
                (shard.slice_events, shard.slice_sum) = (0, 0);
            }
        }
        self.state.slice = index;
    }
}

impl<M: Model> std::fmt::Debug for Simulation<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Simulation")
            .field("entities", &self.len())
            .field("shards", &self.shards.len())
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
