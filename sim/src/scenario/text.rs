//! Gets the text of a file that somebody named: with limits, and with an error that says what the
//! file is when it is not text.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::nearest::nearest;

/// Largest scenario or CSV file that is read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// What is wrong with a file, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TextError {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl TextError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// Reads a text file. `what` names it in messages, such as "scenario".
pub(super) fn read(path: &Path, what: &str) -> Result<String, TextError> {
    let bytes = read_bytes(path, what)?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(TextError::new(format!("this {what} is UTF-16 text")).help("save it as UTF-8"));
    }
    if let Some(offset) = bytes.iter().position(|byte| *byte == 0) {
        let error = TextError::new(format!(
            "this is not a {what} but a binary file: byte {offset} is zero"
        ));
        let is_archive = path.extension().is_some_and(|extension| extension == "npz");
        return Err(match is_archive {
            true => error.help("a metagraph goes to `subsim replay`"),
            false => error,
        });
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let offset = error.valid_up_to();
            let found = bytes.get(offset).copied().unwrap_or_default();
            Err(TextError::new(format!(
                "this {what} is not UTF-8 text: byte {offset} is 0x{found:02x}"
            ))
            .help("save it as UTF-8"))
        }
    }
}

fn read_bytes(path: &Path, what: &str) -> Result<Vec<u8>, TextError> {
    let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => not_found(path, what),
        _ => cannot_read(what, &error),
    })?;
    if metadata.is_dir() {
        return Err(TextError::new(format!("this is a folder, not a {what}"))
            .help(format!("name a file in it; `subsim list {}` shows them", path.display())));
    }
    let file = File::open(path).map_err(|error| cannot_read(what, &error))?;
    let mut bytes = Vec::new();
    let read = file.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| cannot_read(what, &error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(TextError::new(format!(
            "this {what} is larger than {} MiB",
            MAX_BYTES / 1024 / 1024
        )));
    }
    Ok(bytes)
}

fn cannot_read(what: &str, error: &std::io::Error) -> TextError {
    TextError::new(format!("cannot read this {what}: {error}"))
}

/// What the names of such files end in.
fn usual_extension(what: &str) -> &'static str {
    if what == "scenario" { "toml" } else { "csv" }
}

/// Offers the file of the same folder with the nearest name.
fn not_found(path: &Path, what: &str) -> TextError {
    let error = TextError::new(format!("there is no such {what}"));
    let folder = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return error,
    };
    let Ok(entries) = std::fs::read_dir(folder) else {
        return error.help(format!("the folder {} does not exist either", folder.display()));
    };
    // A name without an extension is taken for one whose extension was left out.
    let extension = path.extension().unwrap_or(OsStr::new(usual_extension(what)));
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| Path::new(name).extension() == Some(extension))
        .collect();
    names.sort();
    let wanted = path.with_extension(extension);
    let wanted = wanted.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    match nearest(wanted, names.iter().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean {}?", path.with_file_name(near).display())),
        None => error,
    }
}
