//! `subsim schema`: the JSON Schema of scenario files.

use crate::console::Console;
use crate::outcome::{Failure, Outcome};

/// Prints the schema.
pub(crate) fn schema(console: &mut Console) -> Result<Outcome, Failure> {
    let schema = subsim_sim::scenario::json_schema();
    let text = serde_json::to_string_pretty(&schema)
        .map_err(|error| Failure::new(format!("cannot print the schema: {error}")))?;
    console.line(&text);
    Ok(Outcome::Good)
}
