//! What can be wrong with a configuration, named by the path of its key.
//!
//! A path such as `miners[2].service.mean_ms` is what a reader of scenario files turns into file,
//! line and column; all faults are found at once.

use std::fmt;

use thiserror::Error;

/// A value that is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{path}: found {found}, allowed: {allowed}")]
pub struct ConfigError {
    /// Path of the key, dots between tables and `[i]` in lists.
    pub path: String,
    /// The value as text.
    pub found: String,
    /// What would have been right.
    pub allowed: String,
}

/// All faults of a configuration, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.0.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

/// Collects faults under a path.
#[derive(Debug)]
pub(crate) struct Checker<'a> {
    path: String,
    faults: &'a mut Vec<ConfigError>,
}

impl<'a> Checker<'a> {
    /// Collects into `faults`, for keys below `path`.
    pub fn new(path: &str, faults: &'a mut Vec<ConfigError>) -> Self {
        Self { path: path.to_owned(), faults }
    }

    /// Reports `found` at `field` unless the condition holds.
    pub fn holds(
        &mut self,
        condition: bool,
        field: &str,
        found: impl fmt::Display,
        allowed: impl Into<String>,
    ) {
        if condition {
            return;
        }
        let path = match (self.path.is_empty(), field.is_empty()) {
            (true, _) => field.to_owned(),
            (_, true) => self.path.clone(),
            _ => format!("{}.{field}", self.path),
        };
        self.faults.push(ConfigError { path, found: found.to_string(), allowed: allowed.into() });
    }

    /// Reports a number outside a range.
    pub fn within(&mut self, field: &str, found: f64, low: f64, high: f64) {
        let allowed = format!("a number from {low} to {high}");
        self.holds((low..=high).contains(&found), field, found, allowed);
    }

    /// Reports a name that is not one of `known`.
    pub fn known(&mut self, field: &str, found: &str, known: &[&str]) {
        let allowed = format!("one of {}", known.join(", "));
        self.holds(known.contains(&found), field, format_args!("\"{found}\""), allowed);
    }
}
