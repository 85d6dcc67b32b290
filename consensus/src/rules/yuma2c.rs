//! Yuma 2C: bonds decay and are bought anew with a capacity that grows with stake, whatever the
//! consensus says of the weights.

use super::steps::{SLACK, clipped, column_shares, paid};
use super::{Decision, Definition, RuleParams, View};

pub(super) const RULE: Definition = Definition {
    name: "yuma2c",
    title: "Yuma 2C (Rhef+reset)",
    params: RuleParams::PUBLISHED,
    has_penalty: false,
    can_reset: true,
    decide,
};

/// Bonds in one miner that all stake together can hold: 2^64 - 1, as near as a float comes.
const CAPACITY: f64 = u64::MAX as f64;

fn decide(view: &View<'_>) -> Decision {
    let incentive = view.incentive(&clipped(&view.weights, &view.consensus));
    let bonds = view.weights.map(|i, j, weight| {
        let (old, capacity) = (view.old_bond(i, j), view.stake[i] * CAPACITY);
        let budget = (view.params.capacity_alpha * capacity).min((capacity - old).max(0.0));
        ((1.0 - view.params.decay_rate) * old + budget * weight).min(capacity)
    });
    let dividends = paid(&column_shares(&bonds, SLACK), &incentive);
    Decision { incentive, bonds, dividends }
}
