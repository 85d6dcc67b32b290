//! What a run of the chain tells the outside: who takes part, what each block did, what every call
//! came to, what each epoch paid, how it ended.
//!
//! As with [`crate::recorder`], a recorder only looks, and its error ends the run. Records borrow
//! from the running simulation; amounts are rao.

use crate::chain::{Call, CallError, NetUid, Origin, Pending, State};
use crate::recorder::{RecordResult, Role};

/// What stands before block 1.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainInfo {
    /// Name of the scenario.
    pub scenario: String,
    /// Its title.
    pub title: Option<String>,
    /// The question it asks.
    pub question: Option<String>,
    /// Seed of every random stream.
    pub seed: u64,
    /// Blocks to run in all.
    pub blocks: u64,
    /// Block after which this run starts: 0, or where an imported checkpoint was taken.
    pub first_block: u64,
    /// blake3 of the scenario, hex.
    pub scenario_hash: String,
    /// Groups: validators, then miners, then accounts, each in file order, then `others` for
    /// everybody else (owners without a group, imported keys, pots).
    pub groups: Vec<ChainGroup>,
    /// Names of the subnets that exist at the start, by netuid from 1.
    pub subnets: Vec<String>,
    /// Blocks between two recorded rows per subnet.
    pub record_every_blocks: u64,
}

/// A group of keys.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainGroup {
    /// Name.
    pub name: String,
    /// Role of its neurons; `None` for accounts and others.
    pub role: Option<Role>,
    /// Whether its validators score honestly at the start.
    pub honest: bool,
    /// How it behaves, in one word.
    pub behaviour: String,
    /// Its subnet; `None` for accounts and others.
    pub netuid: Option<NetUid>,
    /// Running costs of the whole group, rao per block.
    pub cost_rao_per_block: f64,
}

/// Names and groups of accounts, by [`crate::chain::AccountId`]. It grows while a run goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// Name of each account; hotkeys and coldkeys of one neuron share theirs.
    pub names: Vec<String>,
    /// Its group's place in [`ChainInfo::groups`].
    pub groups: Vec<usize>,
    /// Whether it is a hotkey by the scenario.
    pub is_hotkey: Vec<bool>,
}

/// A block that is over: its own step and its calls. The last block of a run is always recorded.
#[derive(Debug, Clone, Copy)]
pub struct BlockRecord<'a> {
    /// The state after the block; `state.block` is its number.
    pub state: &'a State,
    /// TAO that the block minted.
    pub minted_rao: u64,
    /// TAO that emission has put into each subnet since the run began, by netuid: into its reserve,
    /// and to buy its alpha with. Shorter than the list of subnets when the last ones got nothing.
    pub tao_emitted_rao: &'a [u128],
    /// Calls made since the block recorded before.
    pub calls: u64,
    /// Of these, refused.
    pub refused: u64,
    /// Names and groups.
    pub directory: &'a Directory,
}

/// A call and what came of it.
#[derive(Debug, Clone, Copy)]
pub struct CallRecord<'a> {
    /// The block.
    pub block: u64,
    /// Who made it.
    pub origin: Origin,
    /// The call.
    pub call: &'a Call,
    /// What came of it.
    pub result: Result<(), CallError>,
    /// Names and groups.
    pub directory: &'a Directory,
}

/// Something that happened and is worth a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainHappening {
    /// The block.
    pub block: u64,
    /// Subnet, if it is about one.
    pub netuid: Option<NetUid>,
    /// In one word: `registered`, `pruned`, `epoch`, `deferred`, `halving`, `network_registered`,
    /// `network_dissolved`, `owner_changed`, `hyperparameters`, `group_changed`.
    pub kind: &'static str,
    /// uid, if it is about one.
    pub uid: Option<u16>,
    /// Account, if it is about one.
    pub account: Option<crate::chain::AccountId>,
    /// Amount in rao, if there is one: the burn paid, the emission of an epoch.
    pub rao: Option<u64>,
    /// One phrase.
    pub text: String,
}

/// An epoch of a subnet that paid out. Slices have one entry per uid.
#[derive(Debug, Clone, Copy)]
pub struct ChainEpochRecord<'a> {
    /// The state after the block's own step, before its calls.
    pub state: &'a State,
    /// The subnet.
    pub netuid: NetUid,
    /// Count of this subnet's epochs, from 0.
    pub epoch: u64,
    /// Alpha that miners earned, by uid (what the owner's own earned was withheld).
    pub incentive_rao: &'a [u64],
    /// Alpha that validators and their nominators earned, by uid.
    pub dividend_rao: &'a [u64],
    /// What the epoch paid out, in all: for miners, validators, root and the owner.
    pub pending: &'a Pending,
    /// The hotkeys of the neurons.
    pub hotkeys: &'a [crate::chain::AccountId],
    /// True quality, NaN for who is no miner of the scenario.
    pub quality: &'a [f64],
    /// Names and groups.
    pub directory: &'a Directory,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainEnd {
    /// Last block that ran to its end.
    pub last_block: u64,
    /// Epochs that paid out.
    pub epochs: u64,
    /// Whether the run was stopped before its last block.
    pub cancelled: bool,
    /// Digest of the state at the end folded with that of every epoch, hex.
    pub digest: String,
    /// Planned calls that ended otherwise than the scenario says, one phrase each.
    pub broken_calls: Vec<String>,
}

/// Whoever wants to know what happens on the chain. All methods but the first and the last may be
/// called any number of times, in the order of things.
pub trait ChainRecorder {
    /// Before block 1.
    ///
    /// # Errors
    /// Whatever keeps the recorder from recording; the run ends with it.
    fn start(&mut self, info: &ChainInfo, state: &State, directory: &Directory) -> RecordResult;

    /// After a block that is recorded.
    ///
    /// # Errors
    /// As above.
    fn block(&mut self, record: &BlockRecord<'_>) -> RecordResult;

    /// After a call.
    ///
    /// # Errors
    /// As above.
    fn call(&mut self, record: &CallRecord<'_>) -> RecordResult;

    /// When something happened.
    ///
    /// # Errors
    /// As above.
    fn happening(&mut self, happening: &ChainHappening, directory: &Directory) -> RecordResult;

    /// After an epoch paid out.
    ///
    /// # Errors
    /// As above.
    fn epoch(&mut self, record: &ChainEpochRecord<'_>) -> RecordResult;

    /// After the last block, or after the run was cancelled.
    ///
    /// # Errors
    /// As above.
    fn finish(&mut self, end: &ChainEnd, state: &State, directory: &Directory) -> RecordResult;
}

/// Nobody wants to know.
impl ChainRecorder for () {
    fn start(&mut self, _: &ChainInfo, _: &State, _: &Directory) -> RecordResult {
        Ok(())
    }

    fn block(&mut self, _: &BlockRecord<'_>) -> RecordResult {
        Ok(())
    }

    fn call(&mut self, _: &CallRecord<'_>) -> RecordResult {
        Ok(())
    }

    fn happening(&mut self, _: &ChainHappening, _: &Directory) -> RecordResult {
        Ok(())
    }

    fn epoch(&mut self, _: &ChainEpochRecord<'_>) -> RecordResult {
        Ok(())
    }

    fn finish(&mut self, _: &ChainEnd, _: &State, _: &Directory) -> RecordResult {
        Ok(())
    }
}
