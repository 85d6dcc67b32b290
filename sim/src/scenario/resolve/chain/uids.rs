//! Which neurons of a genesis or metagraph a group stands for.

use std::ops::Range;

use super::super::super::sink::{Sink, quoted};
use super::super::groups::Kind;
use super::super::place::Place;

/// Seats taken so far, with the name and the kind of the group.
#[derive(Debug, Default)]
pub(super) struct Seats(Vec<(Range<u16>, String, Kind)>);

impl Seats {
    /// Reads uids such as "0-63" or "7", of a file with so many neurons, for a group.
    pub(super) fn take(
        &mut self,
        place: &Place<'_>,
        written: &str,
        neurons: Option<usize>,
        group: (&str, Kind),
        sink: &mut Sink,
    ) -> Option<Range<u16>> {
        let Some(range) = parse(written) else {
            sink.error(&place.span(), format!("`{}` are no uids", quoted(written)))
                .label("allowed: a range such as \"0-63\", or one uid")
                .help("uids go up to 65534, the lower first");
            return None;
        };
        if let Some(neurons) = neurons.filter(|neurons| usize::from(range.end) > *neurons) {
            sink.error(&place.span(), "the file has fewer neurons")
                .label(format!("allowed: uids from 0 to {}", neurons.saturating_sub(1)));
            return None;
        }
        self.check_overlap(place, &range, group, sink);
        self.0.push((range.clone(), group.0.to_owned(), group.1));
        Some(range)
    }

    /// Two groups of miners cannot be the same neuron; a neuron may mine and validate, but hardly
    /// by intention.
    fn check_overlap(
        &self,
        place: &Place<'_>,
        range: &Range<u16>,
        (_, kind): (&str, Kind),
        sink: &mut Sink,
    ) {
        let overlaps = |other: &Range<u16>| other.start < range.end && range.start < other.end;
        for (other, name, other_kind) in &self.0 {
            if !overlaps(other) {
                continue;
            }
            let label = format!("{name:?} has {} to {}", other.start, other.end - 1);
            match *other_kind == kind {
                true => sink.error(&place.span(), "two groups stand for the same neurons"),
                false => sink.warning(&place.span(), "neurons mine and validate at once"),
            }
            .label(label);
        }
    }
}

fn parse(written: &str) -> Option<Range<u16>> {
    let (first, last) = written.split_once('-').unwrap_or((written, written));
    let number = |text: &str| text.trim().parse::<u16>().ok().filter(|uid| *uid < u16::MAX);
    let (first, last) = (number(first)?, number(last)?);
    (first <= last).then_some(first..last + 1)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn ranges_and_single_uids() {
        assert_eq!(parse("0-63"), Some(0..64));
        assert_eq!(parse("7"), Some(7..8));
        assert_eq!(parse(" 3 - 4 "), Some(3..5));
        for wrong in ["", "-", "5-4", "a-b", "0-65535", "1-2-3", "-1"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
