//! Holders of TAO: those who stake once and stay, and those who follow the yield.
//!
//! Yield is what everybody can compute from the latest epoch: dividends after take, per stake and
//! block. A move must win back within a month what the pools charge for it, as quoted now.

use subsim_consensus::economics::{Direction, MAX_PRICE, MIN_PRICE};

use crate::chain::{AccountId, Call, NetUid, ROOT, State};
use crate::scenario::StakerBehaviour;

use super::cast::StakerAgent;
use super::miners::price_f64;

/// Blocks within which a move must pay for itself: 30 days.
const HORIZON_BLOCKS: f64 = 216_000.0;
/// TAO that stays free for fees.
const RESERVE_RAO: u64 = 10_000_000;

/// A place to stake, and what it yields.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Offer {
    /// The validator.
    pub hotkey: AccountId,
    /// The subnet.
    pub netuid: NetUid,
    /// TAO per TAO staked and block.
    pub rate: f64,
}

impl StakerAgent {
    /// The calls it makes now.
    pub fn calls(&self, state: &State, validators: &[(NetUid, AccountId)]) -> Vec<Call> {
        match self.behaviour {
            StakerBehaviour::Idle => Vec::new(),
            StakerBehaviour::Hold { subnet, part } => {
                let netuid = subnet.map_or(ROOT, |place| place as NetUid + 1);
                self.stake_by_stake(state, netuid, part, validators)
            }
            StakerBehaviour::FollowYield { moves, .. } => self.follow(state, moves),
        }
    }

    /// Block of its next look.
    pub fn plan_next_look(&mut self, block: u64) {
        self.look_at = match self.behaviour {
            StakerBehaviour::FollowYield { every_blocks, .. } => block + every_blocks.max(1),
            _ => u64::MAX,
        };
    }

    /// TAO that it can spend.
    fn spendable_rao(&self, state: &State) -> u64 {
        state.account(self.coldkey).free_rao.saturating_sub(RESERVE_RAO)
    }

    /// Spreads a part of its TAO over a subnet's validators in proportion to their stake. Parts
    /// too small to be staked go to the largest.
    fn stake_by_stake(
        &self,
        state: &State,
        netuid: NetUid,
        part: f64,
        validators: &[(NetUid, AccountId)],
    ) -> Vec<Call> {
        let budget = (self.spendable_rao(state) as f64 * part.clamp(0.0, 1.0)) as u64;
        let mut shares: Vec<(AccountId, u64)> = validators
            .iter()
            .filter(|(home, _)| netuid == ROOT || *home == netuid)
            .map(|(_, hotkey)| (*hotkey, state.hotkey_stake_rao(*hotkey, netuid)))
            .filter(|(_, stake)| *stake > 0)
            .collect();
        let total: u128 = shares.iter().map(|(_, stake)| u128::from(*stake)).sum();
        for (_, share) in &mut shares {
            *share = (u128::from(budget) * u128::from(*share) / total) as u64;
        }
        let least = smallest_stake_rao(state);
        let Some(largest) = (0..shares.len()).max_by_key(|at| (shares[*at].1, usize::MAX - at))
        else {
            return Vec::new();
        };
        for at in 0..shares.len() {
            if at != largest && shares[at].1 < least {
                shares[largest].1 += std::mem::take(&mut shares[at].1);
            }
        }
        let big_enough = shares.into_iter().filter(|(_, rao)| *rao >= least);
        big_enough.map(|(hotkey, tao_rao)| Call::AddStake { hotkey, netuid, tao_rao }).collect()
    }

    /// Moves a part of everything it holds to the best place, from wherever that pays.
    fn follow(&self, state: &State, moves: f64) -> Vec<Call> {
        let offers = offers(state);
        let better = |a: &&Offer, b: &&Offer| a.rate.total_cmp(&b.rate);
        let Some(best) = offers.iter().rev().max_by(better) else { return Vec::new() };
        let part = |rao: u64| (rao as f64 * moves.clamp(0.0, 1.0)) as u64;
        let (least, mut calls) = (smallest_stake_rao(state), Vec::new());
        for (hotkey, netuid) in self.positions(state) {
            let rao = part(state.stake_rao(hotkey, self.coldkey, netuid));
            let here = offers.iter().find(|o| (o.hotkey, o.netuid) == (hotkey, netuid));
            let gain = (best.rate - here.map_or(0.0, |offer| offer.rate)) * HORIZON_BLOCKS;
            let worth = rao as f64 * price_f64(state.price(netuid));
            let stays = (hotkey, netuid) == (best.hotkey, best.netuid) || worth < least as f64;
            if stays || gain <= cost_of_move(state, netuid, best.netuid, rao) {
                continue;
            }
            calls.push(Call::MoveStake {
                origin_hotkey: hotkey,
                destination_hotkey: best.hotkey,
                origin_netuid: netuid,
                destination_netuid: best.netuid,
                alpha_rao: rao,
            });
        }
        let tao_rao = part(self.spendable_rao(state));
        let gain = best.rate * HORIZON_BLOCKS;
        if tao_rao >= least && gain > cost_of_move(state, ROOT, best.netuid, tao_rao) {
            calls.push(Call::AddStake { hotkey: best.hotkey, netuid: best.netuid, tao_rao });
        }
        calls
    }

    /// Where it has stake: hotkeys in order of first stake, subnets ascending.
    fn positions(&self, state: &State) -> Vec<(AccountId, NetUid)> {
        let mut positions = Vec::new();
        for hotkey in &state.account(self.coldkey).staking_hotkeys {
            let netuids = state.netuids();
            let held = netuids.filter(|n| state.stake_rao(*hotkey, self.coldkey, *n) > 0);
            positions.extend(held.map(|netuid| (*hotkey, netuid)));
        }
        positions
    }
}

/// TAO below which staking is not worth a try.
fn smallest_stake_rao(state: &State) -> u64 {
    state.globals.min_stake_rao.saturating_mul(2)
}

/// What every validator pays those who stake to it, from the latest epochs; subnets ascending with
/// root first, hotkeys in account order.
pub(super) fn offers(state: &State) -> Vec<Offer> {
    let mut on_root: std::collections::BTreeMap<AccountId, f64> = std::collections::BTreeMap::new();
    let mut on_subnets = Vec::new();
    for subnet in state.subnets.iter().flatten().filter(|subnet| subnet.netuid != ROOT) {
        let (netuid, price) = (subnet.netuid, price_f64(subnet.price()));
        let tempo = f64::from(subnet.hyper.tempo_blocks.max(1));
        for (hotkey, rao) in &subnet.alpha_dividends {
            let stake = subnet.hotkey_alpha_rao(*hotkey);
            if stake > 0 && subnet.hyper.subtoken_enabled {
                let rate = *rao as f64 / stake as f64 / tempo;
                on_subnets.push(Offer { hotkey: *hotkey, netuid, rate });
            }
        }
        for (hotkey, rao) in &subnet.root_alpha_dividends {
            *on_root.entry(*hotkey).or_default() += *rao as f64 * price / tempo;
        }
    }
    let root = on_root.into_iter().filter_map(|(hotkey, rao_per_block)| {
        let stake = state.hotkey_stake_rao(hotkey, ROOT);
        let rate = rao_per_block / stake as f64;
        (stake > 0).then_some(Offer { hotkey, netuid: ROOT, rate })
    });
    root.chain(on_subnets).collect()
}

/// Part of its worth that stake loses on its way, as the pools quote it; 1 when they refuse.
fn cost_of_move(state: &State, from: NetUid, to: NetUid, rao: u64) -> f64 {
    if from == to {
        return 0.0;
    }
    let (Some(origin), Some(target)) = (state.subnet(from), state.subnet(to)) else { return 1.0 };
    let worth = rao as f64 * price_f64(origin.price());
    let sale = origin.quote(Direction::SellAlpha, rao, MIN_PRICE, false);
    let Ok(tao_rao) = sale.map(|trade| trade.amount_out_rao) else { return 1.0 };
    let buy = target.quote(Direction::BuyAlpha, tao_rao, MAX_PRICE, from != ROOT);
    let Ok(alpha_rao) = buy.map(|trade| trade.amount_out_rao) else { return 1.0 };
    1.0 - alpha_rao as f64 * price_f64(target.price()) / worth
}
