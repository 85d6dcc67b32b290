//! Copies a past consensus instead of working: it sets as weights what the others agreed on.

use super::{Decision, View};

/// Sets nothing while there is no consensus of that age, or it gives nobody anything.
pub(super) fn decide(delay_epochs: u64, view: &View<'_>, weights: &mut [f64]) -> Decision {
    let Some(consensus) = view.consensus.ago(delay_epochs) else {
        return Decision::Keep;
    };
    let miners = view.present.iter().zip(consensus);
    for (weight, (present, consensus)) in weights.iter_mut().zip(miners) {
        *weight = if *present { f64::from(*consensus) } else { 0.0 };
    }
    if weights.iter().all(|&weight| weight == 0.0) { Decision::Keep } else { Decision::Set }
}
