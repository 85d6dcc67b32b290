//! Free balances of TAO: transfers with the existential deposit minded, and the pots that hold the
//! subnets' TAO.
//!
//! An account whose balance falls below the existential deposit is closed and the rest is lost;
//! nobody can be left with less by receiving. Source: `pallet-balances` (`fungible` functions) and
//! `pallets/subtensor/src/coinbase/tao.rs` of the public runtime, spec version 425.

use super::books::Place;
use super::journal::Saved;
use super::{AccountId, CallError, NetUid, ROOT, State};

impl State {
    /// Free balance of an account.
    #[must_use]
    pub fn free_rao(&self, id: AccountId) -> u64 {
        self.account(id).free_rao
    }

    /// Free balance that can leave an account without closing it.
    #[must_use]
    pub fn spendable_rao(&self, id: AccountId) -> u64 {
        self.free_rao(id).saturating_sub(self.globals.existential_deposit_rao)
    }

    /// Account that holds a subnet's TAO, while the subnet exists; always for root.
    #[must_use]
    pub fn pot(&self, netuid: NetUid) -> Option<AccountId> {
        let exists = netuid == ROOT || self.subnet(netuid).is_some();
        if exists { self.pots.get(&netuid).copied() } else { None }
    }

    /// Whether a key is one of the chain's own pots.
    #[must_use]
    pub fn is_pot(&self, id: AccountId) -> bool {
        let key = &self.account(id).key;
        key.starts_with(b"modlsubtensr") && key[14..].iter().all(|byte| *byte == 0)
    }

    pub(super) fn set_free(&mut self, id: AccountId, rao: u64) {
        self.note(|state| Saved::Balance(id, state.free_rao(id)));
        self.account_mut(id).free_rao = rao;
    }

    /// Moves a balance as the balances pallet does (`transfer_allow_death`,
    /// `transfer_keep_alive`). Returns the dust that was lost with a closed account.
    ///
    /// # Errors
    /// [`CallError::FundsUnavailable`], [`CallError::NotExpendable`] when `keep_alive` forbids
    /// closing the sender, [`CallError::BelowMinimum`] when the receiver would hold too little.
    pub(super) fn transfer(
        &mut self,
        from: AccountId,
        to: AccountId,
        rao: u64,
        keep_alive: bool,
        reason: &'static str,
    ) -> Result<u64, CallError> {
        let deposit = self.globals.existential_deposit_rao;
        if rao == 0 {
            return Ok(0);
        }
        let rest = self.free_rao(from).checked_sub(rao).ok_or(CallError::FundsUnavailable)?;
        if rest < deposit && keep_alive {
            return Err(CallError::NotExpendable);
        }
        let received = self.free_rao(to).saturating_add(rao);
        if received < deposit {
            return Err(CallError::BelowMinimum);
        }
        if from == to {
            return Ok(0);
        }
        let dust = if rest < deposit { rest } else { 0 };
        self.set_free(from, rest - dust);
        self.set_free(to, received);
        let (from, to) = (self.place_of(from), self.place_of(to));
        self.book_tao(from, to, rao, reason);
        self.book_tao(from, Place::Dust, dust, "account closed");
        if dust > 0 {
            self.note_totals();
            self.balances_issuance_rao = self.balances_issuance_rao.saturating_sub(dust);
        }
        Ok(dust)
    }

    /// Moves TAO for the subnets' pallet, whose own issuance follows when dust is lost
    /// (`transfer_tao`).
    ///
    /// # Errors
    /// [`CallError::InsufficientBalance`], or as [`State::transfer`].
    pub(super) fn transfer_tao(
        &mut self,
        from: AccountId,
        to: AccountId,
        rao: u64,
        reason: &'static str,
    ) -> Result<(), CallError> {
        if rao > self.free_rao(from) {
            return Err(CallError::InsufficientBalance);
        }
        let dust = self.transfer(from, to, rao, false, reason)?;
        if dust > 0 {
            self.note_totals();
            self.total_issuance_rao = self.total_issuance_rao.saturating_sub(dust);
        }
        Ok(())
    }

    /// Pays TAO into a subnet's pot, less when the payer's account would be closed otherwise.
    /// Returns what was paid (`transfer_tao_to_subnet`).
    ///
    /// # Errors
    /// [`CallError::SubnetNotExists`], [`CallError::InsufficientBalance`] when nothing can be
    /// paid, or as [`State::transfer`].
    pub(super) fn transfer_tao_to_pot(
        &mut self,
        netuid: NetUid,
        from: AccountId,
        rao: u64,
        reason: &'static str,
    ) -> Result<u64, CallError> {
        if rao == 0 {
            return Ok(0);
        }
        let pot = self.pot(netuid).ok_or(CallError::SubnetNotExists)?;
        let paid = rao.min(self.spendable_rao(from));
        if paid == 0 {
            return Err(CallError::InsufficientBalance);
        }
        self.transfer(from, pot, paid, true, reason)?;
        Ok(paid)
    }

    /// Pays TAO out of a subnet's pot (`transfer_tao_from_subnet`).
    ///
    /// # Errors
    /// [`CallError::SubnetNotExists`], or as [`State::transfer_tao`].
    pub(super) fn transfer_tao_from_pot(
        &mut self,
        netuid: NetUid,
        to: AccountId,
        rao: u64,
        reason: &'static str,
    ) -> Result<(), CallError> {
        let pot = self.pot(netuid).ok_or(CallError::SubnetNotExists)?;
        self.transfer_tao(pot, to, rao, reason)
    }

    /// Takes TAO out of existence, so that it can be emitted again (`recycle_tao`).
    ///
    /// # Errors
    /// [`CallError::InsufficientBalance`] when the account would be closed.
    pub(super) fn recycle_tao(&mut self, from: AccountId, rao: u64) -> Result<(), CallError> {
        if rao > self.spendable_rao(from) {
            return Err(CallError::InsufficientBalance);
        }
        let rest = self.free_rao(from) - rao;
        self.note_totals();
        self.total_issuance_rao = self.total_issuance_rao.saturating_sub(rao);
        self.balances_issuance_rao = self.balances_issuance_rao.saturating_sub(rao);
        self.set_free(from, rest);
        self.book_tao(self.place_of(from), Place::Recycled, rao, "recycled");
        Ok(())
    }
}
