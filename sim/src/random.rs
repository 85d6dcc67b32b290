//! Random numbers: one keyed stream per entity and purpose, and the distributions on top.
//!
//! A [`Stream`] is a ChaCha8 key derived by blake3 from (seed, entity, purpose). [`Stream::at`]
//! opens it at an epoch, so a draw depends on its own address alone: adding a miner, or a behaviour
//! that draws more, moves nobody else's numbers, and no state has to be carried along. Everything
//! transcendental comes from `libm`, never from the platform.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::scenario::Sampled;

/// The random numbers of one entity for one purpose.
#[derive(Debug, Clone)]
pub struct Stream {
    key: [u8; 32],
}

impl Stream {
    /// Derives the stream of `entity` (a hotkey, a group) for `purpose` under `seed`.
    #[must_use]
    pub fn new(seed: u64, entity: &str, purpose: &str) -> Self {
        let mut hasher =
            blake3::Hasher::new_derive_key("subsim 2026 random stream: entity, purpose");
        hasher.update(&seed.to_le_bytes());
        // The length keeps ("ab", "c") apart from ("a", "bc").
        hasher.update(&(entity.len() as u64).to_le_bytes());
        hasher.update(entity.as_bytes());
        hasher.update(purpose.as_bytes());
        Self { key: *hasher.finalize().as_bytes() }
    }

    /// Opens the stream at an epoch; every epoch has numbers of its own.
    #[must_use]
    pub fn at(&self, epoch: u64) -> Draws {
        let mut rng = ChaCha8Rng::from_seed(self.key);
        rng.set_stream(epoch);
        Draws { rng }
    }
}

/// Draws from a stream, in order. Every method takes exactly one 64-bit word of the stream.
#[derive(Debug, Clone)]
pub struct Draws {
    rng: ChaCha8Rng,
}

impl Draws {
    /// Uniform in `[0, 1)`, a multiple of 2^-53.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        (self.rng.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Uniform in the open interval `(0, 1)`, an odd multiple of 2^-53.
    #[inline]
    pub fn open_uniform(&mut self) -> f64 {
        ((self.rng.next_u64() >> 12) as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
    }

    /// Standard normal.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        normal_quantile(self.open_uniform())
    }

    /// One number of a distribution. `index` is the neuron's place in its group, for lists; a list
    /// too short yields its last number. Nothing is clamped here.
    pub fn sample(&mut self, sampled: &Sampled, index: usize) -> f64 {
        match sampled {
            Sampled::Constant(value) => *value,
            Sampled::List(values) => {
                values.get(index).or(values.last()).copied().unwrap_or_default()
            }
            Sampled::Normal { mean, std } => mean + std * self.normal(),
            Sampled::Uniform { low, high } => low + (high - low) * self.uniform(),
            Sampled::LogNormal { median, sigma } => median * libm::exp(sigma * self.normal()),
            Sampled::Pareto { scale, shape } => {
                scale * libm::pow(self.open_uniform(), -1.0 / shape)
            }
            Sampled::Exponential { mean } => -mean * libm::log(self.open_uniform()),
        }
    }
}

/// Quantile of the standard normal distribution for `p` in `(0, 1)`.
///
/// Algorithm AS 241 (Wichura 1988, "The Percentage Points of the Normal Distribution"), the
/// version accurate to about 1 part in 10^16: rational functions near the middle, and of
/// `sqrt(-ln p)` in the tails. One uniform number gives one normal number, which is what keeps
/// every draw at an address of its own.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(r, &CENTRE.0, &CENTRE.1);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = libm::sqrt(-libm::log(tail));
    let z = if r <= 5.0 {
        ratio(r - 1.6, &NEAR_TAIL.0, &NEAR_TAIL.1)
    } else {
        ratio(r - 5.0, &FAR_TAIL.0, &FAR_TAIL.1)
    };
    if q < 0.0 { -z } else { z }
}

/// Quotient of two polynomials in `r`, coefficients from the constant upwards.
#[inline]
fn ratio(r: f64, numerator: &[f64; 8], denominator: &[f64; 8]) -> f64 {
    let polynomial = |c: &[f64; 8]| {
        let upper = ((c[7] * r + c[6]) * r + c[5]) * r + c[4];
        (((upper * r + c[3]) * r + c[2]) * r + c[1]) * r + c[0]
    };
    polynomial(numerator) / polynomial(denominator)
}

/// Coefficients of AS 241 for `|p - 0.5| <= 0.425`.
const CENTRE: ([f64; 8], [f64; 8]) = (
    [
        3.387_132_872_796_366_5,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_3e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ],
    [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_659_7e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_854e3,
    ],
);

/// Coefficients of AS 241 for `sqrt(-ln tail) <= 5`.
const NEAR_TAIL: ([f64; 8], [f64; 8]) = (
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
);

/// Coefficients of AS 241 beyond.
const FAR_TAIL: ([f64; 8], [f64; 8]) = (
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_048_7e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_agree_with_published_values() {
        // Values of the standard normal quantile to 16 digits, the last at the smallest draw.
        for (p, z) in [
            (0.5, 0.0),
            (0.3, -0.524_400_512_708_040_7),
            (0.075, -1.439_531_470_938_455_7),
            (0.9, 1.281_551_565_544_600_8),
            (0.01, -2.326_347_874_040_840_8),
            (1e-6, -4.753_424_308_822_899),
            (0.999_999, 4.753_424_308_817_089),
            (1e-12, -7.034_483_825_301_132),
            (1e-15, -7.941_345_326_170_995),
            (0.5 / 4_503_599_627_370_496.0, -8.209_536_151_601_386),
        ] {
            let found = normal_quantile(p);
            assert!((found - z).abs() <= 4e-15 * z.abs(), "p = {p}: {found}, expected {z}");
        }
    }

    #[test]
    fn a_stream_is_its_seed_entity_purpose_and_epoch() {
        let first = |seed, entity, purpose, epoch| {
            Stream::new(seed, entity, purpose).at(epoch).rng.next_u64()
        };
        let base = first(1, "good-0", "quality", 0);
        assert_eq!(base, first(1, "good-0", "quality", 0));
        for other in [
            first(2, "good-0", "quality", 0),
            first(1, "good-1", "quality", 0),
            first(1, "good-0", "stake", 0),
            first(1, "good-0", "quality", 1),
            first(1, "good-0q", "uality", 0),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn draws_do_not_change_between_versions() {
        let mut draws = Stream::new(42, "good-0", "quality").at(7);
        let found = [draws.uniform(), draws.normal(), draws.open_uniform()];
        assert_eq!(found.map(f64::to_bits), GOLDEN, "{found:?}");
    }

    const GOLDEN: [u64; 3] =
        [4_602_072_778_851_995_108, 4_605_056_790_224_438_441, 4_604_956_106_052_036_851];

    /// Mean and standard deviation of 100,000 draws.
    fn moments(sampled: &Sampled) -> (f64, f64) {
        let mut draws = Stream::new(1, "moments", "test").at(0);
        let values: Vec<f64> = (0..100_000).map(|i| draws.sample(sampled, i)).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64;
        (mean, variance.sqrt())
    }

    #[test]
    fn distributions_have_the_moments_they_promise() {
        let close = |sampled: Sampled, mean: f64, std: f64| {
            let found = moments(&sampled);
            assert!((found.0 - mean).abs() < 0.02 * (mean.abs() + std), "{sampled:?}: {found:?}");
            assert!((found.1 - std).abs() < 0.03 * std + 1e-12, "{sampled:?}: {found:?}");
        };
        close(Sampled::Constant(0.25), 0.25, 0.0);
        close(Sampled::Normal { mean: 0.7, std: 0.1 }, 0.7, 0.1);
        close(Sampled::Uniform { low: 2.0, high: 4.0 }, 3.0, 1.0 / 3f64.sqrt());
        // exp(sigma^2 / 2) and the matching deviation for sigma = 0.5.
        close(Sampled::LogNormal { median: 2.0, sigma: 0.5 }, 2.266_297, 1.207_804);
        // shape / (shape - 1) and the matching deviation for shape = 5.
        close(Sampled::Pareto { scale: 1.0, shape: 5.0 }, 1.25, 0.322_749);
        close(Sampled::Exponential { mean: 3.0 }, 3.0, 3.0);
    }

    #[test]
    fn lists_go_by_place() {
        let list = Sampled::List(vec![1.0, 2.0]);
        let mut draws = Stream::new(1, "list", "test").at(0);
        assert_eq!([0, 1].map(|i| draws.sample(&list, i)), [1.0, 2.0]);
    }
}
