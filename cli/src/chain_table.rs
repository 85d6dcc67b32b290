//! The summary of a run of the chain for a person: who earned what, what subnets are worth, what
//! was expected.

use subsim_reports::chain::{
    ChainExpectationResult, ChainGroupSummary, ChainSummary, SubnetSummary,
};
use subsim_sim::amounts::{exact_tokens, grouped};

use crate::console::Paint;
use crate::numbers::{amount, count, measure, none, percent, tokens};
use crate::table::{Judged, expectations, heading, mark, right_from, table};

/// What the columns mean, as far as their names do not say it.
const COLUMNS: &str = "earned α: incentive of miners, dividends of validators and their stakers; \
                       share: within the role on the subnet; per stake: honest validators = 1;\n\
                       owns, profit: what the group's coldkeys hold, alpha at the pool's price, \
                       and what that is more than at the start, costs taken off";

impl<'a> From<&'a ChainExpectationResult> for Judged<'a> {
    fn from(result: &'a ChainExpectationResult) -> Self {
        Self {
            name: &result.name,
            metric: result.metric.to_string(),
            min: result.min,
            max: result.max,
            value: result.value,
            passed: result.passed,
        }
    }
}

/// The whole summary as lines of text.
pub(crate) fn render(summary: &ChainSummary, colour: bool) -> String {
    let title = summary.title.as_deref().unwrap_or(&summary.scenario);
    let mut text = heading(title, summary.question.as_deref(), &summary.overrides, colour);
    if summary.first_block > 0 {
        let from = format!(
            "from the saved state after block {}: all but TAO in counts from there",
            grouped(&summary.first_block.to_string())
        );
        text.push_str(&Paint::Dim.text(colour, &from));
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&groups(&summary.groups, colour));
    text.push('\n');
    text.push_str(&Paint::Dim.text(colour, COLUMNS));
    text.push_str("\n\n");
    if !summary.subnets.is_empty() {
        text.push_str(&subnets(&summary.subnets, colour));
        text.push('\n');
    }
    text.push_str(&chain(summary));
    let judged: Vec<Judged<'_>> = summary.expectations.iter().map(Judged::from).collect();
    text.push_str(&expectations(&judged, &so_far(summary), colour));
    if !summary.broken_calls.is_empty() {
        text.push_str("\nPlanned calls that ended otherwise than planned\n");
        for call in &summary.broken_calls {
            text.push_str(&format!("  {} {call}\n", mark(false, colour)));
        }
    }
    text
}

/// Which part of the scenario was judged, if not all of it.
fn so_far(summary: &ChainSummary) -> String {
    match (summary.first_block, summary.cancelled) {
        (0, false) => String::new(),
        (0, true) => " on the blocks so far".to_owned(),
        (first, _) => {
            let number = |block: u64| grouped(&block.to_string());
            format!(" on the blocks {} to {}", number(first + 1), number(summary.last_block))
        }
    }
}

/// Whether there is anything to tell of a group.
fn is_idle(group: &ChainGroupSummary) -> bool {
    group.role.is_none()
        && group.emission_rao == 0
        && group.registrations == 0
        && group.wealth_tao.is_none_or(|wealth| wealth == 0.0)
}

fn groups(groups: &[ChainGroupSummary], colour: bool) -> String {
    let names = [
        "group",
        "role",
        "subnet",
        "coldkeys",
        "earned α",
        "share",
        "per stake",
        "joined",
        "pruned",
        "owns TAO",
        "profit TAO",
    ];
    let mut table = table(&names, colour);
    for group in groups.iter().filter(|group| !is_idle(group)) {
        let has_role = group.role.is_some();
        let number = |number: u64| if number > 0 { grouped(&number.to_string()) } else { none() };
        table.add_row([
            group.name.clone(),
            group.role.map_or_else(String::new, |role| role_of(role, &group.behaviour)),
            group.subnet.clone().unwrap_or_default(),
            group.coldkeys.to_string(),
            if has_role || group.emission_rao > 0 { tokens(group.emission_rao) } else { none() },
            group.share.map_or_else(String::new, percent),
            group.dividend_per_stake.map_or_else(String::new, measure),
            if has_role { number(group.registrations) } else { String::new() },
            if has_role { number(group.prunings) } else { String::new() },
            group.wealth_tao.map_or_else(none, amount),
            group.profit_tao.map_or_else(none, amount),
        ]);
    }
    right_from(&mut table, 3);
    table.trim_fmt()
}

/// What a group is for and, where there is a choice, how it behaves.
fn role_of(role: &str, behaviour: &str) -> String {
    if behaviour == role || behaviour.is_empty() {
        return role.to_owned();
    }
    format!("{role}, {behaviour}")
}

fn subnets(subnets: &[SubnetSummary], colour: bool) -> String {
    let names = [
        "subnet",
        "price TAO",
        "at the start",
        "TAO in",
        "share",
        "epochs",
        "miners α",
        "validators α",
        "root α",
        "owner α",
        "burned α",
        "recycled α",
    ];
    let mut table = table(&names, colour);
    for subnet in subnets {
        let price = |price: Option<f64>| price.map_or_else(none, measure);
        let paid = subnet.paid_rao;
        table.add_row([
            format!("{} ({})", subnet.name, subnet.netuid),
            subnet.price_tao.map_or_else(|| "gone".to_owned(), measure),
            price(subnet.price_start_tao),
            tokens(subnet.tao_emitted_rao),
            subnet.emission_share.map_or_else(none, percent),
            grouped(&subnet.epochs.to_string()),
            tokens(paid.miners),
            tokens(paid.validators),
            tokens(paid.root),
            tokens(paid.owner),
            tokens(paid.burned),
            tokens(paid.recycled),
        ]);
    }
    right_from(&mut table, 1);
    table.trim_fmt()
}

/// The chain as a whole.
fn chain(summary: &ChainSummary) -> String {
    let halvings = match summary.halvings {
        0 => String::new(),
        halvings => format!(", {}", count(halvings, "halving")),
    };
    format!(
        "\nTAO             {} issued, {} minted by the last block{halvings}\n\
         Calls           {}, {} of them refused\n",
        tokens(summary.issuance_rao.into()),
        exact_tokens(summary.block_emission_rao),
        grouped(&summary.calls.to_string()),
        grouped(&summary.refused_calls.to_string()),
    )
}

/// A line for everything that does not hold, for those who see no table.
pub(crate) fn failures(summary: &ChainSummary) -> Vec<String> {
    let failed = summary.expectations.iter().filter(|result| !result.passed);
    let failed = failed.map(|result| Judged::from(result).failure(&so_far(summary)));
    failed.chain(summary.broken_calls.iter().map(|call| format!("planned call: {call}"))).collect()
}
