//! A place in the tree, whether or not something stands there: where to point when a rule is broken.

use serde::Deserialize;

use super::super::sink::{Draft, Sink, display_path};
use super::super::tree::{Node, Span, Step, Table};

/// A path from the root of the tree.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    root: &'a Node,
    path: Vec<Step>,
}

impl<'a> Place<'a> {
    /// The root.
    pub(super) fn root(root: &'a Node) -> Self {
        Self { root, path: Vec::new() }
    }

    /// A key below.
    pub(super) fn key(&self, key: &str) -> Self {
        self.step(Step::Key(key.to_owned()))
    }

    /// An element below.
    pub(super) fn index(&self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    fn step(&self, step: Step) -> Self {
        let mut path = self.path.clone();
        path.push(step);
        Self { root: self.root, path }
    }

    /// Name of the place, for messages.
    pub(super) fn name(&self) -> String {
        display_path(self.root, &self.path)
    }

    /// What stands there.
    pub(super) fn node(&self) -> Option<&'a Node> {
        self.path.iter().try_fold(self.root, |node, step| node.child(step))
    }

    /// What stands there, as a type that reading has accepted already.
    pub(super) fn get<T: Deserialize<'a>>(&self) -> Option<T> {
        T::deserialize(self.node()?).ok()
    }

    /// What stands there, as a type that is asked of it only now; a fault is reported.
    pub(super) fn read<T: Deserialize<'a>>(&self, sink: &mut Sink) -> Option<T> {
        let error = match T::deserialize(self.node()?) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        sink.read_error(&error.under(&self.path), self.root);
        None
    }

    /// Whether something stands there.
    pub(super) fn exists(&self) -> bool {
        self.node().is_some()
    }

    /// The table that stands there.
    pub(super) fn table(&self) -> Option<&'a Table> {
        self.node().and_then(Node::as_table)
    }

    /// The text of what stands there, or of the innermost thing around it.
    pub(super) fn span(&self) -> Span {
        let mut node = self.root;
        for step in &self.path {
            match node.child(step) {
                Some(child) => node = child,
                None => break,
            }
        }
        node.span.clone()
    }

    /// Adds an error that points here, or at the file when nothing stands here.
    pub(super) fn error<'s>(&self, sink: &'s mut Sink, message: impl Into<String>) -> Draft<'s> {
        match self.exists() {
            true => sink.error(&self.span(), message),
            false => sink.error_in_file(0, message),
        }
    }

    /// Says that a rule is broken here when something stands here, as nothing but `why` explains.
    pub(super) fn refuse(&self, sink: &mut Sink, message: &str, why: impl Into<String>) {
        if self.exists() {
            sink.error(&self.key_span(), message).label(why);
        }
    }

    /// The text of the key that leads here, or of the innermost thing around it.
    pub(super) fn key_span(&self) -> Span {
        let (Some(Step::Key(key)), Some(parent)) = (self.path.last(), self.parent().table()) else {
            return self.span();
        };
        let entry = parent.entries.iter().find(|entry| entry.key == *key);
        entry.map_or_else(|| self.span(), |entry| entry.key_span.clone())
    }

    /// What to blame when the values of two keys below do not go together: one that an override
    /// set, otherwise the first.
    pub(super) fn either(&self, first: &str, second: &str) -> Span {
        let second = self.key(second).node().filter(|node| node.span.source > 0);
        second.map_or_else(|| self.key(first).span(), |node| node.span.clone())
    }

    /// The text of the first of two keys that is there.
    pub(super) fn key_or(&self, first: &str, second: &str) -> Span {
        let first = self.key(first);
        match first.exists() {
            true => first.key_span(),
            false => self.key(second).key_span(),
        }
    }

    /// Whether what should be here is missing only because its fault is reported already.
    pub(super) fn is_set_aside(&self) -> bool {
        let mut place = self.clone();
        while let Some(Step::Key(key)) = place.path.pop() {
            if place.table().is_some_and(|table| table.is_set_aside(&key)) {
                return true;
            }
        }
        false
    }

    /// The text of an override that set `count` below.
    pub(super) fn count_override(&self) -> Option<Span> {
        let count = self.key("count");
        count.node().filter(|node| node.span.source > 0).map(|node| node.span.clone())
    }

    /// What is around.
    pub(super) fn parent(&self) -> Self {
        let parents = self.path.len().saturating_sub(1);
        Self { root: self.root, path: self.path[..parents].to_vec() }
    }
}
