//! The history of an account: its balance, its stakes, and its calls.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::PolarsResult;
use serde::Serialize;

use super::table::Rows;
use super::{QueryError, Results};
use crate::chain::{BALANCES, CALLS, OK, STAKE};

/// Everything the results know of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountHistory {
    /// Its name; the coldkey and the hotkey of a neuron share theirs.
    pub name: String,
    /// Its group.
    pub group: String,
    /// Whether the run has a coldkey of this name.
    pub is_coldkey: bool,
    /// Whether the run has a hotkey of this name.
    pub is_hotkey: bool,
    /// What the coldkey held, at every block in which that was recorded, ascending.
    pub holdings: Vec<Holdings>,
    /// What is staked at the end to the hotkey, by whomever.
    pub staked_to_it: Vec<StakeLine>,
    /// Its calls and those about it, counted by what they are and what came of them.
    pub call_counts: Vec<CallCount>,
    /// Its calls and those about it, in order.
    pub calls: Vec<CallLine>,
}

/// What a coldkey holds at a block, as far as it was last recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holdings {
    /// The block.
    pub block: u64,
    /// Free TAO.
    pub free_rao: u64,
    /// Stakes above zero: TAO on root, alpha elsewhere.
    pub stakes: Vec<StakeLine>,
}

/// A stake.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct StakeLine {
    /// Number of the subnet.
    pub netuid: u16,
    /// Its name.
    pub subnet: String,
    /// The hotkey staked to.
    pub hotkey: String,
    /// The coldkey that owns it.
    pub coldkey: String,
    /// Amount in rao, of TAO on root, of alpha elsewhere.
    pub stake_rao: u64,
}

/// How often a call came to the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallCount {
    /// The call.
    pub call: String,
    /// `ok`, or the chain's name of the error.
    pub result: String,
    /// How often.
    pub count: u64,
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallLine {
    /// The block.
    pub block: u64,
    /// Who made it.
    pub origin: String,
    /// The call.
    pub call: String,
    /// The subnet it is about.
    pub netuid: Option<u16>,
    /// The hotkey it is about.
    pub hotkey: Option<String>,
    /// Whom something goes to.
    pub to: Option<String>,
    /// TAO it names.
    pub tao_rao: Option<u64>,
    /// Alpha it names.
    pub alpha_rao: Option<u64>,
    /// `ok`, or the chain's name of the error.
    pub result: String,
}

impl CallLine {
    /// Whether it was accepted.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.result == OK
    }
}

/// A look at all stakes on a subnet: its block, and whether it was the one at the end, which comes
/// after an epoch's of the same block.
type Look = (u64, bool);

/// What is read of the datasets before it is put in order.
#[derive(Default)]
struct Findings {
    group: Option<String>,
    is_coldkey: bool,
    is_hotkey: bool,
    names: BTreeSet<String>,
    /// Free TAO of the coldkey by block.
    free: BTreeMap<u64, u64>,
    /// Stakes of the coldkey by look and subnet; a subnet looked at without any has an empty list.
    stakes: BTreeMap<Look, BTreeMap<u16, Vec<StakeLine>>>,
    /// The latest look at each subnet, and the stakes on the hotkey then.
    on_hotkey: BTreeMap<u16, (Look, Vec<StakeLine>)>,
    call_counts: BTreeMap<(String, String), u64>,
    calls: Vec<CallLine>,
}

impl Findings {
    fn balances(&mut self, name: &str, rows: &Rows) -> PolarsResult<()> {
        let (blocks, accounts) = (rows.u64("block")?, rows.str("account")?);
        let (keys, groups) = (rows.str("key")?, rows.str("group")?);
        let free = rows.u64("free_rao")?;
        for row in 0..rows.len() {
            let Some(account) = accounts.get(row) else { continue };
            if account != name {
                if !self.names.contains(account) {
                    self.names.insert(account.to_owned());
                }
                continue;
            }
            self.group = groups.get(row).map(str::to_owned);
            if keys.get(row) == Some("hotkey") {
                self.is_hotkey = true;
                continue;
            }
            self.is_coldkey = true;
            if let (Some(block), Some(rao)) = (blocks.get(row), free.get(row)) {
                self.free.insert(block, rao);
            }
        }
        Ok(())
    }

    fn stakes(&mut self, name: &str, rows: &Rows) -> PolarsResult<()> {
        let (blocks, moments) = (rows.u64("block")?, rows.str("moment")?);
        let (netuids, subnets) = (rows.u16("netuid")?, rows.str("subnet")?);
        let (hotkeys, coldkeys) = (rows.str("hotkey")?, rows.str("coldkey")?);
        let amounts = rows.u64("stake_rao")?;
        for row in 0..rows.len() {
            let (Some(block), Some(netuid)) = (blocks.get(row), netuids.get(row)) else { continue };
            let look = (block, moments.get(row) == Some("end"));
            let of_coldkey = self.stakes.entry(look).or_default().entry(netuid).or_default();
            let on_hotkey = self.on_hotkey.entry(netuid).or_default();
            if on_hotkey.0 != look {
                *on_hotkey = (look, Vec::new());
            }
            let (hotkey, coldkey) = (hotkeys.get(row), coldkeys.get(row));
            if hotkey != Some(name) && coldkey != Some(name) {
                continue;
            }
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            let line = StakeLine {
                netuid,
                subnet: text(subnets.get(row)),
                hotkey: text(hotkey),
                coldkey: text(coldkey),
                stake_rao: amounts.get(row).unwrap_or(0),
            };
            if hotkey == Some(name) {
                on_hotkey.1.push(line.clone());
            }
            if coldkey == Some(name) {
                of_coldkey.push(line);
            }
        }
        Ok(())
    }

    fn calls(&mut self, name: &str, rows: &Rows) -> PolarsResult<()> {
        let (blocks, origins) = (rows.u64("block")?, rows.str("origin")?);
        let (calls, results) = (rows.str("call")?, rows.str("result")?);
        let (hotkeys, to) = (rows.str("hotkey")?, rows.str("to")?);
        let (netuids, tao) = (rows.u16("netuid")?, rows.u64("tao_rao")?);
        let alpha = rows.u64("alpha_rao")?;
        for row in 0..rows.len() {
            let parties = [origins.get(row), hotkeys.get(row), to.get(row)];
            if !parties.contains(&Some(name)) {
                continue;
            }
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            let (call, result) = (text(calls.get(row)), text(results.get(row)));
            *self.call_counts.entry((call.clone(), result.clone())).or_default() += 1;
            self.calls.push(CallLine {
                block: blocks.get(row).unwrap_or(0),
                origin: text(parties[0]),
                call,
                netuid: netuids.get(row),
                hotkey: parties[1].map(str::to_owned),
                to: parties[2].map(str::to_owned),
                tao_rao: tao.get(row),
                alpha_rao: alpha.get(row),
                result,
            });
        }
        Ok(())
    }

    /// What the coldkey held, whenever that is known to have changed.
    fn holdings(&mut self) -> Vec<Holdings> {
        // The look at the end is at all subnets, also at those on which nobody has stake any more.
        let netuids: BTreeSet<u16> = self.on_hotkey.keys().copied().collect();
        for (_, looked) in self.stakes.iter_mut().filter(|((_, is_end), _)| *is_end) {
            netuids.iter().for_each(|netuid| {
                looked.entry(*netuid).or_default();
            });
        }
        let blocks: BTreeSet<u64> =
            self.free.keys().chain(self.stakes.keys().map(|(block, _)| block)).copied().collect();
        let mut stakes: BTreeMap<u16, Vec<StakeLine>> = BTreeMap::new();
        let mut free_rao = 0;
        let mut holdings: Vec<Holdings> = Vec::new();
        for block in blocks {
            free_rao = self.free.get(&block).copied().unwrap_or(free_rao);
            for (_, looked) in self.stakes.range((block, false)..=(block, true)) {
                stakes.extend(looked.iter().map(|(netuid, lines)| (*netuid, lines.clone())));
            }
            let now: Vec<StakeLine> = stakes.values().flatten().cloned().collect();
            let same = |last: &Holdings| last.free_rao == free_rao && last.stakes == now;
            if !holdings.last().is_some_and(same) {
                holdings.push(Holdings { block, free_rao, stakes: now });
            }
        }
        holdings
    }
}

impl Results {
    /// Everything the results know of an account.
    ///
    /// # Errors
    /// When there is no account of that name, or a dataset cannot be read.
    pub fn account(&self, name: &str) -> Result<AccountHistory, QueryError> {
        let mut found = Findings::default();
        let columns = ["block", "account", "key", "group", "free_rao"];
        self.scan(BALANCES, &columns, |rows| found.balances(name, rows))?;
        let Some(group) = found.group.clone() else {
            let known: Vec<String> = found.names.into_iter().collect();
            return Err(Self::unknown_account(name, &known));
        };
        let columns = ["block", "moment", "netuid", "subnet", "hotkey", "coldkey", "stake_rao"];
        self.scan(STAKE, &columns, |rows| found.stakes(name, rows))?;
        let columns =
            ["block", "origin", "call", "netuid", "hotkey", "to", "tao_rao", "alpha_rao", "result"];
        self.scan(CALLS, &columns, |rows| found.calls(name, rows))?;
        let holdings = if found.is_coldkey { found.holdings() } else { Vec::new() };
        let counts = found.call_counts.into_iter();
        Ok(AccountHistory {
            name: name.to_owned(),
            group,
            is_coldkey: found.is_coldkey,
            is_hotkey: found.is_hotkey,
            holdings,
            staked_to_it: found.on_hotkey.into_values().flat_map(|(_, lines)| lines).collect(),
            call_counts: counts
                .map(|((call, result), count)| CallCount { call, result, count })
                .collect(),
            calls: found.calls,
        })
    }
}
