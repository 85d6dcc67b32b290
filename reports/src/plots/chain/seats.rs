//! Registrations above the line, prunings below it.

use super::super::axis::{self, BOTTOM, EDGE, Scale, TEXT, TOP, Unit};
use super::super::font;
use super::super::lines::x_scale;
use super::super::palette::{GRID, GROUPS, INK, QUIET, RULE};
use super::super::scene::{Align, SIZE, Scene};
use super::ChainPlotInput;

pub(super) fn scene(input: &ChainPlotInput<'_>) -> Option<Scene> {
    let seats = &input.course.seats;
    let (registrations, prunings) = (seats.total(0).round(), seats.total(1).round());
    if registrations + prunings <= 0.0 {
        return None;
    }
    let mut scene = Scene::default();
    let counted = |number: f64, noun: &str| axis::count(number as u64, noun);
    let title = match prunings > 0.0 {
        true => format!(
            "{}, and {} of a neuron that earned too little",
            counted(registrations, "registration"),
            counted(prunings, "pruning"),
        ),
        false => format!("{}, and nobody is pruned", counted(registrations, "registration")),
    };
    axis::heading(&mut scene, &title, &input.subtitle(""));
    let most = |series: usize| {
        (0..seats.bins()).map(|bin| seats.sum(bin, series).round()).fold(0.0, f64::max)
    };
    let (low, high) = (-most(1) * 1.06, most(0).max(1.0) * 1.06);
    let y = Scale { low, high, from_px: BOTTOM, to_px: TOP, unit: Unit::Whole };
    let labels = [("registrations", GROUPS[0]), ("prunings", GROUPS[1])];
    let widths = labels.iter().map(|(text, _)| font::width(text, TEXT, false));
    let left = EDGE + axis::y_label_width(&y) + 14;
    let right = SIZE.0 as i32 - EDGE - widths.fold(0.0, f64::max).ceil() as i32 - 48;
    for (value, label) in y.ticks(8) {
        let at = y.px(value);
        scene.line(vec![(left, at), (right, at)], 1, GRID);
        // A count has no sign, whichever side it is drawn on.
        let label = label.trim_start_matches('−');
        scene.text(label, (left - 14, at + 8), Align::Right, TEXT, QUIET);
    }
    let clock = input.clock();
    let x = x_scale(clock.ends(), clock.unit, left, right);
    for bin in 0..seats.bins() {
        let (first, last) = seats.blocks(bin);
        let (from, to) = (x.px(clock.at(first - 1)), x.px(clock.at(last)));
        let gap = if to - from > 4 { 1 } else { 0 };
        let edges = (from + gap, (to - gap).max(from + gap + 1));
        for (series, sign) in [(0, 1.0), (1, -1.0)] {
            let count = seats.sum(bin, series).round();
            if count > 0.0 {
                let (zero, tip) = (y.px(0.0), y.px(sign * count));
                let (top, bottom) = (zero.min(tip), zero.max(tip).max(zero.min(tip) + 1));
                scene.rect((edges.0, top), (edges.1, bottom), labels[series].1);
            }
        }
    }
    scene.line(vec![(left, y.px(0.0)), (right, y.px(0.0))], 2, RULE);
    axis::x_axis(&mut scene, &x, left, right);
    let per = axis::count(seats.blocks_per_bin(), "block");
    let per = per.strip_prefix("1 ").unwrap_or(&per);
    axis::y_caption(&mut scene, &format!("Number per {per}"));
    axis::x_caption(&mut scene, clock.caption, left, right);
    let zero = y.px(0.0);
    let places = [(TOP + zero) / 2, (BOTTOM + zero) / 2];
    for ((text, colour), at) in labels.into_iter().zip(places) {
        if at >= BOTTOM - 20 || (text == "prunings" && prunings == 0.0) {
            continue;
        }
        scene.rect((right + 20, at - 9), (right + 38, at + 9), colour);
        scene.text(text, (right + 46, at + 8), Align::Left, TEXT, INK);
    }
    Some(scene)
}
