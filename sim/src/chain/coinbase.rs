//! What a block mints and where it goes: TAO into pools, chain buys with the excess, alpha for
//! owner, miners, validators and root, kept pending until the epoch.
//!
//! Source: `pallets/subtensor/src/coinbase/run_coinbase.rs`, `tao.rs` and
//! `pallets/swap/src/pallet/impls.rs` (`adjust_protocol_liquidity`) of the public runtime, spec
//! version 425.

use subsim_consensus::economics::{
    self, I96F32, Injection, MAX_PRICE, MAX_SUPPLY_RAO, SplitInput, SubnetClaim, U64F64, U96F32,
};

use super::books::{Asset, Flow, PendingFor, Place};
use super::memo::{EmissionSpace, Memos};
use super::trading::Order;
use super::{NetUid, ROOT, State, Subnet};

impl Subnet {
    /// Whether emission reaches the subnet at all (`get_subnets_to_emit_to`).
    #[must_use]
    pub fn emits(&self) -> bool {
        let hyper = &self.hyper;
        let started = hyper.first_emission_block.is_some() && hyper.subtoken_enabled;
        self.netuid != ROOT && started && hyper.registration_allowed
    }

    /// Moving price, 1 without a pool (`get_moving_alpha_price`).
    #[must_use]
    pub fn moving_price(&self) -> U64F64 {
        if self.is_dynamic() {
            I96F32::from_bits(self.pool.moving_price_bits).to_u64f64()
        } else {
            U64F64::ONE
        }
    }

    fn claim(&self) -> SubnetClaim {
        SubnetClaim {
            moving_price: self.moving_price(),
            miner_burned: U96F32::from_bits(self.pending.miner_burned_bits),
            emission_enabled: self.hyper.emission_enabled,
        }
    }

    /// Counts TAO that the protocol put in, or took out when negative.
    pub(super) fn record_protocol_flow(&mut self, tao_rao: i64) {
        let flow = &mut self.pool.protocol_flow_rao;
        *flow = flow.saturating_add(tao_rao);
    }
}

impl State {
    /// Root's part in the validators' emission of a subnet (`root_proportion`).
    #[must_use]
    pub fn root_proportion(&self, subnet: &Subnet) -> U96F32 {
        let root_tao_rao = self.subnet(ROOT).map_or(0, |root| root.pool.tao_rao);
        let issuance_rao = subnet.alpha_issuance_rao();
        economics::root_proportion(root_tao_rao, self.globals.tao_weight, issuance_rao)
    }

    /// TAO that the next block would mint (`calculate_block_emission`).
    #[must_use]
    pub fn next_block_emission_rao(&self) -> u64 {
        economics::block_emission_rao(self.total_issuance_rao)
    }

    /// What registering a subnet costs now (`get_network_lock_cost`). The interval over which it
    /// falls halves with the emission.
    #[must_use]
    pub fn network_lock_cost_rao(&self) -> u64 {
        let interval = self.globals.network_lock_reduction_interval_blocks;
        let emission = U64F64::whole(self.next_block_emission_rao());
        let halving = emission.over(U64F64::whole(economics::INITIAL_EMISSION_RAO));
        economics::subnet_lock_rao(
            self.network_last_lock_rao,
            self.network_last_lock_block,
            self.block,
            U64F64::whole(interval).times(halving).to_u64(),
            self.globals.network_min_lock_rao,
        )
    }

    /// Mints the block's TAO, puts it into pools, and lets alpha pend for the next epochs. Returns
    /// what could be minted.
    pub(super) fn emit(&mut self, memos: &mut Memos, space: &mut EmissionSpace) -> u64 {
        // The cap is on what balances say, the curve on what emission says.
        let room = MAX_SUPPLY_RAO.saturating_sub(self.balances_issuance_rao);
        let minted_rao = self.next_block_emission_rao().min(room);
        let EmissionSpace { emitting, claims, shared, terms } = space;
        emitting.clear();
        claims.clear();
        for subnet in self.subnets.iter_mut().flatten() {
            subnet.flow.root_sell_tao_rao = 0;
            if subnet.emits() {
                emitting.push(subnet.netuid);
                claims.push(subnet.claim());
            }
        }
        let root_is_paid = economics::root_is_paid(claims.iter().map(|claim| claim.moving_price));
        terms.clear();
        if claims.iter().any(|claim| claim.emission_enabled) {
            let parts = emitting.iter().zip(shared.compute(minted_rao, claims));
            terms.extend(parts.map(|(netuid, tao)| self.split_terms(memos, *netuid, *tao)));
        } else {
            // Switched off everywhere: there are no shares to compute.
            let nothing = |netuid: &NetUid| self.split_terms(memos, *netuid, U96F32::ZERO);
            terms.extend(emitting.iter().map(nothing));
        }
        let mut left_rao = minted_rao;
        for (netuid, (injection, _)) in emitting.iter().zip(&*terms) {
            self.inject(memos, *netuid, injection, &mut left_rao);
        }
        for (netuid, (_, alpha_rao)) in emitting.iter().zip(&*terms) {
            self.let_alpha_pend(memos, *netuid, *alpha_rao, root_is_paid);
        }
        minted_rao
    }

    /// A subnet that is known to exist.
    pub(super) fn live(&self, netuid: NetUid) -> &Subnet {
        self.subnets[usize::from(netuid)].as_ref().expect("the subnet exists")
    }

    /// A subnet that is known to exist, to change it.
    pub(super) fn live_mut(&mut self, netuid: NetUid) -> &mut Subnet {
        self.subnets[usize::from(netuid)].as_mut().expect("the subnet exists")
    }

    /// What goes into the pool, and the alpha that the block creates besides.
    fn split_terms(
        &self,
        memos: &mut Memos,
        netuid: NetUid,
        tao_emission: U96F32,
    ) -> (Injection, u64) {
        let subnet = self.live(netuid);
        let alpha_emission_rao = economics::block_emission_rao(subnet.alpha_issuance_rao());
        if tao_emission == U96F32::ZERO {
            return (Injection::default(), alpha_emission_rao);
        }
        let injection = economics::injection(&SplitInput {
            tao_emission,
            alpha_emission_rao,
            price: memos.price(subnet),
            root_proportion: memos.root_proportion(subnet),
        });
        (injection, alpha_emission_rao)
    }

    /// Takes from the minted TAO; false when not so much is left.
    fn spend(&mut self, netuid: NetUid, tao_rao: u64, left_rao: &mut u64) -> bool {
        let Some(rest) = left_rao.checked_sub(tao_rao) else { return false };
        *left_rao = rest;
        self.total_issuance_rao = self.total_issuance_rao.saturating_add(tao_rao);
        self.balances_issuance_rao = self.balances_issuance_rao.saturating_add(tao_rao);
        let pot = self.live(netuid).pot;
        let free = &mut self.account_mut(pot).free_rao;
        *free = free.saturating_add(tao_rao);
        self.tao_books.created_rao += i128::from(tao_rao);
        true
    }

    /// Buys alpha with the excess TAO, then adds liquidity at the price before
    /// (`inject_and_maybe_swap`).
    fn inject(
        &mut self,
        memos: &mut Memos,
        netuid: NetUid,
        injection: &Injection,
        left_rao: &mut u64,
    ) {
        let subnet = self.live_mut(netuid);
        let fits = memos.make_room(subnet, injection);
        let (tao_rao, alpha_rao) =
            if fits { (injection.tao_in_rao, injection.alpha_in_rao) } else { (0, 0) };
        subnet.flow.excess_tao_rao = 0;
        subnet.flow.tao_in_emission_rao = 0;
        let excess_rao = injection.excess_tao_rao;
        if excess_rao > 0 && self.spend(netuid, excess_rao, left_rao) {
            let subnet = self.live_mut(netuid);
            subnet.books.beside_pool_rao += i128::from(excess_rao);
            self.record_emission(Asset::Tao, Place::Pot(netuid), excess_rao);
            self.buy_for_protocol(netuid, excess_rao);
        }
        let subnet = self.live_mut(netuid);
        subnet.flow.alpha_in_emission_rao = alpha_rao;
        subnet.pool.alpha_in_rao = subnet.pool.alpha_in_rao.saturating_add(alpha_rao);
        subnet.books.created_rao += i128::from(alpha_rao);
        let reserve = Place::PoolReserve(netuid);
        self.record_emission(Asset::Alpha(netuid), reserve, alpha_rao);
        if tao_rao > 0 && self.spend(netuid, tao_rao, left_rao) {
            let subnet = self.live_mut(netuid);
            subnet.flow.tao_in_emission_rao = tao_rao;
            subnet.pool.tao_rao = subnet.pool.tao_rao.saturating_add(tao_rao);
            subnet.record_protocol_flow(tao_rao as i64);
            self.total_stake_rao = self.total_stake_rao.saturating_add(tao_rao);
            self.record_emission(Asset::Tao, reserve, tao_rao);
        }
    }

    /// Notes what emission brought, if anybody wants to know. Emission counts itself in the books,
    /// every block and on every subnet as it does.
    #[inline]
    fn record_emission(&mut self, asset: Asset, to: Place, rao: u64) {
        if self.flows.is_some() && rao > 0 {
            self.record(Flow { asset, from: Place::Emission, to, rao, reason: "emission" });
        }
    }

    /// The alpha bought stays in the outstanding alpha, owned by nobody. A refused trade leaves the
    /// TAO in the pot.
    fn buy_for_protocol(&mut self, netuid: NetUid, tao_rao: u64) {
        let order = Order {
            netuid,
            rao: tao_rao,
            limit: MAX_PRICE,
            drop_fees: true,
            alpha: Place::Protocol,
            reason: "bought by the chain",
        };
        let Ok(trade) = self.swap_tao_for_alpha(&order) else { return };
        let subnet = self.live_mut(netuid);
        let bought = &mut subnet.pool.protocol_alpha_rao;
        *bought = bought.saturating_add(trade.amount_out_rao);
        subnet.flow.excess_tao_rao = trade.amount_in_rao;
        subnet.record_protocol_flow(trade.amount_in_rao as i64);
    }

    /// Creates the block's alpha and adds it to what the next epoch pays (`emit_to_subnets`).
    fn let_alpha_pend(
        &mut self,
        memos: &mut Memos,
        netuid: NetUid,
        alpha_rao: u64,
        root_is_paid: bool,
    ) {
        let owner_cut = self.globals.subnet_owner_cut;
        let subnet = self.live_mut(netuid);
        subnet.flow.alpha_out_emission_rao = alpha_rao;
        subnet.pool.alpha_out_rao = subnet.pool.alpha_out_rao.saturating_add(alpha_rao);
        // Root's proportion counts the alpha just created.
        let proportion = memos.root_proportion(subnet);
        let owner_cut = if subnet.hyper.owner_cut_enabled { owner_cut } else { 0 };
        let split = economics::alpha_split(alpha_rao, owner_cut, proportion);
        let pending = &mut subnet.pending;
        pending.owner_cut_rao = pending.owner_cut_rao.saturating_add(split.owner_cut_rao);
        pending.server_rao = pending.server_rao.saturating_add(split.server_rao);
        pending.validator_rao = pending.validator_rao.saturating_add(split.validator_rao);
        let books = &mut subnet.books;
        if root_is_paid {
            pending.root_alpha_rao = pending.root_alpha_rao.saturating_add(split.root_rao);
        } else {
            // Part of what was created just now, so there is enough.
            subnet.pool.alpha_out_rao = subnet.pool.alpha_out_rao.saturating_sub(split.root_rao);
            books.recycled_rao += i128::from(split.root_rao);
        }
        let parts = split.owner_cut_rao + split.server_rao + split.validator_rao + split.root_rao;
        let cut_rao = alpha_rao.saturating_sub(parts);
        books.created_rao += i128::from(alpha_rao);
        books.rounding_rao += i128::from(cut_rao);
        if self.flows.is_some() {
            let root = Place::Pending(PendingFor::Root);
            for (to, rao) in [
                (Place::Pending(PendingFor::Owner), split.owner_cut_rao),
                (Place::Pending(PendingFor::Server), split.server_rao),
                (Place::Pending(PendingFor::Validator), split.validator_rao),
                (if root_is_paid { root } else { Place::Recycled }, split.root_rao),
                (Place::Rounding, cut_rao),
            ] {
                self.record_emission(Asset::Alpha(netuid), to, rao);
            }
        }
    }

    /// Moving prices follow the price after emission.
    pub(super) fn update_moving_prices(&mut self, memos: &mut Memos, emitting: &[NetUid]) {
        let speed = I96F32::from_bits(self.globals.subnet_moving_alpha_bits);
        let block = self.block;
        for netuid in emitting {
            let subnet = self.live_mut(*netuid);
            let start = subnet.hyper.first_emission_block.unwrap_or_default().saturating_sub(1);
            let old = I96F32::from_bits(subnet.pool.moving_price_bits);
            let halving = subnet.hyper.price_halving_blocks;
            let age = block.saturating_sub(start);
            let new = economics::next_moving_price(old, memos.price(subnet), speed, age, halving);
            subnet.pool.moving_price_bits = new.to_bits();
        }
    }

    /// Root proportions as they are shown; emission computes its own.
    pub(super) fn update_root_proportions(&mut self, memos: &mut Memos, emitting: &[NetUid]) {
        for netuid in emitting {
            let proportion = memos.root_proportion(self.live(*netuid));
            self.live_mut(*netuid).pool.root_proportion_bits = proportion.to_bits();
        }
    }
}
