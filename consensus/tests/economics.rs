//! The economics against slower and plainer computations of the same, on random input: the fast
//! power against the chain's own method, emission and weights against the chain's number library,
//! and the pool against what a pool must never do.

use proptest::prelude::*;
use subsim_consensus::economics::power::{Floored, Power, Precision};
use subsim_consensus::economics::{
    Direction, INITIAL_EMISSION_RAO, MAX_PRICE, MAX_SUPPLY_RAO, MIN_PRICE, MIN_WEIGHT_E18, ONE_E18,
    Pool, SubnetClaim, TradeError, U64F64, U96F32, block_emission_rao, max_upscale,
    subnet_emissions,
};
use substrate_fixed::transcendental::log2;
use substrate_fixed::types::{I32F32, I96F32};

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..Default::default() }
}

/// Amounts of all magnitudes alike.
fn amount() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0u32..64).prop_map(|(value, shift)| value >> shift)
}

/// Pool weights: one half, round ones, and any.
fn weight() -> impl Strategy<Value = u64> {
    prop_oneof![
        2 => Just(ONE_E18 / 2),
        1 => (1u64..100).prop_map(|percent| ONE_E18 / 100 * percent),
        2 => ONE_E18 / 2..ONE_E18 / 2 + 1_000_000_000,
        4 => MIN_WEIGHT_E18..=ONE_E18 - MIN_WEIGHT_E18,
    ]
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::BuyAlpha), Just(Direction::SellAlpha)]
}

/// A base as a trade has it: a reserve over the reserve after the trade.
fn trade_base() -> impl Strategy<Value = (u128, u128)> {
    (amount(), amount(), 0u8..8).prop_map(|(reserve, change, kind)| {
        let (reserve, change) = (u128::from(reserve), u128::from(change));
        match kind {
            0 => (reserve, reserve.saturating_sub(change)),
            1..4 => (reserve, reserve + change.min(reserve.saturating_mul(1000))),
            _ => (reserve, reserve + change % (reserve / 1000 + 1)),
        }
    })
}

/// A base as a price limit has it: the quotient of two prices.
fn limit_base() -> impl Strategy<Value = (u128, u128)> {
    (any::<u128>(), 0u32..127, any::<u128>(), 0u32..127).prop_map(|(price, low, rise, high)| {
        let price = price >> low;
        (price.saturating_add(rise >> high), price)
    })
}

fn power((base_numerator, base_denominator): (u128, u128), p: u64, q: u64) -> Power {
    Power { base_numerator, base_denominator, exponent_numerator: p, exponent_denominator: q }
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn the_fast_power_of_a_trade_is_the_chain_s(base in trade_base(), weight in weight()) {
        let power = power(base, weight, ONE_E18 - weight);
        let plain = power.floor_e18_plainly(Precision::Trade);
        prop_assert_eq!(power.floor_e18(Precision::Trade), plain);
    }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn the_fast_power_of_a_limit_is_the_chain_s(base in limit_base(), weight in weight()) {
        let power = power(base, weight, ONE_E18);
        let plain = power.floor_e18_plainly(Precision::Limit);
        prop_assert_eq!(power.floor_e18(Precision::Limit), plain);
    }
}

/// The chain's own steps for a block's emission.
fn emission_by_the_library(issuance_rao: u64) -> u64 {
    let number = I96F32::saturating_from_num::<u64>;
    if issuance_rao >= MAX_SUPPLY_RAO {
        return 0;
    }
    let issued = number(issuance_rao).checked_div(number(MAX_SUPPLY_RAO)).unwrap();
    let inverse = number(1).checked_div(number(1).checked_sub(issued).unwrap()).unwrap();
    let halvings: I96F32 = log2(inverse).unwrap();
    let divisor = (0..halvings.floor().to_num::<u64>())
        .fold(number(1), |divisor, _| divisor.saturating_mul(number(2)));
    let part = number(1).checked_div(divisor).unwrap_or_default();
    part.saturating_mul(number(INITIAL_EMISSION_RAO)).saturating_to_num()
}

/// The chain's own steps for stored weights.
fn upscaled_by_the_library(weights: &[u16]) -> Vec<u16> {
    let number = I32F32::saturating_from_num::<u16>;
    let (scale, max) = (number(u16::MAX), number(weights.iter().copied().max().unwrap_or(0)));
    let upscale = |weight: &u16| {
        let weight = number(*weight);
        if max == number(0) {
            return weight.saturating_mul(scale).saturating_to_num();
        }
        if max > number(32768) {
            let factor = scale.checked_div(max).unwrap_or_default();
            return weight.saturating_mul(factor).round().saturating_to_num();
        }
        let scaled = weight.saturating_mul(scale).checked_div(max).unwrap_or_default();
        scaled.round().saturating_to_num()
    };
    weights.iter().map(upscale).collect()
}

proptest! {
    #![proptest_config(cases(20_000))]

    #[test]
    fn emissions_are_the_library_s(issuance_rao in 0..=MAX_SUPPLY_RAO, left in amount()) {
        let near_the_cap = MAX_SUPPLY_RAO.saturating_sub(left);
        for issuance_rao in [issuance_rao, near_the_cap] {
            let expected = emission_by_the_library(issuance_rao);
            prop_assert_eq!(block_emission_rao(issuance_rao), expected, "{}", issuance_rao);
        }
    }

    #[test]
    fn upscaled_weights_are_the_library_s(
        weights in proptest::collection::vec(any::<u16>(), 0..12), shift in 0u32..17
    ) {
        let weights: Vec<u16> =
            weights.iter().map(|weight| weight.checked_shr(shift).unwrap_or(0)).collect();
        prop_assert_eq!(max_upscale(&weights), upscaled_by_the_library(&weights));
    }
}

/// Every halving with the rao around it.
#[test]
fn halvings_are_the_library_s_to_the_rao() {
    for halvings in 1..=40 {
        let exact = MAX_SUPPLY_RAO - (MAX_SUPPLY_RAO >> halvings);
        // One step of the issued part's 32-bit fraction is 4,889,444 rao.
        let around = [exact - 4_900_000, exact - 1, exact, exact + 1, exact + 4_900_000];
        for issuance_rao in around.into_iter().chain((0..10).map(|k| exact + k * 488_945)) {
            let expected = emission_by_the_library(issuance_rao);
            assert_eq!(block_emission_rao(issuance_rao), expected, "at {issuance_rao}");
        }
    }
}

fn pool() -> impl Strategy<Value = Pool> {
    // Up to the 21e15 rao that can exist of each.
    let reserve = || amount().prop_map(|value| value % MAX_SUPPLY_RAO);
    (reserve(), reserve(), weight()).prop_map(|(tao_reserve_rao, alpha_reserve_rao, weight)| Pool {
        tao_reserve_rao,
        alpha_reserve_rao,
        quote_weight_e18: weight,
    })
}

/// The pool after a trade.
fn after(pool: Pool, direction: Direction, amount_in_rao: u64, amount_out_rao: u64) -> Pool {
    match direction {
        Direction::BuyAlpha => Pool {
            tao_reserve_rao: pool.tao_reserve_rao + amount_in_rao,
            alpha_reserve_rao: pool.alpha_reserve_rao - amount_out_rao,
            ..pool
        },
        Direction::SellAlpha => Pool {
            alpha_reserve_rao: pool.alpha_reserve_rao + amount_in_rao,
            tao_reserve_rao: pool.tao_reserve_rao - amount_out_rao,
            ..pool
        },
    }
}

proptest! {
    #![proptest_config(cases(3000))]

    /// A trade never pays more than the pool holds, and within sane weights there and back never
    /// gains anything.
    #[test]
    fn a_pool_never_loses(pool in pool(), way in direction(), amount in amount(), fee: u16) {
        let (back, limit, limit_back) = match way {
            Direction::BuyAlpha => (Direction::SellAlpha, U64F64::from_bits(u128::MAX), U64F64::ZERO),
            Direction::SellAlpha => (Direction::BuyAlpha, U64F64::ZERO, U64F64::from_bits(u128::MAX)),
        };
        let Ok(trade) = pool.trade(way, amount, fee, limit) else { return Ok(()) };
        prop_assert_eq!(trade.amount_in_rao + trade.fee_rao, amount);
        let then = after(pool, way, trade.amount_in_rao, trade.amount_out_rao);
        if let Ok(returned) = then.trade(back, trade.amount_out_rao, 0, limit_back) {
            let sane = pool.quote_weight_e18.abs_diff(ONE_E18 / 2) < ONE_E18 / 10;
            if sane && pool.price().to_u64() < 1000 {
                // One multiple of 1e-18 of the reserve and one rao may be lost to rounding down
                // what stays.
                let reserve = then.alpha_reserve_rao.max(then.tao_reserve_rao);
                let slack = 2 + reserve / 100_000_000_000_000_000;
                prop_assert!(returned.amount_out_rao <= trade.amount_in_rao + slack);
            }
        }
    }

    /// A limit cuts the trade so that the price stays on its side of the limit, up to rounding.
    #[test]
    fn limits_hold(
        tao in 1_000_000_000_000u64..MAX_SUPPLY_RAO / 1000, alpha in 1_000_000_000_000u64..MAX_SUPPLY_RAO,
        weight in ONE_E18 / 10 * 4..ONE_E18 / 10 * 6, way in direction(),
        part in 1u64..100_000, beyond in 1u64..100_000,
    ) {
        let pool = Pool { tao_reserve_rao: tao, alpha_reserve_rao: alpha, quote_weight_e18: weight };
        let amount = match way { Direction::BuyAlpha => tao, Direction::SellAlpha => alpha };
        let amount = amount / 100_000 * part;
        let change = pool.price().times(U64F64::whole(beyond)).over(U64F64::whole(200_000));
        let limit = match way {
            Direction::BuyAlpha => pool.price().plus(change),
            Direction::SellAlpha => pool.price().minus(change),
        };
        prop_assume!(change.to_bits() > 1 << 40);
        let free = pool.trade(way, amount, 33, match way {
            Direction::BuyAlpha => MAX_PRICE,
            Direction::SellAlpha => MIN_PRICE.min(limit),
        });
        let (Ok(free), Ok(cut)) = (free, pool.trade(way, amount, 33, limit)) else { return Ok(()) };
        let price = after(pool, way, cut.amount_in_rao, cut.amount_out_rao).price();
        // A millionth of the price.
        let slack = pool.price().over(U64F64::whole(1_000_000));
        let reached = match way {
            Direction::BuyAlpha => price <= limit.plus(slack),
            Direction::SellAlpha => price.plus(slack) >= limit,
        };
        prop_assert!(reached, "{:?} ends at {:?}, limit {:?}", cut, price, limit);
        prop_assert!(cut == free || cut.amount_in_rao <= free.amount_in_rao);
        // What a limit stops short of is less than the limit's own rounding.
        let missed = match way {
            Direction::BuyAlpha => price.plus(slack) < limit,
            Direction::SellAlpha => price > limit.plus(slack),
        };
        prop_assert!(!missed || cut == free);
    }

    /// Injection keeps the price, up to what 18 decimals can hold.
    #[test]
    fn added_liquidity_keeps_the_price(
        tao in 1_000_000_000..MAX_SUPPLY_RAO, alpha in 1_000_000_000..MAX_SUPPLY_RAO,
        weight in weight(), tao_part in 0u64..1000, alpha_part in 0u64..1000,
    ) {
        let pool = Pool { tao_reserve_rao: tao, alpha_reserve_rao: alpha, quote_weight_e18: weight };
        let (tao_in, alpha_in) = (tao / 1000 * tao_part, alpha / 1000 * alpha_part);
        let Some(quote_weight_e18) = pool.quote_weight_after_adding(tao_in, alpha_in) else {
            return Ok(());
        };
        let larger = Pool {
            tao_reserve_rao: tao + tao_in,
            alpha_reserve_rao: alpha + alpha_in,
            quote_weight_e18,
        };
        let (price, then) = (pool.price().to_bits(), larger.price().to_bits());
        prop_assert!(price.abs_diff(then) <= 200 + (price >> 45), "{} then {}", price, then);
    }

    /// Anything at all gives a result or a refusal.
    #[test]
    fn no_input_panics(
        tao: u64, alpha: u64, weight: u64, way in direction(), amounts: (u64, u64), fee: u16,
        limit: u128,
    ) {
        let pool = Pool { tao_reserve_rao: tao, alpha_reserve_rao: alpha, quote_weight_e18: weight };
        let limit = U64F64::from_bits(limit);
        let _ = pool.alpha_at_price_rao(amounts.0);
        let _ = pool.quote_weight_after_adding(amounts.0, amounts.1);
        let _ = Pool::quote_weight_for_price(tao, alpha, limit);
        // Weights that no pool can have take the slow way; a few of them are enough.
        if weight % 64 == 0 || weight <= ONE_E18 {
            let _ = pool.trade(way, amounts.0, fee, limit);
            let _ = pool.alpha_for_tao_rao(amounts.1);
        }
    }

    /// The subnets' parts never exceed the block's emission.
    #[test]
    fn subnets_share_no_more_than_there_is(
        claims in proptest::collection::vec((any::<u64>(), any::<u32>(), any::<bool>()), 0..20)
    ) {
        let claims: Vec<_> = claims.into_iter().map(|(price, burned, emission_enabled)| SubnetClaim {
            moving_price: U64F64::from_bits(price.into()),
            miner_burned: U96F32::from_bits(burned.into()),
            emission_enabled,
        }).collect();
        let parts = subnet_emissions(INITIAL_EMISSION_RAO, &claims);
        let sum = parts.iter().fold(U96F32::ZERO, |sum, part| sum.plus(*part));
        prop_assert!(sum <= U96F32::whole(INITIAL_EMISSION_RAO));
        for (claim, part) in claims.iter().zip(&parts) {
            prop_assert!(claim.emission_enabled || *part == U96F32::ZERO);
        }
    }
}

const POOL: Pool = Pool {
    tao_reserve_rao: 1_000_000_000_000,
    alpha_reserve_rao: 4_000_000_000_000,
    quote_weight_e18: ONE_E18 / 2,
};

/// With equal weights a pool is the constant product that everyone knows.
#[test]
fn equal_weights_are_a_constant_product() {
    assert_eq!(POOL.price(), U64F64::from_bits(1 << 62));
    let trade = POOL.trade(Direction::BuyAlpha, 1_000_000_000_000, 0, MAX_PRICE).unwrap();
    assert_eq!((trade.amount_in_rao, trade.amount_out_rao), (1_000_000_000_000, 2_000_000_000_000));
    let trade = POOL.trade(Direction::SellAlpha, 4_000_000_000_000, 0, MIN_PRICE).unwrap();
    assert_eq!(trade.amount_out_rao, 500_000_000_000);
    assert_eq!(POOL.alpha_for_tao_rao(500_000_000_000), 4_000_000_000_000);
    assert_eq!(POOL.alpha_at_price_rao(1000), 4000);
    let to_double = POOL.amount_to_limit_rao(Direction::BuyAlpha, U64F64::from_bits(1 << 63));
    assert_eq!(to_double, 414_213_562_373);
}

#[test]
fn trades_are_refused_by_the_chain_s_names_in_its_order() {
    let buy = |pool: Pool, amount, limit| pool.trade(Direction::BuyAlpha, amount, 33, limit);
    let poor = Pool { tao_reserve_rao: 1, alpha_reserve_rao: 999_999, ..POOL };
    let error = buy(poor, 1001, U64F64::ZERO).unwrap_err();
    assert_eq!(error, TradeError::SwapInputTooLarge { net_rao: 1001, max_rao: 1000 });
    let error = buy(poor, 1000, U64F64::ZERO).unwrap_err();
    assert_eq!(error, TradeError::ReservesTooLow { reserve_rao: 999_999 });
    let price = POOL.price();
    let error = buy(POOL, 1000, price).unwrap_err();
    assert_eq!(error, TradeError::PriceLimitExceeded { price, limit: price });
    assert!(error.to_string().starts_with("PriceLimitExceeded: "));
    let dear = Pool { alpha_reserve_rao: 2_000_000, ..POOL };
    let error = buy(dear, 1000, MAX_PRICE).unwrap_err();
    assert_eq!(error, TradeError::ReservesTooLow { reserve_rao: 2_000_000 });
    let nothing = buy(POOL, 0, MAX_PRICE).unwrap();
    assert_eq!((nothing.amount_in_rao, nothing.amount_out_rao, nothing.fee_rao), (0, 0, 0));
}

#[test]
fn new_pools_get_the_weight_that_gives_their_price() {
    let price = U64F64::from_bits(3 << 62);
    let weight = Pool::quote_weight_for_price(3000, 4000, price);
    assert_eq!(weight, Some(ONE_E18 / 2));
    assert_eq!(Pool::quote_weight_for_price(0, 0, price), None);
    assert_eq!(Pool::quote_weight_for_price(1, 4000, price), None);
    assert_eq!(Pool::quote_weight_for_price(9000, 4000, price), Some(ONE_E18 / 4 * 3));
}

/// The rare results that are not values.
#[test]
fn growth_beyond_eighteen_decimals_is_told() {
    let power = power((u128::MAX, 1), ONE_E18 / 2, ONE_E18);
    assert_eq!(power.floor_e18(Precision::Limit), Floored::TooLarge);
}
