//! Several mechanisms on one subnet: how the emission is split over them, and how their epochs add
//! up. Each mechanism has weights, bonds and last updates of its own; stake, permits and
//! registrations are shared.
//!
//! Source: `pallets/subtensor/src/subnets/mechanism.rs` of the public runtime, spec version 425.

use crate::{EpochError, EpochOutput};

/// 1.0 in U64F64.
const ONE: u128 = 1 << 64;

/// Splits an emission in rao over `count` mechanisms by u16 proportions, evenly when none are
/// given. Missing proportions are 0, surplus ones are dropped, and what truncation leaves goes to
/// mechanism 0. No mechanisms, no parts.
#[must_use]
pub fn split_emission(emission_rao: u64, count: usize, split: Option<&[u16]>) -> Vec<u64> {
    let mut parts = match split {
        None => vec![emission_rao.checked_div(count as u64).unwrap_or(0); count],
        Some(split) => {
            let part = |share: &u16| {
                (u128::from(emission_rao) * u128::from(*share) / u128::from(u16::MAX)) as u64
            };
            split.iter().map(part).collect()
        }
    };
    parts.resize(count, 0);
    let given = parts.iter().fold(0, |sum: u64, part| sum.saturating_add(*part));
    if let Some(first) = parts.first_mut() {
        *first = first.saturating_add(emission_rao.saturating_sub(given));
    }
    parts
}

/// What the mechanisms of one subnet add up to, one entry per uid.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Combined {
    /// Active in any mechanism.
    pub active: Vec<bool>,
    /// A permit from any mechanism.
    pub new_validator_permit: Vec<bool>,
    /// Share-weighted consensus.
    pub consensus: Vec<u16>,
    /// Share-weighted incentive.
    pub incentive: Vec<u16>,
    /// Share-weighted dividends.
    pub dividends: Vec<u16>,
    /// Share-weighted validator trust.
    pub validator_trust: Vec<u16>,
    /// Share-weighted stake.
    pub stake_weight: Vec<u16>,
    /// Miner emission in rao, summed.
    pub server_emission: Vec<u64>,
    /// Validator emission in rao, summed.
    pub validator_emission: Vec<u64>,
    /// Share-weighted combined emission in rao, as the chain keeps it for pruning.
    pub combined_emission: Vec<u64>,
}

/// Adds up the epochs of a subnet's mechanisms, in their order. `parts_rao` are the emissions they
/// ran with; a mechanism's weight is its part of the sum, and with no emission at all mechanism 0
/// has all the weight.
///
/// # Errors
/// When there are not as many parts as epochs, or epochs of different sizes.
pub fn combine(outputs: &[EpochOutput], parts_rao: &[u64]) -> Result<Combined, EpochError> {
    let (expected, found) = (outputs.len(), parts_rao.len());
    if expected != found {
        return Err(EpochError::Length { field: "parts_rao", expected, found });
    }
    let total = parts_rao.iter().fold(0, |sum: u64, part| sum.saturating_add(*part));
    let n = outputs.first().map_or(0, |output| output.active.len());
    let mut sum = Combined::empty(n);
    for (mechanism, (output, part)) in outputs.iter().zip(parts_rao).enumerate() {
        let found = output.active.len();
        if found != n {
            return Err(EpochError::Length { field: "active", expected: n, found });
        }
        let weight = match u128::from(total) {
            0 => ONE * u128::from(mechanism == 0),
            total => (u128::from(*part) << 64) / total,
        };
        sum.add(output, weight);
    }
    Ok(sum)
}

impl Combined {
    fn empty(n: usize) -> Self {
        Self {
            active: vec![false; n],
            new_validator_permit: vec![false; n],
            consensus: vec![0; n],
            incentive: vec![0; n],
            dividends: vec![0; n],
            validator_trust: vec![0; n],
            stake_weight: vec![0; n],
            server_emission: vec![0; n],
            validator_emission: vec![0; n],
            combined_emission: vec![0; n],
        }
    }

    fn add(&mut self, output: &EpochOutput, weight: u128) {
        for (sums, values) in [
            (&mut self.active, &output.active),
            (&mut self.new_validator_permit, &output.new_validator_permit),
        ] {
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum |= value);
        }
        for (sums, values) in [
            (&mut self.consensus, &output.consensus),
            (&mut self.incentive, &output.incentive),
            (&mut self.dividends, &output.dividends),
            (&mut self.validator_trust, &output.validator_trust),
            (&mut self.stake_weight, &output.stake_weight),
        ] {
            for (sum, value) in sums.iter_mut().zip(values) {
                let raised = u64::from(*sum).saturating_add(weighted(u64::from(*value), weight));
                *sum = u16::try_from(raised).unwrap_or(u16::MAX);
            }
        }
        for (sums, values, weight) in [
            (&mut self.server_emission, &output.server_emission, ONE),
            (&mut self.validator_emission, &output.validator_emission, ONE),
            (&mut self.combined_emission, &output.combined_emission, weight),
        ] {
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum = sum.saturating_add(weighted(*value, weight));
            }
        }
    }
}

/// `trunc(value * weight)` for a weight of at most 1.0. The sum it is added to is a whole number,
/// so cutting the product before adding is the same as after.
fn weighted(value: u64, weight: u128) -> u64 {
    ((u128::from(value) * weight) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unset_split_is_even_and_the_rest_goes_to_the_first() {
        assert_eq!(split_emission(10, 3, None), [4, 3, 3]);
        assert_eq!(split_emission(10, 1, None), [10]);
        assert_eq!(split_emission(10, 0, None), Vec::<u64>::new());
        assert_eq!(split_emission(u64::MAX, 2, None), [u64::MAX / 2 + 1, u64::MAX / 2]);
    }

    #[test]
    fn a_split_is_by_u16_shares() {
        assert_eq!(split_emission(65535, 2, Some(&[60000, 5535])), [60000, 5535]);
        assert_eq!(split_emission(100, 2, Some(&[32768, 32767])), [51, 49]);
        // A share per missing mechanism is 0; one too many is dropped.
        assert_eq!(split_emission(100, 3, Some(&[65535])), [100, 0, 0]);
        assert_eq!(split_emission(100, 1, Some(&[32768, 32767])), [100]);
    }

    fn output(score: u16, amount_rao: u64) -> EpochOutput {
        EpochOutput {
            active: vec![score > 100],
            new_validator_permit: vec![score > 100],
            consensus: vec![score],
            incentive: vec![score],
            dividends: vec![score],
            validator_trust: vec![score],
            stake_weight: vec![score],
            server_emission: vec![amount_rao],
            validator_emission: vec![amount_rao],
            combined_emission: vec![amount_rao],
            ..EpochOutput::default()
        }
    }

    #[test]
    fn amounts_are_summed_and_scores_weighted() {
        let combined = combine(&[output(100, 7), output(60000, 9)], &[750, 250]).unwrap();
        assert_eq!(combined.server_emission, [16]);
        assert_eq!(combined.validator_emission, [16]);
        // trunc(0.75 * 7) + trunc(0.25 * 9)
        assert_eq!(combined.combined_emission, [7]);
        assert_eq!(combined.incentive, [15075]);
        assert_eq!(combined.active, [true]);
    }

    #[test]
    fn without_emission_the_first_mechanism_has_all_the_weight() {
        let combined = combine(&[output(100, 0), output(60000, 0)], &[0, 0]).unwrap();
        assert_eq!(combined.consensus, [100]);
    }

    #[test]
    fn unequal_inputs_are_refused() {
        let error = combine(&[output(1, 1)], &[1, 2]).unwrap_err();
        assert_eq!(error, EpochError::Length { field: "parts_rao", expected: 1, found: 2 });
        let empty = EpochOutput::default();
        assert!(combine(&[output(1, 1), empty], &[1, 2]).is_err());
        assert_eq!(combine(&[], &[]).unwrap(), Combined::default());
    }
}
