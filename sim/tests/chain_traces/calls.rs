//! The calls of a trace as the chain takes them.

use serde_json::Value;
use subsim_sim::chain::{AccountId, Call, NetUid, Origin, RootClaimType, State};

use crate::load::{Names, hex_bytes};

/// Arguments of a call by name.
struct Arguments<'a> {
    args: &'a Value,
    names: &'a Names,
}

impl Arguments<'_> {
    fn number(&self, key: &str) -> u64 {
        self.args[key].as_u64().unwrap_or_else(|| panic!("{key} of {}", self.args))
    }

    fn small(&self, key: &str) -> u16 {
        self.number(key).try_into().unwrap()
    }

    fn netuid(&self) -> NetUid {
        self.small("netuid")
    }

    fn flag(&self, key: &str) -> bool {
        self.args[key].as_bool().unwrap()
    }

    fn account(&self, key: &str) -> AccountId {
        self.names.id(self.args[key].as_str().unwrap())
    }

    fn hotkey(&self) -> AccountId {
        self.account("hotkey")
    }

    fn amount(&self) -> u64 {
        self.number("amount")
    }

    fn list(&self, key: &str) -> Vec<u16> {
        u16_list(&self.args[key])
    }
}

fn u16_list(list: &Value) -> Vec<u16> {
    let number = |value: &Value| u16::try_from(value.as_u64().unwrap()).unwrap();
    list.as_array().unwrap().iter().map(number).collect()
}

/// Who makes a call, and the call; `None` when the chain has no such call.
pub fn parse(call: &Value, names: &Names) -> Option<(Origin, Call)> {
    let args = Arguments { args: &call["args"], names };
    let origin = match call["who"].as_str().unwrap() {
        "root" => Origin::Root,
        name => Origin::Signed(names.id(name)),
    };
    let name = call["call"].as_str().unwrap();
    let parsed = stake(name, &args).or_else(|| ledger(name, &args)).or_else(|| others(name, &args));
    Some((origin, parsed?))
}

fn stake(name: &str, args: &Arguments<'_>) -> Option<Call> {
    let (hotkey, netuid, limit, partial) = (
        || args.hotkey(),
        || args.netuid(),
        || args.number("limit_price"),
        || args.flag("allow_partial"),
    );
    let (origin_netuid, destination_netuid) =
        (|| args.small("origin_netuid"), || args.small("destination_netuid"));
    Some(match name {
        "add_stake" => {
            Call::AddStake { hotkey: hotkey(), netuid: netuid(), tao_rao: args.amount() }
        }
        "add_stake_limit" => Call::AddStakeLimit {
            hotkey: hotkey(),
            netuid: netuid(),
            tao_rao: args.amount(),
            limit_price_rao: limit(),
            allow_partial: partial(),
        },
        "remove_stake" => {
            Call::RemoveStake { hotkey: hotkey(), netuid: netuid(), alpha_rao: args.amount() }
        }
        "remove_stake_limit" => Call::RemoveStakeLimit {
            hotkey: hotkey(),
            netuid: netuid(),
            alpha_rao: args.amount(),
            limit_price_rao: limit(),
            allow_partial: partial(),
        },
        "remove_stake_full_limit" => Call::RemoveStakeFullLimit {
            hotkey: hotkey(),
            netuid: netuid(),
            limit_price_rao: args.args["limit_price"].as_u64(),
        },
        "unstake_all" => Call::UnstakeAll { hotkey: hotkey() },
        "unstake_all_alpha" => Call::UnstakeAllAlpha { hotkey: hotkey() },
        "recycle_alpha" => {
            Call::RecycleAlpha { hotkey: hotkey(), netuid: netuid(), alpha_rao: args.amount() }
        }
        "burn_alpha" => {
            Call::BurnAlpha { hotkey: hotkey(), netuid: netuid(), alpha_rao: args.amount() }
        }
        "move_stake" => Call::MoveStake {
            origin_hotkey: args.account("origin_hotkey"),
            destination_hotkey: args.account("destination_hotkey"),
            origin_netuid: origin_netuid(),
            destination_netuid: destination_netuid(),
            alpha_rao: args.amount(),
        },
        "transfer_stake" => Call::TransferStake {
            destination_coldkey: args.account("destination_coldkey"),
            hotkey: hotkey(),
            origin_netuid: origin_netuid(),
            destination_netuid: destination_netuid(),
            alpha_rao: args.amount(),
        },
        "swap_stake" => Call::SwapStake {
            hotkey: hotkey(),
            origin_netuid: origin_netuid(),
            destination_netuid: destination_netuid(),
            alpha_rao: args.amount(),
        },
        "swap_stake_limit" => Call::SwapStakeLimit {
            hotkey: hotkey(),
            origin_netuid: origin_netuid(),
            destination_netuid: destination_netuid(),
            alpha_rao: args.amount(),
            limit_price_rao: limit(),
            allow_partial: partial(),
        },
        "lock_stake" => {
            Call::LockStake { hotkey: hotkey(), netuid: netuid(), alpha_rao: args.amount() }
        }
        "move_lock" => Call::MoveLock {
            destination_hotkey: args.account("destination_hotkey"),
            netuid: netuid(),
        },
        "set_perpetual_lock" => {
            Call::SetPerpetualLock { netuid: netuid(), enabled: args.flag("enabled") }
        }
        _ => return None,
    })
}

fn ledger(name: &str, args: &Arguments<'_>) -> Option<Call> {
    Some(match name {
        "transfer_allow_death" => {
            Call::TransferAllowDeath { dest: args.account("dest"), value_rao: args.number("value") }
        }
        "transfer_keep_alive" => {
            Call::TransferKeepAlive { dest: args.account("dest"), value_rao: args.number("value") }
        }
        "register_network" => Call::RegisterNetwork { hotkey: args.hotkey() },
        "start_call" => Call::StartCall { netuid: args.netuid() },
        "burned_register" => Call::BurnedRegister { netuid: args.netuid(), hotkey: args.hotkey() },
        "register_limit" => Call::RegisterLimit {
            netuid: args.netuid(),
            hotkey: args.hotkey(),
            limit_price_rao: args.number("limit_price"),
        },
        "root_register" => Call::RootRegister { hotkey: args.hotkey() },
        "claim_root" => Call::ClaimRoot { netuids: args.list("subnets") },
        "set_root_claim_type" => {
            Call::SetRootClaimType { claim_type: claim_type(&args.args["type"]) }
        }
        _ => return None,
    })
}

fn claim_type(value: &Value) -> RootClaimType {
    match value.as_str() {
        Some("Swap") => RootClaimType::Swap,
        Some("Keep") => RootClaimType::Keep,
        _ => RootClaimType::KeepSubnets(u16_list(&value["KeepSubnets"])),
    }
}

fn others(name: &str, args: &Arguments<'_>) -> Option<Call> {
    let (netuid, mechanism) = (|| args.netuid(), 0);
    let version_key = || args.number("version_key");
    Some(match name {
        "set_weights" => Call::SetWeights {
            netuid: netuid(),
            mechanism,
            uids: args.list("dests"),
            values: args.list("weights"),
            version_key: version_key(),
        },
        "commit_weights" => Call::CommitWeights {
            netuid: netuid(),
            mechanism,
            hash: hex_bytes(args.args["commit_hash"].as_str().unwrap()),
        },
        "reveal_weights" => Call::RevealWeights {
            netuid: netuid(),
            mechanism,
            uids: args.list("uids"),
            values: args.list("values"),
            salt: args.list("salt"),
            version_key: version_key(),
        },
        "set_children" => {
            Call::SetChildren { hotkey: args.hotkey(), netuid: netuid(), children: children(args) }
        }
        "set_childkey_take" => Call::SetChildkeyTake {
            hotkey: args.hotkey(),
            netuid: netuid(),
            take: args.small("take"),
        },
        "increase_take" => Call::IncreaseTake { hotkey: args.hotkey(), take: args.small("take") },
        "decrease_take" => Call::DecreaseTake { hotkey: args.hotkey(), take: args.small("take") },
        "set_coldkey_auto_stake_hotkey" => {
            Call::SetColdkeyAutoStakeHotkey { netuid: netuid(), hotkey: args.hotkey() }
        }
        "set_tempo" => Call::SetTempo { netuid: netuid(), tempo_blocks: args.small("tempo") },
        "set_activity_cutoff_factor" => Call::SetActivityCutoffFactor {
            netuid: netuid(),
            factor_milli: args.number("factor_milli").try_into().unwrap(),
        },
        "trigger_epoch" => Call::TriggerEpoch { netuid: netuid() },
        _ => return None,
    })
}

fn children(args: &Arguments<'_>) -> Vec<(u64, AccountId)> {
    let child = |entry: &Value| {
        (entry[0].as_str().unwrap().parse().unwrap(), args.names.id(entry[1].as_str().unwrap()))
    };
    args.args["children"].as_array().unwrap().iter().map(child).collect()
}

/// Changes a hyperparameter behind the chain's back, as the makers of the traces did.
pub fn raw_set(state: &mut State, call: &Value) {
    let args = &call["args"];
    let value = &args["value"];
    let netuid = usize::try_from(args["netuid"].as_u64().unwrap()).unwrap();
    let hyper = &mut state.subnets[netuid].as_mut().unwrap().hyper;
    let number = || value.as_u64().unwrap();
    match args["item"].as_str().unwrap() {
        "SubnetEmissionEnabled" => hyper.emission_enabled = value.as_bool().unwrap(),
        "CommitRevealWeightsEnabled" => hyper.commit_reveal_enabled = value.as_bool().unwrap(),
        "Tempo" => hyper.tempo_blocks = number().try_into().unwrap(),
        "MaxAllowedUids" => hyper.max_allowed_uids = number().try_into().unwrap(),
        "WeightsSetRateLimit" => hyper.weights_rate_limit_blocks = number(),
        item => panic!("unknown storage item {item}"),
    }
}
