//! What the chain starts from: nothing, or a file with the keys of a real network or subnet.

use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::super::super::chain_file::ChainTable;
use super::super::super::chain_types::Start;
use super::super::super::nearest::listed;
use super::super::super::sink::{Sink, quoted};
use super::super::super::text;
use super::super::place::Place;
use super::places::SubnetNames;
use crate::metagraph::Metagraph;

/// The start, and how many neurons it brings; `None` where none can be named.
pub(super) struct Import {
    /// The start.
    pub(super) start: Start,
    /// Whether there is a file.
    pub(super) is_import: bool,
    /// Number of neurons of the file, when it could be read.
    pub(super) neurons: Option<usize>,
}

/// The part of a genesis file that tells how many neurons there are.
#[derive(Deserialize)]
struct GenesisNeurons {
    neurons: Vec<IgnoredAny>,
}

/// Reads what the chain starts from.
pub(super) fn import(
    root: &Place<'_>,
    table: &ChainTable,
    subnets: &SubnetNames,
    folder: &Path,
    sink: &mut Sink,
) -> Import {
    let place = root.key("chain");
    let fresh = Import { start: Start::Fresh, is_import: false, neurons: None };
    let import = match (&table.genesis, &table.metagraph) {
        (None, None) => return fresh,
        (Some(_), Some(_)) => {
            sink.error(&place.key("metagraph").key_span(), "the chain starts from two files")
                .label("`genesis` is set as well")
                .help("keep either `genesis` or `metagraph`");
            return Import { is_import: true, ..fresh };
        }
        (Some(file), None) => genesis(&place.key("genesis"), &folder.join(file), sink),
        (None, Some(file)) => metagraph(&place.key("metagraph"), &folder.join(file), sink),
    };
    if subnets.all().len() > 1 {
        let place = root.key("subnets").index(1);
        sink.error(&place.span(), "there is one subnet too many")
            .label("the neurons of the file are on one subnet")
            .help(format!("keep one of {}", listed(subnets.all(), '`')));
    }
    import.unwrap_or(Import { is_import: true, ..fresh })
}

fn genesis(place: &Place<'_>, path: &Path, sink: &mut Sink) -> Option<Import> {
    let json = match text::read(path, "genesis file") {
        Ok(json) => json,
        Err(error) => {
            let message = format!("{}: {}", quoted(&path.display().to_string()), error.message);
            blame(place, message, error.help, sink);
            return None;
        }
    };
    match serde_json::from_str::<GenesisNeurons>(&json) {
        Ok(GenesisNeurons { neurons }) => Some(Import {
            start: Start::Genesis { path: path.to_owned(), hash: hash(json.as_bytes()) },
            is_import: true,
            neurons: Some(neurons.len()),
        }),
        Err(error) => {
            let message = format!("{}: {error}", quoted(&path.display().to_string()));
            blame(place, message, Some("a genesis file has neurons and balances".to_owned()), sink);
            None
        }
    }
}

fn metagraph(place: &Place<'_>, path: &Path, sink: &mut Sink) -> Option<Import> {
    match Metagraph::load(path) {
        Ok(metagraph) => Some(Import {
            neurons: Some(metagraph.n()),
            start: Start::Metagraph { path: path.to_owned(), hash: metagraph.hash },
            is_import: true,
        }),
        Err(error) => {
            blame(place, error.to_string(), None, sink);
            None
        }
    }
}

fn blame(place: &Place<'_>, message: String, help: Option<String>, sink: &mut Sink) {
    let draft =
        sink.error(&place.span(), message).label("the path is relative to the scenario's folder");
    if let Some(help) = help {
        draft.help(help);
    }
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}
