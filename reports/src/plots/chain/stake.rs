//! Stake by group over time: who owns what is staked, on all subnets and root.

use super::super::palette::{self, GROUPS, OTHERS};
use super::super::scene::Scene;
use super::super::stack::{Band, Stack};
use super::super::{axis, font};
use super::{ChainPlotInput, amount};

/// Rao per token.
const RAO: f64 = 1e9;

pub(super) fn scene(input: &ChainPlotInput<'_>) -> Option<Scene> {
    let samples = &input.course.stake;
    if samples.is_empty() {
        return None;
    }
    let clock = input.clock();
    let at: Vec<f64> = samples.iter().map(|(block, _)| clock.at(block)).collect();
    let groups = input.names.groups.len();
    let heights = |group: usize| -> Vec<f64> {
        samples.iter().map(|(_, sums)| sums.get(group).map_or(0.0, |sum| sum / RAO)).collect()
    };
    let all: Vec<Vec<f64>> = (0..groups).map(heights).collect();
    let end = |group: usize| all[group].last().copied().unwrap_or(0.0);
    let highest = |group: usize| all[group].iter().copied().fold(0.0, f64::max);
    let mut shown: Vec<usize> = (0..groups).filter(|group| highest(*group) > 0.0).collect();
    let whole: f64 = shown.iter().map(|group| end(*group)).sum();
    shown.sort_by(|a, b| highest(*b).total_cmp(&highest(*a)).then(a.cmp(b)));
    let rest = shown.split_off(shown.len().min(GROUPS.len()));
    shown.sort_unstable();
    let most = shown.iter().copied().reduce(|a, b| if end(b) > end(a) { b } else { a })?;
    let mut bands: Vec<Band> = Vec::new();
    for (rank, group) in shown.iter().enumerate() {
        bands.push(Band {
            name: input.names.groups[*group].name.clone(),
            colour: if *group + 1 == groups { OTHERS } else { palette::group(rank) },
            heights: all[*group].clone(),
            value: amount(end(*group)),
        });
    }
    if !rest.is_empty() {
        let sum = |at: usize| rest.iter().map(|group| all[*group][at]).sum();
        bands.push(Band {
            name: axis::count(rest.len() as u64, "other group"),
            colour: OTHERS,
            heights: (0..at.len()).map(sum).collect(),
            value: amount(rest.iter().map(|group| end(*group)).sum()),
        });
    }
    let name = font::fit_name(&input.names.groups[most].name, 38, true, 400.0);
    let title = match crate::metrics::share(end(most), whole) {
        Some(share) => format!("At the end, {name} owns {} of all stake", axis::percent(share)),
        None => "At the end, nobody has any stake".to_owned(),
    };
    let stack = Stack {
        title,
        subtitle: input.subtitle("by the group of the coldkey that owns it"),
        caption: "Stake in TAO, alpha at the price of its pool".to_owned(),
        x_caption: clock.caption,
        x_unit: clock.unit,
        x: clock.ends(),
        at,
        bands,
        values_are: "TAO at the end",
        marks: input.marks(),
    };
    Some(stack.scene())
}
