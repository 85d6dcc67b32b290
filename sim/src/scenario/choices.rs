//! Values that are a word, or a table with one key and its parameters: a validator's behaviour and
//! the rule from scores to weights.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::types::{Behaviour, WeightRule};
use super::values::{Fraction, Positive, Whole};

/// A value that is a word or a table.
pub(super) trait Choice: Sized {
    /// All words, those that need parameters included.
    const WORDS: &'static [&'static str];
    /// What is allowed, in words.
    const ALLOWED: &'static str;
    /// The table, each key optional.
    type Table: for<'de> Deserialize<'de>;

    /// How a word that needs parameters is written with them.
    const EXAMPLES: &'static [(&'static str, &'static str)];

    /// The value of a word; `None` when the word needs parameters.
    fn from_word(word: &str) -> Option<Self>;

    /// The value of a table; `None` unless exactly one of its keys is set.
    fn from_table(table: Self::Table) -> Option<Self>;
}

/// Parameters of the behaviour "lazy".
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { update_every_epochs = 10 }")]
struct Lazy {
    /// Epochs between two updates of the weights. Default 10.
    #[schemars(extend("default" = DEFAULT_UPDATE_EVERY_EPOCHS))]
    update_every_epochs: Option<Whole<1, 10_000_000>>,
}

/// Parameters of the behaviour "copier".
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { delay_epochs = 1 }")]
struct Copier {
    /// How many epochs old the copied consensus is. Default 1, the last one.
    #[schemars(extend("default" = DEFAULT_DELAY_EPOCHS))]
    delay_epochs: Option<Whole<1, 1000>>,
}

/// Parameters of the behaviour "cabal".
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { miners = [\"GROUP\"], share = 1.0 }")]
struct Cabal {
    /// Groups of miners that belong to the cabal.
    #[schemars(length(min = 1))]
    miners: Vec<String>,
    /// Part of the weight that goes to them; the rest is set honestly. Default 1.
    #[schemars(extend("default" = 1.0))]
    share: Option<Fraction>,
}

/// A behaviour with parameters: exactly one key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub(super) struct BehaviourTable {
    /// Honest, but sets weights only now and then.
    lazy: Option<Lazy>,
    /// Copies the consensus it can see.
    copier: Option<Copier>,
    /// Gives a part of its weight to its own miners and scores honestly with the rest.
    cabal: Option<Cabal>,
}

/// A weight rule with parameters: exactly one key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub(super) struct WeightRuleTable {
    /// Weight proportional to exp(score / temperature).
    softmax: Option<Softmax>,
    /// The best k share in proportion to their scores.
    top_k: Option<TopK>,
}

/// Parameters of the weight rule "softmax".
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { temperature = 0.1 }")]
struct Softmax {
    /// Temperature in units of score: the lower, the more goes to the best.
    temperature: Positive,
}

/// Parameters of the weight rule "top_k".
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { k = 10 }")]
struct TopK {
    /// Number of miners that get weight.
    k: Whole<1, 65_535>,
}

const DEFAULT_UPDATE_EVERY_EPOCHS: u64 = 10;
const DEFAULT_DELAY_EPOCHS: u64 = 1;

impl Choice for Behaviour {
    const WORDS: &'static [&'static str] =
        &["honest", "lazy", "random", "equal", "copier", "cabal"];
    const ALLOWED: &'static str = "\"honest\", \"lazy\", \"random\", \"equal\", \"copier\", or a table \
         with one key\n\
         such as { lazy = { update_every_epochs = 10 } }, { copier = { delay_epochs = 1 } } or\n\
         { cabal = { miners = [\"GROUP\"], share = 1.0 } }";
    const EXAMPLES: &'static [(&'static str, &'static str)] =
        &[("cabal", "{ cabal = { miners = [\"GROUP\"], share = 1.0 } }")];
    type Table = BehaviourTable;

    fn from_word(word: &str) -> Option<Self> {
        match word {
            "honest" => Some(Self::Honest),
            "random" => Some(Self::Random),
            "equal" => Some(Self::Equal),
            "lazy" => Some(Self::Lazy { update_every_epochs: DEFAULT_UPDATE_EVERY_EPOCHS }),
            "copier" => Some(Self::Copier { delay_epochs: DEFAULT_DELAY_EPOCHS }),
            _ => None,
        }
    }

    fn from_table(table: BehaviourTable) -> Option<Self> {
        match table {
            BehaviourTable { lazy: Some(lazy), copier: None, cabal: None } => Some(Self::Lazy {
                update_every_epochs: lazy
                    .update_every_epochs
                    .map_or(DEFAULT_UPDATE_EVERY_EPOCHS, Whole::get),
            }),
            BehaviourTable { lazy: None, copier: Some(copier), cabal: None } => {
                Some(Self::Copier {
                    delay_epochs: copier.delay_epochs.map_or(DEFAULT_DELAY_EPOCHS, Whole::get),
                })
            }
            BehaviourTable { lazy: None, copier: None, cabal: Some(cabal) } => Some(Self::Cabal {
                miners: cabal.miners,
                share: cabal.share.map_or(1.0, Fraction::get),
            }),
            _ => None,
        }
    }
}

impl Choice for WeightRule {
    const WORDS: &'static [&'static str] = &["linear", "winner_takes_all", "softmax", "top_k"];
    const ALLOWED: &'static str = "\"linear\", \"winner_takes_all\", or a table with one key\n\
         such as { softmax = { temperature = 0.1 } } or { top_k = { k = 10 } }";
    const EXAMPLES: &'static [(&'static str, &'static str)] =
        &[("softmax", "{ softmax = { temperature = 0.1 } }"), ("top_k", "{ top_k = { k = 10 } }")];
    type Table = WeightRuleTable;

    fn from_word(word: &str) -> Option<Self> {
        match word {
            "linear" => Some(Self::Linear),
            "winner_takes_all" => Some(Self::WinnerTakesAll),
            _ => None,
        }
    }

    fn from_table(table: WeightRuleTable) -> Option<Self> {
        match table {
            WeightRuleTable { softmax: Some(softmax), top_k: None } => {
                Some(Self::Softmax { temperature: softmax.temperature.get() })
            }
            WeightRuleTable { softmax: None, top_k: Some(top_k) } => {
                Some(Self::TopK { k: usize::try_from(top_k.k.get()).unwrap_or(usize::MAX) })
            }
            _ => None,
        }
    }
}

pub(super) struct ChoiceVisitor<T>(pub(super) PhantomData<fn() -> T>);

impl<'de, T: Choice> Visitor<'de> for ChoiceVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::ALLOWED)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<T, E> {
        if let Some(value) = T::from_word(word) {
            return Ok(value);
        }
        match T::EXAMPLES.iter().find(|(known, _)| *known == word) {
            Some((_, example)) => {
                Err(E::custom(format!("{example}\n\"{word}\" needs its parameters")))
            }
            None => Err(E::unknown_variant(word, T::WORDS)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let table = T::Table::deserialize(MapAccessDeserializer::new(map))?;
        T::from_table(table).ok_or_else(|| A::Error::custom(T::ALLOWED))
    }
}

impl<'de> Deserialize<'de> for Behaviour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ChoiceVisitor(PhantomData))
    }
}

impl<'de> Deserialize<'de> for WeightRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ChoiceVisitor(PhantomData))
    }
}

/// Schema of a choice: a word that needs no parameters, or the table.
pub(super) fn choice_schema<T: Choice<Table: JsonSchema>>(
    generator: &mut SchemaGenerator,
) -> Schema {
    let words: Vec<&str> =
        T::WORDS.iter().copied().filter(|word| T::from_word(word).is_some()).collect();
    let table = generator.subschema_for::<T::Table>();
    json_schema!({ "anyOf": [{ "type": "string", "enum": words }, table] })
}

impl JsonSchema for Behaviour {
    fn schema_name() -> Cow<'static, str> {
        "Behaviour".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        choice_schema::<Self>(generator)
    }
}

impl JsonSchema for WeightRule {
    fn schema_name() -> Cow<'static, str> {
        "WeightRule".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        choice_schema::<Self>(generator)
    }
}
