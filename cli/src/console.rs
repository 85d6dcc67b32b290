//! Standard output and standard error. Writing never panics: a reader that went away (`| head`)
//! silences the rest, any other trouble is kept and told at the end.

use std::io::{self, IsTerminal, Write};

/// Where a command prints.
pub(crate) struct Console {
    stdout_colour: bool,
    stderr_colour: bool,
    closed: bool,
    trouble: Option<io::Error>,
}

/// The few colours in use, as ANSI codes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Paint {
    /// Success.
    Green,
    /// Failure.
    Red,
    /// What can be skipped.
    Dim,
    /// Headings.
    Bold,
}

impl Paint {
    /// The text in this colour when `colour` is wanted, else as it is.
    pub(crate) fn text(self, colour: bool, text: &str) -> String {
        let code = match self {
            Self::Green => 32,
            Self::Red => 31,
            Self::Dim => 2,
            Self::Bold => 1,
        };
        if colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

impl Console {
    pub(crate) fn new() -> Self {
        // https://no-color.org: any value but the empty one turns colours off.
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|value| value != "dumb");
        Self {
            stdout_colour: wanted && io::stdout().is_terminal(),
            stderr_colour: wanted && io::stderr().is_terminal(),
            closed: false,
            trouble: None,
        }
    }

    /// Whether standard output takes colours.
    pub(crate) fn colour(&self) -> bool {
        self.stdout_colour
    }

    /// Whether standard error takes colours.
    pub(crate) fn stderr_colour(&self) -> bool {
        self.stderr_colour
    }

    /// Prints a line to standard output.
    pub(crate) fn line(&mut self, text: &str) {
        if self.closed {
            return;
        }
        let mut stdout = io::stdout().lock();
        if let Err(error) = writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
            self.closed = true;
            if error.kind() != io::ErrorKind::BrokenPipe {
                self.trouble = Some(error);
            }
        }
    }

    /// Prints a line to standard error.
    pub(crate) fn note(&self, text: &str) {
        // There is nowhere left to complain when standard error is gone.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Prints `warning: ...` to standard error.
    pub(crate) fn warning(&self, text: &str) {
        self.note(&format!("{} {text}", Paint::Bold.text(self.stderr_colour, "warning:")));
    }

    /// Prints `error: ...` to standard error.
    pub(crate) fn error(&self, text: &str) {
        self.note(&format!("{} {text}", Paint::Red.text(self.stderr_colour, "error:")));
    }

    /// What went wrong with standard output, a closed pipe aside.
    pub(crate) fn check(&mut self) -> io::Result<()> {
        self.trouble.take().map_or(Ok(()), Err)
    }
}
