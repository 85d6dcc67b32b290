//! Numbers per neuron: how many there must be, and those that a CSV file holds.

use std::path::Path;

use super::super::csv;
use super::super::diagnostic::Source;
use super::super::samples::{FileColumn, Given, Samples};
use super::super::sink::{Sink, quoted};
use super::super::text;
use super::super::tree::Span;
use super::super::types::Sampled;
use super::super::values::Ranged;
use super::place::Place;

/// Resolves samples that must be there. CSV files are looked for in `folder`.
pub(super) fn required<T: Ranged>(
    folder: &Path,
    place: &Place<'_>,
    samples: Option<Samples<T>>,
    count: usize,
    sink: &mut Sink,
) -> Sampled {
    if samples.is_none() && !place.is_set_aside() {
        let key = place.name();
        let key = key.rsplit('.').next().unwrap_or_default();
        sink.error(&place.span(), format!("this group has no {key}"))
            .label(format!("`{key}` must be here"))
            .help(format!("allowed: {}, a list, or a distribution", T::ALLOWED));
    }
    optional(folder, place, samples, count, sink)
}

/// Resolves samples; 0 where there are none.
pub(super) fn optional<T: Ranged>(
    folder: &Path,
    place: &Place<'_>,
    samples: Option<Samples<T>>,
    count: usize,
    sink: &mut Sink,
) -> Sampled {
    let sampled = match samples.map(|samples| samples.given) {
        None => return Sampled::Constant(0.0),
        Some(Given::Sampled(sampled)) => sampled,
        Some(Given::File(file)) => match load::<T>(folder, place, &file, sink) {
            Some(list) => Sampled::List(list),
            None => return Sampled::Constant(0.0),
        },
    };
    if let Sampled::List(list) = &sampled
        && list.len() != count
        && !place.is_set_aside()
    {
        let found = list.len();
        // An override of the count does not go together with the file's list.
        let span = place.parent().count_override().unwrap_or_else(|| place.span());
        sink.error(&span, format!("{found} numbers for a group of {count}"))
            .label(format!("`{}` must be {count} numbers, one for each", place.name()));
    }
    sampled
}

/// Reads a column of a CSV file.
fn load<T: Ranged>(
    folder: &Path,
    place: &Place<'_>,
    column: &FileColumn,
    sink: &mut Sink,
) -> Option<Vec<f64>> {
    let path = folder.join(&column.file);
    let text = match text::read(&path, "CSV file") {
        Ok(text) => text,
        Err(error) => {
            let name = quoted(&path.display().to_string());
            let draft = sink
                .error(&place.key("file").span(), format!("{name}: {}", error.message))
                .label("the path is relative to the scenario's folder");
            if let Some(help) = error.help {
                draft.help(help);
            }
            return None;
        }
    };
    let check = |value: f64| if T::accepts(value) { Ok(()) } else { Err(T::ALLOWED) };
    match csv::column(&text, column.column.as_deref(), check) {
        Ok(numbers) => Some(numbers),
        Err(error) => {
            let source = sink.sources.len();
            sink.sources.push(Source { name: path.display().to_string(), text });
            let draft = match error.range {
                Some(range) => sink.error(&Span { source, range }, error.message),
                None => sink.error_in_file(source, error.message),
            };
            draft.label(error.label).help(format!("read for `{}`", place.name()));
            None
        }
    }
}
