//! The horizontal axis of a run of the chain: blocks, days or years, whichever reads best.

use super::super::axis::Unit;

/// Blocks of a day: one every 12 seconds.
pub(super) const BLOCKS_PER_DAY: f64 = 7200.0;

/// Days of a year.
const DAYS_PER_YEAR: f64 = 365.0;

/// How time is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Clock {
    first_block: u64,
    last_block: u64,
    blocks_per_unit: f64,
    /// Caption of the axis.
    pub(super) caption: &'static str,
    /// How its numbers are written.
    pub(super) unit: Unit,
}

impl Clock {
    /// For a run from `first_block` to `last_block`.
    pub(super) fn new(first_block: u64, last_block: u64) -> Self {
        let days = last_block as f64 / BLOCKS_PER_DAY;
        let (blocks_per_unit, caption, unit) = if days <= 2.0 {
            (1.0, "Block", Unit::Whole)
        } else if days <= 3.0 * DAYS_PER_YEAR {
            (BLOCKS_PER_DAY, "Day", Unit::Plain)
        } else {
            (BLOCKS_PER_DAY * DAYS_PER_YEAR, "Year of 365 days", Unit::Plain)
        };
        Self { first_block, last_block, blocks_per_unit, caption, unit }
    }

    /// Place of a block on the axis.
    pub(super) fn at(&self, block: u64) -> f64 {
        block as f64 / self.blocks_per_unit
    }

    /// Ends of the axis.
    pub(super) fn ends(&self) -> (f64, f64) {
        (self.at(self.first_block), self.at(self.last_block))
    }
}
