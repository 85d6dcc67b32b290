//! Reads one column of numbers from a CSV file: a header line, then a line per neuron.
//!
//! Not a general CSV reader: commas separate, a field in quotes may hold commas but no line break,
//! and lines that are empty or start with `#` are skipped. Written by hand because errors point at
//! the bytes of a field, which general readers do not tell.

use super::mistakes;
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

/// A field and its bytes in the text, quotes included.
struct Field {
    value: String,
    range: std::ops::Range<usize>,
}

impl Field {
    fn error(&self, message: impl Into<String>, label: impl Into<String>) -> CsvError {
        let (message, label) = (message.into(), label.into());
        CsvError { range: Some(self.range.clone()), message, label }
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
    let header = header?;
    let column = find_column(&header, name)?;
    let mut numbers = Vec::new();
    for line in lines {
        let line = line?;
        check_width(&line, header.len())?;
        let number = number(&line[column])?;
        allowed(number).map_err(|allowed| {
            let field = &line[column];
            let message = format!("the value cannot be {}", quoted(&field.value));
            field.error(message, format!("allowed: {allowed}"))
        })?;
        numbers.push(number);
    }
    Ok(numbers)
}

/// A line must have as many fields as the header: a comma too many shifts all that follow.
fn check_width(line: &[Field], columns: usize) -> Result<(), CsvError> {
    let found = line.len();
    let s = if found == 1 { "" } else { "s" };
    let message = format!("this line has {found} column{s}, the header {columns}");
    if found < columns {
        return Err(line[0].error(message, "a column is missing"));
    }
    match line.get(columns) {
        Some(extra) => Err(extra.error(message, "the header has no name for this column")),
        None => Ok(()),
    }
}

fn number(field: &Field) -> Result<f64, CsvError> {
    let value = field.value.trim();
    if value.is_empty() {
        return Err(field.error("a value is missing", "a number must be here"));
    }
    value.parse().map_err(|_| {
        let label = match mistakes::meant_number(value) {
            Some(number) => format!("write {number}"),
            None => "a number must be here".to_owned(),
        };
        field.error(format!("`{}` is not a number", quoted(value)), label)
    })
}

fn find_column(header: &[Field], name: Option<&str>) -> Result<usize, CsvError> {
    let names: Vec<&str> = header.iter().map(|field| field.value.as_str()).collect();
    check_header(header)?;
    let (first, last) = (&header[0], &header[header.len() - 1]);
    let error = |message: String, label: String| CsvError {
        range: Some(first.range.start..last.range.end),
        message,
        label,
    };
    let found = name.and_then(|name| names.iter().position(|other| *other == name));
    if found.is_none() && names.iter().any(|name| name.parse::<f64>().is_ok()) {
        let message = "the first line must name the columns, but it holds numbers";
        let label = "put a line such as `stake` above, with a name for each column";
        return Err(error(message.to_owned(), label.to_owned()));
    }
    match (name, found) {
        (_, Some(column)) => Ok(column),
        (None, None) if names.len() == 1 => Ok(0),
        (None, None) => Err(error(
            "the file has several columns: say which with `column`".to_owned(),
            format!("one of {}", listed(&names, '"')),
        )),
        (Some(name), None) => {
            let label = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("the columns are {}", listed(&names, '"')),
            };
            Err(error(format!("the file has no column {name:?}"), label))
        }
    }
}

/// Whether these can be names of columns, whichever of them is asked for.
fn check_header(header: &[Field]) -> Result<(), CsvError> {
    if let [only] = header {
        for (separator, name) in [(';', "semicolons"), ('\t', "tabs")] {
            if only.value.contains(separator) {
                let message = format!("the columns are separated by {name}");
                return Err(only.error(message, "separate with commas"));
            }
        }
    }
    for (index, field) in header.iter().enumerate() {
        let same = |other: &&Field| other.value == field.value && !field.value.is_empty();
        if header[..index].iter().any(|other| same(&other)) {
            let message = format!("two columns are called {:?}", quoted(&field.value));
            return Err(field.error(message, "each column needs its own name"));
        }
    }
    Ok(())
}

/// The fields of every line that counts; each line has at least one field.
fn lines(text: &str) -> impl Iterator<Item = Result<Vec<Field>, CsvError>> {
    let mut start = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let line_start = start;
        start += line.len();
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            return None;
        }
        Some(fields(line.trim_end_matches(['\r', '\n']), line_start))
    })
}

fn fields(line: &str, line_start: usize) -> Result<Vec<Field>, CsvError> {
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        at += line[at..].len() - line[at..].trim_start().len();
        let (value, end) = match line[at..].starts_with('"') {
            true => quoted_field(line, at, line_start)?,
            false => {
                let end = line[at..].find(',').map_or(line.len(), |comma| at + comma);
                let value = line[at..end].trim_end();
                (value.to_owned(), at + value.len())
            }
        };
        fields.push(Field { value, range: line_start + at..line_start + end });
        match line[end..].find(',') {
            Some(comma) => at = end + comma + 1,
            None => return Ok(fields),
        }
    }
}

/// The value and the end of a field that starts with a quote at `start`; `""` in it is a quote.
fn quoted_field(line: &str, start: usize, line_start: usize) -> Result<(String, usize), CsvError> {
    let error = |range: std::ops::Range<usize>, message: &str, label: &str| CsvError {
        range: Some(line_start + range.start..line_start + range.end),
        message: message.to_owned(),
        label: label.to_owned(),
    };
    let mut value = String::new();
    let mut at = start + 1;
    loop {
        let Some(quote) = line[at..].find('"') else {
            let range = start..line.trim_end().len();
            return Err(error(range, "this quote is not closed", "a `\"` is missing"));
        };
        value.push_str(&line[at..at + quote]);
        at += quote + 1;
        if !line[at..].starts_with('"') {
            break;
        }
        value.push('"');
        at += 1;
    }
    let rest = line[at..].split(',').next().unwrap_or_default();
    if rest.trim().is_empty() {
        return Ok((value, at));
    }
    let range = at..at + rest.trim_end().len();
    Err(error(range, "text follows the closing quote", "a comma must be here"))
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
    fn a_field_in_quotes_may_hold_commas_and_quotes() {
        let text = "name,stake\n\"a, b and \"\"c\"\"\" ,7\n";
        assert_eq!(column(text, Some("stake"), any), Ok(vec![7.0]));
        assert_eq!(column("\"a\"\"b\"\n1\n", Some("a\"b"), any), Ok(vec![1.0]));
    }

    /// Text, column, offending text, message, label.
    #[test]
    fn every_fault_is_pointed_at() {
        for (text, name, range, message, label) in [
            (
                "uid,stake\n0,1\n1, many\n",
                Some("stake"),
                "many",
                "`many` is not a number",
                "a number must be here",
            ),
            ("stake\n\"1,000\"\n", None, "\"1,000\"", "`1,000` is not a number", "write 1000"),
            ("uid,stake\n0,\n", Some("stake"), "", "a value is missing", "a number must be here"),
            (
                "uid,stake\n0,1\n17\n",
                Some("stake"),
                "17",
                "this line has 1 column, the header 2",
                "a column is missing",
            ),
            (
                "uid,stake\n0,1,000,000\n",
                Some("stake"),
                "000",
                "this line has 4 columns, the header 2",
                "the header has no name for this column",
            ),
            (
                "x,x\n1,2\n",
                Some("x"),
                "x",
                "two columns are called \"x\"",
                "each column needs its own name",
            ),
            (
                "0,10\n1,20\n",
                Some("stake"),
                "0,10",
                "the first line must name the columns, but it holds numbers",
                "put a line such as `stake` above, with a name for each column",
            ),
            (
                "uid;stake\n0;1\n",
                Some("stake"),
                "uid;stake",
                "the columns are separated by semicolons",
                "separate with commas",
            ),
            ("a\n\"1\n2\n", None, "\"1", "this quote is not closed", "a `\"` is missing"),
            ("a\n\"1\"2\n", None, "2", "text follows the closing quote", "a comma must be here"),
        ] {
            let error = column(text, name, any).expect_err(text);
            assert_eq!(&text[error.range.expect(text)], range, "{text}");
            assert_eq!((error.message.as_str(), error.label.as_str()), (message, label), "{text}");
        }
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
