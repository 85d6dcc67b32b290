//! Expectations: which metric, of which group, between which bounds.

use std::collections::{BTreeMap, BTreeSet};

use super::super::file::{ExpectTable, WindowWord};
use super::super::nearest::{listed, nearest};
use super::super::sink::{Sink, quoted};
use super::super::types::{Expectation, Metric, Window};
use super::super::values::Finite;
use super::groups::{Groups, Kind};
use super::place::Place;
use super::suspicious;

/// Resolves the expectations, in file order. `has_honest` says whether any validators are honest.
pub(super) fn expect(
    root: &Place<'_>,
    mut tables: BTreeMap<String, ExpectTable>,
    groups: &Groups<'_>,
    has_honest: bool,
    sink: &mut Sink,
) -> Vec<Expectation> {
    let place = root.key("expect");
    let entries = place.table().map_or(&[][..], |table| &table.entries);
    let mut expectations = Vec::new();
    for entry in entries {
        let Some(table) = tables.remove(&entry.key) else { continue };
        let place = place.key(&entry.key);
        let bounds = (table.min.map(Finite::get), table.max.map(Finite::get));
        check_bounds(&place, bounds, sink);
        if let Some(metric) = metric(&place, table.metric.as_deref(), groups, sink) {
            if matches!(metric, Metric::DividendPerStake(_)) && !has_honest {
                sink.error(&place.key("metric").span(), "there are no honest validators")
                    .label("this metric compares with them")
                    .help("add a group with behaviour = \"honest\"");
            }
            suspicious::warn_of_bounds(&place, &metric, bounds, groups.miner_count(), sink);
            expectations.push(Expectation {
                name: entry.key.clone(),
                metric,
                window: match table.window {
                    Some(WindowWord::Last) => Window::Last,
                    Some(WindowWord::All) | None => Window::All,
                },
                min: bounds.0,
                max: bounds.1,
            });
        }
    }
    expectations
}

/// Checks that bounds are there and can hold.
pub(super) fn check_bounds(place: &Place<'_>, bounds: (Option<f64>, Option<f64>), sink: &mut Sink) {
    let known = place.key("min").is_set_aside() || place.key("max").is_set_aside();
    match bounds {
        (None, None) if !known => {
            sink.error(&place.span(), format!("`{}` expects nothing", place.name()))
                .label("`min` or `max` must be here")
                .help("write, for example, { metric = \"spearman\", min = 0.9 }");
        }
        (Some(min), Some(max)) if min > max => {
            sink.error(&place.either("min", "max"), "min is above max: no value can hold")
                .label(format!("min is {min}, max {max}"));
        }
        _ => {}
    }
}

fn metric(
    place: &Place<'_>,
    written: Option<&str>,
    groups: &Groups<'_>,
    sink: &mut Sink,
) -> Option<Metric> {
    let Some(written) = written else {
        blame_missing(place, &names(groups), sink);
        return None;
    };
    let validator = |name: &str| groups.of_kind(Kind::Validator).any(|group| group.name == name);
    let any = |name: &str| groups.all().iter().any(|group| group.name == name);
    let found = match (written, written.split_once('.')) {
        ("gini", _) => Some(Metric::Gini),
        ("herfindahl", _) => Some(Metric::Herfindahl),
        ("nakamoto", _) => Some(Metric::Nakamoto),
        ("spearman", _) => Some(Metric::Spearman),
        (_, Some(("share", group))) if any(group) => Some(Metric::Share(group.to_owned())),
        (_, Some(("dividend_per_stake", group))) if validator(group) => {
            Some(Metric::DividendPerStake(group.to_owned()))
        }
        _ => None,
    };
    let of_group = written.starts_with("share.") || written.starts_with("dividend_per_stake.");
    if found.is_none() && (groups.is_complete() || !of_group) {
        blame_unknown(place, written, &names(groups), sink);
    }
    found
}

/// Says that an expectation has no metric.
pub(super) fn blame_missing(place: &Place<'_>, names: &[String], sink: &mut Sink) {
    if !place.key("metric").is_set_aside() {
        sink.error(&place.span(), format!("`{}` has no metric", place.name()))
            .label("`metric` must be here")
            .help(format!("allowed: {}", listed(names, '"')));
    }
}

/// Says that there is no such metric, and which is nearest.
pub(super) fn blame_unknown(place: &Place<'_>, written: &str, names: &[String], sink: &mut Sink) {
    let label = match nearest(written, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near:?}?"),
        None => "no such metric".to_owned(),
    };
    let message = format!("no metric is called \"{}\"", quoted(written));
    sink.error(&place.key("metric").span(), message)
        .label(label)
        .help(format!("allowed: {}", listed(names, '"')));
}

/// All metrics that these groups have.
fn names(groups: &Groups<'_>) -> Vec<String> {
    let plain = [Metric::Gini, Metric::Herfindahl, Metric::Nakamoto, Metric::Spearman];
    let shares = groups.all().iter().map(|group| Metric::Share(group.name.clone()));
    let validators = groups.of_kind(Kind::Validator);
    let dividends = validators.map(|group| Metric::DividendPerStake(group.name.clone()));
    let all = plain.into_iter().chain(shares).chain(dividends).map(|metric| metric.to_string());
    // Two groups may share a name, which is reported where they stand.
    let mut seen = BTreeSet::new();
    all.filter(|name| seen.insert(name.clone())).collect()
}
