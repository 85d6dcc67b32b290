//! Events: what changes at the start of a block, and whether it can.

use super::super::super::chain_file::ChainEventTable;
use super::super::super::chain_types::ChainEvent;
use super::super::super::sink::Sink;
use super::super::super::subnet::RulesTable;
use super::super::super::values::{NonNegative, Whole};
use super::super::draws;
use super::super::events::refuse_foreign;
use super::super::groups::{Group, Kind};
use super::super::place::Place;
use super::super::suspicious::{check_quality, warn_of_noise};
use super::scene::Scene;
use super::subnets::check_narrow;

/// Keys that change a group.
const GROUP_KEYS: [&str; 3] = ["quality", "noise", "behaviour"];

/// Hyperparameters that stay as they are during a run.
const FIXED: [&str; 1] = ["max_uids"];

/// Resolves the events, each with its index in the file, in file order.
pub(super) fn events(
    root: &Place<'_>,
    tables: Vec<ChainEventTable>,
    scene: &Scene<'_>,
    sink: &mut Sink,
) -> Vec<(usize, ChainEvent)> {
    let place = root.key("events");
    let resolve = |(index, table)| (index, event(&place.index(index), table, scene, sink));
    tables.into_iter().enumerate().map(resolve).collect()
}

/// The events in the order in which they happen; those of one block in file order.
pub(super) fn in_order(events: Vec<(usize, ChainEvent)>) -> Vec<ChainEvent> {
    let mut events: Vec<ChainEvent> = events.into_iter().map(|(_, event)| event).collect();
    events.sort_by_key(|event| event.at_block);
    events
}

fn event(
    place: &Place<'_>,
    table: ChainEventTable,
    scene: &Scene<'_>,
    sink: &mut Sink,
) -> ChainEvent {
    let at_block = at_block(place, table.at_block, scene.blocks, sink);
    let changes_group = GROUP_KEYS.iter().any(|key| place.key(key).exists());
    let parts = ["group", "rules"].iter().chain(&GROUP_KEYS);
    let is_complete = parts.into_iter().all(|key| !place.key(key).is_set_aside());
    if table.rules.is_none() && table.group.is_none() && !changes_group && is_complete {
        sink.error(&place.span(), "this event changes nothing")
            .label("`rules`, or `group` with what changes, must be here")
            .help("write, for example, rules = { kappa = 0.6 }, or group = \"good\" and quality = 0.2");
    }
    let group = match (&table.group, changes_group) {
        (Some(name), _) => scene.groups.find(&place.key("group"), name, None, sink),
        (None, true) if is_complete => {
            sink.error(&place.span(), "this event does not say which group changes")
                .label("`group` must be here")
                .help("write, for example, group = \"good\"");
            None
        }
        (None, _) => None,
    };
    let (subnet, rules) = rules(place, &table, scene, sink);
    let mut event = ChainEvent {
        at_block,
        group: group.map(|group| group.name.clone()),
        quality: None,
        noise: table.noise.map(NonNegative::get),
        behaviour: None,
        subnet,
        rules: rules.map(RulesTable::patch).unwrap_or_default(),
    };
    if let Some(group) = group {
        change(place, &mut event, group, is_complete, scene, sink);
        let quality = place.key("quality");
        event.quality = table.quality.map(|samples| {
            draws::optional(scene.folder, &quality, Some(samples), group.count, sink)
        });
        if let Some(drawn) = &event.quality {
            check_quality(&quality, drawn, sink);
        }
        if let Some(behaviour) = &table.behaviour {
            scene.groups.check_behaviour(&place.key("behaviour"), behaviour, sink);
        }
        event.behaviour = table.behaviour;
    }
    event
}

/// Checks that a group can change as the event says.
fn change(
    place: &Place<'_>,
    event: &mut ChainEvent,
    group: &Group,
    is_complete: bool,
    scene: &Scene<'_>,
    sink: &mut Sink,
) {
    let has = |key: &str| place.key(key).exists();
    if group.kind == Kind::Account && scene.groups.is_complete() {
        sink.error(&place.key("group").span(), "accounts do not change by events")
            .label(format!("{:?} is a group of accounts", group.name))
            .help("make them call something, in [[calls]]");
        return;
    }
    refuse_foreign(place, group, sink);
    if is_complete && !GROUP_KEYS.iter().any(|key| has(key)) {
        sink.error(&place.key("group").span(), "this event changes nothing about the group")
            .label("what changes?")
            .help("add quality, noise or behaviour");
    }
    if let Some(noise) = event.noise {
        warn_of_noise(&place.key("noise"), noise, sink);
    }
}

fn at_block<const MAX: u64>(
    place: &Place<'_>,
    block: Option<Whole<1, MAX>>,
    blocks: u64,
    sink: &mut Sink,
) -> u64 {
    let place_of_block = place.key("at_block");
    let Some(block) = block.map(Whole::get) else {
        if !place_of_block.is_set_aside() {
            sink.error(&place.span(), "this event does not say when it happens")
                .label("`at_block` must be here")
                .help("write, for example, at_block = 7200");
        }
        return 1;
    };
    if block > blocks {
        sink.warning(&place_of_block.span(), "this event never happens")
            .label(format!("the run ends with block {blocks}"));
    }
    block
}

/// The subnet and the rules that change.
fn rules<'t>(
    place: &Place<'_>,
    table: &'t ChainEventTable,
    scene: &Scene<'_>,
    sink: &mut Sink,
) -> (Option<usize>, Option<&'t RulesTable>) {
    let Some(rules) = &table.rules else {
        if !place.key("rules").is_set_aside() {
            place.key("subnet").refuse(
                sink,
                "this event does not say what changes about the subnet",
                "`rules` must be beside it",
            );
        }
        return (None, None);
    };
    let place_of_rules = place.key("rules");
    for key in FIXED {
        let message = format!("`{key}` cannot change during a run");
        place_of_rules.key(key).refuse(sink, &message, "not allowed in an event");
    }
    check_narrow(&place_of_rules, sink);
    let subnet = scene.subnets.named_or_only(place, table.subnet.as_deref(), sink);
    (subnet, Some(rules))
}
