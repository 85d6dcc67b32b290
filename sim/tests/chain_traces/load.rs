//! Reading a trace: names of accounts, and the state that its first line sets up.

use std::collections::BTreeMap;

use serde_json::Value;
use subsim_consensus::economics::U64F64;
use subsim_sim::chain::{
    AccountId, BlockFlow, Commit, GlobalParameters, Hyperparameters, LockState, Mechanism, NetUid,
    Neurons, Pending, Pool, RecycleOrBurn, Registration, RootClaimType, Schedule, Share, StakePool,
    State, Subnet,
};

/// Names of accounts as the traces write them, and their ids.
pub struct Names {
    ids: BTreeMap<String, AccountId>,
    names: Vec<String>,
}

impl Names {
    /// Interns all accounts named in the setup and anywhere in the trace, in the order of keys.
    pub fn intern(state: &mut State, setup: &Value, text: &str) -> Self {
        let mut keys: BTreeMap<[u8; 32], String> = BTreeMap::new();
        for (name, number) in setup["accounts"].as_object().unwrap() {
            keys.insert(number_key(number.as_u64().unwrap()), name.clone());
        }
        for (name, hex) in setup["sub_accounts"].as_object().unwrap() {
            keys.insert(hex_key(hex.as_str().unwrap()), name.clone());
        }
        for word in text.split('"') {
            if let Some(number) = word.strip_prefix('c').and_then(|rest| rest.parse::<u64>().ok()) {
                keys.insert(number_key(1000 + number), word.to_owned());
            }
            if let Some(number) = word.strip_prefix('h').and_then(|rest| rest.parse::<u64>().ok()) {
                keys.insert(number_key(2000 + number), word.to_owned());
            }
        }
        let mut names = Self { ids: BTreeMap::new(), names: Vec::new() };
        for (mut key, name) in keys {
            key.reverse();
            names.ids.insert(name.clone(), state.intern(key));
            names.names.push(name);
        }
        names
    }

    /// Id of a name.
    pub fn id(&self, name: &str) -> AccountId {
        *self.ids.get(name).unwrap_or_else(|| panic!("unknown account {name}"))
    }

    /// Name of an id.
    pub fn name(&self, id: AccountId) -> &str {
        &self.names[id.index()]
    }
}

/// Big-endian key of a small number, which sorts as the chain does.
fn number_key(number: u64) -> [u8; 32] {
    let mut key = [0; 32];
    key[24..].copy_from_slice(&number.to_be_bytes());
    key
}

fn hex_key(hex: &str) -> [u8; 32] {
    let digits = hex.trim_start_matches("0x");
    let padded = format!("{digits:0>64}");
    std::array::from_fn(|i| u8::from_str_radix(&padded[2 * i..2 * i + 2], 16).unwrap())
}

/// 32 bytes as written, first byte first.
pub fn hex_bytes(hex: &str) -> [u8; 32] {
    hex_key(hex)
}

fn u64_of(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("not an u64: {value}"))
}

fn u16_of(value: &Value) -> u16 {
    u64_of(value) as u16
}

fn i128_of(value: &Value) -> i128 {
    value.as_str().unwrap().parse().unwrap()
}

fn u128_of(value: &Value) -> u128 {
    value.as_str().unwrap().parse().unwrap()
}

fn list<T>(value: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().unwrap().iter().map(read).collect()
}

/// Account names, and the state of the setup line.
pub fn setup(line: &Value, text: &str) -> (State, Names) {
    let mut state = State::default();
    let names = Names::intern(&mut state, line, text);
    for name in line["sub_accounts"].as_object().unwrap().keys() {
        let Some(netuid) = name.strip_prefix("sn") else { continue };
        state.pots.insert(netuid.parse().unwrap(), names.id(name));
    }
    state.author = Some(names.id("author"));
    let hp = &line["state"]["hp"];
    let state =
        restore(&state, &line["state"], |netuid| &hp[netuid], &line["state"]["ghp"], &names);
    (state, names)
}

/// The state of a dump. Of `frame`, only keys, pots and the author are used.
pub fn restore<'a>(
    frame: &State,
    dump: &Value,
    hp: impl Fn(&str) -> &'a Value,
    ghp: &Value,
    names: &Names,
) -> State {
    let mut state = State::default();
    state.pots.clone_from(&frame.pots);
    state.author = frame.author;
    for account in &frame.accounts {
        state.intern(account.key);
    }
    state.block = u64_of(&dump["block"]);
    state.total_issuance_rao = u64_of(&dump["total_issuance"]);
    state.balances_issuance_rao = u64_of(&dump["balances_issuance"]);
    state.total_stake_rao = u64_of(&dump["total_stake"]);
    state.network_last_lock_rao = u64_of(&dump["network_last_lock"]);
    state.network_last_lock_block = u64_of(&dump["network_last_lock_block"]);
    state.globals = globals(ghp);
    accounts(&mut state, dump, names);
    for (netuid, fields) in dump["subnets"].as_object().unwrap() {
        let index: NetUid = netuid.parse().unwrap();
        let subnet =
            subnet(index, state.pots[&index], hyperparameters(hp(netuid), names), fields, names);
        if state.subnets.len() <= usize::from(index) {
            state.subnets.resize(usize::from(index) + 1, None);
        }
        state.subnets[usize::from(index)] = Some(subnet);
    }
    stakes(&mut state, dump, names);
    families(&mut state, dump, names);
    // Traces say what is there, not how it came about.
    state.open_books();
    state
}

fn table(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().unwrap().iter()
}

fn accounts(state: &mut State, dump: &Value, names: &Names) {
    let id = |value: &Value| names.id(value.as_str().unwrap());
    for (name, rao) in table(&dump["free"]) {
        state.account_mut(names.id(name)).free_rao = u64_of(rao);
    }
    for (hotkey, coldkey) in table(&dump["owner"]) {
        state.account_mut(names.id(hotkey)).owner = Some(id(coldkey));
    }
    for (coldkey, hotkeys) in table(&dump["owned_hotkeys"]) {
        state.account_mut(names.id(coldkey)).owned_hotkeys = list(hotkeys, id);
    }
    for (coldkey, hotkeys) in table(&dump["staking_hotkeys"]) {
        state.account_mut(names.id(coldkey)).staking_hotkeys = list(hotkeys, id);
    }
    for (hotkey, take) in table(&dump["delegates"]) {
        state.account_mut(names.id(hotkey)).delegate_take = Some(u16_of(take));
    }
    for (hotkey, rates) in table(&dump["root_claimable"]) {
        let rates = table(rates).map(|(netuid, bits)| (netuid.parse().unwrap(), i128_of(bits)));
        state.account_mut(names.id(hotkey)).root_claimable_bits = rates.collect();
    }
    for (coldkey, choice) in table(&dump["root_claim_type"]) {
        let choice = claim_type(choice.as_str().unwrap());
        state.account_mut(names.id(coldkey)).root_claim_type = Some(choice);
    }
    state.staking_coldkeys = list(&dump["staking_coldkeys_index"], id);
    let index = state.staking_coldkeys.iter().enumerate();
    state.staking_coldkey_index = index.map(|(at, coldkey)| (*coldkey, at as u64)).collect();
}

fn claim_type(text: &str) -> RootClaimType {
    match text {
        "Swap" => RootClaimType::Swap,
        "Keep" => RootClaimType::Keep,
        subnets => {
            let numbers = subnets.split(|c: char| !c.is_ascii_digit());
            RootClaimType::KeepSubnets(numbers.filter_map(|number| number.parse().ok()).collect())
        }
    }
}

fn stakes(state: &mut State, dump: &Value, names: &Names) {
    let share = |entry: &Value, at: usize| {
        let exponent = entry[at + 1].as_i64().unwrap();
        Share::new(u128_of(&entry[at]), exponent).unwrap()
    };
    let mut shares: BTreeMap<(NetUid, AccountId), Vec<(AccountId, Share)>> = BTreeMap::new();
    for entry in dump["stakes"].as_array().unwrap() {
        let (hotkey, coldkey) =
            (names.id(entry[1].as_str().unwrap()), names.id(entry[2].as_str().unwrap()));
        shares.entry((u16_of(&entry[0]), hotkey)).or_default().push((coldkey, share(entry, 4)));
    }
    for entry in dump["hotkey_alpha"].as_array().unwrap() {
        let (netuid, hotkey) = (u16_of(&entry[0]), names.id(entry[1].as_str().unwrap()));
        let of_hotkey = shares.remove(&(netuid, hotkey)).unwrap_or_default();
        let pool = StakePool::from_parts(u64_of(&entry[2]), share(entry, 3), of_hotkey);
        state.subnet_mut(netuid).unwrap().stakes.insert(hotkey, pool);
    }
    assert!(shares.is_empty(), "shares without a pool");
}

fn families(state: &mut State, dump: &Value, names: &Names) {
    let id = |value: &Value| names.id(value.as_str().unwrap());
    let relations = |value: &Value| {
        list(value, |entry| (entry[0].as_str().unwrap().parse::<u64>().unwrap(), id(&entry[1])))
    };
    let entries = |key: &str| dump[key].as_array().unwrap().iter();
    for entry in entries("children") {
        let subnet = state.subnet_mut(u16_of(&entry[0])).unwrap();
        subnet.children.insert(id(&entry[1]), relations(&entry[2]));
    }
    for entry in entries("parents") {
        let subnet = state.subnet_mut(u16_of(&entry[0])).unwrap();
        subnet.parents.insert(id(&entry[1]), relations(&entry[2]));
    }
    for entry in entries("pending_children") {
        let subnet = state.subnet_mut(u16_of(&entry[0])).unwrap();
        let pending = (relations(&entry[3]), u64_of(&entry[2]));
        subnet.pending_children.insert(id(&entry[1]), pending);
    }
    locks(state, dump, names);
    for entry in entries("childkey_take") {
        state.childkey_takes.insert((u16_of(&entry[0]), id(&entry[1])), u16_of(&entry[2]));
    }
    for entry in entries("root_claimed") {
        let subnet = state.subnet_mut(u16_of(&entry[0])).unwrap();
        subnet.root_claimed.insert((id(&entry[1]), id(&entry[2])), u128_of(&entry[3]));
    }
    for entry in entries("auto_stake") {
        let subnet = state.subnet_mut(u16_of(&entry[1])).unwrap();
        subnet.auto_stake.insert(id(&entry[0]), id(&entry[2]));
    }
}

/// Hyperparameters as a trace writes them.
pub fn hyperparameters(hp: &Value, names: &Names) -> Hyperparameters {
    let id = |value: &Value| value.as_str().map(|name| names.id(name));
    Hyperparameters {
        tempo_blocks: u16_of(&hp["tempo"]),
        activity_cutoff_factor_milli: u64_of(&hp["activity_cutoff_factor_milli"]) as u32,
        activity_cutoff_legacy_blocks: u16_of(&hp["activity_cutoff_legacy"]),
        alpha_sigmoid_steepness: hp["alpha_sigmoid_steepness"].as_i64().unwrap() as i16,
        alpha_low: u16_of(&hp["alpha_values"][0]),
        alpha_high: u16_of(&hp["alpha_values"][1]),
        bonds_moving_average: u64_of(&hp["bonds_moving_avg"]),
        bonds_penalty: u16_of(&hp["bonds_penalty"]),
        bonds_reset_on: hp["bonds_reset_on"] == true,
        burn_half_life_blocks: u16_of(&hp["burn_half_life"]),
        burn_increase_mult_bits: u128_of(&hp["burn_increase_mult_bits_u64f64"]),
        commit_reveal_enabled: hp["commit_reveal_enabled"] == true,
        price_halving_blocks: u64_of(&hp["ema_price_halving_blocks"]),
        emission_enabled: hp["emission_enabled"] == true,
        first_emission_block: hp["first_emission_block"].as_u64(),
        immune_owner_uids_limit: u16_of(&hp["immune_owner_uids_limit"]),
        immunity_period_blocks: u16_of(&hp["immunity_period"]),
        kappa: u16_of(&hp["kappa"]),
        liquid_alpha_on: hp["liquid_alpha_on"] == true,
        max_allowed_uids: u16_of(&hp["max_allowed_uids"]),
        max_allowed_validators: u16_of(&hp["max_allowed_validators"]),
        max_burn_rao: u64_of(&hp["max_burn"]),
        max_registrations_per_block: u16_of(&hp["max_regs_per_block"]),
        max_weights_limit: u16_of(&hp["max_weights_limit"]),
        mechanism: u16_of(&hp["mechanism"]),
        mechanism_count: u64_of(&hp["mechanism_count"]) as u8,
        min_allowed_uids: u16_of(&hp["min_allowed_uids"]),
        min_allowed_weights: u16_of(&hp["min_allowed_weights"]),
        min_burn_rao: u64_of(&hp["min_burn"]),
        min_childkey_take: u16_of(&hp["min_childkey_take_per_subnet"]),
        min_non_immune_uids: u16_of(&hp["min_non_immune_uids"]),
        network_registered_at: u64_of(&hp["network_registered_at"]),
        owner: id(&hp["owner"]),
        owner_hotkey: id(&hp["owner_hotkey"]),
        owner_cut_auto_lock: hp["owner_cut_auto_lock"] == true,
        owner_cut_enabled: hp["owner_cut_enabled"] == true,
        recycle_or_burn: hp["recycle_or_burn"].as_str().map(|choice| match choice {
            "Recycle" => RecycleOrBurn::Recycle,
            _ => RecycleOrBurn::Burn,
        }),
        registration_allowed: hp["registration_allowed"] == true,
        reveal_period_epochs: u64_of(&hp["reveal_period_epochs"]),
        rho: u16_of(&hp["rho"]),
        root_claimable_threshold_bits: i128_of(&hp["root_claimable_threshold_bits_i96f32"]),
        subtoken_enabled: hp["subtoken_enabled"] == true,
        swap_fee_rate: u16_of(&hp["swap_fee_rate_u16"]),
        target_registrations_per_interval: u16_of(&hp["target_regs_per_interval"]),
        transfer_toggle: hp["transfer_toggle"] == true,
        weights_rate_limit_blocks: u64_of(&hp["weights_set_rate_limit"]),
        weights_version_key: u64_of(&hp["weights_version_key"]),
        yuma3_on: hp["yuma3_on"] == true,
    }
}

/// Stake locks and their sums.
fn locks(state: &mut State, dump: &Value, names: &Names) {
    let lock = |fields: &[Value]| LockState {
        mass_rao: u64_of(&fields[0]),
        conviction: U64F64::from_bits(u128_of(&fields[1])),
        last_update: u64_of(&fields[2]),
    };
    for entry in dump["locks"].as_array().unwrap() {
        let (coldkey, hotkey) = (names.id(entry[0].as_str().unwrap()), &entry[2]);
        let hotkey = names.id(hotkey.as_str().unwrap());
        let locks = &mut state.subnet_mut(u16_of(&entry[1])).unwrap().locks;
        locks.by_coldkey.insert(coldkey, (hotkey, lock(&entry.as_array().unwrap()[3..])));
    }
    for entry in dump["lock_aggregates"].as_array().unwrap() {
        let hotkey = || names.id(entry[2].as_str().unwrap());
        let sum = lock(entry[3].as_array().unwrap());
        let locks = &mut state.subnet_mut(u16_of(&entry[1])).unwrap().locks;
        match entry[0].as_str().unwrap() {
            "decaying_hotkey" => drop(locks.decaying.insert(hotkey(), sum)),
            "hotkey" => drop(locks.perpetual.insert(hotkey(), sum)),
            "decaying_owner" => locks.decaying_owner = Some(sum),
            "owner" => locks.perpetual_owner = Some(sum),
            kind => panic!("unknown kind of lock {kind}"),
        }
    }
}

/// Global hyperparameters as a trace writes them.
pub fn globals(ghp: &Value) -> GlobalParameters {
    GlobalParameters {
        admin_freeze_window_blocks: u16_of(&ghp["admin_freeze_window"]),
        childkey_burn: u64_of(&ghp["ck_burn_u64"]),
        commit_reveal_version: u16_of(&ghp["commit_reveal_version"]),
        min_stake_rao: u64_of(&ghp["default_min_stake"]),
        existential_deposit_rao: u64_of(&ghp["existential_deposit"]),
        flow_smoothing_factor: u64_of(&ghp["flow_ema_smoothing_factor"]),
        flow_exponent_bits: u128_of(&ghp["flow_norm_exponent_bits_u64f64"]),
        maturity_rate_blocks: u64_of(&ghp["maturity_rate"]),
        max_childkey_take: u16_of(&ghp["max_childkey_take"]),
        max_delegate_take: u16_of(&ghp["max_delegate_take"]),
        max_epochs_per_block: u64_of(&ghp["max_epochs_per_block"]) as u8,
        min_childkey_take: u16_of(&ghp["min_childkey_take"]),
        min_delegate_take: u16_of(&ghp["min_delegate_take"]),
        net_tao_flow_enabled: ghp["net_tao_flow_enabled"] == true,
        network_immunity_period_blocks: u64_of(&ghp["network_immunity_period"]),
        network_lock_reduction_interval_blocks: u64_of(&ghp["network_lock_reduction_interval"]),
        network_min_lock_rao: u64_of(&ghp["network_min_lock"]),
        network_rate_limit_blocks: u64_of(&ghp["network_rate_limit"]),
        nominator_min_stake_rao: u64_of(&ghp["nominator_min_required_stake"]),
        root_claims_per_block: u64_of(&ghp["num_root_claim_k"]),
        pending_childkey_cooldown_blocks: u64_of(&ghp["pending_childkey_cooldown"]),
        set_children_rate_limit_blocks: u64_of(&ghp["set_children_rate_limit_hardcoded"]),
        stake_threshold_rao: u64_of(&ghp["stake_threshold"]),
        start_call_delay_blocks: u64_of(&ghp["start_call_delay"]),
        subnet_limit: u16_of(&ghp["subnet_limit"]),
        subnet_moving_alpha_bits: i128_of(&ghp["subnet_moving_alpha_bits_i96f32"]),
        subnet_owner_cut: u16_of(&ghp["subnet_owner_cut_u16"]),
        tao_flow_cutoff_bits: i128_of(&ghp["tao_flow_cutoff_bits_i64f64"]),
        tao_weight: u64_of(&ghp["tao_weight_u64"]),
        childkey_take_rate_limit_blocks: u64_of(&ghp["tx_childkey_take_rate_limit"]),
        delegate_take_rate_limit_blocks: u64_of(&ghp["tx_delegate_take_rate_limit"]),
        tx_rate_limit_blocks: u64_of(&ghp["tx_rate_limit"]),
        unlock_rate_blocks: u64_of(&ghp["unlock_rate"]),
        ..GlobalParameters::default()
    }
}

fn subnet(
    netuid: NetUid,
    pot: AccountId,
    hyper: Hyperparameters,
    dump: &Value,
    names: &Names,
) -> Subnet {
    let mut subnet = Subnet::new(netuid, pot);
    subnet.hyper = hyper;
    subnet.pool = pool(dump);
    subnet.flow = BlockFlow {
        alpha_in_emission_rao: u64_of(&dump["alpha_in_emission"]),
        alpha_out_emission_rao: u64_of(&dump["alpha_out_emission"]),
        tao_in_emission_rao: u64_of(&dump["tao_in_emission"]),
        excess_tao_rao: u64_of(&dump["excess_tao"]),
        root_sell_tao_rao: u64_of(&dump["root_sell_tao"]),
    };
    subnet.pending = Pending {
        server_rao: u64_of(&dump["pending_server"]),
        validator_rao: u64_of(&dump["pending_validator"]),
        root_alpha_rao: u64_of(&dump["pending_root_alpha"]),
        owner_cut_rao: u64_of(&dump["pending_owner_cut"]),
        miner_burned_bits: u128_of(&dump["miner_burned_bits_u96f32"]),
    };
    subnet.schedule = Schedule {
        last_epoch_block: u64_of(&dump["last_epoch_block"]),
        pending_epoch_at: u64_of(&dump["pending_epoch_at"]),
        epoch_index: u64_of(&dump["epoch_index"]),
        blocks_since_last_step: u64_of(&dump["blocks_since_last_step"]),
        last_step_block: u64_of(&dump["last_mechanism_step_block"]),
    };
    subnet.registration = Registration {
        burn_rao: u64_of(&dump["burn"]),
        this_block: u16_of(&dump["registrations_this_block"]),
        this_interval: u16_of(&dump["registrations_this_interval"]),
        rao_recycled: u64_of(&dump["rao_recycled"]),
    };
    subnet.neurons = neurons(dump, names);
    subnet.mechanisms = vec![mechanism(dump, names)];
    let by_name =
        |value: &Value| table(value).map(|(hotkey, rao)| (names.id(hotkey), u64_of(rao))).collect();
    subnet.alpha_dividends = by_name(&dump["alpha_dividends"]);
    subnet.root_alpha_dividends = by_name(&dump["root_alpha_dividends"]);
    subnet
}

fn pool(dump: &Value) -> Pool {
    Pool {
        tao_rao: u64_of(&dump["tao"]),
        alpha_in_rao: u64_of(&dump["alpha_in"]),
        alpha_out_rao: u64_of(&dump["alpha_out"]),
        protocol_alpha_rao: u64_of(&dump["protocol_alpha"]),
        quote_weight_e18: u64_of(&dump["quote_weight_1e18"]),
        initialized: dump["palswap_initialized"] == true,
        scrap_alpha_rao: u64_of(&dump["scrap_alpha"]),
        volume_rao: u128_of(&dump["volume"]),
        moving_price_bits: i128_of(&dump["moving_price_bits_i96f32"]),
        root_proportion_bits: u128_of(&dump["root_prop_bits_u96f32"]),
        tao_flow_rao: dump["tao_flow"].as_i64().unwrap(),
        protocol_flow_rao: dump["protocol_flow"].as_i64().unwrap(),
        tao_flow_average: None,
        protocol_flow_average: None,
        locked_rao: u64_of(&dump["locked"]),
    }
}

fn neurons(dump: &Value, names: &Names) -> Neurons {
    let hotkeys = list(&dump["keys"], |name| names.id(name.as_str().unwrap()));
    let uids = hotkeys.iter().enumerate().map(|(uid, hotkey)| (*hotkey, uid as u16)).collect();
    Neurons {
        hotkeys,
        uids,
        block_at_registration: list(&dump["block_at_registration"], u64_of),
        active: list(&dump["active"], |value| value == true),
        emission_rao: list(&dump["emission"], u64_of),
        consensus: list(&dump["consensus"], u16_of),
        dividends: list(&dump["dividends"], u16_of),
        validator_trust: list(&dump["validator_trust"], u16_of),
        validator_permit: list(&dump["validator_permit"], |value| value == true),
        stake_weight: list(&dump["stake_weight"], u16_of),
    }
}

fn mechanism(dump: &Value, names: &Names) -> Mechanism {
    let commit = |commit: &Value| Commit {
        hash: hex_bytes(commit[0].as_str().unwrap()),
        epoch: u64_of(&commit[1]),
        block: u64_of(&commit[2]),
    };
    let commits =
        table(&dump["commits"]).map(|(hotkey, commits)| (names.id(hotkey), list(commits, commit)));
    let row = |row: &Value| list(row, |entry| (u16_of(&entry[0]), u16_of(&entry[1])));
    Mechanism {
        last_update: list(&dump["last_update"], u64_of),
        incentive: list(&dump["incentive"], u16_of),
        weights: list(&dump["weights"], row),
        bonds: list(&dump["bonds"], row),
        commits: commits.collect(),
        timelocked: Vec::new(),
    }
}
