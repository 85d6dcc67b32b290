//! Running a scenario: from epoch to epoch, taking out records in between.

use std::sync::atomic::Ordering;

use subsim_engine::{
    Agreement, BuildError, CheckError, Execution, RunError, Simulation, check_determinism,
};
use subsim_sim::RunControl;
use thiserror::Error;

use super::build::{Construction, entity_of};
use super::chain_node::CallCounts;
use super::population::Population;
use super::{NetworkModel, Node};
use crate::config::NetworkScenario;
use crate::error::ConfigErrors;
use crate::ledger::{EpochLedger, Ledger, LedgerError};
use crate::node::Usage;
use crate::record::{
    EpochRecord, FaultRecord, NetworkEnd, NetworkRecorder, PairStatistics, QueryRecord, RunInfo,
};
use crate::time::BLOCK_NS;

/// Why a run failed.
#[derive(Debug, Error)]
pub enum NetworkError {
    /// The scenario is wrong.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    /// The ledger cannot go on.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The engine cannot start.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The engine cannot go on.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Two executions of the scenario differ.
    #[error(transparent)]
    Differs(#[from] CheckError),
    /// The recorder could not record.
    #[error("cannot record the run: {0}")]
    Recorder(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A scenario under way. To run one from beginning to end, [`run_network`] is simpler.
#[derive(Debug)]
pub struct NetworkRun {
    simulation: Simulation<NetworkModel>,
    info: RunInfo,
    blocks: u64,
    earned_rao: Vec<u64>,
    records: Vec<QueryRecord>,
}

impl NetworkRun {
    /// Sets a scenario up on `threads` threads, with an [`EpochLedger`].
    ///
    /// # Errors
    /// When the scenario is wrong, or there cannot be so many threads.
    pub fn new(scenario: &NetworkScenario, threads: usize) -> Result<Self, NetworkError> {
        scenario.check()?;
        let population = Population::new(scenario);
        let ledger = epoch_ledger(scenario, &population)?;
        Self::on(scenario, &population, ledger, threads)
    }

    /// Sets a scenario up on another ledger, which has a neuron for every uid: validators first,
    /// then miners, in file order.
    ///
    /// # Errors
    /// As [`NetworkRun::new`].
    pub fn with_ledger(
        scenario: &NetworkScenario,
        ledger: Box<dyn Ledger>,
        threads: usize,
    ) -> Result<Self, NetworkError> {
        scenario.check()?;
        Self::on(scenario, &Population::new(scenario), ledger, threads)
    }

    fn on(
        scenario: &NetworkScenario,
        population: &Population,
        ledger: Box<dyn Ledger>,
        threads: usize,
    ) -> Result<Self, NetworkError> {
        let builder = Construction::new(scenario, population).builder(ledger, threads);
        let simulation = builder.build()?;
        let world = &simulation.model().world;
        let info = RunInfo {
            groups: population.groups.clone(),
            nodes: population.infos(),
            validators: population.validators,
            mechanism: world.mechanism.name(),
            demands: world.demands,
            record_every_rounds: world.record_every_rounds,
        };
        let earned_rao = vec![0; population.node_of.len()];
        let blocks = scenario.simulation.blocks;
        Ok(Self { simulation, info, blocks, earned_rao, records: Vec::new() })
    }

    /// What stands before the run.
    #[must_use]
    pub fn info(&self) -> &RunInfo {
        &self.info
    }

    /// Runs up to the beginning of a block, and hands over what was recorded.
    ///
    /// # Errors
    /// When the engine, the ledger or the recorder cannot go on.
    pub fn advance(
        &mut self,
        until_block: u64,
        recorder: &mut dyn NetworkRecorder,
    ) -> Result<(), NetworkError> {
        self.simulation.run_until(until_block.saturating_mul(BLOCK_NS))?;
        self.hand_over(recorder).map_err(NetworkError::Recorder)
    }

    fn hand_over(&mut self, recorder: &mut dyn NetworkRecorder) -> subsim_sim::RecordResult {
        // The chain, the fabric and the validators; nobody else keeps records.
        for number in 0..2 + self.info.validators {
            let Some(node) = self.simulation.entity_mut(entity_of(number)) else { continue };
            match node {
                Node::Validator(validator) => self.records.append(&mut validator.records),
                Node::Chain(chain) => {
                    for (outcome, counts) in std::mem::take(&mut chain.epochs) {
                        add_up(&mut self.earned_rao, &outcome.output.server_emission);
                        add_up(&mut self.earned_rao, &outcome.output.validator_emission);
                        let CallCounts { included, postponed, refused } = counts;
                        recorder.epoch(&EpochRecord {
                            outcome: &outcome,
                            calls_included: included,
                            calls_postponed: postponed,
                            calls_refused: refused,
                        })?;
                    }
                }
                _ => {}
            }
        }
        if self.records.is_empty() {
            return Ok(());
        }
        // Each validator's are in order; a stable sort puts those of all in order.
        self.records.sort_by_key(|record| (record.sent_ns, record.validator));
        recorder.queries(&self.records)?;
        self.records.clear();
        Ok(())
    }

    /// Fingerprint of everything that happened so far.
    #[must_use]
    pub fn digest(&self) -> String {
        self.simulation.digest().to_string()
    }

    /// Number of events so far.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.simulation.events()
    }

    /// Number of rounds of the engine so far, and how many of them ran on several threads: about
    /// the execution, not about the result.
    #[must_use]
    pub fn rounds(&self) -> (u64, u64) {
        self.simulation.rounds()
    }

    /// What every node used so far.
    #[must_use]
    pub fn usage(&mut self) -> Vec<Usage> {
        let now_ns = self.simulation.now_ns();
        let mut usage = Vec::with_capacity(self.info.nodes.len());
        for number in 0..self.info.nodes.len() {
            let node = self.simulation.entity_mut(entity_of(number));
            usage.push(match node {
                Some(Node::Validator(validator)) => validator.usage.clone(),
                Some(Node::Client(client)) => client.usage.clone(),
                Some(Node::Miner(miner)) => {
                    miner.account(now_ns);
                    miner.usage.clone()
                }
                Some(Node::Chain(_) | Node::Fabric(_)) | None => Usage::default(),
            });
        }
        usage
    }

    /// How queries between groups went so far: group that asks, group that is asked.
    #[must_use]
    pub fn pairs(&self) -> Vec<(usize, usize, PairStatistics)> {
        let world = &self.simulation.model().world;
        let groups = &self.info.groups;
        let place = |name: &str| groups.iter().position(|group| group == name).unwrap_or_default();
        let asked: Vec<usize> = world.spans.iter().map(|span| place(&span.name)).collect();
        let mut pairs = std::collections::BTreeMap::new();
        for (info, node) in self.info.nodes.iter().zip(self.simulation.entities()) {
            let own = match node {
                Node::Validator(validator) => &validator.pairs,
                Node::Client(client) => &client.pairs,
                _ => continue,
            };
            for (&asked, pair) in asked.iter().zip(own).filter(|(_, pair)| pair.queries > 0) {
                let sum: &mut PairStatistics = pairs.entry((info.group, asked)).or_default();
                sum.merge(pair);
            }
        }
        pairs.into_iter().map(|((asks, asked), pair)| (asks, asked, pair)).collect()
    }

    /// The results up to now.
    #[must_use]
    pub fn end(&mut self, cancelled: bool) -> NetworkEnd {
        let faults = self.simulation.model().world.wire.timeline().faults().iter();
        let fault = |fault: &crate::net::faults::Scheduled| FaultRecord {
            from_ns: fault.from_ns,
            until_ns: fault.until_ns,
            name: fault.name.clone(),
        };
        NetworkEnd {
            blocks: self.simulation.now_ns() / BLOCK_NS,
            cancelled,
            digest: self.digest(),
            events: self.events(),
            faults: faults.map(fault).collect(),
            usage: self.usage(),
            pairs: self.pairs(),
            earned_rao: self.earned_rao.clone(),
        }
    }
}

fn add_up(sums: &mut [u64], values: &[u64]) {
    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum = sum.saturating_add(*value));
}

fn epoch_ledger(
    scenario: &NetworkScenario,
    population: &Population,
) -> Result<Box<dyn Ledger>, LedgerError> {
    let (alpha, root) = population.stakes_rao(scenario);
    let burn_rao = crate::config::rao_of(scenario.ledger.burn_tao);
    Ok(Box::new(EpochLedger::new(scenario.subnet.clone(), burn_rao, alpha, root)?))
}

/// Runs a scenario to its end and tells the recorder. Progress is counted in blocks; results do not
/// depend on the number of threads.
///
/// # Errors
/// When the scenario is wrong, or engine, ledger or recorder cannot go on. The recorder's `finish`
/// is then not called.
pub fn run_network(
    scenario: &NetworkScenario,
    recorder: &mut dyn NetworkRecorder,
    control: &RunControl<'_>,
) -> Result<NetworkEnd, NetworkError> {
    let all = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let mut run = NetworkRun::new(scenario, control.threads.unwrap_or(all))?;
    recorder.start(run.info()).map_err(NetworkError::Recorder)?;
    let step = scenario.subnet.tempo_blocks.max(1);
    let mut block = 0;
    while block < run.blocks && !control.cancel.load(Ordering::Relaxed) {
        block = (block + step).min(run.blocks);
        run.advance(block, recorder)?;
        (control.progress)(block, run.blocks);
    }
    let end = run.end(block < run.blocks);
    recorder.finish(&end).map_err(NetworkError::Recorder)?;
    Ok(end)
}

/// Runs the first `blocks` blocks of a scenario in two executions, side by side, and compares every
/// event and the state after it.
///
/// # Errors
/// When they differ: with the first block and the node. Or when the scenario is wrong.
pub fn check_network(
    scenario: &NetworkScenario,
    blocks: u64,
    executions: [Execution; 2],
) -> Result<Agreement, NetworkError> {
    scenario.check()?;
    let population = Population::new(scenario);
    // Found to be possible once, it is so again.
    epoch_ledger(scenario, &population)?;
    let make = || {
        let ledger = epoch_ledger(scenario, &population).expect("the rules were accepted before");
        Construction::new(scenario, &population).builder(ledger, 1)
    };
    Ok(check_determinism(make, executions, blocks.saturating_mul(BLOCK_NS))?)
}
