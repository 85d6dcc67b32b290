//! Number helpers of the reference, on the chain's own types.

use substrate_fixed::types::I32F32;

/// Quotient, 0 when the divisor is 0 or the result does not fit: the chain's "safe division".
pub(super) fn safe_div(a: I32F32, b: I32F32) -> I32F32 {
    a.checked_div(b).unwrap_or_default()
}

/// A u16 proportion as a number in [0, 1].
pub(super) fn ratio(proportion: u16) -> I32F32 {
    safe_div(I32F32::from_num(proportion), I32F32::from_num(u16::MAX))
}

/// A number in [0, 1] as a u16 proportion, fraction dropped.
pub(super) fn to_u16(x: I32F32) -> u16 {
    x.saturating_mul(I32F32::from_num(u16::MAX)).saturating_to_num::<u16>()
}

/// Saturating sum.
pub(super) fn total(values: impl Iterator<Item = I32F32>) -> I32F32 {
    values.fold(I32F32::from_bits(0), |sum, v| sum.saturating_add(v))
}
