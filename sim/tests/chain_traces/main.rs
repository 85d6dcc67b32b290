//! The chain against traces of the real runtime: every block's whole state and every call's result
//! must be equal.
//!
//! The full set of traces lies outside the repository and is used where it is found; a few small
//! ones lie in `tests/data/chain`. `SUBSIM_TRACE=T1_s1` runs the traces of that name only.

mod calls;
mod compare;
mod dump;
mod load;
mod replay;

use std::io::Write;
use std::path::{Path, PathBuf};

/// Trace families that must pass from the first block to the last.
const PASSING: &[&str] =
    &["T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "T13"];

fn shared_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/chain-traces")
}

fn data_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/chain")
}

/// Trace files of a folder by name; none when there is no such folder.
fn traces(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.to_string_lossy().ends_with(".jsonl.zst"));
    files.sort();
    files
}

fn stem(file: &Path) -> String {
    let name = file.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
    name.trim_end_matches(".jsonl.zst").to_owned()
}

/// Replays the traces of a folder; returns how many there were and which did not pass but should.
fn replay_folder(folder: &Path) -> (usize, Vec<String>) {
    let wanted = std::env::var("SUBSIM_TRACE").ok();
    let mut failures = Vec::new();
    let files = traces(folder);
    for file in &files {
        let name = stem(file);
        if wanted.as_ref().is_some_and(|wanted| !name.starts_with(wanted.as_str())) {
            continue;
        }
        match replay::replay(file) {
            Ok(blocks) => println!("{name}: {blocks} blocks equal"),
            Err(difference) => {
                println!("{name}: {difference}");
                let family = name.split('_').next().unwrap_or_default();
                if PASSING.contains(&family) || wanted.is_some() {
                    failures.push(format!("{name}: {difference}"));
                }
            }
        }
    }
    (files.len(), failures)
}

#[test]
fn chain_steps_from_any_block() {
    let wanted = std::env::var("SUBSIM_TRACE").ok();
    let mut failures = Vec::new();
    let files = traces(&shared_folder());
    if files.is_empty() {
        // Written past the test harness, which hides what passing tests print.
        let line =
            "SKIPPED: no ../shared/vectors/chain-traces beside the project; a few stand here";
        writeln!(std::io::stderr(), "{line}").expect("a terminal");
    }
    for file in files {
        let name = stem(&file);
        if wanted.as_ref().is_some_and(|wanted| !name.starts_with(wanted.as_str())) {
            continue;
        }
        let (equal, different) = replay::replay_steps(&file);
        println!("{name}: {equal} steps equal, {} differ", different.len());
        if let Some(first) = different.first() {
            failures.push(format!("{name}: {first}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn chain_reproduces_the_traces() {
    let (found, failures) = replay_folder(&shared_folder());
    if found == 0 {
        // Written past the test harness, which hides what passing tests print.
        let line =
            "SKIPPED: no ../shared/vectors/chain-traces beside the project; a few stand here";
        writeln!(std::io::stderr(), "{line}").expect("a terminal");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn chain_reproduces_the_traces_kept_here() {
    let (_, failures) = replay_folder(&data_folder());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
