//! PHOLD, the usual load for event kernels, on three of them in one run: this one, NeXosim, and a
//! binary heap in a loop without anything around it. Equal counts and hashes of every entity are
//! asserted before anything is timed. The throughput column counts events.
//!
//! Every entity that gets a message sends one to an entity drawn at random, after a delay drawn at
//! random: 0.1 s, the lookahead, and an exponential part with a mean of 0.9 s (the delays of the
//! PHOLD that comes with ROSS). Each entity begins with 1 or 16 messages on their way.
//!
//! `cargo bench -p subsim-benches --bench phold`, or with a name: `-- 16384x16/engine`.

use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use nexosim::model::{BuildContext, Context as PeerContext, Model as PeerModel, ProtoModel};
use nexosim::ports::EventSource;
use nexosim::simulation::{EventId, Mailbox, Scheduler, SimInit};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};
use subsim_engine::{Builder, Context, EntityId, Model, Simulation, mix};

const LOOKAHEAD_NS: u64 = 100_000_000;
const MEAN_NS: u64 = 1_000_000_000;
const SIZES: [(u32, u32); 6] = [(64, 1), (64, 16), (1024, 1), (1024, 16), (16384, 1), (16384, 16)];
/// Events in one timed stretch.
const STRETCH: u64 = 200_000;

/// An entity, the same for all kernels: its generator, and what it has seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Entity {
    random: u64,
    count: u64,
    hash: u64,
}

impl Entity {
    fn new(index: u32) -> Self {
        Self { random: mix(u64::from(index), 1), count: 0, hash: 0 }
    }

    /// The next number of a linear generator, scrambled.
    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
        (self.random ^ (self.random >> 29)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    /// Roughly exponential: -log2 of a uniform number, interpolated linearly between powers of two,
    /// which has a mean of 1.5.
    fn delay_ns(&mut self) -> u64 {
        let drawn = self.draw() | 1;
        let zeros = drawn.leading_zeros();
        let fraction = (drawn << zeros << 1) >> 44;
        let log = (u64::from(zeros) << 20) + (1 << 20) - fraction;
        LOOKAHEAD_NS + ((log * ((MEAN_NS - LOOKAHEAD_NS) * 2 / 3)) >> 20)
    }

    /// Gets a message and says where the next one goes, and after how long.
    fn get(&mut self, now_ns: u64, message: u64, entities: u32) -> (u32, u64) {
        self.count += 1;
        self.hash =
            (self.hash ^ now_ns ^ message).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
        let to = ((self.draw() >> 32) * u64::from(entities)) >> 32;
        (to as u32, self.delay_ns())
    }
}

/// Entities and first messages: (to, at_ns, message).
fn start(entities: u32, each: u32) -> (Vec<Entity>, Vec<(u32, u64, u64)>) {
    let mut all: Vec<Entity> = (0..entities).map(Entity::new).collect();
    let mut first = Vec::new();
    for (index, entity) in all.iter_mut().enumerate() {
        for token in 0..each {
            let message = (index as u64) << 32 | u64::from(token);
            first.push((index as u32, entity.delay_ns(), message));
        }
    }
    (all, first)
}

/// What all kernels can do here.
trait Kernel {
    /// Handles every event up to `end_ns` and that one as well.
    fn run(&mut self, end_ns: u64);

    /// All entities as they are.
    fn results(&mut self) -> Vec<Entity>;
}

// The kernel under test.

struct Phold {
    entities: u32,
}

impl Model for Phold {
    type Entity = Entity;
    type Message = u64;

    fn handle(&self, entity: &mut Entity, message: u64, context: &mut Context<'_, Self>) {
        let (to, delay_ns) = entity.get(context.now_ns(), message, self.entities);
        let to = EntityId::from_index(to as usize).unwrap();
        context.send(to, delay_ns, message);
    }

    fn message_digest(&self, message: &u64) -> u64 {
        *message
    }

    fn state_digest(&self, entity: &Entity) -> u64 {
        mix(entity.count, entity.hash)
    }
}

fn engine(entities: u32, each: u32, threads: usize) -> Simulation<Phold> {
    let (all, first) = start(entities, each);
    let mut builder = Builder::new(Phold { entities }, LOOKAHEAD_NS).threads(threads);
    for (index, entity) in all.into_iter().enumerate() {
        builder.add(format!("entity-{index}"), entity);
    }
    for (to, at_ns, message) in first {
        builder.schedule(EntityId::from_index(to as usize).unwrap(), at_ns, message);
    }
    builder.build().unwrap()
}

impl Kernel for Simulation<Phold> {
    fn run(&mut self, end_ns: u64) {
        self.run_until(end_ns + 1).unwrap();
    }

    fn results(&mut self) -> Vec<Entity> {
        self.entities().cloned().collect()
    }
}

// A heap in a loop: the same order, and nothing else.

struct Pending {
    time_ns: u64,
    source_and_sequence: u64,
    message: u64,
    to: u32,
}

impl Ord for Pending {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |p: &Self| (p.time_ns, p.source_and_sequence);
        key(other).cmp(&key(self))
    }
}

impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Pending {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Pending {}

struct BareHeap {
    heap: BinaryHeap<Pending>,
    entities: Vec<Entity>,
    sent: Vec<u64>,
}

impl BareHeap {
    fn new(entities: u32, each: u32) -> Self {
        let (all, first) = start(entities, each);
        let mut heap = BinaryHeap::new();
        for (sequence, (to, time_ns, message)) in first.into_iter().enumerate() {
            let source_and_sequence = u64::from(u32::MAX >> 8) << 36 | sequence as u64;
            heap.push(Pending { time_ns, source_and_sequence, message, to });
        }
        Self { heap, sent: vec![0; all.len()], entities: all }
    }
}

impl Kernel for BareHeap {
    fn run(&mut self, end_ns: u64) {
        let count = self.entities.len() as u32;
        while self.heap.peek().is_some_and(|next| next.time_ns <= end_ns) {
            let event = self.heap.pop().unwrap();
            let me = event.to as usize;
            let (to, delay_ns) = self.entities[me].get(event.time_ns, event.message, count);
            let source_and_sequence = (me as u64) << 36 | self.sent[me];
            self.sent[me] += 1;
            let time_ns = event.time_ns + delay_ns;
            self.heap.push(Pending { time_ns, source_and_sequence, message: event.message, to });
        }
    }

    fn results(&mut self) -> Vec<Entity> {
        self.entities.clone()
    }
}

// NeXosim: an input port per entity, and the global scheduler to reach any of them. The other way
// to get a delay, an event to oneself and then an output port, would take two steps for a message,
// and a port for every pair of entities.

/// How entities reach each other, known when all are there.
struct Reach {
    scheduler: Scheduler,
    ports: Vec<EventId<u64>>,
}

#[derive(Clone, Default)]
struct World {
    entities: u32,
    reach: Arc<OnceLock<Reach>>,
    /// Where entities report what has become of them, when asked.
    reports: Arc<Mutex<Vec<Entity>>>,
}

#[derive(Serialize, Deserialize)]
struct Peer {
    entity: Entity,
}

#[PeerModel(type Env = World)]
impl Peer {
    fn get(&mut self, message: u64, context: &PeerContext<Self>, world: &mut World) {
        let time = context.time();
        let now_ns = time.as_secs() as u64 * 1_000_000_000 + u64::from(time.subsec_nanos());
        let (to, delay_ns) = self.entity.get(now_ns, message, world.entities);
        let reach = world.reach.get().unwrap();
        let delay = Duration::from_nanos(delay_ns);
        reach.scheduler.schedule_event(delay, &reach.ports[to as usize], message).unwrap();
    }

    fn report(&mut self, index: u32, _: &PeerContext<Self>, world: &mut World) {
        world.reports.lock().unwrap()[index as usize] = self.entity.clone();
    }
}

struct PeerProto {
    entity: Entity,
    world: World,
}

impl ProtoModel for PeerProto {
    type Model = Peer;

    fn build(self, _: &mut BuildContext<Self>) -> (Peer, World) {
        (Peer { entity: self.entity }, self.world)
    }
}

struct Nexosim {
    simulation: nexosim::simulation::Simulation,
    world: World,
    reports: Vec<EventId<u32>>,
}

impl Nexosim {
    fn new(entities: u32, each: u32, threads: usize) -> Self {
        let (all, first) = start(entities, each);
        let world = World { entities, ..World::default() };
        world.reports.lock().unwrap().resize(all.len(), Entity::default());
        let mut init = SimInit::with_num_threads(threads);
        let (mut ports, mut reports) = (Vec::new(), Vec::new());
        for entity in all {
            let mailbox = Mailbox::new();
            let address = mailbox.address();
            ports.push(EventSource::new().connect(Peer::get, &address).register(&mut init));
            reports.push(EventSource::new().connect(Peer::report, &address).register(&mut init));
            init = init.add_model(PeerProto { entity, world: world.clone() }, mailbox, "entity");
        }
        let simulation = init.init(MonotonicTime::EPOCH).unwrap();
        let scheduler = simulation.scheduler();
        for (to, at_ns, message) in first {
            let at = MonotonicTime::EPOCH + Duration::from_nanos(at_ns);
            scheduler.schedule_event(at, &ports[to as usize], message).unwrap();
        }
        assert!(world.reach.set(Reach { scheduler, ports }).is_ok());
        Self { simulation, world, reports }
    }
}

impl Kernel for Nexosim {
    fn run(&mut self, end_ns: u64) {
        let end = MonotonicTime::EPOCH + Duration::from_nanos(end_ns);
        self.simulation.step_until(end).unwrap();
    }

    fn results(&mut self) -> Vec<Entity> {
        for (index, port) in self.reports.iter().enumerate() {
            self.simulation.process_event(port, index as u32).unwrap();
        }
        self.world.reports.lock().unwrap().clone()
    }
}

type Make = fn(u32, u32) -> Box<dyn Kernel>;

const KERNELS: [(&str, Make); 5] = [
    ("heap", |entities, each| Box::new(BareHeap::new(entities, each))),
    ("engine-1", |entities, each| Box::new(engine(entities, each, 1))),
    ("engine-2", |entities, each| Box::new(engine(entities, each, 2))),
    ("nexosim-1", |entities, each| Box::new(Nexosim::new(entities, each, 1))),
    ("nexosim-2", |entities, each| Box::new(Nexosim::new(entities, each, 2))),
];

/// Runs all kernels for a stretch or two and compares every entity.
fn assert_equal(entities: u32, each: u32, stretch_ns: u64) {
    let end_ns = stretch_ns.max(3 * MEAN_NS);
    let results = KERNELS.map(|(name, make)| {
        let mut kernel = make(entities, each);
        kernel.run(end_ns);
        (name, kernel.results())
    });
    let (_, expected) = &results[0];
    let events: u64 = expected.iter().map(|entity| entity.count).sum();
    assert!(events > u64::from(entities * each), "{events} events are no comparison");
    for (name, found) in &results {
        assert_eq!(found, expected, "{entities}x{each}: {name} differs from the heap");
    }
}

fn phold(criterion: &mut Criterion) {
    for (entities, each) in SIZES {
        let waiting = u64::from(entities * each);
        let stretch_ns = STRETCH * MEAN_NS / waiting;
        let mut group = criterion.benchmark_group(format!("{entities}x{each}"));
        group.throughput(Throughput::Elements(STRETCH));
        group.sampling_mode(SamplingMode::Flat).sample_size(20);
        group.warm_up_time(Duration::from_secs(1));
        group.measurement_time(Duration::from_secs(2));
        let checked = OnceLock::new();
        for (name, make) in KERNELS {
            // Built only if the filter lets it run; kept from sample to sample, in a steady state.
            let mut kernel = None;
            let mut end_ns = 0;
            group.bench_function(name, |bencher| {
                checked.get_or_init(|| assert_equal(entities, each, stretch_ns));
                let kernel = kernel.get_or_insert_with(|| make(entities, each));
                bencher.iter(|| {
                    end_ns += stretch_ns;
                    kernel.run(end_ns);
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, phold);
criterion_main!(benches);
