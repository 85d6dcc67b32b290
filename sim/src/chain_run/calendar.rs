//! Who wants to act when. Agents are not asked every block: each has its next block here, and a
//! block in which nobody wants anything costs one look at the front.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// An agent, by its place in the cast. The order is that in which the agents of a block act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Actor {
    /// A validator.
    Validator(u32),
    /// A miner.
    Miner(u32),
    /// A holder of TAO.
    Staker(u32),
}

/// Appointments by block, then by agent.
#[derive(Debug, Clone, Default)]
pub(super) struct Calendar {
    heap: BinaryHeap<Reverse<(u64, Actor)>>,
}

impl Calendar {
    /// Notes an appointment. Whoever moves one leaves the old one standing; agents know their own
    /// time and let others pass.
    pub fn note(&mut self, block: u64, actor: Actor) {
        self.heap.push(Reverse((block, actor)));
    }

    /// The next agent of this block, once; appointments of earlier blocks count as of this one.
    pub fn next(&mut self, block: u64) -> Option<Actor> {
        let actor = self.heap.peek().filter(|Reverse((at, _))| *at <= block)?.0.1;
        while self.heap.peek().is_some_and(|Reverse((at, next))| *at <= block && *next == actor) {
            self.heap.pop();
        }
        Some(actor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_come_in_order_and_once() {
        let mut calendar = Calendar::default();
        for (block, actor) in [
            (5, Actor::Staker(0)),
            (5, Actor::Validator(9)),
            (5, Actor::Miner(3)),
            (5, Actor::Validator(2)),
            (5, Actor::Miner(3)),
            (6, Actor::Validator(0)),
        ] {
            calendar.note(block, actor);
        }
        assert_eq!(calendar.next(4), None);
        let of_block = |calendar: &mut Calendar, block| -> Vec<Actor> {
            std::iter::from_fn(|| calendar.next(block)).collect()
        };
        let expected =
            [Actor::Validator(2), Actor::Validator(9), Actor::Miner(3), Actor::Staker(0)];
        assert_eq!(of_block(&mut calendar, 5), expected);
        assert_eq!(of_block(&mut calendar, 6), [Actor::Validator(0)]);
    }
}
