//! A TOML document as a tree that remembers where everything was written.
//!
//! The tree owns its data, can mix values from several texts (the file and overrides), keeps the
//! order of keys, and lets a faulty part be set aside so that reading can go on to the next fault.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Bytes of one of the texts of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    /// Index of the text.
    pub(super) source: usize,
    /// Bytes in it.
    pub(super) range: Range<usize>,
}

/// A value and its place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) span: Span,
}

/// A TOML value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    String(String),
    /// `None` when it does not fit into 128 bits.
    Integer(Option<i128>),
    Float(f64),
    Boolean(bool),
    Datetime,
    Array(Vec<Node>),
    Table(Table),
}

/// A table: its entries in the order in which they were written.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
    /// Keys taken out because their value was faulty, which has been reported.
    set_aside: Vec<String>,
    /// Whether the table stands for something that was no table, which has been reported.
    replaced: bool,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) node: Node,
}

/// One step of a path into the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

impl Table {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The value of a key, to change.
    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.node)
    }

    /// Sets a key, replacing what it had.
    pub(super) fn insert(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|old| old.key == entry.key) {
            Some(old) => *old = entry,
            None => self.entries.push(entry),
        }
    }

    /// Takes a key out.
    pub(super) fn remove(&mut self, key: &str) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.key != key);
        before != self.entries.len()
    }

    /// Notes that a key is missing only because of a fault that has been reported.
    pub(super) fn note_set_aside(&mut self, key: &str) {
        self.set_aside.push(key.to_owned());
    }

    /// Whether the key is missing only because its fault has been reported already.
    pub(super) fn is_set_aside(&self, key: &str) -> bool {
        self.replaced || self.set_aside.iter().any(|other| other == key)
    }
}

impl Node {
    /// An empty table.
    pub(super) fn empty_table(span: Span) -> Self {
        Self { value: Value::Table(Table::default()), span }
    }

    /// Builds the tree of a document.
    pub(super) fn document(table: &Spanned<DeTable<'_>>, source: usize) -> Self {
        let reader = Reader { source, offset: 0 };
        Self { span: reader.span(table.span()), value: reader.table(table.get_ref()) }
    }

    /// Builds the tree of a value that stands `offset` bytes into its text.
    pub(super) fn value(value: &Spanned<DeValue<'_>>, source: usize, offset: usize) -> Self {
        Reader { source, offset }.node(value)
    }

    /// The table, if it is one.
    pub(super) fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The table to change, if it is one.
    pub(super) fn as_table_mut(&mut self) -> Option<&mut Table> {
        match &mut self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The string, if it is one.
    pub(super) fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// What one step leads to.
    pub(super) fn child(&self, step: &Step) -> Option<&Node> {
        match (&self.value, step) {
            (Value::Table(table), Step::Key(key)) => table.get(key),
            (Value::Array(items), Step::Index(index)) => items.get(*index),
            _ => None,
        }
    }

    fn child_mut(&mut self, step: &Step) -> Option<&mut Node> {
        match (&mut self.value, step) {
            (Value::Table(table), Step::Key(key)) => table.get_mut(key),
            (Value::Array(items), Step::Index(index)) => items.get_mut(*index),
            _ => None,
        }
    }

    /// What a path leads to, to change.
    pub(super) fn find_mut(&mut self, path: &[Step]) -> Option<&mut Node> {
        path.iter().try_fold(self, |node, step| node.child_mut(step))
    }

    /// The last value below that a later override put into this table.
    pub(super) fn last_override(&self) -> Option<&Span> {
        let spans = self.as_table()?.entries.iter().flat_map(|entry| {
            let own = Some(&entry.node.span);
            [own, entry.node.last_override()].into_iter().flatten()
        });
        let last = spans.max_by_key(|span| span.source)?;
        (last.source > self.span.source).then_some(last)
    }

    /// Takes a faulty part out: a key of a table disappears, an element of a list becomes an empty
    /// table. Says whether there was such a part.
    pub(super) fn set_aside(&mut self, path: &[Step]) -> bool {
        let Some((last, parents)) = path.split_last() else { return false };
        let Some(parent) = self.find_mut(parents) else { return false };
        match (&mut parent.value, last) {
            (Value::Table(table), Step::Key(key)) => {
                table.set_aside.push(key.clone());
                table.remove(key)
            }
            (Value::Array(items), Step::Index(index)) => {
                let Some(item) = items.get_mut(*index) else { return false };
                item.value = Value::Table(Table { replaced: true, ..Table::default() });
                true
            }
            _ => false,
        }
    }
}

/// Converts what the parser found.
struct Reader {
    source: usize,
    offset: usize,
}

impl Reader {
    fn span(&self, range: Range<usize>) -> Span {
        Span { source: self.source, range: range.start + self.offset..range.end + self.offset }
    }

    fn node(&self, value: &Spanned<DeValue<'_>>) -> Node {
        Node { span: self.span(value.span()), value: self.convert(value.get_ref()) }
    }

    fn convert(&self, value: &DeValue<'_>) -> Value {
        match value {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Integer(integer) => {
                Value::Integer(i128::from_str_radix(integer.as_str(), integer.radix()).ok())
            }
            // The parser lets only valid floats through; anything else would be refused as NaN.
            DeValue::Float(float) => Value::Float(float.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(boolean) => Value::Boolean(*boolean),
            DeValue::Datetime(_) => Value::Datetime,
            DeValue::Array(items) => {
                Value::Array(items.iter().map(|item| self.node(item)).collect())
            }
            DeValue::Table(table) => self.table(table),
        }
    }

    fn table(&self, table: &DeTable<'_>) -> Value {
        let mut entries: Vec<Entry> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().to_string(),
                key_span: self.span(key.span()),
                node: self.node(value),
            })
            .collect();
        // The parser sorts by name; the author's order is the one of the text.
        entries.sort_by_key(|entry| entry.key_span.range.start);
        Value::Table(Table { entries, ..Table::default() })
    }
}
