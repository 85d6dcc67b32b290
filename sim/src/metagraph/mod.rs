//! Metagraphs of real subnets: who was registered, with what stake, weights and bonds.
//!
//! Read from JSON or `.npz`, under this project's field names or those of the Bittensor SDK's
//! metagraph. Everything is checked and turned into the chain's own encodings here, so that a
//! replay cannot fail on its input.

mod build;
mod error;
mod fields;
mod json;
mod matrix;
mod npz;

use std::path::Path;

use subsim_consensus::OwnedRows;

pub use error::MetagraphError;

/// A subnet at one block. Vectors have one entry per uid, at most 65,535.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metagraph {
    /// Name: the file's, without its extension.
    pub name: String,
    /// blake3 of the file, hex.
    pub hash: String,
    /// Number of the subnet.
    pub netuid: Option<u16>,
    /// Block at which it was taken.
    pub block: Option<u64>,
    /// Hotkeys; `uid-<uid>` when the file gives none.
    pub hotkeys: Vec<String>,
    /// Alpha stake in rao; the whole stake when the file does not tell the two kinds apart.
    pub alpha_stake_rao: Vec<u64>,
    /// Root TAO stake in rao.
    pub tao_stake_rao: Vec<u64>,
    /// Weight rows, in the file's order.
    pub weights: OwnedRows,
    /// Bond rows; empty ones when the file gives none.
    pub bonds: OwnedRows,
    /// Block of each neuron's last weight update.
    pub last_update: Option<Vec<u64>>,
    /// Block of each neuron's registration.
    pub block_at_registration: Option<Vec<u64>>,
    /// Who holds a validator permit.
    pub validator_permit: Option<Vec<bool>>,
}

impl Metagraph {
    /// Reads a metagraph file.
    ///
    /// | meaning | field names | value |
    /// |---|---|---|
    /// | hotkeys | `hotkeys` | texts; optional |
    /// | stake | `stake_tao`, `total_stake`, `stake`, `S` | tokens, dropped to whole rao |
    /// | both stakes | `alpha_stake`, `AS`; `tao_stake`, `TS` | tokens; preferred to the former |
    /// | weights | `weights`, `W` | rows |
    /// | bonds | `bonds`, `B` | rows; optional |
    /// | others | `block`, `netuid`, `n`, `uids`, `last_update`, `block_at_registration`, `validator_permit` | optional |
    ///
    /// Rows are dense (a value per neuron) or, in JSON, sparse (pairs of uid and value); there is
    /// one per neuron, or one per permit holder when `validator_permit` is given. Weights that are
    /// all whole numbers up to 65535 are taken as the chain stores them; others are scaled so that
    /// each row's largest is 65535. Bonds are whole numbers up to 65535, or shares of 1.
    ///
    /// # Errors
    /// When the file cannot be read, is not such a file, or says something impossible; the error
    /// names the file and the place.
    pub fn load(path: &Path) -> Result<Self, MetagraphError> {
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        let read = match extension.as_deref() {
            Some("json") => json::read,
            Some("npz") => npz::read,
            other => {
                let found = other.map_or_else(
                    || "its name has no extension".to_owned(),
                    |extension| format!("its name ends in .{extension}"),
                );
                return Err(MetagraphError::Extension { path: path.to_owned(), found });
            }
        };
        let bytes = std::fs::read(path)
            .map_err(|source| MetagraphError::Read { path: path.to_owned(), source })?;
        let fields = read(path, &bytes)?;
        let name = path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
        build::build(path, name, blake3::hash(&bytes).to_hex().to_string(), &fields)
    }

    /// Number of neurons.
    #[must_use]
    pub fn n(&self) -> usize {
        self.hotkeys.len()
    }
}

#[cfg(test)]
mod tests;
