//! What it costs to enter: the burn of a registration, which decays with every block and jumps
//! with every registration, and the lock of a new subnet.
//!
//! Source: `pallets/subtensor/src/{subnets/registration,utils/misc,coinbase/root}.rs` of the public
//! runtime, spec version 425.

use super::emission::INITIAL_EMISSION_RAO;
use super::number::U64F64;

/// Blocks in which an untouched burn falls to half, by default.
pub const DEFAULT_HALF_LIFE_BLOCKS: u16 = 360;
/// Default bounds of the burn, in rao: 0.0005 and 100 TAO.
pub const DEFAULT_BURN_BOUNDS_RAO: (u64, u64) = (500_000, 100_000_000_000);
/// Default factor of a registration: 1.26, with the fraction of an f64 as the chain has it.
pub const DEFAULT_INCREASE: U64F64 = U64F64::from_bits(23_242_897_532_874_035_200);
/// Blocks over which a subnet lock falls by the whole last lock, before the first halving.
pub const LOCK_REDUCTION_BLOCKS: u64 = 100_800;
/// Least lock of a new subnet, in rao: 1000 TAO.
pub const MIN_LOCK_RAO: u64 = 1_000_000_000_000;

const ONE_Q32: u64 = 1 << 32;

/// The burn's factor per block as a fraction of 32 bits: the largest that, raised to the half-life
/// by squaring with each product cut, does not exceed one half. 1.0 for a half-life of 0.
///
/// Takes 32 powers; a caller that runs blocks keeps it until the half-life changes.
#[must_use]
pub fn decay_factor_q32(half_life_blocks: u16) -> u64 {
    if half_life_blocks == 0 {
        return ONE_Q32;
    }
    let (mut low, mut high) = (0, ONE_Q32);
    while low + 1 < high {
        let middle = (low + high) / 2;
        if power_q32(middle, half_life_blocks) > ONE_Q32 / 2 {
            high = middle;
        } else {
            low = middle;
        }
    }
    low
}

/// `base^exponent` for a fraction of 32 bits of at most 1.0.
fn power_q32(base: u64, exponent: u16) -> u64 {
    let (mut result, mut factor, mut left) = (ONE_Q32, base, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result = times_q32(result, factor);
        }
        left >>= 1;
        factor = times_q32(factor, factor);
    }
    result
}

/// `trunc(value * factor)`, at most `u64::MAX`.
fn times_q32(value: u64, factor_q32: u64) -> u64 {
    let product = (u128::from(value) * u128::from(factor_q32)) >> 32;
    u64::try_from(product).unwrap_or(u64::MAX)
}

/// The burn after a block's decay, before its bounds. The chain skips the decay in block 1.
#[inline]
#[must_use]
pub fn decayed_burn_rao(burn_rao: u64, factor_q32: u64) -> u64 {
    times_q32(burn_rao, factor_q32)
}

/// The burn after a registration, before its bounds. The factor counts as at least 1.
#[must_use]
pub fn raised_burn_rao(burn_rao: u64, increase: U64F64) -> u64 {
    U64F64::whole(burn_rao).times(increase.max(U64F64::ONE)).to_u64()
}

/// A burn within its bounds. The upper one wins where they contradict each other.
#[must_use]
pub fn bounded_burn_rao(burn_rao: u64, min_rao: u64, max_rao: u64) -> u64 {
    burn_rao.max(min_rao).min(max_rao)
}

/// The blocks over which a lock falls when a block mints `block_emission_rao`: the interval shrinks
/// with the emission, from its full length at 1 TAO.
#[must_use]
pub fn lock_reduction_blocks(interval_blocks: u64, block_emission_rao: u64) -> u64 {
    let halving = U64F64::whole(block_emission_rao).over(U64F64::whole(INITIAL_EMISSION_RAO));
    U64F64::whole(interval_blocks).times(halving).to_u64()
}

/// The lock that a new subnet costs: twice the last lock (the last lock itself before any, when
/// `last_lock_block` is 0), less a `reduction_blocks`-th of it ([`lock_reduction_blocks`]) per block since, at least
/// `min_rao`.
#[must_use]
pub fn subnet_lock_rao(
    last_lock_rao: u64,
    last_lock_block: u64,
    block: u64,
    reduction_blocks: u64,
    min_rao: u64,
) -> u64 {
    let factor = if last_lock_block == 0 { 1 } else { 2 };
    let step = last_lock_rao.checked_div(reduction_blocks).unwrap_or(0);
    let reduction = step.saturating_mul(block.saturating_sub(last_lock_block));
    last_lock_rao.saturating_mul(factor).saturating_sub(reduction).max(min_rao)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_life_halves() {
        for half_life in [1, 2, 7, 360, 7200, 36_100, u16::MAX] {
            let factor = decay_factor_q32(half_life);
            assert!(power_q32(factor, half_life) <= ONE_Q32 / 2);
            assert!(power_q32(factor + 1, half_life) > ONE_Q32 / 2);
        }
        assert_eq!(decay_factor_q32(1), ONE_Q32 / 2);
        assert_eq!(decay_factor_q32(0), ONE_Q32);
    }

    #[test]
    fn decay_and_increase() {
        assert_eq!(decayed_burn_rao(1001, ONE_Q32 / 2), 500);
        assert_eq!(decayed_burn_rao(u64::MAX, ONE_Q32), u64::MAX);
        assert_eq!(raised_burn_rao(1_000_000_000, DEFAULT_INCREASE), 1_260_000_000);
        assert_eq!(raised_burn_rao(7, U64F64::ZERO), 7);
        assert_eq!(raised_burn_rao(u64::MAX, DEFAULT_INCREASE), u64::MAX);
    }

    #[test]
    fn bounds() {
        assert_eq!(bounded_burn_rao(5, 10, 20), 10);
        assert_eq!(bounded_burn_rao(25, 10, 20), 20);
        assert_eq!(bounded_burn_rao(25, 30, 20), 20);
    }

    #[test]
    fn a_lock_doubles_and_falls() {
        let lock = |last_block, block| {
            subnet_lock_rao(2 * MIN_LOCK_RAO, last_block, block, LOCK_REDUCTION_BLOCKS, 7)
        };
        assert_eq!(lock(0, 0), 2 * MIN_LOCK_RAO);
        assert_eq!(lock(5, 5), 4 * MIN_LOCK_RAO);
        // The step per block is cut before it is multiplied.
        assert_eq!(lock(5, 15), 4 * MIN_LOCK_RAO - 198_412_690);
        assert_eq!(lock(5, u64::MAX), 7);
        assert_eq!(subnet_lock_rao(10, 1, 5, 0, 7), 20);
        let after_halving = lock_reduction_blocks(LOCK_REDUCTION_BLOCKS, INITIAL_EMISSION_RAO / 2);
        assert_eq!(after_halving, LOCK_REDUCTION_BLOCKS / 2);
        assert_eq!(lock_reduction_blocks(LOCK_REDUCTION_BLOCKS, 0), 0);
    }
}
