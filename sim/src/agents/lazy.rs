//! Honest, but only now and then: between updates its old weights stand, however wrong they became.

use super::{Decision, View, honest};

/// Whether this is an epoch of an update; the first after joining always is.
pub(super) fn is_due(update_every_epochs: u64, epochs_since_start: u64) -> bool {
    epochs_since_start.is_multiple_of(update_every_epochs.max(1))
}

pub(super) fn decide(every: u64, view: &View<'_>, weights: &mut [f64]) -> Decision {
    if is_due(every, view.epochs_since_start) {
        honest::decide(view, weights)
    } else {
        Decision::Keep
    }
}
