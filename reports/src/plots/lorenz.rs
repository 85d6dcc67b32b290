//! Lorenz curve of miner emission: how much the poorest part of the miners holds together.

use subsim_sim::Role;

use super::axis::{self, BOTTOM, EDGE, Scale, TEXT, TOP, Unit};
use super::font;
use super::palette::{GROUPS, INK, QUIET, RULE};
use super::scene::{Align, SIZE, Scene, Shape};
use super::{NO_MINER_PAID, PlotInput};
use crate::metrics;
use crate::totals::Measures;

/// Most points of the drawn curve; more would fall on the same pixels.
const MAX_POINTS: usize = 600;

pub(super) fn scene(input: &PlotInput<'_>) -> Scene {
    let emissions = Measures::new(input.info, input.run).miner_emission_rao();
    let mut scene = Scene::default();
    let miners = axis::count(emissions.len() as u64, "miner");
    let gini = metrics::gini(&emissions);
    let remark = match gini {
        Some(gini) => format!("{miners} · Gini {}", axis::number(gini, 2)),
        None => {
            input.why_unpaid(Role::Miner).map_or(miners.clone(), |why| format!("{miners} · {why}"))
        }
    };
    axis::heading(&mut scene, &title(&emissions), &input.subtitle(&remark));
    let scale = |from_px, to_px| Scale { low: 0.0, high: 1.0, from_px, to_px, unit: Unit::Percent };
    let y = scale(BOTTOM, TOP);
    let left = EDGE + axis::y_label_width(&y) + 14;
    let right = SIZE.0 as i32 - EDGE - 60;
    let x = scale(left, right);
    axis::y_axis(&mut scene, &y, left, right);
    axis::x_axis(&mut scene, &x, left, right);
    axis::y_caption(&mut scene, "Share of miner emission that they hold together");
    axis::x_caption(&mut scene, "Share of miners, poorest first", left, right);
    scene.line(vec![(left, BOTTOM), (right, TOP)], 2, RULE);
    let label = (x.px(0.5) - 24, y.px(0.5));
    scene.text("equal pay", label, Align::Right, TEXT, QUIET);
    if let (Some(points), Some(gini)) = (metrics::lorenz(&emissions), gini) {
        draw_curve(&mut scene, &points, gini, &x, &y);
    }
    scene
}

fn title(emissions: &[f64]) -> String {
    let top = emissions.len().div_ceil(10);
    let Some(share) = metrics::top_share(emissions, top) else {
        return NO_MINER_PAID.to_owned();
    };
    let who = match (emissions.len(), top) {
        (1, _) => return "The only miner earns everything".to_owned(),
        (_, 1) => "The best paid miner holds".to_owned(),
        _ => "The best paid tenth of the miners holds".to_owned(),
    };
    format!("{who} {} of all miner emission", axis::percent(share))
}

fn draw_curve(scene: &mut Scene, points: &[(f64, f64)], gini: f64, x: &Scale, y: &Scale) {
    let stride = points.len().div_ceil(MAX_POINTS);
    let last = points.len() - 1;
    let drawn = points.iter().enumerate().filter(|(i, _)| i % stride == 0 || *i == last);
    let curve: Vec<(i32, i32)> =
        drawn.map(|(_, (part, held))| (x.px(*part), y.px(*held))).collect();
    if gini > 0.005 {
        let area = Shape::Area { points: curve.clone(), colour: GROUPS[0], opacity: 0.12 };
        scene.shapes.push(area);
    }
    scene.line(curve, 4, GROUPS[0]);
    let text = format!("Gini {}", axis::number(gini, 2));
    let at = points.partition_point(|(part, _)| *part < 0.62).min(last);
    let (part, held) = points[at];
    // Inside the area when it is tall enough, else below the curve.
    let gap = y.px(held) - y.px(part);
    let position = if gap > 110 && part < 0.95 {
        (x.px(part) + 6, y.px(held) - gap / 2 + 10)
    } else {
        (x.px(part.min(0.7)) + 60, (y.px(held.min(0.7)) + 70).min(BOTTOM - 20))
    };
    let half = (font::width(&text, 28, true) / 2.0).round() as i32;
    scene.bold_text(text, (position.0 - half, position.1), 28, INK);
}
