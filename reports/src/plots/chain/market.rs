//! Pools over time: prices, reserves, and what a registration costs.

use super::super::font;
use super::super::lines::{Height, Line, Lines};
use super::super::palette;
use super::super::scene::Scene;
use super::{ChainPlotInput, amount};

/// Rao per token.
const RAO: f64 = 1e9;

/// First and last value of a line; `None` when it has no two points.
fn ends(line: &Line) -> Option<(f64, f64)> {
    let mut points = line.points.iter().flatten();
    Some((points.next()?.1, points.next_back()?.1))
}

/// Lowest and highest value of some lines.
fn range(lines: &[Line]) -> (f64, f64) {
    let points = lines.iter().flat_map(|line| line.points.iter().flatten());
    points.fold((f64::INFINITY, 0.0), |(low, high), (_, value)| (low.min(*value), high.max(*value)))
}

fn name(line: &Line) -> String {
    font::fit_name(&line.name, 38, true, 400.0)
}

/// A chart over the blocks of a run, without lines yet.
fn over_blocks(input: &ChainPlotInput<'_>) -> Lines {
    let clock = input.clock();
    Lines {
        subtitle: input.subtitle(""),
        x_caption: clock.caption,
        x_unit: clock.unit,
        x: clock.ends(),
        ends_at: "at the end",
        value: amount,
        marks: input.marks(),
        ..Lines::default()
    }
}

/// The line that ends highest, and its end.
fn highest(lines: &[Line]) -> Option<(&Line, f64)> {
    let ends = lines.iter().filter_map(|line| Some((line, ends(line)?.1)));
    ends.reduce(|best, next| if next.1 > best.1 { next } else { best })
}

/// Prices of all subnets with a pool.
pub(super) fn prices(input: &ChainPlotInput<'_>) -> Option<Scene> {
    let lines = input.subnet_lines(&input.course.price, 1.0);
    let (best, end) = highest(&lines)?;
    let title = match (&lines[..], ends(best)) {
        ([line], Some((start, end))) => {
            let (from, to) = (amount(start), amount(end));
            let change = end / start - 1.0;
            match change {
                change if change > 0.005 => {
                    format!("The price of {} rises from {from} to {to} TAO", name(line))
                }
                change if change < -0.005 => {
                    format!("The price of {} falls from {from} to {to} TAO", name(line))
                }
                _ => format!("The price of {} ends where it began, at {to} TAO", name(line)),
            }
        }
        _ => format!("At the end, {} has the highest price: {} TAO", name(best), amount(end)),
    };
    let (low, high) = range(&lines);
    let height = if low > high / 2.0 { Height::Fit } else { Height::FromZero };
    let caption = "TAO per alpha in the pool".to_owned();
    let chart = Lines { title, caption, height, lines, ..over_blocks(input) };
    Some(chart.scene())
}

/// What the pools hold: TAO and alpha of a lone pool, TAO of several.
pub(super) fn reserves(input: &ChainPlotInput<'_>) -> Option<Scene> {
    let mut lines = input.subnet_lines(&input.course.tao_reserve, RAO);
    let (best, end) = highest(&lines)?;
    let (title, caption) = if let [line] = &lines[..] {
        let (start, end) = ends(line)?;
        let (verb, name) = (if end >= start { "grows" } else { "shrinks" }, name(line));
        let (start, end) = (amount(start), amount(end));
        let title = format!("The TAO in the pool of {name} {verb} from {start} to {end}");
        (title, "Tokens in the pool")
    } else {
        let title = format!("At the end, {} has the deepest pool: {} TAO", name(best), amount(end));
        (title, "TAO in the pool")
    };
    if lines.len() == 1 {
        let mut alpha = input.subnet_lines(&input.course.alpha_reserve, RAO);
        lines[0].name = "TAO".to_owned();
        for line in &mut alpha {
            line.name = "alpha".to_owned();
            line.colour = palette::group(1);
        }
        lines.append(&mut alpha);
    }
    let chart = Lines { title, caption: caption.to_owned(), lines, ..over_blocks(input) };
    Some(chart.scene())
}

/// What a uid costs; nothing when that never changes.
pub(super) fn burn(input: &ChainPlotInput<'_>) -> Option<Scene> {
    let lines = input.subnet_lines(&input.course.burn, RAO);
    let moves = |line: &Line| {
        let (low, high) = range(std::slice::from_ref(line));
        high - low > high * 0.01
    };
    if !lines.iter().any(moves) {
        return None;
    }
    let (low, high) = range(&lines);
    let where_to = match &lines[..] {
        [line] => format!("a uid on {}", name(line)),
        _ => "a uid".to_owned(),
    };
    let title = format!("Registering {where_to} costs {} to {} TAO", amount(low), amount(high));
    let caption = "Registration burn in TAO".to_owned();
    let chart = Lines { title, caption, lines, ..over_blocks(input) };
    Some(chart.scene())
}
