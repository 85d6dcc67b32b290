//! The subnets by name, for everything that refers to one.

use super::super::super::chain_file::ChainFile;
use super::super::super::nearest::{listed, nearest};
use super::super::super::sink::{Sink, quoted};
use super::super::groups::check_characters;
use super::super::place::Place;
use crate::chain::{NetUid, ROOT};

/// Name that means root.
pub(super) const ROOT_NAME: &str = "root";

/// Names of the subnets, by place in the file.
#[derive(Debug, Default)]
pub(super) struct SubnetNames {
    names: Vec<String>,
    /// Whether all are known; otherwise an unknown name is nobody's fault.
    incomplete: bool,
}

impl SubnetNames {
    /// Checks the names of the file's subnets.
    pub(super) fn new(root: &Place<'_>, file: &ChainFile, sink: &mut Sink) -> Self {
        let place = root.key("subnets");
        let tables = file.subnets.as_deref().unwrap_or_default();
        let mut names = Self { names: Vec::new(), incomplete: place.is_set_aside() };
        if tables.is_empty() && !names.incomplete {
            place
                .error(sink, "the scenario has no subnets")
                .label("at least one subnet must be here")
                .help("write, for example,\n[[subnets]]\nname = \"text\"");
            names.incomplete = true;
        }
        for (index, table) in tables.iter().enumerate() {
            let name = names.checked(&place.index(index), table.name.as_deref(), sink);
            names.names.push(name);
        }
        names
    }

    fn checked(&mut self, place: &Place<'_>, name: Option<&str>, sink: &mut Sink) -> String {
        let place_of_name = place.key("name");
        let Some(name) = name else {
            self.incomplete = true;
            if !place_of_name.is_set_aside() {
                sink.error(&place.span(), "this subnet has no name")
                    .label("`name` must be here")
                    .help("write, for example, name = \"text\"");
            }
            return String::new();
        };
        if !check_characters(&place_of_name, name, "subnet", sink) {
            self.incomplete = true;
            return String::new();
        }
        let fault = match self.names.iter().any(|other| other.eq_ignore_ascii_case(name)) {
            true => Some(("two subnets have the same name", "there is one of this name above")),
            false if name.eq_ignore_ascii_case(ROOT_NAME) => {
                Some(("a subnet cannot be called root", "root is always there"))
            }
            false => None,
        };
        if let Some((message, label)) = fault {
            sink.error(&place_of_name.span(), message).label(label);
            self.incomplete = true;
        }
        name.to_owned()
    }

    /// All names, in file order.
    pub(super) fn all(&self) -> &[String] {
        &self.names
    }

    /// Whether every subnet is known by its name.
    pub(super) fn is_complete(&self) -> bool {
        !self.incomplete
    }

    /// Place of a subnet in the file.
    pub(super) fn find(&self, place: &Place<'_>, name: &str, sink: &mut Sink) -> Option<usize> {
        self.look_up(place, name, false, sink).flatten()
    }

    /// Place of a subnet in the file; none of root.
    pub(super) fn find_or_root(
        &self,
        place: &Place<'_>,
        name: &str,
        sink: &mut Sink,
    ) -> Option<Option<usize>> {
        self.look_up(place, name, true, sink)
    }

    /// Number of a subnet or of root.
    pub(super) fn netuid(&self, place: &Place<'_>, name: &str, sink: &mut Sink) -> Option<NetUid> {
        Some(self.look_up(place, name, true, sink)?.map_or(ROOT, netuid_of))
    }

    fn look_up(
        &self,
        place: &Place<'_>,
        name: &str,
        with_root: bool,
        sink: &mut Sink,
    ) -> Option<Option<usize>> {
        if with_root && name == ROOT_NAME {
            return Some(None);
        }
        let found = self.names.iter().position(|other| other == name);
        if found.is_none() && !self.incomplete {
            let root = with_root.then_some(ROOT_NAME);
            let names: Vec<&str> = self.names.iter().map(String::as_str).chain(root).collect();
            let label = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean {near:?}?"),
                None => "no such subnet".to_owned(),
            };
            sink.error(&place.span(), format!("no subnet is called \"{}\"", quoted(name)))
                .label(label)
                .help(format!("allowed: {}", listed(&names, '"')));
        }
        found.map(Some)
    }

    /// The subnet that a table names, or the only one.
    pub(super) fn named_or_only(
        &self,
        place: &Place<'_>,
        name: Option<&str>,
        sink: &mut Sink,
    ) -> Option<usize> {
        let place_of_name = place.key("subnet");
        if let Some(name) = name {
            return self.find(&place_of_name, name, sink);
        }
        match self.names.len() {
            1 => Some(0),
            0 => None,
            _ => {
                if !place_of_name.is_set_aside() {
                    sink.error(&place.span(), "this does not say on which subnet")
                        .label("`subnet` must be here")
                        .help(format!("allowed: {}", listed(&self.names, '"')));
                }
                None
            }
        }
    }
}

/// Number of the subnet at a place in the file.
pub(super) fn netuid_of(place: usize) -> NetUid {
    NetUid::try_from(place + 1).unwrap_or(NetUid::MAX)
}
