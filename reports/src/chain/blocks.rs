//! `blocks.parquet`: one row per recorded block and subnet, root included.

use polars::prelude::Column;
use subsim_sim::chain::{NetUid, State, Subnet};

use super::dataset::{Names, Rows};
use super::value::{moving_price_tao, price_tao};
use crate::sink::{f64s, strings, u16s, u64s};

/// Name of the dataset.
pub const BLOCKS: &str = "blocks.parquet";

/// What a block tells of the whole chain; repeated on the row of every subnet.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ChainColumns {
    pub(crate) block: u64,
    pub(crate) issuance_rao: u64,
    pub(crate) block_emission_rao: u64,
    pub(crate) staked_rao: u64,
    pub(crate) calls: u64,
    pub(crate) refused_calls: u64,
}

impl ChainColumns {
    /// The columns of a state; `calls` are those made and those refused since the row before.
    pub(crate) fn new(state: &State, minted_rao: u64, calls: (u64, u64)) -> Self {
        Self {
            block: state.block,
            issuance_rao: state.total_issuance_rao,
            block_emission_rao: minted_rao,
            staked_rao: state.total_stake_rao,
            calls: calls.0,
            refused_calls: calls.1,
        }
    }
}

/// Buffered rows.
#[derive(Default)]
pub(crate) struct BlockRows {
    block: Vec<u64>,
    netuid: Vec<NetUid>,
    price_tao: Vec<f64>,
    moving_price_tao: Vec<f64>,
    tao_reserve_rao: Vec<u64>,
    alpha_reserve_rao: Vec<u64>,
    alpha_out_rao: Vec<u64>,
    protocol_alpha_rao: Vec<u64>,
    pending_miner_rao: Vec<u64>,
    pending_validator_rao: Vec<u64>,
    pending_root_rao: Vec<u64>,
    pending_owner_rao: Vec<u64>,
    tao_in_rao: Vec<u64>,
    alpha_in_rao: Vec<u64>,
    alpha_created_rao: Vec<u64>,
    excess_tao_rao: Vec<u64>,
    root_sell_tao_rao: Vec<u64>,
    burn_rao: Vec<u64>,
    neurons: Vec<u16>,
    issuance_rao: Vec<u64>,
    block_emission_rao: Vec<u64>,
    staked_rao: Vec<u64>,
    calls: Vec<u64>,
    refused_calls: Vec<u64>,
}

impl BlockRows {
    /// Adds the row of a subnet.
    pub(crate) fn push(&mut self, chain: &ChainColumns, subnet: &Subnet) {
        let (pool, flow, pending) = (&subnet.pool, &subnet.flow, &subnet.pending);
        self.block.push(chain.block);
        self.netuid.push(subnet.netuid);
        self.price_tao.push(price_tao(subnet));
        self.moving_price_tao.push(moving_price_tao(subnet));
        self.tao_reserve_rao.push(pool.tao_rao);
        self.alpha_reserve_rao.push(pool.alpha_in_rao);
        self.alpha_out_rao.push(pool.alpha_out_rao);
        self.protocol_alpha_rao.push(pool.protocol_alpha_rao);
        self.pending_miner_rao.push(pending.server_rao);
        self.pending_validator_rao.push(pending.validator_rao);
        self.pending_root_rao.push(pending.root_alpha_rao);
        self.pending_owner_rao.push(pending.owner_cut_rao);
        // The chain keeps the amounts of the latest block that reached the subnet.
        let emits = subnet.emits();
        let now = |rao: u64| if emits { rao } else { 0 };
        self.tao_in_rao.push(now(flow.tao_in_emission_rao));
        self.alpha_in_rao.push(now(flow.alpha_in_emission_rao));
        self.alpha_created_rao.push(now(flow.alpha_out_emission_rao));
        self.excess_tao_rao.push(now(flow.excess_tao_rao));
        self.root_sell_tao_rao.push(flow.root_sell_tao_rao);
        self.burn_rao.push(subnet.registration.burn_rao);
        self.neurons.push(subnet.neurons.len() as u16);
        self.issuance_rao.push(chain.issuance_rao);
        self.block_emission_rao.push(chain.block_emission_rao);
        self.staked_rao.push(chain.staked_rao);
        self.calls.push(chain.calls);
        self.refused_calls.push(chain.refused_calls);
    }
}

impl Rows for BlockRows {
    const FILE: &'static str = BLOCKS;

    fn len(&self) -> usize {
        self.block.len()
    }

    fn take(&mut self, names: &Names) -> Vec<Column> {
        let subnet = strings("subnet", self.netuid.iter().map(|netuid| names.subnet(*netuid)));
        vec![
            u64s("block", &mut self.block),
            u16s("netuid", &mut self.netuid),
            subnet,
            f64s("price_tao", &mut self.price_tao),
            f64s("moving_price_tao", &mut self.moving_price_tao),
            u64s("tao_reserve_rao", &mut self.tao_reserve_rao),
            u64s("alpha_reserve_rao", &mut self.alpha_reserve_rao),
            u64s("alpha_out_rao", &mut self.alpha_out_rao),
            u64s("protocol_alpha_rao", &mut self.protocol_alpha_rao),
            u64s("pending_miner_rao", &mut self.pending_miner_rao),
            u64s("pending_validator_rao", &mut self.pending_validator_rao),
            u64s("pending_root_rao", &mut self.pending_root_rao),
            u64s("pending_owner_rao", &mut self.pending_owner_rao),
            u64s("tao_in_rao", &mut self.tao_in_rao),
            u64s("alpha_in_rao", &mut self.alpha_in_rao),
            u64s("alpha_created_rao", &mut self.alpha_created_rao),
            u64s("excess_tao_rao", &mut self.excess_tao_rao),
            u64s("root_sell_tao_rao", &mut self.root_sell_tao_rao),
            u64s("burn_rao", &mut self.burn_rao),
            u16s("neurons", &mut self.neurons),
            u64s("issuance_rao", &mut self.issuance_rao),
            u64s("block_emission_rao", &mut self.block_emission_rao),
            u64s("staked_rao", &mut self.staked_rao),
            u64s("calls", &mut self.calls),
            u64s("refused_calls", &mut self.refused_calls),
        ]
    }
}
