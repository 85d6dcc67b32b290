//! The summary of a run for a person: who got what, the metrics, the expectations. Every number
//! comes ready-made from the reports crate; here they only get commas and units.

use comfy_table::{Attribute, Cell, CellAlignment, LineStyle, Table, TableStyle};
use subsim_reports::{
    ExpectationResult, GroupSummary, MinerMetrics, OwnerCut, Summary, TopNeuron, UnpaidSummary,
};
use subsim_sim::amounts::grouped;

use crate::console::Paint;
use crate::numbers::{count, judged, measure, none, percent, tokens};

/// Neurons named on the lines of the best paid.
const TOP_SHOWN: usize = 5;

/// A rule under the heads and one at the end, nothing else.
const STYLE: TableStyle = TableStyle::new()
    .header_separator(LineStyle::none().fill('─').junction('─'))
    .bottom_border(LineStyle::none().fill('─').junction('─'));

/// What the columns mean, as far as their names do not say it.
const COLUMNS: &str = "share: within the role; per stake: share of validator emission over share of \
                       validator stake, honest validators = 1";

/// What the summary does not know of.
#[derive(Debug, Default)]
pub(crate) struct Extra {
    /// What the owner got.
    pub(crate) owner_cut: Option<OwnerCut>,
    /// What nobody said and therefore is assumed, in words.
    pub(crate) assumed: Vec<String>,
}

/// The whole summary as lines of text.
pub(crate) fn render(summary: &Summary, extra: &Extra, colour: bool) -> String {
    let mut text = heading(
        summary.title.as_deref().unwrap_or(&summary.scenario),
        summary.question.as_deref(),
        &summary.overrides,
        colour,
    );
    if !extra.assumed.is_empty() {
        let assumed = format!("assumed: {}", extra.assumed.join(", "));
        text.push_str(&Paint::Dim.text(colour, &assumed));
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&groups(&summary.run.groups, colour));
    text.push('\n');
    text.push_str(&Paint::Dim.text(colour, COLUMNS));
    text.push_str("\n\n");
    text.push_str(&metrics(&summary.run.metrics));
    text.push_str(&top("Top miners", &summary.top_miners));
    text.push_str(&top("Top validators", &summary.top_validators));
    text.push_str(&extra.owner_cut.as_ref().map_or_else(String::new, owner_cut));
    text.push_str(&unpaid("miner", &summary.run.paid_no_miner, summary.epochs_done));
    text.push_str(&unpaid("validator", &summary.run.paid_no_validator, summary.epochs_done));
    let judged: Vec<Judged<'_>> = summary.expectations.iter().map(Judged::from).collect();
    text.push_str(&expectations(&judged, so_far(summary), colour));
    text
}

/// Title, question and what was changed against the scenario.
pub(crate) fn heading(
    title: &str,
    question: Option<&str>,
    overrides: &[String],
    colour: bool,
) -> String {
    let mut text = Paint::Bold.text(colour, title);
    text.push('\n');
    let with = (!overrides.is_empty()).then(|| format!("with {}", overrides.join(", ")));
    for line in question.into_iter().chain(with.as_deref()) {
        text.push_str(&Paint::Dim.text(colour, line));
        text.push('\n');
    }
    text
}

/// An empty table with a head, in the style of all.
pub(crate) fn table(names: &[&str], colour: bool) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE);
    // Never broken into narrow columns: on a small terminal long lines are the lesser evil.
    table.force_no_tty();
    if colour {
        table.enforce_styling();
    }
    let head = names.iter().map(|name| {
        let cell = Cell::new(name);
        if colour { cell.add_attribute(Attribute::Bold) } else { cell }
    });
    table.set_header(head.collect::<Vec<_>>());
    table
}

/// Aligns numbers: the columns from `first` on.
pub(crate) fn right_from(table: &mut Table, first: usize) {
    for column in table.column_iter_mut().skip(first) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

fn groups(groups: &[GroupSummary], colour: bool) -> String {
    let names = ["group", "role", "neurons", "emission α", "share", "each α", "per stake"];
    let mut table = table(&names, colour);
    for group in groups {
        table.add_row([
            group.name.clone(),
            role(group),
            group.count.to_string(),
            tokens(group.emission_rao),
            group.share.map_or_else(none, percent),
            tokens(group.emission_per_neuron_rao),
            group.dividend_per_stake.map_or_else(String::new, measure),
        ]);
    }
    right_from(&mut table, 2);
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
    let number = |value: Option<f64>| value.map_or_else(none, measure);
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

/// Where the rest of the emission is.
fn owner_cut(cut: &OwnerCut) -> String {
    let of_all = cut.part.map_or_else(String::new, |part| format!(" ({} of all)", percent(part)));
    format!(
        "{:<15} {} α{of_all}, taken first and not in the table\n",
        "Owner's cut",
        tokens(cut.rao)
    )
}

fn unpaid(role: &str, unpaid: &UnpaidSummary, epochs: u64) -> String {
    if unpaid.epochs == 0 {
        return String::new();
    }
    let why = unpaid.why.map_or_else(String::new, |why| format!(": {why}"));
    let (of, all) = (grouped(&unpaid.epochs.to_string()), count(epochs, "epoch"));
    format!("{of} of {all} paid no {role}{why}\n")
}

/// An expectation and how it came out.
pub(crate) struct Judged<'a> {
    pub(crate) name: &'a str,
    /// What was measured, and over what.
    pub(crate) metric: String,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) value: Option<f64>,
    pub(crate) passed: bool,
}

impl<'a> From<&'a ExpectationResult> for Judged<'a> {
    fn from(result: &'a ExpectationResult) -> Self {
        let window = if result.window == "last" { " in the last epoch" } else { "" };
        Self {
            name: &result.name,
            metric: format!("{}{window}", result.metric),
            min: result.min,
            max: result.max,
            value: result.value,
            passed: result.passed,
        }
    }
}

impl Judged<'_> {
    /// What was measured, what it came to, and what was expected.
    fn outcome(&self) -> String {
        let passes = |value: f64| {
            self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
        };
        let value = match self.value {
            None => "has no value".to_owned(),
            Some(value) => format!("= {}", judged(value, passes)),
        };
        format!("{} {value}, {}", self.metric, bounds(self.min, self.max))
    }

    /// A line for those who see no table.
    pub(crate) fn failure(&self, so_far: &str) -> String {
        format!("expectation {} failed{so_far}: {}", self.name, self.outcome())
    }
}

/// A list of expectations; `so_far` says on what part of the run they were judged, if not on all.
pub(crate) fn expectations(results: &[Judged<'_>], so_far: &str, colour: bool) -> String {
    if results.is_empty() {
        return String::new();
    }
    let width = results.iter().map(|result| result.name.chars().count()).max().unwrap_or(0);
    let held = results.iter().filter(|result| result.passed).count();
    let mut text = format!("\nExpectations{so_far}: {held} of {} hold\n", results.len());
    for result in results {
        let mark = mark(result.passed, colour);
        text.push_str(&format!("  {mark} {:<width$}  {}\n", result.name, result.outcome()));
    }
    text
}

/// The sign of something that holds, or does not.
pub(crate) fn mark(good: bool, colour: bool) -> String {
    match good {
        true => Paint::Green.text(colour, "✓"),
        false => Paint::Red.text(colour, "✗"),
    }
}

fn so_far(summary: &Summary) -> &'static str {
    if summary.cancelled { " on the epochs so far" } else { "" }
}

/// A line for every expectation that does not hold, for those who see no table.
pub(crate) fn failures(summary: &Summary) -> Vec<String> {
    let failed = summary.expectations.iter().filter(|result| !result.passed);
    failed.map(|result| Judged::from(result).failure(so_far(summary))).collect()
}

fn bounds(min: Option<f64>, max: Option<f64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("expected {min} to {max}"),
        (Some(min), None) => format!("expected at least {min}"),
        (None, Some(max)) => format!("expected at most {max}"),
        (None, None) => "nothing expected".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let text = expectations(&[Judged::from(&result)], "", false);
        let line = "  ✓ fair  gini in the last epoch = 0.25, expected at most 0.5\n";
        assert_eq!(text, format!("\nExpectations: 1 of 1 hold\n{line}"));
        (result.value, result.passed, result.window) = (None, false, "all");
        let text = expectations(&[Judged::from(&result)], " on the epochs so far", false);
        assert!(text.starts_with("\nExpectations on the epochs so far: 0 of 1 hold\n"), "{text}");
        assert!(text.ends_with("  ✗ fair  gini has no value, expected at most 0.5\n"), "{text}");
    }

    #[test]
    fn epochs_that_paid_nobody_are_told_with_the_reason() {
        let of = |epochs, why| unpaid("miner", &UnpaidSummary { epochs, why }, 300);
        assert_eq!(of(0, None), "");
        let told = of(24, Some("the emission is 0"));
        assert_eq!(told, "24 of 300 epochs paid no miner: the emission is 0\n");
    }

    #[test]
    fn the_owners_cut_is_told_as_amount_and_part() {
        let mut cut = OwnerCut { rao: 12_960_000_000_000, part: Some(0.18) };
        let told = owner_cut(&cut);
        assert_eq!(
            told,
            "Owner's cut     12,960.000 α (18.0% of all), taken first and not in the table\n"
        );
        cut.part = None;
        assert_eq!(
            owner_cut(&cut),
            "Owner's cut     12,960.000 α, taken first and not in the table\n"
        );
    }
}
