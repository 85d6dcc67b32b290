//! The chain's unsigned 128-bit fixed-point numbers, U64F64 and U96F32, with its saturation and
//! truncation. Plain integer arithmetic on raw bits; the number library the chain uses is only the
//! yardstick in the tests.
//!
//! Source: the number rules of the public runtime (`substrate-fixed`, `primitives/safe-math`).

/// Product of two 128-bit numbers as (high, low).
#[inline(always)]
pub(super) const fn mul_wide(a: u128, b: u128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (a1, a0, b1, b0) = (a >> 64, a & LOW, b >> 64, b & LOW);
    let low = a0 * b0;
    let (cross1, cross2) = (a1 * b0, a0 * b1);
    let middle = (low >> 64) + (cross1 & LOW) + (cross2 & LOW);
    let high = a1 * b1 + (cross1 >> 64) + (cross2 >> 64) + (middle >> 64);
    (high, (middle << 64) | (low & LOW))
}

/// High half of a product: for fractions of 128 bits, their product cut to 128 bits.
#[inline(always)]
pub(super) const fn mul_high(a: u128, b: u128) -> u128 {
    mul_wide(a, b).0
}

/// `(a * b) >> shift`, at most `u128::MAX`.
#[inline]
fn mul_shifted(a: u128, b: u128, shift: u32) -> u128 {
    let (high, low) = mul_wide(a, b);
    match high >> shift {
        0 => (high << (128 - shift)) | (low >> shift),
        _ => u128::MAX,
    }
}

/// `trunc((a << shift) / b)`; `None` when `b` is 0 or the quotient does not fit.
#[inline]
fn div_shifted(a: u128, b: u128, shift: u32) -> Option<u128> {
    if a.leading_zeros() >= shift {
        return (a << shift).checked_div(b);
    }
    // Most quotients are below one; the long division is for the others.
    let (whole, rest) = if a < b {
        (0, a)
    } else {
        let whole = a.checked_div(b)?;
        (whole, a - whole * b)
    };
    if whole.leading_zeros() < shift {
        return None;
    }
    Some((whole << shift) | if rest == 0 { 0 } else { div_fraction(rest, b, shift) })
}

/// `trunc((a << bits) / b)` for `a < b` and at most 128 bits.
#[inline]
pub(super) fn div_fraction(a: u128, b: u128, bits: u32) -> u128 {
    let shift = b.leading_zeros();
    let divisor = b << shift;
    let (first, rest) = div_step(a << shift, 0, divisor);
    if bits <= 64 {
        return u128::from(first).checked_shr(64 - bits).unwrap_or(0);
    }
    let (second, _) = div_step(rest, 0, divisor);
    ((u128::from(first) << 64) | u128::from(second)) >> (128 - bits)
}

/// `trunc(a * b / c)` for `a < c`.
#[inline]
pub(super) fn mul_div(a: u128, b: u64, c: u128) -> u64 {
    let shift = c.leading_zeros();
    let (high, low) = mul_wide(a << shift, b.into());
    let top = (high << 64) | (low >> 64);
    div_step(top, low as u64, c << shift).0
}

/// Quotient and remainder of the 192 bits `high:low` by a divisor with its top bit set and above
/// `high`: schoolbook division with digits of 64 bits.
#[inline]
fn div_step(high: u128, low: u64, divisor: u128) -> (u64, u128) {
    let (top, bottom) = (divisor >> 64, divisor & u128::from(u64::MAX));
    // At most 2 too large, as the divisor's top bit is set.
    let mut quotient = if high >> 64 >= top { u64::MAX } else { (high / top) as u64 };
    let above = high - u128::from(quotient) * top;
    let (mut rest, mut negative) =
        ((above << 64) | u128::from(low)).overflowing_sub(u128::from(quotient) * bottom);
    // When `above` itself has more than 64 bits, the shift lost what the borrow took.
    negative &= above >> 64 == 0;
    while negative {
        quotient -= 1;
        let (raised, carried) = rest.overflowing_add(divisor);
        (rest, negative) = (raised, !carried);
    }
    (quotient, rest)
}

macro_rules! unsigned_fixed {
    ($(#[$doc:meta])* $name:ident, $fraction:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// 0.0
            pub const ZERO: Self = Self(0);
            /// 1.0
            pub const ONE: Self = Self(1 << $fraction);

            /// The number with these raw bits.
            #[must_use]
            pub const fn from_bits(bits: u128) -> Self {
                Self(bits)
            }

            /// The raw bits.
            #[must_use]
            pub const fn to_bits(self) -> u128 {
                self.0
            }

            /// A whole number; always fits.
            #[must_use]
            pub const fn whole(value: u64) -> Self {
                Self((value as u128) << $fraction)
            }

            /// The whole part, fraction dropped, at most `u64::MAX`.
            #[must_use]
            pub const fn to_u64(self) -> u64 {
                let whole = self.0 >> $fraction;
                if whole > u64::MAX as u128 { u64::MAX } else { whole as u64 }
            }

            /// Sum, saturating.
            #[must_use]
            pub const fn plus(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }

            /// Difference, at least 0.
            #[must_use]
            pub const fn minus(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }

            /// Product, fraction cut, saturating.
            #[inline]
            #[must_use]
            pub fn times(self, other: Self) -> Self {
                Self(mul_shifted(self.0, other.0, $fraction))
            }

            /// Quotient, fraction cut; 0 when the divisor is 0 or the quotient does not fit: the
            /// chain's "safe division".
            #[inline]
            #[must_use]
            pub fn over(self, other: Self) -> Self {
                Self(div_shifted(self.0, other.0, $fraction).unwrap_or(0))
            }
        }
    };
}

unsigned_fixed! {
    /// Unsigned, 64 whole bits and 64 fraction bits: prices, pool amounts, shares.
    U64F64, 64
}

unsigned_fixed! {
    /// Unsigned, 96 whole bits and 32 fraction bits: emissions and dividends.
    U96F32, 32
}

impl U64F64 {
    /// The same number with 32 fraction bits, the others cut. Always fits.
    #[must_use]
    pub const fn to_u96f32(self) -> U96F32 {
        U96F32(self.0 >> 32)
    }
}

impl U96F32 {
    /// A u16 proportion, `trunc(x / 65535)`.
    #[must_use]
    pub const fn ratio_u16(proportion: u16) -> Self {
        Self(((proportion as u128) << 32) / u16::MAX as u128)
    }

    /// A u64 proportion, `trunc(x / u64::MAX)`: tao weight, childkey proportions.
    #[must_use]
    pub const fn ratio_u64(proportion: u64) -> Self {
        Self(((proportion as u128) << 32) / u64::MAX as u128)
    }

    /// The same number with 64 fraction bits, saturating.
    #[must_use]
    pub const fn to_u64f64(self) -> U64F64 {
        if self.0.leading_zeros() < 32 { U64F64(u128::MAX) } else { U64F64(self.0 << 32) }
    }
}

/// Signed, 96 whole bits and 32 fraction bits: how the chain stores moving prices and their alpha.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct I96F32(i128);

impl I96F32 {
    /// The number with these raw bits.
    #[must_use]
    pub const fn from_bits(bits: i128) -> Self {
        Self(bits)
    }

    /// The raw bits.
    #[must_use]
    pub const fn to_bits(self) -> i128 {
        self.0
    }

    /// The same number with 64 fraction bits; 0 when negative, saturating.
    #[must_use]
    pub const fn to_u64f64(self) -> U64F64 {
        if self.0 <= 0 { U64F64::ZERO } else { U96F32(self.0 as u128).to_u64f64() }
    }
}

impl From<U64F64> for I96F32 {
    /// Keeps 32 fraction bits, cutting the others. Always fits.
    fn from(value: U64F64) -> Self {
        Self((value.0 >> 32) as i128)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use substrate_fixed::types;

    /// All magnitudes alike, so that both saturation and the last bit are met.
    fn bits() -> impl Strategy<Value = u128> {
        prop_oneof![
            8 => (any::<u128>(), 0u32..128).prop_map(|(x, shift)| x >> shift),
            1 => Just(0),
            1 => Just(u128::MAX),
            1 => (0u32..128).prop_map(|shift| 1 << shift),
        ]
    }

    macro_rules! same_as_library {
        ($test:ident, $ours:ident, $theirs:ty) => {
            proptest! {
                #![proptest_config(ProptestConfig {
                    cases: 20_000, failure_persistence: None, ..Default::default()
                })]

                #[test]
                fn $test(a in bits(), b in bits(), value: u64) {
                    let (x, y) = ($ours::from_bits(a), $ours::from_bits(b));
                    let (p, q) = (<$theirs>::from_bits(a), <$theirs>::from_bits(b));
                    prop_assert_eq!(x.plus(y).to_bits(), p.saturating_add(q).to_bits());
                    prop_assert_eq!(x.minus(y).to_bits(), p.saturating_sub(q).to_bits());
                    prop_assert_eq!(x.times(y).to_bits(), p.saturating_mul(q).to_bits());
                    let quotient = p.checked_div(q).unwrap_or_default();
                    prop_assert_eq!(x.over(y).to_bits(), quotient.to_bits());
                    prop_assert_eq!(x.to_u64(), p.saturating_to_num::<u64>());
                    let whole = <$theirs>::saturating_from_num(value);
                    prop_assert_eq!($ours::whole(value).to_bits(), whole.to_bits());
                }
            }
        };
    }

    same_as_library!(u64f64_is_the_library_s, U64F64, types::U64F64);
    same_as_library!(u96f32_is_the_library_s, U96F32, types::U96F32);

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 5_000, failure_persistence: None, ..Default::default()
        })]

        #[test]
        fn conversions_are_the_library_s(a in bits(), small: u16, large: u64) {
            let narrow = types::U96F32::saturating_from_num(types::U64F64::from_bits(a));
            prop_assert_eq!(U64F64::from_bits(a).to_u96f32().to_bits(), narrow.to_bits());
            let wide = types::U64F64::saturating_from_num(types::U96F32::from_bits(a));
            prop_assert_eq!(U96F32::from_bits(a).to_u64f64().to_bits(), wide.to_bits());
            let signed = types::I96F32::from_bits(a as i128);
            let wide = types::U64F64::saturating_from_num(signed);
            prop_assert_eq!(I96F32::from_bits(a as i128).to_u64f64().to_bits(), wide.to_bits());
            let signed = types::I96F32::saturating_from_num(types::U64F64::from_bits(a));
            prop_assert_eq!(I96F32::from(U64F64::from_bits(a)).to_bits(), signed.to_bits());
            let number = types::U96F32::saturating_from_num::<u64>;
            let ratio = number(small.into()).checked_div(number(u16::MAX.into())).unwrap();
            prop_assert_eq!(U96F32::ratio_u16(small).to_bits(), ratio.to_bits());
            let ratio = number(large).checked_div(number(u64::MAX)).unwrap();
            prop_assert_eq!(U96F32::ratio_u64(large).to_bits(), ratio.to_bits());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 20_000, failure_persistence: None, ..Default::default()
        })]

        #[test]
        fn quotients_are_exact(a in bits(), b: u64, c in bits(), small: u64, parts in 0u32..=128) {
            // q = trunc(a * b / c) is the only q with q * c <= a * b < (q + 1) * c.
            let c = c.max(1);
            let a = a % c;
            let (high, low) = mul_wide(a, b.into());
            let quotient = mul_div(a, b, c);
            let (below_high, below_low) = mul_wide(quotient.into(), c);
            prop_assert!((below_high, below_low) <= (high, low));
            let (above_low, carry) = below_low.overflowing_add(c);
            prop_assert!((below_high + u128::from(carry), above_low) > (high, low));
            // The same for a fraction of up to 128 bits, which the halves of it must make up.
            let whole = div_fraction(a, c, 128);
            prop_assert_eq!(div_fraction(a, c, parts), whole.checked_shr(128 - parts).unwrap_or(0));
            let (below_high, below_low) = mul_wide(whole, c);
            prop_assert!((below_high, below_low) <= (a, 0));
            let (above_low, carry) = below_low.overflowing_add(c);
            prop_assert!((below_high + u128::from(carry), above_low) > (a, 0));
            let narrow = u128::from(small) % (c >> 64).max(1);
            if c >> 64 == 0 && narrow < c {
                prop_assert_eq!(div_fraction(narrow, c, 64), (narrow << 64) / c);
            }
        }
    }

    #[test]
    fn fractions_are_exact_for_divisors_of_every_width() {
        assert_eq!(div_fraction(1, 3, 128), u128::MAX / 3);
        assert_eq!(div_fraction(2, 3, 128), u128::MAX / 3 * 2);
        assert_eq!(div_fraction(u128::MAX - 1, u128::MAX, 128), u128::MAX - 1);
        assert_eq!(div_fraction(1 << 126, 1 << 127, 128), 1 << 127);
        assert_eq!(div_fraction(0, 7, 100), 0);
        assert_eq!(div_fraction(5, 7, 0), 0);
    }
}
