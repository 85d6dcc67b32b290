//! Incentive against quality: does the subnet pay for what it wants? A replay knows no qualities
//! and shows incentive by uid instead.

use subsim_sim::Role;

use super::axis::{self, BOTTOM, EDGE, Scale, TEXT, TOP, Unit};
use super::font;
use super::palette::{GROUPS, INK, OTHERS};
use super::scene::{Align, Rgb, SIZE, Scene, spread};
use super::{NO_MINER_PAID, PlotInput};
use crate::totals::Measures;

/// One miner.
struct Point {
    uid: usize,
    quality: f64,
    incentive: f64,
}

pub(super) fn scene(input: &PlotInput<'_>) -> Scene {
    let measures = Measures::new(input.info, input.run);
    let point = |uid: usize| {
        let totals = &input.run.neurons[uid];
        Point { uid, quality: totals.mean_quality(), incentive: totals.mean_incentive() }
    };
    let points: Vec<Point> = measures.miners().map(point).collect();
    if input.is_replay() { by_uid(input, &points) } else { by_quality(input, &measures, &points) }
}

/// Vertical scale from 0 to a little above the highest incentive.
fn incentive_scale(points: &[Point]) -> Scale {
    let highest = points.iter().map(|point| point.incentive).fold(0.0, f64::max);
    let high = if highest > 0.0 { highest * 1.06 } else { 1.0 };
    Scale { low: 0.0, high, from_px: BOTTOM, to_px: TOP, unit: Unit::Percent }
}

const INCENTIVE: &str = "Share of all miner emission, mean over the epochs a miner was present";

fn by_quality(input: &PlotInput<'_>, measures: &Measures<'_>, points: &[Point]) -> Scene {
    let mut scene = Scene::default();
    let remark = match measures.spearman() {
        Some(rho) => format!("Spearman rank correlation {}", axis::number(rho, 2)),
        None if input.paid(Role::Miner) => String::new(),
        None => input.why_unpaid(Role::Miner).unwrap_or_default().to_owned(),
    };
    axis::heading(&mut scene, &quality_title(input, measures, points), &input.subtitle(&remark));
    let y = incentive_scale(points);
    let groups = Labels::of(input, points, &y);
    let left = EDGE + axis::y_label_width(&y) + 14;
    let right = SIZE.0 as i32 - EDGE - groups.width();
    let x = quality_scale(points, left + 16, right - 16);
    axis::y_axis(&mut scene, &y, left, right);
    axis::x_axis(&mut scene, &x, left, right);
    axis::y_caption(&mut scene, INCENTIVE);
    axis::x_caption(&mut scene, "Mean quality of the miner", left, right);
    let colours = input.colours();
    let radius = match points.len() {
        0..=60 => 8,
        61..=400 => 6,
        _ => 4,
    };
    for point in points.iter().filter(|point| point.quality.is_finite()) {
        let at = (x.px(point.quality), y.px(point.incentive));
        scene.disc(at, radius, colours[input.group(point.uid)], 0.65);
    }
    groups.draw(&mut scene, right + 34);
    scene
}

/// Says whether incentive follows quality, or who takes more than half of it.
fn quality_title(input: &PlotInput<'_>, measures: &Measures<'_>, points: &[Point]) -> String {
    let incentives: Vec<f64> = points.iter().map(|point| point.incentive).collect();
    let verdict = match (crate::metrics::top_share(&incentives, 1), measures.spearman()) {
        (None, _) => NO_MINER_PAID,
        (Some(share), _) if share > 0.5 && points.len() > 2 => {
            let winner = points.iter().max_by(|a, b| a.incentive.total_cmp(&b.incentive));
            let name = winner.map_or_else(String::new, |point| input.neuron_name(point.uid));
            let name = font::fit_name(&name, 38, true, 420.0);
            return format!("{name} takes {} of all incentive", axis::percent(share));
        }
        (_, None) => "Incentive against quality",
        (_, Some(rho)) if rho >= 0.9 => "Better miners earn more",
        (_, Some(rho)) if rho >= 0.5 => "Better miners mostly earn more",
        (_, Some(rho)) if rho > 0.2 => "Better miners earn a little more",
        (_, Some(rho)) if rho >= -0.2 => "Incentive does not follow quality",
        _ => "Better miners earn less",
    };
    verdict.to_owned()
}

/// Horizontal scale around the qualities that occur, within 0 to 1.
fn quality_scale(points: &[Point], from_px: i32, to_px: i32) -> Scale {
    let qualities = points.iter().map(|point| point.quality).filter(|quality| quality.is_finite());
    let (low, high) = qualities
        .fold((1.0_f64, 0.0_f64), |(low, high), quality| (low.min(quality), high.max(quality)));
    let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
    let margin = ((high - low) * 0.04).max(0.01);
    let (low, high) = ((low - margin).max(0.0), (high + margin).min(1.0));
    Scale { low, high, from_px, to_px, unit: Unit::Plain }
}

/// Names of the groups at the right, each at the height of its miners.
struct Labels {
    entries: Vec<(String, Rgb, f64)>,
}

/// Most pixels that a group's label takes.
const LABEL_ROOM: f64 = 330.0;

impl Labels {
    fn of(input: &PlotInput<'_>, points: &[Point], y: &Scale) -> Self {
        let mean_height = |of_group: &dyn Fn(usize) -> bool| {
            let heights = points.iter().filter(|point| of_group(input.group(point.uid)));
            let heights: Vec<i32> = heights.map(|point| y.px(point.incentive)).collect();
            let sum: i64 = heights.iter().map(|height| i64::from(*height)).sum();
            (!heights.is_empty()).then(|| sum as f64 / heights.len() as f64)
        };
        let groups = input.coloured_groups(Role::Miner);
        let (named, others) = groups.split_at(groups.len().min(GROUPS.len()));
        let mut entries = Vec::new();
        for &(group, colour) in named {
            if let Some(height) = mean_height(&|of| of == group) {
                let count = points.iter().filter(|point| input.group(point.uid) == group).count();
                let suffix = format!(" ({count})");
                let room = LABEL_ROOM - font::width(&suffix, TEXT, false);
                let name = font::fit_name(&input.info.groups[group].name, TEXT, false, room);
                entries.push((name + &suffix, colour, height));
            }
        }
        if let Some(height) = mean_height(&|of| others.iter().any(|(group, _)| *group == of)) {
            let text = axis::count(others.len() as u64, "other group");
            entries.push((text, OTHERS, height));
        }
        Self { entries }
    }

    /// Pixels to leave free at the right.
    fn width(&self) -> i32 {
        let widths = self.entries.iter().map(|(text, ..)| font::width(text, TEXT, false));
        widths.fold(0.0, f64::max).ceil() as i32 + 60
    }

    fn draw(&self, scene: &mut Scene, left: i32) {
        let wishes: Vec<f64> = self.entries.iter().map(|(.., height)| *height).collect();
        let heights = spread(&wishes, 36.0, f64::from(TOP), f64::from(BOTTOM));
        for ((text, colour, _), height) in self.entries.iter().zip(heights) {
            let y = height.round() as i32;
            scene.disc((left, y), 8, *colour, 1.0);
            scene.text(text.clone(), (left + 20, y + 8), Align::Left, TEXT, INK);
        }
    }
}

fn by_uid(input: &PlotInput<'_>, points: &[Point]) -> Scene {
    let mut scene = Scene::default();
    let best = points.iter().fold(None, |best: Option<&Point>, point| match best {
        Some(best) if best.incentive >= point.incentive => Some(best),
        _ => (point.incentive > 0.0).then_some(point),
    });
    let title = match best {
        Some(best) => {
            let share = axis::percent(best.incentive);
            format!("uid {} earns the most: {share} of all miner emission", best.uid)
        }
        None => NO_MINER_PAID.to_owned(),
    };
    let mut remark = axis::count(points.len() as u64, "miner");
    if let (None, Some(why)) = (best, input.why_unpaid(Role::Miner)) {
        remark += &format!(" · {why}");
    }
    axis::heading(&mut scene, &title, &input.subtitle(&remark));
    let y = incentive_scale(points);
    let left = EDGE + axis::y_label_width(&y) + 14;
    let right = SIZE.0 as i32 - EDGE;
    let last = input.info.neurons.len().saturating_sub(1).max(1);
    let x = Scale {
        low: 0.0,
        high: last as f64,
        from_px: left + 16,
        to_px: right - 16,
        unit: Unit::Whole,
    };
    axis::y_axis(&mut scene, &y, left, right);
    axis::x_axis(&mut scene, &x, left, right);
    axis::y_caption(&mut scene, INCENTIVE);
    axis::x_caption(&mut scene, "uid of the miner", left, right);
    let width = ((right - left) * 2 / (last as i32 + 1) / 3).clamp(1, 20);
    for point in points.iter().filter(|point| point.incentive > 0.0) {
        let (at, top) = (x.px(point.uid as f64), y.px(point.incentive));
        let is_best = best.is_some_and(|best| best.uid == point.uid);
        let colour = if is_best { GROUPS[1] } else { GROUPS[0] };
        let from = at - width / 2;
        scene.rect((from, top.min(BOTTOM - 1)), (from + width, BOTTOM), colour);
    }
    if let Some(best) = best {
        let at = (x.px(best.uid as f64), y.px(best.incentive));
        let text = format!("uid {} · {}", best.uid, axis::percent(best.incentive));
        let to_the_left =
            f64::from(at.0) + 20.0 + font::width(&text, TEXT, false) > f64::from(right);
        let (align, offset) = if to_the_left { (Align::Right, -16) } else { (Align::Left, 16) };
        scene.text(text, (at.0 + offset, at.1 + 18), align, TEXT, INK);
    }
    scene
}
