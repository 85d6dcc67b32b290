//! The figures of the chain's consensus document, as maps to compute and claims to check.

use std::rc::Rc;
use std::str::FromStr;

use super::{GuaranteeError, GuaranteeMap, Retention, Settings};

/// A published figure: a family of maps that differ in one setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Preset {
    /// Deviation of weights (sigma) 0, 0.2, 0.4.
    WeightDeviation,
    /// Bonds penalty 0, 0.5, 1.
    BondsPenalty,
    /// Validators' share of the emission (xi) 0, 0.25, 0.5.
    ValidatorShare,
    /// Kappa 0.4, 0.5, 0.6.
    Kappa,
}

/// What the document says of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Claim {
    /// Honest utility needed at an honest stake.
    Needed {
        /// Honest share of the stake.
        honest_stake: f64,
        /// Published honest utility.
        utility: f64,
    },
    /// No honest utility protects any stake below this.
    NoneBelow {
        /// Honest share of the stake.
        honest_stake: f64,
    },
}

/// One map of a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// What sets it apart, such as `sigma = 0.2`.
    pub label: String,
    /// Its map.
    pub settings: Settings,
    /// Validators' share of the emission (xi).
    pub validator_share: f64,
    /// What was published of it, if anything.
    pub claim: Option<Claim>,
}

/// A curve and what came out.
#[derive(Debug, Clone)]
pub struct CurveResult {
    /// The curve.
    pub curve: Curve,
    /// Its map; curves that differ only in the validators' share have the same.
    pub map: Rc<GuaranteeMap>,
    /// Honest utility needed per honest stake.
    pub retention: Vec<Retention>,
}

/// How far from a published utility ours may be.
const TOLERANCE: f64 = 0.02;

impl Preset {
    /// All figures.
    pub const ALL: [Self; 4] =
        [Self::WeightDeviation, Self::BondsPenalty, Self::ValidatorShare, Self::Kappa];

    /// Name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WeightDeviation => "sigma",
            Self::BondsPenalty => "penalty",
            Self::ValidatorShare => "xi",
            Self::Kappa => "kappa",
        }
    }

    /// What the figure is about.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::WeightDeviation => "Subjectivity variance (sigma)",
            Self::BondsPenalty => "Bonds penalty (beta)",
            Self::ValidatorShare => "Emission ratio (xi)",
            Self::Kappa => "Majority ratio (kappa)",
        }
    }

    /// Honest stakes that the claims speak of: enough to check them.
    #[must_use]
    pub fn claimed_stakes(self) -> Vec<f64> {
        if self == Self::Kappa { vec![0.51, 0.55, 0.6] } else { vec![0.6] }
    }

    /// The maps of the figure. What it does not vary comes from `base`.
    #[must_use]
    pub fn curves(self, base: &Settings) -> Vec<Curve> {
        let needed = |utility| Some(Claim::Needed { honest_stake: 0.6, utility });
        let points: [(f64, Option<Claim>); 3] = match self {
            Self::WeightDeviation => {
                [(0.0, needed(0.60)), (0.2, needed(0.67)), (0.4, needed(0.73))]
            }
            Self::BondsPenalty => [(0.0, needed(0.78)), (0.5, needed(0.76)), (1.0, needed(0.73))],
            Self::ValidatorShare => {
                [(0.0, needed(0.82)), (0.25, needed(0.78)), (0.5, needed(0.73))]
            }
            Self::Kappa => {
                let none = Claim::NoneBelow { honest_stake: 0.6 };
                [(0.4, None), (0.5, needed(0.73)), (0.6, Some(none))]
            }
        };
        points.map(|(value, claim)| self.curve(base, value, claim)).to_vec()
    }

    fn curve(self, base: &Settings, value: f64, claim: Option<Claim>) -> Curve {
        let (mut settings, mut validator_share) = (base.clone(), 0.5);
        match self {
            Self::WeightDeviation => settings.weight_deviation = value,
            Self::BondsPenalty => settings.bonds_penalty = value,
            Self::ValidatorShare => validator_share = value,
            Self::Kappa => settings.kappa = value,
        }
        let label = format!("{} = {value}", self.name());
        Curve { label, settings, validator_share, claim }
    }

    /// Epochs that [`Preset::run_several`] computes.
    #[must_use]
    pub fn epochs(presets: &[Self], base: &Settings) -> usize {
        let mut maps: Vec<Settings> = Vec::new();
        for curve in presets.iter().flat_map(|preset| preset.curves(base)) {
            if !maps.contains(&curve.settings) {
                maps.push(curve.settings);
            }
        }
        maps.iter().map(Settings::epochs).fold(0, usize::saturating_add)
    }

    /// Computes all maps of the figure; see [`GuaranteeMap::compute`].
    ///
    /// # Errors
    /// As [`GuaranteeMap::compute`].
    pub fn run(
        self,
        base: &Settings,
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<Vec<CurveResult>, GuaranteeError> {
        Self::run_several(&[self], base, go_on)
    }

    /// Computes several figures one after the other; a map that several curves need is computed
    /// once.
    ///
    /// # Errors
    /// As [`GuaranteeMap::compute`].
    pub fn run_several(
        presets: &[Self],
        base: &Settings,
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<Vec<CurveResult>, GuaranteeError> {
        let mut results = Vec::new();
        Self::run_into(&mut results, presets, base, go_on)?;
        Ok(results)
    }

    /// As [`Preset::run_several`], one curve after the other at the end of `results`: whoever stops
    /// keeps what was complete.
    ///
    /// # Errors
    /// As [`GuaranteeMap::compute`].
    pub fn run_into(
        results: &mut Vec<CurveResult>,
        presets: &[Self],
        base: &Settings,
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<(), GuaranteeError> {
        for curve in presets.iter().flat_map(|preset| preset.curves(base)) {
            let same = results.iter().find(|result| result.curve.settings == curve.settings);
            let map = match same {
                Some(result) => Rc::clone(&result.map),
                None => Rc::new(GuaranteeMap::compute(&curve.settings, go_on)?),
            };
            results.push(CurveResult::new(curve, map));
        }
        Ok(())
    }
}

impl Curve {
    /// Computes this map alone.
    ///
    /// # Errors
    /// As [`GuaranteeMap::compute`].
    pub fn run(self, go_on: &(dyn Fn() -> bool + Sync)) -> Result<CurveResult, GuaranteeError> {
        let map = GuaranteeMap::compute(&self.settings, go_on)?;
        Ok(CurveResult::new(self, Rc::new(map)))
    }
}

impl FromStr for Preset {
    type Err = GuaranteeError;

    fn from_str(name: &str) -> Result<Self, GuaranteeError> {
        let known = Self::ALL.into_iter().find(|preset| preset.name() == name);
        known.ok_or_else(|| GuaranteeError::Setting {
            field: "preset",
            found: format!("{name:?}"),
            allowed: "sigma, penalty, xi or kappa",
        })
    }
}

impl CurveResult {
    fn new(curve: Curve, map: Rc<GuaranteeMap>) -> Self {
        let retention = map.retention(curve.validator_share);
        Self { curve, map, retention }
    }

    /// Whether the claim holds within 2 percentage points; `None` without a claim, or when the map
    /// does not have its stakes.
    #[must_use]
    pub fn holds(&self) -> Option<bool> {
        match self.curve.claim? {
            Claim::Needed { honest_stake, utility } => {
                let found = self.at(honest_stake)?.mean();
                Some(found.is_some_and(|found| (found - utility).abs() <= TOLERANCE))
            }
            Claim::NoneBelow { honest_stake } => {
                let mut below = self.retention.iter().filter(|r| r.honest_stake < honest_stake);
                let first = below.next()?;
                let none =
                    |retention: &Retention| retention.unprotected() == retention.needed.len();
                Some(none(first) && below.all(none))
            }
        }
    }

    /// What is needed at an honest stake, if the map has it.
    #[must_use]
    pub fn at(&self, honest_stake: f64) -> Option<&Retention> {
        self.retention.iter().find(|r| (r.honest_stake - honest_stake).abs() < 1e-9)
    }
}
