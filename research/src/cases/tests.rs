use std::collections::BTreeSet;
use std::path::Path;

use subsim_consensus::rules::{LiquidConsensus, Rule};

use super::*;

const GOOD: &str = r#"case = 1
title = "One moves"
shows = """A
line."""
epochs = 3
validators = ["big", "small"]
base_validator = "big"
miners = ["a", "b"]
stake = [3, 1.0]
bonds_reset = { miner = "b", at_epoch = 2 }
changes = [
  { from_epoch = 0, weights = [[1, 0], [1, 0]] },
  { from_epoch = 2, stake = [2, 2], weights = [[1, 0], [0, 1]] },
]
"#;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/yuma-cases")
}

#[test]
fn the_published_cases_are_the_files_of_the_project() {
    let cases = published();
    assert_eq!(cases, read_folder(&folder()).unwrap());
    assert!(cases.iter().map(|case| case.number).eq(1..=22));
    let text = std::fs::read_to_string(folder().join("README.md")).unwrap();
    for case in &cases {
        assert_eq!(case.epochs, 40);
        assert!(text.contains(&case.shows), "the page lacks case {}", case.number);
    }
}

#[test]
fn a_case_reads_as_it_is_written() {
    let case = read::read("x.case", GOOD).unwrap();
    assert_eq!((case.shows.as_str(), case.base_validator), ("A line.", 0));
    assert_eq!(case.bonds_reset, Some(BondsReset { miner: 1, at_epoch: 2 }));
    assert_eq!((&case.at(1).stake[..], &case.at(2).stake[..]), (&[3.0, 1.0][..], &[2.0, 2.0][..]));
    assert_eq!(case.at(2).weights.row(1), [0.0, 1.0]);
}

#[test]
fn a_fault_is_shown_where_it_is() {
    for (from, to, line, column, message) in [
        ("stake = [3, 1.0]", "stake = [3, -1.0]", 9, 13, "`stake` has -1"),
        ("stake = [3, 1.0]", "stake = [3]", 9, 9, "`stake` has 1 numbers"),
        ("[[1, 0], [1, 0]]", "[[1, 0], [1, inf]]", 12, 44, "`weights` has inf"),
        ("[[1, 0], [1, 0]]", "[[1, 0]]", 12, 31, "`weights` has 1 rows"),
        ("epochs = 3", "epochs = 0", 5, 10, "`epochs` is 0"),
        ("miner = \"b\"", "miner = \"c\"", 10, 25, "there is no miner \"c\""),
        ("at_epoch = 2", "at_epoch = 3", 10, 41, "`at_epoch` is 3"),
        ("\"small\"]", "\"big\"]", 6, 22, "`validators` names \"big\" twice"),
        ("from_epoch = 0", "from_epoch = 1", 12, 18, "`from_epoch` is 1"),
        ("from_epoch = 2", "from_epoch = 0", 13, 18, "`from_epoch` is 0"),
        ("miners = [\"a\", \"b\"]", "miners = []", 8, 10, "`miners` names 0"),
        ("epochs = 3", "epocks = 3", 5, 1, "unknown field `epocks`"),
        ("title = ", "title ", 2, 7, ""),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let error = read::read("x.case", &GOOD.replacen(from, to, 1)).unwrap_err();
        let position = error.position().unwrap();
        assert_eq!((position.line, position.column), (line, column), "{error}");
        assert!(error.message().contains(message), "{error}");
        let rendered = error.to_string();
        assert!(rendered.contains(&format!("x.case:{line}:{column}")), "{rendered}");
    }
}

#[test]
fn folders_without_cases_or_with_two_of_a_number_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let message = |path: &Path| read_folder(path).unwrap_err().message().to_owned();
    assert_eq!(message(folder.path()), "there is no case here");
    std::fs::write(folder.path().join("a.case"), GOOD).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "?").unwrap();
    std::fs::write(folder.path().join(".b.case"), "?").unwrap();
    assert_eq!(read_folder(folder.path()).unwrap().len(), 1);
    std::fs::write(folder.path().join("b.case"), GOOD).unwrap();
    assert_eq!(message(folder.path()), "two cases have the number 1");
    assert!(message(&folder.path().join("none")).starts_with("cannot be read: "));
}

#[test]
fn options_out_of_range_are_refused() {
    let cases = [read::read("x.case", GOOD).unwrap()];
    let message = |options| study(&cases, &options).unwrap_err().message().to_owned();
    let base = Options::default;
    let wrong = Options { bonds_penalties: vec![1.5], ..base() };
    assert_eq!(message(wrong), "`bonds_penalty` is 1.5; it must be from 0 to 1");
    assert_eq!(message(Options { rules: vec![], ..base() }), "nothing to run");
}

#[test]
fn the_consensus_mode_changes_liquid_alpha_alone() {
    let cases = published();
    let run = |liquid_consensus| {
        let options =
            Options { liquid_consensus, bonds_penalties: vec![1.0], ..Options::default() };
        study(&cases[..3], &options).unwrap().runs().to_vec()
    };
    let (mixed, current) = (run(LiquidConsensus::Mixed), run(LiquidConsensus::Current));
    let previous = run(LiquidConsensus::Previous);
    for (i, mixed) in mixed.iter().enumerate() {
        let differs = mixed != &current[i] || mixed != &previous[i];
        assert_eq!(differs, mixed.rule == Rule::Yuma3Liquid, "{}", mixed.rule);
    }
}

#[test]
fn rows_hold_everything_once() {
    let cases = [read::read("x.case", GOOD).unwrap()];
    let options = Options { rules: vec![Rule::Yuma2], ..Options::default() };
    let study = study(&cases, &options).unwrap();
    let rows: Vec<CaseRow<'_>> = study.rows().collect();
    assert_eq!(rows.len(), 2 * 3 * (2 + 2 + 4));
    let keys: BTreeSet<String> = rows
        .iter()
        .map(|row| {
            format!("{} {} {:?} {:?}", row.bonds_penalty, row.epoch, row.validator, row.miner)
        })
        .collect();
    assert_eq!(keys.len(), rows.len());
    let sum = |value: fn(&CaseRow<'_>) -> Option<f64>| rows.iter().filter_map(value).sum::<f64>();
    assert!((sum(|row| row.incentive) - 6.0).abs() < 1e-9);
    assert!((sum(|row| row.dividend) - 6.0).abs() < 1e-4);
    // All three quarters of the stake hold three quarters of the first miner's bonds.
    let bond = rows.iter().find(|row| row.bond_share.is_some()).unwrap();
    assert!((bond.bond_share.unwrap() - 0.75).abs() < 1e-9, "{bond:?}");
    let totals: Vec<Total<'_>> = study.totals().collect();
    assert_eq!(totals.len(), 4);
    assert_eq!((totals[0].validator, totals[0].relative_to_base), ("big", Some(0.0)));
}

#[test]
fn the_page_is_whole_and_cannot_be_broken_by_names() {
    let text = GOOD.replace("\"big\"", "\"<b>\"").replace("One moves", "A & B");
    let cases = [read::read("x.case", &text).unwrap()];
    let page = study(&cases, &Options::default()).unwrap().html();
    assert!(page.contains("Case 1: A &amp; B") && page.contains("&lt;b&gt;"));
    assert!(!page.contains("<b>"));
    // Both penalties where they matter; three measures.
    let drawn: usize = Rule::ALL.iter().map(|rule| if rule.has_penalty() { 2 } else { 1 }).sum();
    assert_eq!(page.matches("<svg viewBox").count(), drawn * 3);
    for tag in ["div", "table", "svg", "tr", "td", "th", "html"] {
        let open =
            page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(open, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
    assert!(!page.contains("http"), "the page must need nothing from elsewhere");
}
