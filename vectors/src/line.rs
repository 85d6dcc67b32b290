//! The shapes a line of a vector file may have, and how to tell them apart. Parsing only: what
//! the numbers mean is told in [`state`](crate::state) and [`compare`](crate::compare).

use std::path::Path;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use subsim_consensus::EpochParams;

use crate::VerifyError;
use crate::economics::FormulaLine;

/// Sparse rows of `[uid, value]`, one per neuron.
pub(crate) type RowLists = Vec<Vec<(u16, u16)>>;

/// One line of a file.
#[derive(Debug)]
pub(crate) enum Line {
    /// `{id, input, expected}`
    Epoch(Box<EpochLine>),
    /// `{id, first, steps}`
    Sequence(Box<SequenceLine>),
    /// `{kind, ...}`
    Formula(Box<FormulaLine>),
}

/// One epoch with its result.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EpochLine {
    pub(crate) id: String,
    pub(crate) input: InputLine,
    pub(crate) expected: Expected,
}

/// Chained epochs: permits and bonds come from the step before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SequenceLine {
    pub(crate) id: String,
    pub(crate) first: InputLine,
    pub(crate) steps: Vec<StepLine>,
}

/// What changes from one epoch of a sequence to the next.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepLine {
    pub(crate) current_block: u64,
    pub(crate) last_step_block: u64,
    pub(crate) weights: Option<RowLists>,
    pub(crate) last_update: Option<Vec<u64>>,
    pub(crate) expected: Expected,
}

/// The state before an epoch.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InputLine {
    pub(crate) params: ParamsLine,
    pub(crate) last_update: Vec<u64>,
    pub(crate) block_at_registration: Vec<u64>,
    /// `null`: no open commit.
    pub(crate) commit_block: Vec<Option<u64>>,
    pub(crate) alpha_stake: Vec<u64>,
    pub(crate) tao_stake: Vec<u64>,
    pub(crate) validator_permit: Vec<bool>,
    pub(crate) weights: RowLists,
    pub(crate) bonds: RowLists,
}

/// Hyperparameters and block numbers, in the chain's encodings.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParamsLine {
    current_block: u64,
    tempo: u64,
    activity_cutoff: u64,
    last_step_block: u64,
    min_stake: u64,
    owner_uid: Option<u16>,
    max_allowed_validators: u16,
    kappa: u16,
    bonds_penalty: u16,
    bonds_moving_average: u64,
    yuma3: bool,
    liquid_alpha: bool,
    alpha_low: u16,
    alpha_high: u16,
    alpha_sigmoid_steepness: i16,
    commit_reveal: bool,
    tao_weight: u64,
    rao_emission: u64,
}

impl From<ParamsLine> for EpochParams {
    fn from(line: ParamsLine) -> Self {
        Self {
            current_block: line.current_block,
            tempo: line.tempo,
            activity_cutoff: line.activity_cutoff,
            last_step_block: line.last_step_block,
            min_stake: line.min_stake,
            owner_uid: line.owner_uid,
            max_allowed_validators: line.max_allowed_validators,
            kappa: line.kappa,
            bonds_penalty: line.bonds_penalty,
            bonds_moving_average: line.bonds_moving_average,
            yuma3: line.yuma3,
            liquid_alpha: line.liquid_alpha,
            alpha_low: line.alpha_low,
            alpha_high: line.alpha_high,
            alpha_sigmoid_steepness: line.alpha_sigmoid_steepness,
            commit_reveal: line.commit_reveal,
            tao_weight: line.tao_weight,
            rao_emission: line.rao_emission,
        }
    }
}

/// What the chain's arithmetic made of an epoch. One entry per neuron everywhere.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    pub(crate) active: Vec<bool>,
    pub(crate) consensus: Vec<u16>,
    pub(crate) incentive: Vec<u16>,
    pub(crate) dividends: Vec<u16>,
    pub(crate) validator_trust: Vec<u16>,
    pub(crate) stake_weight: Vec<u16>,
    pub(crate) new_validator_permit: Vec<bool>,
    pub(crate) server_emission: Vec<u64>,
    pub(crate) validator_emission: Vec<u64>,
    pub(crate) combined_emission: Vec<u64>,
    /// `null`: the stored row stays untouched.
    pub(crate) bonds: Vec<Option<Vec<(u16, u16)>>>,
    pub(crate) consensus_bits: Vec<i64>,
    pub(crate) incentive_bits: Vec<i64>,
    pub(crate) dividends_bits: Vec<i64>,
}

/// Where a line stands, for errors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) path: &'a Path,
    pub(crate) line: u64,
}

/// Just enough of a line to tell its kind, values skipped.
#[derive(Deserialize)]
struct Probe {
    input: Option<IgnoredAny>,
    expected: Option<IgnoredAny>,
    first: Option<IgnoredAny>,
    steps: Option<IgnoredAny>,
    #[serde(default)]
    kind: Option<serde_json::Value>,
}

impl Line {
    /// Reads one line. Any field that this version does not compare is an error: a vector must not
    /// pass because a part of it was ignored.
    pub(crate) fn parse(place: Place<'_>, text: &[u8]) -> Result<Self, VerifyError> {
        let probe: Probe = parse_as(place, text)?;
        match (&probe.kind, probe.input.is_some() || probe.expected.is_some()) {
            (Some(kind), _) => {
                let name = kind.as_str().unwrap_or_default();
                let unknown = || Err(place.kind(format!("the line is of kind {kind}")));
                let line = FormulaLine::parse(place, name, text).unwrap_or_else(unknown)?;
                Ok(Self::Formula(Box::new(line)))
            }
            (None, true) => Ok(Self::Epoch(Box::new(parse_as(place, text)?))),
            (None, false) if probe.first.is_some() || probe.steps.is_some() => {
                Ok(Self::Sequence(Box::new(parse_as(place, text)?)))
            }
            (None, false) => {
                let found = "the object has neither `input` and `expected` nor `first` and `steps`";
                Err(place.kind(found.to_owned()))
            }
        }
    }
}

impl Place<'_> {
    fn kind(self, found: String) -> VerifyError {
        VerifyError::Kind { path: self.path.to_owned(), line: self.line, column: 1, found }
    }
}

/// Reads a line as one shape, naming the field in errors.
pub(crate) fn parse_as<T: DeserializeOwned>(
    place: Place<'_>,
    text: &[u8],
) -> Result<T, VerifyError> {
    let mut json = serde_json::Deserializer::from_slice(text);
    let parsed = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = error.path().to_string();
        json_error(place, &field, error.inner())
    })?;
    json.end().map_err(|error| json_error(place, ".", &error))?;
    Ok(parsed)
}

/// Adds the place to what the JSON reader says; `field` is `.` for the line as a whole.
fn json_error(place: Place<'_>, field: &str, error: &serde_json::Error) -> VerifyError {
    let full = error.to_string();
    // The reader's own " at line 1 column N" counts within this line only.
    let what = full.rfind(" at line ").map_or(full.as_str(), |end| &full[..end]);
    let hint = match error.classify() {
        serde_json::error::Category::Data => "",
        _ => " (each line must be one whole JSON object)",
    };
    let message = match field {
        "." | "?" => format!("{what}{hint}"),
        field => format!("{field}: {what}{hint}"),
    };
    let column = error.column().max(1);
    VerifyError::Json { path: place.path.to_owned(), line: place.line, column, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(text: &str) -> String {
        let place = Place { path: Path::new("v.jsonl"), line: 7 };
        Line::parse(place, text.as_bytes()).expect_err("a wrong line").to_string()
    }

    #[test]
    fn broken_json_names_the_column() {
        let message = error_of(r#"{"id":"a","input":}"#);
        assert_eq!(
            message,
            "v.jsonl:7:19: input: expected value (each line must be one whole JSON object)"
        );
        assert!(error_of("\u{0}\u{1}").starts_with("v.jsonl:7:1: expected value"));
        assert!(error_of("{} {}").contains("trailing characters"));
        assert!(error_of("[1]").starts_with("v.jsonl:7:"));
    }

    #[test]
    fn other_kinds_are_named_together_with_those_known() {
        let message = error_of(r#"{"emission_rao":1,"kind":"block_omission"}"#);
        assert!(message.starts_with("v.jsonl:7:1: the line is of kind \"block_omission\"; "));
        assert!(
            message.contains("{id, input, expected}") && message.contains("{id, first, steps}")
        );
        for kind in FormulaLine::KINDS {
            assert!(message.contains(kind), "{kind}: {message}");
        }
        assert!(error_of(r#"{"kind":7}"#).contains("the line is of kind 7; "));
        assert!(error_of("{}").contains("neither `input` and `expected` nor `first` and `steps`"));
    }

    #[test]
    fn a_wrong_value_is_named_by_its_path() {
        let message = error_of(r#"{"id":"a","input":{"params":{"kappa":70000}}}"#);
        assert!(message.starts_with("v.jsonl:7:"), "{message}");
        assert!(
            message.contains("input.params.kappa: invalid value: integer `70000`"),
            "{message}"
        );
    }

    #[test]
    fn unknown_and_missing_fields_are_refused() {
        assert!(error_of(r#"{"id":"a","first":{},"stops":[]}"#).contains("first: missing field"));
        let message = error_of(r#"{"id":"a","first":null,"steps":[],"extra":1}"#);
        assert!(message.contains("first"), "{message}");
        assert!(error_of(r#"{"idd":"a","input":{}}"#).contains("unknown field `idd`"));
    }
}
