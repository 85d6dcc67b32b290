//! The arguments of one call: taken from its table by name, and afterwards compared with what
//! stands there, so that a missing or a superfluous one is told with all that the call takes.

use serde::Deserialize;

use super::super::super::chain_file::to_rao;
use super::super::super::nearest::nearest;
use super::super::super::sink::{Sink, quoted};
use super::super::super::values::{Proportion, Stake, Whole};
use super::super::place::Place;
use super::people::account;
use super::scene::Scene;
use crate::chain::{AccountId, NetUid};

/// Keys that every call has.
const COMMON: [&str; 6] = ["at_block", "from", "call", "refused", "every_blocks", "times"];

/// Keys of which a call takes one.
struct Wanted {
    keys: Vec<&'static str>,
    required: bool,
}

/// Takes arguments out of the table of a call.
pub(super) struct Arguments<'a, 'w> {
    /// The table.
    pub(super) place: Place<'a>,
    /// Everything with a name.
    pub(super) scene: &'w mut Scene<'a>,
    /// Where faults go.
    pub(super) sink: &'w mut Sink,
    wanted: Vec<Wanted>,
}

impl<'a, 'w> Arguments<'a, 'w> {
    /// The arguments of the call at a place.
    pub(super) fn new(place: Place<'a>, scene: &'w mut Scene<'a>, sink: &'w mut Sink) -> Self {
        Self { place, scene, sink, wanted: Vec::new() }
    }

    /// An argument that may be left out.
    pub(super) fn optional<T: Deserialize<'a>>(&mut self, key: &'static str) -> Option<T> {
        self.wanted.push(Wanted { keys: vec![key], required: false });
        self.place.key(key).get()
    }

    /// An argument that must be there.
    pub(super) fn required<T: Deserialize<'a>>(&mut self, key: &'static str) -> Option<T> {
        self.wanted.push(Wanted { keys: vec![key], required: true });
        self.place.key(key).get()
    }

    /// A whole number with a default.
    pub(super) fn number<const MIN: u64, const MAX: u64>(
        &mut self,
        key: &'static str,
        default: u64,
    ) -> u64 {
        self.optional::<Whole<MIN, MAX>>(key).map_or(default, Whole::get)
    }

    /// A list of short numbers.
    pub(super) fn shorts(&mut self, key: &'static str) -> Vec<u16> {
        let list: Option<Vec<Whole<0, 65_535>>> = self.required(key);
        list.unwrap_or_default().into_iter().map(u16::from).collect()
    }

    /// A switch that must be there.
    pub(super) fn switch(&mut self, key: &'static str) -> bool {
        self.required(key).unwrap_or_default()
    }

    /// A take.
    pub(super) fn take(&mut self) -> u16 {
        self.required::<Proportion>("take").map_or(0, u16::from)
    }

    /// Somebody's hotkey.
    pub(super) fn hotkey(&mut self, key: &'static str) -> AccountId {
        let name: Option<String> = self.required(key);
        let place = self.place.key(key);
        let found = name.and_then(|name| self.scene.people.hotkey(&place, &name, self.sink));
        account(found.unwrap_or_default())
    }

    /// Somebody's coldkey.
    pub(super) fn coldkey(&mut self, key: &'static str) -> AccountId {
        let name: Option<String> = self.required(key);
        let place = self.place.key(key);
        let found = name.and_then(|name| self.scene.people.coldkey(&place, &name, self.sink));
        account(found.unwrap_or_default())
    }

    /// The subnet: by name or by number.
    pub(super) fn netuid(&mut self) -> NetUid {
        self.netuid_at("subnet", "netuid")
    }

    /// A subnet by name or by number, under keys of its own.
    pub(super) fn netuid_at(&mut self, by_name: &'static str, by_number: &'static str) -> NetUid {
        self.one_of(by_name, by_number, true);
        let place = self.place.key(by_name);
        if let Some(name) = place.get::<String>() {
            let netuid = self.scene.subnets.netuid(&place, &name, self.sink);
            return netuid.unwrap_or_default();
        }
        self.place.key(by_number).get::<u16>().unwrap_or_default()
    }

    /// Subnets by name or by number.
    pub(super) fn netuids(&mut self) -> Vec<NetUid> {
        self.one_of("subnets", "netuids", true);
        let place = self.place.key("subnets");
        if let Some(names) = place.get::<Vec<String>>() {
            return self.named_netuids(&place, &names);
        }
        self.place.key("netuids").get().unwrap_or_default()
    }

    /// Numbers of the subnets whose names stand in a list.
    pub(super) fn named_netuids(&mut self, place: &Place<'_>, names: &[String]) -> Vec<NetUid> {
        let subnets = &self.scene.subnets;
        let find =
            |(index, name): (usize, &String)| subnets.netuid(&place.index(index), name, self.sink);
        names.iter().enumerate().filter_map(find).collect()
    }

    /// An amount that must be there, in tokens or exact.
    pub(super) fn rao(&mut self, tokens: &'static str, exact: &'static str) -> u64 {
        self.amount(tokens, exact, true).unwrap_or_default()
    }

    /// An amount, in tokens or exact.
    pub(super) fn amount(
        &mut self,
        tokens: &'static str,
        exact: &'static str,
        required: bool,
    ) -> Option<u64> {
        self.one_of(tokens, exact, required);
        let in_tokens = self.place.key(tokens).get::<Stake>();
        in_tokens.map(|amount| to_rao(amount.get())).or_else(|| self.place.key(exact).get())
    }

    /// Two keys for one argument.
    fn one_of(&mut self, first: &'static str, second: &'static str, required: bool) {
        self.wanted.push(Wanted { keys: vec![first, second], required });
        if self.place.key(first).exists() {
            let message = format!("`{first}` and `{second}` say the same thing");
            self.place.key(second).refuse(self.sink, &message, "keep one of them");
        }
    }

    /// Reports what is missing and what the call does not have. A misspelt argument is not also a
    /// missing one.
    pub(super) fn finish(self, call: &str) {
        let takes = self.takes(call);
        let known: Vec<&str> =
            self.wanted.iter().flat_map(|wanted| wanted.keys.iter().copied()).collect();
        let mut meant: Vec<&str> = Vec::new();
        let entries = self.place.table().map_or(&[][..], |table| &table.entries);
        let is_known = |key: &str| COMMON.contains(&key) || known.contains(&key);
        for entry in entries.iter().filter(|entry| !is_known(&entry.key)) {
            let absent = known.iter().chain(&COMMON).copied();
            let absent = absent.filter(|key| !self.place.key(key).exists());
            let near = nearest(&entry.key, absent);
            meant.extend(near);
            let label = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "no such argument".to_owned(),
            };
            self.sink
                .error(&entry.key_span, format!("`{call}` does not take `{}`", quoted(&entry.key)))
                .label(label)
                .help(takes.as_str());
        }
        for wanted in self.wanted.iter().filter(|wanted| wanted.required) {
            let is_there = |key: &&str| {
                let place = self.place.key(key);
                place.exists() || place.is_set_aside() || meant.contains(key)
            };
            if !wanted.keys.iter().any(is_there) {
                let keys = in_words(&wanted.keys);
                let place = self.place.key("call");
                self.sink
                    .error(&place.span(), format!("this `{call}` has no {keys}"))
                    .label(format!("{keys} must be beside it"))
                    .help(takes.as_str());
            }
        }
    }

    /// All that the call takes, in words.
    fn takes(&self, call: &str) -> String {
        let words = |required: bool| {
            let wanted = self.wanted.iter().filter(|wanted| wanted.required == required);
            wanted.map(|wanted| in_words(&wanted.keys)).collect::<Vec<_>>().join(", ")
        };
        match (words(true).as_str(), words(false).as_str()) {
            ("", "") => format!("{call} takes no arguments"),
            (required, "") => format!("{call} takes {required}"),
            ("", optional) => format!("{call} may take {optional}"),
            (required, optional) => format!("{call} takes {required}; it may take {optional}"),
        }
    }
}

fn in_words(keys: &[&str]) -> String {
    let quoted: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    quoted.join(" or ")
}
