//! Commit and reveal: when a commit opens, when it is lost, how many may wait, and what a commit
//! from before a registration is worth.
//!
//! The chain's tests call the pallet behind its guards. A transaction meets the guards first, so
//! that an expired commit answers `RevealTooEarly` and a forgotten one `NoWeightsCommitFound`,
//! where those tests see `ExpiredWeightCommit` and `InvalidRevealCommitHashNotMatch`.

use subsim_sim::chain::{AccountId, Call, CallError, Preimage, WeightVector, commit_hash};

use crate::net::{Net, SUBNET, id};

const HOTKEY: AccountId = AccountId(1);
const UIDS: [u16; 2] = [0, 1];
const VALUES: [u16; 2] = [10, 10];

/// Two neurons with permits on a subnet with commit-reveal and a tempo.
fn net(tempo_blocks: u16) -> Net {
    let mut net = Net::with_subnet();
    for (cold, hotkey) in [(id(4), id(3)), (id(2), HOTKEY)] {
        net.seat(SUBNET, cold, hotkey);
        net.stake(SUBNET, cold, hotkey, 1);
    }
    net.permits(SUBNET, &[true, true]);
    let hyper = &mut net.get_mut(SUBNET).hyper;
    hyper.tempo_blocks = tempo_blocks;
    hyper.commit_reveal_enabled = true;
    net
}

fn commit(net: &Net, salt: u16) -> Call {
    let weights = WeightVector { uids: &UIDS, values: &VALUES, version_key: 0 };
    let key = net.state.account(HOTKEY).key;
    let hash = commit_hash(&key, SUBNET, 0, &Preimage { weights, salt: &[salt; 8] });
    Call::CommitWeights { netuid: SUBNET, mechanism: 0, hash }
}

fn reveal(salt: u16) -> Call {
    let (uids, values) = (UIDS.to_vec(), VALUES.to_vec());
    let salt = vec![salt; 8];
    Call::RevealWeights { netuid: SUBNET, mechanism: 0, uids, values, salt, version_key: 0 }
}

#[track_caller]
fn committed(net: &mut Net, salt: u16) {
    let call = commit(net, salt);
    net.ok(HOTKEY, &call);
}

/// Blocks until so many epochs more have run.
fn epochs(net: &mut Net, count: u64) {
    let target = net.get(SUBNET).schedule.epoch_index + count;
    while net.get(SUBNET).schedule.epoch_index < target {
        net.blocks(1);
    }
}

/// weights.rs, `test_commit_reveal_tempo_interval`: too early in its own epoch, in time in the next
/// one and only once, lost after two.
#[test]
fn a_commit_opens_in_the_next_epoch_and_in_no_other() {
    let mut net = net(100);
    committed(&mut net, 1);
    net.refused(HOTKEY, &reveal(1), CallError::RevealTooEarly);
    epochs(&mut net, 1);
    net.ok(HOTKEY, &reveal(1));
    net.blocks(6);
    net.refused(HOTKEY, &reveal(1), CallError::NoWeightsCommitFound);
    committed(&mut net, 1);
    epochs(&mut net, 2);
    net.refused(HOTKEY, &reveal(1), CallError::RevealTooEarly);
    committed(&mut net, 1);
    net.blocks(50);
    net.refused(HOTKEY, &reveal(1), CallError::RevealTooEarly);
    epochs(&mut net, 1);
    net.ok(HOTKEY, &reveal(1));
}

/// weights.rs, `test_reveal_at_exact_epoch`: with periods from 1 to 100 epochs.
#[test]
fn a_commit_opens_after_the_period_to_the_epoch() {
    for period in [1, 2, 7, 40, 86, 100] {
        let mut net = net(10);
        net.get_mut(SUBNET).hyper.reveal_period_epochs = period;
        committed(&mut net, 42);
        epochs(&mut net, period - 1);
        net.refused(HOTKEY, &reveal(42), CallError::RevealTooEarly);
        epochs(&mut net, 1);
        net.ok(HOTKEY, &reveal(42));
        net.refused(HOTKEY, &reveal(42), CallError::NoWeightsCommitFound);
        committed(&mut net, 43);
        epochs(&mut net, period + 1);
        net.refused(HOTKEY, &reveal(43), CallError::RevealTooEarly);
    }
}

/// weights.rs, `test_expired_commits_handling_in_commit_and_reveal`: ten commits wait at most;
/// expired ones make room for the next.
#[test]
fn ten_commits_wait_and_expired_ones_make_room() {
    let mut net = net(100);
    (0..5).for_each(|salt| committed(&mut net, salt));
    epochs(&mut net, 1);
    (5..10).for_each(|salt| committed(&mut net, salt));
    let eleventh = commit(&net, 11);
    net.refused(HOTKEY, &eleventh, CallError::TooManyUnrevealedCommits);
    epochs(&mut net, 1);
    net.ok(HOTKEY, &eleventh);
    assert_eq!(net.get(SUBNET).mechanisms[0].commits[&HOTKEY].len(), 6);
    net.refused(HOTKEY, &reveal(0), CallError::NoWeightsCommitFound);
    (5..10).for_each(|salt| net.ok(HOTKEY, &reveal(salt)));
    epochs(&mut net, 1);
    net.ok(HOTKEY, &reveal(11));
    assert!(net.get(SUBNET).mechanisms[0].commits.is_empty());
    net.refused(HOTKEY, &reveal(11), CallError::NoWeightsCommitFound);
    committed(&mut net, 12);
    epochs(&mut net, 1);
    net.ok(HOTKEY, &reveal(12));
}

/// weights.rs, `test_do_commit_crv3_weights_too_many_unrevealed_commits`: ten timelocked ones per
/// hotkey and epoch.
#[test]
fn ten_timelocked_commits_wait() {
    let mut net = net(5);
    let (uids, values) = (UIDS.to_vec(), VALUES.to_vec());
    let call = Call::CommitTimelockedWeights {
        netuid: SUBNET,
        mechanism: 0,
        uids,
        values,
        version_key: 0,
    };
    for hotkey in [HOTKEY, id(3)] {
        (0..10).for_each(|_| net.ok(hotkey, &call));
        net.refused(hotkey, &call, CallError::TooManyUnrevealedCommits);
    }
    epochs(&mut net, 10);
    net.ok(HOTKEY, &call);
}

/// A validator of uid 0 with an open commit, some miners with stake, and commit-reveal with a
/// period of two epochs.
fn validator_with_miners(tempo_blocks: u16, miners: u32) -> Net {
    let mut net = Net::with_subnet();
    let hyper = &mut net.get_mut(SUBNET).hyper;
    hyper.tempo_blocks = tempo_blocks;
    hyper.reveal_period_epochs = 2;
    hyper.commit_reveal_enabled = true;
    net.seat(SUBNET, id(20), HOTKEY);
    net.stake(SUBNET, id(20), HOTKEY, 10_000);
    net.permits(SUBNET, &[true]);
    net.get_mut(SUBNET).hyper.max_allowed_validators = 1;
    for number in 0..miners {
        miner(&mut net, number);
    }
    net
}

fn miner(net: &mut Net, number: u32) {
    net.seat(SUBNET, id(40 + number), id(30 + number));
    net.stake(SUBNET, id(40 + number), id(30 + number), 1000);
}

/// Sets weights openly in the current block, as if they had just been revealed.
fn vote(net: &mut Net, uids: &[u16]) {
    let row: Vec<_> = uids.iter().map(|uid| (*uid, u16::MAX / 3)).collect();
    let block = net.state.block;
    let mechanism = &mut net.get_mut(SUBNET).mechanisms[0];
    mechanism.weights[0] = row;
    mechanism.last_update[0] = block;
}

/// epoch.rs, `test_epoch_does_not_mask_outside_window_but_masks_inside`: an open commit voids
/// weights on whoever registered after it; an expired one does not.
#[test]
fn an_open_commit_masks_those_who_came_after_it() {
    let mut net = validator_with_miners(8, 0);
    net.blocks(7);
    committed(&mut net, 1);
    miner(&mut net, 0);
    net.blocks(3 * 8);
    committed(&mut net, 2);
    net.blocks(1);
    miner(&mut net, 1);
    miner(&mut net, 2);
    net.blocks(1);
    vote(&mut net, &[1, 2, 3]);
    net.pay_out_halves(SUBNET, 1000);
    let incentive = &net.get(SUBNET).mechanisms[0].incentive;
    assert!(incentive[1] > 0, "registered before the open commit");
    assert_eq!(incentive[2..], [0, 0]);
}

/// epoch.rs, `test_epoch_masks_incoming_to_sniped_uid_prevents_inheritance`: whoever takes over a
/// paid uid earns nothing by weights that were committed before.
#[test]
fn a_sniped_uid_earns_nothing() {
    let mut net = validator_with_miners(10, 2);
    net.get_mut(SUBNET).hyper.max_allowed_uids = 3;
    net.reserves(SUBNET, 1_000_000_000_000, 1_000_000_000_000);
    net.blocks(20);
    committed(&mut net, 1);
    net.blocks(1);
    vote(&mut net, &[1]);
    net.pay_out_halves(SUBNET, 1000);
    assert!(net.get(SUBNET).mechanisms[0].incentive[1] > 0);
    // The least earner goes; make that the one that the votes are for.
    net.get_mut(SUBNET).neurons.emission_rao = vec![2, 0, 1];
    net.ok(id(50), &Call::BurnedRegister { netuid: SUBNET, hotkey: id(51) });
    let uid = net.get(SUBNET).neurons.uid(id(51));
    assert_eq!(uid, Some(1));
    net.stake(SUBNET, id(50), id(51), 10);
    net.blocks(1);
    vote(&mut net, &[1, 2]);
    net.pay_out_halves(SUBNET, 1000);
    let incentive = &net.get(SUBNET).mechanisms[0].incentive;
    assert_eq!(incentive[1], 0);
    assert!(incentive[2] > 0);
}

/// epoch.rs, `test_epoch_no_mask_when_commit_reveal_disabled`.
#[test]
fn open_weights_are_not_masked() {
    let mut net = validator_with_miners(5, 1);
    net.get_mut(SUBNET).hyper.commit_reveal_enabled = false;
    net.blocks(1);
    let (uids, values) = (vec![1], vec![u16::MAX]);
    let call = Call::SetWeights { netuid: SUBNET, mechanism: 0, uids, values, version_key: 0 };
    net.ok(HOTKEY, &call);
    for _ in 0..3 {
        epochs(&mut net, 1);
        let mechanism = &net.get(SUBNET).mechanisms[0];
        assert_eq!((mechanism.weights[0].len(), mechanism.incentive[1]), (1, u16::MAX));
    }
}
