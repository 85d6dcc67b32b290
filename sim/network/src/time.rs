//! Time in nanoseconds and what it is made of: blocks, durations that are drawn, clocks that lie.
//!
//! Everything is a `u64` of nanoseconds since block 0; conversions from the seconds and
//! milliseconds of a configuration round to the nearest nanosecond once, when it is read.

use serde::{Deserialize, Serialize};

use crate::addressed;
use crate::error::Checker;

/// One block, 12 s.
pub use subsim_engine::BLOCK_NS;

/// One second.
pub const SECOND_NS: u64 = 1_000_000_000;

/// One millisecond.
pub const MILLISECOND_NS: u64 = 1_000_000;

/// Longest duration a configuration may name, one year: sums of many stay far from overflow.
pub const MAX_DURATION_NS: u64 = 365 * 86_400 * SECOND_NS;

/// Nanoseconds of a number of seconds, to the nearest; negative and NaN give 0, and nothing is
/// longer than [`MAX_DURATION_NS`].
#[must_use]
pub fn ns_of_seconds(seconds: f64) -> u64 {
    ns_of(seconds * 1e9)
}

/// Nanoseconds of a number of milliseconds, under the rules of [`ns_of_seconds`].
#[must_use]
pub fn ns_of_milliseconds(milliseconds: f64) -> u64 {
    ns_of(milliseconds * 1e6)
}

fn ns_of(ns: f64) -> u64 {
    // A cast from float saturates and takes NaN to 0.
    ((ns + 0.5) as u64).min(MAX_DURATION_NS)
}

/// A duration that is drawn anew each time. Written `{ exponential = { mean_ms = 20.0 } }`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Duration {
    /// Always the same.
    Constant {
        /// Length in milliseconds.
        ms: f64,
    },
    /// Uniform on `[low, high)`.
    Uniform {
        /// Lower end in milliseconds.
        low_ms: f64,
        /// Upper end in milliseconds.
        high_ms: f64,
    },
    /// Exponential.
    Exponential {
        /// Mean in milliseconds.
        mean_ms: f64,
    },
    /// Log-normal: `median * exp(sigma * z)`.
    LogNormal {
        /// Median in milliseconds.
        median_ms: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
}

impl Duration {
    /// A duration of zero.
    pub const ZERO: Self = Self::Constant { ms: 0.0 };

    /// Draws the duration in nanoseconds from a word, times `factor`.
    #[inline]
    #[must_use]
    pub fn draw_ns(&self, word: u64, factor: f64) -> u64 {
        let ms = match *self {
            Self::Constant { ms } => ms,
            Self::Uniform { low_ms, high_ms } => {
                low_ms + (high_ms - low_ms) * addressed::unit(word)
            }
            Self::Exponential { mean_ms } => mean_ms * addressed::exponential(word),
            Self::LogNormal { median_ms, sigma } => {
                median_ms * libm::exp(sigma * addressed::normal(word))
            }
        };
        ns_of_milliseconds(ms * factor)
    }

    /// Mean in nanoseconds.
    #[must_use]
    pub fn mean_ns(&self) -> u64 {
        ns_of_milliseconds(match *self {
            Self::Constant { ms } => ms,
            Self::Uniform { low_ms, high_ms } => (low_ms + high_ms) / 2.0,
            Self::Exponential { mean_ms } => mean_ms,
            Self::LogNormal { median_ms, sigma } => median_ms * libm::exp(sigma * sigma / 2.0),
        })
    }

    /// Finds numbers that no duration can have.
    pub(crate) fn check(&self, check: &mut Checker<'_>, field: &str) {
        let mut number = |name: &str, value: f64, allowed: &'static str, holds: bool| {
            check.holds(holds && value.is_finite(), &format!("{field}.{name}"), value, allowed);
        };
        let length = "a number of milliseconds from 0 to 31536000000";
        let fits = |ms: f64| (0.0..=MAX_DURATION_NS as f64 / 1e6).contains(&ms);
        match *self {
            Self::Constant { ms } => number("ms", ms, length, fits(ms)),
            Self::Uniform { low_ms, high_ms } => {
                number("low_ms", low_ms, length, fits(low_ms));
                number("high_ms", high_ms, "at least low_ms", fits(high_ms) && high_ms >= low_ms);
            }
            Self::Exponential { mean_ms } => number("mean_ms", mean_ms, length, fits(mean_ms)),
            Self::LogNormal { median_ms, sigma } => {
                number("median_ms", median_ms, length, fits(median_ms));
                number("sigma", sigma, "a number from 0 to 5", (0.0..=5.0).contains(&sigma));
            }
        }
    }
}

/// A clock that is wrong by an offset that grows: what a node reads when it looks at the time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clock {
    /// How far ahead the clock was at block 0, in milliseconds; negative is behind.
    pub offset_ms: f64,
    /// How much faster than true time it runs, in parts per million.
    pub drift_ppm: f64,
}

impl Clock {
    /// What the clock reads at a true time. Before the epoch of time it reads 0.
    #[must_use]
    pub fn reads_ns(&self, true_ns: u64) -> u64 {
        if self.offset_ms == 0.0 && self.drift_ppm == 0.0 {
            return true_ns;
        }
        // Whole parts per billion keep the product exact.
        let drift = i128::from(true_ns) * (self.drift_ppm * 1000.0) as i128 / 1_000_000_000;
        let offset = (self.offset_ms * 1e6) as i128;
        u64::try_from((i128::from(true_ns) + drift + offset).max(0)).unwrap_or(u64::MAX)
    }

    pub(crate) fn check(&self, check: &mut Checker<'_>, field: &str) {
        let day = 86_400_000.0;
        let offset = self.offset_ms;
        let allowed = "a number of milliseconds within a day";
        check.holds(offset.abs() <= day, &format!("{field}.offset_ms"), offset, allowed);
        let drift = self.drift_ppm;
        let allowed = "a number of parts per million within 1000";
        check.holds(drift.abs() <= 1000.0, &format!("{field}.drift_ppm"), drift, allowed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addressed::Dice;

    #[test]
    fn clocks_are_off_by_offset_and_drift() {
        let clock = Clock { offset_ms: -2.0, drift_ppm: 50.0 };
        // 50 microseconds gained in a second, two milliseconds behind.
        assert_eq!(clock.reads_ns(SECOND_NS), SECOND_NS + 50_000 - 2_000_000);
        assert_eq!(clock.reads_ns(0), 0);
        assert_eq!(Clock::default().reads_ns(u64::MAX), u64::MAX);
    }

    #[test]
    fn durations_have_the_means_they_promise() {
        let dice = Dice::new(1, "durations", "test");
        for duration in [
            Duration::Constant { ms: 3.0 },
            Duration::Uniform { low_ms: 1.0, high_ms: 5.0 },
            Duration::Exponential { mean_ms: 3.0 },
            Duration::LogNormal { median_ms: 2.0, sigma: 0.5 },
        ] {
            let sum: u64 = (0..50_000).map(|i| duration.draw_ns(dice.at(i, 0)[0], 1.0)).sum();
            let (mean, expected) = (sum as f64 / 5e4, duration.mean_ns() as f64);
            assert!((mean - expected).abs() < 0.02 * expected, "{duration:?}: {mean} {expected}");
        }
    }

    #[test]
    fn conversions_round_and_never_wrap() {
        assert_eq!(ns_of_milliseconds(0.000_001_4), 1);
        assert_eq!(ns_of_seconds(-1.0), 0);
        assert_eq!(ns_of_seconds(f64::NAN), 0);
        assert_eq!(ns_of_seconds(f64::INFINITY), MAX_DURATION_NS);
    }
}
