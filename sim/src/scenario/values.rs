//! Single values as a scenario file writes them: each type knows its range, reads itself with an
//! error that says what is allowed, and describes itself in the JSON Schema.
//!
//! The text given to `Error::custom` here completes the sentence "allowed: ..."; a second line, if
//! any, is the help shown below the offending text.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Whole<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Whole<MIN, MAX> {
    /// The number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }
}

/// Clamps to the range.
impl<const MIN: u64, const MAX: u64> From<u64> for Whole<MIN, MAX> {
    fn from(value: u64) -> Self {
        Self(value.clamp(MIN, MAX))
    }
}

/// Clamps to the range.
impl<const MIN: u64, const MAX: u64> From<u16> for Whole<MIN, MAX> {
    fn from(value: u16) -> Self {
        Self::from(u64::from(value))
    }
}

impl<const MIN: u64, const MAX: u64> From<Whole<MIN, MAX>> for u64 {
    fn from(value: Whole<MIN, MAX>) -> Self {
        value.0
    }
}

impl<const MIN: u64> From<Whole<MIN, 65_535>> for u16 {
    fn from(value: Whole<MIN, 65_535>) -> Self {
        u16::try_from(value.0).unwrap_or(u16::MAX)
    }
}

impl<'de, const MIN: u64, const MAX: u64> Deserialize<'de> for Whole<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WholeVisitor<const MIN: u64, const MAX: u64>;
        impl<const MIN: u64, const MAX: u64> Visitor<'_> for WholeVisitor<MIN, MAX> {
            type Value = u64;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a whole number from {MIN} to {MAX}")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<u64, E> {
                match u64::try_from(value) {
                    Ok(value) => self.visit_u64(value),
                    Err(_) => Err(E::invalid_value(serde::de::Unexpected::Signed(value), &self)),
                }
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<u64, E> {
                if (MIN..=MAX).contains(&value) {
                    return Ok(value);
                }
                Err(E::invalid_value(serde::de::Unexpected::Unsigned(value), &self))
            }
        }
        deserializer.deserialize_u64(WholeVisitor::<MIN, MAX>).map(Self)
    }
}

impl<const MIN: u64, const MAX: u64> JsonSchema for Whole<MIN, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Whole_{MIN}_{MAX}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
}

/// A number with a range.
pub(super) trait Ranged: Into<f64> {
    /// The range in words.
    const ALLOWED: &'static str;

    /// Numbers per neuron as they may be written, for messages.
    const EXAMPLES: &'static str =
        "for example 0.9, [0.8, 0.9], { normal = { mean = 0.7, std = 0.1 } }";

    /// Whether a number is in the range.
    fn accepts(value: f64) -> bool;
}

/// Declares a number with a range: its name, the range in words, the test, and its schema.
macro_rules! ranged_number {
    ($(#[doc = $doc:literal])+ $name:ident, $allowed:literal, $test:expr, $schema:tt
     $(, $examples:literal)?) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Serialize)]
        #[serde(transparent)]
        pub struct $name(f64);

        impl $name {
            /// The number, finite and in range.
            #[must_use]
            pub fn get(self) -> f64 {
                self.0
            }
        }

        impl From<$name> for f64 {
            fn from(value: $name) -> f64 {
                value.0
            }
        }

        impl Ranged for $name {
            const ALLOWED: &'static str = $allowed;
            $(const EXAMPLES: &'static str = $examples;)?

            fn accepts(value: f64) -> bool {
                let test: fn(f64) -> bool = $test;
                value.is_finite() && test(value)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = deserializer.deserialize_f64(NumberVisitor($allowed))?;
                if Self::accepts(value) {
                    return Ok(Self(value));
                }
                Err(D::Error::custom($allowed))
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

ranged_number!(
    /// Any finite number.
    Finite, "a finite number", |_| true, { "type": "number" }
);
ranged_number!(
    /// A number that is not negative.
    NonNegative, "a number from 0", |x| x >= 0.0, { "type": "number", "minimum": 0 }
);
ranged_number!(
    /// A number above 0.
    Positive, "a number above 0", |x| x > 0.0, { "type": "number", "exclusiveMinimum": 0 }
);
ranged_number!(
    /// A number from 0 to 1.
    Fraction, "a number from 0 to 1", |x| (0.0..=1.0).contains(&x),
    { "type": "number", "minimum": 0, "maximum": 1 }
);
ranged_number!(
    /// A number above 0, up to 1.
    Rate, "a number above 0, up to 1", |x| x > 0.0 && x <= 1.0,
    { "type": "number", "exclusiveMinimum": 0, "maximum": 1 }
);
ranged_number!(
    /// A factor from 1 to 1000.
    Multiplier, "a number from 1 to 1000", |x| (1.0..=1000.0).contains(&x),
    { "type": "number", "minimum": 1, "maximum": 1000 }
);
ranged_number!(
    /// A stake in whole tokens, at most the supply cap.
    Stake, "a number of tokens from 0 to 21000000", |x| (0.0..=21_000_000.0).contains(&x),
    { "type": "number", "minimum": 0, "maximum": 21_000_000 },
    "for example 1000.0, [800.0, 900.0], { pareto = { scale = 1000.0, shape = 1.16 } }"
);

/// Clamps to the range.
impl From<f64> for Multiplier {
    fn from(value: f64) -> Self {
        Self(value.clamp(1.0, 1000.0))
    }
}

/// Clamps to the range.
impl From<f64> for Fraction {
    fn from(value: f64) -> Self {
        Self(value.clamp(0.0, 1.0))
    }
}

/// A proportion from 0 to 1, stored by the chain in millionths; a written number is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Millionths(u64);

impl From<u64> for Millionths {
    fn from(value: u64) -> Self {
        Self(value.min(1_000_000))
    }
}

impl From<Millionths> for u64 {
    fn from(value: Millionths) -> Self {
        value.0
    }
}

impl<'de> Deserialize<'de> for Millionths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Fraction::deserialize(deserializer)?.get();
        // The value is in 0..=1e6, and adding one half before truncation rounds it.
        Ok(Self((value * 1e6 + 0.5) as u64))
    }
}

impl Serialize for Millionths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0 as f64 / 1e6)
    }
}

impl JsonSchema for Millionths {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Millionths".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Fraction::json_schema(generator)
    }
}

/// Declares a proportion stored as an unsigned integer whose maximum means 1.
macro_rules! proportion {
    ($(#[doc = $doc:literal])+ $name:ident, $stored:ty, $key:ident, $allowed:literal) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name($stored);

        impl From<$stored> for $name {
            fn from(value: $stored) -> Self {
                Self(value)
            }
        }

        impl From<$name> for $stored {
            fn from(value: $name) -> $stored {
                value.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Exact {
                    $key: Whole<0, { <$stored>::MAX as u64 }>,
                }

                struct ProportionVisitor;
                impl<'de> Visitor<'de> for ProportionVisitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($allowed)
                    }

                    fn visit_f64<E: Error>(self, value: f64) -> Result<$name, E> {
                        if !(0.0..=1.0).contains(&value) {
                            return Err(E::custom($allowed));
                        }
                        // Truncated as the chain does; a float cast saturates, so 1.0 is exact.
                        Ok($name((value * <$stored>::MAX as f64) as $stored))
                    }

                    fn visit_i64<E: Error>(self, value: i64) -> Result<$name, E> {
                        match u64::try_from(value) {
                            Ok(value) => self.visit_u64(value),
                            Err(_) => self.visit_f64(value as f64),
                        }
                    }

                    fn visit_u64<E: Error>(self, value: u64) -> Result<$name, E> {
                        // Large enough that a raw value is meant, and not a percentage.
                        if (1000..=u64::from(<$stored>::MAX)).contains(&value) {
                            let (allowed, key) = ($allowed, stringify!($key));
                            return Err(E::custom(format!(
                                "{allowed}\nthe chain's raw value is written {{ {key} = {value} }}"
                            )));
                        }
                        self.visit_f64(value as f64)
                    }

                    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<$name, A::Error> {
                        let exact = Exact::deserialize(MapAccessDeserializer::new(map))?;
                        Ok($name(<$stored>::try_from(exact.$key.get()).unwrap_or_default()))
                    }
                }
                deserializer.deserialize_any(ProportionVisitor)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(stringify!($key), &self.0)?;
                map.end()
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "description": $allowed,
                    "anyOf": [
                        { "type": "number", "minimum": 0, "maximum": 1 },
                        {
                            "type": "object",
                            "properties": {
                                stringify!($key): { "type": "integer", "minimum": 0, "maximum": <$stored>::MAX }
                            },
                            "required": [stringify!($key)],
                            "additionalProperties": false
                        }
                    ]
                })
            }
        }
    };
}

proportion!(
    /// A proportion from 0 to 1, stored by the chain as a `u16`: 65535 is 1. Written as a number it
    /// is truncated to the next lower `u16`; `{ u16 = 32767 }` is exact.
    Proportion, u16, u16, "a number from 0 to 1, or exactly { u16 = 0 to 65535 }"
);
proportion!(
    /// A proportion from 0 to 1, stored by the chain as a `u64`: `u64::MAX` is 1. Written as a
    /// number it is truncated; `{ u64 = 971718665099567868 }` is exact.
    Proportion64, u64, u64, "a number from 0 to 1, or exactly { u64 = 0 to 18446744073709551615 }"
);

/// Reads any number as `f64`; the text says what is allowed.
pub(super) struct NumberVisitor(pub(super) &'static str);

impl Visitor<'_> for NumberVisitor {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }
}
