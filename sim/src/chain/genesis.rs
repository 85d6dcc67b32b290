//! The chain at its beginning: accounts with balances, and root without anybody on it.
//!
//! Everything else comes about through calls, or is loaded from a snapshot.

use std::collections::BTreeMap;

use super::books::Place;
use super::network::pot_key;
use super::{AccountId, GlobalParameters, Hyperparameters, ROOT, State, Subnet};

/// What root differs in from other subnets.
fn root_hyperparameters() -> Hyperparameters {
    Hyperparameters {
        mechanism: 0,
        tempo_blocks: 100,
        max_allowed_uids: 64,
        max_allowed_validators: 64,
        min_allowed_weights: 0,
        max_registrations_per_block: 64,
        target_registrations_per_interval: 64,
        subtoken_enabled: true,
        emission_enabled: true,
        ..Hyperparameters::default()
    }
}

impl State {
    /// A chain in block 0. Accounts get ids in the order of their keys, whatever order they come
    /// in; `author`, if given, receives swap fees. Accounts of pools, one for each subnet that the
    /// limit allows, take their places in that order.
    ///
    /// All balances together must fit the supply; whatever they are, they count as issued.
    #[must_use]
    pub fn genesis(
        globals: GlobalParameters,
        balances: impl IntoIterator<Item = ([u8; 32], u64)>,
        author: Option<[u8; 32]>,
    ) -> Self {
        let mut keys: BTreeMap<[u8; 32], u64> = balances.into_iter().collect();
        if let Some(author) = author {
            keys.entry(author).or_insert(0);
        }
        for netuid in 0..=globals.subnet_limit {
            keys.entry(pot_key(netuid)).or_insert(0);
        }
        let mut state = Self { globals, ..Self::default() };
        for (key, rao) in &keys {
            let id = state.intern(*key);
            state.account_mut(id).free_rao = *rao;
        }
        state.author = author.and_then(|author| state.account_ids.get(&author).copied());
        let issued = keys.values().fold(0_u64, |sum, rao| sum.saturating_add(*rao));
        (state.total_issuance_rao, state.balances_issuance_rao) = (issued, issued);
        let pot = state.intern_pot(ROOT);
        let mut root = Subnet::new(ROOT, pot);
        root.hyper = root_hyperparameters();
        state.subnets = vec![Some(root)];
        for id in (0..keys.len() as u32).map(AccountId) {
            let place = state.place_of(id);
            state.book_tao(Place::Emission, place, state.free_rao(id), "genesis");
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_keys_and_the_books_are_sound() {
        let balances = [([9; 32], 5), ([3; 32], 7)];
        let state = State::genesis(GlobalParameters::default(), balances, Some([1; 32]));
        assert_eq!(state.author.map(|id| id.index()), Some(0));
        assert_eq!(state.accounts[1].free_rao, 7);
        assert_eq!(state.total_issuance_rao, 12);
        assert_eq!(state.audit(), Ok(()));
    }
}
