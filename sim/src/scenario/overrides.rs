//! Overrides from the command line, `path=value`: put into the tree as if the file said so.
//!
//! A path names keys with dots between: `subnet.kappa`. A group is named by its name or its place:
//! `miners.good.count`, `miners[0].count`. A value is TOML; a word without quotes is text.

use toml::de::DeValue;

use super::diagnostic::Source;
use super::mistakes;
use super::nearest::{listed, nearest};
use super::sink::{Sink, quoted};
use super::tree::{Entry, Node, Span, Step, Table, Value};

/// Name under which overrides appear in messages.
const SOURCE_NAME: &str = "--set";

/// Longest path; the deepest key of a scenario is seven steps down.
const MAX_STEPS: usize = 16;

/// Keys of a section of which only one may be set.
const ALTERNATIVES: [(&str, &[&str]); 2] =
    [("simulation", &["epochs", "blocks", "days", "years"]), ("chain", &["genesis", "metagraph"])];

/// One piece of a path and its bytes in the override.
struct Segment {
    step: Step,
    span: Span,
}

/// Applies overrides in turn: of two with the same path, the later one counts. A `section` is
/// where paths begin that do not name it themselves.
pub(super) fn apply(root: &mut Node, overrides: &[String], section: Option<&str>, sink: &mut Sink) {
    for text in overrides {
        let source = sink.sources.len();
        sink.sources.push(Source { name: SOURCE_NAME.to_owned(), text: text.clone() });
        apply_one(root, text, source, section, sink);
    }
}

fn apply_one(
    root: &mut Node,
    text: &str,
    source: usize,
    section: Option<&str>,
    sink: &mut Sink,
) -> Option<()> {
    let whole = Span { source, range: 0..text.len() };
    let Some((path, _)) = text.split_once('=') else {
        sink.error(&whole, format!("`{}` sets nothing", quoted(text)))
            .label("a `=` is missing")
            .help("write path=value, such as subnet.kappa=0.6 or miners.good.count=20");
        return None;
    };
    let mut segments = parse_path(path, source, sink)?;
    if let Some(section) = section.map(|section| Step::Key(section.to_owned()))
        && segments.first().is_some_and(|first| first.step != section)
    {
        segments.insert(0, Segment { step: section, span: whole });
    }
    let value = parse_value(text, path.len() + 1, source, sink)?;
    make_room(root, &segments);
    insert(root, &segments, value, sink)
}

/// Splits `a.b[0].c`.
fn parse_path(path: &str, source: usize, sink: &mut Sink) -> Option<Vec<Segment>> {
    let mut segments = Vec::new();
    let mut start = 0;
    for part in path.split('.') {
        let (name, indices) = part.split_at(part.find('[').unwrap_or(part.len()));
        let indent = name.len() - name.trim_start().len();
        let name_start = start + indent;
        let span = Span { source, range: name_start..name_start + name.trim().len() };
        if name.trim().is_empty() {
            let span = Span { source, range: 0..path.len() };
            sink.error(&span, format!("`{}` is not a path", quoted(path)))
                .label("a name is missing")
                .help("write names with dots between, such as subnet.kappa or miners[0].count");
            return None;
        }
        segments.push(Segment { step: Step::Key(name.trim().to_owned()), span });
        let span = Span { source, range: start + name.len()..start + part.len() };
        for index in indices.trim_end().split_inclusive(']') {
            let digits = index.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            let Some(Ok(index)) = digits.map(str::parse) else {
                sink.error(&span, format!("`{}` is not an index", quoted(indices)))
                    .label("allowed: a number in brackets, such as [0]");
                return None;
            };
            segments.push(Segment { step: Step::Index(index), span: span.clone() });
        }
        start += part.len() + 1;
        if segments.len() > MAX_STEPS {
            let span = Span { source, range: 0..path.len() };
            sink.error(&span, "this path is too long")
                .label(format!("allowed: {MAX_STEPS} names and indices"));
            return None;
        }
    }
    Some(segments)
}

/// Reads the value that starts at byte `start`: TOML, or a bare word.
fn parse_value(text: &str, start: usize, source: usize, sink: &mut Sink) -> Option<Node> {
    let written = &text[start..];
    let value = written.trim();
    let offset = start + (written.len() - written.trim_start().len());
    let span = Span { source, range: offset..offset + value.len() };
    if value.is_empty() {
        sink.error(&span, "the value is missing").label("a value must be here");
        return None;
    }
    match DeValue::parse(value) {
        Ok(parsed) => Some(Node::value(&parsed, source, offset)),
        Err(_) if is_bare(value) => Some(Node { value: Value::String(value.to_owned()), span }),
        Err(error) => {
            let help = mistakes::number_advice(value).unwrap_or_else(|| {
                "write a number, a word, true, false, a [list] or a { table }".to_owned()
            });
            sink.error(&span, format!("`{}` is not a value", quoted(value)))
                .label(error.message().to_owned())
                .help(help);
            None
        }
    }
}

/// Whether text without quotes is plainly meant as text.
fn is_bare(value: &str) -> bool {
    value.starts_with(|c: char| c.is_alphabetic())
        && value.chars().all(|c| c.is_alphanumeric() || "_-./ ".contains(c))
}

/// Length is given in one unit: setting one takes the file's other one away. Of the names of a file
/// to start from, likewise.
fn make_room(root: &mut Node, segments: &[Segment]) {
    let [section, key] = segments else { return };
    let (Step::Key(section), Step::Key(key)) = (&section.step, &key.step) else { return };
    let table = root.as_table_mut().and_then(|table| table.get_mut(section));
    let Some(table) = table.and_then(Node::as_table_mut) else { return };
    let alternatives = ALTERNATIVES.iter().filter(|(other, _)| other == section);
    for (_, keys) in alternatives.filter(|(_, keys)| keys.contains(&key.as_str())) {
        for other in keys.iter().filter(|other| *other != key) {
            table.remove(other);
        }
    }
}

fn insert(root: &mut Node, segments: &[Segment], value: Node, sink: &mut Sink) -> Option<()> {
    let (last, parents) = segments.split_last()?;
    let mut node = root;
    for (index, segment) in parents.iter().enumerate() {
        if index > 0 && is_leaf(node) {
            blame_leaf(node, &segments[..index], &segments[index..], &value, sink);
            return None;
        }
        node = descend(node, segment, sink)?;
    }
    if !parents.is_empty() && is_leaf(node) {
        blame_leaf(node, parents, std::slice::from_ref(last), &value, sink);
        return None;
    }
    match (&mut node.value, &last.step) {
        (Value::Table(table), Step::Key(key)) => {
            let key_span = last.span.clone();
            table.insert(Entry { key: key.clone(), key_span, node: value });
        }
        _ => *descend(node, last, sink)? = value,
    }
    Some(())
}

/// Follows one step, making a table where a key leads nowhere yet.
fn descend<'a>(node: &'a mut Node, segment: &Segment, sink: &mut Sink) -> Option<&'a mut Node> {
    match (&mut node.value, &segment.step) {
        (Value::Table(table), Step::Key(key)) => {
            if table.get(key).is_none() {
                let node = Node::empty_table(segment.span.clone());
                let key_span = segment.span.clone();
                table.insert(Entry { key: key.clone(), key_span, node });
            }
            table.get_mut(key)
        }
        (Value::Array(items), Step::Index(index)) => {
            let count = items.len();
            let item = items.get_mut(*index);
            if item.is_none() {
                let label = match count.checked_sub(1) {
                    Some(last) => format!("allowed: 0 to {last}"),
                    None => "the list is empty".to_owned(),
                };
                sink.error(&segment.span, format!("there is no element {index}")).label(label);
            }
            item
        }
        (Value::Array(items), Step::Key(name)) => find_group(items, name, segment, sink),
        (_, Step::Key(_)) => {
            sink.error(&segment.span, "the path leads into a value that is not a table")
                .label("no key can be here");
            None
        }
        (_, Step::Index(_)) => {
            sink.error(&segment.span, "the path leads into a value that is not a list")
                .label("no index can be here");
            None
        }
    }
}

/// Whether no path leads on from here.
fn is_leaf(node: &Node) -> bool {
    !matches!(node.value, Value::Table(_) | Value::Array(_))
}

/// Says that a path leads on from a single value, and how to set the whole of it instead.
fn blame_leaf(leaf: &Node, path: &[Segment], rest: &[Segment], value: &Node, sink: &mut Sink) {
    let Some(first) = rest.first() else { return };
    let written = quoted(sink.text(&leaf.span));
    let new_value = quoted(sink.text(&value.span));
    let path: Vec<String> = path.iter().map(written_step).collect();
    let path = path.concat().trim_start_matches('.').to_owned();
    let keys: Option<Vec<&str>> = rest
        .iter()
        .map(|segment| match &segment.step {
            Step::Key(key) => Some(key.as_str()),
            Step::Index(_) => None,
        })
        .collect();
    let message = format!("the path leads into a single value: `{path}` is {written}");
    let draft = sink.error(&first.span, message);
    match keys {
        Some(keys) => {
            let nested = |inner: String, key: &&str| format!("{{ {key} = {inner} }}");
            let whole = keys.iter().rev().fold(new_value, nested);
            draft.label("no key can be here").help(format!("set all of it: {path}='{whole}'"));
        }
        None => {
            draft.label("no index can be here");
        }
    }
}

/// A step as it stands in a path, with the dot before it.
fn written_step(segment: &Segment) -> String {
    match &segment.step {
        Step::Key(key) => format!(".{key}"),
        Step::Index(index) => format!("[{index}]"),
    }
}

/// The group of a name.
fn find_group<'a>(
    items: &'a mut [Node],
    name: &str,
    segment: &Segment,
    sink: &mut Sink,
) -> Option<&'a mut Node> {
    let name_of = |node: &Node| {
        node.as_table().and_then(|table: &Table| table.get("name")?.as_str().map(str::to_owned))
    };
    let names: Vec<String> = items.iter().filter_map(name_of).collect();
    let found = items
        .iter_mut()
        .find(|item| name_of(item).is_some_and(|other| other.eq_ignore_ascii_case(name)));
    if found.is_none() {
        let label = match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "no such group".to_owned(),
        };
        let help = match names.is_empty() {
            true => "name an element by its place, such as events[0]".to_owned(),
            false => format!("the groups are {}", listed(&names, '`')),
        };
        sink.error(&segment.span, format!("no group is called `{}`", quoted(name)))
            .label(label)
            .help(help);
    }
    found
}
