//! The chain's economics as single formulas: emission, pools, dividends, burns. Pure functions on
//! plain numbers that change nothing and remember nothing; a ledger calls them in the order of the
//! chain's block and applies what they say.
//!
//! Amounts are whole rao (`u64`); prices, shares and proportions are the chain's fixed-point
//! numbers [`U64F64`], [`U96F32`] and [`I96F32`] with its saturation and truncation. Every result
//! is the chain's, bit for bit; only the way there is shorter in places, above all in [`power`].

mod burn;
mod dividends;
mod emission;
mod number;
mod pool;
pub mod power;
mod weights;

pub use burn::{
    DEFAULT_BURN_BOUNDS_RAO, DEFAULT_HALF_LIFE_BLOCKS, DEFAULT_INCREASE, LOCK_REDUCTION_BLOCKS,
    MIN_LOCK_RAO, bounded_burn_rao, decay_factor_q32, decayed_burn_rao, lock_reduction_blocks,
    raised_burn_rao, subnet_lock_rao,
};
pub use dividends::{
    ChildClaim, ChildSplit, DividendClaim, DividendPart, ParentClaim, distribute_dividends,
    self_contribution_rao, split_take, split_with_parents, withheld_proportion,
};
pub use emission::{
    AlphaSplit, INITIAL_EMISSION_RAO, Injection, MAX_SUPPLY_RAO, SharedEmission, SplitInput,
    SubnetClaim, alpha_split, block_emission_rao, injection, median_price, next_moving_price,
    root_is_paid, root_proportion, root_proportion_of_weight, subnet_emissions,
};
pub use number::{I96F32, U64F64, U96F32};
pub use pool::{
    DEFAULT_FEE_RATE, Direction, MAX_INPUT_RESERVES, MAX_PRICE, MIN_PRICE, MIN_RESERVE_RAO,
    MIN_WEIGHT_E18, Pool, Trade, TradeError, fee_rao, price_limit,
};
pub use power::ONE_E18;
pub use weights::max_upscale;
