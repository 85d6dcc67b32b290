//! `[sweep]`: parameters of a scenario that take several values, one run each. `subsim sweep` makes
//! the runs; every other command runs the scenario as it stands beside this table.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::values::{Finite, Whole};

/// Parameters that take several values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SweepSpec {
    /// Path of each parameter as `--set` takes it, and its values as TOML; ordered by path.
    pub axes: Vec<(String, Vec<String>)>,
    /// Whether the parameters go side by side instead of crossed.
    pub zipped: bool,
    /// Runs at each point.
    pub replicates: u64,
}

/// Parameters that take several values, for `subsim sweep`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SweepTable {
    /// Runs at each point, under seeds that all points share. Default 1.
    #[schemars(extend("default" = 1))]
    replicates: Option<Whole<1, 1_000_000>>,
    /// Whether the parameters go side by side, all of one length, instead of crossed. Default false.
    #[schemars(extend("default" = false))]
    zip: Option<bool>,
    /// Values by path of the parameter, such as "subnet.kappa" or "miners.good.count".
    parameters: Option<BTreeMap<String, AxisValues>>,
}

impl SweepTable {
    /// The table as it is meant.
    pub(super) fn spec(self) -> SweepSpec {
        let axes = self.parameters.unwrap_or_default().into_iter();
        SweepSpec {
            axes: axes.map(|(path, values)| (path, values.0)).collect(),
            zipped: self.zip.unwrap_or(false),
            replicates: self.replicates.map_or(1, Whole::get),
        }
    }
}

/// Values of a parameter, as TOML.
#[derive(Debug, Clone)]
struct AxisValues(Vec<String>);

/// Evenly spaced values.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { from = 0.0, to = 1.0, steps = 5 }")]
struct RangeTable {
    /// First value.
    from: Finite,
    /// Last value.
    to: Finite,
    /// Number of values.
    steps: Whole<2, 10_000>,
    /// How they are spaced. Default "linear".
    #[serde(default)]
    scale: Scale,
}

/// How values are spaced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Scale {
    /// By equal differences.
    #[default]
    Linear,
    /// By equal factors; both ends are above 0.
    Log,
}

impl RangeTable {
    fn values(&self) -> Result<Vec<String>, String> {
        let (from, to) = (self.from.get(), self.to.get());
        if self.scale == Scale::Log && (from <= 0.0 || to <= 0.0) {
            return Err(format!("both ends above 0 where scale is \"log\"; they are {from}, {to}"));
        }
        let last = self.steps.get() - 1;
        let value = |step: u64| {
            let part = step as f64 / last as f64;
            match (step, self.scale) {
                // The ends are exactly what is written.
                (0, _) => from,
                (step, _) if step == last => to,
                (_, Scale::Linear) => tidy(from + (to - from) * part),
                (_, Scale::Log) => tidy(from * libm::pow(to / from, part)),
            }
        };
        Ok((0..=last).map(|step| toml::Value::from(value(step)).to_string()).collect())
    }
}

/// Twelve significant digits: 0.3 instead of 0.30000000000000004.
fn tidy(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}

impl<'de> Deserialize<'de> for AxisValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AxisVisitor)
    }
}

struct AxisVisitor;

impl<'de> Visitor<'de> for AxisVisitor {
    type Value = AxisValues;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a list of values, or a range\n[0.4, 0.5, 0.6], { from = 0.0, to = 1.0, steps = 5 }\n\
             or { from = 0.001, to = 1.0, steps = 4, scale = \"log\" }",
        )
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<AxisValues, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element::<toml::Value>()? {
            values.push(value.to_string());
        }
        match values.is_empty() {
            true => Err(A::Error::custom("a list with at least one value")),
            false => Ok(AxisValues(values)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AxisValues, A::Error> {
        let range = RangeTable::deserialize(MapAccessDeserializer::new(map))?;
        range.values().map(AxisValues).map_err(A::Error::custom)
    }
}

impl JsonSchema for AxisValues {
    fn schema_name() -> Cow<'static, str> {
        "AxisValues".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let range = generator.subschema_for::<RangeTable>();
        json_schema!({
            "description": "Values of a parameter: a list, or a range.",
            "anyOf": [{ "type": "array", "minItems": 1 }, range]
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;

    const REST: &str = r#"
        [simulation]
        epochs = 5
        [[miners]]
        name = "good"
        count = 2
        quality = 0.5
        [[validators]]
        name = "honest"
        count = 2
        stake_alpha = 10.0
    "#;

    fn parse(sweep: &str) -> Result<Scenario, String> {
        Scenario::parse("x", &format!("{REST}\n{sweep}"), &[]).map_err(|error| error.render(false))
    }

    #[test]
    fn lists_and_ranges_become_values() {
        let spec = parse(
            "[sweep]\nreplicates = 3\n[sweep.parameters]\n\"subnet.kappa\" = [0.4, 0.6]\n\
             \"subnet.bond_rule\" = [\"yuma2\", \"yuma3\"]\n\
             \"miners.good.noise\" = { from = 0.0, to = 0.3, steps = 4 }\n\
             \"mechanism.quality_power\" = { from = 0.01, to = 1.0, steps = 3, scale = \"log\" }\n",
        )
        .unwrap()
        .sweep
        .unwrap();
        assert_eq!((spec.replicates, spec.zipped), (3, false));
        let paths: Vec<&str> = spec.axes.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(
            paths,
            ["mechanism.quality_power", "miners.good.noise", "subnet.bond_rule", "subnet.kappa"]
        );
        assert_eq!(spec.axes[0].1, ["0.01", "0.1", "1.0"]);
        assert_eq!(spec.axes[1].1, ["0.0", "0.1", "0.2", "0.3"]);
        assert_eq!(spec.axes[2].1, ["\"yuma2\"", "\"yuma3\""]);
    }

    #[test]
    fn a_sweep_is_no_part_of_the_scenario_itself() {
        let plain = parse("").unwrap();
        let swept = parse("[sweep]\nparameters = { \"subnet.kappa\" = [0.4] }").unwrap();
        assert_eq!((plain.sweep.is_none(), plain.hash()), (true, swept.hash()));
    }

    #[test]
    fn faults_say_what_is_allowed() {
        for (sweep, part) in [
            ("[sweep]\nparameters = { \"subnet.kappa\" = [] }", "at least one value"),
            ("[sweep]\nparameters = { \"subnet.kappa\" = 0.5 }", "steps = 5"),
            ("[sweep]\nreplicate = 3", "replicates"),
            (
                "[sweep.parameters]\n\"a.b\" = { from = 0, to = 1, steps = 3, scale = \"log\" }",
                "above 0",
            ),
            ("[sweep]\nreplicates = 0", "1 to 1000000"),
        ] {
            let error = parse(sweep).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
