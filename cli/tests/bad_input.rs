//! Whatever a user gets wrong: a message that says where and what, exit code 2, and nothing left
//! behind.

mod common;

use common::{Folder, SCENARIO};

/// Runs the command on one changed scenario and checks code, message and that no file was made.
#[track_caller]
fn refused(text: impl AsRef<[u8]>, told: &[&str]) {
    let folder = Folder::new();
    folder.write("bad.toml", text);
    refused_in(&folder, &["run", "bad.toml"], told);
}

#[track_caller]
fn refused_in(folder: &Folder, args: &[&str], told: &[&str]) {
    let before = folder.listing();
    let done = folder.run(args).expect_code(2).expect_told(told).expect_told(&["error"]);
    assert_eq!(done.stdout, "");
    assert_eq!(folder.listing(), before, "something was left behind");
    let piped = folder.run(&[args, &["--json"]].concat()).expect_code(2);
    assert_eq!(piped.stdout, "", "an error must not look like JSON");
}

#[track_caller]
fn changed(from: &str, to: &str) -> String {
    assert!(SCENARIO.contains(from), "the scenario has no {from:?}");
    SCENARIO.replacen(from, to, 1)
}

#[test]
fn an_empty_file() {
    refused("", &["bad.toml"]);
    refused(" \n\n", &["bad.toml"]);
}

#[test]
fn a_binary_file() {
    refused([0x7f, b'E', b'L', b'F', 0, 1, 0xff, 0xfe], &["bad.toml", "binary file", "byte 4"]);
    refused([b'a', b'=', 0xff, 0xfe], &["bad.toml", "UTF-8"]);
}

#[test]
fn a_negative_stake() {
    let text = changed("stake_alpha = 500.0", "stake_alpha = -500.0");
    refused(text, &["bad.toml:28:15", "-500.0"]);
}

#[test]
fn seventy_thousand_miners() {
    let text = changed("count = 4", "count = 70000");
    refused(text, &["bad.toml:10:9", "70000"]);
}

#[test]
fn a_quality_that_is_no_number() {
    refused(changed("quality = 0.2", "quality = nan"), &["bad.toml:17:11", "nan"]);
}

#[test]
fn a_kappa_of_two() {
    refused(format!("{SCENARIO}\n[subnet]\nkappa = 2.0\n"), &["bad.toml:", "kappa", "2.0"]);
    let folder = Folder::new();
    refused_in(&folder, &["run", "small.toml", "--set", "subnet.kappa=2.0"], &["--set", "2.0"]);
}

#[test]
fn an_unknown_key_offers_the_nearest() {
    refused(changed("noise = 0.05", "nois = 0.05"), &["bad.toml:23:1", "nois", "noise"]);
}

#[test]
fn a_missing_file_and_a_folder() {
    let folder = Folder::new();
    refused_in(&folder, &["run", "missing.toml"], &["missing.toml"]);
    refused_in(&folder, &["run", "."], &["."]);
    refused_in(&folder, &["replay", "missing.json"], &["missing.json", "No such file"]);
    refused_in(&folder, &["replay", "."], &["."]);
}

#[test]
fn an_output_folder_that_is_a_file() {
    let folder = Folder::new();
    folder.write("taken", "mine");
    refused_in(&folder, &["run", "small.toml", "--out", "taken"], &["taken"]);
    refused_in(&folder, &["run", "small.toml", "--out", "taken/below"], &["taken"]);
}

/// Nobody, root included, makes folders in `/proc`.
#[cfg(target_os = "linux")]
#[test]
fn an_output_folder_that_cannot_be_made() {
    let folder = Folder::new();
    refused_in(&folder, &["run", "small.toml", "--out", "/proc/out"], &["/proc/out"]);
}

#[test]
fn a_metagraph_that_is_none() {
    let folder = Folder::new();
    for (name, text) in [("empty.json", ""), ("list.json", "[1, 2"), ("none.json", "{}")] {
        folder.write(name, text);
        refused_in(&folder, &["replay", name], &[name]);
    }
    folder.write("binary.npz", [0u8, 1, 2, 255]);
    refused_in(&folder, &["replay", "binary.npz"], &["binary.npz"]);
    folder.write("graph.txt", "{}");
    refused_in(&folder, &["replay", "graph.txt"], &["graph.txt", ".npz"]);
}

#[test]
fn wrong_arguments() {
    let folder = Folder::new();
    for (args, told) in [
        (&["frobnicate"][..], "frobnicate"),
        (&["run"], "<SCENARIO>"),
        (&["run", "small.toml", "--threads", "0"], "1 to 1024"),
        (&["run", "small.toml", "--threads", "many"], "1 to 1024"),
        (&["run", "small.toml", "--seed", "-1"], "whole number from 0 to 18446744073709551615"),
        (&["run", "small.toml", "--seed", "abc"], "whole number from 0 to 18446744073709551615"),
        (&["run", "small.toml", "--epochs", "0"], "1 to 10000000"),
        (&["run", "small.toml", "--epochs", "-5"], "1 to 10000000"),
        (&["run", "small.toml", "--seed", "1", "--set", "simulation.seed=2"], "given twice"),
        (&["run", "small.toml", "--epochs", "1", "--set", "simulation.epochs=2"], "given twice"),
        (&["replay", "x.json", "--bond-rule", "yuma3", "--set", "bond_rule=yuma2"], "given twice"),
        (&["replay", "x.json", "--bond-rule", "yuma4"], "yuma2, yuma3"),
        (&["replay", "x.json", "--epochs", "0"], "0"),
        (&["verify"], "<FILE>"),
    ] {
        let before = folder.listing();
        let done = folder.run(args).expect_code(2).expect_told(&[told]);
        assert_eq!(done.stdout, "");
        assert_eq!(folder.listing(), before);
    }
}
