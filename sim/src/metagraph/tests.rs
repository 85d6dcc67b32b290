//! Reading good and bad metagraph files.

use std::path::PathBuf;

use super::*;

/// Writes a file and loads it.
fn load(name: &str, content: &[u8]) -> Result<Metagraph, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path: PathBuf = folder.path().join(name);
    std::fs::write(&path, content).expect("writable");
    let shown = folder.path().display().to_string() + "/";
    Metagraph::load(&path).map_err(|error| error.to_string().replace(&shown, ""))
}

fn json(content: &str) -> Result<Metagraph, String> {
    load("m.json", content.as_bytes())
}

fn rows(owned: &OwnedRows) -> Vec<Vec<(u16, u16)>> {
    (0..owned.len()).map(|i| owned.view().row(i).collect()).collect()
}

#[test]
fn this_projects_own_format() {
    let metagraph = json(
        r#"{"netuid": 15, "block": 9, "hotkeys": ["a", "b"], "stake_tao": [0.00126927695, 0],
            "weights": [[[1, 65535], [0, 0]], []]}"#,
    )
    .expect("valid");
    assert_eq!((metagraph.netuid, metagraph.block), (Some(15), Some(9)));
    assert_eq!(metagraph.name, "m");
    assert_eq!(metagraph.hotkeys, ["a", "b"]);
    // 1,269,276.95 rao: the fraction is dropped.
    assert_eq!(metagraph.alpha_stake_rao, [1_269_276, 0]);
    assert_eq!(metagraph.tao_stake_rao, [0, 0]);
    assert_eq!(rows(&metagraph.weights), [vec![(1, 65_535), (0, 0)], vec![]]);
    assert_eq!(rows(&metagraph.bonds), [vec![], vec![]]);
}

#[test]
fn the_names_of_the_sdk() {
    let metagraph = json(
        r#"{"n": 2, "S": [7, 7], "AS": [1.5, 2], "TS": [3, 4], "uids": [0, 1],
            "W": [[0, 0.5], [0.25, 0.125]], "B": [[0, 1.0], [0, 0.5]], "coldkeys": ["x"],
            "last_update": [5, 6], "block_at_registration": [1, 2],
            "validator_permit": [true, false]}"#,
    )
    .expect("valid");
    assert_eq!(metagraph.hotkeys, ["uid-0", "uid-1"]);
    assert_eq!(metagraph.alpha_stake_rao, [1_500_000_000, 2_000_000_000]);
    assert_eq!(metagraph.tao_stake_rao, [3_000_000_000, 4_000_000_000]);
    assert_eq!(rows(&metagraph.weights), [vec![(1, 65_535)], vec![(0, 65_535), (1, 32_768)]]);
    assert_eq!(rows(&metagraph.bonds), [vec![(1, 65_535)], vec![(1, 32_767)]]);
    assert_eq!(metagraph.last_update, Some(vec![5, 6]));
    assert_eq!(metagraph.block_at_registration, Some(vec![1, 2]));
    assert_eq!(metagraph.validator_permit, Some(vec![true, false]));
}

#[test]
fn rows_of_permit_holders_alone() {
    let metagraph =
        json(r#"{"S": [1, 2, 3], "validator_permit": [0, 1, 0], "weights": [[[0, 7], [2, 9]]]}"#)
            .expect("valid");
    assert_eq!(rows(&metagraph.weights), [vec![], vec![(0, 7), (2, 9)], vec![]]);
}

/// Every kind of wrong JSON, and what is said about it.
#[test]
fn wrong_json_is_explained() {
    for (content, message) in [
        (
            "",
            "m.json:1:1: the file is empty; a metagraph is an object with hotkeys, stake and weights",
        ),
        ("{\"S\": [1,\n  NaN]}", "m.json:2:3: NaN is not a number that JSON or a metagraph knows"),
        (
            "{\"S\": [1,\n -Infinity]}",
            "m.json:2:3: Infinity is not a number that JSON or a metagraph knows",
        ),
        (
            "[1, 2]",
            "m.json:1:1: invalid type: sequence, expected an object with the fields of a metagraph (hotkeys, stake, weights, ...)",
        ),
        ("{\"S\": [1, \"2\"]}", "m.json:1:13: invalid type: string \"2\", expected a number"),
        (
            "{\"S\": [1], \"W\": [[1, [0, 2]]]}",
            "m.json:1:28: a row mixes numbers and [uid, value] pairs",
        ),
        ("{\"S\": [1], \"W\": [[[0]]]}", "m.json:1:21: a sparse entry is a pair [uid, value]"),
        ("{\"S\": [1], \"S\": [1]}", "m.json:1:20: the field `S` appears twice"),
        ("{\"S\": [1]", "m.json:1:9: EOF while parsing an object"),
        ("{\"S\": [1]} x", "m.json:1:12: trailing characters"),
        (
            "{\"W\": []}",
            "m.json: no field gives the stake of each neuron; it may be called `stake_tao`, `total_stake`, `stake`, `S`",
        ),
        (
            "{\"S\": [1], \"wieghts\": [[]]}",
            "m.json: no field gives the weights; it may be called `weights`, `W` (did you mean that by `wieghts`?)",
        ),
        ("{\"S\": [], \"W\": []}", "m.json: hotkeys: 0 neurons; a metagraph has 1 to 65535"),
        ("{\"S\": [1], \"n\": 2, \"W\": [[]]}", "m.json: n: says 2, but there are 1 neurons"),
        (
            "{\"S\": [1, 2], \"hotkeys\": [\"a\"], \"W\": [[]]}",
            "m.json: S: 2 entries, but there are 1 neurons",
        ),
        (
            "{\"S\": [1, -2], \"W\": [[], []]}",
            "m.json: S[1]: -2; a stake is a number of tokens, 0 to 18446744073",
        ),
        (
            "{\"S\": [1e300], \"W\": [[]]}",
            "m.json: S[0]: 1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000; a stake is a number of tokens, 0 to 18446744073",
        ),
        (
            "{\"S\": [1], \"W\": [[[3, 1]]]}",
            "m.json: W[0][0]: uid 3; uids here are whole numbers from 0 to 0",
        ),
        (
            "{\"S\": [1, 2], \"W\": [[[1, 1], [1, 2]], []]}",
            "m.json: W[0][1]: uid 1 is in this row twice",
        ),
        (
            "{\"S\": [1, 2], \"W\": [[1, 2, 3], []]}",
            "m.json: W[0]: 3 values, but there are 2 neurons",
        ),
        (
            "{\"S\": [1, 2], \"W\": [[]]}",
            "m.json: W: 1 rows; allowed: 2, one per neuron (or one per permit, with the field `validator_permit`)",
        ),
        (
            "{\"S\": [1, 2], \"validator_permit\": [1, 1], \"W\": [[]]}",
            "m.json: W: 1 rows; allowed: 2, one per neuron, or 2, one per permit",
        ),
        (
            "{\"S\": [1, 2], \"W\": [[], [[0, -0.5]]]}",
            "m.json: W, row of uid 1, entry for uid 0: -0.5; a weight is a number, not negative",
        ),
        (
            "{\"S\": [1, 2], \"W\": [[], []], \"B\": [[[1, 1.5]], []]}",
            "m.json: B, row of uid 0, entry for uid 1: 1.5; bonds are all whole numbers from 0 to 65535, or all shares from 0 to 1",
        ),
        (
            "{\"S\": [1, 2], \"W\": [[], []], \"uids\": [1, 0]}",
            "m.json: uids[0]: 1; uids are 0, 1, 2, ... in order, all of the subnet",
        ),
        (
            "{\"S\": [1], \"W\": [[]], \"block\": -1}",
            "m.json: block: -1; a whole number from 0 to 9007199254740992 is needed",
        ),
        (
            "{\"S\": [1], \"W\": [[]], \"last_update\": [0.5]}",
            "m.json: last_update[0]: 0.5; a block is a whole number, not negative",
        ),
        (
            "{\"S\": [1], \"W\": [[]], \"validator_permit\": [2]}",
            "m.json: validator_permit[0]: 2; true or false is needed",
        ),
    ] {
        let found = json(content).expect_err(content);
        assert!(found == message, "{content}\nfound    {found}\nexpected {message}");
    }
}

#[test]
fn wrong_files_are_explained() {
    assert_eq!(
        load("m.csv", b"").expect_err("csv"),
        "m.csv: its name ends in .csv, but a metagraph is a .json or .npz file"
    );
    assert_eq!(
        load("m", b"").expect_err("no extension"),
        "m: its name has no extension, but a metagraph is a .json or .npz file"
    );
    let error = Metagraph::load(Path::new("no/such/file.json")).expect_err("missing");
    assert!(error.to_string().starts_with("cannot read no/such/file.json: "), "{error}");
    let error = load("m.npz", b"no archive").expect_err("not zip");
    assert!(error.starts_with("m.npz: not a readable .npz archive: "), "{error}");
}

#[test]
fn a_hotkey_holds_one_uid() {
    let error = json(r#"{"hotkeys": ["a", "b", "a"], "S": [1, 2, 3], "weights": [[], [], []]}"#);
    let message = "m.json: hotkeys[2]: \"a\" is the hotkey of uid 0 already; uid 2 needs its own";
    assert_eq!(error.expect_err("refused"), message);
}
