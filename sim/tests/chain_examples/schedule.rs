//! When epochs run: the limit per block, deferral, triggers, tempo changes and the freeze before an
//! epoch.

use subsim_sim::chain::{AccountId, Call, CallError, NetUid, Origin, TimelockedCommit};

use crate::net::{Net, SUBNET, id};

const OWNER: AccountId = AccountId(1);

/// `MaxEpochsPerBlock`.
const CAP: u16 = 2;

/// Two subnets more than epochs fit a block, all due in the next one.
fn crowd() -> Net {
    let mut net = Net::new();
    assert_eq!(u16::from(net.state.globals.max_epochs_per_block), CAP);
    for netuid in 1..=CAP + 2 {
        let subnet = net.subnet(netuid);
        subnet.hyper.tempo_blocks = 100;
        subnet.schedule.pending_epoch_at = 2;
    }
    net
}

/// Subnets whose epoch ran in the current block, and those that wait.
fn ran_and_waiting(net: &Net) -> (Vec<NetUid>, Vec<NetUid>) {
    let block = net.state.block;
    let mut subnets: Vec<_> = (1..=CAP + 2).collect();
    let waiting = subnets
        .extract_if(.., |netuid| net.get(*netuid).schedule.last_epoch_block != block)
        .filter(|netuid| net.get(*netuid).schedule.pending_epoch_at == block + 1)
        .collect();
    (subnets, waiting)
}

/// coinbase.rs, `test_epochs_deferred_this_block_respects_cap`: those beyond the limit wait for the
/// next block, and then run.
#[test]
fn epochs_beyond_the_limit_wait_a_block() {
    let mut net = crowd();
    net.blocks(1);
    assert_eq!(ran_and_waiting(&net), (vec![1, 2], vec![3, 4]));
    net.blocks(1);
    assert_eq!(ran_and_waiting(&net), (vec![3, 4], vec![]));
    // Each keeps its own rhythm from now on.
    for (blocks, ran) in [(98, vec![]), (1, vec![1, 2]), (1, vec![3, 4]), (1, vec![])] {
        net.blocks(blocks);
        assert_eq!(ran_and_waiting(&net), (ran, vec![]), "block {}", net.state.block);
    }
}

/// coinbase.rs, `test_reveal_crv3_defers_with_capped_epoch`: a subnet whose epoch waits reveals
/// nothing, not even what has expired.
#[test]
fn reveals_wait_with_their_epoch() {
    let mut net = crowd();
    for netuid in 1..=CAP + 2 {
        let subnet = net.get_mut(netuid);
        subnet.schedule.epoch_index = 10;
        subnet.mechanisms[0].timelocked.push(TimelockedCommit {
            hotkey: id(1),
            epoch: 0,
            block: 0,
            uids: vec![],
            values: vec![],
            version_key: 0,
        });
    }
    let held = |net: &Net| {
        let held = |netuid: &NetUid| !net.get(*netuid).mechanisms[0].timelocked.is_empty();
        (1..=CAP + 2).filter(held).collect::<Vec<_>>()
    };
    net.blocks(1);
    assert_eq!(held(&net), [3, 4]);
    net.blocks(1);
    assert_eq!(held(&net), Vec::<NetUid>::new());
}

/// coinbase.rs, `test_coinbase_drain_pending_increments_blockssincelaststep`, `..._resets_...` and
/// `..._gets_counters_and_resets_them`.
#[test]
fn an_epoch_takes_what_is_pending_and_counts_anew() {
    let mut net = Net::with_subnet();
    net.blocks(1);
    assert_eq!(net.get(SUBNET).schedule.blocks_since_last_step, 1);
    net.blocks(1);
    assert_eq!(net.get(SUBNET).schedule.blocks_since_last_step, 2);
    net.pay_out(SUBNET, 100, 200, 300);
    let subnet = net.get(SUBNET);
    let (schedule, pending) = (&subnet.schedule, &subnet.pending);
    assert_eq!(schedule.blocks_since_last_step, 0);
    assert_eq!((pending.server_rao, pending.validator_rao, pending.root_alpha_rao), (0, 0, 0));
}

/// A subnet of account 1 with a tempo and no freeze, `setup_subnet` of tempo_control.rs.
fn owned(commit_reveal: bool, freeze: u16) -> Net {
    let mut net = Net::with_subnet();
    net.state.globals.admin_freeze_window_blocks = freeze;
    let hyper = &mut net.get_mut(SUBNET).hyper;
    hyper.owner = Some(OWNER);
    hyper.tempo_blocks = 360;
    hyper.commit_reveal_enabled = commit_reveal;
    net
}

/// tempo_control.rs, `do_set_tempo_works_with_commit_reveal_enabled` and
/// `get_next_epoch_start_block_reflects_set_tempo_cycle_reset`: a new tempo counts from now.
#[test]
fn a_new_tempo_counts_from_now() {
    let mut net = owned(true, 0);
    net.blocks(9);
    net.ok(OWNER, &Call::SetTempo { netuid: SUBNET, tempo_blocks: 720 });
    assert_eq!(net.get(SUBNET).hyper.tempo_blocks, 720);
    assert_eq!(net.get(SUBNET).blocks_until_next_epoch(10), 720);
    net.blocks(719);
    assert!(!net.get(SUBNET).epoch_is_due(net.state.block));
    net.blocks(1);
    assert_eq!(net.get(SUBNET).schedule.last_epoch_block, 730);
}

/// tempo_control.rs, `do_trigger_epoch_blocked_with_commit_reveal_enabled` and
/// `do_trigger_epoch_works_with_commit_reveal_disabled`: it is due after the freeze window.
#[test]
fn triggers_need_open_weights() {
    let trigger = Call::TriggerEpoch { netuid: SUBNET };
    let mut net = owned(true, 5);
    net.refused(OWNER, &trigger, CallError::DynamicTempoBlockedByCommitReveal);
    let mut net = owned(false, 5);
    net.ok(OWNER, &trigger);
    assert_eq!(net.get(SUBNET).schedule.pending_epoch_at, net.state.block + 5);
    net.refused(OWNER, &trigger, CallError::EpochTriggerAlreadyPending);
    net.blocks(5);
    assert_eq!(net.get(SUBNET).schedule.last_epoch_block, 6);
}

/// tempo_control.rs, `do_trigger_epoch_rejects_when_auto_epoch_already_imminent` and
/// `do_set_activity_cutoff_factor_works_for_root_bypassing_freeze_window`: six blocks to the next
/// epoch, a window of eight.
#[test]
fn the_freeze_before_an_epoch_binds_the_owner() {
    let mut net = owned(false, 8);
    let subnet = net.get_mut(SUBNET);
    subnet.hyper.tempo_blocks = 10;
    subnet.schedule.last_epoch_block = 1;
    net.jump_to(5);
    assert_eq!(net.get(SUBNET).blocks_until_next_epoch(5), 6);
    net.refused(OWNER, &Call::TriggerEpoch { netuid: SUBNET }, CallError::AutoEpochAlreadyImminent);
    let call = Call::SetActivityCutoffFactor { netuid: SUBNET, factor_milli: 5000 };
    net.refused(OWNER, &call, CallError::AdminActionProhibitedDuringWeightsWindow);
    assert_eq!(net.state.apply(Origin::Root, &call), Ok(()));
    assert_eq!(net.get(SUBNET).hyper.activity_cutoff_factor_milli, 5000);
}

/// tempo_control.rs, `get_next_epoch_start_block_*`: none without a tempo, the last epoch and the
/// tempo otherwise, a pending one when that is earlier.
#[test]
fn the_next_epoch_is_the_earlier_of_tempo_and_trigger() {
    let mut net = owned(false, 0);
    let subnet = net.get_mut(SUBNET);
    let first_due =
        |subnet: &subsim_sim::chain::Subnet| (101..1000).find(|block| subnet.epoch_is_due(*block));
    subnet.hyper.tempo_blocks = 0;
    assert_eq!(first_due(subnet), None);
    subnet.hyper.tempo_blocks = 50;
    subnet.schedule.last_epoch_block = 100;
    for (pending, due) in [(0, 150), (120, 120), (200, 150)] {
        subnet.schedule.pending_epoch_at = pending;
        assert_eq!(first_due(subnet), Some(due));
    }
}
