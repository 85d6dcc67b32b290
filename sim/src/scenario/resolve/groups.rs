//! Groups of miners and validators: names, numbers, and what is drawn for each neuron.

use std::path::Path;

use super::super::file::{Epochs, MinerTable, ValidatorTable};
use super::super::nearest::{listed, nearest};
use super::super::samples::Samples;
use super::super::sink::{Sink, quoted};
use super::super::subnet::SubnetPatch;
use super::super::types::{Behaviour, MinerGroup, Presence, Sampled, ValidatorGroup};
use super::super::values::{NonNegative, Ranged, Whole};
use super::place::Place;
use super::{draws, suspicious};

/// What the members of a group are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Miner,
    Validator,
    Account,
}

impl Kind {
    /// The kind in words, many of it; also the section of the file.
    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Miner => "miners",
            Self::Validator => "validators",
            Self::Account => "accounts",
        }
    }
}

/// A group by name.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) count: usize,
    pub(super) kind: Kind,
}

/// All groups seen so far, and what is needed to check references to them.
pub(super) struct Groups<'a> {
    folder: &'a Path,
    epochs: u64,
    groups: Vec<Group>,
    /// Whether every group is known; otherwise an unknown name is nobody's fault.
    complete: bool,
}

/// What both kinds of groups have in common.
struct Common {
    name: String,
    count: usize,
    presence: Presence,
}

impl<'a> Groups<'a> {
    /// No groups yet. CSV files are looked for in `folder`.
    pub(super) fn new(folder: &'a Path, epochs: u64) -> Self {
        Self { folder, epochs, groups: Vec::new(), complete: true }
    }

    /// Number of epochs of the run.
    pub(super) fn epochs(&self) -> u64 {
        self.epochs
    }

    /// All groups, in file order, miners first.
    pub(super) fn all(&self) -> &[Group] {
        &self.groups
    }

    /// Whether every group is known by its name; otherwise an unknown name is nobody's fault.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// The groups of a kind, in file order.
    pub(super) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(move |group| group.kind == kind)
    }

    /// Takes note that a group is not known, because its fault is reported already.
    pub(super) fn note_unknown(&mut self) {
        self.complete = false;
    }

    /// Number of miners.
    pub(super) fn miner_count(&self) -> usize {
        self.of_kind(Kind::Miner).map(|group| group.count).sum()
    }

    /// Resolves the groups of miners.
    pub(super) fn miners(
        &mut self,
        root: &Place<'_>,
        tables: Vec<MinerTable>,
        sink: &mut Sink,
    ) -> Vec<MinerGroup> {
        let place = root.key("miners");
        self.check_any(&place, tables.len(), "name = \"good\"\ncount = 10\nquality = 0.9", sink);
        let resolve = |(index, table): (usize, MinerTable)| {
            let place = place.index(index);
            let common = self.common(
                &place,
                table.name,
                table.count,
                (table.start_epoch, table.stop_epoch),
                Kind::Miner,
                sink,
            );
            let quality = self.required(&place.key("quality"), table.quality, common.count, sink);
            suspicious::check_quality(&place.key("quality"), &quality, sink);
            let stake = place.key("stake_alpha");
            MinerGroup {
                quality,
                noise: noise(&place, table.noise, sink),
                stake_alpha: self.optional(&stake, table.stake_alpha, common.count, sink),
                name: common.name,
                count: common.count,
                presence: common.presence,
            }
        };
        tables.into_iter().enumerate().map(resolve).collect()
    }

    /// Resolves the groups of validators.
    pub(super) fn validators(
        &mut self,
        root: &Place<'_>,
        tables: Vec<ValidatorTable>,
        sink: &mut Sink,
    ) -> Vec<ValidatorGroup> {
        let place = root.key("validators");
        self.check_any(
            &place,
            tables.len(),
            "name = \"honest\"\ncount = 8\nstake_alpha = 1000.0",
            sink,
        );
        let resolve = |(index, table): (usize, ValidatorTable)| {
            let place = place.index(index);
            let common = self.common(
                &place,
                table.name,
                table.count,
                (table.start_epoch, table.stop_epoch),
                Kind::Validator,
                sink,
            );
            let (alpha, root) = (place.key("stake_alpha"), place.key("root_stake_tao"));
            ValidatorGroup {
                stake_alpha: self.required(&alpha, table.stake_alpha, common.count, sink),
                root_stake_tao: self.optional(&root, table.root_stake_tao, common.count, sink),
                noise: noise(&place, table.noise, sink),
                behaviour: table.behaviour.unwrap_or(Behaviour::Honest),
                name: common.name,
                count: common.count,
                presence: common.presence,
            }
        };
        tables.into_iter().enumerate().map(resolve).collect()
    }

    /// At least one group of a section must be there.
    pub(super) fn check_any(
        &mut self,
        place: &Place<'_>,
        found: usize,
        example: &str,
        sink: &mut Sink,
    ) {
        if place.is_set_aside() {
            self.complete = false;
        } else if found == 0 {
            let section = place.name();
            place
                .error(sink, format!("the scenario has no {section}"))
                .label("at least one group must be here")
                .help(format!("write, for example,\n[[{section}]]\n{example}"));
        }
    }

    fn common(
        &mut self,
        place: &Place<'_>,
        name: Option<String>,
        count: Option<Whole<1, 65_535>>,
        (start, stop): (Option<Epochs>, Option<Epochs>),
        kind: Kind,
        sink: &mut Sink,
    ) -> Common {
        let count = count.map_or(1, |count| usize::try_from(count.get()).unwrap_or(1));
        let name = self.enter(place, name, count, kind, sink);
        Common { name, count, presence: self.presence(place, start, stop, sink) }
    }

    /// Takes a group up under its checked name, which is empty when there is none that could be
    /// used.
    pub(super) fn enter(
        &mut self,
        place: &Place<'_>,
        name: Option<String>,
        count: usize,
        kind: Kind,
        sink: &mut Sink,
    ) -> String {
        let name = self.name(place, name, sink);
        if !name.is_empty() {
            self.groups.push(Group { name: name.clone(), count, kind });
        }
        name
    }

    /// The checked name; empty when there is none that could be used.
    fn name(&mut self, place: &Place<'_>, name: Option<String>, sink: &mut Sink) -> String {
        let place_of_name = place.key("name");
        let Some(name) = name else {
            self.complete = false;
            if !place_of_name.is_set_aside() {
                sink.error(&place.span(), "this group has no name")
                    .label("`name` must be here")
                    .help("write, for example, name = \"good\"");
            }
            return String::new();
        };
        if !check_characters(&place_of_name, &name, "group", sink) {
            self.complete = false;
            return String::new();
        }
        if let Some(other) = self.groups.iter().find(|group| group.name.eq_ignore_ascii_case(&name))
        {
            sink.error(&place_of_name.span(), "two groups have the same name")
                .label(format!(
                    "there is a group of {} called {:?}",
                    other.kind.plural(),
                    other.name
                ))
                .help("names are unique over all groups, whatever their case");
            // Another name was meant, and references to it are nobody's fault.
            self.complete = false;
        }
        name
    }

    fn presence(
        &self,
        place: &Place<'_>,
        start: Option<Epochs>,
        stop: Option<Epochs>,
        sink: &mut Sink,
    ) -> Presence {
        let start_epoch = start.map_or(0, Whole::get);
        let stop_epoch = stop.map(Whole::get);
        if stop_epoch.is_some_and(|stop| stop <= start_epoch) {
            let stop = stop_epoch.unwrap_or_default();
            let span = place.either("stop_epoch", "start_epoch");
            sink.error(&span, "the group stops before it starts")
                .label(format!("start_epoch is {start_epoch}, stop_epoch {stop}"))
                .help("stop_epoch must be above start_epoch");
        } else if start_epoch >= self.epochs && start_epoch > 0 {
            let last = self.epochs.saturating_sub(1);
            sink.error(&place.key("start_epoch").span(), "the group starts after the run")
                .label(format!("allowed: 0 to {last}"))
                .help(format!("the run has {} epochs", self.epochs));
        }
        Presence { start_epoch, stop_epoch }
    }

    /// Resolves samples that must be there.
    pub(super) fn required<T: Ranged>(
        &self,
        place: &Place<'_>,
        samples: Option<Samples<T>>,
        count: usize,
        sink: &mut Sink,
    ) -> Sampled {
        draws::required(self.folder, place, samples, count, sink)
    }

    /// Resolves samples; 0 where there are none.
    pub(super) fn optional<T: Ranged>(
        &self,
        place: &Place<'_>,
        samples: Option<Samples<T>>,
        count: usize,
        sink: &mut Sink,
    ) -> Sampled {
        draws::optional(self.folder, place, samples, count, sink)
    }

    /// All groups together must fit the subnet.
    pub(super) fn check_total(&self, root: &Place<'_>, max_uids: u16, sink: &mut Sink) {
        let total: usize = self.groups.iter().map(|group| group.count).sum();
        if total <= usize::from(max_uids) {
            return;
        }
        let most = self.groups.iter().max_by_key(|group| group.count);
        let section = most.map_or("miners", |group| group.kind.plural());
        let index = self
            .groups
            .iter()
            .filter(|group| Some(group.kind) == most.map(|most| most.kind))
            .position(|group| most.is_some_and(|most| std::ptr::eq(group, most)));
        let place = root.key(section).index(index.unwrap_or(0)).key("count");
        let help = match total <= 65_535 {
            true => format!("make room in [subnet] with max_uids = {total}, or take fewer"),
            false => "a subnet has room for 65535 at most (subnet.max_uids)".to_owned(),
        };
        sink.error(&place.span(), format!("{total} neurons do not fit the subnet"))
            .label(format!("all groups together may have max_uids = {max_uids}"))
            .help(help);
    }

    /// The owner must be a group.
    pub(super) fn check_owner(&self, place: &Place<'_>, patch: &SubnetPatch, sink: &mut Sink) {
        if let Some(owner) = &patch.owner {
            self.find(place, owner, None, sink);
        }
    }

    /// A cabal's miners must be groups of miners.
    pub(super) fn check_cabals(
        &self,
        place: &Place<'_>,
        groups: &[ValidatorGroup],
        sink: &mut Sink,
    ) {
        for (index, group) in groups.iter().enumerate() {
            self.check_behaviour(&place.index(index).key("behaviour"), &group.behaviour, sink);
        }
    }

    /// The groups that a behaviour names must be there.
    pub(super) fn check_behaviour(
        &self,
        place: &Place<'_>,
        behaviour: &Behaviour,
        sink: &mut Sink,
    ) {
        let Behaviour::Cabal { miners, .. } = behaviour else { return };
        let place = place.key("cabal").key("miners");
        if miners.is_empty() {
            sink.error(&place.span(), "this cabal has no miners")
                .label("at least one group of miners must be here");
        }
        for (index, name) in miners.iter().enumerate() {
            self.find(&place.index(index), name, Some(Kind::Miner), sink);
        }
    }

    /// The group of a name, of a kind if one is asked for.
    pub(super) fn find(
        &self,
        place: &Place<'_>,
        name: &str,
        kind: Option<Kind>,
        sink: &mut Sink,
    ) -> Option<&Group> {
        let fits = |group: &&Group| kind.is_none_or(|kind| group.kind == kind);
        let found = self.groups.iter().filter(fits).find(|group| group.name == name);
        if found.is_none() && self.complete {
            let names: Vec<&str> =
                self.groups.iter().filter(fits).map(|group| group.name.as_str()).collect();
            let kind = match kind {
                Some(kind) => format!("group of {}", kind.plural()),
                None => "group".to_owned(),
            };
            let label = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("no such {kind}"),
            };
            let message = format!("no {kind} is called \"{}\"", quoted(name));
            let help = match names.is_empty() {
                true => format!("there is no {kind} at all"),
                false => format!("allowed: {}", listed(&names, '"')),
            };
            sink.error(&place.span(), message).label(label).help(help);
        }
        found
    }
}

/// The noise of a group; 0 where there is none.
pub(super) fn noise(place: &Place<'_>, noise: Option<NonNegative>, sink: &mut Sink) -> f64 {
    let noise = noise.map_or(0.0, NonNegative::get);
    suspicious::warn_of_noise(&place.key("noise"), noise, sink);
    noise
}

/// Whether a name has only characters that names may have.
pub(super) fn check_characters(place: &Place<'_>, name: &str, what: &str, sink: &mut Sink) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let valid = !name.is_empty() && name.len() <= 64 && name.chars().all(plain);
    if !valid {
        sink.error(&place.span(), format!("this cannot be the name of a {what}"))
            .label("allowed: 1 to 64 of the characters a-z, A-Z, 0-9, `_` and `-`");
    }
    valid
}
