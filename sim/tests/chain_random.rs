//! Random calls, valid and invalid, on small random chains: nothing panics, the books stay exact
//! after every block and call, the recorded movements explain every change at every place, and a
//! refused call changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use subsim_consensus::economics::U64F64;
use subsim_sim::chain::{
    AccountId, BlockWorkspace, Call, GlobalParameters, Origin, Preimage, RecycleOrBurn,
    RootClaimType, Setting, State, WeightVector, begin_block_with_flows, check_flows, commit_hash,
};

const CHAINS: u64 = 20;
const CALLS_PER_CHAIN: usize = 5000;
const COLDKEYS: u32 = 6;
const HOTKEYS: u32 = 14;

/// A source of arguments that are plausible most of the time and absurd now and then.
struct Dice(ChaCha8Rng);

impl Dice {
    fn one_in(&mut self, n: u32) -> bool {
        self.0.random_ratio(1, n)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.0.random_range(0..n)
    }

    fn coldkey(&mut self) -> AccountId {
        AccountId(1 + self.below(COLDKEYS.into()) as u32)
    }

    fn hotkey(&mut self) -> AccountId {
        if self.one_in(40) {
            return AccountId(self.below(u64::from(1 + COLDKEYS + HOTKEYS)) as u32);
        }
        AccountId(1 + COLDKEYS + self.below(HOTKEYS.into()) as u32)
    }

    fn netuid(&mut self) -> u16 {
        if self.one_in(30) { self.0.random() } else { self.below(5) as u16 }
    }

    fn rao(&mut self) -> u64 {
        match self.below(12) {
            0 => [0, 1, 499, 500, 1_999_999, 2_000_000, u64::MAX][self.below(7) as usize],
            1 => self.0.next_u64(),
            _ => self.0.next_u64() >> self.0.random_range(20..50),
        }
    }

    fn price(&mut self) -> u64 {
        match self.below(8) {
            0 => 0,
            1 => u64::MAX,
            _ => self.0.random_range(1..4_000_000_000),
        }
    }

    fn take(&mut self) -> u16 {
        self.0.random_range(0..14_000)
    }

    fn weights(&mut self) -> (Vec<u16>, Vec<u16>) {
        let n = self.below(9);
        let uid =
            |dice: &mut Self, at: u64| if dice.one_in(20) { dice.0.random() } else { at as u16 };
        let uids: Vec<u16> = (0..n).map(|at| uid(self, at)).collect();
        let missing = usize::from(self.one_in(30));
        let values = uids.iter().skip(missing).map(|_| self.0.random()).collect();
        (uids, values)
    }

    fn flag(&mut self) -> bool {
        self.0.random()
    }
}

fn key(number: u32) -> [u8; 32] {
    let mut key = [7; 32];
    key[..4].copy_from_slice(&number.to_be_bytes());
    key
}

/// Author, coldkeys with money, hotkeys without; short periods, so that much happens.
fn chain(dice: &mut Dice) -> State {
    let globals = GlobalParameters {
        subnet_limit: 3,
        network_immunity_period_blocks: 20,
        network_rate_limit_blocks: 0,
        network_min_lock_rao: 1_000_000_000,
        network_lock_reduction_interval_blocks: 20,
        pending_childkey_cooldown_blocks: 3,
        set_children_rate_limit_blocks: 4,
        childkey_take_rate_limit_blocks: 3,
        delegate_take_rate_limit_blocks: 3,
        stake_threshold_rao: 1_000_000,
        admin_freeze_window_blocks: 2,
        owner_rate_limit_epochs: 0,
        unlock_rate_blocks: 50,
        maturity_rate_blocks: 30 + dice.below(30),
        subnet_moving_alpha_bits: 1 << 31,
        faucet_open: dice.flag(),
        nominator_min_stake_rao: dice.below(3) * 1_000_000,
        childkey_burn: if dice.flag() { 0 } else { dice.0.next_u64() },
        ..GlobalParameters::default()
    };
    let money = |number: u32, dice: &mut Dice| match number {
        1..=COLDKEYS => dice.below(1 << 44),
        _ => 0,
    };
    let balances = (0..=COLDKEYS + HOTKEYS).map(|number| (key(number), money(number, dice)));
    let balances: Vec<_> = balances.collect();
    let author = dice.flag().then_some(key(0));
    let mut state = State::genesis(globals, balances, author);
    for number in 1..=3 {
        let (owner, hotkey) = (AccountId(number), AccountId(COLDKEYS + number));
        let origin = Origin::Signed(owner);
        if state.apply(origin, &Call::RegisterNetwork { hotkey }).is_ok() && dice.flag() {
            let _ = state.apply(origin, &Call::StartCall { netuid: number as u16 });
        }
    }
    state
}

/// What a new subnet's slow defaults would hide.
fn quicken(state: &mut State, dice: &mut Dice) {
    for subnet in state.subnets.iter_mut().skip(1).flatten() {
        if subnet.hyper.tempo_blocks == 360 {
            subnet.hyper.tempo_blocks = 3 + dice.below(8) as u16;
            subnet.hyper.max_allowed_uids = 4 + dice.below(5) as u16;
            subnet.hyper.min_allowed_uids = 2;
            subnet.hyper.immunity_period_blocks = dice.below(20) as u16;
            subnet.hyper.min_non_immune_uids = 1;
            subnet.hyper.weights_rate_limit_blocks = dice.below(3);
            subnet.hyper.commit_reveal_enabled = dice.flag();
            subnet.hyper.emission_enabled = true;
            subnet.hyper.root_claimable_threshold_bits = 1 << 40;
            subnet.hyper.owner_cut_auto_lock = dice.flag();
            subnet.hyper.mechanism_count = 1;
        }
    }
}

fn stake_call(dice: &mut Dice) -> Call {
    let (hotkey, netuid, rao) = (dice.hotkey(), dice.netuid(), dice.rao());
    let (limit_price_rao, allow_partial) = (dice.price(), dice.flag());
    let destination_netuid = dice.netuid();
    let maybe_limit = allow_partial.then_some(limit_price_rao);
    match dice.below(16) {
        0..=3 => Call::AddStake { hotkey, netuid, tao_rao: rao },
        4 => Call::AddStakeLimit { hotkey, netuid, tao_rao: rao, limit_price_rao, allow_partial },
        5 => Call::AddStakeBurn { hotkey, netuid, tao_rao: rao, limit_price_rao: maybe_limit },
        6 => Call::RemoveStake { hotkey, netuid, alpha_rao: rao },
        7 => Call::RemoveStakeLimit {
            hotkey,
            netuid,
            alpha_rao: rao,
            limit_price_rao,
            allow_partial,
        },
        8 => Call::RemoveStakeFullLimit { hotkey, netuid, limit_price_rao: maybe_limit },
        9 if dice.one_in(4) => Call::UnstakeAll { hotkey },
        9 => Call::UnstakeAllAlpha { hotkey },
        10 => Call::MoveStake {
            origin_hotkey: hotkey,
            destination_hotkey: dice.hotkey(),
            origin_netuid: netuid,
            destination_netuid,
            alpha_rao: rao,
        },
        11 => Call::TransferStake {
            destination_coldkey: dice.coldkey(),
            hotkey,
            origin_netuid: netuid,
            destination_netuid,
            alpha_rao: rao,
        },
        12 => Call::SwapStake { hotkey, origin_netuid: netuid, destination_netuid, alpha_rao: rao },
        13 => Call::SwapStakeLimit {
            hotkey,
            origin_netuid: netuid,
            destination_netuid,
            alpha_rao: rao,
            limit_price_rao,
            allow_partial,
        },
        14 => Call::RecycleAlpha { hotkey, netuid, alpha_rao: rao },
        _ => Call::BurnAlpha { hotkey, netuid, alpha_rao: rao },
    }
}

fn other_call(dice: &mut Dice) -> Call {
    let (hotkey, netuid) = (dice.hotkey(), dice.netuid());
    match dice.below(24) {
        0 => {
            // Now and then to the account of a pool.
            let pot = AccountId(1 + COLDKEYS + HOTKEYS + dice.below(4) as u32);
            let dest = if dice.one_in(4) { pot } else { dice.coldkey() };
            Call::TransferAllowDeath { dest, value_rao: dice.rao() }
        }
        1 => Call::TransferKeepAlive { dest: dice.hotkey(), value_rao: dice.rao() },
        2 if dice.one_in(4) => Call::RegisterNetwork { hotkey },
        2 => Call::StartCall { netuid },
        3..=6 => Call::BurnedRegister { netuid, hotkey },
        7 => Call::RegisterLimit { netuid, hotkey, limit_price_rao: dice.price() },
        8 => Call::RootRegister { hotkey },
        9 => Call::LockStake { hotkey, netuid, alpha_rao: dice.rao() >> 8 },
        10 => Call::MoveLock { destination_hotkey: hotkey, netuid },
        11 => Call::SetPerpetualLock { netuid, enabled: dice.flag() },
        12 => Call::SetRejectLockedAlpha { enabled: dice.flag() },
        13 | 14 => {
            let n = dice.below(4);
            let child = |dice: &mut Dice| (dice.0.next_u64() >> dice.below(3), dice.hotkey());
            let children = (0..n).map(|_| child(dice)).collect();
            Call::SetChildren { hotkey, netuid, children }
        }
        15 => Call::SetChildkeyTake { hotkey, netuid, take: dice.take() },
        16 => Call::IncreaseTake { hotkey, take: dice.take() },
        17 => Call::DecreaseTake { hotkey, take: dice.take() },
        18 => Call::ClaimRoot { netuids: (0..dice.below(7)).map(|_| dice.netuid()).collect() },
        19 => {
            let claim_type = match dice.below(3) {
                0 => RootClaimType::Swap,
                1 => RootClaimType::Keep,
                _ => RootClaimType::KeepSubnets(vec![netuid]),
            };
            Call::SetRootClaimType { claim_type }
        }
        20 => Call::SetColdkeyAutoStakeHotkey { netuid, hotkey },
        21 => Call::TriggerEpoch { netuid },
        22 => Call::SetHyperparameter { netuid, setting: setting(dice) },
        _ if dice.one_in(20) => Call::Faucet,
        _ => Call::SetTempo { netuid, tempo_blocks: dice.0.random() },
    }
}

fn setting(dice: &mut Dice) -> Setting {
    match dice.below(14) {
        0 => Setting::ImmunityPeriodBlocks(dice.below(30) as u16),
        1 => Setting::MaxAllowedUids(dice.below(300) as u16),
        2 => Setting::CommitReveal(dice.flag()),
        3 => Setting::Yuma3(dice.flag()),
        4 => Setting::LiquidAlpha(dice.flag()),
        5 => Setting::AlphaValues { low: dice.0.random(), high: dice.0.random() },
        6 => Setting::BurnIncreaseMult(U64F64::from_bits(u128::from(dice.0.next_u64()) << 2)),
        7 => Setting::RecycleOrBurn(RecycleOrBurn::Recycle),
        8 => Setting::OwnerHotkey(dice.hotkey()),
        9 => Setting::BondsMovingAverage(dice.below(1_000_001)),
        10 => Setting::AlphaSigmoidSteepness(dice.0.random()),
        11 => Setting::MinBurnRao(dice.rao()),
        12 => Setting::RegistrationAllowed(!dice.one_in(3)),
        _ => Setting::OwnerCutAutoLock(dice.flag()),
    }
}

/// Weights, committed ones remembered so that some are revealed.
fn weights_call(
    dice: &mut Dice,
    state: &State,
    committed: &mut Vec<(AccountId, Call)>,
) -> (AccountId, Call) {
    let (hotkey, netuid) = (dice.hotkey(), dice.netuid());
    let (uids, values) = dice.weights();
    let (mechanism, version_key) = (u8::from(dice.one_in(30)), dice.below(2));
    let weights = WeightVector { uids: &uids, values: &values, version_key };
    let call = match dice.below(4) {
        0 | 1 => Call::SetWeights { netuid, mechanism, uids, values, version_key },
        2 => Call::CommitTimelockedWeights { netuid, mechanism, uids, values, version_key },
        _ if dice.flag() && !committed.is_empty() => {
            let at = dice.below(committed.len() as u64) as usize;
            return committed.swap_remove(at);
        }
        _ => {
            let salt = vec![dice.0.random()];
            let account = &state.account(hotkey).key;
            let hash = commit_hash(account, netuid, mechanism, &Preimage { weights, salt: &salt });
            let reveal = Call::RevealWeights { netuid, mechanism, uids, values, salt, version_key };
            committed.push((hotkey, reveal));
            Call::CommitWeights { netuid, mechanism, hash }
        }
    };
    (hotkey, call)
}

/// Now and then takes nearly everything there is, which leaves too little to be kept.
fn take_nearly_all(dice: &mut Dice, state: &State, who: AccountId, call: &mut Call) {
    if !dice.one_in(3) {
        return;
    }
    match call {
        Call::RemoveStake { hotkey, netuid, alpha_rao } => {
            *alpha_rao = state.stake_rao(*hotkey, who, *netuid).saturating_sub(dice.below(3));
        }
        Call::TransferAllowDeath { value_rao, .. } => {
            *value_rao = state.free_rao(who).saturating_sub(dice.below(700));
        }
        _ => {}
    }
}

/// Calls by name: how many were accepted and how many refused.
type Tally = BTreeMap<&'static str, [usize; 2]>;

/// Why TAO or alpha moved.
type Reasons = BTreeSet<&'static str>;

/// Reasons that must turn up, so that none of them goes unchecked.
const REASONS: &[&str] = &[
    "account closed",
    "bought by the chain",
    "childkey burn",
    "dividends",
    "emission",
    "faucet",
    "incentive",
    "left over",
    "nomination too small to sell",
    "owner's cut",
    "recycled",
    "registration",
    "root dividends",
    "root dividends claimed",
    "stake added",
    "stake burned",
    "stake moved",
    "stake recycled",
    "stake removed",
    "stake transferred",
    "subnet dissolved",
    "subnet founded",
    "swap fee",
    "take",
    "transfer",
    "withheld incentive",
];

fn run_chain(seed: u64) -> (Tally, Reasons) {
    let mut dice = Dice(ChaCha8Rng::seed_from_u64(seed));
    let mut state = chain(&mut dice);
    let mut workspace = BlockWorkspace::default();
    let mut tally = Tally::new();
    let mut committed = Vec::new();
    let mut reasons = Reasons::new();
    for number in 0..CALLS_PER_CHAIN {
        if dice.one_in(6) {
            quicken(&mut state, &mut dice);
            let hash = std::array::from_fn(|_| dice.0.random());
            let before = state.clone();
            let flows = begin_block_with_flows(&mut state, &mut workspace, hash);
            let place = format!("chain {seed}, block {} before its calls", state.block);
            assert_eq!(state.audit(), Ok(()), "{place}");
            assert_eq!(check_flows(&before, &state, &flows), Ok(()), "{place}: {flows:#?}");
            reasons.extend(flows.iter().map(|flow| flow.reason));
        }
        let (who, mut call) = match dice.below(5) {
            0 | 1 => (dice.coldkey(), stake_call(&mut dice)),
            2 => weights_call(&mut dice, &state, &mut committed),
            _ => (dice.coldkey(), other_call(&mut dice)),
        };
        take_nearly_all(&mut dice, &state, who, &mut call);
        let origin = if dice.one_in(100) { Origin::Root } else { Origin::Signed(who) };
        let place = format!("chain {seed}, block {}, call {number}: {call:?}", state.block);
        let before = state.clone();
        let result = state.apply_with_flows(origin, &call);
        match &result {
            Ok(flows) => {
                let explained = check_flows(&before, &state, flows);
                assert_eq!(explained, Ok(()), "{place}: {flows:#?}");
                reasons.extend(flows.iter().map(|flow| flow.reason));
            }
            Err(error) => {
                assert!(state == before, "{place} was refused ({error}) and changed the state");
            }
        }
        if result.is_err() && number % 20 == 0 {
            assert_eq!(state.digest(), before.digest(), "{place}");
        }
        tally.entry(call.name()).or_default()[usize::from(result.is_err())] += 1;
        assert_eq!(state.audit(), Ok(()), "{place}");
    }
    (tally, reasons)
}

#[test]
fn chain_survives_random_calls() {
    let half = |half| (0..CHAINS).filter(move |seed| seed % 2 == half).map(run_chain);
    let (tallies, reasons): (Vec<Tally>, Vec<Reasons>) = std::thread::scope(|scope| {
        let halves = [0, 1].map(|number| scope.spawn(move || half(number).collect::<Vec<_>>()));
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    let reasons: Reasons = reasons.into_iter().flatten().collect();
    let mut total = Tally::new();
    for (name, [accepted, refused]) in tallies.into_iter().flatten() {
        let sum = total.entry(name).or_default();
        *sum = [sum[0] + accepted, sum[1] + refused];
    }
    println!("{total:#?}");
    // Calls that never succeed, or never fail, would say little.
    for (name, [accepted, _]) in &total {
        assert!(*accepted > 0, "{name} was never accepted");
    }
    let missing: Vec<_> = REASONS.iter().filter(|reason| !reasons.contains(*reason)).collect();
    assert!(missing.is_empty(), "never seen: {missing:?} of {reasons:?}");
    assert!(total.len() >= 35, "only {} kinds of calls", total.len());
}
