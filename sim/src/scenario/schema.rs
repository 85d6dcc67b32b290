//! The JSON Schema of scenario files, generated from the types that read them.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;

use super::file::ScenarioFile;

/// JSON Schema (draft 2020-12) of a scenario file, for editors and other tools.
///
/// Descriptions are the doc comments of the types; ranges and defaults are those that reading
/// applies.
#[must_use]
pub fn json_schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<ScenarioFile>();
    RecursiveTransform(without_null as fn(&mut Schema)).transform(&mut schema);
    schema.to_value()
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

/// The section of a file that has a key, as it is written in TOML.
pub(super) fn section_of(key: &str) -> Option<String> {
    let schema = json_schema();
    let sections = ["simulation", "subnet", "mechanism", "miners", "validators", "events"];
    let has_key = |section: &&str| {
        let section = resolved(&schema, &schema["properties"][section]);
        let table = match section.get("items") {
            Some(items) => resolved(&schema, items),
            None => section,
        };
        table["properties"].get(key).is_some()
    };
    let section = sections.into_iter().find(has_key)?;
    match schema["properties"][section]["type"] == "array" {
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
            assert_eq!(section_of(key).as_deref(), section, "{key}");
        }
    }

    #[test]
    fn has_no_null() {
        assert!(!json_schema().to_string().contains("\"null\""));
    }
}
