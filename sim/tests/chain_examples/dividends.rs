//! Who gets the validators' part of an epoch: parents and children, delegates and nominators,
//! owners and miners.

use subsim_consensus::economics::{
    ChildClaim, ParentClaim, self_contribution_rao, split_with_parents,
};
use subsim_sim::chain::AccountId;

use crate::net::{Net, SUBNET, id, near};

const ONE: u64 = 1_000_000_000;

/// A ninth, as a u16 proportion.
const NINTH: u16 = 7281;

/// Three hotkeys with alpha 6:2:1 in the hands of three coldkeys, where A lends half to B and B
/// half to C, both for a take of a ninth.
fn chain_of_three() -> (Net, [AccountId; 3]) {
    let mut net = Net::with_subnet();
    let hotkeys = [1, 2, 3].map(id);
    for (hotkey, (cold, stake)) in hotkeys.into_iter().zip([(10, 300), (11, 100), (12, 50)]) {
        net.seat(SUBNET, id(cold), hotkey);
        net.stake(SUBNET, id(cold), hotkey, stake * ONE);
    }
    let [a, b, c] = hotkeys;
    net.children(SUBNET, a, &[(u64::MAX / 2, b)]);
    net.children(SUBNET, b, &[(u64::MAX / 2, c)]);
    net.childkey_take(SUBNET, b, NINTH);
    net.childkey_take(SUBNET, c, NINTH);
    (net, hotkeys)
}

/// children.rs, `test_parent_child_chain_epoch`: without weights the epoch pays by inherited stake,
/// 3:4:2.
#[test]
fn an_epoch_pays_by_inherited_stake() {
    let (mut net, _) = chain_of_three();
    net.pay_out_halves(SUBNET, 1_000_000);
    let earned = &net.get(SUBNET).neurons.emission_rao;
    for (earned, ninths) in earned.iter().zip([3, 4, 2]) {
        near(*earned, 1_000_000 * ninths / 9, 1);
    }
}

/// children.rs, `test_parent_child_chain_emission`: each part goes home, less the takes.
#[test]
fn a_chain_of_parents_shares_an_emission() {
    let (mut net, hotkeys) = chain_of_three();
    let before = hotkeys.map(|hotkey| net.hotkey_stake(SUBNET, hotkey));
    net.pay_out_halves(SUBNET, ONE);
    let raised = |at: usize| (net.hotkey_stake(SUBNET, hotkeys[at]) - before[at]) as f64;
    let total: f64 = (0..3).map(raised).sum();
    let take = 1.0 / 9.0;
    let expected = [
        2.0 / 3.0 * (1.0 - take / 2.0),
        2.0 / 9.0 * (1.0 - take / 2.0) + 2.0 / 3.0 * take / 2.0,
        1.0 / 9.0 + 2.0 / 9.0 * take / 2.0,
    ];
    for (at, expected) in expected.iter().enumerate() {
        let part = raised(at) / total;
        assert!((part - expected).abs() < 1e-4, "{at}: {part}, not {expected}");
    }
    near(total as u64, ONE, 10);
}

/// children.rs, `test_dividend_distribution_with_children`: a million of dividends of B, and of C,
/// between themselves and their parent.
#[test]
fn dividends_are_split_by_who_contributes() {
    let split = |own: u64, given: &[u64], parent: u64| {
        let child = ChildClaim {
            dividends_rao: 1_000_000,
            self_contribution_rao: self_contribution_rao(own, 0, 0, given),
            take: NINTH,
            burn: 0,
            tao_weight: 0,
        };
        let parent = ParentClaim {
            proportion: u64::MAX / 2,
            alpha_stake_rao: parent,
            root_stake_rao: 0,
            same_owner: false,
        };
        let split = split_with_parents(&child, &[parent]);
        near(split.child_rao + split.parents_rao[0], 1_000_000, 2);
        split.child_rao
    };
    // B works with 50,000 of its own and 150,000 of A's; C with 50,000 and 50,000 of B's.
    near(split(100_000, &[u64::MAX / 2], 300_000), 250_000 + 750_000 / 9, 20);
    near(split(50_000, &[], 100_000), 500_000 + 500_000 / 9, 20);
}

/// coinbase.rs, `test_drain_alpha_childkey_parentkey`: a parent without a uid of its own gets all
/// but the take of a tenth.
#[test]
fn an_unregistered_parent_is_paid_through_its_child() {
    let mut net = Net::with_subnet();
    let (cold, other, parent, child) = (id(3), id(4), id(1), id(2));
    net.own(other, parent);
    net.seat(SUBNET, cold, child);
    net.stake(SUBNET, other, parent, ONE);
    net.children(SUBNET, parent, &[(u64::MAX, child)]);
    net.childkey_take(SUBNET, child, u16::MAX / 10);
    net.pay_out_halves(SUBNET, ONE);
    near(net.hotkey_stake(SUBNET, parent), ONE + ONE / 10 * 9, 10_000);
    near(net.hotkey_stake(SUBNET, child), ONE / 10, 10_000);
}

/// Alice and Bob with one unit of alpha and of root TAO each; Bob is Alice's child for a part.
fn root_children(part: u64) -> (Net, AccountId, AccountId) {
    let mut net = Net::with_subnet();
    net.state.globals.tao_weight = u64::MAX;
    let (alice, bob) = (id(2), id(3));
    for (cold, hotkey) in [(id(0), alice), (id(1), bob)] {
        net.seat(SUBNET, cold, hotkey);
        net.stake(0, cold, hotkey, ONE);
        net.stake(SUBNET, cold, hotkey, ONE);
        net.delegate_take(hotkey, 0);
    }
    net.children(SUBNET, alice, &[(part, bob)]);
    (net, alice, bob)
}

/// coinbase.rs, `test_get_root_children_drain`: without a take parent and child earn alike, to the
/// rao; with a take of all, the child has everything.
#[test]
fn a_childs_take_goes_from_nothing_to_all() {
    let (mut net, alice, bob) = root_children(u64::MAX);
    net.childkey_take(SUBNET, bob, 0);
    net.pay_out_halves(SUBNET, ONE);
    for hotkey in [alice, bob] {
        assert_eq!(net.hotkey_stake(SUBNET, hotkey), ONE + ONE / 2);
    }
    net.pay_out_halves(SUBNET, ONE);
    assert_eq!([alice, bob].map(|hotkey| net.hotkey_stake(0, hotkey)), [ONE; 2]);
    net.childkey_take(SUBNET, bob, u16::MAX);
    net.pay_out_halves(SUBNET, ONE);
    let dividends = &net.get(SUBNET).alpha_dividends;
    assert_eq!(dividends.get(&alice).copied().unwrap_or(0), 0);
    near(dividends[&bob], ONE, 1);
}

/// coinbase.rs, `test_get_root_children_drain_half_proportion`: half the stake through the child
/// earns the parent as much.
#[test]
fn half_through_a_child_earns_the_same() {
    let (mut net, alice, bob) = root_children(u64::MAX / 2);
    net.childkey_take(SUBNET, bob, 0);
    net.pay_out_halves(SUBNET, ONE);
    let dividends = &net.get(SUBNET).alpha_dividends;
    near(dividends[&alice], ONE / 2, 10);
    near(dividends[&bob], ONE / 2, 10);
}

/// children.rs, `test_childkey_take_drain`: the parent lends half to a child that only a nominator
/// staked to, for a take of a fifth. 45% to the parent, 55% to the nominator, whatever the parent's
/// own delegate take.
#[test]
fn a_childs_take_goes_to_its_nominators() {
    for parent_take in [0, u16::MAX / 5] {
        let mut net = Net::with_subnet();
        let stake = 100 * ONE;
        let (parent_cold, child_cold, nominator) = (id(1), id(2), id(7));
        let (parent, child, miner) = (id(3), id(4), id(6));
        net.seat(SUBNET, child_cold, child);
        net.seat(SUBNET, parent_cold, parent);
        // The miner is the subnet's owner, so that its half is withheld and validators alone count.
        net.seat(SUBNET, id(5), miner);
        net.get_mut(SUBNET).hyper.owner = Some(id(5));
        net.stake(SUBNET, parent_cold, parent, stake);
        net.stake(SUBNET, nominator, child, stake);
        net.children(SUBNET, parent, &[(u64::MAX / 2, child)]);
        net.childkey_take(SUBNET, child, u16::MAX / 5);
        net.delegate_take(parent, parent_take);
        net.delegate_take(child, 0);
        net.blocks(1);
        net.permits(SUBNET, &[true, true, false]);
        net.weights(SUBNET, 0, &[(0, &[(2, u16::MAX)]), (1, &[(2, u16::MAX)])]);
        net.get_mut(SUBNET).hyper.kappa = u16::MAX / 5;
        net.pay_out_halves(SUBNET, 2 * ONE);
        assert_eq!(net.hotkey_stake(SUBNET, miner), 0);
        let parent_gain = net.stake_of(SUBNET, parent_cold, parent) - stake;
        let child_gain = net.stake_of(SUBNET, child_cold, child);
        let nominator_gain = net.stake_of(SUBNET, nominator, child) - stake;
        let total = parent_gain + child_gain + nominator_gain;
        near(total, ONE, 10);
        near(child_gain, 0, 10);
        near(parent_gain, total * 9 / 20, 10);
        near(nominator_gain, total * 11 / 20, 10);
    }
}

/// coinbase.rs, `test_drain_base_with_subnet_with_single_staker_registered`, `..._root_weight` and
/// `..._two_stakers_registered`: who is registered shares all; root stake does not grow.
#[test]
fn stakers_share_an_emission() {
    for hotkeys in [1, 2_u64] {
        let mut net = Net::with_subnet();
        let cold = id(3);
        for number in 1..=hotkeys as u32 {
            net.seat(SUBNET, cold, id(number));
            net.stake(SUBNET, cold, id(number), ONE);
        }
        net.pay_out_halves(SUBNET, ONE);
        for number in 1..=hotkeys as u32 {
            near(net.stake_of(SUBNET, cold, id(number)), ONE + ONE / hotkeys, 10);
        }
    }
    let mut net = Net::with_subnet();
    net.state.globals.tao_weight = u64::MAX;
    let (cold, hotkey) = (id(2), id(1));
    net.seat(SUBNET, cold, hotkey);
    net.delegate_take(hotkey, 0);
    net.stake(0, cold, hotkey, ONE);
    net.stake(SUBNET, cold, hotkey, ONE);
    net.pay_out(SUBNET, ONE / 2, ONE / 2, ONE);
    near(net.stake_of(SUBNET, cold, hotkey), 2 * ONE, 10);
    assert_eq!(net.stake_of(0, cold, hotkey), ONE);
    near(net.state.root_owed_rao(SUBNET, hotkey, cold), ONE, 10);
}

/// coinbase.rs, `test_drain_base_with_subnet_with_two_stakers_registered_and_root_different_amounts`
/// and `..._half_tao_weight`: one has twice the root stake of the other, and twice as much of its
/// dividends counts as root's; alpha is paid alike.
#[test]
fn root_stake_does_not_earn_what_is_alphas() {
    for tao_weight in [u64::MAX, u64::MAX / 2] {
        let mut net = Net::with_subnet();
        net.state.globals.tao_weight = tao_weight;
        let cold = id(3);
        for (number, root) in [(1, 2 * ONE), (2, ONE)] {
            net.seat(SUBNET, cold, id(number));
            net.delegate_take(id(number), 0);
            net.stake(SUBNET, cold, id(number), ONE);
            net.stake(0, cold, id(number), root);
        }
        net.pay_out_halves(SUBNET, ONE);
        for number in 1..=2 {
            near(net.stake_of(SUBNET, cold, id(number)), ONE + ONE / 2, 10);
        }
    }
}

/// staking.rs, `test_mining_emission_distribution_validator_valiminer_miner`: one validates, one
/// does both, one mines: 1:2:1.
#[test]
fn a_validator_may_mine_as_well() {
    let mut net = Net::with_subnet();
    for number in 1..=3 {
        net.seat(SUBNET, id(10 + number), id(number));
    }
    let stake = 100 * ONE;
    net.stake(SUBNET, id(11), id(1), stake);
    net.stake(SUBNET, id(12), id(2), stake);
    net.blocks(1);
    net.permits(SUBNET, &[true, true, false]);
    net.weights(SUBNET, 0, &[(0, &[(1, u16::MAX)]), (1, &[(2, u16::MAX)])]);
    net.get_mut(SUBNET).hyper.kappa = u16::MAX / 5;
    net.pay_out_halves(SUBNET, ONE);
    near(net.stake_of(SUBNET, id(11), id(1)), stake + ONE / 4, 10);
    near(net.stake_of(SUBNET, id(12), id(2)), stake + ONE / 2, 10);
    near(net.stake_of(SUBNET, id(13), id(3)), ONE / 4, 10);
}
