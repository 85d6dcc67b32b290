//! Dividends over time: what each group of validators earns per stake, compared to the honest ones.
//! Where there is only one group, as in a replay, the shares of the best paid validators instead.

use subsim_sim::Role;

use super::PlotInput;
use super::axis::{self, BOTTOM, EDGE, SMALL, Scale, TEXT, TOP, Unit};
use super::events::Marks;
use super::font;
use super::palette::{self, GROUPS, INK, OTHERS, QUIET, RULE};
use super::scene::{Align, Rgb, SIZE, Scene, spread};
use crate::totals::Measures;

/// A named line: one value per bin, `None` where it has none.
struct Line {
    name: String,
    colour: Rgb,
    values: Vec<Option<f64>>,
}

impl Line {
    /// Last bin with a value.
    fn end(&self) -> Option<(usize, f64)> {
        let values = self.values.iter().enumerate().rev();
        values.into_iter().find_map(|(bin, value)| value.map(|value| (bin, value)))
    }
}

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
        Line { name, colour, values: (0..series.bins()).map(relative).collect() }
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
    let drawing = Drawing {
        title: group_title(input, groups, &yardstick),
        caption: format!("Validator emission per stake, {} = 1", yardstick.name),
        unit: Unit::Plain,
        lines,
        rule: Some(1.0),
        value: |value| axis::number(value, 2) + "×",
    };
    drawing.scene(input, series)
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
        values: (0..series.bins()).map(|bin| series.ratio(bin, index)).collect(),
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
        let values = (0..series.bins()).map(rest).collect();
        let name = axis::count(others as u64, "other") + " together";
        lines.push(Line { name, colour: OTHERS, values });
    }
    let drawing = Drawing {
        title,
        caption: "Share of all validator emission".to_owned(),
        unit: Unit::Percent,
        lines,
        rule: None,
        value: axis::percent,
    };
    drawing.scene(input, series)
}

/// Lines over epochs, labelled at their ends.
struct Drawing {
    title: String,
    caption: String,
    unit: Unit,
    lines: Vec<Line>,
    /// Value of a reference line.
    rule: Option<f64>,
    /// How a value is written at a line's end.
    value: fn(f64) -> String,
}

/// Most pixels that the name in a label takes.
const NAME_ROOM: f64 = 270.0;

impl Drawing {
    fn scene(&self, input: &PlotInput<'_>, series: &crate::RatioSeries) -> Scene {
        let mut scene = Scene::default();
        let remark = match series.epochs_per_bin() {
            1 => String::new(),
            epochs => format!("each point is the mean of {}", axis::count(epochs, "epoch")),
        };
        axis::heading(&mut scene, &self.title, &input.subtitle(&remark));
        let labels: Vec<String> = self.lines.iter().map(|line| self.label(line)).collect();
        let ends_at = match series.epochs_per_bin() {
            1 => "in the last epoch",
            _ => "at the last point",
        };
        let widths = labels.iter().map(|label| font::width(label, TEXT, false));
        let label_width = widths.fold(font::width(ends_at, SMALL, false), f64::max).ceil() as i32;
        let mut y = self.y_scale();
        let left = EDGE + axis::y_label_width(&y) + 14;
        let right = SIZE.0 as i32 - EDGE - label_width - 48;
        // A single epoch stands in the middle.
        let last = series.epochs().saturating_sub(1) as f64;
        let (low, high) = if last > 0.0 { (0.0, last) } else { (-0.5, 0.5) };
        let x = Scale { low, high, from_px: left, to_px: right, unit: Unit::Whole };
        let events = Marks::of(input, &x);
        y.to_px = events.top();
        axis::y_axis(&mut scene, &y, left, right);
        axis::x_axis(&mut scene, &x, left, right);
        axis::y_caption(&mut scene, &self.caption);
        axis::x_caption(&mut scene, "Epoch", left, right);
        events.draw(&mut scene);
        if let Some(value) = self.rule {
            let at = y.px(value);
            scene.line(vec![(left, at), (right, at)], 2, RULE);
        }
        // The first lines matter most and are drawn last, on top.
        for line in self.lines.iter().rev() {
            draw_line(&mut scene, line, |bin, value| (x.px(series.middle(bin)), y.px(value)));
        }
        let ends = self.lines.iter().map(|line| {
            line.end()
                .map_or((left, BOTTOM), |(bin, value)| (x.px(series.middle(bin)), y.px(value)))
        });
        scene.text(ends_at, (right + 46, TOP - 32), Align::Left, SMALL, QUIET);
        self.draw_labels(&mut scene, &labels, &ends.collect::<Vec<_>>(), (right, y.to_px));
        scene
    }

    fn label(&self, line: &Line) -> String {
        let name = font::fit_name(&line.name, TEXT, false, NAME_ROOM);
        match line.end() {
            Some((_, value)) => format!("{name} · {}", (self.value)(value)),
            None => name,
        }
    }

    /// Around all values: shares from 0, ratios around the reference line and never so close that
    /// a difference of a percent fills the picture.
    fn y_scale(&self) -> Scale {
        let values = || self.lines.iter().flat_map(|line| line.values.iter().flatten().copied());
        let (mut low, mut high) = match self.rule {
            Some(rule) => (rule - 0.02, rule + 0.02),
            None => (0.0, 0.0),
        };
        for value in values() {
            (low, high) = (low.min(value), high.max(value));
        }
        let margin = (high - low) * 0.06;
        high = if high > 0.0 { high + margin } else { 1.0 };
        low = if self.rule.is_some() { (low - margin).max(0.0) } else { 0.0 };
        Scale { low, high, from_px: BOTTOM, to_px: TOP, unit: self.unit }
    }

    fn draw_labels(
        &self,
        scene: &mut Scene,
        labels: &[String],
        ends: &[(i32, i32)],
        (right, top): (i32, i32),
    ) {
        let wishes: Vec<f64> = ends.iter().map(|(_, y)| f64::from(*y)).collect();
        let heights = spread(&wishes, 34.0, f64::from(top + 14), f64::from(BOTTOM - 10));
        for (((label, line), end), height) in labels.iter().zip(&self.lines).zip(ends).zip(heights)
        {
            let y = height.round() as i32;
            // A line that ends early has its label at its height, but no leader across the picture.
            if line.end().is_some() && right - end.0 < 12 {
                let knee = (right + 10, end.1);
                scene.line(vec![*end, knee, (right + 32, y)], 1, line.colour);
            }
            scene.disc((right + 34, y), 5, line.colour, 1.0);
            scene.text(label.clone(), (right + 46, y + 8), Align::Left, TEXT, INK);
        }
    }
}

/// Draws the runs of bins that have a value; a lone bin becomes a dot.
fn draw_line(scene: &mut Scene, line: &Line, px: impl Fn(usize, f64) -> (i32, i32)) {
    let mut run: Vec<(i32, i32)> = Vec::new();
    let mut flush = |run: &mut Vec<(i32, i32)>| match run.len() {
        0 => {}
        1 => scene.disc(run.remove(0), 5, line.colour, 1.0),
        _ => scene.line(std::mem::take(run), 3, line.colour),
    };
    for (bin, value) in line.values.iter().enumerate() {
        match value {
            Some(value) => run.push(px(bin, *value)),
            None => flush(&mut run),
        }
    }
    flush(&mut run);
}
