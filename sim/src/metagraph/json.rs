//! Metagraphs as JSON: one object whose fields are numbers, lists, and rows.
//!
//! Values are read straight into the type that their field's name asks for, so a wrong one is
//! reported with its line and column.

use std::fmt;
use std::path::Path;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess,
    Visitor,
};

use super::MetagraphError;
use super::fields::{Field, Fields, Kind, Row, kind_of};

/// Reads the fields of a JSON text.
pub(super) fn read(path: &Path, text: &[u8]) -> Result<Fields, MetagraphError> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let fields = FieldsVisitor.deserialize(&mut deserializer);
    fields
        .and_then(|fields| deserializer.end().map(|()| fields))
        .map_err(|error| in_place(path, text, &error))
}

/// Turns the parser's error into one with a place, and explains what JSON lacks.
fn in_place(path: &Path, text: &[u8], error: &serde_json::Error) -> MetagraphError {
    let (line, column) = (error.line(), error.column());
    let described = error.to_string();
    let tail = format!(" at line {line} column {column}");
    let mut message = described.strip_suffix(&tail).unwrap_or(&described).to_owned();
    let written = text.split(|&byte| byte == b'\n').nth(line.saturating_sub(1)).unwrap_or(&[]);
    let here = written.get(column.saturating_sub(2)..).unwrap_or(&[]);
    if let Some(word) = ["NaN", "Infinity", "nan", "inf"]
        .into_iter()
        .find(|word| here.windows(word.len()).take(3).any(|found| found == word.as_bytes()))
    {
        message = format!("{word} is not a number that JSON or a metagraph knows");
    } else if text.iter().all(u8::is_ascii_whitespace) {
        "the file is empty; a metagraph is an object with hotkeys, stake and weights"
            .clone_into(&mut message);
    }
    let (line, column) = (line.max(1), column.max(1));
    MetagraphError::Json { path: path.to_owned(), line, column, message }
}

struct FieldsVisitor;

impl<'de> DeserializeSeed<'de> for FieldsVisitor {
    type Value = Fields;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Fields, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the fields of a metagraph (hotkeys, stake, weights, ...)")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        while let Some(name) = map.next_key::<String>()? {
            let field = match kind_of(&name) {
                None => {
                    map.next_value::<IgnoredAny>()?;
                    fields.note_unknown(name);
                    continue;
                }
                Some(Kind::Number) => Field::Number(map.next_value::<Number>()?.0),
                Some(Kind::Numbers) => {
                    Field::Numbers(map.next_value::<Vec<Number>>()?.iter().map(|n| n.0).collect())
                }
                Some(Kind::Texts) => Field::Texts(map.next_value()?),
                Some(Kind::Matrix) => Field::Matrix(
                    map.next_value::<Vec<WrittenRow>>()?.into_iter().map(|row| row.0).collect(),
                ),
            };
            if !fields.insert(name.clone(), field) {
                return Err(A::Error::custom(format!("the field `{name}` appears twice")));
            }
        }
        Ok(fields)
    }
}

/// A number; yes and no are 1 and 0.
#[derive(Clone, Copy)]
struct Number(f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberVisitor;
        impl Visitor<'_> for NumberVisitor {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Number, E> {
                Ok(Number(f64::from(u8::from(value))))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Number, E> {
                Ok(Number(value as f64))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Number, E> {
                Ok(Number(value as f64))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Number, E> {
                Ok(Number(value))
            }
        }
        deserializer.deserialize_any(NumberVisitor)
    }
}

/// An entry of a row: a bare value, or a uid with its value.
enum Entry {
    Value(f64),
    Pair(f64, f64),
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntryVisitor;
        impl<'de> Visitor<'de> for EntryVisitor {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or a pair [uid, value]")
            }

            fn visit_i64<E>(self, value: i64) -> Result<Entry, E> {
                Ok(Entry::Value(value as f64))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Entry, E> {
                Ok(Entry::Value(value as f64))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Entry, E> {
                Ok(Entry::Value(value))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Entry, A::Error> {
                let uid: Option<Number> = seq.next_element()?;
                let value: Option<Number> = seq.next_element()?;
                let rest: Option<IgnoredAny> = seq.next_element()?;
                match (uid, value, rest) {
                    (Some(uid), Some(value), None) => Ok(Entry::Pair(uid.0, value.0)),
                    _ => Err(A::Error::custom("a sparse entry is a pair [uid, value]")),
                }
            }
        }
        deserializer.deserialize_any(EntryVisitor)
    }
}

struct WrittenRow(Row);

impl<'de> Deserialize<'de> for WrittenRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RowVisitor).map(WrittenRow)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row: a number per neuron, or pairs [uid, value]")
    }

    /// An empty row counts as sparse: it has no entries either way.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Row, A::Error> {
        let mut dense = Vec::new();
        let mut sparse = Vec::new();
        while let Some(entry) = seq.next_element()? {
            match entry {
                Entry::Value(value) => dense.push(value),
                Entry::Pair(uid, value) => sparse.push((uid, value)),
            }
            if !dense.is_empty() && !sparse.is_empty() {
                return Err(A::Error::custom("a row mixes numbers and [uid, value] pairs"));
            }
        }
        Ok(if dense.is_empty() { Row::Sparse(sparse) } else { Row::Dense(dense) })
    }
}
