//! Queues side by side under the load of a simulation in its steady state ("hold": take the
//! earliest event, put one back a random delay later), with 64 to 262,144 events waiting and small
//! and large messages. All must give the same order before any is timed. Throughput counts events.
//!
//! The delays are 0.1 s, the lookahead, and an exponential part with a mean of 0.9 s. The buckets
//! of `EventQueue` follow from its lookahead, so the last two rows show buckets a quarter and four
//! times as wide as the kernel would make them.
//!
//! `cargo bench -p subsim-engine --bench queues`

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use subsim_engine::queue::EventQueue;
use subsim_engine::{Address, Class, EntityId, Event, EventKey, mix};

const LOOKAHEAD_NS: u64 = 100_000_000;
const STRETCH: u64 = 100_000;

trait Queue<T> {
    fn push(&mut self, key: EventKey, message: T);
    fn pop(&mut self) -> Option<(EventKey, T)>;
}

impl<T> Queue<T> for EventQueue<T> {
    fn push(&mut self, key: EventKey, message: T) {
        EventQueue::push(self, Event { key, address: Address::default(), message });
    }

    fn pop(&mut self) -> Option<(EventKey, T)> {
        self.pop_before(u64::MAX).map(|event| (event.key, event.message))
    }
}

/// What is in the heaps: ordered by its key alone.
struct Item<T>(EventKey, T);

impl<T> Ord for Item<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<T> PartialOrd for Item<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Item<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Item<T> {}

/// The standard library's heap.
impl<T> Queue<T> for BinaryHeap<Reverse<Item<T>>> {
    fn push(&mut self, key: EventKey, message: T) {
        BinaryHeap::push(self, Reverse(Item(key, message)));
    }

    fn pop(&mut self) -> Option<(EventKey, T)> {
        BinaryHeap::pop(self).map(|Reverse(Item(key, message))| (key, message))
    }
}

/// A heap with four children a node: half the levels, and the children side by side.
struct FourHeap<T>(Vec<Item<T>>);

impl<T> Queue<T> for FourHeap<T> {
    fn push(&mut self, key: EventKey, message: T) {
        let mut at = self.0.len();
        self.0.push(Item(key, message));
        while at > 0 && self.0[at].0 < self.0[(at - 1) / 4].0 {
            self.0.swap(at, (at - 1) / 4);
            at = (at - 1) / 4;
        }
    }

    fn pop(&mut self) -> Option<(EventKey, T)> {
        if self.0.is_empty() {
            return None;
        }
        let Item(key, message) = self.0.swap_remove(0);
        let (mut at, len) = (0, self.0.len());
        while let Some(least) = (4 * at + 1..(4 * at + 5).min(len)).min_by_key(|&i| self.0[i].0) {
            if self.0[at].0 <= self.0[least].0 {
                break;
            }
            self.0.swap(at, least);
            at = least;
        }
        Some((key, message))
    }
}

/// The same with messages that stay where they are: only keys and places move.
struct SlabHeap<T> {
    heap: FourHeap<u32>,
    slab: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Queue<T> for SlabHeap<T> {
    fn push(&mut self, key: EventKey, message: T) {
        let place = self.free.pop().unwrap_or(self.slab.len() as u32);
        if place as usize == self.slab.len() {
            self.slab.push(None);
        }
        self.slab[place as usize] = Some(message);
        self.heap.push(key, place);
    }

    fn pop(&mut self) -> Option<(EventKey, T)> {
        let (key, place) = self.heap.pop()?;
        self.free.push(place);
        self.slab[place as usize].take().map(|message| (key, message))
    }
}

/// A queue in its steady state.
struct Hold<Q> {
    queue: Q,
    random: u64,
    sequence: u64,
    folded: u64,
}

impl<Q> Hold<Q> {
    fn new<T: Clone>(mut queue: Q, waiting: u64, message: &T) -> Self
    where
        Q: Queue<T>,
    {
        let mut random = 1;
        for sequence in 0..waiting {
            queue.push(key(delay_ns(&mut random), sequence), message.clone());
        }
        Self { queue, random, sequence: waiting, folded: 0 }
    }

    fn run<T>(&mut self, events: u64)
    where
        Q: Queue<T>,
    {
        for _ in 0..events {
            let (first, message) = self.queue.pop().unwrap();
            self.folded = mix(self.folded ^ first.time_ns(), first.sequence());
            let at_ns = first.time_ns() + delay_ns(&mut self.random);
            self.queue.push(key(at_ns, self.sequence), message);
            self.sequence += 1;
        }
    }
}

fn key(time_ns: u64, sequence: u64) -> EventKey {
    let source = EntityId::from_index((sequence % 1000) as usize).unwrap();
    EventKey::new(time_ns, Class::DEFAULT, source, sequence)
}

/// Roughly exponential, by interpolation of a logarithm of base 2 between powers of two.
fn delay_ns(random: &mut u64) -> u64 {
    *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
    let drawn = mix(*random, 0) | 1;
    let zeros = drawn.leading_zeros();
    let fraction = (drawn << zeros << 1) >> 44;
    let log = ((u64::from(zeros) + 1) << 20) - fraction;
    LOOKAHEAD_NS + ((log * 6 * LOOKAHEAD_NS) >> 20)
}

fn ladder<T>(lookahead_ns: u64) -> EventQueue<T> {
    EventQueue::new(lookahead_ns)
}

fn slab<T>() -> SlabHeap<T> {
    SlabHeap { heap: FourHeap(Vec::new()), slab: Vec::new(), free: Vec::new() }
}

/// The order in which a queue gives its events, folded.
fn order<T: Clone, Q: Queue<T>>(queue: Q, waiting: u64, message: &T) -> u64 {
    let mut hold = Hold::new(queue, waiting, message);
    hold.run(waiting + STRETCH);
    hold.folded
}

fn compare<T: Clone>(criterion: &mut Criterion, name: &str, message: &T) {
    for waiting in [64, 1024, 16_384, 262_144] {
        let expected = order(BinaryHeap::new(), waiting, message);
        assert_eq!(order(FourHeap(Vec::new()), waiting, message), expected);
        assert_eq!(order(slab(), waiting, message), expected);
        for lookahead_ns in [LOOKAHEAD_NS / 4, LOOKAHEAD_NS, 4 * LOOKAHEAD_NS] {
            assert_eq!(order(ladder(lookahead_ns), waiting, message), expected);
        }
        let mut group = criterion.benchmark_group(format!("{name}/{waiting}"));
        group.throughput(Throughput::Elements(STRETCH));
        group.sampling_mode(SamplingMode::Flat).sample_size(20);
        group.warm_up_time(Duration::from_millis(300));
        group.measurement_time(Duration::from_secs(1));
        macro_rules! row {
            ($row:literal, $queue:expr) => {
                let mut hold = Hold::new($queue, waiting, message);
                group.bench_function($row, |bencher| bencher.iter(|| hold.run(STRETCH)));
            };
        }
        row!("binary-heap", BinaryHeap::new());
        row!("four-heap", FourHeap(Vec::new()));
        row!("four-heap-slab", slab());
        row!("buckets", ladder(LOOKAHEAD_NS));
        row!("buckets-quarter", ladder(LOOKAHEAD_NS / 4));
        row!("buckets-fourfold", ladder(LOOKAHEAD_NS * 4));
        group.finish();
    }
}

fn queues(criterion: &mut Criterion) {
    compare(criterion, "8-bytes", &0_u64);
    compare(criterion, "48-bytes", &[0_u64; 6]);
}

criterion_group!(benches, queues);
criterion_main!(benches);
