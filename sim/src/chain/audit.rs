//! Does the ledger still add up? A check of the whole state, for tests and runs that ask for it.
//!
//! Both sides of the books are compared to the rao: what was created with what is in reserves,
//! outstanding or recycled, and what is outstanding with what stakes, pending emission, the
//! protocol and the counters of [`super::SubnetBooks`] hold. So is TAO, over all accounts and for
//! each pool's account. The tables of a subnet must fit each other, too.

use thiserror::Error;

use super::{AccountId, Mechanism, NetUid, ROOT, State, Subnet, SubnetBooks, TaoBooks};

/// Outstanding alpha and what it should be the sum of, in rao.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{out_rao} rao of alpha are outstanding; staked are {staked_rao}, pending {pending_rao}, the \
     protocol's {protocol_rao}, burned {}, claimable by root stakers {}, fees {}, unpaid {}, cut \
     off in rounding {}",
    books.burned_rao, books.claimable_rao, books.fees_rao, books.unpaid_rao, books.rounding_rao
)]
pub struct OutstandingAlpha {
    /// Outstanding alpha.
    pub out_rao: u64,
    /// Stake of all hotkeys.
    pub staked_rao: i128,
    /// Pending emission.
    pub pending_rao: i128,
    /// Alpha of the protocol.
    pub protocol_rao: u64,
    /// The other terms.
    pub books: SubnetBooks,
}

/// The first thing that does not add up.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AuditError {
    /// Balances hold another sum than was issued.
    #[error("balances hold {held_rao} rao of TAO, issued are {issued_rao}")]
    Balances {
        /// Sum of all free balances.
        held_rao: u128,
        /// Issuance of balances.
        issued_rao: u64,
    },
    /// TAO appeared or vanished.
    #[error(
        "balances hold {held_rao} rao of TAO; {created_rao} were created, {recycled_rao} recycled, \
         {dust_rao} lost with closed accounts"
    )]
    Tao {
        /// Sum of all free balances.
        held_rao: u128,
        /// TAO ever created.
        created_rao: i128,
        /// TAO recycled.
        recycled_rao: i128,
        /// TAO lost with closed accounts.
        dust_rao: i128,
    },
    /// The account of a pool holds another sum than its reserve and what lies beside it.
    #[error(
        "account {} of subnet {netuid}'s pool holds {held_rao} rao of TAO; the reserve is \
         {pool_rao}, beside it should be {beside_rao}",
        pot.0
    )]
    Pot {
        /// The subnet.
        netuid: NetUid,
        /// The account.
        pot: AccountId,
        /// Its balance.
        held_rao: u64,
        /// TAO reserve of the pool.
        pool_rao: u64,
        /// TAO beside it, by the books.
        beside_rao: i128,
    },
    /// The owners of a hotkey's stake own more than there is.
    #[error(
        "coldkeys own {owned_rao} rao on hotkey {} of subnet {netuid}, it has {total_rao}",
        hotkey.0
    )]
    Stake {
        /// The subnet.
        netuid: NetUid,
        /// The hotkey.
        hotkey: AccountId,
        /// Sum of what shares are worth.
        owned_rao: u128,
        /// All stake of the hotkey.
        total_rao: u64,
    },
    /// Alpha appeared or vanished.
    #[error(
        "{created_rao} rao of subnet {netuid}'s alpha were created; the reserve holds \
         {reserve_rao}, outstanding are {out_rao}, recycled {recycled_rao}"
    )]
    Created {
        /// The subnet.
        netuid: NetUid,
        /// Alpha ever created.
        created_rao: i128,
        /// Alpha reserve.
        reserve_rao: u64,
        /// Outstanding alpha.
        out_rao: u64,
        /// Recycled alpha.
        recycled_rao: i128,
    },
    /// Outstanding alpha is not the sum of its parts.
    #[error("subnet {netuid}: {parts}")]
    Alpha {
        /// The subnet.
        netuid: NetUid,
        /// What does not add up.
        parts: Box<OutstandingAlpha>,
    },
    /// Root's reserve and root's outstanding stake are not one amount.
    #[error("root counts {pool_rao} rao of TAO and {out_rao} of outstanding stake")]
    Root {
        /// TAO reserve of root.
        pool_rao: u64,
        /// Outstanding stake of root.
        out_rao: u64,
    },
    /// Tables of neurons disagree.
    #[error("the table of {table} does not fit the {neurons} neurons of subnet {netuid}")]
    Tables {
        /// The subnet.
        netuid: NetUid,
        /// Which one.
        table: &'static str,
        /// Number of neurons.
        neurons: usize,
    },
}

impl State {
    /// Checks the sums of the whole ledger.
    ///
    /// # Errors
    /// The first sum that is wrong.
    pub fn audit(&self) -> Result<(), AuditError> {
        let held_rao = self.accounts.iter().map(|account| u128::from(account.free_rao)).sum();
        let issued_rao = self.balances_issuance_rao;
        if held_rao != u128::from(issued_rao) {
            return Err(AuditError::Balances { held_rao, issued_rao });
        }
        let TaoBooks { created_rao, recycled_rao, dust_rao } = self.tao_books;
        if created_rao - recycled_rao - dust_rao != i128::from(issued_rao) {
            return Err(AuditError::Tao { held_rao, created_rao, recycled_rao, dust_rao });
        }
        for subnet in self.subnets.iter().flatten() {
            self.audit_pot(subnet)?;
            subnet.audit_created()?;
            subnet.audit_outstanding()?;
            subnet.audit_tables()?;
        }
        Ok(())
    }

    fn audit_pot(&self, subnet: &Subnet) -> Result<(), AuditError> {
        let &Subnet { netuid, pot, .. } = subnet;
        let (held_rao, pool_rao) = (self.free_rao(pot), subnet.pool.tao_rao);
        let beside_rao = subnet.books.beside_pool_rao;
        // A founder who keeps the existential deposit back still gets the least pool in full.
        let least =
            if netuid == ROOT { 0 } else { -i128::from(self.globals.existential_deposit_rao) };
        if i128::from(held_rao) - i128::from(pool_rao) != beside_rao || beside_rao < least {
            return Err(AuditError::Pot { netuid, pot, held_rao, pool_rao, beside_rao });
        }
        Ok(())
    }
}

impl Subnet {
    fn audit_created(&self) -> Result<(), AuditError> {
        let (netuid, books) = (self.netuid, &self.books);
        let (reserve_rao, out_rao) = (self.pool.alpha_in_rao, self.pool.alpha_out_rao);
        let &SubnetBooks { created_rao, recycled_rao, .. } = books;
        let issuance = i128::from(reserve_rao) + i128::from(out_rao);
        if created_rao != issuance + recycled_rao {
            return Err(AuditError::Created {
                netuid,
                created_rao,
                reserve_rao,
                out_rao,
                recycled_rao,
            });
        }
        Ok(())
    }

    fn audit_outstanding(&self) -> Result<(), AuditError> {
        let (netuid, books) = (self.netuid, &self.books);
        for (hotkey, pool) in &self.stakes {
            let worth = pool.shares().iter().map(|(_, share)| u128::from(pool.worth_rao(share)));
            let (owned_rao, total_rao) = (worth.sum(), pool.total_rao());
            if owned_rao > u128::from(total_rao) {
                return Err(AuditError::Stake { netuid, hotkey: *hotkey, owned_rao, total_rao });
            }
        }
        let (staked_rao, pending_rao) = (self.staked_rao(), self.pending.alpha_rao());
        let (out_rao, protocol_rao) = (self.pool.alpha_out_rao, self.pool.protocol_alpha_rao);
        let owned = staked_rao + pending_rao + i128::from(protocol_rao);
        if owned + books.outstanding_rao() != i128::from(out_rao) {
            let books = books.clone();
            let parts = OutstandingAlpha { out_rao, staked_rao, pending_rao, protocol_rao, books };
            return Err(AuditError::Alpha { netuid, parts: Box::new(parts) });
        }
        let pool_rao = self.pool.tao_rao;
        // Root counts TAO on both sides of its one to one pool.
        if netuid == ROOT && pool_rao != out_rao {
            return Err(AuditError::Root { pool_rao, out_rao });
        }
        Ok(())
    }

    fn audit_tables(&self) -> Result<(), AuditError> {
        let (netuid, neurons) = (self.netuid, self.neurons.len());
        let misfit = self.misfit().map(|table| AuditError::Tables { netuid, table, neurons });
        misfit.map_or(Ok(()), Err)
    }

    /// The first table of neurons that is not of their number or names somebody else.
    pub(super) fn misfit(&self) -> Option<&'static str> {
        let (neurons, n) = (&self.neurons, self.neurons.len());
        let seated = |(uid, hotkey): (usize, &AccountId)| neurons.uid(*hotkey) == Some(uid as u16);
        if neurons.uids.len() != n || !neurons.hotkeys.iter().enumerate().all(seated) {
            return Some("uids");
        }
        let columns = [
            neurons.block_at_registration.len(),
            neurons.active.len(),
            neurons.emission_rao.len(),
            neurons.consensus.len(),
            neurons.dividends.len(),
            neurons.validator_trust.len(),
            neurons.validator_permit.len(),
        ];
        if columns.iter().any(|length| *length != n) || neurons.stake_weight.len() > n {
            return Some("neurons");
        }
        let fits = |mechanism: &Mechanism| {
            let rows = [mechanism.weights.len(), mechanism.bonds.len()];
            let columns = [mechanism.last_update.len(), mechanism.incentive.len()];
            rows.iter().chain(&columns).all(|length| *length == n)
        };
        (!self.mechanisms.iter().all(fits)).then_some("mechanisms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        let mut state = State::default();
        let pot = state.intern([9; 32]);
        state.account_mut(pot).free_rao = 107;
        state.balances_issuance_rao = 107;
        let mut subnet = Subnet::new(1, pot);
        subnet.pool.tao_rao = 100;
        subnet.pool.alpha_in_rao = 70;
        subnet.pool.alpha_out_rao = 50;
        subnet.pending.server_rao = 20;
        state.subnets = vec![None, Some(subnet)];
        state.open_books();
        state
    }

    fn broken(breaks: impl FnOnce(&mut State, &mut Subnet)) -> AuditError {
        let mut state = state();
        let mut subnet = state.subnets[1].take().unwrap();
        breaks(&mut state, &mut subnet);
        state.subnets[1] = Some(subnet);
        state.audit().unwrap_err()
    }

    #[test]
    fn sums_that_add_up_pass() {
        let state = state();
        assert_eq!(state.audit(), Ok(()));
        let books = &state.subnets[1].as_ref().unwrap().books;
        assert_eq!((books.created_rao, books.unpaid_rao, books.beside_pool_rao), (120, 30, 7));
    }

    #[test]
    fn each_wrong_sum_of_tao_is_named() {
        let error = broken(|state, _| state.balances_issuance_rao = 99);
        assert_eq!(error, AuditError::Balances { held_rao: 107, issued_rao: 99 });
        let error = broken(|state, _| state.tao_books.recycled_rao = 1);
        let (held_rao, created_rao) = (107, 107);
        let tao = AuditError::Tao { held_rao, created_rao, recycled_rao: 1, dust_rao: 0 };
        assert_eq!(error, tao);
        let error = broken(|_, subnet| subnet.pool.tao_rao = 101);
        let AuditError::Pot { netuid: 1, pot, held_rao: 107, pool_rao: 101, beside_rao: 7 } = error
        else {
            panic!("{error:?}")
        };
        assert_eq!(pot, AccountId(0));
    }

    #[test]
    fn each_wrong_sum_of_alpha_is_named() {
        let error = broken(|_, subnet| subnet.pool.alpha_in_rao += 1);
        assert!(matches!(error, AuditError::Created { reserve_rao: 71, out_rao: 50, .. }));
        let error = broken(|_, subnet| subnet.pending.server_rao += 1);
        let text = error.to_string();
        assert!(text.contains("pending 21,") && text.contains("subnet 1:"), "{text}");
        let error = broken(|_, subnet| subnet.neurons.hotkeys.push(AccountId(0)));
        assert_eq!(error, AuditError::Tables { netuid: 1, table: "uids", neurons: 1 });
    }
}
