//! Chains that begin where a real network stood: keys, stakes and balances of a genesis file, or
//! neurons, stakes and weights of a metagraph.
//!
//! Both become an [`Import`], which says which accounts there must be and puts everybody in place
//! in block 0. Files are read elsewhere: [`GenesisFile`] and [`crate::metagraph::Metagraph`].

mod genesis_file;
mod metagraph;
pub mod ss58;

use std::collections::BTreeMap;
use std::path::PathBuf;

use thiserror::Error;

use super::{AccountId, NetUid, ROOT, Row, SetupError, State};

pub use genesis_file::{GenesisFile, GenesisNeuron};

/// Why a chain cannot begin from a file.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not JSON, or JSON of another shape, or something in it that cannot be.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// Values that do not fit each other.
    #[error("{}: {place}: {message}", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// Field and indices, such as `neurons[3].uid`.
        place: String,
        /// What was found, and what is allowed.
        message: String,
    },
    /// A neuron cannot be put in place.
    #[error("uid {uid} ({hotkey}): {source}")]
    Seat {
        /// Its uid.
        uid: usize,
        /// Address of its hotkey.
        hotkey: String,
        /// Why.
        source: SetupError,
    },
}

/// A neuron to be put in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportedNeuron {
    /// Key of the hotkey.
    pub hotkey: [u8; 32],
    /// Key of its coldkey.
    pub coldkey: [u8; 32],
    /// Alpha stake.
    pub alpha_rao: u64,
    /// TAO staked on root.
    pub root_rao: u64,
}

/// Neurons of one subnet, and balances.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Import {
    /// Neurons by uid.
    pub neurons: Vec<ImportedNeuron>,
    /// Free TAO by key.
    pub balances: Vec<([u8; 32], u64)>,
    /// Weights by uid; empty when the file has none.
    pub weights: Vec<Row>,
    /// Bonds by uid; empty when the file has none.
    pub bonds: Vec<Row>,
    /// Validator permits by uid; `None` when the file does not say.
    pub permits: Option<Vec<bool>>,
}

impl Import {
    /// Keys of everybody in it with their free TAO, as [`State::genesis`] wants them.
    #[must_use]
    pub fn accounts(&self) -> BTreeMap<[u8; 32], u64> {
        let keys = self.neurons.iter().flat_map(|neuron| [neuron.hotkey, neuron.coldkey]);
        let mut accounts: BTreeMap<_, _> = keys.map(|key| (key, 0)).collect();
        for (key, rao) in &self.balances {
            let free: &mut u64 = accounts.entry(*key).or_default();
            *free = free.saturating_add(*rao);
        }
        accounts
    }

    /// TAO that comes with it: free, and staked on root.
    #[must_use]
    pub fn tao_rao(&self) -> u128 {
        let free = self.balances.iter().map(|(_, rao)| u128::from(*rao));
        let root = self.neurons.iter().map(|neuron| u128::from(neuron.root_rao));
        free.chain(root).sum()
    }

    /// Puts the neurons on a subnet of block 0 without any, with their stakes, weights, bonds and
    /// permits. Everybody counts as having just set their weights. Without permits in the file they
    /// are given by stake, as an epoch would.
    ///
    /// The state must know all [`Import::accounts`] and the subnet; it takes up to 65,535 neurons,
    /// whatever its limit of uids, which is raised to their number.
    ///
    /// # Errors
    /// When a hotkey cannot have its uid.
    ///
    /// # Panics
    /// When the state misses an account or the subnet.
    pub fn place(&self, state: &mut State, netuid: NetUid) -> Result<(), ImportError> {
        let count = u16::try_from(self.neurons.len()).unwrap_or(u16::MAX);
        let hyper = &mut state.live_mut(netuid).hyper;
        hyper.max_allowed_uids = hyper.max_allowed_uids.max(count);
        for (uid, neuron) in self.neurons.iter().enumerate() {
            let id = |key| -> AccountId { state.account_ids[key] };
            let (hotkey, coldkey) = (id(&neuron.hotkey), id(&neuron.coldkey));
            state.seat(netuid, hotkey, coldkey).map_err(|source| {
                let hotkey = ss58::encode(&neuron.hotkey);
                ImportError::Seat { uid, hotkey, source }
            })?;
            state.grant_stake(netuid, hotkey, coldkey, neuron.alpha_rao);
            state.grant_stake(ROOT, hotkey, coldkey, neuron.root_rao);
        }
        self.place_rows(state, netuid);
        match &self.permits {
            Some(permits) => state.live_mut(netuid).neurons.validator_permit.clone_from(permits),
            None => state.grant_first_permits(netuid),
        }
        Ok(())
    }

    fn place_rows(&self, state: &mut State, netuid: NetUid) {
        let mechanism = &mut state.live_mut(netuid).mechanisms[0];
        if !self.weights.is_empty() {
            mechanism.weights.clone_from(&self.weights);
        }
        if !self.bonds.is_empty() {
            mechanism.bonds.clone_from(&self.bonds);
        }
        for (row, last_update) in mechanism.weights.iter().zip(&mut mechanism.last_update) {
            if !row.is_empty() {
                // Weights count for neurons that registered before they were set.
                *last_update += 1;
            }
        }
    }
}

/// A key for somebody whom a file does not name.
fn derived_key(purpose: &str, name: &str) -> [u8; 32] {
    blake3::derive_key(purpose, name.as_bytes())
}
