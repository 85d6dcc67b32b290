//! Errors and warnings about a scenario, and their rendering in the manner of rustc.
//!
//! A [`Diagnostic`] points into one of the texts that make up a scenario: the file, or a `--set`
//! override. [`Diagnostics`] keeps those texts, so that it can be rendered on its own.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// Most diagnostics shown at once: nobody reads more before mending these.
const MAX_RENDERED: usize = 20;

/// How grave a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The scenario cannot run.
    Error,
    /// The scenario runs, but perhaps not as its author thinks.
    Warning,
}

/// Where in a text something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Bytes of the text.
    pub span: Range<usize>,
}

/// One thing to tell the author of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave it is.
    pub severity: Severity,
    /// Path of the file, or `--set` for an override.
    pub file: String,
    /// Where in the file; `None` when it concerns the file as a whole.
    pub position: Option<Position>,
    /// What is wrong, in one line.
    pub message: String,
    /// What is allowed there, or nearest to what was written; stands under the offending text.
    pub label: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Index of the text that the position is in.
    pub(super) source: usize,
}

/// A text that is part of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// Path of the file, or `--set`.
    pub(super) name: String,
    /// Its text.
    pub(super) text: String,
}

/// Diagnostics and the texts they point into.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics {
    pub(super) sources: Arc<Vec<Source>>,
    pub(super) items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// The diagnostics in the order in which they stand in the texts.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.items.iter()
    }

    /// Number of diagnostics.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The first diagnostics as text for a terminal, and how many more there are, with ANSI colours
    /// when asked. Ends with a newline unless empty.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for diagnostic in self.items.iter().take(MAX_RENDERED) {
            text.push_str(&renderer.render(&[self.group(diagnostic)]));
            text.push_str("\n\n");
        }
        match self.items.len().saturating_sub(MAX_RENDERED) {
            0 => drop(text.pop()),
            more => text.push_str(&format!("... and {more} more\n")),
        }
        text
    }

    fn group<'a>(&'a self, diagnostic: &'a Diagnostic) -> Group<'a> {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = Group::with_title(level.primary_title(diagnostic.message.as_str()));
        match (&diagnostic.position, self.sources.get(diagnostic.source)) {
            (Some(position), Some(source)) => {
                let annotation = AnnotationKind::Primary
                    .span(position.span.clone())
                    .label(diagnostic.label.as_str());
                group = group.element(
                    Snippet::source(source.text.as_str())
                        .path(source.name.as_str())
                        .annotation(annotation),
                );
            }
            _ => group = group.element(Origin::path(diagnostic.file.as_str())),
        }
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        group
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Why a scenario could not be read: at least one error, each with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioError(pub(super) Diagnostics);

impl ScenarioError {
    /// The errors and, after them, warnings.
    #[must_use]
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.0
    }

    /// All of it as text for a terminal, with ANSI colours when asked.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        self.0.render(color)
    }
}

/// The plain rendering.
impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.render(false).trim_end())
    }
}

impl std::error::Error for ScenarioError {}

impl fmt::Display for Diagnostic {
    /// One line: `file:line:column: message (label)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(position) = &self.position {
            write!(f, ":{}:{}", position.line, position.column)?;
        }
        write!(f, ": {}", self.message)?;
        if !self.label.is_empty() {
            write!(f, " ({})", self.label)?;
        }
        Ok(())
    }
}
