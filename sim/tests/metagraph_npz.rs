//! `.npz` metagraphs written by numpy: read as what they are, and refused with a reason otherwise.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use subsim_sim::metagraph::Metagraph;
use subsim_sim::{
    EpochRecord, RecordResult, Recorder, ReplayOptions, RunControl, RunEnd, RunInfo, replay,
};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn refusal(name: &str) -> String {
    let error = Metagraph::load(&data(name)).expect_err("must be refused").to_string();
    error.split_once(&format!("{name}: ")).expect("names the file").1.to_owned()
}

#[test]
fn every_kind_of_array_is_read() {
    let metagraph = Metagraph::load(&data("tiny.npz")).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(metagraph.hotkeys, ["5abc", "é"]);
    assert_eq!(metagraph.alpha_stake_rao, [1_500_000_000, 2_000_000_000]);
    assert_eq!(metagraph.last_update, Some(vec![4, 5]));
    assert_eq!(metagraph.validator_permit, Some(vec![true, false]));
    let row = |i| metagraph.weights.view().row(i).collect::<Vec<_>>();
    assert_eq!(row(0), [(1, 65_535)]);
    // 0.25 of 65535 is 16383.75.
    assert_eq!(row(1), [(0, 16_384), (1, 65_535)]);
}

#[test]
fn unreadable_arrays_are_refused_by_name() {
    assert_eq!(
        refusal("half.npz"),
        "array `S`: its type is '<f2'; allowed: float32, float64, integers or bool"
    );
    assert_eq!(refusal("nan.npz"), "S[1]: NaN; a stake is a number of tokens, 0 to 18446744073");
    let message = refusal("objects.npz");
    assert!(message.starts_with("array `W`: "), "{message}");
}

struct Nothing;

impl Recorder for Nothing {
    fn start(&mut self, _: &RunInfo) -> RecordResult {
        Ok(())
    }

    fn epoch(&mut self, _: &EpochRecord<'_>) -> RecordResult {
        Ok(())
    }

    fn finish(&mut self, _: &RunEnd) -> RecordResult {
        Ok(())
    }
}

#[test]
fn both_formats_give_the_same_run() {
    let digest = |extension: &str| {
        let path = data("made-up").with_extension(extension);
        let metagraph = Metagraph::load(&path).unwrap_or_else(|error| panic!("{error}"));
        let cancel = AtomicBool::new(false);
        let control = RunControl { threads: Some(1), cancel: &cancel, progress: &|_, _| {} };
        let options = ReplayOptions { epochs: 2, ..ReplayOptions::default() };
        let end = replay(&metagraph, &options, &mut Nothing, &control);
        end.unwrap_or_else(|error| panic!("{error}")).digest
    };
    assert_eq!(digest("json"), digest("npz"));
}

#[test]
fn damaged_archives_are_errors_or_other_metagraphs_but_never_panics() {
    let whole = std::fs::read(data("tiny.npz")).expect("test data");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("damaged.npz");
    let mut refused = 0;
    let mut load = |bytes: &[u8]| {
        std::fs::write(&path, bytes).expect("writable");
        refused += usize::from(Metagraph::load(&path).is_err());
    };
    for length in (0..whole.len()).step_by(7) {
        load(&whole[..length]);
    }
    for place in (0..whole.len()).step_by(3) {
        let mut damaged = whole.clone();
        damaged[place] ^= if place % 2 == 0 { 0x01 } else { 0xff };
        load(&damaged);
    }
    assert!(refused > whole.len() / 7, "{refused}");
}
