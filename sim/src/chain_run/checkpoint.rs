//! A run put aside after a block, to go on from later: the chain's state, what agents remember, and
//! the digest so far, in one file with a checksum.

use thiserror::Error;

use crate::chain::{Encode, Reader, SnapshotError, State};
use crate::run::RunError;

use super::changes::change_cast;
use super::fold::Fold;
use super::memory::Memory;
use super::{Run, cast::Members};

/// First bytes: name and version of the layout.
const HEADER: &[u8; 16] = b"subsim run\0\0\0\0\0\x01";
/// Bytes of the checksum at the end.
const CHECKSUM: usize = 32;

/// A run after a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    scenario_hash: [u8; 32],
    state: State,
    memory: Memory,
    folded: [u8; 32],
    epochs: u64,
    minted_rao: u64,
    broken_calls: Vec<Vec<u8>>,
    tao_emitted_rao: Vec<u128>,
    /// Calls since the latest recorded block, and how many were refused.
    calls: (u64, u64),
}

/// Why a checkpoint cannot be read or gone on from.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// Other bytes at the beginning than a checkpoint of this version has.
    #[error("not a checkpoint of subsim, or one of another version")]
    Header,
    /// The checksum at the end is not that of the bytes.
    #[error("the checkpoint is damaged: its checksum is wrong")]
    Checksum,
    /// The contents are not what a checkpoint holds.
    #[error("the checkpoint is damaged: {0}")]
    Contents(#[from] SnapshotError),
    /// It was made by a run of another scenario.
    #[error(
        "the checkpoint belongs to another scenario: it was made with hash {found}, this one has {expected}"
    )]
    Scenario {
        /// Hash in the checkpoint.
        found: String,
        /// Hash of the scenario.
        expected: String,
    },
    /// Its agents are not those of the scenario.
    #[error("the checkpoint's agents are not those of the scenario")]
    Agents,
}

impl Checkpoint {
    /// The block after which it was made.
    #[must_use]
    pub fn block(&self) -> u64 {
        self.state.block
    }

    /// Hash of the scenario that made it, hex.
    #[must_use]
    pub fn scenario_hash(&self) -> String {
        blake3::Hash::from(self.scenario_hash).to_hex().to_string()
    }

    /// The state of the chain.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// As bytes, for a file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = HEADER.to_vec();
        self.scenario_hash.put(&mut out);
        let state = self.state.to_bytes();
        (state.len() as u64).put(&mut out);
        out.extend_from_slice(&state);
        self.memory.put(&mut out);
        self.folded.put(&mut out);
        (self.epochs, self.minted_rao).put(&mut out);
        self.broken_calls.put(&mut out);
        self.tao_emitted_rao.put(&mut out);
        self.calls.put(&mut out);
        let checksum = blake3::hash(&out);
        out.extend_from_slice(checksum.as_bytes());
        out
    }

    /// From the bytes of a file.
    ///
    /// # Errors
    /// When the bytes are no checkpoint, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        if !bytes.starts_with(HEADER) {
            return Err(CheckpointError::Header);
        }
        let end = bytes.len().checked_sub(CHECKSUM).filter(|end| *end >= HEADER.len());
        let (contents, checksum) = bytes.split_at(end.ok_or(CheckpointError::Checksum)?);
        if blake3::hash(contents).as_bytes() != checksum {
            return Err(CheckpointError::Checksum);
        }
        Ok(Self::read(&mut Reader::new(&contents[HEADER.len()..]))?)
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
        let scenario_hash = Encode::get(from)?;
        let length = u64::get(from)?;
        let state = State::from_bytes(from.slice(length)?)?;
        let memory = Encode::get(from)?;
        let folded = Encode::get(from)?;
        let (epochs, minted_rao) = Encode::get(from)?;
        let broken_calls = Encode::get(from)?;
        let tao_emitted_rao = Encode::get(from)?;
        let calls = Encode::get(from)?;
        if from.at != from.bytes.len() {
            return from.invalid("the end");
        }
        Ok(Self {
            scenario_hash,
            state,
            memory,
            folded,
            epochs,
            minted_rao,
            broken_calls,
            tao_emitted_rao,
            calls,
        })
    }
}

impl Run<'_> {
    /// The run as it stands after a block.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            scenario_hash: hash_bytes(&self.info.scenario_hash),
            state: self.state.clone(),
            memory: Memory::of(&self.cast),
            folded: self.fold.folded(),
            epochs: self.fold.epochs(),
            minted_rao: self.minted_rao,
            broken_calls: self.broken_calls.iter().map(|text| text.clone().into_bytes()).collect(),
            tao_emitted_rao: self.tao_emitted_rao.clone(),
            calls: (self.calls, self.refused),
        }
    }

    /// Goes on from a checkpoint; the run must not have begun.
    pub fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), RunError> {
        let (found, expected) = (checkpoint.scenario_hash(), self.info.scenario_hash.clone());
        if found != expected {
            return Err(CheckpointError::Scenario { found, expected }.into());
        }
        if !checkpoint.memory.fits(&self.cast) {
            return Err(CheckpointError::Agents.into());
        }
        self.state = checkpoint.state.clone();
        let block = self.state.block;
        self.info.first_block = block;
        self.next_start = self.starts.partition_point(|(at, _)| *at <= block);
        self.next_call = self.scenario.calls.partition_point(|call| call.at_block <= block);
        self.next_event = self.scenario.events.partition_point(|event| event.at_block <= block);
        let scenario = self.scenario;
        for event in &scenario.events[..self.next_event] {
            change_cast(&mut self.cast, event);
            let members = event.group.as_ref().and_then(|name| self.cast.group(name)).cloned();
            if let (Some(behaviour), Some(Members::Validators(range))) = (&event.behaviour, members)
            {
                // Since when they behave so is part of their memory.
                for agent in &mut self.cast.validators[range] {
                    agent.behave(behaviour.clone(), 0);
                }
            }
        }
        self.cast.stages.iter_mut().for_each(|stage| stage.refresh(&self.state));
        self.calendar = checkpoint.memory.recall(&mut self.cast);
        self.fold = Fold::resume(checkpoint.folded, checkpoint.epochs);
        self.minted_rao = checkpoint.minted_rao;
        self.tao_emitted_rao.clone_from(&checkpoint.tao_emitted_rao);
        (self.calls, self.refused) = checkpoint.calls;
        let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
        self.broken_calls = checkpoint.broken_calls.iter().map(text).collect();
        let netuids: Vec<_> = self.state.netuids().collect();
        netuids.into_iter().for_each(|netuid| self.note_owner(netuid));
        let others = self.info.groups.len() - 1;
        super::directory::extend(&mut self.directory, others, &self.state);
        Ok(())
    }
}

/// Bytes of a hash in hex.
fn hash_bytes(hex: &str) -> [u8; 32] {
    blake3::Hash::from_hex(hex).map_or([0; 32], |hash| *hash.as_bytes())
}
