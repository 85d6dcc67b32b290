//! The form in which the chain stores a validator's weights.
//!
//! Source: `vec_u16_max_upscale_to_u16` in `pallets/subtensor/src/epoch/math.rs` of the public
//! runtime, spec version 425.

/// Scales weights up so that the largest becomes 65535, rounded to nearest; all zeros stay.
#[must_use]
pub fn max_upscale(weights: &[u16]) -> Vec<u16> {
    let max = u64::from(weights.iter().copied().max().unwrap_or(0));
    weights.iter().map(|weight| upscaled(u64::from(*weight), max)).collect()
}

/// One weight; all numbers below have 32 fraction bits. The chain multiplies first where the
/// product fits its number, and divides first where it does not.
fn upscaled(weight: u64, max: u64) -> u16 {
    const SCALE: u64 = u16::MAX as u64;
    let scaled = match max {
        0 => 0,
        1..=0x8000 => (u128::from(weight * SCALE) << 32) / u128::from(max),
        _ => u128::from(weight) * ((u128::from(SCALE) << 32) / u128::from(max)),
    };
    u16::try_from((scaled + (1 << 31)) >> 32).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_becomes_one() {
        assert_eq!(max_upscale(&[]), Vec::<u16>::new());
        assert_eq!(max_upscale(&[0, 0]), [0, 0]);
        assert_eq!(max_upscale(&[1]), [65535]);
        assert_eq!(max_upscale(&[1, 2]), [32768, 65535]);
        assert_eq!(max_upscale(&[65535, 1]), [65535, 1]);
        assert_eq!(max_upscale(&[32768, 32767]), [65535, 65533]);
        assert_eq!(max_upscale(&[32769, 32768]), [65535, 65533]);
    }
}
