//! Metrics of a run of the chain, from its sums and from what people own at its start and end.

use std::collections::BTreeSet;

use subsim_sim::chain::{AccountId, NetUid, State};
use subsim_sim::scenario::ChainMetric;
use subsim_sim::{ChainGroup, Role};

use super::dataset::Names;
use super::totals::{GroupTotals, Totals};
use super::value::{RAO, price_tao, wealth_rao};
use crate::metrics;

/// What the coldkeys of a group own, in rao of TAO: see [`wealth_rao`].
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Holding {
    /// Number of coldkeys.
    pub(crate) coldkeys: usize,
    /// Before block 1.
    pub(crate) start_rao: f64,
    /// After the last block.
    pub(crate) end_rao: f64,
    /// Running costs in between.
    pub(crate) cost_rao: f64,
}

impl Holding {
    /// What was gained, costs taken off.
    pub(crate) fn profit_rao(&self) -> f64 {
        self.end_rao - self.start_rao - self.cost_rao
    }
}

/// What stands at the end of a run, beside the sums.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Ending {
    /// One per group.
    pub(crate) holdings: Vec<Holding>,
    /// TAO issued.
    pub(crate) issuance_rao: u64,
    /// TAO minted by the last block.
    pub(crate) block_emission_rao: u64,
    /// Price of each existing subnet.
    pub(crate) prices_tao: Vec<(NetUid, f64)>,
}

impl Ending {
    /// Looks at the last state; `wealth_at_start` is by account and may be shorter than the list
    /// of accounts, `blocks` have run.
    pub(crate) fn of(
        state: &State,
        names: &Names,
        wealth_at_start: &[f64],
        block_emission_rao: u64,
        blocks: u64,
    ) -> Self {
        let wealth = wealth_rao(state);
        let sum = |coldkeys: &BTreeSet<AccountId>, wealth: &[f64]| {
            let of = |id: &AccountId| wealth.get(id.index()).copied().unwrap_or(0.0);
            coldkeys.iter().map(of).sum::<f64>()
        };
        let cost = |group: &ChainGroup| group.cost_rao_per_block * blocks as f64;
        let holdings = names.groups.iter().zip(coldkeys_by_group(state, names));
        let holding = |(group, coldkeys): (&ChainGroup, BTreeSet<AccountId>)| Holding {
            coldkeys: coldkeys.len(),
            start_rao: sum(&coldkeys, wealth_at_start),
            end_rao: sum(&coldkeys, &wealth),
            cost_rao: cost(group),
        };
        let subnets = state.subnets.iter().flatten();
        Self {
            holdings: holdings.map(holding).collect(),
            issuance_rao: state.total_issuance_rao,
            block_emission_rao,
            prices_tao: subnets.map(|subnet| (subnet.netuid, price_tao(subnet))).collect(),
        }
    }
}

/// The coldkeys of each group: its own, and those that own its hotkeys.
fn coldkeys_by_group(state: &State, names: &Names) -> Vec<BTreeSet<AccountId>> {
    let mut coldkeys = vec![BTreeSet::new(); names.groups.len()];
    for (index, is_hotkey) in names.directory.is_hotkey.iter().enumerate() {
        let id = AccountId(index as u32);
        let owner = state.accounts.get(index).and_then(|account| account.owner);
        let coldkey = if *is_hotkey { owner } else { Some(id) };
        if let (Some(coldkey), Some(set)) = (coldkey, coldkeys.get_mut(names.group_of(id))) {
            set.insert(coldkey);
        }
    }
    coldkeys
}

/// Where metrics come from.
pub(crate) struct ChainMeasures<'a> {
    pub(crate) names: &'a Names,
    pub(crate) totals: &'a Totals,
    pub(crate) ending: &'a Ending,
}

impl ChainMeasures<'_> {
    fn group(&self, name: &str) -> Option<usize> {
        self.names.groups.iter().position(|group| group.name == name)
    }

    /// Sum over the groups that are like one.
    fn over<T: std::iter::Sum>(
        &self,
        is_like: impl Fn(&ChainGroup) -> bool,
        value: impl Fn(&GroupTotals) -> T,
    ) -> T {
        let groups = self.names.groups.iter().zip(&self.totals.groups);
        groups.filter(|(group, _)| is_like(group)).map(|(_, totals)| value(totals)).sum()
    }

    /// Part of a group in what its role got on its subnet, by whomever.
    pub(crate) fn share(&self, group: usize) -> Option<f64> {
        let ChainGroup { role, netuid, .. } = self.names.groups.get(group)?;
        let receivers = self.totals.subnets.get(&(*netuid)?)?.receivers;
        let whole = match (*role)? {
            Role::Miner => receivers.miners_rao,
            Role::Validator => receivers.validators_rao,
        };
        metrics::share(self.totals.groups[group].emission_rao as f64, whole as f64)
    }

    /// Dividends per stake of a group of validators, over those of the honest ones on its subnet.
    pub(crate) fn dividend_per_stake(&self, group: usize) -> Option<f64> {
        let ChainGroup { role, netuid, .. } = self.names.groups.get(group)?;
        if *role != Some(Role::Validator) {
            return None;
        }
        let honest = |other: &ChainGroup| {
            other.role == Some(Role::Validator) && other.honest && other.netuid == *netuid
        };
        let own = &self.totals.groups[group];
        metrics::relative_dividend_per_stake(
            own.emission_rao as f64,
            own.stake_rao_epochs,
            self.over(honest, |totals| totals.emission_rao) as f64,
            self.over(honest, |totals| totals.stake_rao_epochs),
        )
    }

    /// Emission of every miner that had a uid at an epoch, in rao of TAO.
    pub(crate) fn miner_emission(&self) -> Vec<f64> {
        self.totals.miners.values().map(|miner| miner.emission_tao_rao).collect()
    }

    /// Rank correlation of the miners' mean quality and mean emission; `None` when none was paid.
    pub(crate) fn spearman(&self) -> Option<f64> {
        let miners = || self.totals.miners.values();
        let quality: Vec<f64> = miners().map(|miner| miner.mean_quality()).collect();
        let emission: Vec<f64> = miners().map(|miner| miner.mean_emission()).collect();
        let paid = emission.iter().any(|rao| *rao > 0.0);
        paid.then(|| metrics::spearman(&quality, &emission)).flatten()
    }

    /// Part of a subnet in all TAO that emission put into subnets.
    pub(crate) fn emission_share(&self, netuid: NetUid) -> Option<f64> {
        let emitted = |netuid: &NetUid| {
            self.totals.subnets.get(netuid).map_or(0, |totals| totals.tao_emitted_rao)
        };
        let whole: u128 = self.totals.subnets.keys().map(emitted).sum();
        metrics::share(emitted(&netuid) as f64, whole as f64)
    }

    /// Price of a subnet at the end; `None` when it is gone.
    pub(crate) fn price_tao(&self, netuid: NetUid) -> Option<f64> {
        let prices = &self.ending.prices_tao;
        prices.iter().find(|(other, _)| *other == netuid).map(|(_, price)| *price)
    }

    /// Value of a metric; `None` where it has no meaning, for instance a share of nothing.
    pub(crate) fn metric(&self, metric: &ChainMetric) -> Option<f64> {
        let of_group = |name: &str, value: fn(&GroupTotals) -> u64| {
            Some(value(&self.totals.groups[self.group(name)?]) as f64)
        };
        match metric {
            ChainMetric::Gini => metrics::gini(&self.miner_emission()),
            ChainMetric::Spearman => self.spearman(),
            ChainMetric::Share(name) => self.share(self.group(name)?),
            ChainMetric::DividendPerStake(name) => self.dividend_per_stake(self.group(name)?),
            ChainMetric::ProfitTao(name) => {
                let holding = self.ending.holdings.get(self.group(name)?)?;
                Some(holding.profit_rao() / RAO)
            }
            ChainMetric::Registrations(name) => of_group(name, |totals| totals.registrations),
            ChainMetric::Prunings(name) => of_group(name, |totals| totals.prunings),
            ChainMetric::PriceTao(name) => self.price_tao(self.names.netuid(name)?),
            ChainMetric::EmissionShare(name) => self.emission_share(self.names.netuid(name)?),
            ChainMetric::IssuanceTao => Some(self.ending.issuance_rao as f64 / RAO),
            ChainMetric::BlockEmissionTao => Some(self.ending.block_emission_rao as f64 / RAO),
            ChainMetric::RefusedCalls => Some(self.totals.refused as f64),
            ChainMetric::Halvings => Some(self.totals.halvings as f64),
        }
    }
}
