//! A subnet's pool of TAO and alpha: price, trades with and without a price limit, and what
//! injected liquidity does to the pool's weights. It computes amounts and changes nothing; whoever
//! keeps the ledger applies them.
//!
//! With weights w_alpha + w_tao = 1, x = alpha reserve and y = TAO reserve:
//!
//! ```text
//!   price            w_alpha / w_tao * y / x
//!   buy with dy      alpha out = x * (1 - (y / (y + dy))^(w_tao / w_alpha))
//!   sell dx          TAO out   = y * (1 - (x / (x + dx))^(w_alpha / w_tao))
//! ```
//!
//! Source: `pallets/swap/src/pallet/{balancer,swap_step,impls}.rs` of the public runtime, spec
//! version 425.

use thiserror::Error;

use super::number::{U64F64, mul_div};
use super::power::{Floored, ONE_E18, Power, Precision};

/// Least weight of either asset, 18 decimals: 0.01.
pub const MIN_WEIGHT_E18: u64 = ONE_E18 / 100;
/// Largest input, after the fee, in multiples of the reserve it goes into.
pub const MAX_INPUT_RESERVES: u64 = 1000;
/// What the reserve that is paid from must hold, in rao.
pub const MIN_RESERVE_RAO: u64 = 1_000_000;
/// Price limit of a buy that has none: 1,000,000 TAO per alpha.
pub const MAX_PRICE: U64F64 = U64F64::whole(1_000_000);
/// Price limit of a sale that has none: 0.000001 TAO per alpha.
pub const MIN_PRICE: U64F64 = U64F64::from_bits((1000 << 64) / 1_000_000_000);
/// Fee rate of a pool that has none set, in 1/65535: 0.05%.
pub const DEFAULT_FEE_RATE: u16 = 33;

/// Which way a trade goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// TAO in, alpha out: staking.
    BuyAlpha,
    /// Alpha in, TAO out: unstaking.
    SellAlpha,
}

/// A pool's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pool {
    /// TAO in the pool.
    pub tao_reserve_rao: u64,
    /// Alpha in the pool.
    pub alpha_reserve_rao: u64,
    /// Weight of TAO, 18 decimals; alpha has the rest. New pools have one half.
    pub quote_weight_e18: u64,
}

/// The amounts of a trade, all in rao of their own asset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trade {
    /// What enters the reserve, fee not included.
    pub amount_in_rao: u64,
    /// What leaves the other reserve.
    pub amount_out_rao: u64,
    /// The fee, of the asset that goes in. It goes to the block's author.
    pub fee_rao: u64,
}

/// Why the chain refuses a trade, by the chain's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TradeError {
    /// The input after the fee exceeds [`MAX_INPUT_RESERVES`] times its reserve.
    #[error("SwapInputTooLarge: {net_rao} rao after the fee, at most {max_rao} rao fit this pool")]
    SwapInputTooLarge {
        /// Input less fee.
        net_rao: u64,
        /// Most that is allowed.
        max_rao: u64,
    },
    /// The reserve to pay from is below [`MIN_RESERVE_RAO`], or the trade would pay nothing.
    #[error(
        "ReservesTooLow: the reserve to pay from holds {reserve_rao} rao, too little for this trade"
    )]
    ReservesTooLow {
        /// The reserve to pay from.
        reserve_rao: u64,
    },
    /// The price is at the limit or beyond before the trade.
    #[error(
        "PriceLimitExceeded: the price has the raw bits {price}, the limit {limit}",
        price = price.to_bits(), limit = limit.to_bits()
    )]
    PriceLimitExceeded {
        /// The pool's price.
        price: U64F64,
        /// The limit given.
        limit: U64F64,
    },
    /// The trade would pay more than the reserve holds.
    #[error(
        "InsufficientLiquidity: the trade pays {amount_out_rao} rao, the reserve holds {reserve_rao} rao"
    )]
    InsufficientLiquidity {
        /// What the trade would pay.
        amount_out_rao: u64,
        /// The reserve to pay from.
        reserve_rao: u64,
    },
}

/// A price limit as calls give it, rao of TAO per alpha, as a number.
#[must_use]
pub fn price_limit(limit_rao: u64) -> U64F64 {
    U64F64::whole(limit_rao).over(U64F64::whole(1_000_000_000))
}

/// The fee on an amount: `trunc(amount * rate / 65535)`, the rate cut to 64 fraction bits first.
#[must_use]
pub fn fee_rao(amount_rao: u64, fee_rate: u16) -> u64 {
    let rate = U64F64::whole(fee_rate.into()).over(U64F64::whole(u16::MAX.into()));
    U64F64::whole(amount_rao).times(rate).to_u64()
}

/// The fee on top of an input that the fee is not yet part of: what it is when a limit has cut the
/// input.
fn fee_on_top_rao(net_rao: u64, fee_rate: u16) -> u64 {
    let rate = U64F64::whole(fee_rate.into());
    let rest = U64F64::whole(u16::MAX.into()).minus(rate);
    U64F64::whole(net_rao).times(rate.over(rest)).to_u64()
}

/// A number with 18 decimals.
fn from_e18(value: u64) -> U64F64 {
    U64F64::whole(value).over(U64F64::whole(ONE_E18))
}

impl Direction {
    /// Whether a price lies strictly on this direction's side of a limit: below it for buys.
    fn is_within(self, price: U64F64, limit: U64F64) -> bool {
        match self {
            Self::BuyAlpha => price < limit,
            Self::SellAlpha => price > limit,
        }
    }
}

impl Pool {
    /// Weight of alpha, 18 decimals.
    #[must_use]
    pub fn base_weight_e18(&self) -> u64 {
        ONE_E18.saturating_sub(self.quote_weight_e18)
    }

    /// TAO per alpha; 0 without alpha.
    #[must_use]
    pub fn price(&self) -> U64F64 {
        self.price_at(self.alpha_reserve_rao, self.tao_reserve_rao)
    }

    fn price_at(&self, alpha_rao: u64, tao_rao: u64) -> U64F64 {
        let weights =
            U64F64::whole(self.base_weight_e18()).over(U64F64::whole(self.quote_weight_e18));
        weights.times(U64F64::whole(tao_rao).over(U64F64::whole(alpha_rao)))
    }

    /// The reserves as (input, output).
    fn reserves(&self, direction: Direction) -> (u64, u64) {
        match direction {
            Direction::BuyAlpha => (self.tao_reserve_rao, self.alpha_reserve_rao),
            Direction::SellAlpha => (self.alpha_reserve_rao, self.tao_reserve_rao),
        }
    }

    /// The weights as (input, output).
    fn weights(&self, direction: Direction) -> (u64, u64) {
        match direction {
            Direction::BuyAlpha => (self.quote_weight_e18, self.base_weight_e18()),
            Direction::SellAlpha => (self.base_weight_e18(), self.quote_weight_e18),
        }
    }

    /// What the pool pays for an input in rao, no fee and no limit considered.
    #[must_use]
    pub fn amount_out_rao(&self, direction: Direction, amount_in_rao: u64) -> u64 {
        let (reserve_in, reserve_out) = self.reserves(direction);
        let (weight_in, weight_out) = self.weights(direction);
        let after = reserve_in.saturating_add(amount_in_rao);
        let kept = kept_share(reserve_in, after, weight_in, weight_out).min(U64F64::ONE);
        U64F64::whole(reserve_out).times(U64F64::ONE.minus(kept)).to_u64()
    }

    /// A trade of an amount that includes the fee, up to a price limit ([`MAX_PRICE`] or
    /// [`MIN_PRICE`] for none). The input beyond the limit stays with the caller. `fee_rate` is in 1/65535; 0 drops
    /// the fee.
    ///
    /// # Errors
    /// As the chain refuses trades, checked in its order.
    pub fn trade(
        &self,
        direction: Direction,
        amount_rao: u64,
        fee_rate: u16,
        limit: U64F64,
    ) -> Result<Trade, TradeError> {
        let fee = fee_rao(amount_rao, fee_rate);
        let net_rao = amount_rao.saturating_sub(fee);
        self.check(direction, net_rao, limit)?;
        let mut trade = Trade {
            amount_in_rao: net_rao,
            amount_out_rao: self.amount_out_rao(direction, net_rao),
            fee_rao: fee,
        };
        let target = self.price_after(direction, &trade);
        if target != limit && !direction.is_within(target, limit) {
            let up_to_limit = self.amount_to_limit_rao(direction, limit);
            trade = Trade {
                amount_in_rao: up_to_limit,
                amount_out_rao: self.amount_out_rao(direction, up_to_limit),
                fee_rao: fee_on_top_rao(up_to_limit, fee_rate),
            };
        }
        let reserve_rao = self.reserves(direction).1;
        let amount_out_rao = trade.amount_out_rao;
        if trade.amount_in_rao != 0 && amount_out_rao == 0 {
            return Err(TradeError::ReservesTooLow { reserve_rao });
        }
        if reserve_rao < amount_out_rao {
            return Err(TradeError::InsufficientLiquidity { amount_out_rao, reserve_rao });
        }
        Ok(trade)
    }

    /// What is checked before anything is computed.
    fn check(&self, direction: Direction, net_rao: u64, limit: U64F64) -> Result<(), TradeError> {
        let (reserve_in, reserve_rao) = self.reserves(direction);
        let max_rao = reserve_in.saturating_mul(MAX_INPUT_RESERVES);
        if net_rao > max_rao {
            return Err(TradeError::SwapInputTooLarge { net_rao, max_rao });
        }
        if reserve_rao < MIN_RESERVE_RAO {
            return Err(TradeError::ReservesTooLow { reserve_rao });
        }
        let price = self.price();
        if !direction.is_within(price, limit) {
            return Err(TradeError::PriceLimitExceeded { price, limit });
        }
        Ok(())
    }

    fn price_after(&self, direction: Direction, trade: &Trade) -> U64F64 {
        let (amount_in, amount_out) = (trade.amount_in_rao, trade.amount_out_rao);
        let (alpha, tao) = (self.alpha_reserve_rao, self.tao_reserve_rao);
        match direction {
            Direction::BuyAlpha => {
                self.price_at(alpha.saturating_sub(amount_out), tao.saturating_add(amount_in))
            }
            Direction::SellAlpha => {
                self.price_at(alpha.saturating_add(amount_in), tao.saturating_sub(amount_out))
            }
        }
    }

    /// The input that moves the price to a limit on the far side of it:
    /// `reserve * ((limit / price)^weight_of_output - 1)` for buys, with price and limit swapped
    /// for sells.
    #[must_use]
    pub fn amount_to_limit_rao(&self, direction: Direction, limit: U64F64) -> u64 {
        let (price, limit) = (self.price().to_bits(), limit.to_bits());
        let (base_numerator, base_denominator) = match direction {
            Direction::BuyAlpha => (limit, price),
            Direction::SellAlpha => (price, limit),
        };
        let (exponent_numerator, exponent_denominator) = (self.weights(direction).1, ONE_E18);
        let power =
            Power { base_numerator, base_denominator, exponent_numerator, exponent_denominator };
        let growth = match power.floor_e18(Precision::Limit) {
            Floored::Value(value) => from_e18(value),
            Floored::TooLarge => from_e18(u64::MAX),
        };
        let reserve = U64F64::whole(self.reserves(direction).0);
        reserve.times(growth.minus(U64F64::ONE)).to_u64()
    }

    /// Alpha to be sold to get an amount of TAO, price impact included. 0 when the pool cannot pay
    /// that much.
    #[must_use]
    pub fn alpha_for_tao_rao(&self, tao_rao: u64) -> u64 {
        let (weight_in, weight_out) = self.weights(Direction::BuyAlpha);
        let after = self.tao_reserve_rao.saturating_sub(tao_rao);
        let growth = kept_share(self.tao_reserve_rao, after, weight_in, weight_out);
        U64F64::whole(self.alpha_reserve_rao).times(growth.minus(U64F64::ONE)).to_u64()
    }

    /// Alpha worth an amount of TAO at the price as it stands; 0 without a price.
    #[must_use]
    pub fn alpha_at_price_rao(&self, tao_rao: u64) -> u64 {
        U64F64::whole(tao_rao).over(self.price()).to_u64()
    }

    /// The weight of TAO, 18 decimals, that keeps the price as it is when both amounts are added
    /// to the reserves. `None` when a weight would leave [0.01, 0.99]: the injection is refused.
    #[must_use]
    pub fn quote_weight_after_adding(&self, tao_rao: u64, alpha_rao: u64) -> Option<u64> {
        let (tao, alpha) = (u128::from(self.tao_reserve_rao), u128::from(self.alpha_reserve_rao));
        let alpha_part =
            weighted(self.base_weight_e18(), tao.saturating_mul(alpha + u128::from(alpha_rao)));
        let tao_part =
            weighted(self.quote_weight_e18, alpha.saturating_mul(tao + u128::from(tao_rao)));
        let weight = match alpha_part.saturating_add(tao_part) {
            0 => ONE_E18 / 2,
            sum => share_e18(tao_part, sum),
        };
        allowed_weight(weight)
    }

    /// The weight of TAO, 18 decimals, that gives a new pool with these reserves a price. `None`
    /// when both reserves are empty or a weight would leave [0.01, 0.99]: ReservesOutOfBalance.
    #[must_use]
    pub fn quote_weight_for_price(tao_rao: u64, alpha_rao: u64, price: U64F64) -> Option<u64> {
        let fraction = U64F64::from_bits(price.to_bits() & u128::from(u64::MAX));
        let whole = u128::from(price.to_u64()).saturating_mul(alpha_rao.into());
        let part = U64F64::whole(alpha_rao).times(fraction).to_u64();
        let value = whole.saturating_add(part.into()).saturating_add(tao_rao.into());
        if value == 0 { None } else { allowed_weight(share_e18(tao_rao.into(), value)) }
    }
}

/// `(before / after)^(weight / other)` with 18 decimals, cut to 64 fraction bits; 0 when it does
/// not fit a u64 with 18 decimals.
fn kept_share(before: u64, after: u64, weight: u64, other: u64) -> U64F64 {
    let power = Power {
        base_numerator: before.into(),
        base_denominator: after.into(),
        exponent_numerator: weight,
        exponent_denominator: other,
    };
    match power.floor_e18(Precision::Trade) {
        Floored::Value(value) => from_e18(value),
        Floored::TooLarge => U64F64::ZERO,
    }
}

fn allowed_weight(weight_e18: u64) -> Option<u64> {
    let other = ONE_E18.saturating_sub(weight_e18);
    (weight_e18 >= MIN_WEIGHT_E18 && other >= MIN_WEIGHT_E18).then_some(weight_e18)
}

/// `value * weight`, rounded to nearest, for a weight of at most one with 18 decimals.
fn weighted(weight_e18: u64, value: u128) -> u128 {
    const ONE: u128 = ONE_E18 as u128;
    let weight = u128::from(weight_e18);
    let (whole, rest) = (value / ONE, value % ONE);
    whole.saturating_mul(weight).saturating_add((rest * weight + ONE / 2) / ONE)
}

/// `part / whole` with 18 decimals, cut; one when `part` is the larger.
fn share_e18(part: u128, whole: u128) -> u64 {
    if part >= whole { ONE_E18 } else { mul_div(part, ONE_E18, whole) }
}
