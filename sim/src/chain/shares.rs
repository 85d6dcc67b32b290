//! Stake pools: a hotkey's alpha on one subnet, divided among coldkeys by shares.
//!
//! Shares are decimal floating-point numbers of 21 digits, as on the chain: precise enough that one
//! rao more moves them, and no more precise than that. Paying a dividend to all nominators only
//! raises the pool's total.
//!
//! Source: `primitives/share-pool` of the public runtime, spec version 425.

use super::AccountId;

/// Largest mantissa, 10^21.
const MAX_MANTISSA: u128 = 1_000_000_000_000_000_000_000;
/// Mantissas above this are normal: they have as many digits as fit.
const MIN_MANTISSA: u128 = MAX_MANTISSA / 10;
/// Largest power of ten that scaling uses; anything further out is 0 or infinite anyway.
const MAX_POWER: u32 = 22;

/// A non-negative number `mantissa * 10^exponent`, normalised so that the mantissa is 0 or in
/// (10^20, 10^21].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    mantissa: u128,
    exponent: i64,
}

impl Share {
    /// Zero.
    pub const ZERO: Self = Self { mantissa: 0, exponent: 0 };

    /// `mantissa * 10^exponent`, normalised. `None` when the exponent does not fit.
    #[must_use]
    pub fn new(mantissa: u128, exponent: i64) -> Option<Self> {
        if mantissa == 0 {
            return Some(Self::ZERO);
        }
        let (mut mantissa, mut exponent) = (mantissa, exponent);
        while mantissa > MAX_MANTISSA {
            mantissa /= 10;
            exponent = exponent.checked_add(1)?;
        }
        while mantissa <= MIN_MANTISSA {
            mantissa *= 10;
            exponent = exponent.checked_sub(1)?;
        }
        Some(Self { mantissa, exponent })
    }

    /// A whole amount.
    #[must_use]
    pub fn from_rao(rao: u64) -> Self {
        Self::new(u128::from(rao), 0).unwrap_or_default()
    }

    /// The mantissa, 0 or in (10^20, 10^21].
    #[must_use]
    pub fn mantissa(&self) -> u128 {
        self.mantissa
    }

    /// The power of ten.
    #[must_use]
    pub fn exponent(&self) -> i64 {
        self.exponent
    }

    /// Whether it is 0.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.mantissa == 0
    }

    /// Integer part, at most `u64::MAX`.
    #[must_use]
    pub fn to_rao(&self) -> u64 {
        let whole = match self.exponent {
            // A normal mantissa alone is beyond u64.
            0.. => self.mantissa,
            exponent => self.mantissa / power_of_ten(exponent.unsigned_abs()),
        };
        u64::try_from(whole).unwrap_or(u64::MAX)
    }

    /// Both mantissas at the larger of the two exponents, digits beyond it dropped.
    fn aligned(&self, other: &Self) -> (u128, u128, i64) {
        let distance = self.exponent.abs_diff(other.exponent);
        if self.exponent >= other.exponent {
            (self.mantissa, other.mantissa / power_of_ten(distance), self.exponent)
        } else {
            (self.mantissa / power_of_ten(distance), other.mantissa, other.exponent)
        }
    }

    /// Sum. `None` when the exponent does not fit.
    #[must_use]
    pub fn add(&self, other: &Self) -> Option<Self> {
        if self.is_zero() {
            return Some(*other);
        }
        if other.is_zero() {
            return Some(*self);
        }
        let (a, b, exponent) = self.aligned(other);
        Self::new(a + b, exponent)
    }

    /// Difference, at least 0. `None` for `0 - x`, which the chain treats as an error.
    #[must_use]
    pub fn sub(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return Some(*self);
        }
        if self.is_zero() {
            return None;
        }
        let (a, b, exponent) = self.aligned(other);
        Self::new(a.saturating_sub(b), exponent)
    }

    /// `self * a / b`, truncated once at the end. `None` for division by 0.
    #[must_use]
    pub fn mul_div(&self, a: &Self, b: &Self) -> Option<Self> {
        if b.is_zero() {
            return None;
        }
        let exponent = self.exponent.checked_add(a.exponent)?.checked_sub(b.exponent)?;
        Self::new(mul_div(self.mantissa, a.mantissa, b.mantissa), exponent)
    }
}

/// 10^e, capped at 10^22.
fn power_of_ten(e: u64) -> u128 {
    10_u128.pow(e.min(u64::from(MAX_POWER)) as u32)
}

/// `a * b / d` for mantissas: the product has up to 140 bits, so it is divided in digits of 32.
fn mul_div(a: u128, b: u128, d: u128) -> u128 {
    if let Some(product) = a.checked_mul(b) {
        return product / d;
    }
    let low = (b & u128::from(u64::MAX)) * (a & u128::from(u64::MAX));
    let cross = (a >> 64) * (b & u128::from(u64::MAX)) + (b >> 64) * (a & u128::from(u64::MAX));
    let middle = (low >> 64) + cross;
    let (high, low) = ((((a >> 64) * (b >> 64)) << 64) + middle, low as u64);
    let (mut quotient, mut rest) = (high / d, high % d);
    for digit in [low >> 32, low & u64::from(u32::MAX)] {
        let part = (rest << 32) | u128::from(digit);
        quotient = (quotient << 32) | (part / d);
        rest = part % d;
    }
    quotient
}

/// Alpha of one hotkey on one subnet, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StakePool {
    total_rao: u64,
    denominator: Share,
    shares: Vec<(AccountId, Share)>,
}

impl StakePool {
    /// A pool from its parts, as an import needs it. Shares are sorted here.
    #[must_use]
    pub fn from_parts(
        total_rao: u64,
        denominator: Share,
        mut shares: Vec<(AccountId, Share)>,
    ) -> Self {
        shares.sort_by_key(|(coldkey, _)| *coldkey);
        Self { total_rao, denominator, shares }
    }

    /// All alpha of the hotkey on the subnet (`TotalHotkeyAlpha`).
    #[must_use]
    pub fn total_rao(&self) -> u64 {
        self.total_rao
    }

    /// Sum of all shares (`TotalHotkeySharesV2`).
    #[must_use]
    pub fn denominator(&self) -> Share {
        self.denominator
    }

    /// Everybody's share, ascending by coldkey (`AlphaV2`).
    #[must_use]
    pub fn shares(&self) -> &[(AccountId, Share)] {
        &self.shares
    }

    /// Whether nothing at all would be stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total_rao == 0 && self.denominator.is_zero() && self.shares.is_empty()
    }

    /// The share of a coldkey, 0 when it has none.
    #[must_use]
    pub fn share(&self, coldkey: AccountId) -> Share {
        self.position(coldkey).map_or(Share::ZERO, |at| self.shares[at].1)
    }

    fn position(&self, coldkey: AccountId) -> Result<usize, usize> {
        self.shares.binary_search_by_key(&coldkey, |(key, _)| *key)
    }

    /// Alpha that a share is worth.
    #[must_use]
    pub fn worth_rao(&self, share: &Share) -> u64 {
        Share::from_rao(self.total_rao)
            .mul_div(share, &self.denominator)
            .map_or(0, |value| value.to_rao())
    }

    /// Alpha of one coldkey in this pool.
    #[must_use]
    pub fn stake_rao(&self, coldkey: AccountId) -> u64 {
        self.position(coldkey).map_or(0, |at| self.worth_rao(&self.shares[at].1))
    }

    /// Raises everybody's stake pro rata, as a dividend does.
    pub fn raise_all(&mut self, rao: u64) {
        self.total_rao = self.total_rao.saturating_add(rao);
    }

    /// Lowers everybody's stake pro rata.
    pub fn lower_all(&mut self, rao: u64) {
        self.total_rao = self.total_rao.saturating_sub(rao);
    }

    /// Whether adding so much would give any share at all.
    #[must_use]
    pub fn accepts(&self, rao: u64) -> bool {
        self.denominator.is_zero() || !self.shares_for(rao).is_zero()
    }

    fn shares_for(&self, rao: u64) -> Share {
        Share::from_rao(rao)
            .mul_div(&self.denominator, &Share::from_rao(self.total_rao))
            .unwrap_or_default()
    }

    /// Adds to one coldkey's stake.
    pub fn increase(&mut self, coldkey: AccountId, rao: u64) {
        if self.denominator.is_zero() {
            // The first to come gets all, including what nobody owned before.
            self.denominator = Share::from_rao(rao);
            self.set_share(coldkey, self.denominator);
        } else {
            let added = self.shares_for(rao);
            let share = self.share(coldkey);
            self.denominator = self.denominator.add(&added).unwrap_or(self.denominator);
            self.set_share(coldkey, share.add(&added).unwrap_or(share));
        }
        self.raise_all(rao);
    }

    /// Takes from one coldkey's stake; does nothing when it has less.
    pub fn decrease(&mut self, coldkey: AccountId, rao: u64) {
        if self.position(coldkey).is_err() || self.stake_rao(coldkey) < rao {
            return;
        }
        let removed = self.shares_for(rao);
        let share = self.share(coldkey);
        self.denominator = self.denominator.sub(&removed).unwrap_or(self.denominator);
        self.set_share(coldkey, share.sub(&removed).unwrap_or(share));
        self.lower_all(rao);
    }

    /// Forgets a coldkey's share without touching the total, as dissolving a subnet does.
    pub fn set_share(&mut self, coldkey: AccountId, share: Share) {
        match (self.position(coldkey), share.is_zero()) {
            (Ok(at), true) => {
                self.shares.remove(at);
            }
            (Ok(at), false) => self.shares[at].1 = share,
            (Err(_), true) => {}
            (Err(at), false) => self.shares.insert(at, (coldkey, share)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALICE: AccountId = AccountId(1);
    const BOB: AccountId = AccountId(2);

    /// `a * b / d` bit by bit.
    fn slow_mul_div(a: u128, b: u128, d: u128) -> u128 {
        let (mut quotient, mut rest) = (0, 0);
        for bit in (0..128).rev() {
            // rest and quotient so far are those of (a >> bit) * b.
            (quotient, rest) = (2 * quotient, 2 * rest);
            if a >> bit & 1 == 1 {
                (quotient, rest) = (quotient + b / d, rest + b % d);
            }
            quotient += rest / d;
            rest %= d;
        }
        quotient
    }

    proptest! {
        #[test]
        fn products_wider_than_128_bits_divide_exactly(
            a in 1..=MAX_MANTISSA, b in 1..=MAX_MANTISSA, d in MIN_MANTISSA..=MAX_MANTISSA,
        ) {
            prop_assert_eq!(mul_div(a, b, d), slow_mul_div(a, b, d));
        }

        #[test]
        fn a_pool_gives_back_what_was_put_in(first in 1..=u64::MAX / 4, second in 1..=u64::MAX / 4) {
            let mut pool = StakePool::default();
            pool.increase(ALICE, first);
            pool.increase(BOB, second);
            prop_assert_eq!(pool.total_rao(), first + second);
            prop_assert!(pool.stake_rao(ALICE).abs_diff(first) <= 1);
            prop_assert!(pool.stake_rao(BOB).abs_diff(second) <= 1);
            prop_assert!(pool.stake_rao(ALICE) + pool.stake_rao(BOB) <= pool.total_rao());
        }
    }

    #[test]
    fn shares_have_21_digits() {
        let third = Share::from_rao(1).mul_div(&Share::from_rao(1), &Share::from_rao(3)).unwrap();
        assert_eq!((third.mantissa(), third.exponent()), (333_333_333_333_333_333_333, -21));
        let power = Share::from_rao(1000);
        assert_eq!((power.mantissa(), power.exponent()), (MAX_MANTISSA, -18));
        assert_eq!(power.to_rao(), 1000);
        assert_eq!(Share::ZERO.to_rao(), 0);
        assert_eq!(Share::new(MAX_MANTISSA, 3).unwrap().to_rao(), u64::MAX);
        assert_eq!(Share::new(1, i64::MIN), None);
        assert_eq!(third.add(&third).unwrap().to_rao(), 0);
    }

    #[test]
    fn taking_more_than_there_is_gives_nothing() {
        assert_eq!(Share::ZERO.sub(&Share::from_rao(1)), None);
        assert_eq!(Share::ZERO.sub(&Share::ZERO), Some(Share::ZERO));
        assert_eq!(Share::from_rao(1).sub(&Share::from_rao(2)), Some(Share::ZERO));
        assert_eq!(Share::from_rao(1).mul_div(&Share::from_rao(1), &Share::ZERO), None);
        let mut pool = StakePool::default();
        pool.increase(ALICE, 10);
        pool.decrease(ALICE, 11);
        pool.decrease(BOB, 1);
        assert_eq!((pool.total_rao(), pool.stake_rao(ALICE)), (10, 10));
        pool.decrease(ALICE, 10);
        assert!(pool.is_empty());
    }

    #[test]
    fn dividends_reach_all_by_share() {
        let mut pool = StakePool::default();
        pool.increase(ALICE, 300);
        pool.increase(BOB, 100);
        pool.raise_all(40);
        assert_eq!((pool.stake_rao(ALICE), pool.stake_rao(BOB)), (330, 110));
        pool.lower_all(80);
        assert_eq!((pool.stake_rao(ALICE), pool.stake_rao(BOB)), (270, 90));
        assert!(pool.accepts(1));
    }

    #[test]
    fn a_pool_without_owners_falls_to_the_first() {
        let mut pool = StakePool::default();
        pool.raise_all(70);
        assert_eq!(pool.stake_rao(ALICE), 0);
        pool.increase(ALICE, 30);
        assert_eq!((pool.stake_rao(ALICE), pool.total_rao()), (100, 100));
    }
}
