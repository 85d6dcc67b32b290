//! Yuma 3 with liquid alpha: a bond moves the faster, the further the weight is above what others
//! support (buying) or below what is held (selling). The first epoch has nothing to compare with
//! and moves as Yuma 3 does.

use super::steps::clipped;
use super::{Decision, Definition, LiquidConsensus, RuleParams, View, yuma3};

pub(super) const RULE: Definition = Definition {
    name: "yuma3_liquid",
    title: "Yuma 3 (Rhef+relative bonds), liquid alpha on",
    decide,
    ..yuma3::RULE
};

fn decide(view: &View<'_>) -> Decision {
    let incentive = view.incentive(&clipped(&view.weights, &view.consensus));
    let others = others_support(view);
    let bonds = view.relative(|i, j, weight| match &others {
        Some(others) => liquid_rate(view.params, weight, others[j], view.old_bond(i, j)),
        None => 1.0 - view.params.bonds_moving_average,
    });
    let dividends = view.paid_by_stake(&bonds, &incentive);
    Decision { incentive, bonds, dividends }
}

/// The consensus that weights are measured against, per column; `None` in the first epoch.
fn others_support(view: &View<'_>) -> Option<Vec<f64>> {
    let (current, previous) = (&view.consensus, &view.previous?.consensus);
    Some(match view.params.liquid_consensus {
        LiquidConsensus::Current => current.clone(),
        LiquidConsensus::Previous => previous.clone(),
        LiquidConsensus::Mixed => current.iter().zip(previous).map(|(a, b)| a.max(*b)).collect(),
    })
}

fn liquid_rate(params: &RuleParams, weight: f64, consensus: f64, bond: f64) -> f64 {
    let distance = if weight >= bond { weight - consensus } else { bond - weight };
    let steep = params.alpha_sigmoid_steepness * (distance.clamp(0.0, 1.0) - 0.5);
    let sigmoid = 1.0 / (1.0 + libm::exp(-steep));
    params.alpha_low + sigmoid * (params.alpha_high - params.alpha_low)
}
