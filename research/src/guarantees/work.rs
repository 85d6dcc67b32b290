//! Epochs of one thread: the buffers that stay, and what an epoch pays the honest side.

use subsim_consensus::{Epoch, EpochInput, EpochOutput, EpochParams, OwnedRows, Rows};

use super::network::Network;
use super::{ExactRule, HonestShares, Settings};

/// Everything that computes one point after another on one thread.
#[derive(Debug)]
pub(super) struct Work {
    epoch: Epoch,
    params: EpochParams,
    offsets: Vec<usize>,
    uids: Vec<u16>,
    values: Vec<u16>,
    bonds: OwnedRows,
    updated: Vec<u64>,
    zeros: Vec<u64>,
    no_commit: Vec<u64>,
    permit: Vec<bool>,
    stake_rao: Vec<u64>,
}

impl Work {
    pub(super) fn new(settings: &Settings) -> Self {
        let (neurons, validators) = (settings.neurons, settings.validators);
        let miners = neurons - validators;
        let row = validators as u16..neurons as u16;
        Self {
            epoch: Epoch::new(),
            params: params(settings),
            offsets: (0..=neurons).map(|i| i.min(validators) * miners).collect(),
            uids: (0..validators).flat_map(|_| row.clone()).collect(),
            values: vec![0; validators * miners],
            bonds: OwnedRows::empty(neurons),
            updated: vec![1; neurons],
            zeros: vec![0; neurons],
            no_commit: vec![u64::MAX; neurons],
            permit: (0..neurons).map(|i| i < validators).collect(),
            stake_rao: vec![0; neurons],
        }
    }

    /// What one epoch pays the honest side of a network.
    pub(super) fn honest_shares(
        &mut self,
        network: &Network,
        honest_utility: f64,
        cabal_self_weight: f64,
    ) -> HonestShares {
        network.weigh(honest_utility, cabal_self_weight, &mut self.values);
        self.stake_rao[..network.validators].copy_from_slice(&network.stake_rao);
        let input = EpochInput {
            params: &self.params,
            last_update: &self.updated,
            block_at_registration: &self.zeros,
            commit_block: &self.no_commit,
            alpha_stake_rao: &self.stake_rao,
            tao_stake_rao: &self.zeros,
            validator_permit: &self.permit,
            weights: Rows { offsets: &self.offsets, uids: &self.uids, values: &self.values },
            bonds: self.bonds.view(),
        };
        let output = self.epoch.run(&input).expect("the rows are built to fit");
        shares(&output, network)
    }
}

/// Hyperparameters of a subnet in its first epoch, one block after everybody registered.
fn params(settings: &Settings) -> EpochParams {
    let u16_share = |share: f64| (share * 65535.0) as u16;
    EpochParams {
        current_block: 2,
        max_allowed_validators: settings.validators as u16,
        kappa: u16_share(settings.kappa),
        bonds_penalty: u16_share(settings.bonds_penalty),
        yuma3: settings.rule != ExactRule::Yuma2,
        liquid_alpha: settings.rule == ExactRule::Yuma3Liquid,
        ..EpochParams::default()
    }
}

/// Sums of whole numbers, so the order does not matter. When nothing is paid by weights, the chain
/// pays validators by stake; when nothing is paid by bonds, miners get all.
fn shares(output: &EpochOutput, network: &Network) -> HonestShares {
    let honest_miners = network.validators..network.validators + network.honest_miners;
    let incentive = part(&output.incentive_bits, honest_miners);
    let dividends = part(&output.dividends_bits, 0..network.honest_validators);
    let stake = || {
        let sum = |stakes: &[u64]| stakes.iter().map(|stake| *stake as f64).sum::<f64>();
        sum(&network.stake_rao[..network.honest_validators]) / sum(&network.stake_rao)
    };
    let by_weights = incentive.is_some();
    let incentive = incentive.or(dividends).unwrap_or_else(stake);
    HonestShares { incentive, dividends: dividends.unwrap_or(incentive), by_weights }
}

/// Part of a range in the whole, `None` when the whole is 0.
fn part(bits: &[i64], range: std::ops::Range<usize>) -> Option<f64> {
    let sum = |bits: &[i64]| bits.iter().sum::<i64>();
    let whole = sum(bits);
    (whole > 0).then(|| sum(&bits[range]) as f64 / whole as f64)
}
