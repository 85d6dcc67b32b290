//! Runs an implementation over a file of vectors, line by line. Holds one line at a time.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use subsim_consensus::{EpochError, EpochInput, EpochOutput};

use crate::VerifyError;
use crate::compare::{Comparison, Mismatch};
use crate::economics::FormulaLine;
use crate::economics_check;
use crate::line::{EpochLine, Expected, Line, Place, SequenceLine};
use crate::lines::Lines;
use crate::state::{Lengths, State};

/// An implementation of the epoch.
pub type EpochFn<'a> = dyn FnMut(&EpochInput<'_>) -> Result<EpochOutput, EpochError> + 'a;

/// What came of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Lines on which every number was right.
    pub passed: u64,
    /// Lines with at least one mismatch.
    pub failed: u64,
    /// Epochs run: one per single vector, one per step of a sequence.
    pub epochs: u64,
    /// Lines that hold a formula of the economics.
    pub formulas: u64,
    /// Numbers that were wrong.
    pub mismatches: u64,
}

impl Tally {
    /// Adds another file's counts.
    pub fn add(&mut self, other: &Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.epochs += other.epochs;
        self.formulas += other.formulas;
        self.mismatches += other.mismatches;
    }
}

/// Checks every line of a file, `.jsonl` or zstd-compressed.
///
/// `epoch` computes one epoch; in a sequence its own permits and bonds feed the next step. Formulas
/// are computed by the consensus crate.
/// `on_mismatch` is called once for every number (for bonds: every row) that differs.
///
/// # Errors
/// When the file cannot be read, a line is not a known kind of vector, or the file has no vectors.
/// Mismatches are not errors.
pub fn verify_file(
    path: &Path,
    epoch: &mut EpochFn<'_>,
    on_mismatch: &mut dyn FnMut(Mismatch),
) -> Result<Tally, VerifyError> {
    let failed = |source| VerifyError::Open { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    verify_read(path, file, epoch, on_mismatch)
}

/// The same for anything that can be read; `path` names it in errors.
///
/// # Errors
/// As [`verify_file`].
pub fn verify_read(
    path: &Path,
    source: impl Read,
    epoch: &mut EpochFn<'_>,
    on_mismatch: &mut dyn FnMut(Mismatch),
) -> Result<Tally, VerifyError> {
    let mut lines = Lines::new(path, source)?;
    let mut tally = Tally::default();
    while let Some((number, text)) = lines.next()? {
        let place = Place { path, line: number };
        let mut formulas = 0;
        let mut checker = Checker { place, epoch, on_mismatch, epochs: 0, mismatches: 0 };
        match Line::parse(place, text)? {
            Line::Epoch(line) => checker.check_epoch(*line)?,
            Line::Sequence(line) => checker.check_sequence(*line)?,
            Line::Formula(line) => {
                formulas = 1;
                checker.check_formula(&line);
            }
        }
        let right = checker.mismatches == 0;
        tally.add(&Tally {
            passed: u64::from(right),
            failed: u64::from(!right),
            epochs: checker.epochs,
            formulas,
            mismatches: checker.mismatches,
        });
    }
    if tally.passed + tally.failed == 0 {
        return Err(VerifyError::Empty { path: path.to_owned() });
    }
    Ok(tally)
}

/// Checks one line.
struct Checker<'a, 'b> {
    place: Place<'a>,
    epoch: &'a mut EpochFn<'b>,
    on_mismatch: &'a mut dyn FnMut(Mismatch),
    epochs: u64,
    mismatches: u64,
}

impl Checker<'_, '_> {
    fn check_formula(&mut self, line: &FormulaLine) {
        economics_check::check(line, self.place.line, &mut |mismatch| {
            self.mismatches += 1;
            (self.on_mismatch)(mismatch);
        });
    }

    fn check_epoch(&mut self, line: EpochLine) -> Result<(), VerifyError> {
        let lengths = Lengths::of_input(self.place, &line.id, "input", &line.input)?;
        lengths.check_expected("expected", &line.expected)?;
        let state = State::new(line.input);
        self.run(&state, &line.id, None, &line.expected);
        Ok(())
    }

    /// Runs the steps in order. Steps after a refused epoch have nothing to start from.
    fn check_sequence(&mut self, mut line: SequenceLine) -> Result<(), VerifyError> {
        let lengths = Lengths::of_input(self.place, &line.id, "first", &line.first)?;
        for (index, step) in line.steps.iter().enumerate() {
            lengths.check_step(&format!("steps[{index}]"), step)?;
            lengths.check_expected(&format!("steps[{index}].expected"), &step.expected)?;
        }
        if line.steps.is_empty() {
            let (path, line) = (self.place.path.to_owned(), self.place.line);
            let message = "steps: a sequence needs at least one step".to_owned();
            return Err(VerifyError::Json { path, line, column: 1, message });
        }
        let mut state = State::new(line.first);
        for (index, step) in line.steps.iter_mut().enumerate() {
            state.enter(step);
            match self.run(&state, &line.id, Some(index), &step.expected) {
                Some(output) => state.store(&output),
                None => break,
            }
        }
        Ok(())
    }

    /// Runs one epoch and compares it. Gives the output if a next step can start from it: not when
    /// the implementation refused the input or returned vectors of a wrong length.
    fn run(
        &mut self,
        state: &State,
        id: &str,
        step: Option<usize>,
        expected: &Expected,
    ) -> Option<EpochOutput> {
        self.epochs += 1;
        let Self { on_mismatch, mismatches, .. } = self;
        let mut report = |mismatch| {
            *mismatches += 1;
            on_mismatch(mismatch);
        };
        let mut comparison = Comparison { line: self.place.line, id, step, report: &mut report };
        match (self.epoch)(&state.input()) {
            Ok(output) => {
                comparison.compare(expected, &output);
                let n = state.input().n();
                let fits = output.bonds.len() == n
                    && output.bonds_untouched.len() == n
                    && output.new_validator_permit.len() == n;
                fits.then_some(output)
            }
            Err(error) => {
                comparison.refused(&error);
                None
            }
        }
    }
}
