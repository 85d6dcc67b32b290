//! Counts by size: of latencies on a scale of equal ratios, of scores on one of equal steps.
//!
//! Whole numbers only, so histograms of many nodes add up to the same bits in any order.

/// Buckets per doubling: each is at most 1/8 wider than its lower end.
const STEPS: u64 = 8;

/// Latencies: exact below 16 us, then eight buckets for each doubling.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LatencyHistogram {
    counts: Vec<u64>,
}

/// Values are counted in microseconds.
const UNIT_NS: u64 = 1_000;

impl LatencyHistogram {
    /// Counts a latency.
    #[inline]
    pub fn add(&mut self, latency_ns: u64) {
        let bucket = bucket_of(latency_ns / UNIT_NS);
        if bucket >= self.counts.len() {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
    }

    /// Adds all counts of another.
    pub fn merge(&mut self, other: &Self) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }

    /// Number of latencies.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Buckets that hold something: lower end (inclusive) and upper end (exclusive) in
    /// nanoseconds, and count.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64, u64)> + '_ {
        let bucket = |at: usize, count: u64| {
            (lower_end(at as u64) * UNIT_NS, lower_end(at as u64 + 1) * UNIT_NS, count)
        };
        self.counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(move |(at, count)| bucket(at, *count))
    }

    /// Upper end of the bucket in which the quantile `q` in `[0, 1]` lies, in nanoseconds; `None`
    /// without latencies.
    #[must_use]
    pub fn quantile_ns(&self, q: f64) -> Option<u64> {
        let rank = ((q.clamp(0.0, 1.0) * self.count() as f64) as u64).max(1);
        let mut below = 0;
        self.buckets()
            .find(|(_, _, count)| {
                below += count;
                below >= rank
            })
            .map(|(_, upper_ns, _)| upper_ns)
    }
}

/// Bucket of a value: itself below 2 * STEPS, then by exponent and the next three bits.
#[inline]
fn bucket_of(value: u64) -> usize {
    if value < 2 * STEPS {
        return value as usize;
    }
    let shift = u64::from(63 - value.leading_zeros()) - 3;
    (shift * STEPS + (value >> shift)) as usize
}

/// Smallest value of a bucket.
fn lower_end(bucket: u64) -> u64 {
    if bucket < 2 * STEPS {
        return bucket;
    }
    let shift = bucket / STEPS - 1;
    (bucket - shift * STEPS) << shift
}

/// Scores in 100 equal steps from 0 to 1; what lies outside counts in the first or last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreHistogram {
    counts: [u64; 100],
}

impl Default for ScoreHistogram {
    fn default() -> Self {
        Self { counts: [0; 100] }
    }
}

impl ScoreHistogram {
    /// Counts a score; NaN is none.
    #[inline]
    pub fn add(&mut self, score: f64) {
        if !score.is_nan() {
            // The cast takes what is below 0 to 0.
            self.counts[((score * 100.0) as usize).min(99)] += 1;
        }
    }

    /// Adds all counts of another.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }

    /// Counts by hundredth.
    #[must_use]
    pub fn counts(&self) -> &[u64; 100] {
        &self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_lies_in_its_bucket_and_buckets_touch() {
        for value in (0..5_000).chain([1 << 20, (1 << 40) + 12_345, u64::MAX / 2]) {
            let bucket = bucket_of(value) as u64;
            let (low, high) = (lower_end(bucket), lower_end(bucket + 1));
            assert!(low <= value && value < high, "{value} in {low}..{high}");
            assert!(value < 16 || high - low <= low / 8, "{value} in {low}..{high}");
        }
    }

    #[test]
    fn quantiles_are_upper_ends() {
        let mut histogram = LatencyHistogram::default();
        assert_eq!(histogram.quantile_ns(0.5), None);
        (1..=10).for_each(|us| histogram.add(us * 1_000));
        assert_eq!(histogram.quantile_ns(0.5), Some(6_000));
        assert_eq!(histogram.quantile_ns(1.0), Some(11_000));
        let mut both = histogram.clone();
        both.merge(&histogram);
        assert_eq!((both.count(), both.quantile_ns(0.5)), (20, Some(6_000)));
    }

    #[test]
    fn scores_fall_into_hundredths() {
        let mut histogram = ScoreHistogram::default();
        for score in [0.0, 0.005, 0.995, 1.0, 7.0, -1.0, f64::NAN] {
            histogram.add(score);
        }
        assert_eq!((histogram.counts()[0], histogram.counts()[99]), (3, 3));
        assert_eq!(histogram.counts().iter().sum::<u64>(), 6);
    }
}
