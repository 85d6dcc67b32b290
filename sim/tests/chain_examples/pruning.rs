//! Who makes room: the neuron that a newcomer replaces, the subnet that a new one replaces.

use subsim_sim::chain::{AccountId, Call, NetUid};

use crate::net::{Net, SUBNET, id};

const OWNER: AccountId = AccountId(0);

/// Registers neurons of account 10 and up, each with a block of registration and an emission.
fn subnet(neurons: &[(u64, u64)]) -> Net {
    let mut net = Net::with_subnet();
    for (number, (registered, emission)) in (10..).zip(neurons) {
        let uid = usize::from(net.seat(SUBNET, id(number), id(20 + number)));
        let neurons = &mut net.get_mut(SUBNET).neurons;
        neurons.block_at_registration[uid] = *registered;
        neurons.emission_rao[uid] = *emission;
    }
    net.get_mut(SUBNET).hyper.immune_owner_uids_limit = 0;
    net
}

/// uid to prune in a block.
fn pruned(net: &mut Net, block: u64) -> Option<u16> {
    net.jump_to(block);
    net.state.neuron_to_prune(SUBNET)
}

/// registration.rs, `test_registration_get_uid_to_prune_all_in_immunity_period` and
/// `..._none_in_immunity_period`: the lowest emission goes, immune all or none.
#[test]
fn the_lowest_emission_goes() {
    let mut net = subnet(&[(0, 100), (1, 110)]);
    assert_eq!(pruned(&mut net, 1), Some(0));
    assert_eq!(pruned(&mut net, 4), Some(0));
    net.get_mut(SUBNET).neurons.emission_rao = vec![110, 100];
    assert_eq!(pruned(&mut net, 1), Some(1));
}

/// registration.rs, `test_registration_pruning_1`: among equals the oldest registration goes, an
/// immune neuron stays although it earns least; the newcomer gets the uid.
#[test]
fn among_equals_the_oldest_goes() {
    let mut net = subnet(&[(850, 10), (800, 10), (990, 1)]);
    let hyper = &mut net.get_mut(SUBNET).hyper;
    (hyper.immunity_period_blocks, hyper.max_allowed_uids) = (100, 3);
    assert_eq!(pruned(&mut net, 1000), Some(1));
    net.reserves(SUBNET, 1_000_000_000_000, 1_000_000_000_000);
    net.blocks(1);
    net.ok(id(1), &Call::BurnedRegister { netuid: SUBNET, hotkey: id(2) });
    let neurons = &net.get(SUBNET).neurons;
    assert_eq!(neurons.hotkeys, [id(30), id(2), id(32)]);
    assert_eq!((neurons.uid(id(31)), neurons.uid(id(2))), (None, Some(1)));
    assert_eq!(neurons.block_at_registration[1], 1001);
}

/// uids.rs, `test_prune_tie_breakers_non_immune_emission_block_uid`.
#[test]
fn ties_go_by_registration_then_uid() {
    let mut net = subnet(&[(0, 10), (1, 10), (2, 10)]);
    net.get_mut(SUBNET).hyper.immunity_period_blocks = 0;
    assert_eq!(pruned(&mut net, 3), Some(0));
    net.get_mut(SUBNET).neurons.block_at_registration = vec![7, 2, 2];
    assert_eq!(pruned(&mut net, 9), Some(1));
}

/// uids.rs, `test_prune_respects_min_non_immune_floor_prefers_immune`: when three must remain
/// outside immunity and only three are, the immune one goes.
#[test]
fn a_floor_of_old_neurons_is_kept() {
    let mut net = subnet(&[(0, 0), (1, 0), (2, 0), (1008, 0)]);
    let hyper = &mut net.get_mut(SUBNET).hyper;
    (hyper.immunity_period_blocks, hyper.min_non_immune_uids) = (1000, 3);
    assert_eq!(pruned(&mut net, 1008), Some(3));
    net.get_mut(SUBNET).hyper.min_non_immune_uids = 2;
    assert_eq!(pruned(&mut net, 1008), Some(0));
}

/// Neurons 0 and 1 of the owner, of which 0 is the owner's hotkey, and others' after them.
fn owned(neurons: &[(u64, u64)], limit: u16) -> Net {
    let mut net = subnet(neurons);
    let hyper = &mut net.get_mut(SUBNET).hyper;
    (hyper.owner, hyper.owner_hotkey) = (Some(OWNER), Some(id(30)));
    hyper.immune_owner_uids_limit = limit;
    for hotkey in [30, 31] {
        net.own(OWNER, id(hotkey));
    }
    net
}

/// registration.rs, `test_registration_get_uid_to_prune_owner_immortality` and
/// `..._owner_immortality_all_immune`: as many of the owner's hotkeys stay as the limit says.
#[test]
fn the_owners_hotkeys_stay_up_to_a_limit() {
    for (limit, uid) in [(1, 1), (2, 2)] {
        let mut net = owned(&[(0, 0), (1, 0), (2, 1)], limit);
        net.get_mut(SUBNET).hyper.immunity_period_blocks = 1;
        assert_eq!(pruned(&mut net, 11), Some(uid));
    }
    let mut net = owned(&[(12, 0), (11, 0), (10, 1)], 2);
    net.get_mut(SUBNET).hyper.immunity_period_blocks = 100;
    assert_eq!(pruned(&mut net, 21), Some(2));
}

/// uids.rs, `test_get_neuron_to_prune_owner_not_pruned` and
/// `..._owner_pruned_if_not_in_sn_owner_hotkey_map`: it is the hotkey named as the owner's that
/// stays, whichever that is.
#[test]
fn the_owners_named_hotkey_stays() {
    let mut net = owned(&[(1, 0), (1, 1), (1, 2), (1, 3)], 1);
    assert_eq!(pruned(&mut net, 1), Some(1));
    net.get_mut(SUBNET).hyper.owner_hotkey = Some(id(31));
    assert_eq!(pruned(&mut net, 1), Some(0));
}

/// uids.rs, `test_prune_all_owner_immortal_returns_none`.
#[test]
fn a_subnet_of_the_owner_alone_makes_no_room() {
    let mut net = owned(&[(0, 0), (0, 0)], 10);
    assert_eq!(pruned(&mut net, 1), None);
}

/// networks.rs, `prune_none_with_no_networks`, `prune_none_when_all_networks_immune` and
/// `prune_selection_complex_state_exhaustive`: registered in blocks 0, 0, 1, 2 and after the
/// immunity, at prices that change.
#[test]
fn the_cheapest_subnet_out_of_immunity_goes() {
    let mut net = Net::new();
    let immunity = 1_296_000;
    assert_eq!(net.state.globals.network_immunity_period_blocks, immunity);
    assert_eq!(net.state.network_to_prune(), None);
    let registered = [0, 0, 1, 2, immunity + 5, immunity + 6];
    for (netuid, block) in (1..).zip(registered) {
        net.subnet(netuid).hyper.network_registered_at = block;
    }
    let price = |net: &mut Net, netuid: NetUid, price: i128| {
        net.get_mut(netuid).pool.moving_price_bits = price << 32;
    };
    for (netuid, of) in (1..).zip([25, 25, 100, 1, 0, 0]) {
        price(&mut net, netuid, of);
    }
    net.jump_to(immunity + 10);
    assert_eq!(net.state.network_to_prune(), Some(4), "the cheapest of those not immune");
    price(&mut net, 4, 25);
    assert_eq!(net.state.network_to_prune(), Some(1), "of equals the first of the oldest");
    price(&mut net, 3, 25);
    assert_eq!(net.state.network_to_prune(), Some(1));
    net.jump_to(0);
    assert_eq!(net.state.network_to_prune(), None, "all are immune");
    net.jump_to(2 * immunity + 10);
    assert_eq!(net.state.network_to_prune(), Some(5), "out of immunity at last");
    net.state.subnets[5] = None;
    assert_eq!(net.state.network_to_prune(), Some(6));
    price(&mut net, 6, 100);
    price(&mut net, 3, 1);
    assert_eq!(net.state.network_to_prune(), Some(3));
    price(&mut net, 2, 1);
    assert_eq!(net.state.network_to_prune(), Some(2), "of equals the older");
}
