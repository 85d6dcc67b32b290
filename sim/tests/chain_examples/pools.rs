//! Pools: what a trade gives, how far a price limit lets it go, and weights that keep the price.
//!
//! The chain's mock runtime trades in pools of a few rao; the runtime itself asks for a reserve of
//! a million, so the rows of its tables below that are left out.

use subsim_consensus::economics::{
    DEFAULT_FEE_RATE, Direction, MAX_INPUT_RESERVES, MAX_PRICE, MIN_PRICE, ONE_E18, Pool,
    TradeError, U64F64, price_limit,
};
use subsim_sim::chain::Call;

use crate::net::{Net, SUBNET, id, near};

fn pool(tao_reserve_rao: u64, alpha_reserve_rao: u64) -> Pool {
    Pool { tao_reserve_rao, alpha_reserve_rao, quote_weight_e18: ONE_E18 / 2 }
}

fn as_float(price: U64F64) -> f64 {
    price.to_bits() as f64 / 2_f64.powi(64)
}

/// Most that can be traded up to a price in rao, fee included; `None` when the price is beyond it
/// already.
fn most(pool: &Pool, direction: Direction, limit_rao: u64) -> Option<u64> {
    let reserve = match direction {
        Direction::BuyAlpha => pool.tao_reserve_rao,
        Direction::SellAlpha => pool.alpha_reserve_rao,
    };
    let input = reserve.saturating_mul(MAX_INPUT_RESERVES);
    match pool.trade(direction, input, DEFAULT_FEE_RATE, price_limit(limit_rao)) {
        Ok(trade) => Some(trade.amount_in_rao.saturating_add(trade.fee_rao)),
        Err(TradeError::PriceLimitExceeded { .. }) => None,
        Err(error) => panic!("{error}"),
    }
}

/// staking.rs, `test_max_amount_add_dynamic`: reserves, limit, most TAO within a ten thousandth.
#[test]
fn buys_go_up_to_a_limit() {
    let (million, price) = (1_000_000, 1_500_000_000);
    let (tao, alpha) = (150_000_000_000, 100_000_000_000);
    let rows = [
        (1_000_000_000, 1_000_000_000, 0, None),
        (million, million, 4_000_000_000, Some(1_000_500)),
        (million, million, 9_000_000_000, Some(2_001_000)),
        (million, million, 16_000_000_000, Some(3_001_500)),
        (million * million, million * million, 16_000_000_000, Some(3_001_500_000_000)),
        (tao, alpha, 0, None),
        (tao, alpha, 100_000_000, None),
        (tao, alpha, 500_000_000, None),
        (tao, alpha, price - 1, None),
        (tao, alpha, price, None),
        (tao, alpha, price + 1, Some(49)),
        (tao, alpha, 6_000_000_000, Some(150_075_000_000)),
        (u64::MAX / 2, u64::MAX, u64::MAX, Some(u64::MAX)),
    ];
    for (tao, alpha, limit, expected) in rows {
        let found = most(&pool(tao, alpha), Direction::BuyAlpha, limit);
        assert_eq!(found.is_some(), expected.is_some(), "{tao}/{alpha} up to {limit}");
        if let (Some(found), Some(expected)) = (found, expected) {
            near(found, expected, expected / 10_000);
        }
    }
}

/// staking.rs, `test_max_amount_remove_dynamic`: the same for sales, within a hundredth.
#[test]
fn sales_go_down_to_a_limit() {
    let million = 1_000_000;
    let (tao, alpha, supply) = (200_000_000_000, 100_000_000_000, 21_000_000_000_000_000);
    let rows = [
        (10_000_000_000, 10_000_000_000, 0, Some(10_000_000_000_000)),
        (million, million, 250_000_000, Some(1_010_000)),
        (million, million, 62_500_000, Some(3_030_000)),
        (million * million, million * million, 62_500_000, Some(3_030_000_000_000)),
        (tao, alpha, 0, Some(100_000_000_000_000)),
        (tao, alpha, 500_000_000, Some(101_000_000_000)),
        (tao, alpha, 125_000_000, Some(303_000_000_000)),
        (tao, alpha, 2_000_000_000, None),
        (tao, alpha, 2_000_000_001, None),
        (tao, alpha, 1_999_999_999, Some(24)),
        (tao, alpha, 1_999_999_990, Some(250)),
        (supply, million, supply, Some(17_455_533)),
        (supply, million, u64::MAX, Some(67_000)),
        (supply, 1_000_000_000_000_000_000, u64::MAX, None),
        (supply, 1_000_000_000_000_000_000, 20_000_000, Some(24_700_000_000_000_000)),
        (supply, supply, 999_999_999, Some(10_605_000)),
        (supply, supply, 0, Some(u64::MAX)),
    ];
    for (tao, alpha, limit, expected) in rows {
        let found = most(&pool(tao, alpha), Direction::SellAlpha, limit);
        assert_eq!(found.is_some(), expected.is_some(), "{tao}/{alpha} down to {limit}");
        if let (Some(found), Some(expected)) = (found, expected) {
            near(found, expected, expected / 100);
        }
    }
    let no_tao = pool(0, 1_000_000_000).trade(Direction::SellAlpha, 100, 0, price_limit(100));
    assert!(matches!(no_tao, Err(TradeError::ReservesTooLow { .. })));
}

/// pallets/swap/src/pallet/tests.rs, `test_swap_basic`: at equal weights a constant product.
#[test]
fn equal_weights_keep_the_product() {
    let pool = pool(1_000_000_000, 4_000_000_000);
    let (tao, alpha) = (1e9, 4e9);
    let fee = |amount: u64| (amount as f64 * 33.0 / 65_535.0) as u64;
    for amount in [1000, 2000, 123_456, 1_000_000_000, 10_000_000_000] {
        let limit = U64F64::whole(1000);
        let trade = pool.trade(Direction::BuyAlpha, amount, 33, limit).unwrap();
        let paid = amount - fee(amount);
        near(trade.amount_in_rao, paid, 1);
        near(trade.amount_out_rao, (alpha * (1.0 - tao / (tao + paid as f64))) as u64, 1);
    }
    for amount in [1000, 2000, 123_456] {
        let trade = pool.trade(Direction::SellAlpha, amount, 33, MIN_PRICE).unwrap();
        let paid = amount - fee(amount);
        near(trade.amount_out_rao, (tao * (1.0 - alpha / (alpha + paid as f64))) as u64, 1);
    }
}

/// pallets/swap/src/pallet/tests.rs, `test_convert_deltas`: against floating-point powers, at
/// weights from a tenth to nine tenths.
#[test]
fn uneven_weights_are_powers() {
    let reserves = [(1500, 1000), (1, 1_000_000), (1_000_000, 1)];
    let weights = [(500_000_000, 0.5), (500_000_010, 0.50000001), (499_999_990, 0.49999999)];
    for ((tao, alpha), (billionths, weight)) in reserves
        .into_iter()
        .flat_map(|reserves| weights.map(|weight| (reserves, weight)))
        .chain(reserves.map(|reserves| (reserves, (100_000_000, 0.1))))
        .chain(reserves.map(|reserves| (reserves, (900_000_000, 0.9))))
    {
        let pool = Pool { quote_weight_e18: billionths * 1_000_000_000, ..pool(tao, alpha) };
        let (y, x) = (tao as f64, alpha as f64);
        for amount in [1, 10_000, 1_000_000, u64::MAX] {
            let d = amount as f64;
            let kept = |base: f64, exponent: f64| libm::pow(base, exponent);
            let sold = y * (1.0 - kept(x / (x + d), (1.0 - weight) / weight));
            let bought = x * (1.0 - kept(y / (y + d), weight / (1.0 - weight)));
            near(pool.amount_out_rao(Direction::SellAlpha, amount), sold as u64, 2);
            near(pool.amount_out_rao(Direction::BuyAlpha, amount), bought as u64, 2);
        }
    }
}

/// pallets/swap/src/pallet/balancer.rs, `test_calculate_quote_delta_in`,
/// `test_calculate_base_delta_in` and the `..._impossible` ones: from a price of 0.1 to 0.2 and
/// back at a weight of a quarter. The reserves of the other side are chosen to make the price.
#[test]
fn the_input_that_moves_a_price() {
    let tenth = |tenths: u64| U64F64::whole(tenths).over(U64F64::whole(10));
    let at = |tao, alpha| Pool { quote_weight_e18: ONE_E18 / 4, ..pool(tao, alpha) };
    let reserve = 1_000_000_000;
    // Three times the ratio of reserves.
    let buy = at(reserve, 30 * reserve);
    near(buy.amount_to_limit_rao(Direction::BuyAlpha, tenth(2)), 681_792_830, 1);
    let sale = at(reserve / 5, 3 * reserve);
    near(sale.amount_to_limit_rao(Direction::SellAlpha, tenth(1)) / 3, 189_207_115, 1);
    let half = U64F64::whole(1).over(U64F64::whole(20));
    assert_eq!(buy.amount_to_limit_rao(Direction::BuyAlpha, half), 0);
    assert_eq!(sale.amount_to_limit_rao(Direction::SellAlpha, tenth(4)), 0);
}

/// pallets/swap/src/pallet/tests.rs, `test_swap_rejects_input_over_1000x_input_reserve` and
/// `test_swap_allows_input_at_1000x_input_reserve`.
#[test]
fn an_input_of_a_thousand_reserves_is_the_most() {
    let pool = pool(1_000_000_000, 1_000_000_000);
    for (direction, limit) in [(Direction::SellAlpha, MIN_PRICE), (Direction::BuyAlpha, MAX_PRICE)]
    {
        let most = 1_000_000_000_000;
        assert!(pool.trade(direction, most, 0, limit).is_ok());
        let over = pool.trade(direction, most + 1, 0, limit);
        assert!(matches!(over, Err(TradeError::SwapInputTooLarge { .. })));
    }
}

/// pallets/swap/src/pallet/tests.rs, `test_adjust_protocol_liquidity_happy`: whatever is added on
/// either side, the price stays and the weight is what that takes.
#[test]
fn added_liquidity_keeps_the_price() {
    let (tao, alpha) = (1_000_000_000_000, 4_000_000_000_000);
    let sizes = [1, 10, 100, 1000, 1_000_000, 1_000_000_000, 1_000_000_000_000];
    let each = sizes
        .into_iter()
        .flat_map(|size| [(size, 0), (0, size), (size, size), (size, 2 * size), (2 * size, size)]);
    for (more_tao, more_alpha) in
        each.chain([(0, 0), (1_234_567, 2_432_765), (1_234_567, 2_432_765_890)])
    {
        let before = pool(tao, alpha);
        let weight = before.quote_weight_after_adding(more_tao, more_alpha).unwrap();
        let after = Pool {
            tao_reserve_rao: tao + more_tao,
            alpha_reserve_rao: alpha + more_alpha,
            quote_weight_e18: weight,
        };
        let (price, kept) = (as_float(before.price()), as_float(after.price()));
        assert!((price - kept).abs() <= price * 1e-12, "{price} became {kept}");
        let (new_tao, new_alpha) = ((tao + more_tao) as f64, (alpha + more_alpha) as f64);
        let expected = new_tao / (new_alpha * price + new_tao);
        assert!((weight as f64 / 1e18 - expected).abs() <= expected * 1e-12);
    }
}

/// staking2.rs, `test_stake_base_case`: 1 TAO into a pool of 10 TAO and 5 alpha.
#[test]
fn a_stake_moves_reserves_and_totals() {
    let mut net = Net::with_subnet();
    let (cold, hotkey, one) = (id(1), id(2), 1_000_000_000);
    net.own(cold, hotkey);
    net.reserves(SUBNET, 10 * one, 5 * one);
    net.get_mut(SUBNET).pool.alpha_out_rao = 5 * one;
    let total = net.state.total_stake_rao;
    net.ok(cold, &Call::AddStake { hotkey, netuid: SUBNET, tao_rao: one });
    let fee = one * 33 / 65_535;
    let paid = one - fee;
    let got = net.stake_of(SUBNET, cold, hotkey);
    let expected = 5e9 * (1.0 - 1e10 / (1e10 + paid as f64));
    near(got, expected as u64, 1);
    let pool = &net.get(SUBNET).pool;
    assert_eq!((pool.tao_rao, pool.alpha_in_rao), (10 * one + paid, 5 * one - got));
    assert_eq!(pool.alpha_out_rao, 5 * one + got);
    assert_eq!(net.state.total_stake_rao, total + one);
}

/// recycle_alpha.rs, `test_recycle_staker_is_nominator` and `test_burn_staker_is_nominator`: a
/// nominator gives up half; the owner's stake stays, and only recycled alpha leaves the issuance.
#[test]
fn recycled_alpha_leaves_and_burned_alpha_stays() {
    for recycle in [true, false] {
        let mut net = Net::with_subnet();
        let (cold, hotkey, nominator) = (id(1), id(2), id(3));
        net.seat(SUBNET, cold, hotkey);
        net.stake(SUBNET, cold, hotkey, 200_000);
        net.stake(SUBNET, nominator, hotkey, 200_000);
        let (netuid, alpha_rao) = (SUBNET, 100_000);
        let call = match recycle {
            true => Call::RecycleAlpha { hotkey, netuid, alpha_rao },
            false => Call::BurnAlpha { hotkey, netuid, alpha_rao },
        };
        net.ok(nominator, &call);
        assert_eq!(net.hotkey_stake(SUBNET, hotkey), 300_000);
        assert_eq!(net.stake_of(SUBNET, cold, hotkey), 200_000);
        assert_eq!(net.stake_of(SUBNET, nominator, hotkey), 100_000);
        let out = net.get(SUBNET).pool.alpha_out_rao;
        assert_eq!(out, if recycle { 300_000 } else { 400_000 });
    }
}
