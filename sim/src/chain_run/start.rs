//! The chain in block 0 as a scenario describes it: keys, subnets, neurons, stakes, balances.
//!
//! Keys of the scenario's people are their places in its roster as numbers, so that a place is an
//! [`AccountId`]; keys that come from files are larger than any of them. The pools' accounts and
//! the two that belong to nobody come last.

use std::collections::BTreeMap;
use std::path::PathBuf;

use thiserror::Error;

use crate::chain::import::{Import, ImportError};
use crate::chain::{AccountId, ROOT, SetupError, State, SubnetSeed};
use crate::metagraph::MetagraphError;
use crate::population::stake_rao;
use crate::random::Stream;
use crate::scenario::{ChainScenario, Joins, MAX_STAKE_TOKENS, Sampled, roster_key};

use super::{imported, rules};

/// Key of the author of blocks, who receives swap fees.
const AUTHOR_KEY: [u8; 32] = [0xff; 32];
/// Key of whoever holds the TAO that the scenario does not speak of.
pub(super) const ELSEWHERE_KEY: [u8; 32] = {
    let mut key = [0xff; 32];
    key[31] = 0xfe;
    key
};

/// Why a scenario cannot start.
#[derive(Debug, Error)]
pub enum StartError {
    /// More TAO than there can ever be.
    #[error("the scenario holds {held_tao} TAO before block 1, more than the cap of 21 million")]
    TooMuchTao {
        /// Whole TAO held.
        held_tao: u128,
    },
    /// More TAO than the scenario says was issued.
    #[error(
        "the scenario holds {held_rao} rao of TAO before block 1, it says {issued_rao} were issued"
    )]
    MoreThanIssued {
        /// Held by people, pools and root stakes.
        held_rao: u128,
        /// Issued.
        issued_rao: u64,
    },
    /// More alpha than there can ever be.
    #[error(
        "{held_alpha} alpha of subnet {netuid} exist before block 1, more than the cap of 21 million"
    )]
    TooMuchAlpha {
        /// The subnet.
        netuid: u16,
        /// Whole alpha in pool and stakes.
        held_alpha: u128,
    },
    /// The file that the chain starts from cannot be used.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The file that the chain starts from cannot be read as a metagraph.
    #[error(transparent)]
    Metagraph(#[from] MetagraphError),
    /// The file that the chain starts from is not the one that the scenario was read with.
    #[error("{} has changed since the scenario was read", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Somebody cannot be put in place.
    #[error("{name} cannot take part in subnet {netuid}: {source}")]
    Seat {
        /// Who.
        name: String,
        /// Where.
        netuid: u16,
        /// Why.
        source: SetupError,
    },
}

/// Keys of a neuron: its name, hotkey and coldkey.
pub(super) type NeuronKeys = (String, AccountId, AccountId);

/// Who is who: the scenario's groups as accounts.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    /// Validators of each group.
    pub validators: Vec<Vec<NeuronKeys>>,
    /// Miners of each group.
    pub miners: Vec<Vec<NeuronKeys>>,
    /// Imported neurons that no group plays.
    pub bystanders: Vec<NeuronKeys>,
}

/// The account of a place in the roster.
pub(super) fn account(place: usize) -> AccountId {
    AccountId(place as u32)
}

impl Names {
    /// The keys of everybody in the roster.
    pub fn new(scenario: &ChainScenario) -> Self {
        let keys = |name: &str, hotkeys: &[usize], coldkeys: &[usize]| -> Vec<NeuronKeys> {
            let pairs = hotkeys.iter().zip(coldkeys).enumerate();
            let id = |place: &usize| account(*place);
            pairs.map(|(i, (hot, cold))| (format!("{name}-{i}"), id(hot), id(cold))).collect()
        };
        let validators = scenario.validators.iter();
        let miners = scenario.miners.iter();
        Self {
            validators: validators.map(|g| keys(&g.name, &g.hotkeys, &g.coldkeys)).collect(),
            miners: miners.map(|g| keys(&g.name, &g.hotkeys, &g.coldkeys)).collect(),
            bystanders: Vec::new(),
        }
    }

    /// Adds the keys of imported neurons: those that a group plays to it, the others apart.
    fn add_imported(&mut self, scenario: &ChainScenario, import: &Import, state: &State) {
        let keys = |name: String, uid: usize| -> NeuronKeys {
            let neuron = &import.neurons[uid];
            (name, state.account_ids[&neuron.hotkey], state.account_ids[&neuron.coldkey])
        };
        let mut played = vec![false; import.neurons.len()];
        let validators = scenario.validators.iter().map(|g| (&g.name, &g.imported_uids));
        let miners = scenario.miners.iter().map(|g| (&g.name, &g.imported_uids));
        let members = self.validators.iter_mut().chain(&mut self.miners);
        for ((name, uids), members) in validators.chain(miners).zip(members) {
            for (index, uid) in uids.iter().cloned().flatten().map(usize::from).enumerate() {
                played[uid] = true;
                members.push(keys(format!("{name}-{index}"), uid));
            }
        }
        let left = (0..played.len()).filter(|uid| !played[*uid]);
        self.bystanders = left.map(|uid| keys(format!("uid-{uid}"), uid)).collect();
    }
}

/// The state before block 1, and who is who in it.
pub(super) fn begin(scenario: &ChainScenario) -> Result<(State, Names), StartError> {
    let import = imported::load(&scenario.start)?;
    let mut names = Names::new(scenario);
    let mut state = state(scenario, &names, import.as_ref())?;
    if let Some(import) = &import {
        names.add_imported(scenario, import, &state);
        for (group, keys) in scenario.validators.iter().zip(&names.validators) {
            for (_, hotkey, _) in keys.iter().filter(|_| group.imported_uids.is_some()) {
                state.account_mut(*hotkey).delegate_take = Some(group.take);
            }
        }
    }
    Ok((state, names))
}

fn state(
    scenario: &ChainScenario,
    names: &Names,
    import: Option<&Import>,
) -> Result<State, StartError> {
    let root_stakes = root_stakes(scenario, names);
    let mut balances = balances(scenario, names);
    balances.extend(import.iter().flat_map(|import| import.accounts()));
    let in_pools = scenario.subnets.iter().map(|setup| setup.pool_tao_rao);
    let on_root = root_stakes.iter().map(|(rao, _)| *rao);
    let imported = import.iter().flat_map(|import| import.neurons.iter().map(|n| n.root_rao));
    let staked = in_pools.chain(on_root).chain(imported);
    let held = staked.chain(balances.values().copied()).map(u128::from).sum();
    balances.insert(ELSEWHERE_KEY, held_elsewhere(scenario, held)?);
    let mut state = State::genesis(scenario.globals.clone(), balances, Some(AUTHOR_KEY));
    found_subnets(&mut state, scenario);
    if let (Some(import), Some(setup)) = (import, scenario.subnets.first()) {
        import.place(&mut state, setup.netuid)?;
    }
    for place in 0..scenario.subnets.len() {
        populate(&mut state, scenario, names, place)?;
    }
    seat_on_root(&mut state, root_stakes)?;
    for setup in &scenario.subnets {
        check_alpha(&state, setup.netuid)?;
        // A file may say who has permits.
        if import.is_none_or(|import| import.permits.is_none()) {
            state.grant_first_permits(setup.netuid);
        }
    }
    Ok(state)
}

fn found_subnets(state: &mut State, scenario: &ChainScenario) {
    for setup in &scenario.subnets {
        let hyper = rules::hyperparameters(setup);
        let moving = setup.moving_price.map(|price| (price * 4_294_967_296.0) as i128);
        state.found_subnet(&SubnetSeed {
            netuid: setup.netuid,
            owner: account(setup.owner),
            owner_hotkey: account(setup.owner_hotkey),
            hyper,
            tao_rao: setup.pool_tao_rao,
            alpha_rao: setup.pool_alpha_rao,
            moving_price_bits: moving,
            burn_rao: setup.burn_rao,
        });
    }
}

/// TAO that was issued and that nobody whom the scenario names holds.
fn held_elsewhere(scenario: &ChainScenario, held_rao: u128) -> Result<u64, StartError> {
    if held_rao / 1_000_000_000 > MAX_STAKE_TOKENS as u128 {
        return Err(StartError::TooMuchTao { held_tao: held_rao / 1_000_000_000 });
    }
    let Some(issued_rao) = scenario.tao_issued_rao else { return Ok(0) };
    let rest = u128::from(issued_rao).checked_sub(held_rao);
    let error = StartError::MoreThanIssued { held_rao, issued_rao };
    rest.and_then(|rest| u64::try_from(rest).ok()).ok_or(error)
}

fn check_alpha(state: &State, netuid: u16) -> Result<(), StartError> {
    let Some(subnet) = state.subnet(netuid) else { return Ok(()) };
    let held = u128::from(subnet.pool.alpha_in_rao) + u128::from(subnet.pool.alpha_out_rao);
    let held_alpha = held / 1_000_000_000;
    if held_alpha as f64 > MAX_STAKE_TOKENS {
        return Err(StartError::TooMuchAlpha { netuid, held_alpha });
    }
    Ok(())
}

/// Free TAO of the roster's people, by key.
fn balances(scenario: &ChainScenario, names: &Names) -> BTreeMap<[u8; 32], u64> {
    let mut balances: BTreeMap<[u8; 32], u64> =
        (0..scenario.roster.len()).map(|place| (roster_key(place), 0)).collect();
    let mut give = |place: usize, rao: u64| {
        let balance = balances.entry(roster_key(place)).or_default();
        *balance = balance.saturating_add(rao);
    };
    let seed = scenario.simulation.seed;
    for group in &scenario.accounts {
        for (index, place) in group.coldkeys.iter().enumerate() {
            let name = &scenario.roster[*place].name;
            give(*place, drawn_rao(seed, name, "balance", &group.balance_tao, index));
        }
    }
    let validators = scenario.validators.iter().map(|g| (&g.coldkeys, &g.balance_tao));
    let miners = scenario.miners.iter().map(|g| (&g.coldkeys, &g.balance_tao));
    let keys = names.validators.iter().chain(&names.miners);
    for ((coldkeys, balance), keys) in validators.chain(miners).zip(keys) {
        for (index, (place, (name, ..))) in coldkeys.iter().zip(keys).enumerate() {
            // Who runs a whole group has one balance for it.
            if !coldkeys[..index].contains(place) {
                give(*place, drawn_rao(seed, name, "balance", balance, index));
            }
        }
    }
    balances
}

fn drawn_rao(seed: u64, name: &str, purpose: &str, sampled: &Sampled, index: usize) -> u64 {
    stake_rao(Stream::new(seed, name, purpose).at(0).sample(sampled, index))
}

/// Neurons and stakes of a subnet: its owner, its validators, its miners.
fn populate(
    state: &mut State,
    scenario: &ChainScenario,
    names: &Names,
    place: usize,
) -> Result<(), StartError> {
    let setup = &scenario.subnets[place];
    let (seed, netuid) = (scenario.simulation.seed, setup.netuid);
    if setup.owner_is_neuron {
        let (hotkey, coldkey) = (account(setup.owner_hotkey), account(setup.owner));
        let owner = format!("the owner of {}", setup.name);
        seat(state, netuid, &(owner, hotkey, coldkey))?;
    }
    for (group, keys) in scenario.validators.iter().zip(&names.validators) {
        for (index, keys) in keys.iter().enumerate().filter(|_| group.subnet == place) {
            seat(state, netuid, keys)?;
            let stake = drawn_rao(seed, &keys.0, "alpha stake", &group.stake_alpha, index);
            state.grant_stake(netuid, keys.1, keys.2, stake);
            state.account_mut(keys.1).delegate_take = Some(group.take);
        }
    }
    for (group, keys) in scenario.miners.iter().zip(&names.miners) {
        for (index, keys) in keys.iter().enumerate().filter(|_| group.subnet == place) {
            if group.joins == Joins::AtStart {
                seat(state, netuid, keys)?;
                let stake = drawn_rao(seed, &keys.0, "alpha stake", &group.stake_alpha, index);
                state.grant_stake(netuid, keys.1, keys.2, stake);
            }
        }
    }
    Ok(())
}

fn seat(state: &mut State, netuid: u16, keys: &NeuronKeys) -> Result<(), StartError> {
    let (name, hotkey, coldkey) = keys;
    let seated = state.seat(netuid, *hotkey, *coldkey);
    let error = |source| StartError::Seat { name: name.clone(), netuid, source };
    seated.map(drop).map_err(error)
}

/// Root stakes, in file order.
fn root_stakes<'a>(scenario: &ChainScenario, names: &'a Names) -> Vec<(u64, &'a NeuronKeys)> {
    let seed = scenario.simulation.seed;
    let mut stakes = Vec::new();
    for (group, keys) in scenario.validators.iter().zip(&names.validators) {
        for (index, keys) in keys.iter().enumerate() {
            let rao = drawn_rao(seed, &keys.0, "root stake", &group.root_stake_tao, index);
            stakes.push((rao, keys));
        }
    }
    stakes.retain(|(rao, _)| *rao > 0);
    stakes
}

/// Gives root stakes, and seats on root for the largest of them, as far as there is room.
fn seat_on_root(state: &mut State, mut stakes: Vec<(u64, &NeuronKeys)>) -> Result<(), StartError> {
    for (rao, (_, hotkey, coldkey)) in &stakes {
        state.grant_stake(ROOT, *hotkey, *coldkey, *rao);
    }
    stakes.sort_by_key(|(rao, keys)| (std::cmp::Reverse(*rao), keys.1));
    let room = state.subnet(ROOT).map_or(0, |root| usize::from(root.hyper.max_allowed_uids));
    stakes.iter().take(room).try_for_each(|(_, keys)| seat(state, ROOT, keys))
}
