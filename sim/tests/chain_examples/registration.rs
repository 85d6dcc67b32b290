//! The price of registration: how it falls, how it rises, where it stops.

use subsim_consensus::economics::{U64F64, decay_factor_q32, decayed_burn_rao, raised_burn_rao};
use subsim_sim::chain::{Call, CallError};

use crate::net::{Net, SUBNET, id};

/// A subnet with a deep pool, a price, and how it falls and rises.
fn net(burn_rao: u64, half_life_blocks: u16, factor: u64, bounds: (u64, u64)) -> Net {
    let mut net = Net::with_subnet();
    net.reserves(SUBNET, 1_000_000_000_000, 1_000_000_000_000);
    let subnet = net.get_mut(SUBNET);
    subnet.registration.burn_rao = burn_rao;
    subnet.hyper.burn_half_life_blocks = half_life_blocks;
    subnet.hyper.burn_increase_mult_bits = U64F64::whole(factor).to_bits();
    (subnet.hyper.min_burn_rao, subnet.hyper.max_burn_rao) = bounds;
    net
}

fn burn(net: &Net) -> u64 {
    net.get(SUBNET).registration.burn_rao
}

const UNBOUND: (u64, u64) = (0, u64::MAX);

/// registration.rs, `test_burn_decay` and
/// `test_bump_registration_price_after_registration_applies_multiplier_immediately`: doubled at
/// once, 0.1% less a block later.
#[test]
fn a_registration_raises_the_price_and_blocks_lower_it() {
    let mut net = net(1000, 1000, 2, UNBOUND);
    net.ok(id(1), &Call::BurnedRegister { netuid: SUBNET, hotkey: id(2) });
    assert_eq!(burn(&net), 2000);
    net.blocks(1);
    assert_eq!(burn(&net), 1998);
    assert_eq!(raised_burn_rao(1000, U64F64::whole(3)), 3000);
}

/// registration.rs, `test_update_registration_prices_for_networks_runs_on_next_block_step`.
#[test]
fn a_block_counts_registrations_anew() {
    let mut net = net(1000, 1000, 2, UNBOUND);
    net.get_mut(SUBNET).registration.this_block = 3;
    net.blocks(1);
    assert_eq!((burn(&net), net.get(SUBNET).registration.this_block), (999, 0));
}

/// registration.rs, `test_burn_halves_every_half_life`: two blocks of half-life, rounded down.
#[test]
fn the_price_halves_in_its_half_life() {
    let mut net = net(1024, 2, 1, UNBOUND);
    net.blocks(2);
    assert_eq!(burn(&net), 511);
    net.blocks(2);
    assert_eq!(burn(&net), 255);
}

/// registration.rs, `test_burn_min_and_max_clamps_prevent_zero_stuck_and_cap_bump`.
#[test]
fn the_price_stays_within_its_bounds() {
    let mut net = net(1, 1, 2, (100_000, 150_000));
    net.blocks(1);
    assert_eq!(burn(&net), 100_000);
    net.ok(id(1), &Call::BurnedRegister { netuid: SUBNET, hotkey: id(2) });
    assert_eq!(burn(&net), 150_000);
    for _ in 0..2 {
        net.blocks(1);
        assert_eq!(burn(&net), 100_000);
    }
}

/// registration.rs,
/// `test_update_registration_prices_for_networks_many_half_lives_over_thousands_of_blocks`: the
/// block's price is that of the formula, block by block.
#[test]
fn blocks_lower_the_price_as_the_formula_says() {
    for half_life in [1, 2, 3, 7, 360, 1000, 36_000] {
        let mut net = net(1_000_000_000_000, half_life, 1, UNBOUND);
        let factor = decay_factor_q32(half_life);
        let mut expected = burn(&net);
        for _ in 0..500 {
            net.blocks(1);
            expected = decayed_burn_rao(expected, factor);
            assert_eq!(burn(&net), expected, "half-life {half_life}, block {}", net.state.block);
        }
    }
}

/// registration.rs, `test_registration_increases_recycled_rao_per_subnet` and the refusals
/// `test_registration_disabled`, `..._root_not_permitted`, `..._non_associated_coldkey`,
/// `..._already_active_hotkey_error` and `..._without_neuron_slot_doesnt_burn`.
#[test]
fn a_registration_pays_the_price_or_is_refused() {
    let mut net = net(1_000_000, 360, 1, UNBOUND);
    let register = |netuid, hotkey| Call::BurnedRegister { netuid, hotkey: id(hotkey) };
    let before = net.free(id(1));
    net.ok(id(1), &register(SUBNET, 2));
    assert_eq!(before - net.free(id(1)), 1_000_000);
    assert_eq!(net.get(SUBNET).registration.rao_recycled, 1_000_000);
    let root = CallError::RegistrationNotPermittedOnRootSubnet;
    net.refused(id(1), &register(0, 3), root);
    net.refused(id(1), &register(SUBNET, 2), CallError::HotKeyAlreadyRegisteredInSubNet);
    net.own(id(8), id(9));
    net.refused(id(1), &register(SUBNET, 9), CallError::NonAssociatedColdKey);
    net.get_mut(SUBNET).hyper.max_allowed_uids = 0;
    net.refused(id(1), &register(SUBNET, 3), CallError::NoNeuronIdAvailable);
    net.get_mut(SUBNET).hyper.registration_allowed = false;
    net.refused(id(1), &register(SUBNET, 3), CallError::SubNetRegistrationDisabled);
}
