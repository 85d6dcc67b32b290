use super::*;
use crate::event::Address;
use crate::order::{Class, EntityId, EventKey};

fn event(time_ns: u64, sequence: u64) -> Event<u64> {
    let key = EventKey::new(time_ns, Class::DEFAULT, EntityId(0), sequence);
    Event { key, address: Address::default(), message: sequence }
}

/// A small generator: results must not hang on a library's version.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    *state >> 33
}

/// Pushes and pops at random beside a plain sorted list, with limits and times that reach into the
/// open bucket, the ring and far beyond.
#[test]
fn pops_what_a_sorted_list_would() {
    for (lookahead_ns, reach_ns) in
        [(1, 100), (16, 50), (1000, 2000), (1000, 20_000_000), (1 << 30, 1 << 20), (7, 1 << 40)]
    {
        let mut state = lookahead_ns ^ reach_ns;
        let mut queue = EventQueue::new(lookahead_ns);
        let mut plain: Vec<EventKey> = Vec::new();
        let mut now_ns = 0;
        for sequence in 0..20_000 {
            if next(&mut state) % 100 < 55 {
                let added = event(now_ns + next(&mut state) % reach_ns, sequence);
                let at = plain.partition_point(|key| *key > added.key);
                plain.insert(at, added.key);
                queue.push(added);
            } else {
                let limit_ns = now_ns + next(&mut state) % (reach_ns / 4).max(2);
                let expected = plain.pop_if(|key| key.time_ns() < limit_ns);
                assert_eq!(queue.pop_before(limit_ns).map(|e| e.key), expected);
                now_ns = expected.map_or(limit_ns, EventKey::time_ns);
            }
            assert_eq!(queue.peek_ns(), plain.last().map(|key| key.time_ns()));
            assert_eq!(queue.len(), plain.len());
        }
    }
}

#[test]
fn the_end_of_time_is_a_time() {
    let mut queue = EventQueue::new(1);
    queue.push(event(u64::MAX - 1, 0));
    queue.push(event(u64::MAX, 1));
    assert_eq!(queue.pop_before(u64::MAX).map(|e| e.message), Some(0));
    assert!(queue.pop_before(u64::MAX).is_none());
    assert_eq!(queue.peek_ns(), Some(u64::MAX));
}

#[test]
fn rounds_end_with_a_bucket_and_within_the_lookahead() {
    for lookahead_ns in [1, 2, 3, 4, 5, 1000, 1 << 20, (1 << 20) + 1, 12_000_000_000] {
        for start_ns in [0, 1, 17, 999_999_999_999] {
            let end_ns = round_end_ns(start_ns, lookahead_ns);
            assert!(start_ns < end_ns && end_ns - start_ns <= lookahead_ns);
            assert!(end_ns - start_ns >= lookahead_ns * 3 / 4, "{start_ns} {lookahead_ns}");
        }
    }
}

#[test]
fn memory_is_that_of_what_waits_not_of_the_ring() {
    let mut queue = EventQueue::new(400);
    // A burst of a thousand in one bucket, again and again, through the whole ring.
    for round in 0..3 * RING {
        let at_ns = (round + 1) << queue.width_bits;
        (0..1000).for_each(|i| queue.push(event(at_ns, round * 1000 + i)));
        while queue.pop_before(u64::MAX).is_some() {}
    }
    let held: usize = queue.ring.iter().map(|bucket| bucket.events.capacity()).sum();
    let spare: usize = queue.spare.iter().map(Vec::capacity).sum();
    assert!(held + spare + queue.current.capacity() < 5000, "{held} {spare}");
}
