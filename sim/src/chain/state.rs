//! The whole state of the chain, and the few operations every part of it needs: looking things up,
//! interning accounts, moving stake in and out of pools.

use std::collections::{BTreeMap, BTreeSet};

use super::books::{Flow, TaoBooks};
use super::journal::Saved;
use super::storage_order::{ShareKey, ShareOrder};
use super::{
    Account, AccountId, GlobalParameters, NetUid, OwnerParameter, StakePool, Subnet,
    TransactionKind,
};

/// Root, where TAO is staked one to one.
pub const ROOT: NetUid = 0;

/// State of the chain between two blocks, or in the middle of one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Number of the current block.
    pub block: u64,
    /// Hash of the parent block; the automatic claim of root dividends draws from it.
    pub parent_hash: [u8; 32],
    /// Accounts by id.
    pub accounts: Vec<Account>,
    /// Id of every key.
    pub account_ids: BTreeMap<[u8; 32], AccountId>,
    /// Subnets by netuid, `None` where one was dissolved.
    pub subnets: Vec<Option<Subnet>>,
    /// Accounts that hold the pools' TAO, by netuid; they outlive their subnets.
    pub pots: BTreeMap<NetUid, AccountId>,
    /// Account that receives swap fees: the author of blocks.
    pub author: Option<AccountId>,
    /// Hyperparameters of the whole chain.
    pub globals: GlobalParameters,
    /// Takes of childkeys, u16 proportions; the subnet need not exist (`ChildkeyTake`).
    pub childkey_takes: BTreeMap<(NetUid, AccountId), u16>,
    /// TAO issuance as emission sees it (`TotalIssuance`).
    pub total_issuance_rao: u64,
    /// TAO issuance as balances add up (`Balances::TotalIssuance`).
    pub balances_issuance_rao: u64,
    /// Where all TAO came from and went; no part of the chain.
    pub tao_books: TaoBooks,
    /// TAO in pools, with drift (`TotalStake`).
    pub total_stake_rao: u64,
    /// Lock paid for the latest subnet (`NetworkLastLockCost`).
    pub network_last_lock_rao: u64,
    /// Block of the latest subnet registration.
    pub network_last_lock_block: u64,
    /// Coldkeys with root stake, in the order of the index (`StakingColdkeysByIndex`).
    pub staking_coldkeys: Vec<AccountId>,
    /// Index of each of them (`StakingColdkeys`).
    pub staking_coldkey_index: BTreeMap<AccountId, u64>,
    /// Coldkeys whose locks on a subnet do not decay (`DecayingLock`).
    pub perpetual_locks: BTreeSet<(AccountId, NetUid)>,
    /// Coldkeys that take stake which is locked (`AccountFlags`).
    pub accepts_locked_alpha: BTreeSet<AccountId>,
    /// Block in which a key last did something that is limited (`TransactionKeyLastBlock`).
    pub last_transaction: BTreeMap<(AccountId, NetUid, TransactionKind), u64>,
    /// Block in which a hotkey's delegate take last changed.
    pub last_take_change: BTreeMap<AccountId, u64>,
    /// Block in which an owner last changed a hyperparameter.
    pub last_owner_change: BTreeMap<(NetUid, OwnerParameter), u64>,
    /// What is left of dissolved subnets, for the next ones with their numbers.
    pub dissolved: BTreeMap<NetUid, Subnet>,
    /// Last share that the scan for root stakers saw (`AlphaV2MapLastKey`).
    pub root_scan_from: Option<ShareKey>,
    /// All shares in storage order.
    pub(super) share_order: ShareOrder,
    /// Old values, while a call that may fail runs.
    pub(super) journal: Option<Vec<Saved>>,
    /// Movements, while somebody wants to know them.
    pub(super) flows: Option<Vec<Flow>>,
}

impl State {
    /// The account of a key, made when it is new.
    ///
    /// Ids must come in the order of keys; that is the caller's promise.
    pub fn intern(&mut self, key: [u8; 32]) -> AccountId {
        let next = AccountId(self.accounts.len() as u32);
        let id = *self.account_ids.entry(key).or_insert(next);
        if id == next {
            self.accounts.push(Account { key, ..Account::default() });
        }
        id
    }

    /// An account.
    ///
    /// # Panics
    /// When the id is not of this state.
    #[must_use]
    pub fn account(&self, id: AccountId) -> &Account {
        &self.accounts[id.index()]
    }

    /// An account, to change it.
    ///
    /// # Panics
    /// When the id is not of this state.
    pub fn account_mut(&mut self, id: AccountId) -> &mut Account {
        &mut self.accounts[id.index()]
    }

    /// A subnet, if it exists.
    #[must_use]
    pub fn subnet(&self, netuid: NetUid) -> Option<&Subnet> {
        self.subnets.get(usize::from(netuid))?.as_ref()
    }

    /// A subnet to change, if it exists.
    pub fn subnet_mut(&mut self, netuid: NetUid) -> Option<&mut Subnet> {
        self.subnets.get_mut(usize::from(netuid))?.as_mut()
    }

    /// Numbers of the existing subnets, ascending, root included.
    pub fn netuids(&self) -> impl Iterator<Item = NetUid> + '_ {
        self.subnets.iter().flatten().map(|subnet| subnet.netuid)
    }

    /// Alpha of a hotkey on a subnet, or its TAO on root (`get_stake_for_hotkey_on_subnet`).
    #[must_use]
    pub fn hotkey_stake_rao(&self, hotkey: AccountId, netuid: NetUid) -> u64 {
        self.subnet(netuid).map_or(0, |subnet| subnet.hotkey_alpha_rao(hotkey))
    }

    /// Stake of a coldkey on a hotkey (`get_stake_for_hotkey_and_coldkey_on_subnet`).
    #[must_use]
    pub fn stake_rao(&self, hotkey: AccountId, coldkey: AccountId, netuid: NetUid) -> u64 {
        self.subnet(netuid).map_or(0, |subnet| subnet.stake_rao(hotkey, coldkey))
    }

    /// Changes a hotkey's pool on a subnet, making it when needed and forgetting it when empty.
    pub fn change_pool(
        &mut self,
        hotkey: AccountId,
        netuid: NetUid,
        change: impl FnOnce(&mut StakePool),
    ) {
        self.note(|state| {
            let pool = state.subnet(netuid).and_then(|subnet| subnet.stakes.get(&hotkey));
            Saved::Stake(netuid, hotkey, pool.cloned())
        });
        let Some(subnet) = self.subnet_mut(netuid) else { return };
        let pool = subnet.stakes.entry(hotkey).or_default();
        let shares = pool.shares().len();
        change(pool);
        let changed = pool.shares().len() != shares;
        if pool.is_empty() {
            subnet.stakes.remove(&hotkey);
        }
        if changed {
            self.share_order.note_change(hotkey, netuid);
        }
    }

    /// Adds stake (`increase_stake_for_hotkey_and_coldkey_on_subnet`).
    pub fn increase_stake(
        &mut self,
        hotkey: AccountId,
        coldkey: AccountId,
        netuid: NetUid,
        rao: u64,
    ) {
        if rao != 0 {
            self.note_staking_hotkey(coldkey, hotkey);
        }
        self.change_pool(hotkey, netuid, |pool| pool.increase(coldkey, rao));
    }

    /// Takes stake away; nothing happens when there is less
    /// (`decrease_stake_for_hotkey_and_coldkey_on_subnet`).
    pub fn decrease_stake(
        &mut self,
        hotkey: AccountId,
        coldkey: AccountId,
        netuid: NetUid,
        rao: u64,
    ) {
        self.change_pool(hotkey, netuid, |pool| pool.decrease(coldkey, rao));
    }

    /// Remembers that a coldkey stakes to a hotkey.
    pub fn note_staking_hotkey(&mut self, coldkey: AccountId, hotkey: AccountId) {
        let hotkeys = &mut self.account_mut(coldkey).staking_hotkeys;
        if !hotkeys.contains(&hotkey) {
            hotkeys.push(hotkey);
            self.note(|_| Saved::StakingHotkey(coldkey));
        }
    }

    /// Delegate take of a hotkey, u16 proportion.
    #[must_use]
    pub fn delegate_take(&self, hotkey: AccountId) -> u16 {
        self.account(hotkey).delegate_take.unwrap_or(self.globals.max_delegate_take)
    }
}
