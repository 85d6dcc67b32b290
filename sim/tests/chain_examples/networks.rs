//! Subnets come and go: what a dissolved one pays whom, and what a new one costs and starts with.

use subsim_consensus::economics::{U64F64, median_price};
use subsim_sim::chain::{Call, NetUid, Origin};

use crate::net::{BALANCE, Net, SUBNET, id, near};

/// A subnet with a pot, alpha in the pool and of the protocol, and stakes `(coldkey, hotkey, rao)`.
fn subnet(pot: u64, alpha_in: u64, protocol: u64, stakes: &[(u32, u32, u64)]) -> Net {
    let mut net = Net::with_subnet();
    net.reserves(SUBNET, pot, alpha_in);
    net.get_mut(SUBNET).pool.protocol_alpha_rao = protocol;
    for (cold, hotkey, rao) in stakes {
        net.stake(SUBNET, id(*cold), id(*hotkey), *rao);
    }
    net
}

fn dissolve(net: &mut Net) {
    let call = Call::RootDissolveNetwork { netuid: SUBNET };
    assert_eq!(net.state.apply(Origin::Root, &call), Ok(()));
    assert!(net.state.subnet(SUBNET).is_none());
}

fn gained(net: &Net, number: u32) -> u64 {
    net.free(id(number)) - BALANCE
}

/// networks.rs, `dissolve_single_alpha_out_staker_gets_all_tao`,
/// `dissolve_two_stakers_pro_rata_distribution` (without the refund of the lock, which only subnets
/// from before its abolition get) and `dissolve_rounding_remainder_distribution`.
#[test]
fn a_dissolved_subnet_pays_its_stakers_pro_rata() {
    let mut net = subnet(99_999, 0, 0, &[(1, 2, 5000)]);
    dissolve(&mut net);
    assert_eq!(gained(&net, 1), 99_999);
    let mut net = subnet(10_000, 0, 0, &[(1, 2, 300), (3, 4, 700)]);
    dissolve(&mut net);
    assert_eq!((gained(&net, 1), gained(&net, 3)), (3000, 7000));
    let mut net = subnet(1, 0, 0, &[(1, 2, 3), (3, 4, 2)]);
    dissolve(&mut net);
    assert_eq!((gained(&net, 1), gained(&net, 3)), (1, 0), "the larger remainder");
}

/// networks.rs, `dissolve_protocol_alpha_post_deploy_includes_alpha_in` and
/// `dissolve_chain_bought_alpha_is_converted_to_tao_and_recycled`: the pool's and the protocol's
/// alpha have their part, which is recycled.
#[test]
fn what_belongs_to_nobody_is_recycled() {
    let mut net = subnet(200, 100, 50, &[(1, 2, 50)]);
    let issued = net.state.total_issuance_rao;
    dissolve(&mut net);
    assert_eq!(gained(&net, 1), 50);
    near(issued - net.state.total_issuance_rao, 150, 1);
    let mut net = subnet(100, 123, 100, &[]);
    let issued = net.state.total_issuance_rao;
    dissolve(&mut net);
    assert!(net.state.total_issuance_rao < issued);
}

/// networks.rs, `median_subnet_alpha_price_*`: 1 when there is none, else the middle, zeros left
/// out.
#[test]
fn the_median_price_is_that_of_the_middle() {
    let median = |prices: &[u64]| median_price(prices.iter().map(|price| U64F64::whole(*price)));
    assert_eq!(median(&[]), U64F64::ONE);
    assert_eq!(median(&[0]), U64F64::ONE);
    assert_eq!(median(&[7, 2, 5]), U64F64::whole(5));
    assert_eq!(median(&[2, 8, 0]), U64F64::whole(5));
}

/// A price of 700 TAO per 100 alpha, and so on, on a subnet each.
fn with_prices(tao_per_hundred: &[u64]) -> Net {
    let mut net = Net::new();
    for (netuid, tao) in (1..).zip(tao_per_hundred) {
        net.subnet(netuid);
        net.reserves(netuid, *tao, 100);
    }
    net
}

/// networks.rs, `register_network_seeds_first_subnet_from_fallback_price_one_and_keeps_lock_in_pool`
/// and `register_network_seeds_new_subnet_from_even_median_snapshot`: the whole lock is the pool,
/// at the median price of the others; the owner gets no alpha.
#[test]
fn a_new_subnet_starts_at_the_median_price() {
    for (others, halves) in [(vec![], 2), (vec![500, 200], 7)] {
        let mut net = with_prices(&others);
        let netuid = others.len() as NetUid + 1;
        let lock = net.state.network_lock_cost_rao();
        net.ok(id(1), &Call::RegisterNetwork { hotkey: id(2) });
        assert_eq!(net.free(id(1)), BALANCE - lock);
        let subnet = net.get(netuid);
        let pool = &subnet.pool;
        assert_eq!((pool.tao_rao, pool.locked_rao), (lock, lock));
        assert_eq!(pool.alpha_in_rao, lock * 2 / halves);
        assert_eq!((pool.alpha_out_rao, net.hotkey_stake(netuid, id(2))), (0, 0));
        let owner = (subnet.hyper.owner, subnet.hyper.owner_hotkey);
        assert_eq!(owner, (Some(id(1)), Some(id(2))));
        assert_eq!(subnet.registration.rao_recycled, 0);
        let price = subnet.price().to_bits() as f64 / 2_f64.powi(64);
        assert!((price - halves as f64 / 2.0).abs() < 1e-6, "{price}");
    }
}

/// networks.rs, `register_network_prunes_and_recycles_netuid`: at the limit the cheapest subnet's
/// number goes to the new one.
#[test]
fn at_the_limit_the_cheapest_subnets_number_is_used_again() {
    let mut net = with_prices(&[100, 100]);
    net.state.globals.subnet_limit = 2;
    let immunity = net.state.globals.network_immunity_period_blocks;
    net.get_mut(1).pool.moving_price_bits = 2 << 32;
    net.get_mut(2).pool.moving_price_bits = 3 << 32;
    net.stake(1, id(5), id(6), 100);
    net.jump_to(immunity + 10);
    net.ok(id(1), &Call::RegisterNetwork { hotkey: id(2) });
    let netuids: Vec<_> = net.state.netuids().collect();
    assert_eq!(netuids, [0, 1, 2]);
    assert_eq!(net.get(1).hyper.owner, Some(id(1)));
    assert_eq!(net.get(1).hyper.network_registered_at, immunity + 10);
    assert_eq!(net.hotkey_stake(1, id(6)), 0);
    assert!(gained(&net, 5) > 0);
}
