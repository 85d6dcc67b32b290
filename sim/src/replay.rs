//! Replaying a real subnet: its metagraph, epoch after epoch, under rules of one's choice.
//!
//! Weights, stakes and registrations stay as they were; permits and bonds follow from epoch to
//! epoch. What changes is only what the consensus makes of them.

use rayon::ThreadPool;
use subsim_consensus::{EpochError, EpochOutput, Rows};

use crate::metagraph::Metagraph;
use crate::recorder::{EpochRecord, GroupInfo, NeuronInfo, Recorder, Role, RunEnd, RunInfo};
use crate::rows::RowBuffer;
use crate::run::{Model, RunControl, RunError, drive};
use crate::scenario::BondRule;
use crate::subnet::SubnetState;

mod options;

pub use options::{Assumption, ReplayOptions};

/// Runs epochs on a metagraph.
///
/// The first epoch is at the metagraph's block (one tempo, when it gives none). A neuron's last
/// update keeps its distance from the current block, so whoever was active stays active; it is the
/// block before when the metagraph does not say. Permits, when the metagraph does not say, are
/// those that one epoch would give.
///
/// # Errors
/// As [`crate::run()`].
pub fn replay(
    metagraph: &Metagraph,
    options: &ReplayOptions,
    recorder: &mut dyn Recorder,
    control: &RunControl<'_>,
) -> Result<RunEnd, RunError> {
    let mut model =
        Replay::new(metagraph, options).map_err(|source| RunError::Epoch { epoch: 0, source })?;
    drive(&mut model, options.epochs, control.threads, recorder, control)
}

/// A metagraph in motion.
struct Replay<'a> {
    metagraph: &'a Metagraph,
    options: &'a ReplayOptions,
    state: SubnetState,
    /// Blocks from each neuron's last update to the epoch.
    update_age_blocks: Vec<u64>,
    /// NaN for everybody: nothing is known of quality here.
    unknown: Vec<f64>,
}

impl<'a> Replay<'a> {
    fn new(metagraph: &'a Metagraph, options: &'a ReplayOptions) -> Result<Self, EpochError> {
        let n = metagraph.n();
        let tempo = options.subnet.tempo_blocks;
        let first_block = metagraph.block.unwrap_or(tempo).max(tempo);
        let mut state = SubnetState::new(n, options.subnet.clone(), first_block - tempo);
        state.last_step_block = first_block - tempo;
        for uid in 0..n {
            state.register(uid, metagraph.block_at_registration.as_ref().map_or(0, |b| b[uid]));
        }
        state.alpha_stake_rao.copy_from_slice(&metagraph.alpha_stake_rao);
        state.tao_stake_rao.copy_from_slice(&metagraph.tao_stake_rao);
        state.weights = rows_of(metagraph.weights.view());
        state.bonds = rows_of(metagraph.bonds.view());
        match &metagraph.validator_permit {
            Some(permits) => state.validator_permit.copy_from_slice(permits),
            None => state.grant_first_permits(None)?,
        }
        let age = |updated: &u64| first_block.saturating_sub(*updated);
        let update_age_blocks = match &metagraph.last_update {
            Some(last_update) => last_update.iter().map(age).collect(),
            None => vec![1; n],
        };
        Ok(Self { metagraph, options, state, update_age_blocks, unknown: vec![f64::NAN; n] })
    }

    /// Whether a neuron acts as a validator: it may set weights, or did.
    fn is_validator(&self, uid: usize) -> bool {
        let permitted = match &self.metagraph.validator_permit {
            Some(permits) => permits[uid],
            // Before the first epoch, which is when this is asked.
            None => self.state.validator_permit[uid],
        };
        permitted || self.metagraph.weights.view().row(uid).len() > 0
    }

    fn title(&self) -> String {
        let subnet = match self.metagraph.netuid {
            Some(netuid) => format!("Subnet {netuid}"),
            None => self.metagraph.name.clone(),
        };
        let block = self.metagraph.block.map_or_else(String::new, |b| format!(" at block {b}"));
        let liquid = if self.options.subnet.liquid_alpha { " with liquid alpha" } else { "" };
        let rule = match self.options.subnet.bond_rule {
            BondRule::Yuma2 => "Yuma 2",
            BondRule::Yuma3 => "Yuma 3",
        };
        format!("{subnet}{block} under {rule}{liquid}")
    }

    /// blake3 over the metagraph file and everything chosen, hex.
    fn hash(&self) -> String {
        let rules = serde_json::to_string(&self.options.subnet).unwrap_or_default();
        let text = format!("{} {} {rules}", self.metagraph.hash, self.options.epochs);
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }
}

impl Model for Replay<'_> {
    fn info(&self) -> RunInfo {
        let group = |name: &str, role| GroupInfo {
            name: name.to_owned(),
            role,
            behaviour: "replay".to_owned(),
            honest: role == Role::Validator,
        };
        let neuron = |(uid, hotkey): (usize, &String)| NeuronInfo {
            hotkey: hotkey.clone(),
            group: usize::from(!self.is_validator(uid)),
        };
        RunInfo {
            scenario: format!(
                "replay-{}-{}",
                self.metagraph.name,
                self.options.subnet.bond_rule.name()
            ),
            title: Some(self.title()),
            question: None,
            seed: 0,
            epochs: self.options.epochs,
            scenario_hash: self.hash(),
            groups: vec![group("validators", Role::Validator), group("miners", Role::Miner)],
            neurons: self.metagraph.hotkeys.iter().enumerate().map(neuron).collect(),
            record_bonds: self.options.record_bonds,
        }
    }

    fn step(&mut self, _epoch: u64, pool: &ThreadPool) -> Result<EpochOutput, EpochError> {
        self.state.advance();
        for (last_update, age) in self.state.last_update.iter_mut().zip(&self.update_age_blocks) {
            *last_update = self.state.block.saturating_sub(*age);
        }
        pool.install(|| self.state.run_epoch(None))
    }

    fn record<'a>(&'a self, epoch: u64, output: &'a EpochOutput) -> EpochRecord<'a> {
        EpochRecord {
            epoch,
            block: self.state.block,
            tempo_blocks: self.state.rules.tempo_blocks,
            emission_rao: self.state.emission_rao(),
            present: &self.state.present,
            quality: &self.unknown,
            score: &self.unknown,
            alpha_stake_rao: &self.state.alpha_stake_rao,
            tao_stake_rao: &self.state.tao_stake_rao,
            output,
            weights: self.state.weights.view(),
            bonds: self.state.bonds.view(),
            events: &[],
        }
    }

    fn digest(&self) -> String {
        self.state.digest()
    }
}

fn rows_of(rows: Rows<'_>) -> RowBuffer {
    let mut buffer = RowBuffer::new();
    (0..rows.len()).for_each(|i| buffer.push_row_of(rows, i));
    buffer
}
