//! The JSON Schema of scenario files, generated from the types that read them.

use std::sync::LazyLock;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;

use super::chain_file::ChainFile;
use super::file::ScenarioFile;

/// Which tables a scenario file has: its resolution decides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum FileKind {
    /// Resolution "epoch".
    #[default]
    Epoch,
    /// Resolution "block".
    Block,
}

impl FileKind {
    /// The resolution as written in a file.
    pub(super) fn resolution(self) -> &'static str {
        match self {
            Self::Epoch => "epoch",
            Self::Block => "block",
        }
    }

    /// The other kind.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Epoch => Self::Block,
            Self::Block => Self::Epoch,
        }
    }

    /// Name of the definition in the schema.
    fn definition(self) -> &'static str {
        match self {
            Self::Epoch => "ScenarioFile",
            Self::Block => "ChainFile",
        }
    }

    /// Sections that a misplaced key may belong to, the likeliest first.
    fn sections(self) -> &'static [&'static str] {
        match self {
            Self::Epoch => &["simulation", "subnet", "mechanism", "miners", "validators", "events"],
            Self::Block => &[
                "simulation",
                "chain",
                "subnets",
                "mechanism",
                "miners",
                "validators",
                "accounts",
                "events",
                "calls",
            ],
        }
    }
}

static SCHEMA: LazyLock<Value> = LazyLock::new(generate);

/// JSON Schema (draft 2020-12) of scenario files, for editors and other tools: one document, in
/// which `simulation.resolution` decides which tables there are.
///
/// Descriptions are the doc comments of the types; ranges and defaults are those that reading
/// applies.
#[must_use]
pub fn json_schema() -> Value {
    SCHEMA.clone()
}

fn generate() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let epoch = generator.subschema_for::<ScenarioFile>();
    let block = generator.subschema_for::<ChainFile>();
    let mut definitions = generator.take_definitions(true);
    for definition in definitions.values_mut() {
        if let Ok(schema) = <&mut Schema>::try_from(definition) {
            RecursiveTransform(without_null as fn(&mut Schema)).transform(schema);
        }
    }
    describe_registered(&mut definitions);
    serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "subsim scenario",
        "description": "Who is on a Bittensor subnet or chain, under which rules, for how long, and \
                        what is expected.",
        "type": "object",
        "required": ["simulation"],
        "if": {
            "properties": {
                "simulation": {
                    "properties": { "resolution": { "const": "block" } },
                    "required": ["resolution"]
                }
            }
        },
        "then": block,
        "else": epoch,
        "$defs": definitions
    })
}

/// What is said of defaults and effects at resolution "epoch" is not so at resolution "block".
fn describe_registered(definitions: &mut serde_json::Map<String, Value>) {
    for name in ["ChainSubnetTable", "RulesTable"] {
        let properties = definitions.get_mut(name).and_then(|table| table.get_mut("properties"));
        let Some(Value::Object(properties)) = properties else { continue };
        for property in properties.values_mut() {
            let has_default = property.get("default").is_some() || name == "RulesTable";
            let Some(Value::String(text)) = property.get_mut("description") else { continue };
            let no_effect = text.find("No effect at");
            let default = text.find("Default").filter(|_| has_default);
            let cut = [no_effect, default].into_iter().flatten().min().unwrap_or(text.len());
            text.truncate(cut);
            text.truncate(text.trim_end().len());
        }
    }
}

/// TOML has no null: an optional key is simply absent. Takes the null alternatives out.
fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = &types[..] {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    let Some(Value::Array(alternatives)) = object.get_mut("anyOf") else { return };
    let before = alternatives.len();
    alternatives.retain(|alternative| alternative.get("type") != Some(&Value::from("null")));
    if alternatives.len() == 1 && before > 1 {
        let only = alternatives.remove(0);
        object.remove("anyOf");
        if let Value::Object(only) = only {
            for (key, value) in only {
                object.entry(key).or_insert(value);
            }
        }
    }
}

/// Whether a section of a file of a kind has a key; `None` is the top of the file.
pub(super) fn has_key(kind: FileKind, section: Option<&str>, key: &str) -> bool {
    let file = &SCHEMA["$defs"][kind.definition()]["properties"];
    match section {
        None => file.get(key).is_some(),
        Some(section) => {
            let section = resolved(&SCHEMA, &file[section]);
            let table = match (section.get("items"), section.get("additionalProperties")) {
                (Some(inner), _) | (None, Some(inner @ Value::Object(_))) => {
                    resolved(&SCHEMA, inner)
                }
                _ => section,
            };
            table["properties"].get(key).is_some()
        }
    }
}

/// The section of a file of a kind that has a key, as it is written in TOML.
pub(super) fn section_of(kind: FileKind, key: &str) -> Option<String> {
    let section = kind.sections().iter().find(|section| has_key(kind, Some(section), key))?;
    let file = &SCHEMA["$defs"][kind.definition()]["properties"];
    match file[section]["type"] == "array" {
        true => Some(format!("[[{section}]]")),
        false => Some(format!("[{section}]")),
    }
}

/// The definition that a schema refers to, or the schema itself.
fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let pointer = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
    pointer.and_then(|pointer| root.pointer(pointer)).unwrap_or(schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_where_a_key_belongs() {
        for (key, section) in [
            ("seed", Some("[simulation]")),
            ("kappa", Some("[subnet]")),
            ("weights", Some("[mechanism]")),
            ("quality", Some("[[miners]]")),
            ("behaviour", Some("[[validators]]")),
            ("at_epoch", Some("[[events]]")),
            ("unheard_of", None),
        ] {
            assert_eq!(section_of(FileKind::Epoch, key).as_deref(), section, "{key}");
        }
        for (key, section) in [
            ("kappa", Some("[[subnets]]")),
            ("tao_weight", Some("[chain]")),
            ("joins", Some("[[miners]]")),
            ("refused", Some("[[calls]]")),
            ("epochs", None),
        ] {
            assert_eq!(section_of(FileKind::Block, key).as_deref(), section, "{key}");
        }
        assert!(has_key(FileKind::Block, Some("expect"), "metric"));
        assert!(!has_key(FileKind::Block, Some("expect"), "window"));
        assert!(has_key(FileKind::Epoch, None, "subnet"));
    }

    #[test]
    fn descriptions_fit_the_resolution() {
        let subnet = &json_schema()["$defs"]["ChainSubnetTable"]["properties"];
        assert_eq!(subnet["min_allowed_weights"]["default"], 1);
        let text = subnet["min_allowed_weights"]["description"].as_str().unwrap();
        assert_eq!(text, "Fewest weights a validator may set.");
        assert!(!subnet.to_string().contains("No effect"));
    }

    #[test]
    fn has_no_null() {
        assert!(!json_schema().to_string().contains("\"null\""));
    }
}
