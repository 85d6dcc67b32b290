//! An event as it lies in a queue: its key, where it goes, and what it carries, in place.

use crate::order::EventKey;

/// An event on its way. It has no order of its own: see [`EventKey`].
#[derive(Debug, Clone)]
pub struct Event<T> {
    /// Its place in the order of all events.
    pub key: EventKey,
    /// Where it goes.
    pub address: Address,
    /// What it carries.
    pub message: T,
}

/// Where an event goes, seen from the shard that has it in its queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address(u32);

impl Address {
    /// Set for timers. A timer goes to its own source, so the other bits are free for its slot.
    const TIMER: u32 = 1 << 31;

    /// The entity at `local` in its shard.
    #[inline]
    pub(crate) fn entity(local: u32) -> Self {
        debug_assert!(local < Self::TIMER);
        Self(local)
    }

    /// The source of the event, on condition that its timer in `slot` has not been cancelled.
    #[inline]
    pub(crate) fn timer(slot: u32) -> Self {
        debug_assert!(slot < Self::TIMER);
        Self(slot | Self::TIMER)
    }

    /// The slot, for a timer.
    #[inline]
    pub(crate) fn slot(self) -> Option<u32> {
        (self.0 & Self::TIMER != 0).then_some(self.0 & !Self::TIMER)
    }

    /// The place of the entity in its shard, for anything but a timer.
    #[inline]
    pub(crate) fn local(self) -> u32 {
        self.0
    }
}

impl Default for Address {
    /// The first entity of the shard.
    fn default() -> Self {
        Self(0)
    }
}
