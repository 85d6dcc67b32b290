//! Getting a uid: registration for a burn, registration on root by stake, and whom a newcomer
//! replaces when a subnet is full.
//!
//! Source: `pallets/subtensor/src/subnets/{registration, uids}.rs` and `coinbase/root.rs` of the
//! public runtime, spec version 425.

use subsim_consensus::economics::{MAX_PRICE, U64F64, bounded_burn_rao, raised_burn_rao};

use super::books::Place;
use super::journal::Saved;
use super::trading::Order;
use super::{AccountId, CallError, Mechanism, NetUid, ROOT, State, Subnet};

/// Delegate take that registration on root sets, u16 proportion: 18%.
pub(super) const ROOT_DELEGATE_TAKE: u16 = 11_796;

impl State {
    /// Makes a hotkey the coldkey's, unless somebody owns it already
    /// (`create_account_if_non_existent`).
    pub(super) fn create_hotkey(
        &mut self,
        coldkey: AccountId,
        hotkey: AccountId,
    ) -> Result<(), CallError> {
        if self.is_pot(hotkey) {
            return Err(CallError::CannotUseSystemAccount);
        }
        if self.account(hotkey).owner.is_some() {
            return Ok(());
        }
        self.note_account(hotkey);
        self.account_mut(hotkey).owner = Some(coldkey);
        self.note_account(coldkey);
        let owned = &mut self.account_mut(coldkey).owned_hotkeys;
        if !owned.contains(&hotkey) {
            owned.push(hotkey);
        }
        self.note_staking_hotkey(coldkey, hotkey);
        Ok(())
    }

    /// Gives a hotkey the default take unless it has one (`maybe_become_delegate`).
    pub(super) fn make_delegate(&mut self, hotkey: AccountId) {
        if self.account(hotkey).delegate_take.is_none() {
            self.note_account(hotkey);
            let take = self.delegate_take(hotkey);
            self.account_mut(hotkey).delegate_take = Some(take);
        }
    }

    /// `burned_register`, and `register_limit` when there is a highest price. The price buys alpha,
    /// which is recycled.
    pub(super) fn register(
        &mut self,
        coldkey: AccountId,
        hotkey: AccountId,
        netuid: NetUid,
        limit_price_rao: Option<u64>,
    ) -> Result<(), CallError> {
        if netuid == ROOT {
            return Err(CallError::RegistrationNotPermittedOnRootSubnet);
        }
        let subnet = self.existing(netuid)?;
        let price = subnet.registration.burn_rao;
        if limit_price_rao.is_some_and(|limit| price > limit) {
            return Err(CallError::RegistrationPriceLimitExceeded);
        }
        if !subnet.hyper.registration_allowed {
            return Err(CallError::SubNetRegistrationDisabled);
        }
        if subnet.neurons.uid(hotkey).is_some() {
            return Err(CallError::HotKeyAlreadyRegisteredInSubNet);
        }
        if price > self.free_rao(coldkey) {
            return Err(CallError::NotEnoughBalanceToStake);
        }
        self.create_hotkey(coldkey, hotkey)?;
        if !self.owns(coldkey, hotkey) {
            return Err(CallError::NonAssociatedColdKey);
        }
        self.free_uid(netuid).ok_or(CallError::NoNeuronIdAvailable)?;
        let paid = self.pay_registration(coldkey, netuid, price)?;
        self.give_uid(netuid, hotkey)?;
        self.record_tao_flow(netuid, paid as i64);
        self.note(|state| {
            let registration = state.subnet(netuid).map(|s| s.registration.clone());
            Saved::Registration(netuid, registration.unwrap_or_default())
        });
        if let Some(subnet) = self.subnet_mut(netuid) {
            subnet.count_registration(price);
        }
        Ok(())
    }

    /// Buys alpha for the price and takes it out of the issuance. Returns what was paid.
    fn pay_registration(
        &mut self,
        coldkey: AccountId,
        netuid: NetUid,
        price_rao: u64,
    ) -> Result<u64, CallError> {
        let reason = "registration";
        let paid = self.transfer_tao_to_pot(netuid, coldkey, price_rao, reason)?;
        let order = Order {
            netuid,
            rao: paid,
            limit: MAX_PRICE,
            drop_fees: false,
            alpha: Place::Recycled,
            reason,
        };
        let trade = self.swap_tao_for_alpha(&order)?;
        // The trade has just added so much.
        let out = self.subnet_mut(netuid).map(|subnet| &mut subnet.pool.alpha_out_rao);
        if let Some(out) = out {
            *out = out.saturating_sub(trade.amount_out_rao);
        }
        Ok(paid)
    }

    /// Gives a hotkey a uid: a new one, or that of the neuron pruned for it (`register_neuron`).
    pub(super) fn give_uid(&mut self, netuid: NetUid, hotkey: AccountId) -> Result<u16, CallError> {
        let uid = self.free_uid(netuid).ok_or(CallError::NoNeuronIdAvailable)?;
        let block = self.block;
        let subnet = self.subnet_mut(netuid).ok_or(CallError::SubnetNotExists)?;
        if usize::from(uid) == subnet.neurons.len() {
            subnet.append_neuron(hotkey, block);
        } else {
            subnet.replace_neuron(uid, hotkey, block);
        }
        Ok(uid)
    }

    /// uid that the next registration would get; `None` when the subnet is full of neurons that
    /// cannot be pruned.
    #[must_use]
    pub fn free_uid(&self, netuid: NetUid) -> Option<u16> {
        let subnet = self.subnet(netuid)?;
        let n = subnet.neurons.len();
        match usize::from(subnet.hyper.max_allowed_uids) {
            0 => None,
            allowed if n < allowed => u16::try_from(n).ok(),
            _ => self.neuron_to_prune(netuid),
        }
    }

    /// Hotkeys of the subnet's owner that are never pruned: the oldest registrations up to the
    /// limit, the owner's hotkey first (`get_immune_owner_tuples`).
    fn immune_owner_uids(&self, subnet: &Subnet) -> Vec<u16> {
        let limit = usize::from(subnet.hyper.immune_owner_uids_limit);
        let owned = subnet.hyper.owner.map(|owner| &self.account(owner).owned_hotkeys);
        let mut uids: Vec<u16> =
            owned.into_iter().flatten().filter_map(|hotkey| subnet.neurons.uid(*hotkey)).collect();
        uids.sort_by_key(|uid| (subnet.neurons.block_at_registration[usize::from(*uid)], *uid));
        uids.truncate(limit);
        if let Some(uid) = subnet.owner_uid().filter(|uid| !uids.contains(uid)) {
            uids.insert(0, uid);
            uids.truncate(limit);
        }
        uids
    }

    /// Neuron that a registration on a full subnet replaces: lowest emission, then oldest, then
    /// lowest uid, among those out of immunity while enough of them remain, else among the immune
    /// (`get_neuron_to_prune`).
    #[must_use]
    pub fn neuron_to_prune(&self, netuid: NetUid) -> Option<u16> {
        let subnet = self.subnet(netuid)?;
        let immortal = self.immune_owner_uids(subnet);
        let (mut best, mut best_immune) = (None, None);
        let mut prunable = 0_u16;
        for uid in 0..subnet.neurons.len() as u16 {
            if immortal.contains(&uid) {
                continue;
            }
            let at = usize::from(uid);
            let registered = subnet.neurons.block_at_registration[at];
            let candidate = Some((subnet.neurons.emission_rao[at], registered, uid));
            let age = self.block.saturating_sub(registered);
            let best = if age < u64::from(subnet.hyper.immunity_period_blocks) {
                &mut best_immune
            } else {
                prunable = prunable.saturating_add(1);
                &mut best
            };
            if best.is_none() || candidate < *best {
                *best = candidate;
            }
        }
        let enough = prunable > subnet.hyper.min_non_immune_uids;
        let chosen = best.filter(|_| enough).or(best_immune);
        chosen.map(|(_, _, uid)| uid)
    }

    /// `root_register`: a seat among the root validators, by stake once they are full.
    pub(super) fn root_register(
        &mut self,
        coldkey: AccountId,
        hotkey: AccountId,
    ) -> Result<(), CallError> {
        let root = self.subnet(ROOT).ok_or(CallError::RootNetworkDoesNotExist)?;
        let (registration, hyper) = (&root.registration, &root.hyper);
        if registration.this_block >= hyper.max_registrations_per_block {
            return Err(CallError::TooManyRegistrationsThisBlock);
        }
        let limit = hyper.target_registrations_per_interval.saturating_mul(3);
        if registration.this_interval >= limit {
            return Err(CallError::TooManyRegistrationsThisInterval);
        }
        if root.neurons.uid(hotkey).is_some() {
            return Err(CallError::HotKeyAlreadyRegisteredInSubNet);
        }
        self.create_hotkey(coldkey, hotkey)?;
        let block = self.block;
        let root = self.subnet_mut(ROOT).ok_or(CallError::RootNetworkDoesNotExist)?;
        let replaced = root.replaced_on_root(hotkey)?;
        match replaced {
            None => root.append_neuron(hotkey, block),
            Some(uid) => root.replace_neuron(uid, hotkey, block),
        }
        root.registration.this_interval = root.registration.this_interval.saturating_add(1);
        root.registration.this_block = root.registration.this_block.saturating_add(1);
        if self.account(hotkey).delegate_take.is_none() {
            self.account_mut(hotkey).delegate_take = Some(ROOT_DELEGATE_TAKE);
        }
        Ok(())
    }
}

impl Subnet {
    /// Root validator that a newcomer replaces, `None` while there is room.
    fn replaced_on_root(&self, newcomer: AccountId) -> Result<Option<u16>, CallError> {
        if self.neurons.len() < usize::from(self.hyper.max_allowed_uids) {
            return Ok(None);
        }
        let stakes = self.neurons.hotkeys.iter().map(|hotkey| self.hotkey_alpha_rao(*hotkey));
        let lowest = stakes.enumerate().min_by_key(|(_, stake)| *stake);
        match lowest {
            Some((uid, stake)) if stake < self.hotkey_alpha_rao(newcomer) => Ok(Some(uid as u16)),
            _ => Err(CallError::StakeTooLowForRoot),
        }
    }

    fn count_registration(&mut self, price_rao: u64) {
        let (hyper, registration) = (&self.hyper, &mut self.registration);
        let factor = U64F64::from_bits(hyper.burn_increase_mult_bits);
        let raised = raised_burn_rao(registration.burn_rao, factor);
        registration.burn_rao = bounded_burn_rao(raised, hyper.min_burn_rao, hyper.max_burn_rao);
        registration.this_block = registration.this_block.saturating_add(1);
        registration.rao_recycled = registration.rao_recycled.saturating_add(price_rao);
    }

    /// Adds a neuron at the end (`append_neuron`). Its stake weight comes with the next epoch.
    pub(super) fn append_neuron(&mut self, hotkey: AccountId, block: u64) {
        let neurons = &mut self.neurons;
        neurons.uids.insert(hotkey, neurons.hotkeys.len() as u16);
        neurons.hotkeys.push(hotkey);
        neurons.block_at_registration.push(block);
        neurons.active.push(true);
        neurons.emission_rao.push(0);
        neurons.consensus.push(0);
        neurons.dividends.push(0);
        neurons.validator_trust.push(0);
        neurons.validator_permit.push(false);
        for mechanism in &mut self.mechanisms {
            mechanism.last_update.push(block);
            mechanism.incentive.push(0);
            mechanism.weights.push(Vec::new());
            mechanism.bonds.push(Vec::new());
        }
    }

    /// Puts a hotkey in another's place; it inherits nothing (`replace_neuron`). The owner's hotkey
    /// is never replaced.
    pub(super) fn replace_neuron(&mut self, uid: u16, hotkey: AccountId, block: u64) {
        let at = usize::from(uid);
        let old = self.neurons.hotkeys[at];
        if self.hyper.owner_hotkey == Some(old) {
            return;
        }
        let neurons = &mut self.neurons;
        neurons.uids.remove(&old);
        neurons.uids.insert(hotkey, uid);
        neurons.hotkeys[at] = hotkey;
        neurons.block_at_registration[at] = block;
        neurons.active[at] = true;
        neurons.emission_rao[at] = 0;
        neurons.consensus[at] = 0;
        neurons.dividends[at] = 0;
        neurons.validator_trust[at] = 0;
        neurons.validator_permit[at] = false;
        if let Some(weight) = neurons.stake_weight.get_mut(at) {
            *weight = 0;
        }
        for mechanism in &mut self.mechanisms {
            mechanism.forget_neuron(at, block);
        }
    }
}

impl Mechanism {
    /// Clears what a neuron set and earned, and zeroes what others gave it.
    fn forget_neuron(&mut self, at: usize, block: u64) {
        self.last_update[at] = block;
        self.incentive[at] = 0;
        self.bonds[at].clear();
        self.weights[at].clear();
        for (uid, weight) in self.weights.iter_mut().flatten() {
            if usize::from(*uid) == at {
                *weight = 0;
            }
        }
    }
}
