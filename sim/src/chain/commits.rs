//! Hidden weights: commits to a hash that are revealed an agreed number of epochs later, and
//! timelocked commits that the chain reveals by itself.
//!
//! Of timelocked commits the secrecy is simulated, not the encryption: the weights lie in the state
//! and nobody may look at them before their epoch. Source:
//! `pallets/subtensor/src/subnets/weights.rs`, `coinbase/reveal_commits.rs` and
//! `guards/check_weights.rs` of the public runtime, spec version 425.

use blake2::Digest;

use super::weights::WeightVector;
use super::{AccountId, CallError, Commit, NetUid, State, Subnet};

/// Open commits that a hotkey may have on a subnet.
pub const MAX_OPEN_COMMITS: usize = 10;

/// A commit that the chain reveals by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelockedCommit {
    /// Who committed.
    pub hotkey: AccountId,
    /// Epoch counter that the commit belongs to.
    pub epoch: u64,
    /// Block of the commit.
    pub block: u64,
    /// Neurons that are weighed.
    pub uids: Vec<u16>,
    /// Their weights.
    pub values: Vec<u16>,
    /// Version of the validator's software.
    pub version_key: u64,
}

/// What a commit's hash is of, apart from the hotkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preimage<'a> {
    /// The weights.
    pub weights: WeightVector<'a>,
    /// Salt against guessing.
    pub salt: &'a [u16],
}

/// Hash that commits to weights: blake2-256 of the SCALE encoding of account, subnet (mechanism m
/// of subnet n counts as `4096 m + n`), uids, values, salt and version.
#[must_use]
pub fn commit_hash(
    account_key: &[u8; 32],
    netuid: NetUid,
    mechanism: u8,
    preimage: &Preimage<'_>,
) -> [u8; 32] {
    let index = u16::from(mechanism).wrapping_mul(4096).wrapping_add(netuid);
    let mut hasher = blake2::Blake2b::<blake2::digest::consts::U32>::new();
    hasher.update(account_key);
    hasher.update(index.to_le_bytes());
    for list in [preimage.weights.uids, preimage.weights.values, preimage.salt] {
        hasher.update(compact_length(list.len() as u32).as_slice());
        for value in list {
            hasher.update(value.to_le_bytes());
        }
    }
    hasher.update(preimage.weights.version_key.to_le_bytes());
    hasher.finalize().into()
}

/// A length in SCALE's compact encoding: 1, 2 or 4 bytes, the mode in the lowest two bits.
fn compact_length(length: u32) -> Vec<u8> {
    match length {
        0..=0x3f => vec![(length << 2) as u8],
        0x40..=0x3fff => (((length << 2) | 1) as u16).to_le_bytes().to_vec(),
        _ => ((length << 2) | 2).to_le_bytes().to_vec(),
    }
}

impl Subnet {
    /// Whether a commit of an epoch is to be revealed now (`is_reveal_block_range`).
    fn is_reveal_epoch(&self, commit_epoch: u64, block: u64) -> bool {
        let due = commit_epoch.saturating_add(self.hyper.reveal_period_epochs);
        self.epoch_with_lookahead(block) == due
    }
}

impl State {
    /// Checks that hashed and timelocked commits share, guards first. Returns the uid.
    fn check_commit(
        &self,
        hotkey: AccountId,
        netuid: NetUid,
        mechanism: u8,
    ) -> Result<u16, CallError> {
        let too_fast = CallError::CommittingWeightsTooFast;
        self.guard_stake(hotkey, netuid)?;
        self.guard_rate(hotkey, netuid, mechanism, too_fast)?;
        let subnet = self.with_mechanism(netuid, mechanism)?;
        if !subnet.hyper.commit_reveal_enabled {
            return Err(CallError::CommitRevealDisabled);
        }
        let uid = subnet.neurons.uid(hotkey).ok_or(CallError::HotKeyNotRegisteredInSubNet)?;
        subnet.may_update(uid, mechanism, self.block).then_some(uid).ok_or(too_fast)
    }

    /// `commit_weights`, `commit_mechanism_weights`.
    pub(super) fn commit_weights(
        &mut self,
        hotkey: AccountId,
        netuid: NetUid,
        mechanism: u8,
        hash: [u8; 32],
    ) -> Result<(), CallError> {
        let uid = self.check_commit(hotkey, netuid, mechanism)?;
        let block = self.block;
        let subnet = self.subnet_mut(netuid).ok_or(CallError::MechanismDoesNotExist)?;
        let expired = subnet.expired_commits(hotkey, mechanism, block);
        let commit = Commit { hash, epoch: subnet.epoch_with_lookahead(block), block };
        let mechanism = &mut subnet.mechanisms[usize::from(mechanism)];
        let commits = mechanism.commits.entry(hotkey).or_default();
        if commits.len() - expired >= MAX_OPEN_COMMITS {
            return Err(CallError::TooManyUnrevealedCommits);
        }
        commits.drain(..expired);
        commits.push(commit);
        mechanism.last_update[usize::from(uid)] = block;
        Ok(())
    }

    /// `reveal_weights`, `reveal_mechanism_weights`. Revealing one commit drops the older ones.
    pub(super) fn reveal_weights(
        &mut self,
        hotkey: AccountId,
        netuid: NetUid,
        mechanism: u8,
        preimage: &Preimage<'_>,
    ) -> Result<(), CallError> {
        self.guard_stake(hotkey, netuid)?;
        let hash = commit_hash(&self.account(hotkey).key, netuid, mechanism, preimage);
        let (at, _) = self.find_commit(hotkey, netuid, mechanism, hash)?;
        let subnet = self.existing(netuid)?;
        if !subnet.hyper.commit_reveal_enabled {
            return Err(CallError::CommitRevealDisabled);
        }
        self.store_weights(hotkey, netuid, mechanism, &preimage.weights)?;
        let Some(subnet) = self.subnet_mut(netuid) else { return Ok(()) };
        let commits = &mut subnet.mechanisms[usize::from(mechanism)].commits;
        if let Some(open) = commits.get_mut(&hotkey) {
            open.drain(..=at);
            if open.is_empty() {
                commits.remove(&hotkey);
            }
        }
        Ok(())
    }

    /// The commit with a hash, if it is to be revealed now. Expired ones are not found in time
    /// either, so that no other error is left for them.
    fn find_commit(
        &self,
        hotkey: AccountId,
        netuid: NetUid,
        mechanism: u8,
        hash: [u8; 32],
    ) -> Result<(usize, Commit), CallError> {
        let subnet = self.subnet(netuid).ok_or(CallError::NoWeightsCommitFound)?;
        let commits = subnet.mechanisms.get(usize::from(mechanism)).map(|m| &m.commits);
        let commits = commits.and_then(|commits| commits.get(&hotkey));
        let open = commits.ok_or(CallError::NoWeightsCommitFound)?;
        let at = open.iter().position(|commit| commit.hash == hash);
        let at = at.ok_or(CallError::NoWeightsCommitFound)?;
        let now = subnet.is_reveal_epoch(open[at].epoch, self.block);
        now.then_some((at, open[at])).ok_or(CallError::RevealTooEarly)
    }

    /// A timelocked commit (`commit_timelocked_weights`). The weights are checked when the chain
    /// reveals them, and dropped without a word if they do not pass.
    pub(super) fn commit_timelocked(
        &mut self,
        hotkey: AccountId,
        netuid: NetUid,
        mechanism: u8,
        weights: &WeightVector<'_>,
    ) -> Result<(), CallError> {
        let uid = self.check_commit(hotkey, netuid, mechanism)?;
        let block = self.block;
        let subnet = self.subnet_mut(netuid).ok_or(CallError::MechanismDoesNotExist)?;
        let epoch = subnet.epoch_with_lookahead(block);
        let mechanism = &mut subnet.mechanisms[usize::from(mechanism)];
        let own = |open: &&TimelockedCommit| open.hotkey == hotkey && open.epoch == epoch;
        if mechanism.timelocked.iter().filter(own).count() >= MAX_OPEN_COMMITS {
            return Err(CallError::TooManyUnrevealedCommits);
        }
        mechanism.timelocked.push(TimelockedCommit {
            hotkey,
            epoch,
            block,
            uids: weights.uids.to_vec(),
            values: weights.values.to_vec(),
            version_key: weights.version_key,
        });
        mechanism.last_update[usize::from(uid)] = block;
        Ok(())
    }

    /// Reveals the timelocked commits of a subnet whose time has come, and forgets older ones
    /// (`reveal_crv3_commits_for_subnet`).
    pub(super) fn reveal_timelocked(&mut self, netuid: NetUid) {
        let Some(subnet) = self.subnet(netuid) else { return };
        if subnet.mechanisms.iter().all(|mechanism| mechanism.timelocked.is_empty()) {
            return;
        }
        let (now, period) =
            (subnet.epoch_with_lookahead(self.block), subnet.hyper.reveal_period_epochs);
        let revealed_epoch = now.saturating_sub(period);
        for mechanism in 0..subnet.mechanisms.len() {
            let Some(subnet) = self.subnet_mut(netuid) else { return };
            let waiting = &mut subnet.mechanisms[mechanism].timelocked;
            waiting.retain(|commit| commit.epoch >= revealed_epoch);
            if now < period {
                return;
            }
            let matured: Vec<_> =
                waiting.extract_if(.., |commit| commit.epoch == revealed_epoch).collect();
            for commit in matured {
                let TimelockedCommit { hotkey, uids, values, version_key, .. } = &commit;
                let weights = WeightVector { uids, values, version_key: *version_key };
                // The chain goes on to the next commit when one does not pass.
                let _ = self.store_weights(*hotkey, netuid, mechanism as u8, &weights);
            }
        }
    }
}

impl Subnet {
    /// How many of a hotkey's oldest commits are past their reveal.
    fn expired_commits(&self, hotkey: AccountId, mechanism: u8, block: u64) -> usize {
        let commits = self.mechanisms[usize::from(mechanism)].commits.get(&hotkey);
        let expired = |commit: &&Commit| self.is_commit_expired(commit.epoch, block);
        commits.map_or(0, |commits| commits.iter().take_while(expired).count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_encoded_compactly() {
        assert_eq!(compact_length(1), [4]);
        assert_eq!(compact_length(63), [252]);
        assert_eq!(compact_length(64), [1, 1]);
        assert_eq!(compact_length(16_384), [2, 0, 1, 0]);
    }
}
