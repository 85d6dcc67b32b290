//! Yuma 2B: this epoch's consensus judges the weights of the epoch before, so that whoever found a
//! miner first is not cut for being ahead of the majority.

use super::steps::{clipped, column_shares, paid};
use super::{Decision, Definition, RuleParams, View};

pub(super) const RULE: Definition = Definition {
    name: "yuma2b",
    title: "Yuma 2B (Adrian-Fish)",
    params: RuleParams::PUBLISHED,
    has_penalty: true,
    can_reset: false,
    decide,
};

fn decide(view: &View<'_>) -> Decision {
    let judged = view.previous.map_or(&view.weights, |previous| &previous.weights);
    let clipped = clipped(judged, &view.consensus);
    let incentive = view.incentive(&clipped);
    let bonds = view.averaged(column_shares(&view.claims(judged, &clipped), 0.0));
    let dividends = paid(&bonds, &incentive);
    Decision { incentive, bonds, dividends }
}
