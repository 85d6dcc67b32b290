//! Undoing: what a refused call had already changed is put back.
//!
//! Most calls check everything first. The ones that move money through several pools can fail half
//! way; they run in a transaction, in which the operations of this module's callers note the old
//! value before each change. Outside a transaction noting costs one branch.

use super::{
    Account, AccountId, BlockFlow, CallError, Locks, NetUid, Pool, StakePool, State, SubnetBooks,
    TaoBooks,
};

/// An old value and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Saved {
    /// Free balance of an account.
    Balance(AccountId, u64),
    /// TAO issuance of emission and of balances, TAO in pools, books of TAO.
    Totals(u64, u64, u64, TaoBooks),
    /// Pool of a subnet, the amounts of the block, its books.
    Pool(NetUid, Box<(Pool, BlockFlow, SubnetBooks)>),
    /// Registration price and counters: burn, in block, in interval, TAO recycled.
    Registration(NetUid, super::Registration),
    /// Alpha of a hotkey on a subnet.
    Stake(NetUid, AccountId, Option<StakePool>),
    /// Root dividends taken by `(hotkey, coldkey)`.
    RootClaimed(NetUid, (AccountId, AccountId), Option<u128>),
    /// Locks of a subnet.
    Locks(NetUid, Box<Locks>),
    /// A coldkey's list of hotkeys got one more.
    StakingHotkey(AccountId),
    /// An account before its owner, hotkeys or take changed.
    Account(AccountId, Box<Account>),
    /// A coldkey joined the index of root stakers.
    RootStakerAdded(AccountId),
    /// A coldkey left that index, where it had this place.
    RootStakerRemoved(AccountId, usize),
}

impl State {
    /// Runs a part of a call that may fail; when it does, everything it noted is put back.
    pub(super) fn transaction<T>(
        &mut self,
        run: impl FnOnce(&mut Self) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let outermost = self.journal.is_none();
        let mark = self.journal.get_or_insert_default().len();
        let moved = self.flows.as_ref().map_or(0, Vec::len);
        let result = run(self);
        if result.is_err() {
            self.undo_to(mark);
            if let Some(flows) = &mut self.flows {
                flows.truncate(moved);
            }
        }
        if outermost {
            self.journal = None;
        }
        result
    }

    /// Notes an old value, if anybody might ask for it.
    #[inline]
    pub(super) fn note(&mut self, saved: impl FnOnce(&Self) -> Saved) {
        if self.journal.is_some() {
            let saved = saved(self);
            self.journal.get_or_insert_default().push(saved);
        }
    }

    /// Notes a subnet's pool.
    pub(super) fn note_pool(&mut self, netuid: NetUid) {
        self.note(|state| {
            let parts = state
                .subnet(netuid)
                .map(|subnet| (subnet.pool.clone(), subnet.flow.clone(), subnet.books.clone()));
            Saved::Pool(netuid, Box::new(parts.unwrap_or_default()))
        });
    }

    /// Notes the totals.
    pub(super) fn note_totals(&mut self) {
        self.note(|state| {
            Saved::Totals(
                state.total_issuance_rao,
                state.balances_issuance_rao,
                state.total_stake_rao,
                state.tao_books.clone(),
            )
        });
    }

    /// Notes an account with all its lists.
    pub(super) fn note_account(&mut self, id: AccountId) {
        self.note(|state| Saved::Account(id, Box::new(state.account(id).clone())));
    }

    fn undo_to(&mut self, mark: usize) {
        while let Some(saved) = self.pop_note(mark) {
            self.restore(saved);
        }
    }

    fn pop_note(&mut self, mark: usize) -> Option<Saved> {
        let journal = self.journal.as_mut()?;
        if journal.len() > mark { journal.pop() } else { None }
    }

    fn restore(&mut self, saved: Saved) {
        match saved {
            Saved::Balance(id, rao) => self.account_mut(id).free_rao = rao,
            Saved::Totals(issuance, balances, stake, books) => {
                self.total_issuance_rao = issuance;
                self.balances_issuance_rao = balances;
                self.total_stake_rao = stake;
                self.tao_books = books;
            }
            Saved::StakingHotkey(coldkey) => {
                self.account_mut(coldkey).staking_hotkeys.pop();
            }
            Saved::Account(id, account) => *self.account_mut(id) = *account,
            Saved::RootStakerAdded(coldkey) => {
                self.staking_coldkeys.pop();
                self.staking_coldkey_index.remove(&coldkey);
            }
            Saved::RootStakerRemoved(coldkey, at) => self.restore_root_staker(coldkey, at),
            of_subnet => self.restore_part_of_subnet(of_subnet),
        }
    }

    fn restore_root_staker(&mut self, coldkey: AccountId, at: usize) {
        // Removal had moved the last one into the gap.
        self.staking_coldkeys.push(coldkey);
        let last = self.staking_coldkeys.len() - 1;
        self.staking_coldkeys.swap(at, last);
        for place in [at, last] {
            self.staking_coldkey_index.insert(self.staking_coldkeys[place], place as u64);
        }
    }

    fn restore_part_of_subnet(&mut self, saved: Saved) {
        let (Saved::Pool(netuid, _)
        | Saved::Registration(netuid, _)
        | Saved::Stake(netuid, ..)
        | Saved::RootClaimed(netuid, ..)
        | Saved::Locks(netuid, _)) = saved
        else {
            return;
        };
        if let Saved::Stake(_, hotkey, _) = &saved {
            self.share_order.note_change(*hotkey, netuid);
        }
        let Some(subnet) = self.subnet_mut(netuid) else { return };
        match saved {
            Saved::Pool(_, parts) => (subnet.pool, subnet.flow, subnet.books) = *parts,
            Saved::Registration(_, registration) => subnet.registration = registration,
            Saved::Stake(_, hotkey, pool) => {
                match pool {
                    Some(pool) => subnet.stakes.insert(hotkey, pool),
                    None => subnet.stakes.remove(&hotkey),
                };
            }
            Saved::RootClaimed(_, keys, claimed) => {
                match claimed {
                    Some(claimed) => subnet.root_claimed.insert(keys, claimed),
                    None => subnet.root_claimed.remove(&keys),
                };
            }
            Saved::Locks(_, locks) => subnet.locks = *locks,
            _ => {}
        }
    }
}
