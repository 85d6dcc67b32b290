//! Checkpoints: going on from one is the same as never having stopped.

use super::*;

/// Lines of a run after a block.
fn after(heard: &Heard, block: u64) -> Vec<(u64, String)> {
    heard.lines.iter().filter(|(at, _)| *at > block).cloned().collect()
}

#[test]
fn going_on_is_the_same_as_never_having_stopped() {
    let scenario = scenario(LIVELY);
    // In the middle of epochs, at them, just before and after events, and at the very end.
    let save_at = [1, 10, 40, 63, 149, 150, 201, 250, 260, 399];
    let ((whole, end), saved) = hear_from(&scenario, None, &save_at, 1);
    assert_eq!(saved.len(), save_at.len());
    for checkpoint in &saved {
        let bytes = checkpoint.to_bytes();
        let read = Checkpoint::from_bytes(&bytes).expect("reads what it wrote");
        assert_eq!(read.to_bytes(), bytes);
        let ((rest, rest_end), _) = hear_from(&scenario, Some(&read), &[], 2);
        let block = checkpoint.block();
        let expected = after(&whole, block);
        let differs = rest.lines.iter().zip(&expected).find(|(found, expected)| found != expected);
        assert_eq!(differs, None, "from block {block}");
        assert_eq!(rest.lines.len(), expected.len(), "from block {block}");
        assert_eq!(rest_end, end, "from block {block}");
    }
}

#[test]
fn checkpoints_are_of_one_scenario() {
    let (_, saved) = hear_from(&scenario(LIVELY), None, &[30], 1);
    let other = scenario(&LIVELY.replace("seed = 7", "seed = 8"));
    let cancel = AtomicBool::new(false);
    let control = RunControl { threads: Some(1), cancel: &cancel, progress: &|_, _| {} };
    let mut save = |_: &Checkpoint| Ok(());
    let from = saved.first();
    let mut options =
        ChainRunOptions { check: false, from, until_block: None, save_at: &[], save: &mut save };
    let error = run_chain(&other, &mut options, &mut Heard::default(), &control).unwrap_err();
    assert!(matches!(error, RunError::Checkpoint(CheckpointError::Scenario { .. })), "{error}");
}

#[test]
fn damaged_checkpoints_are_refused() {
    let (_, saved) = hear_from(&scenario(LIVELY), None, &[30], 1);
    let bytes = saved[0].to_bytes();
    assert!(matches!(Checkpoint::from_bytes(b"PAR1"), Err(CheckpointError::Header)));
    assert!(matches!(Checkpoint::from_bytes(&bytes[..16]), Err(CheckpointError::Checksum)));
    for at in (0..bytes.len()).step_by(997) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        assert!(Checkpoint::from_bytes(&damaged).is_err(), "byte {at}");
        assert!(Checkpoint::from_bytes(&bytes[..at]).is_err(), "{at} bytes");
    }
}
