//! Subnets that exist at the start: their rules, owners and pools.

use super::super::super::chain_file::to_rao;
use super::super::super::chain_types::{ChainEvent, SubnetSetup};
use super::super::super::sink::Sink;
use super::super::super::subnet::{ChainSubnetTable, Subnet};
use super::super::super::types::MAX_STAKE_TOKENS;
use super::super::super::values::{NonNegative, Positive, Stake, Whole};
use super::super::place::Place;
use super::super::{check_subnet, warn_unused_switches};
use super::people::People;
use super::places::netuid_of;
use super::scene::Scene;

/// TAO in the pool of a subnet that does not say: the chain's lowest lock.
const POOL_TAO: f64 = 1000.0;

/// Price of the first registration of a subnet that does not say, in TAO: the chain's.
const BURN_TAO: f64 = 1.0;

/// Hyperparameters for which the chain has less room than the simulator: keys and largest values.
const NARROW: [(&str, u64); 1] = [("burn_half_life_blocks", 65_535)];

/// Resolves the subnets, in file order.
pub(super) fn subnets(
    root: &Place<'_>,
    tables: &[ChainSubnetTable],
    scene: &mut Scene<'_>,
    sink: &mut Sink,
) -> Vec<SubnetSetup> {
    let place = root.key("subnets");
    let is_import = scene.import.is_import;
    let mut setups = Vec::with_capacity(tables.len());
    for (index, (table, name)) in tables.iter().zip(scene.subnets.all()).enumerate() {
        let place = place.index(index);
        let mut rules = Subnet::registered();
        rules.apply(&table.patch());
        check_narrow(&place, sink);
        let (owner, owner_hotkey) = owner(&place, table, name, &mut scene.people, sink);
        let (pool_tao_rao, pool_alpha_rao) = pool(&place, table, sink);
        if is_import && table.owner_is_neuron == Some(true) {
            sink.error(&place.key("owner_is_neuron").span(), "the neurons come from a file")
                .label("allowed: false");
        }
        setups.push(SubnetSetup {
            name: name.clone(),
            netuid: netuid_of(index),
            rules,
            owner,
            owner_hotkey,
            owner_is_neuron: table.owner_is_neuron.unwrap_or(!is_import),
            pool_tao_rao,
            pool_alpha_rao,
            first_emission_block: first_emission_block(&place, table, sink),
            recycle: table.recycle.unwrap_or(false),
            burn_rao: burn_rao(&place, table, sink),
            moving_price: table.moving_price_tao.map(NonNegative::get),
        });
    }
    setups
}

/// Refuses values that the chain has no room for.
pub(super) fn check_narrow(place: &Place<'_>, sink: &mut Sink) {
    for (key, largest) in NARROW {
        let place = place.key(key);
        if place.get::<u64>().is_some_and(|value| value > largest) {
            sink.error(&place.span(), format!("the chain has no room for this `{key}`"))
                .label(format!("allowed: up to {largest}"));
        }
    }
}

fn owner(
    place: &Place<'_>,
    table: &ChainSubnetTable,
    name: &str,
    people: &mut People,
    sink: &mut Sink,
) -> (usize, usize) {
    let place_of_owner = place.key("owner");
    if let Some(owner) = &table.owner {
        let coldkey = people.coldkey(&place_of_owner, owner, sink);
        // Where there is no such person, the fault is reported and the places are never used.
        let hotkey = coldkey.and_then(|_| people.hotkey(&place_of_owner, owner, sink));
        return (coldkey.unwrap_or(0), hotkey.unwrap_or(0));
    }
    let made = format!("{name}-owner");
    if people.has(&made) {
        let message = format!("the owner of this subnet would be called `{made}`");
        sink.error(&place.span(), message)
            .label("somebody else has this name")
            .help("name the owner: owner = \"NAME\"");
        return (0, 0);
    }
    let coldkey = people.make_account(&made);
    let hotkey = people.hotkey(&place_of_owner, &made, sink);
    (coldkey, hotkey.unwrap_or(coldkey))
}

/// TAO and alpha of the pool. Two of amount, amount and price are enough.
fn pool(place: &Place<'_>, table: &ChainSubnetTable, sink: &mut Sink) -> (u64, u64) {
    let price = table.price_tao.map_or(1.0, Positive::get);
    let (tao, alpha) = match (table.pool_tao.map(Stake::get), table.pool_alpha.map(Stake::get)) {
        (Some(tao), Some(alpha)) => {
            place.key("price_tao").refuse(
                sink,
                "the price is given twice",
                "`pool_tao` and `pool_alpha` say it already",
            );
            (tao, alpha)
        }
        (Some(tao), None) => (tao, tao / price),
        (None, Some(alpha)) => (alpha * price, alpha),
        (None, None) => (POOL_TAO, POOL_TAO / price),
    };
    let key = if table.pool_tao.is_some() { "pool_tao" } else { "pool_alpha" };
    for (what, tokens) in [("TAO", tao), ("alpha", alpha)] {
        let place = if place.key(key).exists() { place.key(key) } else { place.key("price_tao") };
        if tokens > MAX_STAKE_TOKENS {
            sink.error(&place.span(), format!("the pool would hold {tokens} {what}"))
                .label(format!("there is no more than {MAX_STAKE_TOKENS} of it"));
        } else if to_rao(tokens) == 0 {
            sink.error(&place.span(), format!("the pool would hold no {what}"))
                .label("both sides must be above 0");
            // An empty side mostly empties the other one.
            break;
        }
    }
    (to_rao(tao), to_rao(alpha))
}

fn first_emission_block(
    place: &Place<'_>,
    table: &ChainSubnetTable,
    sink: &mut Sink,
) -> Option<u64> {
    if table.started == Some(false) {
        place.key("first_emission_block").refuse(
            sink,
            "a subnet that is not started emits nothing",
            "`started` is false",
        );
        return None;
    }
    Some(table.first_emission_block.map_or(1, Whole::get))
}

fn burn_rao(place: &Place<'_>, table: &ChainSubnetTable, sink: &mut Sink) -> u64 {
    let rao = to_rao(table.burn_tao.map_or(BURN_TAO, Stake::get));
    let mut rules = Subnet::registered();
    rules.apply(&table.patch());
    let (low, high) = (rules.min_burn_rao, rules.max_burn_rao);
    if table.burn_tao.is_some() && low <= high && !(low..=high).contains(&rao) {
        sink.warning(&place.key("burn_tao").span(), "this burn is outside its bounds")
            .label(format!("min_burn_rao is {low}, max_burn_rao {high}"));
    }
    rao
}

/// Follows each subnet through its events and checks what each state must hold. `placed` are the
/// events by their index in the file.
pub(super) fn check_states(
    root: &Place<'_>,
    setups: &[SubnetSetup],
    placed: &[(usize, ChainEvent)],
    sink: &mut Sink,
) {
    let mut ordered: Vec<&(usize, ChainEvent)> = placed.iter().collect();
    ordered.sort_by_key(|(_, event)| event.at_block);
    for (at, setup) in setups.iter().enumerate() {
        let place = root.key("subnets").index(at);
        let mut rules = setup.rules.clone();
        let mut states = vec![rules.clone()];
        check_subnet(&place, &rules, sink);
        for (index, event) in ordered.iter().filter(|(_, event)| event.subnet == Some(at)) {
            rules.apply(&event.rules);
            check_subnet(&root.key("events").index(*index).key("rules"), &rules, sink);
            states.push(rules.clone());
        }
        warn_unused_switches(&place, &states, sink);
    }
}
