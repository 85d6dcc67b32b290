//! Signed integers of any length, with just the operations that the chain's power needs. Slow and
//! plain on purpose: the fast power decides nearly every trade, this serves the rest.

use std::cmp::Ordering;

/// Sign and magnitude. The magnitude has no leading zero words, and zero is not negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Integer {
    negative: bool,
    /// Little-endian.
    words: Vec<u64>,
}

impl Integer {
    pub(super) fn new(value: u128) -> Self {
        Self::from_words(false, vec![value as u64, (value >> 64) as u64])
    }

    /// `2^exponent`
    pub(super) fn power_of_two(exponent: u32) -> Self {
        Self::new(1).shifted_left(exponent)
    }

    fn from_words(negative: bool, mut words: Vec<u64>) -> Self {
        while words.last() == Some(&0) {
            words.pop();
        }
        Self { negative: negative && !words.is_empty(), words }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.words.is_empty()
    }

    /// The value when it is not negative and fits.
    pub(super) fn to_u64(&self) -> Option<u64> {
        match (self.negative, self.words.as_slice()) {
            (_, []) => Some(0),
            (false, [word]) => Some(*word),
            _ => None,
        }
    }

    pub(super) fn is_negative(&self) -> bool {
        self.negative
    }

    /// Number of significant bits of the magnitude.
    pub(super) fn bits(&self) -> u32 {
        let top = self.words.last().map_or(0, |word| 64 - word.leading_zeros());
        (self.words.len() as u32).saturating_sub(1) * 64 + top
    }

    pub(super) fn negated(mut self) -> Self {
        self.negative = !self.negative && !self.words.is_empty();
        self
    }

    pub(super) fn plus(&self, other: &Self) -> Self {
        if self.negative == other.negative {
            let words = add_words(&self.words, &other.words);
            return Self::from_words(self.negative, words);
        }
        match compare_words(&self.words, &other.words) {
            Ordering::Less => {
                Self::from_words(other.negative, sub_words(&other.words, &self.words))
            }
            _ => Self::from_words(self.negative, sub_words(&self.words, &other.words)),
        }
    }

    pub(super) fn minus(&self, other: &Self) -> Self {
        self.plus(&other.clone().negated())
    }

    pub(super) fn times(&self, other: &Self) -> Self {
        let mut words = vec![0; self.words.len() + other.words.len()];
        for (i, a) in self.words.iter().enumerate() {
            let mut carry = 0;
            for (j, b) in other.words.iter().enumerate() {
                let sum =
                    u128::from(*a) * u128::from(*b) + u128::from(words[i + j]) + u128::from(carry);
                words[i + j] = sum as u64;
                carry = (sum >> 64) as u64;
            }
            words[i + other.words.len()] = carry;
        }
        Self::from_words(self.negative != other.negative, words)
    }

    /// `self^exponent`
    pub(super) fn raised(&self, mut exponent: u32) -> Self {
        let (mut result, mut factor) = (Self::new(1), self.clone());
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = result.times(&factor);
            }
            exponent >>= 1;
            if exponent > 0 {
                factor = factor.times(&factor);
            }
        }
        result
    }

    pub(super) fn shifted_left(&self, bits: u32) -> Self {
        let (whole, part) = ((bits / 64) as usize, bits % 64);
        let mut words = vec![0; whole];
        let mut carry = 0;
        for word in &self.words {
            let wide = (u128::from(*word) << part) | u128::from(carry);
            words.push(wide as u64);
            carry = (wide >> 64) as u64;
        }
        words.push(carry);
        Self::from_words(self.negative, words)
    }

    /// `floor(self / 2^bits)`, toward minus infinity.
    pub(super) fn shifted_right(&self, bits: u32) -> Self {
        let (whole, part) = ((bits / 64) as usize, bits % 64);
        let kept = self.words.get(whole..).unwrap_or_default();
        let word = |i: usize| u128::from(kept.get(i).copied().unwrap_or(0));
        let words = (0..kept.len()).map(|i| ((word(i) | (word(i + 1) << 64)) >> part) as u64);
        let lost = self.words.iter().take(whole).any(|word| *word != 0)
            || kept.first().is_some_and(|word| word & ((1 << part) - 1) != 0);
        Self::from_words(false, words.collect()).floored(self.negative, lost)
    }

    /// `floor(self / divisor)`, toward minus infinity; 0 for a divisor of 0.
    pub(super) fn divided(&self, divisor: u64) -> Self {
        let mut words = vec![0; self.words.len()];
        let mut rest = 0;
        for (quotient, word) in words.iter_mut().zip(&self.words).rev() {
            let wide = (rest << 64) | u128::from(*word);
            *quotient = wide.checked_div(divisor.into()).unwrap_or(0) as u64;
            rest = wide.checked_rem(divisor.into()).unwrap_or(0);
        }
        Self::from_words(false, words).floored(self.negative, rest != 0)
    }

    /// Gives a truncated magnitude its sign, one further from zero when something was cut off a
    /// negative number.
    fn floored(self, negative: bool, lost: bool) -> Self {
        match (negative, lost) {
            (true, true) => self.plus(&Self::new(1)).negated(),
            (true, false) => self.negated(),
            (false, _) => self,
        }
    }

    /// The number without its last `bits` bits (at least one), rounded to nearest, halves away
    /// from zero.
    pub(super) fn rounded(&self, bits: u32) -> Self {
        let magnitude = Self { negative: false, words: self.words.clone() };
        let raised = magnitude.plus(&Self::power_of_two(bits - 1)).shifted_right(bits);
        if self.negative { raised.negated() } else { raised }
    }

    /// Whether the magnitude is at most the other's.
    pub(super) fn is_at_most(&self, other: &Self) -> bool {
        compare_words(&self.words, &other.words) != Ordering::Greater
    }
}

fn compare_words(a: &[u64], b: &[u64]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

fn add_words(a: &[u64], b: &[u64]) -> Vec<u64> {
    let (long, short) = if a.len() < b.len() { (b, a) } else { (a, b) };
    let mut words = Vec::with_capacity(long.len() + 1);
    let mut carry = false;
    for (i, word) in long.iter().enumerate() {
        let (sum, over1) = word.overflowing_add(short.get(i).copied().unwrap_or(0));
        let (sum, over2) = sum.overflowing_add(carry.into());
        words.push(sum);
        carry = over1 || over2;
    }
    words.push(carry.into());
    words
}

/// `a - b` for magnitudes with `a >= b`.
fn sub_words(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut words = Vec::with_capacity(a.len());
    let mut borrow = false;
    for (i, word) in a.iter().enumerate() {
        let (rest, under1) = word.overflowing_sub(b.get(i).copied().unwrap_or(0));
        let (rest, under2) = rest.overflowing_sub(borrow.into());
        words.push(rest);
        borrow = under1 || under2;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn signed(value: i128) -> Integer {
        let magnitude = Integer::new(value.unsigned_abs());
        if value < 0 { magnitude.negated() } else { magnitude }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 2_000, failure_persistence: None, ..Default::default()
        })]

        #[test]
        fn small_numbers_behave_like_i128(a: i64, b: i64, shift in 1u32..62, divisor in 1u64..) {
            let (x, y) = (i128::from(a), i128::from(b));
            prop_assert_eq!(signed(x).plus(&signed(y)), signed(x + y));
            prop_assert_eq!(signed(x).minus(&signed(y)), signed(x - y));
            prop_assert_eq!(signed(x).times(&signed(y)), signed(x * y));
            prop_assert_eq!(signed(x * y).shifted_right(shift), signed((x * y) >> shift));
            prop_assert_eq!(signed(x).shifted_left(shift), signed(x << shift));
            let quotient = (x * y).div_euclid(divisor.into());
            prop_assert_eq!(signed(x * y).divided(divisor), signed(quotient));
            let half = 1i128 << (shift - 1);
            let nearest = ((x.abs() + half) >> shift) * x.signum();
            prop_assert_eq!(signed(x).rounded(shift), signed(nearest));
            prop_assert_eq!(signed(x).is_at_most(&signed(y)), x.abs() <= y.abs());
        }

        #[test]
        fn long_products_divide_back(a: u128, b: u128, c in 1u64.., shift in 0u32..300) {
            let (x, y, z) = (Integer::new(a), Integer::new(b), Integer::new(c.into()));
            let product = x.times(&y).times(&z);
            prop_assert_eq!(product.divided(c), x.times(&y));
            prop_assert_eq!(x.times(&y.plus(&z)), x.times(&y).plus(&x.times(&z)));
            let negative = x.times(&y).negated();
            prop_assert_eq!(negative.shifted_left(shift).shifted_right(shift), negative);
            prop_assert_eq!(z.raised(5), z.times(&z).times(&z).times(&z).times(&z));
        }
    }

    #[test]
    fn ends_of_the_range() {
        assert_eq!(Integer::new(0).bits(), 0);
        assert_eq!(Integer::power_of_two(128).bits(), 129);
        assert_eq!(Integer::power_of_two(64).to_u64(), None);
        assert_eq!(signed(-1).to_u64(), None);
        assert_eq!(signed(-1).shifted_right(500), signed(-1));
        assert_eq!(signed(-5).divided(0), signed(0));
        assert_eq!(Integer::new(3).raised(0), Integer::new(1));
        assert_eq!(signed(5).minus(&signed(5)), signed(0));
        assert!(!signed(5).minus(&signed(5)).is_negative());
    }
}
