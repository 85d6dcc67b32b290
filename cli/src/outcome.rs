//! How a command ends, and the exit code that says so.

use std::process::ExitCode;

use crate::console::Console;

/// A command that did its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Good,
    /// An expectation or a vector failed.
    Failed,
    /// Some input could not be used; the message is already printed, the rest was done.
    BadInput,
    /// Ctrl-C.
    Interrupted,
}

impl Outcome {
    pub(crate) fn exit_code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Good => 0,
            Self::Failed => 1,
            Self::BadInput => 2,
            Self::Interrupted => 130,
        })
    }
}

/// A command that could not do its work: bad input, or something it needs is missing.
#[derive(Debug)]
pub(crate) struct Failure {
    text: String,
    rendered: bool,
}

impl Failure {
    /// A message without `error:` in front.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { text: message.into(), rendered: false }
    }

    /// A message that is complete as it is, such as one that quotes lines of a file.
    pub(crate) fn rendered(text: impl Into<String>) -> Self {
        Self { text: text.into(), rendered: true }
    }

    /// A message made of an error and its causes.
    pub(crate) fn from_error(error: &dyn std::error::Error) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let message = error.to_string();
            // Many errors already tell their cause in their own words.
            if !text.contains(&message) {
                text.push_str(": ");
                text.push_str(&message);
            }
            cause = error.source();
        }
        Self::new(text)
    }

    pub(crate) fn print(&self, console: &mut Console) {
        if self.rendered {
            console.note(self.text.trim_end());
        } else {
            console.error(&self.text);
        }
    }
}
