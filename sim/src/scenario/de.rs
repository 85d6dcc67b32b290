//! Reads a tree into Rust types through serde, with errors that know their place and kind.
//!
//! serde's derive reports what it finds through the hooks of [`serde::de::Error`]; [`ReadError`]
//! keeps what they say instead of flattening it to a sentence, so that the message to the author
//! can name the nearest key, everything that is allowed, and the exact text at fault.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, Error, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};

use super::tree::{Entry, Node, Span, Step, Value};

/// Why a part of the tree could not be read.
#[derive(Debug, Clone)]
pub(super) struct ReadError {
    /// What is wrong.
    pub(super) fault: Fault,
    /// The offending text.
    pub(super) span: Option<Span>,
    /// Path from the root, innermost step first.
    path: Vec<Step>,
}

/// What is wrong with a part of the tree.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// The value is none of those allowed.
    Value {
        /// What is allowed.
        allowed: String,
        /// What to do.
        help: Option<String>,
    },
    /// A key that does not exist.
    UnknownKey {
        /// The key.
        key: String,
        /// Keys that exist.
        allowed: &'static [&'static str],
    },
    /// A word that is none of those allowed.
    UnknownWord {
        /// The word.
        word: String,
        /// Words that are allowed.
        allowed: &'static [&'static str],
    },
    /// A key that must be there.
    MissingKey {
        /// The key.
        key: &'static str,
    },
}

impl ReadError {
    fn new(fault: Fault) -> Self {
        Self { fault, span: None, path: Vec::new() }
    }

    /// Takes what is allowed, and in a second line what to do.
    fn not_allowed(text: &str) -> Self {
        let (allowed, help) = match text.split_once('\n') {
            Some((allowed, help)) => (allowed, Some(help.to_owned())),
            None => (text, None),
        };
        Self::new(Fault::Value { allowed: allowed.to_owned(), help })
    }

    /// Path from the root to the part.
    pub(super) fn path(&self) -> Vec<Step> {
        self.path.iter().rev().cloned().collect()
    }

    /// The same error of a part that is itself at a path from the root.
    pub(super) fn under(mut self, path: &[Step]) -> Self {
        self.path.extend(path.iter().rev().cloned());
        self
    }

    fn at(mut self, span: &Span) -> Self {
        self.span.get_or_insert_with(|| span.clone());
        self
    }

    fn within(mut self, step: Step) -> Self {
        self.path.push(step);
        self
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.fault)
    }
}

impl std::error::Error for ReadError {}

impl Error for ReadError {
    /// Takes what is allowed, and in a second line what to do.
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::not_allowed(&message.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::not_allowed(&in_words(&expected.to_string()))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::not_allowed(&in_words(&expected.to_string()))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Fault::UnknownKey { key: field.to_owned(), allowed: expected })
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Fault::UnknownWord { word: variant.to_owned(), allowed: expected })
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Fault::MissingKey { key: field })
    }
}

/// serde's own names of what it expects, as an author would say them.
fn in_words(expected: &str) -> String {
    match expected {
        "a boolean" => "true or false".to_owned(),
        "a string" => "text in quotes".to_owned(),
        "i16" => format!("a whole number from {} to {}", i16::MIN, i16::MAX),
        "a sequence" => "a list [...]".to_owned(),
        "a map" => "a table".to_owned(),
        _ if expected.starts_with("struct ") => "a table".to_owned(),
        _ if expected.starts_with("enum ") || expected == "string or map" => {
            "a word in quotes".to_owned()
        }
        _ => expected.to_owned(),
    }
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let result = match &self.value {
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Integer(integer) => visit_integer(*integer, visitor),
            Value::Float(float) => visitor.visit_f64(*float),
            Value::Boolean(boolean) => visitor.visit_bool(*boolean),
            Value::Datetime => Err(ReadError::invalid_type(Unexpected::Other("date"), &visitor)),
            Value::Array(items) => visitor.visit_seq(Items { items: items.iter().enumerate() }),
            Value::Table(table) => {
                visitor.visit_map(Entries { entries: table.entries.iter(), current: None })
            }
        };
        result.map_err(|error| error.at(&self.span))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let result = match &self.value {
            Value::String(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            _ => Err(ReadError::invalid_type(Unexpected::Other("no word"), &visitor)),
        };
        result.map_err(|error: ReadError| error.at(&self.span))
    }

    /// serde's derive would read a list as the fields of a struct in order; a file may not.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match &self.value {
            Value::Array(_) => {
                Err(ReadError::invalid_type(Unexpected::Seq, &visitor).at(&self.span))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

fn visit_integer<'de, V: Visitor<'de>>(
    integer: Option<i128>,
    visitor: V,
) -> Result<V::Value, ReadError> {
    let small = integer.and_then(|integer| i64::try_from(integer).ok());
    let positive = integer.and_then(|integer| u64::try_from(integer).ok());
    match (small, positive) {
        (Some(integer), _) => visitor.visit_i64(integer),
        (None, Some(integer)) => visitor.visit_u64(integer),
        (None, None) => Err(ReadError::invalid_value(Unexpected::Other("integer"), &visitor)),
    }
}

struct Items<'de> {
    items: std::iter::Enumerate<std::slice::Iter<'de, Node>>,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ReadError> {
        let Some((index, node)) = self.items.next() else { return Ok(None) };
        let result = seed.deserialize(node);
        result.map(Some).map_err(|error| error.at(&node.span).within(Step::Index(index)))
    }
}

struct Entries<'de> {
    entries: std::slice::Iter<'de, Entry>,
    current: Option<&'de Entry>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ReadError> {
        self.current = self.entries.next();
        let Some(entry) = self.current else { return Ok(None) };
        let key: StrDeserializer<'de, ReadError> = entry.key.as_str().into_deserializer();
        seed.deserialize(key)
            .map(Some)
            .map_err(|error| error.at(&entry.key_span).within(Step::Key(entry.key.clone())))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        let Some(entry) = self.current else {
            return Err(ReadError::custom("a key before the value"));
        };
        seed.deserialize(&entry.node)
            .map_err(|error| error.at(&entry.node.span).within(Step::Key(entry.key.clone())))
    }
}
