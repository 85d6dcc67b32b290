//! The queue of one shard: coarse buckets that are sorted when their time comes.
//!
//! It knows times and keys, not entities or rounds. It is public for benches and for whoever wants
//! a queue without a kernel.

mod occupied;

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::event::Event;
use occupied::Occupied;

/// A priority queue of events, earliest key first, of one rung: a ring of time buckets.
///
/// ```text
///            open bucket              ring: one unsorted list per bucket           beyond
///      ┌────────────────────┐  ┌─────┬─────┬─────┬─────┬─────┬── ─ ─ ─ ─┬─────┐  ┌────────┐
///  pop ◄ current (sorted)   │  │     │ ··· │     │ ·   │ ··  │          │ ·   │  │  far   │
///      │ late (binary heap) │  │     │     │     │     │     │          │     │  │ (heap) │
///      └────────────────────┘  └─────┴─────┴─────┴─────┴─────┴── ─ ─ ─ ─┴─────┘  └────────┘
/// ```
///
/// A push appends to a list, which costs the same however much is waiting. A bucket is sorted when
/// everything before it is done; what is pushed into it after that goes through a small heap. With
/// buckets a fraction of the lookahead wide, only timers shorter than that ever do. Where the model
/// does not fit (everything far away, or everything in one bucket) this is a binary heap.
///
/// Measured, not guessed: nanoseconds to take an event and put one back, 8-byte messages (48-byte
/// ones in brackets), by `benches/queues.rs` on a shared Xeon, so the ratios are what counts.
///
/// | waiting | binary heap | 4-ary heap | 4-ary, messages in a slab | this |
/// |--------:|------------:|-----------:|--------------------------:|-----:|
/// |      64 |     39 (46) |    60 (62) |                   60 (63) | 35 (37) |
/// |   1,024 |     52 (64) |   96 (107) |                  99 (105) | 28 (33) |
/// |  16,384 |    86 (115) |  144 (160) |                 146 (149) | 41 (53) |
/// | 262,144 |   221 (502) |  236 (309) |                 258 (318) | 73 (121) |
///
/// The 4-ary heaps are written without `unsafe`, unlike the standard library's. Buckets a quarter
/// or four times as wide come out between 34% faster (four times as wide, 262,144 waiting) and 14%
/// slower (the same, 1,024 waiting): no width wins everywhere.
#[derive(Debug)]
pub struct EventQueue<T> {
    /// A bucket is `1 << width_bits` nanoseconds wide.
    width_bits: u32,
    /// The number of the open bucket: times up to its end belong to `current` and `late`.
    open: u64,
    /// The open bucket, the earliest event last.
    current: Vec<Event<T>>,
    late: BinaryHeap<Earliest<T>>,
    /// Bucket `b` is at `b % RING`, for `open < b < open + RING`.
    ring: Vec<Bucket<T>>,
    occupied: Occupied,
    far: BinaryHeap<Earliest<T>>,
    /// Empty lists with memory, the most recently used last: a bucket that fills takes the one most
    /// likely to be in the cache, and the memory needed is that of what waits, not of the ring.
    spare: Vec<Vec<Event<T>>>,
    len: usize,
}

/// The number of buckets in the ring.
const RING: u64 = Occupied::LEN as u64;

/// What waits for one stretch of time, in no order.
#[derive(Debug)]
struct Bucket<T> {
    earliest_ns: u64,
    events: Vec<Event<T>>,
}

impl<T> EventQueue<T> {
    /// An empty queue for a model whose messages mostly take `lookahead_ns` or longer.
    #[must_use]
    pub fn new(lookahead_ns: u64) -> Self {
        let empty = || Bucket { earliest_ns: u64::MAX, events: Vec::new() };
        Self {
            width_bits: width_bits(lookahead_ns),
            open: 0,
            current: Vec::new(),
            late: BinaryHeap::new(),
            ring: (0..RING).map(|_| empty()).collect(),
            occupied: Occupied::default(),
            far: BinaryHeap::new(),
            spare: Vec::new(),
            len: 0,
        }
    }

    /// How many events wait, cancelled timers among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds an event. It may be earlier than what was popped before; it is then popped next.
    #[inline]
    pub fn push(&mut self, event: Event<T>) {
        self.len += 1;
        let bucket = event.key.time_ns() >> self.width_bits;
        if bucket <= self.open {
            self.late.push(Earliest(event));
        } else if bucket - self.open < RING {
            self.put(bucket, event);
        } else {
            self.far.push(Earliest(event));
        }
    }

    /// Takes the earliest event if it is before `limit_ns`.
    #[inline]
    pub fn pop_before(&mut self, limit_ns: u64) -> Option<Event<T>> {
        loop {
            let Some(next) = self.current.last() else {
                if self.late.is_empty() {
                    if self.open_next(limit_ns) {
                        continue;
                    }
                    return None;
                }
                return self.pop_late(limit_ns);
            };
            if self.late.peek().is_some_and(|late| late.0.key < next.key) {
                return self.pop_late(limit_ns);
            }
            if next.key.time_ns() >= limit_ns {
                return None;
            }
            self.len -= 1;
            return self.current.pop();
        }
    }

    /// The time of the earliest event.
    #[must_use]
    pub fn peek_ns(&self) -> Option<u64> {
        let late = self.late.peek().map(|event| event.0.key.time_ns());
        let current = self.current.last().map(|event| event.key.time_ns());
        match (late, current) {
            (Some(late), Some(current)) => Some(late.min(current)),
            (None, None) => self.next_bucket().map(|(_, earliest_ns)| earliest_ns),
            (late, current) => late.or(current),
        }
    }

    fn pop_late(&mut self, limit_ns: u64) -> Option<Event<T>> {
        if self.late.peek()?.0.key.time_ns() >= limit_ns {
            return None;
        }
        self.len -= 1;
        self.late.pop().map(|earliest| earliest.0)
    }

    #[inline]
    fn put(&mut self, number: u64, event: Event<T>) {
        let place = (number % RING) as usize;
        let bucket = &mut self.ring[place];
        if bucket.events.is_empty() {
            self.occupied.set(place);
            if let Some(spare) = self.spare.pop() {
                bucket.events = spare;
            }
        }
        bucket.earliest_ns = bucket.earliest_ns.min(event.key.time_ns());
        bucket.events.push(event);
    }

    /// The number of the first bucket after the open one, and the time of its earliest event.
    fn next_bucket(&self) -> Option<(u64, u64)> {
        let from = self.open + 1;
        if let Some(place) = self.occupied.next_from((from % RING) as usize) {
            let number = from + (place as u64).wrapping_sub(from) % RING;
            return Some((number, self.ring[place].earliest_ns));
        }
        let earliest_ns = self.far.peek()?.0.key.time_ns();
        Some((earliest_ns >> self.width_bits, earliest_ns))
    }

    /// Opens the next bucket if it has something before `limit_ns`; both lists of the open bucket
    /// are empty.
    fn open_next(&mut self, limit_ns: u64) -> bool {
        let Some((number, earliest_ns)) = self.next_bucket() else { return false };
        if earliest_ns >= limit_ns {
            return false;
        }
        self.open = number;
        let place = (number % RING) as usize;
        let bucket = &mut self.ring[place];
        // A bucket without events means that the ring is empty and `far` comes next: see below.
        if !bucket.events.is_empty() {
            bucket.earliest_ns = u64::MAX;
            let done = std::mem::replace(&mut self.current, std::mem::take(&mut bucket.events));
            self.occupied.clear(place);
            if done.capacity() > 0 {
                self.spare.push(done);
            }
        }
        if !self.far.is_empty() {
            self.bring_near();
        }
        self.current.sort_unstable_by_key(|event| std::cmp::Reverse(event.key));
        true
    }

    /// Moves what the ring now reaches from `far` to where it belongs.
    fn bring_near(&mut self) {
        while let Some(earliest) = self.far.peek() {
            let number = earliest.0.key.time_ns() >> self.width_bits;
            if number - self.open >= RING {
                break;
            }
            let Some(Earliest(event)) = self.far.pop() else { break };
            if number == self.open {
                self.current.push(event);
            } else {
                self.put(number, event);
            }
        }
    }
}

/// Buckets are between an eighth and a quarter of the lookahead wide: narrow enough that a round
/// can end with a bucket without becoming much shorter (see [`round_end_ns`]).
fn width_bits(lookahead_ns: u64) -> u32 {
    lookahead_ns.max(1).ilog2().saturating_sub(2)
}

/// The last moment, at the end of a bucket, up to which nothing sent at `start_ns` or later can
/// arrive. After `start_ns`, and at least three quarters of the lookahead after it.
///
/// Rounds that end inside a bucket would leave it open, and everything that arrives from other
/// shards in the rest of it would have to go through the heap.
pub(crate) fn round_end_ns(start_ns: u64, lookahead_ns: u64) -> u64 {
    let bits = width_bits(lookahead_ns);
    start_ns.checked_add(lookahead_ns).map_or(u64::MAX, |end| end >> bits << bits)
}

/// An event in a heap whose greatest element is the earliest event.
#[derive(Debug)]
struct Earliest<T>(Event<T>);

impl<T> Ord for Earliest<T> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.key.cmp(&self.0.key)
    }
}

impl<T> PartialOrd for Earliest<T> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Earliest<T> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.0.key == other.0.key
    }
}

impl<T> Eq for Earliest<T> {}

#[cfg(test)]
mod tests;
