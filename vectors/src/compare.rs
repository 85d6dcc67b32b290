//! Compares what an implementation computed with what the chain's arithmetic gave, entry by entry.
//! Exact equality only: these are integers.

use std::fmt::{self, Debug, Display};

use subsim_consensus::EpochOutput;

use crate::line::Expected;

/// One number of one vector that came out differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Line of the file, from 1.
    pub line: u64,
    /// Which vector of the file.
    pub vector: Vector,
    /// Step of a sequence, from 0; `None` for a single epoch or a formula.
    pub step: Option<usize>,
    /// The expected field that differs; `epoch` when no result was computed at all.
    pub field: &'static str,
    /// uid of the neuron, in formulas the entry of a list; `None` when the whole field differs.
    pub entry: Option<usize>,
    /// What the vector says. For bonds the first differing entry of the row.
    pub expected: String,
    /// What was computed.
    pub found: String,
}

/// How a vector is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vector {
    /// An epoch or a sequence, by its own name.
    Id(String),
    /// A formula, by its kind.
    Kind(&'static str),
}

impl Display for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "id {id}"),
            Self::Kind(kind) => write!(f, "kind {kind}"),
        }
    }
}

impl Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.vector)?;
        if let Some(step) = self.step {
            write!(f, ", step {step}")?;
        }
        write!(f, ", field {}", self.field)?;
        if let Some(entry) = self.entry {
            let what = match self.vector {
                Vector::Id(_) => "neuron",
                Vector::Kind(_) => "entry",
            };
            write!(f, ", {what} {entry}")?;
        }
        write!(f, ": expected {}, found {}", self.expected, self.found)
    }
}

/// Which epoch is being compared, and where its differences go.
pub(crate) struct Comparison<'a> {
    pub(crate) line: u64,
    pub(crate) id: &'a str,
    pub(crate) step: Option<usize>,
    pub(crate) report: &'a mut dyn FnMut(Mismatch),
}

impl Comparison<'_> {
    /// Compares every expected field of every neuron.
    pub(crate) fn compare(&mut self, expected: &Expected, found: &EpochOutput) {
        self.each("active", &expected.active, &found.active);
        self.each("consensus", &expected.consensus, &found.consensus);
        self.each("incentive", &expected.incentive, &found.incentive);
        self.each("dividends", &expected.dividends, &found.dividends);
        self.each("validator_trust", &expected.validator_trust, &found.validator_trust);
        self.each("stake_weight", &expected.stake_weight, &found.stake_weight);
        let (permits, new) = (&expected.new_validator_permit, &found.new_validator_permit);
        self.each("new_validator_permit", permits, new);
        self.each("server_emission", &expected.server_emission, &found.server_emission);
        self.each("validator_emission", &expected.validator_emission, &found.validator_emission);
        self.each("combined_emission", &expected.combined_emission, &found.combined_emission);
        self.bonds(&expected.bonds, found);
        self.each("consensus_bits", &expected.consensus_bits, &found.consensus_bits);
        self.each("incentive_bits", &expected.incentive_bits, &found.incentive_bits);
        self.each("dividends_bits", &expected.dividends_bits, &found.dividends_bits);
    }

    /// An epoch that gave no result where the chain gave one.
    pub(crate) fn refused(&mut self, reason: &dyn Display) {
        self.mismatch("epoch", None, "a result".to_owned(), format!("the error: {reason}"));
    }

    fn each<T: PartialEq + Debug>(&mut self, field: &'static str, expected: &[T], found: &[T]) {
        if !self.same_length(field, expected.len(), found.len()) {
            return;
        }
        for (neuron, (expected, found)) in expected.iter().zip(found).enumerate() {
            if expected != found {
                self.mismatch(field, Some(neuron), format!("{expected:?}"), format!("{found:?}"));
            }
        }
    }

    fn bonds(&mut self, expected: &[Option<Vec<(u16, u16)>>], output: &EpochOutput) {
        let untouched = &output.bonds_untouched;
        if !self.same_length("bonds", expected.len(), output.bonds.len())
            || !self.same_length("bonds", expected.len(), untouched.len())
        {
            return;
        }
        for (neuron, expected) in expected.iter().enumerate() {
            let row: Vec<_> = output.bonds.view().row(neuron).collect();
            let found = (!untouched[neuron]).then_some(row.as_slice());
            if expected.as_deref() != found {
                let (expected, found) = tell_rows_apart(expected.as_deref(), found);
                self.mismatch("bonds", Some(neuron), expected, found);
            }
        }
    }

    fn same_length(&mut self, field: &'static str, expected: usize, found: usize) -> bool {
        if expected != found {
            let (expected, found) = (format!("{expected} entries"), format!("{found} entries"));
            self.mismatch(field, None, expected, found);
            return false;
        }
        true
    }

    fn mismatch(
        &mut self,
        field: &'static str,
        neuron: Option<usize>,
        expected: String,
        found: String,
    ) {
        let (line, vector, step) = (self.line, Vector::Id(self.id.to_owned()), self.step);
        (self.report)(Mismatch { line, vector, step, field, entry: neuron, expected, found });
    }
}

/// Words for two bond rows that differ: rows can be thousands of entries long, so only the first
/// entry that differs is told.
fn tell_rows_apart(
    expected: Option<&[(u16, u16)]>,
    found: Option<&[(u16, u16)]>,
) -> (String, String) {
    let (Some(expected), Some(found)) = (expected, found) else {
        let tell = |row: Option<&[(u16, u16)]>| match row {
            None => "the stored row untouched".to_owned(),
            Some(row) => format!("a new row of {} entries", row.len()),
        };
        return (tell(expected), tell(found));
    };
    let same = expected.iter().zip(found).take_while(|(a, b)| a == b).count();
    let tell = |row: &[(u16, u16)]| match row.get(same) {
        Some((uid, bond)) => format!("[{uid}, {bond}] at entry {same} of {}", row.len()),
        None => format!("the end of the row after {} entries", row.len()),
    };
    (tell(expected), tell(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_apart_by_their_first_difference() {
        let (a, b) = ([(1, 2), (3, 4)], [(1, 2), (3, 5)]);
        let told = tell_rows_apart(Some(&a), Some(&b));
        assert_eq!(told.0, "[3, 4] at entry 1 of 2");
        assert_eq!(told.1, "[3, 5] at entry 1 of 2");
        let told = tell_rows_apart(Some(&a[..1]), Some(&b));
        assert_eq!(told.0, "the end of the row after 1 entries");
        let told = tell_rows_apart(None, Some(&b));
        assert_eq!(told, ("the stored row untouched".into(), "a new row of 2 entries".into()));
    }

    #[test]
    fn a_mismatch_reads_as_one_line() {
        let mut mismatch = Mismatch {
            line: 3,
            vector: Vector::Id("sequence-1".to_owned()),
            step: Some(4),
            field: "incentive",
            entry: Some(5),
            expected: "6".to_owned(),
            found: "7".to_owned(),
        };
        let line = "id sequence-1, step 4, field incentive, neuron 5: expected 6, found 7";
        assert_eq!(mismatch.to_string(), line);
        (mismatch.step, mismatch.entry) = (None, None);
        let line = "id sequence-1, field incentive: expected 6, found 7";
        assert_eq!(mismatch.to_string(), line);
        (mismatch.vector, mismatch.entry) = (Vector::Kind("swap"), Some(2));
        let line = "kind swap, field incentive, entry 2: expected 6, found 7";
        assert_eq!(mismatch.to_string(), line);
    }
}
