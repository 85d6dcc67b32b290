//! The datasets of a run: `neurons.parquet` and `bonds.parquet`, streamed through polars.
//!
//! Rows are buffered column by column and written as a row group whenever the buffer is full, so
//! memory does not depend on the number of epochs. Row groups have a fixed number of rows and
//! columns are written in order: the same run gives the same bytes whatever the number of threads.

use std::iter::repeat_n;
use std::ops::Range;
use std::path::Path;

use polars::prelude::Column;
use subsim_sim::{EpochRecord, RunInfo};

use crate::ReportError;
use crate::sink::{ROWS_PER_GROUP, Sink, bools, f64s, maybe_f64s, strings, u16s, u32s, u64s};

/// Name of the dataset with one row per neuron and epoch.
pub const NEURONS: &str = "neurons.parquet";
/// Name of the dataset with one row per bond and epoch.
pub const BONDS: &str = "bonds.parquet";

/// 1.0 in I32F32.
const I32F32_ONE: f64 = 4_294_967_296.0;

/// Raw I32F32 bits as a number: exact for magnitudes below 2^21, which every share is.
#[must_use]
pub fn from_bits(bits: i64) -> f64 {
    bits as f64 / I32F32_ONE
}

/// Buffered rows of `neurons.parquet`, a vector per column.
#[derive(Default)]
struct NeuronRows {
    epoch: Vec<u32>,
    block: Vec<u64>,
    uid: Vec<u16>,
    present: Vec<bool>,
    quality: Vec<f64>,
    score: Vec<f64>,
    alpha_stake_rao: Vec<u64>,
    tao_stake_rao: Vec<u64>,
    stake: Vec<f64>,
    consensus: Vec<f64>,
    incentive: Vec<f64>,
    dividend: Vec<f64>,
    validator_trust: Vec<f64>,
    server_emission_rao: Vec<u64>,
    validator_emission_rao: Vec<u64>,
    emission_rao: Vec<u64>,
    validator_permit: Vec<bool>,
    active: Vec<bool>,
}

impl NeuronRows {
    fn push(&mut self, record: &EpochRecord<'_>, epoch: u32, uids: Range<usize>) {
        let out = record.output;
        let shares = |bits: &[i64]| -> Vec<f64> {
            bits[uids.clone()].iter().map(|bits| from_bits(*bits)).collect()
        };
        self.epoch.extend(repeat_n(epoch, uids.len()));
        self.block.extend(repeat_n(record.block, uids.len()));
        self.uid.extend(uids.clone().map(|uid| uid as u16));
        self.present.extend_from_slice(&record.present[uids.clone()]);
        self.quality.extend_from_slice(&record.quality[uids.clone()]);
        self.score.extend_from_slice(&record.score[uids.clone()]);
        self.alpha_stake_rao.extend_from_slice(&record.alpha_stake_rao[uids.clone()]);
        self.tao_stake_rao.extend_from_slice(&record.tao_stake_rao[uids.clone()]);
        let stake = &out.stake_weight[uids.clone()];
        self.stake.extend(stake.iter().map(|weight| f64::from(*weight) / 65535.0));
        self.consensus.extend(shares(&out.consensus_bits));
        self.incentive.extend(shares(&out.incentive_bits));
        self.dividend.extend(shares(&out.dividends_bits));
        self.validator_trust.extend(shares(&out.validator_trust_bits));
        let server = &out.server_emission[uids.clone()];
        let validator = &out.validator_emission[uids.clone()];
        self.server_emission_rao.extend_from_slice(server);
        self.validator_emission_rao.extend_from_slice(validator);
        self.emission_rao.extend(server.iter().zip(validator).map(|(s, v)| s.saturating_add(*v)));
        self.validator_permit.extend_from_slice(&out.new_validator_permit[uids.clone()]);
        self.active.extend_from_slice(&out.active[uids]);
    }

    /// Empties the buffer into columns, in the order of the file.
    fn take(&mut self, groups: &[GroupNames]) -> Vec<Column> {
        let names = |name: &'static str, pick: fn(&GroupNames) -> &str| {
            let texts = self.uid.iter().map(|uid| groups.get(usize::from(*uid)).map_or("", pick));
            strings(name, texts)
        };
        let group = names("group", |names| &names.group);
        let role = names("role", |names| names.role);
        vec![
            u32s("epoch", &mut self.epoch),
            u64s("block", &mut self.block),
            u16s("uid", &mut self.uid),
            group,
            role,
            bools("present", &mut self.present),
            maybe_f64s("quality", &mut self.quality),
            maybe_f64s("score", &mut self.score),
            u64s("alpha_stake_rao", &mut self.alpha_stake_rao),
            u64s("tao_stake_rao", &mut self.tao_stake_rao),
            f64s("stake", &mut self.stake),
            f64s("consensus", &mut self.consensus),
            f64s("incentive", &mut self.incentive),
            f64s("dividend", &mut self.dividend),
            f64s("validator_trust", &mut self.validator_trust),
            u64s("server_emission_rao", &mut self.server_emission_rao),
            u64s("validator_emission_rao", &mut self.validator_emission_rao),
            u64s("emission_rao", &mut self.emission_rao),
            bools("validator_permit", &mut self.validator_permit),
            bools("active", &mut self.active),
        ]
    }
}

/// What the group and role columns say about a uid.
struct GroupNames {
    group: String,
    role: &'static str,
}

/// Writes `neurons.parquet`.
pub struct NeuronDataset {
    sink: Sink,
    rows: NeuronRows,
    by_uid: Vec<GroupNames>,
}

impl NeuronDataset {
    /// Starts the file in `folder`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn create(folder: &Path, info: &RunInfo) -> Result<Self, ReportError> {
        let groups = info.neurons.iter().map(|neuron| &info.groups[neuron.group]);
        let by_uid = groups
            .map(|group| GroupNames { group: group.name.clone(), role: group.role.name() })
            .collect();
        let mut rows = NeuronRows::default();
        let sink = Sink::create(folder, NEURONS, &rows.take(&[]))?;
        Ok(Self { sink, rows, by_uid })
    }

    /// Adds the rows of one epoch, one per neuron in uid order. Every slice of the record must
    /// have one entry per neuron.
    ///
    /// # Errors
    /// When the epoch does not fit into its column, or a row group cannot be written.
    pub fn push(&mut self, record: &EpochRecord<'_>) -> Result<(), ReportError> {
        let epoch = column_epoch(record.epoch)?;
        let mut start = 0;
        while start < self.by_uid.len() {
            let room = ROWS_PER_GROUP - self.rows.uid.len();
            let end = self.by_uid.len().min(start + room);
            self.rows.push(record, epoch, start..end);
            start = end;
            if self.rows.uid.len() == ROWS_PER_GROUP {
                self.sink.write(self.rows.take(&self.by_uid))?;
            }
        }
        Ok(())
    }

    /// Writes what is buffered and the footer.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self) -> Result<(), ReportError> {
        self.sink.write(self.rows.take(&self.by_uid))?;
        self.sink.finish()
    }
}

fn column_epoch(epoch: u64) -> Result<u32, ReportError> {
    u32::try_from(epoch).map_err(|_| ReportError::EpochTooLarge { epoch })
}

/// Buffered rows of `bonds.parquet`.
#[derive(Default)]
struct BondRows {
    epoch: Vec<u32>,
    validator_uid: Vec<u16>,
    uid: Vec<u16>,
    bond: Vec<u16>,
}

impl BondRows {
    fn take(&mut self) -> Vec<Column> {
        vec![
            u32s("epoch", &mut self.epoch),
            u16s("validator_uid", &mut self.validator_uid),
            u16s("uid", &mut self.uid),
            u16s("bond", &mut self.bond),
        ]
    }
}

/// Writes `bonds.parquet`: one row per stored bond above zero, validators in uid order.
pub struct BondDataset {
    sink: Sink,
    rows: BondRows,
}

impl BondDataset {
    /// Starts the file in `folder`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn create(folder: &Path) -> Result<Self, ReportError> {
        let mut rows = BondRows::default();
        let sink = Sink::create(folder, BONDS, &rows.take())?;
        Ok(Self { sink, rows })
    }

    /// Adds the bonds stored after one epoch.
    ///
    /// # Errors
    /// When the epoch does not fit into its column, or a row group cannot be written.
    pub fn push(&mut self, record: &EpochRecord<'_>) -> Result<(), ReportError> {
        let epoch = column_epoch(record.epoch)?;
        for validator in 0..record.bonds.len() {
            for (uid, bond) in record.bonds.row(validator).filter(|(_, bond)| *bond > 0) {
                self.rows.epoch.push(epoch);
                self.rows.validator_uid.push(validator as u16);
                self.rows.uid.push(uid);
                self.rows.bond.push(bond);
                if self.rows.uid.len() == ROWS_PER_GROUP {
                    self.sink.write(self.rows.take())?;
                }
            }
        }
        Ok(())
    }

    /// Writes what is buffered and the footer.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self) -> Result<(), ReportError> {
        self.sink.write(self.rows.take())?;
        self.sink.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_become_exact_shares() {
        assert_eq!(from_bits(1 << 32), 1.0);
        assert_eq!(from_bits(1), 2.0_f64.powi(-32));
        assert_eq!(from_bits((1 << 32) - 1), 1.0 - 2.0_f64.powi(-32));
    }

    #[test]
    fn empty_datasets_keep_their_columns() {
        use polars::prelude::{ParquetReader, SerReader};
        let folder = tempfile::tempdir().unwrap();
        BondDataset::create(folder.path()).unwrap().finish().unwrap();
        let file = std::fs::File::open(folder.path().join(BONDS)).unwrap();
        let frame = ParquetReader::new(file).finish().unwrap();
        assert_eq!(frame.height(), 0);
        assert_eq!(frame.get_column_names(), ["epoch", "validator_uid", "uid", "bond"]);
    }
}
