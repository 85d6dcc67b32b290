//! Miners on the chain: when registering pays, and what they sell.
//!
//! A miner sees what everybody sees: the price of a registration, the price of alpha, and what the
//! neurons of the subnet earned in the latest epoch. It knows how good it is, guesses that it would
//! earn what miners of its rank earn, and stays away from a full subnet that would prune it next.

use subsim_consensus::economics::U64F64;

use crate::chain::{Call, State, Subnet};
use crate::scenario::Joins;

use super::cast::MinerAgent;
use super::stage::Stage;

/// Miners above and below in rank from whose income a newcomer guesses its own.
const NEIGHBOURS: usize = 2;
/// After refused registrations looks become rarer, up to this many times the usual distance.
const MAX_BACKOFF_DOUBLINGS: u32 = 6;

/// A price as a float, TAO per alpha.
pub(super) fn price_f64(price: U64F64) -> f64 {
    price.to_bits() as f64 / 18_446_744_073_709_551_616.0
}

impl MinerAgent {
    /// Whether it wants to register now.
    pub fn wants_to_register(&self, state: &State, stage: &Stage) -> bool {
        let Some(subnet) = stage.subnet(state) else { return false };
        if subnet.neurons.uid(self.hotkey).is_some() {
            return false;
        }
        let burn_rao = subnet.registration.burn_rao;
        // Dying for a uid is no use: the coldkey keeps what keeps it alive.
        let can_pay = || {
            let needed = burn_rao.saturating_add(state.globals.existential_deposit_rao);
            state.account(self.coldkey).free_rao >= needed
        };
        match self.joins {
            Joins::AtStart => false,
            Joins::AtBlock { .. } => true,
            Joins::BelowPrice { burn_rao: limit, .. } => burn_rao <= limit && can_pay(),
            Joins::WhenItPays { within_blocks, .. } => {
                let costs = self.cost_rao_per_block * within_blocks as f64;
                let alpha_per_epoch = self.expected_alpha_per_epoch(subnet, stage);
                can_pay()
                    && would_stay(state, subnet, alpha_per_epoch)
                    && expected_rao(subnet, alpha_per_epoch, within_blocks)
                        > burn_rao as f64 + costs
            }
        }
    }

    /// Alpha per epoch that miners of its rank earn, in proportion to quality, thinned by one more and by those who came
    /// since the latest epoch; an equal share of the miners' half while nobody earns anything.
    fn expected_alpha_per_epoch(&self, subnet: &Subnet, stage: &Stage) -> f64 {
        let earns = |uid: u16| subnet.neurons.emission_rao[usize::from(uid)] as f64;
        let own = stage.base_quality(self.place);
        let last_step = subnet.schedule.last_step_block;
        let seen = |uid: u16| subnet.neurons.block_at_registration[usize::from(uid)] < last_step;
        let mut earners: Vec<(f64, u16)> = stage
            .seats
            .iter()
            .filter(|(uid, _)| seen(*uid))
            .map(|(uid, place)| (stage.base_quality(*place), *uid))
            .collect();
        earners.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let total: f64 = earners.iter().map(|(_, uid)| earns(*uid)).sum();
        let after = (stage.seats.len() + 1) as f64;
        if total == 0.0 {
            return miners_alpha_per_epoch(subnet) / after;
        }
        let rank = earners.partition_point(|(quality, _)| *quality >= own);
        let (from, to) = (rank.saturating_sub(NEIGHBOURS), (rank + NEIGHBOURS).min(earners.len()));
        let near = &earners[from..to];
        let (quality, alpha) = near
            .iter()
            .fold((0.0, 0.0), |sum, (quality, uid)| (sum.0 + quality, sum.1 + earns(*uid)));
        // Of those who are better or worse it expects as much less or more.
        let scale = if quality > 0.0 { own / quality } else { 1.0 / near.len() as f64 };
        alpha * scale * earners.len() as f64 / after
    }

    /// Block of the next look at the price, after one in `block`; `refused` if it tried in vain.
    pub fn plan_next_look(&mut self, block: u64, refused: bool) {
        self.refusals = if refused { (self.refusals + 1).min(MAX_BACKOFF_DOUBLINGS) } else { 0 };
        self.look_at = match self.joins {
            Joins::AtStart | Joins::AtBlock { .. } => u64::MAX,
            Joins::WhenItPays { every_blocks, .. } | Joins::BelowPrice { every_blocks, .. } => {
                block.saturating_add(every_blocks.max(1) << self.refusals)
            }
        };
    }

    /// Notes what it earned, if it sells any.
    pub fn earn(&mut self, rao: u64) {
        if self.sells > 0.0 {
            let part = (rao as f64 * self.sells) as u64;
            self.unsold_rao = self.unsold_rao.saturating_add(part.min(rao));
        }
    }

    /// A sale of what it means to sell, once that is worth more than the smallest sale.
    pub fn sale(&mut self, state: &State, stage: &Stage) -> Option<Call> {
        let subnet = stage.subnet(state)?;
        let worth = self.unsold_rao as f64 * price_f64(subnet.price());
        // A tenth more covers fee and slippage of so small a sale.
        if self.unsold_rao == 0 || worth < 1.1 * state.globals.min_stake_rao as f64 {
            return None;
        }
        let hotkey = subnet.auto_stake.get(&self.coldkey).copied().unwrap_or(self.hotkey);
        let alpha_rao = std::mem::take(&mut self.unsold_rao);
        Some(Call::RemoveStake { hotkey, netuid: stage.netuid, alpha_rao })
    }
}

/// TAO that somebody with such an income earns within a window, in rao, at today's price. Nobody
/// earns in the first tempo: validators have not seen it yet.
fn expected_rao(subnet: &Subnet, alpha_per_epoch: f64, within_blocks: u64) -> f64 {
    let tempo = u64::from(subnet.hyper.tempo_blocks).max(1);
    let epochs = within_blocks.saturating_sub(tempo) as f64 / tempo as f64;
    alpha_per_epoch * epochs * price_f64(subnet.price())
}

/// Whether a newcomer can expect to keep its uid: there is a free one, or it would replace a
/// neuron that had its time and earns less. Where the immune are replaced no place is safe.
fn would_stay(state: &State, subnet: &Subnet, alpha_per_epoch: f64) -> bool {
    let Some(uid) = state.free_uid(subnet.netuid).map(usize::from) else { return false };
    let neurons = &subnet.neurons;
    let Some(registered) = neurons.block_at_registration.get(uid) else { return true };
    let age = state.block.saturating_sub(*registered);
    let had_its_time = age >= u64::from(subnet.hyper.immunity_period_blocks);
    had_its_time && alpha_per_epoch > neurons.emission_rao[uid] as f64
}

/// What all miners of a subnet share in an epoch, as emission stands: half of what the owner
/// leaves of one alpha a block, or what is on its way if that is more.
fn miners_alpha_per_epoch(subnet: &Subnet) -> f64 {
    let tempo = f64::from(subnet.hyper.tempo_blocks);
    let per_block = subnet.flow.alpha_out_emission_rao as f64;
    let owner = if subnet.hyper.owner_cut_enabled { 0.18 } else { 0.0 };
    per_block * tempo * (1.0 - owner) / 2.0
}
