//! Heat maps of the last epoch: the weights that validators set and the bonds they hold.

use subsim_sim::Role;

use super::PlotInput;
use super::axis::{self, EDGE, SMALL, Scale, TEXT, TOP, Unit, number};
use super::font;
use super::matrix::Matrix;
use super::palette::{self, GRID, INK, LEVELS, QUIET};
use super::scene::{Align, Rgb, SIZE, Scene, spread};

/// Last pixel row of the cells; uids, groups and a caption follow below.
const BOTTOM: i32 = 804;
/// Width of the strips that show groups.
const STRIP: i32 = 10;

/// The weights that the last epoch used, each row as shares of its sum. The title weighs rows by the
/// stake that counted, as consensus does.
pub(super) fn weights(input: &PlotInput<'_>) -> Scene {
    let share =
        |stored: u16, sum: u64| crate::metrics::share(f64::from(stored), sum as f64).unwrap_or(0.0);
    let matrix = Matrix::new(input, input.weights, share, |uid| input.counting_stake[uid]);
    let title = match leader(input, &matrix.column_uids, &matrix.column_sums, Role::Miner) {
        Some((_, share)) if share < 0.02 => {
            let weighed = matrix.column_sums.iter().filter(|sum| **sum > 0.0).count();
            let miners = axis::count(weighed as u64, "miner");
            format!("By stake, validators spread their weight over {miners}")
        }
        Some((who, share)) => {
            let part = axis::percent(share);
            format!("By stake, validators give {part} of their weight to {who}")
        }
        None if matrix.highest() > 0.0 => "No validator whose stake counts set weights".to_owned(),
        None => "No validator set weights".to_owned(),
    };
    let map = HeatMap::new(title, "Weight in the row", Unit::Percent, matrix);
    map.scene(input)
}

/// The bonds stored after the last epoch, 1 = the highest the chain can store. Where bonds do not
/// contain the stake of their holders, the title weighs rows by it.
pub(super) fn bonds(input: &PlotInput<'_>) -> Scene {
    let value = |stored: u16, _| f64::from(stored) / 65535.0;
    let matrix = Matrix::new(input, input.bonds, value, |uid| {
        if input.stake_in_bonds { 1.0 } else { input.counting_stake[uid] }
    });
    let by_stake = if input.stake_in_bonds { "" } else { "By stake, " };
    let title = match leader(input, &matrix.row_uids, &matrix.row_sums, Role::Validator) {
        Some((who, share)) => {
            format!("{by_stake}{who} holds {} of all bonds", axis::percent(share))
        }
        None if matrix.highest() > 0.0 => "No validator whose stake counts holds bonds".to_owned(),
        None => "No validator holds bonds".to_owned(),
    };
    let map = HeatMap::new(title, "Bond", Unit::Plain, matrix);
    map.scene(input)
}

/// The group with the largest part of the sums and that part; the neuron where there is but one
/// group of the role.
fn leader(
    input: &PlotInput<'_>,
    uids: &[usize],
    sums: &[f64],
    role: Role,
) -> Option<(String, f64)> {
    let whole: f64 = sums.iter().sum();
    let groups = input.coloured_groups(role).len();
    let mut parts: Vec<(f64, usize)> = if groups > 1 {
        let mut parts: Vec<(f64, usize)> = (0..input.info.groups.len()).map(|g| (0.0, g)).collect();
        for (uid, sum) in uids.iter().zip(sums) {
            parts[input.group(*uid)].0 += sum;
        }
        parts
    } else {
        uids.iter().zip(sums).map(|(uid, sum)| (*sum, *uid)).collect()
    };
    parts.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let (part, who) = *parts.first()?;
    let share = crate::metrics::share(part, whole).filter(|share| *share > 0.0)?;
    let name =
        if groups > 1 { input.info.groups[who].name.clone() } else { input.neuron_name(who) };
    Some((font::fit_name(&name, 38, true, 420.0), share))
}

struct HeatMap {
    title: String,
    /// Caption of the colour bar.
    bar: &'static str,
    unit: Unit,
    matrix: Matrix,
    highest: f64,
    /// Colours follow the square root of values, which keeps small ones apart.
    is_skewed: bool,
}

/// A run of neighbours of the same group along an edge, in pixels.
struct Span {
    group: usize,
    from: i32,
    to: i32,
}

impl HeatMap {
    fn new(title: String, bar: &'static str, unit: Unit, matrix: Matrix) -> Self {
        let highest = matrix.highest();
        let mut values: Vec<f64> = matrix.values.iter().copied().filter(|v| *v > 0.0).collect();
        values.sort_by(f64::total_cmp);
        let is_skewed = values.get(values.len() / 2).is_some_and(|median| *median < highest / 3.0);
        Self { title, bar, unit, matrix, highest, is_skewed }
    }

    /// Place of a value on the colour scale, 0 to 1.
    fn place(&self, value: f64) -> f64 {
        let part = (value / self.highest).clamp(0.0, 1.0);
        if self.is_skewed { part.sqrt() } else { part }
    }

    fn scene(&self, input: &PlotInput<'_>) -> Scene {
        let mut scene = Scene::default();
        axis::heading(&mut scene, &self.title, &input.subtitle(&self.remark(input)));
        let row_names = self.row_names(input);
        let name_width = row_names.iter().map(|name| font::width(name, TEXT, false));
        let name_width = name_width.fold(0.0, f64::max).ceil() as i32;
        let names = if !row_names.is_empty() { name_width + STRIP + 30 } else { 0 };
        let left = EDGE + names + 74;
        let right = SIZE.0 as i32 - EDGE - 130;
        axis::y_caption(&mut scene, "Validators by uid");
        self.draw_cells(&mut scene, left, right);
        self.draw_frame(&mut scene, left, right);
        self.draw_uids(&mut scene, left, right);
        self.draw_groups(&mut scene, input, left, right, &row_names);
        let columns = Self::spans(input, Role::Miner, &self.matrix.column_uids, (left, right));
        let below = if !columns.is_empty() { SIZE.1 as i32 - 32 } else { BOTTOM + 78 };
        let caption = ((left + right) / 2, below);
        let role = |uid: &usize| input.info.groups[input.group(*uid)].role;
        let only_miners = self.matrix.column_uids.iter().all(|uid| role(uid) == Role::Miner);
        let who = if only_miners { "Miners by uid" } else { "Neurons by uid" };
        scene.text(who, caption, Align::Centre, TEXT, QUIET);
        self.draw_bar(&mut scene, right + 40);
        scene
    }

    /// Says that it is the last epoch, and how many neurons a cell averages.
    fn remark(&self, input: &PlotInput<'_>) -> String {
        let (rows, columns) = (self.matrix.row_uids.len(), self.matrix.column_uids.len());
        let (down, across) = self.matrix.cells;
        let mut text = match input.run.epochs {
            0 => "no epoch ran".to_owned(),
            epochs => format!("last epoch ({})", number((epochs - 1) as f64, 0)),
        };
        if rows > down || columns > across {
            text += &format!(
                " · {} × {} entries averaged into {} × {} cells",
                number(rows as f64, 0),
                number(columns as f64, 0),
                down,
                across
            );
        }
        text
    }

    /// Pixel edge before the `index`-th of `count` along `from..to`.
    fn edge(index: usize, count: usize, from: i32, to: i32) -> i32 {
        from + ((to - from) as i64 * index as i64 / count.max(1) as i64) as i32
    }

    fn draw_cells(&self, scene: &mut Scene, left: i32, right: i32) {
        let (down, across) = self.matrix.cells;
        let level = |value: f64| {
            (value > 0.0).then(|| (self.place(value) * (LEVELS - 1) as f64).round() as usize)
        };
        for row in 0..down {
            let (top, bottom) = Self::cell_edges(row, down, TOP, BOTTOM);
            let values = &self.matrix.values[row * across..(row + 1) * across];
            let levels: Vec<Option<usize>> = values.iter().map(|value| level(*value)).collect();
            let mut start = 0;
            for same in levels.chunk_by(|a, b| a == b) {
                let end = start + same.len();
                if let Some(level) = same[0] {
                    let from = (Self::edge(start, across, left, right), top);
                    let to = (Self::edge(end, across, left, right), bottom);
                    scene.rect(from, to, palette::sequential(level));
                }
                start = end;
            }
        }
    }

    fn draw_frame(&self, scene: &mut Scene, left: i32, right: i32) {
        let corners = vec![(left, TOP), (right, TOP), (right, BOTTOM), (left, BOTTOM), (left, TOP)];
        scene.line(corners, 1, GRID);
    }

    /// A few uids along both edges: multiples of a round step, as far as there is room.
    fn draw_uids(&self, scene: &mut Scene, left: i32, right: i32) {
        let rows = &self.matrix.row_uids;
        let mut last = i32::MIN;
        for index in marks(rows, 20) {
            let (from, to) = Self::cell_edges(index, rows.len(), TOP, BOTTOM);
            let y = (from + to) / 2 + 8;
            if y.saturating_sub(last) >= 30 {
                scene.text(rows[index].to_string(), (left - 12, y), Align::Right, TEXT, QUIET);
                last = y;
            }
        }
        let columns = &self.matrix.column_uids;
        let mut end = f64::MIN;
        for index in marks(columns, 10) {
            let (from, to) = Self::cell_edges(index, columns.len(), left, right);
            let (text, x) = (columns[index].to_string(), (from + to) / 2);
            let half = font::width(&text, TEXT, false) / 2.0;
            if f64::from(x) - half >= end + 16.0 {
                end = f64::from(x) + half;
                scene.text(text, (x, BOTTOM + 34), Align::Centre, TEXT, QUIET);
            }
        }
    }

    /// Pixel edges of the `index`-th of `count` along `from..to`.
    fn cell_edges(index: usize, count: usize, from: i32, to: i32) -> (i32, i32) {
        (Self::edge(index, count, from, to), Self::edge(index + 1, count, from, to))
    }

    /// Spans of the groups of a role; none where the role has only one group.
    fn spans(
        input: &PlotInput<'_>,
        role: Role,
        uids: &[usize],
        (from, to): (i32, i32),
    ) -> Vec<Span> {
        let mut spans = Vec::new();
        if input.coloured_groups(role).len() < 2 {
            return spans;
        }
        let mut start = 0;
        for same in uids.chunk_by(|a, b| input.group(*a) == input.group(*b)) {
            let end = start + same.len();
            spans.push(Span {
                group: input.group(same[0]),
                from: Self::edge(start, uids.len(), from, to),
                to: Self::edge(end, uids.len(), from, to),
            });
            start = end;
        }
        spans
    }

    fn row_names(&self, input: &PlotInput<'_>) -> Vec<String> {
        let spans = Self::spans(input, Role::Validator, &self.matrix.row_uids, (TOP, BOTTOM));
        let name =
            |span: &Span| font::fit_name(&input.info.groups[span.group].name, TEXT, false, 170.0);
        spans.iter().map(name).collect()
    }

    /// Strips of group colours with names along both edges, where there is more than one group.
    fn draw_groups(
        &self,
        scene: &mut Scene,
        input: &PlotInput<'_>,
        left: i32,
        right: i32,
        row_names: &[String],
    ) {
        let colours: Vec<Rgb> = input.colours();
        let rows = Self::spans(input, Role::Validator, &self.matrix.row_uids, (TOP, BOTTOM));
        if !rows.is_empty() {
            let strip = left - 74;
            let wishes: Vec<f64> = rows.iter().map(|s| f64::from(s.from + s.to) / 2.0).collect();
            let heights = spread(&wishes, 30.0, f64::from(TOP + 8), f64::from(BOTTOM - 8));
            for ((span, name), height) in rows.iter().zip(row_names).zip(heights) {
                let to = (strip + STRIP, (span.to - 2).max(span.from + 1));
                scene.rect((strip, span.from), to, colours[span.group]);
                let at = (strip - 12, height.round() as i32 + 8);
                scene.text(name.clone(), at, Align::Right, TEXT, INK);
            }
        }
        let columns = Self::spans(input, Role::Miner, &self.matrix.column_uids, (left, right));
        if !columns.is_empty() {
            draw_column_groups(scene, input, &columns, &colours, right);
        }
    }

    /// The colour scale with its values.
    fn draw_bar(&self, scene: &mut Scene, left: i32) {
        let end = SIZE.0 as i32 - EDGE;
        let mut notes = vec!["white: none"];
        if self.is_skewed {
            notes.extend(["colours follow", "the square root"]);
        }
        for (row, note) in notes.into_iter().enumerate() {
            let at = (left, BOTTOM + 34 + 24 * row as i32);
            scene.text(note, at, Align::Left, SMALL, QUIET);
        }
        scene.text(self.bar, (end, TOP - 32), Align::Right, TEXT, QUIET);
        if self.highest <= 0.0 {
            return;
        }
        for level in 0..LEVELS {
            let from = Self::edge(LEVELS - 1 - level, LEVELS, TOP, BOTTOM);
            let to = Self::edge(LEVELS - level, LEVELS, TOP, BOTTOM);
            scene.rect((left, from), (left + 24, to), palette::sequential(level));
        }
        let scale =
            Scale { low: 0.0, high: self.highest, from_px: BOTTOM, to_px: TOP, unit: self.unit };
        let mut last = i32::MAX;
        for (value, label) in scale.ticks(8) {
            let y = BOTTOM - (self.place(value) * f64::from(BOTTOM - TOP)).round() as i32;
            if last.saturating_sub(y) >= 34 {
                scene.text(label, (left + 34, y + 8), Align::Left, TEXT, QUIET);
                last = y;
            }
        }
    }
}

/// Strips and names of groups along the lower edge. Names that do not fit under their strips stand in
/// a second row, at the end of leader lines.
fn draw_column_groups(
    scene: &mut Scene,
    input: &PlotInput<'_>,
    spans: &[Span],
    colours: &[Rgb],
    right: i32,
) {
    let (top, bottom) = (BOTTOM + 54, BOTTOM + 54 + STRIP);
    let mut narrow: Vec<&Span> = Vec::new();
    for span in spans {
        let end = (span.to - 2).max(span.from + 1);
        scene.rect((span.from, top), (end, bottom), colours[span.group]);
        let name = &input.info.groups[span.group].name;
        if font::width(name, TEXT, false) <= f64::from(span.to - span.from - 12) {
            let at = ((span.from + span.to) / 2, bottom + 30);
            scene.text(name.clone(), at, Align::Centre, TEXT, INK);
        } else {
            narrow.push(span);
        }
    }
    let (from, to) = (EDGE, right);
    let room = f64::from(to - from) / narrow.len().max(1) as f64;
    // Where not even a few letters fit, every so many names stand for all.
    let stride = (60.0 / room).ceil().max(1.0) as usize;
    let room = room * stride as f64 - NAME_GAP;
    let named: Vec<&Span> = narrow.into_iter().step_by(stride).collect();
    let fitted = |span: &&Span| {
        font::fit_name(&input.info.groups[span.group].name, TEXT, false, room.min(240.0))
    };
    let names: Vec<String> = named.iter().map(fitted).collect();
    let widths: Vec<f64> = names.iter().map(|name| font::width(name, TEXT, false)).collect();
    let middles: Vec<i32> = named.iter().map(|span| (span.from + span.to) / 2).collect();
    for ((name, middle), x) in names.into_iter().zip(&middles).zip(abreast(&middles, &widths, to)) {
        let points = vec![(*middle, bottom + 4), (*middle, bottom + 34), (x, bottom + 44)];
        scene.line(points, 1, QUIET);
        scene.text(name, (x, bottom + 64), Align::Centre, TEXT, INK);
    }
}

/// Least pixels between names side by side.
const NAME_GAP: f64 = 18.0;

/// Middles of texts side by side that end before `to`, as far left as that asks for and else above
/// what they name.
fn abreast(wishes: &[i32], widths: &[f64], to: i32) -> Vec<i32> {
    let mut least = f64::from(EDGE);
    let mut lefts: Vec<f64> = Vec::new();
    for (wish, width) in wishes.iter().zip(widths) {
        let left = (f64::from(*wish) - width / 2.0).max(least);
        lefts.push(left);
        least = left + width + NAME_GAP;
    }
    let mut most = f64::from(to);
    for (left, width) in lefts.iter_mut().zip(widths).rev() {
        *left = left.min(most - width);
        most = *left - NAME_GAP;
    }
    lefts.iter().zip(widths).map(|(left, width)| (left + width / 2.0).round() as i32).collect()
}

/// Indices of the uids to mark along an edge, about `most` of them: multiples of a round step where
/// uids follow each other without gaps, else every so many.
fn marks(uids: &[usize], most: usize) -> Vec<usize> {
    let least = uids.len().div_ceil(most).max(1);
    if !uids.is_sorted_by(|a, b| a + 1 == *b) {
        return (0..uids.len()).step_by(least).collect();
    }
    let mut step = 1;
    while step < least {
        let leading = step.to_string().starts_with('2');
        step = if leading { step / 2 * 5 } else { step * 2 };
    }
    (0..uids.len()).filter(|index| uids[*index].is_multiple_of(step)).collect()
}
