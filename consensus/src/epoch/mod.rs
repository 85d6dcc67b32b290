//! The fast epoch: flat arrays of raw I32F32, one column at a time.
//!
//! Every neuron's column (who gave it which weight, who holds which bond) can be decided alone:
//! first its consensus and rank, then, once the incentive is known, its bonds and what they pay.
//! So weights and bonds are turned into columns once, and each column stays in the first-level
//! cache while it is worked on. Sums over columns are whole-number sums that cannot saturate, so
//! columns may run on any number of threads with the same bits.

mod bonds;
mod columns;
mod dense;
mod dense_bonds;
mod dense_weights;
mod detail;
mod lanes;
mod median;
mod order;
mod stake;
mod turn;
mod weights;

use rayon::prelude::*;

use crate::fixed::{self, Divisor};
use crate::{EpochDetail, EpochError, EpochInput, EpochOutput, OwnedRows};
use bonds::{BondRule, BondShare};
use columns::Columns;
use dense::Dense;
use dense_bonds::DenseBondShare;
pub use lanes::Vectors;
use stake::Stakes;
use weights::{Voters, WeightShare};

/// Computes epochs, and keeps its working memory from one to the next.
///
/// ```
/// use subsim_consensus::{Epoch, EpochInput, EpochParams, OwnedRows};
///
/// // Two validators of equal stake both put all weight on uid 2.
/// let params = EpochParams { rao_emission: 1_000, ..Default::default() };
/// let weights = OwnedRows::from_lists(&[vec![(2, 65535)], vec![(2, 65535)], vec![]]);
/// let bonds = OwnedRows::empty(3);
/// let input = EpochInput {
///     params: &params,
///     last_update: &[360, 360, 360],
///     block_at_registration: &[0, 0, 0],
///     commit_block: &[u64::MAX; 3],
///     alpha_stake_rao: &[500, 500, 0],
///     tao_stake_rao: &[0, 0, 0],
///     validator_permit: &[true, true, false],
///     weights: weights.view(),
///     bonds: bonds.view(),
/// };
/// let output = Epoch::new().run(&input)?;
/// assert_eq!(output.server_emission, [0, 0, 500]);
/// assert_eq!(output.validator_emission, [250, 250, 0]);
/// # Ok::<(), subsim_consensus::EpochError>(())
/// ```
#[derive(Debug)]
pub struct Epoch {
    parallel: bool,
    vectors: Vectors,
    seen: Vec<u32>,
    stakes: Stakes,
    rows: RowMap,
    tables: Tables,
    blocks: Vec<Block>,
}

impl Default for Epoch {
    fn default() -> Self {
        Self::new()
    }
}

/// Which neurons have a row of weights or bonds, numbered without gaps in uid order.
#[derive(Debug, Default)]
struct RowMap {
    uid: Vec<u16>,
    active_stake: Vec<u64>,
}

/// Weights and bonds by column: full tables where most entries are there, else sparse columns.
#[derive(Debug, Default)]
struct Tables {
    is_dense: bool,
    dense: Dense,
    weights: Columns<u64>,
    bonds: Columns<u16>,
}

/// A run of columns with its own results, so that blocks can be worked on side by side.
#[derive(Debug, Default)]
struct Block {
    first: usize,
    end: usize,
    weights: WeightShare,
    bonds: BondShare,
    full_bonds: DenseBondShare,
}

impl Tables {
    fn fill(&mut self, input: &EpochInput<'_>, permit: &[bool], rows: &RowMap, voters: &Voters) {
        self.is_dense = self.dense.fill(input, permit, rows, voters);
        if !self.is_dense {
            self.weights.fill_weights(input, permit, &rows.uid);
            self.bonds.fill_bonds(input, &rows.uid);
        }
    }
}

impl Block {
    /// Consensus, rank and trust of the block's columns.
    fn weigh(&mut self, vectors: Vectors, tables: &Tables, voters: &Voters, rows: &RowMap) {
        let columns = self.first..self.end;
        match voters.minority() {
            Some(minority) if tables.is_dense => {
                let share = &mut self.weights;
                dense_weights::weigh(
                    vectors,
                    share,
                    columns,
                    &tables.dense,
                    voters.total,
                    minority,
                );
            }
            _ => self.weights.compute(columns, &tables.weights, voters, &rows.active_stake),
        }
    }

    fn income(&self, is_dense: bool) -> &Vec<u64> {
        if is_dense { &self.full_bonds.income } else { &self.bonds.income }
    }

    /// New bonds of the block's columns, and what they pay.
    fn hold(&mut self, vectors: Vectors, tables: &Tables, rule: &BondRule<'_>, rows: &RowMap) {
        let columns = self.first..self.end;
        if tables.is_dense {
            let weights = &self.weights.weights;
            let share = &mut self.full_bonds;
            dense_bonds::hold(vectors, share, columns, rule, &tables.dense, weights, rows);
        } else {
            self.bonds.compute(columns, rule, &tables.weights, &tables.bonds, rows);
        }
    }
}

impl Epoch {
    /// An empty workspace that works on the calling thread.
    #[must_use]
    pub fn new() -> Self {
        Self {
            parallel: false,
            vectors: Vectors::widest(),
            seen: Vec::new(),
            stakes: Stakes::default(),
            rows: RowMap::default(),
            tables: Tables::default(),
            blocks: Vec::new(),
        }
    }

    /// Spreads the columns over the threads of the current rayon pool; the results stay the same
    /// to the last bit. Worth it from about a hundred thousand weights on.
    #[must_use]
    pub fn parallel(mut self, parallel: bool) -> Self {
        self.parallel = parallel;
        self
    }

    /// Uses no wider vector instructions than these; the results stay the same to the last bit.
    #[must_use]
    pub fn vectors(mut self, vectors: Vectors) -> Self {
        self.vectors = vectors;
        self
    }

    /// One epoch of Yuma consensus: who gets which score, permit, bond and amount.
    ///
    /// Bit-exact with the public runtime (`pallets/subtensor/src/epoch/run_epoch.rs`, spec 425).
    /// Entries that name a uid outside the subnet count for nothing.
    ///
    /// # Errors
    /// When inputs disagree in length, offsets do not describe the entries, a row names a uid
    /// twice, or a hyperparameter is beyond its scale.
    pub fn run(&mut self, input: &EpochInput<'_>) -> Result<EpochOutput, EpochError> {
        input.check(&mut self.seen)?;
        self.stakes.compute(input);
        self.map_rows(input);
        self.cut_blocks(input.n());
        let vectors = self.vectors;
        let voters = Voters::new(&self.rows.active_stake, input.params.kappa);
        self.tables.fill(input, &self.stakes.permit, &self.rows, &voters);
        self.each_block(|block, tables, rows| block.weigh(vectors, tables, &voters, rows));
        let (consensus, rank) = self.consensus_and_rank();
        let trust = self.sum_rows(|block| &block.weights.trust, input.n());
        let incentive = normalised(&rank);
        let rule = BondRule::new(input, &self.stakes.permit, &self.rows, &consensus, &incentive);
        let keeps_order = rule.keeps_order();
        self.each_block(|block, tables, rows| block.hold(vectors, tables, &rule, rows));
        let is_dense = self.tables.is_dense;
        let mut income = self.sum_rows(|block| block.income(is_dense), input.n());
        if input.params.yuma3 {
            for (d, s) in income.iter_mut().zip(&self.stakes.active_stake) {
                *d = fixed::mul(*d, *s);
            }
        }
        let dividends = normalised(&income);
        let mut bonds = self.bond_rows(input.n());
        if keeps_order {
            order::restore(&mut bonds, input);
        }
        Ok(self.output(input, bonds, &[consensus, incentive, dividends, trust]))
    }

    /// [`Epoch::run`] with the matrices behind the results. The detail is for looking at; it costs
    /// several times the epoch itself.
    ///
    /// # Errors
    /// As [`Epoch::run`].
    pub fn run_with_detail(
        &mut self,
        input: &EpochInput<'_>,
    ) -> Result<(EpochOutput, EpochDetail), EpochError> {
        let output = self.run(input)?;
        let rank = self.consensus_and_rank().1;
        let detail = detail::detail(input, &self.stakes, &output.consensus_bits, &rank);
        Ok((output, detail))
    }

    /// Numbers the neurons whose weights or bonds count.
    fn map_rows(&mut self, input: &EpochInput<'_>) {
        self.rows.uid.clear();
        self.rows.active_stake.clear();
        let filled = |offsets: &[usize], i: usize| offsets[i] < offsets[i + 1];
        for i in 0..input.n() {
            let votes = self.stakes.permit[i] && filled(input.weights.offsets, i);
            // A voter without any weight still counts: for it every score is 0.
            if votes || self.stakes.active_stake[i] > 0 || filled(input.bonds.offsets, i) {
                self.rows.uid.push(i as u16);
                self.rows.active_stake.push(self.stakes.active_stake[i]);
            }
        }
    }

    fn cut_blocks(&mut self, n: usize) {
        let count =
            if self.parallel { (4 * rayon::current_num_threads()).clamp(1, n.max(1)) } else { 1 };
        self.blocks.resize_with(count, Block::default);
        for (i, block) in self.blocks.iter_mut().enumerate() {
            block.first = n * i / count;
            block.end = n * (i + 1) / count;
        }
    }

    fn each_block(&mut self, work: impl Fn(&mut Block, &Tables, &RowMap) + Sync) {
        let (tables, rows) = (&self.tables, &self.rows);
        if self.parallel {
            self.blocks.par_iter_mut().for_each(|block| work(block, tables, rows));
        } else {
            self.blocks.iter_mut().for_each(|block| work(block, tables, rows));
        }
    }

    fn consensus_and_rank(&self) -> (Vec<u64>, Vec<u64>) {
        let join = |part: &dyn Fn(&Block) -> &Vec<u64>| {
            self.blocks.iter().flat_map(|block| part(block).iter().copied()).collect()
        };
        (join(&|block| &block.weights.consensus), join(&|block| &block.weights.rank))
    }

    /// Adds up what the blocks say of each row, and spreads it out over uids.
    fn sum_rows(&self, part: impl Fn(&Block) -> &Vec<u64>, n: usize) -> Vec<u64> {
        let mut sums = vec![0; n];
        for block in &self.blocks {
            for (&uid, &value) in self.rows.uid.iter().zip(part(block)) {
                sums[usize::from(uid)] += value;
            }
        }
        sums
    }

    /// Turns the new bonds of all columns back into rows, for those who hold a permit now.
    fn bond_rows(&self, n: usize) -> OwnedRows {
        let permit = |uid: u16| self.stakes.new_permit[usize::from(uid)];
        if self.tables.is_dense {
            let blocks = || self.blocks.iter().map(|block| block.full_bonds.results());
            return turn::full_rows(n, &self.rows.uid, permit, blocks);
        }
        let columns =
            || self.blocks.iter().flat_map(|block| (block.first..).zip(block.bonds.columns()));
        turn::sparse_rows(n, &self.rows.uid, permit, columns)
    }

    fn output(
        &self,
        input: &EpochInput<'_>,
        bonds: OwnedRows,
        scores: &[Vec<u64>; 4],
    ) -> EpochOutput {
        let [consensus, incentive, dividends, trust] = scores;
        let stakes = &self.stakes;
        let shares = emission_shares(incentive, dividends, stakes);
        let [server_emission, validator_emission, combined_emission] =
            shares.map(|share| amounts(&share, input.params.rao_emission));
        let cut = |values: &[u64]| values.iter().map(|v| to_u16_saturating(*v)).collect();
        let bits = |values: &[u64]| values.iter().map(|v| *v as i64).collect();
        EpochOutput {
            active: stakes.active.clone(),
            consensus: cut(consensus),
            incentive: cut(incentive),
            dividends: cut(dividends),
            validator_trust: cut(trust),
            stake_weight: cut(&stakes.stake),
            new_validator_permit: stakes.new_permit.clone(),
            server_emission,
            validator_emission,
            combined_emission,
            bonds,
            bonds_untouched: (stakes.new_permit.iter().zip(&stakes.permit))
                .map(|(new, old)| !new && !old)
                .collect(),
            consensus_bits: bits(consensus),
            incentive_bits: bits(incentive),
            dividends_bits: bits(dividends),
            validator_trust_bits: bits(trust),
        }
    }
}

/// Score to u16 as the chain cuts it: everything from 65536 on saturates.
fn to_u16_saturating(x: u64) -> u16 {
    let scaled = (u128::from(x) * u128::from(u16::MAX)) >> 32;
    u16::try_from(scaled).unwrap_or(u16::MAX)
}

/// Each value over the sum of all; all zero stays all zero.
fn normalised(values: &[u64]) -> Vec<u64> {
    let sum = Divisor::new(values.iter().sum());
    values.iter().map(|v| sum.quotient(*v)).collect()
}

/// Shares of miners, validators, and both together. Without any incentive or dividend the
/// validators share by active stake, or by stake when nobody is active.
fn emission_shares(incentive: &[u64], dividends: &[u64], stakes: &Stakes) -> [Vec<u64>; 3] {
    let combined: Vec<u64> = incentive.iter().zip(dividends).map(|(i, d)| i + d).collect();
    let sum: u64 = combined.iter().sum();
    if sum == 0 {
        let nobody_active = stakes.active_stake.iter().all(|s| *s == 0);
        let fallback = if nobody_active { &stakes.stake } else { &stakes.active_stake };
        return [incentive.to_vec(), fallback.clone(), fallback.clone()];
    }
    let sum = Divisor::new(sum);
    [incentive, dividends, &combined].map(|share| share.iter().map(|s| sum.quotient(*s)).collect())
}

fn amounts(share: &[u64], rao_emission: u64) -> Vec<u64> {
    let amount = |s: &u64| ((u128::from(*s) * u128::from(rao_emission)) >> 32) as u64;
    share.iter().map(amount).collect()
}
