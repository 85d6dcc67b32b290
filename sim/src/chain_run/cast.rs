//! Everybody who acts in a scenario, and the subnets they act on.
//!
//! The cast is made from the scenario alone and always the same; what changes while a run goes on
//! is small, and what cannot be made again is listed in `memory.rs`.

use super::calendar::{Actor, Calendar};
use super::stage::Stage;
use super::start::{Names, account};
use super::validators::ValidatorAgent;
use crate::chain::AccountId;
use crate::judge::Judge;
use crate::scenario::{
    Behaviour, ChainMiners, ChainScenario, ChainValidators, Joins, SetsWeights, StakerBehaviour,
};

/// Blocks in a day.
pub(super) const BLOCKS_PER_DAY: f64 = 7200.0;

/// A miner.
#[derive(Debug, Clone)]
pub(super) struct MinerAgent {
    /// Its stage.
    pub stage: usize,
    /// Its place there.
    pub place: usize,
    /// The key that mines.
    pub hotkey: AccountId,
    /// The key that pays and owns.
    pub coldkey: AccountId,
    /// When it registers.
    pub joins: Joins,
    /// Part of what it earns that it sells.
    pub sells: f64,
    /// Running costs.
    pub cost_rao_per_block: f64,
    /// Block of its next look at the price of registration.
    pub look_at: u64,
    /// Looks in a row after which its registration was refused.
    pub refusals: u32,
    /// Alpha that it means to sell.
    pub unsold_rao: u64,
}

/// A holder of TAO who acts.
#[derive(Debug, Clone)]
pub(super) struct StakerAgent {
    /// The key.
    pub coldkey: AccountId,
    /// What it does.
    pub behaviour: StakerBehaviour,
    /// Block of its next look.
    pub look_at: u64,
}

/// A group of validators or miners, to find its members by name.
#[derive(Debug, Clone)]
pub(super) enum Members {
    /// Validators by place in the cast.
    Validators(std::ops::Range<usize>),
    /// A group of miners: its stage and which group it is there.
    Miners(usize, usize),
}

/// All agents.
#[derive(Debug, Clone, Default)]
pub(super) struct Cast {
    /// The scenario's subnets.
    pub stages: Vec<Stage>,
    /// Validators, groups in file order.
    pub validators: Vec<ValidatorAgent>,
    /// Miners, groups in file order.
    pub miners: Vec<MinerAgent>,
    /// Accounts that act, groups in file order.
    pub stakers: Vec<StakerAgent>,
    /// Miners of each stage by place, as places in `miners`.
    pub miners_of: Vec<Vec<usize>>,
    /// Validators of each stage that set weights some blocks before the epoch.
    pub late_validators: Vec<Vec<usize>>,
    /// Groups by name.
    pub groups: Vec<(String, Members)>,
}

impl Cast {
    /// The cast of a scenario, before block 1.
    pub fn new(scenario: &ChainScenario, names: &Names) -> Self {
        let mut cast = Self::default();
        let (seed, history) = (scenario.simulation.seed, history_epochs(scenario));
        for setup in &scenario.subnets {
            cast.stages.push(Stage::new(setup.netuid, seed, history));
            cast.miners_of.push(Vec::new());
            cast.late_validators.push(Vec::new());
        }
        for (group, keys) in scenario.miners.iter().zip(&names.miners) {
            cast.add_miners(group, keys);
        }
        for (group, keys) in scenario.validators.iter().zip(&names.validators) {
            cast.add_validators(seed, group, keys);
        }
        for group in &scenario.accounts {
            cast.stakers.extend(group.coldkeys.iter().enumerate().map(|(index, place)| {
                let behaviour = group.behaviour.clone();
                let look_at = first_staker_look(&behaviour, index, group.count);
                StakerAgent { coldkey: account(*place), behaviour, look_at }
            }));
        }
        cast
    }

    fn add_miners(&mut self, group: &ChainMiners, keys: &[(String, AccountId, AccountId)]) {
        let members: Vec<_> =
            keys.iter().map(|(name, hotkey, _)| (name.clone(), *hotkey)).collect();
        let stage = &mut self.stages[group.subnet];
        let first = stage.add_company(&group.name, &members, &group.quality, group.noise);
        let company = stage.spans.len() - 1;
        self.groups.push((group.name.clone(), Members::Miners(group.subnet, company)));
        for (index, (_, hotkey, coldkey)) in keys.iter().enumerate() {
            self.miners_of[group.subnet].push(self.miners.len());
            self.miners.push(MinerAgent {
                stage: group.subnet,
                place: first + index,
                hotkey: *hotkey,
                coldkey: *coldkey,
                joins: group.joins,
                sells: group.sells,
                cost_rao_per_block: group.cost_tao_per_day * 1e9 / BLOCKS_PER_DAY,
                look_at: first_miner_look(group.joins, index, group.count),
                refusals: 0,
                unsold_rao: 0,
            });
        }
    }

    fn add_validators(
        &mut self,
        seed: u64,
        group: &ChainValidators,
        keys: &[(String, AccountId, AccountId)],
    ) {
        let first = self.validators.len();
        let spans = &self.stages[group.subnet].spans;
        for (index, (name, hotkey, _)) in keys.iter().enumerate() {
            let judge = Judge::new(seed, name, group.behaviour.clone(), group.noise, spans);
            let act_at = match group.sets_weights {
                SetsWeights::Every { blocks } => 1 + spread(index, keys.len(), blocks),
                SetsWeights::BeforeEpoch { .. } => {
                    self.late_validators[group.subnet].push(first + index);
                    u64::MAX
                }
            };
            let agent =
                ValidatorAgent::new(group.subnet, *hotkey, judge, group.sets_weights, act_at);
            self.validators.push(agent);
        }
        let members = Members::Validators(first..self.validators.len());
        self.groups.push((group.name.clone(), members));
    }

    /// Everybody's first appointments. Those of late validators follow from the schedule.
    pub fn calendar(&self) -> Calendar {
        let mut calendar = Calendar::default();
        let mut note = |block: u64, actor| {
            if block != u64::MAX {
                calendar.note(block, actor);
            }
        };
        (0..).zip(&self.validators).for_each(|(at, v)| note(v.act_at, Actor::Validator(at)));
        (0..).zip(&self.miners).for_each(|(at, m)| note(m.look_at, Actor::Miner(at)));
        (0..).zip(&self.stakers).for_each(|(at, s)| note(s.look_at, Actor::Staker(at)));
        calendar
    }

    /// The group of a name.
    pub fn group(&self, name: &str) -> Option<&Members> {
        self.groups.iter().find(|(group, _)| group == name).map(|(_, members)| members)
    }
}

/// Offset of the `index`-th of `count` agents within a period, so that they are spread evenly.
fn spread(index: usize, count: usize, period_blocks: u64) -> u64 {
    let product = index as u128 * u128::from(period_blocks);
    (product / count.max(1) as u128) as u64
}

fn first_miner_look(joins: Joins, index: usize, count: usize) -> u64 {
    match joins {
        Joins::AtStart => u64::MAX,
        Joins::AtBlock { block } => block,
        Joins::WhenItPays { every_blocks, .. } | Joins::BelowPrice { every_blocks, .. } => {
            1 + spread(index, count, every_blocks)
        }
    }
}

fn first_staker_look(behaviour: &StakerBehaviour, index: usize, count: usize) -> u64 {
    match behaviour {
        StakerBehaviour::Idle => u64::MAX,
        StakerBehaviour::Hold { .. } => 1,
        StakerBehaviour::FollowYield { every_blocks, .. } => {
            1 + spread(index, count, *every_blocks)
        }
    }
}

/// How many epochs of consensus any copier of the scenario ever looks back: one that copies what
/// is visible now needs none, a slower one the consensus of as many epochs ago less one.
fn history_epochs(scenario: &ChainScenario) -> usize {
    let groups = scenario.validators.iter().map(|group| &group.behaviour);
    let behaviours = groups.chain(scenario.events.iter().filter_map(|e| e.behaviour.as_ref()));
    let delays = behaviours.filter_map(|behaviour| match behaviour {
        Behaviour::Copier { delay_epochs } => Some(delay_epochs.saturating_sub(1)),
        _ => None,
    });
    usize::try_from(delays.max().unwrap_or(0).min(scenario.simulation.blocks)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_spread_over_their_period() {
        let at = |index| spread(index, 4, 100);
        assert_eq!([at(0), at(1), at(2), at(3)], [0, 25, 50, 75]);
        assert_eq!(spread(2, 3, 2), 1);
        assert_eq!(spread(usize::MAX - 1, usize::MAX, u64::MAX), u64::MAX - 1);
    }
}
