//! The bundled typeface: glyphs for the bitmap painter and text widths for the layout of both.
//!
//! Sizes are pixels per em, as in SVG. Characters that the bundled subset lacks count and draw as
//! its replacement box.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, Glyph, OutlinedGlyph, PxScale, point};

/// What SVG asks the viewer for; the fallbacks are about as wide.
pub(super) const FAMILY: &str = "Roboto, Helvetica, Arial, sans-serif";

static REGULAR: LazyLock<Option<FontRef<'static>>> =
    LazyLock::new(|| parse(include_bytes!("../../assets/Roboto-Regular.ttf")));
static BOLD: LazyLock<Option<FontRef<'static>>> =
    LazyLock::new(|| parse(include_bytes!("../../assets/Roboto-Bold.ttf")));

/// A test asserts that the bundled bytes parse, so `None` never reaches a picture.
fn parse(bytes: &'static [u8]) -> Option<FontRef<'static>> {
    FontRef::try_from_slice(bytes).ok()
}

fn face(bold: bool) -> Option<&'static FontRef<'static>> {
    if bold { BOLD.as_ref() } else { REGULAR.as_ref() }
}

/// Width of one line of text in pixels.
pub(super) fn width(text: &str, size: u32, bold: bool) -> f64 {
    let Some(font) = face(bold) else { return 0.0 };
    let em = f64::from(font.units_per_em().unwrap_or(2048.0));
    let advance = |c| f64::from(font.h_advance_unscaled(font.glyph_id(c)));
    text.chars().map(advance).sum::<f64>() * f64::from(size) / em
}

/// `text`, or as much of it as fits into `room` pixels with an ellipsis.
pub(super) fn fit(text: &str, size: u32, bold: bool, room: f64) -> String {
    if width(text, size, bold) <= room {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().collect();
    while kept.pop().is_some() {
        let shorter: String = kept.iter().collect::<String>().trim_end().to_owned() + "…";
        if width(&shorter, size, bold) <= room {
            return shorter;
        }
    }
    String::new()
}

/// `name`, or as much of both its ends as fits into `room` pixels with an ellipsis between them:
/// names of a kind tend to differ at their ends.
pub(super) fn fit_name(name: &str, size: u32, bold: bool, room: f64) -> String {
    if width(name, size, bold) <= room {
        return name.to_owned();
    }
    let letters: Vec<char> = name.chars().collect();
    for kept in (1..letters.len()).rev() {
        let (front, back) = (kept.div_ceil(2), kept / 2);
        let front: String = letters[..front].iter().collect();
        let back: String = letters[letters.len() - back..].iter().collect();
        let shorter = front + "…" + &back;
        if width(&shorter, size, bold) <= room {
            return shorter;
        }
    }
    String::new()
}

/// Outlines of a line of text whose baseline starts at `(x, y)`.
pub(super) fn outlines(text: &str, size: u32, bold: bool, x: f64, y: f64) -> Vec<OutlinedGlyph> {
    let Some(font) = face(bold) else { return Vec::new() };
    let em = font.units_per_em().unwrap_or(2048.0);
    let per_unit = size as f32 / em;
    // ab_glyph scales by the height from descent to ascent, SVG by the em.
    let scale = PxScale::from(font.height_unscaled() * per_unit);
    let mut pen = x as f32;
    let mut glyphs = Vec::new();
    for c in text.chars() {
        let id = font.glyph_id(c);
        let glyph = Glyph { id, scale, position: point(pen, y as f32) };
        glyphs.extend(font.outline_glyph(glyph));
        pen += font.h_advance_unscaled(id) * per_unit;
    }
    glyphs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_faces_parse_and_hold_the_signs_that_plots_use() {
        for bold in [false, true] {
            let font = face(bold).expect("bundled font");
            for c in "azAZ09 .,:%()+-_·…–−×≤≥ρ“”".chars() {
                assert_ne!(font.glyph_id(c).0, 0, "{c:?} is missing");
            }
        }
    }

    #[test]
    fn fitting_keeps_short_text_and_cuts_long_text() {
        assert_eq!(fit("good", 20, false, 200.0), "good");
        let cut = fit("a-very-long-group-name-of-a-miner", 20, false, 120.0);
        assert!(cut.ends_with('…') && width(&cut, 20, false) <= 120.0, "{cut}");
        assert_eq!(fit("anything", 20, false, 1.0), "");
    }

    #[test]
    fn names_keep_both_ends() {
        assert_eq!(fit_name("good", 20, false, 200.0), "good");
        let cut = fit_name("a-very-long-group-name-7", 20, false, 120.0);
        assert!(cut.starts_with("a-ver") && cut.ends_with("me-7"), "{cut}");
        assert!(width(&cut, 20, false) <= 120.0);
        assert_eq!(fit_name("anything", 20, false, 1.0), "");
    }
}
