//! Every formula vector, and proof that a wrong number in one is found and named.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use subsim_consensus::reference;
use subsim_vectors::{Mismatch, Tally, Vector, VerifyError, verify_read};

const FILE: &str = include_str!("../data/economics.jsonl");

fn verify(text: &str) -> (Result<Tally, VerifyError>, Vec<Mismatch>) {
    let mut mismatches = Vec::new();
    let tally = verify_read(
        Path::new("economics.jsonl"),
        text.as_bytes(),
        &mut reference::epoch,
        &mut |mismatch| mismatches.push(mismatch),
    );
    (tally, mismatches)
}

#[test]
fn every_formula_is_reproduced() {
    let (tally, mismatches) = verify(FILE);
    let shown: Vec<_> = mismatches.iter().take(20).map(|m| format!("{}: {m}", m.line)).collect();
    let expected = Tally { passed: 401, failed: 0, epochs: 0, formulas: 401, mismatches: 0 };
    assert_eq!(tally.expect("a readable file"), expected, "\n{}", shown.join("\n"));
}

/// The first line of each kind whose results are not refusals.
fn one_of_each_kind() -> BTreeMap<String, Value> {
    let mut lines = BTreeMap::new();
    for text in FILE.lines() {
        let line: Value = serde_json::from_str(text).expect("JSON");
        let kind = line["kind"].as_str().expect("a kind").to_owned();
        lines.entry(kind).or_insert(line);
    }
    lines
}

/// The results of each kind; every other field is an input.
const RESULTS: [(&str, &[&str]); 9] = [
    ("add_liquidity", &["new_quote_weight_e18"]),
    ("block_emission", &["emission_rao"]),
    (
        "block_split",
        &[
            "tao_in",
            "alpha_in",
            "excess_tao",
            "alpha_out",
            "owner_cut",
            "server_alpha",
            "validator_alpha",
            "root_alpha",
        ],
    ),
    (
        "burn_price",
        &["decay_factor_q32", "after_one_block_unclamped", "after_registration_unclamped"],
    ),
    ("dividend_distribution", &["alpha_dividend_bits", "root_alpha_dividend_bits"]),
    ("moving_price", &["new_moving_price_bits"]),
    ("root_proportion", &["bits"]),
    ("swap", &["price_before_bits", "fee", "amount_out"]),
    ("weights_max_upscale", &["upscaled"]),
];

/// Changes a number, or the second one of a list, by one; gives what it was, what it is, and where
/// in the list.
fn spoil(value: &mut Value) -> (String, String, Option<usize>) {
    if let Value::Array(list) = value {
        let (right, wrong, _) = spoil(&mut list[1]);
        return (right, wrong, Some(1));
    }
    let right = match &*value {
        Value::String(bits) => bits.parse::<u128>().expect("bits"),
        number => number.as_u64().expect("a number").into(),
    };
    let wrong = right ^ 1;
    *value = match value {
        Value::String(_) => json!(wrong.to_string()),
        _ => json!(wrong as u64),
    };
    (right.to_string(), wrong.to_string(), None)
}

#[test]
fn a_changed_result_is_named_with_kind_field_expected_and_found() {
    let good = one_of_each_kind();
    assert_eq!(good.len(), RESULTS.len(), "a kind without a test");
    for (kind, results) in RESULTS {
        for field in results {
            let mut changed = good[kind].clone();
            let (right, wrong, entry) = spoil(&mut changed[field]);
            let (tally, mismatches) = verify(&format!("{}\n{changed}\n", good[kind]));
            let tally = tally.expect("checked");
            assert_eq!((tally.passed, tally.failed, tally.mismatches), (1, 1, 1), "{kind}.{field}");
            let found = &mismatches[0];
            assert_eq!((found.line, found.vector.clone()), (2, Vector::Kind(kind)));
            assert_eq!((found.field, found.entry), (*field, entry));
            assert_eq!((&found.expected, &found.found), (&wrong, &right));
        }
    }
}

#[test]
fn a_mismatch_reads_as_one_line() {
    let (_, mismatches) = verify(r#"{"emission_rao":7,"issuance_rao":0,"kind":"block_emission"}"#);
    assert_eq!(
        mismatches[0].to_string(),
        "kind block_emission, field emission_rao: expected 7, found 1000000000"
    );
}

#[test]
fn lists_of_another_length_differ_as_a_whole() {
    let mut line = one_of_each_kind()["dividend_distribution"].clone();
    line["root_alpha_dividend_bits"].as_array_mut().expect("a list").clear();
    let (tally, mismatches) = verify(&line.to_string());
    assert_eq!(tally.expect("checked").failed, 1);
    assert_eq!(mismatches[0].expected, "0 entries");
    assert_eq!(mismatches[0].entry, None);
}

#[test]
fn fields_must_be_there_known_and_of_their_type() {
    let good = &one_of_each_kind()["add_liquidity"];
    let message = |line: &Value| verify(&line.to_string()).0.expect_err("refused").to_string();
    let mut missing = good.clone();
    missing.as_object_mut().expect("an object").remove("new_quote_weight_e18");
    assert!(message(&missing).contains("missing field `new_quote_weight_e18`"));
    let mut extra = good.clone();
    extra["expected"] = json!(1);
    assert!(message(&extra).contains("unknown field `expected`"), "{}", message(&extra));
    let mut text = one_of_each_kind()["root_proportion"].clone();
    text["bits"] = json!("0x12");
    let told = message(&text);
    assert!(told.starts_with("economics.jsonl:1:") && told.contains("bits: invalid value"));
    assert!(told.contains("decimal digits"), "{told}");
    text["bits"] = json!(12);
    assert!(message(&text).contains("invalid type: integer `12`"), "{}", message(&text));
}

#[test]
fn a_refused_injection_is_null() {
    let mut line = one_of_each_kind()["add_liquidity"].clone();
    line["tao_delta"] = json!(u64::MAX);
    let (_, mismatches) = verify(&line.to_string());
    assert_eq!(mismatches[0].found, "null");
    line["new_quote_weight_e18"] = Value::Null;
    assert_eq!(verify(&line.to_string()).0.expect("checked").failed, 0);
}
