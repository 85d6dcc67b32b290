//! Events: changing the rules or a group in the middle of a run, and saying so in words.

use serde_json::Value;

use crate::scenario::{Event, GroupChange, Sampled, SubnetPatch};
use crate::world::Simulation;

/// Makes an event happen; returns one phrase per change.
pub(crate) fn apply(simulation: &mut Simulation<'_>, event: &Event) -> Vec<String> {
    simulation.state.rules.apply(&event.subnet);
    let mut phrases = rules_in_words(&event.subnet);
    if let Some(change) = &event.group {
        if let Some(group) = simulation.population.group_named(&change.name) {
            apply_to_group(simulation, group, event.at_epoch, change);
        }
        phrases.extend(group_phrases(change));
    }
    phrases
}

fn apply_to_group(simulation: &mut Simulation<'_>, group: usize, epoch: u64, change: &GroupChange) {
    let address = epoch.saturating_add(1);
    if let Some(quality) = &change.quality {
        simulation.draw_quality(group, address, quality);
    }
    if let Some(stake) = &change.stake_alpha {
        simulation.draw_alpha(group, address, stake);
    }
    if let Some(stake) = &change.root_stake_tao {
        simulation.draw_root(group, address, stake);
    }
    if let Some(noise) = change.noise {
        simulation.set_noise(group, noise);
    }
    if let Some(behaviour) = &change.behaviour {
        for uid in simulation.population.members[group].clone() {
            simulation.validators[uid].judge.behave(behaviour.clone(), epoch);
        }
    }
}

/// `kappa = 0.6`, one phrase per hyperparameter that changes.
pub(crate) fn rules_in_words(patch: &SubnetPatch) -> Vec<String> {
    let Ok(Value::Object(changes)) = serde_json::to_value(patch) else {
        return Vec::new();
    };
    changes.iter().map(|(key, value)| format!("{key} = {}", setting(value))).collect()
}

/// A hyperparameter's new value. Proportions, which are written as exact integers, become the
/// fraction that they stand for, to six places.
fn setting(value: &Value) -> String {
    let exact = |key: &str| value.get(key).and_then(Value::as_u64);
    let fraction = match (exact("u16"), exact("u64")) {
        (Some(proportion), _) => proportion as f64 / f64::from(u16::MAX),
        (_, Some(proportion)) => proportion as f64 / u64::MAX as f64,
        _ => return value.to_string(),
    };
    let rounded = format!("{fraction:.6}");
    rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `good: quality = 0.2`, one phrase per property that changes.
fn group_phrases(change: &GroupChange) -> Vec<String> {
    let sampled = [
        ("quality", &change.quality),
        ("stake_alpha", &change.stake_alpha),
        ("root_stake_tao", &change.root_stake_tao),
    ];
    let mut properties: Vec<String> = sampled
        .into_iter()
        .filter_map(|(key, value)| {
            value.as_ref().map(|v| format!("{key} = {}", sampled_in_words(v)))
        })
        .collect();
    properties.extend(change.noise.map(|noise| format!("noise = {noise}")));
    properties.extend(change.behaviour.as_ref().map(|b| format!("behaviour = {}", b.name())));
    properties.iter().map(|property| format!("{}: {property}", change.name)).collect()
}

/// `normal (mean 0.5, std 0.1)`.
pub(crate) fn sampled_in_words(sampled: &Sampled) -> String {
    match sampled {
        Sampled::Constant(value) => value.to_string(),
        Sampled::List(values) => format!("list of {} numbers", values.len()),
        Sampled::Normal { mean, std } => format!("normal (mean {mean}, std {std})"),
        Sampled::Uniform { low, high } => format!("uniform (low {low}, high {high})"),
        Sampled::LogNormal { median, sigma } => {
            format!("log-normal (median {median}, sigma {sigma})")
        }
        Sampled::Pareto { scale, shape } => format!("Pareto (scale {scale}, shape {shape})"),
        Sampled::Exponential { mean } => format!("exponential (mean {mean})"),
    }
}
