//! Trades of TAO against a subnet's alpha: the pool's amounts applied to reserves, outstanding
//! alpha and totals. Root and stable subnets trade one to one. Balances and stake are not touched
//! here.
//!
//! Source: `pallets/subtensor/src/staking/stake_utils.rs` (`swap_tao_for_alpha`,
//! `swap_alpha_for_tao`) and `pallets/swap/src/pallet/impls.rs` of the public runtime, spec
//! version 425.

use subsim_consensus::economics::{
    self, Direction, MAX_INPUT_RESERVES, MAX_PRICE, MIN_PRICE, ONE_E18, Trade, U64F64,
};

use super::books::Place;
use super::{CallError, NetUid, State, Subnet};

/// What is to be traded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    /// Subnet.
    pub netuid: NetUid,
    /// TAO to sell or alpha to sell.
    pub rao: u64,
    /// Price up to which, or down to which.
    pub limit: U64F64,
    /// Whether no fee is taken.
    pub drop_fees: bool,
    /// Where alpha that is bought goes, or alpha that is sold comes from.
    pub alpha: Place,
    /// Why.
    pub reason: &'static str,
}

impl Subnet {
    /// Whether alpha has a pool and a price of its own.
    #[must_use]
    pub fn is_dynamic(&self) -> bool {
        self.hyper.mechanism == 1
    }

    /// The pool as formulas see it. Before its first trade it stands at equal weights, whatever is
    /// stored.
    #[must_use]
    pub(super) fn tradable_pool(&self) -> economics::Pool {
        let weight = if self.pool.initialized { self.pool.quote_weight_e18 } else { ONE_E18 / 2 };
        economics::Pool { quote_weight_e18: weight, ..self.priced_pool() }
    }

    /// The pool as its price is quoted.
    #[must_use]
    pub(super) fn priced_pool(&self) -> economics::Pool {
        economics::Pool {
            tao_reserve_rao: self.pool.tao_rao,
            alpha_reserve_rao: self.pool.alpha_in_rao,
            quote_weight_e18: self.pool.quote_weight_e18,
        }
    }

    /// TAO per alpha (`current_alpha_price`).
    #[must_use]
    pub fn price(&self) -> U64F64 {
        if self.is_dynamic() { self.priced_pool().price() } else { U64F64::ONE }
    }

    /// What a trade would do now, fee included. Without a pool it is one to one and free.
    ///
    /// # Errors
    /// As the pool refuses trades.
    pub fn quote(
        &self,
        direction: Direction,
        amount_rao: u64,
        limit: U64F64,
        drop_fees: bool,
    ) -> Result<Trade, CallError> {
        if !self.is_dynamic() {
            let (amount_in_rao, amount_out_rao) = (amount_rao, amount_rao);
            return Ok(Trade { amount_in_rao, amount_out_rao, fee_rao: 0 });
        }
        let fee_rate = if drop_fees { 0 } else { self.hyper.swap_fee_rate };
        Ok(self.tradable_pool().trade(direction, amount_rao, fee_rate, limit)?)
    }

    /// A buy without limit (`sim_swap`).
    pub(super) fn quote_buy(&self, tao_rao: u64) -> Result<Trade, CallError> {
        self.quote(Direction::BuyAlpha, tao_rao, MAX_PRICE, false)
    }

    /// A sale without limit (`sim_swap`).
    pub(super) fn quote_sale(&self, alpha_rao: u64) -> Result<Trade, CallError> {
        self.quote(Direction::SellAlpha, alpha_rao, MIN_PRICE, false)
    }

    /// Largest input that a pool takes before fees: a multiple of its reserve.
    pub(super) fn largest_input_rao(&self, direction: Direction) -> u64 {
        let reserve = match direction {
            Direction::BuyAlpha => self.pool.tao_rao,
            Direction::SellAlpha => self.pool.alpha_in_rao,
        };
        reserve.saturating_mul(MAX_INPUT_RESERVES)
    }

    /// Moves the amounts of a trade. Returns what both reserves and the outstanding alpha changed by:
    /// alpha, outstanding, TAO. Without a pool one to one trades can find less than they take.
    fn apply(&mut self, direction: Direction, trade: &Trade) -> [u64; 3] {
        let pool = &mut self.pool;
        let (paid, got) = (trade.amount_in_rao, trade.amount_out_rao);
        let old = [pool.alpha_in_rao, pool.alpha_out_rao, pool.tao_rao];
        match direction {
            Direction::BuyAlpha => {
                pool.alpha_in_rao = pool.alpha_in_rao.saturating_sub(got);
                pool.alpha_out_rao = pool.alpha_out_rao.saturating_add(got);
                pool.tao_rao = pool.tao_rao.saturating_add(paid);
            }
            Direction::SellAlpha => {
                pool.alpha_in_rao = pool.alpha_in_rao.saturating_add(paid);
                pool.alpha_out_rao = pool.alpha_out_rao.saturating_sub(paid);
                pool.tao_rao = pool.tao_rao.saturating_sub(got);
            }
        }
        let new = [pool.alpha_in_rao, pool.alpha_out_rao, pool.tao_rao];
        std::array::from_fn(|at| new[at].abs_diff(old[at]))
    }
}

impl State {
    /// TAO per alpha of a subnet; one when there is no such subnet.
    #[must_use]
    pub fn price(&self, netuid: NetUid) -> U64F64 {
        self.subnet(netuid).map_or(U64F64::ONE, Subnet::price)
    }

    fn trade(&mut self, order: &Order, direction: Direction) -> Result<Trade, CallError> {
        let &Order { netuid, rao, limit, drop_fees, .. } = order;
        self.note_pool(netuid);
        let subnet = self.subnet_mut(netuid).ok_or(CallError::SubnetNotExists)?;
        let trade = subnet.quote(direction, rao, limit, drop_fees)?;
        if subnet.is_dynamic() && !subnet.pool.initialized {
            subnet.pool.initialized = true;
            subnet.pool.quote_weight_e18 = ONE_E18 / 2;
        }
        let [reserve, outstanding, tao] = subnet.apply(direction, &trade);
        let (pool, pot, reason) = (Place::PoolReserve(netuid), Place::Pot(netuid), order.reason);
        match direction {
            Direction::BuyAlpha => {
                self.book_tao(pot, pool, tao, reason);
                self.book_alpha(netuid, pool, order.alpha, reserve, reason);
                let created = outstanding.saturating_sub(reserve);
                self.book_alpha(netuid, Place::Emission, order.alpha, created, reason);
            }
            Direction::SellAlpha => {
                self.book_alpha(netuid, order.alpha, pool, reserve, reason);
                let missing = reserve.saturating_sub(outstanding);
                self.book_alpha(netuid, Place::Emission, Place::Rounding, missing, reason);
                self.book_tao(pool, pot, tao, reason);
            }
        }
        Ok(trade)
    }

    /// Buys alpha with TAO, up to a price ([`MAX_PRICE`] for none). What the limit leaves unspent
    /// is not returned to anybody here.
    ///
    /// # Errors
    /// As the pool refuses trades; nothing has changed then.
    pub(super) fn swap_tao_for_alpha(&mut self, order: &Order) -> Result<Trade, CallError> {
        let trade = self.trade(order, Direction::BuyAlpha)?;
        self.note_totals();
        // The whole amount counts, fee and rest included: that is how the chain's total drifts.
        self.total_stake_rao = self.total_stake_rao.saturating_add(order.rao);
        self.add_volume(order.netuid, order.rao);
        Ok(trade)
    }

    /// Sells alpha for TAO, down to a price ([`MIN_PRICE`] for none).
    ///
    /// # Errors
    /// As the pool refuses trades; nothing has changed then.
    pub(super) fn swap_alpha_for_tao(&mut self, order: &Order) -> Result<Trade, CallError> {
        let trade = self.trade(order, Direction::SellAlpha)?;
        self.note_totals();
        self.total_stake_rao = self.total_stake_rao.saturating_sub(trade.amount_out_rao);
        self.add_volume(order.netuid, trade.amount_out_rao);
        Ok(trade)
    }

    fn add_volume(&mut self, netuid: NetUid, tao_rao: u64) {
        if let Some(subnet) = self.subnet_mut(netuid) {
            let volume = &mut subnet.pool.volume_rao;
            *volume = volume.saturating_add(u128::from(tao_rao));
        }
    }

    /// Counts TAO that stakers brought in, or took out when negative (`record_tao_inflow`).
    pub(super) fn record_tao_flow(&mut self, netuid: NetUid, tao_rao: i64) {
        self.note_pool(netuid);
        if let Some(subnet) = self.subnet_mut(netuid) {
            let flow = &mut subnet.pool.tao_flow_rao;
            *flow = flow.saturating_add(tao_rao);
        }
    }
}
