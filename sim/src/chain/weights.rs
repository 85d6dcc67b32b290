//! Setting weights: who may, how often, and what a row must look like.
//!
//! Two guards look at every call about weights before the call itself does: stake, then the rate
//! limit. Their errors therefore come first. Source: `pallets/subtensor/src/subnets/weights.rs` and
//! `guards/{check_weights, check_rate_limits}.rs` of the public runtime, spec version 425.

use subsim_consensus::economics::{U96F32, max_upscale};

use super::{AccountId, CallError, NetUid, ROOT, Row, State, Subnet};

/// Weights as a call carries them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeightVector<'a> {
    /// Neurons that are weighed.
    pub uids: &'a [u16],
    /// Their weights, in any scale.
    pub values: &'a [u16],
    /// Version of the validator's software, against the subnet's `weights_version_key`.
    pub version_key: u64,
}

impl WeightVector<'_> {
    /// Whether it is nothing but a weight on the neuron itself, which is always allowed.
    fn is_self_weight(&self, uid: u16) -> bool {
        self.values.len() == 1 && self.uids.first() == Some(&uid)
    }

    /// 0 for an empty row.
    fn largest_uid(&self) -> usize {
        self.uids.iter().copied().fold(0, u16::max).into()
    }

    fn has_duplicates(&self) -> bool {
        // Most rows are in order. This looks at all pairs, which vectorises.
        if self.uids.windows(2).fold(true, |ascending, pair| ascending & (pair[0] < pair[1])) {
            return false;
        }
        let mut seen = vec![0_u64; self.largest_uid() / 64 + 1];
        self.uids.iter().any(|uid| {
            let (word, bit) = (usize::from(*uid) / 64, 1 << (uid % 64));
            let again = seen[word] & bit != 0;
            seen[word] |= bit;
            again
        })
    }
}

impl State {
    /// Stake weight of a hotkey on a subnet, I64F64 bits: alpha and weighted root TAO, childkeys
    /// counted (`get_stake_weights_for_hotkey_on_subnet`).
    fn stake_weight_bits(&self, hotkey: AccountId, netuid: NetUid) -> i128 {
        let (alpha, tao) = match self.subnet(netuid) {
            Some(subnet) => {
                let alpha = self.inherited_alpha_rao(hotkey, subnet);
                (alpha, self.inherited_tao_rao(hotkey, subnet))
            }
            None => (0, self.hotkey_stake_rao(hotkey, ROOT)),
        };
        let whole = |rao: u64| i128::from(rao.min(i64::MAX as u64));
        let weight = U96F32::ratio_u64(self.globals.tao_weight).to_u64f64().to_bits();
        let weighted = whole(tao).saturating_mul(weight as i128);
        (whole(alpha) << 64).saturating_add(weighted)
    }

    /// Whether a hotkey has enough stake to take part in weights; the owner's hotkey always has
    /// (`check_weights_min_stake`).
    #[must_use]
    pub fn has_stake_for_weights(&self, hotkey: AccountId, netuid: NetUid) -> bool {
        let owner = self.subnet(netuid).and_then(|subnet| {
            subnet.owner_uid().filter(|uid| subnet.neurons.uid(hotkey) == Some(*uid))
        });
        let threshold = i128::from(self.globals.stake_threshold_rao) << 64;
        owner.is_some() || self.stake_weight_bits(hotkey, netuid) >= threshold
    }

    pub(super) fn guard_stake(&self, hotkey: AccountId, netuid: NetUid) -> Result<(), CallError> {
        let enough = self.has_stake_for_weights(hotkey, netuid);
        enough.then_some(()).ok_or(CallError::NotEnoughStakeToSetWeights)
    }

    /// The rate limit, for hotkeys that are registered at all.
    pub(super) fn guard_rate(
        &self,
        hotkey: AccountId,
        netuid: NetUid,
        mechanism: u8,
        error: CallError,
    ) -> Result<(), CallError> {
        let Some(subnet) = self.subnet(netuid) else { return Ok(()) };
        match subnet.neurons.uid(hotkey) {
            Some(uid) if !subnet.may_update(uid, mechanism, self.block) => Err(error),
            _ => Ok(()),
        }
    }

    /// The subnet, if it has such a mechanism (`ensure_mechanism_exists`).
    pub(super) fn with_mechanism(
        &self,
        netuid: NetUid,
        mechanism: u8,
    ) -> Result<&Subnet, CallError> {
        let subnet = self.subnet(netuid).ok_or(CallError::MechanismDoesNotExist)?;
        let exists = mechanism < subnet.hyper.mechanism_count
            && usize::from(mechanism) < subnet.mechanisms.len();
        exists.then_some(subnet).ok_or(CallError::MechanismDoesNotExist)
    }

    /// `set_weights`, `set_mechanism_weights`.
    pub(super) fn set_weights(
        &mut self,
        hotkey: AccountId,
        netuid: NetUid,
        mechanism: u8,
        weights: &WeightVector<'_>,
    ) -> Result<(), CallError> {
        self.guard_stake(hotkey, netuid)?;
        // A subnet that does not exist counts as one with commit-reveal.
        let hidden = self.subnet(netuid).is_none_or(|subnet| subnet.hyper.commit_reveal_enabled);
        if hidden {
            return Err(CallError::CommitRevealEnabled);
        }
        self.guard_rate(hotkey, netuid, mechanism, CallError::SettingWeightsTooFast)?;
        self.store_weights(hotkey, netuid, mechanism, weights)
    }

    /// What `set_weights` and a reveal have in common (`internal_set_weights`).
    pub(super) fn store_weights(
        &mut self,
        hotkey: AccountId,
        netuid: NetUid,
        mechanism: u8,
        weights: &WeightVector<'_>,
    ) -> Result<(), CallError> {
        let uid = self.check_weights(hotkey, netuid, mechanism, weights)?;
        let block = self.block;
        let Some(subnet) = self.subnet_mut(netuid) else { return Ok(()) };
        let hidden = subnet.hyper.commit_reveal_enabled;
        let (at, mechanism) = (usize::from(uid), &mut subnet.mechanisms[usize::from(mechanism)]);
        let row: &mut Row = &mut mechanism.weights[at];
        row.clear();
        row.extend(weights.uids.iter().copied().zip(max_upscale(weights.values)));
        // With commit-reveal the time of the commit counts, not that of the reveal.
        if !hidden {
            mechanism.last_update[at] = block;
        }
        Ok(())
    }

    fn check_weights(
        &self,
        hotkey: AccountId,
        netuid: NetUid,
        mechanism: u8,
        weights: &WeightVector<'_>,
    ) -> Result<u16, CallError> {
        if netuid == ROOT {
            return Err(CallError::CanNotSetRootNetworkWeights);
        }
        if weights.uids.len() != weights.values.len() {
            return Err(CallError::WeightVecNotEqualSize);
        }
        let subnet = self.with_mechanism(netuid, mechanism)?;
        if weights.uids.len() > subnet.neurons.len() {
            return Err(CallError::UidsLengthExceedUidsInSubNet);
        }
        let uid = subnet.neurons.uid(hotkey).ok_or(CallError::HotKeyNotRegisteredInSubNet)?;
        self.guard_stake(hotkey, netuid)?;
        if weights.version_key < subnet.hyper.weights_version_key {
            return Err(CallError::IncorrectWeightVersionKey);
        }
        if !subnet.hyper.commit_reveal_enabled && !subnet.may_update(uid, mechanism, self.block) {
            return Err(CallError::SettingWeightsTooFast);
        }
        subnet.check_row(uid, weights)?;
        Ok(uid)
    }
}

impl Subnet {
    /// Whether a neuron's last update is a rate limit ago, or never was (`check_rate_limit`).
    pub(super) fn may_update(&self, uid: u16, mechanism: u8, block: u64) -> bool {
        let Some(mechanism) = self.mechanisms.get(usize::from(mechanism)) else { return false };
        let last = mechanism.last_update.get(usize::from(uid)).copied().unwrap_or(0);
        last == 0 || block.saturating_sub(last) >= self.hyper.weights_rate_limit_blocks
    }

    fn check_row(&self, uid: u16, weights: &WeightVector<'_>) -> Result<(), CallError> {
        let is_self_weight = weights.is_self_weight(uid);
        let may_weigh = is_self_weight
            || self.owner_uid() == Some(uid)
            || self.neurons.validator_permit[usize::from(uid)];
        if !may_weigh {
            return Err(CallError::NeuronNoValidatorPermit);
        }
        if weights.has_duplicates() {
            return Err(CallError::DuplicateUids);
        }
        if weights.largest_uid() >= self.neurons.len() {
            return Err(CallError::UidVecContainInvalidOne);
        }
        if is_self_weight {
            return Ok(());
        }
        let fewest = usize::from(self.hyper.min_allowed_weights).min(self.neurons.len());
        if weights.values.len() < fewest {
            return Err(CallError::WeightVecLengthIsLow);
        }
        self.check_largest(weights.values)
    }

    /// No weight may be above the limit once the row adds up to 1 (`max_weight_limited`).
    fn check_largest(&self, values: &[u16]) -> Result<(), CallError> {
        let limit = self.hyper.max_weights_limit;
        if limit == u16::MAX {
            return Ok(());
        }
        let upscaled = max_upscale(values);
        let sum: u64 = upscaled.iter().map(|value| u64::from(*value)).sum();
        let largest = upscaled.iter().copied().max().unwrap_or(0);
        // Both as the chain's 32-bit fractions. A row of zeros has nothing to compare.
        let share = (u64::from(largest) << 32).checked_div(sum).unwrap_or(0);
        let limit = (u64::from(limit) << 32) / u64::from(u16::MAX);
        (share <= limit).then_some(()).ok_or(CallError::MaxWeightExceeded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_named_twice_is_found_wherever_it_stands() {
        let has_duplicates =
            |uids: &[u16]| WeightVector { uids, values: &[], version_key: 0 }.has_duplicates();
        for different in [&[][..], &[7], &[0, 1, 65535], &[65535, 64, 63, 0, 1]] {
            assert!(!has_duplicates(different), "{different:?}");
        }
        for twice in [&[3, 3][..], &[0, 5, 0], &[65535, 1, 65535], &[1, 2, 3, 64, 128, 64]] {
            assert!(has_duplicates(twice), "{twice:?}");
        }
    }
}
