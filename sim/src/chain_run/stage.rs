//! A subnet as the scenario's agents see it: its miners, how good they are, and who has which uid.
//!
//! Miners keep their place here for the whole run, whether they are registered or not; uids come
//! and go. Nothing here decides anything.

use std::collections::BTreeMap;

use crate::agents::{MinerSpan, PublicConsensus};
use crate::chain::{AccountId, NetUid, State, Subnet};
use crate::judge::World;
use crate::population::clamp_quality;
use crate::random::Stream;
use crate::scenario::{Mechanism, Sampled};

/// A group of miners on a stage.
#[derive(Debug, Clone)]
struct Company {
    noise: f64,
    jitter: Stream,
    /// Names of its miners, which key their draws.
    names: Vec<String>,
}

/// One subnet of the scenario. Vectors have one entry per miner, by place, unless they say else.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    /// Its number.
    pub netuid: NetUid,
    /// Groups of miners as places.
    pub spans: Vec<MinerSpan>,
    /// Whether each miner has a uid.
    pub present: Vec<bool>,
    /// `(uid, place)` of the miners that have one, ascending by uid.
    pub seats: Vec<(u16, usize)>,
    /// Counts changes of seats.
    pub generation: u64,
    /// Generation in which each place last got or lost a uid.
    pub changed_at: Vec<u64>,
    /// Consensus of past epochs, by place.
    pub past: PublicConsensus,
    seed: u64,
    companies: Vec<Company>,
    place_of: BTreeMap<AccountId, usize>,
    registered_at: Vec<u64>,
    base_quality: Vec<f64>,
    quality: Vec<f64>,
    quality_epoch: Option<u64>,
}

impl Stage {
    /// A stage without miners. Remembers the consensus of `history_epochs` epochs.
    pub fn new(netuid: NetUid, seed: u64, history_epochs: usize) -> Self {
        Self {
            netuid,
            spans: Vec::new(),
            present: Vec::new(),
            seats: Vec::new(),
            generation: 0,
            changed_at: Vec::new(),
            past: PublicConsensus::new(history_epochs),
            seed,
            companies: Vec::new(),
            place_of: BTreeMap::new(),
            registered_at: Vec::new(),
            base_quality: Vec::new(),
            quality: Vec::new(),
            quality_epoch: None,
        }
    }

    /// Adds a group of miners: their names, their hotkeys, and how good they are. Returns the
    /// place of the first.
    pub fn add_company(
        &mut self,
        name: &str,
        members: &[(String, AccountId)],
        quality: &Sampled,
        noise: f64,
    ) -> usize {
        let first = self.present.len();
        let end = first + members.len();
        self.spans.push(MinerSpan { name: name.to_owned(), miners: first..end });
        self.companies.push(Company {
            noise,
            jitter: Stream::new(self.seed, name, "quality jitter"),
            names: members.iter().map(|(name, _)| name.clone()).collect(),
        });
        self.place_of.extend(members.iter().zip(first..).map(|((_, hotkey), at)| (*hotkey, at)));
        self.present.resize(end, false);
        self.changed_at.resize(end, 0);
        self.registered_at.resize(end, 0);
        self.base_quality.resize(end, 0.0);
        self.draw_quality(self.spans.len() - 1, 0, quality);
        first
    }

    /// Draws the quality of a group anew. `address` is 0 at the start, one more than the block in
    /// an event.
    pub fn draw_quality(&mut self, company: usize, address: u64, sampled: &Sampled) {
        let places = self.spans[company].miners.clone();
        let names = &self.companies[company].names;
        for (index, (place, name)) in places.zip(names).enumerate() {
            let stream = Stream::new(self.seed, name, "quality");
            self.base_quality[place] = clamp_quality(stream.at(address).sample(sampled, index));
        }
        self.quality_epoch = None;
    }

    /// Changes how much the quality of a group swings.
    pub fn set_noise(&mut self, company: usize, noise: f64) {
        self.companies[company].noise = noise;
        self.quality_epoch = None;
    }

    /// Quality of a miner without its swings.
    pub fn base_quality(&self, place: usize) -> f64 {
        self.base_quality[place]
    }

    /// The true quality in an epoch of the subnet, by place. The i-th miner of a group gets the
    /// i-th draw of the group's stream for the epoch.
    pub fn quality(&mut self, epoch: u64) -> &[f64] {
        if self.quality_epoch != Some(epoch) {
            self.quality_epoch = Some(epoch);
            self.quality.clone_from(&self.base_quality);
            for (span, company) in self.spans.iter().zip(&self.companies) {
                if company.noise > 0.0 {
                    let mut draws = company.jitter.at(epoch);
                    for quality in &mut self.quality[span.miners.clone()] {
                        *quality = clamp_quality(*quality + company.noise * draws.normal());
                    }
                }
            }
        }
        &self.quality
    }

    /// What judges look at. [`Stage::quality`] must have been asked for this epoch.
    pub fn world<'a>(
        &'a self,
        epoch: u64,
        mechanism: &'a Mechanism,
        consensus: &'a PublicConsensus,
    ) -> World<'a> {
        debug_assert_eq!(self.quality_epoch, Some(epoch));
        World {
            epoch,
            spans: &self.spans,
            present: &self.present,
            mechanism,
            quality: &self.quality,
            consensus,
        }
    }

    /// The subnet, while it is the one that the scenario began with: a later subnet of the same
    /// number is another one.
    pub fn subnet<'a>(&self, state: &'a State) -> Option<&'a Subnet> {
        state.subnet(self.netuid).filter(|subnet| subnet.hyper.network_registered_at == 0)
    }

    /// Looks up who has which uid, after registrations. Whoever lost or got one since, even the
    /// same one twice, counts as changed.
    pub fn refresh(&mut self, state: &State) {
        let generation = self.generation + 1;
        let was_present = std::mem::replace(&mut self.present, vec![false; self.changed_at.len()]);
        self.seats.clear();
        if let Some(subnet) = self.subnet(state) {
            let neurons = &subnet.neurons;
            let registered = &neurons.block_at_registration;
            for (uid, (hotkey, block)) in (0..).zip(neurons.hotkeys.iter().zip(registered)) {
                let Some(&place) = self.place_of.get(hotkey) else { continue };
                self.seats.push((uid, place));
                self.present[place] = true;
                if std::mem::replace(&mut self.registered_at[place], *block) != *block {
                    self.changed_at[place] = generation;
                }
            }
        }
        for (place, was_present) in was_present.into_iter().enumerate() {
            if was_present != self.present[place] {
                self.changed_at[place] = generation;
            }
        }
        self.generation = generation;
    }

    /// Takes in the consensus of an epoch that just ran.
    pub fn publish(&mut self, consensus: &[u16]) {
        let mut by_place = vec![0; self.present.len()];
        for (uid, place) in &self.seats {
            by_place[*place] = consensus.get(usize::from(*uid)).copied().unwrap_or(0);
        }
        self.past.publish(&by_place);
    }
}
