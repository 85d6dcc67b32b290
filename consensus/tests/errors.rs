//! Input that no epoch can be computed from is refused with the place and both lengths.

use subsim_consensus::{Epoch, EpochError, EpochInput, EpochParams, OwnedRows, Rows, reference};

fn refused(change: impl Fn(&mut EpochInput<'_>)) -> EpochError {
    let params = EpochParams::default();
    let rows = OwnedRows::from_lists(&[vec![(1, 7)], vec![(0, 7), (1, 3)]]);
    let mut input = EpochInput {
        params: &params,
        last_update: &[0, 0],
        block_at_registration: &[0, 0],
        commit_block: &[0, 0],
        alpha_stake_rao: &[1, 1],
        tao_stake_rao: &[0, 0],
        validator_permit: &[true, true],
        weights: rows.view(),
        bonds: rows.view(),
    };
    change(&mut input);
    let error = Epoch::new().run(&input).unwrap_err();
    assert_eq!(reference::epoch(&input).unwrap_err(), error);
    error
}

#[test]
fn unequal_lengths_name_both() {
    let error = refused(|input| input.tao_stake_rao = &[1, 2, 3]);
    assert_eq!(error, EpochError::Length { field: "tao_stake_rao", expected: 2, found: 3 });
    assert!(error.to_string().contains("tao_stake_rao has 3 entries, but last_update has 2"));
    let error = refused(|input| input.weights.offsets = &[0, 3]);
    assert_eq!(error, EpochError::Length { field: "weights", expected: 2, found: 1 });
    let error = refused(|input| input.bonds.offsets = &[]);
    assert_eq!(error, EpochError::Length { field: "bonds", expected: 2, found: 0 });
}

#[test]
fn offsets_must_describe_the_entries() {
    for offsets in [&[0, 9, 3], &[0, 2, 1], &[1, 2, 3], &[0, 1, 2]] {
        let error = refused(|input| input.bonds.offsets = offsets);
        assert!(matches!(error, EpochError::Offsets { field: "bonds", .. }), "{error}");
    }
    let error = refused(|input| input.weights.values = &[7]);
    assert!(matches!(error, EpochError::Offsets { field: "weights", values: 1, .. }), "{error}");
}

#[test]
fn a_uid_named_twice_is_refused() {
    let twice = Rows { offsets: &[0, 0, 3], uids: &[1, 0, 1], values: &[1, 2, 3] };
    let error = refused(|input| input.weights = twice);
    assert_eq!(error, EpochError::DuplicateUid { field: "weights", row: 1, uid: 1 });
}

#[test]
fn a_moving_average_above_the_whole_is_refused() {
    let params = EpochParams { bonds_moving_average: 1_000_001, ..Default::default() };
    let rows = OwnedRows::empty(0);
    let input = EpochInput {
        params: &params,
        last_update: &[],
        block_at_registration: &[],
        commit_block: &[],
        alpha_stake_rao: &[],
        tao_stake_rao: &[],
        validator_permit: &[],
        weights: rows.view(),
        bonds: rows.view(),
    };
    let error = Epoch::new().run(&input).unwrap_err();
    assert_eq!(error, EpochError::BondsMovingAverage { found: 1_000_001 });
}
