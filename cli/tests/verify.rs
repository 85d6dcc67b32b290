//! `subsim verify` as a user meets it.

mod common;

use std::fs;
use std::io::Read;

use common::{Folder, project};

fn vectors(name: &str) -> String {
    project("vectors/data").join(name).display().to_string()
}

/// The first lines of a file of vectors.
fn first_lines(name: &str, lines: usize) -> Vec<String> {
    let file = fs::File::open(vectors(name)).expect("vectors");
    let mut text = String::new();
    zstd::Decoder::new(file).expect("zstd").read_to_string(&mut text).expect("text");
    text.lines().take(lines).map(str::to_owned).collect()
}

#[test]
fn all_vectors_pass() {
    let folder = Folder::new();
    let [epochs, real, sequences] =
        ["epochs.jsonl.zst", "epochs-sn15.jsonl.zst", "epoch-sequences.jsonl.zst"].map(vectors);
    let done = folder.run(&["verify", &epochs, &real, &sequences]).expect_code(0);
    let lines: Vec<_> = done.stdout.lines().collect();
    assert_eq!(lines.len(), 4, "{}", done.stdout);
    assert!(lines[0].ends_with("epochs.jsonl.zst: 500 passed, 0 failed (500 epochs)"));
    assert!(lines[1].ends_with("epochs-sn15.jsonl.zst: 9 passed, 0 failed (9 epochs)"));
    assert!(lines[2].ends_with("epoch-sequences.jsonl.zst: 30 passed, 0 failed (360 epochs)"));
    assert_eq!(lines[3], "total: 539 passed, 0 failed (869 epochs)");
    assert_eq!(done.stderr, "");
}

#[test]
fn a_wrong_number_is_told_and_fails() {
    let folder = Folder::new();
    let mut lines = first_lines("epochs.jsonl.zst", 3);
    let right = r#""incentive":[126,0,65408]"#;
    assert!(lines[0].contains(right));
    lines[0] = lines[0].replace(right, r#""incentive":[126,0,65409]"#);
    folder.write("wrong.jsonl", lines.join("\n"));
    let done = folder.run(&["verify", "wrong.jsonl"]).expect_code(1);
    assert_eq!(
        done.stdout,
        "wrong.jsonl:1: id epoch-1001-0, field incentive, neuron 2: expected 65409, found 65408\n\
         wrong.jsonl: 2 passed, 1 failed (3 epochs)\n"
    );
}

#[test]
fn many_wrong_numbers_are_counted() {
    let folder = Folder::new();
    let mut line: serde_json::Value =
        serde_json::from_str(&first_lines("epochs-sn15.jsonl.zst", 1)[0]).expect("JSON");
    for bits in line["expected"]["consensus_bits"].as_array_mut().expect("array") {
        *bits = serde_json::json!(-1);
    }
    folder.write("wrong.jsonl", line.to_string());
    let done = folder.run(&["verify", "wrong.jsonl"]).expect_code(1);
    let lines: Vec<_> = done.stdout.lines().collect();
    assert_eq!(lines.len(), 22, "{}", done.stdout);
    assert_eq!(lines[20], "wrong.jsonl: and 236 more wrong numbers");
    assert_eq!(lines[21], "wrong.jsonl: 0 passed, 1 failed (1 epoch)");
}

#[test]
fn unusable_files_are_told_and_the_others_still_checked() {
    let folder = Folder::new();
    let good = vectors("epochs-sn15.jsonl.zst");
    folder.write("empty.jsonl", "");
    folder.write("binary.jsonl", [0xff, 0x00, 0x7f, 0x0a, 0x01]);
    folder.write("cut.jsonl", &first_lines("epochs.jsonl.zst", 1)[0][..500]);
    folder.write("other.jsonl", r#"{"emission_rao":1,"issuance_rao":0,"kind":"block_omission"}"#);
    folder.write("broken.jsonl.zst", b"not zstd at all");
    let files =
        ["empty.jsonl", "binary.jsonl", "cut.jsonl", "other.jsonl", "broken.jsonl.zst", "none"];
    let args: Vec<&str> = ["verify"].into_iter().chain(files).chain([good.as_str(), "."]).collect();
    let done = folder.run(&args).expect_code(2).expect_told(&[
        "error: empty.jsonl: the file holds no vectors",
        "error: binary.jsonl:1:1: ",
        "error: cut.jsonl:1:500: ",
        "error: other.jsonl:1:1: the line is of kind \"block_omission\"; this version verifies",
        "error: broken.jsonl.zst:1: cannot read on: ",
        "error: none: No such file or directory",
        "error: .: is a directory",
    ]);
    assert!(done.stdout.contains("9 passed, 0 failed (9 epochs)\n"));
    assert!(done.stdout.ends_with(", 7 files could not be checked\n"), "{}", done.stdout);
}
