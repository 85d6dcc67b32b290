//! A time series of ratios in bounded memory.
//!
//! Each series sums a numerator and a denominator per bin of epochs. When all bins are full,
//! neighbours are merged pairwise and bins hold twice as many epochs, so a run of any length keeps
//! between half and all of the bins, and the same run always the same ones.

/// Bins of several series over the same epochs.
#[derive(Debug, Clone, PartialEq)]
pub struct RatioSeries {
    series: usize,
    max_bins: usize,
    epochs_per_bin: u64,
    epochs: u64,
    /// `(numerator, denominator)`, bin by bin, all series of a bin side by side.
    sums: Vec<(f64, f64)>,
}

impl RatioSeries {
    /// `series` series of at most `max_bins` bins, an even number of at least 2.
    #[must_use]
    pub fn new(series: usize, max_bins: usize) -> Self {
        let max_bins = max_bins.max(2).next_multiple_of(2);
        Self { series, max_bins, epochs_per_bin: 1, epochs: 0, sums: Vec::new() }
    }

    /// Adds one epoch: numerator and denominator of every series, in their order. Missing ones
    /// count as zero, surplus ones are ignored.
    pub fn push(&mut self, values: impl IntoIterator<Item = (f64, f64)>) {
        if self.epochs == self.epochs_per_bin * self.max_bins as u64 {
            self.merge_pairs();
        }
        let bin = (self.epochs / self.epochs_per_bin) as usize;
        let start = bin * self.series;
        self.sums.resize(start + self.series, (0.0, 0.0));
        for (sum, value) in self.sums[start..].iter_mut().zip(values) {
            sum.0 += value.0;
            sum.1 += value.1;
        }
        self.epochs += 1;
    }

    fn merge_pairs(&mut self) {
        let series = self.series;
        for bin in 0..self.max_bins / 2 {
            for s in 0..series {
                let (a, b) =
                    (self.sums[2 * bin * series + s], self.sums[(2 * bin + 1) * series + s]);
                self.sums[bin * series + s] = (a.0 + b.0, a.1 + b.1);
            }
        }
        self.sums.truncate(self.max_bins / 2 * series);
        self.epochs_per_bin *= 2;
    }

    /// Number of bins in use.
    #[must_use]
    pub fn bins(&self) -> usize {
        self.epochs.div_ceil(self.epochs_per_bin) as usize
    }

    /// Epochs in each bin; the last may hold fewer.
    #[must_use]
    pub fn epochs_per_bin(&self) -> u64 {
        self.epochs_per_bin
    }

    /// Epochs added so far.
    #[must_use]
    pub fn epochs(&self) -> u64 {
        self.epochs
    }

    /// Mean epoch of a bin, counted from 0.
    #[must_use]
    pub fn middle(&self, bin: usize) -> f64 {
        let first = bin as u64 * self.epochs_per_bin;
        let end = (first + self.epochs_per_bin).min(self.epochs);
        (first + end).saturating_sub(1) as f64 / 2.0
    }

    /// Numerator over denominator of a series in a bin; `None` when the denominator is zero.
    #[must_use]
    pub fn ratio(&self, bin: usize, series: usize) -> Option<f64> {
        self.joint_ratio(bin, &[series])
    }

    /// Sum of the numerators over sum of the denominators of some series in a bin; `None` when the
    /// latter is zero.
    #[must_use]
    pub fn joint_ratio(&self, bin: usize, series: &[usize]) -> Option<f64> {
        let sums = series.iter().filter_map(|s| self.sums.get(bin * self.series + s));
        let (numerator, denominator) = sums.fold((0.0, 0.0), |(a, b), sum| (a + sum.0, b + sum.1));
        crate::metrics::share(numerator, denominator)
    }

    /// Numerator over denominator of a series over all bins; `None` when the denominator is zero.
    #[must_use]
    pub fn overall(&self, series: usize) -> Option<f64> {
        let sums = self.sums.iter().skip(series).step_by(self.series.max(1));
        let (numerator, denominator) = sums.fold((0.0, 0.0), |(a, b), sum| (a + sum.0, b + sum.1));
        crate::metrics::share(numerator, denominator)
    }

    /// Sum of a series' numerators over all bins.
    #[must_use]
    pub fn total(&self, series: usize) -> f64 {
        self.sums.iter().skip(series).step_by(self.series.max(1)).map(|sum| sum.0).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_epochs_are_kept_one_by_one() {
        let mut series = RatioSeries::new(2, 8);
        for epoch in 0..5 {
            series.push([(f64::from(epoch), 1.0), (1.0, 0.0)]);
        }
        assert_eq!((series.bins(), series.epochs_per_bin()), (5, 1));
        assert_eq!(series.ratio(3, 0), Some(3.0));
        assert_eq!(series.ratio(3, 1), None);
        assert_eq!(series.joint_ratio(3, &[0, 1]), Some(4.0));
        assert_eq!(series.middle(3), 3.0);
        assert_eq!(series.total(0), 10.0);
        assert_eq!(series.overall(0), Some(2.0));
        assert_eq!(series.overall(1), None);
    }

    #[test]
    fn many_epochs_keep_bounded_bins_and_all_of_the_sums() {
        for epochs in [9_u64, 16, 17, 1000, 100_000] {
            let mut series = RatioSeries::new(1, 8);
            for epoch in 0..epochs {
                series.push([(epoch as f64, 2.0)]);
            }
            assert!((5..=8).contains(&series.bins()), "{epochs}: {}", series.bins());
            assert_eq!(series.total(0), (epochs * (epochs - 1) / 2) as f64);
            let per = series.epochs_per_bin();
            assert_eq!(series.ratio(1, 0), Some((per as f64 + (2 * per - 1) as f64) / 4.0));
            assert_eq!(series.middle(0), (per - 1) as f64 / 2.0);
        }
    }
}
