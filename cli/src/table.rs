//! The summary of a run for a person: who got what, the metrics, the expectations. Every number
//! comes ready-made from the reports crate; here they only get commas and units.

use comfy_table::{Attribute, Cell, CellAlignment, LineStyle, Table, TableStyle};
use subsim_reports::{ExpectationResult, GroupSummary, MinerMetrics, Summary, TopNeuron};

use crate::console::Paint;

/// Neurons named on the lines of the best paid.
const TOP_SHOWN: usize = 5;

/// A rule under the heads and one at the end, nothing else.
const STYLE: TableStyle = TableStyle::new()
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));

/// Amounts are told in tokens.
const RAO_PER_TOKEN: f64 = 1e9;

/// The whole summary as lines of text.
pub(crate) fn render(summary: &Summary, colour: bool) -> String {
    let mut text = String::new();
    let title = summary.title.as_deref().unwrap_or(&summary.scenario);
    text.push_str(&Paint::Bold.text(colour, title));
    text.push('\n');
    if let Some(question) = &summary.question {
        text.push_str(&Paint::Dim.text(colour, question));
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&groups(&summary.run.groups, colour));
    text.push_str("\n\n");
    text.push_str(&metrics(&summary.run.metrics));
    text.push_str(&top("Top miners", &summary.top_miners));
    text.push_str(&top("Top validators", &summary.top_validators));
    text.push_str(&expectations(&summary.expectations, summary.cancelled, colour));
    text
}

fn groups(groups: &[GroupSummary], colour: bool) -> String {
    let mut table = Table::new();
    table.load_style(STYLE);
    // Never broken into narrow columns: on a small terminal long lines are the lesser evil.
    table.force_no_tty();
    if colour {
        table.enforce_styling();
    }
    let names = ["group", "role", "neurons", "emission α", "share", "each α", "per stake"];
    let head = names.into_iter().map(|name| {
        let cell = Cell::new(name);
        if colour { cell.add_attribute(Attribute::Bold) } else { cell }
    });
    table.set_header(head.collect::<Vec<_>>());
    for group in groups {
        table.add_row([
            group.name.clone(),
            role(group),
            group.count.to_string(),
            tokens(group.emission_rao),
            group.share.map_or_else(none, percent),
            tokens(group.emission_per_neuron_rao),
            group.dividend_per_stake.map_or_else(String::new, |value| format!("{value:.3}")),
        ]);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.trim_fmt()
}

/// What the group is for and, where there is a choice, how it behaves.
fn role(group: &GroupSummary) -> String {
    if group.behaviour == group.role {
        return group.role.to_owned();
    }
    format!("{}, {}", group.role, group.behaviour)
}

fn metrics(metrics: &MinerMetrics) -> String {
    let number = |value: Option<f64>| value.map_or_else(none, |value| format!("{value:.3}"));
    let nakamoto = metrics.nakamoto.map_or_else(none, |value| value.to_string());
    format!(
        "Miner emission  gini {}, herfindahl {}, nakamoto {nakamoto}, spearman {}\n",
        number(metrics.gini),
        number(metrics.herfindahl),
        number(metrics.spearman),
    )
}

fn top(label: &str, neurons: &[TopNeuron]) -> String {
    let paid = neurons.iter().filter(|neuron| neuron.emission_rao > 0).take(TOP_SHOWN);
    let told: Vec<_> = paid
        .map(|neuron| format!("uid {} {}", neuron.uid, neuron.share.map_or_else(none, percent)))
        .collect();
    let told = if told.is_empty() { "nobody was paid".to_owned() } else { told.join(", ") };
    format!("{label:<15} {told}\n")
}

fn expectations(results: &[ExpectationResult], cancelled: bool, colour: bool) -> String {
    if results.is_empty() {
        return String::new();
    }
    let width = results.iter().map(|result| result.name.chars().count()).max().unwrap_or(0);
    let held = results.iter().filter(|result| result.passed).count();
    let so_far = if cancelled { " on the epochs so far" } else { "" };
    let mut text = format!("\nExpectations{so_far}: {held} of {} hold\n", results.len());
    for result in results {
        let mark = match result.passed {
            true => Paint::Green.text(colour, "✓"),
            false => Paint::Red.text(colour, "✗"),
        };
        let value = match result.value {
            None => "has no value".to_owned(),
            Some(value) if result.passed && value.fract() != 0.0 => format!("= {value:.4}"),
            // Whole, or all digits: a miss can be a narrow one.
            Some(value) => format!("= {value}"),
        };
        let bounds = bounds(result.min, result.max);
        let window = if result.window == "last" { " in the last epoch" } else { "" };
        let (name, metric) = (&result.name, &result.metric);
        text.push_str(&format!("  {mark} {name:<width$}  {metric}{window} {value}, {bounds}\n"));
    }
    text
}

fn bounds(min: Option<f64>, max: Option<f64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("expected {min} to {max}"),
        (Some(min), None) => format!("expected at least {min}"),
        (None, Some(max)) => format!("expected at most {max}"),
        (None, None) => "nothing expected".to_owned(),
    }
}

fn none() -> String {
    "–".to_owned()
}

fn percent(part: f64) -> String {
    format!("{:.1}%", part * 100.0)
}

/// An amount in whole tokens with three decimals and thousands apart.
fn tokens(rao: u128) -> String {
    let text = format!("{:.3}", rao as f64 / RAO_PER_TOKEN);
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, "0"));
    format!("{}.{decimals}", thousands(whole))
}

/// Digits in groups of three.
pub(crate) fn thousands(digits: &str) -> String {
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_commas_and_three_decimals() {
        assert_eq!(tokens(0), "0.000");
        assert_eq!(tokens(999_000_000_000), "999.000");
        assert_eq!(tokens(1_000_500_000_000), "1,000.500");
        assert_eq!(tokens(21_000_000_000_000_000), "21,000,000.000");
    }

    #[test]
    fn expectations_tell_value_and_bounds() {
        let mut result = ExpectationResult {
            name: "fair".to_owned(),
            metric: subsim_sim::scenario::Metric::Gini,
            window: "last",
            min: None,
            max: Some(0.5),
            value: Some(0.25),
            passed: true,
        };
        let text = expectations(std::slice::from_ref(&result), false, false);
        let line = "  ✓ fair  gini in the last epoch = 0.2500, expected at most 0.5\n";
        assert_eq!(text, format!("\nExpectations: 1 of 1 hold\n{line}"));
        (result.value, result.passed, result.window) = (None, false, "all");
        let text = expectations(&[result], true, false);
        assert!(text.starts_with("\nExpectations on the epochs so far: 0 of 1 hold\n"), "{text}");
        assert!(text.ends_with("  ✗ fair  gini has no value, expected at most 0.5\n"), "{text}");
    }
}
