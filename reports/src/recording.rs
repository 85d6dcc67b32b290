//! What is kept of a run while it goes on: streamed datasets, sums, bounded series, and the
//! matrices of the last epoch.
//!
//! Memory grows with the number of neurons and not with the number of epochs. What becomes of it
//! is the business of the writer.

use std::path::Path;

use serde::Serialize;
use subsim_consensus::{OwnedRows, Rows};
use subsim_sim::{EpochRecord, Role, RunEnd, RunInfo};

use crate::ReportError;
use crate::dataset::{BondDataset, NeuronDataset};
use crate::plots::PlotInput;
use crate::series::RatioSeries;
use crate::totals::Totals;

/// Most events kept for the summary and the plots.
const MAX_EVENTS: usize = 100;

/// Most points of a line over time.
const MAX_BINS: usize = 512;

/// Most validators followed one by one over time; where there are more, those with the most stake
/// in the first epoch.
const MAX_FOLLOWED: usize = 256;

/// What is kept of a run.
pub(crate) struct Recording {
    pub(crate) info: RunInfo,
    /// `None` once finished.
    neurons: Option<NeuronDataset>,
    bonds: Option<BondDataset>,
    pub(crate) run: Totals,
    pub(crate) last: Totals,
    group_series: RatioSeries,
    followed: Followed,
    last_weights: OwnedRows,
    last_bonds: OwnedRows,
    plots: bool,
    pub(crate) events: Vec<PastEvent>,
    end: Option<RunEnd>,
}

/// Something that happened at the start of an epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PastEvent {
    /// The epoch.
    pub epoch: u64,
    /// What happened, as a phrase.
    pub what: String,
}

/// Validators followed one by one.
struct Followed {
    uids: Vec<usize>,
    series: RatioSeries,
}

impl Recording {
    /// Starts the datasets in `folder`; `plots` says whether to keep what plots need.
    pub(crate) fn start(
        folder: &Path,
        info: &RunInfo,
        tao_weight: u64,
        plots: bool,
    ) -> Result<Self, ReportError> {
        let n = info.neurons.len();
        for (uid, neuron) in info.neurons.iter().enumerate() {
            if neuron.group >= info.groups.len() {
                return Err(ReportError::UnknownGroup { uid, group: neuron.group });
            }
        }
        let bonds = if info.record_bonds { Some(BondDataset::create(folder)?) } else { None };
        Ok(Self {
            neurons: Some(NeuronDataset::create(folder, info)?),
            bonds,
            run: Totals::new(n, tao_weight),
            last: Totals::new(n, tao_weight),
            group_series: RatioSeries::new(info.groups.len(), MAX_BINS),
            followed: Followed { uids: Vec::new(), series: RatioSeries::new(0, MAX_BINS) },
            last_weights: OwnedRows::empty(n),
            last_bonds: OwnedRows::empty(n),
            plots,
            events: Vec::new(),
            end: None,
            info: info.clone(),
        })
    }

    /// Adds an epoch.
    pub(crate) fn epoch(&mut self, record: &EpochRecord<'_>) -> Result<(), ReportError> {
        check_lengths(record, self.info.neurons.len())?;
        if let Some(neurons) = &mut self.neurons {
            neurons.push(record)?;
        }
        if let Some(bonds) = &mut self.bonds {
            bonds.push(record)?;
        }
        self.run.add(record);
        self.last.clear();
        self.last.add(record);
        for what in record.events.iter().take(MAX_EVENTS - self.events.len()) {
            self.events.push(PastEvent { epoch: record.epoch, what: what.clone() });
        }
        if self.plots {
            self.push_series(record);
            copy_rows(&mut self.last_weights, record.weights);
            copy_rows(&mut self.last_bonds, record.bonds);
        }
        Ok(())
    }

    /// Adds the epoch to the lines over time.
    fn push_series(&mut self, record: &EpochRecord<'_>) {
        let emission = |uid: usize| record.output.validator_emission[uid] as f64;
        let groups = &self.info.groups;
        let mut sums = vec![(0.0, 0.0); groups.len()];
        for (uid, neuron) in self.info.neurons.iter().enumerate() {
            if groups[neuron.group].role == Role::Validator && record.present[uid] {
                sums[neuron.group].0 += emission(uid);
                sums[neuron.group].1 += self.run.stake_rao(record, uid);
            }
        }
        self.group_series.push(sums);
        let all: f64 = (0..self.info.neurons.len()).map(emission).sum();
        if self.followed.series.epochs() == 0 {
            let uids = most_staked(&self.info, &self.run, record);
            self.followed = Followed { series: RatioSeries::new(uids.len(), MAX_BINS), uids };
        }
        let Followed { uids, series } = &mut self.followed;
        series.push(uids.iter().map(|uid| (emission(*uid), all)));
    }

    /// Closes the datasets.
    pub(crate) fn finish(&mut self, end: &RunEnd) -> Result<(), ReportError> {
        if let Some(neurons) = self.neurons.take() {
            neurons.finish()?;
        }
        if let Some(bonds) = self.bonds.take() {
            bonds.finish()?;
        }
        self.end = Some(end.clone());
        Ok(())
    }

    /// The recording and its end, if it has come.
    pub(crate) fn ended(mut self) -> Option<(Self, RunEnd)> {
        let end = self.end.take()?;
        Some((self, end))
    }

    /// What plots show of it.
    pub(crate) fn plot_input<'a>(
        &'a self,
        overrides: &'a [String],
        stake_in_bonds: bool,
    ) -> PlotInput<'a> {
        PlotInput {
            info: &self.info,
            overrides,
            run: &self.run,
            groups: &self.group_series,
            validators: &self.followed.series,
            validator_uids: &self.followed.uids,
            weights: self.last_weights.view(),
            bonds: self.last_bonds.view(),
            counting_stake: &self.last.counting_stake,
            stake_in_bonds,
            events: &self.events,
        }
    }
}

/// Validators to follow, in uid order.
fn most_staked(info: &RunInfo, totals: &Totals, record: &EpochRecord<'_>) -> Vec<usize> {
    let role = |uid: &usize| info.groups[info.neurons[*uid].group].role;
    let mut uids: Vec<usize> =
        (0..info.neurons.len()).filter(|uid| role(uid) == Role::Validator).collect();
    let stake = |uid: usize| totals.stake_rao(record, uid);
    uids.sort_by(|a, b| stake(*b).total_cmp(&stake(*a)).then(a.cmp(b)));
    uids.truncate(MAX_FOLLOWED);
    uids.sort_unstable();
    uids
}

fn copy_rows(to: &mut OwnedRows, rows: Rows<'_>) {
    to.clear();
    for row in 0..rows.len() {
        to.push_row(rows.row(row));
    }
}

/// Makes sure that every slice has one entry per neuron, so that nothing below can be out of
/// bounds.
fn check_lengths(record: &EpochRecord<'_>, expected: usize) -> Result<(), ReportError> {
    let out = record.output;
    let lengths = [
        ("present", record.present.len()),
        ("quality", record.quality.len()),
        ("score", record.score.len()),
        ("alpha_stake_rao", record.alpha_stake_rao.len()),
        ("tao_stake_rao", record.tao_stake_rao.len()),
        ("weights", record.weights.len()),
        ("bonds", record.bonds.len()),
        ("stake_weight", out.stake_weight.len()),
        ("consensus_bits", out.consensus_bits.len()),
        ("incentive_bits", out.incentive_bits.len()),
        ("dividends_bits", out.dividends_bits.len()),
        ("validator_trust_bits", out.validator_trust_bits.len()),
        ("server_emission", out.server_emission.len()),
        ("validator_emission", out.validator_emission.len()),
        ("new_validator_permit", out.new_validator_permit.len()),
        ("active", out.active.len()),
    ];
    match lengths.into_iter().find(|(_, found)| *found != expected) {
        Some((field, found)) => {
            Err(ReportError::Length { epoch: record.epoch, field, found, expected })
        }
        None => Ok(()),
    }
}
