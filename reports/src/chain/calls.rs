//! `calls.parquet`: one row per recorded call, accepted or refused.

use polars::prelude::Column;
use subsim_sim::CallRecord;
use subsim_sim::chain::{AccountId, Call, NetUid, Origin, ROOT};

use super::dataset::{Names, Rows};
use crate::sink::{maybe_strings, maybe_u16s, maybe_u64s, strings, u64s};

/// Name of the dataset.
pub const CALLS: &str = "calls.parquet";

/// What the column `result` says of an accepted call.
pub const OK: &str = "ok";

/// Keys and places that a call names.
#[derive(Default)]
struct Parties {
    netuid: Option<NetUid>,
    hotkey: Option<AccountId>,
    /// Account, hotkey or coldkey that something goes to.
    to: Option<AccountId>,
    to_netuid: Option<NetUid>,
}

impl Parties {
    fn of(call: &Call) -> Self {
        let at = |netuid: &NetUid| Self { netuid: Some(*netuid), ..Self::default() };
        let on = |netuid: &NetUid, hotkey: &AccountId| Self {
            netuid: Some(*netuid),
            hotkey: Some(*hotkey),
            ..Self::default()
        };
        let alone = |hotkey: &AccountId| Self { hotkey: Some(*hotkey), ..Self::default() };
        match call {
            Call::TransferAllowDeath { dest, .. } | Call::TransferKeepAlive { dest, .. } => {
                Self { to: Some(*dest), ..Self::default() }
            }
            Call::Faucet
            | Call::SetRejectLockedAlpha { .. }
            | Call::ClaimRoot { .. }
            | Call::SetRootClaimType { .. } => Self::default(),
            Call::RegisterNetwork { hotkey }
            | Call::UnstakeAll { hotkey }
            | Call::UnstakeAllAlpha { hotkey }
            | Call::IncreaseTake { hotkey, .. }
            | Call::DecreaseTake { hotkey, .. } => alone(hotkey),
            Call::RootRegister { hotkey } => on(&ROOT, hotkey),
            Call::RootDissolveNetwork { netuid }
            | Call::StartCall { netuid }
            | Call::SetWeights { netuid, .. }
            | Call::CommitWeights { netuid, .. }
            | Call::RevealWeights { netuid, .. }
            | Call::CommitTimelockedWeights { netuid, .. }
            | Call::SetPerpetualLock { netuid, .. }
            | Call::SetTempo { netuid, .. }
            | Call::SetActivityCutoffFactor { netuid, .. }
            | Call::TriggerEpoch { netuid }
            | Call::SetHyperparameter { netuid, .. } => at(netuid),
            Call::BurnedRegister { netuid, hotkey }
            | Call::RegisterLimit { netuid, hotkey, .. }
            | Call::AddStake { hotkey, netuid, .. }
            | Call::AddStakeLimit { hotkey, netuid, .. }
            | Call::AddStakeBurn { hotkey, netuid, .. }
            | Call::RemoveStake { hotkey, netuid, .. }
            | Call::RemoveStakeLimit { hotkey, netuid, .. }
            | Call::RemoveStakeFullLimit { hotkey, netuid, .. }
            | Call::RecycleAlpha { hotkey, netuid, .. }
            | Call::BurnAlpha { hotkey, netuid, .. }
            | Call::LockStake { hotkey, netuid, .. }
            | Call::SetChildren { hotkey, netuid, .. }
            | Call::SetChildkeyTake { hotkey, netuid, .. }
            | Call::SetColdkeyAutoStakeHotkey { hotkey, netuid } => on(netuid, hotkey),
            Call::MoveLock { destination_hotkey, netuid } => {
                Self { to: Some(*destination_hotkey), ..at(netuid) }
            }
            Call::MoveStake { .. }
            | Call::TransferStake { .. }
            | Call::SwapStake { .. }
            | Call::SwapStakeLimit { .. } => Self::of_move(call),
        }
    }

    /// Of the calls that take stake from one place to another.
    fn of_move(call: &Call) -> Self {
        let (hotkey, to, from, into) = match call {
            Call::MoveStake {
                origin_hotkey,
                destination_hotkey,
                origin_netuid,
                destination_netuid,
                ..
            } => (origin_hotkey, Some(*destination_hotkey), origin_netuid, destination_netuid),
            Call::TransferStake {
                destination_coldkey,
                hotkey,
                origin_netuid,
                destination_netuid,
                ..
            } => (hotkey, Some(*destination_coldkey), origin_netuid, destination_netuid),
            Call::SwapStake { hotkey, origin_netuid, destination_netuid, .. }
            | Call::SwapStakeLimit { hotkey, origin_netuid, destination_netuid, .. } => {
                (hotkey, None, origin_netuid, destination_netuid)
            }
            _ => return Self::default(),
        };
        Self { netuid: Some(*from), hotkey: Some(*hotkey), to, to_netuid: Some(*into) }
    }
}

/// Amounts that a call names, in rao.
#[derive(Default)]
struct Amounts {
    tao: Option<u64>,
    alpha: Option<u64>,
    limit_price: Option<u64>,
}

impl Amounts {
    fn of(call: &Call) -> Self {
        let tao = |rao: &u64| Self { tao: Some(*rao), ..Self::default() };
        let alpha = |rao: &u64| Self { alpha: Some(*rao), ..Self::default() };
        match call {
            Call::TransferAllowDeath { value_rao, .. }
            | Call::TransferKeepAlive { value_rao, .. } => tao(value_rao),
            Call::AddStake { tao_rao, .. } => tao(tao_rao),
            Call::AddStakeLimit { tao_rao, limit_price_rao, .. } => {
                Self { limit_price: Some(*limit_price_rao), ..tao(tao_rao) }
            }
            Call::AddStakeBurn { tao_rao, limit_price_rao, .. } => {
                Self { limit_price: *limit_price_rao, ..tao(tao_rao) }
            }
            Call::RegisterLimit { limit_price_rao, .. } => {
                Self { limit_price: Some(*limit_price_rao), ..Self::default() }
            }
            Call::RemoveStakeFullLimit { limit_price_rao, .. } => {
                Self { limit_price: *limit_price_rao, ..Self::default() }
            }
            Call::RemoveStakeLimit { alpha_rao, limit_price_rao, .. }
            | Call::SwapStakeLimit { alpha_rao, limit_price_rao, .. } => {
                Self { limit_price: Some(*limit_price_rao), ..alpha(alpha_rao) }
            }
            Call::RemoveStake { alpha_rao, .. }
            | Call::MoveStake { alpha_rao, .. }
            | Call::TransferStake { alpha_rao, .. }
            | Call::SwapStake { alpha_rao, .. }
            | Call::RecycleAlpha { alpha_rao, .. }
            | Call::BurnAlpha { alpha_rao, .. }
            | Call::LockStake { alpha_rao, .. } => alpha(alpha_rao),
            _ => Self::default(),
        }
    }
}

/// What a call says beyond keys and amounts.
fn detail(call: &Call, names: &Names) -> Option<String> {
    let text = match call {
        Call::SetWeights { uids, .. }
        | Call::RevealWeights { uids, .. }
        | Call::CommitTimelockedWeights { uids, .. } => format!("weights of {} uids", uids.len()),
        Call::SetChildren { children, .. } => {
            let child = |(part, id): &(u64, AccountId)| {
                let percent = *part as f64 / u64::MAX as f64 * 100.0;
                format!("{} {percent:.2}%", names.account(*id))
            };
            children.iter().map(child).collect::<Vec<_>>().join(", ")
        }
        Call::SetChildkeyTake { take, .. }
        | Call::IncreaseTake { take, .. }
        | Call::DecreaseTake { take, .. } => {
            format!("take {:.2}%", f64::from(*take) / 655.35)
        }
        Call::SetTempo { tempo_blocks, .. } => format!("tempo_blocks {tempo_blocks}"),
        Call::SetActivityCutoffFactor { factor_milli, .. } => {
            format!("factor_milli {factor_milli}")
        }
        Call::SetHyperparameter { setting, .. } => format!("{setting:?}"),
        Call::SetRootClaimType { claim_type } => format!("{claim_type:?}"),
        Call::ClaimRoot { netuids } => format!("subnets {netuids:?}"),
        Call::SetPerpetualLock { enabled, .. } | Call::SetRejectLockedAlpha { enabled } => {
            format!("enabled {enabled}")
        }
        _ => return None,
    };
    Some(text)
}

/// Buffered rows.
#[derive(Default)]
pub(crate) struct CallRows {
    block: Vec<u64>,
    origin: Vec<Option<AccountId>>,
    call: Vec<&'static str>,
    netuid: Vec<Option<u16>>,
    hotkey: Vec<Option<AccountId>>,
    to: Vec<Option<AccountId>>,
    to_netuid: Vec<Option<u16>>,
    tao_rao: Vec<Option<u64>>,
    alpha_rao: Vec<Option<u64>>,
    limit_price_rao: Vec<Option<u64>>,
    detail: Vec<Option<String>>,
    result: Vec<&'static str>,
}

impl CallRows {
    pub(crate) fn push(&mut self, record: &CallRecord<'_>, names: &Names) {
        let (parties, amounts) = (Parties::of(record.call), Amounts::of(record.call));
        self.block.push(record.block);
        self.origin.push(match record.origin {
            Origin::Signed(account) => Some(account),
            Origin::Root => None,
        });
        self.call.push(record.call.name());
        self.netuid.push(parties.netuid);
        self.hotkey.push(parties.hotkey);
        self.to.push(parties.to);
        self.to_netuid.push(parties.to_netuid);
        self.tao_rao.push(amounts.tao);
        self.alpha_rao.push(amounts.alpha);
        self.limit_price_rao.push(amounts.limit_price);
        self.detail.push(detail(record.call, names));
        self.result.push(record.result.map_or_else(subsim_sim::chain::CallError::name, |()| OK));
    }
}

impl Rows for CallRows {
    const FILE: &'static str = CALLS;

    fn len(&self) -> usize {
        self.block.len()
    }

    fn take(&mut self, names: &Names) -> Vec<Column> {
        let name = |id: Option<AccountId>| id.map(|id| names.account(id));
        let origin = |id: Option<AccountId>| name(id).unwrap_or_else(|| "governance".to_owned());
        vec![
            u64s("block", &mut self.block),
            strings("origin", self.origin.drain(..).map(origin)),
            strings("call", self.call.drain(..)),
            maybe_u16s("netuid", &mut self.netuid),
            maybe_strings("hotkey", self.hotkey.drain(..).map(name)),
            maybe_strings("to", self.to.drain(..).map(name)),
            maybe_u16s("to_netuid", &mut self.to_netuid),
            maybe_u64s("tao_rao", &mut self.tao_rao),
            maybe_u64s("alpha_rao", &mut self.alpha_rao),
            maybe_u64s("limit_price_rao", &mut self.limit_price_rao),
            maybe_strings("detail", self.detail.drain(..)),
            strings("result", self.result.drain(..)),
        ]
    }
}
