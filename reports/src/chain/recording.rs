//! What is kept of a run of the chain while it goes on: streamed datasets, sums, bounded series.
//!
//! Memory grows with the number of accounts and subnets and not with the number of blocks. Where a
//! dataset would grow without end, a [`Thinning`] says which moments it takes.

use std::path::Path;

use subsim_sim::chain::{NetUid, ROOT, State};
use subsim_sim::{
    BlockRecord, CallRecord, ChainEnd, ChainEpochRecord, ChainHappening, ChainInfo, Directory,
};

use super::blocks::{BlockRows, ChainColumns};
use super::calls::CallRows;
use super::course::Course;
use super::dataset::{Dataset, Names};
use super::events::EventRows;
use super::measures::Ending;
use super::neurons::NeuronRows;
use super::stake::{BalanceRows, Moment, StakeRows, positions};
use super::totals::Totals;
use super::value::wealth_rao;
use crate::ReportError;

/// Rows after which a dataset takes only every other moment.
const ROWS_BEFORE_THINNING: u64 = 2_000_000;

/// Which moments a dataset takes: every one, until it has many rows, then every other one, and so
/// on.
#[derive(Debug, Clone, Copy)]
struct Thinning {
    every: u64,
    room: u64,
}

impl Thinning {
    fn new() -> Self {
        Self { every: 1, room: ROWS_BEFORE_THINNING }
    }

    /// Whether the `index`-th moment is taken.
    fn takes(&self, index: u64) -> bool {
        index.is_multiple_of(self.every)
    }

    /// Counts rows that were written.
    fn wrote(&mut self, rows: u64) {
        self.room = self.room.saturating_sub(rows);
        if self.room == 0 {
            *self = Self { every: self.every * 2, room: ROWS_BEFORE_THINNING };
        }
    }
}

/// The datasets under construction.
struct Datasets {
    blocks: Dataset<BlockRows>,
    calls: Dataset<CallRows>,
    events: Dataset<EventRows>,
    stake: Dataset<StakeRows>,
    balances: Dataset<BalanceRows>,
    neurons: Dataset<NeuronRows>,
}

impl Datasets {
    fn create(folder: &Path) -> Result<Self, ReportError> {
        Ok(Self {
            blocks: Dataset::create(folder)?,
            calls: Dataset::create(folder)?,
            events: Dataset::create(folder)?,
            stake: Dataset::create(folder)?,
            balances: Dataset::create(folder)?,
            neurons: Dataset::create(folder)?,
        })
    }

    fn finish(self, names: &Names) -> Result<(), ReportError> {
        self.blocks.finish(names)?;
        self.calls.finish(names)?;
        self.events.finish(names)?;
        self.stake.finish(names)?;
        self.balances.finish(names)?;
        self.neurons.finish(names)
    }
}

/// What is kept of a run.
pub(crate) struct ChainRecording {
    pub(crate) info: ChainInfo,
    pub(crate) names: Names,
    pub(crate) totals: Totals,
    /// What plots show.
    pub(crate) course: Course,
    /// `None` once finished.
    datasets: Option<Datasets>,
    wealth_at_start: Vec<f64>,
    stake_thinning: Thinning,
    balance_thinning: Thinning,
    /// Balances as last written, by account.
    balances: Vec<u64>,
    recorded_blocks: u64,
    /// Block in which root's stakes were last written.
    root_written_at: Option<u64>,
    block_emission_rao: u64,
    end: Option<(ChainEnd, Ending)>,
}

impl ChainRecording {
    /// Starts the datasets in `folder`.
    pub(crate) fn start(
        folder: &Path,
        info: ChainInfo,
        state: &State,
        directory: &Directory,
    ) -> Result<Self, ReportError> {
        let names = Names::new(&info, directory);
        let mut recording = Self {
            totals: Totals::new(names.groups.len()),
            course: Course::new(&info),
            datasets: Some(Datasets::create(folder)?),
            wealth_at_start: wealth_rao(state),
            stake_thinning: Thinning::new(),
            balance_thinning: Thinning::new(),
            balances: Vec::new(),
            recorded_blocks: 0,
            root_written_at: None,
            block_emission_rao: 0,
            end: None,
            info,
            names,
        };
        recording.write_block(state, 0, (0, 0))?;
        recording.write_balances(state)?;
        recording.write_all_stake(state, Moment::Start)?;
        Ok(recording)
    }

    fn datasets(&mut self) -> Result<(&mut Datasets, &Names), ReportError> {
        let late = ReportError::OutOfOrder("something happened after the end of the run");
        Ok((self.datasets.as_mut().ok_or(late)?, &self.names))
    }

    /// Adds a block.
    pub(crate) fn block(&mut self, record: &BlockRecord<'_>) -> Result<(), ReportError> {
        self.names.learn(record.directory);
        self.totals.block(record.tao_emitted_rao, record.calls, record.refused);
        self.block_emission_rao = record.minted_rao;
        self.write_block(record.state, record.minted_rao, (record.calls, record.refused))?;
        self.recorded_blocks += 1;
        if self.balance_thinning.takes(self.recorded_blocks) {
            self.write_balances(record.state)?;
        }
        Ok(())
    }

    fn write_block(
        &mut self,
        state: &State,
        minted_rao: u64,
        calls: (u64, u64),
    ) -> Result<(), ReportError> {
        let columns = ChainColumns::new(state, minted_rao, calls);
        self.course.block(state, minted_rao, &self.names);
        let (datasets, names) = self.datasets()?;
        for subnet in state.subnets.iter().flatten() {
            datasets.blocks.push(names, |rows| rows.push(&columns, subnet))?;
        }
        Ok(())
    }

    /// Writes the balances that differ from those written before.
    fn write_balances(&mut self, state: &State) -> Result<(), ReportError> {
        let mut known = std::mem::take(&mut self.balances);
        // No balance is this high: accounts that are new get a row even when they hold nothing.
        known.resize(state.accounts.len(), u64::MAX);
        let mut rows = 0;
        let (datasets, names) = self.datasets()?;
        for (index, account) in state.accounts.iter().enumerate() {
            if known[index] == account.free_rao {
                continue;
            }
            known[index] = account.free_rao;
            let id = subsim_sim::chain::AccountId(index as u32);
            let (block, free_rao) = (state.block, account.free_rao);
            datasets.balances.push(names, |rows| rows.push(block, id, free_rao))?;
            rows += 1;
        }
        self.balances = known;
        self.balance_thinning.wrote(rows);
        Ok(())
    }

    fn write_all_stake(&mut self, state: &State, moment: Moment) -> Result<(), ReportError> {
        let netuids: Vec<NetUid> = state.netuids().collect();
        netuids.into_iter().try_for_each(|netuid| self.write_stake(state, netuid, moment))
    }

    fn write_stake(
        &mut self,
        state: &State,
        netuid: NetUid,
        moment: Moment,
    ) -> Result<(), ReportError> {
        let Some(subnet) = state.subnet(netuid) else { return Ok(()) };
        let mut rows = 0;
        let (datasets, names) = self.datasets()?;
        for position in positions(subnet) {
            let block = state.block;
            datasets.stake.push(names, |rows| rows.push(block, moment, netuid, &position))?;
            rows += 1;
        }
        self.stake_thinning.wrote(rows);
        Ok(())
    }

    /// Adds a call.
    pub(crate) fn call(&mut self, record: &CallRecord<'_>) -> Result<(), ReportError> {
        self.names.learn(record.directory);
        let (datasets, names) = self.datasets()?;
        datasets.calls.push(names, |rows| rows.push(record, names))
    }

    /// Adds a happening.
    pub(crate) fn happening(
        &mut self,
        happening: &ChainHappening,
        directory: &Directory,
    ) -> Result<(), ReportError> {
        self.names.learn(directory);
        self.totals.happening(happening, &self.names);
        self.course.happening(happening, &self.names);
        let (datasets, names) = self.datasets()?;
        datasets.events.push(names, |rows| rows.push(happening))
    }

    /// Adds an epoch.
    pub(crate) fn epoch(&mut self, record: &ChainEpochRecord<'_>) -> Result<(), ReportError> {
        self.names.learn(record.directory);
        check_lengths(record)?;
        let receivers = self.totals.epoch(record, &self.names);
        self.course.epoch(record, &receivers);
        let (datasets, names) = self.datasets()?;
        for uid in 0..record.hotkeys.len() {
            datasets.neurons.push(names, |rows| rows.push(record, uid))?;
        }
        if self.stake_thinning.takes(record.epoch) {
            // Root has no epochs: its stakes go with the first of the block's.
            if self.root_written_at != Some(record.state.block) {
                self.root_written_at = Some(record.state.block);
                self.write_stake(record.state, ROOT, Moment::Epoch)?;
            }
            self.write_stake(record.state, record.netuid, Moment::Epoch)?;
        }
        Ok(())
    }

    /// Closes the datasets.
    pub(crate) fn finish(
        &mut self,
        end: &ChainEnd,
        state: &State,
        directory: &Directory,
    ) -> Result<(), ReportError> {
        self.names.learn(directory);
        self.write_balances(state)?;
        self.write_all_stake(state, Moment::End)?;
        if let Some(datasets) = self.datasets.take() {
            datasets.finish(&self.names)?;
        }
        let blocks = end.last_block.saturating_sub(self.info.first_block);
        let ending =
            Ending::of(state, &self.names, &self.wealth_at_start, self.block_emission_rao, blocks);
        self.course.finish(state, &self.names);
        self.end = Some((end.clone(), ending));
        Ok(())
    }

    /// The recording and its end, if it has come.
    pub(crate) fn ended(mut self) -> Option<(Self, ChainEnd, Ending)> {
        let (end, ending) = self.end.take()?;
        Some((self, end, ending))
    }
}

/// Makes sure that every slice has one entry per neuron.
fn check_lengths(record: &ChainEpochRecord<'_>) -> Result<(), ReportError> {
    let expected = record.hotkeys.len();
    let lengths = [
        ("incentive_rao", record.incentive_rao.len()),
        ("dividend_rao", record.dividend_rao.len()),
        ("quality", record.quality.len()),
    ];
    match lengths.into_iter().find(|(_, found)| *found != expected) {
        Some((field, found)) => {
            Err(ReportError::Length { epoch: record.epoch, field, found, expected })
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_dataset_takes_ever_fewer_moments() {
        let mut thinning = Thinning::new();
        let mut taken = Vec::new();
        for moment in 0..100 {
            if thinning.takes(moment) {
                taken.push(moment);
                thinning.wrote(ROWS_BEFORE_THINNING / 10);
            }
        }
        assert_eq!(taken[..11], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(taken[11..20], [12, 14, 16, 18, 20, 22, 24, 26, 28]);
        assert_eq!(taken[20..], [32, 36, 40, 44, 48, 52, 56, 60, 64, 68, 72, 80, 88, 96]);
    }
}
