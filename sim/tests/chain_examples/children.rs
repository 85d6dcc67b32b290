//! Childkeys: what stake they lend and inherit, and when a change takes effect.

use subsim_sim::chain::{AccountId, Call};

use crate::net::{Net, SUBNET, id, near};

fn inherited(net: &Net, hotkey: AccountId) -> u64 {
    net.state.inherited_alpha_rao(hotkey, net.get(SUBNET))
}

/// children.rs, `test_get_stake_for_hotkey_on_subnet_multiple_parents_single_child`.
#[test]
fn a_child_adds_up_what_parents_lend() {
    let mut net = Net::with_subnet();
    let (cold, parents, child) = (id(4), [id(1), id(2)], id(3));
    for hotkey in [parents[0], parents[1], child] {
        net.seat(SUBNET, cold, hotkey);
    }
    net.stake(SUBNET, cold, parents[0], 1000);
    net.stake(SUBNET, cold, parents[1], 2000);
    for parent in parents {
        net.children(SUBNET, parent, &[(u64::MAX / 2, child)]);
    }
    near(inherited(&net, parents[0]), 500, 1);
    near(inherited(&net, parents[1]), 1000, 1);
    assert_eq!(inherited(&net, child), 1499);
}

/// children.rs, `test_get_stake_for_hotkey_on_subnet_single_parent_multiple_children`.
#[test]
fn two_children_get_a_third_each() {
    let mut net = Net::with_subnet();
    let (cold, parent, children) = (id(4), id(1), [id(2), id(3)]);
    net.seat(SUBNET, cold, parent);
    net.stake(SUBNET, cold, parent, 3000);
    net.children(SUBNET, parent, &children.map(|child| (u64::MAX / 3, child)));
    let stakes = [parent, children[0], children[1]].map(|hotkey| inherited(&net, hotkey));
    for stake in stakes {
        near(stake, 1000, 1);
    }
    near(stakes.iter().sum(), 3000, 2);
}

/// children.rs, `test_get_stake_for_hotkey_on_subnet_complex_hierarchy`: what a child inherits it
/// cannot lend further.
#[test]
fn grandchildren_inherit_nothing() {
    let mut net = Net::with_subnet();
    let [parent, first, second, grandchild] = [1, 2, 3, 4].map(id);
    for (cold, hotkey) in [(5, parent), (6, first), (7, second), (8, grandchild)] {
        net.seat(SUBNET, id(cold), hotkey);
    }
    net.stake(SUBNET, id(5), parent, 1000);
    let half = u64::MAX / 2;
    net.children(SUBNET, parent, &[(half, first), (half, second)]);
    assert_eq!([parent, first, second].map(|hotkey| inherited(&net, hotkey)), [0, 499, 499]);
    net.children(SUBNET, first, &[(u64::MAX, grandchild)]);
    let all = [parent, first, second, grandchild].map(|hotkey| inherited(&net, hotkey));
    assert_eq!(all, [0, 499, 499, 0]);
    let subnet = net.get(SUBNET);
    assert_eq!(subnet.children_of(parent), [(half, first), (half, second)]);
    assert_eq!(subnet.parents_of(first), [(half, parent)]);
    assert_eq!(subnet.children_of(first), [(u64::MAX, grandchild)]);
    assert_eq!(subnet.parents_of(grandchild), [(u64::MAX, first)]);
}

/// coinbase.rs, `test_get_root_children`: root stake is inherited on the subnet, and stays what it
/// is on root itself.
#[test]
fn root_stake_is_lent_along() {
    let mut net = Net::with_subnet();
    net.state.globals.tao_weight = u64::MAX;
    let (cold, alice, bob) = (id(0), id(1), id(2));
    let stake = 1_000_000_000;
    for hotkey in [alice, bob] {
        net.seat(SUBNET, cold, hotkey);
        net.ok(cold, &Call::RootRegister { hotkey });
        net.stake(0, cold, hotkey, stake);
        net.stake(SUBNET, cold, hotkey, stake);
    }
    net.children(SUBNET, alice, &[(u64::MAX, bob)]);
    let (root, subnet) = (net.get(0), net.get(SUBNET));
    let alpha = |hotkey, subnet| net.state.inherited_alpha_rao(hotkey, subnet);
    assert_eq!([alpha(alice, root), alpha(bob, root)], [stake, stake]);
    assert_eq!([alpha(alice, subnet), alpha(bob, subnet)], [0, 2 * stake]);
    let tao = |hotkey| net.state.inherited_tao_rao(hotkey, subnet);
    assert_eq!([tao(alice), tao(bob)], [0, 2 * stake]);
    // Bob alone has the stake weight to set weights when four units are asked for.
    net.state.globals.stake_threshold_rao = 4 * stake - 1;
    assert!(net.state.has_stake_for_weights(bob, SUBNET));
    assert!(!net.state.has_stake_for_weights(alice, SUBNET));
}

/// children.rs, `test_pending_cooldown_as_expected` and
/// `test_do_set_pending_children_runs_in_epoch`: children wait 7200 blocks, then for an epoch.
#[test]
fn children_wait_for_the_cooldown_and_an_epoch() {
    let mut net = Net::with_subnet();
    let (cold, hotkey) = (id(1), id(2));
    net.seat(SUBNET, cold, hotkey);
    let children = vec![(1000, id(3)), (2000, id(4))];
    net.ok(cold, &Call::SetChildren { hotkey, netuid: SUBNET, children: children.clone() });
    let due = 1 + 7200;
    assert_eq!(net.get(SUBNET).pending_children[&hotkey], (children.clone(), due));
    net.pay_out(SUBNET, 0, 0, 0);
    net.jump_to(due);
    net.blocks(1);
    assert!(net.get(SUBNET).children_of(hotkey).is_empty(), "no epoch has run since");
    net.pay_out(SUBNET, 0, 0, 0);
    assert_eq!(net.get(SUBNET).children_of(hotkey), children);
    assert_eq!(net.get(SUBNET).parents_of(id(3)), [(1000, hotkey)]);
    assert!(net.get(SUBNET).pending_children.is_empty());
}
