//! Adding and removing stake: TAO becomes alpha of a hotkey through the subnet's pool, and back.
//!
//! The two legs here also serve moves, registrations of root claims and the rest; what a call
//! checks beforehand stands with it. Source: `pallets/subtensor/src/staking/{add_stake,
//! remove_stake, stake_utils, recycle_alpha}.rs` of the public runtime, spec version 425.

use subsim_consensus::economics::{Direction, MAX_PRICE, MIN_PRICE, Trade, U64F64, price_limit};

use super::books::Place;
use super::trading::Order;
use super::{AccountId, CallError, NetUid, ROOT, State, Subnet};

/// A buy or sale of stake: who, where, how much at most at which price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leg {
    /// Hotkey that the stake is on.
    pub hotkey: AccountId,
    /// Coldkey that owns it.
    pub coldkey: AccountId,
    /// Subnet.
    pub netuid: NetUid,
    /// TAO to stake or alpha to unstake.
    pub rao: u64,
}

impl Leg {
    fn place(&self) -> Place {
        Place::Stake { hotkey: self.hotkey, coldkey: Some(self.coldkey) }
    }
}

/// Price in rao of TAO per alpha up to which a call trades, and whether a part will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Rao of TAO per alpha.
    pub price_rao: u64,
    /// Whether to trade what fits when the whole does not.
    pub allow_partial: bool,
}

impl State {
    /// The subnet, if it exists; the error that most calls answer when it does not.
    pub(super) fn existing(&self, netuid: NetUid) -> Result<&Subnet, CallError> {
        self.subnet(netuid).ok_or(CallError::SubnetNotExists)
    }

    /// A subnet that does not exist counts as not started here.
    pub(super) fn check_started(&self, netuid: NetUid) -> Result<(), CallError> {
        let started = self.subnet(netuid).is_some_and(|subnet| subnet.hyper.subtoken_enabled);
        started.then_some(()).ok_or(CallError::SubtokenDisabled)
    }

    pub(super) fn check_hotkey_exists(&self, hotkey: AccountId) -> Result<(), CallError> {
        let exists = self.account(hotkey).owner.is_some();
        exists.then_some(()).ok_or(CallError::HotKeyAccountNotExists)
    }

    /// Whether a coldkey owns a hotkey (`coldkey_owns_hotkey`).
    #[must_use]
    pub fn owns(&self, coldkey: AccountId, hotkey: AccountId) -> bool {
        self.account(hotkey).owner == Some(coldkey)
    }

    fn check_fits_pool(&self, netuid: NetUid, way: Direction, rao: u64) -> Result<(), CallError> {
        match self.subnet(netuid) {
            Some(subnet) if subnet.is_dynamic() && rao > subnet.largest_input_rao(way) => {
                Err(CallError::InsufficientLiquidity)
            }
            _ => Ok(()),
        }
    }

    /// `add_stake`, and `add_stake_limit` when there is a limit. Returns the alpha bought.
    pub(super) fn add_stake(
        &mut self,
        coldkey: AccountId,
        hotkey: AccountId,
        netuid: NetUid,
        tao_rao: u64,
        limit: Option<Limit>,
    ) -> Result<u64, CallError> {
        self.check_fits_pool(netuid, Direction::BuyAlpha, tao_rao)?;
        let most = match limit {
            Some(limit) => self.most_to_add_rao(netuid, limit.price_rao)?,
            None => tao_rao,
        };
        let mut leg = Leg { hotkey, coldkey, netuid, rao: tao_rao };
        let allow_partial = limit.is_some_and(|limit| limit.allow_partial);
        self.check_add_stake(&leg, most, allow_partial)?;
        leg.rao = tao_rao.min(most);
        match limit {
            Some(limit) => {
                if !self.owns(coldkey, hotkey) {
                    self.make_delegate(hotkey);
                }
                self.stake_leg(&leg, price_limit(limit.price_rao), false)
            }
            None => self.stake_leg(&leg, MAX_PRICE, false),
        }
    }

    /// Most TAO that can be staked up to a price (`get_max_amount_add`).
    pub(super) fn most_to_add_rao(
        &self,
        netuid: NetUid,
        limit_price_rao: u64,
    ) -> Result<u64, CallError> {
        match self.subnet(netuid).filter(|subnet| netuid != ROOT && subnet.is_dynamic()) {
            None => Ok(if limit_price_rao >= 1_000_000_000 { u64::MAX } else { 0 }),
            Some(subnet) => {
                let input = subnet.largest_input_rao(Direction::BuyAlpha);
                let limit = price_limit(limit_price_rao);
                let trade = subnet.quote(Direction::BuyAlpha, input, limit, false)?;
                Ok(trade.amount_in_rao.saturating_add(trade.fee_rao))
            }
        }
    }

    /// Most alpha that can be unstaked down to a price (`get_max_amount_remove`).
    pub(super) fn most_to_remove_rao(
        &self,
        netuid: NetUid,
        limit_price_rao: u64,
    ) -> Result<u64, CallError> {
        match self.subnet(netuid).filter(|subnet| netuid != ROOT && subnet.is_dynamic()) {
            None => Ok(if limit_price_rao <= 1_000_000_000 { u64::MAX } else { 0 }),
            Some(subnet) => {
                let input = subnet.largest_input_rao(Direction::SellAlpha);
                let limit = price_limit(limit_price_rao);
                let trade = subnet.quote(Direction::SellAlpha, input, limit, false)?;
                Ok(trade.amount_in_rao.saturating_add(trade.fee_rao))
            }
        }
    }

    /// What must hold before staking (`validate_add_stake`).
    fn check_add_stake(
        &self,
        leg: &Leg,
        most_rao: u64,
        allow_partial: bool,
    ) -> Result<(), CallError> {
        let subnet = self.existing(leg.netuid)?;
        self.check_started(leg.netuid)?;
        let min_stake = self.globals.min_stake_rao;
        let fee = subnet
            .quote_buy(min_stake)
            .map_or_else(|_| subnet.fee_rao(min_stake), |trade| trade.fee_rao);
        if leg.rao < min_stake.saturating_add(fee) {
            return Err(CallError::AmountTooLow);
        }
        if !allow_partial && leg.rao > most_rao {
            return Err(CallError::SlippageTooHigh);
        }
        let rao = leg.rao.min(most_rao);
        if rao > self.free_rao(leg.coldkey) {
            return Err(CallError::NotEnoughBalanceToStake);
        }
        self.check_hotkey_exists(leg.hotkey)?;
        let trade = subnet.quote_buy(rao).map_err(|_| CallError::InsufficientLiquidity)?;
        if trade.amount_in_rao < min_stake {
            return Err(CallError::AmountTooLow);
        }
        if trade.amount_out_rao == 0 || !subnet.accepts_stake(leg.hotkey, trade.amount_out_rao) {
            return Err(CallError::InsufficientLiquidity);
        }
        Ok(())
    }

    /// Pays TAO in, buys alpha with it and gives it to the hotkey (`stake_into_subnet`). Returns
    /// the alpha. Runs in a transaction: it can fail after paying.
    pub(super) fn stake_leg(
        &mut self,
        leg: &Leg,
        limit: U64F64,
        drop_fees: bool,
    ) -> Result<u64, CallError> {
        let &Leg { hotkey, coldkey, netuid, rao } = leg;
        let paid = self.transfer_tao_to_pot(netuid, coldkey, rao, "stake added")?;
        let order = Order {
            netuid,
            rao: paid,
            limit,
            drop_fees,
            alpha: leg.place(),
            reason: "stake added",
        };
        let trade = self.swap_tao_for_alpha(&order)?;
        let alpha = trade.amount_out_rao;
        if alpha == 0 {
            return Err(CallError::AmountTooLow);
        }
        if !self.existing(netuid)?.accepts_stake(hotkey, alpha) {
            return Err(CallError::InsufficientLiquidity);
        }
        self.increase_stake(hotkey, coldkey, netuid, alpha);
        // Without an author the fee stays in the pot, outside the reserve.
        if let Some(author) = self.author {
            self.transfer_tao_from_pot(netuid, author, trade.fee_rao, "swap fee")?;
        }
        self.record_tao_flow(netuid, trade.amount_in_rao as i64);
        self.cleanup_lock(coldkey, netuid);
        if netuid == ROOT {
            self.raise_root_claimed(hotkey, coldkey, alpha);
            self.add_root_staker(coldkey);
        }
        Ok(alpha)
    }

    /// `remove_stake`. The amount is capped at the stake.
    pub(super) fn remove_stake(
        &mut self,
        coldkey: AccountId,
        hotkey: AccountId,
        netuid: NetUid,
        alpha_rao: u64,
    ) -> Result<(), CallError> {
        self.check_started(netuid)?;
        let rao = alpha_rao.min(self.stake_rao(hotkey, coldkey, netuid));
        self.check_fits_pool(netuid, Direction::SellAlpha, rao)?;
        let leg = Leg { hotkey, coldkey, netuid, rao };
        self.check_remove_stake(&leg, rao, false)?;
        self.unstake_leg(&leg, MIN_PRICE, false)?;
        self.after_unstaking(&leg);
        Ok(())
    }

    /// `remove_stake_limit`.
    pub(super) fn remove_stake_limit(
        &mut self,
        coldkey: AccountId,
        hotkey: AccountId,
        netuid: NetUid,
        alpha_rao: u64,
        limit: Limit,
    ) -> Result<(), CallError> {
        self.check_fits_pool(netuid, Direction::SellAlpha, alpha_rao)?;
        let most = self.most_to_remove_rao(netuid, limit.price_rao)?;
        let mut leg = Leg { hotkey, coldkey, netuid, rao: alpha_rao };
        self.check_remove_stake(&leg, most, limit.allow_partial)?;
        leg.rao = alpha_rao.min(most);
        self.unstake_leg(&leg, price_limit(limit.price_rao), false)?;
        self.after_unstaking(&leg);
        Ok(())
    }

    /// `remove_stake_full_limit`: everything, with or without a price limit.
    pub(super) fn remove_all_stake(
        &mut self,
        coldkey: AccountId,
        hotkey: AccountId,
        netuid: NetUid,
        limit_price_rao: Option<u64>,
    ) -> Result<(), CallError> {
        let rao = self.stake_rao(hotkey, coldkey, netuid);
        match limit_price_rao {
            None => self.remove_stake(coldkey, hotkey, netuid, rao),
            Some(price_rao) => {
                let limit = Limit { price_rao, allow_partial: false };
                self.remove_stake_limit(coldkey, hotkey, netuid, rao, limit)
            }
        }
    }

    /// What must hold before unstaking (`validate_remove_stake`).
    fn check_remove_stake(
        &self,
        leg: &Leg,
        most_rao: u64,
        allow_partial: bool,
    ) -> Result<(), CallError> {
        let subnet = self.existing(leg.netuid)?;
        if leg.rao == 0 {
            return Err(CallError::AmountTooLow);
        }
        let stake = subnet.stake_rao(leg.hotkey, leg.coldkey);
        let rest = stake.checked_sub(leg.rao).ok_or(CallError::NotEnoughStakeToWithdraw)?;
        let trade = subnet.quote_sale(leg.rao).map_err(|_| CallError::InsufficientLiquidity)?;
        if rest != 0 && trade.amount_out_rao < self.globals.min_stake_rao {
            return Err(CallError::AmountTooLow);
        }
        if !allow_partial && leg.rao > most_rao {
            return Err(CallError::SlippageTooHigh);
        }
        self.check_hotkey_exists(leg.hotkey)?;
        self.check_unlocked(leg.coldkey, leg.netuid, leg.rao)
    }

    /// Takes alpha off the hotkey, sells it and pays the TAO out (`unstake_from_subnet`). Returns
    /// the TAO. Runs in a transaction: it can fail after selling.
    pub(super) fn unstake_leg(
        &mut self,
        leg: &Leg,
        limit: U64F64,
        drop_fees: bool,
    ) -> Result<u64, CallError> {
        let &Leg { hotkey, coldkey, netuid, rao } = leg;
        self.decrease_stake(hotkey, coldkey, netuid, rao);
        let reason = "stake removed";
        let order = Order { netuid, rao, limit, drop_fees, alpha: leg.place(), reason };
        let trade = self.swap_alpha_for_tao(&order)?;
        let tao = trade.amount_out_rao;
        let unsold = rao.saturating_sub(trade.amount_in_rao.saturating_add(trade.fee_rao));
        if unsold > 0 {
            self.increase_stake(hotkey, coldkey, netuid, unsold);
        }
        let fee = (rao - unsold).saturating_sub(trade.amount_in_rao);
        self.book_alpha(netuid, leg.place(), Place::Fees, fee, "swap fee");
        self.transfer_tao_from_pot(netuid, coldkey, tao, reason)?;
        let author_tao = self.pay_alpha_fee(netuid, &trade)?;
        if netuid == ROOT {
            self.lower_root_claimed(hotkey, coldkey, rao);
            if !self.has_root_stake(coldkey) {
                self.remove_root_staker(coldkey);
            }
        }
        self.record_tao_flow(netuid, -(tao.saturating_add(author_tao) as i64));
        self.cleanup_lock(coldkey, netuid);
        Ok(tao)
    }

    /// Sells the fee of a sale, free of fees, for the block's author. Without one the alpha stays
    /// outstanding, owned by nobody.
    fn pay_alpha_fee(&mut self, netuid: NetUid, trade: &Trade) -> Result<u64, CallError> {
        let Some(author) = self.author else { return Ok(0) };
        let order = Order {
            netuid,
            rao: trade.fee_rao,
            limit: MIN_PRICE,
            drop_fees: true,
            alpha: Place::Fees,
            reason: "swap fee",
        };
        let sold = self.swap_alpha_for_tao(&order)?;
        self.transfer_tao_from_pot(netuid, author, sold.amount_out_rao, "swap fee")?;
        Ok(sold.amount_out_rao)
    }

    /// Clears what is left when it is too little, and forgets pending children of a hotkey that
    /// has too little stake now.
    fn after_unstaking(&mut self, leg: &Leg) {
        self.clear_small_nomination(leg.hotkey, leg.coldkey, leg.netuid);
        if self.total_stake_of_hotkey_rao(leg.hotkey) < self.globals.stake_threshold_rao {
            for subnet in self.subnets.iter_mut().flatten() {
                subnet.pending_children.remove(&leg.hotkey);
            }
        }
    }

    /// Value of a hotkey's stake on all subnets at their prices, in TAO
    /// (`get_total_stake_for_hotkey`).
    #[must_use]
    pub fn total_stake_of_hotkey_rao(&self, hotkey: AccountId) -> u64 {
        let value =
            |subnet: &Subnet| U64F64::whole(subnet.hotkey_alpha_rao(hotkey)).times(subnet.price());
        let total = self.subnets.iter().flatten().map(value);
        total.fold(U64F64::ZERO, U64F64::plus).to_u64()
    }

    /// Unstakes what a nominator has when that is below the minimum
    /// (`clear_small_nomination_if_required`).
    fn clear_small_nomination(&mut self, hotkey: AccountId, coldkey: AccountId, netuid: NetUid) {
        if self.owns(coldkey, hotkey) {
            return;
        }
        let rao = self.stake_rao(hotkey, coldkey, netuid);
        let minimum = U64F64::whole(self.globals.nominator_min_stake_rao);
        if rao == 0 || rao >= minimum.over(self.price(netuid)).to_u64() {
            return;
        }
        let leg = Leg { hotkey, coldkey, netuid, rao };
        if self.transaction(|state| state.unstake_leg(&leg, MIN_PRICE, false)).is_err() {
            // Too little even to sell: it is given up.
            self.decrease_stake(hotkey, coldkey, netuid, rao);
            let reason = "nomination too small to sell";
            self.book_alpha(netuid, leg.place(), Place::Burned, rao, reason);
        }
        self.force_reduce_lock(coldkey, netuid, rao);
    }

    /// `unstake_all`, and `unstake_all_alpha` when only alpha goes, which is then staked on root.
    pub(super) fn unstake_all(
        &mut self,
        coldkey: AccountId,
        hotkey: AccountId,
        only_alpha: bool,
    ) -> Result<(), CallError> {
        self.check_hotkey_exists(hotkey)?;
        let mut unstaked = 0_u64;
        for netuid in 0..self.subnets.len() as NetUid {
            if self.check_started(netuid).is_err() || (only_alpha && netuid == ROOT) {
                continue;
            }
            let rao = self.stake_rao(hotkey, coldkey, netuid);
            let leg = Leg { hotkey, coldkey, netuid, rao };
            if self.check_remove_stake(&leg, rao, false).is_err() {
                continue;
            }
            let tao = self.unstake_leg(&leg, MIN_PRICE, false)?;
            unstaked = unstaked.saturating_add(tao);
            self.clear_small_nomination(hotkey, coldkey, netuid);
        }
        if only_alpha {
            let leg = Leg { hotkey, coldkey, netuid: ROOT, rao: unstaked };
            self.stake_leg(&leg, MAX_PRICE, false)?;
        }
        Ok(())
    }

    /// `recycle_alpha` and `burn_alpha`: gives up stake. Recycled alpha leaves the issuance, burned
    /// alpha stays outstanding without an owner.
    pub(super) fn give_up_stake(
        &mut self,
        coldkey: AccountId,
        hotkey: AccountId,
        netuid: NetUid,
        alpha_rao: u64,
        recycle: bool,
    ) -> Result<(), CallError> {
        let subnet = self.existing(netuid)?;
        if netuid == ROOT {
            return Err(CallError::CannotBurnOrRecycleOnRootSubnet);
        }
        self.check_started(netuid)?;
        self.check_hotkey_exists(hotkey)?;
        let rao = alpha_rao.min(subnet.stake_rao(hotkey, coldkey));
        if subnet.pool.alpha_out_rao < rao {
            return Err(CallError::InsufficientLiquidity);
        }
        self.check_unlocked(coldkey, netuid, rao)?;
        self.decrease_stake(hotkey, coldkey, netuid, rao);
        let place = Leg { hotkey, coldkey, netuid, rao }.place();
        if recycle {
            self.recycle_alpha(netuid, place, rao, "stake recycled");
        } else {
            self.book_alpha(netuid, place, Place::Burned, rao, "stake burned");
        }
        Ok(())
    }
}

impl Subnet {
    /// Fee of a trade here, by the rate alone (`approx_fee_amount`).
    pub(super) fn fee_rao(&self, rao: u64) -> u64 {
        if self.is_dynamic() {
            subsim_consensus::economics::fee_rao(rao, self.hyper.swap_fee_rate)
        } else {
            0
        }
    }

    /// Whether so much alpha would give a share at all
    /// (`try_increase_stake_for_hotkey_and_coldkey_on_subnet`).
    pub(super) fn accepts_stake(&self, hotkey: AccountId, alpha_rao: u64) -> bool {
        self.stakes.get(&hotkey).is_none_or(|pool| pool.accepts(alpha_rao))
    }
}
