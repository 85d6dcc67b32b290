//! Events: what changes at the start of an epoch, and whether it can.

use super::super::file::EventTable;
use super::super::samples::Samples;
use super::super::sink::Sink;
use super::super::types::{Event, GroupChange, Sampled};
use super::super::values::{NonNegative, Ranged, Whole};
use super::groups::{Group, Groups, Kind};
use super::place::Place;
use super::{suspicious, warn_without_effect};

/// An event and its place in the file.
#[derive(Debug)]
pub(super) struct Placed {
    /// Index in the file.
    pub(super) index: usize,
    /// The event.
    pub(super) event: Event,
}

/// Keys that change a group.
const GROUP_KEYS: [&str; 5] = ["quality", "stake_alpha", "root_stake_tao", "noise", "behaviour"];

/// Hyperparameters that stay as they are during a run.
const FIXED: [&str; 2] = ["max_uids", "owner"];

/// Resolves the events, in file order.
pub(super) fn events(
    root: &Place<'_>,
    tables: Vec<EventTable>,
    groups: &Groups<'_>,
    sink: &mut Sink,
) -> Vec<Placed> {
    let place = root.key("events");
    let resolve =
        |(index, table)| Placed { index, event: event(&place.index(index), table, groups, sink) };
    tables.into_iter().enumerate().map(resolve).collect()
}

/// The events in the order in which they happen; those of one epoch in file order.
pub(super) fn by_epoch(events: &[Placed]) -> Vec<&Placed> {
    let mut ordered: Vec<&Placed> = events.iter().collect();
    ordered.sort_by_key(|placed| placed.event.at_epoch);
    ordered
}

/// The same, taken over.
pub(super) fn in_order(events: Vec<Placed>) -> Vec<Event> {
    let mut events: Vec<Event> = events.into_iter().map(|placed| placed.event).collect();
    events.sort_by_key(|event| event.at_epoch);
    events
}

fn event(place: &Place<'_>, table: EventTable, groups: &Groups<'_>, sink: &mut Sink) -> Event {
    let at_epoch = at_epoch(place, table.at_epoch, groups.epochs(), sink);
    check_subnet(&place.key("subnet"), sink);
    let emission = table.subnet.as_ref().and_then(super::emission);
    suspicious::warn_of_emission(&place.key("subnet"), emission, sink);
    let changes_group = GROUP_KEYS.iter().any(|key| place.key(key).exists());
    let is_complete = !place.key("subnet").is_set_aside()
        && !place.key("group").is_set_aside()
        && GROUP_KEYS.iter().all(|key| !place.key(key).is_set_aside());
    if table.subnet.is_none() && table.group.is_none() && !changes_group && is_complete {
        sink.error(&place.span(), "this event changes nothing")
            .label("`subnet`, or `group` with what changes, must be here")
            .help("write, for example, subnet = { kappa = 0.6 }, or group = \"good\" and quality = 0.2");
    }
    let group = match (&table.group, changes_group) {
        (Some(name), _) => groups.find(&place.key("group"), name, None, sink),
        (None, true) if is_complete => {
            sink.error(&place.span(), "this event does not say which group changes")
                .label("`group` must be here")
                .help("write, for example, group = \"good\"");
            None
        }
        (None, _) => None,
    };
    let subnet = table.subnet.clone().unwrap_or_default();
    let group = group.map(|group| change(place, table, group, groups, sink));
    Event { at_epoch, subnet, group }
}

fn at_epoch(
    place: &Place<'_>,
    epoch: Option<Whole<0, 10_000_000>>,
    epochs: u64,
    sink: &mut Sink,
) -> u64 {
    let place_of_epoch = place.key("at_epoch");
    let Some(epoch) = epoch else {
        if !place_of_epoch.is_set_aside() {
            sink.error(&place.span(), "this event does not say when it happens")
                .label("`at_epoch` must be here")
                .help("write, for example, at_epoch = 50");
        }
        return 0;
    };
    if epoch.get() >= epochs {
        sink.error(&place_of_epoch.span(), "this event is beyond the end of the run")
            .label(format!("allowed: 0 to {}", epochs.saturating_sub(1)))
            .help(format!("the run has {epochs} epochs, numbered from 0"));
    }
    epoch.get()
}

fn check_subnet(place: &Place<'_>, sink: &mut Sink) {
    for key in FIXED {
        let place = place.key(key);
        if place.exists() {
            sink.error(&place.key_span(), format!("`{key}` cannot change during a run"))
                .label("not allowed in an event")
                .help(format!("set {key} in [subnet]"));
        }
    }
    warn_without_effect(place, sink);
}

fn change(
    place: &Place<'_>,
    table: EventTable,
    group: &Group,
    groups: &Groups<'_>,
    sink: &mut Sink,
) -> GroupChange {
    refuse_foreign(place, group, sink);
    if let Some(behaviour) = &table.behaviour {
        groups.check_behaviour(&place.key("behaviour"), behaviour, sink);
    }
    let changes =
        GROUP_KEYS.iter().any(|key| place.key(key).exists() || place.key(key).is_set_aside());
    if !changes {
        sink.error(&place.key("group").span(), "this event changes nothing about the group")
            .label("what changes?")
            .help("add quality, stake_alpha, root_stake_tao, noise or behaviour");
    }
    let quality = samples(&place.key("quality"), table.quality, group, groups, sink);
    if let Some(quality) = &quality {
        suspicious::check_quality(&place.key("quality"), quality, sink);
    }
    if let Some(noise) = table.noise {
        suspicious::warn_of_noise(&place.key("noise"), noise.get(), sink);
    }
    GroupChange {
        name: group.name.clone(),
        quality,
        stake_alpha: samples(&place.key("stake_alpha"), table.stake_alpha, group, groups, sink),
        root_stake_tao: samples(
            &place.key("root_stake_tao"),
            table.root_stake_tao,
            group,
            groups,
            sink,
        ),
        noise: table.noise.map(NonNegative::get),
        behaviour: table.behaviour,
    }
}

/// Refuses keys that groups of another kind have.
pub(super) fn refuse_foreign(place: &Place<'_>, group: &Group, sink: &mut Sink) {
    let (foreign, owner): (&[&str], Kind) = match group.kind {
        Kind::Miner => (&["root_stake_tao", "behaviour"], Kind::Validator),
        Kind::Validator | Kind::Account => (&["quality"], Kind::Miner),
    };
    for key in foreign {
        let place = place.key(key);
        if place.exists() {
            let (role, owner) = (group.kind.plural(), owner.plural());
            sink.error(&place.key_span(), format!("{role} have no `{key}`"))
                .label(format!("{:?} is a group of {role}; only {owner} have it", group.name));
        }
    }
}

fn samples<T: Ranged>(
    place: &Place<'_>,
    samples: Option<Samples<T>>,
    group: &Group,
    groups: &Groups<'_>,
    sink: &mut Sink,
) -> Option<Sampled> {
    samples.map(|samples| groups.optional(place, Some(samples), group.count, sink))
}
