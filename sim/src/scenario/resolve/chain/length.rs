//! How long a run is, and how often it is recorded.

use super::super::super::chain_file::{ChainSimulationTable, RecordWord};
use super::super::super::chain_types::{ChainSimulation, RecordCalls};
use super::super::super::sink::Sink;
use super::super::super::values::Whole;
use super::super::BLOCKS_PER_DAY;
use super::super::place::Place;

/// Longest run, in blocks.
const MAX_BLOCKS: f64 = 100_000_000.0;

/// Most rows of blocks.parquet that a run writes unless it is asked for more.
const MAX_ROWS: u64 = 200_000;

/// Blocks between two recorded ones, from which the default is chosen.
const RECORD_STEPS: [u64; 4] = [1, 10, 60, 360];

/// Resolves the section for a number of subnets.
pub(super) fn simulation(
    root: &Place<'_>,
    table: &ChainSimulationTable,
    subnets: usize,
    sink: &mut Sink,
) -> ChainSimulation {
    let blocks = blocks(&root.key("simulation"), table, sink);
    let record_every_blocks =
        table.record_every_blocks.map_or_else(|| default_record_every(blocks, subnets), Whole::get);
    ChainSimulation {
        seed: table.seed.map_or(0, Whole::get),
        blocks,
        threads: table.threads.map(|threads| usize::try_from(threads.get()).unwrap_or(1)),
        check: table.check.unwrap_or(false),
        record_every_blocks,
        record_calls: match table.record_calls {
            Some(RecordWord::All) | None => RecordCalls::All,
            Some(RecordWord::Refused) => RecordCalls::Refused,
            Some(RecordWord::None) => RecordCalls::None,
        },
    }
}

/// The length in blocks; where the file does not say, so long that no other rule breaks by it.
fn blocks(place: &Place<'_>, table: &ChainSimulationTable, sink: &mut Sink) -> u64 {
    let given = [
        ("blocks", table.blocks.map(|blocks| blocks.get() as f64)),
        ("days", table.days.map(|days| days.get() * BLOCKS_PER_DAY)),
        ("years", table.years.map(|years| years.get() * 365.0 * BLOCKS_PER_DAY)),
    ];
    let mut set = given.into_iter().filter_map(|(key, blocks)| Some((key, blocks?)));
    match (set.next(), set.next()) {
        (Some((key, blocks)), None) => in_range(&place.key(key), blocks, sink),
        (Some((first, _)), Some((second, _))) => {
            sink.error(&place.key(second).key_span(), "the length is given twice")
                .label(format!("`{first}` is set as well"))
                .help("keep one of `blocks`, `days` and `years`");
            u64::MAX
        }
        (None, _) => {
            if !["blocks", "days", "years"].iter().any(|key| place.key(key).is_set_aside()) {
                place
                    .error(sink, "the scenario does not say how long it runs")
                    .label("`blocks`, `days` or `years` must be here")
                    .help("write, for example,\n[simulation]\nresolution = \"block\"\ndays = 30");
            }
            u64::MAX
        }
    }
}

fn in_range(place: &Place<'_>, blocks: f64, sink: &mut Sink) -> u64 {
    if (1.0..=MAX_BLOCKS).contains(&blocks) {
        return blocks as u64;
    }
    let message = match blocks < 1.0 {
        true => "the run is shorter than one block",
        false => "the run is longer than 100 million blocks",
    };
    sink.error(&place.span(), message)
        .label("allowed: 1 block to 100 million blocks")
        .help("a block is 12 seconds, a day 7200 blocks, a year 365 days");
    u64::MAX
}

/// As often as keeps the number of rows in bounds.
fn default_record_every(blocks: u64, subnets: usize) -> u64 {
    let rows = blocks.saturating_mul(subnets.max(1) as u64);
    let few = |every: &u64| rows / every <= MAX_ROWS;
    RECORD_STEPS.into_iter().find(few).unwrap_or_else(|| {
        std::iter::successors(Some(3600_u64), |every| every.checked_mul(10))
            .find(few)
            .unwrap_or(u64::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::default_record_every;

    #[test]
    fn records_as_often_as_rows_allow() {
        assert_eq!(default_record_every(200_000, 1), 1);
        assert_eq!(default_record_every(200_001, 1), 10);
        assert_eq!(default_record_every(216_000, 1), 10);
        assert_eq!(default_record_every(216_000, 128), 360);
        assert_eq!(default_record_every(2_628_000, 1), 60);
        assert_eq!(default_record_every(2_628_000, 128), 3600);
        assert_eq!(default_record_every(100_000_000, 1024), 3_600_000);
        assert!(default_record_every(u64::MAX, 1) > 0);
    }
}
