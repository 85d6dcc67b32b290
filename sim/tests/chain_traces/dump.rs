//! Writing the state the way the traces do, to compare it.

use serde_json::{Map, Value, json};
use subsim_sim::chain::{
    AccountId, GlobalParameters, Hyperparameters, LockState, RecycleOrBurn, RootClaimType, Row,
    State, Subnet,
};

use crate::load::Names;

/// The whole state but hyperparameters, which traces write only when they changed.
pub fn state(state: &State, names: &Names) -> Value {
    let name = |id: AccountId| names.name(id).to_owned();
    let mut dump = json!({
        "block": state.block,
        "total_issuance": state.total_issuance_rao,
        "balances_issuance": state.balances_issuance_rao,
        "total_stake": state.total_stake_rao,
        "next_block_emission": state.next_block_emission_rao(),
        "total_networks": state.netuids().count(),
        "network_last_lock": state.network_last_lock_rao,
        "network_last_lock_block": state.network_last_lock_block,
        "network_lock_cost": state.network_lock_cost_rao(),
        "staking_coldkeys_index": state.staking_coldkeys.iter().map(|id| name(*id)).collect::<Vec<_>>(),
    });
    let fields = dump.as_object_mut().unwrap();
    accounts(state, names, fields);
    stakes(state, names, fields);
    families(state, names, fields);
    locks(state, names, fields);
    let subnets = state.subnets.iter().flatten();
    let subnets: Map<_, _> = subnets
        .map(|subnet| (subnet.netuid.to_string(), self::subnet(state, subnet, names)))
        .collect();
    fields.insert("subnets".to_owned(), subnets.into());
    dump
}

fn accounts(state: &State, names: &Names, fields: &mut Map<String, Value>) {
    let list = |ids: &[AccountId]| -> Value { ids.iter().map(|id| names.name(*id)).collect() };
    let mut tables: [Map<String, Value>; 7] = Default::default();
    for (index, account) in state.accounts.iter().enumerate() {
        let name = names.name(AccountId(index as u32)).to_owned();
        let [free, owner, owned, staking, delegates, claimable, claim_type] = &mut tables;
        if account.free_rao != 0 {
            free.insert(name.clone(), account.free_rao.into());
        }
        if let Some(coldkey) = account.owner {
            owner.insert(name.clone(), names.name(coldkey).into());
        }
        if !account.owned_hotkeys.is_empty() {
            owned.insert(name.clone(), list(&account.owned_hotkeys));
        }
        if !account.staking_hotkeys.is_empty() {
            staking.insert(name.clone(), list(&account.staking_hotkeys));
        }
        if let Some(take) = account.delegate_take {
            delegates.insert(name.clone(), take.into());
        }
        // The traces leave out empty maps.
        let rates = &account.root_claimable_bits;
        if !rates.is_empty() {
            let rates =
                rates.iter().map(|(netuid, bits)| (netuid.to_string(), bits.to_string().into()));
            claimable.insert(name.clone(), Value::Object(rates.collect()));
        }
        if let Some(choice) = &account.root_claim_type {
            claim_type.insert(name.clone(), claim_type_text(choice).into());
        }
    }
    let keys = [
        "free",
        "owner",
        "owned_hotkeys",
        "staking_hotkeys",
        "delegates",
        "root_claimable",
        "root_claim_type",
    ];
    for (key, table) in keys.into_iter().zip(tables) {
        fields.insert(key.to_owned(), table.into());
    }
}

fn claim_type_text(choice: &RootClaimType) -> String {
    match choice {
        RootClaimType::Swap => "Swap".to_owned(),
        RootClaimType::Keep => "Keep".to_owned(),
        RootClaimType::KeepSubnets(subnets) => {
            let subnets: Vec<_> =
                subnets.iter().map(|netuid| format!("NetUid({netuid})")).collect();
            format!("KeepSubnets {{ subnets: {{{}}} }}", subnets.join(", "))
        }
    }
}

fn stakes(state: &State, names: &Names, fields: &mut Map<String, Value>) {
    let (mut stakes, mut totals) = (Vec::new(), Vec::new());
    for subnet in state.subnets.iter().flatten() {
        for (hotkey, pool) in &subnet.stakes {
            let hotkey = names.name(*hotkey);
            let sum = pool.denominator();
            let (mantissa, exponent) = (sum.mantissa().to_string(), sum.exponent());
            totals.push(json!([subnet.netuid, hotkey, pool.total_rao(), mantissa, exponent]));
            for (coldkey, share) in pool.shares() {
                let (mantissa, exponent) = (share.mantissa().to_string(), share.exponent());
                let (coldkey, rao) = (names.name(*coldkey), pool.worth_rao(share));
                stakes.push(json!([subnet.netuid, hotkey, coldkey, rao, mantissa, exponent]));
            }
        }
    }
    fields.insert("stakes".to_owned(), stakes.into());
    fields.insert("hotkey_alpha".to_owned(), totals.into());
}

fn relations(relations: &[(u64, AccountId)], names: &Names) -> Value {
    relations.iter().map(|(part, key)| json!([part.to_string(), names.name(*key)])).collect()
}

fn families(state: &State, names: &Names, fields: &mut Map<String, Value>) {
    let mut tables: [Vec<Value>; 5] = Default::default();
    for subnet in state.subnets.iter().flatten() {
        let [children, parents, pending, claimed, auto_stake] = &mut tables;
        let netuid = subnet.netuid;
        for (hotkey, list) in &subnet.children {
            children.push(json!([netuid, names.name(*hotkey), relations(list, names)]));
        }
        for (hotkey, list) in &subnet.parents {
            parents.push(json!([netuid, names.name(*hotkey), relations(list, names)]));
        }
        for hotkey in state.pending_children_order(netuid) {
            let (list, block) = &subnet.pending_children[&hotkey];
            pending.push(json!([netuid, names.name(hotkey), block, relations(list, names)]));
        }
        for ((hotkey, coldkey), rao) in &subnet.root_claimed {
            let (hotkey, coldkey) = (names.name(*hotkey), names.name(*coldkey));
            claimed.push(json!([netuid, hotkey, coldkey, rao.to_string()]));
        }
        for (coldkey, hotkey) in &subnet.auto_stake {
            auto_stake.push(json!([names.name(*coldkey), netuid, names.name(*hotkey)]));
        }
    }
    let takes = state.childkey_takes.iter();
    let takes = takes.map(|((netuid, hotkey), take)| json!([netuid, names.name(*hotkey), take]));
    fields.insert("childkey_take".to_owned(), takes.collect());
    tables[4].sort_by_key(|entry| (entry[0].to_string(), entry[1].as_u64()));
    let keys = ["children", "parents", "pending_children", "root_claimed", "auto_stake"];
    for (key, table) in keys.into_iter().zip(tables) {
        fields.insert(key.to_owned(), table.into());
    }
}

/// Stake locks, by coldkey, and their sums.
fn locks(state: &State, names: &Names, fields: &mut Map<String, Value>) {
    let (mut own, mut sums) = (Vec::new(), Vec::new());
    for subnet in state.subnets.iter().flatten() {
        let (netuid, locks) = (subnet.netuid, &subnet.locks);
        for (coldkey, (hotkey, lock)) in &locks.by_coldkey {
            own.push((*coldkey, netuid, *hotkey, *lock));
        }
        let decaying =
            locks.decaying.iter().map(|(key, sum)| ("decaying_hotkey", Some(*key), *sum));
        let perpetual = locks.perpetual.iter().map(|(key, sum)| ("hotkey", Some(*key), *sum));
        let owner = locks.perpetual_owner.map(|sum| ("owner", None, sum));
        let decaying_owner = locks.decaying_owner.map(|sum| ("decaying_owner", None, sum));
        let all = decaying.chain(perpetual).chain(owner).chain(decaying_owner);
        sums.extend(all.map(|(kind, key, sum)| (kind, netuid, key, sum)));
    }
    own.sort_by_key(|(coldkey, netuid, ..)| (*coldkey, *netuid));
    sums.sort_by_key(|(kind, netuid, key, _)| (*kind, *netuid, key.map(|key| names.name(key))));
    let parts = |lock: &LockState| {
        let conviction = lock.conviction.to_bits().to_string();
        (lock.mass_rao, conviction, lock.last_update)
    };
    let own = own.iter().map(|(coldkey, netuid, hotkey, lock)| {
        let (mass, conviction, block) = parts(lock);
        json!([names.name(*coldkey), netuid, names.name(*hotkey), mass, conviction, block])
    });
    let sums = sums.iter().map(|(kind, netuid, key, sum)| {
        json!([kind, netuid, key.map(|key| names.name(key)), parts(sum)])
    });
    fields.insert("locks".to_owned(), own.collect());
    fields.insert("lock_aggregates".to_owned(), sums.collect());
}

fn rows(rows: &[Row]) -> Value {
    rows.iter()
        .map(|row| row.iter().map(|(uid, value)| json!([uid, value])).collect::<Value>())
        .collect()
}

fn subnet(state: &State, subnet: &Subnet, names: &Names) -> Value {
    let mut dump = json!({});
    let fields = dump.as_object_mut().unwrap();
    for part in [pool(state, subnet), counters(subnet), neurons(subnet, names)] {
        let Value::Object(part) = part else { unreachable!() };
        fields.extend(part);
    }
    dump
}

fn pool(state: &State, subnet: &Subnet) -> Value {
    let (pool, flow) = (&subnet.pool, &subnet.flow);
    let average = |average: &Option<(u64, i128)>| match average {
        Some((block, bits)) => json!([block, bits.to_string()]),
        None => Value::Null,
    };
    json!({
        "tao": pool.tao_rao,
        "alpha_in": pool.alpha_in_rao,
        "alpha_out": pool.alpha_out_rao,
        "protocol_alpha": pool.protocol_alpha_rao,
        "volume": pool.volume_rao.to_string(),
        "quote_weight_1e18": pool.quote_weight_e18,
        "palswap_initialized": pool.initialized,
        "scrap_alpha": pool.scrap_alpha_rao,
        "price_bits_u64f64": state.price(subnet.netuid).to_bits().to_string(),
        "moving_price_bits_i96f32": pool.moving_price_bits.to_string(),
        "root_prop_bits_u96f32": pool.root_proportion_bits.to_string(),
        "tao_flow": pool.tao_flow_rao,
        "protocol_flow": pool.protocol_flow_rao,
        "ema_tao_flow": average(&pool.tao_flow_average),
        "ema_protocol_flow": average(&pool.protocol_flow_average),
        "locked": pool.locked_rao,
        "alpha_in_emission": flow.alpha_in_emission_rao,
        "alpha_out_emission": flow.alpha_out_emission_rao,
        "tao_in_emission": flow.tao_in_emission_rao,
        "excess_tao": flow.excess_tao_rao,
        "root_sell_tao": flow.root_sell_tao_rao,
    })
}

fn counters(subnet: &Subnet) -> Value {
    let (pending, schedule) = (&subnet.pending, &subnet.schedule);
    let registration = &subnet.registration;
    json!({
        "pending_server": pending.server_rao,
        "pending_validator": pending.validator_rao,
        "pending_root_alpha": pending.root_alpha_rao,
        "pending_owner_cut": pending.owner_cut_rao,
        "miner_burned_bits_u96f32": pending.miner_burned_bits.to_string(),
        "last_epoch_block": schedule.last_epoch_block,
        "pending_epoch_at": schedule.pending_epoch_at,
        "epoch_index": schedule.epoch_index,
        "blocks_since_last_step": schedule.blocks_since_last_step,
        "last_mechanism_step_block": schedule.last_step_block,
        "burn": registration.burn_rao,
        "registrations_this_block": registration.this_block,
        "registrations_this_interval": registration.this_interval,
        "rao_recycled": registration.rao_recycled,
    })
}

fn neurons(subnet: &Subnet, names: &Names) -> Value {
    let (neurons, mechanism) = (&subnet.neurons, &subnet.mechanisms[0]);
    let by_name = |table: &std::collections::BTreeMap<AccountId, u64>| -> Value {
        let entries = table.iter().map(|(key, rao)| (names.name(*key).to_owned(), (*rao).into()));
        Value::Object(entries.collect())
    };
    let commits = mechanism.commits.iter().map(|(hotkey, commits)| {
        let commits = commits.iter().map(|commit| {
            let hash: String = commit.hash.iter().map(|byte| format!("{byte:02x}")).collect();
            json!([format!("0x{hash}"), commit.epoch, commit.block])
        });
        (names.name(*hotkey).to_owned(), commits.collect::<Value>())
    });
    json!({
        "n": neurons.len(),
        "keys": neurons.hotkeys.iter().map(|id| names.name(*id)).collect::<Vec<_>>(),
        "incentive": mechanism.incentive,
        "dividends": neurons.dividends,
        "consensus": neurons.consensus,
        "validator_trust": neurons.validator_trust,
        "emission": neurons.emission_rao,
        "stake_weight": neurons.stake_weight,
        "validator_permit": neurons.validator_permit,
        "active": neurons.active,
        "bonds": rows(&mechanism.bonds),
        "weights": rows(&mechanism.weights),
        "last_update": mechanism.last_update,
        "block_at_registration": neurons.block_at_registration,
        "alpha_dividends": by_name(&subnet.alpha_dividends),
        "root_alpha_dividends": by_name(&subnet.root_alpha_dividends),
        "commits": Value::Object(commits.collect()),
    })
}

/// Hyperparameters of a subnet.
pub fn hyperparameters(hyper: &Hyperparameters, names: &Names) -> Value {
    let name = |id: Option<AccountId>| id.map(|id| names.name(id).to_owned());
    let mut dump = json!({
        "tempo": hyper.tempo_blocks,
        "activity_cutoff_factor_milli": hyper.activity_cutoff_factor_milli,
        "activity_cutoff_legacy": hyper.activity_cutoff_legacy_blocks,
        "alpha_sigmoid_steepness": hyper.alpha_sigmoid_steepness,
        "alpha_values": [hyper.alpha_low, hyper.alpha_high],
        "bonds_moving_avg": hyper.bonds_moving_average,
        "bonds_penalty": hyper.bonds_penalty,
        "bonds_reset_on": hyper.bonds_reset_on,
        "burn_half_life": hyper.burn_half_life_blocks,
        "burn_increase_mult_bits_u64f64": hyper.burn_increase_mult_bits.to_string(),
        "commit_reveal_enabled": hyper.commit_reveal_enabled,
        "ema_price_halving_blocks": hyper.price_halving_blocks,
        "emission_enabled": hyper.emission_enabled,
        "first_emission_block": hyper.first_emission_block,
        "immune_owner_uids_limit": hyper.immune_owner_uids_limit,
        "immunity_period": hyper.immunity_period_blocks,
        "kappa": hyper.kappa,
        "liquid_alpha_on": hyper.liquid_alpha_on,
        "max_allowed_uids": hyper.max_allowed_uids,
        "max_allowed_validators": hyper.max_allowed_validators,
        "max_burn": hyper.max_burn_rao,
        "max_regs_per_block": hyper.max_registrations_per_block,
    });
    let rest = json!({
        "max_weights_limit": hyper.max_weights_limit,
        "mechanism": hyper.mechanism,
        "mechanism_count": hyper.mechanism_count,
        "min_allowed_uids": hyper.min_allowed_uids,
        "min_allowed_weights": hyper.min_allowed_weights,
        "min_burn": hyper.min_burn_rao,
        "min_childkey_take_per_subnet": hyper.min_childkey_take,
        "min_non_immune_uids": hyper.min_non_immune_uids,
        "network_registered_at": hyper.network_registered_at,
        "owner": name(hyper.owner),
        "owner_hotkey": name(hyper.owner_hotkey),
        "owner_cut_auto_lock": hyper.owner_cut_auto_lock,
        "owner_cut_enabled": hyper.owner_cut_enabled,
        "recycle_or_burn": hyper.recycle_or_burn.map(|choice| match choice {
            RecycleOrBurn::Burn => "Burn",
            RecycleOrBurn::Recycle => "Recycle",
        }),
        "registration_allowed": hyper.registration_allowed,
        "reveal_period_epochs": hyper.reveal_period_epochs,
        "rho": hyper.rho,
        "root_claimable_threshold_bits_i96f32": hyper.root_claimable_threshold_bits.to_string(),
        "subtoken_enabled": hyper.subtoken_enabled,
        "swap_fee_rate_u16": hyper.swap_fee_rate,
        "target_regs_per_interval": hyper.target_registrations_per_interval,
        "transfer_toggle": hyper.transfer_toggle,
        "weights_set_rate_limit": hyper.weights_rate_limit_blocks,
        "weights_version_key": hyper.weights_version_key,
        "yuma3_on": hyper.yuma3_on,
    });
    let Value::Object(rest) = rest else { unreachable!() };
    dump.as_object_mut().unwrap().extend(rest);
    dump
}

/// Hyperparameters of the chain.
pub fn globals(globals: &GlobalParameters) -> Value {
    json!({
        "admin_freeze_window": globals.admin_freeze_window_blocks,
        "ck_burn_u64": globals.childkey_burn,
        "commit_reveal_version": globals.commit_reveal_version,
        "default_min_stake": globals.min_stake_rao,
        "existential_deposit": globals.existential_deposit_rao,
        "flow_ema_smoothing_factor": globals.flow_smoothing_factor,
        "flow_norm_exponent_bits_u64f64": globals.flow_exponent_bits.to_string(),
        "maturity_rate": globals.maturity_rate_blocks,
        "max_childkey_take": globals.max_childkey_take,
        "max_delegate_take": globals.max_delegate_take,
        "max_epochs_per_block": globals.max_epochs_per_block,
        "min_childkey_take": globals.min_childkey_take,
        "min_delegate_take": globals.min_delegate_take,
        "net_tao_flow_enabled": globals.net_tao_flow_enabled,
        "network_immunity_period": globals.network_immunity_period_blocks,
        "network_lock_reduction_interval": globals.network_lock_reduction_interval_blocks,
        "network_min_lock": globals.network_min_lock_rao,
        "network_rate_limit": globals.network_rate_limit_blocks,
        "nominator_min_required_stake": globals.nominator_min_stake_rao,
        "num_root_claim_k": globals.root_claims_per_block,
        "pending_childkey_cooldown": globals.pending_childkey_cooldown_blocks,
        "set_children_rate_limit_hardcoded": globals.set_children_rate_limit_blocks,
        "stake_threshold": globals.stake_threshold_rao,
        "start_call_delay": globals.start_call_delay_blocks,
        "subnet_limit": globals.subnet_limit,
        "subnet_moving_alpha_bits_i96f32": globals.subnet_moving_alpha_bits.to_string(),
        "subnet_owner_cut_u16": globals.subnet_owner_cut,
        "tao_flow_cutoff_bits_i64f64": globals.tao_flow_cutoff_bits.to_string(),
        "tao_weight_u64": globals.tao_weight,
        "tx_childkey_take_rate_limit": globals.childkey_take_rate_limit_blocks,
        "tx_delegate_take_rate_limit": globals.delegate_take_rate_limit_blocks,
        "tx_rate_limit": globals.tx_rate_limit_blocks,
        "unlock_rate": globals.unlock_rate_blocks,
    })
}
