//! The calls that people make.
//!
//! Names and arguments are the chain's.

use super::{AccountId, NetUid, RootClaimType, Setting};

/// Who makes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// An account: a coldkey for money, a hotkey for weights.
    Signed(AccountId),
    /// The chain's governance.
    Root,
}

/// A call. Amounts are rao, of TAO or of the subnet's alpha; prices are rao of TAO per alpha;
/// takes are u16 proportions. `mechanism` is 0 unless a subnet has several.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Call {
    TransferAllowDeath {
        dest: AccountId,
        value_rao: u64,
    },
    TransferKeepAlive {
        dest: AccountId,
        value_rao: u64,
    },
    /// Free TAO, where the chain is a local one.
    Faucet,
    RegisterNetwork {
        hotkey: AccountId,
    },
    /// Needs [`Origin::Root`].
    RootDissolveNetwork {
        netuid: NetUid,
    },
    StartCall {
        netuid: NetUid,
    },
    BurnedRegister {
        netuid: NetUid,
        hotkey: AccountId,
    },
    RegisterLimit {
        netuid: NetUid,
        hotkey: AccountId,
        limit_price_rao: u64,
    },
    RootRegister {
        hotkey: AccountId,
    },
    SetWeights {
        netuid: NetUid,
        mechanism: u8,
        uids: Vec<u16>,
        values: Vec<u16>,
        version_key: u64,
    },
    CommitWeights {
        netuid: NetUid,
        mechanism: u8,
        hash: [u8; 32],
    },
    RevealWeights {
        netuid: NetUid,
        mechanism: u8,
        uids: Vec<u16>,
        values: Vec<u16>,
        salt: Vec<u16>,
        version_key: u64,
    },
    /// Weights that nobody sees until the chain reveals them.
    CommitTimelockedWeights {
        netuid: NetUid,
        mechanism: u8,
        uids: Vec<u16>,
        values: Vec<u16>,
        version_key: u64,
    },
    AddStake {
        hotkey: AccountId,
        netuid: NetUid,
        tao_rao: u64,
    },
    AddStakeLimit {
        hotkey: AccountId,
        netuid: NetUid,
        tao_rao: u64,
        limit_price_rao: u64,
        allow_partial: bool,
    },
    /// Stakes and burns the alpha at once.
    AddStakeBurn {
        hotkey: AccountId,
        netuid: NetUid,
        tao_rao: u64,
        limit_price_rao: Option<u64>,
    },
    RemoveStake {
        hotkey: AccountId,
        netuid: NetUid,
        alpha_rao: u64,
    },
    RemoveStakeLimit {
        hotkey: AccountId,
        netuid: NetUid,
        alpha_rao: u64,
        limit_price_rao: u64,
        allow_partial: bool,
    },
    RemoveStakeFullLimit {
        hotkey: AccountId,
        netuid: NetUid,
        limit_price_rao: Option<u64>,
    },
    UnstakeAll {
        hotkey: AccountId,
    },
    UnstakeAllAlpha {
        hotkey: AccountId,
    },
    MoveStake {
        origin_hotkey: AccountId,
        destination_hotkey: AccountId,
        origin_netuid: NetUid,
        destination_netuid: NetUid,
        alpha_rao: u64,
    },
    TransferStake {
        destination_coldkey: AccountId,
        hotkey: AccountId,
        origin_netuid: NetUid,
        destination_netuid: NetUid,
        alpha_rao: u64,
    },
    SwapStake {
        hotkey: AccountId,
        origin_netuid: NetUid,
        destination_netuid: NetUid,
        alpha_rao: u64,
    },
    SwapStakeLimit {
        hotkey: AccountId,
        origin_netuid: NetUid,
        destination_netuid: NetUid,
        alpha_rao: u64,
        limit_price_rao: u64,
        allow_partial: bool,
    },
    RecycleAlpha {
        hotkey: AccountId,
        netuid: NetUid,
        alpha_rao: u64,
    },
    BurnAlpha {
        hotkey: AccountId,
        netuid: NetUid,
        alpha_rao: u64,
    },
    LockStake {
        hotkey: AccountId,
        netuid: NetUid,
        alpha_rao: u64,
    },
    MoveLock {
        destination_hotkey: AccountId,
        netuid: NetUid,
    },
    SetPerpetualLock {
        netuid: NetUid,
        enabled: bool,
    },
    SetRejectLockedAlpha {
        enabled: bool,
    },
    SetChildren {
        hotkey: AccountId,
        netuid: NetUid,
        children: Vec<(u64, AccountId)>,
    },
    SetChildkeyTake {
        hotkey: AccountId,
        netuid: NetUid,
        take: u16,
    },
    IncreaseTake {
        hotkey: AccountId,
        take: u16,
    },
    DecreaseTake {
        hotkey: AccountId,
        take: u16,
    },
    ClaimRoot {
        netuids: Vec<NetUid>,
    },
    SetRootClaimType {
        claim_type: RootClaimType,
    },
    SetColdkeyAutoStakeHotkey {
        netuid: NetUid,
        hotkey: AccountId,
    },
    SetTempo {
        netuid: NetUid,
        tempo_blocks: u16,
    },
    SetActivityCutoffFactor {
        netuid: NetUid,
        factor_milli: u32,
    },
    TriggerEpoch {
        netuid: NetUid,
    },
    /// Any other hyperparameter (`sudo_set_...`); some need [`Origin::Root`].
    SetHyperparameter {
        netuid: NetUid,
        setting: Setting,
    },
}

impl Call {
    /// The chain's name of the call; `set_hyperparameter` stands for all of its kind.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::TransferAllowDeath { .. } => "transfer_allow_death",
            Self::TransferKeepAlive { .. } => "transfer_keep_alive",
            Self::Faucet => "faucet",
            Self::RegisterNetwork { .. } => "register_network",
            Self::RootDissolveNetwork { .. } => "root_dissolve_network",
            Self::StartCall { .. } => "start_call",
            Self::BurnedRegister { .. } => "burned_register",
            Self::RegisterLimit { .. } => "register_limit",
            Self::RootRegister { .. } => "root_register",
            Self::SetWeights { .. } => "set_weights",
            Self::CommitWeights { .. } => "commit_weights",
            Self::RevealWeights { .. } => "reveal_weights",
            Self::CommitTimelockedWeights { .. } => "commit_timelocked_weights",
            Self::AddStake { .. } => "add_stake",
            Self::AddStakeLimit { .. } => "add_stake_limit",
            Self::AddStakeBurn { .. } => "add_stake_burn",
            Self::RemoveStake { .. } => "remove_stake",
            Self::RemoveStakeLimit { .. } => "remove_stake_limit",
            Self::RemoveStakeFullLimit { .. } => "remove_stake_full_limit",
            Self::UnstakeAll { .. } => "unstake_all",
            Self::UnstakeAllAlpha { .. } => "unstake_all_alpha",
            Self::MoveStake { .. } => "move_stake",
            Self::TransferStake { .. } => "transfer_stake",
            Self::SwapStake { .. } => "swap_stake",
            Self::SwapStakeLimit { .. } => "swap_stake_limit",
            Self::RecycleAlpha { .. } => "recycle_alpha",
            Self::BurnAlpha { .. } => "burn_alpha",
            Self::LockStake { .. } => "lock_stake",
            Self::MoveLock { .. } => "move_lock",
            Self::SetPerpetualLock { .. } => "set_perpetual_lock",
            Self::SetRejectLockedAlpha { .. } => "set_reject_locked_alpha",
            Self::SetChildren { .. } => "set_children",
            Self::SetChildkeyTake { .. } => "set_childkey_take",
            Self::IncreaseTake { .. } => "increase_take",
            Self::DecreaseTake { .. } => "decrease_take",
            Self::ClaimRoot { .. } => "claim_root",
            Self::SetRootClaimType { .. } => "set_root_claim_type",
            Self::SetColdkeyAutoStakeHotkey { .. } => "set_coldkey_auto_stake_hotkey",
            Self::SetTempo { .. } => "set_tempo",
            Self::SetActivityCutoffFactor { .. } => "set_activity_cutoff_factor",
            Self::TriggerEpoch { .. } => "trigger_epoch",
            Self::SetHyperparameter { .. } => "set_hyperparameter",
        }
    }
}
