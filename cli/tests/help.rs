//! What the command teaches: help, the schema, and the list of scenarios.

mod common;

use common::{Folder, SCENARIO, project};
use serde_json::Value;

#[test]
fn help_documents_commands_and_exit_codes() {
    let folder = Folder::new();
    let done = folder.run(&["--help"]).expect_code(0);
    for part in [
        "run",
        "explain",
        "account",
        "neuron",
        "replay",
        "verify",
        "schema",
        "list",
        "Exit codes:",
        "130",
    ] {
        assert!(done.stdout.contains(part), "no {part} in:\n{}", done.stdout);
    }
    for command in ["run", "explain", "account", "neuron", "replay", "verify"] {
        let done = folder.run(&[command, "--help"]).expect_code(0);
        assert!(done.stdout.contains("Exit codes:"), "{command}");
        assert!(done.stdout.contains("Examples:"), "{command}");
    }
    let run = folder.run(&["run", "--help"]).expect_code(0).stdout;
    for part in ["plots/", "gini", "nakamoto", "spearman", "dividend_per_stake.<group>", "owner's"]
    {
        assert!(run.contains(part), "no {part} in:\n{run}");
    }
    let replay = folder.run(&["replay", "--help"]).expect_code(0).stdout;
    assert!(replay.contains("emission_rao_per_block = 410000000"), "{replay}");
    assert!(folder.run(&["--version"]).expect_code(0).stdout.starts_with("subsim "));
    folder.run(&[]).expect_code(2).expect_told(&["Usage: subsim <COMMAND>"]);
}

#[test]
fn the_schema_is_the_committed_one() {
    let folder = Folder::new();
    let printed = folder.run(&["schema"]).expect_code(0).stdout;
    let schema: Value = serde_json::from_str(&printed).expect("JSON");
    for kind in ["ScenarioFile", "ChainFile"] {
        assert!(schema["$defs"][kind]["properties"]["simulation"].is_object(), "{kind}");
    }
    let committed = std::fs::read_to_string(project("docs/scenario.schema.json")).expect("schema");
    assert!(
        printed == committed,
        "docs/scenario.schema.json is stale: cargo run --release -- schema > \
         docs/scenario.schema.json"
    );
}

#[test]
fn list_tells_path_and_question_of_every_scenario() {
    let folder = Folder::new();
    let scenarios = project("scenarios").display().to_string();
    let done = folder.run(&["list", &scenarios]).expect_code(0);
    assert!(done.stdout.lines().count() >= 8, "{}", done.stdout);
    let quickstart = done.stdout.lines().find(|line| line.contains("quickstart.toml"));
    assert!(quickstart.is_some_and(|line| line.ends_with('?')), "{quickstart:?}");
}

#[test]
fn list_names_what_is_wrong_with_a_file_and_goes_on() {
    let folder = Folder::new();
    folder.write("bad.toml", SCENARIO.replace("quality = 0.2", "quality = 2.0"));
    let done = folder.run(&["list", "."]).expect_code(2);
    let lines: Vec<_> = done.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{}", done.stdout);
    assert!(lines[0].contains("bad.toml") && lines[0].contains("error: "), "{}", lines[0]);
    assert!(lines[1].ends_with("Do better miners earn more?"), "{}", lines[1]);
    folder.run(&["list", "nowhere"]).expect_code(2).expect_told(&["nowhere: ", "no such folder"]);
}
