//! Subnets come and go: registration for a lock, the start, and what happens to everybody's stake
//! when one is dissolved.
//!
//! Source: `pallets/subtensor/src/subnets/subnet.rs`, `coinbase/root.rs` and
//! `staking/remove_stake.rs` (`destroy_alpha_in_out_stakes`) of the public runtime, spec
//! version 425.

use subsim_consensus::economics::{U64F64, median_price};

use super::books::Place;
use super::takes::limit_has_passed;
use super::{AccountId, CallError, Hyperparameters, NetUid, ROOT, State, Subnet};

/// Price of the first registration on a new subnet.
const FIRST_BURN_RAO: u64 = 1_000_000_000;

/// What a new subnet starts with, where that differs from the defaults.
fn initial_hyperparameters(remains: &Hyperparameters) -> Hyperparameters {
    Hyperparameters {
        max_allowed_uids: 256,
        max_allowed_validators: 64,
        min_allowed_weights: 1,
        immunity_period_blocks: 5000,
        yuma3_on: true,
        mechanism: 1,
        registration_allowed: true,
        emission_enabled: false,
        ..surviving_hyperparameters(remains)
    }
}

/// The few things that the chain does not forget when a subnet is dissolved.
fn surviving_hyperparameters(of: &Hyperparameters) -> Hyperparameters {
    Hyperparameters {
        recycle_or_burn: of.recycle_or_burn,
        min_non_immune_uids: of.min_non_immune_uids,
        min_allowed_uids: of.min_allowed_uids,
        max_weights_limit: of.max_weights_limit,
        min_childkey_take: of.min_childkey_take,
        owner_cut_enabled: of.owner_cut_enabled,
        root_claimable_threshold_bits: of.root_claimable_threshold_bits,
        emission_enabled: of.emission_enabled,
        ..Hyperparameters::default()
    }
}

impl Subnet {
    /// What is left of a dissolved subnet for the next one with its number.
    fn remains(&self) -> Self {
        let mut rest = Self::new(self.netuid, self.pot);
        rest.hyper = surviving_hyperparameters(&self.hyper);
        rest.pool.root_proportion_bits = self.pool.root_proportion_bits;
        rest.pool.scrap_alpha_rao = self.pool.scrap_alpha_rao;
        rest.auto_stake.clone_from(&self.auto_stake);
        rest.root_alpha_dividends.clone_from(&self.root_alpha_dividends);
        rest
    }
}

/// Key of the account that holds a subnet's TAO.
pub(super) fn pot_key(netuid: NetUid) -> [u8; 32] {
    let mut key = [0; 32];
    key[..12].copy_from_slice(b"modlsubtensr");
    key[12..14].copy_from_slice(&netuid.to_le_bytes());
    key
}

impl State {
    /// Account that holds a subnet's TAO, made when nobody needed it before.
    pub(super) fn intern_pot(&mut self, netuid: NetUid) -> AccountId {
        if let Some(pot) = self.pots.get(&netuid) {
            return *pot;
        }
        let pot = self.intern(pot_key(netuid));
        self.pots.insert(netuid, pot);
        pot
    }

    /// `register_network`: a new subnet for a lock that becomes its pool. At the limit the
    /// cheapest subnet makes room.
    pub(super) fn register_network(
        &mut self,
        coldkey: AccountId,
        hotkey: AccountId,
    ) -> Result<(), CallError> {
        let limit = self.globals.network_rate_limit_blocks;
        if !limit_has_passed(self.block, self.network_last_lock_block, limit) {
            return Err(CallError::NetworkTxRateLimitExceeded);
        }
        if self.account(hotkey).owner.is_some_and(|owner| owner != coldkey) {
            return Err(CallError::NonAssociatedColdKey);
        }
        if self.is_pot(hotkey) {
            return Err(CallError::CannotUseSystemAccount);
        }
        let count = self.netuids().filter(|netuid| *netuid != ROOT).count();
        let full = count >= usize::from(self.globals.subnet_limit);
        let pruned = match full {
            true => Some(self.network_to_prune().ok_or(CallError::SubnetLimitReached)?),
            false => None,
        };
        let lock = self.network_lock_cost_rao();
        if lock > self.free_rao(coldkey) {
            return Err(CallError::CannotAffordLockCost);
        }
        // From here on nothing can fail: dissolving cannot be undone.
        if let Some(netuid) = pruned {
            self.dissolve(netuid);
        }
        let netuid = pruned.unwrap_or_else(|| self.next_netuid());
        let prices = self.subnets.iter().flatten().filter(|subnet| subnet.netuid != ROOT);
        let price = median_price(prices.map(Subnet::price));
        self.found(netuid);
        let paid = self.transfer_tao_to_pot(netuid, coldkey, lock, "subnet founded")?;
        self.network_last_lock_rao = paid;
        self.network_last_lock_block = self.block;
        self.create_hotkey(coldkey, hotkey)?;
        self.furnish(netuid, coldkey, hotkey, paid, price);
        self.adopt_by_root_validators(netuid, hotkey);
        Ok(())
    }

    fn next_netuid(&self) -> NetUid {
        let taken = |netuid: &NetUid| self.subnet(*netuid).is_some();
        (1..NetUid::MAX).find(|netuid| !taken(netuid)).unwrap_or(NetUid::MAX)
    }

    /// Puts an empty subnet in its place (`init_new_network`). Epochs of neighbouring subnets are
    /// staggered.
    fn found(&mut self, netuid: NetUid) {
        let pot = self.intern_pot(netuid);
        let mut subnet = self.dissolved.remove(&netuid).unwrap_or_else(|| Subnet::new(netuid, pot));
        // Whatever was left in the account, or sent to it meanwhile.
        subnet.books.beside_pool_rao = self.free_rao(pot).into();
        subnet.hyper = initial_hyperparameters(&subnet.hyper);
        subnet.registration.burn_rao = FIRST_BURN_RAO;
        let tempo = subnet.hyper.tempo_blocks.max(1);
        subnet.schedule.last_epoch_block = self.block.saturating_sub((netuid % tempo).into());
        let at = usize::from(netuid);
        if self.subnets.len() <= at {
            self.subnets.resize(at + 1, None);
        }
        self.subnets[at] = Some(subnet);
    }

    /// Gives a new subnet its owner, the owner's neuron, and the pool at the going price.
    fn furnish(
        &mut self,
        netuid: NetUid,
        coldkey: AccountId,
        hotkey: AccountId,
        paid_rao: u64,
        price: U64F64,
    ) {
        let block = self.block;
        let tao_rao = paid_rao.max(self.globals.network_min_lock_rao);
        let Some(subnet) = self.subnet_mut(netuid) else { return };
        subnet.append_neuron(hotkey, block);
        subnet.hyper.network_registered_at = block;
        subnet.hyper.owner = Some(coldkey);
        subnet.hyper.owner_hotkey = Some(hotkey);
        subnet.pool.tao_rao = tao_rao;
        subnet.pool.alpha_in_rao = U64F64::whole(tao_rao).over(price).to_u64();
        subnet.pool.locked_rao = paid_rao;
        let alpha_rao = subnet.pool.alpha_in_rao;
        let (pool, reason) = (Place::PoolReserve(netuid), "subnet founded");
        self.book_tao(Place::Pot(netuid), pool, tao_rao, reason);
        self.book_alpha(netuid, Place::Emission, pool, alpha_rao, reason);
        self.total_stake_rao = self.total_stake_rao.saturating_add(tao_rao);
    }

    /// `start_call`: emission begins with the next block, and trading now.
    pub(super) fn start_call(
        &mut self,
        coldkey: AccountId,
        netuid: NetUid,
    ) -> Result<(), CallError> {
        let subnet = self.existing(netuid)?;
        self.check_subnet_owner(coldkey, netuid)?;
        if subnet.hyper.first_emission_block.is_some() {
            return Err(CallError::FirstEmissionBlockNumberAlreadySet);
        }
        let delay = self.globals.start_call_delay_blocks;
        let block = self.block;
        if block < subnet.hyper.network_registered_at.saturating_add(delay) {
            return Err(CallError::NeedWaitingMoreBlocksToStarCall);
        }
        if let Some(subnet) = self.subnet_mut(netuid) {
            subnet.hyper.first_emission_block = Some(block.saturating_add(1));
            subnet.hyper.subtoken_enabled = true;
        }
        Ok(())
    }

    /// Subnet that a new one would replace at the limit: lowest moving price, then oldest, out of
    /// immunity (`get_network_to_prune`).
    #[must_use]
    pub fn network_to_prune(&self) -> Option<NetUid> {
        let immunity = self.globals.network_immunity_period_blocks;
        let prunable = self.subnets.iter().flatten().filter(|subnet| {
            let immune_until = subnet.hyper.network_registered_at.saturating_add(immunity);
            subnet.netuid != ROOT && self.block >= immune_until
        });
        prunable
            .min_by_key(|subnet| (subnet.moving_price(), subnet.hyper.network_registered_at))
            .map(|subnet| subnet.netuid)
    }

    /// `root_dissolve_network`.
    pub(super) fn dissolve_network(&mut self, netuid: NetUid) -> Result<(), CallError> {
        if netuid == ROOT || self.subnet(netuid).is_none() {
            return Err(CallError::SubnetNotExists);
        }
        self.dissolve(netuid);
        Ok(())
    }

    /// Ends a subnet: the pool's TAO goes to all who hold its alpha, pro rata; what belongs to
    /// nobody is recycled.
    fn dissolve(&mut self, netuid: NetUid) {
        for account in &mut self.accounts {
            account.root_claimable_bits.remove(&netuid);
        }
        let Some(subnet) = self.subnet(netuid) else { return };
        let pot_tao = subnet.pool.tao_rao;
        let parts = subnet.shares_of_pot(self.holders_in_storage_order(subnet));
        self.total_stake_rao = self.total_stake_rao.saturating_sub(pot_tao);
        let reason = "subnet dissolved";
        self.book_dissolution(netuid);
        self.book_tao(Place::PoolReserve(netuid), Place::Pot(netuid), pot_tao, reason);
        for (coldkey, rao) in parts {
            // What cannot be paid, to an account that would stay too small, stays in the pot.
            let _ = self.transfer_tao_from_pot(netuid, coldkey, rao, reason);
        }
        if let Some(pot) = self.pot(netuid) {
            let _ = self.recycle_tao(pot, self.spendable_rao(pot));
        }
        self.perpetual_locks.retain(|(_, other)| *other != netuid);
        self.last_transaction.retain(|(_, other, _), _| *other != netuid);
        self.childkey_takes.retain(|(other, _), _| *other != netuid);
        self.share_order.forget();
        if let Some(subnet) = self.subnets.get_mut(usize::from(netuid)).and_then(Option::take) {
            self.dissolved.insert(netuid, subnet.remains());
        }
    }
}

impl State {
    /// Alpha of every coldkey on every hotkey of a subnet, hotkeys in the chain's storage order.
    fn holders_in_storage_order(&self, subnet: &Subnet) -> Vec<(AccountId, u64)> {
        let hotkeys = subnet.stakes.iter().filter(|(_, pool)| pool.total_rao() > 0);
        let mut hotkeys: Vec<_> = hotkeys.collect();
        hotkeys.sort_by_cached_key(|(hotkey, _)| self.account(**hotkey).storage_hash());
        let shares = hotkeys.into_iter().flat_map(|(_, pool)| {
            // A share worth nothing counts as itself.
            pool.shares().iter().map(|(coldkey, share)| match pool.worth_rao(share) {
                0 => (*coldkey, share.to_rao()),
                worth => (*coldkey, worth),
            })
        });
        shares.filter(|(_, alpha)| *alpha > 0).collect()
    }
}

impl Subnet {
    /// Everybody's part of the pool's TAO, in the order of payment. Rao that division leaves over
    /// go one each to the largest remainders; the protocol's own part is left out.
    fn shares_of_pot(&self, holders: Vec<(AccountId, u64)>) -> Vec<(AccountId, u64)> {
        let protocol = self.pool.alpha_in_rao.saturating_add(self.pool.protocol_alpha_rao);
        let holders = holders.into_iter().map(|(coldkey, alpha)| (Some(coldkey), alpha));
        let holders = holders.chain((protocol > 0).then_some((None, protocol)));
        let holders: Vec<_> = holders.map(|(holder, alpha)| (holder, u128::from(alpha))).collect();
        let total: u128 = holders.iter().map(|(_, alpha)| alpha).sum();
        let pot = u128::from(self.pool.tao_rao);
        if total == 0 || pot == 0 {
            return Vec::new();
        }
        let part = |(holder, alpha): (Option<AccountId>, u128)| {
            let product = pot.saturating_mul(alpha);
            (holder, (product / total) as u64, product % total)
        };
        let mut parts: Vec<_> = holders.into_iter().map(part).collect();
        let paid: u128 = parts.iter().map(|(_, rao, _)| u128::from(*rao)).sum();
        let left = pot.saturating_sub(paid).min(parts.len() as u128) as usize;
        if left > 0 {
            parts.sort_by_key(|(_, _, remainder)| std::cmp::Reverse(*remainder));
            for (_, rao, _) in &mut parts[..left] {
                *rao += 1;
            }
        }
        let of_people = |(holder, rao, _): (Option<AccountId>, u64, u128)| Some((holder?, rao));
        parts.into_iter().filter_map(of_people).filter(|(_, rao)| *rao > 0).collect()
    }
}
