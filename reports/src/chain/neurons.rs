//! `neurons.parquet` of a run of the chain: one row per neuron and epoch of its subnet.

use polars::prelude::Column;
use subsim_sim::ChainEpochRecord;
use subsim_sim::chain::{AccountId, ROOT};

use super::dataset::{Names, Rows};
use crate::dataset::NEURONS;
use crate::sink::{bools, f64s, maybe_f64s, strings, u16s, u64s};

/// A u16 share as a number.
fn part(shares: &[u16], uid: usize) -> f64 {
    shares.get(uid).map_or(0.0, |share| f64::from(*share) / 65535.0)
}

/// Buffered rows.
#[derive(Default)]
pub(crate) struct NeuronRows {
    block: Vec<u64>,
    netuid: Vec<u16>,
    epoch: Vec<u64>,
    uid: Vec<u16>,
    hotkey: Vec<AccountId>,
    registered_at: Vec<u64>,
    incentive_rao: Vec<u64>,
    dividend_rao: Vec<u64>,
    stake_rao: Vec<u64>,
    root_stake_rao: Vec<u64>,
    stake_weight: Vec<f64>,
    consensus: Vec<f64>,
    incentive: Vec<f64>,
    dividend: Vec<f64>,
    validator_trust: Vec<f64>,
    validator_permit: Vec<bool>,
    active: Vec<bool>,
    quality: Vec<f64>,
}

impl NeuronRows {
    /// Adds the row of a uid. A uid beyond a column of the record or the state counts as zero
    /// there.
    pub(crate) fn push(&mut self, record: &ChainEpochRecord<'_>, uid: usize) {
        let Some(subnet) = record.state.subnet(record.netuid) else { return };
        let Some(hotkey) = record.hotkeys.get(uid).copied() else { return };
        let neurons = &subnet.neurons;
        let number = |column: &[u64]| column.get(uid).copied().unwrap_or(0);
        let flag = |column: &[bool]| column.get(uid).copied().unwrap_or(false);
        self.block.push(record.state.block);
        self.netuid.push(record.netuid);
        self.epoch.push(record.epoch);
        self.uid.push(uid as u16);
        self.hotkey.push(hotkey);
        self.registered_at.push(number(&neurons.block_at_registration));
        self.incentive_rao.push(number(record.incentive_rao));
        self.dividend_rao.push(number(record.dividend_rao));
        self.stake_rao.push(subnet.hotkey_alpha_rao(hotkey));
        self.root_stake_rao.push(record.state.hotkey_stake_rao(hotkey, ROOT));
        self.stake_weight.push(part(&neurons.stake_weight, uid));
        self.consensus.push(part(&neurons.consensus, uid));
        let mechanism = subnet.mechanisms.first();
        let incentive = mechanism.map_or(0.0, |mechanism| part(&mechanism.incentive, uid));
        self.incentive.push(incentive);
        self.dividend.push(part(&neurons.dividends, uid));
        self.validator_trust.push(part(&neurons.validator_trust, uid));
        self.validator_permit.push(flag(&neurons.validator_permit));
        self.active.push(flag(&neurons.active));
        self.quality.push(record.quality.get(uid).copied().unwrap_or(f64::NAN));
    }
}

impl Rows for NeuronRows {
    const FILE: &'static str = NEURONS;

    fn len(&self) -> usize {
        self.block.len()
    }

    fn take(&mut self, names: &Names) -> Vec<Column> {
        let subnets = strings("subnet", self.netuid.iter().map(|netuid| names.subnet(*netuid)));
        let groups = strings("group", self.hotkey.iter().map(|id| names.group(*id)));
        let role = |id: &AccountId| names.role(*id).map_or("none", subsim_sim::Role::name);
        let roles = strings("role", self.hotkey.iter().map(role));
        vec![
            u64s("block", &mut self.block),
            u16s("netuid", &mut self.netuid),
            subnets,
            u64s("epoch", &mut self.epoch),
            u16s("uid", &mut self.uid),
            strings("hotkey", self.hotkey.drain(..).map(|id| names.account(id))),
            groups,
            roles,
            u64s("registered_at_block", &mut self.registered_at),
            u64s("incentive_rao", &mut self.incentive_rao),
            u64s("dividend_rao", &mut self.dividend_rao),
            u64s("stake_rao", &mut self.stake_rao),
            u64s("root_stake_rao", &mut self.root_stake_rao),
            f64s("stake_weight", &mut self.stake_weight),
            f64s("consensus", &mut self.consensus),
            f64s("incentive", &mut self.incentive),
            f64s("dividend", &mut self.dividend),
            f64s("validator_trust", &mut self.validator_trust),
            bools("validator_permit", &mut self.validator_permit),
            bools("active", &mut self.active),
            maybe_f64s("quality", &mut self.quality),
        ]
    }
}
