//! `subsim sweep`, `subsim baseline` and `subsim check` as a user meets them.

mod common;

use std::fs;

use common::{Folder, SCENARIO, project};
use serde_json::Value;

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// A folder with the small scenario and something that varies in it, as `swept.toml`.
fn swept(sweep: &str) -> Folder {
    let folder = Folder::new();
    folder.write("swept.toml", format!("{SCENARIO}\n{sweep}"));
    folder
}

const TWO_POINTS: &str =
    "[sweep]\nreplicates = 3\nparameters = { \"subnet.kappa\" = [0.4, 0.6] }\n";

#[test]
fn the_sweep_of_the_project_shows_where_the_cabal_comes_in() {
    let folder = Folder::new();
    let scenario = project("scenarios/sweep_kappa.toml").display().to_string();
    let answer = json(&folder.run(&["sweep", &scenario, "--json"]).expect_code(0).stdout);
    let points = answer["points"].as_array().expect("a list");
    assert_eq!((points.len(), answer["runs"].as_u64()), (7, Some(35)));
    for point in points {
        let kappa: f64 = point["parameters"]["subnet.kappa"].as_str().unwrap().parse().unwrap();
        let share = point["metrics"]["share.cabal-miners"]["mean"].as_f64().expect("a share");
        let kept_out = kappa > 0.45 && kappa < 0.55;
        assert!(!kept_out || share < 0.05, "kappa {kappa}: {share}");
        assert!(kappa > 0.45 || share > 0.4, "kappa {kappa}: {share}");
        assert!(kappa < 0.55 || share > 0.9, "kappa {kappa}: {share}");
    }
}

#[test]
fn a_sweep_tells_its_points_and_resumes() {
    let folder = swept(TWO_POINTS);
    let done = folder.run(&["sweep", "swept.toml"]).expect_code(0);
    for part in ["subnet.kappa", "share.good", "spearman", "2 points, 6 runs", "out/swept-sweep"] {
        assert!(done.stdout.contains(part), "no {part}:\n{}", done.stdout);
    }
    assert!(!done.stdout.contains("share.sleepy"), "only what is expected:\n{}", done.stdout);
    let first = folder.bytes("out/swept-sweep");
    let lost = folder.path().join("out/swept-sweep/runs/run=000004/manifest.json");
    fs::remove_file(lost).expect("removed");
    let args = ["sweep", "swept.toml", "--resume", "--threads", "1"];
    let done = folder.run(&args).expect_code(0);
    assert!(done.stdout.contains("6 runs, 5 of them made before"), "{}", done.stdout);
    assert!(first == folder.bytes("out/swept-sweep"), "the same bytes");
    folder
        .run(&["sweep", "swept.toml", "--resume", "--replicates", "2"])
        .expect_code(2)
        .expect_told(&["another sweep", "leave out --resume"]);
}

#[test]
fn failed_runs_are_listed_and_exit_1() {
    let folder = swept("[sweep]\nparameters = { \"subnet.kappa\" = [0.4, 7.0] }\n");
    let done = folder.run(&["sweep", "swept.toml", "--replicates", "2"]).expect_code(1);
    assert!(done.stdout.contains("2 points, 4 runs"), "{}", done.stdout);
    done.expect_told(&["run 2 (subnet.kappa=7.0) failed: ", "run 3 (subnet.kappa=7.0) failed: "]);
}

#[test]
fn a_sweep_without_a_valid_point_shows_what_is_wrong_and_leaves_nothing() {
    let folder = swept("[sweep]\nparameters = { \"subnet.kapa\" = [0.4, 0.6] }\n");
    folder.run(&["sweep", "swept.toml"]).expect_code(2).expect_told(&[
        "kapa",
        "kappa",
        "not valid at any point of the sweep; the first is subnet.kapa=0.4",
    ]);
    assert!(!folder.path().join("out").exists());
}

#[test]
fn a_scenario_that_says_nothing_of_a_sweep_needs_replicates() {
    let folder = Folder::new();
    folder
        .run(&["sweep", "small.toml"])
        .expect_code(2)
        .expect_told(&["[sweep.parameters]", "--replicates 5"]);
    let args = ["sweep", "small.toml", "--replicates", "3", "--set", "simulation.seed=9"];
    let done = folder.run(&args).expect_code(0);
    assert!(done.stdout.contains("1 point, 3 runs"), "{}", done.stdout);
    let block = project("scenarios/chain/market.toml").display().to_string();
    folder.run(&["sweep", &block]).expect_code(2).expect_told(&["resolution \"block\""]);
}

#[test]
fn an_unchanged_scenario_is_the_same_in_every_mode() {
    let folder = Folder::new();
    let done = folder.run(&["baseline", "update", "."]).expect_code(0);
    assert_eq!(done.stdout, "baselines/small.toml: new\n");
    let done = folder.run(&["baseline", "update", "small.toml", "--threads", "1"]).expect_code(0);
    assert_eq!(done.stdout, "baselines/small.toml: unchanged\n");
    for mode in ["exact", "tolerance", "distribution"] {
        let done = folder.run(&["check", ".", "--mode", mode]).expect_code(0);
        assert!(done.stdout.contains("small: same ("), "{}", done.stdout);
        assert_eq!(done.stderr, "", "baselines are no scenarios");
    }
}

#[test]
fn a_changed_scenario_is_told_in_every_mode_and_format() {
    let folder = Folder::new();
    folder.run(&["baseline", "update", "small.toml"]).expect_code(0);
    folder.write("small.toml", SCENARIO.replace("quality = 0.2", "quality = 0.6"));
    for mode in ["exact", "tolerance", "distribution"] {
        let done = folder.run(&["check", "small.toml", "--mode", mode]).expect_code(1);
        assert!(done.stdout.contains("share.poor"), "{}", done.stdout);
        assert!(done.stdout.contains("the scenario file changed, too"), "{}", done.stdout);
    }
    for (format, part) in [
        ("json", "\"verdict\": \"shifted\""),
        ("junit", "failures=\"1\""),
        ("markdown", "| small | shifted |"),
        ("github", "::error title=subsim check::small: share.poor"),
    ] {
        let done = folder.run(&["check", "small.toml", "--format", format]).expect_code(1);
        assert!(done.stdout.contains(part), "no {part}:\n{}", done.stdout);
    }
    let done = folder.run(&["baseline", "update", "small.toml"]).expect_code(0);
    assert!(done.stdout.starts_with("baselines/small.toml: changed: "), "{}", done.stdout);
}

#[test]
fn what_cannot_be_compared_exits_2_and_says_what_to_do() {
    let folder = Folder::new();
    let done = folder.run(&["check", "small.toml"]).expect_code(2);
    assert!(done.stdout.contains("subsim baseline update small.toml"), "{}", done.stdout);
    assert!(!folder.path().join("baselines").exists());
    // Three replicates cannot tell anything at one false alarm in a hundred.
    folder.run(&["baseline", "update", "small.toml", "--replicates", "3"]).expect_code(0);
    let done = folder.run(&["check", "small.toml", "--mode", "distribution"]).expect_code(2);
    assert!(done.stdout.contains("more replicates"), "{}", done.stdout);
    folder
        .run(&["check", "small.toml", "--round", "2"])
        .expect_code(2)
        .expect_told(&["--round goes with --mode distribution only"]);
    folder.write("bad.toml", SCENARIO.replace("quality = 0.2", "quality = 2.0"));
    let done = folder.run(&["check", "."]).expect_code(2).expect_told(&["bad.toml:", "quality"]);
    assert!(done.stdout.contains("small: same") && done.stdout.contains("bad: could not"));
    folder.run(&["check", "nowhere.toml"]).expect_code(2).expect_told(&["nowhere.toml"]);
}

#[test]
fn block_scenarios_are_passed_over_in_folders_and_refused_by_name() {
    let folder = Folder::new();
    let block = fs::read(project("scenarios/chain/first_halving.toml")).expect("a scenario");
    folder.write("block.toml", block);
    let told = ["block.toml: baselines of resolution \"block\" are not yet supported"];
    folder.run(&["baseline", "update", "."]).expect_code(0).expect_told(&told);
    folder.run(&["check", "."]).expect_code(0).expect_told(&told);
    folder.run(&["check", "block.toml"]).expect_code(2).expect_told(&told);
    folder.run(&["baseline", "update", "block.toml"]).expect_code(2).expect_told(&told);
}

#[test]
fn two_scenarios_of_one_name_are_refused() {
    let folder = Folder::new();
    fs::create_dir(folder.path().join("deep")).expect("made");
    folder.write("deep/small.toml", SCENARIO);
    folder
        .run(&["baseline", "update", "."])
        .expect_code(2)
        .expect_told(&["deep/small.toml", "the same baseline"]);
    // The same file twice is one scenario.
    let done = folder.run(&["baseline", "update", "small.toml", "./small.toml"]).expect_code(0);
    assert_eq!(done.stdout.lines().count(), 1, "{}", done.stdout);
}
