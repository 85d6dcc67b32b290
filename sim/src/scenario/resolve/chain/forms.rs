//! The form of each call: which arguments it takes, and what they become.

use super::super::super::chain_file::{ChildTable, ClaimChoice};
use super::super::super::chain_types::roster_key;
use super::super::super::values::Whole;
use super::arguments::Arguments;
use super::calls::BY_HOTKEY;
use super::people::account;
use super::settings::setting;
use crate::chain::{Call, Origin, Preimage, RootClaimType, WeightVector, commit_hash};

/// The call of a name with the arguments that stand in its table.
pub(super) fn call(a: &mut Arguments<'_, '_>, name: &str, origin: Option<Origin>) -> Option<Call> {
    of_stake(a, name)
        .or_else(|| of_moves(a, name))
        .or_else(|| of_weights(a, name, origin))
        .or_else(|| of_ledger(a, name))
        .or_else(|| of_choices(a, name))
        .or_else(|| of_owners(a, name))
}

fn limit(arguments: &mut Arguments<'_, '_>) -> u64 {
    arguments.rao("limit_price_tao", "limit_price_rao")
}

fn allow_partial(arguments: &mut Arguments<'_, '_>) -> bool {
    arguments.optional("allow_partial").unwrap_or(false)
}

/// Calls that turn TAO into stake and back.
fn of_stake(a: &mut Arguments<'_, '_>, name: &str) -> Option<Call> {
    if !matches!(
        name,
        "add_stake"
            | "add_stake_limit"
            | "add_stake_burn"
            | "remove_stake"
            | "remove_stake_limit"
            | "remove_stake_full_limit"
            | "recycle_alpha"
            | "burn_alpha"
            | "lock_stake"
    ) {
        return None;
    }
    let (hotkey, netuid) = (a.hotkey("hotkey"), a.netuid());
    if name == "remove_stake_full_limit" {
        let limit_price_rao = a.amount("limit_price_tao", "limit_price_rao", false);
        return Some(Call::RemoveStakeFullLimit { hotkey, netuid, limit_price_rao });
    }
    if name.starts_with("add_stake") {
        let tao_rao = a.rao("tao", "tao_rao");
        return Some(match name {
            "add_stake" => Call::AddStake { hotkey, netuid, tao_rao },
            "add_stake_limit" => {
                let (limit_price_rao, allow_partial) = (limit(a), allow_partial(a));
                Call::AddStakeLimit { hotkey, netuid, tao_rao, limit_price_rao, allow_partial }
            }
            _ => {
                let limit_price_rao = a.amount("limit_price_tao", "limit_price_rao", false);
                Call::AddStakeBurn { hotkey, netuid, tao_rao, limit_price_rao }
            }
        });
    }
    let alpha_rao = a.rao("alpha", "alpha_rao");
    Some(match name {
        "remove_stake" => Call::RemoveStake { hotkey, netuid, alpha_rao },
        "remove_stake_limit" => {
            let (limit_price_rao, allow_partial) = (limit(a), allow_partial(a));
            Call::RemoveStakeLimit { hotkey, netuid, alpha_rao, limit_price_rao, allow_partial }
        }
        "recycle_alpha" => Call::RecycleAlpha { hotkey, netuid, alpha_rao },
        "burn_alpha" => Call::BurnAlpha { hotkey, netuid, alpha_rao },
        _ => Call::LockStake { hotkey, netuid, alpha_rao },
    })
}

/// Calls that move stake as it is.
fn of_moves(a: &mut Arguments<'_, '_>, name: &str) -> Option<Call> {
    if !matches!(name, "move_stake" | "transfer_stake" | "swap_stake" | "swap_stake_limit") {
        return None;
    }
    let origin_netuid = a.netuid_at("origin_subnet", "origin_netuid");
    let destination_netuid = a.netuid_at("destination_subnet", "destination_netuid");
    let alpha_rao = a.rao("alpha", "alpha_rao");
    Some(match name {
        "move_stake" => Call::MoveStake {
            origin_hotkey: a.hotkey("origin_hotkey"),
            destination_hotkey: a.hotkey("destination_hotkey"),
            origin_netuid,
            destination_netuid,
            alpha_rao,
        },
        "transfer_stake" => Call::TransferStake {
            destination_coldkey: a.coldkey("destination_coldkey"),
            hotkey: a.hotkey("hotkey"),
            origin_netuid,
            destination_netuid,
            alpha_rao,
        },
        "swap_stake" => Call::SwapStake {
            hotkey: a.hotkey("hotkey"),
            origin_netuid,
            destination_netuid,
            alpha_rao,
        },
        _ => Call::SwapStakeLimit {
            hotkey: a.hotkey("hotkey"),
            origin_netuid,
            destination_netuid,
            alpha_rao,
            limit_price_rao: limit(a),
            allow_partial: allow_partial(a),
        },
    })
}

/// Calls about weights.
fn of_weights(a: &mut Arguments<'_, '_>, name: &str, origin: Option<Origin>) -> Option<Call> {
    if !BY_HOTKEY.contains(&name) {
        return None;
    }
    let netuid = a.netuid();
    let mechanism = u8::try_from(a.number::<0, 255>("mechanism", 0)).unwrap_or(u8::MAX);
    let is_given = name == "commit_weights" && a.place.key("hash").exists();
    if is_given {
        let hash = hash(a);
        return Some(Call::CommitWeights { netuid, mechanism, hash });
    }
    let (uids, values) = (a.shorts("uids"), a.shorts("values"));
    let version_key = a.number::<0, { u64::MAX }>("version_key", 0);
    Some(match name {
        "set_weights" => Call::SetWeights { netuid, mechanism, uids, values, version_key },
        "commit_timelocked_weights" => {
            Call::CommitTimelockedWeights { netuid, mechanism, uids, values, version_key }
        }
        "reveal_weights" => {
            let salt = a.shorts("salt");
            Call::RevealWeights { netuid, mechanism, uids, values, salt, version_key }
        }
        _ => {
            let salt = a.shorts("salt");
            let weights = WeightVector { uids: &uids, values: &values, version_key };
            let key = match origin {
                Some(Origin::Signed(who)) => roster_key(who.index()),
                _ => [0; 32],
            };
            let hash = commit_hash(&key, netuid, mechanism, &Preimage { weights, salt: &salt });
            Call::CommitWeights { netuid, mechanism, hash }
        }
    })
}

/// The hash of a commit, from its hexadecimal digits.
fn hash(a: &mut Arguments<'_, '_>) -> [u8; 32] {
    let written: String = a.required("hash").unwrap_or_default();
    let mut hash = [0; 32];
    let digits: Option<Vec<u8>> =
        written.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
    match digits.as_deref() {
        Some(digits) if digits.len() == 64 => {
            for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
                *byte = pair.iter().fold(0, |byte, digit| byte * 16 + digit);
            }
        }
        _ => {
            let place = a.place.key("hash");
            a.sink
                .error(&place.span(), "this is not the hash of a commit")
                .label("allowed: 64 hexadecimal digits")
                .help("or give uids, values and salt, of which the hash is made");
        }
    }
    hash
}

/// Calls about balances, subnets and registration.
fn of_ledger(a: &mut Arguments<'_, '_>, name: &str) -> Option<Call> {
    Some(match name {
        "transfer_allow_death" => {
            Call::TransferAllowDeath { dest: a.coldkey("dest"), value_rao: a.rao("tao", "tao_rao") }
        }
        "transfer_keep_alive" => {
            Call::TransferKeepAlive { dest: a.coldkey("dest"), value_rao: a.rao("tao", "tao_rao") }
        }
        "faucet" => Call::Faucet,
        "register_network" => Call::RegisterNetwork { hotkey: a.hotkey("hotkey") },
        "root_dissolve_network" => Call::RootDissolveNetwork { netuid: a.netuid() },
        "start_call" => Call::StartCall { netuid: a.netuid() },
        "burned_register" => {
            Call::BurnedRegister { netuid: a.netuid(), hotkey: a.hotkey("hotkey") }
        }
        "register_limit" => Call::RegisterLimit {
            netuid: a.netuid(),
            hotkey: a.hotkey("hotkey"),
            limit_price_rao: limit(a),
        },
        "root_register" => Call::RootRegister { hotkey: a.hotkey("hotkey") },
        "unstake_all" => Call::UnstakeAll { hotkey: a.hotkey("hotkey") },
        "unstake_all_alpha" => Call::UnstakeAllAlpha { hotkey: a.hotkey("hotkey") },
        _ => return None,
    })
}

/// What a coldkey or a validator decides for itself.
fn of_choices(a: &mut Arguments<'_, '_>, name: &str) -> Option<Call> {
    Some(match name {
        "move_lock" => Call::MoveLock {
            destination_hotkey: a.hotkey("destination_hotkey"),
            netuid: a.netuid(),
        },
        "set_perpetual_lock" => {
            Call::SetPerpetualLock { netuid: a.netuid(), enabled: a.switch("enabled") }
        }
        "set_reject_locked_alpha" => Call::SetRejectLockedAlpha { enabled: a.switch("enabled") },
        "set_children" => set_children(a),
        "set_childkey_take" => {
            Call::SetChildkeyTake { hotkey: a.hotkey("hotkey"), netuid: a.netuid(), take: a.take() }
        }
        "increase_take" => Call::IncreaseTake { hotkey: a.hotkey("hotkey"), take: a.take() },
        "decrease_take" => Call::DecreaseTake { hotkey: a.hotkey("hotkey"), take: a.take() },
        "claim_root" => Call::ClaimRoot { netuids: a.netuids() },
        "set_root_claim_type" => {
            let claim_type = match a.required("claim_type") {
                Some(ClaimChoice::Swap) | None => RootClaimType::Swap,
                Some(ClaimChoice::Keep) => RootClaimType::Keep,
                Some(ClaimChoice::KeepSubnets(names)) => {
                    let place = a.place.key("claim_type").key("keep_subnets");
                    let mut netuids = a.named_netuids(&place, &names);
                    netuids.sort_unstable();
                    netuids.dedup();
                    RootClaimType::KeepSubnets(netuids)
                }
            };
            Call::SetRootClaimType { claim_type }
        }
        "set_coldkey_auto_stake_hotkey" => {
            Call::SetColdkeyAutoStakeHotkey { netuid: a.netuid(), hotkey: a.hotkey("hotkey") }
        }
        _ => return None,
    })
}

fn set_children(a: &mut Arguments<'_, '_>) -> Call {
    let (hotkey, netuid) = (a.hotkey("hotkey"), a.netuid());
    let written: Vec<ChildTable> = a.required("children").unwrap_or_default();
    let place = a.place.key("children");
    let mut children = Vec::with_capacity(written.len());
    for (index, child) in written.iter().enumerate() {
        let place = place.index(index).key("hotkey");
        if let Some(key) = a.scene.people.hotkey(&place, &child.hotkey, a.sink) {
            children.push((child.proportion.into(), account(key)));
        }
    }
    Call::SetChildren { hotkey, netuid, children }
}

/// What a subnet's owner or governance decides.
fn of_owners(a: &mut Arguments<'_, '_>, name: &str) -> Option<Call> {
    Some(match name {
        "set_tempo" => {
            let netuid = a.netuid();
            let tempo: Option<Whole<0, 65_535>> = a.required("tempo_blocks");
            Call::SetTempo { netuid, tempo_blocks: tempo.map_or(0, u16::from) }
        }
        "set_activity_cutoff_factor" => {
            let netuid = a.netuid();
            Call::SetActivityCutoffFactor {
                netuid,
                factor_milli: a.required("factor_milli").unwrap_or_default(),
            }
        }
        "trigger_epoch" => Call::TriggerEpoch { netuid: a.netuid() },
        "set_hyperparameter" => {
            let netuid = a.netuid();
            Call::SetHyperparameter { netuid, setting: setting(a)? }
        }
        _ => return None,
    })
}
