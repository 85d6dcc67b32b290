//! What a run tells the outside: who takes part, what each epoch decided, how it ended.
//!
//! The simulator calls a [`Recorder`]; whoever writes datasets, plots or tables implements it. A
//! recorder only looks: it cannot change the run, but its error ends it.

use subsim_consensus::{EpochOutput, Rows};

/// What a neuron is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Serves, and earns incentive.
    Miner,
    /// Sets weights, and earns dividends.
    Validator,
}

impl Role {
    /// The role as a word: `miner` or `validator`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Miner => "miner",
            Self::Validator => "validator",
        }
    }
}

/// A group of neurons that play by the same rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupInfo {
    /// Name, unique in the run.
    pub name: String,
    /// What its neurons are for.
    pub role: Role,
    /// How its validators set weights at the start of the run, `miner` for miners, `replay` for
    /// neurons taken from a metagraph.
    pub behaviour: String,
    /// Whether its validators score honestly at the start of the run: the yardstick for dividends.
    pub honest: bool,
}

/// One neuron; its uid is its place in [`RunInfo::neurons`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeuronInfo {
    /// Name of its hotkey.
    pub hotkey: String,
    /// Index of its group in [`RunInfo::groups`].
    pub group: usize,
}

/// What stands before the first epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunInfo {
    /// Name of the scenario.
    pub scenario: String,
    /// Its title.
    pub title: Option<String>,
    /// The question it asks.
    pub question: Option<String>,
    /// Seed of every random stream.
    pub seed: u64,
    /// Number of epochs to run.
    pub epochs: u64,
    /// blake3 of the effective scenario, hex.
    pub scenario_hash: String,
    /// All groups, validators first, in file order.
    pub groups: Vec<GroupInfo>,
    /// All neurons by uid.
    pub neurons: Vec<NeuronInfo>,
    /// Whether bonds should be recorded.
    pub record_bonds: bool,
}

/// One epoch, borrowed from the running simulation. Slices have one entry per uid.
#[derive(Debug, Clone, Copy)]
pub struct EpochRecord<'a> {
    /// Epoch, from 0.
    pub epoch: u64,
    /// Block in which it ran.
    pub block: u64,
    /// Blocks between epochs.
    pub tempo_blocks: u64,
    /// Emission shared by miners and validators in this epoch, in rao.
    pub emission_rao: u64,
    /// Who is on the subnet.
    pub present: &'a [bool],
    /// This epoch's true quality, NaN for validators and absent miners.
    pub quality: &'a [f64],
    /// Stake-weighted mean of the permitted validators' scores, NaN when nobody scored.
    pub score: &'a [f64],
    /// Alpha stake, in rao.
    pub alpha_stake_rao: &'a [u64],
    /// Root TAO stake, in rao.
    pub tao_stake_rao: &'a [u64],
    /// What the consensus decided.
    pub output: &'a EpochOutput,
    /// The weight rows the epoch used.
    pub weights: Rows<'a>,
    /// The bonds stored after the epoch.
    pub bonds: Rows<'a>,
    /// What happened at its start, one phrase each.
    pub events: &'a [String],
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEnd {
    /// Epochs that ran to their end.
    pub epochs_done: u64,
    /// Whether the run was stopped before its last epoch.
    pub cancelled: bool,
    /// State digest folded over all epochs, hex.
    pub digest: String,
}

/// What a recorder answers; an error ends the run.
pub type RecordResult = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// Whoever wants to know what happens: called once at the start, once per epoch in order, and once
/// at the end, also when the run was cancelled (but not when it failed).
pub trait Recorder {
    /// Before the first epoch.
    ///
    /// # Errors
    /// Whatever keeps the recorder from recording; the run ends with it.
    fn start(&mut self, info: &RunInfo) -> RecordResult;

    /// After each epoch.
    ///
    /// # Errors
    /// Whatever keeps the recorder from recording; the run ends with it.
    fn epoch(&mut self, record: &EpochRecord<'_>) -> RecordResult;

    /// After the last epoch, or after the run was cancelled.
    ///
    /// # Errors
    /// Whatever keeps the recorder from recording; the run fails with it.
    fn finish(&mut self, end: &RunEnd) -> RecordResult;
}
