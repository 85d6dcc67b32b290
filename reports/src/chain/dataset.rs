//! What the datasets of a run of the chain have in common: buffered rows, a file, and the names
//! that stand in for accounts and subnets.

use std::path::Path;

use polars::prelude::Column;
use subsim_sim::chain::{AccountId, NetUid, ROOT};
use subsim_sim::{ChainGroup, ChainInfo, Directory, Role};

use crate::ReportError;
use crate::sink::{ROWS_PER_GROUP, Sink};

/// Who is who: names and groups of accounts, names of subnets. Grows with the directory of the run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    pub(crate) directory: Directory,
    pub(crate) groups: Vec<ChainGroup>,
    subnets: Vec<String>,
}

impl Names {
    pub(crate) fn new(info: &ChainInfo, directory: &Directory) -> Self {
        Self {
            directory: directory.clone(),
            groups: info.groups.clone(),
            subnets: info.subnets.clone(),
        }
    }

    /// Takes over accounts that are new in the directory; known ones keep their names.
    pub(crate) fn learn(&mut self, directory: &Directory) {
        let known = self.directory.names.len();
        if directory.names.len() > known {
            self.directory.names.extend_from_slice(&directory.names[known..]);
            self.directory.groups.extend_from_slice(&directory.groups[known..]);
            self.directory.is_hotkey.extend_from_slice(&directory.is_hotkey[known..]);
        }
    }

    /// Name of an account; one that the directory lacks is called by its number.
    pub(crate) fn account(&self, id: AccountId) -> String {
        self.directory.names.get(id.index()).cloned().unwrap_or_else(|| format!("account-{}", id.0))
    }

    /// Place of an account's group; accounts without one belong to the last, the others.
    pub(crate) fn group_of(&self, id: AccountId) -> usize {
        let others = self.groups.len().saturating_sub(1);
        self.directory.groups.get(id.index()).copied().unwrap_or(others).min(others)
    }

    /// Name of an account's group.
    pub(crate) fn group(&self, id: AccountId) -> &str {
        self.groups.get(self.group_of(id)).map_or("", |group| group.name.as_str())
    }

    /// Role of an account's group.
    pub(crate) fn role(&self, id: AccountId) -> Option<Role> {
        self.groups.get(self.group_of(id))?.role
    }

    /// Name of a subnet; those founded during the run are called by their number.
    pub(crate) fn subnet(&self, netuid: NetUid) -> String {
        if netuid == ROOT {
            return "root".to_owned();
        }
        let known = self.subnets.get(usize::from(netuid) - 1);
        known.cloned().unwrap_or_else(|| format!("subnet-{netuid}"))
    }

    /// Number of a subnet by its name.
    pub(crate) fn netuid(&self, name: &str) -> Option<NetUid> {
        let place = self.subnets.iter().position(|subnet| subnet == name)?;
        NetUid::try_from(place + 1).ok()
    }
}

/// Buffered rows of a dataset, a vector per column.
pub(crate) trait Rows: Default {
    /// Name of the file.
    const FILE: &'static str;

    /// Number of rows in the buffer.
    fn len(&self) -> usize;

    /// Empties the buffer into columns, in the order of the file.
    fn take(&mut self, names: &Names) -> Vec<Column>;
}

/// A Parquet file under construction.
pub(crate) struct Dataset<R> {
    sink: Sink,
    rows: R,
}

impl<R: Rows> Dataset<R> {
    /// Starts the file in `folder`.
    pub(crate) fn create(folder: &Path) -> Result<Self, ReportError> {
        let mut rows = R::default();
        let sink = Sink::create(folder, R::FILE, &rows.take(&Names::default()))?;
        Ok(Self { sink, rows })
    }

    /// Adds one row through `add`, and writes a row group when the buffer is full.
    pub(crate) fn push(
        &mut self,
        names: &Names,
        add: impl FnOnce(&mut R),
    ) -> Result<(), ReportError> {
        add(&mut self.rows);
        if self.rows.len() >= ROWS_PER_GROUP {
            self.sink.write(self.rows.take(names))?;
        }
        Ok(())
    }

    /// Writes what is buffered and the footer.
    pub(crate) fn finish(mut self, names: &Names) -> Result<(), ReportError> {
        self.sink.write(self.rows.take(names))?;
        self.sink.finish()
    }
}
