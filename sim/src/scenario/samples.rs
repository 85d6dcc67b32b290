//! A number per neuron as a file writes it: one number, a list, a distribution, or a column of a
//! CSV file. The type parameter gives the range of the numbers that are written out; what comes
//! from a distribution is clamped when it is drawn.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::types::Sampled;
use super::values::{Finite, NonNegative, Positive, Ranged};

/// A number per neuron, each number of type `T`.
#[derive(Debug)]
pub(super) struct Samples<T> {
    /// What is written.
    pub(super) given: Given,
    range: PhantomData<fn() -> T>,
}

/// What is written for a number per neuron.
#[derive(Debug, Clone)]
pub(super) enum Given {
    /// Numbers or a distribution.
    Sampled(Sampled),
    /// A column of a CSV file.
    File(FileColumn),
}

/// A column of a CSV file.
#[derive(Debug, Clone)]
pub(super) struct FileColumn {
    /// Path, relative to the scenario's folder.
    pub(super) file: String,
    /// Name of the column in the file's first line; not needed when there is only one.
    pub(super) column: Option<String>,
}

/// A distribution or a file: exactly one of its kinds.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [
    { "required": ["normal"] }, { "required": ["uniform"] }, { "required": ["log_normal"] },
    { "required": ["pareto"] }, { "required": ["exponential"] }, { "required": ["file"] }
]))]
struct SampleTable {
    /// Normal distribution.
    normal: Option<Normal>,
    /// Uniform distribution.
    uniform: Option<Uniform>,
    /// Log-normal distribution.
    log_normal: Option<LogNormal>,
    /// Pareto distribution: few large values and many small ones.
    pareto: Option<Pareto>,
    /// Exponential distribution.
    exponential: Option<Exponential>,
    /// CSV file with a header line and a line per neuron, relative to the scenario's folder.
    file: Option<String>,
    /// Column of the CSV file; needed when it has more than one.
    column: Option<String>,
}

/// Normal distribution.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { mean = 0.7, std = 0.1 }")]
struct Normal {
    /// Mean.
    mean: Finite,
    /// Standard deviation.
    std: NonNegative,
}

/// Uniform distribution.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { low = 0.2, high = 0.9 }")]
struct Uniform {
    /// Lower end.
    low: Finite,
    /// Upper end.
    high: Finite,
}

/// Log-normal distribution.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { median = 1000.0, sigma = 0.5 }")]
struct LogNormal {
    /// Median.
    median: Positive,
    /// Standard deviation of the logarithm.
    sigma: NonNegative,
}

/// Pareto distribution.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { scale = 1000.0, shape = 1.16 }")]
struct Pareto {
    /// Smallest value.
    scale: Positive,
    /// Tail exponent; 1.16 is the 80/20 rule.
    shape: Positive,
}

/// Exponential distribution.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { mean = 1000.0 }")]
struct Exponential {
    /// Mean.
    mean: Positive,
}

const KINDS: &str = "exactly one kind of distribution, or a file\n\
     { normal = { mean, std } }, { uniform = { low, high } }, { log_normal = { median, sigma } },\n\
     { pareto = { scale, shape } }, { exponential = { mean } } or { file, column }";

impl SampleTable {
    /// The one kind that is written; otherwise what is allowed.
    fn given(self) -> Result<Given, String> {
        let (file, column) = (self.file, self.column);
        let file_column = file.map(|file| Given::File(FileColumn { file, column: column.clone() }));
        let uniform = match self.uniform {
            Some(Uniform { low, high }) if low.get() > high.get() => {
                let (low, high) = (low.get(), high.get());
                return Err(format!("a `low` that is not above `high`; low is {low}, high {high}"));
            }
            uniform => uniform,
        };
        let sampled = [
            self.normal.map(|d| Sampled::Normal { mean: d.mean.get(), std: d.std.get() }),
            uniform.map(|d| Sampled::Uniform { low: d.low.get(), high: d.high.get() }),
            self.log_normal
                .map(|d| Sampled::LogNormal { median: d.median.get(), sigma: d.sigma.get() }),
            self.pareto.map(|d| Sampled::Pareto { scale: d.scale.get(), shape: d.shape.get() }),
            self.exponential.map(|d| Sampled::Exponential { mean: d.mean.get() }),
        ];
        if column.is_some() && file_column.is_none() {
            return Err("`column` only beside `file`".to_owned());
        }
        let mut given: Vec<Given> =
            sampled.into_iter().flatten().map(Given::Sampled).chain(file_column).collect();
        match (given.pop(), given.is_empty()) {
            (Some(only), true) => Ok(only),
            _ => Err(KINDS.to_owned()),
        }
    }
}

impl<'de, T: Ranged + Deserialize<'de>> Deserialize<'de> for Samples<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = deserializer.deserialize_any(SamplesVisitor::<T>(PhantomData))?;
        Ok(Self { given, range: PhantomData })
    }
}

struct SamplesVisitor<T>(PhantomData<fn() -> T>);

impl<'de, T: Ranged + Deserialize<'de>> Visitor<'de> for SamplesVisitor<T> {
    type Value = Given;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, a list of such numbers, or a distribution", T::ALLOWED)?;
        write!(f, "\n{}\nor {{ file = \"values.csv\", column = \"x\" }}", T::EXAMPLES)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Given, E> {
        let number = T::deserialize(IntoDeserializer::<E>::into_deserializer(value))?;
        Ok(Given::Sampled(Sampled::Constant(number.into())))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Given, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Given, E> {
        self.visit_f64(value as f64)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Given, A::Error> {
        let mut list = Vec::new();
        while let Some(number) = items.next_element::<T>()? {
            list.push(number.into());
        }
        Ok(Given::Sampled(Sampled::List(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Given, A::Error> {
        let table = SampleTable::deserialize(MapAccessDeserializer::new(map))?;
        table.given().map_err(A::Error::custom)
    }
}

impl<T: JsonSchema> JsonSchema for Samples<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Samples_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let number = generator.subschema_for::<T>();
        let table = generator.subschema_for::<SampleTable>();
        json_schema!({
            "description": "A number per neuron: one for all, a list, a distribution, or a column \
                            of a CSV file.",
            "anyOf": [number, { "type": "array", "items": number }, table]
        })
    }
}
