//! The history of a uid: who held it when, what they earned, and how it ended.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::PolarsResult;
use serde::Serialize;

use super::table::Rows;
use super::{QueryError, Results};
use crate::NEURONS;
use crate::chain::EVENTS;
use crate::summary::rounded;

/// Everything the results know of a uid.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NeuronHistory {
    /// Number of the subnet.
    pub netuid: u16,
    /// Its name.
    pub subnet: String,
    /// The uid.
    pub uid: u16,
    /// Who held it, in order.
    pub tenures: Vec<Tenure>,
}

/// The time that a hotkey held a uid.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Tenure {
    /// The hotkey.
    pub hotkey: String,
    /// Its group; `None` when no epoch saw it.
    pub group: Option<String>,
    /// Block of its registration; 0 for who was there at the start.
    pub registered_at_block: u64,
    /// What the registration cost; `None` for who was there at the start.
    pub paid_rao: Option<u64>,
    /// Block in which it lost the uid; `None` when it held it to the end.
    pub pruned_at_block: Option<u64>,
    /// Who got the uid after it.
    pub pruned_for: Option<String>,
    /// Epochs that saw it.
    pub epochs: u64,
    /// Incentive, in rao of alpha.
    pub incentive_rao: u128,
    /// Dividends, its stakers' included, in rao of alpha.
    pub dividend_rao: u128,
    /// Epochs that left it a validator permit.
    pub permit_epochs: u64,
    /// Mean quality; `None` for who is no miner.
    #[serde(serialize_with = "rounded")]
    pub quality: Option<f64>,
    #[serde(skip)]
    quality_epochs: u64,
}

/// What is read of the datasets.
#[derive(Default)]
struct Findings {
    /// Subnets with neurons.
    subnets: BTreeMap<u16, String>,
    /// The subnet asked for.
    asked: Option<u16>,
    highest: Option<u16>,
    /// By block of registration and hotkey.
    tenures: BTreeMap<(u64, String), Tenure>,
}

impl Findings {
    fn tenure(&mut self, hotkey: &str, registered_at_block: u64) -> &mut Tenure {
        let key = (registered_at_block, hotkey.to_owned());
        self.tenures.entry(key).or_insert_with(|| Tenure {
            hotkey: hotkey.to_owned(),
            registered_at_block,
            ..Tenure::default()
        })
    }

    fn neurons(&mut self, subnet: &str, uid: u16, rows: &Rows) -> PolarsResult<()> {
        let (netuids, subnets) = (rows.u16("netuid")?, rows.str("subnet")?);
        let (uids, hotkeys, groups) = (rows.u16("uid")?, rows.str("hotkey")?, rows.str("group")?);
        let registered = rows.u64("registered_at_block")?;
        let (incentives, dividends) = (rows.u64("incentive_rao")?, rows.u64("dividend_rao")?);
        let (permits, qualities) = (rows.bool("validator_permit")?, rows.f64("quality")?);
        for row in 0..rows.len() {
            let (Some(netuid), Some(of)) = (netuids.get(row), uids.get(row)) else { continue };
            let asked = &mut self.asked;
            self.subnets.entry(netuid).or_insert_with(|| {
                let name = subnets.get(row).unwrap_or_default();
                if name == subnet || netuid.to_string() == subnet {
                    *asked = Some(netuid);
                }
                name.to_owned()
            });
            if self.asked != Some(netuid) {
                continue;
            }
            self.highest = self.highest.max(Some(of));
            if of != uid {
                continue;
            }
            let hotkey = hotkeys.get(row).unwrap_or_default();
            let tenure = self.tenure(hotkey, registered.get(row).unwrap_or(0));
            tenure.group = groups.get(row).map(str::to_owned);
            tenure.epochs += 1;
            tenure.incentive_rao += u128::from(incentives.get(row).unwrap_or(0));
            tenure.dividend_rao += u128::from(dividends.get(row).unwrap_or(0));
            tenure.permit_epochs += u64::from(permits.get(row) == Some(true));
            if let Some(quality) = qualities.get(row) {
                let (sum, epochs) = (tenure.quality.unwrap_or(0.0), tenure.quality_epochs as f64);
                tenure.quality = Some((sum * epochs + quality) / (epochs + 1.0));
                tenure.quality_epochs += 1;
            }
        }
        Ok(())
    }

    fn events(&mut self, uid: u16, rows: &Rows) -> PolarsResult<()> {
        let (blocks, kinds) = (rows.u64("block")?, rows.str("kind")?);
        let (netuids, uids) = (rows.u16("netuid")?, rows.u16("uid")?);
        let (accounts, amounts) = (rows.str("account")?, rows.u64("rao")?);
        for row in 0..rows.len() {
            if netuids.get(row) != self.asked || uids.get(row) != Some(uid) {
                continue;
            }
            let (Some(block), Some(account)) = (blocks.get(row), accounts.get(row)) else {
                continue;
            };
            match kinds.get(row) {
                Some("registered") => {
                    self.tenure(account, block).paid_rao = amounts.get(row);
                    let before = |tenure: &&mut Tenure| tenure.pruned_at_block == Some(block);
                    if let Some(tenure) = self.tenures.values_mut().find(before) {
                        tenure.pruned_for = Some(account.to_owned());
                    }
                }
                Some("pruned") => {
                    let mut held = self.tenures.range_mut(..(block, String::new())).rev();
                    let held = held.find(|((_, hotkey), _)| hotkey == account);
                    let began = held.map_or(0, |((began, _), _)| *began);
                    // Who was there at the start and is pruned before an epoch has no row yet.
                    self.tenure(account, began).pruned_at_block = Some(block);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Results {
    /// Everything the results know of a uid on a subnet, which is named or given by number.
    ///
    /// # Errors
    /// When there is no such subnet, nobody ever had the uid, or a dataset cannot be read.
    pub fn neuron(&self, subnet: &str, uid: u16) -> Result<NeuronHistory, QueryError> {
        let mut found = Findings::default();
        let columns = [
            "netuid",
            "subnet",
            "uid",
            "hotkey",
            "group",
            "registered_at_block",
            "incentive_rao",
            "dividend_rao",
            "validator_permit",
            "quality",
        ];
        self.scan(NEURONS, &columns, |rows| found.neurons(subnet, uid, rows))?;
        let Some(netuid) = found.asked else {
            let known: BTreeSet<String> = found.subnets.into_values().collect();
            let known = known.into_iter().map(|name| format!("\"{name}\"")).collect();
            return Err(QueryError::UnknownSubnet { name: subnet.to_owned(), known });
        };
        let columns = ["block", "kind", "netuid", "uid", "account", "rao"];
        self.scan(EVENTS, &columns, |rows| found.events(uid, rows))?;
        let subnet = found.subnets.remove(&netuid).unwrap_or_default();
        if found.tenures.is_empty() {
            let highest = found.highest.unwrap_or(0);
            return Err(QueryError::UnknownUid { uid, subnet, highest });
        }
        let tenures = found.tenures.into_values().collect();
        Ok(NeuronHistory { netuid, subnet, uid, tenures })
    }
}
