//! Expectations: which metric, of which group or subnet, between which bounds.

use std::collections::BTreeMap;

use super::super::super::chain_file::ChainExpectTable;
use super::super::super::chain_types::{ChainExpectation, ChainMetric, ChainValidators};
use super::super::super::sink::Sink;
use super::super::super::types::Behaviour;
use super::super::super::values::Finite;
use super::super::expect::{blame_missing, blame_unknown, check_bounds};
use super::super::groups::Kind;
use super::super::place::Place;
use super::super::suspicious::warn_of_range;
use super::scene::Scene;

/// TAO that there can be.
const SUPPLY_TAO: f64 = 21_000_000.0;

/// Resolves the expectations, in file order.
pub(super) fn expect(
    root: &Place<'_>,
    mut tables: BTreeMap<String, ChainExpectTable>,
    validators: &[ChainValidators],
    scene: &Scene<'_>,
    sink: &mut Sink,
) -> Vec<ChainExpectation> {
    let place = root.key("expect");
    let entries = place.table().map_or(&[][..], |table| &table.entries);
    let names = names(scene);
    let mut expectations = Vec::new();
    for entry in entries {
        let Some(table) = tables.remove(&entry.key) else { continue };
        let place = place.key(&entry.key);
        let (min, max) = (table.min.map(Finite::get), table.max.map(Finite::get));
        check_bounds(&place, (min, max), sink);
        let Some(written) = table.metric.as_deref() else {
            blame_missing(&place, &in_file(&names), sink);
            continue;
        };
        let Some(metric) = names.iter().find(|metric| metric.to_string() == written) else {
            if is_complete(written, scene) {
                blame_unknown(&place, written, &in_file(&names), sink);
            }
            continue;
        };
        check_honest(&place, metric, validators, scene, sink);
        warn_of_range(&place, written, range(metric), (min, max), sink);
        let (name, metric) = (entry.key.clone(), metric.clone());
        expectations.push(ChainExpectation { name, metric, min, max });
    }
    expectations
}

/// Whether all is known that a metric could name.
fn is_complete(written: &str, scene: &Scene<'_>) -> bool {
    match written.split_once('.').map(|(metric, _)| metric) {
        Some("price_tao" | "emission_share") => scene.subnets.is_complete(),
        Some("share" | "dividend_per_stake" | "profit_tao" | "registrations" | "prunings") => {
            scene.groups.is_complete()
        }
        _ => true,
    }
}

/// Dividends per stake compare with the honest validators of the subnet: there must be some.
fn check_honest(
    place: &Place<'_>,
    metric: &ChainMetric,
    validators: &[ChainValidators],
    scene: &Scene<'_>,
    sink: &mut Sink,
) {
    let ChainMetric::DividendPerStake(group) = metric else { return };
    let Some(group) = validators.iter().find(|other| other.name == *group) else { return };
    let honest = |other: &ChainValidators| {
        other.subnet == group.subnet && other.behaviour == Behaviour::Honest
    };
    if scene.groups.is_complete() && !validators.iter().any(honest) {
        sink.error(&place.key("metric").span(), "there are no honest validators on the subnet")
            .label("this metric compares with them")
            .help("add a group with behaviour = \"honest\"");
    }
}

/// Smallest and largest value that a metric can have.
fn range(metric: &ChainMetric) -> (f64, f64) {
    match metric {
        ChainMetric::Gini | ChainMetric::Share(_) | ChainMetric::EmissionShare(_) => (0.0, 1.0),
        ChainMetric::Spearman => (-1.0, 1.0),
        ChainMetric::ProfitTao(_) => (f64::NEG_INFINITY, f64::INFINITY),
        ChainMetric::IssuanceTao => (0.0, SUPPLY_TAO),
        ChainMetric::BlockEmissionTao => (0.0, 1.0),
        ChainMetric::DividendPerStake(_)
        | ChainMetric::Registrations(_)
        | ChainMetric::Prunings(_)
        | ChainMetric::PriceTao(_)
        | ChainMetric::RefusedCalls
        | ChainMetric::Halvings => (0.0, f64::INFINITY),
    }
}

/// All metrics of these groups and subnets, those about the whole first.
fn names(scene: &Scene<'_>) -> Vec<ChainMetric> {
    let mut all = vec![
        ChainMetric::Gini,
        ChainMetric::Spearman,
        ChainMetric::IssuanceTao,
        ChainMetric::BlockEmissionTao,
        ChainMetric::RefusedCalls,
        ChainMetric::Halvings,
    ];
    let groups = scene.groups.all();
    let of = |metric: fn(String) -> ChainMetric, kinds: &[Kind]| -> Vec<ChainMetric> {
        let groups = groups.iter().filter(|group| kinds.contains(&group.kind));
        groups.map(|group| metric(group.name.clone())).collect()
    };
    let neurons = [Kind::Validator, Kind::Miner];
    all.extend(of(ChainMetric::Share, &neurons));
    all.extend(of(ChainMetric::DividendPerStake, &[Kind::Validator]));
    all.extend(of(ChainMetric::ProfitTao, &[Kind::Validator, Kind::Miner, Kind::Account]));
    all.extend(of(ChainMetric::Registrations, &neurons));
    all.extend(of(ChainMetric::Prunings, &neurons));
    for metric in [ChainMetric::PriceTao as fn(String) -> ChainMetric, ChainMetric::EmissionShare] {
        all.extend(scene.subnets.all().iter().map(|name| metric(name.clone())));
    }
    all
}

fn in_file(metrics: &[ChainMetric]) -> Vec<String> {
    let mut names: Vec<String> = metrics.iter().map(ToString::to_string).collect();
    // Two groups may share a name, which is reported where they stand.
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}
