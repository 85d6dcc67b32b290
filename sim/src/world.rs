//! A scenario in motion: its neurons on one subnet, epoch after epoch.
//!
//! An epoch has six steps, always in this order: events and arrivals; the miners' true quality; all
//! validators look and decide, in parallel; weights are submitted and revealed; the consensus runs;
//! its consensus becomes public. Weights are submitted one block before the epoch.
//!
//! ```text
//!  block  1        361            721
//!         |---------|--------------|---
//!         registered 360: weights    720: weights
//!                    361: epoch 0    721: epoch 1
//! ```

use rayon::ThreadPool;
use rayon::prelude::*;
use subsim_consensus::{EpochError, EpochOutput};

use crate::agents::{MinerSpan, PublicConsensus};
use crate::events;
use crate::judge::World;
use crate::population::{Population, clamp_quality, stake_rao};
use crate::random::Stream;
use crate::recorder::{EpochRecord, RunInfo};
use crate::run::Model;
use crate::scenario::{Behaviour, Sampled, Scenario, Subnet};
use crate::subnet::{NO_COMMIT, SubnetState};
use crate::validator::Validator;

/// Block from which the first tempo counts. Neurons of the start registered in block 0, so that
/// even at a tempo of 1 their first weights are younger than everybody's registration.
const GENESIS_BLOCK: u64 = 1;

/// Miners per parallel piece of work when scores are averaged.
const MINERS_PER_PIECE: usize = 512;

/// A scenario in motion.
pub(crate) struct Simulation<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) population: Population,
    pub(crate) state: SubnetState,
    pub(crate) validators: Vec<Validator>,
    /// Groups of miners; places count from the first miner, as in all per-miner vectors here.
    spans: Vec<MinerSpan>,
    /// Whether each miner is on the subnet.
    miner_present: Vec<bool>,
    /// Quality without jitter, by miner.
    base_quality: Vec<f64>,
    /// Jitter of the quality, by group of miners, and its random numbers.
    jitter: Vec<(f64, Stream)>,
    /// Stakes by uid, whether the neuron is there or not: alpha and root, in rao.
    held_stake_rao: Vec<(u64, u64)>,
    /// Whether each group is on the subnet.
    group_present: Vec<bool>,
    owner: Option<usize>,
    consensus: PublicConsensus,
    next_event: usize,
    /// This epoch's phrases, qualities and mean scores; the latter two by uid.
    phrases: Vec<String>,
    quality: Vec<f64>,
    score: Vec<f64>,
}

impl<'a> Simulation<'a> {
    /// Draws everybody's quality and stake, and gives the first permits.
    pub fn new(scenario: &'a Scenario) -> Result<Self, EpochError> {
        let population = Population::new(scenario);
        let n = population.n();
        let seed = scenario.simulation.seed;
        let spans = population.miner_spans();
        let stream = |span: &MinerSpan| Stream::new(seed, &span.name, "quality jitter");
        let noises = scenario.miners.iter().map(|group| group.noise);
        let owner = scenario.subnet.owner.as_ref().and_then(|name| population.group_named(name));
        let mut simulation = Self {
            scenario,
            state: SubnetState::new(n, scenario.subnet.clone(), GENESIS_BLOCK),
            validators: validators(scenario, &population, &spans),
            miner_present: vec![false; n - population.validators],
            base_quality: vec![f64::NAN; n - population.validators],
            jitter: noises.zip(spans.iter().map(stream)).collect(),
            spans,
            held_stake_rao: vec![(0, 0); n],
            group_present: vec![false; population.groups.len()],
            owner: owner.map(|group| population.members[group].start),
            consensus: PublicConsensus::new(history_epochs(scenario)),
            next_event: 0,
            phrases: Vec::new(),
            quality: vec![f64::NAN; n],
            score: vec![f64::NAN; n],
            population,
        };
        simulation.draw_everything();
        simulation.arrivals_and_departures(0);
        simulation.phrases.clear();
        simulation.state.grant_first_permits(simulation.owner_uid())?;
        Ok(simulation)
    }

    fn draw_everything(&mut self) {
        let scenario = self.scenario;
        for (group, validators) in scenario.validators.iter().enumerate() {
            self.draw_alpha(group, 0, &validators.stake_alpha);
            self.draw_root(group, 0, &validators.root_stake_tao);
        }
        for (index, miners) in scenario.miners.iter().enumerate() {
            let group = scenario.validators.len() + index;
            self.draw_quality(group, 0, &miners.quality);
            self.draw_alpha(group, 0, &miners.stake_alpha);
        }
    }

    /// Draws a group's quality anew. `address` is 0 at the start, the epoch + 1 in an event.
    pub(crate) fn draw_quality(&mut self, group: usize, address: u64, sampled: &Sampled) {
        let drawn = self.draw(group, "quality", address, sampled);
        let first = self.population.members[group].start - self.population.validators;
        for (place, value) in self.base_quality[first..].iter_mut().zip(drawn) {
            *place = clamp_quality(value);
        }
    }

    /// Draws a group's alpha stake anew.
    pub(crate) fn draw_alpha(&mut self, group: usize, address: u64, sampled: &Sampled) {
        let drawn = self.draw(group, "alpha stake", address, sampled);
        for (uid, tokens) in self.population.members[group].clone().zip(drawn) {
            self.held_stake_rao[uid].0 = stake_rao(tokens);
        }
        self.bring_stake(group);
    }

    /// Draws a group's root stake anew.
    pub(crate) fn draw_root(&mut self, group: usize, address: u64, sampled: &Sampled) {
        let drawn = self.draw(group, "root stake", address, sampled);
        for (uid, tokens) in self.population.members[group].clone().zip(drawn) {
            self.held_stake_rao[uid].1 = stake_rao(tokens);
        }
        self.bring_stake(group);
    }

    fn draw(&self, group: usize, purpose: &str, address: u64, sampled: &Sampled) -> Vec<f64> {
        self.population.draw(self.scenario.simulation.seed, group, purpose, address, sampled)
    }

    /// Puts a group's stake on the subnet if the group is there.
    fn bring_stake(&mut self, group: usize) {
        if !self.group_present[group] {
            return;
        }
        for uid in self.population.members[group].clone() {
            let (alpha, tao) = self.held_stake_rao[uid];
            self.state.alpha_stake_rao[uid] = alpha;
            self.state.tao_stake_rao[uid] = tao;
        }
    }

    /// Changes the jitter of a group of miners, or the scoring noise of a group of validators.
    pub(crate) fn set_noise(&mut self, group: usize, noise: f64) {
        if let Some(miners) = group.checked_sub(self.scenario.validators.len()) {
            self.jitter[miners].0 = noise;
        } else {
            for uid in self.population.members[group].clone() {
                self.validators[uid].judge.noise = noise;
            }
        }
    }

    /// Lets groups join and leave as their time comes.
    fn arrivals_and_departures(&mut self, epoch: u64) {
        for group in 0..self.group_present.len() {
            let present = self.population.presence[group].contains(epoch);
            if present != std::mem::replace(&mut self.group_present[group], present) {
                let name = &self.population.groups[group].name;
                let verb = if present { "joins" } else { "leaves" };
                self.phrases.push(format!("{name} {verb}"));
                if present { self.join(group, epoch) } else { self.leave(group) }
            }
        }
    }

    /// Registers a group: in the block after the last epoch, so that bonds and weights for whoever
    /// had its uids before are void.
    fn join(&mut self, group: usize, epoch: u64) {
        let block = if epoch == 0 { 0 } else { self.state.block.saturating_add(1) };
        for uid in self.population.members[group].clone() {
            self.state.register(uid, block);
            if let Some(validator) = self.validators.get_mut(uid) {
                validator.join(epoch);
            }
        }
        self.set_span_present(group, true);
        self.bring_stake(group);
    }

    fn leave(&mut self, group: usize) {
        for uid in self.population.members[group].clone() {
            self.state.remove(uid);
            if let Some(validator) = self.validators.get_mut(uid) {
                validator.leave();
            }
        }
        self.set_span_present(group, false);
    }

    fn set_span_present(&mut self, group: usize, present: bool) {
        if let Some(miners) = group.checked_sub(self.scenario.validators.len()) {
            self.miner_present[self.spans[miners].miners.clone()].fill(present);
        }
    }

    fn owner_uid(&self) -> Option<u16> {
        let uid = self.owner.filter(|&uid| self.state.present[uid])?;
        u16::try_from(uid).ok()
    }

    /// This epoch's true quality of every miner that is there. The i-th miner of a group gets the
    /// i-th draw of the group's stream.
    fn draw_jitter(&mut self, epoch: u64) {
        let quality = &mut self.quality[self.population.validators..];
        for (span, (noise, stream)) in self.spans.iter().zip(&self.jitter) {
            let quality = &mut quality[span.miners.clone()];
            let base = &self.base_quality[span.miners.clone()];
            if !self.miner_present[span.miners.start] {
                quality.fill(f64::NAN);
            } else if *noise > 0.0 {
                let mut draws = stream.at(epoch);
                for (quality, base) in quality.iter_mut().zip(base) {
                    *quality = clamp_quality(base + noise * draws.normal());
                }
            } else {
                quality.copy_from_slice(base);
            }
        }
    }

    /// All validators look and decide.
    fn think(&mut self, epoch: u64, pool: &ThreadPool) {
        let first_miner = self.population.validators;
        let world = World {
            epoch,
            spans: &self.spans,
            present: &self.miner_present,
            mechanism: &self.scenario.mechanism,
            quality: &self.quality[first_miner..],
            consensus: &self.consensus,
        };
        // A scenario has at most 65,535 neurons, and only validators before this one.
        let first_miner_uid = u16::try_from(first_miner).unwrap_or(u16::MAX);
        pool.install(|| {
            self.validators
                .par_iter_mut()
                .for_each(|validator| validator.think(&world, first_miner_uid));
        });
    }

    /// Submits what was decided, reveals what is due, and lays out the weights in force.
    fn exchange_weights(&mut self, epoch: u64) {
        let block = self.state.block.saturating_sub(1);
        let commit_reveal = self.state.rules.commit_reveal;
        let delay_epochs = reveal_delay_epochs(&self.state.rules);
        self.state.weights.clear();
        for (uid, validator) in self.validators.iter_mut().enumerate() {
            if validator.submit(epoch, block, commit_reveal) {
                self.state.last_update[uid] = block;
            }
            validator.reveal(epoch, delay_epochs);
            self.state.commit_block[uid] = validator.earliest_commit_block().unwrap_or(NO_COMMIT);
            let row = validator.in_force();
            self.state.weights.push(&row.uids, &row.values);
        }
        for _ in self.population.validators..self.population.n() {
            self.state.weights.push(&[], &[]);
        }
    }

    /// Stake-weighted mean of the permitted validators' scores of every miner, NaN when none of
    /// them has one. Every miner is summed in uid order of the validators, whoever sums it.
    fn average_scores(&mut self, pool: &ThreadPool) {
        let state = &self.state;
        let tao_weight = state.rules.tao_weight as f64 / u64::MAX as f64;
        let stake_of = |uid: usize| {
            state.alpha_stake_rao[uid] as f64 + state.tao_stake_rao[uid] as f64 * tao_weight
        };
        let judges: Vec<(f64, &[f64])> = (0..)
            .zip(&self.validators)
            .filter(|&(uid, _)| state.validator_permit[uid])
            .map(|(uid, validator)| (stake_of(uid), validator.judge.scores()))
            .collect();
        let means = &mut self.score[self.population.validators..];
        pool.install(|| {
            means.par_chunks_mut(MINERS_PER_PIECE).enumerate().for_each(|(piece, means)| {
                let first = piece * MINERS_PER_PIECE;
                let mut stakes = [0.0; MINERS_PER_PIECE];
                means.fill(0.0);
                for (stake, scores) in &judges {
                    let scores = &scores[first..];
                    for ((mean, sum), &score) in means.iter_mut().zip(&mut stakes).zip(scores) {
                        let counts = f64::from(u8::from(!score.is_nan())) * stake;
                        *sum += counts;
                        *mean += if score.is_nan() { 0.0 } else { counts * score };
                    }
                }
                for (mean, sum) in means.iter_mut().zip(stakes) {
                    *mean = if sum > 0.0 { *mean / sum } else { f64::NAN };
                }
            });
        });
    }
}

impl Model for Simulation<'_> {
    fn info(&self) -> RunInfo {
        let scenario = self.scenario;
        RunInfo {
            scenario: scenario.name.clone(),
            title: scenario.title.clone(),
            question: scenario.question.clone(),
            seed: scenario.simulation.seed,
            epochs: scenario.simulation.epochs,
            scenario_hash: scenario.hash(),
            groups: self.population.groups.clone(),
            neurons: self.population.neurons.clone(),
            record_bonds: scenario.simulation.record_bonds,
        }
    }

    fn step(&mut self, epoch: u64, pool: &ThreadPool) -> Result<EpochOutput, EpochError> {
        self.phrases.clear();
        if epoch > 0 {
            self.arrivals_and_departures(epoch);
        }
        self.apply_events(epoch);
        self.state.advance();
        self.draw_jitter(epoch);
        self.think(epoch, pool);
        self.exchange_weights(epoch);
        self.average_scores(pool);
        let owner_uid = self.owner_uid();
        let output = pool.install(|| self.state.run_epoch(owner_uid))?;
        self.consensus.publish(&output.consensus[self.population.validators..]);
        Ok(output)
    }

    fn record<'a>(&'a self, epoch: u64, output: &'a EpochOutput) -> EpochRecord<'a> {
        EpochRecord {
            epoch,
            block: self.state.block,
            tempo_blocks: self.state.rules.tempo_blocks,
            emission_rao: self.state.emission_rao(),
            present: &self.state.present,
            quality: &self.quality,
            score: &self.score,
            alpha_stake_rao: &self.state.alpha_stake_rao,
            tao_stake_rao: &self.state.tao_stake_rao,
            output,
            weights: self.state.weights.view(),
            bonds: self.state.bonds.view(),
            events: &self.phrases,
        }
    }

    fn digest(&self) -> String {
        self.state.digest()
    }
}

impl Simulation<'_> {
    /// What the scenario changes at the start of this epoch.
    fn apply_events(&mut self, epoch: u64) {
        while let Some(event) = self.scenario.events.get(self.next_event) {
            if event.at_epoch > epoch {
                return;
            }
            self.next_event += 1;
            let phrases = events::apply(self, event);
            self.phrases.extend(phrases);
        }
    }
}

/// Epochs by which the weights in force lag behind, when they are committed first.
///
/// The chain reveals a timelocked commit by itself, in the very block of the epoch that ends its
/// reveal period and before that epoch runs (`reveal_crv3_commits_for_subnet`, with the look-ahead
/// to an epoch that is due). So after a period of 1, weights committed since the last epoch count
/// in this one: they were hidden, but they are not late.
fn reveal_delay_epochs(rules: &Subnet) -> u64 {
    rules.reveal_period_epochs.saturating_sub(1)
}

/// One absent validator per uid before the first miner.
fn validators(scenario: &Scenario, population: &Population, spans: &[MinerSpan]) -> Vec<Validator> {
    let neurons = &population.neurons[..population.validators];
    let validator = |neuron: &crate::recorder::NeuronInfo| {
        let group = &scenario.validators[neuron.group];
        let behaviour = group.behaviour.clone();
        Validator::new(scenario.simulation.seed, &neuron.hotkey, behaviour, group.noise, spans)
    };
    neurons.iter().map(validator).collect()
}

/// How many epochs of consensus any copier of the scenario ever looks back.
fn history_epochs(scenario: &Scenario) -> usize {
    let groups = scenario.validators.iter().map(|group| &group.behaviour);
    let changes = scenario.events.iter().filter_map(|event| event.group.as_ref());
    let behaviours = groups.chain(changes.filter_map(|change| change.behaviour.as_ref()));
    let delays = behaviours.filter_map(|behaviour| match behaviour {
        Behaviour::Copier { delay_epochs } => Some(*delay_epochs),
        _ => None,
    });
    let epochs = delays.max().unwrap_or(0).min(scenario.simulation.epochs);
    usize::try_from(epochs).unwrap_or(usize::MAX)
}
