//! Small line charts as SVG text: a few lines over epochs, no axes but a frame, whole coordinates.

use std::fmt::Write;

/// Size of the drawing in its own units.
const WIDTH: f64 = 400.0;
const HEIGHT: f64 = 140.0;

/// Colours and dashes that the page's style knows.
pub(super) const COLOURS: usize = 6;
pub(super) const DASHES: usize = 4;

/// One line: a value per epoch, and how it looks.
pub(super) struct Line {
    pub(super) values: Vec<f64>,
    pub(super) colour: usize,
    pub(super) dash: usize,
}

/// A chart of lines between 0 and `top`; `label` is read out and shown on hovering.
pub(super) fn chart(label: &str, lines: &[Line], top: f64) -> String {
    let mut svg = String::with_capacity(1024);
    let _ = write!(
        svg,
        "<svg viewBox=\"0 -4 {WIDTH} {}\" fill=\"none\" role=\"img\"><title>",
        HEIGHT + 8.0
    );
    escape(&mut svg, label);
    let _ = write!(svg, "</title><path class=\"g\" d=\"M0 0H{WIDTH}M0 {HEIGHT}H{WIDTH}\"/>");
    for line in lines {
        let (colour, dash) = (line.colour % COLOURS, line.dash % DASHES);
        let _ = write!(svg, "<polyline class=\"c{colour} d{dash}\" points=\"");
        points(&mut svg, &line.values, top);
        svg.push_str("\"/>");
    }
    svg.push_str("</svg>");
    svg
}

/// Writes the points of a line, without those that lie on a straight level stretch.
fn points(svg: &mut String, values: &[f64], top: f64) {
    let last = values.len().saturating_sub(1);
    let y = |index: usize| {
        let height = if top > 0.0 { (values[index] / top).clamp(0.0, 1.0) } else { 0.0 };
        (HEIGHT * (1.0 - height)).round() as i32
    };
    for index in 0..values.len() {
        let inner = index > 0 && index < last;
        if inner && y(index - 1) == y(index) && y(index) == y(index + 1) {
            continue;
        }
        let x = (WIDTH * index as f64 / last.max(1) as f64).round() as i32;
        let _ = write!(svg, "{}{x} {}", if index > 0 { "," } else { "" }, y(index));
    }
}

fn escape(svg: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '<' => svg.push_str("&lt;"),
            '&' => svg.push_str("&amp;"),
            _ => svg.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_its_corners() {
        let mut svg = String::new();
        points(&mut svg, &[1.0, 1.0, 1.0, 0.0, 0.5], 1.0);
        assert_eq!(svg, "0 0,200 0,300 140,400 70");
        for (values, expected) in
            [(vec![], ""), (vec![2.0], "0 0"), (vec![0.0; 3], "0 140,400 140")]
        {
            svg.clear();
            points(&mut svg, &values, 1.0);
            assert_eq!(svg, expected);
        }
    }

    #[test]
    fn a_label_cannot_break_out() {
        let svg = chart("a<b & c", &[], 1.0);
        assert!(svg.contains("<title>a&lt;b &amp; c</title>"));
    }
}
