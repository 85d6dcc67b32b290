//! Made-up chains for the benches: subnets with pools, validators and miners, and the calls of
//! validators that set weights. Seeded, of any size.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use subsim_sim::chain::{
    AccountId, BlockWorkspace, Call, GlobalParameters, Hyperparameters, NetUid, Origin, State,
    SubnetSeed, begin_block,
};

/// Rao in a TAO or an alpha.
pub const TAO: u64 = 1_000_000_000;

/// What happens in pools without anybody's call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pools {
    /// Nothing: the subnets get no TAO emission.
    Quiet,
    /// TAO and alpha are added at the price, every block.
    Filled,
    /// Nobody staked on root, so that all TAO buys alpha, every block.
    Buying,
}

/// A chain to be made.
#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    /// Number of subnets besides root.
    pub subnets: u16,
    /// Neurons of each.
    pub neurons: u16,
    /// How many of them, the first, validate.
    pub validators: u16,
    /// Blocks between epochs.
    pub tempo_blocks: u16,
    /// Bond rule Yuma 3 with liquid alpha instead of Yuma 2.
    pub yuma3_liquid: bool,
    /// What the chain does in pools.
    pub pools: Pools,
    /// Free balance of every coldkey and hotkey, whole TAO.
    pub balance_tao: u64,
    /// Most stake of a validator, whole alpha; everyone has at least a third of it. Enough that
    /// miners do not overtake them within the run.
    pub stake_alpha: u64,
}

/// A chain and what its blocks need.
#[derive(Debug)]
pub struct Chain {
    /// The state.
    pub state: State,
    /// Memory of blocks.
    pub workspace: BlockWorkspace,
}

impl Chain {
    /// Begins the next block.
    pub fn block(&mut self) {
        begin_block(&mut self.state, &mut self.workspace, [7; 32]);
    }

    /// Makes a call that must be accepted.
    ///
    /// # Panics
    /// When it is refused: a bench of refusals measures nothing.
    pub fn call(&mut self, who: AccountId, call: &Call) {
        if let Err(error) = self.state.apply(Origin::Signed(who), call) {
            panic!("{} in block {}: {error}", call.name(), self.state.block);
        }
    }
}

/// Key of an account by number; the order of numbers is that of keys.
fn key(number: u32) -> [u8; 32] {
    let mut key = [0; 32];
    key[..4].copy_from_slice(&number.to_be_bytes());
    key
}

impl Crowd {
    /// Coldkey and hotkey of a neuron.
    #[must_use]
    pub fn keys(&self, netuid: NetUid, uid: u16) -> (AccountId, AccountId) {
        let number = u32::from(netuid - 1) * u32::from(self.neurons) + u32::from(uid);
        (AccountId(2 * number), AccountId(2 * number + 1))
    }

    /// The chain in block 0, everybody registered, permits granted, no weights yet. The first neuron
    /// of a subnet is its owner's.
    ///
    /// # Panics
    /// When balances and pools exceed the supply, so that blocks would have nothing to mint.
    #[must_use]
    pub fn build(&self, seed: u64) -> Chain {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let accounts = 2 * u32::from(self.subnets) * u32::from(self.neurons);
        let balances = (0..accounts).map(|number| (key(number), self.balance_tao * TAO));
        let mut state = State::genesis(GlobalParameters::default(), balances, None);
        for netuid in 1..=self.subnets {
            self.found(&mut state, netuid);
            self.seat(&mut state, netuid, &mut rng);
        }
        if self.pools == Pools::Filled {
            // So much TAO on root that its proportion does not bind.
            state.globals.tao_weight = u64::MAX;
            let (cold, hotkey) = self.keys(1, 0);
            state.grant_stake(0, hotkey, cold, 5_000_000 * TAO);
        }
        assert!(state.next_block_emission_rao() > 0, "nothing is left to be minted");
        Chain { state, workspace: BlockWorkspace::default() }
    }

    /// A started subnet with a pool. Epochs of subnets are staggered.
    fn found(&self, state: &mut State, netuid: NetUid) {
        let (owner, owner_hotkey) = self.keys(netuid, 0);
        let hyper = Hyperparameters {
            tempo_blocks: self.tempo_blocks,
            first_emission_block: Some(1),
            subtoken_enabled: true,
            emission_enabled: self.pools != Pools::Quiet,
            commit_reveal_enabled: false,
            max_allowed_uids: self.neurons,
            max_allowed_validators: self.validators,
            min_allowed_weights: 1,
            yuma3_on: self.yuma3_liquid,
            liquid_alpha_on: self.yuma3_liquid,
            ..Hyperparameters::default()
        };
        state.found_subnet(&SubnetSeed {
            netuid,
            owner,
            owner_hotkey,
            hyper,
            tao_rao: 20_000 * TAO,
            alpha_rao: 10_000 * TAO,
            moving_price_bits: Some(1 << 32),
            burn_rao: TAO,
        });
        let subnet = state.subnet_mut(netuid).expect("just founded");
        subnet.schedule.last_epoch_block = u64::from(netuid % self.tempo_blocks.max(1));
        // A pool that has been filled before: at a half its power would be a plain division.
        subnet.pool.initialized = true;
        subnet.pool.quote_weight_e18 = 480_123_456_789_012_345;
    }

    fn seat(&self, state: &mut State, netuid: NetUid, rng: &mut impl Rng) {
        for uid in 0..self.neurons {
            let (cold, hotkey) = self.keys(netuid, uid);
            state.seat(netuid, hotkey, cold).expect("there is room for all");
            if uid < self.validators && self.stake_alpha > 0 {
                let alpha = rng.random_range(self.stake_alpha / 3..=self.stake_alpha);
                state.grant_stake(netuid, hotkey, cold, alpha * TAO);
            }
        }
        state.grant_first_permits(netuid);
    }
}

/// The calls of one subnet's validators, made beforehand: each weighs all others by their quality
/// and some noise of its own, a little differently every time.
#[derive(Debug, Clone)]
pub struct Voters {
    calls: Vec<(AccountId, Vec<Call>)>,
}

/// Different rows that a validator sets in turn.
const ROWS: usize = 4;

impl Voters {
    /// The validators of a subnet.
    #[must_use]
    pub fn new(crowd: &Crowd, netuid: NetUid, seed: u64) -> Self {
        let validators = (0..crowd.validators).map(|uid| (uid, crowd.keys(netuid, uid).1));
        Self::of(validators, crowd.neurons, netuid, seed)
    }

    /// The validators of a subnet of any origin, by uid and hotkey, among so many neurons.
    #[must_use]
    pub fn of(
        validators: impl IntoIterator<Item = (u16, AccountId)>,
        neurons: u16,
        netuid: NetUid,
        seed: u64,
    ) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let quality: Vec<u32> = (0..neurons).map(|_| rng.random_range(2000..50_000)).collect();
        let calls = validators.into_iter().map(|(validator, hotkey)| {
            let uids: Vec<_> = (0..neurons).filter(|uid| *uid != validator).collect();
            let mut row = || {
                let noisy = |uid: &u16| {
                    let quality = quality[usize::from(*uid)];
                    (quality + rng.random_range(0..quality / 4)) as u16
                };
                let values = uids.iter().map(noisy).collect();
                let uids = uids.clone();
                Call::SetWeights { netuid, mechanism: 0, uids, values, version_key: 0 }
            };
            (hotkey, (0..ROWS).map(|_| row()).collect())
        });
        Self { calls: calls.collect() }
    }

    /// The call of a validator, the `turn`-th time.
    #[must_use]
    pub fn call(&self, validator: usize, turn: usize) -> (AccountId, &Call) {
        let (hotkey, rows) = &self.calls[validator];
        (*hotkey, &rows[turn % ROWS])
    }

    /// Number of validators.
    #[must_use]
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    /// Whether nobody votes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Makes the calls that are due in the chain's current block when every validator sets weights
    /// every so many blocks, each at its own time. Returns how many.
    pub fn vote(&self, chain: &mut Chain, every_blocks: u64) -> u64 {
        let block = chain.state.block;
        let (turn, first) = (block / every_blocks, block % every_blocks);
        let mut made = 0;
        for validator in (first as usize..self.len()).step_by(every_blocks as usize) {
            let (hotkey, call) = self.call(validator, turn as usize);
            chain.call(hotkey, call);
            made += 1;
        }
        made
    }
}
