//! Bands on top of each other over time, each labelled at its end: parts of a whole.

use super::axis::{self, BOTTOM, EDGE, SMALL, Scale, TEXT, TOP, Unit};
use super::events::Marks;
use super::font;
use super::lines::x_scale;
use super::palette::{INK, QUIET};
use super::scene::{Align, Rgb, SIZE, Scene, Shape, spread};

/// Most pixels that a label takes.
const LABEL_ROOM: f64 = 340.0;

/// A band: its height at every point of the horizontal axis.
pub(super) struct Band {
    pub name: String,
    pub colour: Rgb,
    pub heights: Vec<f64>,
    /// What the label says after the name.
    pub value: String,
}

/// A chart of bands, the first at the bottom.
pub(super) struct Stack {
    pub title: String,
    pub subtitle: String,
    /// Of the vertical axis.
    pub caption: String,
    pub x_caption: &'static str,
    pub x_unit: Unit,
    /// Ends of the horizontal axis.
    pub x: (f64, f64),
    /// Where the bands' heights stand, ascending.
    pub at: Vec<f64>,
    pub bands: Vec<Band>,
    /// What stands above the labels: what the values in them are.
    pub values_are: &'static str,
    /// What happened, and where on the horizontal axis.
    pub marks: Vec<(f64, String)>,
}

impl Stack {
    /// Upper edge of each band at every point.
    fn tops(&self) -> Vec<Vec<f64>> {
        let mut sum = vec![0.0; self.at.len()];
        let top = |band: &Band| {
            sum.iter_mut().zip(&band.heights).for_each(|(sum, height)| *sum += height);
            sum.clone()
        };
        self.bands.iter().map(top).collect()
    }

    pub(super) fn scene(&self) -> Scene {
        let mut scene = Scene::default();
        axis::heading(&mut scene, &self.title, &self.subtitle);
        let tops = self.tops();
        let highest = tops.iter().flatten().copied().fold(0.0, f64::max);
        let high = if highest > 0.0 { highest * 1.06 } else { 1.0 };
        let mut y = Scale { low: 0.0, high, from_px: BOTTOM, to_px: TOP, unit: Unit::Plain };
        let labels: Vec<String> = self.bands.iter().map(label).collect();
        let widths = labels.iter().map(|label| font::width(label, TEXT, false));
        let least = font::width(self.values_are, SMALL, false);
        let left = EDGE + axis::y_label_width(&y) + 14;
        let right = SIZE.0 as i32 - EDGE - widths.fold(least, f64::max).ceil() as i32 - 48;
        let x = x_scale(self.x, self.x_unit, left, right);
        let marks = Marks::along(&self.marks, &x);
        y.to_px = marks.top();
        // The highest band first, down to the axis: no seams between neighbours.
        for (band, top) in self.bands.iter().zip(&tops).rev() {
            scene.shapes.push(Shape::Area {
                points: self.area(top, &x, &y),
                colour: band.colour,
                opacity: 1.0,
            });
        }
        axis::y_axis(&mut scene, &y, left, right);
        axis::x_axis(&mut scene, &x, left, right);
        axis::y_caption(&mut scene, &self.caption);
        axis::x_caption(&mut scene, self.x_caption, left, right);
        marks.draw(&mut scene);
        scene.text(self.values_are, (right + 46, TOP - 32), Align::Left, SMALL, QUIET);
        self.draw_labels(&mut scene, &labels, &tops, &y, right);
        scene
    }

    /// What lies below an upper edge.
    fn area(&self, top: &[f64], x: &Scale, y: &Scale) -> Vec<(i32, i32)> {
        let edge = self.at.iter().zip(top).map(|(at, top)| (x.px(*at), y.px(*top)));
        let mut points: Vec<(i32, i32)> = edge.collect();
        if let (Some(first), Some(last)) = (self.at.first(), self.at.last()) {
            points.extend([(x.px(*last), BOTTOM), (x.px(*first), BOTTOM)]);
        }
        points
    }

    fn draw_labels(
        &self,
        scene: &mut Scene,
        labels: &[String],
        tops: &[Vec<f64>],
        y: &Scale,
        right: i32,
    ) {
        let last = |top: &Vec<f64>| top.last().copied().unwrap_or(0.0);
        let mut below = 0.0;
        let middles = tops.iter().map(|top| {
            let middle = (below + last(top)) / 2.0;
            below = last(top);
            f64::from(y.px(middle))
        });
        let middles: Vec<f64> = middles.collect();
        let heights = spread(&middles, 34.0, f64::from(y.to_px + 14), f64::from(BOTTOM - 10));
        for ((label, band), height) in labels.iter().zip(&self.bands).zip(heights) {
            let at = height.round() as i32;
            scene.rect((right + 20, at - 9), (right + 38, at + 9), band.colour);
            scene.text(label.clone(), (right + 46, at + 8), Align::Left, TEXT, INK);
        }
    }
}

fn label(band: &Band) -> String {
    let value = format!(" · {}", band.value);
    let room = LABEL_ROOM - font::width(&value, TEXT, false);
    font::fit_name(&band.name, TEXT, false, room) + &value
}
