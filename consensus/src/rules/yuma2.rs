//! Yuma 2, the chain's default: bonds are an average over epochs, so that finding a good miner
//! early pays for a while.

use super::steps::{clipped, column_shares, paid};
use super::{Decision, Definition, RuleParams, View};

pub(super) const RULE: Definition = Definition {
    name: "yuma2",
    title: "Yuma 2 (subtensor)",
    params: RuleParams::PUBLISHED,
    has_penalty: true,
    can_reset: false,
    decide,
};

fn decide(view: &View<'_>) -> Decision {
    let clipped = clipped(&view.weights, &view.consensus);
    let incentive = view.incentive(&clipped);
    let bonds = view.averaged(column_shares(&view.claims(&view.weights, &clipped), 0.0));
    let dividends = paid(&bonds, &incentive);
    Decision { incentive, bonds, dividends }
}
