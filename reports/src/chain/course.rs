//! The course of a run of the chain, as plots show it: bounded series over blocks.

use std::collections::{BTreeMap, BTreeSet};

use subsim_sim::chain::{NetUid, State, Subnet};
use subsim_sim::{ChainEpochRecord, ChainHappening, ChainInfo};

use super::dataset::Names;
use super::series::{Samples, Spans};
use super::totals::Receivers;
use super::value::price_tao;

/// Most samples of a line.
const MAX_SAMPLES: usize = 512;

/// Most bins of sums.
const MAX_BINS: u64 = 120;

/// Most looks at everybody's stake: each visits every share there is.
const MAX_LOOKS_AT_STAKE: u64 = 256;

/// Most happenings that plots mark.
const MAX_MARKS: usize = 100;

/// Kinds of happenings that plots mark.
const MARKED: [&str; 6] = [
    "halving",
    "network_registered",
    "network_dissolved",
    "owner_changed",
    "hyperparameters",
    "group_changed",
];

/// A happening that plots mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) block: u64,
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

/// Series over the blocks of a run. Those by subnet have one value per netuid, NaN where there is
/// none; root, which has no pool, is left out.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    pub(crate) first_block: u64,
    pub(crate) last_block: u64,
    /// TAO per alpha, by netuid.
    pub(crate) price: Samples,
    /// TAO in the pool, in rao, by netuid.
    pub(crate) tao_reserve: Samples,
    /// Alpha in the pool, in rao, by netuid.
    pub(crate) alpha_reserve: Samples,
    /// Price of a registration, in rao, by netuid.
    pub(crate) burn: Samples,
    /// TAO issued and TAO minted by the block, in rao.
    pub(crate) issuance: Samples,
    /// Stake on all subnets at the pools' prices by the group of its owner, in rao of TAO.
    pub(crate) stake: Samples,
    /// What [`Receivers`] got, in rao of alpha of whatever subnet.
    pub(crate) paid_alpha: Spans,
    /// The same at the prices of the epochs, in rao of TAO.
    pub(crate) paid_tao: Spans,
    /// Registrations and prunings.
    pub(crate) seats: Spans,
    /// Subnets whose epochs paid out, with the block of the latest.
    pub(crate) paying: BTreeMap<NetUid, u64>,
    /// Subnets that ever had a pool.
    pub(crate) pools: BTreeSet<NetUid>,
    pub(crate) marks: Vec<Mark>,
    blocks_between_looks: u64,
    next_look: u64,
}

impl Course {
    pub(crate) fn new(info: &ChainInfo) -> Self {
        let first_block = info.first_block;
        let blocks = info.blocks.saturating_sub(first_block).max(1);
        let samples = || Samples::new(MAX_SAMPLES);
        let spans = |series| Spans::new(series, first_block, blocks, MAX_BINS);
        Self {
            first_block,
            last_block: first_block,
            price: samples(),
            tao_reserve: samples(),
            alpha_reserve: samples(),
            burn: samples(),
            issuance: samples(),
            stake: samples(),
            paid_alpha: spans(Receivers::NAMES.len()),
            paid_tao: spans(Receivers::NAMES.len()),
            seats: spans(2),
            paying: BTreeMap::new(),
            pools: BTreeSet::new(),
            marks: Vec::new(),
            blocks_between_looks: blocks.div_ceil(MAX_LOOKS_AT_STAKE),
            next_look: first_block,
        }
    }

    /// Adds what stands after a recorded block.
    pub(crate) fn block(&mut self, state: &State, minted_rao: u64, names: &Names) {
        let block = state.block;
        self.last_block = block;
        for subnet in state.subnets.iter().flatten().filter(|subnet| subnet.is_dynamic()) {
            self.pools.insert(subnet.netuid);
        }
        self.price.push(block, by_netuid(state, price_tao));
        self.tao_reserve.push(block, by_netuid(state, |subnet| subnet.pool.tao_rao as f64));
        self.alpha_reserve.push(block, by_netuid(state, |subnet| subnet.pool.alpha_in_rao as f64));
        self.burn.push(block, by_netuid(state, |subnet| subnet.registration.burn_rao as f64));
        // Before the first block nothing is minted.
        let minted = if block > self.first_block { minted_rao as f64 } else { f64::NAN };
        self.issuance.push(block, vec![state.total_issuance_rao as f64, minted]);
        if block >= self.next_look {
            self.next_look = block + self.blocks_between_looks;
            self.stake.push(block, stake_by_group(state, names));
        }
    }

    /// Adds what an epoch paid.
    pub(crate) fn epoch(&mut self, record: &ChainEpochRecord<'_>, receivers: &Receivers) {
        let block = record.state.block;
        let before = self.paying.insert(record.netuid, block);
        // What the first epoch pays has grown since the start, or since the subnet began to emit.
        let subnet = record.state.subnet(record.netuid);
        let began = subnet.and_then(|subnet| subnet.hyper.first_emission_block).unwrap_or(0);
        let after = before.unwrap_or(began.saturating_sub(1).max(self.first_block));
        let price = subnet.map_or(0.0, price_tao);
        let alpha = receivers.amounts().map(|rao| rao as f64);
        self.paid_alpha.add(after, block, &alpha);
        self.paid_tao.add(after, block, &alpha.map(|rao| rao * price));
    }

    /// Adds a happening.
    pub(crate) fn happening(&mut self, happening: &ChainHappening, names: &Names) {
        let block = happening.block;
        match happening.kind {
            "registered" => self.seats.add(block - 1, block, &[1.0, 0.0]),
            "pruned" => self.seats.add(block - 1, block, &[0.0, 1.0]),
            kind if MARKED.contains(&kind) && self.marks.len() < MAX_MARKS => {
                let mut text = happening.text.clone();
                if text.is_empty() {
                    text = kind.replace('_', " ");
                }
                if let Some(netuid) = happening.netuid.filter(|_| self.pools.len() > 1) {
                    text = format!("{}: {text}", names.subnet(netuid));
                }
                self.marks.push(Mark { block, kind, text });
            }
            _ => {}
        }
    }

    /// Adds what stands at the end.
    pub(crate) fn finish(&mut self, state: &State, names: &Names) {
        self.last_block = state.block;
        self.stake.push(state.block, stake_by_group(state, names));
    }
}

/// A value per netuid; NaN for root and where there is no subnet.
fn by_netuid(state: &State, value: impl Fn(&Subnet) -> f64) -> Vec<f64> {
    let of = |subnet: &Option<Subnet>| match subnet {
        Some(subnet) if subnet.is_dynamic() => value(subnet),
        _ => f64::NAN,
    };
    state.subnets.iter().map(of).collect()
}

/// Stake at the pools' prices by the group of the coldkey that owns it, in rao of TAO.
fn stake_by_group(state: &State, names: &Names) -> Vec<f64> {
    let mut sums = vec![0.0; names.groups.len()];
    for subnet in state.subnets.iter().flatten() {
        let price = price_tao(subnet);
        for pool in subnet.stakes.values() {
            for (coldkey, share) in pool.shares() {
                if let Some(sum) = sums.get_mut(names.group_of(*coldkey)) {
                    *sum += pool.worth_rao(share) as f64 * price;
                }
            }
        }
    }
    sums
}
