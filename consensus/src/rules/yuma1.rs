//! Yuma 1: whoever claims a miner now is paid by it now; nothing is remembered.

use super::steps::{SLACK, clipped, column_shares, paid};
use super::{Decision, Definition, RuleParams, View};

pub(super) const RULE: Definition = Definition {
    name: "yuma1",
    title: "Yuma 1",
    params: RuleParams { bonds_moving_average: 0.0, ..RuleParams::PUBLISHED },
    has_penalty: true,
    can_reset: false,
    decide,
};

fn decide(view: &View<'_>) -> Decision {
    let clipped = clipped(&view.weights, &view.consensus);
    let incentive = view.incentive(&clipped);
    let bonds = column_shares(&view.claims(&view.weights, &clipped), SLACK);
    let dividends = paid(&bonds, &incentive);
    Decision { incentive, bonds, dividends }
}
