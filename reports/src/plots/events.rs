//! Marks of what happened: a thin line at each moment with events, and a phrase at its head.
//!
//! Phrases stand right of their lines, in a few rows above the plot that descend like stairs, so
//! that no line runs through a phrase. Where even those are full, the phrase before tells how many
//! more lines follow without one.

use super::axis::{BOTTOM, SMALL, Scale, TOP};
use super::font;
use super::palette::{QUIET, RULE};
use super::scene::{Align, SIZE, Scene};

/// Most rows of phrases.
const MAX_ROWS: usize = 4;
/// Pixels between rows.
const ROW: i32 = 22;
/// Most pixels that a phrase takes.
const PHRASE_ROOM: f64 = 420.0;

/// Pixels at the right edge of the picture that phrases leave free.
const MARGIN: i32 = 16;

/// A line and, where it has one, its phrase.
struct Mark {
    at: i32,
    phrase: Option<Phrase>,
}

struct Phrase {
    text: String,
    row: usize,
    /// Lines up to the next phrase that have none.
    more: usize,
}

/// All marks of a plot.
pub(super) struct Marks {
    marks: Vec<Mark>,
    rows: usize,
}

impl Marks {
    /// Lays out phrases along a scale, in as few rows as they need.
    pub(super) fn along(events: &[(f64, String)], x: &Scale) -> Self {
        let events: Vec<(i32, String)> =
            events.iter().map(|(at, text)| (x.px(*at), text.clone())).collect();
        let bare = |marks: &Self| marks.marks.iter().filter(|m| m.phrase.is_none()).count();
        let tries = (1..=MAX_ROWS).map(|rows| Self::in_rows(&events, rows));
        let fewest = tries.min_by_key(|marks| (bare(marks), marks.rows));
        fewest.unwrap_or(Self { marks: Vec::new(), rows: 0 })
    }

    fn in_rows(events: &[(i32, String)], rows: usize) -> Self {
        let mut free = vec![i32::MIN; rows];
        let mut marks: Vec<Mark> = Vec::new();
        let mut last: Option<usize> = None;
        for (at, text) in events {
            // The highest row from which the line can go down without touching a phrase.
            let blocked = free.iter().rposition(|free| at < free);
            let row = blocked.map_or(0, |row| row + 1);
            let phrase = (row < rows).then(|| {
                let room = f64::from(SIZE.0 as i32 - MARGIN - at - 8) - suffix_width();
                let text = font::fit(text, SMALL, false, room.min(PHRASE_ROOM));
                let width = font::width(&text, SMALL, false) + suffix_width();
                free[row] = at + width.ceil() as i32 + 24;
                Phrase { text, row, more: 0 }
            });
            match (&phrase, last.and_then(|last| marks.get_mut(last)?.phrase.as_mut())) {
                (Some(_), _) => last = Some(marks.len()),
                (None, Some(before)) => before.more += 1,
                (None, None) => {}
            }
            marks.push(Mark { at: *at, phrase });
        }
        Self { marks, rows: if events.is_empty() { 0 } else { rows } }
    }

    /// First pixel row below the phrases, where the plot itself begins.
    pub(super) fn top(&self) -> i32 {
        TOP + ROW * self.rows.saturating_sub(1) as i32
    }

    pub(super) fn draw(&self, scene: &mut Scene) {
        for mark in &self.marks {
            let Some(phrase) = &mark.phrase else {
                scene.line(vec![(mark.at, self.top()), (mark.at, BOTTOM)], 1, RULE);
                continue;
            };
            let baseline = TOP - 3 + ROW * phrase.row as i32;
            scene.line(vec![(mark.at, baseline - 13), (mark.at, BOTTOM)], 1, RULE);
            let text = match phrase.more {
                0 => phrase.text.clone(),
                more => format!("{} +{more} more", phrase.text),
            };
            scene.text(text, (mark.at + 8, baseline), Align::Left, SMALL, QUIET);
        }
    }
}

/// Room kept behind every phrase for the count of lines without one.
fn suffix_width() -> f64 {
    font::width(" +99 more", SMALL, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(marks: &Marks) -> Vec<Option<usize>> {
        marks.marks.iter().map(|mark| mark.phrase.as_ref().map(|phrase| phrase.row)).collect()
    }

    #[test]
    fn phrases_descend_and_the_rest_is_counted() {
        let events: Vec<(i32, String)> =
            (0..6).map(|k| (100 + 20 * k, "good quality 0.2".to_owned())).collect();
        let marks = Marks::in_rows(&events, 4);
        assert_eq!(rows(&marks), [Some(0), Some(1), Some(2), Some(3), None, None]);
        assert_eq!(marks.marks[3].phrase.as_ref().unwrap().more, 2);
        assert_eq!(marks.top(), TOP + 3 * ROW);
    }

    #[test]
    fn distant_phrases_share_a_row() {
        let events = vec![(100, "kappa 0.6".to_owned()), (900, "kappa 0.5".to_owned())];
        assert_eq!(rows(&Marks::in_rows(&events, 1)), [Some(0), Some(0)]);
    }
}
