//! The power by the chain's own method, step by step, on long integers. What its series do where
//! they do not converge is part of the rules, so nothing here is improved.

use super::integer::Integer;
use super::{Floored, ONE_E18, Power, Precision};

/// Numerators and denominators up to this take the exact way.
const MAX_EXACT_EXPONENT: u64 = 1024;
/// Bits beyond the requested precision.
const GUARD_BITS: u32 = 24;

/// The power for a base that is neither 0 nor 1 and an exponent that is not 0.
pub(super) fn floor_e18(power: &Power, precision: Precision) -> Floored {
    let divisor = greatest_common_divisor(power.exponent_numerator, power.exponent_denominator);
    let (p, q) = (power.exponent_numerator / divisor, power.exponent_denominator / divisor);
    let (a, b) = (Integer::new(power.base_numerator), Integer::new(power.base_denominator));
    if p <= MAX_EXACT_EXPONENT && q <= MAX_EXACT_EXPONENT {
        return exact_root(&a, &b, p as u32, q as u32);
    }
    let series = Series::new(precision);
    let logarithm = series.ln(&a).minus(&series.ln(&b));
    let exponent = logarithm.times(&Integer::new(p.into())).divided(q);
    let value = series.exp(&exponent).rounded(GUARD_BITS);
    let scaled = value.times(&Integer::new(ONE_E18.into())).shifted_right(series.requested_bits);
    match scaled.to_u64() {
        Some(value) => Floored::Value(value),
        None if scaled.is_negative() => Floored::Value(0),
        None => Floored::TooLarge,
    }
}

/// Never 0, so that it can be divided by.
fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// The largest whole number whose q-th power is at most `(a / b)^p * 1e18^q`.
fn exact_root(a: &Integer, b: &Integer, p: u32, q: u32) -> Floored {
    let target = a.raised(p).times(&Integer::new(ONE_E18.into()).raised(q));
    let divisor = b.raised(p);
    let fits = |root: u128| Integer::new(root).raised(q).times(&divisor).is_at_most(&target);
    if fits(1 << 64) {
        return Floored::TooLarge;
    }
    // `low` fits, `high` does not.
    let (mut low, mut high) = (0_u128, 1 << 64);
    while high - low > 1 {
        let middle = (low + high) / 2;
        if fits(middle) { low = middle } else { high = middle }
    }
    Floored::Value(low as u64)
}

/// Taylor series in fixed point. They end once the requested digits stand still, or after a fixed
/// number of terms.
struct Series {
    requested_bits: u32,
    /// Fraction bits inside.
    bits: u32,
    one: Integer,
    /// `2^GUARD_BITS`
    guard: Integer,
    max_terms: u32,
    ln_two: Integer,
}

impl Series {
    fn new(precision: Precision) -> Self {
        let requested_bits = match precision {
            Precision::Trade => 256,
            Precision::Limit => 1024,
        };
        let bits = requested_bits + GUARD_BITS;
        let mut series = Self {
            requested_bits,
            bits,
            one: Integer::power_of_two(bits),
            guard: Integer::power_of_two(GUARD_BITS),
            max_terms: (bits + 128).min(4096),
            ln_two: Integer::new(0),
        };
        let minus_half = Integer::power_of_two(bits - 1).negated();
        series.ln_two = series.ln_one_plus(&minus_half).negated();
        series
    }

    /// `ln(1 + x)` for -0.5 <= x < 0.5.
    fn ln_one_plus(&self, x: &Integer) -> Integer {
        let (mut power, mut sum) = (x.clone(), x.clone());
        let mut last = sum.rounded(GUARD_BITS);
        for n in 2..=self.max_terms {
            power = power.times(x).shifted_right(self.bits);
            let term = power.divided(n.into());
            if term.is_zero() {
                break;
            }
            sum = if n % 2 == 0 { sum.minus(&term) } else { sum.plus(&term) };
            if self.settled(&term, &sum, &mut last) {
                break;
            }
        }
        sum
    }

    /// `e^x`, by the series itself however large `x` is.
    fn exp(&self, x: &Integer) -> Integer {
        let (mut term, mut sum) = (self.one.clone(), self.one.clone());
        let mut last = sum.rounded(GUARD_BITS);
        for n in 1..=self.max_terms {
            term = term.times(x).shifted_right(self.bits).divided(n.into());
            if term.is_zero() {
                break;
            }
            sum = sum.plus(&term);
            if self.settled(&term, &sum, &mut last) {
                break;
            }
        }
        sum
    }

    /// Whether the last term is below the guard bits or left the rounded sum as it was.
    fn settled(&self, term: &Integer, sum: &Integer, last: &mut Integer) -> bool {
        let rounded = sum.rounded(GUARD_BITS);
        let settled = !self.guard.is_at_most(term) || rounded == *last;
        *last = rounded;
        settled
    }

    /// Logarithm of a positive whole number: of its mantissa in [0.75, 1.5), plus powers of two.
    fn ln(&self, value: &Integer) -> Integer {
        let mut shift = value.bits().saturating_sub(1);
        let mut mantissa = value.shifted_left(self.bits).shifted_right(shift);
        let one_and_a_half = self.one.plus(&self.one.shifted_right(1));
        if one_and_a_half.is_at_most(&mantissa) {
            mantissa = mantissa.shifted_right(1);
            shift += 1;
        }
        let powers_of_two = self.ln_two.times(&Integer::new(shift.into()));
        self.ln_one_plus(&mantissa.minus(&self.one)).plus(&powers_of_two)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_exponents_are_exact() {
        let root = |a, b, p, q| exact_root(&Integer::new(a), &Integer::new(b), p, q);
        assert_eq!(root(1, 4, 1, 2), Floored::Value(ONE_E18 / 2));
        assert_eq!(root(4, 1, 3, 2), Floored::Value(8 * ONE_E18));
        assert_eq!(root(4, 1, 5, 2), Floored::TooLarge);
        assert_eq!(root(1, 2, 1, 2), Floored::Value(707_106_781_186_547_524));
        assert_eq!(root(1, 1000, 500, 1), Floored::Value(0));
    }

    #[test]
    fn common_divisors() {
        assert_eq!(greatest_common_divisor(ONE_E18, 475_000_000_000_000_000), ONE_E18 / 40);
        assert_eq!(greatest_common_divisor(7, 0), 7);
        assert_eq!(greatest_common_divisor(0, 0), 1);
    }
}
