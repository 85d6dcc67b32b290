//! That a run with checks on names the block and the account where the books break.

use super::*;

fn spoiled(place: usize, block: u64) -> Result<ChainEnd, RunError> {
    let scenario = scenario(LIVELY);
    let (cancel, mut save) = (AtomicBool::new(false), |_: &Checkpoint| Ok(()));
    let control = RunControl { threads: Some(1), cancel: &cancel, progress: &|_, _| {} };
    let mut options = ChainRunOptions {
        check: true,
        from: None,
        until_block: None,
        save_at: &[],
        save: &mut save,
    };
    SPOILED.set(Some((block, AccountId(place as u32))));
    let end = run_chain(&scenario, &mut options, &mut (), &control);
    SPOILED.set(None);
    end
}

#[test]
fn a_rao_out_of_nothing_is_found_with_its_block_and_account() {
    let scenario = scenario(LIVELY);
    for name in ["alice", "mover-1"] {
        let place = scenario.roster.iter().position(|person| person.name == name);
        let error = spoiled(place.expect("somebody has that name"), 123).expect_err("it is found");
        assert!(
            matches!(&error, RunError::Audit { block: 123, who: Some(who), .. } if who == name),
            "{error}"
        );
        let text = error.to_string();
        assert!(text.contains("after block 123") && text.contains(name), "{text}");
    }
}
