//! Emission by receiver: who gets the alpha that epochs pay, per day.

use super::super::axis;
use super::super::palette::{self, OTHERS};
use super::super::scene::{Rgb, Scene};
use super::super::stack::{Band, Stack};
use super::ChainPlotInput;
use super::time::BLOCKS_PER_DAY;
use crate::chain::{Receivers, Spans};

/// Rao per token.
const RAO: f64 = 1e9;

/// What is lost is grey, in two shades.
fn colour(receiver: usize) -> Rgb {
    match Receivers::NAMES[receiver] {
        "burned" => OTHERS,
        "recycled" => Rgb(0xC8, 0xC8, 0xC8),
        _ => palette::group(receiver),
    }
}

/// Bins that epochs of every paying subnet have covered.
fn covered(input: &ChainPlotInput<'_>, spans: &Spans) -> usize {
    let course = input.course;
    let latest = course.paying.values().copied().max().unwrap_or(0);
    // A subnet that has long stopped to pay does not cut the others short.
    let alive = course.paying.values().filter(|block| **block + (latest / 10).max(720) >= latest);
    let until = alive.copied().min().unwrap_or(0);
    (0..spans.bins())
        .take_while(|bin| spans.blocks(*bin).1 <= until.max(course.first_block))
        .count()
}

pub(super) fn scene(input: &ChainPlotInput<'_>) -> Option<Scene> {
    let course = input.course;
    let in_alpha = course.paying.len() == 1;
    let spans = if in_alpha { &course.paid_alpha } else { &course.paid_tao };
    let totals: Vec<f64> = (0..Receivers::NAMES.len()).map(|index| spans.total(index)).collect();
    let whole: f64 = totals.iter().sum();
    let bins = covered(input, spans);
    if whole <= 0.0 || bins == 0 {
        return None;
    }
    let clock = input.clock();
    let per_day = BLOCKS_PER_DAY / spans.blocks_per_bin() as f64 / RAO;
    // Steps: a bin is as high at its end as at its start.
    let at = (0..bins).flat_map(|bin| {
        let (first, last) = spans.blocks(bin);
        [clock.at(first - 1), clock.at(last)]
    });
    let shown = (0..totals.len()).filter(|index| totals[*index] > 0.0);
    let band = |index: usize| Band {
        name: Receivers::NAMES[index].to_owned(),
        colour: colour(index),
        heights: (0..bins).flat_map(|bin| [spans.sum(bin, index) * per_day; 2]).collect(),
        value: axis::percent(totals[index] / whole),
    };
    let title = title(&totals, whole)?;
    let caption = match (in_alpha, course.paying.keys().next()) {
        (true, Some(netuid)) => format!("Alpha of {} per day", input.names.subnet(*netuid)),
        _ => "TAO per day, alpha at the price of each epoch".to_owned(),
    };
    let stack = Stack {
        title,
        subtitle: input.subtitle(""),
        caption,
        x_caption: clock.caption,
        x_unit: clock.unit,
        x: clock.ends(),
        at: at.collect(),
        bands: shown.map(band).collect(),
        values_are: "over the run",
        marks: input.marks(),
    };
    Some(stack.scene())
}

/// Says who gets the most.
fn title(totals: &[f64], whole: f64) -> Option<String> {
    let most = (0..totals.len()).reduce(|a, b| if totals[b] > totals[a] { b } else { a })?;
    let part = axis::percent(totals[most] / whole);
    let (miners, validators) = (totals[0], totals[1]);
    if most < 2 && (miners - validators).abs() < whole * 0.005 {
        return Some(format!("Miners and validators each get {part} of what epochs pay"));
    }
    Some(match Receivers::NAMES[most] {
        lost @ ("burned" | "recycled") => {
            format!("{part} of what epochs pay is {lost}: the owner's own miners earn it")
        }
        "owner's cut" => format!("The owner's cut is {part} of what epochs pay"),
        name => {
            let mut letters = name.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            let name: String = first.into_iter().chain(letters).collect();
            format!("{name} get {part} of what epochs pay")
        }
    })
}
