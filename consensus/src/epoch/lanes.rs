//! Arithmetic that a compiler can do on many numbers at once, and the choice of the widest vectors
//! the processor has.
//!
//! All functions here are exact on the ranges they state; whichever vectors are used, the bits are
//! the same. They are written for automatic vectorisation: products of 32-bit numbers, doubles only
//! for estimates that are then settled in whole numbers, no branch on data.

use crate::fixed::ONE;

/// `2^52`: added to a double below it, it leaves the rounded whole number in the low bits.
const MAGIC: f64 = 4_503_599_627_370_496.0;

/// Product of two raw I32F32 numbers below 1, fraction cut.
#[inline(always)]
pub(super) fn mul(a: u64, b: u64) -> u64 {
    debug_assert!(a < ONE && b < ONE);
    (u64::from(a as u32) * u64::from(b as u32)) >> 32
}

/// A whole number below 2^52 as a double.
#[inline(always)]
fn to_double(x: u64) -> f64 {
    f64::from_bits(x | MAGIC.to_bits()) - MAGIC
}

/// A double in `0..2^52` without its fraction.
#[inline(always)]
pub(super) fn whole(x: f64) -> u64 {
    let rounded = (x + MAGIC) - MAGIC;
    let cut = rounded - if rounded > x { 1.0 } else { 0.0 };
    (cut + MAGIC).to_bits() & ((1 << 52) - 1)
}

/// Factor that turns u16 terms of `sum` into their raw I32F32 share of it, see [`share_of_sum`].
#[inline]
pub(super) fn share_factor(sum: u64) -> f64 {
    match sum {
        0 => 0.0,
        // Rounded up by more than any rounding error takes away, by less than a quotient's gap.
        _ => (ONE as f64 / sum as f64) * (1.0 + 4.0 * f64::EPSILON),
    }
}

/// `trunc(term / sum)` for a u16 term of a sum below 2^31.
///
/// The numerator `term * 2^32` has at most 48 bits. A quotient that is not whole lies at least
/// `1 / sum` below the next whole number, which is `2^-48` of its size or more; the factor is too
/// large by at most `2^-49`, and never too small.
#[inline(always)]
pub(super) fn share_of_sum(term: u16, factor: f64) -> u64 {
    whole(f64::from(term) * factor)
}

/// A divisor of many numbers, estimated in doubles and settled in whole numbers.
#[derive(Clone, Copy)]
pub(super) struct LaneDivisor {
    d: u64,
    factor: f64,
}

impl LaneDivisor {
    /// Prepares `d < 2^45`; 0 divides 0 only.
    #[inline(always)]
    pub fn new(d: u64) -> Self {
        match d {
            0 => Self { d: 1 << 62, factor: 0.0 },
            // Rounded down, so that the estimate never exceeds the quotient.
            _ => Self { d, factor: (ONE as f64 / d as f64) * (1.0 - 4.0 * f64::EPSILON) },
        }
    }

    /// The quotient or one less: the estimate is below the true quotient by less than 2^-17.
    #[inline(always)]
    fn estimate(self, x: u64) -> u64 {
        const ROUND: f64 = 1.5 * MAGIC;
        let estimate = to_double(x) * self.factor - 0.5;
        (estimate + ROUND).to_bits().wrapping_sub(ROUND.to_bits())
    }

    /// `trunc(x / d)` as raw I32F32 for `x < d < 2^32`, or `x = d = 0`.
    #[inline(always)]
    pub fn quotient(self, x: u64) -> u64 {
        let quotient = self.estimate(x);
        let product = u64::from(quotient as u32) * u64::from(self.d as u32);
        self.settle(x, quotient, product)
    }

    /// `trunc(x / d)` as raw I32F32 for `x < 2^32`, `x < d < 2^45`, or `x = d = 0`.
    #[inline(always)]
    pub fn quotient_wide(self, x: u64) -> u64 {
        let quotient = self.estimate(x);
        let product = quotient.wrapping_mul(self.d);
        self.settle(x, quotient, product)
    }

    #[inline(always)]
    fn settle(self, x: u64, quotient: u64, product: u64) -> u64 {
        let rest = (x << 32).wrapping_sub(product) as i64;
        quotient + u64::from(rest >= self.d as i64)
    }
}

/// Vector instructions to use, in ascending order of width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vectors {
    /// What every processor of the architecture has.
    Baseline,
    /// AVX2 on x86-64.
    Avx2,
    /// AVX-512 on x86-64.
    Avx512,
}

impl Vectors {
    /// The widest this processor has.
    #[must_use]
    pub fn widest() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
            {
                return Self::Avx512;
            }
            if is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
            {
                return Self::Avx2;
            }
        }
        Self::Baseline
    }
}

/// Defines a function that runs `$body` compiled for the given vectors, or the widest this
/// processor has if that is less. `$body` must be `#[inline(always)]` for that to mean anything.
macro_rules! with_vectors {
    ($(#[$doc:meta])* fn $name:ident($($arg:ident: $type:ty),* $(,)?) => $body:path) => {
        $(#[$doc])*
        #[allow(unsafe_code)]
        pub(super) fn $name(vectors: $crate::epoch::lanes::Vectors, $($arg: $type),*) {
            #[cfg(target_arch = "x86_64")]
            {
                use $crate::epoch::lanes::Vectors;
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
                fn on_avx512($($arg: $type),*) {
                    $body($($arg),*);
                }
                #[target_feature(enable = "avx2,bmi1,bmi2")]
                fn on_avx2($($arg: $type),*) {
                    $body($($arg),*);
                }
                match vectors.min(Vectors::widest()) {
                    // SAFETY: `widest` asks the processor for every feature named above.
                    Vectors::Avx512 => return unsafe { on_avx512($($arg),*) },
                    // SAFETY: as above.
                    Vectors::Avx2 => return unsafe { on_avx2($($arg),*) },
                    Vectors::Baseline => {}
                }
            }
            let _ = vectors;
            $body($($arg),*);
        }
    };
}
pub(super) use with_vectors;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shares_are_exact(term in 0u16.., others in 0u64..(1 << 31) - 65535) {
            let sum = u64::from(term) + others;
            let exact = (u64::from(term) << 32).checked_div(sum).unwrap_or(0);
            prop_assert_eq!(share_of_sum(term, share_factor(sum)), exact);
        }

        #[test]
        fn quotients_are_exact(d in 1u64..1 << 32, x in 0u64..1 << 32, near in 0u64..4) {
            for x in [x % d, d - 1 - near.min(d - 1), near.min(d - 1)] {
                let exact = ((u128::from(x) << 32) / u128::from(d)) as u64;
                prop_assert_eq!(LaneDivisor::new(d).quotient(x), exact);
                let wide = d << 13 | near;
                let exact = ((u128::from(x) << 32) / u128::from(wide)) as u64;
                prop_assert_eq!(LaneDivisor::new(wide).quotient_wide(x), exact);
            }
        }
    }

    #[test]
    fn whole_quotients_stay_whole() {
        for d in [1u64, 2, 3, 5, 1 << 16, 65535, (1 << 32) - 1] {
            for factor in 0..1000u64 {
                let x = (factor * d) % (1 << 32);
                if x < d {
                    let exact = (x << 32) / d;
                    assert_eq!(LaneDivisor::new(d).quotient(x), exact, "{x} / {d}");
                }
            }
        }
        assert_eq!(LaneDivisor::new(0).quotient(0), 0);
        assert_eq!(share_of_sum(65535, share_factor(65535)), ONE);
    }
}
