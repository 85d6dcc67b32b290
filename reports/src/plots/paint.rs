//! Draws a [`Scene`] through plotters, as SVG or as PNG: one drawing code over both backends.

use plotters::backend::{BitMapBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, TextStyle};
use plotters_backend::{BackendColor, BackendStyle, DrawingBackend, DrawingErrorKind};

use super::font;
use super::raster::Raster;
use super::scene::{Align, Label, Rgb, SIZE, Scene, Shape};

/// Plotters' font sizes are line heights: an em is this fraction smaller.
pub(super) const LINE_HEIGHT_EM: f64 = 1.24;

/// Plotters' SVG places the baseline of bottom-anchored text half an ex above the named point; in
/// Roboto that is this part of the em.
pub(super) const BASELINE_OF_BOTTOM_EM: f64 = 0.264;

/// The backend refused to draw.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct PaintError(String);

fn refused<E: std::error::Error + Send + Sync>(error: DrawingErrorKind<E>) -> PaintError {
    PaintError(error.to_string())
}

/// The scene as an SVG document.
pub(super) fn svg(scene: &Scene) -> Result<String, PaintError> {
    let mut document = String::new();
    let mut backend = SVGBackend::with_string(&mut document, SIZE);
    paint(scene, &mut backend).map_err(refused)?;
    drop(backend);
    Ok(document)
}

/// The scene as a PNG file, 8 bits per colour.
pub(super) fn png(scene: &Scene) -> Result<Vec<u8>, PaintError> {
    let (width, height) = SIZE;
    let mut pixels = vec![0; (width * height * 3) as usize];
    let mut backend = Raster(BitMapBackend::with_buffer(&mut pixels, SIZE));
    paint(scene, &mut backend).map_err(refused)?;
    drop(backend);
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // Flat colours repeat exactly, which filters would hide from the compressor; its fast mode
    // counts on filters.
    encoder.set_compression(png::Compression::Default);
    encoder.set_filter(png::FilterType::NoFilter);
    let failed = |error: png::EncodingError| PaintError(error.to_string());
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&pixels).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(file)
}

/// A colour with a line width.
struct Stroke(BackendColor, u32);

impl BackendStyle for Stroke {
    fn color(&self) -> BackendColor {
        self.0
    }

    fn stroke_width(&self) -> u32 {
        self.1
    }
}

fn colour(Rgb(r, g, b): Rgb, alpha: f64) -> BackendColor {
    BackendColor { alpha, rgb: (r, g, b) }
}

fn paint<B: DrawingBackend>(
    scene: &Scene,
    backend: &mut B,
) -> Result<(), DrawingErrorKind<B::ErrorType>> {
    backend.ensure_prepared()?;
    let end = (SIZE.0 as i32, SIZE.1 as i32);
    backend.draw_rect((0, 0), end, &colour(Rgb(255, 255, 255), 1.0), true)?;
    for shape in &scene.shapes {
        match shape {
            Shape::Rect { from, to, colour: rgb } => {
                backend.draw_rect(*from, *to, &colour(*rgb, 1.0), true)?;
            }
            Shape::Line { points, width, colour: rgb } => {
                backend.draw_path(points.iter().copied(), &Stroke(colour(*rgb, 1.0), *width))?;
            }
            Shape::Area { points, colour: rgb, opacity } => {
                backend.fill_polygon(points.iter().copied(), &colour(*rgb, *opacity))?;
            }
            Shape::Disc { at, radius, colour: rgb, opacity } => {
                backend.draw_circle(*at, *radius, &colour(*rgb, *opacity), true)?;
            }
            Shape::Text(label) => write(label, backend)?,
        }
    }
    backend.present()
}

fn write<B: DrawingBackend>(
    label: &Label,
    backend: &mut B,
) -> Result<(), DrawingErrorKind<B::ErrorType>> {
    let weight = if label.bold { FontStyle::Bold } else { FontStyle::Normal };
    let size = f64::from(label.size);
    let font = FontDesc::new(FontFamily::Name(font::FAMILY), size * LINE_HEIGHT_EM, weight);
    let h_pos = match label.align {
        Align::Left => HPos::Left,
        Align::Centre => HPos::Center,
        Align::Right => HPos::Right,
    };
    let pos = Pos::new(h_pos, VPos::Bottom);
    let style = TextStyle { font, color: colour(label.colour, 1.0), pos };
    let y = label.at.1 + (BASELINE_OF_BOTTOM_EM * size).round() as i32;
    backend.draw_text(&label.text, &style, (label.at.0, y))
}

#[cfg(test)]
mod tests {
    use super::super::axis;
    use super::*;

    fn scene() -> Scene {
        let mut scene = Scene::default();
        scene.rect((10, 10), (60, 40), Rgb(10, 20, 30));
        scene.line(vec![(100, 100), (300, 220), (500, 120)], 3, Rgb(200, 0, 0));
        scene.disc((700, 500), 12, Rgb(0, 0, 200), 0.5);
        scene.text("uid <7> & more", (100, 400), Align::Left, 22, Rgb(0, 0, 0));
        scene
    }

    #[test]
    fn svg_holds_sizes_as_asked_and_escapes_text() {
        let document = svg(&scene()).unwrap();
        assert!(document.contains("font-size=\"22\""), "{document}");
        assert!(document.contains("uid &lt;7&gt; &amp; more"));
        assert!(document.trim_end().ends_with("</svg>"));
        assert_eq!(document, svg(&scene()).unwrap());
    }

    #[test]
    fn font_sizes_survive_the_line_height_factor() {
        for size in [axis::TEXT, axis::SMALL, 24, 28, 32, 38] {
            let there_and_back = f64::from(size) * LINE_HEIGHT_EM / LINE_HEIGHT_EM;
            assert_eq!(there_and_back, f64::from(size));
        }
    }

    #[test]
    fn png_holds_the_shapes() {
        let file = png(&scene()).unwrap();
        let mut reader = png::Decoder::new(&file[..]).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size()];
        reader.next_frame(&mut pixels).unwrap();
        let pixel = |x: usize, y: usize| &pixels[(y * 1600 + x) * 3..][..3];
        assert_eq!(pixel(0, 0), [255, 255, 255]);
        assert_eq!(pixel(20, 20), [10, 20, 30]);
        assert_eq!(pixel(300, 220), [200, 0, 0]);
        let disc = pixel(700, 500);
        assert!((126..=129).contains(&disc[0]) && disc[2] > 220, "{disc:?}");
        let ink = (100..240).filter(|x| pixel(*x, 394)[0] < 128).count();
        assert!(ink > 5, "letters leave ink: {ink}");
    }
}
