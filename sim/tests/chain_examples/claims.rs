//! Root dividends as claims: rates, keeping and selling, and stake that comes and goes.

use subsim_sim::chain::{AccountId, Call, CallError, NetUid, Origin, ROOT, RootClaimType, Setting};

use crate::net::{Net, SUBNET, id, near};

const HOTKEY: AccountId = AccountId(1);
const OWNER: AccountId = AccountId(2);

/// What is left after the delegate take of 18% (11796 of 65535).
fn less_take(rao: u64) -> u64 {
    rao - rao * 11_796 / 65_535
}

/// One validator with alpha of its owner, and root stake of these coldkeys, who keep what they
/// claim.
fn net(root_stakes: &[(AccountId, u64)]) -> Net {
    let mut net = Net::with_subnet();
    net.state.globals.tao_weight = u64::MAX;
    net.seat(SUBNET, OWNER, HOTKEY);
    net.get_mut(SUBNET).hyper.root_claimable_threshold_bits = 0;
    for (cold, stake) in root_stakes {
        net.stake(ROOT, *cold, HOTKEY, *stake);
        net.ok(*cold, &Call::SetRootClaimType { claim_type: RootClaimType::Keep });
    }
    net.stake(SUBNET, OWNER, HOTKEY, 10_000_000);
    net
}

fn claim(net: &mut Net, cold: AccountId) {
    net.ok(cold, &Call::ClaimRoot { netuids: vec![SUBNET] });
}

fn alpha(net: &Net, cold: AccountId) -> u64 {
    net.stake_of(SUBNET, cold, HOTKEY)
}

/// claim_root.rs, `test_claim_root_with_drain_emissions`: two rounds of a million; the owner gets
/// the take, the rate is what is left per rao of root stake, and what was claimed is remembered.
#[test]
fn claims_follow_the_rate() {
    let staker = id(3);
    let mut net = net(&[(staker, 2_000_000)]);
    for round in 1..=2 {
        net.pay_out(SUBNET, 0, 0, 1_000_000);
        near(alpha(&net, OWNER), 10_000_000 + round * 180_000, 100);
        let rate = net.state.account(HOTKEY).root_claimable_bits[&SUBNET];
        let expected = round as f64 * 0.82 / 2.0;
        assert!((rate as f64 / 2_f64.powi(32) - expected).abs() < 0.001);
        claim(&mut net, staker);
        near(alpha(&net, staker), ((rate * 2_000_000) >> 32) as u64, 10);
        let claimed = net.get(SUBNET).root_claimed[&(HOTKEY, staker)];
        assert_eq!(claimed, u128::from(alpha(&net, staker)));
    }
}

/// claim_root.rs, `test_claim_root_adding_stake_proportionally_for_two_stakers` and
/// `..._disproportionally_...`: of ten parts one and one, then one and two.
#[test]
fn stakers_claim_in_proportion() {
    let (alice, bob, other) = (id(3), id(4), id(5));
    for bobs in [1, 2] {
        let stakes = [(alice, 1_000_000), (bob, bobs * 1_000_000), (other, (9 - bobs) * 1_000_000)];
        let mut net = net(&stakes);
        net.pay_out(SUBNET, 0, 0, 10_000_000);
        claim(&mut net, alice);
        claim(&mut net, bob);
        near(alpha(&net, alice), less_take(10_000_000) / 10, 100);
        assert_eq!(alpha(&net, bob), bobs * alpha(&net, alice));
    }
}

/// claim_root.rs, `test_claim_root_with_changed_stake`: Bob takes half of his stake away, then
/// brings it back; each round pays by the stake of the moment.
#[test]
fn claims_follow_stake_that_changes() {
    let (alice, bob, stake) = (id(3), id(4), 8_000_000);
    let mut net = net(&[(alice, stake), (bob, stake)]);
    net.state.globals.min_stake_rao = 1_000_000;
    let round = |net: &mut Net| {
        let before = [alpha(net, alice), alpha(net, bob)];
        net.pay_out(SUBNET, 0, 0, 10_000_000);
        claim(net, alice);
        claim(net, bob);
        (alpha(net, alice) - before[0], alpha(net, bob) - before[1])
    };
    let (alices, bobs) = round(&mut net);
    assert_eq!(alices, bobs);
    near(alices, less_take(10_000_000) / 2, 100);
    let half = stake / 2;
    let hotkey = HOTKEY;
    net.ok(bob, &Call::RemoveStake { hotkey, netuid: ROOT, alpha_rao: half });
    let (alices, bobs) = round(&mut net);
    near(alices, 2 * bobs, 100);
    near(bobs, less_take(10_000_000) / 3, 100);
    net.ok(bob, &Call::AddStake { hotkey, netuid: ROOT, tao_rao: half });
    let (alices, bobs) = round(&mut net);
    near(alices, bobs, 100);
    near(bobs, less_take(10_000_000) / 2, 100);
}

/// claim_root.rs, `test_claim_root_with_drain_emissions_and_swap_claim_type`: three rounds sold at
/// a price of a half, each adding to the root stake that the next one pays by.
#[test]
fn claims_are_sold_and_staked_on_root() {
    let (staker, other) = (id(3), id(4));
    let mut net = net(&[(staker, 2_000_000), (other, 18_000_000)]);
    net.reserves(SUBNET, 50_000_000_000, 100_000_000_000);
    net.ok(staker, &Call::SetRootClaimType { claim_type: RootClaimType::Swap });
    let (mut own, mut total) = (2_000_000.0, 20_000_000.0);
    for _ in 0..3 {
        let before = net.stake_of(ROOT, staker, HOTKEY);
        net.pay_out(SUBNET, 0, 0, 10_000_000);
        claim(&mut net, staker);
        let expected = 10_000_000.0 * 0.82 * 0.5 * own / total;
        near(net.stake_of(ROOT, staker, HOTKEY), before + expected as u64, 10_000);
        (own, total) = (own + expected, total + expected);
    }
}

/// claim_root.rs, `test_claim_root_threshold`: the owner and governance set it, up to its maximum.
#[test]
fn the_threshold_of_claims_is_the_owners() {
    let mut net = net(&[]);
    net.get_mut(SUBNET).hyper.owner = Some(OWNER);
    let call = |rao| Call::SetHyperparameter {
        netuid: SUBNET,
        setting: Setting::RootClaimThresholdRao(rao),
    };
    let stored = |net: &Net| net.get(SUBNET).hyper.root_claimable_threshold_bits >> 32;
    assert_eq!(net.state.apply(Origin::Root, &call(1000)), Ok(()));
    assert_eq!(stored(&net), 1000);
    net.ok(OWNER, &call(2000));
    assert_eq!(stored(&net), 2000);
    net.refused(HOTKEY, &call(2000), CallError::BadOrigin);
    net.refused(OWNER, &call(10_000_001), CallError::InvalidRootClaimThreshold);
}

/// claim_root.rs, `test_claim_root_subnet_limits`: from none, or from eleven subnets, is refused.
#[test]
fn claims_name_one_to_five_subnets() {
    let mut net = net(&[]);
    let call = |netuids: Vec<NetUid>| Call::ClaimRoot { netuids };
    net.refused(id(3), &call(vec![]), CallError::InvalidSubnetNumber);
    net.refused(id(3), &call((0..=10).collect()), CallError::InvalidSubnetNumber);
}
