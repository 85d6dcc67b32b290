//! Random networks split into an honest side and a cabal.
//!
//! Validators come first, then miners; on both, the honest side comes first. Stakes and weights are
//! drawn as in the chain's consensus document: normal around 1, cut at 0, scaled to the side's
//! share. A replicate draws its normal numbers once for all points of the map, so that neighbouring
//! points differ by what was asked and not by luck.

use subsim_sim::random::Stream;

use super::Settings;

/// All stake of a network, in rao.
const TOTAL_STAKE_RAO: f64 = 21e15;

/// The standard normal numbers of one replicate.
#[derive(Debug)]
pub(super) struct Draws {
    stakes: Vec<f64>,
    /// A row per validator, a column per miner.
    weights: Vec<f64>,
}

impl Draws {
    /// Every validator draws from a stream of its own.
    pub(super) fn new(settings: &Settings, replicate: usize) -> Self {
        let miners = settings.neurons - settings.validators;
        let mut stakes = Vec::with_capacity(settings.validators);
        let mut weights = Vec::with_capacity(settings.validators * miners);
        for validator in 0..settings.validators {
            let name = format!("validator-{validator}");
            let open = |purpose| Stream::new(settings.seed, &name, purpose).at(replicate as u64);
            stakes.push(open("guarantees: stake").normal());
            let mut row = open("guarantees: weights");
            weights.extend((0..miners).map(|_| row.normal()));
        }
        Self { stakes, weights }
    }
}

/// One replicate at one honest share of the stake.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) honest_validators: usize,
    pub(super) honest_miners: usize,
    pub(super) validators: usize,
    pub(super) miners: usize,
    /// Per validator.
    pub(super) stake_rao: Vec<u64>,
    /// A row per validator; its part on either side's miners sums to 1, or is 0 throughout.
    shares: Vec<f64>,
    /// Largest share of each row on honest miners and on the cabal's.
    largest: Vec<[f64; 2]>,
}

impl Network {
    pub(super) fn new(settings: &Settings, draws: &Draws, honest_stake: f64) -> Self {
        let (validators, miners) = (settings.validators, settings.neurons - settings.validators);
        let honest_validators = part(honest_stake, validators);
        let honest_miners = part(honest_stake, miners);
        let mut stake = positive(&draws.stakes, settings.stake_deviation);
        let (honest, cabal) = stake.split_at_mut(honest_validators);
        scale(honest, honest_stake);
        scale(cabal, 1.0 - honest_stake);
        let mut shares = positive(&draws.weights, settings.weight_deviation);
        let mut largest = Vec::with_capacity(validators);
        for row in shares.chunks_exact_mut(miners) {
            let (honest, cabal) = row.split_at_mut(honest_miners);
            largest.push([scale(honest, 1.0), scale(cabal, 1.0)]);
        }
        let stake_rao = stake.iter().map(|share| (share * TOTAL_STAKE_RAO) as u64).collect();
        Self { honest_validators, honest_miners, validators, miners, stake_rao, shares, largest }
    }

    /// Writes everybody's weights as a validator sends them: the largest of a row is 65535. Rows
    /// lie one after the other in `weights`, a value per miner.
    pub(super) fn weigh(&self, honest_utility: f64, cabal_self_weight: f64, weights: &mut [u16]) {
        let rows = weights.chunks_exact_mut(self.miners);
        let shares = self.shares.chunks_exact(self.miners);
        for (i, ((row, shares), largest)) in rows.zip(shares).zip(&self.largest).enumerate() {
            let on_honest =
                if i < self.honest_validators { honest_utility } else { 1.0 - cabal_self_weight };
            let sides = [on_honest, 1.0 - on_honest];
            let top = (sides[0] * largest[0]).max(sides[1] * largest[1]);
            let unit = if top > 0.0 { 65535.0 / top } else { 0.0 };
            let (to_honest, to_cabal) = row.split_at_mut(self.honest_miners);
            let (of_honest, of_cabal) = shares.split_at(self.honest_miners);
            quantise(of_honest, sides[0] * unit, to_honest);
            quantise(of_cabal, sides[1] * unit, to_cabal);
        }
    }
}

/// Whole nodes nearest below a share of `total`, leaving at least one on either side.
fn part(share: f64, total: usize) -> usize {
    ((share * total as f64) as usize).clamp(1, total - 1)
}

/// Normal numbers around 1, nothing below 0.
fn positive(normal: &[f64], deviation: f64) -> Vec<f64> {
    normal.iter().map(|z| (1.0 + deviation * z).max(0.0)).collect()
}

/// Scales values to a sum; returns the largest. All zero stays all zero.
fn scale(values: &mut [f64], sum: f64) -> f64 {
    let total: f64 = values.iter().sum();
    let factor = if total > 0.0 { sum / total } else { 0.0 };
    let mut largest = 0.0_f64;
    for value in values {
        *value *= factor;
        largest = largest.max(*value);
    }
    largest
}

/// Rounds to the nearest whole number; a hair above 65535 saturates.
fn quantise(shares: &[f64], unit: f64, weights: &mut [u16]) {
    for (weight, share) in weights.iter_mut().zip(shares) {
        // By way of i32, which vectorises; the value is at most 65536.
        *weight = ((share * unit + 0.5) as i32).min(65535) as u16;
    }
}
