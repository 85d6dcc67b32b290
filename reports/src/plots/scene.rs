//! A picture as a list of shapes in pixel coordinates, before any backend has seen it.
//!
//! Plots build scenes; [`super::paint`] draws a scene on either backend. The list can be inspected,
//! so tests check that no text is cut off or covers another.

#[cfg(test)]
use super::font;

/// Size of every picture in pixels.
pub(super) const SIZE: (u32, u32) = (1600, 1000);

/// A colour, red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rgb(pub u8, pub u8, pub u8);

/// Which point of a text its `x` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// One line of text on a baseline.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Label {
    pub text: String,
    /// Pixel that `align` refers to, and the baseline.
    pub at: (i32, i32),
    pub align: Align,
    /// Pixels per em.
    pub size: u32,
    pub bold: bool,
    pub colour: Rgb,
}

#[cfg(test)]
impl Label {
    /// Left, top, right and bottom of the letters.
    pub(super) fn bounds(&self) -> (f64, f64, f64, f64) {
        let width = font::width(&self.text, self.size, self.bold);
        let (x, baseline) = (f64::from(self.at.0), f64::from(self.at.1));
        let left = match self.align {
            Align::Left => x,
            Align::Centre => x - width / 2.0,
            Align::Right => x - width,
        };
        let size = f64::from(self.size);
        (left, baseline - 0.74 * size, left + width, baseline + 0.22 * size)
    }
}

/// Something to draw. Opacity is 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// Filled rectangle from the upper left pixel to before the lower right one.
    Rect { from: (i32, i32), to: (i32, i32), colour: Rgb },
    /// Open line through points.
    Line { points: Vec<(i32, i32)>, width: u32, colour: Rgb },
    /// Filled polygon.
    Area { points: Vec<(i32, i32)>, colour: Rgb, opacity: f64 },
    /// Filled disc.
    Disc { at: (i32, i32), radius: u32, colour: Rgb, opacity: f64 },
    /// Text.
    Text(Label),
}

/// Shapes in drawing order, on white.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Scene {
    pub shapes: Vec<Shape>,
}

impl Scene {
    pub(super) fn rect(&mut self, from: (i32, i32), to: (i32, i32), colour: Rgb) {
        self.shapes.push(Shape::Rect { from, to, colour });
    }

    pub(super) fn line(&mut self, points: Vec<(i32, i32)>, width: u32, colour: Rgb) {
        self.shapes.push(Shape::Line { points, width, colour });
    }

    pub(super) fn disc(&mut self, at: (i32, i32), radius: u32, colour: Rgb, opacity: f64) {
        self.shapes.push(Shape::Disc { at, radius, colour, opacity });
    }

    pub(super) fn text(
        &mut self,
        text: impl Into<String>,
        at: (i32, i32),
        align: Align,
        size: u32,
        colour: Rgb,
    ) {
        let label = Label { text: text.into(), at, align, size, bold: false, colour };
        self.shapes.push(Shape::Text(label));
    }

    pub(super) fn bold_text(&mut self, text: String, at: (i32, i32), size: u32, colour: Rgb) {
        let label = Label { text, at, align: Align::Left, size, bold: true, colour };
        self.shapes.push(Shape::Text(label));
    }

    /// All texts.
    #[cfg(test)]
    pub(super) fn labels(&self) -> impl Iterator<Item = &Label> {
        self.shapes.iter().filter_map(|shape| match shape {
            Shape::Text(label) => Some(label),
            _ => None,
        })
    }
}

/// Moves wished positions as little as needed so that neighbours are at least `gap` apart and all
/// lie within `low..=high`; answers in the order of the wishes. When there is too little room, the
/// gap shrinks.
pub(super) fn spread(wishes: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let n = wishes.len();
    if n == 0 {
        return Vec::new();
    }
    let gap = if n > 1 { gap.min((high - low) / (n - 1) as f64) } else { gap };
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| wishes[*a].total_cmp(&wishes[*b]).then(a.cmp(b)));
    // Blocks of labels that touch, each (sum of wished starts, count): merged while they overlap,
    // a block sits at the mean of what its members wish.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for &index in &order {
        blocks.push((wishes[index].clamp(low, high), 1));
        while let [.., (sum_a, n_a), (sum_b, n_b)] = blocks[..] {
            if sum_a / n_a as f64 + n_a as f64 * gap <= sum_b / n_b as f64 {
                break;
            }
            blocks.truncate(blocks.len() - 2);
            blocks.push((sum_a + sum_b - n_a as f64 * n_b as f64 * gap, n_a + n_b));
        }
    }
    let mut placed = Vec::with_capacity(n);
    for (sum, count) in blocks {
        let start = sum / count as f64;
        placed.extend((0..count).map(|k| start + k as f64 * gap));
    }
    keep_inside(&mut placed, gap, low, high);
    let mut answer = vec![0.0; n];
    for (position, index) in placed.into_iter().zip(order) {
        answer[index] = position;
    }
    answer
}

/// Pushes ascending positions into `low..=high`, keeping `gap` between them.
fn keep_inside(placed: &mut [f64], gap: f64, low: f64, high: f64) {
    let mut least = low;
    for position in placed.iter_mut() {
        *position = position.max(least);
        least = *position + gap;
    }
    let mut most = high;
    for position in placed.iter_mut().rev() {
        *position = position.min(most);
        most = *position - gap;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distant_labels_stay_where_they_wish() {
        assert_eq!(spread(&[500.0, 100.0], 30.0, 0.0, 1000.0), [500.0, 100.0]);
    }

    #[test]
    fn close_labels_part_around_their_mean() {
        assert_eq!(spread(&[100.0, 100.0], 30.0, 0.0, 1000.0), [85.0, 115.0]);
        let three = spread(&[100.0, 101.0, 99.0], 30.0, 0.0, 1000.0);
        assert_eq!(three, [100.0, 130.0, 70.0]);
    }

    #[test]
    fn labels_stay_inside() {
        let placed = spread(&[0.0, 0.0, 1000.0, 1000.0, 1000.0], 30.0, 10.0, 900.0);
        assert_eq!(placed, [10.0, 40.0, 840.0, 870.0, 900.0]);
        let crowded = spread(&[5.0; 11], 30.0, 0.0, 100.0);
        assert!(crowded.windows(2).all(|pair| pair[1] - pair[0] > 9.9));
        assert!(crowded.iter().all(|y| (-0.01..=100.01).contains(y)), "{crowded:?}");
    }
}
