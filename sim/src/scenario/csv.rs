//! Reads one column of numbers from a CSV file: a header line, then a line per neuron.
//!
//! Not a general CSV reader: commas separate, quotes may surround a field that holds no comma, and
//! lines that are empty or start with `#` are skipped.

use super::nearest::{listed, nearest};
use super::sink::quoted;

/// What is wrong with a CSV text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CsvError {
    /// Bytes of the offending text; `None` when it concerns the file as a whole.
    pub(super) range: Option<std::ops::Range<usize>>,
    pub(super) message: String,
    pub(super) label: String,
}

/// A field and its bytes in the text.
struct Field<'a> {
    text: &'a str,
    start: usize,
}

impl Field<'_> {
    fn error(&self, message: String, label: String) -> CsvError {
        CsvError { range: Some(self.start..self.start + self.text.len()), message, label }
    }
}

/// The numbers of a column, each checked by `allowed`, which says what is allowed when it refuses.
pub(super) fn column(
    text: &str,
    name: Option<&str>,
    allowed: impl Fn(f64) -> Result<(), &'static str>,
) -> Result<Vec<f64>, CsvError> {
    let mut lines = lines(text);
    let Some(header) = lines.next() else {
        return Err(CsvError {
            range: None,
            message: "the file has no lines".to_owned(),
            label: String::new(),
        });
    };
    let column = find_column(&header, name)?;
    let mut numbers = Vec::new();
    for line in lines {
        let Some(field) = line.get(column) else {
            let first = &line[0];
            let message =
                format!("this line has {} columns, the header {}", line.len(), header.len());
            return Err(first.error(message, "a column is missing".to_owned()));
        };
        let number: f64 = field.text.trim_matches('"').parse().map_err(|_| {
            let message = format!("`{}` is not a number", quoted(field.text));
            field.error(message, "a number must be here".to_owned())
        })?;
        allowed(number).map_err(|allowed| {
            let message = format!("the value cannot be {}", quoted(field.text));
            field.error(message, format!("allowed: {allowed}"))
        })?;
        numbers.push(number);
    }
    Ok(numbers)
}

fn find_column(header: &[Field<'_>], name: Option<&str>) -> Result<usize, CsvError> {
    let names: Vec<&str> = header.iter().map(|field| field.text.trim_matches('"')).collect();
    let (first, last) = (&header[0], &header[header.len() - 1]);
    let error = |message: String, label: String| CsvError {
        range: Some(first.start..last.start + last.text.len()),
        message,
        label,
    };
    match name {
        None if names.len() == 1 => Ok(0),
        None => Err(error(
            "the file has several columns: say which with `column`".to_owned(),
            format!("one of {}", listed(&names, '"')),
        )),
        Some(name) => names.iter().position(|other| *other == name).ok_or_else(|| {
            let label = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("the columns are {}", listed(&names, '"')),
            };
            error(format!("the file has no column {name:?}"), label)
        }),
    }
}

/// The fields of every line that counts; each line has at least one field.
fn lines(text: &str) -> impl Iterator<Item = Vec<Field<'_>>> {
    let mut start = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let line_start = start;
        start += line.len();
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            return None;
        }
        Some(fields(line.trim_end(), line_start))
    })
}

fn fields(line: &str, line_start: usize) -> Vec<Field<'_>> {
    let mut start = line_start;
    let mut fields = Vec::new();
    for part in line.split(',') {
        let indent = part.len() - part.trim_start().len();
        fields.push(Field { text: part.trim(), start: start + indent });
        start += part.len() + 1;
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn any(_: f64) -> Result<(), &'static str> {
        Ok(())
    }

    #[test]
    fn reads_the_named_column() {
        let text = "uid, \"stake\" ,x\n# a comment\n0, 1.5 ,2\n\n1,\"2e3\",3\r\n";
        assert_eq!(column(text, Some("stake"), any), Ok(vec![1.5, 2000.0]));
        assert_eq!(column("x\n1\n2\n", None, any), Ok(vec![1.0, 2.0]));
    }

    #[test]
    fn points_at_the_field_that_is_no_number() {
        let text = "uid,stake\n0,1\n1, many\n";
        let error = column(text, Some("stake"), any).unwrap_err();
        assert_eq!(&text[error.range.unwrap()], "many");
    }

    #[test]
    fn points_at_a_short_line() {
        let text = "uid,stake\n0,1\n17\n";
        let error = column(text, Some("stake"), any).unwrap_err();
        assert_eq!(&text[error.range.unwrap()], "17");
        assert_eq!(error.message, "this line has 1 columns, the header 2");
    }

    #[test]
    fn wants_to_know_the_column() {
        let error = column("a,b\n1,2\n", None, any).unwrap_err();
        assert!(error.label.contains("\"a\", \"b\""), "{error:?}");
        let error = column("stake,b\n1,2\n", Some("stakes"), any).unwrap_err();
        assert_eq!(error.label, "did you mean \"stake\"?");
        assert!(column("", None, any).unwrap_err().range.is_none());
    }

    #[test]
    fn checks_the_range() {
        let text = "x\n0.5\n-1\n";
        let check = |x: f64| if x >= 0.0 { Ok(()) } else { Err("a number from 0") };
        let error = column(text, None, check).unwrap_err();
        assert_eq!(error.label, "allowed: a number from 0");
        assert_eq!(&text[error.range.unwrap()], "-1");
    }
}
