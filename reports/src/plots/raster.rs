//! Plotters' bitmap backend with smooth lines, discs and letters.
//!
//! Rectangles and pixels go to [`BitMapBackend`] as they are. Its own thick lines and discs have
//! hard or spiky edges and its letters sit on whole pixels without their side bearings, so these
//! three are drawn here by coverage: how much of a pixel a shape covers is how much of its colour
//! it gets.

use plotters::backend::BitMapBackend;
use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontStyle,
};

use super::font;
use super::paint::{BASELINE_OF_BOTTOM_EM, LINE_HEIGHT_EM};

/// A bitmap under the drawing calls of plotters.
pub(super) struct Raster<'a>(pub BitMapBackend<'a>);

type Outcome<'a> = Result<(), DrawingErrorKind<<BitMapBackend<'a> as DrawingBackend>::ErrorType>>;

impl<'a> Raster<'a> {
    /// Blends every pixel within the box around `from..=to` by `coverage` of its centre.
    fn cover(
        &mut self,
        from: (f64, f64),
        to: (f64, f64),
        colour: BackendColor,
        coverage: impl Fn(f64, f64) -> f64,
    ) -> Outcome<'a> {
        let (width, height) = self.0.get_size();
        let clamp = |value: f64, end: u32| value.max(0.0).min(f64::from(end)) as i32;
        for y in clamp(from.1.floor(), height)..clamp(to.1.ceil() + 1.0, height) {
            for x in clamp(from.0.floor(), width)..clamp(to.0.ceil() + 1.0, width) {
                let part = coverage(f64::from(x), f64::from(y)).clamp(0.0, 1.0);
                if part > 0.0 {
                    self.0.draw_pixel((x, y), colour.mix(part))?;
                }
            }
        }
        Ok(())
    }
}

/// How much of each pixel of a box a line covers. Segments overlap at their joints, so a pixel
/// keeps the most that any of them covers and is blended once.
struct Mask {
    from: (i32, i32),
    width: i32,
    height: i32,
    coverage: Vec<f32>,
}

impl Mask {
    /// Nothing covered, in the part of the box around `points` that lies within the picture.
    fn around(points: &[BackendCoord], margin: i32, size: (u32, u32)) -> Self {
        let low = |pick: fn(&BackendCoord) -> i32| points.iter().map(pick).min().unwrap_or(0);
        let high = |pick: fn(&BackendCoord) -> i32| points.iter().map(pick).max().unwrap_or(0);
        let from = ((low(|p| p.0) - margin).max(0), (low(|p| p.1) - margin).max(0));
        let width = ((high(|p| p.0) + margin + 1).min(size.0 as i32) - from.0).max(0);
        let height = ((high(|p| p.1) + margin + 1).min(size.1 as i32) - from.1).max(0);
        Self { from, width, height, coverage: vec![0.0; (width * height) as usize] }
    }

    /// Covers a segment with round ends, `reach` to each side.
    fn segment(&mut self, a: BackendCoord, b: BackendCoord, reach: f64) {
        let (ax, ay) = (f64::from(a.0), f64::from(a.1));
        let (dx, dy) = (f64::from(b.0) - ax, f64::from(b.1) - ay);
        let length_squared = dx * dx + dy * dy;
        let margin = reach.ceil() as i32 + 1;
        let rows = (a.1.min(b.1) - margin).max(self.from.1)
            ..(a.1.max(b.1) + margin + 1).min(self.from.1 + self.height);
        for y in rows {
            // Where the segment crosses the row, so that a long slanted one is not searched whole.
            let (mut left, mut right) = (a.0.min(b.0), a.0.max(b.0));
            if dy != 0.0 {
                let at = |row: f64| ax + ((row - ay) / dy).clamp(0.0, 1.0) * dx;
                let slack = f64::from(margin);
                let (p, q) = (at(f64::from(y) - slack), at(f64::from(y) + slack));
                (left, right) = (p.min(q).floor() as i32, p.max(q).ceil() as i32);
            }
            let columns = (left - margin).max(self.from.0)
                ..(right + margin + 1).min(self.from.0 + self.width);
            for x in columns {
                let (px, py) = (f64::from(x) - ax, f64::from(y) - ay);
                let along = if length_squared > 0.0 {
                    ((px * dx + py * dy) / length_squared).clamp(0.0, 1.0)
                } else {
                    0.0
                };
                let (ex, ey) = (px - along * dx, py - along * dy);
                let part = (reach + 0.5 - (ex * ex + ey * ey).sqrt()).clamp(0.0, 1.0) as f32;
                let index = (y - self.from.1) * self.width + (x - self.from.0);
                let covered = &mut self.coverage[index as usize];
                *covered = covered.max(part);
            }
        }
    }
}

impl<'a> DrawingBackend for Raster<'a> {
    type ErrorType = <BitMapBackend<'a> as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.0.get_size()
    }

    fn ensure_prepared(&mut self) -> Outcome<'a> {
        self.0.ensure_prepared()
    }

    fn present(&mut self) -> Outcome<'a> {
        self.0.present()
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Outcome<'a> {
        self.0.draw_pixel(point, color)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Outcome<'a> {
        self.0.draw_rect(upper_left, bottom_right, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Outcome<'a> {
        self.0.fill_polygon(vert, style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome<'a> {
        let points: Vec<BackendCoord> = path.into_iter().collect();
        let reach = f64::from(style.stroke_width()) / 2.0;
        let mut mask = Mask::around(&points, reach.ceil() as i32 + 1, self.0.get_size());
        for pair in points.windows(2) {
            mask.segment(pair[0], pair[1], reach);
        }
        for (index, part) in mask.coverage.iter().enumerate().filter(|(_, part)| **part > 0.0) {
            let index = index as i32;
            let at = (mask.from.0 + index % mask.width, mask.from.1 + index / mask.width);
            self.0.draw_pixel(at, style.color().mix(f64::from(*part)))?;
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        _fill: bool,
    ) -> Outcome<'a> {
        let (cx, cy, r) = (f64::from(center.0), f64::from(center.1), f64::from(radius));
        let (from, to) = ((cx - r - 1.0, cy - r - 1.0), (cx + r + 1.0, cy + r + 1.0));
        self.cover(from, to, style.color(), |x, y| {
            r + 0.5 - ((x - cx) * (x - cx) + (y - cy) * (y - cy)).sqrt()
        })
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        pos: BackendCoord,
    ) -> Outcome<'a> {
        let size = (style.size() / LINE_HEIGHT_EM).round() as u32;
        let bold = matches!(style.style(), FontStyle::Bold);
        let width = font::width(text, size, bold);
        let x = f64::from(pos.0)
            - match style.anchor().h_pos {
                HPos::Left => 0.0,
                HPos::Center => width / 2.0,
                HPos::Right => width,
            };
        let baseline = (f64::from(pos.1) - BASELINE_OF_BOTTOM_EM * f64::from(size)).round();
        for glyph in font::outlines(text, size, bold, x, baseline) {
            let corner = glyph.px_bounds().min;
            let mut pixels = Vec::new();
            glyph.draw(|x, y, coverage| pixels.push((x as i32, y as i32, coverage)));
            for (x, y, coverage) in pixels {
                let at = (corner.x as i32 + x, corner.y as i32 + y);
                let part = f64::from(coverage.clamp(0.0, 1.0));
                if part > 0.0 {
                    self.0.draw_pixel(at, style.color().mix(part))?;
                }
            }
        }
        Ok(())
    }
}
