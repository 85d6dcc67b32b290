//! What exists before block 1: subnets, neurons and stakes that nobody paid for.
//!
//! Everything here only makes sense in block 0 of a state that [`State::genesis`] made. TAO and
//! alpha that come with it count as issued, so the books stay whole.

use thiserror::Error;

use super::books::Place;
use super::epoch_run::EpochWorkspace;
use super::registration::ROOT_DELEGATE_TAKE;
use super::{AccountId, Hyperparameters, NetUid, ROOT, State, Subnet};

/// Why somebody cannot be put in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SetupError {
    /// There is no such subnet.
    #[error("there is no subnet {netuid}")]
    NoSubnet {
        /// The number asked for.
        netuid: NetUid,
    },
    /// All uids are taken.
    #[error("all {allowed} uids of subnet {netuid} are taken")]
    NoUid {
        /// The subnet.
        netuid: NetUid,
        /// How many uids it has.
        allowed: u16,
    },
    /// The hotkey has a uid there already.
    #[error("the hotkey has uid {uid} on subnet {netuid} already")]
    HasUid {
        /// The subnet.
        netuid: NetUid,
        /// Its uid.
        uid: u16,
    },
    /// The hotkey is another coldkey's.
    #[error("the hotkey belongs to another coldkey")]
    NotOwner,
    /// The hotkey is the key of a pool's account.
    #[error("the hotkey is an account of the chain itself")]
    SystemAccount,
}

/// A subnet that exists in block 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubnetSeed {
    /// Its number, not 0.
    pub netuid: NetUid,
    /// Coldkey that owns it.
    pub owner: AccountId,
    /// Hotkey that receives the owner's cut.
    pub owner_hotkey: AccountId,
    /// Hyperparameters; owner and owner's hotkey are set from the fields above.
    pub hyper: Hyperparameters,
    /// TAO in the pool; it is issued.
    pub tao_rao: u64,
    /// Alpha in the pool; it is issued.
    pub alpha_rao: u64,
    /// Moving price, I96F32 bits; `None` is the price of the pool.
    pub moving_price_bits: Option<i128>,
    /// Price of the first registration, in rao of TAO.
    pub burn_rao: u64,
}

impl State {
    /// Puts a subnet in its place, without any neuron. One that stood there is gone.
    ///
    /// # Panics
    /// For root, which is always there.
    pub fn found_subnet(&mut self, seed: &SubnetSeed) {
        assert!(seed.netuid != ROOT, "root is always there");
        let pot = self.intern_pot(seed.netuid);
        let mut subnet = Subnet::new(seed.netuid, pot);
        subnet.hyper = Hyperparameters {
            owner: Some(seed.owner),
            owner_hotkey: Some(seed.owner_hotkey),
            ..seed.hyper.clone()
        };
        let count = usize::from(subnet.hyper.mechanism_count.max(1));
        subnet.mechanisms.resize_with(count, Default::default);
        subnet.pool.tao_rao = seed.tao_rao;
        subnet.pool.alpha_in_rao = seed.alpha_rao;
        subnet.registration.burn_rao = seed.burn_rao;
        // Prices have 64 fraction bits, moving prices 32.
        let price = i128::try_from(subnet.price().to_bits() >> 32).unwrap_or(i128::MAX);
        subnet.pool.moving_price_bits = seed.moving_price_bits.unwrap_or(price);
        let at = usize::from(seed.netuid);
        if self.subnets.len() <= at {
            self.subnets.resize(at + 1, None);
        }
        self.subnets[at] = Some(subnet);
        self.live_mut(seed.netuid).books.beside_pool_rao = self.free_rao(pot).into();
        let (pool, reason) = (Place::PoolReserve(seed.netuid), "block 0");
        self.book_alpha(seed.netuid, Place::Emission, pool, seed.alpha_rao, reason);
        self.issue_into_pool(seed.netuid, seed.tao_rao);
    }

    /// Issues TAO that a pool counts already.
    fn issue_into_pool(&mut self, netuid: NetUid, rao: u64) {
        let pot = self.live(netuid).pot;
        let free = &mut self.account_mut(pot).free_rao;
        *free = free.saturating_add(rao);
        self.total_issuance_rao = self.total_issuance_rao.saturating_add(rao);
        self.balances_issuance_rao = self.balances_issuance_rao.saturating_add(rao);
        self.total_stake_rao = self.total_stake_rao.saturating_add(rao);
        self.book_tao(Place::Emission, Place::PoolReserve(netuid), rao, "block 0");
    }

    /// Makes a hotkey the coldkey's and gives it the next uid, as of block 0; on root a seat among
    /// its validators. Returns the uid.
    ///
    /// # Errors
    /// When there is no room, or the hotkey cannot sit there.
    pub fn seat(
        &mut self,
        netuid: NetUid,
        hotkey: AccountId,
        coldkey: AccountId,
    ) -> Result<u16, SetupError> {
        let subnet = self.subnet(netuid).ok_or(SetupError::NoSubnet { netuid })?;
        let (n, allowed) = (subnet.neurons.len(), subnet.hyper.max_allowed_uids);
        if let Some(uid) = subnet.neurons.uid(hotkey) {
            return Err(SetupError::HasUid { netuid, uid });
        }
        if n >= usize::from(allowed) {
            return Err(SetupError::NoUid { netuid, allowed });
        }
        if self.account(hotkey).owner.is_some_and(|owner| owner != coldkey) {
            return Err(SetupError::NotOwner);
        }
        self.create_hotkey(coldkey, hotkey).map_err(|_| SetupError::SystemAccount)?;
        let block = self.block;
        self.live_mut(netuid).append_neuron(hotkey, block);
        if netuid == ROOT {
            self.account_mut(hotkey).delegate_take.get_or_insert(ROOT_DELEGATE_TAKE);
        }
        Ok(n as u16)
    }

    /// Issues stake to a coldkey on a hotkey: alpha, or on root TAO.
    ///
    /// # Panics
    /// When there is no such subnet.
    pub fn grant_stake(&mut self, netuid: NetUid, hotkey: AccountId, coldkey: AccountId, rao: u64) {
        if rao == 0 {
            return;
        }
        self.increase_stake(hotkey, coldkey, netuid, rao);
        let pool = &mut self.live_mut(netuid).pool;
        pool.alpha_out_rao = pool.alpha_out_rao.saturating_add(rao);
        let stake = Place::Stake { hotkey, coldkey: Some(coldkey) };
        self.book_alpha(netuid, Place::Emission, stake, rao, "block 0");
        if netuid == ROOT {
            let pool = &mut self.live_mut(ROOT).pool;
            pool.tao_rao = pool.tao_rao.saturating_add(rao);
            self.issue_into_pool(ROOT, rao);
            self.raise_root_claimed(hotkey, coldkey, rao);
            self.add_root_staker(coldkey);
        }
    }

    /// Gives validator permits by stake as an epoch would, so that weights count in the first one.
    pub fn grant_first_permits(&mut self, netuid: NetUid) {
        let Some(subnet) = self.subnet(netuid) else { return };
        if netuid == ROOT || subnet.neurons.is_empty() {
            return;
        }
        let mut workspace = EpochWorkspace::default();
        self.gather_stake(&mut workspace, netuid);
        let output = self.run_mechanism(&mut workspace, netuid, 0, 0);
        self.live_mut(netuid).neurons.validator_permit = output.new_validator_permit;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{BlockWorkspace, GlobalParameters, begin_block};

    const OWNER: AccountId = AccountId(0);
    const HOTKEY: AccountId = AccountId(1);
    const OTHER: AccountId = AccountId(2);

    fn state() -> State {
        let money = [([1; 32], 1_000_000_000_000), ([2; 32], 0), ([3; 32], 0)];
        let mut state = State::genesis(GlobalParameters::default(), money, None);
        state.found_subnet(&SubnetSeed {
            netuid: 3,
            owner: OWNER,
            owner_hotkey: HOTKEY,
            hyper: Hyperparameters {
                max_allowed_uids: 2,
                max_allowed_validators: 1,
                first_emission_block: Some(1),
                subtoken_enabled: true,
                emission_enabled: true,
                ..Hyperparameters::default()
            },
            tao_rao: 1_000_000_000_000,
            alpha_rao: 4_000_000_000_000,
            moving_price_bits: None,
            burn_rao: 1_000_000_000,
        });
        state
    }

    #[test]
    fn a_subnet_of_block_0_has_its_pool_and_price() {
        let state = state();
        assert_eq!(state.audit(), Ok(()));
        let subnet = state.live(3);
        assert_eq!(subnet.pool.moving_price_bits, 1 << 30);
        assert_eq!(state.free_rao(subnet.pot), 1_000_000_000_000);
        assert_eq!(state.total_issuance_rao, 2_000_000_000_000);
        assert_eq!((state.subnets.len(), state.total_stake_rao), (4, 1_000_000_000_000));
    }

    #[test]
    fn seats_are_given_once_and_while_there_is_room() {
        let mut state = state();
        assert_eq!(state.seat(3, HOTKEY, OWNER), Ok(0));
        assert_eq!(state.seat(3, HOTKEY, OWNER), Err(SetupError::HasUid { netuid: 3, uid: 0 }));
        assert_eq!(state.seat(ROOT, HOTKEY, OTHER), Err(SetupError::NotOwner));
        assert_eq!(state.seat(1, HOTKEY, OWNER), Err(SetupError::NoSubnet { netuid: 1 }));
        let pot = state.live(3).pot;
        assert_eq!(state.seat(3, pot, OWNER), Err(SetupError::SystemAccount));
        assert_eq!(state.seat(3, OTHER, OWNER), Ok(1));
        assert_eq!(state.seat(3, OWNER, OWNER), Err(SetupError::NoUid { netuid: 3, allowed: 2 }));
        assert_eq!(state.seat(ROOT, HOTKEY, OWNER), Ok(0));
        assert_eq!(state.account(OWNER).owned_hotkeys, [HOTKEY, OTHER]);
        assert_eq!(state.audit(), Ok(()));
    }

    #[test]
    fn stake_of_block_0_is_issued_and_gives_permits() {
        let mut state = state();
        state.seat(3, HOTKEY, OWNER).unwrap();
        state.seat(3, OTHER, OWNER).unwrap();
        state.grant_stake(3, HOTKEY, OWNER, 5_000);
        state.grant_stake(3, OTHER, OWNER, 5_001);
        state.grant_stake(ROOT, OTHER, OWNER, 7_000);
        assert_eq!(state.audit(), Ok(()));
        assert_eq!(state.live(ROOT).pool.tao_rao, 7_000);
        assert_eq!(state.staking_coldkeys, [OWNER]);
        state.grant_first_permits(3);
        // One by stake; the hotkey of the owner always has one.
        assert_eq!(state.live(3).neurons.validator_permit, [true, true]);
        assert_eq!(state.audit(), Ok(()));
        let mut workspace = BlockWorkspace::default();
        for _ in 0..361 {
            begin_block(&mut state, &mut workspace, [0; 32]);
            assert_eq!(state.audit(), Ok(()));
            assert_eq!(workspace.minted_rao(), 1_000_000_000);
        }
        assert_eq!(state.live(3).schedule.epoch_index, 1);
    }
}
