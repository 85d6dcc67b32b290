//! Names and groups of everybody, as recorders see them.

use crate::chain::{AccountId, State};
use crate::chain_recorder::{ChainGroup, ChainInfo, Directory};
use crate::recorder::Role;
use crate::scenario::{Behaviour, ChainScenario, KeyKind, StakerBehaviour};

use super::cast::BLOCKS_PER_DAY;
use super::start::{ELSEWHERE_KEY, Names};

/// What stands before block 1.
pub(super) fn info(scenario: &ChainScenario, first_block: u64) -> ChainInfo {
    ChainInfo {
        scenario: scenario.name.clone(),
        title: scenario.title.clone(),
        question: scenario.question.clone(),
        seed: scenario.simulation.seed,
        blocks: scenario.simulation.blocks,
        first_block,
        scenario_hash: scenario.hash(),
        groups: groups(scenario),
        subnets: scenario.subnets.iter().map(|setup| setup.name.clone()).collect(),
        record_every_blocks: scenario.simulation.record_every_blocks,
    }
}

fn groups(scenario: &ChainScenario) -> Vec<ChainGroup> {
    let validators = scenario.validators.iter().map(|group| ChainGroup {
        name: group.name.clone(),
        role: Some(Role::Validator),
        honest: group.behaviour == Behaviour::Honest,
        behaviour: group.behaviour.name().to_owned(),
        netuid: Some(scenario.subnets[group.subnet].netuid),
        cost_rao_per_block: 0.0,
    });
    let miners = scenario.miners.iter().map(|group| ChainGroup {
        name: group.name.clone(),
        role: Some(Role::Miner),
        honest: false,
        behaviour: "miner".to_owned(),
        netuid: Some(scenario.subnets[group.subnet].netuid),
        cost_rao_per_block: group.cost_tao_per_day * 1e9 / BLOCKS_PER_DAY * group.count as f64,
    });
    let bystanders = |name: &str, behaviour: &str| ChainGroup {
        name: name.to_owned(),
        role: None,
        honest: false,
        behaviour: behaviour.to_owned(),
        netuid: None,
        cost_rao_per_block: 0.0,
    };
    let accounts = scenario.accounts.iter().map(|group| {
        let behaviour = match group.behaviour {
            StakerBehaviour::Idle => "idle",
            StakerBehaviour::FollowYield { .. } => "follow_yield",
            StakerBehaviour::Hold { .. } => "hold",
        };
        bystanders(&group.name, behaviour)
    });
    let others = std::iter::once(bystanders("others", "idle"));
    validators.chain(miners).chain(accounts).chain(others).collect()
}

/// Names and groups of all accounts of the state.
pub(super) fn directory(scenario: &ChainScenario, names: &Names, state: &State) -> Directory {
    let mut directory = Directory::default();
    let groups = scenario.validators.len() + scenario.miners.len() + scenario.accounts.len();
    extend(&mut directory, groups, state);
    for (place, person) in scenario.roster.iter().enumerate() {
        directory.names[place].clone_from(&person.name);
        directory.is_hotkey[place] = person.key == KeyKind::Hotkey;
    }
    for (name, hotkey, coldkey) in &names.bystanders {
        directory.names[hotkey.index()].clone_from(name);
        directory.names[coldkey.index()].clone_from(name);
        directory.is_hotkey[hotkey.index()] = true;
    }
    let neurons = names.validators.iter().chain(&names.miners);
    for (group, keys) in neurons.enumerate() {
        for (name, hotkey, coldkey) in keys {
            // The roster has named its own; imported keys are named by the group that plays them.
            for id in [hotkey, coldkey].into_iter().filter(|id| id.index() >= scenario.roster.len())
            {
                directory.names[id.index()].clone_from(name);
            }
            directory.is_hotkey[hotkey.index()] = true;
            directory.groups[hotkey.index()] = group;
            directory.groups[coldkey.index()] = group;
        }
    }
    // Who has an account of its own belongs to that, whoever's neurons it runs.
    let first = scenario.validators.len() + scenario.miners.len();
    for (group, accounts) in (first..).zip(&scenario.accounts) {
        accounts.coldkeys.iter().for_each(|place| directory.groups[*place] = group);
    }
    directory
}

/// Adds accounts that came up since: they belong to the group of all others.
pub(super) fn extend(directory: &mut Directory, others: usize, state: &State) {
    for place in directory.names.len()..state.accounts.len() {
        let id = AccountId(place as u32);
        let pot = state.pots.iter().find(|(_, pot)| **pot == id);
        let name = match pot {
            Some((netuid, _)) => format!("pool-{netuid}"),
            None if state.author == Some(id) => "author".to_owned(),
            None if state.account(id).key == ELSEWHERE_KEY => "elsewhere".to_owned(),
            None => format!("account-{place}"),
        };
        directory.names.push(name);
        directory.groups.push(others);
        directory.is_hotkey.push(false);
    }
}
