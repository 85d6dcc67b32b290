//! From text to the tables of a file: parses TOML, applies overrides, and reads as much as can be
//! read, so that one look tells the author about several faults.

use serde::de::DeserializeOwned;
use toml::de::DeTable;

use super::chain_file::ChainFile;
use super::de::{Fault, ReadError};
use super::file::ScenarioFile;
use super::mistakes;
use super::nearest::nearest;
use super::overrides;
use super::schema::FileKind;
use super::sink::Sink;
use super::tree::{Node, Span, Step};

/// What the parser says when a key stands twice.
const DUPLICATE_KEY: &str = "duplicate key";

/// Most faults of single values looked for.
const MAX_VALUE_ERRORS: usize = 100;

/// What could be read: the tree and the tables. Faulty parts are missing from both, and reported.
pub(super) struct ReadFile<F> {
    pub(super) root: Node,
    pub(super) file: F,
}

/// A file of either kind.
pub(super) enum AnyFile {
    Epoch(Box<ReadFile<ScenarioFile>>),
    Block(Box<ReadFile<ChainFile>>),
}

/// Reads the first text of the sink with overrides. `None` when it is not TOML at all, or not of
/// the wanted kind.
pub(super) fn read(
    overrides: &[String],
    wanted: Option<FileKind>,
    sink: &mut Sink,
) -> Option<AnyFile> {
    let text = sink.sources.first()?.text.clone();
    let mut root = parse(&text, sink)?;
    overrides::apply(&mut root, overrides, None, sink);
    let kind = kind_of(&root);
    if let Some(wanted) = wanted.filter(|wanted| *wanted != kind) {
        refuse_kind(&root, wanted, sink);
        return None;
    }
    sink.kind = kind;
    Some(match kind {
        FileKind::Epoch => AnyFile::Epoch(Box::new(read_tables(root, sink)?)),
        FileKind::Block => AnyFile::Block(Box::new(read_tables(root, sink)?)),
    })
}

/// Reads hyperparameters from overrides alone: `kappa=0.6`, or `subnet.kappa=0.6`. What is faulty
/// is missing from the result, and reported.
pub(super) fn read_subnet(overrides: &[String], sink: &mut Sink) -> Option<ReadFile<ScenarioFile>> {
    let mut root = Node::empty_table(Span { source: 0, range: 0..0 });
    overrides::apply(&mut root, overrides, Some("subnet"), sink);
    read_tables(root, sink)
}

/// What stands for the resolution.
fn resolution(root: &Node) -> Option<&Node> {
    root.as_table()?.get("simulation")?.as_table()?.get("resolution")
}

/// Which tables a file has: its resolution says so, or the word nearest to it.
fn kind_of(root: &Node) -> FileKind {
    match resolution(root).and_then(Node::as_str) {
        Some(word) if nearest(word, ["epoch", "block"]) == Some("block") => FileKind::Block,
        _ => FileKind::Epoch,
    }
}

/// Says that a scenario has a resolution that is of no use here.
fn refuse_kind(root: &Node, wanted: FileKind, sink: &mut Sink) {
    let message = format!("this scenario does not have resolution {:?}", wanted.resolution());
    match resolution(root) {
        Some(node) => {
            sink.error(&node.span, message).label(format!("{:?} is needed", wanted.resolution()));
        }
        None => {
            let help = format!("write resolution = {:?} in [simulation]", wanted.resolution());
            sink.error_in_file(0, message).help(help);
        }
    }
}

/// Reads the tables, setting aside and reporting what is faulty.
fn read_tables<F: DeserializeOwned>(mut root: Node, sink: &mut Sink) -> Option<ReadFile<F>> {
    for _ in 0..MAX_VALUE_ERRORS {
        match F::deserialize(&root) {
            Ok(file) => return Some(ReadFile { root, file }),
            Err(error) => {
                sink.read_error(&error, &root);
                let path = error.path();
                note_meant_key(&mut root, &error, &path);
                if !root.set_aside(part(&path)) {
                    return None;
                }
            }
        }
    }
    None
}

/// A misspelt key is not also a missing one.
fn note_meant_key(root: &mut Node, error: &ReadError, path: &[Step]) {
    let Fault::UnknownKey { key, allowed } = &error.fault else { return };
    let parent = path.split_last().and_then(|(_, parents)| root.find_mut(parents));
    let meant = nearest(key, allowed.iter().copied());
    if let (Some(table), Some(meant)) = (parent.and_then(Node::as_table_mut), meant) {
        table.note_set_aside(meant);
    }
}

/// Parses a document; an empty one is an error, because it is never what was meant.
fn parse(text: &str, sink: &mut Sink) -> Option<Node> {
    if text.trim_start().starts_with('{') {
        sink.error_in_file(0, "this is JSON; scenarios are TOML")
            .help("a metagraph goes to `subsim replay`");
        return None;
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut echo_until = 0;
    for (index, error) in errors.iter().enumerate() {
        let range = visible(text, error.span().unwrap_or(0..0));
        let at = range.start;
        // What follows the first fault is mostly its echo, except where a key stands twice.
        if index > 0 && (error.message() != DUPLICATE_KEY || at < echo_until) {
            continue;
        }
        let label = match is_after_equals(text, at) {
            true => "a value must be here",
            false => error.message(),
        };
        let draft = sink.error(&Span { source: 0, range }, "this is not valid TOML");
        match (mistakes::single_brackets(text, at), mistakes::advice(text, at)) {
            (Some(section), _) => {
                draft.label(format!("write [[{section}]], each time"));
                // The keys of the second section all seem to stand twice.
                echo_until = text[at..].find("\n[").map_or(text.len(), |length| at + length);
            }
            (None, Some(advice)) => draft.label(label).help(advice),
            (None, None) => {
                draft.label(label);
            }
        }
    }
    if !errors.is_empty() {
        return None;
    }
    if document.get_ref().is_empty() {
        let message = match text.trim().is_empty() {
            true => "the scenario is empty",
            false => "the scenario holds nothing but comments",
        };
        sink.error_in_file(0, message).help(
            "it needs [simulation], [[miners]] and [[validators]]; see scenarios/quickstart.toml",
        );
        return None;
    }
    Some(Node::document(&document, 0))
}

/// Whether nothing follows the `=` of a line.
fn is_after_equals(text: &str, at: usize) -> bool {
    let (before, after) = text.split_at(at);
    let rest = after.lines().next().unwrap_or_default().trim();
    before.trim_end_matches([' ', '\t']).ends_with('=')
        && (rest.is_empty() || rest.starts_with('#'))
}

/// A range to underline: within the text, on character boundaries.
fn visible(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(range.start);
    start..floor(range.end).max(start)
}

/// The part of the document to leave out because of a fault at a path: the key of a section, of a
/// group, or of an event's change to the subnet, with all that is in it.
fn part(path: &[Step]) -> &[Step] {
    let depth = match path {
        [Step::Key(section), _, Step::Key(key), ..]
            if section == "events" && matches!(key.as_str(), "subnet" | "rules") =>
        {
            4
        }
        [Step::Key(section), ..] => match section.as_str() {
            "miners" | "validators" | "events" | "expect" | "accounts" | "subnets" | "calls" => 3,
            _ => 2,
        },
        _ => 1,
    };
    &path[..depth.min(path.len())]
}
