//! From groups to neurons: who has which uid, which name, and which draws.
//!
//! Validators come first, then miners, both in file order, so the uids of miners are one run. A
//! hotkey is called `<group>-<index>`, and every neuron draws from streams of its own.

use std::ops::Range;

use crate::agents::MinerSpan;
use crate::random::Stream;
use crate::recorder::{GroupInfo, NeuronInfo, Role};
use crate::scenario::{Behaviour, MAX_STAKE_TOKENS, Presence, Sampled, Scenario};

/// rao in one token.
pub(crate) const RAO_PER_TOKEN: f64 = 1e9;

/// All groups and neurons of a scenario, by index and by uid.
#[derive(Debug, Clone)]
pub(crate) struct Population {
    /// All groups, validators first.
    pub groups: Vec<GroupInfo>,
    /// All neurons by uid.
    pub neurons: Vec<NeuronInfo>,
    /// uids of each group.
    pub members: Vec<Range<usize>>,
    /// When each group is on the subnet.
    pub presence: Vec<Presence>,
    /// Number of validators, which is the uid of the first miner.
    pub validators: usize,
}

impl Population {
    /// Gives every neuron of a scenario its uid.
    pub fn new(scenario: &Scenario) -> Self {
        let mut population = Self {
            groups: Vec::new(),
            neurons: Vec::new(),
            members: Vec::new(),
            presence: Vec::new(),
            validators: 0,
        };
        for group in &scenario.validators {
            let info = GroupInfo {
                name: group.name.clone(),
                role: Role::Validator,
                behaviour: group.behaviour.name().to_owned(),
                honest: group.behaviour == Behaviour::Honest,
            };
            population.add(info, group.count, group.presence);
        }
        population.validators = population.neurons.len();
        for group in &scenario.miners {
            let info = GroupInfo {
                name: group.name.clone(),
                role: Role::Miner,
                behaviour: "miner".to_owned(),
                honest: false,
            };
            population.add(info, group.count, group.presence);
        }
        population
    }

    fn add(&mut self, info: GroupInfo, count: usize, presence: Presence) {
        let group = self.groups.len();
        let first_uid = self.neurons.len();
        self.neurons.extend(
            (0..count).map(|index| NeuronInfo { hotkey: format!("{}-{index}", info.name), group }),
        );
        self.groups.push(info);
        self.members.push(first_uid..first_uid + count);
        self.presence.push(presence);
    }

    /// Number of neurons.
    pub fn n(&self) -> usize {
        self.neurons.len()
    }

    /// Index of the group of that name.
    pub fn group_named(&self, name: &str) -> Option<usize> {
        self.groups.iter().position(|group| group.name == name)
    }

    /// The groups of miners, as places counted from the first miner.
    pub fn miner_spans(&self) -> Vec<MinerSpan> {
        let miners = self.groups.iter().zip(&self.members);
        miners
            .filter(|(group, _)| group.role == Role::Miner)
            .map(|(group, uids)| MinerSpan {
                name: group.name.clone(),
                miners: uids.start - self.validators..uids.end - self.validators,
            })
            .collect()
    }

    /// One draw per neuron of a group. `address` tells repeated draws apart: 0 before the run, and
    /// one more than the epoch of an event.
    pub fn draw(
        &self,
        seed: u64,
        group: usize,
        purpose: &str,
        address: u64,
        sampled: &Sampled,
    ) -> Vec<f64> {
        let neurons = &self.neurons[self.members[group].clone()];
        let draw_one = |(index, neuron): (usize, &NeuronInfo)| {
            Stream::new(seed, &neuron.hotkey, purpose).at(address).sample(sampled, index)
        };
        neurons.iter().enumerate().map(draw_one).collect()
    }
}

/// A drawn quality, kept within `[0, 1]`.
pub(crate) fn clamp_quality(drawn: f64) -> f64 {
    drawn.clamp(0.0, 1.0)
}

/// A drawn stake in tokens as rao, kept between nothing and the supply cap, to the nearest rao.
pub(crate) fn stake_rao(drawn_tokens: f64) -> u64 {
    let tokens = drawn_tokens.clamp(0.0, MAX_STAKE_TOKENS);
    (tokens * RAO_PER_TOKEN + 0.5) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tests::scenario;

    #[test]
    fn validators_come_first_and_names_count_from_zero() {
        let population = Population::new(&scenario(2, 3));
        assert_eq!(population.validators, 2);
        let hotkeys: Vec<&str> =
            population.neurons.iter().map(|neuron| neuron.hotkey.as_str()).collect();
        assert_eq!(hotkeys, ["honest-0", "honest-1", "good-0", "good-1", "good-2"]);
        assert_eq!(population.miner_spans()[0].miners, 0..3);
        assert_eq!(population.group_named("good"), Some(1));
        assert_eq!(population.group_named("nobody"), None);
    }

    #[test]
    fn a_larger_group_moves_nobody_elses_draws() {
        let sampled = Sampled::Normal { mean: 0.5, std: 0.2 };
        let (small, large) = (Population::new(&scenario(2, 3)), Population::new(&scenario(5, 4)));
        let before = small.draw(7, 1, "quality", 0, &sampled);
        let after = large.draw(7, 1, "quality", 0, &sampled);
        assert_eq!(before, after[..3]);
        assert!(after[2] != after[3]);
    }

    #[test]
    fn stakes_are_whole_rao_within_the_supply() {
        assert_eq!(stake_rao(1.000_000_001), 1_000_000_001);
        assert_eq!(stake_rao(-5.0), 0);
        assert_eq!(stake_rao(f64::NAN), 0);
        assert_eq!(stake_rao(f64::INFINITY), 21_000_000_000_000_000);
    }
}
