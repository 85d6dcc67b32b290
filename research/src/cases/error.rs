//! What is wrong with a case, and where.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use subsim_consensus::rules::RuleError;

/// Where in a file something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Bytes of the text.
    pub span: Range<usize>,
}

/// Why cases cannot be read or run. `Display` is the plain rendering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseError(Box<Detail>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Detail {
    file: String,
    position: Option<Position>,
    message: String,
    allowed: String,
    text: String,
}

impl CaseError {
    /// An error in a text.
    pub(super) fn at(
        (file, text): (&str, &str),
        span: Range<usize>,
        message: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Self {
        let start = (0..=span.start.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        let before = &text[..start.unwrap_or(0)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let position = Position {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            span: before.len()..span.end.clamp(before.len(), text.len()),
        };
        Self(Box::new(Detail {
            file: file.to_owned(),
            position: Some(position),
            message: message.into(),
            allowed: allowed.into(),
            text: text.to_owned(),
        }))
    }

    /// An error about a whole file, folder or request.
    pub(super) fn about(
        file: impl Into<String>,
        message: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Self {
        let (file, message, allowed) = (file.into(), message.into(), allowed.into());
        Self(Box::new(Detail { file, position: None, message, allowed, text: String::new() }))
    }

    /// A file or folder that cannot be read.
    pub(super) fn io(path: &Path, error: &std::io::Error) -> Self {
        Self::about(path.display().to_string(), format!("cannot be read: {error}"), "")
    }

    /// A rule that refuses what it was given.
    pub(super) fn rule(file: impl Into<String>, error: &RuleError) -> Self {
        Self::about(file, error.to_string(), "")
    }

    /// The file, or what was asked for.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.0.file
    }

    /// Where in the file; `None` when it concerns the whole.
    #[must_use]
    pub fn position(&self) -> Option<&Position> {
        self.0.position.as_ref()
    }

    /// What was found, in one line.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What is allowed there; may be empty.
    #[must_use]
    pub fn allowed(&self) -> &str {
        &self.0.allowed
    }

    /// Text for a terminal, with ANSI colours when asked.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let group = Group::with_title(Level::ERROR.primary_title(self.message()));
        let group = match self.position() {
            Some(position) => {
                let mark = AnnotationKind::Primary.span(position.span.clone());
                let snippet = Snippet::source(self.0.text.as_str()).path(self.file());
                group.element(snippet.annotation(mark.label(self.allowed())))
            }
            None if self.allowed().is_empty() => group.element(Origin::path(self.file())),
            None => {
                let help = Level::HELP.message(self.allowed());
                group.element(Origin::path(self.file())).element(help)
            }
        };
        renderer.render(&[group]) + "\n"
    }
}

impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.render(false).trim_end())
    }
}

impl std::error::Error for CaseError {}
