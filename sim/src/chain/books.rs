//! Double entry: every movement of TAO and alpha has a place it comes from and one it goes to.
//!
//! Most places are parts of the state itself (balances, reserves, stakes, pending emission). What
//! the chain keeps no number for, such as alpha that is burned or owed to root stakers, is counted
//! here, where the movement happens; [`State::audit`] then compares both sides to the rao. Nothing
//! on the chain depends on these counters.

use super::{AccountId, NetUid, State};

/// What is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asset {
    /// TAO.
    Tao,
    /// Alpha of a subnet; of root, what stake there is counted in.
    Alpha(NetUid),
}

/// For whom alpha is pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PendingFor {
    /// Miners.
    Server,
    /// Validators.
    Validator,
    /// Root stakers.
    Root,
    /// The subnet's owner.
    Owner,
}

/// Where TAO or alpha is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Where everything comes from: emission, the faucet, what exists in block 0.
    Emission,
    /// Free TAO of an account that is no pool's.
    Account(AccountId),
    /// TAO in the account of a subnet's pool beside the reserve: fees without a receiver, what a
    /// price limit left over, gifts.
    Pot(NetUid),
    /// The reserve of a subnet's pool, of TAO or of alpha.
    PoolReserve(NetUid),
    /// Alpha that the next epoch pays.
    Pending(PendingFor),
    /// Stake on a hotkey.
    Stake {
        /// The hotkey.
        hotkey: AccountId,
        /// Whose; `None` is everybody with stake on the hotkey, pro rata.
        coldkey: Option<AccountId>,
    },
    /// Alpha that the protocol bought.
    Protocol,
    /// Alpha that has no owner any more but stays outstanding.
    Burned,
    /// Out of the issuance; may be emitted again.
    Recycled,
    /// Alpha that root stakers of a hotkey may claim.
    Claimable {
        /// The hotkey.
        hotkey: AccountId,
    },
    /// What dividing up cut off; below zero when the chain paid more than it had set aside.
    Rounding,
    /// Alpha that an epoch could pay to nobody.
    Unpaid,
    /// Swap fees in alpha that no author of blocks receives.
    Fees,
    /// TAO lost with accounts too small to be kept.
    Dust,
    /// Alpha of a subnet that was dissolved.
    Dissolved,
}

/// Counters of a subnet, rao. Those that may be below zero say so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubnetBooks {
    /// Alpha ever created: by emission, founding, block 0.
    pub created_rao: i128,
    /// Alpha taken out of the issuance.
    pub recycled_rao: i128,
    /// Outstanding alpha given up by its owners, or withheld from them.
    pub burned_rao: i128,
    /// Alpha that root stakers may claim. Below zero when they claimed more than they earned, as
    /// rounding in their favour allows.
    pub claimable_rao: i128,
    /// Swap fees in alpha that nobody received.
    pub fees_rao: i128,
    /// Alpha cut off in rounding. Below zero where the chain pays more than was pending, as it does
    /// when dividends of childkeys are burned: it takes them out of the issuance and pays them, too.
    pub rounding_rao: i128,
    /// Alpha that epochs could pay to nobody; and in a state whose books were opened later, all
    /// that had no owner then. Claims on alpha of that time count below zero elsewhere.
    pub unpaid_rao: i128,
    /// TAO in the pool's account beside the reserve. Below zero by the existential deposit when the
    /// founder kept that back.
    pub beside_pool_rao: i128,
}

/// Counters of TAO, rao.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaoBooks {
    /// TAO ever created: in block 0, by emission, by the faucet.
    pub created_rao: i128,
    /// TAO taken out of the issuance.
    pub recycled_rao: i128,
    /// TAO lost with accounts too small to be kept.
    pub dust_rao: i128,
}

/// A movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// What.
    pub asset: Asset,
    /// Where it came from.
    pub from: Place,
    /// Where it went.
    pub to: Place,
    /// How much.
    pub rao: u64,
    /// Why, in a few words.
    pub reason: &'static str,
}

impl SubnetBooks {
    /// Counter of alpha at a place, if the place is counted here.
    fn alpha_at(&mut self, place: Place) -> Option<&mut i128> {
        Some(match place {
            Place::Recycled => &mut self.recycled_rao,
            Place::Burned => &mut self.burned_rao,
            Place::Claimable { .. } => &mut self.claimable_rao,
            Place::Fees => &mut self.fees_rao,
            Place::Rounding => &mut self.rounding_rao,
            Place::Unpaid => &mut self.unpaid_rao,
            _ => return None,
        })
    }

    /// Outstanding alpha that only these books know of.
    #[must_use]
    pub fn outstanding_rao(&self) -> i128 {
        let Self { burned_rao, claimable_rao, fees_rao, rounding_rao, unpaid_rao, .. } = self;
        burned_rao + claimable_rao + fees_rao + rounding_rao + unpaid_rao
    }
}

impl State {
    /// Enters a movement of alpha of a subnet that exists.
    pub(super) fn book_alpha(
        &mut self,
        netuid: NetUid,
        from: Place,
        to: Place,
        rao: u64,
        reason: &'static str,
    ) {
        if rao == 0 {
            return;
        }
        self.note_pool(netuid);
        let Some(subnet) = self.subnet_mut(netuid) else { return };
        let (books, amount) = (&mut subnet.books, i128::from(rao));
        if from == Place::Emission {
            books.created_rao += amount;
        } else if let Some(counter) = books.alpha_at(from) {
            *counter -= amount;
        }
        if let Some(counter) = books.alpha_at(to) {
            *counter += amount;
        }
        self.record(Flow { asset: Asset::Alpha(netuid), from, to, rao, reason });
    }

    /// Enters a movement of TAO.
    pub(super) fn book_tao(&mut self, from: Place, to: Place, rao: u64, reason: &'static str) {
        if rao == 0 {
            return;
        }
        self.note_totals();
        let amount = i128::from(rao);
        match from {
            Place::Emission => self.tao_books.created_rao += amount,
            Place::Pot(netuid) => self.count_beside_pool(netuid, -amount),
            _ => {}
        }
        match to {
            Place::Recycled => self.tao_books.recycled_rao += amount,
            Place::Dust => self.tao_books.dust_rao += amount,
            Place::Pot(netuid) => self.count_beside_pool(netuid, amount),
            _ => {}
        }
        self.record(Flow { asset: Asset::Tao, from, to, rao, reason });
    }

    fn count_beside_pool(&mut self, netuid: NetUid, amount: i128) {
        self.note_pool(netuid);
        if let Some(subnet) = self.subnet_mut(netuid) {
            subnet.books.beside_pool_rao += amount;
        }
    }

    /// Place of an account's free TAO.
    pub(super) fn place_of(&self, id: AccountId) -> Place {
        match self.is_pot(id) {
            true => {
                let key = &self.account(id).key;
                Place::Pot(NetUid::from_le_bytes([key[12], key[13]]))
            }
            false => Place::Account(id),
        }
    }

    /// Takes alpha out of the issuance, as much as is outstanding (`recycle_subnet_alpha`).
    pub(super) fn recycle_alpha(
        &mut self,
        netuid: NetUid,
        from: Place,
        rao: u64,
        reason: &'static str,
    ) {
        self.note_pool(netuid);
        let Some(subnet) = self.subnet_mut(netuid) else { return };
        let gone = rao.min(subnet.pool.alpha_out_rao);
        subnet.pool.alpha_out_rao -= gone;
        self.book_alpha(netuid, from, Place::Recycled, gone, reason);
        self.book_alpha(netuid, from, Place::Rounding, rao - gone, reason);
    }

    /// Opens the books of a state that was put together by hand: what is there counts as created,
    /// and outstanding alpha without an owner as unpaid.
    pub fn open_books(&mut self) {
        let held = self.accounts.iter().map(|account| i128::from(account.free_rao));
        self.tao_books = TaoBooks { created_rao: held.sum(), ..TaoBooks::default() };
        for at in 0..self.subnets.len() {
            let Some(subnet) = &self.subnets[at] else { continue };
            let pool = &subnet.pool;
            let owned = subnet.staked_rao() + subnet.pending.alpha_rao();
            let owned = owned + i128::from(pool.protocol_alpha_rao);
            let books = SubnetBooks {
                created_rao: i128::from(pool.alpha_in_rao) + i128::from(pool.alpha_out_rao),
                unpaid_rao: i128::from(pool.alpha_out_rao) - owned,
                beside_pool_rao: i128::from(self.free_rao(subnet.pot)) - i128::from(pool.tao_rao),
                ..SubnetBooks::default()
            };
            if let Some(subnet) = &mut self.subnets[at] {
                subnet.books = books;
            }
        }
    }

    /// Enters the end of a subnet: everything that is counted of its alpha is gone.
    pub(super) fn book_dissolution(&mut self, netuid: NetUid) {
        if self.flows.is_none() {
            return;
        }
        let Some(subnet) = self.subnet(netuid) else { return };
        let asset = Asset::Alpha(netuid);
        for (place, held) in super::flows::alpha_held(subnet) {
            let rao = u64::try_from(held.unsigned_abs()).unwrap_or(u64::MAX);
            let (from, to) =
                if held < 0 { (Place::Dissolved, place) } else { (place, Place::Dissolved) };
            let reason = "subnet dissolved";
            if rao > 0 && place != Place::Emission {
                self.record(Flow { asset, from, to, rao, reason });
            }
        }
    }
}
