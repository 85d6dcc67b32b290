//! `subsim account`: what an account held over time, and what it did.

use std::collections::BTreeMap;

use subsim_reports::chain::{AccountHistory, CallLine, Holdings, Results, StakeLine};
use subsim_sim::amounts::{exact_tokens, grouped};

use super::closing::print_json;
use crate::args::AccountArgs;
use crate::console::{Console, Paint};
use crate::numbers::count;
use crate::outcome::{Failure, Outcome};
use crate::table::{right_from, table};

/// Most lines of holdings, and of calls.
const MOST_LINES: usize = 20;

/// Prints the history of an account.
pub(crate) fn account(args: &AccountArgs, console: &mut Console) -> Result<Outcome, Failure> {
    let results = Results::open(&args.folder).map_err(|error| Failure::from_error(&error))?;
    let history = results.account(&args.name).map_err(|error| Failure::from_error(&error))?;
    if args.json {
        return print_json(&history, console);
    }
    let kind = match (history.is_coldkey, history.is_hotkey) {
        (true, true) => "coldkey and hotkey",
        (false, true) => "hotkey",
        _ => "coldkey",
    };
    let head = format!("{}: {kind} of the group {}", history.name, history.group);
    console.line(&Paint::Bold.text(console.colour(), &head));
    print_holdings(&history, console);
    print_staked_to_it(&history, console);
    print_calls(&history, console);
    Ok(Outcome::Good)
}

/// At most [`MOST_LINES`] of them, evenly spread, the first and the last among them.
fn some<T>(items: &[T]) -> Vec<&T> {
    let last = items.len().saturating_sub(1);
    let lines = items.len().min(MOST_LINES);
    (0..lines).map(|line| &items[line * last / lines.saturating_sub(1).max(1)]).collect()
}

/// Sums of the stakes by subnet.
fn by_subnet(holdings: &Holdings) -> BTreeMap<u16, u128> {
    let mut sums = BTreeMap::new();
    for stake in &holdings.stakes {
        *sums.entry(stake.netuid).or_default() += u128::from(stake.stake_rao);
    }
    sums
}

fn token(netuid: u16) -> &'static str {
    if netuid == 0 { "TAO" } else { "α" }
}

fn print_holdings(history: &AccountHistory, console: &mut Console) {
    if history.holdings.is_empty() {
        return;
    }
    let stakes = || history.holdings.iter().flat_map(|holdings| &holdings.stakes);
    let names: BTreeMap<u16, &str> =
        stakes().map(|stake| (stake.netuid, stake.subnet.as_str())).collect();
    let heads = names.iter().map(|(netuid, name)| format!("{} on {name}", token(*netuid)));
    let heads: Vec<String> =
        ["block", "free TAO"].into_iter().map(str::to_owned).chain(heads).collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let mut table = table(&heads, console.colour());
    for holdings in some(&history.holdings) {
        let sums = by_subnet(holdings);
        let stakes = names.keys().map(|netuid| sums.get(netuid).copied().unwrap_or(0));
        let cells = [grouped(&holdings.block.to_string()), exact_tokens(holdings.free_rao)];
        table.add_row(cells.into_iter().chain(stakes.map(exact_tokens)).collect::<Vec<_>>());
    }
    right_from(&mut table, 0);
    console.line("");
    console.line(&table.trim_fmt());
    let when = "Balances are those at recorded blocks, stakes those at epochs.";
    console.line(&Paint::Dim.text(console.colour(), when));
    let all = history.holdings.len();
    if all > MOST_LINES {
        let told =
            format!("{MOST_LINES} of {} changes; --json tells all", grouped(&all.to_string()));
        console.line(&Paint::Dim.text(console.colour(), &told));
    }
}

fn print_staked_to_it(history: &AccountHistory, console: &mut Console) {
    let mut sums: BTreeMap<(u16, &str), (u128, u128)> = BTreeMap::new();
    for StakeLine { netuid, subnet, coldkey, stake_rao, .. } in &history.staked_to_it {
        let (all, others) = sums.entry((*netuid, subnet)).or_default();
        *all += u128::from(*stake_rao);
        *others += if *coldkey == history.name { 0 } else { u128::from(*stake_rao) };
    }
    if !sums.is_empty() {
        console.line("\nStaked to its hotkey at the end");
    }
    for ((netuid, subnet), (all, others)) in sums {
        let unit = token(netuid);
        let (all, others) = (exact_tokens(all), exact_tokens(others));
        console.line(&format!("  {all} {unit} on {subnet}, {others} of it by others"));
    }
}

fn print_calls(history: &AccountHistory, console: &mut Console) {
    if history.calls.is_empty() {
        console.line("\nNo recorded call by it or about it");
        return;
    }
    console.line("\nCalls by it or about it");
    for counted in &history.call_counts {
        let result = match counted.result.as_str() {
            "ok" => String::new(),
            error => format!(" refused: {error}"),
        };
        console.line(&format!(
            "  {} {}{result}",
            grouped(&counted.count.to_string()),
            counted.call
        ));
    }
    let shown = &history.calls[history.calls.len().saturating_sub(MOST_LINES)..];
    console.line(&format!("\nThe latest {}", count(shown.len() as u64, "call")));
    for call in shown {
        console.line(&format!("  {}", told(call)));
    }
}

/// A call in one line.
fn told(call: &CallLine) -> String {
    let mut text =
        format!("block {}: {} {}", grouped(&call.block.to_string()), call.origin, call.call);
    if let Some(netuid) = call.netuid {
        text.push_str(&format!(" on subnet {netuid}"));
    }
    if let Some(hotkey) = call.hotkey.as_ref().filter(|hotkey| **hotkey != call.origin) {
        text.push_str(&format!(" with {hotkey}"));
    }
    if let Some(to) = &call.to {
        text.push_str(&format!(" to {to}"));
    }
    if let Some(rao) = call.tao_rao {
        text.push_str(&format!(", {} TAO", exact_tokens(rao)));
    }
    if let Some(rao) = call.alpha_rao {
        text.push_str(&format!(", {} α", exact_tokens(rao)));
    }
    if !call.is_ok() {
        text.push_str(&format!(": refused, {}", call.result));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_thinned_from_the_first_to_the_last() {
        assert!(some::<u32>(&[]).is_empty());
        assert_eq!(some(&[7]), [&7]);
        let many: Vec<u32> = (0..1000).collect();
        let thinned = some(&many);
        assert_eq!(thinned.len(), MOST_LINES);
        assert_eq!((thinned[0], thinned[MOST_LINES - 1]), (&0, &999));
        assert!(thinned.is_sorted());
    }
}
