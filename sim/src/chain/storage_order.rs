//! Orders that come from the chain's storage: keys are listed by their hashes, and where the chain
//! acts while listing, that order shows.
//!
//! Two places matter: pending children take effect in it, and stakers on root who are missing from
//! the index of coldkeys are added to it by a scan over all stake, 30 entries a block. Source:
//! `pallets/subtensor/src/staking/helpers.rs` (`populate_root_coldkey_staking_maps_v2`) and
//! `staking/claim_root.rs` of the public runtime, spec version 425.

use blake2::digest::consts::U16;
use blake2::{Blake2b, Digest};

use super::{Account, AccountId, NetUid, ROOT, StakePool, State, Subnet};

/// Entries looked at per block (`ALPHA_MAP_BATCH_SIZE`).
const SCAN_PER_BLOCK: usize = 30;

/// Place of a share in storage: hash of the hotkey, hash of the coldkey, netuid as stored.
pub type ShareKey = ([u8; 16], [u8; 16], [u8; 2]);

/// All shares in storage order, with the coldkey of those on root. What it holds follows from the
/// rest of the state, so it is equal to any other.
#[derive(Debug, Clone, Default)]
pub(super) struct ShareOrder {
    keys: Vec<(ShareKey, Option<AccountId>)>,
    is_known: bool,
    /// Hotkeys and subnets with shares that came or went since.
    changed: Vec<(AccountId, NetUid)>,
    /// Hashes of accounts, by id.
    hashes: Vec<[u8; 16]>,
    /// Where the scan goes on, most likely.
    next: usize,
}

impl PartialEq for ShareOrder {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for ShareOrder {}

impl ShareOrder {
    /// Shares of all kinds came or went.
    pub(super) fn forget(&mut self) {
        self.is_known = false;
    }

    /// Shares in one hotkey's pool came or went.
    pub(super) fn note_change(&mut self, hotkey: AccountId, netuid: NetUid) {
        if self.is_known {
            self.changed.push((hotkey, netuid));
        }
    }

    fn hash_accounts(&mut self, accounts: &[Account]) {
        let new = accounts.get(self.hashes.len()..).unwrap_or_default();
        self.hashes.extend(new.iter().map(Account::storage_hash));
    }

    fn entries<'a>(
        hashes: &'a [[u8; 16]],
        subnet: &'a Subnet,
        hotkey: AccountId,
    ) -> impl Iterator<Item = (ShareKey, Option<AccountId>)> + 'a {
        let shares = subnet.stakes.get(&hotkey).into_iter().flat_map(StakePool::shares);
        shares.map(move |(coldkey, _)| {
            let (of_hotkey, of_coldkey) = (hashes[hotkey.index()], hashes[coldkey.index()]);
            let key = (of_hotkey, of_coldkey, subnet.netuid.to_le_bytes());
            (key, (subnet.netuid == ROOT).then_some(*coldkey))
        })
    }

    /// Brings the order up to date: a few hotkeys one by one, more than that all at once.
    fn settle(&mut self, subnets: &[Option<Subnet>]) {
        if !self.is_known || self.changed.len() > 1 + self.keys.len() / 64 {
            self.keys.clear();
            for subnet in subnets.iter().flatten() {
                for hotkey in subnet.stakes.keys() {
                    self.keys.extend(Self::entries(&self.hashes, subnet, *hotkey));
                }
            }
            self.keys.sort_unstable();
            self.is_known = true;
        } else {
            for (hotkey, netuid) in std::mem::take(&mut self.changed) {
                self.renew(hotkey, netuid, subnets);
            }
        }
        self.changed.clear();
    }

    fn renew(&mut self, hotkey: AccountId, netuid: NetUid, subnets: &[Option<Subnet>]) {
        let (hash, netuid_bytes) = (self.hashes[hotkey.index()], netuid.to_le_bytes());
        let start = self.keys.partition_point(|((other, ..), _)| *other < hash);
        let end = start + self.keys[start..].partition_point(|((other, ..), _)| *other == hash);
        let others = self.keys[start..end].iter().filter(|((.., other), _)| *other != netuid_bytes);
        let mut renewed: Vec<_> = others.copied().collect();
        if let Some(Some(subnet)) = subnets.get(usize::from(netuid)) {
            renewed.extend(Self::entries(&self.hashes, subnet, hotkey));
        }
        renewed.sort_unstable();
        self.keys.splice(start..end, renewed);
    }
}

impl Account {
    /// Hash that the chain's storage puts before the account's key (`Blake2_128Concat`).
    #[must_use]
    pub fn storage_hash(&self) -> [u8; 16] {
        Blake2b::<U16>::digest(self.key).into()
    }
}

impl State {
    /// Hotkeys with pending children in storage order, which is the order they take effect in.
    #[must_use]
    pub fn pending_children_order(&self, netuid: NetUid) -> Vec<AccountId> {
        let pending = self.subnet(netuid).into_iter().flat_map(|subnet| &subnet.pending_children);
        let mut hotkeys: Vec<_> = pending.map(|(hotkey, _)| *hotkey).collect();
        hotkeys.sort_by_cached_key(|hotkey| self.account(*hotkey).storage_hash());
        hotkeys
    }

    /// Looks through the next stakes for coldkeys on root that the index misses.
    pub(super) fn index_root_stakers(&mut self) {
        if !self.share_order.is_known || !self.share_order.changed.is_empty() {
            self.share_order.hash_accounts(&self.accounts);
            self.share_order.settle(&self.subnets);
        }
        let keys = &self.share_order.keys;
        let guess = self.share_order.next;
        let before_guess = guess.checked_sub(1).and_then(|at| keys.get(at));
        let start = match &self.root_scan_from {
            None => 0,
            Some(last) if before_guess.is_some_and(|(key, _)| key == last) => guess,
            Some(last) => keys.partition_point(|(key, _)| key <= last),
        };
        let batch = &keys[start..keys.len().min(start + SCAN_PER_BLOCK)];
        let next = batch.last().filter(|_| batch.len() == SCAN_PER_BLOCK).map(|(key, _)| *key);
        let end = start + batch.len();
        let index = &self.staking_coldkey_index;
        let missing = |coldkey: &AccountId| !index.contains_key(coldkey);
        let found: Vec<_> =
            batch.iter().filter_map(|(_, coldkey)| *coldkey).filter(missing).collect();
        for coldkey in found {
            self.add_root_staker(coldkey);
        }
        self.root_scan_from = next;
        self.share_order.next = end;
    }

    /// Claims root dividends for a few stakers that the parent block's hash picks.
    pub(super) fn claim_root_dividends_of_some(&mut self) {
        let count = self.staking_coldkeys.len() as u64;
        if count == 0 {
            return;
        }
        let picked = picks(&self.parent_hash, self.globals.root_claims_per_block, count);
        // Claims move the index, so the chain looks each place up when its turn comes.
        for place in picked {
            if let Some(coldkey) = self.staking_coldkeys.get(place as usize).copied() {
                // A claim that fails is left for another block, as the chain does.
                let _ = self.claim_root_dividends(coldkey, None);
            }
        }
    }
}

/// Places in an index of `count` that a block hash picks, ascending (`block_hash_to_indices`).
fn picks(hash: &[u8; 32], wanted: u64, count: u64) -> Vec<u64> {
    let word = |at: usize| {
        let bytes = &hash[at * 8..at * 8 + 8];
        bytes.iter().fold(0_u64, |word, byte| (word << 8) | u64::from(*byte))
    };
    let mut places = Vec::new();
    let mut last = word(0);
    for turn in 0..wanted {
        last = last.saturating_add(word(turn as usize % 4)).checked_rem(count).unwrap_or(0);
        places.push(last);
    }
    places.sort_unstable();
    places.dedup();
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_are_ascending_places() {
        let hash = std::array::from_fn(|at| at as u8);
        let places = picks(&hash, 5, 7);
        assert!(places.is_sorted() && places.len() <= 5 && places.iter().all(|place| *place < 7));
        assert_eq!(picks(&hash, 5, 1), [0]);
        assert_eq!(picks(&hash, 3, 0), [0]);
        assert_eq!(picks(&[0xff; 32], 2, u64::MAX), [0]);
    }

    #[test]
    fn the_order_kept_is_the_order_made_anew() {
        let mut state = State::default();
        let keys: Vec<_> = (0..40).map(|key| state.intern([key; 32])).collect();
        state.subnets = (0..3).map(|netuid| Some(Subnet::new(netuid, keys[39]))).collect();
        for turn in 0..2000_usize {
            let (hotkey, coldkey) = (keys[turn * 7 % 13], keys[13 + turn * 11 % 26]);
            let netuid = (turn * 5 % 3) as NetUid;
            match turn % 4 {
                3 => state.decrease_stake(
                    hotkey,
                    coldkey,
                    netuid,
                    state.stake_rao(hotkey, coldkey, netuid),
                ),
                _ => state.increase_stake(hotkey, coldkey, netuid, 1 + turn as u64),
            }
            state.index_root_stakers();
            let mut anew = ShareOrder::default();
            anew.hash_accounts(&state.accounts);
            anew.settle(&state.subnets);
            assert_eq!(state.share_order.keys, anew.keys, "turn {turn}");
        }
        let index: std::collections::BTreeSet<_> = state.staking_coldkeys.iter().collect();
        assert_eq!((index.len(), state.staking_coldkeys.len()), (26, 26));
    }
}
