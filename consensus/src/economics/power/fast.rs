//! The power in 128-bit fixed point with a proven error bound. Gives the chain's result or says
//! that it cannot tell; it never guesses.
//!
//! ```text
//!   L = |ln(a / b)|          8.120   from atanh((hi - lo) / (hi + lo)), |argument| <= 1/5
//!   E = p / q                7.121
//!   x = L * E               15.113   error below 2^-110
//!   e^x = 2^k * e^r                  k nearest to x / ln 2, |r| < 0.36, error of e^r < 2^-109
//!   V = 1e18 * e^x                   error below 2^-109 * V < 2^-44
//! ```
//!
//! The chain's own error is far smaller where its series converge, which they do for every x in
//! [-96, 3): its logarithms are off by less than 2^-248, hence its exponent by less than 2^-241,
//! and its exponential loses at most 1.45 * |x| of 280 bits to cancellation, so that its V is off
//! by less than 2^-70, and for x above -42 by less than 2^-140. V is therefore decided when it is
//! more than 2^-40 away from a whole number, and 0 from x = -42 down to x = -96.

use super::super::number::{div_fraction, mul_high, mul_wide};
use super::{Floored, ONE_E18, Power};

/// ln 2 as a fraction of 128 bits.
const LN_TWO: u128 = 0xB172_17F7_D1CF_79AB_C9E3_B398_03F2_F6AF;
/// `1 / ln 2` with 32 fraction bits.
const PER_LN_TWO: u128 = 6_196_328_019;

/// Fraction bits of L, E and x.
const LN_BITS: u32 = 120;
const EXPONENT_BITS: u32 = 121;
const X_BITS: u32 = LN_BITS + EXPONENT_BITS - 128;

/// Distance to a whole number, in units of 2^-63, from which a floor is decided: 2^-40.
const MARGIN: u128 = 1 << 23;

/// `1 / (2k + 3)` as fractions of 128 bits.
const ODD_RECIPROCALS: [u128; 32] = {
    let mut table = [0; 32];
    let mut k = 0;
    while k < table.len() {
        table[k] = u128::MAX / (2 * k as u128 + 3);
        k += 1;
    }
    table
};

/// `1 / (k + 2)!` as fractions of 127 bits.
const FACTORIAL_RECIPROCALS: [u128; 30] = {
    let mut table = [0; 30];
    let (mut k, mut value) = (0, 1 << 127);
    while k < table.len() {
        value /= k as u128 + 2;
        table[k] = value;
        k += 1;
    }
    table
};

/// The power for a base that is neither 0 nor 1 and an exponent that is not 0; `None` when
/// undecided.
#[inline]
pub(super) fn floor_e18(power: &Power) -> Option<Floored> {
    let (a, b) = (power.base_numerator, power.base_denominator);
    let exponent = exponent(power.exponent_numerator, power.exponent_denominator)?;
    let below_one = a < b;
    let logarithm = if below_one { ln_ratio(a, b) } else { ln_ratio(b, a) };
    let x = mul_high(logarithm, exponent);
    if below_one && x >= 42 << X_BITS {
        return (x <= 96 << X_BITS).then_some(Floored::Value(0));
    }
    if !below_one && x >= 3 << X_BITS {
        // The chain's sum has only positive terms here and ends beyond e^2.92.
        return Some(Floored::TooLarge);
    }
    floor_of_exp(x, below_one)
}

/// `p / q` with 121 fraction bits, cut; `None` from 128 on, where x would lose its precision.
#[inline]
fn exponent(p: u64, q: u64) -> Option<u128> {
    let whole = p / q;
    let fraction = div_fraction((p % q).into(), q.into(), EXPONENT_BITS);
    (whole < 128).then(|| (u128::from(whole) << EXPONENT_BITS) | fraction)
}

/// `ln(high / low)` with 120 fraction bits for 0 < low < high. Error below 2^-118.
#[inline]
fn ln_ratio(low: u128, high: u128) -> u128 {
    let (low, lifted_low) = with_headroom(low);
    let (high, lifted_high) = with_headroom(high);
    // Brings `low` into the binade of `high`: their quotient lies between 1/2 and 2.
    let shift = low.leading_zeros().saturating_sub(high.leading_zeros());
    let mut scaled = low << shift;
    let mut twos = shift + lifted_high - lifted_low;
    // Brings the quotient between 2/3 and 3/2.
    if high > scaled && high - scaled > scaled / 2 {
        scaled <<= 1;
        twos += 1;
    } else if high < scaled && scaled - high > high / 2 {
        // low < high, so there is at least one power of two between them and `scaled`.
        scaled >>= 1;
        twos -= 1;
    }
    let whole = mul_high(LN_TWO, u128::from(twos) << LN_BITS);
    // ln(u / v) = 2 atanh((u - v) / (u + v)); the doubling is one fraction bit less.
    let (difference, sum) = (high.abs_diff(scaled), high + scaled);
    let rest = atanh(div_fraction(difference, sum, 124) << 4) >> (127 - LN_BITS);
    if high >= scaled { whole + rest } else { whole - rest }
}

/// The number below 2^125, by dropping its last bits if need be, and how many were dropped.
#[inline]
fn with_headroom(value: u128) -> (u128, u32) {
    let lift = 3_u32.saturating_sub(value.leading_zeros());
    (value >> lift, lift)
}

/// The inverse hyperbolic tangent of a fraction of 128 bits, at most 1/5. Error below 2^-121.
#[inline]
fn atanh(z: u128) -> u128 {
    let square = mul_high(z, z);
    let (mut power, mut sum) = (z, z);
    for reciprocal in ODD_RECIPROCALS {
        power = mul_high(power, square);
        if power == 0 {
            break;
        }
        sum += mul_high(power, reciprocal);
    }
    sum
}

/// `floor(1e18 * e^x)`, or of `e^-x` when `negative`; x with 113 fraction bits and below 42.
#[inline]
fn floor_of_exp(x: u128, negative: bool) -> Option<Floored> {
    let twos = (((x >> (X_BITS - 32)) * PER_LN_TWO + (1 << 63)) >> 64) as u32;
    let whole = mul_high(LN_TWO, u128::from(twos) << X_BITS);
    let rest = x.abs_diff(whole) << (128 - X_BITS);
    let value = exp_of_fraction(rest, negative != (x < whole));
    // value * 1e18 has 127 fraction bits, and 2^twos moves the point. Kept are 63 of them.
    let (high, low) = mul_wide(value, ONE_E18.into());
    let shift = if negative { 64 + twos } else { 64 - twos };
    let kept = (high << (128 - shift)) | (low >> shift);
    let fraction = kept & ((1 << 63) - 1);
    if !(MARGIN..=(1 << 63) - MARGIN).contains(&fraction) {
        return None;
    }
    Some(u64::try_from(kept >> 63).map_or(Floored::TooLarge, Floored::Value))
}

/// `e^r`, or `e^-r`, with 127 fraction bits, for a fraction r of 128 bits below 0.36. Error below
/// 2^-120 besides that of r.
#[inline]
fn exp_of_fraction(r: u128, negative: bool) -> u128 {
    let (mut even, mut odd) = (1 << 127, r >> 1);
    let mut power = r;
    for pair in FACTORIAL_RECIPROCALS.chunks_exact(2) {
        power = mul_high(power, r);
        let term = mul_high(power, pair[0]);
        if term == 0 {
            break;
        }
        even += term;
        power = mul_high(power, r);
        odd += mul_high(power, pair[1]);
    }
    if negative { even - odd } else { even + odd }
}
