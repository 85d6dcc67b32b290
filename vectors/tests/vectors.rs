//! Every reference vector against both implementations of the epoch, and proof that a wrong
//! number in a vector is found and named.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use subsim_consensus::{Epoch, EpochError, EpochInput, EpochOutput, reference};
use subsim_vectors::{EpochFn, Mismatch, Tally, Vector, VerifyError, verify_file, verify_read};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

/// Verifies a file and shows the first mismatches when there are any.
fn assert_all_pass(name: &str, epoch: &mut EpochFn<'_>, lines: u64, epochs: u64) {
    let mut shown = Vec::new();
    let tally = verify_file(&data(name), epoch, &mut |mismatch| {
        if shown.len() < 10 {
            shown.push(mismatch.to_string());
        }
    })
    .expect("a readable file of vectors");
    let expected = Tally { passed: lines, failed: 0, epochs, formulas: 0, mismatches: 0 };
    assert_eq!(tally, expected, "{name}: first mismatches:\n{}", shown.join("\n"));
}

fn assert_all_files_pass(
    mut epoch: impl FnMut(&EpochInput<'_>) -> Result<EpochOutput, EpochError>,
) {
    assert_all_pass("epochs.jsonl.zst", &mut epoch, 500, 500);
    assert_all_pass("epochs-sn15.jsonl.zst", &mut epoch, 9, 9);
    assert_all_pass("epoch-sequences.jsonl.zst", &mut epoch, 30, 360);
}

#[test]
fn the_fast_epoch_reproduces_every_vector() {
    let mut epoch = Epoch::new();
    assert_all_files_pass(|input| epoch.run(input));
}

#[test]
fn the_fast_epoch_with_detail_reproduces_every_vector() {
    let mut epoch = Epoch::new();
    assert_all_files_pass(|input| epoch.run_with_detail(input).map(|(output, _)| output));
}

#[test]
fn the_reference_reproduces_every_vector() {
    assert_all_files_pass(reference::epoch);
}

/// The decompressed lines of a vector file as JSON. Integers stay exact.
fn lines(name: &str) -> Vec<Value> {
    let file = File::open(data(name)).expect("vector file");
    let mut text = String::new();
    zstd::Decoder::new(file).expect("zstd").read_to_string(&mut text).expect("text");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Verifies lines given as JSON against the fast epoch.
fn verify(lines: &[Value]) -> (Result<Tally, VerifyError>, Vec<Mismatch>) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let (mut epoch, mut mismatches) = (Epoch::new(), Vec::new());
    let tally = verify_read(
        Path::new("changed.jsonl"),
        text.as_bytes(),
        &mut |input| epoch.run(input),
        &mut |mismatch| mismatches.push(mismatch),
    );
    (tally, mismatches)
}

/// Every field of `expected`, so that none can be forgotten by the comparison.
const EXPECTED_FIELDS: [&str; 13] = [
    "active",
    "consensus",
    "incentive",
    "dividends",
    "validator_trust",
    "stake_weight",
    "new_validator_permit",
    "server_emission",
    "validator_emission",
    "combined_emission",
    "consensus_bits",
    "incentive_bits",
    "dividends_bits",
];

/// A value of the same type that differs.
fn spoil(value: &Value) -> Value {
    match value {
        Value::Bool(bit) => json!(!bit),
        number => json!(number.as_u64().expect("a number") ^ 1),
    }
}

#[test]
fn one_changed_number_is_named_with_id_field_neuron_expected_and_found() {
    let good: Vec<Value> = lines("epochs.jsonl.zst").drain(..3).collect();
    for field in EXPECTED_FIELDS {
        let mut changed = good.clone();
        let value = &mut changed[1]["expected"][field][2];
        let right = value.clone();
        *value = spoil(&right);
        let wrong = value.to_string();
        let (tally, mismatches) = verify(&changed);
        assert_eq!(
            tally.expect("checked"),
            Tally { passed: 2, failed: 1, epochs: 3, formulas: 0, mismatches: 1 },
            "{field}"
        );
        let expected = Mismatch {
            line: 2,
            vector: Vector::Id("epoch-1001-1".to_owned()),
            step: None,
            field,
            entry: Some(2),
            expected: wrong,
            found: right.to_string(),
        };
        assert_eq!(mismatches, [expected]);
    }
}

#[test]
fn a_changed_bond_names_its_row_and_entry() {
    let mut changed: Vec<Value> = lines("epochs.jsonl.zst").drain(..1).collect();
    let bonds = &mut changed[0]["expected"]["bonds"];
    assert_eq!(bonds[2], json!([[0, 9553]]));
    bonds[2] = json!([[0, 9554]]);
    bonds[1] = Value::Null;
    let (tally, mismatches) = verify(&changed);
    assert_eq!(tally.expect("checked").failed, 1);
    let told: Vec<_> = mismatches.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "id epoch-1001-0, field bonds, neuron 1: expected the stored row untouched, \
             found a new row of 2 entries",
            "id epoch-1001-0, field bonds, neuron 2: expected [0, 9554] at entry 0 of 1, \
             found [0, 9553] at entry 0 of 1",
        ]
    );
}

#[test]
fn a_changed_step_of_a_sequence_is_named() {
    let mut changed: Vec<Value> = lines("epoch-sequences.jsonl.zst").drain(..2).collect();
    let value = &mut changed[1]["steps"][7]["expected"]["incentive_bits"][3];
    let right = value.as_i64().expect("a number");
    *value = json!(right + 1);
    let (tally, mismatches) = verify(&changed);
    assert_eq!(
        tally.expect("checked"),
        Tally { passed: 1, failed: 1, epochs: 24, formulas: 0, mismatches: 1 }
    );
    assert_eq!(mismatches.len(), 1);
    let found = &mismatches[0];
    assert_eq!((found.line, found.step, found.entry), (2, Some(7), Some(3)));
    assert_eq!(found.field, "incentive_bits");
    assert_eq!((&found.expected, &found.found), (&(right + 1).to_string(), &right.to_string()));
}

#[test]
fn a_wrong_implementation_fails() {
    let mut mismatches = 0;
    let mut epoch = Epoch::new();
    let tally = verify_file(
        &data("epochs-sn15.jsonl.zst"),
        &mut |input| {
            let mut output = epoch.run(input)?;
            output.incentive_bits[126] += 1;
            Ok(output)
        },
        &mut |mismatch| {
            assert_eq!((mismatch.field, mismatch.entry), ("incentive_bits", Some(126)));
            mismatches += 1;
        },
    );
    let expected = Tally { passed: 0, failed: 9, epochs: 9, formulas: 0, mismatches: 9 };
    assert_eq!(tally.expect("checked"), expected);
    assert_eq!(mismatches, 9);
}

#[test]
fn a_refusal_is_a_failed_vector() {
    let mut told = Vec::new();
    let tally = verify_file(
        &data("epoch-sequences.jsonl.zst"),
        &mut |_| Err(EpochError::TooManyNeurons { found: 70_000 }),
        &mut |mismatch| told.push(mismatch.to_string()),
    );
    assert_eq!(tally.expect("checked").failed, 30);
    assert_eq!(told.len(), 30, "a refused step ends its sequence");
    assert!(told[0].starts_with("id sequence-1002-0, step 0, field epoch: expected a result"));
    assert!(told[0].contains("70000 neurons"), "{}", told[0]);
}

#[test]
fn arrays_of_unequal_length_are_an_error_that_names_both_lengths() {
    let mut changed: Vec<Value> = lines("epochs.jsonl.zst").drain(..2).collect();
    changed[1]["expected"]["incentive"].as_array_mut().expect("array").pop();
    let message = verify(&changed).0.expect_err("refused").to_string();
    assert_eq!(
        message,
        "changed.jsonl:2:1: epoch-1001-1: expected.incentive has 7 entries, but last_update has \
         8: one entry per neuron is needed"
    );
    let mut changed: Vec<Value> = lines("epoch-sequences.jsonl.zst").drain(..1).collect();
    changed[0]["steps"][0]["last_update"] = json!([1, 2]);
    let message = verify(&changed).0.expect_err("refused").to_string();
    assert!(message.contains("steps[0].last_update has 2 entries"), "{message}");
}

#[test]
fn an_expected_field_unknown_here_is_an_error() {
    let mut changed: Vec<Value> = lines("epochs.jsonl.zst").drain(..1).collect();
    changed[0]["expected"]["pruning_score"] = json!([]);
    let message = verify(&changed).0.expect_err("refused").to_string();
    assert!(message.starts_with("changed.jsonl:1:"), "{message}");
    assert!(message.contains("unknown field `pruning_score`"), "{message}");
}

#[test]
fn a_file_without_vectors_and_a_missing_file_are_errors() {
    assert!(matches!(verify(&[]).0, Err(VerifyError::Empty { .. })));
    let missing = verify_file(Path::new("no-such.jsonl"), &mut reference::epoch, &mut |_| ());
    let message = missing.expect_err("missing").to_string();
    assert!(message.starts_with("no-such.jsonl: No such file"), "{message}");
    let folder = verify_file(&data(""), &mut reference::epoch, &mut |_| ());
    assert!(matches!(folder, Err(VerifyError::Open { .. })));
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(200))]

    /// Cutting or overwriting bytes of a good line gives an error or a verdict, never a panic.
    #[test]
    fn damaged_lines_never_panic(cut in 0usize..2000, at in 0usize..2000, byte: u8) {
        static LINE: std::sync::LazyLock<Vec<u8>> =
            std::sync::LazyLock::new(|| lines("epochs.jsonl.zst")[0].to_string().into_bytes());
        let mut text = LINE.clone();
        let end = text.len() - cut.min(text.len());
        text.truncate(end.max(1));
        let at = at % text.len();
        text[at] = byte;
        let _ = verify_read(Path::new("x"), &text[..], &mut reference::epoch, &mut |_| ());
    }
}
