//! Checks the tables of a file against each other and turns them into a [`Scenario`].
//!
//! Single values are valid by their types already; here are the rules that need more than one of
//! them. All rules are tried, so that an author sees every fault at once, and a rule stays silent
//! about parts that were set aside because their own fault is reported already.

mod chain;
mod draws;
mod events;
mod expect;
mod groups;
mod place;
mod suspicious;

use std::path::Path;

use self::groups::Groups;
use self::place::Place;
use super::diagnostic::Diagnostics;
use super::file::{MechanismTable, ScenarioFile, SimulationTable};
use super::read::ReadFile;
use super::sink::Sink;
use super::subnet::{BondRule, Subnet, SubnetPatch};
use super::sweep::SweepTable;
use super::tree::Span;
use super::types::{Behaviour, Mechanism, Resolution, Scenario, Simulation, WeightRule};
use super::values::{Positive, Rate, Whole};
pub(super) use chain::{CALL_NAMES, resolve_chain};

/// Blocks of 12 seconds in a day.
const BLOCKS_PER_DAY: f64 = 7200.0;

/// Longest run, in epochs.
const MAX_EPOCHS: f64 = 10_000_000.0;

/// Hyperparameters that change nothing while scores are drawn once per epoch.
const WITHOUT_EFFECT: [&str; 11] = [
    "delegate_take",
    "min_allowed_weights",
    "immunity_period_blocks",
    "weights_rate_limit_blocks",
    "min_burn_rao",
    "max_burn_rao",
    "burn_half_life_blocks",
    "burn_increase",
    "price_halving_blocks",
    "moving_price_alpha",
    "max_epochs_per_block",
];

/// Hyperparameters that a replay does not look at, and why.
const WITHOUT_EFFECT_IN_REPLAY: [(&str, &str); 4] = [
    ("owner", "a metagraph has no groups"),
    ("max_uids", "the metagraph says how many neurons there are"),
    ("commit_reveal", "weights stay as they are"),
    ("reveal_period_epochs", "weights stay as they are"),
];

/// Resolves what was read. The result is a scenario only if the sink holds no error afterwards.
pub(super) fn resolve(
    read: ReadFile<ScenarioFile>,
    name: String,
    folder: &Path,
    sink: &mut Sink,
) -> Scenario {
    let ReadFile { root, file } = read;
    let root = Place::root(&root);
    let patch = file.subnet.unwrap_or_default();
    let mut subnet = Subnet::default();
    subnet.apply(&patch);
    warn_without_effect(&root.key("subnet"), sink);
    suspicious::warn_of_emission(&root.key("subnet"), emission(&patch), sink);
    let simulation = simulation(&root, &file.simulation.unwrap_or_default(), &subnet, sink);
    let mut groups = Groups::new(folder, simulation.epochs);
    let miners = groups.miners(&root, file.miners.unwrap_or_default(), sink);
    let validators = groups.validators(&root, file.validators.unwrap_or_default(), sink);
    groups.check_total(&root, subnet.max_uids, sink);
    groups.check_owner(&root.key("subnet").key("owner"), &patch, sink);
    groups.check_cabals(&root.key("validators"), &validators, sink);
    let events = events::events(&root, file.events.unwrap_or_default(), &groups, sink);
    check_subnets(&root, &subnet, &events, sink);
    let mechanism = mechanism(&root, &file.mechanism.unwrap_or_default(), &groups, sink);
    let has_honest = validators.iter().any(|group| group.behaviour == Behaviour::Honest);
    let has_honest = has_honest || !groups.is_complete();
    let expect = expect::expect(&root, file.expect.unwrap_or_default(), &groups, has_honest, sink);
    Scenario {
        name,
        title: file.title,
        question: file.question,
        simulation,
        subnet,
        miners,
        validators,
        mechanism,
        events: events::in_order(events),
        expect,
        sweep: file.sweep.map(SweepTable::spec),
        warnings: Diagnostics::default(),
    }
}

fn simulation(
    root: &Place<'_>,
    table: &SimulationTable,
    subnet: &Subnet,
    sink: &mut Sink,
) -> Simulation {
    let place = root.key("simulation");
    Simulation {
        seed: table.seed.map_or(0, Whole::get),
        resolution: Resolution::Epoch,
        epochs: epochs(&place, table, subnet.tempo_blocks, sink),
        threads: table.threads.map(|threads| usize::try_from(threads.get()).unwrap_or(1)),
        record_bonds: table.record_bonds.unwrap_or(false),
    }
}

/// The length in epochs; where the file does not say, so long that no other rule breaks by it.
fn epochs(place: &Place<'_>, table: &SimulationTable, tempo_blocks: u64, sink: &mut Sink) -> u64 {
    match (table.epochs, table.days) {
        (Some(epochs), None) => epochs.get(),
        (None, Some(days)) => days_to_epochs(&place.key("days"), days, tempo_blocks, sink),
        (Some(_), Some(_)) => {
            sink.error(&place.key("days").key_span(), "the length is given twice")
                .label("`epochs` is set as well")
                .help("keep either `epochs` or `days`");
            u64::MAX
        }
        (None, None) => {
            let known = place.key("epochs").is_set_aside() || place.key("days").is_set_aside();
            if !known {
                let message = "the scenario does not say how long it runs";
                place
                    .error(sink, message)
                    .label("`epochs` or `days` must be here")
                    .help("write, for example,\n[simulation]\nepochs = 200");
            }
            u64::MAX
        }
    }
}

fn days_to_epochs(place: &Place<'_>, days: Positive, tempo_blocks: u64, sink: &mut Sink) -> u64 {
    let epochs = (days.get() * BLOCKS_PER_DAY / tempo_blocks as f64).floor();
    if (1.0..=MAX_EPOCHS).contains(&epochs) {
        return epochs as u64;
    }
    let shortest = tempo_blocks as f64 / BLOCKS_PER_DAY;
    let message = match epochs < 1.0 {
        true => "the run is shorter than one epoch",
        false => "the run is longer than 10 million epochs",
    };
    sink.error(&place.span(), message)
        .label(format!("allowed: {shortest} to {}", shortest * MAX_EPOCHS))
        .help(format!("an epoch is {tempo_blocks} blocks, a day is {BLOCKS_PER_DAY} blocks"));
    u64::MAX
}

/// Warns of hyperparameters that change nothing, wherever they are set.
fn warn_without_effect(subnet: &Place<'_>, sink: &mut Sink) {
    for key in WITHOUT_EFFECT {
        let place = subnet.key(key);
        if place.exists() {
            sink.warning(
                &place.key_span(),
                format!("`{key}` has no effect at resolution \"epoch\""),
            )
            .label("nothing will change");
        }
    }
}

/// Follows the subnet through its events and checks what each state must hold.
fn check_subnets(root: &Place<'_>, start: &Subnet, events: &[events::Placed], sink: &mut Sink) {
    let mut subnet = start.clone();
    let mut states = vec![start.clone()];
    check_subnet(&root.key("subnet"), &subnet, sink);
    for event in events::by_epoch(events) {
        let place = root.key("events").index(event.index).key("subnet");
        subnet.apply(&event.event.subnet);
        check_subnet(&place, &subnet, sink);
        states.push(subnet.clone());
    }
    warn_unused_switches(&root.key("subnet"), &states, sink);
}

/// The rule that a state of the subnet breaks: the two keys, and what they are.
fn broken_rule(subnet: &Subnet) -> Option<(&'static str, &'static str, String)> {
    let Subnet { alpha_low, alpha_high, min_burn_rao, max_burn_rao, .. } = subnet;
    if alpha_low > alpha_high {
        let found = format!("alpha_low is {alpha_low} and alpha_high {alpha_high}, of 65535");
        return Some(("alpha_low", "alpha_high", found));
    }
    if min_burn_rao > max_burn_rao {
        let found = format!("min_burn_rao is {min_burn_rao} and max_burn_rao {max_burn_rao}");
        return Some(("min_burn_rao", "max_burn_rao", found));
    }
    None
}

/// Checks a state of the subnet. An event is only blamed for what it sets.
fn check_subnet(place: &Place<'_>, subnet: &Subnet, sink: &mut Sink) {
    let Some((low, high, found)) = broken_rule(subnet) else { return };
    if place.key(low).exists() || place.key(high).exists() {
        sink.error(&place.key_or(low, high), format!("{low} is above {high}"))
            .label(found)
            .help("what is not set has the chain's default");
    }
}

/// The emission that a change sets, in rao per block.
fn emission(patch: &SubnetPatch) -> Option<u64> {
    patch.emission_rao_per_block.map(Whole::get)
}

/// The bond rule of a replay is an option and a hyperparameter: only one of them may set it.
pub(super) fn check_given_once(read: &ReadFile<ScenarioFile>, rule: BondRule, sink: &mut Sink) {
    let place = Place::root(&read.root).key("subnet").key("bond_rule");
    if place.exists() {
        sink.error(&place.key_span(), "the bond rule is given twice")
            .label(format!("`--bond-rule {}` sets it as well", rule.name()))
            .help("keep one of them");
    }
}

/// Applies hyperparameters that stand in no file to a metagraph's subnet, and warns of those that a
/// replay does not look at.
pub(super) fn resolve_replay(
    read: &ReadFile<ScenarioFile>,
    mut subnet: Subnet,
    overrides: &[String],
    sink: &mut Sink,
) -> Subnet {
    let patch = read.file.subnet.clone().unwrap_or_default();
    subnet.apply(&patch);
    check_subnet_alone(&subnet, overrides, sink);
    let root = Place::root(&read.root);
    let place = root.key("subnet");
    warn_without_effect(&place, sink);
    suspicious::warn_of_emission(&place, emission(&patch), sink);
    for (key, why) in WITHOUT_EFFECT_IN_REPLAY {
        let place = place.key(key);
        if place.exists() {
            sink.warning(&place.key_span(), format!("`{key}` has no effect in a replay"))
                .label(why);
        }
    }
    warn_unused_liquid_alpha(&place, std::slice::from_ref(&subnet), sink);
    subnet
}

/// Checks hyperparameters that stand in no file. The last override is blamed.
fn check_subnet_alone(subnet: &Subnet, overrides: &[String], sink: &mut Sink) {
    if let Some((low, high, found)) = broken_rule(subnet)
        && let (Some(source), Some(last)) = (overrides.len().checked_sub(1), overrides.last())
    {
        let span = Span { source, range: 0..last.len() };
        sink.error(&span, format!("{low} is above {high}")).label(found);
    }
}

/// Warns of a liquid alpha that nothing in the run looks at.
fn warn_unused_liquid_alpha(place: &Place<'_>, states: &[Subnet], sink: &mut Sink) {
    let liquid = place.key("liquid_alpha");
    let yuma3 = states.iter().any(|state| state.bond_rule == BondRule::Yuma3);
    if liquid.exists() && states.iter().any(|state| state.liquid_alpha) && !yuma3 {
        sink.warning(&liquid.key_span(), "`liquid_alpha` has no effect with bond rule \"yuma2\"")
            .label("only Yuma 3 looks at it")
            .help("set bond_rule = \"yuma3\" beside it");
    }
    for key in ["alpha_low", "alpha_high", "alpha_sigmoid_steepness"] {
        let place = place.key(key);
        if place.exists() && !states.iter().any(|state| state.liquid_alpha) {
            sink.warning(&place.key_span(), format!("`{key}` has no effect"))
                .label("liquid_alpha is off")
                .help("set liquid_alpha = true beside it");
        }
    }
}

/// Warns of switches that nothing in the run looks at.
fn warn_unused_switches(place: &Place<'_>, states: &[Subnet], sink: &mut Sink) {
    warn_unused_liquid_alpha(place, states, sink);
    let period = place.key("reveal_period_epochs");
    if period.exists() && !states.iter().any(|state| state.commit_reveal) {
        sink.warning(&period.key_span(), "`reveal_period_epochs` has no effect")
            .label("commit_reveal is off")
            .help("set commit_reveal = true beside it");
    }
}

fn mechanism(
    root: &Place<'_>,
    table: &MechanismTable,
    groups: &Groups<'_>,
    sink: &mut Sink,
) -> Mechanism {
    let weights = table.weights.unwrap_or(WeightRule::Linear);
    let miners = groups.miner_count();
    if let WeightRule::TopK { k } = weights
        && miners > 0
        && k >= miners
    {
        sink.warning(
            &root.key("mechanism").key("weights").span(),
            format!("top_k pays the best {k} of {miners} miners: all of them"),
        )
        .label("the same as \"linear\"");
    }
    Mechanism {
        weights,
        moving_average_alpha: table.moving_average_alpha.map_or(1.0, Rate::get),
        quality_power: table.quality_power.map_or(1.0, Positive::get),
    }
}
