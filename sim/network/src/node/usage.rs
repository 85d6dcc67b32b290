//! What a node used: bytes, computing time, and the most of each at once.

use crate::time::SECOND_NS;

/// Resources of one node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes received.
    pub bytes_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
    /// Computing time.
    pub compute_ns: u64,
    /// Most queries worked on at once.
    pub peak_concurrency: u32,
    /// Most bytes received in one second of true time.
    pub peak_in_bytes_per_second: u64,
    /// Most bytes sent in one second.
    pub peak_out_bytes_per_second: u64,
    /// Queries answered.
    pub served: u64,
    /// Queries refused: the queue was full, or their time stamp too old.
    pub refused: u64,
    /// Memory that the mechanism declares for the role.
    pub memory_bytes: u64,
    /// Storage that the mechanism declares for the role.
    pub storage_bytes: u64,
    /// What it was paid beside the rewards of the chain, in rao.
    pub income_rao: u64,
    /// What running it cost, in rao.
    pub cost_rao: u64,
    window_in: Windows,
    window_out: Windows,
}

impl Usage {
    /// Nothing used yet by a node that needs so much memory and storage.
    #[must_use]
    pub fn declared(memory_bytes: u64, storage_bytes: u64) -> Self {
        Self { memory_bytes, storage_bytes, ..Self::default() }
    }

    /// Notes bytes that arrive.
    #[inline]
    pub fn receives(&mut self, now_ns: u64, bytes: u64) {
        self.bytes_in += bytes;
        tally(&mut self.window_in, &mut self.peak_in_bytes_per_second, now_ns, bytes);
    }

    /// Notes bytes that leave.
    #[inline]
    pub fn sends(&mut self, now_ns: u64, bytes: u64) {
        self.bytes_out += bytes;
        tally(&mut self.window_out, &mut self.peak_out_bytes_per_second, now_ns, bytes);
    }
}

/// Bytes of the latest seconds. What leaves is noted when it is decided, which may be out of order
/// by a few seconds, so several stay open.
type Windows = [(u64, u64); 4];

/// Adds to the second of `now_ns`; a new second starts from nothing.
#[inline]
fn tally(windows: &mut Windows, peak: &mut u64, now_ns: u64, bytes: u64) {
    let second = now_ns / SECOND_NS;
    let window = &mut windows[(second % 4) as usize];
    if window.0 != second {
        *window = (second, 0);
    }
    window.1 += bytes;
    *peak = (*peak).max(window.1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_are_per_second() {
        let mut usage = Usage::default();
        for (ms, bytes) in [(0, 5), (900, 7), (1000, 8), (5000, 1)] {
            usage.receives(ms * 1_000_000, bytes);
            usage.sends(ms * 1_000_000, 2 * bytes);
        }
        assert_eq!((usage.bytes_in, usage.peak_in_bytes_per_second), (21, 12));
        assert_eq!((usage.bytes_out, usage.peak_out_bytes_per_second), (42, 24));
    }
}
