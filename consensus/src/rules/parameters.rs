//! The parameters of all rules in one plain structure: what a rule does not know, it ignores.

use super::RuleError;

/// Which consensus liquid alpha measures weights against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LiquidConsensus {
    /// That of this epoch.
    Current,
    /// That of the epoch before.
    Previous,
    /// The larger of the two, per miner.
    Mixed,
}

impl LiquidConsensus {
    /// All modes.
    pub const ALL: [Self; 3] = [Self::Current, Self::Previous, Self::Mixed];

    /// Name in files and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Previous => "previous",
            Self::Mixed => "mixed",
        }
    }
}

/// Parameters of the rules. All are plain fractions unless they say otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RuleParams {
    /// Share of the stake that decides the consensus.
    pub kappa: f64,
    /// How far weights above consensus are cut for bonds: 0 not at all, 1 fully. Yuma 1, 2, 2B.
    pub bonds_penalty: f64,
    /// Share of the old bonds kept by an epoch. Yuma 2, 2B, 3, and the first epoch of liquid alpha.
    pub bonds_moving_average: f64,
    /// Slowest rate at which liquid alpha moves bonds.
    pub alpha_low: f64,
    /// Fastest rate at which liquid alpha moves bonds.
    pub alpha_high: f64,
    /// Steepness of liquid alpha's sigmoid; any finite number.
    pub alpha_sigmoid_steepness: f64,
    /// Which consensus liquid alpha looks at.
    pub liquid_consensus: LiquidConsensus,
    /// Share of a validator's capacity that an epoch can spend on bonds. Yuma 2C.
    pub capacity_alpha: f64,
    /// Share of the bonds lost in an epoch. Yuma 2C.
    pub decay_rate: f64,
    /// Whether the miner with the largest incentive takes all of it; ties share.
    pub winner_takes_all: bool,
}

impl RuleParams {
    /// What the published rules have in common: Yuma 2 as published, full bonds penalty.
    pub(super) const PUBLISHED: Self = Self {
        kappa: 0.5,
        bonds_penalty: 1.0,
        bonds_moving_average: 0.1,
        alpha_low: 0.1,
        alpha_high: 0.3,
        alpha_sigmoid_steepness: 10.0,
        liquid_consensus: LiquidConsensus::Mixed,
        capacity_alpha: 0.1,
        decay_rate: 0.1,
        winner_takes_all: false,
    };

    /// Checks every range.
    pub(super) fn check(&self) -> Result<(), RuleError> {
        for (field, found) in [
            ("kappa", self.kappa),
            ("bonds_penalty", self.bonds_penalty),
            ("bonds_moving_average", self.bonds_moving_average),
            ("alpha_low", self.alpha_low),
            ("alpha_high", self.alpha_high),
            ("capacity_alpha", self.capacity_alpha),
            ("decay_rate", self.decay_rate),
        ] {
            if !(0.0..=1.0).contains(&found) {
                return Err(RuleError::Parameter { field, found, allowed: "from 0 to 1" });
            }
        }
        if self.alpha_low > self.alpha_high {
            let (field, found) = ("alpha_low", self.alpha_low);
            return Err(RuleError::Parameter { field, found, allowed: "at most `alpha_high`" });
        }
        let (field, found) = ("alpha_sigmoid_steepness", self.alpha_sigmoid_steepness);
        if !found.is_finite() {
            return Err(RuleError::Parameter { field, found, allowed: "a finite number" });
        }
        Ok(())
    }
}
