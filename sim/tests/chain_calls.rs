//! Calls on small chains: what they do, and what they refuse by which name.

use subsim_sim::chain::{
    AccountId, BlockWorkspace, Call, CallError, GlobalParameters, Origin, Preimage, Setting, State,
    WeightVector, begin_block, commit_hash,
};

const TAO: u64 = 1_000_000_000;
/// Account 0 is the author, 1 to 9 are coldkeys with money, 11 to 19 their hotkeys.
const OWNER: AccountId = AccountId(1);

fn cold(number: u32) -> AccountId {
    AccountId(number)
}

fn hot(number: u32) -> AccountId {
    AccountId(10 + number)
}

struct Chain {
    state: State,
    workspace: BlockWorkspace,
}

impl Chain {
    /// One subnet of coldkey 1, started, with an epoch every ten blocks and open weights.
    fn new() -> Self {
        let key = |number: u8| [number; 32];
        let balances = (0..20).map(|number| match number {
            1..=9 => (key(number), 100_000 * TAO),
            _ => (key(number), 0),
        });
        let globals = GlobalParameters {
            network_min_lock_rao: 1000 * TAO,
            network_rate_limit_blocks: 0,
            pending_childkey_cooldown_blocks: 3,
            ..GlobalParameters::default()
        };
        let state = State::genesis(globals, balances, Some(key(0)));
        let mut chain = Self { state, workspace: BlockWorkspace::default() };
        chain.blocks(1);
        chain.ok(OWNER, Call::RegisterNetwork { hotkey: hot(1) });
        chain.ok(OWNER, Call::StartCall { netuid: 1 });
        let hyper = &mut chain.state.subnet_mut(1).unwrap().hyper;
        hyper.tempo_blocks = 10;
        hyper.weights_rate_limit_blocks = 0;
        hyper.commit_reveal_enabled = false;
        hyper.emission_enabled = true;
        hyper.min_non_immune_uids = 0;
        chain
    }

    fn call(&mut self, who: AccountId, call: Call) -> Result<(), CallError> {
        let result = self.state.apply(Origin::Signed(who), &call);
        self.state.audit().unwrap();
        result
    }

    #[track_caller]
    fn ok(&mut self, who: AccountId, call: Call) {
        let text = format!("{call:?}");
        self.call(who, call).unwrap_or_else(|error| panic!("{text}: {error}"));
    }

    #[track_caller]
    fn refused(&mut self, who: AccountId, call: Call, error: CallError) {
        let before = self.state.clone();
        assert_eq!(self.call(who, call), Err(error));
        assert!(self.state == before, "a refused call changed the state");
    }

    fn blocks(&mut self, count: u64) {
        for _ in 0..count {
            begin_block(&mut self.state, &mut self.workspace, [5; 32]);
        }
    }

    /// Blocks until an epoch of subnet 1 has just run.
    fn until_epoch(&mut self) {
        self.blocks(1);
        while self.state.subnet(1).unwrap().schedule.last_epoch_block != self.state.block {
            self.blocks(1);
        }
    }

    fn register(&mut self, number: u32) {
        self.ok(cold(number), Call::BurnedRegister { netuid: 1, hotkey: hot(number) });
    }

    fn stake(&mut self, number: u32, tao: u64) {
        let call = Call::AddStake { hotkey: hot(number), netuid: 1, tao_rao: tao * TAO };
        self.ok(cold(number), call);
    }

    fn free(&self, id: AccountId) -> u64 {
        self.state.account(id).free_rao
    }
}

fn set_weights(uids: &[u16], values: &[u16]) -> Call {
    let (uids, values) = (uids.to_vec(), values.to_vec());
    Call::SetWeights { netuid: 1, mechanism: 0, uids, values, version_key: 0 }
}

#[test]
fn balances_mind_the_existential_deposit() {
    let mut chain = Chain::new();
    let (from, empty) = (cold(2), hot(9));
    let all = chain.free(from);
    let keep = |value_rao| Call::TransferKeepAlive { dest: empty, value_rao };
    let any = |value_rao| Call::TransferAllowDeath { dest: empty, value_rao };
    chain.refused(from, any(499), CallError::BelowMinimum);
    chain.refused(from, any(all + 1), CallError::FundsUnavailable);
    chain.refused(from, keep(all - 499), CallError::NotExpendable);
    chain.ok(from, keep(all - 500));
    // What is left after this is dust, and lost.
    let issued = chain.state.balances_issuance_rao;
    chain.ok(from, any(100));
    assert_eq!((chain.free(from), chain.free(empty)), (0, all - 400));
    assert_eq!(chain.state.balances_issuance_rao, issued - 400);
}

#[test]
fn stake_goes_in_and_out_at_the_price_of_the_pool() {
    let mut chain = Chain::new();
    chain.refused(
        cold(2),
        Call::AddStake { hotkey: hot(2), netuid: 1, tao_rao: TAO },
        CallError::HotKeyAccountNotExists,
    );
    chain.register(2);
    chain.stake(2, 100);
    let before = chain.free(cold(2));
    let alpha_rao = chain.state.stake_rao(hot(2), cold(2), 1);
    // The pool holds 1000 TAO and as much alpha, so that a tenth of it moves the price.
    assert!((85 * TAO..95 * TAO).contains(&alpha_rao), "{alpha_rao}");
    chain.ok(cold(2), Call::RemoveStake { hotkey: hot(2), netuid: 1, alpha_rao: u64::MAX });
    let loss = 100 * TAO - (chain.free(cold(2)) - before);
    assert!((9 * TAO / 100..11 * TAO / 100).contains(&loss), "two fees of 0.05%: {loss}");
    assert_eq!(chain.state.stake_rao(hot(2), cold(2), 1), 0);
    chain.refused(
        cold(2),
        Call::AddStakeLimit {
            hotkey: hot(2),
            netuid: 1,
            tao_rao: 100 * TAO,
            limit_price_rao: 1_010_000_000,
            allow_partial: false,
        },
        CallError::SlippageTooHigh,
    );
}

#[test]
fn a_newcomer_replaces_the_least_and_inherits_nothing() {
    let mut chain = Chain::new();
    for number in 2..=4 {
        chain.register(number);
    }
    chain.stake(2, 1000);
    chain.until_epoch();
    chain.ok(hot(2), set_weights(&[1, 2, 3], &[1, 2, 3]));
    chain.until_epoch();
    let subnet = chain.state.subnet_mut(1).unwrap();
    assert!(subnet.neurons.emission_rao[3] > subnet.neurons.emission_rao[2]);
    assert_eq!(subnet.mechanisms[0].weights[1], [(1, 21_845), (2, 43_690), (3, 65_535)]);
    subnet.hyper.max_allowed_uids = 4;
    chain.refused(
        cold(5),
        Call::BurnedRegister { netuid: 1, hotkey: hot(4) },
        CallError::HotKeyAlreadyRegisteredInSubNet,
    );
    // All are immune: the least of them goes, but never the owner.
    assert_eq!(chain.state.neuron_to_prune(1), Some(2));
    chain.state.subnet_mut(1).unwrap().hyper.immunity_period_blocks = 0;
    chain.register(5);
    let subnet = chain.state.subnet(1).unwrap();
    assert_eq!(subnet.neurons.uid(hot(3)), None);
    assert_eq!(subnet.neurons.uid(hot(5)), Some(2));
    assert_eq!(subnet.mechanisms[0].weights[1], [(1, 21_845), (2, 0), (3, 65_535)]);
    assert_eq!(subnet.neurons.emission_rao[2], 0);
    assert!(subnet.mechanisms[0].bonds[2].is_empty());
    assert_eq!(subnet.mechanisms[0].last_update[2], chain.state.block);
}

#[test]
fn weights_are_checked_in_the_chains_order() {
    let mut chain = Chain::new();
    chain.state.globals.stake_threshold_rao = TAO;
    chain.refused(hot(2), set_weights(&[9, 9], &[1]), CallError::NotEnoughStakeToSetWeights);
    chain.register(2);
    chain.stake(2, 10);
    let mut refused = |uids: &[u16], values: &[u16], error| {
        chain.refused(hot(2), set_weights(uids, values), error);
    };
    refused(&[9, 9], &[1], CallError::WeightVecNotEqualSize);
    refused(&[9, 9, 9], &[1, 1, 1], CallError::UidsLengthExceedUidsInSubNet);
    refused(&[9, 9], &[1, 1], CallError::NeuronNoValidatorPermit);
    // A lone weight on oneself is always allowed.
    chain.ok(hot(2), set_weights(&[1], &[7]));
    chain.until_epoch();
    chain.refused(hot(2), set_weights(&[9, 9], &[1, 1]), CallError::DuplicateUids);
    chain.refused(hot(2), set_weights(&[9, 8], &[1, 1]), CallError::UidVecContainInvalidOne);
    let hyper = &mut chain.state.subnet_mut(1).unwrap().hyper;
    hyper.max_weights_limit = 40_000;
    hyper.min_allowed_weights = 2;
    chain.refused(hot(2), set_weights(&[0], &[1]), CallError::WeightVecLengthIsLow);
    chain.refused(hot(2), set_weights(&[0, 1], &[1, 2]), CallError::MaxWeightExceeded);
    chain.ok(hot(2), set_weights(&[0, 1], &[2, 3]));
    chain.state.subnet_mut(1).unwrap().hyper.weights_rate_limit_blocks = 5;
    chain.refused(hot(2), set_weights(&[], &[]), CallError::SettingWeightsTooFast);
}

#[test]
fn commits_are_revealed_one_period_later() {
    let mut chain = Chain::new();
    chain.register(2);
    chain.stake(2, 1000);
    chain.until_epoch();
    chain.state.subnet_mut(1).unwrap().hyper.commit_reveal_enabled = true;
    chain.refused(hot(2), set_weights(&[0], &[1]), CallError::CommitRevealEnabled);
    let weights = WeightVector { uids: &[0, 1], values: &[1, 2], version_key: 0 };
    let key = chain.state.account(hot(2)).key;
    let hash = commit_hash(&key, 1, 0, &Preimage { weights, salt: &[4] });
    let reveal = |salt: u16| Call::RevealWeights {
        netuid: 1,
        mechanism: 0,
        uids: vec![0, 1],
        values: vec![1, 2],
        salt: vec![salt],
        version_key: 0,
    };
    chain.ok(hot(2), Call::CommitWeights { netuid: 1, mechanism: 0, hash });
    chain.refused(hot(2), reveal(4), CallError::RevealTooEarly);
    chain.refused(hot(2), reveal(5), CallError::NoWeightsCommitFound);
    chain.until_epoch();
    chain.ok(hot(2), reveal(4));
    assert_eq!(chain.state.subnet(1).unwrap().mechanisms[0].weights[1].len(), 2);
    chain.refused(hot(2), reveal(4), CallError::NoWeightsCommitFound);
    // A commit whose epoch has passed is too early for ever.
    chain.ok(hot(2), Call::CommitWeights { netuid: 1, mechanism: 0, hash });
    chain.until_epoch();
    chain.until_epoch();
    chain.refused(hot(2), reveal(4), CallError::RevealTooEarly);
}

#[test]
fn timelocked_weights_are_hidden_until_the_chain_reveals_them() {
    let mut chain = Chain::new();
    chain.register(2);
    chain.stake(2, 1000);
    chain.until_epoch();
    chain.state.subnet_mut(1).unwrap().hyper.commit_reveal_enabled = true;
    let commit = |values: Vec<u16>| Call::CommitTimelockedWeights {
        netuid: 1,
        mechanism: 0,
        uids: vec![0, 1],
        values,
        version_key: 0,
    };
    for _ in 0..10 {
        chain.ok(hot(2), commit(vec![1, 1]));
    }
    chain.refused(hot(2), commit(vec![1, 1]), CallError::TooManyUnrevealedCommits);
    let row = |chain: &Chain| chain.state.subnet(1).unwrap().mechanisms[0].weights[1].clone();
    chain.blocks(9);
    assert!(row(&chain).is_empty());
    chain.until_epoch();
    assert_eq!(row(&chain), [(0, 65_535), (1, 65_535)]);
    assert!(chain.state.subnet(1).unwrap().mechanisms[0].timelocked.is_empty());
}

#[test]
fn at_the_limit_the_cheapest_subnet_pays_out_and_makes_room() {
    let mut chain = Chain::new();
    chain.state.globals.subnet_limit = 1;
    chain.state.globals.network_immunity_period_blocks = 5;
    chain.register(2);
    chain.stake(2, 500);
    let network = Call::RegisterNetwork { hotkey: hot(3) };
    chain.refused(cold(3), network.clone(), CallError::SubnetLimitReached);
    chain.blocks(6);
    let (staker, founder) = (chain.free(cold(2)), chain.free(cold(3)));
    let reserve = chain.state.subnet(1).unwrap().pool.tao_rao;
    chain.ok(cold(3), network);
    let got = chain.free(cold(2)) - staker;
    assert!(got > 100 * TAO && got < reserve, "{got} of {reserve}");
    let lock = founder - chain.free(cold(3));
    assert!((1990 * TAO..=2000 * TAO).contains(&lock), "twice the last lock: {lock}");
    let subnet = chain.state.subnet(1).unwrap();
    assert_eq!((subnet.hyper.owner, subnet.neurons.len()), (Some(cold(3)), 1));
    assert_eq!((subnet.pool.tao_rao, subnet.pool.locked_rao), (lock, lock));
    assert!(subnet.stakes.is_empty());
    assert!(!subnet.hyper.subtoken_enabled);
    chain.refused(cold(1), Call::StartCall { netuid: 1 }, CallError::BadOrigin);
    chain.ok(cold(3), Call::StartCall { netuid: 1 });
}

#[test]
fn owners_set_what_is_theirs_outside_the_freeze_and_not_too_often() {
    let mut chain = Chain::new();
    chain.state.subnet_mut(1).unwrap().hyper.tempo_blocks = 360;
    let set = |setting| Call::SetHyperparameter { netuid: 1, setting };
    let immunity = || set(Setting::ImmunityPeriodBlocks(100));
    chain.refused(cold(2), immunity(), CallError::BadOrigin);
    chain.refused(OWNER, set(Setting::Kappa(1)), CallError::BadOrigin);
    chain.ok(OWNER, immunity());
    chain.refused(OWNER, immunity(), CallError::TxRateLimitExceeded);
    chain.ok(OWNER, set(Setting::Yuma3(false)));
    let too_long = set(Setting::BurnHalfLifeBlocks(0));
    chain.refused(OWNER, too_long, CallError::AdminInvalidValue);
    let uids = Setting::MaxAllowedUids(257);
    let error = CallError::MaxAllowedUidsGreaterThanDefaultMaxAllowedUids;
    chain.refused(OWNER, set(uids), error);
    chain.refused(
        OWNER,
        Call::SetTempo { netuid: 1, tempo_blocks: 359 },
        CallError::TempoOutOfBounds,
    );
    chain.ok(OWNER, Call::SetTempo { netuid: 1, tempo_blocks: 400 });
    chain.ok(OWNER, Call::TriggerEpoch { netuid: 1 });
    let frozen = CallError::AdminActionProhibitedDuringWeightsWindow;
    chain.refused(OWNER, set(Setting::LiquidAlpha(true)), frozen);
    let root = |chain: &mut Chain, setting| chain.state.apply(Origin::Root, &set(setting));
    assert_eq!(root(&mut chain, Setting::Kappa(1)), Ok(()));
    assert_eq!(root(&mut chain, Setting::Yuma3(true)), Err(frozen));
    chain.until_epoch();
    assert_eq!(root(&mut chain, Setting::Yuma3(true)), Ok(()));
}

#[test]
fn mechanisms_have_weights_of_their_own() {
    let mut chain = Chain::new();
    chain.register(2);
    chain.stake(2, 1000);
    chain.until_epoch();
    let set = |setting| Call::SetHyperparameter { netuid: 1, setting };
    let weights = |mechanism| {
        let (uids, values) = (vec![0, 1], vec![1, 1]);
        Call::SetWeights { netuid: 1, mechanism, uids, values, version_key: 0 }
    };
    chain.state.globals.admin_freeze_window_blocks = 0;
    chain.refused(OWNER, set(Setting::MechanismCount(2)), CallError::TooManyUIDsPerMechanism);
    chain.state.subnet_mut(1).unwrap().hyper.max_allowed_uids = 64;
    chain.ok(OWNER, set(Setting::MechanismCount(2)));
    chain.ok(OWNER, set(Setting::MechanismSplit(Some(vec![65_535 - 7, 7]))));
    chain.ok(hot(2), weights(1));
    let subnet = chain.state.subnet(1).unwrap();
    assert!(
        subnet.mechanisms[0].weights[1].is_empty() && !subnet.mechanisms[1].weights[1].is_empty()
    );
    chain.until_epoch();
    chain.state.last_transaction.clear();
    chain.ok(OWNER, set(Setting::MechanismCount(1)));
    assert_eq!(chain.state.subnet(1).unwrap().mechanism_split, None);
    chain.refused(hot(2), weights(1), CallError::SettingWeightsTooFast);
}

#[test]
fn children_wait_for_their_cooldown_and_an_epoch() {
    let mut chain = Chain::new();
    for number in 2..=3 {
        chain.register(number);
        chain.stake(number, 100);
    }
    let children = vec![(u64::MAX / 2, hot(3))];
    let call = Call::SetChildren { hotkey: hot(2), netuid: 1, children };
    chain.until_epoch();
    chain.ok(cold(2), call.clone());
    chain.refused(cold(2), call, CallError::TxRateLimitExceeded);
    chain.blocks(8);
    assert!(chain.state.subnet(1).unwrap().children.is_empty());
    chain.until_epoch();
    let subnet = chain.state.subnet(1).unwrap();
    assert_eq!(subnet.parents_of(hot(3)), [(u64::MAX / 2, hot(2))]);
    assert!(subnet.pending_children.is_empty());
    let back = vec![(1, hot(2))];
    let call = Call::SetChildren { hotkey: hot(3), netuid: 1, children: back };
    chain.refused(cold(3), call, CallError::ChildParentInconsistency);
}

#[test]
fn locked_stake_stays_on_the_subnet() {
    let mut chain = Chain::new();
    chain.register(2);
    chain.stake(2, 100);
    let all = chain.state.stake_rao(hot(2), cold(2), 1);
    let lock = |alpha_rao| Call::LockStake { hotkey: hot(2), netuid: 1, alpha_rao };
    let remove = |alpha_rao| Call::RemoveStake { hotkey: hot(2), netuid: 1, alpha_rao };
    chain.refused(cold(2), lock(all + 1), CallError::InsufficientStakeForLock);
    chain.ok(cold(2), lock(all / 2));
    chain.refused(cold(2), remove(all), CallError::StakeUnavailable);
    chain.ok(cold(2), remove(all / 4));
    let transfer = |alpha_rao| Call::TransferStake {
        destination_coldkey: cold(4),
        hotkey: hot(2),
        origin_netuid: 1,
        destination_netuid: 1,
        alpha_rao,
    };
    chain.refused(cold(2), transfer(all / 2), CallError::AccountRejectsLockedAlpha);
    chain.ok(cold(4), Call::SetRejectLockedAlpha { enabled: false });
    chain.ok(cold(2), transfer(all / 2));
    let locked = chain.state.locked_rao(cold(2), 1) + chain.state.locked_rao(cold(4), 1);
    assert_eq!(locked, all / 2);
    let moved = Call::MoveLock { destination_hotkey: hot(1), netuid: 1 };
    chain.ok(cold(4), moved);
    chain.refused(
        cold(5),
        Call::MoveLock { destination_hotkey: hot(1), netuid: 1 },
        CallError::NoExistingLock,
    );
}

#[test]
fn the_faucet_gives_only_where_it_is_open() {
    let mut chain = Chain::new();
    chain.refused(hot(5), Call::Faucet, CallError::FaucetDisabled);
    chain.state.globals.faucet_open = true;
    chain.ok(hot(5), Call::Faucet);
    assert_eq!(chain.free(hot(5)), 1000 * TAO);
}
