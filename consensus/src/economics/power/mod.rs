//! `(a / b)^(p / q)` floored at 18 decimals: what every trade in a weighted pool costs.
//!
//! The chain computes it with numbers of 280 bits or more. Its result is a floor, so a cheaper
//! computation whose error is bounded gives the same digits whenever no whole multiple of 1e-18
//! lies within that error of its result: [`Power::floor_e18`] does that in 128 bits and takes the
//! chain's long way, [`Power::floor_e18_plainly`], only when the floor is left undecided.
//!
//! Source: `pow_ratio_scaled` of the `safe-bigmath` crate, revision 013c499, as
//! `pallets/swap/src/pallet/balancer.rs` of the public runtime calls it.

mod fast;
mod integer;
mod plain;

/// 1.0 with 18 decimals: the scale of pool weights and of the power's result.
pub const ONE_E18: u64 = 1_000_000_000_000_000_000;

/// A power with rational base and exponent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Power {
    /// Numerator of the base.
    pub base_numerator: u128,
    /// Denominator of the base.
    pub base_denominator: u128,
    /// Numerator of the exponent.
    pub exponent_numerator: u64,
    /// Denominator of the exponent.
    pub exponent_denominator: u64,
}

/// Precision that the caller asks of the chain's series. The result only depends on it where the
/// series has not converged, for bases below `e^-97`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 256 bits: amounts of a trade.
    Trade,
    /// 1024 bits: amounts up to a price limit.
    Limit,
}

/// A power times 1e18, floored, as far as it is a u64. Where the chain's series falls below 0, which it
/// does for some very small powers, the value is 0, as the chain's callers make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Floored {
    /// The floor.
    Value(u64),
    /// More than `u64::MAX`.
    TooLarge,
}

impl Power {
    /// `floor(1e18 * (a / b)^(p / q))`, exactly as the chain computes it. A denominator of 0 gives
    /// 0, as the chain's callers make of it.
    #[inline]
    #[must_use]
    pub fn floor_e18(&self, precision: Precision) -> Floored {
        match self.at_once() {
            Some(value) => Floored::Value(value),
            None => fast::floor_e18(self).unwrap_or_else(|| plain::floor_e18(self, precision)),
        }
    }

    /// The same by the chain's own method: exact roots for exponents of small whole numbers,
    /// otherwise series on long integers. Takes a tenth of a millisecond and more; for tests, and
    /// for the rare trade that the fast way leaves undecided.
    #[must_use]
    pub fn floor_e18_plainly(&self, precision: Precision) -> Floored {
        match self.at_once() {
            Some(value) => Floored::Value(value),
            None => plain::floor_e18(self, precision),
        }
    }

    /// Results that need no power: the chain's checks in the chain's order, and the exponent 1.
    fn at_once(&self) -> Option<u64> {
        if self.base_denominator == 0 || self.exponent_denominator == 0 {
            return Some(0);
        }
        if self.base_numerator == 0 {
            return Some(0);
        }
        if self.exponent_numerator == 0 || self.base_numerator == self.base_denominator {
            return Some(ONE_E18);
        }
        if self.exponent_numerator == self.exponent_denominator {
            let product = self.base_numerator.checked_mul(ONE_E18.into())?;
            return u64::try_from(product / self.base_denominator).ok();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn power(a: u128, b: u128, p: u64, q: u64) -> Power {
        Power {
            base_numerator: a,
            base_denominator: b,
            exponent_numerator: p,
            exponent_denominator: q,
        }
    }

    /// The result that both ways agree on.
    #[track_caller]
    fn floor_e18(a: u128, b: u128, p: u64, q: u64) -> Floored {
        let power = power(a, b, p, q);
        let result = power.floor_e18(Precision::Trade);
        assert_eq!(result, power.floor_e18_plainly(Precision::Trade), "{power:?}");
        result
    }

    /// Figures of the library's own tests: `test_perquintill_power`,
    /// `pow_ratio_scaled_handles_large_weight_denominators` and
    /// `pow_ratio_scaled_converges_on_boundary_weights` in `src/integer.rs` of `safe-bigmath`.
    #[test]
    fn published_figures() {
        const X: u128 = 21_000_000_000_000_000;
        let tenth = ONE_E18 / 10;
        let value = floor_e18(X, X + 7_000_000_000_000_000, 6 * tenth, 4 * tenth);
        assert_eq!(value, Floored::Value(649_519_052_838_328_985));
        for (p, q) in [
            (500_000_000_000_000_000, 500_000_000_000_000_000),
            (499_999_999_999_500_000, 500_000_000_000_500_000),
            (500_000_000_000_250_000, 499_999_999_999_750_000),
        ] {
            assert_eq!(floor_e18(X, X + 100, p, q), Floored::Value(999_999_999_999_995_238));
        }
        let value = floor_e18(X, X + 1, 499_999_999_500_000_000, 500_000_000_500_000_000);
        assert_eq!(value, Floored::Value(999_999_999_999_999_952));
    }

    #[test]
    fn nothing_to_compute() {
        assert_eq!(floor_e18(0, 0, 1, 1), Floored::Value(0));
        assert_eq!(floor_e18(1, 1, 1, 0), Floored::Value(0));
        assert_eq!(floor_e18(0, 1, 1, 2), Floored::Value(0));
        assert_eq!(floor_e18(3, 7, 0, 2), Floored::Value(ONE_E18));
        assert_eq!(floor_e18(7, 7, 3, 2), Floored::Value(ONE_E18));
        assert_eq!(floor_e18(1, 3, 5, 5), Floored::Value(ONE_E18 / 3));
        assert_eq!(floor_e18(u128::MAX, 1, 5, 5), Floored::TooLarge);
        assert_eq!(floor_e18(u128::MAX, u128::MAX - 1, 5, 5), Floored::Value(ONE_E18));
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 20_000, failure_persistence: None, ..Default::default()
        })]

        /// The slow way is for the edges: a trade of up to 1000 reserves at weights down to 0.07
        /// never needs it.
        #[test]
        fn ordinary_trades_are_decided_fast(
            reserve in 1u64..1 << 54, part in 1u64..1 << 40, p in ONE_E18 / 14..ONE_E18 / 14 * 13
        ) {
            let change = (u128::from(reserve) * u128::from(part)) >> 30;
            let reserve = u128::from(reserve);
            let trade = power(reserve, reserve + change, p, ONE_E18 - p);
            prop_assert!(change == 0 || fast::floor_e18(&trade).is_some());
        }
    }

    /// Powers that are whole numbers of 1e-18 lie on the edge that 128 bits cannot decide.
    #[test]
    fn exact_results_are_left_to_exact_roots() {
        for (a, b, p, q, value) in [
            (1, 4, 1, 2, ONE_E18 / 2),
            (9, 16, 3, 2, ONE_E18 / 64 * 27),
            (1 << 40, 5_u128.pow(4) << 40, 3, 4, ONE_E18 / 125),
            (16, 1, 3, 4, 8 * ONE_E18),
        ] {
            assert_eq!(fast::floor_e18(&power(a, b, p, q)), None);
            assert_eq!(floor_e18(a, b, p, q), Floored::Value(value));
        }
    }

    /// With a weight of 0.01 and an input far above the reserve, the chain's series stops before
    /// it converges: the rest it leaves, not the power itself (below 1e-50), is the result.
    #[test]
    fn series_that_do_not_converge_are_the_chain_s() {
        let (p, q) = (ONE_E18 / 100 * 99, ONE_E18 / 100);
        assert_eq!(floor_e18(10, 24, p, q), Floored::Value(0));
        let awry = power(100, 445, p - 1, q + 1);
        assert_eq!(fast::floor_e18(&awry), None);
        assert_eq!(awry.floor_e18(Precision::Trade), Floored::Value(9_697_250_733_176));
    }

    #[test]
    fn the_ends_of_u64_are_told_apart() {
        // 1e18 * e^2.915 and 1e18 * e^2.92 around 2^64.
        assert!(matches!(floor_e18(1844, 100, ONE_E18 - 1, ONE_E18 + 1), Floored::Value(_)));
        assert_eq!(floor_e18(1845, 100, ONE_E18 - 1, ONE_E18 + 1), Floored::TooLarge);
        assert_eq!(floor_e18(u128::MAX, 1, 99, 1), Floored::TooLarge);
        assert_eq!(floor_e18(1, u128::MAX, 99, 100), Floored::Value(0));
        assert_eq!(floor_e18(u128::MAX - 1, u128::MAX, 98, 99), Floored::Value(ONE_E18 - 1));
        let limit = power(1 << 127, 1, 99, 100).floor_e18(Precision::Limit);
        assert_eq!(limit, Floored::TooLarge);
    }
}
