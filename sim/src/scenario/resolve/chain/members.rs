//! Who the members of each group are: their keys in the roster, or the neurons of a file that they
//! stand for.

use std::ops::Range;

use super::super::super::chain_file::{ChainFile, ChainMinerTable, ChainValidatorTable};
use super::super::super::sink::Sink;
use super::super::super::values::Whole;
use super::super::groups::Kind;
use super::super::place::Place;
use super::places::ROOT_NAME;
use super::scene::Scene;

/// Names that groups cannot have: they mean something else where groups are named.
const RESERVED: [&str; 2] = [ROOT_NAME, "others"];

/// The members of a group of neurons.
pub(super) struct Members {
    pub(super) name: String,
    pub(super) count: usize,
    /// Place of their subnet.
    pub(super) subnet: usize,
    pub(super) coldkeys: Vec<usize>,
    pub(super) hotkeys: Vec<usize>,
    pub(super) imported_uids: Option<Range<u16>>,
}

/// Members of all groups, by section and in file order.
pub(super) struct Everybody {
    /// Names and coldkeys of accounts.
    pub(super) accounts: Vec<(String, Vec<usize>)>,
    pub(super) validators: Vec<Members>,
    pub(super) miners: Vec<Members>,
}

/// What the tables of neurons have in common.
struct Keys<'t> {
    name: Option<&'t String>,
    count: Option<Whole<1, 65_535>>,
    subnet: Option<&'t str>,
    coldkey: Option<&'t str>,
    uids: Option<&'t str>,
}

trait NeuronTable {
    fn keys(&self) -> Keys<'_>;
}

macro_rules! neuron_table {
    ($($table:ident),+) => { $(
        impl NeuronTable for $table {
            fn keys(&self) -> Keys<'_> {
                Keys {
                    name: self.name.as_ref(),
                    count: self.count,
                    subnet: self.subnet.as_deref(),
                    coldkey: self.coldkey.as_deref(),
                    uids: self.uids.as_deref(),
                }
            }
        }
    )+ };
}

neuron_table!(ChainMinerTable, ChainValidatorTable);

/// Number of members where a file may leave it out.
pub(super) fn count_of<const MAX: u64>(count: Option<Whole<1, MAX>>) -> usize {
    count.map_or(1, |count| usize::try_from(count.get()).unwrap_or(1))
}

/// Enters everybody into the roster: accounts, then validators, then miners.
pub(super) fn enter(
    root: &Place<'_>,
    file: &ChainFile,
    scene: &mut Scene<'_>,
    sink: &mut Sink,
) -> Everybody {
    for section in ["accounts", "validators", "miners"] {
        if root.key(section).is_set_aside() {
            scene.groups.note_unknown();
        }
    }
    let place = root.key("accounts");
    let mut accounts = Vec::new();
    for (index, table) in file.accounts.iter().flatten().enumerate() {
        let (place, count) = (place.index(index), count_of(table.count));
        let name = enter_name(&place, table.name.clone(), count, Kind::Account, scene, sink);
        let coldkeys = match name.is_empty() {
            true => Vec::new(),
            false => scene.people.add_accounts(&place, &name, count, sink),
        };
        accounts.push((name, coldkeys));
    }
    let validators = file.validators.as_deref().unwrap_or_default();
    let validators = section(&root.key("validators"), validators, Kind::Validator, scene, sink);
    let miners = file.miners.as_deref().unwrap_or_default();
    let miners = section(&root.key("miners"), miners, Kind::Miner, scene, sink);
    if !scene.groups.is_complete() {
        scene.people.note_unknown();
    }
    Everybody { accounts, validators, miners }
}

fn section<T: NeuronTable>(
    place: &Place<'_>,
    tables: &[T],
    kind: Kind,
    scene: &mut Scene<'_>,
    sink: &mut Sink,
) -> Vec<Members> {
    let enter_one = |(index, table): (usize, &T)| {
        members(&place.index(index), &table.keys(), kind, scene, sink)
    };
    tables.iter().enumerate().map(enter_one).collect()
}

fn members(
    place: &Place<'_>,
    keys: &Keys<'_>,
    kind: Kind,
    scene: &mut Scene<'_>,
    sink: &mut Sink,
) -> Members {
    let written = keys.name.map_or("", String::as_str);
    let imported_uids = imported_uids(place, keys, (written, kind), scene, sink);
    let count = imported_uids.as_ref().map_or(count_of(keys.count), ExactSizeIterator::len);
    let name = enter_name(place, keys.name.cloned(), count, kind, scene, sink);
    let subnet = scene.subnets.named_or_only(place, keys.subnet, sink).unwrap_or(0);
    let is_imported = keys.uids.is_some();
    let (coldkeys, hotkeys) = match name.is_empty() || is_imported {
        true => (Vec::new(), Vec::new()),
        false => {
            let place_of_owner = place.key("coldkey");
            let owner = keys.coldkey.map(|name| scene.people.coldkey(&place_of_owner, name, sink));
            // An owner who is not found is reported; any key will do for the rest of the checks.
            let owner = owner.map(Option::unwrap_or_default);
            scene.people.add_neurons(place, &name, count, owner, sink)
        }
    };
    if is_imported {
        scene.people.note_from_file(&name);
    }
    Members { name, count, subnet, coldkeys, hotkeys, imported_uids }
}

fn imported_uids(
    place: &Place<'_>,
    keys: &Keys<'_>,
    group: (&str, Kind),
    scene: &mut Scene<'_>,
    sink: &mut Sink,
) -> Option<Range<u16>> {
    let (place_of_uids, uids) = (place.key("uids"), keys.uids?);
    if !scene.import.is_import {
        sink.error(&place_of_uids.key_span(), "there are no neurons that these uids could be")
            .label("the chain starts from no file")
            .help("set genesis or metagraph in [chain], or give the group a count");
        return None;
    }
    place.key("count").refuse(sink, "the number of neurons is given twice", "`uids` says it");
    scene.seats.take(&place_of_uids, uids, scene.import.neurons, group, sink)
}

fn enter_name(
    place: &Place<'_>,
    name: Option<String>,
    count: usize,
    kind: Kind,
    scene: &mut Scene<'_>,
    sink: &mut Sink,
) -> String {
    let reserved = |name: &String| RESERVED.iter().any(|other| other.eq_ignore_ascii_case(name));
    if let Some(name) = name.as_ref().filter(|name| reserved(name)) {
        sink.error(&place.key("name").span(), format!("a group cannot be called `{name}`"))
            .label("this word means something else");
        scene.groups.note_unknown();
        return String::new();
    }
    scene.groups.enter(place, name, count, kind, sink)
}
