//! Dividends over time: what each group of validators earns per stake, compared to the honest ones.
//! Where there is only one group, as in a replay, the shares of the best paid validators instead.

use subsim_sim::Role;

use super::PlotInput;
use super::axis::{self, BOTTOM, TEXT, TOP, Unit};
use super::font;
use super::lines::{Height, Line, Lines};
use super::palette::{self, GROUPS, OTHERS, QUIET};
use super::scene::{Align, Rgb, SIZE, Scene};
use crate::recording::PastEvent;
use crate::series::RatioSeries;
use crate::totals::Measures;

pub(super) fn scene(input: &PlotInput<'_>) -> Scene {
    if !input.paid(Role::Validator) {
        return nobody_paid(input);
    }
    let groups = input.coloured_groups(Role::Validator);
    if groups.len() > 1 { by_group(input, &groups) } else { by_validator(input) }
}

/// No axes, because there is nothing to show on them.
fn nobody_paid(input: &PlotInput<'_>) -> Scene {
    let mut scene = Scene::default();
    axis::heading(&mut scene, "No validator was paid", &input.subtitle(""));
    let text = match (input.run.epochs, input.why_unpaid(Role::Validator)) {
        (0, _) => "No epoch ran.".to_owned(),
        (_, Some(why)) => format!("There are no dividends to draw: {why}."),
        (_, None) => "There are no dividends to draw.".to_owned(),
    };
    let middle = (SIZE.0 as i32 / 2, (TOP + BOTTOM) / 2);
    scene.text(text, middle, Align::Centre, TEXT, QUIET);
    scene
}

/// The groups whose dividends per stake are 1: the honest ones, or all where those earned nothing.
struct Yardstick {
    groups: Vec<usize>,
    name: &'static str,
    is_honest: bool,
}

impl Yardstick {
    fn of(input: &PlotInput<'_>) -> Self {
        let groups = input.info.groups.iter().enumerate();
        let validators = groups.filter(|(_, group)| group.role == Role::Validator);
        let (mut all, mut honest) = (Vec::new(), Vec::new());
        for (index, group) in validators {
            all.push(index);
            if group.honest && input.groups.total(index) > 0.0 {
                honest.push(index);
            }
        }
        if honest.is_empty() {
            return Self { groups: all, name: "all validators", is_honest: false };
        }
        // Those that earned nothing belong to the yardstick too.
        all.retain(|index| input.info.groups[*index].honest);
        Self { groups: all, name: "honest validators", is_honest: true }
    }
}

fn by_group(input: &PlotInput<'_>, groups: &[(usize, Rgb)]) -> Scene {
    let series = input.groups;
    let yardstick = Yardstick::of(input);
    let line = |name: String, colour: Rgb, of: &[usize]| {
        let relative = |bin: usize| {
            let reference = series.joint_ratio(bin, &yardstick.groups)?;
            crate::metrics::share(series.joint_ratio(bin, of)?, reference)
        };
        Line { name, colour, points: points(series, relative) }
    };
    let (named, others) = groups.split_at(groups.len().min(GROUPS.len()));
    let mut lines: Vec<Line> = named
        .iter()
        .map(|&(group, colour)| line(input.info.groups[group].name.clone(), colour, &[group]))
        .collect();
    if !others.is_empty() {
        let name = axis::count(others.len() as u64, "other group");
        let others: Vec<usize> = others.iter().map(|(group, _)| *group).collect();
        lines.push(line(name, OTHERS, &others));
    }
    let chart = Lines {
        title: group_title(input, groups, &yardstick),
        caption: format!("Validator emission per stake, {} = 1", yardstick.name),
        height: Height::Around(1.0),
        lines,
        value: |value| axis::number(value, 2) + "×",
        ..over_epochs(input, series)
    };
    chart.scene()
}

/// Names the group that is farthest from what it is compared to.
fn group_title(input: &PlotInput<'_>, groups: &[(usize, Rgb)], yardstick: &Yardstick) -> String {
    let name = |group: usize| font::fit_name(&input.info.groups[group].name, 38, true, 400.0);
    let mut earners = groups.iter().filter(|(group, _)| input.groups.total(*group) > 0.0);
    if let (Some((group, _)), None) = (earners.next(), earners.next()) {
        return format!("Over the run, {} earns all dividends", name(*group));
    }
    let compared = yardstick.name;
    if !yardstick.is_honest {
        return format!("Dividend per stake of each group, compared to {compared}");
    }
    let measures = Measures::new(input.info, input.run);
    let mut farthest: Option<(usize, f64)> = None;
    for &(group, _) in groups {
        if let Some(ratio) = measures.dividend_per_stake(group)
            && farthest.is_none_or(|(_, other)| (ratio - 1.0).abs() > (other - 1.0).abs())
        {
            farthest = Some((group, ratio));
        }
    }
    match farthest {
        Some((group, ratio)) if (ratio - 1.0).abs() >= 0.005 => {
            let (name, ratio) = (name(group), axis::number(ratio, 2));
            format!("Over the run, {name} earns {ratio} times the dividend per stake of {compared}")
        }
        _ => "All groups of validators earn the same dividend per stake".to_owned(),
    }
}

fn by_validator(input: &PlotInput<'_>) -> Scene {
    let series = input.validators;
    let mut best: Vec<usize> = (0..input.validator_uids.len()).collect();
    best.retain(|index| series.total(*index) > 0.0);
    best.sort_by(|a, b| series.total(*b).total_cmp(&series.total(*a)).then(a.cmp(b)));
    best.truncate(GROUPS.len());
    let line = |(rank, index): (usize, usize)| Line {
        name: input.neuron_name(input.validator_uids[index]),
        colour: palette::group(rank),
        points: points(series, |bin| series.ratio(bin, index)),
    };
    let mut lines: Vec<Line> = best.iter().copied().enumerate().map(line).collect();
    let paid = input.run.neurons.iter().filter(|neuron| neuron.validator_emission_rao > 0);
    let others = paid.count().saturating_sub(best.len());
    let title = match (lines.first(), best.first()) {
        (Some(line), Some(index)) => {
            let name = font::fit_name(&line.name, 38, true, 400.0);
            let part = axis::percent(series.overall(*index).unwrap_or(0.0));
            format!("Over the run, {name} earns the most: {part} of all validator emission")
        }
        _ => "Dividends went to validators that are not shown".to_owned(),
    };
    if others > 0 {
        let rest = |bin: usize| {
            let shares = best.iter().map(|index| series.ratio(bin, *index));
            Some((1.0 - shares.sum::<Option<f64>>()?).max(0.0))
        };
        let name = axis::count(others as u64, "other") + " together";
        lines.push(Line { name, colour: OTHERS, points: points(series, rest) });
    }
    let chart = Lines {
        title,
        caption: "Share of all validator emission".to_owned(),
        unit: Unit::Percent,
        lines,
        value: axis::percent,
        ..over_epochs(input, series)
    };
    chart.scene()
}

/// The points of a line: one per bin, at its middle.
fn points(series: &RatioSeries, value: impl Fn(usize) -> Option<f64>) -> Vec<Option<(f64, f64)>> {
    (0..series.bins()).map(|bin| Some((series.middle(bin), value(bin)?))).collect()
}

/// A chart over the epochs of a series, without lines yet.
fn over_epochs(input: &PlotInput<'_>, series: &RatioSeries) -> Lines {
    let (remark, ends_at) = match series.epochs_per_bin() {
        1 => (String::new(), "in the last epoch"),
        epochs => {
            let mean = format!("each point is the mean of {}", axis::count(epochs, "epoch"));
            (mean, "at the last point")
        }
    };
    let same_epoch = input.events.chunk_by(|a, b| a.epoch == b.epoch);
    let mark = |same: &[PastEvent]| {
        let phrases: Vec<&str> = same.iter().map(|event| event.what.as_str()).collect();
        (same[0].epoch as f64, phrases.join(", "))
    };
    Lines {
        subtitle: input.subtitle(&remark),
        x_caption: "Epoch",
        x_unit: Unit::Whole,
        x: (0.0, series.epochs().saturating_sub(1) as f64),
        ends_at,
        marks: same_epoch.map(mark).collect(),
        ..Lines::default()
    }
}
