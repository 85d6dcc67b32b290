//! A scenario of either resolution, for whoever takes both.

use super::{ChainScenario, Diagnostics, Scenario};

/// A scenario at one of the resolutions.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "a program holds few of them")]
pub enum AnyScenario {
    /// Resolution `epoch`.
    Epoch(Scenario),
    /// Resolution `block`.
    Chain(ChainScenario),
}

impl AnyScenario {
    /// Name of the scenario: the file's name without its extension.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Epoch(scenario) => &scenario.name,
            Self::Chain(scenario) => &scenario.name,
        }
    }

    /// Title for reports.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        match self {
            Self::Epoch(scenario) => scenario.title.as_deref(),
            Self::Chain(scenario) => scenario.title.as_deref(),
        }
    }

    /// The question the scenario asks.
    #[must_use]
    pub fn question(&self) -> Option<&str> {
        match self {
            Self::Epoch(scenario) => scenario.question.as_deref(),
            Self::Chain(scenario) => scenario.question.as_deref(),
        }
    }

    /// What the author should know although the scenario is valid.
    #[must_use]
    pub fn warnings(&self) -> &Diagnostics {
        match self {
            Self::Epoch(scenario) => scenario.warnings(),
            Self::Chain(scenario) => scenario.warnings(),
        }
    }

    /// Fingerprint of everything the results depend on.
    #[must_use]
    pub fn hash(&self) -> String {
        match self {
            Self::Epoch(scenario) => scenario.hash(),
            Self::Chain(scenario) => scenario.hash(),
        }
    }

    /// Number of assertions on the results.
    #[must_use]
    pub fn expectations(&self) -> usize {
        match self {
            Self::Epoch(scenario) => scenario.expect.len(),
            Self::Chain(scenario) => scenario.expect.len(),
        }
    }
}
