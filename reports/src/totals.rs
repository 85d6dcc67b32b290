//! Per-neuron sums over epochs, and the metrics that follow from them.
//!
//! The sums are all a run keeps for its summary: memory grows with the number of neurons, not of
//! epochs. Sums of floats run in epoch order per neuron, so they are the same every time.

use subsim_sim::scenario::Metric;
use subsim_sim::{EpochRecord, Role, RunInfo};

use crate::dataset::from_bits;
use crate::metrics;
use crate::unpaid::Unpaid;

/// What one neuron got over some epochs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct NeuronTotals {
    /// Epochs in which it was on the subnet.
    pub present_epochs: u64,
    /// Miner emission, in rao.
    pub server_emission_rao: u128,
    /// Validator emission, in rao.
    pub validator_emission_rao: u128,
    /// Stake as consensus weighs it (alpha plus root TAO times its weight), in rao, summed over
    /// epochs.
    pub stake_rao_epochs: f64,
    /// Incentive summed over the epochs that paid miners.
    pub incentive: f64,
    /// Quality summed over the epochs that have one.
    pub quality: f64,
    /// Epochs with a quality.
    pub quality_epochs: u64,
}

impl NeuronTotals {
    /// Mean quality, NaN without one.
    #[must_use]
    pub fn mean_quality(&self) -> f64 {
        if self.quality_epochs == 0 { f64::NAN } else { self.quality / self.quality_epochs as f64 }
    }

    /// Mean incentive over the epochs in which the neuron was present, 0 without one.
    #[must_use]
    pub fn mean_incentive(&self) -> f64 {
        metrics::share(self.incentive, self.present_epochs as f64).unwrap_or(0.0)
    }
}

/// Sums of all neurons over some epochs.
#[derive(Debug, Clone, PartialEq)]
pub struct Totals {
    /// One entry per uid.
    pub neurons: Vec<NeuronTotals>,
    /// Epochs summed.
    pub epochs: u64,
    /// Epochs that paid nobody, by role.
    pub unpaid: Unpaid,
    /// Stake that counted in the last of the epochs, one entry per uid: the normalised stake of
    /// active validators that held a permit going into the epoch, 0 for all others.
    pub counting_stake: Vec<f64>,
    /// Permits that the last of the epochs gave; `None` before the first.
    permits: Option<Vec<bool>>,
    /// Weight of a root TAO beside an alpha, 1.0 = the same.
    tao_weight: f64,
}

impl Totals {
    /// Nothing yet, for `n` neurons. `tao_weight` as the chain stores it: `u64::MAX` is 1.0.
    #[must_use]
    pub fn new(n: usize, tao_weight: u64) -> Self {
        let tao_weight = tao_weight as f64 / u64::MAX as f64;
        Self {
            neurons: vec![NeuronTotals::default(); n],
            epochs: 0,
            unpaid: Unpaid::default(),
            counting_stake: vec![0.0; n],
            permits: None,
            tao_weight,
        }
    }

    /// Forgets what epochs paid. Permits stay, because the next epoch starts from them.
    pub fn clear(&mut self) {
        self.neurons.fill(NeuronTotals::default());
        self.epochs = 0;
        self.unpaid = Unpaid::default();
    }

    /// Stake of a neuron in one epoch as consensus weighs it, in rao.
    #[must_use]
    pub fn stake_rao(&self, record: &EpochRecord<'_>, uid: usize) -> f64 {
        let (alpha, tao) = (record.alpha_stake_rao[uid], record.tao_stake_rao[uid]);
        alpha as f64 + tao as f64 * self.tao_weight
    }

    /// Adds an epoch.
    pub fn add(&mut self, record: &EpochRecord<'_>) {
        self.epochs += 1;
        self.weigh(record);
        self.unpaid.add(record, &self.counting_stake);
        let miners_paid = record.output.server_emission.iter().any(|rao| *rao > 0);
        for uid in 0..self.neurons.len() {
            let stake_rao = self.stake_rao(record, uid);
            let neuron = &mut self.neurons[uid];
            neuron.server_emission_rao += u128::from(record.output.server_emission[uid]);
            neuron.validator_emission_rao += u128::from(record.output.validator_emission[uid]);
            if miners_paid {
                neuron.incentive += from_bits(record.output.incentive_bits[uid]);
            }
            if record.present[uid] {
                neuron.present_epochs += 1;
                neuron.stake_rao_epochs += stake_rao;
            }
            if record.quality[uid].is_finite() {
                neuron.quality += record.quality[uid];
                neuron.quality_epochs += 1;
            }
        }
    }

    /// Notes the stake that counts in an epoch and the permits it gives.
    fn weigh(&mut self, record: &EpochRecord<'_>) {
        let out = record.output;
        for (uid, stake) in self.counting_stake.iter_mut().enumerate() {
            let permitted = self.permits.as_ref().is_none_or(|permits| permits[uid]);
            let counts = out.active[uid] && permitted;
            *stake = if counts { f64::from(out.stake_weight[uid]) } else { 0.0 };
        }
        self.permits.get_or_insert_default().clone_from(&out.new_validator_permit);
    }
}

/// Sums of one group.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct GroupTotals {
    /// Emission of the group's role: miner emission of miners, validator emission of validators,
    /// in rao.
    pub emission_rao: u128,
    /// Stake summed over neurons and epochs, in rao.
    pub stake_rao_epochs: f64,
}

/// Totals seen through the groups of a run: where metrics come from.
pub struct Measures<'a> {
    info: &'a RunInfo,
    totals: &'a Totals,
    groups: Vec<GroupTotals>,
}

impl<'a> Measures<'a> {
    /// Sums the totals by group.
    #[must_use]
    pub fn new(info: &'a RunInfo, totals: &'a Totals) -> Self {
        let mut groups = vec![GroupTotals::default(); info.groups.len()];
        for (neuron, totals) in info.neurons.iter().zip(&totals.neurons) {
            let group = &mut groups[neuron.group];
            group.emission_rao += match info.groups[neuron.group].role {
                Role::Miner => totals.server_emission_rao,
                Role::Validator => totals.validator_emission_rao,
            };
            group.stake_rao_epochs += totals.stake_rao_epochs;
        }
        Self { info, totals, groups }
    }

    /// Sums of each group, in the order of [`RunInfo::groups`].
    #[must_use]
    pub fn groups(&self) -> &[GroupTotals] {
        &self.groups
    }

    /// uids of all miners that were on the subnet for at least one of the epochs.
    pub fn miners(&self) -> impl Iterator<Item = usize> + '_ {
        let neurons = self.info.neurons.iter().zip(&self.totals.neurons).enumerate();
        neurons
            .filter(|(_, (neuron, totals))| {
                self.info.groups[neuron.group].role == Role::Miner && totals.present_epochs > 0
            })
            .map(|(uid, _)| uid)
    }

    /// Miner emission of each of [`Self::miners`], in rao.
    #[must_use]
    pub fn miner_emission_rao(&self) -> Vec<f64> {
        self.miners().map(|uid| self.totals.neurons[uid].server_emission_rao as f64).collect()
    }

    /// Rank correlation of the miners' mean quality and mean incentive; `None` when no miner was
    /// paid.
    #[must_use]
    pub fn spearman(&self) -> Option<f64> {
        let of = |value: fn(&NeuronTotals) -> f64| -> Vec<f64> {
            self.miners().map(|uid| value(&self.totals.neurons[uid])).collect()
        };
        let paid = self.miners().any(|uid| self.totals.neurons[uid].server_emission_rao > 0);
        let (quality, incentive) = (NeuronTotals::mean_quality, NeuronTotals::mean_incentive);
        paid.then(|| metrics::spearman(&of(quality), &of(incentive))).flatten()
    }

    /// Part of its role's emission that a group gets.
    #[must_use]
    pub fn share(&self, group: usize) -> Option<f64> {
        let role = self.info.groups.get(group)?.role;
        let of_role = self.info.groups.iter().zip(&self.groups).filter(|(g, _)| g.role == role);
        let whole: u128 = of_role.map(|(_, totals)| totals.emission_rao).sum();
        metrics::share(self.groups[group].emission_rao as f64, whole as f64)
    }

    /// Part of all stake that a group holds.
    #[must_use]
    pub fn stake_share(&self, group: usize) -> Option<f64> {
        let whole: f64 = self.groups.iter().map(|totals| totals.stake_rao_epochs).sum();
        metrics::share(self.groups.get(group)?.stake_rao_epochs, whole)
    }

    /// Validator emission per stake of a group of validators, relative to that of all honest
    /// validators together. `None` for miners, and when nobody is honest.
    #[must_use]
    pub fn dividend_per_stake(&self, group: usize) -> Option<f64> {
        if self.info.groups.get(group)?.role != Role::Validator {
            return None;
        }
        let honest = |info: &subsim_sim::GroupInfo| info.role == Role::Validator && info.honest;
        let (mut emission, mut stake) = (0, 0.0);
        for (_, totals) in self.info.groups.iter().zip(&self.groups).filter(|(g, _)| honest(g)) {
            emission += totals.emission_rao;
            stake += totals.stake_rao_epochs;
        }
        let own = self.groups[group];
        let own_emission = own.emission_rao as f64;
        metrics::relative_dividend_per_stake(
            own_emission,
            own.stake_rao_epochs,
            emission as f64,
            stake,
        )
    }

    /// Value of a metric; `None` where it has no meaning, for instance a share of nothing.
    #[must_use]
    pub fn metric(&self, metric: &Metric) -> Option<f64> {
        let group = |name: &String| self.info.groups.iter().position(|group| group.name == *name);
        match metric {
            Metric::Gini => metrics::gini(&self.miner_emission_rao()),
            Metric::Herfindahl => metrics::herfindahl(&self.miner_emission_rao()),
            Metric::Nakamoto => metrics::nakamoto(&self.miner_emission_rao()).map(|n| n as f64),
            Metric::Spearman => self.spearman(),
            Metric::Share(name) => self.share(group(name)?),
            Metric::DividendPerStake(name) => self.dividend_per_stake(group(name)?),
        }
    }
}
