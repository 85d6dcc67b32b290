//! What a map of guarantees is made of, and what is refused.

use std::fmt;
use std::str::FromStr;

/// A bond rule of the chain, in its exact integer math.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExactRule {
    /// The chain's default.
    Yuma2,
    /// Bonds relative to each validator's own scale.
    Yuma3,
    /// Yuma 3 with liquid alpha.
    Yuma3Liquid,
}

impl ExactRule {
    /// All rules.
    pub const ALL: [Self; 3] = [Self::Yuma2, Self::Yuma3, Self::Yuma3Liquid];

    /// Name in files and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yuma2 => "yuma2",
            Self::Yuma3 => "yuma3",
            Self::Yuma3Liquid => "yuma3_liquid",
        }
    }
}

impl fmt::Display for ExactRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ExactRule {
    type Err = GuaranteeError;

    fn from_str(name: &str) -> Result<Self, GuaranteeError> {
        let known = Self::ALL.into_iter().find(|rule| rule.name() == name);
        known.ok_or_else(|| fault("rule", format!("{name:?}"), "yuma2, yuma3 or yuma3_liquid"))
    }
}

/// Why there is no map.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuaranteeError {
    /// A setting out of its range.
    #[error("`{field}` is {found}; it must be {allowed}")]
    Setting {
        /// The field of [`Settings`].
        field: &'static str,
        /// What was found.
        found: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// The caller asked to stop.
    #[error("stopped before the map was complete")]
    Stopped,
}

/// The networks of a map and the grid over them. The default is the published study.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Neurons of the subnet, validators included.
    pub neurons: usize,
    /// Validators among them.
    pub validators: usize,
    /// Bond rule.
    pub rule: ExactRule,
    /// Share of the stake that decides the consensus, 0 to 1.
    pub kappa: f64,
    /// How far weights above consensus are cut for bonds, 0 to 1.
    pub bonds_penalty: f64,
    /// Standard deviation of stakes within each side, in units of their mean.
    pub stake_deviation: f64,
    /// Standard deviation of weights within each side, in units of their mean (sigma).
    pub weight_deviation: f64,
    /// Honest shares of the stake to look at, each between 0 and 1.
    pub honest_stakes: Vec<f64>,
    /// Steps of the grid from 0 to 1 in honest utility and in the cabal's self-weight.
    pub steps: usize,
    /// Random networks.
    pub replicates: usize,
    /// Seed of all of them.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            neurons: 512,
            validators: 64,
            rule: ExactRule::Yuma2,
            kappa: 0.5,
            bonds_penalty: 1.0,
            stake_deviation: 0.3,
            weight_deviation: 0.4,
            honest_stakes: vec![0.51, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99],
            steps: 50,
            replicates: 1,
            seed: 1,
        }
    }
}

/// Most points of a map, times replicates: what fits in memory without a second thought.
const MAX_EPOCHS: usize = 20_000_000;

impl Settings {
    /// Points on each axis of the grid.
    #[must_use]
    pub fn axis(&self) -> usize {
        self.steps + 1
    }

    /// A place on an axis, 0 to 1.
    #[must_use]
    pub fn share(&self, index: usize) -> f64 {
        index as f64 / self.steps as f64
    }

    /// Epochs that the map takes.
    #[must_use]
    pub fn epochs(&self) -> usize {
        let grid = self.axis().saturating_mul(self.axis());
        grid.saturating_mul(self.honest_stakes.len()).saturating_mul(self.replicates)
    }

    /// Checks every range.
    ///
    /// # Errors
    /// Names the first field that is out of its range.
    pub fn check(&self) -> Result<(), GuaranteeError> {
        let whole = |field, found: usize, range: std::ops::RangeInclusive<usize>, allowed| {
            let fits = range.contains(&found);
            if fits { Ok(()) } else { Err(fault(field, found, allowed)) }
        };
        whole("validators", self.validators, 2..=4096, "from 2 to 4096")?;
        whole("neurons", self.neurons, 4..=16_384, "from 4 to 16384")?;
        if self.neurons < self.validators + 2 {
            return Err(fault("neurons", self.neurons, "at least `validators` + 2"));
        }
        whole("steps", self.steps, 1..=1000, "from 1 to 1000")?;
        whole("replicates", self.replicates, 1..=10_000, "from 1 to 10000")?;
        let number = |field, found: f64, range: std::ops::RangeInclusive<f64>, allowed| {
            let fits = range.contains(&found);
            if fits { Ok(()) } else { Err(fault(field, found, allowed)) }
        };
        number("kappa", self.kappa, 0.0..=1.0, "from 0 to 1")?;
        number("bonds_penalty", self.bonds_penalty, 0.0..=1.0, "from 0 to 1")?;
        number("stake_deviation", self.stake_deviation, 0.0..=10.0, "from 0 to 10")?;
        number("weight_deviation", self.weight_deviation, 0.0..=10.0, "from 0 to 10")?;
        if self.honest_stakes.is_empty() {
            return Err(fault("honest_stakes", "empty", "a list of at least one"));
        }
        for stake in &self.honest_stakes {
            number("honest_stakes", *stake, 0.01..=0.99, "from 0.01 to 0.99")?;
        }
        if self.epochs() > MAX_EPOCHS {
            let epochs = format!("a map of {} epochs", self.epochs());
            return Err(fault("steps", epochs, "so that the map has at most 20000000 epochs"));
        }
        Ok(())
    }
}

fn fault(field: &'static str, found: impl fmt::Display, allowed: &'static str) -> GuaranteeError {
    GuaranteeError::Setting { field, found: found.to_string(), allowed }
}
