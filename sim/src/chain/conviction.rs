//! How a lock changes with time: its mass decays, its conviction grows towards the mass.
//!
//! Pure arithmetic in the chain's fixed point. Source: `ConvictionModel` in
//! `pallets/subtensor/src/staking/lock.rs` of the public runtime, spec version 425; the exponential
//! is that of `substrate-fixed` on I64F64.

use subsim_consensus::economics::U64F64;

/// Below this both mass (rao) and conviction, a lock counts as nothing.
const NEGLIGIBLE: u64 = 100;

/// A lock, or a sum of locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LockState {
    /// Locked alpha.
    pub mass_rao: u64,
    /// Conviction, in rao with fractions.
    pub conviction: U64F64,
    /// Block that both are valid for.
    pub last_update: u64,
}

/// Speeds of the decay and of the growth, as time constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rates {
    /// Of the mass.
    pub unlock_blocks: u64,
    /// Of the conviction.
    pub maturity_blocks: u64,
}

impl LockState {
    /// Nothing locked, as of a block.
    #[must_use]
    pub fn empty(block: u64) -> Self {
        Self { mass_rao: 0, conviction: U64F64::ZERO, last_update: block }
    }

    /// Whether there is nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.mass_rao == 0 && self.conviction == U64F64::ZERO
    }

    /// Whether there is so little that it is forgotten.
    #[must_use]
    pub fn is_negligible(&self) -> bool {
        self.mass_rao < NEGLIGIBLE && self.conviction < U64F64::whole(NEGLIGIBLE)
    }

    /// Both together, valid for the later block.
    pub(super) fn plus(&self, other: &Self) -> Self {
        Self {
            mass_rao: self.mass_rao.saturating_add(other.mass_rao),
            conviction: self.conviction.plus(other.conviction),
            last_update: self.last_update.max(other.last_update),
        }
    }

    /// Less, at least nothing.
    pub(super) fn less(&self, mass_rao: u64, conviction: U64F64) -> Self {
        Self {
            mass_rao: self.mass_rao.saturating_sub(mass_rao),
            conviction: self.conviction.minus(conviction),
            last_update: self.last_update,
        }
    }

    /// So much of the mass, all of it at most, and as much of the conviction.
    pub(super) fn part(&self, mass_rao: u64, block: u64) -> Self {
        let mass_rao = mass_rao.min(self.mass_rao);
        let conviction = if mass_rao == 0 {
            U64F64::ZERO
        } else {
            let proportion = U64F64::whole(mass_rao).over(U64F64::whole(self.mass_rao));
            self.conviction.times(proportion)
        };
        Self { mass_rao, conviction, last_update: block }
    }
}

/// A lock as of a later block (`roll_forward_lock`). For the owner's hotkey conviction is the whole
/// mass at once.
pub(super) fn roll(
    lock: LockState,
    block: u64,
    rates: Rates,
    owner: bool,
    perpetual: bool,
) -> LockState {
    let mut rolled = lock;
    if block > lock.last_update {
        let blocks = block - lock.last_update;
        let unlock = decay(blocks, rates.unlock_blocks);
        let maturity = decay(blocks, rates.maturity_blocks);
        let mass = U64F64::whole(lock.mass_rao);
        let grown = match perpetual {
            true => mass.times(U64F64::ONE.minus(maturity)),
            false => mass.times(matured_of_decaying(blocks, rates, unlock, maturity)),
        };
        rolled = LockState {
            mass_rao: if perpetual { lock.mass_rao } else { unlock.times(mass).to_u64() },
            conviction: maturity.times(lock.conviction).plus(grown),
            last_update: block,
        };
    }
    if owner {
        rolled.conviction = U64F64::whole(rolled.mass_rao);
    }
    if rolled.is_negligible() { LockState::empty(rolled.last_update) } else { rolled }
}

/// Conviction per locked alpha that a decaying lock gathers.
fn matured_of_decaying(blocks: u64, rates: Rates, unlock: U64F64, maturity: U64F64) -> U64F64 {
    let Rates { unlock_blocks, maturity_blocks } = rates;
    if unlock_blocks == maturity_blocks {
        return U64F64::whole(blocks).over(U64F64::whole(maturity_blocks)).times(maturity);
    }
    if unlock_blocks == 0 || maturity_blocks == 0 {
        return U64F64::ZERO;
    }
    // The rest is in signed numbers, which reach half as far.
    let whole = |blocks: u64| i128::from(i64::try_from(blocks).unwrap_or(i64::MAX));
    let difference = unlock.to_bits() as i128 - maturity.to_bits() as i128;
    let product = difference.saturating_mul(whole(unlock_blocks));
    let slower = i128::from(unlock_blocks) - i128::from(maturity_blocks);
    let slower = slower.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
    let gathered = product.checked_div(slower).unwrap_or(0);
    U64F64::from_bits(gathered.max(0) as u128)
}

/// `exp(-blocks / constant)`; 1 without blocks, 0 without a time constant.
fn decay(blocks: u64, constant_blocks: u64) -> U64F64 {
    const MOST: U64F64 = U64F64::whole(40);
    if blocks == 0 {
        return U64F64::ONE;
    }
    if constant_blocks == 0 {
        return U64F64::ZERO;
    }
    let bounded = |blocks: u64| U64F64::whole(blocks.min(i64::MAX as u64));
    let ratio = bounded(blocks).over(bounded(constant_blocks));
    exp_of_negative(ratio.min(MOST))
}

/// `exp(-x)` for x in 0..=40 as the chain's number library has it: the series of exp(x), 63 terms
/// with each cut, then its reciprocal.
fn exp_of_negative(x: U64F64) -> U64F64 {
    let mut sum = x.plus(U64F64::ONE);
    let mut term = x;
    for i in 2..64_u128 {
        term = U64F64::from_bits(term.times(x).to_bits() / i);
        // Once a term is cut to 0, so are all that follow.
        if term == U64F64::ZERO {
            break;
        }
        sum = sum.plus(term);
    }
    U64F64::ONE.over(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perpetual_lock_keeps_its_mass_and_gathers_conviction() {
        let lock = LockState { mass_rao: 1_000_000, conviction: U64F64::ZERO, last_update: 10 };
        let rates = Rates { unlock_blocks: 1000, maturity_blocks: 1000 };
        let later = roll(lock, 10 + 693, rates, false, true);
        assert_eq!(later.mass_rao, 1_000_000);
        // Half after ln(2) time constants.
        assert!(later.conviction.to_u64().abs_diff(500_000) < 200, "{later:?}");
        assert_eq!(roll(lock, 11, rates, true, true).conviction, U64F64::whole(1_000_000));
    }

    #[test]
    fn a_decaying_lock_fades_to_nothing() {
        let lock = LockState { mass_rao: 1_000_000, conviction: U64F64::ZERO, last_update: 10 };
        let rates = Rates { unlock_blocks: 1000, maturity_blocks: 500 };
        let later = roll(lock, 10 + 693, rates, false, false);
        assert!(later.mass_rao.abs_diff(500_000) < 200, "{later:?}");
        assert!(later.conviction > U64F64::ZERO);
        assert!(roll(lock, 1_000_000, rates, false, false).is_empty());
    }

    #[test]
    fn the_exponential_at_its_ends() {
        assert_eq!(exp_of_negative(U64F64::ZERO), U64F64::ONE);
        assert!(exp_of_negative(U64F64::whole(40)) < U64F64::from_bits(1 << 10));
    }
}
