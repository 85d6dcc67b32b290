//! Yuma 3: each bond moves between 0 and 1 towards its weight, apart from stake; stake counts when
//! bonds pay. A validator that gains stake is paid for it at once.

use super::steps::clipped;
use super::{Decision, Definition, RuleParams, View};

pub(super) const RULE: Definition = Definition {
    name: "yuma3",
    title: "Yuma 3 (Rhef+relative bonds)",
    params: RuleParams { bonds_moving_average: 0.975, ..RuleParams::PUBLISHED },
    has_penalty: false,
    can_reset: true,
    decide,
};

fn decide(view: &View<'_>) -> Decision {
    let incentive = view.incentive(&clipped(&view.weights, &view.consensus));
    let rate = 1.0 - view.params.bonds_moving_average;
    let bonds = view.relative(|_, _, _| rate);
    let dividends = view.paid_by_stake(&bonds, &incentive);
    Decision { incentive, bonds, dividends }
}
