//! From a file to a case that can run: every number and name is checked where it stands.

use std::ops::Range;
use std::path::{Path, PathBuf};

use subsim_consensus::rules::Matrix;
use toml::Spanned;

use super::format::{CaseFile, ChangeFile, Numbers, ResetFile};
use super::{BondsReset, Case, CaseError, Change};

/// Ending of a case's file. It is TOML, but no scenario, and must not be taken for one.
pub const EXTENSION: &str = "case";

/// Most epochs, validators or miners of a case, and most bonds recorded of one.
const MAX_EPOCHS: i64 = 10_000;
const MAX_NAMES: usize = 256;
const MAX_BONDS: usize = 4_000_000;

/// Reads a case.
///
/// # Errors
/// When the file cannot be read, is not TOML, or says something that a case cannot mean; the error
/// points at it.
pub fn read_path(path: &Path) -> Result<Case, CaseError> {
    let text = std::fs::read_to_string(path).map_err(|error| CaseError::io(path, &error))?;
    read(&path.display().to_string(), &text)
}

/// Reads all cases of a folder (`*.case`, hidden files aside), by number.
///
/// # Errors
/// As [`read_path`]; when there is none; when two have the same number.
pub fn read_folder(folder: &Path) -> Result<Vec<Case>, CaseError> {
    let entries = std::fs::read_dir(folder).map_err(|error| CaseError::io(folder, &error))?;
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| CaseError::io(folder, &error))?.path();
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && path.extension().is_some_and(|extension| extension == EXTENSION) {
            paths.push(path);
        }
    }
    paths.sort();
    let mut cases = paths.iter().map(|path| read_path(path)).collect::<Result<Vec<_>, _>>()?;
    cases.sort_by_key(|case| case.number);
    let name = folder.display().to_string();
    if cases.is_empty() {
        return Err(CaseError::about(name, "there is no case here", "files that end in .case"));
    }
    if let Some(pair) = cases.windows(2).find(|pair| pair[0].number == pair[1].number) {
        let message = format!("two cases have the number {}", pair[0].number);
        return Err(CaseError::about(name, message, "give each a number of its own"));
    }
    Ok(cases)
}

/// Reads a case from a text; `file` is its name in errors.
pub(super) fn read(file: &str, text: &str) -> Result<Case, CaseError> {
    let parsed: CaseFile = toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        CaseError::at((file, text), span, error.message(), "see scenarios/yuma-cases/README.md")
    })?;
    Reader { source: (file, text) }.case(parsed)
}

/// The text that errors point into.
struct Reader<'a> {
    source: (&'a str, &'a str),
}

type Found<T> = Result<T, CaseError>;

impl Reader<'_> {
    fn fault<T>(&self, span: Range<usize>, message: String, allowed: &str) -> Found<T> {
        Err(CaseError::at(self.source, span, message, allowed))
    }

    fn case(&self, file: CaseFile) -> Found<Case> {
        let epochs = self.whole("epochs", &file.epochs, 1..=MAX_EPOCHS)?;
        let validators = self.names("validators", &file.validators)?;
        let miners = self.names("miners", &file.miners)?;
        if validators.len() * miners.len() * epochs > MAX_BONDS {
            let message = format!("{epochs} epochs of so many validators and miners are too many");
            return self.fault(
                file.epochs.span(),
                message,
                "at most 4000000 bonds over all epochs",
            );
        }
        let base_validator = self.name("validator", &file.base_validator, &validators)?;
        let stake = self.numbers("stake", &file.stake, validators.len())?;
        let reset =
            file.bonds_reset.map(|reset| self.reset(&reset, &miners, epochs)).transpose()?;
        let mut changes = Vec::new();
        for change in file.changes.get_ref() {
            let before: &[f64] = changes.last().map_or(&stake, |last: &Change| &last.stake);
            let shape = (validators.len(), miners.len());
            let read = self.change(change.get_ref(), before, shape, epochs)?;
            self.check_order(change.get_ref(), changes.last(), &read)?;
            changes.push(read);
        }
        if changes.is_empty() {
            return self.fault(
                file.changes.span(),
                "there are no weights".to_owned(),
                "one change at least",
            );
        }
        Ok(Case {
            number: file.case,
            title: file.title,
            shows: file.shows.split_whitespace().collect::<Vec<_>>().join(" "),
            epochs,
            validators,
            base_validator,
            miners,
            winner_takes_all: file.winner_takes_all,
            bonds_reset: reset,
            changes,
        })
    }

    fn reset(&self, reset: &ResetFile, miners: &[String], epochs: usize) -> Found<BondsReset> {
        let miner = self.name("miner", &reset.miner, miners)?;
        let last = epochs as i64 - 1;
        let at_epoch = self.whole("at_epoch", &reset.at_epoch, 0..=last)?;
        Ok(BondsReset { miner, at_epoch })
    }

    fn change(
        &self,
        change: &ChangeFile,
        stake_before: &[f64],
        (validators, miners): (usize, usize),
        epochs: usize,
    ) -> Found<Change> {
        let from_epoch = self.whole("from_epoch", &change.from_epoch, 0..=epochs as i64 - 1)?;
        let stake = match &change.stake {
            Some(stake) => self.numbers("stake", stake, validators)?,
            None => stake_before.to_vec(),
        };
        let rows = change.weights.get_ref();
        if rows.len() != validators {
            let message = format!("`weights` has {} rows", rows.len());
            let allowed = format!("one per validator, {validators}");
            return self.fault(change.weights.span(), message, &allowed);
        }
        let mut weights = Matrix::zeros(validators, miners);
        for (i, row) in rows.iter().enumerate() {
            weights.row_mut(i).copy_from_slice(&self.numbers("weights", row, miners)?);
        }
        Ok(Change { from_epoch, stake, weights })
    }

    fn check_order(&self, file: &ChangeFile, before: Option<&Change>, read: &Change) -> Found<()> {
        let (found, span) = (read.from_epoch, file.from_epoch.span());
        let message = format!("`from_epoch` is {found}");
        match before {
            None if found > 0 => self.fault(span, message, "the first change is at epoch 0"),
            Some(before) if found <= before.from_epoch => {
                self.fault(span, message, &format!("later than {}, in order", before.from_epoch))
            }
            _ => Ok(()),
        }
    }

    fn whole(
        &self,
        key: &str,
        value: &Spanned<i64>,
        allowed: std::ops::RangeInclusive<i64>,
    ) -> Found<usize> {
        let found = *value.get_ref();
        if allowed.contains(&found) {
            return Ok(found as usize);
        }
        let range = format!("from {} to {}", allowed.start(), allowed.end());
        self.fault(value.span(), format!("`{key}` is {found}"), &range)
    }

    fn names(&self, key: &str, list: &Spanned<Vec<Spanned<String>>>) -> Found<Vec<String>> {
        let names = list.get_ref();
        if names.is_empty() || names.len() > MAX_NAMES {
            let message = format!("`{key}` names {}", names.len());
            return self.fault(list.span(), message, &format!("from 1 to {MAX_NAMES} names"));
        }
        for (i, name) in names.iter().enumerate() {
            if names[..i].iter().any(|other| other.get_ref() == name.get_ref()) {
                let message = format!("`{key}` names {:?} twice", name.get_ref());
                return self.fault(name.span(), message, "names of their own");
            }
        }
        Ok(names.iter().map(|name| name.get_ref().clone()).collect())
    }

    fn name(&self, what: &str, name: &Spanned<String>, names: &[String]) -> Found<usize> {
        match names.iter().position(|other| other == name.get_ref()) {
            Some(index) => Ok(index),
            None => {
                let message = format!("there is no {what} {:?}", name.get_ref());
                let listed: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
                self.fault(name.span(), message, &format!("one of {}", listed.join(", ")))
            }
        }
    }

    fn numbers(&self, key: &str, list: &Numbers, expected: usize) -> Found<Vec<f64>> {
        let numbers = list.get_ref();
        if numbers.len() != expected {
            let message = format!("`{key}` has {} numbers", numbers.len());
            return self.fault(list.span(), message, &format!("{expected}"));
        }
        let wrong = numbers.iter().find(|n| !(n.get_ref().is_finite() && *n.get_ref() >= 0.0));
        match wrong {
            Some(number) => {
                let message = format!("`{key}` has {}", number.get_ref());
                self.fault(number.span(), message, "a finite number from 0 up")
            }
            None => Ok(numbers.iter().map(|number| *number.get_ref()).collect()),
        }
    }
}
