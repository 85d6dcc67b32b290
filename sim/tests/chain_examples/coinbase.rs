//! What a block mints, who gets it, and how the moving price follows.

use subsim_consensus::economics::{
    DividendClaim, I96F32, SplitInput, SubnetClaim, U64F64, U96F32, distribute_dividends,
    injection, next_moving_price, root_proportion, subnet_emissions,
};
use subsim_sim::chain::{Call, ROOT, RecycleOrBurn};

use crate::net::{Net, SUBNET, id, near};

fn claim(price: u64, emission_enabled: bool) -> SubnetClaim {
    SubnetClaim { moving_price: U64F64::whole(price), miner_burned: U96F32::ZERO, emission_enabled }
}

fn shares(emission_rao: u64, claims: &[SubnetClaim]) -> Vec<u64> {
    subnet_emissions(emission_rao, claims).iter().map(|share| share.to_u64()).collect()
}

/// coinbase.rs, `test_coinbase_tao_issuance_multiple`,
/// `test_coinbase_disabled_subnet_emission_redistributes_tao_to_enabled_subnets` and
/// `test_zero_shares_zero_emission`.
#[test]
fn subnets_share_the_emission_by_price() {
    let thirds = shares(3_333_333, &[claim(1, true); 3]);
    thirds.iter().for_each(|share| near(*share, 1_111_111, 1));
    let [first, second, third] = [true, false, true].map(|enabled| claim(1, enabled));
    let without_second = shares(3_333_333, &[first, second, third]);
    near(without_second[0], 1_666_666, 2);
    assert_eq!(without_second[1], 0);
    near(without_second[2], 1_666_666, 2);
    assert_eq!(shares(1_000_000, &[claim(0, true); 2]), [0, 0]);
}

/// coinbase.rs, `test_coinbase_alpha_issuance_base` and `..._different`: with root's proportion at
/// one, a subnet at twice the price gets twice the TAO and as much alpha.
#[test]
fn tao_and_alpha_go_in_at_the_price() {
    for (prices, tao) in [([1, 1], [500_000, 500_000]), ([1, 2], [333_333, 666_666])] {
        let emissions = subnet_emissions(1_000_000, &prices.map(|price| claim(price, true)));
        for ((emission, price), tao) in emissions.into_iter().zip(prices).zip(tao) {
            let input = SplitInput {
                tao_emission: emission,
                alpha_emission_rao: 1_000_000_000,
                price: U64F64::whole(price),
                root_proportion: U96F32::ONE,
            };
            let split = injection(&input);
            near(split.tao_in_rao, tao, 1);
            near(split.alpha_in_rao, tao / price, 1);
            assert_eq!(split.excess_tao_rao, 0);
        }
    }
}

/// coinbase.rs, `test_get_subnet_terms_alpha_emissions_cap` and
/// `test_coinbase_subnet_terms_with_alpha_in_gt_alpha_emission`: injection stops at root's
/// proportion of the alpha emission, and the rest of the TAO buys alpha.
#[test]
fn injection_is_capped_by_roots_proportion() {
    let half = U96F32::from_bits(1 << 31);
    let split = |tao_rao, price: U64F64| {
        injection(&SplitInput {
            tao_emission: U96F32::whole(tao_rao),
            alpha_emission_rao: 1_000_000_000,
            price,
            root_proportion: half,
        })
    };
    let below = split(100_000_000, U64F64::ONE);
    assert_eq!((below.alpha_in_rao, below.excess_tao_rao), (100_000_000, 0));
    let above = split(10_000_000_000, U64F64::ONE);
    let (tao_in, excess) = (above.tao_in_rao, above.excess_tao_rao);
    assert_eq!((above.alpha_in_rao, tao_in, excess), (500_000_000, 500_000_000, 9_500_000_000));
    let cheap = split(10_000_001, U64F64::whole(1).over(U64F64::whole(100)));
    assert_eq!(cheap.alpha_in_rao, 500_000_000);
    near(cheap.tao_in_rao, 5_000_000, 1);
    near(cheap.tao_in_rao + cheap.excess_tao_rao, 10_000_001, 1);
}

/// coinbase.rs, `test_root_proportion`: 1000 TAO on root at a weight of 0.18 against 100 alpha.
#[test]
fn roots_proportion_is_its_weighted_part() {
    let found = root_proportion(1_000_000_000_000, 3_320_413_933_267_719_290, 100_000_000_000);
    let expected = 0.18e12 / (0.18e12 + 1e11);
    assert!((found.to_bits() as f64 / 2_f64.powi(32) - expected).abs() < 1e-9);
}

/// coinbase.rs, `test_root_prop_filled_on_block_step`.
#[test]
fn blocks_write_roots_proportion_down() {
    let mut net = Net::new();
    net.state.globals.tao_weight = u64::MAX;
    for netuid in [1, 2] {
        net.subnet(netuid).hyper.first_emission_block = Some(1);
        net.reserves(netuid, 50_000_000_000, 100_000_000_000);
    }
    net.reserves(ROOT, 1_000_000_000_000, 0);
    assert_eq!(net.get(1).pool.root_proportion_bits, 0);
    net.blocks(1);
    for netuid in [1, 2] {
        assert!(net.get(netuid).pool.root_proportion_bits > 0);
    }
}

const ZERO: I96F32 = I96F32::from_bits(0);

fn speed(tenths: i128) -> I96F32 {
    I96F32::from_bits((tenths << 32) / 10)
}

fn as_float(price: I96F32) -> f64 {
    price.to_bits() as f64 / 2_f64.powi(32)
}

/// coinbase.rs, `test_coinbase_moving_prices`, `test_update_moving_price_initial` and
/// `..._after_time`: slow at first, then at the speed set.
#[test]
fn the_moving_price_follows_faster_with_age() {
    let halving = 201_600;
    let next =
        |price, tenths, age| next_moving_price(price, U64F64::ONE, speed(tenths), age, halving);
    assert_eq!(as_float(next(I96F32::from_bits(1 << 32), 10, 7_200_000)), 1.0);
    assert!(1.0 - as_float(next(ZERO, 10, 7_200_000)) < 0.05);
    // 28 days in, at a tenth, fourteen times.
    let price = (0..14).fold(ZERO, |price, _| next(price, 1, 7200 * 28));
    assert!((as_float(price) - 0.512325).abs() < 0.001);
    assert!(as_float(next(ZERO, 5, 10)) < 0.001);
    assert!((as_float(next(ZERO, 5, 144_000_000)) - 0.5).abs() < 0.001);
}

fn dividends(alpha: u64, root: u64, claims: &[(u64, u64, u64)]) -> (u64, u64) {
    let claims = claims.iter().map(|(alpha_stake_rao, root_stake_rao, dividend)| DividendClaim {
        alpha_stake_rao: *alpha_stake_rao,
        root_stake_rao: *root_stake_rao,
        dividend: U96F32::whole(*dividend),
    });
    let weight = (u128::from(u64::MAX) * 18 / 100) as u64;
    let parts = distribute_dividends(alpha, root, weight, &claims.collect::<Vec<_>>());
    let sum = |part: fn(&_) -> U96F32| parts.iter().map(|each| part(each).to_u64()).sum();
    (sum(|part| part.alpha), sum(|part| part.root_alpha))
}

/// coinbase.rs, `test_calculate_dividend_distribution_totals` and `..._total_only_alpha`,
/// `..._total_only_tao`: all that is pending is paid, to alpha and to root.
#[test]
fn dividends_add_up_to_what_was_pending() {
    let claims = [(4_859_302, 2_342_352, 77_783_738), (23_423, 859_273, 19_283_940)];
    for (alpha, root) in
        [(183_123_567_452, 837_120_949_872), (183_123_567_452, 0), (0, 837_120_949_872)]
    {
        let (paid, root_paid) = dividends(alpha, root, &claims);
        near(paid, alpha, 1000);
        near(root_paid, root, 1000);
    }
}

/// A subnet of account 0, whose owner's hotkey has uid 0, with a validator at the end that weighs
/// all others alike.
fn owned_subnet(hotkeys: &[(u32, u32)]) -> Net {
    let mut net = Net::with_subnet();
    let (owner, owner_hotkey) = (id(0), id(1));
    net.seat(SUBNET, owner, owner_hotkey);
    let hyper = &mut net.get_mut(SUBNET).hyper;
    (hyper.owner, hyper.owner_hotkey) = (Some(owner), Some(owner_hotkey));
    for (cold, hotkey) in hotkeys {
        net.seat(SUBNET, id(*cold), id(*hotkey));
    }
    let validator = net.seat(SUBNET, id(30), id(31));
    net.stake(SUBNET, id(30), id(31), 1_000_000_000);
    net.blocks(1);
    let row: Vec<_> = (0..validator).map(|uid| (uid, u16::MAX)).collect();
    net.weights(SUBNET, 0, &[(validator, &row)]);
    let permits: Vec<_> = (0..=validator).map(|uid| uid == validator).collect();
    net.permits(SUBNET, &permits);
    net
}

/// coinbase.rs, `test_incentive_to_subnet_owner_is_burned`: the owner's share of the incentive is
/// nobody's, others keep theirs; `recycle_or_burn` decides whether it stays outstanding.
#[test]
fn the_owners_incentive_is_withheld() {
    for choice in [RecycleOrBurn::Burn, RecycleOrBurn::Recycle] {
        let mut net = owned_subnet(&[(2, 3)]);
        net.get_mut(SUBNET).hyper.recycle_or_burn = Some(choice);
        let before = net.get(SUBNET).pool.alpha_out_rao;
        net.pay_out(SUBNET, 20_000_000, 20_000_000, 0);
        assert_eq!(net.hotkey_stake(SUBNET, id(1)), 0);
        near(net.hotkey_stake(SUBNET, id(3)), 10_000_000, 2);
        let grown = net.get(SUBNET).pool.alpha_out_rao - before;
        let recycled = u64::from(choice == RecycleOrBurn::Recycle) * 10_000_000;
        near(grown, 40_000_000 - recycled, 2);
        assert_eq!(net.get(SUBNET).pending.miner_burned_bits, 1 << 31);
    }
}

/// coinbase.rs, `test_incentive_to_subnet_owners_hotkey_is_burned` and `test_burn_key_sorting`:
/// the same holds for every hotkey of the owner, however many there are.
#[test]
fn all_the_owners_hotkeys_go_unpaid() {
    let mut net = owned_subnet(&[(0, 3), (0, 4), (0, 5)]);
    net.get_mut(SUBNET).hyper.immune_owner_uids_limit = 2;
    net.pay_out(SUBNET, 40_000_000, 40_000_000, 0);
    for hotkey in [1, 3, 4, 5] {
        assert_eq!(net.hotkey_stake(SUBNET, id(hotkey)), 0);
    }
    assert_eq!(net.get(SUBNET).pending.miner_burned_bits, 1 << 32);
}

/// coinbase.rs, `test_incentive_is_autostaked_to_owner_destination` and
/// `test_incentive_goes_to_hotkey_when_no_autostake_destination`.
#[test]
fn incentive_goes_where_the_coldkey_wants_it() {
    let mut net = owned_subnet(&[(10, 11), (10, 12), (20, 21)]);
    // Nobody weighs the destination or the owner.
    net.weights(SUBNET, 0, &[(4, &[(1, u16::MAX), (3, u16::MAX)])]);
    let (netuid, hotkey) = (SUBNET, id(12));
    net.ok(id(10), &Call::SetColdkeyAutoStakeHotkey { netuid, hotkey });
    net.pay_out(SUBNET, 20_000_000, 20_000_000, 0);
    assert_eq!(net.hotkey_stake(SUBNET, id(11)), 0);
    near(net.stake_of(SUBNET, id(10), id(12)), 10_000_000, 2);
    near(net.stake_of(SUBNET, id(20), id(21)), 10_000_000, 2);
}
