//! Finding the first place in which two JSON values differ.

use serde_json::Value;

/// Path, expected and found value of the first difference. Keys present on one side only count;
/// `null` stands for the missing side.
pub fn first_difference(expected: &Value, found: &Value) -> Option<String> {
    let mut all = Vec::new();
    collect("", expected, found, &mut all);
    let shown = all.iter().take(6).cloned().collect::<Vec<_>>().join("\n    ");
    (!all.is_empty()).then(|| format!("{} differences\n    {shown}", all.len()))
}

fn collect(path: &str, expected: &Value, found: &Value, all: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                let (a, b) = (a.get(key), b.get(key));
                let (a, b) = (a.unwrap_or(&Value::Null), b.unwrap_or(&Value::Null));
                collect(&format!("{path}.{key}"), a, b, all);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                collect(&format!("{path}[{index}]"), a, b, all);
            }
        }
        (a, b) if a == b => {}
        (a, b) => all.push(format!("{path}: expected {}, found {}", short(a), short(b))),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(400) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}
