//! Which timers of one entity are running: a slot for each, reused after it.
//!
//! The event of a timer stays in the queue when the timer is cancelled; it finds its slot empty, or
//! taken by a later timer, and is dropped. So cancelling costs one comparison, and the memory of a
//! cancelled timer comes back when it would have fired.

use crate::order::EntityId;

/// A running timer of one entity, to cancel it by.
///
/// The same for every number of shards and threads, but deliberately without an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimerId {
    pub(crate) owner: EntityId,
    pub(crate) slot: u32,
    pub(crate) sequence: u64,
}

/// Marks a slot as empty; the other bits then say which empty slot comes next.
const EMPTY: u64 = 1 << 63;
/// There is no next empty slot.
const NONE: u32 = u32::MAX;

/// The timers of one entity.
#[derive(Debug)]
pub(crate) struct Timers {
    /// The sequence number of the timer that has the slot, or a link.
    slots: Vec<u64>,
    first_empty: u32,
}

impl Default for Timers {
    fn default() -> Self {
        Self { slots: Vec::new(), first_empty: NONE }
    }
}

impl Timers {
    /// Takes a slot for the timer whose event has this sequence number, unique in the entity's life.
    pub fn arm(&mut self, sequence: u64) -> u32 {
        let slot = self.first_empty;
        if slot == NONE {
            self.slots.push(sequence);
            return (self.slots.len() - 1) as u32;
        }
        self.first_empty = self.slots[slot as usize] as u32;
        self.slots[slot as usize] = sequence;
        slot
    }

    /// Empties the slot if that very timer still has it, and says whether it did.
    pub fn disarm(&mut self, slot: u32, sequence: u64) -> bool {
        match self.slots.get_mut(slot as usize) {
            Some(holder) if *holder == sequence => {
                *holder = EMPTY | u64::from(self.first_empty);
                self.first_empty = slot;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_reused_and_old_timers_stay_dead() {
        let mut timers = Timers::default();
        assert_eq!([timers.arm(10), timers.arm(11), timers.arm(12)], [0, 1, 2]);
        assert!(timers.disarm(1, 11));
        assert!(!timers.disarm(1, 11), "twice");
        assert!(timers.disarm(0, 10));
        assert_eq!([timers.arm(20), timers.arm(21), timers.arm(22)], [0, 1, 3]);
        assert!(!timers.disarm(1, 11), "the slot has another timer");
        assert!(timers.disarm(1, 21));
        assert!(!timers.disarm(9, 0), "no such slot");
    }
}
