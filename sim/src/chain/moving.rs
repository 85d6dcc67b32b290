//! Moving stake between hotkeys, coldkeys and subnets without leaving the stake: `move_stake`,
//! `transfer_stake`, `swap_stake` and the latter with a price limit are one operation.
//!
//! Source: `pallets/subtensor/src/staking/{move_stake, stake_utils}.rs` of the public runtime,
//! spec version 425.

use subsim_consensus::economics::{MAX_PRICE, MIN_PRICE, U64F64};

use super::books::Place;
use super::stake::{Leg, Limit};
use super::{AccountId, CallError, NetUid, ROOT, State};

const RAO_PER_TAO: u64 = 1_000_000_000;

/// Where stake is or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Holding {
    /// Coldkey that owns it.
    pub coldkey: AccountId,
    /// Hotkey that it is on.
    pub hotkey: AccountId,
    /// Subnet.
    pub netuid: NetUid,
}

impl Holding {
    fn place(&self) -> Place {
        Place::Stake { hotkey: self.hotkey, coldkey: Some(self.coldkey) }
    }
}

impl State {
    /// Moves stake (`transition_stake_internal`). The amount is capped at what is there.
    pub(super) fn move_stake(
        &mut self,
        from: Holding,
        to: Holding,
        alpha_rao: u64,
        limit: Option<Limit>,
        is_transfer: bool,
    ) -> Result<(), CallError> {
        let rao = alpha_rao.min(self.stake_rao(from.hotkey, from.coldkey, from.netuid));
        let most = match limit {
            Some(limit) if from.netuid != to.netuid => {
                self.most_to_move_rao(from.netuid, to.netuid, limit.price_rao)?
            }
            _ => rao,
        };
        self.check_move(&from, &to, rao)?;
        if from.netuid != to.netuid && limit.is_some_and(|limit| !limit.allow_partial && rao > most)
        {
            return Err(CallError::SlippageTooHigh);
        }
        if is_transfer {
            self.check_transfers_allowed(from.netuid, to.netuid)?;
        }
        if from.netuid == to.netuid {
            return self.move_within(from, to, rao.min(most));
        }
        self.check_unlocked(from.coldkey, from.netuid, rao)?;
        self.move_across(from, to, rao.min(most))
    }

    /// What must hold before any move (`validate_stake_transition`, up to the amount).
    fn check_move(&self, from: &Holding, to: &Holding, rao: u64) -> Result<(), CallError> {
        if from == to {
            return Err(CallError::SameNetuid);
        }
        let origin = self.existing(from.netuid)?;
        self.existing(to.netuid)?;
        self.check_started(from.netuid)?;
        self.check_started(to.netuid)?;
        self.check_hotkey_exists(from.hotkey)?;
        self.check_hotkey_exists(to.hotkey)?;
        if from.netuid != to.netuid {
            let sale = origin.quote_sale(rao).map_err(|_| CallError::InsufficientLiquidity)?;
            if sale.amount_out_rao <= self.globals.min_stake_rao {
                return Err(CallError::AmountTooLow);
            }
        }
        Ok(())
    }

    fn check_transfers_allowed(&self, from: NetUid, to: NetUid) -> Result<(), CallError> {
        let allowed =
            |netuid| self.subnet(netuid).is_some_and(|subnet| subnet.hyper.transfer_toggle);
        (allowed(from) && allowed(to)).then_some(()).ok_or(CallError::TransferDisallowed)
    }

    fn move_across(&mut self, from: Holding, to: Holding, rao: u64) -> Result<(), CallError> {
        // The fee is paid once, on the leg that has a pool.
        let fee_on_sale = from.netuid != ROOT;
        let sale = Leg { hotkey: from.hotkey, coldkey: from.coldkey, netuid: from.netuid, rao };
        let tao = self.unstake_leg(&sale, MIN_PRICE, !fee_on_sale)?;
        if from.coldkey != to.coldkey {
            self.transfer_tao(from.coldkey, to.coldkey, tao, "stake transferred")?;
        }
        if tao < self.globals.min_stake_rao {
            // Too little to stake again: it stays TAO.
            return Ok(());
        }
        if !self.owns(to.coldkey, to.hotkey) {
            self.make_delegate(to.hotkey);
        }
        let buy = Leg { hotkey: to.hotkey, coldkey: to.coldkey, netuid: to.netuid, rao: tao };
        self.stake_leg(&buy, MAX_PRICE, fee_on_sale)?;
        Ok(())
    }

    /// A move on one subnet touches no pool (`transfer_stake_within_subnet`).
    fn move_within(&mut self, from: Holding, to: Holding, rao: u64) -> Result<(), CallError> {
        let netuid = from.netuid;
        self.transfer_lock(from.coldkey, to.coldkey, netuid, rao)?;
        self.decrease_stake(from.hotkey, from.coldkey, netuid, rao);
        if netuid == ROOT {
            self.lower_root_claimed(from.hotkey, from.coldkey, rao);
        }
        self.increase_stake(to.hotkey, to.coldkey, netuid, rao);
        self.book_alpha(netuid, from.place(), to.place(), rao, "stake moved");
        if netuid == ROOT {
            self.raise_root_claimed(to.hotkey, to.coldkey, rao);
        }
        let worth = self.price(netuid).times(U64F64::whole(rao)).to_u64();
        if worth < self.globals.min_stake_rao {
            return Err(CallError::AmountTooLow);
        }
        Ok(())
    }

    /// Most alpha that can move until the price of one subnet in terms of the other falls to a
    /// limit (`get_max_amount_move`).
    fn most_to_move_rao(
        &self,
        from: NetUid,
        to: NetUid,
        limit_price_rao: u64,
    ) -> Result<u64, CallError> {
        let pool =
            |netuid: NetUid| self.subnet(netuid).filter(|s| netuid != ROOT && s.is_dynamic());
        let (origin, destination) = match (pool(from), pool(to)) {
            (None, None) => {
                return Ok(if limit_price_rao > RAO_PER_TAO { 0 } else { u64::MAX });
            }
            (None, Some(_)) if limit_price_rao == 0 => return Ok(u64::MAX),
            (None, Some(_)) => {
                let tao = U64F64::whole(RAO_PER_TAO);
                let inverse = tao.over(U64F64::whole(limit_price_rao)).times(tao).to_u64();
                return self.most_to_add_rao(to, inverse);
            }
            (Some(_), None) => return self.most_to_remove_rao(from, limit_price_rao),
            (Some(origin), Some(destination)) => (origin, destination),
        };
        let (a, b) = (&origin.pool, &destination.pool);
        if [a.tao_rao, b.tao_rao, a.alpha_in_rao, b.alpha_in_rao].contains(&0) {
            return Ok(0);
        }
        let limit = U64F64::whole(limit_price_rao).over(U64F64::whole(RAO_PER_TAO));
        if limit > origin.price().over(destination.price()) {
            return Ok(0);
        }
        if limit_price_rao == 0 {
            return Ok(u64::MAX);
        }
        let (tao_a, tao_b) = (U64F64::whole(a.tao_rao), U64F64::whole(b.tao_rao));
        let sum = tao_b.plus(tao_a);
        let bought = U64F64::whole(b.alpha_in_rao).times(tao_a.over(sum)).over(limit);
        let kept = U64F64::whole(a.alpha_in_rao).times(tao_b.over(sum));
        Ok(bought.minus(kept).to_u64())
    }
}
