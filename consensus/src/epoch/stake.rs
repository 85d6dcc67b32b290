//! Steps 1 to 4 of an epoch: activity, stake, permits, active stake.

use crate::EpochInput;
use crate::fixed::Divisor;

/// What an epoch knows of its neurons before it looks at any weight; one entry per uid.
#[derive(Debug, Default)]
pub(super) struct Stakes {
    /// Whether the neuron updated within the activity cutoff.
    pub active: Vec<bool>,
    /// Normalised stake, raw I32F32.
    pub stake: Vec<u64>,
    /// Permits before the epoch, the owner's included.
    pub permit: Vec<bool>,
    /// Permits after the epoch, the owner's included.
    pub new_permit: Vec<bool>,
    /// Stake of active permit holders, renormalised.
    pub active_stake: Vec<u64>,
    raw: Vec<i128>,
    order: Vec<(u64, u16)>,
}

impl Stakes {
    pub fn compute(&mut self, input: &EpochInput<'_>) {
        let p = input.params;
        self.active.clear();
        self.active.extend(
            (input.last_update.iter())
                .map(|updated| updated.saturating_add(p.activity_cutoff) >= p.current_block),
        );
        self.normalise(input);
        self.permit.clear();
        self.permit.extend_from_slice(input.validator_permit);
        self.choose_permits(usize::from(p.max_allowed_validators));
        for permits in [&mut self.permit, &mut self.new_permit] {
            if let Some(owner) = p.owner_uid.and_then(|uid| permits.get_mut(usize::from(uid))) {
                *owner = true;
            }
        }
        self.activate();
    }

    /// Alpha plus weighted root TAO in I64F64, filtered by the threshold, over the sum.
    fn normalise(&mut self, input: &EpochInput<'_>) {
        let p = input.params;
        // (w << 32) / u64::MAX in U96F32, widened to 64 fraction bits.
        let tao_weight = ((u128::from(p.tao_weight) << 32) / u128::from(u64::MAX)) << 32;
        self.raw.clear();
        for i in 0..input.n() {
            let alpha = from_u64(input.alpha_stake_rao[i]);
            let tao = weighted(input.tao_stake_rao[i], tao_weight);
            let total = alpha.saturating_add(tao);
            let is_owner = p.owner_uid.map(usize::from) == Some(i);
            let too_little = ((total >> 64) as u64) < p.min_stake;
            self.raw.push(if too_little && !is_owner { 0 } else { total });
        }
        let sum = self.raw.iter().fold(0i128, |sum, s| sum.saturating_add(*s));
        self.stake.clear();
        self.stake.extend(self.raw.iter().map(|s| quotient(*s as u128, sum as u128)));
    }

    /// Non-zero stake among the `k` largest; the lowest uid loses a tie.
    fn choose_permits(&mut self, k: usize) {
        let n = self.stake.len();
        self.new_permit.clear();
        self.new_permit.extend(self.stake.iter().map(|s| *s != 0));
        let losers = n.saturating_sub(k);
        if losers == 0 {
            return;
        }
        self.order.clear();
        self.order.extend(self.stake.iter().copied().zip(0u16..));
        if losers < n {
            self.order.select_nth_unstable(losers);
        }
        for (_, uid) in &self.order[..losers] {
            self.new_permit[usize::from(*uid)] = false;
        }
    }

    fn activate(&mut self) {
        self.active_stake.clear();
        let held = self.stake.iter().zip(&self.active).zip(&self.permit);
        self.active_stake.extend(held.map(
            |((s, active), permit)| {
                if *active && *permit { *s } else { 0 }
            },
        ));
        let sum = Divisor::new(self.active_stake.iter().sum());
        for s in &mut self.active_stake {
            *s = sum.quotient(*s);
        }
    }
}

/// A whole number in I64F64, saturated.
fn from_u64(value: u64) -> i128 {
    if i64::try_from(value).is_ok() { i128::from(value) << 64 } else { i128::MAX }
}

/// `tao * weight` in I64F64 for a weight of at most 1.0 (64 fraction bits).
fn weighted(tao: u64, weight: u128) -> i128 {
    if i64::try_from(tao).is_ok() {
        // Whole times fraction: the shift of the product cancels that of the whole number.
        i128::try_from(u128::from(tao) * weight).unwrap_or(i128::MAX)
    } else {
        // Saturated tao is 2^127 - 1, and (2^127 - 1) * w >> 64 is 2^63 * w - ceil(w / 2^64).
        ((weight << 63) as i128).wrapping_sub(i128::from(weight != 0))
    }
}

/// `trunc(s / sum)` of two I64F64 numbers as I32F32, for `s <= sum`; 0 when the sum is 0.
fn quotient(s: u128, sum: u128) -> u64 {
    if s == 0 {
        return 0;
    }
    if let Some(shifted) = s.checked_mul(1 << 32) {
        return (shifted / sum) as u64;
    }
    // Long division: one quotient bit at a time; remainders stay below 2 * sum < 2^128.
    let mut quotient = (s / sum) as u64;
    let mut rest = s % sum;
    for _ in 0..32 {
        rest <<= 1;
        let bit = rest >= sum;
        rest -= if bit { sum } else { 0 };
        quotient = quotient << 1 | u64::from(bit);
    }
    quotient
}
