//! TAO issued so far, and TAO minted by each block, with the halvings: the halving plot.

use super::super::axis::{self, BOTTOM, EDGE, SMALL, Scale, TEXT, TOP, Unit};
use super::super::font;
use super::super::lines::{Line, draw_line, x_scale};
use super::super::palette::{GRID, GROUPS, INK, QUIET, RULE};
use super::super::scene::{Align, SIZE, Scene};
use super::{ChainPlotInput, amount};

/// Rao per token.
const RAO: f64 = 1e9;

/// Issuances at which the block emission halves, in TAO; later ones are beyond any run.
const HALVINGS_TAO: [f64; 5] =
    [10_500_000.0, 15_750_000.0, 18_375_000.0, 19_687_500.0, 20_343_750.0];

/// Last pixel row of the upper panel, and first of the lower one.
const PANELS: (i32, i32) = (490, 584);

/// One of the two panels.
struct Panel {
    caption: &'static str,
    line: Line,
    y: Scale,
}

impl Panel {
    fn draw(&self, scene: &mut Scene, x: &Scale, right: i32) {
        let left = x.from_px;
        for (value, label) in self.y.ticks(5) {
            let at = self.y.px(value);
            scene.line(vec![(left, at), (right, at)], 1, GRID);
            scene.text(label, (left - 14, at + 8), Align::Right, TEXT, QUIET);
        }
        scene.text(self.caption, (EDGE, self.y.to_px - 32), Align::Left, TEXT, QUIET);
        draw_line(scene, &self.line, x, &self.y);
        if let Some((_, value)) = self.line.points.iter().flatten().next_back() {
            let at = self.y.px(*value).max(self.y.to_px + 8);
            scene.text(
                label(&self.line.name, *value),
                (right + 14, at + 8),
                Align::Left,
                TEXT,
                INK,
            );
        }
    }
}

fn label(name: &str, value: f64) -> String {
    format!("{name} · {}", amount(value))
}

pub(super) fn scene(input: &ChainPlotInput<'_>) -> Option<Scene> {
    let clock = input.clock();
    let line = |index: usize| -> Vec<(f64, f64)> {
        let points = input.course.issuance.series(index).into_iter();
        points.map(|(block, rao)| (clock.at(block), rao / RAO)).collect()
    };
    let (issued, minted) = (line(0), line(1));
    let ((_, start), (_, end)) = (*issued.first()?, *issued.last()?);
    // Nothing to say of a chain that mints nothing.
    if minted.len() < 2 || end <= start {
        return None;
    }
    let mut scene = Scene::default();
    let halvings: Vec<&crate::chain::Mark> =
        input.course.marks.iter().filter(|mark| mark.kind == "halving").collect();
    axis::heading(&mut scene, &title(start, end, halvings.len()), &input.subtitle(""));
    let panels = panels(&issued, &minted);
    let labels = panels.iter().filter_map(|panel| {
        let (_, value) = panel.line.points.iter().flatten().next_back()?;
        Some(font::width(&label(&panel.line.name, *value), TEXT, false))
    });
    let widths = panels.iter().flat_map(|panel| panel.y.ticks(5));
    let widths = widths.map(|(_, label)| font::width(&label, TEXT, false));
    let left = EDGE + widths.fold(0.0, f64::max).ceil() as i32 + 14;
    let right = SIZE.0 as i32 - EDGE - labels.fold(0.0, f64::max).ceil() as i32 - 14;
    let x = x_scale(clock.ends(), clock.unit, left, right);
    for mark in halvings {
        draw_halving(&mut scene, x.px(clock.at(mark.block)), mark.block, right);
    }
    for threshold in HALVINGS_TAO.iter().filter(|tao| (start..=end).contains(*tao)) {
        let at = panels[1].y.px(*threshold);
        scene.line(vec![(left, at), (right, at)], 2, RULE);
        let text = format!("{} million TAO", axis::number(threshold / 1e6, 3));
        scene.text(text, (left + 12, at - 8), Align::Left, SMALL, QUIET);
    }
    panels.iter().for_each(|panel| panel.draw(&mut scene, &x, right));
    scene.line(vec![(left, PANELS.0), (right, PANELS.0)], 2, RULE);
    axis::x_axis(&mut scene, &x, left, right);
    axis::x_caption(&mut scene, clock.caption, left, right);
    Some(scene)
}

fn draw_halving(scene: &mut Scene, at: i32, block: u64, right: i32) {
    scene.line(vec![(at, TOP - 8), (at, BOTTOM)], 2, RULE);
    let text = format!("halving at block {}", axis::number(block as f64, 0));
    let fits = f64::from(at) + font::width(&text, SMALL, false) + 10.0 < f64::from(right);
    let (align, offset) = if fits { (Align::Left, 10) } else { (Align::Right, -10) };
    scene.text(text, (at + offset, PANELS.0 - 16), align, SMALL, QUIET);
}

fn title(start: f64, end: f64, halvings: usize) -> String {
    let crossed: Vec<String> = HALVINGS_TAO
        .iter()
        .filter(|tao| start < **tao && end >= **tao)
        .map(|tao| {
            axis::number(tao / 1e6, 3).trim_end_matches('0').trim_end_matches('.').to_owned()
        })
        .collect();
    match halvings {
        0 => format!("{} TAO are minted, and the block emission stays", amount(end - start)),
        _ if crossed.is_empty() => "The block emission halves".to_owned(),
        _ => format!("The block emission halves at {} million TAO", crossed.join(" and ")),
    }
}

fn panels(issued: &[(f64, f64)], minted: &[(f64, f64)]) -> [Panel; 2] {
    let values = |points: &[(f64, f64)]| {
        let values = points.iter().map(|(_, value)| *value);
        values.fold((f64::INFINITY, 0.0), |(low, high), v| (f64::min(low, v), f64::max(high, v)))
    };
    let line = |name: &str, colour, points: &[(f64, f64)]| Line {
        name: name.to_owned(),
        colour,
        points: points.iter().copied().map(Some).collect(),
    };
    let (_, most) = values(minted);
    let (low, high) = values(issued);
    let margin = (high - low) * 0.06;
    [
        Panel {
            caption: "TAO minted by a block",
            line: line("minted", GROUPS[1], minted),
            y: Scale {
                low: 0.0,
                high: most * 1.15,
                from_px: PANELS.0,
                to_px: TOP,
                unit: Unit::Plain,
            },
        },
        Panel {
            caption: "TAO issued",
            line: line("issued", GROUPS[0], issued),
            y: Scale {
                low: low - margin,
                high: high + margin,
                from_px: BOTTOM,
                to_px: PANELS.1,
                unit: Unit::Plain,
            },
        },
    ]
}
