//! Where every rao of a block went, in words: the movements of TAO and of each alpha, by the place
//! they came from, and what they changed.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
use subsim_sim::BlockFlows;
use subsim_sim::amounts::{exact_tokens, grouped};
use subsim_sim::chain::{AccountId, Asset, Flow, NetUid, Origin, PendingFor, Place, ROOT};

/// The movements of a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Name of the scenario.
    pub scenario: String,
    /// The block.
    pub block: u64,
    /// TAO that the block could mint, in rao.
    pub minted_rao: u64,
    /// Calls of the block, in their order.
    pub calls: Vec<CallOutcome>,
    /// TAO, then each alpha that moved.
    pub assets: Vec<AssetFlows>,
}

/// A call of the block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallOutcome {
    /// Who made it.
    pub origin: String,
    /// The call.
    pub call: &'static str,
    /// `ok`, or the chain's name of the error; then nothing moved.
    pub result: &'static str,
}

/// The movements of one kind of token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AssetFlows {
    /// `TAO`, or `alpha of <subnet>`.
    pub asset: String,
    /// Movements, in the order they happened.
    pub movements: Vec<Movement>,
    /// What came out of nothing, in rao.
    pub created_rao: u128,
    /// What each place got, less what it gave, in rao: adds up to what was created.
    pub changes: Vec<Change>,
}

/// One movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Movement {
    /// `None` for the chain's own step, else the place of the call among [`Explanation::calls`].
    pub call: Option<usize>,
    /// Where it came from.
    pub from: String,
    /// Where it went.
    pub to: String,
    /// How much, in rao.
    pub rao: u64,
    /// Why.
    pub reason: &'static str,
}

/// What became of a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The place.
    pub place: String,
    /// What it got, less what it gave, in rao.
    pub rao: i128,
}

/// Says places and assets in words.
struct Words<'a>(&'a BlockFlows);

impl Words<'_> {
    fn account(&self, id: AccountId) -> String {
        let names = &self.0.directory.names;
        names.get(id.index()).cloned().unwrap_or_else(|| format!("account-{}", id.0))
    }

    fn subnet(&self, netuid: NetUid) -> String {
        if netuid == ROOT {
            return "root".to_owned();
        }
        let name = self.0.subnets.get(usize::from(netuid) - 1);
        name.cloned().unwrap_or_else(|| format!("subnet-{netuid}"))
    }

    fn asset(&self, asset: Asset) -> String {
        match asset {
            Asset::Tao => "TAO".to_owned(),
            Asset::Alpha(ROOT) => "stake on root".to_owned(),
            Asset::Alpha(netuid) => format!("alpha of {}", self.subnet(netuid)),
        }
    }

    fn place(&self, place: Place) -> String {
        match place {
            Place::Emission => "emission".to_owned(),
            Place::Account(id) => format!("balance of {}", self.account(id)),
            Place::Pot(netuid) => format!("account of {}'s pool, beside it", self.subnet(netuid)),
            Place::PoolReserve(netuid) => format!("pool of {}", self.subnet(netuid)),
            Place::Pending(PendingFor::Server) => "pending for miners".to_owned(),
            Place::Pending(PendingFor::Validator) => "pending for validators".to_owned(),
            Place::Pending(PendingFor::Root) => "pending for root stakers".to_owned(),
            Place::Pending(PendingFor::Owner) => "pending for the owner".to_owned(),
            Place::Stake { hotkey, coldkey: None } => {
                format!("all who stake on {}", self.account(hotkey))
            }
            Place::Stake { hotkey, coldkey: Some(coldkey) } => {
                format!("stake of {} on {}", self.account(coldkey), self.account(hotkey))
            }
            Place::Protocol => "bought by the protocol".to_owned(),
            Place::Burned => "burned".to_owned(),
            Place::Recycled => "recycled".to_owned(),
            Place::Claimable { hotkey } => {
                format!("claimable by root stakers of {}", self.account(hotkey))
            }
            Place::Rounding => "cut off in rounding".to_owned(),
            Place::Unpaid => "payable to nobody".to_owned(),
            Place::Fees => "fees without a receiver".to_owned(),
            Place::Dust => "dust of closed accounts".to_owned(),
            Place::Dissolved => "gone with the subnet".to_owned(),
        }
    }
}

impl Explanation {
    /// Puts the movements of a block into words.
    #[must_use]
    pub fn new(scenario: &str, flows: &BlockFlows) -> Self {
        let words = Words(flows);
        let mut by_asset: BTreeMap<Asset, Vec<(Option<usize>, Flow)>> = BTreeMap::new();
        let of_calls = flows.calls.iter().enumerate();
        let of_calls =
            of_calls.flat_map(|(at, call)| call.flows.iter().map(move |f| (Some(at), f)));
        for (call, flow) in flows.own.iter().map(|flow| (None, flow)).chain(of_calls) {
            by_asset.entry(flow.asset).or_default().push((call, *flow));
        }
        let call = |call: &subsim_sim::ExplainedCall| CallOutcome {
            origin: match call.origin {
                Origin::Signed(account) => words.account(account),
                Origin::Root => "governance".to_owned(),
            },
            call: call.call.name(),
            result: call.error.map_or(super::OK, subsim_sim::chain::CallError::name),
        };
        let asset = |(asset, flows): (Asset, Vec<_>)| AssetFlows::new(&words, asset, &flows);
        Self {
            scenario: scenario.to_owned(),
            block: flows.block,
            minted_rao: flows.minted_rao,
            calls: flows.calls.iter().map(call).collect(),
            assets: by_asset.into_iter().map(asset).collect(),
        }
    }

    /// As a text for a terminal.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "Block {} of {}: {} TAO could be minted, {} made\n",
            grouped(&self.block.to_string()),
            self.scenario,
            exact_tokens(self.minted_rao),
            match self.calls.len() {
                1 => "1 call was".to_owned(),
                count => format!("{} calls were", grouped(&count.to_string())),
            },
        );
        let created = self.assets.iter().find(|asset| asset.asset == "TAO");
        let created = created.map_or(0, |asset| asset.created_rao);
        let rest = u128::from(self.minted_rao).saturating_sub(created);
        if rest > 0 {
            let rest = grouped(&rest.to_string());
            let why = "cut off in sharing it out, or there was nobody to have it";
            line(&mut text, format_args!("{rest} rao of that were not minted: {why}"));
        }
        for call in self.calls.iter().filter(|call| call.result != super::OK) {
            let CallOutcome { origin, call, result } = call;
            line(
                &mut text,
                format_args!("refused, so that nothing moved: {origin} {call}: {result}"),
            );
        }
        for asset in &self.assets {
            text.push('\n');
            asset.write(&mut text, &self.calls);
        }
        let sums: Vec<String> = self.assets.iter().map(AssetFlows::sum).collect();
        text.push('\n');
        sums.iter().for_each(|sum| line(&mut text, format_args!("{sum}")));
        line(
            &mut text,
            format_args!(
                "Every movement is accounted for: at every place they add up to the change of the \
                 state, to the rao."
            ),
        );
        text
    }
}

/// Writing to a string cannot fail.
fn line(text: &mut String, what: std::fmt::Arguments<'_>) {
    let _ = writeln!(text, "{what}");
}

/// An amount in rao and in tokens, in columns.
fn amounts(rao: u128, sign: &str) -> String {
    let in_rao = format!("{sign}{}", grouped(&rao.to_string()));
    format!("{in_rao:>26} rao  {:>20}", format!("{sign}{}", exact_tokens(rao)))
}

fn signed(rao: i128) -> String {
    amounts(rao.unsigned_abs(), if rao < 0 { "-" } else { "+" })
}

impl AssetFlows {
    fn new(words: &Words<'_>, asset: Asset, flows: &[(Option<usize>, Flow)]) -> Self {
        let mut changes: BTreeMap<Place, i128> = BTreeMap::new();
        for (_, flow) in flows {
            *changes.entry(flow.from).or_default() -= i128::from(flow.rao);
            *changes.entry(flow.to).or_default() += i128::from(flow.rao);
        }
        let created = changes.remove(&Place::Emission).unwrap_or(0);
        let movement = |(call, flow): &(Option<usize>, Flow)| Movement {
            call: *call,
            from: words.place(flow.from),
            to: words.place(flow.to),
            rao: flow.rao,
            reason: flow.reason,
        };
        let changed = changes.into_iter().filter(|(_, rao)| *rao != 0);
        Self {
            asset: words.asset(asset),
            movements: flows.iter().map(movement).collect(),
            created_rao: created.unsigned_abs(),
            changes: changed
                .map(|(place, rao)| Change { place: words.place(place), rao })
                .collect(),
        }
    }

    fn write(&self, text: &mut String, calls: &[CallOutcome]) {
        line(text, format_args!("{}", self.asset));
        // By step and source, in the order of their first movements.
        let mut sources: Vec<(Option<usize>, &str)> = Vec::new();
        for movement in &self.movements {
            let source = (movement.call, movement.from.as_str());
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        let mut step = None;
        let length = |text: &String| text.chars().count();
        // A source stands two letters further right than what comes from it.
        let movements = self.movements.iter().map(|m| length(&m.to).max(length(&m.from) + 2));
        let changes = self.changes.iter().map(|change| length(&change.place));
        let width = movements.chain(changes).max().unwrap_or(0);
        for (call, from) in sources {
            if step != Some(call) {
                step = Some(call);
                let title = match call.and_then(|at| calls.get(at)) {
                    None => "the chain's own step".to_owned(),
                    Some(CallOutcome { origin, call, .. }) => format!("{origin} {call}"),
                };
                line(text, format_args!("  {title}"));
            }
            self.write_source(text, call, from, width);
        }
        line(text, format_args!("  what this changes"));
        for Change { place, rao } in &self.changes {
            line(text, format_args!("       {place:<width$} {}", signed(*rao)));
        }
    }

    fn write_source(&self, text: &mut String, call: Option<usize>, from: &str, width: usize) {
        let of_source: Vec<&Movement> =
            self.movements.iter().filter(|m| m.call == call && m.from == from).collect();
        let sum: u128 = of_source.iter().map(|movement| u128::from(movement.rao)).sum();
        line(
            text,
            format_args!("    {:<1$} {2}", format!("from {from}"), width + 3, amounts(sum, "")),
        );
        for (index, Movement { to, rao, reason, .. }) in of_source.iter().enumerate() {
            let branch = if index + 1 == of_source.len() { "└" } else { "├" };
            let amounts = amounts((*rao).into(), "");
            line(text, format_args!("    {branch}─ {to:<width$} {amounts}   {reason}"));
        }
    }

    /// The sum of all changes beside what was created.
    fn sum(&self) -> String {
        let changed: i128 = self.changes.iter().map(|change| change.rao).sum();
        let (created, told) = (grouped(&self.created_rao.to_string()), changed.unsigned_abs());
        let sign = if changed < 0 { "-" } else { "" };
        format!(
            "{}: {created} rao created = {sign}{} rao, the sum of all changes",
            self.asset,
            grouped(&told.to_string()),
        )
    }
}
