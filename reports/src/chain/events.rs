//! `events.parquet`: one row per happening.

use polars::prelude::Column;
use subsim_sim::ChainHappening;
use subsim_sim::chain::AccountId;

use super::dataset::{Names, Rows};
use crate::sink::{maybe_strings, maybe_u16s, maybe_u64s, strings, u64s};

/// Name of the dataset.
pub const EVENTS: &str = "events.parquet";

/// Buffered rows.
#[derive(Default)]
pub(crate) struct EventRows {
    block: Vec<u64>,
    kind: Vec<&'static str>,
    netuid: Vec<Option<u16>>,
    uid: Vec<Option<u16>>,
    account: Vec<Option<AccountId>>,
    rao: Vec<Option<u64>>,
    text: Vec<String>,
}

impl EventRows {
    pub(crate) fn push(&mut self, happening: &ChainHappening) {
        self.block.push(happening.block);
        self.kind.push(happening.kind);
        self.netuid.push(happening.netuid);
        self.uid.push(happening.uid);
        self.account.push(happening.account);
        self.rao.push(happening.rao);
        self.text.push(happening.text.clone());
    }
}

impl Rows for EventRows {
    const FILE: &'static str = EVENTS;

    fn len(&self) -> usize {
        self.block.len()
    }

    fn take(&mut self, names: &Names) -> Vec<Column> {
        let kinds = strings("kind", self.kind.drain(..));
        let accounts = self.account.drain(..).map(|id| id.map(|id| names.account(id)));
        let accounts = maybe_strings("account", accounts);
        vec![
            u64s("block", &mut self.block),
            kinds,
            maybe_u16s("netuid", &mut self.netuid),
            maybe_u16s("uid", &mut self.uid),
            accounts,
            maybe_u64s("rao", &mut self.rao),
            strings("text", self.text.drain(..)),
        ]
    }
}
