//! Accounts: the keys that own balances, hotkeys and stake, interned to dense ids.
//!
//! The chain keeps maps in account order wherever order matters, so ids must be handed out in the
//! order of the accounts' keys. Who builds a [`super::State`] sees to that; a simulation simply
//! takes the id itself as the key.

use std::collections::BTreeMap;

use super::NetUid;

/// Dense id of an account. The order of ids is the chain's order of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub u32);

impl AccountId {
    /// Index into [`super::State::accounts`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a coldkey wants done with its root dividends (`RootClaimTypeEnum`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum RootClaimType {
    /// Sell the alpha for TAO and stake that on root; the default.
    #[default]
    Swap,
    /// Keep the alpha as stake on the subnet.
    Keep,
    /// Keep the alpha of these subnets, ascending, and sell the rest.
    KeepSubnets(Vec<NetUid>),
}

/// One account. The same key may be a coldkey, a hotkey, both, or only hold a balance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// SCALE encoding of the account: 32 bytes, as commit hashes and storage hashes see it.
    pub key: [u8; 32],
    /// Free balance.
    pub free_rao: u64,
    /// Coldkey that owns this hotkey (`Owner`).
    pub owner: Option<AccountId>,
    /// Hotkeys of this coldkey, in order of creation (`OwnedHotkeys`).
    pub owned_hotkeys: Vec<AccountId>,
    /// Hotkeys this coldkey staked to, in order of first stake (`StakingHotkeys`).
    pub staking_hotkeys: Vec<AccountId>,
    /// Delegate take of this hotkey, u16 proportion; `None` means the default (`Delegates`).
    pub delegate_take: Option<u16>,
    /// Root dividends per rao of root stake that this hotkey earned so far on each subnet, I96F32
    /// bits (`RootClaimable`).
    pub root_claimable_bits: BTreeMap<NetUid, i128>,
    /// What this coldkey wants done with root dividends (`RootClaimType`); `None` was never set.
    pub root_claim_type: Option<RootClaimType>,
}
