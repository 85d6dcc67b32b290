//! Time series of a run of the chain in bounded memory: samples of what stands at a block, and sums
//! of what was paid over spans of blocks.

/// Values at some blocks: when there are too many, every other one is dropped and from then on only
/// every other one is taken. The latest is always kept.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Samples {
    most: usize,
    stride: u64,
    seen: u64,
    points: Vec<(u64, Vec<f64>)>,
    /// The latest sample, when it is not among the points.
    latest: Option<(u64, Vec<f64>)>,
}

impl Samples {
    /// Keeps at most `most` samples and the latest; `most` is an even number of at least 2.
    pub(crate) fn new(most: usize) -> Self {
        let most = most.max(2).next_multiple_of(2);
        Self { most, stride: 1, seen: 0, points: Vec::new(), latest: None }
    }

    /// Adds what stands at a block. Values that are not there are NaN; later samples may have more
    /// of them than earlier ones.
    pub(crate) fn push(&mut self, block: u64, values: Vec<f64>) {
        let taken = self.seen.is_multiple_of(self.stride);
        self.seen += 1;
        if !taken {
            self.latest = Some((block, values));
            return;
        }
        self.latest = None;
        // The sample that overflows falls on the wider stride too, because `most` is even.
        if self.points.len() == self.most {
            let mut place = 0;
            self.points.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.stride *= 2;
        }
        self.points.push((block, values));
    }

    /// All samples, ascending by block.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &[f64])> {
        self.points.iter().chain(&self.latest).map(|(block, values)| (*block, values.as_slice()))
    }

    /// Blocks and values of one series; those that are not there are left out.
    pub(crate) fn series(&self, index: usize) -> Vec<(u64, f64)> {
        let value = |(block, values): (u64, &[f64])| {
            values.get(index).filter(|value| value.is_finite()).map(|value| (block, *value))
        };
        self.iter().filter_map(value).collect()
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
}

/// Sums over spans of blocks, in bins of equal length.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spans {
    first_block: u64,
    blocks_per_bin: u64,
    series: usize,
    /// Bin by bin, all series of a bin side by side.
    sums: Vec<f64>,
}

impl Spans {
    /// `series` sums over the `blocks` after `first_block`, in at most `bins` bins.
    pub(crate) fn new(series: usize, first_block: u64, blocks: u64, bins: u64) -> Self {
        let blocks_per_bin = blocks.div_ceil(bins.max(1)).max(1);
        let bins = blocks.div_ceil(blocks_per_bin).max(1) as usize;
        Self { first_block, blocks_per_bin, series, sums: vec![0.0; bins * series] }
    }

    /// Blocks in a bin.
    pub(crate) fn blocks_per_bin(&self) -> u64 {
        self.blocks_per_bin
    }

    /// Number of bins.
    pub(crate) fn bins(&self) -> usize {
        self.sums.len() / self.series.max(1)
    }

    /// First and last block of a bin.
    pub(crate) fn blocks(&self, bin: usize) -> (u64, u64) {
        let before = self.first_block + bin as u64 * self.blocks_per_bin;
        (before + 1, before + self.blocks_per_bin)
    }

    /// Sum of a series in a bin.
    pub(crate) fn sum(&self, bin: usize, series: usize) -> f64 {
        self.sums.get(bin * self.series + series).copied().unwrap_or(0.0)
    }

    /// Sum of a series over all bins.
    pub(crate) fn total(&self, series: usize) -> f64 {
        (0..self.bins()).map(|bin| self.sum(bin, series)).sum()
    }

    /// Adds amounts that belong evenly to the blocks after `after`, up to `block`: one amount per
    /// series. Blocks outside the bins are cut off.
    pub(crate) fn add(&mut self, after: u64, block: u64, amounts: &[f64]) {
        let after = after.max(self.first_block).min(block.saturating_sub(1));
        let place = |block: u64| block.saturating_sub(self.first_block);
        let (from, to) = (place(after), place(block));
        let blocks = (to - from).max(1) as f64;
        let mut at = from;
        while at < to {
            let bin = at / self.blocks_per_bin;
            let end = ((bin + 1) * self.blocks_per_bin).min(to);
            let part = (end - at) as f64 / blocks;
            let start = bin as usize * self.series;
            if let Some(sums) = self.sums.get_mut(start..start + self.series) {
                sums.iter_mut().zip(amounts).for_each(|(sum, amount)| *sum += amount * part);
            }
            at = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_stay_few_and_evenly_spread_and_end_with_the_latest() {
        for count in [1_u64, 7, 8, 9, 16, 100, 1001] {
            let mut samples = Samples::new(8);
            (0..count).for_each(|block| samples.push(block, vec![block as f64, f64::NAN]));
            let blocks: Vec<u64> = samples.iter().map(|(block, _)| block).collect();
            assert!(blocks.len() <= 9, "{blocks:?}");
            assert!(count < 8 || blocks.len() >= 4, "{blocks:?}");
            assert_eq!((blocks.first(), blocks.last()), (Some(&0), Some(&(count - 1))));
            let even = blocks[..blocks.len() - 1].windows(2);
            assert!(even.clone().all(|pair| pair[1] - pair[0] == blocks[1]), "{blocks:?}");
            assert_eq!(samples.series(0).len(), blocks.len());
            assert!(samples.series(1).is_empty() && samples.series(2).is_empty());
        }
    }

    #[test]
    fn spans_share_amounts_by_blocks_and_lose_nothing() {
        let mut spans = Spans::new(2, 100, 40, 4);
        assert_eq!((spans.bins(), spans.blocks_per_bin(), spans.blocks(1)), (4, 10, (111, 120)));
        spans.add(105, 125, &[20.0, 2.0]);
        assert_eq!([0, 1, 2, 3].map(|bin| spans.sum(bin, 0)), [5.0, 10.0, 5.0, 0.0]);
        assert_eq!([0, 1, 2, 3].map(|bin| spans.sum(bin, 1)), [0.5, 1.0, 0.5, 0.0]);
        spans.add(0, 110, &[10.0, 0.0]);
        assert_eq!(spans.sum(0, 0), 15.0);
        // A thing of a single block.
        spans.add(139, 140, &[3.0, 0.0]);
        assert_eq!((spans.sum(3, 0), spans.total(0)), (3.0, 33.0));
    }

    #[test]
    fn a_short_run_has_a_bin_per_block() {
        let spans = Spans::new(1, 0, 3, 200);
        assert_eq!((spans.bins(), spans.blocks_per_bin()), (3, 1));
        assert_eq!(Spans::new(1, 0, 0, 200).bins(), 1);
    }
}
