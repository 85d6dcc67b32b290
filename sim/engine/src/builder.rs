//! Putting a simulation together: entities, first events, and how it is to be executed.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::BuildError;
use crate::layout::Layout;
use crate::model::{Cell, Model, Rules};
use crate::order::{EntityId, MAX_ENTITIES};
use crate::shard::Shard;
use crate::simulation::{Simulation, State};
use crate::streams::{EntityStreams, StreamFactory};
use crate::timers::Timers;

/// Slices are blocks of the chain unless the builder is told otherwise.
pub const BLOCK_NS: u64 = 12_000_000_000;

/// The most threads a simulation can have.
const MAX_THREADS: usize = 1024;

/// A simulation to be.
///
/// `add` entities, `schedule` what sets them going, choose an execution, `build`. What is wrong is
/// found by [`Builder::build`], so that nothing before it needs a result.
pub struct Builder<M: Model> {
    model: M,
    lookahead_ns: u64,
    slice_ns: u64,
    threads: usize,
    shards: Option<usize>,
    pool: Option<Arc<ThreadPool>>,
    trace: bool,
    names: Vec<String>,
    entities: Vec<M::Entity>,
    first: Vec<(EntityId, u64, M::Message)>,
}

impl<M: Model> Builder<M> {
    /// A simulation without entities, on one thread.
    ///
    /// `lookahead_ns` is a promise of the model: a message to another entity never takes less. The
    /// longer it is, the more can happen side by side.
    pub fn new(model: M, lookahead_ns: u64) -> Self {
        Self {
            model,
            lookahead_ns,
            slice_ns: BLOCK_NS,
            threads: 1,
            shards: None,
            pool: None,
            trace: false,
            names: Vec::new(),
            entities: Vec::new(),
            first: Vec::new(),
        }
    }

    /// The length of the slices that digests are made of; [`BLOCK_NS`] if not given.
    #[must_use]
    pub fn slice_ns(mut self, slice_ns: u64) -> Self {
        self.slice_ns = slice_ns;
        self
    }

    /// Runs on this number of threads, which the simulation starts for itself. No result changes.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        (self.threads, self.pool) = (threads, None);
        self
    }

    /// Runs on the threads of `pool`. No result changes.
    #[must_use]
    pub fn pool(mut self, pool: Arc<ThreadPool>) -> Self {
        (self.threads, self.pool) = (pool.current_num_threads(), Some(pool));
        self
    }

    /// Deals the entities to this number of shards; as many as threads if not given. No result
    /// changes.
    ///
    /// More shards than threads even out entities of unequal activity, at the price of more
    /// messages that change shards.
    #[must_use]
    pub fn shards(mut self, shards: usize) -> Self {
        self.shards = Some(shards);
        self
    }

    /// Records every event for [`Simulation::take_trace`].
    #[must_use]
    pub fn trace(mut self, trace: bool) -> Self {
        self.trace = trace;
        self
    }

    /// Adds an entity. Its name must be its own; streams and errors go by it.
    pub fn add(&mut self, name: impl Into<String>, entity: M::Entity) -> EntityId {
        // More than fit are refused by `build`, before the number could be used.
        let id = EntityId(self.names.len().min(MAX_ENTITIES) as u32);
        self.names.push(name.into());
        self.entities.push(entity);
        id
    }

    /// Adds an entity made from the random streams of its name.
    pub fn add_with<F: StreamFactory>(
        &mut self,
        name: impl Into<String>,
        factory: &F,
        make: impl FnOnce(&EntityStreams<'_, F>) -> M::Entity,
    ) -> EntityId {
        let name = name.into();
        let entity = make(&EntityStreams::new(factory, &name));
        self.add(name, entity)
    }

    /// Schedules an event from outside, at `at_ns`. Events of one nanosecond and class come in the
    /// order of these calls, and after those that entities send.
    pub fn schedule(&mut self, to: EntityId, at_ns: u64, message: M::Message) {
        self.first.push((to, at_ns, message));
    }

    /// Makes the simulation.
    ///
    /// # Errors
    /// When a number is out of range, two entities have one name, an event is for nobody, or the
    /// threads cannot be started.
    pub fn build(self) -> Result<Simulation<M>, BuildError> {
        self.check()?;
        let pool = match self.pool {
            Some(pool) => Some(pool),
            None if self.threads > 1 => Some(Arc::new(start(self.threads)?)),
            None => None,
        };
        let shards = self.shards.unwrap_or(self.threads);
        let layout = Layout::new(shards, self.entities.len());
        let mut all: Vec<Shard<M>> = (0..shards)
            .map(|shard| Shard::new(shard, shards, self.lookahead_ns, self.trace))
            .collect();
        for (index, entity) in self.entities.into_iter().enumerate() {
            let id = EntityId(index as u32);
            let timers = Timers::default();
            let cell = Cell { entity, id, sequence: 0, history: 0, timers };
            all[layout.place(id).shard as usize].cells.push(cell);
        }
        let mut simulation = Simulation {
            model: self.model,
            rules: Rules { layout, lookahead_ns: self.lookahead_ns, names: self.names },
            shards: all,
            pool,
            slice_ns: self.slice_ns,
            state: State::default(),
        };
        for (to, at_ns, message) in self.first {
            simulation.schedule(to, at_ns, message)?;
        }
        Ok(simulation)
    }

    fn check(&self) -> Result<(), BuildError> {
        if self.lookahead_ns == 0 {
            return Err(BuildError::NoLookahead);
        }
        if self.slice_ns == 0 {
            return Err(BuildError::EmptySlices);
        }
        let shards = self.shards.unwrap_or(self.threads);
        for (what, found, most) in
            [("threads", self.threads, MAX_THREADS), ("shards", shards, Layout::MAX_SHARDS)]
        {
            if !(1..=most).contains(&found) {
                return Err(BuildError::OutOfRange { what, found, most });
            }
        }
        if self.names.len() > MAX_ENTITIES {
            return Err(BuildError::TooManyEntities { found: self.names.len() });
        }
        let mut seen = BTreeMap::new();
        for (second, name) in self.names.iter().enumerate() {
            if let Some(first) = seen.insert(name, second) {
                return Err(BuildError::DuplicateName { name: name.clone(), first, second });
            }
        }
        Ok(())
    }
}

fn start(threads: usize) -> Result<ThreadPool, BuildError> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|error| BuildError::Threads { threads, reason: error.to_string() })
}

impl<M: Model> std::fmt::Debug for Builder<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("lookahead_ns", &self.lookahead_ns)
            .field("entities", &self.names.len())
            .field("threads", &self.threads)
            .field("shards", &self.shards)
            .finish_non_exhaustive()
    }
}
