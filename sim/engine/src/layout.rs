//! Which entity is in which shard: dealt out one by one, like cards.
//!
//! Neighbours in the builder's order tend to be of a kind (all validators, then all miners), so
//! dealing spreads each kind evenly.

use crate::order::EntityId;

/// A power of two large enough for the division below to be exact; see the test.
const SCALE_BITS: u32 = 40;

/// How entities are dealt to shards.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    shards: u32,
    entities: u32,
    /// `2^40 / shards`, rounded up: a product instead of a division for every message.
    reciprocal: u64,
}

/// Where an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub shard: u32,
    pub local: u32,
}

impl Layout {
    /// `shards` is at least 1 and at most [`Layout::MAX_SHARDS`].
    pub fn new(shards: usize, entities: usize) -> Self {
        debug_assert!((1..=Self::MAX_SHARDS).contains(&shards));
        let reciprocal = (1_u64 << SCALE_BITS).div_ceil(shards as u64);
        Self { shards: shards as u32, entities: entities as u32, reciprocal }
    }

    /// The most shards there can be: messages between shards need a list for every pair.
    pub const MAX_SHARDS: usize = 1024;

    /// Where `entity` is, which may be beyond the last.
    #[inline]
    pub fn place(self, entity: EntityId) -> Place {
        let local = ((u64::from(entity.0) * self.reciprocal) >> SCALE_BITS) as u32;
        Place { shard: entity.0 - local * self.shards, local }
    }

    /// Whether there is such an entity.
    #[inline]
    pub fn has(self, entity: EntityId) -> bool {
        entity.0 < self.entities
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::MAX_ENTITIES;

    #[test]
    fn places_are_quotient_and_remainder() {
        for shards in [1_usize, 2, 3, 7, 8, 63, 64, 1000, 1023, 1024] {
            let layout = Layout::new(shards, MAX_ENTITIES);
            let count = shards as u32;
            let near_multiples = (0..MAX_ENTITIES as u32)
                .step_by(9973)
                .flat_map(|i| [i / count * count, (i / count * count).saturating_sub(1), i]);
            for i in near_multiples.chain([MAX_ENTITIES as u32 - 1]) {
                let place = layout.place(EntityId(i));
                assert_eq!((place.local, place.shard), (i / count, i % count), "{i} {shards}");
            }
        }
    }
}
