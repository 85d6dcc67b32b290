//! `subsim run` on the chain itself, and the questions asked of its results.

mod common;

use common::{Folder, project};
use serde_json::Value;

/// A subnet with two places too few, four hours.
const CHAIN: &str = r#"
title = "A crowded subnet"

[simulation]
resolution = "block"
seed = 3
blocks = 1200

[[accounts]]
name = "alice"
balance_tao = 1000.0

[[subnets]]
name = "text"
owner = "alice"
pool_tao = 1000.0
pool_alpha = 20000.0
burn_tao = 0.1
max_uids = 16
immunity_period_blocks = 10

[[validators]]
name = "honest"
count = 3
stake_alpha = 1000.0
root_stake_tao = 100.0
noise = 0.02

[[miners]]
name = "early"
count = 12
quality = { uniform = { low = 0.2, high = 0.9 } }

[[miners]]
name = "late"
count = 4
quality = 0.95
balance_tao = 10.0
joins = { at_block = 500 }

[[calls]]
at_block = 100
from = "alice"
call = "add_stake"
hotkey = "honest-0"
subnet = "text"
tao = 10.0

[[calls]]
at_block = 200
from = "alice"
call = "add_stake"
hotkey = "honest-0"
subnet = "text"
tao = 100000.0
refused = "NotEnoughBalanceToStake"

[expect]
late_ones_register = { metric = "registrations.late", min = 4 }
one_call_is_refused = { metric = "refused_calls", min = 1 }
"#;

/// What every run of the chain writes.
const DATA: [&str; 8] = [
    "balances.parquet",
    "blocks.parquet",
    "calls.parquet",
    "events.parquet",
    "manifest.json",
    "neurons.parquet",
    "stake.parquet",
    "summary.json",
];

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("chain.toml", CHAIN);
    folder
}

fn ran() -> Folder {
    let folder = folder();
    folder.run(&["run", "chain.toml", "--no-plots", "--quiet"]).expect_code(0);
    folder
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn digest(folder: &Folder, out: &str) -> Value {
    let manifest = folder.bytes(out).remove("manifest.json").expect("a manifest");
    json(std::str::from_utf8(&manifest).expect("text"))["state_digest"].take()
}

#[test]
fn a_run_writes_all_results_and_tells_who_earned_what() {
    let folder = folder();
    let done = folder.run(&["run", "chain.toml", "--check"]).expect_code(0);
    for part in [
        "A crowded subnet",
        "early",
        "late",
        "honest",
        "text (1)",
        "✓ late_ones_register",
        "Expectations: 2 of 2 hold",
        "Checked after every block",
        "1,200 blocks in ",
        "out/chain: blocks.parquet",
    ] {
        assert!(done.stdout.contains(part), "no {part}:\n{}", done.stdout);
    }
    let files = folder.bytes("out/chain");
    for name in DATA {
        assert!(files.contains_key(name), "{name} is missing: {:?}", files.keys());
    }
    assert!(files.contains_key("plots/prices.svg"), "{:?}", files.keys());
    assert!(files.contains_key("plots/registrations.png"), "{:?}", files.keys());
}

#[test]
fn json_prints_the_summary_and_nothing_else() {
    let folder = folder();
    let done = folder.run(&["run", "chain.toml", "--no-plots", "--json"]).expect_code(0);
    let summary = json(&done.stdout);
    let written = folder.bytes("out/chain").remove("summary.json").expect("a summary");
    assert_eq!(summary, json(std::str::from_utf8(&written).expect("text")));
    assert_eq!(summary["resolution"], "block");
    assert_eq!(summary["last_block"], 1200);
    assert_eq!(summary["refused_calls"], 1, "{summary}");
    let late = &summary["groups"][2];
    assert_eq!((&late["name"], &late["registrations"]), (&"late".into(), &4.into()), "{summary}");
    assert!(late["profit_tao"].as_f64().is_some_and(|profit| profit != 0.0), "{summary}");
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let folder = folder();
    let run = |threads: &str| {
        folder.run(&["run", "chain.toml", "--threads", threads, "--quiet"]).expect_code(0);
        let mut files = folder.bytes("out/chain");
        let manifest = files.remove("manifest.json").expect("a manifest");
        let mut manifest = json(std::str::from_utf8(&manifest).expect("text"));
        manifest.as_object_mut().expect("an object").remove("timing");
        (manifest, files)
    };
    let (manifest, files) = run("1");
    assert!(files.len() > DATA.len());
    let (other_manifest, other_files) = run("8");
    assert_eq!(manifest, other_manifest);
    assert!(files == other_files, "files differ");
}

#[test]
fn what_does_not_hold_exits_1_and_is_told_with_its_value() {
    let folder = folder();
    folder.write("wrong.toml", CHAIN.replace("min = 4", "min = 5"));
    let done = folder.run(&["run", "wrong.toml", "--no-plots", "--quiet"]).expect_code(1);
    done.expect_told(&["late_ones_register failed: registrations.late = 4, expected at least 5"]);
    let planned = CHAIN.replace("refused = \"NotEnoughBalanceToStake\"\n", "");
    folder.write("planned.toml", planned);
    let done = folder.run(&["run", "planned.toml", "--no-plots", "--json"]).expect_code(1);
    assert_eq!(json(&done.stdout)["passed"], false);
    done.expect_told(&["planned call: ", "add_stake", "NotEnoughBalanceToStake"]);
    assert!(folder.bytes("out/planned").contains_key("calls.parquet"));
}

#[test]
fn a_saved_state_goes_on_to_the_same_end() {
    let folder = ran();
    let save = ["--save-state", "half.state", "--at-block", "600", "--out", "out/saving"];
    let args = [&["run", "chain.toml", "--no-plots"], &save[..]].concat();
    let done = folder.run(&args).expect_code(0);
    assert!(done.stdout.contains("State after block 600 in half.state"), "{}", done.stdout);
    let args = ["run", "chain.toml", "--no-plots", "--from-state", "half.state", "--out", "out/on"];
    let done = folder.run(&args).expect_code(1);
    assert!(done.stdout.contains("from the saved state after block 600"), "{}", done.stdout);
    assert!(done.stdout.contains("600 blocks in"), "{}", done.stdout);
    let whole = digest(&folder, "out/chain");
    assert!(whole.is_string());
    assert_eq!(whole, digest(&folder, "out/saving"));
    assert_eq!(whole, digest(&folder, "out/on"));
}

#[test]
fn blocks_ends_a_run_early() {
    let folder = folder();
    let args = ["run", "chain.toml", "--no-plots", "--json", "--blocks", "400"];
    let summary = json(&folder.run(&args).expect_code(1).stdout);
    assert_eq!((&summary["last_block"], &summary["blocks"]), (&400.into(), &400.into()));
}

#[test]
fn damaged_and_foreign_states_are_refused() {
    let folder = ran();
    let save = ["run", "chain.toml", "--no-plots", "--quiet", "--save-state", "end.state"];
    folder.run(&[&save[..], &["--blocks", "300", "--out", "out/short"]].concat());
    let bytes = std::fs::read(folder.path().join("end.state")).expect("a state");
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 1;
    folder.write("damaged.state", damaged);
    folder.write("cut.state", &bytes[..bytes.len() / 3]);
    folder.write("foreign.state", "something else");
    folder.write("empty.state", "");
    let before = folder.listing();
    let from = |file| ["run", "chain.toml", "--no-plots", "--out", "out/new", "--from-state", file];
    for (file, told) in [
        ("damaged.state", "checksum"),
        ("cut.state", "damaged"),
        ("foreign.state", "not a checkpoint"),
        ("empty.state", "not a checkpoint"),
        ("missing.state", "No such file"),
    ] {
        folder.run(&from(file)).expect_code(2).expect_told(&["error", file, told]);
    }
    let other = [&from("end.state")[..], &["--seed", "4"]].concat();
    folder.run(&other).expect_code(2).expect_told(&["error", "another scenario"]);
    let done = [&from("end.state")[..], &["--blocks", "300"]].concat();
    folder.run(&done).expect_code(2).expect_told(&["nothing is left to run"]);
    assert_eq!(folder.listing(), before, "something was left behind");
}

#[test]
fn wrong_blocks_are_refused_before_anything_is_made() {
    let folder = folder();
    let before = folder.listing();
    for (args, told) in [
        (&["--blocks", "0"][..], "a block is 1 to 100000000"),
        (&["--blocks", "1201"], "beyond the end: the scenario has 1,200 blocks"),
        (&["--save-state", "s", "--at-block", "0"], "a block is 1 to 100000000"),
        (&["--save-state", "s", "--at-block", "1201"], "the blocks 1 to 1200"),
        (&["--at-block", "5"], "--save-state"),
        (&["--epochs", "5"], "epochs"),
    ] {
        let args = [&["run", "chain.toml"], args].concat();
        let done = folder.run(&args).expect_code(2).expect_told(&[told]);
        assert_eq!(done.stdout, "");
    }
    for option in ["--check", "--blocks=5", "--save-state=s", "--from-state=s"] {
        let done = folder.run(&["run", "small.toml", option]).expect_code(2);
        done.expect_told(&["resolution \"block\"; small.toml has resolution \"epoch\""]);
    }
    assert_eq!(folder.listing(), before, "something was left behind");
}

#[test]
fn an_account_tells_what_it_held_and_did() {
    let folder = ran();
    let history =
        json(&folder.run(&["account", "out/chain", "alice", "--json"]).expect_code(0).stdout);
    let holdings = history["holdings"].as_array().expect("holdings");
    let free = |index: usize| holdings[index]["free_rao"].as_u64().expect("an amount");
    assert_eq!(free(0), 1_000_000_000_000);
    assert_eq!(free(holdings.len() - 1), 990_000_000_000);
    let stakes = holdings[holdings.len() - 1]["stakes"].as_array().expect("stakes");
    assert!(stakes.iter().any(|stake| stake["hotkey"] == "honest-0"), "{stakes:?}");
    let calls = history["calls"].as_array().expect("calls");
    assert_eq!(calls[0]["result"], "ok");
    assert_eq!(calls[1]["result"], "NotEnoughBalanceToStake");
    let done = folder.run(&["account", "out/chain", "alice"]).expect_code(0);
    for part in [
        "alice: coldkey",
        "free TAO",
        "α on text",
        "1 add_stake refused: NotEnoughBalanceToStake",
        "block 100: alice add_stake on subnet 1 with honest-0, 10 TAO",
    ] {
        assert!(done.stdout.contains(part), "no {part}:\n{}", done.stdout);
    }
    let done = folder.run(&["account", "out/chain", "honest-0"]).expect_code(0);
    assert!(done.stdout.contains("Staked to its hotkey at the end"), "{}", done.stdout);
}

#[test]
fn a_neuron_tells_who_held_it() {
    let folder = ran();
    let mut pruned = 0;
    for uid in 0..16 {
        let uid = uid.to_string();
        let args = ["neuron", "out/chain", "text", &uid, "--json"];
        let history = json(&folder.run(&args).expect_code(0).stdout);
        let tenures = history["tenures"].as_array().expect("tenures");
        for pair in tenures.windows(2) {
            assert_eq!(pair[0]["pruned_at_block"], pair[1]["registered_at_block"], "{history}");
            assert_eq!(pair[0]["pruned_for"], pair[1]["hotkey"], "{history}");
            pruned += 1;
        }
        let last = &tenures[tenures.len() - 1];
        assert!(last["pruned_at_block"].is_null(), "{history}");
        assert_eq!(
            json(&folder.run(&["neuron", "out/chain", "1", &uid, "--json"]).stdout),
            history
        );
    }
    assert!(pruned > 0, "nobody was pruned");
    let done = folder.run(&["neuron", "out/chain", "text", "15"]).expect_code(0);
    assert!(done.stdout.contains("uid 15 on text (subnet 1): held by "), "{}", done.stdout);
}

#[test]
fn a_block_is_explained_to_the_rao() {
    let folder = ran();
    for (block, from) in [("1", "chain.toml"), ("100", "out/chain"), ("360", "out/chain")] {
        let args = ["explain", from, "--block", block, "--json"];
        let explained = json(&folder.run(&args).expect_code(0).stdout);
        let assets = explained["assets"].as_array().expect("assets");
        let names: Vec<_> = assets.iter().filter_map(|asset| asset["asset"].as_str()).collect();
        assert_eq!(names[0], "TAO");
        assert!(names.contains(&"alpha of text"), "{names:?}");
        for asset in assets {
            let changes = asset["changes"].as_array().expect("changes");
            let changed: i64 = changes.iter().filter_map(|change| change["rao"].as_i64()).sum();
            assert_eq!(asset["created_rao"].as_i64(), Some(changed), "{block}: {asset}");
        }
        let minted = assets[0]["created_rao"].as_u64().expect("an amount");
        assert!((999_999_990..=1_000_000_000).contains(&minted), "{minted}");
    }
    let done = folder.run(&["explain", "out/chain", "--block", "360"]).expect_code(0);
    for part in [
        "Block 360 of chain: 1 TAO could be minted",
        "from emission",
        "pending for miners",
        "all who stake on honest-0",
        "TAO: 999,999,999 rao created = 999,999,999 rao, the sum of all changes",
        "1 rao of that were not minted: cut off",
        "add up to the change of the state, to the rao",
    ] {
        assert!(done.stdout.contains(part), "no {part}:\n{}", done.stdout);
    }
    let done = folder.run(&["explain", "out/chain", "--block", "200"]).expect_code(0);
    let refused = "refused, so that nothing moved: alice add_stake: NotEnoughBalanceToStake";
    assert!(done.stdout.contains(refused), "{}", done.stdout);
}

#[test]
fn what_cannot_be_explained_is_refused() {
    let folder = ran();
    for (args, told) in [
        (&["out/chain", "--block", "0"][..], "a block is 1 to 100000000"),
        (&["out/chain", "--block", "1201"], "beyond the end: out/chain has 1,200 blocks"),
        (&["out/chain"], "--block"),
        (&["out/none", "--block", "1"], "out/none"),
        (&["small.toml", "--block", "1"], "resolution \"epoch\""),
        (&["out/chain", "--block", "1", "--set", "simulation.seed=2"], "name the scenario file"),
    ] {
        let args = [&["explain"], args].concat();
        let done = folder.run(&args).expect_code(2).expect_told(&[told]);
        assert_eq!(done.stdout, "");
    }
    folder.write("chain.toml", CHAIN.replace("pool_tao = 1000.0", "pool_tao = 1001.0"));
    let done = folder.run(&["explain", "out/chain", "--block", "1"]).expect_code(2);
    done.expect_told(&["chain.toml: changed since the results in out/chain were made"]);
    folder.run(&["explain", "chain.toml", "--block", "1"]).expect_code(0);
}

#[test]
fn questions_without_an_answer_are_refused_with_a_hint() {
    let folder = ran();
    folder.run(&["run", "small.toml", "--no-plots", "--quiet"]).expect_code(0);
    folder.write("note.txt", "mine");
    for (args, told) in [
        (&["account", "out/chain", "alcie"][..], "did you mean \"alice\"?"),
        (&["account", "out/chain", "honest0"], "did you mean \"honest-0\"?"),
        (&["account", "out/none", "alice"], "out/none: no results"),
        (&["account", "out/small", "alice"], "run over epochs"),
        (&["account", "note.txt", "alice"], "note.txt"),
        (&["neuron", "out/chain", "txt", "1"], "there is \"text\""),
        (&["neuron", "out/chain", "2", "1"], "there is \"text\""),
        (&["neuron", "out/chain", "text", "200"], "the highest was "),
        (&["neuron", "out/chain", "text", "-1"], "-1"),
        (&["neuron", "out/chain", "text", "70000"], "70000"),
    ] {
        let done = folder.run(args).expect_code(2).expect_told(&["error", told]);
        assert_eq!(done.stdout, "");
    }
    folder.write("out/chain/calls.parquet", "broken");
    folder.run(&["account", "out/chain", "alice"]).expect_code(2).expect_told(&["calls.parquet"]);
}

#[test]
fn the_market_scenario_holds() {
    let folder = Folder::new();
    let scenario = project("scenarios/chain/market.toml").display().to_string();
    let args = ["run", &scenario, "--no-plots", "--quiet", "--threads", "2"];
    let done = folder.run(&args).expect_code(0);
    assert_eq!(done.stdout, "");
}
