//! Scales, ticks and the frame that all plots share: title, subtitle, grid and axis captions.

use subsim_sim::amounts::grouped;

use super::font;
use super::palette::{GRID, INK, QUIET, RULE};
use super::scene::{Align, SIZE, Scene};

/// Left edge of titles, captions and everything that hangs at the left.
pub(super) const EDGE: i32 = 60;
/// Font size of tick labels, captions and direct labels.
pub(super) const TEXT: u32 = 22;
/// Font size of subtitles.
pub(super) const SUBTITLE: u32 = 24;
/// Font size of remarks inside a plot.
pub(super) const SMALL: u32 = 18;
/// Top and bottom of the plotting area.
pub(super) const TOP: i32 = 204;
/// See [`TOP`].
pub(super) const BOTTOM: i32 = 884;

/// How numbers on an axis are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// As they are, thousands separated.
    Plain,
    /// Things that are counted, such as epochs and uids: no ticks between whole numbers.
    Whole,
    /// A share: 0.25 is written 25%.
    Percent,
}

/// A span of values along a span of pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub low: f64,
    pub high: f64,
    pub from_px: i32,
    pub to_px: i32,
    pub unit: Unit,
}

impl Scale {
    /// Pixel of a value; values beyond the ends stay at the ends.
    pub(super) fn px(&self, value: f64) -> i32 {
        let part = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        let span = f64::from(self.to_px - self.from_px);
        self.from_px + (part * span).round() as i32
    }

    /// Values to mark, with their labels: about `wanted` multiples of 1, 2, 2.5 or 5 times a power
    /// of ten.
    pub(super) fn ticks(&self, wanted: usize) -> Vec<(f64, String)> {
        let factor = if self.unit == Unit::Percent { 100.0 } else { 1.0 };
        let (low, high) = (self.low * factor, self.high * factor);
        let least = (high - low) / wanted.max(1) as f64;
        let (step, decimals) = match self.unit {
            Unit::Whole => (round_step(least.max(1.0), &[(1.0, 0), (2.0, 0), (5.0, 0)]).0, 0),
            _ => round_step(least, &[(1.0, 0), (2.0, 0), (2.5, 1), (5.0, 0)]),
        };
        let slack = step * 1e-6;
        let first = ((low - slack) / step).ceil() as i64;
        let last = ((high + slack) / step).floor() as i64;
        let suffix = if self.unit == Unit::Percent { "%" } else { "" };
        (first..=last)
            .map(|k| {
                let value = k as f64 * step;
                (value / factor, number(value, decimals) + suffix)
            })
            .collect()
    }
}

/// The smallest round step of at least `least`, and the decimals that show it. Mantissas come with
/// the decimals that they have themselves.
fn round_step(least: f64, mantissas: &[(f64, i32)]) -> (f64, usize) {
    for exponent in -12..19_i32 {
        // Parsing a decimal is exact to the last bit everywhere; a power function is not.
        let power: f64 = format!("1e{exponent}").parse().unwrap_or(1.0);
        for &(mantissa, extra) in mantissas {
            if mantissa * power >= least * (1.0 - 1e-9) {
                let decimals = (extra - exponent).max(0) as usize;
                return (mantissa * power, decimals);
            }
        }
    }
    (1e18, 0)
}

/// A number with fixed decimals and thousands separated by commas.
pub(super) fn number(value: f64, decimals: usize) -> String {
    let plain = format!("{:.*}", decimals, value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut text = grouped(whole);
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    let is_zero = plain.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if value < 0.0 && !is_zero { format!("−{text}") } else { text }
}

/// A share as a percentage with as many decimals as its size needs.
pub(super) fn percent(share: f64) -> String {
    let value = share * 100.0;
    let decimals = match value {
        v if v == 0.0 || v >= 99.95 => 0,
        v if v >= 99.0 => 1,
        v if v >= 10.0 => 0,
        v if v >= 1.0 => 1,
        v if v >= 0.1 => 2,
        _ => 3,
    };
    number(value, decimals) + "%"
}

/// `1 epoch`, `200 epochs`.
pub(super) fn count(n: u64, noun: &str) -> String {
    let number = number(n as f64, 0);
    if n == 1 { format!("{number} {noun}") } else { format!("{number} {noun}s") }
}

/// Title and subtitle of a picture, cut when they are wider than it.
pub(super) fn heading(scene: &mut Scene, title: &str, subtitle: &str) {
    let room = f64::from(SIZE.0 as i32 - 2 * EDGE);
    let size = if font::width(title, 38, true) <= room { 38 } else { 32 };
    scene.bold_text(font::fit(title, size, true, room), (EDGE, 76), size, INK);
    let subtitle = font::fit(subtitle, SUBTITLE, false, room);
    scene.text(subtitle, (EDGE, 118), Align::Left, SUBTITLE, QUIET);
}

/// Caption of the vertical axis, above it, so that nobody has to turn the head.
pub(super) fn y_caption(scene: &mut Scene, caption: &str) {
    scene.text(caption, (EDGE, TOP - 32), Align::Left, TEXT, QUIET);
}

/// Caption of the horizontal axis, centred below it.
pub(super) fn x_caption(scene: &mut Scene, caption: &str, left: i32, right: i32) {
    scene.text(caption, ((left + right) / 2, BOTTOM + 84), Align::Centre, TEXT, QUIET);
}

/// Pixels that the tick labels of a vertical axis need.
pub(super) fn y_label_width(scale: &Scale) -> i32 {
    let widths = scale.ticks(8).into_iter().map(|(_, label)| font::width(&label, TEXT, false));
    widths.fold(0.0, f64::max).ceil() as i32
}

/// Grid lines and tick labels of the vertical axis, between two pixel columns.
pub(super) fn y_axis(scene: &mut Scene, scale: &Scale, left: i32, right: i32) {
    for (value, label) in scale.ticks(8) {
        let y = scale.px(value);
        scene.line(vec![(left, y), (right, y)], 1, GRID);
        scene.text(label, (left - 14, y + 8), Align::Right, TEXT, QUIET);
    }
}

/// Axis line between two pixel columns, tick marks and labels of the horizontal axis.
pub(super) fn x_axis(scene: &mut Scene, scale: &Scale, left: i32, right: i32) {
    scene.line(vec![(left, BOTTOM), (right, BOTTOM)], 2, RULE);
    for (value, label) in scale.ticks(8) {
        let x = scale.px(value);
        scene.line(vec![(x, BOTTOM), (x, BOTTOM + 8)], 2, RULE);
        scene.text(label, (x, BOTTOM + 40), Align::Centre, TEXT, QUIET);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64, unit: Unit) -> Vec<String> {
        let scale = Scale { low, high, from_px: 0, to_px: 100, unit };
        scale.ticks(5).into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round_and_written_exactly() {
        assert_eq!(labels(0.0, 1.0, Unit::Plain), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(0.0, 0.5, Unit::Percent), ["0%", "10%", "20%", "30%", "40%", "50%"]);
        assert_eq!(labels(0.0, 12_000.0, Unit::Plain), ["0", "2,500", "5,000", "7,500", "10,000"]);
        assert_eq!(labels(-0.1, 0.1, Unit::Plain), ["−0.10", "−0.05", "0.00", "0.05", "0.10"]);
        assert_eq!(labels(0.0, 4.0, Unit::Whole), ["0", "1", "2", "3", "4"]);
        assert_eq!(labels(0.0, 1.0, Unit::Whole), ["0", "1"]);
        assert_eq!(labels(0.9, 1.1, Unit::Plain), ["0.90", "0.95", "1.00", "1.05", "1.10"]);
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(number(1_234_567.0, 0), "1,234,567");
        assert_eq!(number(-0.001, 2), "0.00");
        assert_eq!(percent(0.123), "12%");
        assert_eq!(percent(0.0123), "1.2%");
        assert_eq!(percent(0.9972), "99.7%");
        assert_eq!(percent(0.0), "0%");
        assert_eq!(percent(1.0), "100%");
        assert_eq!(count(1, "epoch"), "1 epoch");
        assert_eq!(count(2000, "epoch"), "2,000 epochs");
    }

    #[test]
    fn pixels_stay_within_the_scale() {
        let scale = Scale { low: 0.0, high: 10.0, from_px: 100, to_px: 0, unit: Unit::Plain };
        assert_eq!([scale.px(0.0), scale.px(10.0), scale.px(2.5)], [100, 0, 75]);
        assert_eq!([scale.px(-5.0), scale.px(99.0)], [100, 0]);
    }
}
