//! `subsim cases` and `subsim guarantees` as a user meets them.

mod common;

use common::{Folder, project};
use serde_json::Value;

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn all_published_cases_leave_a_page_and_a_table() {
    let folder = Folder::new();
    let done = folder.run(&["cases"]).expect_code(0);
    assert_eq!(done.stderr, "");
    for part in ["bonds penalty 0.5", "bonds penalty 1", "yuma3_liquid", "Big vali. (0.8)"] {
        assert!(done.stdout.contains(part), "no {part}:\n{}", done.stdout);
    }
    let files = folder.bytes("out/cases");
    assert_eq!(files.keys().collect::<Vec<_>>(), ["cases.html", "cases.parquet"]);
    assert!(
        files["cases.parquet"].starts_with(b"PAR1") && files["cases.parquet"].ends_with(b"PAR1")
    );
    assert!(String::from_utf8_lossy(&files["cases.html"]).contains("Small lazier vali. (0.1)"));
    let again = folder.run(&["cases", "--out", "again", "--quiet"]).expect_code(0);
    assert_eq!(again.stdout, "");
    assert!(files == folder.bytes("again"), "the same bytes every time");
}

#[test]
fn one_case_under_chosen_rules_tells_its_totals() {
    let folder = Folder::new();
    let case = project("scenarios/yuma-cases/case-01.case").display().to_string();
    let args = ["cases", &case, "--rule", "yuma1", "--rule", "yuma1", "--penalty", "1", "--json"];
    let answer = json(&folder.run(&args).expect_code(0).stdout);
    let totals = answer["totals"].as_array().expect("a list");
    assert_eq!(totals.len(), 3, "{answer}");
    // The published series of the first validator: 0.0409999609, 0.0512499475, 0.0455555105, and
    // 37 times the first again.
    let published = 38.0 * 0.040_999_960_9 + 0.051_249_947_5 + 0.045_555_510_5;
    let ours = totals[0]["dividend_per_stake"].as_f64().expect("a number");
    assert!((ours - published).abs() < 1e-5, "{ours} instead of {published}");
    assert_eq!((totals[0]["rule"].as_str(), totals[0]["case"].as_u64()), (Some("yuma1"), Some(1)));
}

#[test]
fn bad_cases_and_options_leave_nothing() {
    let folder = Folder::new();
    folder.write("bad.case", "case = 1\ntitle = 3\n");
    for (args, told) in [
        (&["cases", "bad.case"][..], &["bad.case:2:9", "expected a string"][..]),
        (&["cases", "nowhere"], &["nowhere", "cannot be read"]),
        (&["cases", "."], &["bad.case:2:9"]),
        (&["cases", "--rule", "yuma9"], &["yuma9", "yuma3_liquid"]),
        (&["cases", "--penalty", "1.5"], &["1.5", "from 0 to 1"]),
    ] {
        folder.run(args).expect_code(2).expect_told(told);
    }
    assert!(!folder.path().join("out").exists());
}

/// A map small enough for a test.
const SMALL: [&str; 9] =
    ["guarantees", "--neurons", "40", "--validators", "10", "--steps", "10", "--replicates", "3"];

#[test]
fn a_map_of_guarantees_tells_what_is_needed() {
    let folder = Folder::new();
    let args = [&SMALL[..], &["--honest-stake", "0.6", "--json"]].concat();
    let answer = json(&folder.run(&args).expect_code(0).stdout);
    let at = &answer["maps"][0]["retention"][0];
    let needed = at["needed_utility"].as_f64().expect("a number");
    assert!((0.5..0.95).contains(&needed), "{answer}");
    let (low, high) = (at["interval_95"][0].as_f64(), at["interval_95"][1].as_f64());
    assert!(low < Some(needed) && Some(needed) < high, "{answer}");
    let files = folder.bytes("out/guarantees");
    assert_eq!(files.keys().collect::<Vec<_>>(), ["guarantees.parquet", "retention.parquet"]);
    let table = folder.run(&[&SMALL[..], &["--out", "all"]].concat()).expect_code(0).stdout;
    for part in ["utility needed", "51%", "99%", "Results in all: "] {
        assert!(table.contains(part), "no {part}:\n{table}");
    }
}

#[test]
fn a_preset_stands_beside_its_published_figures() {
    let folder = Folder::new();
    // Without any spread of the weights the answer is exact whatever the size: the share itself.
    let args = [&SMALL[..], &["--preset", "sigma", "--json"]].concat();
    let done = folder.run(&args);
    assert!([0, 1].contains(&done.code), "{}", done.stderr);
    let answer = json(&done.stdout);
    let maps = answer["maps"].as_array().expect("a list");
    let labels: Vec<_> = maps.iter().filter_map(|map| map["map"].as_str()).collect();
    assert_eq!(labels, ["sigma = 0", "sigma = 0.2", "sigma = 0.4"]);
    assert_eq!(maps[0]["published"]["needed_utility"], 0.6);
    assert_eq!(maps[0]["holds"], true, "{answer}");
    let all_hold = maps.iter().all(|map| map["holds"] == true);
    assert_eq!(done.code, i32::from(!all_hold));
    assert_eq!(all_hold, !done.stderr.contains("is not met"), "{}", done.stderr);
}

#[test]
fn impossible_guarantees_are_refused() {
    let folder = Folder::new();
    for (args, told) in [
        (&["--preset", "alpha"][..], &["alpha", "sigma, penalty, xi or kappa"][..]),
        (&["--preset", "sigma", "--sigma", "0.1"], &["--sigma is what the preset varies"]),
        (&["--preset", "kappa", "--xi", "0.1"], &["--xi goes without --preset only"]),
        (&["--sigma", "-1"], &["--sigma is -1", "from 0 to 10"]),
        (&["--honest-stake", "1"], &["--honest-stake is 1", "from 0.01 to 0.99"]),
        (&["--neurons", "10", "--validators", "9"], &["--neurons is 10", "--validators + 2"]),
        (&["--rule", "yuma1"], &["yuma1", "yuma2, yuma3 or yuma3_liquid"]),
    ] {
        folder.run(&[&["guarantees"], args].concat()).expect_code(2).expect_told(told);
    }
    assert!(!folder.path().join("out").exists());
}
