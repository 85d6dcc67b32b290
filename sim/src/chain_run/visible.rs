//! What a copier copies: the consensus of the weights that anybody can read on the chain right now.
//!
//! It is the chain's own median at kappa over normalised rows, in floating point: a copier's
//! estimate of what the epoch to come would decide, not the epoch itself.

use crate::chain::{State, Subnet};

/// The consensus of the visible weights on a subnet by uid, on a scale on which the largest is
/// 65535; the row of `own_uid` is left out. All zero while nobody else has weights.
pub(super) fn consensus(state: &State, subnet: &Subnet, own_uid: u16) -> Vec<u16> {
    let rows = judges(state, subnet, own_uid);
    let total: f64 = rows.iter().map(|row| row.stake).sum();
    let majority = f64::from(subnet.hyper.kappa) / f64::from(u16::MAX);
    let n = subnet.neurons.len();
    // Each column's entries, in uid order of the judges.
    let mut columns: Vec<Vec<(u16, f64, f64)>> = vec![Vec::new(); n];
    for row in &rows {
        for (uid, value) in row.weights.iter().filter(|(_, value)| *value > 0) {
            if row.last_update > subnet.neurons.block_at_registration[usize::from(*uid)] {
                let weight = f64::from(*value) / row.sum;
                columns[usize::from(*uid)].push((row.uid, weight, row.stake));
            }
        }
    }
    let medians: Vec<f64> =
        columns.into_iter().map(|column| median(column, total, majority * total)).collect();
    let max = medians.iter().copied().fold(0.0, f64::max);
    let scale = |median: &f64| if max > 0.0 { (median / max * 65_535.0 + 0.5) as u16 } else { 0 };
    medians.iter().map(scale).collect()
}

/// A row that counts.
struct Judge<'a> {
    uid: u16,
    stake: f64,
    last_update: u64,
    weights: &'a [(u16, u16)],
    sum: f64,
}

/// Rows of everybody with a permit, stake and fresh weights, apart from one.
fn judges<'a>(state: &State, subnet: &'a Subnet, own_uid: u16) -> Vec<Judge<'a>> {
    let (neurons, mechanism) = (&subnet.neurons, &subnet.mechanisms[0]);
    let tao_weight = state.globals.tao_weight as f64 / u64::MAX as f64;
    let cutoff = subnet.hyper.activity_cutoff_blocks();
    let judge = |(uid, hotkey): (u16, &crate::chain::AccountId)| {
        let at = usize::from(uid);
        let weights = mechanism.weights[at].as_slice();
        let sum: u64 = weights.iter().map(|(_, value)| u64::from(*value)).sum();
        let last_update = mechanism.last_update[at];
        let counts = uid != own_uid
            && neurons.validator_permit[at]
            && sum > 0
            && last_update + cutoff >= state.block;
        counts.then(|| {
            let alpha = state.inherited_alpha_rao(*hotkey, subnet) as f64;
            let tao = state.inherited_tao_rao(*hotkey, subnet) as f64;
            Judge { uid, stake: alpha + tao * tao_weight, last_update, weights, sum: sum as f64 }
        })
    };
    (0..).zip(&neurons.hotkeys).filter_map(judge).filter(|judge| judge.stake > 0.0).collect()
}

/// The first weight, from below, with more than the minority's stake at or below it; judges that
/// give nothing count as zeros.
fn median(mut column: Vec<(u16, f64, f64)>, total: f64, majority: f64) -> f64 {
    column.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    let given: f64 = column.iter().map(|(_, _, stake)| stake).sum();
    let minority = total - majority;
    let mut below = total - given;
    if below > minority {
        return 0.0;
    }
    for (_, weight, stake) in column {
        below += stake;
        if below > minority {
            return weight;
        }
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_has_a_majority_above_it() {
        let column = || vec![(0, 0.3, 1.0), (1, 0.1, 1.0), (2, 0.2, 1.0)];
        assert_eq!(median(column(), 3.0, 1.5), 0.2);
        // A larger majority asks for more agreement.
        assert_eq!(median(column(), 3.0, 2.5), 0.1);
        // Half of the stake gives nothing.
        assert_eq!(median(column(), 6.5, 3.25), 0.0);
        assert_eq!(median(Vec::new(), 0.0, 0.0), 0.0);
    }
}
