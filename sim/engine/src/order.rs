//! Who sends, in what class, and the one total order in which events happen.
//!
//! Nothing here knows what an event carries: the order never looks at a payload, a pointer, a
//! thread or the moment of arrival, which is what makes it the same in every execution.

use std::cmp::Ordering;
use std::fmt;

/// The bits of an [`EventKey`] that count what one source has sent.
const SEQUENCE_BITS: u32 = 36;
/// The bits of an [`EventKey`] that name the source.
const SOURCE_BITS: u32 = 24;

/// The most entities a simulation can have; the number after the last one is
/// [`EntityId::EXTERNAL`].
pub const MAX_ENTITIES: usize = (1 << SOURCE_BITS) - 1;

/// How many events one source can send, timers included. At ten million a second it takes almost
/// two hours of machine time to get there; what happens then is an error, not a wrap.
pub const MAX_SEQUENCE: u64 = (1 << SEQUENCE_BITS) - 1;

/// An entity: its place in the order in which the builder was given entities.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId(pub(crate) u32);

impl EntityId {
    /// The source of events that no entity sent: the ones scheduled from outside.
    pub const EXTERNAL: Self = Self(MAX_ENTITIES as u32);

    /// The entity at `index`, or nothing if no simulation can have so many.
    #[must_use]
    pub fn from_index(index: usize) -> Option<Self> {
        (index < MAX_ENTITIES).then_some(Self(index as u32))
    }

    /// The place of the entity among those the builder was given, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Debug for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::EXTERNAL { f.write_str("external") } else { write!(f, "#{}", self.0) }
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// What decides between events of the same nanosecond before their sources do: smaller first.
///
/// A chain would produce its block in a class before the one of messages, so that a message
/// arriving at the very moment of a block finds the block done, whoever sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(u8);

impl Class {
    /// The number of classes.
    pub const COUNT: u8 = 16;
    /// Before everything else of its nanosecond.
    pub const FIRST: Self = Self(0);
    /// Where events are unless their model says otherwise: the middle.
    pub const DEFAULT: Self = Self(8);
    /// After everything else of its nanosecond.
    pub const LAST: Self = Self(15);

    /// The class with this number.
    ///
    /// # Panics
    /// When `number` is not below [`Class::COUNT`]; in a constant, that is an error of compilation.
    #[must_use]
    pub const fn new(number: u8) -> Self {
        assert!(number < Self::COUNT, "a class is a number below 16");
        Self(number)
    }

    /// Its number, 0 to 15.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl Default for Class {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The place of an event in the order of all events: `(time, class, source, source_sequence)`,
/// compared from left to right.
///
/// No two events of a run have equal keys, because a source numbers what it sends. So the order is
/// total, and whoever sorts by it gets the same result from any starting order. Two words hold it:
///
/// ```text
///  63                                                             0
/// ┌────────────────────────────────────────────────────────────────┐
/// │ time, nanoseconds                                              │
/// ├─────┬────────────────────────┬─────────────────────────────────┤
/// │class│ source                 │ sequence of the source          │
/// └─────┴────────────────────────┴─────────────────────────────────┘
///   4     24                       36
/// ```
///
/// Only whole keys compare. [`Event`](crate::Event) has no order of its own, so a comparison that
/// would look at less, or at the payload, does not compile:
///
/// ```compile_fail
/// fn earlier<T: Ord>(a: subsim_engine::Event<T>, b: subsim_engine::Event<T>) -> bool {
///     a < b
/// }
/// ```
///
/// What compiles in its place is
///
/// ```
/// fn earlier<T>(a: subsim_engine::Event<T>, b: subsim_engine::Event<T>) -> bool {
///     a.key < b.key
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventKey {
    time_ns: u64,
    rest: u64,
}

impl EventKey {
    /// The key of the event number `sequence` of `source`.
    ///
    /// # Panics
    /// When `sequence` is above [`MAX_SEQUENCE`].
    #[must_use]
    pub const fn new(time_ns: u64, class: Class, source: EntityId, sequence: u64) -> Self {
        assert!(sequence <= MAX_SEQUENCE, "a source has sent more than a key can count");
        let rest = ((class.0 as u64) << (SOURCE_BITS + SEQUENCE_BITS))
            | ((source.0 as u64) << SEQUENCE_BITS)
            | sequence;
        Self { time_ns, rest }
    }

    /// When it happens.
    #[inline]
    #[must_use]
    pub const fn time_ns(self) -> u64 {
        self.time_ns
    }

    /// Its class.
    #[must_use]
    pub const fn class(self) -> Class {
        Class((self.rest >> (SOURCE_BITS + SEQUENCE_BITS)) as u8)
    }

    /// Who sent it.
    #[inline]
    #[must_use]
    pub const fn source(self) -> EntityId {
        EntityId(((self.rest >> SEQUENCE_BITS) & ((1 << SOURCE_BITS) - 1)) as u32)
    }

    /// How many events its source had sent before it.
    #[inline]
    #[must_use]
    pub const fn sequence(self) -> u64 {
        self.rest & MAX_SEQUENCE
    }

    /// Class, source and sequence in one word.
    #[inline]
    pub(crate) const fn rest(self) -> u64 {
        self.rest
    }

    /// The whole key as one number that orders like it: compared without a branch.
    #[inline]
    const fn packed(self) -> u128 {
        ((self.time_ns as u128) << 64) | self.rest as u128
    }
}

impl Ord for EventKey {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.packed().cmp(&other.packed())
    }
}

impl PartialOrd for EventKey {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }

    #[inline]
    fn lt(&self, other: &Self) -> bool {
        self.packed() < other.packed()
    }
}

impl fmt::Debug for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ns, class {}, from {}, number {}",
            self.time_ns,
            self.class().number(),
            self.source(),
            self.sequence()
        )
    }
}

impl fmt::Display for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_gives_back_what_went_in() {
        let source = EntityId::from_index(MAX_ENTITIES - 1).unwrap();
        let key = EventKey::new(u64::MAX, Class::LAST, source, MAX_SEQUENCE);
        assert_eq!(key.time_ns(), u64::MAX);
        assert_eq!(key.class(), Class::LAST);
        assert_eq!(key.source(), source);
        assert_eq!(key.sequence(), MAX_SEQUENCE);
        let zero = EventKey::new(0, Class::FIRST, EntityId(0), 0);
        assert_eq!((zero.time_ns(), zero.rest()), (0, 0));
        assert!(EntityId::from_index(MAX_ENTITIES).is_none());
    }

    #[test]
    fn keys_order_like_the_tuple_they_stand_for() {
        let values = [0_u64, 1, 2, 1 << 20];
        let mut keys = Vec::new();
        for time in values {
            for class in [Class::FIRST, Class::DEFAULT, Class::LAST] {
                for source in values {
                    for sequence in values {
                        keys.push((time, class, EntityId(source as u32), sequence));
                    }
                }
            }
        }
        for a in &keys {
            for b in &keys {
                let key = |k: &(u64, Class, EntityId, u64)| EventKey::new(k.0, k.1, k.2, k.3);
                assert_eq!(a.cmp(b), key(a).cmp(&key(b)), "{a:?} {b:?}");
                assert_eq!(a < b, key(a) < key(b));
            }
        }
    }
}
