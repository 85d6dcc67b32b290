//! `subsim run` from a scenario file to results.

mod common;

use std::collections::BTreeMap;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{Done, Folder, SCENARIO, project};
use serde_json::Value;

/// What every run writes.
const DATA: [&str; 3] = ["manifest.json", "neurons.parquet", "summary.json"];

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}

/// The bytes of every file, but the manifest without its timing.
fn comparable(folder: &Folder, out: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = folder.bytes(out);
    let mut manifest = json(&files["manifest.json"]);
    assert!(manifest["timing"].is_object(), "{manifest}");
    manifest.as_object_mut().expect("an object").remove("timing");
    files.insert("manifest.json".to_owned(), manifest.to_string().into_bytes());
    files
}

#[test]
fn quickstart_writes_all_results_and_holds() {
    let folder = Folder::new();
    let scenario = project("scenarios/quickstart.toml").display().to_string();
    let done = folder.run(&["run", &scenario]).expect_code(0);
    assert_eq!(done.stderr, "", "no progress bar without a terminal");
    let files = folder.bytes("out/quickstart");
    for name in DATA {
        assert!(files.contains_key(name), "{name} is missing: {:?}", files.keys());
    }
    let count = |extension| files.keys().filter(|name| name.ends_with(extension)).count();
    assert_eq!(count(".svg"), 5, "{:?}", files.keys());
    assert_eq!(count(".png"), 5, "{:?}", files.keys());
    assert!(files.values().all(|bytes| !bytes.is_empty()));
    assert!(!done.stdout.contains('\u{1b}'), "colours without a terminal");
}

#[test]
fn the_table_tells_groups_expectations_and_where_the_files_are() {
    let folder = Folder::new();
    let done = folder.run(&["run", "small.toml", "--no-plots"]).expect_code(0);
    for part in
        ["good", "poor", "honest", "sleepy", "lazy", "good_miners_earn_most", "gini", "out/small"]
    {
        assert!(done.stdout.to_lowercase().contains(part), "no {part}:\n{}", done.stdout);
    }
    assert_eq!(folder.bytes("out/small").into_keys().collect::<Vec<_>>(), DATA);
    assert_eq!(folder.listing().len(), 2 + 1 + DATA.len(), "{:?}", folder.listing());
}

#[test]
fn an_expectation_that_does_not_hold_exits_1_and_keeps_the_results() {
    let folder = Folder::new();
    folder.write("wrong.toml", SCENARIO.replace("share.good", "share.poor"));
    let done = folder.run(&["run", "wrong.toml", "--no-plots"]).expect_code(1);
    assert!(done.stdout.contains("good_miners_earn_most"), "{}", done.stdout);
    assert_eq!(folder.bytes("out/wrong").into_keys().collect::<Vec<_>>(), DATA);
    for args in [["--quiet", "--no-plots"], ["--json", "--no-plots"]] {
        let done = folder.run(&[&["run", "wrong.toml"][..], &args].concat()).expect_code(1);
        assert_eq!(done.stderr.lines().count(), 1, "{}", done.stderr);
        done.expect_told(&[
            "expectation good_miners_earn_most failed: share.poor = 0.",
            "expected 0.6 to 1",
        ]);
    }
}

#[test]
fn the_heading_tells_what_was_changed_and_the_end_what_was_replaced() {
    let folder = Folder::new();
    let first = folder.run(&["run", "small.toml", "--epochs", "1"]).expect_code(0);
    assert!(first.stdout.contains("\nwith simulation.epochs=1\n"), "{}", first.stdout);
    assert!(first.stdout.contains("\n1 epoch in "), "{}", first.stdout);
    assert!(first.stdout.contains("per stake: share of validator emission"), "{}", first.stdout);
    assert!(first.stdout.contains("Owner's cut     64.798 α (18.0% of all)"), "{}", first.stdout);
    assert!(!first.stdout.contains("replaces"), "{}", first.stdout);
    let args = ["run", "small.toml", "--no-plots", "--set", "subnet.kappa=0.6", "--seed", "5"];
    let second = folder.run(&args).expect_code(0);
    let heading = "\nwith subnet.kappa=0.6, simulation.seed=5\n";
    assert!(second.stdout.contains(heading), "{}", second.stdout);
    let replaced = "This run replaces the earlier results in out/small; removed: its plots\n";
    assert!(second.stdout.ends_with(replaced), "{}", second.stdout);
}

#[test]
fn epochs_that_paid_nobody_are_counted() {
    let folder = Folder::new();
    let args = ["run", "small.toml", "--no-plots", "--set", "subnet.emission_rao_per_block=0"];
    let done = folder.run(&args).expect_code(1);
    assert!(done.stdout.contains("12 of 12 epochs paid no miner: "), "{}", done.stdout);
    assert!(!done.stdout.contains("Owner's cut"), "{}", done.stdout);
}

#[test]
fn json_prints_the_summary_and_nothing_else() {
    let folder = Folder::new();
    let done = folder.run(&["run", "small.toml", "--no-plots", "--json"]).expect_code(0);
    let printed = json(done.stdout.as_bytes());
    assert_eq!(printed, json(&folder.bytes("out/small")["summary.json"]));
    assert_eq!(done.stderr, "");
}

#[test]
fn quiet_prints_nothing() {
    let folder = Folder::new();
    let done = folder.run(&["run", "small.toml", "--no-plots", "--quiet"]).expect_code(0);
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("", ""));
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let folder = Folder::new();
    let text = SCENARIO.replace("epochs = 12", "epochs = 12\nrecord_bonds = true");
    folder.write("small.toml", text);
    let mut results = Vec::new();
    for threads in ["1", "2", "8"] {
        // The same arguments but for the threads, so that the manifests can be the same.
        folder.run(&["run", "small.toml", "--threads", threads]).expect_code(0);
        results.push(comparable(&folder, "out/small"));
    }
    assert!(results[0].contains_key("bonds.parquet"), "{:?}", results[0].keys());
    for other in &results[1..] {
        assert_eq!(results[0].keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
        for (name, bytes) in &results[0] {
            if name == "manifest.json" {
                assert_eq!(json(bytes)["state_digest"], json(&other[name])["state_digest"]);
            }
            assert!(bytes == &other[name], "{name} differs");
        }
    }
}

#[test]
fn seed_and_set_change_the_run() {
    let folder = Folder::new();
    let summary = |args: &[&str]| {
        let all = [&["run", "small.toml", "--no-plots", "--json"], args].concat();
        let done = folder.run(&all);
        assert!(done.code == 0 || done.code == 1, "{}", done.stderr);
        json(done.stdout.as_bytes())
    };
    let plain = summary(&[])["run"].take();
    assert_eq!(plain, summary(&["--seed", "1"])["run"]);
    assert_ne!(plain, summary(&["--seed", "2"])["run"]);
    assert_ne!(plain, summary(&["--set", "miners.good.count=5"])["run"]);
    let shorter = summary(&["--epochs", "3"]);
    assert_ne!(plain, shorter["run"]);
    assert_eq!(shorter, summary(&["--set", "simulation.epochs=3"]));
}

#[test]
fn a_second_run_replaces_the_first_and_leaves_other_files_alone() {
    let folder = Folder::new();
    folder.run(&["run", "small.toml", "--quiet"]).expect_code(0);
    folder.write("out/small/notes.txt", "mine");
    folder.run(&["run", "small.toml", "--quiet", "--no-plots"]).expect_code(0);
    let files = folder.bytes("out/small");
    assert_eq!(files["notes.txt"], b"mine");
    assert_eq!(files.len(), DATA.len() + 1, "{:?}", files.keys());
}

/// Starts a run that would take very long, and sends it signals once its results have begun to
/// grow, with pauses before all but the first.
#[cfg(unix)]
fn interrupted(folder: &Folder, signals: &[(&str, u64)]) -> Done {
    let args = ["run", "small.toml", "--no-plots", "--set", "simulation.epochs=10000000"];
    let mut command = folder.command(&args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the command starts");
    let limit = Instant::now() + Duration::from_secs(60);
    // Ctrl-C is listened to before the first folder is made.
    while folder.listing().len() < 3 && Instant::now() < limit {
        sleep(Duration::from_millis(20));
    }
    let pid = child.id().to_string();
    for (signal, pause_ms) in signals {
        sleep(Duration::from_millis(*pause_ms));
        let sent = std::process::Command::new("kill").args([signal, &*pid]).status().expect("kill");
        assert!(sent.success());
    }
    Done::new(&child.wait_with_output().expect("the command ends"))
}

#[cfg(unix)]
#[test]
fn an_interrupt_keeps_the_results_so_far() {
    // The last one is what `timeout` does: the same signal to the command and to its group.
    for signals in [&[("-INT", 0)][..], &[("-TERM", 0)], &[("-INT", 0), ("-INT", 0)]] {
        let folder = Folder::new();
        let done = interrupted(&folder, signals).expect_code(130);
        let done = done.expect_told(&["stopping after this epoch", "interrupted", "out/small"]);
        assert!(done.stdout.contains("good"), "{}", done.stdout);
        let files = folder.bytes("out/small");
        assert_eq!(files.keys().collect::<Vec<_>>(), DATA.iter().collect::<Vec<_>>());
        let manifest = json(&files["manifest.json"]);
        assert_ne!(manifest["epochs_done"], 10_000_000, "{manifest}");
    }
}

/// A reader that goes away early, as `| head` does, is no reason to panic.
#[test]
fn a_closed_pipe_is_no_error() {
    let folder = Folder::new();
    let mut command = folder.command(&["run", "small.toml", "--no-plots"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    drop(child.stdout.take());
    Done::new(&child.wait_with_output().expect("the command ends")).expect_code(0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output_is_told() {
    let folder = Folder::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let mut command = folder.command(&["run", "small.toml", "--no-plots", "--json"]);
    let output = command.stdout(full).output().expect("the command starts");
    Done::new(&output).expect_code(2).expect_told(&["cannot write to standard output"]);
}
