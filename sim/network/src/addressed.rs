//! Random numbers with an address: two words for every (entity, purpose, place), in any order.
//!
//! A [`Dice`] is a key derived by blake3 from (seed, entity, purpose), thrown at a 128-bit address
//! by Philox 2x64-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011). Unlike
//! the streams of `subsim_sim::random`, opening an address costs nothing, which is what a draw per
//! message needs; like them, a draw depends on its own address and on nobody else's.

use subsim_sim::random::normal_quantile;

/// Random numbers of one entity for one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dice {
    key: u64,
}

/// Multiplier and key step of Philox 2x64, from the paper.
const MULTIPLIER: u64 = 0xD2B7_4407_B1CE_6E93;
const KEY_STEP: u64 = 0x9E37_79B9_7F4A_7C15;
const ROUNDS: u32 = 10;

impl Dice {
    /// Derives the dice of `entity` for `purpose` under `seed`.
    #[must_use]
    pub fn new(seed: u64, entity: &str, purpose: &str) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("subsim 2026 dice: entity, purpose");
        hasher.update(&seed.to_le_bytes());
        // The length keeps ("ab", "c") apart from ("a", "bc").
        hasher.update(&(entity.len() as u64).to_le_bytes());
        hasher.update(entity.as_bytes());
        hasher.update(purpose.as_bytes());
        let mut key = [0; 8];
        key.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        Self { key: u64::from_le_bytes(key) }
    }

    /// Two independent words at the address `(a, b)`.
    #[inline]
    #[must_use]
    pub fn at(&self, a: u64, b: u64) -> [u64; 2] {
        philox(self.key, a, b)
    }

    /// A whole number below `end` at an address, each equally likely to within 2^-64 * `end`.
    /// `end` 0 gives 0.
    #[inline]
    #[must_use]
    pub fn below(&self, a: u64, b: u64, end: u64) -> u64 {
        below(self.at(a, b)[0], end)
    }
}

fn philox(mut key: u64, a: u64, b: u64) -> [u64; 2] {
    let (mut left, mut right) = (a, b);
    for _ in 0..ROUNDS {
        let product = u128::from(left) * u128::from(MULTIPLIER);
        left = ((product >> 64) as u64) ^ key ^ right;
        right = product as u64;
        key = key.wrapping_add(KEY_STEP);
    }
    [left, right]
}

/// A whole number below `end` from a word.
#[inline]
#[must_use]
pub fn below(word: u64, end: u64) -> u64 {
    ((u128::from(word) * u128::from(end)) >> 64) as u64
}

/// Uniform in `[0, 1)` from a word, a multiple of 2^-53.
#[inline]
#[must_use]
pub fn unit(word: u64) -> f64 {
    (word >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// Uniform in the open interval `(0, 1)` from a word, an odd multiple of 2^-53.
#[inline]
#[must_use]
pub fn open_unit(word: u64) -> f64 {
    ((word >> 12) as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
}

/// Standard normal from a word.
#[inline]
#[must_use]
pub fn normal(word: u64) -> f64 {
    normal_quantile(open_unit(word))
}

/// Exponential with mean 1 from a word.
#[inline]
#[must_use]
pub fn exponential(word: u64) -> f64 {
    -libm::log(open_unit(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn philox_agrees_with_published_vectors() {
        // kat_vectors of the Random123 library, philox2x64 with 10 rounds.
        assert_eq!(philox(0, 0, 0), [0xca00_a045_9843_d731, 0x66c2_4222_c9a8_45b5]);
        assert_eq!(
            philox(u64::MAX, u64::MAX, u64::MAX),
            [0x65b0_21d6_0cd8_310f, 0x4d02_f322_2f86_df20]
        );
        assert_eq!(
            philox(0xa409_3822_299f_31d0, 0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344),
            [0x0a5e_742c_2997_341c, 0xb0f8_83d3_8000_de5d]
        );
    }

    #[test]
    fn an_address_is_seed_entity_purpose_and_place() {
        let base = Dice::new(1, "a-0", "jitter").at(3, 4);
        assert_eq!(base, Dice::new(1, "a-0", "jitter").at(3, 4));
        for other in [
            Dice::new(2, "a-0", "jitter").at(3, 4),
            Dice::new(1, "a-1", "jitter").at(3, 4),
            Dice::new(1, "a-0j", "itter").at(3, 4),
            Dice::new(1, "a-0", "jitter").at(4, 3),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn draws_have_the_moments_they_promise() {
        let dice = Dice::new(1, "moments", "test");
        let mean_of = |draw: fn(u64) -> f64| {
            (0..100_000).map(|i| draw(dice.at(i, 0)[(i % 2) as usize])).sum::<f64>() / 100_000.0
        };
        assert!((mean_of(unit) - 0.5).abs() < 0.005);
        assert!((mean_of(exponential) - 1.0).abs() < 0.015);
        assert!(mean_of(normal).abs() < 0.015);
        assert!((mean_of(|word| normal(word) * normal(word)) - 1.0).abs() < 0.02);
        assert!((0..1000).all(|i| dice.below(i, 1, 7) < 7) && dice.below(0, 0, 0) == 0);
    }
}
