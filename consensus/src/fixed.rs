//! I32F32 arithmetic on raw bits, with the chain's roundings and without its cost.
//!
//! Quantities inside an epoch are never negative and never above a few thousand, so the fast path
//! holds them as `u64` and needs no saturation; each function states the range it relies on.

/// 1.0 in raw I32F32.
pub const ONE: u64 = 1 << 32;

/// Product of two numbers of at most 2^16 each, fraction cut.
#[inline(always)]
#[must_use]
pub fn mul(a: u64, b: u64) -> u64 {
    ((u128::from(a) * u128::from(b)) >> 32) as u64
}

/// A number in [0, 1] as a u16 proportion, fraction cut; above 1 it saturates.
#[inline(always)]
#[must_use]
pub fn to_u16(x: u64) -> u16 {
    ((x.min(ONE) * u64::from(u16::MAX)) >> 32) as u16
}

/// A u16 proportion as a number: `trunc(x / 65535)`.
#[inline(always)]
#[must_use]
pub fn ratio(proportion: u16) -> u64 {
    (u64::from(proportion) << 32) / u64::from(u16::MAX)
}

/// A divisor prepared for dividing many numbers by it.
///
/// For `d` with its top bit shifted up to bit 63, the stored factor is `floor((2^127 - 1) / d)`;
/// the high half of a product with it, cut by 31 bits, is the quotient or one less, and one look at
/// the remainder settles which.
#[derive(Debug, Clone, Copy)]
pub struct Divisor {
    d: u64,
    factor: u64,
    shift: u32,
}

impl Divisor {
    /// Prepares `d`. Dividing by 0 gives 0, as the chain's safe division does.
    #[inline]
    #[must_use]
    pub fn new(d: u64) -> Self {
        if d == 0 {
            return Self { d: u64::MAX, factor: 0, shift: 0 };
        }
        let shift = d.leading_zeros();
        let factor = (((1u128 << 127) - 1) / u128::from(d << shift)) as u64;
        Self { d, factor, shift }
    }

    /// `trunc(x / d)` for raw I32F32 `x <= d`. With a divisor of 0, `x` must be 0.
    #[inline(always)]
    #[must_use]
    pub fn quotient(self, x: u64) -> u64 {
        let product = u128::from(x << self.shift) * u128::from(self.factor);
        let quotient = (product >> 95) as u64;
        // The true remainder is below 2d < 2^64, so arithmetic modulo 2^64 is enough.
        let rest = (x << 32).wrapping_sub(quotient.wrapping_mul(self.d));
        quotient + u64::from(rest >= self.d)
    }
}

/// A sum of u16 values prepared for dividing its terms by it.
///
/// Terms have 16 bits, so a factor rounded up, `floor(2^126 / d) + 1`, is precise enough to give
/// the exact quotient with no look at the remainder: its error stays below `2^-15 / d`, while a
/// quotient that is not whole is at least `1 / d` away from the next whole one.
#[derive(Debug, Clone, Copy)]
pub struct TermDivisor {
    factor: u64,
    shift: u32,
}

impl TermDivisor {
    /// Sum from which the chain's I32F32 sum saturates at just under 2^31.
    const SATURATED: u64 = 1 << 31;

    /// Prepares the sum of u16 terms. Dividing by 0 gives 0.
    #[inline]
    #[must_use]
    pub fn new(sum: u64) -> Self {
        // Dividing by the saturated sum, 2^31 - 2^-32, gives the same as by 2^31 for 16-bit terms.
        let sum = sum.min(Self::SATURATED);
        if sum == 0 {
            return Self { factor: 0, shift: 0 };
        }
        let shift = sum.leading_zeros();
        let factor = ((1u128 << 126) / u128::from(sum << shift)) as u64 + 1;
        Self { factor, shift }
    }

    /// `trunc(term / sum)` as raw I32F32.
    #[inline(always)]
    #[must_use]
    pub fn quotient(self, term: u16) -> u64 {
        let product = u128::from(u64::from(term) << self.shift) * u128::from(self.factor);
        (product >> 94) as u64
    }
}

/// `e^x` for raw I32F32 `x`, clamped to [-20, 20]: the series of `substrate-fixed`, term by term.
#[must_use]
pub fn exp(x: i64) -> u64 {
    const TWENTY: u64 = 20 << 32;
    /// e with the 23 fraction bits that the library's constant has.
    const E: u64 = 0x15B_F0A8 << 9;
    let size = x.unsigned_abs().min(TWENTY);
    match x {
        0 => return ONE,
        _ if x == ONE as i64 => return E,
        _ => {}
    }
    let mut sum = size + ONE;
    let mut term = size;
    for divisor in &SERIES {
        term = divisor.div(mul(term, size));
        // Once a term is cut to 0, so are all that follow.
        if term == 0 {
            break;
        }
        sum += term;
    }
    if x < 0 { reciprocal(sum) } else { sum }
}

/// `trunc(1 / x)` for `x >= 1`.
#[inline]
#[must_use]
pub fn reciprocal(x: u64) -> u64 {
    // 2^64 / x without 65 bits: only a power of two divides 2^64 evenly.
    u64::MAX / x + u64::from(x.is_power_of_two())
}

/// Division by a small whole number.
struct Whole {
    d: u64,
    factor: u64,
}

impl Whole {
    /// Below this the product with the rounded-up factor is exact for every `d` up to 31.
    const EXACT: u64 = 1 << 59;

    #[inline(always)]
    fn div(&self, x: u64) -> u64 {
        if x < Self::EXACT {
            ((u128::from(x) * u128::from(self.factor)) >> 64) as u64
        } else {
            x / self.d
        }
    }
}

/// The divisors 2 to 31 of the exponential series.
static SERIES: [Whole; 30] = {
    let mut series = [const { Whole { d: 1, factor: 0 } }; 30];
    let mut i = 0;
    while i < 30 {
        let d = i as u64 + 2;
        series[i] = Whole { d, factor: u64::MAX / d + 1 };
        i += 1;
    }
    series
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use substrate_fixed::transcendental;
    use substrate_fixed::types::I32F32;

    fn library_exp(x: i64) -> u64 {
        let bounded = x.clamp(-(20 << 32), 20 << 32);
        let exp: I32F32 = transcendental::exp(I32F32::from_bits(bounded)).unwrap();
        exp.to_bits() as u64
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..Default::default() })]

        #[test]
        fn exp_is_the_library_s(x in -(21i64 << 32)..21 << 32, tiny in -5000i64..5000) {
            prop_assert_eq!(exp(x), library_exp(x));
            prop_assert_eq!(exp(tiny), library_exp(tiny));
        }

        #[test]
        fn quotients_are_exact(d in 1u64..1 << 49, x in 0u64..1 << 49, near in 0u64..3) {
            for x in [x % (d + 1), d - near.min(d), near.min(d)] {
                let exact = ((u128::from(x) << 32) / u128::from(d)) as u64;
                prop_assert_eq!(Divisor::new(d).quotient(x), exact);
            }
        }

        #[test]
        fn shares_are_exact(term: u16, others in 0u64..1 << 33) {
            let sum = u64::from(term) + others;
            let saturated = I32F32::from_bits((u128::from(sum) << 32).min(i64::MAX as u128) as i64);
            let exact = I32F32::from_num(term).checked_div(saturated).unwrap_or_default();
            prop_assert_eq!(TermDivisor::new(sum).quotient(term), exact.to_bits() as u64);
        }
    }

    #[test]
    fn exp_at_its_special_points() {
        for x in [0, 1, -1, ONE as i64, -(ONE as i64), 20 << 32, -(20 << 32), i64::MAX, i64::MIN] {
            assert_eq!(exp(x), library_exp(x), "exp({x})");
        }
    }

    #[test]
    fn division_by_nothing_is_nothing() {
        assert_eq!(Divisor::new(0).quotient(0), 0);
        assert_eq!(TermDivisor::new(0).quotient(0), 0);
        assert_eq!(reciprocal(ONE), ONE);
        assert_eq!(reciprocal(3 * ONE), ONE / 3);
    }
}
