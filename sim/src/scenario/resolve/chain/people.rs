//! Who the scenario names: the roster of keys, and finding a key by the name of its person.
//!
//! A person has a coldkey, a hotkey or both, under one name. Hotkeys of people who own no neuron are
//! made when something first names them, so that an account can own a subnet.

use std::collections::BTreeMap;

use super::super::super::chain_types::{KeyKind, Person};
use super::super::super::nearest::{listed, nearest};
use super::super::super::sink::{Sink, quoted};
use super::super::place::Place;
use crate::chain::AccountId;

/// Name in the place of a person that means the chain's governance.
pub(super) const GOVERNANCE: &str = "root";

/// Keys of a person, as places in the roster.
#[derive(Debug, Clone, Copy)]
struct Keys {
    coldkey: Option<usize>,
    hotkey: Option<usize>,
}

/// Everybody named so far.
#[derive(Debug, Default)]
pub(super) struct People {
    roster: Vec<Person>,
    keys: BTreeMap<String, Keys>,
    /// The people of each group in words, for messages.
    groups: Vec<String>,
    /// Names of groups that stand for neurons of a file, and so for nobody who can be named.
    from_file: Vec<String>,
    /// Whether everybody is known; otherwise an unknown name is nobody's fault.
    incomplete: bool,
}

impl People {
    /// Everybody, by place.
    pub(super) fn into_roster(self) -> Vec<Person> {
        self.roster
    }

    /// Takes note that somebody's name is not known, because its fault is reported already.
    pub(super) fn note_unknown(&mut self) {
        self.incomplete = true;
    }

    /// Takes note of a group whose members are keys of a file.
    pub(super) fn note_from_file(&mut self, group: &str) {
        self.from_file.push(group.to_owned());
    }

    /// Whether somebody has a name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.keys.contains_key(name)
    }

    /// Adds the coldkeys of a group of accounts; one account has the name of the group.
    pub(super) fn add_accounts(
        &mut self,
        place: &Place<'_>,
        group: &str,
        count: usize,
        sink: &mut Sink,
    ) -> Vec<usize> {
        let names: Vec<String> = match count {
            1 => vec![group.to_owned()],
            _ => (0..count).map(|index| format!("{group}-{index}")).collect(),
        };
        self.note_group(&names);
        names.iter().map(|name| self.add(place, name, KeyKind::Coldkey, sink)).collect()
    }

    /// Adds the hotkeys of a group of neurons, and coldkeys unless one person owns them all.
    pub(super) fn add_neurons(
        &mut self,
        place: &Place<'_>,
        group: &str,
        count: usize,
        owner: Option<usize>,
        sink: &mut Sink,
    ) -> (Vec<usize>, Vec<usize>) {
        let names: Vec<String> = (0..count).map(|index| format!("{group}-{index}")).collect();
        self.note_group(&names);
        let mut coldkeys = Vec::with_capacity(count);
        let mut hotkeys = Vec::with_capacity(count);
        for name in &names {
            match owner {
                Some(owner) => {
                    let hotkey = self.add(place, name, KeyKind::Hotkey, sink);
                    if let Some(keys) = self.keys.get_mut(name) {
                        keys.coldkey = Some(owner);
                    }
                    coldkeys.push(owner);
                    hotkeys.push(hotkey);
                }
                None => {
                    coldkeys.push(self.add(place, name, KeyKind::Coldkey, sink));
                    hotkeys.push(self.hotkey_made(name));
                }
            }
        }
        (coldkeys, hotkeys)
    }

    fn note_group(&mut self, names: &[String]) {
        match names {
            [] => {}
            [only] => self.groups.push(format!("`{only}`")),
            [first, .., last] => self.groups.push(format!("`{first}` to `{last}`")),
        }
    }

    fn add(&mut self, place: &Place<'_>, name: &str, key: KeyKind, sink: &mut Sink) -> usize {
        if self.keys.contains_key(name) {
            sink.error(&place.key("name").span(), format!("two people would be called `{name}`"))
                .label("choose another name")
                .help(
                    "members of a group are called <group>-<index>, a single account as its group",
                );
        }
        let at = self.push(name, key);
        let keys = match key {
            KeyKind::Coldkey => Keys { coldkey: Some(at), hotkey: None },
            KeyKind::Hotkey => Keys { coldkey: None, hotkey: Some(at) },
        };
        self.keys.insert(name.to_owned(), keys);
        at
    }

    fn push(&mut self, name: &str, key: KeyKind) -> usize {
        self.roster.push(Person { name: name.to_owned(), key });
        self.roster.len() - 1
    }

    /// Adds an account that nobody wrote down.
    pub(super) fn make_account(&mut self, name: &str) -> usize {
        let at = self.push(name, KeyKind::Coldkey);
        self.keys.insert(name.to_owned(), Keys { coldkey: Some(at), hotkey: None });
        self.groups.push(format!("`{name}`"));
        at
    }

    /// The hotkey of somebody known, made when there is none yet.
    fn hotkey_made(&mut self, name: &str) -> usize {
        if let Some(hotkey) = self.keys.get(name).and_then(|keys| keys.hotkey) {
            return hotkey;
        }
        let at = self.push(name, KeyKind::Hotkey);
        if let Some(keys) = self.keys.get_mut(name) {
            keys.hotkey = Some(at);
        }
        at
    }

    /// The coldkey of a person, or of the owner of its hotkey.
    pub(super) fn coldkey(&self, place: &Place<'_>, name: &str, sink: &mut Sink) -> Option<usize> {
        let keys = self.find(place, name, &[], sink)?;
        keys.coldkey
    }

    /// The hotkey of a person.
    pub(super) fn hotkey(
        &mut self,
        place: &Place<'_>,
        name: &str,
        sink: &mut Sink,
    ) -> Option<usize> {
        self.find(place, name, &[], sink)?;
        Some(self.hotkey_made(name))
    }

    /// Who signs a call. Nobody is governance.
    pub(super) fn signer(
        &mut self,
        place: &Place<'_>,
        name: &str,
        with_hotkey: bool,
        sink: &mut Sink,
    ) -> Option<usize> {
        let keys = self.find(place, name, &[GOVERNANCE], sink)?;
        match with_hotkey {
            true => Some(self.hotkey_made(name)),
            false => keys.coldkey,
        }
    }

    fn find(
        &self,
        place: &Place<'_>,
        name: &str,
        besides: &[&str],
        sink: &mut Sink,
    ) -> Option<Keys> {
        let found = self.keys.get(name).copied();
        if found.is_none() && !self.incomplete {
            let names = besides.iter().copied().chain(self.keys.keys().map(String::as_str));
            let label = match nearest(name, names) {
                Some(near) => format!("did you mean {near:?}?"),
                None => "nobody has this name".to_owned(),
            };
            let draft = sink
                .error(&place.span(), format!("nobody is called \"{}\"", quoted(name)))
                .label(label);
            let of_file = self.from_file.iter().find(|group| {
                name.strip_prefix(group.as_str()).is_some_and(|rest| rest.starts_with('-'))
            });
            match of_file {
                Some(group) => draft.help(format!(
                    "the neurons of {group:?} are keys of the file; calls cannot name them"
                )),
                None => draft.help(self.everybody(besides)),
            }
        }
        found
    }

    fn everybody(&self, besides: &[&str]) -> String {
        let besides: Vec<String> = besides.iter().map(|name| format!("`{name}`")).collect();
        let names: Vec<&String> = self.groups.iter().chain(&besides).collect();
        match names.is_empty() {
            true => {
                "there is nobody at all; add [[accounts]], [[miners]] or [[validators]]".to_owned()
            }
            false => format!("allowed: {}", listed_plain(&names)),
        }
    }
}

/// Phrases with commas between, broken into lines.
fn listed_plain(phrases: &[&String]) -> String {
    // A quote of no width: the phrases have their own.
    listed(phrases, '\u{0}').replace('\u{0}', "")
}

/// A place in the roster as calls have it.
pub(super) fn account(place: usize) -> AccountId {
    AccountId(u32::try_from(place).unwrap_or(u32::MAX))
}
