//! A check as text for people, for programs, and for the places where CI shows results.

use crate::check::{Check, Checked, Mode, Shift, Verdict};

/// How to write a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For a terminal.
    Text,
    /// One JSON object.
    Json,
    /// JUnit XML: a test case per scenario.
    Junit,
    /// A table for a comment or a summary page.
    Markdown,
    /// Workflow commands of GitHub Actions, one per shift.
    Github,
}

/// Writes a check.
///
/// # Errors
/// When the serialiser of [`Format::Json`] fails.
pub fn render(check: &Check, format: Format) -> Result<String, serde_json::Error> {
    Ok(match format {
        Format::Text => text(check),
        Format::Json => serde_json::to_string_pretty(check)? + "\n",
        Format::Junit => junit(check),
        Format::Markdown => markdown(check),
        Format::Github => github(check),
    })
}

/// How things were compared, in words.
fn how(mode: Mode) -> String {
    match mode {
        Mode::Exact => "exact states".to_owned(),
        Mode::Tolerance { absolute, relative } => {
            format!("metrics within {absolute} or {}%", relative * 100.0)
        }
        Mode::Distribution { false_alarm_rate, .. } => {
            format!("distributions over replicates, {}% false alarms", false_alarm_rate * 100.0)
        }
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| format!("{value:.6}"))
}

/// `+12.3%`; in absolute terms from zero.
fn change(shift: &Shift) -> String {
    match (shift.before, shift.after) {
        (Some(before), Some(after)) if before != 0.0 => {
            format!("{:+.2}%", (after - before) / before.abs() * 100.0)
        }
        (Some(_), Some(after)) => format!("{after:+.6}"),
        (None, Some(_)) => "new".to_owned(),
        _ => "gone".to_owned(),
    }
}

/// What the tests say about a shift, if there were any.
fn evidence(shift: &Shift) -> String {
    let mut parts = Vec::new();
    if let Some((low, high)) = shift.interval {
        parts.push(format!("difference {low:+.6} to {high:+.6} (95%)"));
    }
    if let (Some(ks), Some(wasserstein)) = (shift.ks, shift.wasserstein) {
        parts.push(format!("KS {ks:.3}, Wasserstein {wasserstein:.6}"));
    }
    if let Some(p) = shift.p_value {
        parts.push(format!("p {p:.5}"));
    }
    parts.join("; ")
}

/// One line on a scenario.
fn headline(checked: &Checked, mode: Mode) -> String {
    let file = if checked.scenario_changed { "; the scenario file changed, too" } else { "" };
    match &checked.verdict {
        Verdict::Same => format!("same ({} metrics){file}", checked.compared),
        Verdict::Shifted if checked.shifts.is_empty() => {
            format!("shifted: other states, yet all metrics are the same{file}")
        }
        Verdict::Shifted => {
            let n = checked.shifts.len();
            let s = if n == 1 { "" } else { "s" };
            let what = if mode == Mode::Exact { "differ" } else { "shifted" };
            format!("shifted: {n} metric{s} {what} of {}{file}", checked.compared)
        }
        Verdict::Failed(why) => format!("could not be compared: {why}"),
    }
}

fn verdict_word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Same => "same",
        Verdict::Shifted => "shifted",
        Verdict::Failed(_) => "failed",
    }
}

fn text(check: &Check) -> String {
    let mut text = format!("Compared: {}\n", how(check.mode));
    for checked in &check.scenarios {
        text += &format!("{}: {}\n", checked.scenario, headline(checked, check.mode));
        let width = checked.shifts.iter().map(|shift| shift.metric.len()).max().unwrap_or(0);
        for shift in &checked.shifts {
            let (before, after) = (number(shift.before), number(shift.after));
            let line = format!("  {:width$}  {before} -> {after}  {}", shift.metric, change(shift));
            text += line.trim_end();
            text += "\n";
            let evidence = evidence(shift);
            if !evidence.is_empty() {
                text += &format!("  {:width$}  {evidence}\n", "");
            }
        }
    }
    text
}

fn markdown(check: &Check) -> String {
    let mut text = format!("### subsim check: {}\n\n", how(check.mode));
    text += "| scenario | verdict | metric | before | after | change | evidence |\n";
    text += "| --- | --- | --- | --- | --- | --- | --- |\n";
    for checked in &check.scenarios {
        if checked.shifts.is_empty() {
            let line = headline(checked, check.mode).replace('|', "\\|").replace('\n', " ");
            text += &format!("| {} | {line} | | | | | |\n", checked.scenario);
        }
        for shift in &checked.shifts {
            text += &format!(
                "| {} | {} | `{}` | {} | {} | {} | {} |\n",
                checked.scenario,
                verdict_word(&checked.verdict),
                shift.metric,
                number(shift.before),
                number(shift.after),
                change(shift),
                evidence(shift),
            );
        }
    }
    text
}

/// Text as XML wants it within an attribute or an element.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            // XML 1.0 has no way to write other control characters.
            c if c.is_control() && !matches!(c, '\n' | '\t') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

fn junit(check: &Check) -> String {
    let count = |word: &str| {
        check.scenarios.iter().filter(|checked| verdict_word(&checked.verdict) == word).count()
    };
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text += &format!(
        "<testsuite name=\"subsim check\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
        check.scenarios.len(),
        count("shifted"),
        count("failed"),
    );
    for checked in &check.scenarios {
        let name = xml(&checked.scenario);
        let message = xml(&headline(checked, check.mode));
        let detail: Vec<String> = checked
            .shifts
            .iter()
            .map(|shift| {
                let (before, after) = (number(shift.before), number(shift.after));
                xml(&format!("{}: {before} -> {after} {}", shift.metric, change(shift)))
            })
            .collect();
        let element = match checked.verdict {
            Verdict::Same => {
                text += &format!("  <testcase classname=\"subsim\" name=\"{name}\"/>\n");
                continue;
            }
            Verdict::Shifted => "failure",
            Verdict::Failed(_) => "error",
        };
        text += &format!("  <testcase classname=\"subsim\" name=\"{name}\">\n");
        let detail = detail.join("\n");
        text += &format!("    <{element} message=\"{message}\">{detail}</{element}>\n");
        text += "  </testcase>\n";
    }
    text + "</testsuite>\n"
}

/// Text as a workflow command wants it.
fn command(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn github(check: &Check) -> String {
    let mut text = String::new();
    for checked in &check.scenarios {
        let line = format!("{}: {}", checked.scenario, headline(checked, check.mode));
        match checked.verdict {
            Verdict::Same => text += &format!("{line}\n"),
            _ => text += &format!("::error title=subsim check::{}\n", command(&line)),
        }
        for shift in &checked.shifts {
            let (before, after) = (number(shift.before), number(shift.after));
            let (metric, change) = (&shift.metric, change(shift));
            let line = format!("{}: {metric} {before} -> {after} ({change})", checked.scenario);
            text += &format!("::error title=subsim check::{}\n", command(&line));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check() -> Check {
        let shift = Shift {
            metric: "share.good".to_owned(),
            group: Some("good".to_owned()),
            before: Some(0.5),
            after: Some(0.6),
            interval: Some((0.08, 0.12)),
            p_value: Some(0.0001),
            ks: Some(0.9),
            wasserstein: Some(0.1),
        };
        let checked = |name: &str, verdict, shifts| Checked {
            scenario: name.to_owned(),
            verdict,
            scenario_changed: false,
            shifts,
            compared: 8,
        };
        Check {
            mode: Mode::Distribution { false_alarm_rate: 0.01, round: 0 },
            scenarios: vec![
                checked("calm", Verdict::Same, vec![]),
                checked("moved", Verdict::Shifted, vec![shift]),
                checked("lost", Verdict::Failed("no baseline <here> 100%".to_owned()), vec![]),
            ],
        }
    }

    #[test]
    fn every_format_names_metric_and_change() {
        for format in [Format::Text, Format::Junit, Format::Markdown, Format::Github] {
            let text = render(&check(), format).unwrap();
            for part in ["share.good", "0.500000", "0.600000", "+20.00", "calm", "lost"] {
                assert!(text.contains(part), "{format:?} lacks {part}:\n{text}");
            }
        }
        let json: serde_json::Value =
            serde_json::from_str(&render(&check(), Format::Json).unwrap()).unwrap();
        assert_eq!(json["scenarios"][1]["shifts"][0]["group"], "good");
        assert_eq!(json["scenarios"][2]["verdict"]["failed"], "no baseline <here> 100%");
    }

    #[test]
    fn special_characters_are_escaped() {
        let junit = render(&check(), Format::Junit).unwrap();
        assert!(junit.contains("&lt;here&gt;") && junit.contains("errors=\"1\""), "{junit}");
        let github = render(&check(), Format::Github).unwrap();
        assert!(github.contains("100%25"), "{github}");
    }
}
