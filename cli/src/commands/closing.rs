//! What several commands say at their end.

use serde::Serialize;
use subsim_reports::FileEntry;

use crate::console::Console;
use crate::outcome::{Failure, Outcome};

/// Prints an answer as JSON.
pub(crate) fn print_json(
    answer: &impl Serialize,
    console: &mut Console,
) -> Result<Outcome, Failure> {
    let json = serde_json::to_string_pretty(answer)
        .map_err(|error| Failure::new(format!("cannot print the answer: {error}")))?;
    console.line(&json);
    Ok(Outcome::Good)
}

/// The threads asked for, or all that the machine has.
pub(crate) fn threads_or_all(threads: Option<usize>) -> usize {
    threads
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
}

/// What an earlier run left and this one has nothing in place of.
pub(crate) fn gone(removed: &[String]) -> String {
    let (plots, others): (Vec<_>, Vec<_>) = removed.iter().partition(|path| is_picture(path));
    let mut gone: Vec<&str> = others.into_iter().map(String::as_str).collect();
    if !plots.is_empty() {
        gone.push("its plots");
    }
    if gone.is_empty() { String::new() } else { format!("; removed: {}", gone.join(", ")) }
}

fn is_picture(path: &str) -> bool {
    path.ends_with(".svg") || path.ends_with(".png")
}

/// The files in few words.
pub(crate) fn contents(files: &[FileEntry]) -> String {
    let paths = || files.iter().map(|file| file.path.as_str());
    let plots = paths().filter(|path| path.ends_with(".svg")).count();
    let names = paths().filter(|path| !is_picture(path)).chain(["manifest.json"]);
    let mut text = names.collect::<Vec<_>>().join(", ");
    if plots > 0 {
        text.push_str(&format!(", {plots} plots as SVG and PNG"));
    }
    text
}

/// The command as it could be typed again.
pub(crate) fn command_line() -> String {
    let words: Vec<_> = std::env::args_os().map(|word| quoted(&word.to_string_lossy())).collect();
    words.join(" ")
}

/// A word as a POSIX shell wants it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_when_a_shell_would_change_them() {
        assert_eq!(quoted("subnet.kappa=0.6"), "subnet.kappa=0.6");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
