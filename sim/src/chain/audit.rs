//! Does the ledger still add up? A check of the whole state, for tests and runs that ask for it.
//!
//! TAO is exact: what balances hold is what was issued, and what is staked on root is what root
//! counts. Alpha is a bound: hotkeys, pending emission and the protocol own no more than is
//! outstanding; the rest was burned, is owed to root stakers, or was cut off in rounding. The
//! tables of a subnet must fit each other, too.

use thiserror::Error;

use super::{AccountId, NetUid, ROOT, State, Subnet};

/// The first thing that does not add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AuditError {
    /// Balances hold another sum than was issued.
    #[error("balances hold {held_rao} rao of TAO, issued are {issued_rao}")]
    Balances {
        /// Sum of all free balances.
        held_rao: u128,
        /// Issuance of balances.
        issued_rao: u64,
    },
    /// The pot of a subnet holds less TAO than its pool counts.
    #[error("the pot of subnet {netuid} holds {held_rao} rao of TAO, its pool counts {pool_rao}")]
    Pot {
        /// The subnet.
        netuid: NetUid,
        /// Balance of the pot.
        held_rao: u64,
        /// TAO reserve of the pool.
        pool_rao: u64,
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
    /// More alpha has an owner than is outstanding.
    #[error("{owned_rao} rao of subnet {netuid}'s alpha have an owner, outstanding are {out_rao}")]
    Alpha {
        /// The subnet.
        netuid: NetUid,
        /// Alpha of hotkeys, pending, and of the protocol.
        owned_rao: u128,
        /// Outstanding alpha.
        out_rao: u64,
    },
    /// Root stake, root's reserve and root's outstanding stake are not one amount.
    #[error("{staked_rao} rao are staked on root, it counts {pool_rao} and {out_rao} outstanding")]
    Root {
        /// Stake of all hotkeys on root.
        staked_rao: u128,
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
        for subnet in self.subnets.iter().flatten() {
            let (held_rao, pool_rao) = (self.free_rao(subnet.pot), subnet.pool.tao_rao);
            // A founder who keeps the existential deposit back still gets the least pool in full.
            let slack =
                if subnet.netuid == ROOT { 0 } else { self.globals.existential_deposit_rao };
            if held_rao.saturating_add(slack) < pool_rao {
                return Err(AuditError::Pot { netuid: subnet.netuid, held_rao, pool_rao });
            }
            subnet.audit()?;
            subnet.audit_tables()?;
        }
        Ok(())
    }
}

impl Subnet {
    fn audit(&self) -> Result<(), AuditError> {
        let netuid = self.netuid;
        let mut staked_rao = 0;
        for (hotkey, pool) in &self.stakes {
            let worth = pool.shares().iter().map(|(_, share)| u128::from(pool.worth_rao(share)));
            let (owned_rao, total_rao) = (worth.sum(), pool.total_rao());
            if owned_rao > u128::from(total_rao) {
                return Err(AuditError::Stake { netuid, hotkey: *hotkey, owned_rao, total_rao });
            }
            staked_rao += u128::from(total_rao);
        }
        let pending = &self.pending;
        let parts = [
            pending.server_rao,
            pending.validator_rao,
            pending.root_alpha_rao,
            pending.owner_cut_rao,
            self.pool.protocol_alpha_rao,
        ];
        let owned_rao = staked_rao + parts.iter().map(|rao| u128::from(*rao)).sum::<u128>();
        let out_rao = self.pool.alpha_out_rao;
        let pool_rao = self.pool.tao_rao;
        // Root counts TAO on both sides of its one to one pool.
        if netuid == ROOT && (staked_rao != u128::from(pool_rao) || pool_rao != out_rao) {
            return Err(AuditError::Root { staked_rao, pool_rao, out_rao });
        }
        if netuid != ROOT && owned_rao > u128::from(out_rao) {
            return Err(AuditError::Alpha { netuid, owned_rao, out_rao });
        }
        Ok(())
    }

    fn audit_tables(&self) -> Result<(), AuditError> {
        let (neurons, n) = (&self.neurons, self.neurons.len());
        let misfit = |table| Err(AuditError::Tables { netuid: self.netuid, table, neurons: n });
        let seated = |(uid, hotkey): (usize, &AccountId)| neurons.uid(*hotkey) == Some(uid as u16);
        if neurons.uids.len() != n || !neurons.hotkeys.iter().enumerate().all(seated) {
            return misfit("uids");
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
            return misfit("neurons");
        }
        for mechanism in &self.mechanisms {
            let rows = [mechanism.weights.len(), mechanism.bonds.len()];
            let columns = [mechanism.last_update.len(), mechanism.incentive.len()];
            if rows.iter().chain(&columns).any(|length| *length != n) {
                return misfit("mechanisms");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        let mut state = State::default();
        let pot = state.intern([9; 32]);
        state.account_mut(pot).free_rao = 100;
        state.balances_issuance_rao = 100;
        let mut subnet = Subnet::new(1, pot);
        subnet.pool.tao_rao = 100;
        subnet.pool.alpha_out_rao = 50;
        state.globals.existential_deposit_rao = 0;
        state.subnets = vec![None, Some(subnet)];
        state
    }

    #[test]
    fn sums_that_add_up_pass() {
        assert_eq!(state().audit(), Ok(()));
    }

    #[test]
    fn each_wrong_sum_is_named() {
        let mut wrong = state();
        wrong.balances_issuance_rao = 99;
        let error = AuditError::Balances { held_rao: 100, issued_rao: 99 };
        assert_eq!(wrong.audit(), Err(error));
        let mut wrong = state();
        wrong.subnets[1].as_mut().unwrap().pool.tao_rao = 101;
        let error = AuditError::Pot { netuid: 1, held_rao: 100, pool_rao: 101 };
        assert_eq!(wrong.audit(), Err(error));
        let mut wrong = state();
        wrong.subnets[1].as_mut().unwrap().pending.server_rao = 51;
        let error = AuditError::Alpha { netuid: 1, owned_rao: 51, out_rao: 50 };
        assert_eq!(wrong.audit(), Err(error));
        let mut wrong = state();
        wrong.subnets[1].as_mut().unwrap().neurons.hotkeys.push(AccountId(0));
        let error = AuditError::Tables { netuid: 1, table: "uids", neurons: 1 };
        assert_eq!(wrong.audit(), Err(error));
    }
}
