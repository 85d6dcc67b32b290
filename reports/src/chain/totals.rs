//! Sums over a run of the chain: by group, by subnet and by hotkey. All that its metrics need, in
//! memory that does not grow with the number of blocks.

use std::collections::BTreeMap;

use subsim_sim::chain::{AccountId, NetUid, ROOT, RecycleOrBurn, State, Subnet};
use subsim_sim::{ChainEpochRecord, ChainHappening, Role};

use super::dataset::Names;
use super::value::price_tao;

/// Sums of one group of keys.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct GroupTotals {
    /// Incentive of miners, dividends of validators, both of the rest; rao of alpha.
    pub(crate) emission_rao: u128,
    /// The same at the pool's price of each epoch, in rao of TAO.
    pub(crate) emission_tao_rao: f64,
    /// Stake on validators' hotkeys as consensus weighs it, without what the epoch just paid;
    /// summed over epochs.
    pub(crate) stake_rao_epochs: f64,
    /// Accepted registrations of its hotkeys.
    pub(crate) registrations: u64,
    /// How often a hotkey of it lost its uid.
    pub(crate) prunings: u64,
}

/// Who gets the alpha of an epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Receivers {
    /// Miners' incentive.
    pub(crate) miners_rao: u128,
    /// Dividends of validators and of those who stake to them.
    pub(crate) validators_rao: u128,
    /// Stakers on root.
    pub(crate) root_rao: u128,
    /// The owner's cut.
    pub(crate) owner_rao: u128,
    /// Incentive of the owner's own hotkeys, burned.
    pub(crate) burned_rao: u128,
    /// Incentive of the owner's own hotkeys, recycled.
    pub(crate) recycled_rao: u128,
}

impl Receivers {
    /// Names of all receivers, in the order of [`Self::amounts`].
    pub(crate) const NAMES: [&'static str; 6] =
        ["miners", "validators", "root stakers", "owner's cut", "burned", "recycled"];

    /// What each receiver got, in rao.
    pub(crate) fn amounts(&self) -> [u128; 6] {
        [
            self.miners_rao,
            self.validators_rao,
            self.root_rao,
            self.owner_rao,
            self.burned_rao,
            self.recycled_rao,
        ]
    }

    /// What an epoch paid. Root's part counts as pending had it, the rest as neurons got it.
    pub(crate) fn of(record: &ChainEpochRecord<'_>, subnet: &Subnet) -> Self {
        let mut receivers = Self {
            validators_rao: record.dividend_rao.iter().map(|rao| u128::from(*rao)).sum(),
            root_rao: record.pending.root_alpha_rao.into(),
            ..Self::default()
        };
        if subnet.hyper.owner.is_some() && subnet.hyper.owner_hotkey.is_some() {
            receivers.owner_rao = record.pending.owner_cut_rao.into();
        }
        let recycles = subnet.hyper.recycle_or_burn == Some(RecycleOrBurn::Recycle);
        for (hotkey, rao) in record.hotkeys.iter().zip(record.incentive_rao) {
            let sum = match is_owners(record.state, subnet, *hotkey) {
                false => &mut receivers.miners_rao,
                true if recycles => &mut receivers.recycled_rao,
                true => &mut receivers.burned_rao,
            };
            *sum += u128::from(*rao);
        }
        receivers
    }

    fn add(&mut self, other: &Self) {
        self.miners_rao += other.miners_rao;
        self.validators_rao += other.validators_rao;
        self.root_rao += other.root_rao;
        self.owner_rao += other.owner_rao;
        self.burned_rao += other.burned_rao;
        self.recycled_rao += other.recycled_rao;
    }
}

/// Whether what a hotkey earns as a miner is withheld, because it belongs to the subnet's owner.
fn is_owners(state: &State, subnet: &Subnet, hotkey: AccountId) -> bool {
    let owner = subnet.hyper.owner;
    subnet.hyper.owner_hotkey == Some(hotkey)
        || (owner.is_some() && state.account(hotkey).owner == owner)
}

/// Sums of one subnet.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct SubnetTotals {
    /// Epochs that paid out.
    pub(crate) epochs: u64,
    /// Block of the latest of them.
    pub(crate) last_epoch_block: u64,
    /// Who got what.
    pub(crate) receivers: Receivers,
    /// TAO that emission put into it.
    pub(crate) tao_emitted_rao: u128,
    /// Epochs that were put off by a block.
    pub(crate) deferrals: u64,
}

/// Sums of one hotkey as a miner.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct MinerTotals {
    /// Incentive at the pool's price of each epoch, in rao of TAO.
    pub(crate) emission_tao_rao: f64,
    /// Epochs in which it had a uid.
    pub(crate) epochs: u64,
    quality: f64,
    quality_epochs: u64,
}

impl MinerTotals {
    /// Mean quality, NaN without one.
    pub(crate) fn mean_quality(&self) -> f64 {
        if self.quality_epochs == 0 { f64::NAN } else { self.quality / self.quality_epochs as f64 }
    }

    /// Mean emission of an epoch.
    pub(crate) fn mean_emission(&self) -> f64 {
        if self.epochs == 0 { 0.0 } else { self.emission_tao_rao / self.epochs as f64 }
    }
}

/// All sums.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Totals {
    pub(crate) groups: Vec<GroupTotals>,
    pub(crate) subnets: BTreeMap<NetUid, SubnetTotals>,
    pub(crate) miners: BTreeMap<AccountId, MinerTotals>,
    pub(crate) epochs: u64,
    pub(crate) calls: u64,
    pub(crate) refused: u64,
    pub(crate) halvings: u64,
}

impl Totals {
    pub(crate) fn new(groups: usize) -> Self {
        Self { groups: vec![GroupTotals::default(); groups], ..Self::default() }
    }

    /// Adds an epoch; answers who got what in it.
    pub(crate) fn epoch(&mut self, record: &ChainEpochRecord<'_>, names: &Names) -> Receivers {
        let Some(subnet) = record.state.subnet(record.netuid) else { return Receivers::default() };
        let receivers = Receivers::of(record, subnet);
        self.epochs += 1;
        let totals = self.subnets.entry(record.netuid).or_default();
        totals.epochs += 1;
        totals.last_epoch_block = record.state.block;
        totals.receivers.add(&receivers);
        let price = price_tao(subnet);
        for (uid, hotkey) in record.hotkeys.iter().enumerate() {
            self.neuron(record, subnet, names, (uid, *hotkey), price);
        }
        receivers
    }

    /// Adds what a neuron got from an epoch; alpha counts at `price`.
    fn neuron(
        &mut self,
        record: &ChainEpochRecord<'_>,
        subnet: &Subnet,
        names: &Names,
        (uid, hotkey): (usize, AccountId),
        price: f64,
    ) {
        let amount = |rao: &[u64]| rao.get(uid).copied().unwrap_or(0);
        let withheld = is_owners(record.state, subnet, hotkey);
        let incentive_rao = if withheld { 0 } else { amount(record.incentive_rao) };
        let dividend_rao = amount(record.dividend_rao);
        let role = names.role(hotkey);
        let group = &mut self.groups[names.group_of(hotkey)];
        let emission_rao = match role {
            Some(Role::Miner) => incentive_rao,
            Some(Role::Validator) => dividend_rao,
            None => incentive_rao.saturating_add(dividend_rao),
        };
        group.emission_rao += u128::from(emission_rao);
        group.emission_tao_rao += emission_rao as f64 * price;
        if role == Some(Role::Validator) {
            let tao_weight = record.state.globals.tao_weight as f64 / u64::MAX as f64;
            let alpha_rao = subnet.hotkey_alpha_rao(hotkey).saturating_sub(dividend_rao);
            let root_rao = record.state.hotkey_stake_rao(hotkey, ROOT);
            group.stake_rao_epochs += alpha_rao as f64 + root_rao as f64 * tao_weight;
        } else if role == Some(Role::Miner) {
            let miner = self.miners.entry(hotkey).or_default();
            miner.emission_tao_rao += incentive_rao as f64 * price;
            miner.epochs += 1;
            let quality = record.quality.get(uid).copied().unwrap_or(f64::NAN);
            if quality.is_finite() {
                miner.quality += quality;
                miner.quality_epochs += 1;
            }
        }
    }

    /// Counts a happening.
    pub(crate) fn happening(&mut self, happening: &ChainHappening, names: &Names) {
        let mut group = happening.account.map(|id| &mut self.groups[names.group_of(id)]);
        match (happening.kind, &mut group) {
            ("registered", Some(group)) => group.registrations += 1,
            ("pruned", Some(group)) => group.prunings += 1,
            ("halving", _) => self.halvings += 1,
            ("deferred", _) => {
                if let Some(netuid) = happening.netuid {
                    self.subnets.entry(netuid).or_default().deferrals += 1;
                }
            }
            _ => {}
        }
    }

    /// Counts a recorded block; `tao_emitted_rao` is by netuid, since the run began.
    pub(crate) fn block(&mut self, tao_emitted_rao: &[u128], calls: u64, refused: u64) {
        self.calls += calls;
        self.refused += refused;
        for (netuid, rao) in tao_emitted_rao.iter().enumerate().filter(|(_, rao)| **rao > 0) {
            self.subnets.entry(netuid as NetUid).or_default().tao_emitted_rao = *rao;
        }
    }
}
