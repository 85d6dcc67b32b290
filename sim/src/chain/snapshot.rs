//! The whole state as bytes: to fingerprint it, to write it to a file, and to go on from there.
//!
//! Numbers are little-endian, lists and tables carry their length, tables are in ascending order of
//! keys, so equal states have equal bytes on every platform. Every field is named here; a new one
//! does not compile until it is listed. What follows from other fields is left out.

mod encode;
mod layout;

use thiserror::Error;

pub(crate) use self::encode::{Encode, Reader};
use super::storage_order::ShareOrder;
use super::{Account, AccountId, Row, State, Subnet};

/// First bytes of a snapshot.
const MAGIC: &[u8; 12] = b"subsim chain";
/// Version of the layout; it changes whenever the layout does.
const VERSION: u32 = 2;
/// Name, version, blake3 of the rest.
const HEADER_LEN: usize = 12 + 4 + 32;

/// Why bytes are not a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SnapshotError {
    /// Other bytes at the beginning than a snapshot has.
    #[error("not a snapshot of the chain")]
    Header,
    /// A snapshot whose layout is not the one that is read here.
    #[error("the snapshot has layout {found}, this version of subsim reads layout {VERSION}")]
    Version {
        /// Version of its layout.
        found: u32,
    },
    /// Bytes that were changed since they were written.
    #[error("the snapshot is damaged: its checksum does not fit")]
    Damaged,
    /// The bytes end too early.
    #[error("the snapshot ends at byte {at}, in the middle of the state")]
    Short {
        /// Where more was expected.
        at: usize,
    },
    /// Bytes that mean nothing where they stand.
    #[error("byte {at} of the snapshot cannot be what stands there: {what}")]
    Invalid {
        /// Offset just behind the offending value.
        at: usize,
        /// What was expected.
        what: &'static str,
    },
}

impl State {
    /// The state as bytes, to go on from later ([`State::from_bytes`]): name and version of the
    /// layout, a checksum, and everything there is.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let body = self.body();
        let mut out = Vec::with_capacity(HEADER_LEN + body.len());
        out.extend_from_slice(MAGIC);
        VERSION.put(&mut out);
        out.extend_from_slice(blake3::hash(&body).as_bytes());
        out.extend_from_slice(&body);
        out
    }

    /// What follows the header.
    fn body(&self) -> Vec<u8> {
        let mut out = Vec::new();
        (self.accounts.len() as u32).put(&mut out);
        let Self {
            accounts,
            block,
            parent_hash,
            subnets,
            pots,
            author,
            globals,
            childkey_takes,
            total_issuance_rao,
            balances_issuance_rao,
            total_stake_rao,
            tao_books,
            network_last_lock_rao,
            network_last_lock_block,
            staking_coldkeys,
            perpetual_locks,
            accepts_locked_alpha,
            last_transaction,
            last_take_change,
            last_owner_change,
            dissolved,
            root_scan_from,
            // These follow from the others, or are empty between calls.
            account_ids: _,
            staking_coldkey_index: _,
            share_order: _,
            journal: _,
            flows: _,
        } = self;
        accounts.iter().for_each(|account| account.put(&mut out));
        (*block, *parent_hash).put(&mut out);
        subnets.put(&mut out);
        pots.put(&mut out);
        author.put(&mut out);
        globals.put(&mut out);
        childkey_takes.put(&mut out);
        (*total_issuance_rao, *balances_issuance_rao, *total_stake_rao).put(&mut out);
        tao_books.put(&mut out);
        (*network_last_lock_rao, *network_last_lock_block).put(&mut out);
        staking_coldkeys.put(&mut out);
        perpetual_locks.put(&mut out);
        accepts_locked_alpha.put(&mut out);
        last_transaction.put(&mut out);
        last_take_change.put(&mut out);
        last_owner_change.put(&mut out);
        dissolved.put(&mut out);
        root_scan_from.put(&mut out);
        out
    }

    /// Fingerprint of the whole state: the checksum of [`State::to_bytes`].
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        *blake3::hash(&self.body()).as_bytes()
    }

    /// The state of a snapshot.
    ///
    /// # Errors
    /// When the bytes are none, are of another version, or have been damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let mut from = Reader::new(bytes);
        if from.take().as_ref() != Ok(MAGIC) {
            return Err(SnapshotError::Header);
        }
        let found = u32::get(&mut from)?;
        if found != VERSION {
            return Err(SnapshotError::Version { found });
        }
        let checksum: [u8; 32] = from.take()?;
        if blake3::hash(&bytes[HEADER_LEN..]) != checksum {
            return Err(SnapshotError::Damaged);
        }
        Self::from_body(&mut from)
    }

    /// A checksum says that nothing was changed by accident, not that the bytes mean a state.
    fn from_body(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
        from.accounts = u32::get(from)?;
        let mut state = Self::default();
        for place in 0..from.accounts {
            let account = Account::get(from)?;
            if state.account_ids.insert(account.key, AccountId(place)).is_some() {
                return from.invalid("a key that no account has yet");
            }
            state.accounts.push(account);
        }
        (state.block, state.parent_hash) = Encode::get(from)?;
        state.subnets = Encode::get(from)?;
        state.pots = Encode::get(from)?;
        state.author = Encode::get(from)?;
        state.globals = Encode::get(from)?;
        state.childkey_takes = Encode::get(from)?;
        (state.total_issuance_rao, state.balances_issuance_rao, state.total_stake_rao) =
            Encode::get(from)?;
        state.tao_books = Encode::get(from)?;
        (state.network_last_lock_rao, state.network_last_lock_block) = Encode::get(from)?;
        state.staking_coldkeys = Encode::get(from)?;
        state.perpetual_locks = Encode::get(from)?;
        state.accepts_locked_alpha = Encode::get(from)?;
        state.last_transaction = Encode::get(from)?;
        state.last_take_change = Encode::get(from)?;
        state.last_owner_change = Encode::get(from)?;
        state.dissolved = Encode::get(from)?;
        state.root_scan_from = Encode::get(from)?;
        state.share_order = ShareOrder::default();
        if from.at != from.bytes.len() {
            return from.invalid("the end");
        }
        let index = state.staking_coldkeys.iter().enumerate();
        state.staking_coldkey_index = index.map(|(at, coldkey)| (*coldkey, at as u64)).collect();
        match state.subnets.iter().enumerate().all(|(at, subnet)| is_sound(at, subnet.as_ref())) {
            true => Ok(state),
            false => from.invalid("subnets whose neurons agree with each other"),
        }
    }
}

/// Whether all tables of a subnet fit each other and name neurons that exist.
fn is_sound(netuid: usize, subnet: Option<&Subnet>) -> bool {
    let Some(subnet) = subnet else { return true };
    let n = subnet.neurons.len();
    let exist = |rows: &[Row]| rows.iter().flatten().all(|(uid, _)| usize::from(*uid) < n);
    usize::from(subnet.netuid) == netuid
        && subnet.misfit().is_none()
        && !subnet.mechanisms.is_empty()
        && usize::from(subnet.hyper.mechanism_count) == subnet.mechanisms.len()
        && subnet
            .mechanisms
            .iter()
            .all(|mechanism| exist(&mechanism.weights) && exist(&mechanism.bonds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{Mechanism, Neurons, OwnerParameter, RootClaimType, TransactionKind};

    fn state() -> State {
        let mut state = State::default();
        let [owner, hotkey, pot] = [1, 2, 3].map(|key| state.intern([key; 32]));
        state.account_mut(owner).root_claim_type = Some(RootClaimType::KeepSubnets(vec![1, 4]));
        state.account_mut(hotkey).owner = Some(owner);
        state.pots.insert(1, pot);
        let mut subnet = Subnet::new(1, pot);
        subnet.neurons = Neurons {
            hotkeys: vec![hotkey],
            uids: [(hotkey, 0)].into(),
            block_at_registration: vec![5],
            active: vec![true],
            emission_rao: vec![0],
            consensus: vec![0],
            dividends: vec![0],
            validator_trust: vec![0],
            validator_permit: vec![false],
            stake_weight: Vec::new(),
        };
        subnet.mechanisms[0] = Mechanism {
            last_update: vec![5],
            incentive: vec![0],
            weights: vec![vec![(0, 65_535)]],
            bonds: vec![Vec::new()],
            ..Mechanism::default()
        };
        state.subnets = vec![None, Some(subnet)];
        state.increase_stake(hotkey, owner, 1, 1_000_000);
        state.last_owner_change.insert((1, OwnerParameter::Yuma3), 7);
        state.last_transaction.insert((owner, 1, TransactionKind::SetTempo), 7);
        state
    }

    #[test]
    fn a_state_survives_being_written() {
        let state = state();
        let bytes = state.to_bytes();
        let copy = State::from_bytes(&bytes).unwrap();
        assert_eq!(copy, state);
        assert_eq!(copy.to_bytes(), bytes);
    }

    #[test]
    fn digests_tell_states_apart() {
        let (state, mut other) = (state(), state());
        assert_eq!(state.digest(), other.digest());
        other.accounts[2].free_rao += 1;
        assert_ne!(state.digest(), other.digest());
    }

    #[test]
    fn cut_and_foreign_snapshots_are_refused() {
        let bytes = state().to_bytes();
        for len in 0..bytes.len() {
            assert!(State::from_bytes(&bytes[..len]).is_err(), "{len} bytes");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(State::from_bytes(&longer), Err(SnapshotError::Damaged));
        assert_eq!(State::from_bytes(b"PAR1"), Err(SnapshotError::Header));
        let mut old = bytes;
        old[12] = 1;
        assert_eq!(State::from_bytes(&old), Err(SnapshotError::Version { found: 1 }));
    }

    #[test]
    fn damage_is_always_found() {
        let bytes = state().to_bytes();
        for at in 0..bytes.len() {
            for damage in [1, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] ^= damage;
                assert!(State::from_bytes(&damaged).is_err(), "byte {at}");
            }
        }
    }

    #[test]
    fn bodies_that_cannot_be_never_panic() {
        let body = state().body();
        let read = |body: &[u8]| State::from_body(&mut Reader::new(body));
        assert_eq!(read(&body), Ok(state()));
        let longer = [&body[..], &[0]].concat();
        let error = SnapshotError::Invalid { at: body.len(), what: "the end" };
        assert_eq!(read(&longer), Err(error));
        let mut refused = 0;
        for at in 0..body.len() {
            assert!(read(&body[..at]).is_err(), "{at} bytes");
            for damage in [1, 0x80, 0xff] {
                let mut damaged = body.clone();
                damaged[at] ^= damage;
                refused += usize::from(read(&damaged).is_err());
            }
        }
        assert!(refused > 100);
    }
}
