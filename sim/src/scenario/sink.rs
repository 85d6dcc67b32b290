//! Collects diagnostics while a scenario is read, and words those that come from serde.

use std::sync::Arc;

use super::de::{Fault, ReadError};
use super::diagnostic::{Diagnostic, Diagnostics, Position, Severity, Source};
use super::mistakes;
use super::nearest::{listed, nearest};
use super::schema::{self, FileKind};
use super::tree::{Node, Span, Step, Value};

/// Longest piece of the author's text quoted inside a message, in characters.
const QUOTED_CHARS: usize = 40;

/// Diagnostics so far, and the texts they point into.
#[derive(Debug, Default)]
pub(super) struct Sink {
    pub(super) sources: Vec<Source>,
    /// Which tables the file has.
    pub(super) kind: FileKind,
    items: Vec<Diagnostic>,
}

/// A diagnostic being worded.
pub(super) struct Draft<'a> {
    sink: &'a mut Sink,
    index: usize,
}

impl Draft<'_> {
    /// Says what is allowed or nearest; stands under the offending text.
    pub(super) fn label(self, label: impl Into<String>) -> Self {
        if let Some(item) = self.sink.items.get_mut(self.index) {
            item.label = label.into();
        }
        self
    }

    /// Says what to do.
    pub(super) fn help(self, help: impl Into<String>) {
        if let Some(item) = self.sink.items.get_mut(self.index) {
            item.help = Some(help.into());
        }
    }
}

impl Sink {
    /// Adds an error at a place.
    pub(super) fn error(&mut self, span: &Span, message: impl Into<String>) -> Draft<'_> {
        self.push(Severity::Error, Some(span), message.into())
    }

    /// Adds an error about a whole text.
    pub(super) fn error_in_file(&mut self, source: usize, message: impl Into<String>) -> Draft<'_> {
        let draft = self.push(Severity::Error, None, message.into());
        let name = draft.sink.sources.get(source).map(|source| source.name.clone());
        if let Some(item) = draft.sink.items.get_mut(draft.index) {
            item.file = name.unwrap_or_default();
            item.source = source;
        }
        draft
    }

    /// Adds a warning at a place.
    pub(super) fn warning(&mut self, span: &Span, message: impl Into<String>) -> Draft<'_> {
        self.push(Severity::Warning, Some(span), message.into())
    }

    fn push(&mut self, severity: Severity, span: Option<&Span>, message: String) -> Draft<'_> {
        let source = span.map_or(0, |span| span.source);
        let text = self.sources.get(source);
        self.items.push(Diagnostic {
            severity,
            file: text.map(|text| text.name.clone()).unwrap_or_default(),
            position: span.zip(text).map(|(span, text)| position(span, &text.text)),
            message,
            label: String::new(),
            help: None,
            source,
        });
        let index = self.items.len() - 1;
        Draft { sink: self, index }
    }

    /// Whether an error was added.
    pub(super) fn has_errors(&self) -> bool {
        self.items.iter().any(|item| item.severity == Severity::Error)
    }

    /// All diagnostics of one severity, in the order of the texts; none stands there twice.
    pub(super) fn finish(mut self, severity: Severity) -> Diagnostics {
        self.items.retain(|item| item.severity == severity);
        let start = |item: &Diagnostic| item.position.as_ref().map(|p| (p.span.start, p.span.end));
        self.items.sort_by_key(|item| (item.source, start(item)));
        self.items.dedup();
        Diagnostics { sources: Arc::new(self.sources), items: self.items }
    }

    /// Words an error of reading.
    pub(super) fn read_error(&mut self, error: &ReadError, root: &Node) {
        let path = error.path();
        let span = error.span.clone().unwrap_or_else(|| root.span.clone());
        match &error.fault {
            Fault::Value { allowed, help } => {
                self.value_error(&span, allowed, help.as_deref(), root, &path);
            }
            Fault::UnknownKey { key, allowed } => {
                let parent = path.split_last().map_or(&path[..], |(_, parents)| parents);
                self.unknown_key(&span, key, allowed, root, parent);
            }
            Fault::UnknownWord { word, allowed } => {
                let name = display_path(root, &path);
                let draft = self.error(&span, format!("`{name}` cannot be {word:?}"));
                match nearest(word, allowed.iter().copied()) {
                    Some(near) => draft.label(format!("did you mean {near:?}?")),
                    None => draft.label("no such word"),
                }
                .help(format!("allowed: {}", listed(allowed, '"')));
            }
            Fault::MissingKey { key } => {
                let name = display_path(root, &path);
                self.error(&span, format!("`{name}` has no `{key}`"))
                    .label(format!("`{key}` must be here"));
            }
        }
    }

    fn value_error(
        &mut self,
        span: &Span,
        allowed: &str,
        help: Option<&str>,
        root: &Node,
        path: &[Step],
    ) {
        let node = path.iter().try_fold(root, |node, step| node.child(step));
        // A table that a later override went into is the override's fault.
        let overridden = node.and_then(|node| node.last_override());
        let (found, span) = match overridden {
            Some(span) => (node.map_or_else(String::new, keys_of), span.clone()),
            None => (self.found(span, node), span.clone()),
        };
        let name = display_path(root, path);
        let label = match (path, node.map(|node| &node.value)) {
            ([Step::Key(key)], _) if allowed == "a list [...]" => {
                format!("write [[{key}]], once for each")
            }
            ([Step::Key(key)], Some(Value::Array(_))) => format!("write [{key}]"),
            _ => format!("allowed: {allowed}"),
        };
        let unquoted = node.and_then(Node::as_str).filter(|text| is_plain_value(text));
        let help = match unquoted {
            Some(text) => Some(format!("write it without quotes: {text}")),
            None => help.map(str::to_owned),
        };
        let draft = self.error(&span, format!("`{name}` cannot be {found}")).label(label);
        if let Some(help) = help {
            draft.help(help);
        }
    }

    fn unknown_key(
        &mut self,
        span: &Span,
        key: &str,
        allowed: &[&str],
        root: &Node,
        parent: &[Step],
    ) {
        let message = match parent {
            [] => format!("unknown key `{key}`"),
            _ => format!("unknown key `{key}` in `{}`", display_path(root, parent)),
        };
        let section = match parent.first() {
            Some(Step::Key(section)) => Some(section.as_str()),
            _ => None,
        };
        let other = self.kind.other();
        let near = nearest(key, allowed.iter().copied());
        let of_chain = match (self.kind, section) {
            (FileKind::Block, Some("subnets" | "events")) => mistakes::at_resolution_block(key),
            _ => None,
        };
        let label = match (near, schema::section_of(self.kind, key)) {
            _ if of_chain.is_some() => of_chain.unwrap_or_default().to_owned(),
            _ if schema::has_key(other, section, key) => {
                format!("`{key}` belongs to resolution {:?}", other.resolution())
            }
            (_, Some(section)) => format!("`{key}` belongs in {section}"),
            (Some(near), None) => format!("did you mean `{near}`?"),
            (None, None) => match mistakes::belongs_in(key) {
                Some(example) => format!("write {example}"),
                None => "no such key".to_owned(),
            },
        };
        self.error(span, message).label(label).help(format!("allowed: {}", listed(allowed, '`')));
    }

    /// What stands at a place, for the middle of a sentence.
    fn found(&self, span: &Span, node: Option<&Node>) -> String {
        match node.map(|node| &node.value) {
            Some(Value::Table(_)) => "this table".to_owned(),
            Some(Value::Array(items)) if items.is_empty() => "an empty list".to_owned(),
            Some(Value::Array(_)) => "a list".to_owned(),
            Some(Value::Datetime) => "a date".to_owned(),
            _ => quoted(self.text(span)),
        }
    }

    /// The text at a place.
    pub(super) fn text(&self, span: &Span) -> &str {
        let text = self.sources.get(span.source).map(|source| source.text.as_str());
        text.and_then(|text| text.get(span.range.clone())).unwrap_or("this")
    }
}

/// Whether a text reads as a number or a switch, so that its quotes are probably a mistake.
fn is_plain_value(text: &str) -> bool {
    matches!(text, "true" | "false") || text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// A table by its keys, for the middle of a sentence.
fn keys_of(node: &Node) -> String {
    let entries = node.as_table().map_or(&[][..], |table| &table.entries);
    let keys: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
    format!("a table with {}", listed(&keys, '`'))
}

/// A piece of the author's text, shortened to one short line.
pub(super) fn quoted(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(QUOTED_CHARS) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None if line.len() < text.trim_end().len() => format!("{line}..."),
        None => line.to_owned(),
    }
}

/// Line and column of a span.
fn position(span: &Span, text: &str) -> Position {
    let start = span.range.start.min(text.len());
    let before = text.get(..start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        span: start..span.range.end.clamp(start, text.len()),
    }
}

/// A path as the author would write it after `--set`: groups by their names.
pub(super) fn display_path(root: &Node, path: &[Step]) -> String {
    let mut name = String::new();
    let mut node = Some(root);
    for step in path {
        node = node.and_then(|node| node.child(step));
        match step {
            Step::Key(key) if name.is_empty() => name.push_str(key),
            Step::Key(key) => {
                name.push('.');
                name.push_str(key);
            }
            Step::Index(index) => match node.and_then(group_name) {
                Some(group) => {
                    name.push('.');
                    name.push_str(group);
                }
                None => name.push_str(&format!("[{index}]")),
            },
        }
    }
    name
}

fn group_name(node: &Node) -> Option<&str> {
    let name = node.as_table()?.get("name")?.as_str()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    (!name.is_empty() && name.len() <= QUOTED_CHARS && name.chars().all(plain)).then_some(name)
}
