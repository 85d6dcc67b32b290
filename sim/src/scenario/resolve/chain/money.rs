//! Whether there is as much TAO and alpha as the scenario hands out. Of what is drawn only a run
//! knows how much it is; here counts what is certain.

use super::super::super::chain_file::to_rao;
use super::super::super::chain_types::ChainScenario;
use super::super::super::sink::Sink;
use super::super::super::types::{MAX_STAKE_TOKENS, Sampled};
use super::super::place::Place;

/// Checks the sums of TAO, and of each subnet's alpha.
pub(super) fn check(root: &Place<'_>, scenario: &ChainScenario, sink: &mut Sink) {
    let supply_rao = u128::from(to_rao(MAX_STAKE_TOKENS));
    let held_rao: u128 = tao(scenario).map(|(_, _, rao)| rao).sum();
    let held = format!("accounts, pools and stakes hold {} TAO", tokens(held_rao));
    match scenario.tao_issued_rao {
        Some(issued) if held_rao > u128::from(issued) => {
            let place = root.key("chain").key("tao_issued");
            sink.error(&place.span(), "less TAO is issued than the scenario hands out").label(held);
        }
        None if held_rao > supply_rao => {
            let largest = tao(scenario).max_by_key(|(_, _, rao)| *rao);
            let (section, index) = largest.map_or(("chain", 0), |(section, at, _)| (section, at));
            let place = root.key(section).index(index);
            sink.error(&place.span(), "the scenario hands out more TAO than there can be")
                .label(held)
                .help(format!("there are {MAX_STAKE_TOKENS} TAO at most"));
        }
        _ => {}
    }
    for (index, subnet) in scenario.subnets.iter().enumerate() {
        let held_rao = alpha_rao(scenario, index);
        if held_rao > supply_rao {
            let place = root.key("subnets").index(index);
            let message =
                format!("there would be more alpha of `{}` than there can be", subnet.name);
            sink.error(&place.span(), message)
                .label(format!("its pool and stakes hold {} alpha", tokens(held_rao)))
                .help(format!("a subnet has {MAX_STAKE_TOKENS} alpha at most"));
        }
    }
}

/// Everybody's TAO, with the section of the file and the place in it.
fn tao(scenario: &ChainScenario) -> impl Iterator<Item = (&'static str, usize, u128)> + '_ {
    let pools = scenario.subnets.iter().map(|subnet| u128::from(subnet.pool_tao_rao));
    let accounts = scenario.accounts.iter().map(|group| certain(&group.balance_tao, group.count));
    let miners = scenario.miners.iter().map(|group| certain(&group.balance_tao, group.count));
    let validators = scenario.validators.iter().map(|group| {
        certain(&group.balance_tao, group.count) + certain(&group.root_stake_tao, group.count)
    });
    let named = |section| move |(at, rao)| (section, at, rao);
    pools
        .enumerate()
        .map(named("subnets"))
        .chain(accounts.enumerate().map(named("accounts")))
        .chain(miners.enumerate().map(named("miners")))
        .chain(validators.enumerate().map(named("validators")))
}

/// Alpha of a subnet, without what a file brings: that, only a run knows.
fn alpha_rao(scenario: &ChainScenario, subnet: usize) -> u128 {
    let pool = scenario.subnets.get(subnet).map_or(0, |subnet| u128::from(subnet.pool_alpha_rao));
    let miners = scenario.miners.iter().filter(|group| group.subnet == subnet);
    let miners = miners.map(|group| certain(&group.stake_alpha, group.count));
    let validators = scenario.validators.iter().filter(|group| group.subnet == subnet);
    let validators = validators.map(|group| certain(&group.stake_alpha, group.count));
    pool + miners.chain(validators).sum::<u128>()
}

/// What a group holds in any case, in rao.
fn certain(sampled: &Sampled, count: usize) -> u128 {
    match sampled {
        Sampled::Constant(tokens) => u128::from(to_rao(*tokens)) * count as u128,
        Sampled::List(list) => list.iter().map(|tokens| u128::from(to_rao(*tokens))).sum(),
        _ => 0,
    }
}

fn tokens(rao: u128) -> f64 {
    rao as f64 / 1e9
}
