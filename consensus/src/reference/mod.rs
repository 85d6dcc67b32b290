//! The epoch as plainly as possible: the chain's number library, sparse rows, the steps of the
//! protocol page in their order. No cleverness; this is the specification in code.
//!
//! Compiled for tests and benches only (feature `reference`). Source of every rule: the public
//! runtime, `pallets/subtensor/src/epoch`, spec version 425.

mod bonds;
mod matrix;
mod number;

use substrate_fixed::types::{I32F32, I64F64, I96F32, U96F32};

use crate::{EpochDetail, EpochError, EpochInput, EpochOutput, OwnedRows};
use matrix::{Matrix, normalise, row_sums};
use number::{ratio, safe_div, to_u16, total};

/// One epoch, see [`crate::Epoch::run`].
///
/// # Errors
/// When inputs disagree in length or a row is malformed.
pub fn epoch(input: &EpochInput<'_>) -> Result<EpochOutput, EpochError> {
    epoch_with_detail(input).map(|(output, _)| output)
}

/// One epoch with the matrices behind it, see [`crate::Epoch::run_with_detail`].
///
/// # Errors
/// When inputs disagree in length or a row is malformed.
pub fn epoch_with_detail(input: &EpochInput<'_>) -> Result<(EpochOutput, EpochDetail), EpochError> {
    input.check(&mut Vec::new())?;
    let p = input.params;
    let n = input.n();

    // 1. Activity.
    let active: Vec<bool> = (input.last_update.iter())
        .map(|updated| updated.saturating_add(p.activity_cutoff) >= p.current_block)
        .collect();

    // 2. Stake.
    let stake = normalised_stake(input);

    // 3. Permits.
    let mut permit = input.validator_permit.to_vec();
    let mut new_permit = top_nonzero(&stake, usize::from(p.max_allowed_validators));
    for permits in [&mut permit, &mut new_permit] {
        if let Some(owner) = p.owner_uid.and_then(|uid| permits.get_mut(usize::from(uid))) {
            *owner = true;
        }
    }

    // 4. Active stake.
    let mut active_stake = stake.clone();
    for (i, s) in active_stake.iter_mut().enumerate() {
        if !active[i] || !permit[i] {
            *s = I32F32::from_bits(0);
        }
    }
    normalise(&mut active_stake);

    // 5. Weights.
    let weights = masked_weights(input, &permit);

    // 6. Consensus.
    let consensus = consensus(&active_stake, &weights, n, ratio(p.kappa));

    // 7. Clipping, trust, rank, incentive.
    let clipped = clip(&weights, &consensus);
    let validator_trust = row_sums(&clipped);
    let rank = rank(&clipped, &active_stake, n);
    let mut incentive = rank.clone();
    normalise(&mut incentive);

    // 8. Bonds and dividends.
    let for_bonds = matrix::interpolate(&weights, &clipped, ratio(p.bonds_penalty), n);
    let (stored, dividends) = if p.yuma3 {
        bonds::yuma3(input, &for_bonds, &consensus, &incentive, &active_stake)
    } else {
        bonds::yuma2(input, &for_bonds, &incentive, &active_stake)
    };

    // 9. Emission.
    let shares = emission_shares(&incentive, &dividends, &active_stake, &stake);
    let [server_emission, validator_emission, combined_emission] =
        shares.map(|share| amounts(&share, p.rao_emission));

    // 10. Storage.
    let mut rows = OwnedRows::new();
    for (i, row) in stored.iter().enumerate() {
        let kept = if new_permit[i] { row.as_slice() } else { &[] };
        rows.push_row(kept.iter().map(|&(j, b)| (j, to_u16(b))));
    }
    let output = EpochOutput {
        active,
        consensus: cut(&consensus),
        incentive: cut(&incentive),
        dividends: cut(&dividends),
        validator_trust: cut(&validator_trust),
        stake_weight: cut(&stake),
        bonds: rows,
        bonds_untouched: (0..n).map(|i| !new_permit[i] && !permit[i]).collect(),
        new_validator_permit: new_permit,
        server_emission,
        validator_emission,
        combined_emission,
        consensus_bits: bits(&consensus),
        incentive_bits: bits(&incentive),
        dividends_bits: bits(&dividends),
        validator_trust_bits: bits(&validator_trust),
    };
    let detail = EpochDetail {
        stake_bits: bits(&stake),
        active_stake_bits: bits(&active_stake),
        normalised_weights: matrix_bits(&weights),
        clipped_weights: matrix_bits(&clipped),
        rank_bits: bits(&rank),
    };
    Ok((output, detail))
}

/// Alpha plus weighted root TAO, filtered by the threshold, divided by the sum.
fn normalised_stake(input: &EpochInput<'_>) -> Vec<I32F32> {
    let p = input.params;
    let tao_weight = U96F32::saturating_from_num(p.tao_weight)
        .checked_div(U96F32::saturating_from_num(u64::MAX))
        .unwrap_or_default();
    let tao_weight = I64F64::saturating_from_num(tao_weight);
    let mut stake: Vec<I64F64> = (0..input.n())
        .map(|i| {
            let alpha = I64F64::saturating_from_num(input.alpha_stake_rao[i]);
            let tao = I64F64::saturating_from_num(input.tao_stake_rao[i]);
            let total = alpha.saturating_add(tao.saturating_mul(tao_weight));
            let is_owner = p.owner_uid.map(usize::from) == Some(i);
            let too_little = total.saturating_to_num::<u64>() < p.min_stake;
            if too_little && !is_owner { I64F64::from_bits(0) } else { total }
        })
        .collect();
    let sum = stake.iter().fold(I64F64::from_bits(0), |sum, s| sum.saturating_add(*s));
    if sum != I64F64::from_bits(0) {
        for s in &mut stake {
            *s = s.checked_div(sum).unwrap_or_default();
        }
    }
    stake.into_iter().map(I32F32::saturating_from_num).collect()
}

/// Who has non-zero stake and is among the `k` largest; the lowest uid loses a tie.
fn top_nonzero(stake: &[I32F32], k: usize) -> Vec<bool> {
    let mut top: Vec<bool> = stake.iter().map(|s| *s != I32F32::from_bits(0)).collect();
    let mut order: Vec<usize> = (0..stake.len()).collect();
    order.sort_by_key(|&i| stake[i]);
    for &i in order.iter().take(stake.len().saturating_sub(k)) {
        top[i] = false;
    }
    top
}

/// Weights that count, each row divided by its sum.
fn masked_weights(input: &EpochInput<'_>, permit: &[bool]) -> Matrix {
    let p = input.params;
    let n = input.n();
    let mut weights: Matrix = vec![Vec::new(); n];
    for i in (0..n).filter(|&i| permit[i]) {
        for (uid, weight) in input.weights.row(i) {
            let j = usize::from(uid);
            if j >= n || (i == j && p.owner_uid != Some(uid)) {
                continue;
            }
            let registered = input.block_at_registration[j];
            let outdated = input.last_update[i] <= registered;
            let hidden = p.commit_reveal && input.commit_block[i] < registered;
            if !outdated && !hidden {
                weights[i].push((uid, I32F32::from_num(weight)));
            }
        }
    }
    for row in &mut weights {
        let sum = total(row.iter().map(|(_, w)| *w));
        if sum > I32F32::from_bits(0) {
            for (_, w) in row {
                *w = safe_div(*w, sum);
            }
        }
    }
    weights
}

/// Stake-weighted median of every column over the validators with positive active stake.
fn consensus(active_stake: &[I32F32], weights: &Matrix, n: usize, kappa: I32F32) -> Vec<I32F32> {
    let zero = I32F32::from_bits(0);
    let voters: Vec<usize> = (0..n).filter(|&i| active_stake[i] > zero).collect();
    let mut stake: Vec<I32F32> = voters.iter().map(|&i| active_stake[i]).collect();
    normalise(&mut stake);
    let stake_sum = total(stake.iter().copied());
    let minority = stake_sum.saturating_sub(kappa);
    let mut scores = vec![vec![zero; voters.len()]; n];
    for (k, &i) in voters.iter().enumerate() {
        for &(j, w) in &weights[i] {
            scores[usize::from(j)][k] = w;
        }
    }
    scores.iter().map(|score| weighted_median(&stake, score, minority, stake_sum)).collect()
}

/// The chain's partition search, as the protocol page words it.
fn weighted_median(
    stake: &[I32F32],
    score: &[I32F32],
    minority: I32F32,
    stake_sum: I32F32,
) -> I32F32 {
    let zero = I32F32::from_bits(0);
    let (mut lo, mut hi) = (zero, stake_sum);
    let mut partition: Vec<usize> = (0..score.len()).collect();
    loop {
        match partition.len() {
            0 => return zero,
            1 => return score[partition[0]],
            _ => {}
        }
        let pivot = score[partition[partition.len() / 2]];
        let side = |keep: &dyn Fn(I32F32) -> bool| {
            let part: Vec<usize> = partition.iter().copied().filter(|&k| keep(score[k])).collect();
            let held = total(part.iter().map(|&k| stake[k]));
            (part, held)
        };
        let (lower, below) = side(&|s| s < pivot);
        let (upper, above) = side(&|s| s > pivot);
        if minority < lo.saturating_add(below) && !lower.is_empty() {
            hi = lo.saturating_add(below);
            partition = lower;
        } else if hi.saturating_sub(above) <= minority && !upper.is_empty() {
            lo = hi.saturating_sub(above);
            partition = upper;
        } else {
            return pivot;
        }
    }
}

/// Weights cut at the consensus of their column; above a consensus of 0 they vanish.
fn clip(weights: &Matrix, consensus: &[I32F32]) -> Matrix {
    let cut = |&(j, w): &(u16, I32F32)| {
        let cap = consensus[usize::from(j)];
        match cap < w {
            true if cap > I32F32::from_bits(0) => Some((j, cap)),
            true => None,
            false => Some((j, w)),
        }
    };
    weights.iter().map(|row| row.iter().filter_map(cut).collect()).collect()
}

/// Stake-weighted column sums.
fn rank(clipped: &Matrix, active_stake: &[I32F32], n: usize) -> Vec<I32F32> {
    let mut rank = vec![I32F32::from_bits(0); n];
    for (row, s) in clipped.iter().zip(active_stake) {
        for &(j, w) in row {
            let r = &mut rank[usize::from(j)];
            *r = r.saturating_add(s.saturating_mul(w));
        }
    }
    rank
}

/// Shares of miners, validators and both together in the emission. Without any incentive or
/// dividend the validators share by active stake, or by stake.
fn emission_shares(
    incentive: &[I32F32],
    dividends: &[I32F32],
    active_stake: &[I32F32],
    stake: &[I32F32],
) -> [Vec<I32F32>; 3] {
    let zero = I32F32::from_bits(0);
    let mut combined: Vec<I32F32> =
        incentive.iter().zip(dividends).map(|(i, d)| i.saturating_add(*d)).collect();
    let sum = total(combined.iter().copied());
    let (mut server, mut validator) = (incentive.to_vec(), dividends.to_vec());
    if sum != zero {
        for share in [&mut server, &mut validator, &mut combined] {
            for s in share.iter_mut() {
                *s = safe_div(*s, sum);
            }
        }
    } else {
        let nobody_active = total(active_stake.iter().copied()) == zero;
        let fallback = if nobody_active { stake } else { active_stake };
        validator = fallback.to_vec();
        combined = fallback.to_vec();
    }
    [server, validator, combined]
}

fn amounts(share: &[I32F32], rao_emission: u64) -> Vec<u64> {
    let emission = I96F32::saturating_from_num(rao_emission);
    let amount =
        |s: &I32F32| I96F32::from_num(*s).saturating_mul(emission).saturating_to_num::<u64>();
    share.iter().map(amount).collect()
}

fn cut(values: &[I32F32]) -> Vec<u16> {
    values.iter().map(|v| to_u16(*v)).collect()
}

fn bits(values: &[I32F32]) -> Vec<i64> {
    values.iter().map(|v| v.to_bits()).collect()
}

fn matrix_bits(rows: &Matrix) -> Vec<Vec<(u16, i64)>> {
    rows.iter().map(|row| row.iter().map(|&(j, v)| (j, v.to_bits())).collect()).collect()
}
