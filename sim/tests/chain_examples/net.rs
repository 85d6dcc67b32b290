//! A small chain to put into any state: accounts by number, subnets without a price to pay for
//! them, neurons and stake by decree. The chain's tests start from such states; scenarios never
//! meet most of them.

use subsim_sim::chain::{
    AccountId, BlockWorkspace, Call, CallError, Hyperparameters, NetUid, Origin, Pending, State,
    Subnet, SubnetSeed, begin_block,
};

/// Number of accounts; their ids are their numbers.
const ACCOUNTS: u32 = 64;

/// TAO that every account has at first, rao.
pub const BALANCE: u64 = 100_000_000_000_000;

/// One subnet, as most examples use.
pub const SUBNET: NetUid = 1;

/// An account.
pub fn id(number: u32) -> AccountId {
    assert!(number < ACCOUNTS);
    AccountId(number)
}

/// A state and what its blocks need.
pub struct Net {
    pub state: State,
    workspace: BlockWorkspace,
}

impl Net {
    /// Accounts with money, in block 1, and nothing else but root. Limits that the chain's mock
    /// runtime switches off are off.
    pub fn new() -> Self {
        let key = |number: u32| {
            let mut key = [0; 32];
            key[..4].copy_from_slice(&number.to_be_bytes());
            key
        };
        let balances = (0..ACCOUNTS).map(|number| (key(number), BALANCE));
        let mut state = State::genesis(Default::default(), balances, None);
        let globals = &mut state.globals;
        globals.subnet_owner_cut = 0;
        globals.network_min_lock_rao = 100_000_000_000;
        globals.network_rate_limit_blocks = 0;
        globals.set_children_rate_limit_blocks = 0;
        globals.childkey_take_rate_limit_blocks = 1;
        globals.root_claims_per_block = 0;
        globals.tao_weight = 0;
        globals.existential_deposit_rao = 1;
        state.block = 1;
        Self { state, workspace: BlockWorkspace::default() }
    }

    /// A chain with one subnet.
    pub fn with_subnet() -> Self {
        let mut net = Self::new();
        net.subnet(SUBNET);
        net
    }

    /// Adds a subnet without owner, pool and emission, on which epochs run only when they are
    /// asked for, and commit-reveal is off.
    pub fn subnet(&mut self, netuid: NetUid) -> &mut Subnet {
        let hyper = Hyperparameters {
            tempo_blocks: u16::MAX - 1,
            subtoken_enabled: true,
            emission_enabled: true,
            commit_reveal_enabled: false,
            weights_rate_limit_blocks: 0,
            min_allowed_weights: 0,
            min_non_immune_uids: 0,
            immunity_period_blocks: 2,
            ..Hyperparameters::default()
        };
        self.state.found_subnet(&SubnetSeed {
            netuid,
            owner: id(0),
            owner_hotkey: id(0),
            hyper,
            tao_rao: 0,
            alpha_rao: 0,
            moving_price_bits: Some(0),
            burn_rao: 0,
        });
        let subnet = self.get_mut(netuid);
        (subnet.hyper.owner, subnet.hyper.owner_hotkey) = (None, None);
        subnet
    }

    pub fn get(&self, netuid: NetUid) -> &Subnet {
        self.state.subnet(netuid).unwrap()
    }

    pub fn get_mut(&mut self, netuid: NetUid) -> &mut Subnet {
        self.state.subnet_mut(netuid).unwrap()
    }

    /// Makes a hotkey a coldkey's.
    pub fn own(&mut self, coldkey: AccountId, hotkey: AccountId) {
        self.state.account_mut(hotkey).owner = Some(coldkey);
        let owned = &mut self.state.account_mut(coldkey).owned_hotkeys;
        if !owned.contains(&hotkey) {
            owned.push(hotkey);
        }
    }

    /// Gives a coldkey's hotkey the next uid, as registered in the current block.
    pub fn seat(&mut self, netuid: NetUid, coldkey: AccountId, hotkey: AccountId) -> u16 {
        self.state.seat(netuid, hotkey, coldkey).unwrap()
    }

    /// Gives a coldkey stake on a hotkey, of alpha or of TAO on root.
    pub fn stake(&mut self, netuid: NetUid, coldkey: AccountId, hotkey: AccountId, rao: u64) {
        self.state.grant_stake(netuid, hotkey, coldkey, rao);
    }

    /// Fills a pool.
    pub fn reserves(&mut self, netuid: NetUid, tao_rao: u64, alpha_rao: u64) {
        let pool = &mut self.get_mut(netuid).pool;
        (pool.tao_rao, pool.alpha_in_rao) = (tao_rao, alpha_rao);
        let pot = self.get(netuid).pot;
        let held = std::mem::replace(&mut self.state.account_mut(pot).free_rao, tao_rao);
        let issued = &mut self.state.balances_issuance_rao;
        *issued = *issued + tao_rao - held;
    }

    pub fn blocks(&mut self, count: u64) {
        for _ in 0..count {
            begin_block(&mut self.state, &mut self.workspace, [5; 32]);
        }
    }

    /// Moves the clock without running blocks.
    pub fn jump_to(&mut self, block: u64) {
        self.state.block = block;
    }

    /// Runs an epoch in the next block that pays out these amounts: to miners, to validators, to
    /// root stakers.
    pub fn pay_out(&mut self, netuid: NetUid, server: u64, validator: u64, root: u64) {
        let next = self.state.block + 1;
        let subnet = self.get_mut(netuid);
        subnet.pool.alpha_out_rao += server + validator + root;
        subnet.pending = Pending {
            server_rao: server,
            validator_rao: validator,
            root_alpha_rao: root,
            ..Pending::default()
        };
        subnet.schedule.pending_epoch_at = next;
        self.blocks(1);
        assert_eq!(self.get(netuid).schedule.last_epoch_block, next);
    }

    /// An epoch that pays half to miners and half to validators.
    pub fn pay_out_halves(&mut self, netuid: NetUid, rao: u64) {
        self.pay_out(netuid, rao / 2, rao / 2, 0);
    }

    pub fn call(&mut self, who: AccountId, call: &Call) -> Result<(), CallError> {
        self.state.apply(Origin::Signed(who), call)
    }

    #[track_caller]
    pub fn ok(&mut self, who: AccountId, call: &Call) {
        self.call(who, call).unwrap_or_else(|error| panic!("{call:?}: {error}"));
    }

    #[track_caller]
    pub fn refused(&mut self, who: AccountId, call: &Call, error: CallError) {
        let before = self.state.clone();
        assert_eq!(self.call(who, call), Err(error), "{call:?}");
        assert!(self.state == before, "{call:?}: refused, and yet it changed the state");
    }

    /// Sets children at once, the way a subnet before its start does.
    pub fn children(&mut self, netuid: NetUid, parent: AccountId, children: &[(u64, AccountId)]) {
        let owner = self.state.account(parent).owner.unwrap();
        self.get_mut(netuid).hyper.subtoken_enabled = false;
        let children = children.to_vec();
        self.ok(owner, &Call::SetChildren { hotkey: parent, netuid, children });
        self.get_mut(netuid).hyper.subtoken_enabled = true;
    }

    pub fn childkey_take(&mut self, netuid: NetUid, hotkey: AccountId, take: u16) {
        self.state.childkey_takes.insert((netuid, hotkey), take);
    }

    pub fn delegate_take(&mut self, hotkey: AccountId, take: u16) {
        self.state.account_mut(hotkey).delegate_take = Some(take);
    }

    /// Sets weights directly, set long after everybody's registration.
    pub fn weights(&mut self, netuid: NetUid, mechanism: usize, rows: &[(u16, &[(u16, u16)])]) {
        let block = self.state.block;
        let mechanism = &mut self.get_mut(netuid).mechanisms[mechanism];
        for (uid, row) in rows {
            mechanism.weights[usize::from(*uid)] = row.to_vec();
        }
        mechanism.last_update.fill(block);
    }

    pub fn permits(&mut self, netuid: NetUid, permits: &[bool]) {
        self.get_mut(netuid).neurons.validator_permit = permits.to_vec();
    }

    pub fn free(&self, account: AccountId) -> u64 {
        self.state.account(account).free_rao
    }

    /// All stake of a hotkey.
    pub fn hotkey_stake(&self, netuid: NetUid, hotkey: AccountId) -> u64 {
        self.state.hotkey_stake_rao(hotkey, netuid)
    }

    /// Stake of a coldkey on a hotkey.
    pub fn stake_of(&self, netuid: NetUid, coldkey: AccountId, hotkey: AccountId) -> u64 {
        self.state.stake_rao(hotkey, coldkey, netuid)
    }
}

/// Asserts that two amounts differ by no more than so many rao.
#[track_caller]
pub fn near(found: u64, expected: u64, tolerance: u64) {
    assert!(found.abs_diff(expected) <= tolerance, "{found} is not {expected} +- {tolerance}");
}
