//! Dividends over time: what each group of validators earns per stake, compared to the honest ones.
//! Where there is only one group, as in a replay, the shares of the best paid validators instead.

use subsim_sim::Role;

use super::PlotInput;
use super::axis::{self, BOTTOM, EDGE, Scale, TEXT, TOP, Unit};
use super::font;
use super::palette::{self, GROUPS, INK, QUIET, RULE};
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
    let groups = input.coloured_groups(Role::Validator);
    if groups.len() > 1 { by_group(input, &groups) } else { by_validator(input) }
}

fn by_group(input: &PlotInput<'_>, groups: &[(usize, Rgb)]) -> Scene {
    let series = input.groups;
    let reference = input.info.groups.len();
    let relative = |bin: usize, group: usize| {
        crate::metrics::share(series.ratio(bin, group)?, series.ratio(bin, reference)?)
    };
    let line = |&(group, colour): &(usize, Rgb)| Line {
        name: input.info.groups[group].name.clone(),
        colour,
        values: (0..series.bins()).map(|bin| relative(bin, group)).collect(),
    };
    let lines: Vec<Line> = groups.iter().take(GROUPS.len()).map(line).collect();
    let honest =
        input.info.groups.iter().any(|group| group.role == Role::Validator && group.honest);
    let compared = if honest { "honest validators" } else { "all validators" };
    let drawing = Drawing {
        title: group_title(input, groups, compared, honest),
        caption: format!("Validator emission per stake, {compared} = 1"),
        unit: Unit::Plain,
        lines,
        rule: Some(1.0),
        value: |value| axis::number(value, 2) + "×",
    };
    drawing.scene(input, series)
}

/// Names the group that is farthest from what it is compared to.
fn group_title(
    input: &PlotInput<'_>,
    groups: &[(usize, Rgb)],
    compared: &str,
    honest: bool,
) -> String {
    let series = input.groups;
    if series.total(input.info.groups.len()) == 0.0 {
        return "No validator earned a dividend to compare with".to_owned();
    }
    if !honest {
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
            let name = font::fit(&input.info.groups[group].name, 38, true, 400.0);
            let ratio = axis::number(ratio, 2);
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
    let lines: Vec<Line> = best.iter().copied().enumerate().map(line).collect();
    let title = match (lines.first(), best.first()) {
        (Some(line), Some(index)) => {
            let name = font::fit(&line.name, 38, true, 400.0);
            let part = axis::percent(series.overall(*index).unwrap_or(0.0));
            format!("Over the run, {name} earns the most: {part} of all validator emission")
        }
        _ => "No validator earned a dividend".to_owned(),
    };
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
        let widths = labels.iter().map(|label| font::width(label, TEXT, false));
        let label_width = widths.fold(0.0, f64::max).ceil() as i32;
        let y = self.y_scale();
        let left = EDGE + axis::y_label_width(&y) + 14;
        let right = SIZE.0 as i32 - EDGE - label_width - 48;
        // A single epoch stands in the middle.
        let last = series.epochs().saturating_sub(1) as f64;
        let (low, high) = if last > 0.0 { (0.0, last) } else { (-0.5, 0.5) };
        let x = Scale { low, high, from_px: left, to_px: right, unit: Unit::Whole };
        axis::y_axis(&mut scene, &y, left, right);
        axis::x_axis(&mut scene, &x, left, right);
        axis::y_caption(&mut scene, &self.caption);
        axis::x_caption(&mut scene, "Epoch", left, right);
        draw_events(&mut scene, input, &x, left);
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
        self.draw_labels(&mut scene, &labels, &ends.collect::<Vec<_>>(), right);
        scene
    }

    fn label(&self, line: &Line) -> String {
        let name = font::fit(&line.name, TEXT, false, NAME_ROOM);
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

    fn draw_labels(&self, scene: &mut Scene, labels: &[String], ends: &[(i32, i32)], right: i32) {
        let wishes: Vec<f64> = ends.iter().map(|(_, y)| f64::from(*y)).collect();
        let heights = spread(&wishes, 34.0, f64::from(TOP + 14), f64::from(BOTTOM - 10));
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

/// A line at each epoch in which something happened, and what it was where there is room.
fn draw_events(scene: &mut Scene, input: &PlotInput<'_>, x: &Scale, left: i32) {
    let mut free = left;
    for same in input.events.chunk_by(|a, b| a.epoch == b.epoch) {
        let at = x.px(same[0].epoch as f64);
        let phrases: Vec<&str> = same.iter().map(|event| event.what.as_str()).collect();
        let text = font::fit(
            &phrases.join(", "),
            axis::SMALL,
            false,
            f64::from(SIZE.0 as i32 - EDGE - at),
        );
        let has_room = at >= free && text.chars().count() > 8;
        let top = if has_room { TOP - 16 } else { TOP };
        scene.line(vec![(at, top), (at, BOTTOM)], 1, RULE);
        if has_room {
            let width = font::width(&text, axis::SMALL, false).ceil() as i32;
            scene.text(text, (at + 8, TOP - 3), Align::Left, axis::SMALL, QUIET);
            free = at + width + 24;
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
