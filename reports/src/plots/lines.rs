//! Lines over time, each labelled at its end.

use super::axis::{self, BOTTOM, EDGE, SMALL, Scale, TEXT, TOP, Unit};
use super::events::Marks;
use super::font;
use super::palette::{INK, QUIET, RULE};
use super::scene::{Align, Rgb, SIZE, Scene, spread};

/// Most pixels that the name in a label takes.
const NAME_ROOM: f64 = 270.0;

/// A named line: points in ascending order of `x`; the line is broken where there is none.
pub(super) struct Line {
    pub name: String,
    pub colour: Rgb,
    pub points: Vec<Option<(f64, f64)>>,
}

impl Line {
    /// The last point.
    fn end(&self) -> Option<(f64, f64)> {
        self.points.iter().rev().find_map(|point| *point)
    }
}

/// What the vertical axis spans.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) enum Height {
    /// From 0 to a little above all values.
    #[default]
    FromZero,
    /// A little more than the values, which differ little from each other.
    Fit,
    /// Around a reference line, and never so close that a difference of a percent fills the
    /// picture.
    Around(f64),
}

/// A chart of lines.
pub(super) struct Lines {
    pub title: String,
    pub subtitle: String,
    /// Of the vertical axis.
    pub caption: String,
    pub unit: Unit,
    pub height: Height,
    pub x_caption: &'static str,
    pub x_unit: Unit,
    /// Ends of the horizontal axis; a single value stands in the middle.
    pub x: (f64, f64),
    pub lines: Vec<Line>,
    /// How a value is written at a line's end.
    pub value: fn(f64) -> String,
    /// What stands above the labels: where the values in them were taken.
    pub ends_at: &'static str,
    /// What happened, and where on the horizontal axis.
    pub marks: Vec<(f64, String)>,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            title: String::new(),
            subtitle: String::new(),
            caption: String::new(),
            unit: Unit::Plain,
            height: Height::FromZero,
            x_caption: "",
            x_unit: Unit::Plain,
            x: (0.0, 1.0),
            lines: Vec::new(),
            value: |value| axis::number(value, 2),
            ends_at: "",
            marks: Vec::new(),
        }
    }
}

/// The horizontal scale between two pixel columns.
pub(super) fn x_scale((low, high): (f64, f64), unit: Unit, from_px: i32, to_px: i32) -> Scale {
    let (low, high) = if high > low { (low, high) } else { (low - 0.5, low + 0.5) };
    Scale { low, high, from_px, to_px, unit }
}

impl Lines {
    pub(super) fn scene(&self) -> Scene {
        let mut scene = Scene::default();
        axis::heading(&mut scene, &self.title, &self.subtitle);
        let labels: Vec<String> = self.lines.iter().map(|line| self.label(line)).collect();
        let widths = labels.iter().map(|label| font::width(label, TEXT, false));
        let least = font::width(self.ends_at, SMALL, false);
        let label_width = widths.fold(least, f64::max).ceil() as i32;
        let mut y = self.y_scale();
        let left = EDGE + axis::y_label_width(&y) + 14;
        let right = SIZE.0 as i32 - EDGE - label_width - 48;
        let x = x_scale(self.x, self.x_unit, left, right);
        let marks = Marks::along(&self.marks, &x);
        y.to_px = marks.top();
        axis::y_axis(&mut scene, &y, left, right);
        axis::x_axis(&mut scene, &x, left, right);
        axis::y_caption(&mut scene, &self.caption);
        axis::x_caption(&mut scene, self.x_caption, left, right);
        marks.draw(&mut scene);
        if let Height::Around(value) = self.height {
            let at = y.px(value);
            scene.line(vec![(left, at), (right, at)], 2, RULE);
        }
        // The first lines matter most and are drawn last, on top.
        for line in self.lines.iter().rev() {
            draw_line(&mut scene, line, &x, &y);
        }
        let end = |line: &Line| line.end().map_or((left, BOTTOM), |(at, v)| (x.px(at), y.px(v)));
        let ends: Vec<(i32, i32)> = self.lines.iter().map(end).collect();
        scene.text(self.ends_at, (right + 46, TOP - 32), Align::Left, SMALL, QUIET);
        self.draw_labels(&mut scene, &labels, &ends, (right, y.to_px));
        scene
    }

    fn label(&self, line: &Line) -> String {
        let name = font::fit_name(&line.name, TEXT, false, NAME_ROOM);
        match line.end() {
            Some((_, value)) => format!("{name} · {}", (self.value)(value)),
            None => name,
        }
    }

    fn y_scale(&self) -> Scale {
        let points = self.lines.iter().flat_map(|line| line.points.iter().flatten());
        let values = points.map(|(_, value)| *value);
        let start = match self.height {
            Height::Around(rule) => (rule - 0.02, rule + 0.02),
            Height::FromZero => (0.0, 0.0),
            Height::Fit => (f64::INFINITY, f64::NEG_INFINITY),
        };
        let (mut low, mut high) =
            values.fold(start, |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            (low, high) = (0.0, 0.0);
        }
        if self.height == Height::Fit && high - low < high * 0.02 {
            (low, high) = (low - high * 0.01, high + high * 0.01);
        }
        let margin = (high - low) * 0.06;
        low = if self.height == Height::FromZero { 0.0 } else { (low - margin).max(0.0) };
        high = if high > 0.0 { high + margin } else { low + 1.0 };
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

/// Draws the runs of points; a lone one becomes a dot.
pub(super) fn draw_line(scene: &mut Scene, line: &Line, x: &Scale, y: &Scale) {
    let mut run: Vec<(i32, i32)> = Vec::new();
    let mut flush = |run: &mut Vec<(i32, i32)>| match run.len() {
        0 => {}
        1 => scene.disc(run.remove(0), 5, line.colour, 1.0),
        _ => scene.line(std::mem::take(run), 3, line.colour),
    };
    for point in &line.points {
        match point {
            Some((at, value)) => run.push((x.px(*at), y.px(*value))),
            None => flush(&mut run),
        }
    }
    flush(&mut run);
}
