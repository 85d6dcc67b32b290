//! `stake.parquet` and `balances.parquet`: what everybody owns, at chosen moments.

use polars::prelude::Column;
use subsim_sim::chain::{AccountId, NetUid, Subnet};

use super::dataset::{Names, Rows};
use crate::sink::{strings, u16s, u64s};

/// Name of the dataset of stakes.
pub const STAKE: &str = "stake.parquet";
/// Name of the dataset of free balances.
pub const BALANCES: &str = "balances.parquet";

/// When stakes were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Before the first block.
    Start,
    /// After the block's own step with an epoch, before its calls.
    Epoch,
    /// After the last block and its calls.
    End,
}

impl Moment {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Epoch => "epoch",
            Self::End => "end",
        }
    }
}

/// Buffered rows of `stake.parquet`.
#[derive(Default)]
pub(crate) struct StakeRows {
    block: Vec<u64>,
    moment: Vec<&'static str>,
    netuid: Vec<NetUid>,
    hotkey: Vec<AccountId>,
    coldkey: Vec<AccountId>,
    stake_rao: Vec<u64>,
}

impl StakeRows {
    pub(crate) fn push(&mut self, block: u64, moment: Moment, netuid: NetUid, position: &Position) {
        self.block.push(block);
        self.moment.push(moment.name());
        self.netuid.push(netuid);
        self.hotkey.push(position.hotkey);
        self.coldkey.push(position.coldkey);
        self.stake_rao.push(position.stake_rao);
    }
}

/// Stake of a coldkey on a hotkey.
pub(crate) struct Position {
    hotkey: AccountId,
    coldkey: AccountId,
    stake_rao: u64,
}

/// All stakes on a subnet above zero, by hotkey, then by coldkey.
pub(crate) fn positions(subnet: &Subnet) -> impl Iterator<Item = Position> + '_ {
    subnet.stakes.iter().flat_map(|(hotkey, pool)| {
        pool.shares()
            .iter()
            .map(|(coldkey, share)| Position {
                hotkey: *hotkey,
                coldkey: *coldkey,
                stake_rao: pool.worth_rao(share),
            })
            .filter(|position| position.stake_rao > 0)
    })
}

impl Rows for StakeRows {
    const FILE: &'static str = STAKE;

    fn len(&self) -> usize {
        self.block.len()
    }

    fn take(&mut self, names: &Names) -> Vec<Column> {
        let subnets = strings("subnet", self.netuid.iter().map(|netuid| names.subnet(*netuid)));
        let groups = self.coldkey.iter().map(|coldkey| names.group(*coldkey));
        let groups = strings("group", groups);
        vec![
            u64s("block", &mut self.block),
            strings("moment", self.moment.drain(..)),
            u16s("netuid", &mut self.netuid),
            subnets,
            strings("hotkey", self.hotkey.drain(..).map(|id| names.account(id))),
            strings("coldkey", self.coldkey.drain(..).map(|id| names.account(id))),
            groups,
            u64s("stake_rao", &mut self.stake_rao),
        ]
    }
}

/// Buffered rows of `balances.parquet`.
#[derive(Default)]
pub(crate) struct BalanceRows {
    block: Vec<u64>,
    account: Vec<AccountId>,
    free_rao: Vec<u64>,
}

impl BalanceRows {
    pub(crate) fn push(&mut self, block: u64, account: AccountId, free_rao: u64) {
        self.block.push(block);
        self.account.push(account);
        self.free_rao.push(free_rao);
    }
}

impl Rows for BalanceRows {
    const FILE: &'static str = BALANCES;

    fn len(&self) -> usize {
        self.block.len()
    }

    fn take(&mut self, names: &Names) -> Vec<Column> {
        let groups = strings("group", self.account.iter().map(|id| names.group(*id)));
        let key = |id: &AccountId| match names.directory.is_hotkey.get(id.index()) {
            Some(true) => "hotkey",
            _ => "coldkey",
        };
        let keys = strings("key", self.account.iter().map(key));
        vec![
            u64s("block", &mut self.block),
            strings("account", self.account.drain(..).map(|id| names.account(id))),
            keys,
            groups,
            u64s("free_rao", &mut self.free_rao),
        ]
    }
}
