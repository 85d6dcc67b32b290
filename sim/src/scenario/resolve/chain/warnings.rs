//! Block scenarios that are valid and yet hardly what their author meant.

use super::super::super::chain_types::{
    ChainMiners, ChainScenario, ChainValidators, Joins, SetsWeights,
};
use super::super::super::sink::Sink;
use super::super::super::types::{Behaviour, Sampled, WeightRule};
use super::super::place::Place;

/// Looks at everything that can be told from the scenario alone.
pub(super) fn warn(root: &Place<'_>, scenario: &ChainScenario, sink: &mut Sink) {
    for (index, group) in scenario.validators.iter().enumerate() {
        warn_of_validators(&root.key("validators").index(index), group, scenario, sink);
    }
    for (index, group) in scenario.miners.iter().enumerate() {
        warn_of_miners(&root.key("miners").index(index), group, sink);
    }
    for index in 0..scenario.subnets.len() {
        warn_of_commit_reveal(&root.key("subnets").index(index), index, scenario, sink);
    }
    warn_of_top_k(root, scenario, sink);
}

fn is_nothing(sampled: &Sampled) -> bool {
    match sampled {
        Sampled::Constant(number) => *number <= 0.0,
        Sampled::List(list) => list.iter().all(|number| *number <= 0.0),
        _ => false,
    }
}

fn warn_of_validators(
    place: &Place<'_>,
    group: &ChainValidators,
    scenario: &ChainScenario,
    sink: &mut Sink,
) {
    let has_stake = !is_nothing(&group.stake_alpha) || !is_nothing(&group.root_stake_tao);
    if group.imported_uids.is_none() && !has_stake {
        sink.warning(&place.span(), "these validators have no stake")
            .label("without stake there is no permit to set weights")
            .help("set stake_alpha or root_stake_tao");
    }
    let Some(subnet) = scenario.subnets.get(group.subnet) else { return };
    if let SetsWeights::Every { blocks } = group.sets_weights
        && blocks < subnet.rules.weights_rate_limit_blocks
    {
        let limit = subnet.rules.weights_rate_limit_blocks;
        sink.warning(&place.key("sets_weights").span(), "weights are set more often than allowed")
            .label(format!("weights_rate_limit_blocks is {limit}"))
            .help("calls in between will be refused");
    }
    let delay = place.key("behaviour").key("copier").key("delay_epochs");
    if delay.exists() {
        sink.warning(&delay.key_span(), "`delay_epochs` has no effect at resolution \"block\"")
            .label("a copier copies what is visible on the chain");
    }
    if let Behaviour::Cabal { miners, .. } = &group.behaviour {
        let elsewhere = |name: &&String| {
            let miners = scenario.miners.iter().find(|miners| miners.name == **name);
            miners.is_some_and(|miners| miners.subnet != group.subnet)
        };
        if let Some(name) = miners.iter().find(elsewhere) {
            let place = place.key("behaviour").key("cabal").key("miners");
            sink.warning(&place.span(), "this cabal's miners are not where it validates")
                .label(format!("{name:?} mines on another subnet"));
        }
    }
}

fn warn_of_miners(place: &Place<'_>, group: &ChainMiners, sink: &mut Sink) {
    let pays_itself = !place.key("coldkey").exists() && group.imported_uids.is_none();
    if group.joins != Joins::AtStart && pays_itself && is_nothing(&group.balance_tao) {
        sink.warning(&place.span(), "these miners have no TAO to register with")
            .label("registration burns TAO of the coldkey")
            .help("set balance_tao, or coldkey");
    }
    if group.joins != Joins::AtStart && !is_nothing(&group.stake_alpha) {
        sink.warning(
            &place.key("stake_alpha").span(),
            "these miners have stake before they register",
        )
        .label("it is theirs from the start");
    }
}

fn warn_of_commit_reveal(
    place: &Place<'_>,
    index: usize,
    scenario: &ChainScenario,
    sink: &mut Sink,
) {
    let Some(subnet) = scenario.subnets.get(index) else { return };
    let switch = ["reveal_period_epochs", "commit_reveal"]
        .into_iter()
        .map(|key| place.key(key))
        .find(Place::exists);
    let (Some(switch), true) = (switch, subnet.rules.commit_reveal) else { return };
    let has_validators = scenario.validators.iter().any(|group| group.subnet == index);
    let commits = scenario.calls.iter().any(|call| call.call.name().starts_with("commit_"));
    if !has_validators && !commits {
        sink.warning(&switch.key_span(), "nobody commits weights on this subnet")
            .label("it has no validators, and no call commits");
    }
    let wait = (subnet.rules.reveal_period_epochs + 1) * subnet.rules.tempo_blocks;
    if has_validators && scenario.simulation.blocks < wait {
        sink.warning(&switch.key_span(), "the run may end before any weights are revealed")
            .label(format!("{wait} blocks until a commit is certain to count"));
    }
}

fn warn_of_top_k(root: &Place<'_>, scenario: &ChainScenario, sink: &mut Sink) {
    let WeightRule::TopK { k } = scenario.mechanism.weights else { return };
    let count = |index: usize| -> usize {
        let groups = scenario.miners.iter().filter(|group| group.subnet == index);
        groups.map(|group| group.count).sum()
    };
    let most = (0..scenario.subnets.len()).map(count).max().unwrap_or(0);
    if most > 0 && k >= most {
        let message = format!("top_k pays the best {k}, and no subnet has more than {most} miners");
        sink.warning(&root.key("mechanism").key("weights").span(), message)
            .label("the same as \"linear\"");
    }
}
