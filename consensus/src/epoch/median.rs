//! Stake-weighted median of one column.
//!
//! The chain finds it by a partition search. With whole-number sums, which never round, that
//! search has a closed answer. Let `L(v)` be the stake strictly below a score `v` and `E(v)` the
//! stake at it. The search keeps a set of candidates that is a contiguous range of scores, and its
//! `lo` is exactly the stake below that range, its `hi` the stake up to the range's end: both hold
//! at the start, and each step adds or removes exact sums. So at pivot `v` it goes down if
//! `minority < L(v)`, up if `L(v) + E(v) <= minority`, and otherwise stays: for
//! `0 <= minority < total` it ends at the one score with `L(v) <= minority < L(v) + E(v)`, whatever
//! the pivots. For a negative minority it always goes down while anything is below, so it ends at
//! the smallest score; for `minority >= total` at the largest.

/// One validator's score of a neuron, with its stake.
pub(super) type Vote = (u64, u64);

/// Smallest score with more than `minority` stake at or below it. `below` is the stake of voters
/// that are not in `votes` because they score less than everyone in it. `spare` is scratch space of
/// at least the same length. Requires `below <= minority < below + sum of votes`.
pub(super) fn weighted_median(
    votes: &mut [Vote],
    spare: &mut [Vote],
    mut below: u64,
    minority: u64,
) -> u64 {
    let (mut votes, mut spare) = (votes, spare);
    while votes.len() > SMALL {
        let pivot = middle_of_three(votes);
        let parts = partition(votes, spare, pivot);
        if minority < below + parts.lower_stake {
            votes = &mut votes[..parts.lower];
        } else if below + parts.lower_stake + parts.equal_stake <= minority {
            below += parts.lower_stake + parts.equal_stake;
            (votes, spare) = (&mut spare[..parts.upper], votes);
        } else {
            return pivot;
        }
    }
    by_insertion(votes, below, minority)
}

const SMALL: usize = 8;

fn middle_of_three(votes: &[Vote]) -> u64 {
    let (a, b, c) = (votes[0].0, votes[votes.len() / 2].0, votes[votes.len() - 1].0);
    a.max(b).min(a.min(b).max(c))
}

struct Parts {
    lower: usize,
    upper: usize,
    lower_stake: u64,
    equal_stake: u64,
}

/// Moves what is below the pivot to the front of `votes` and what is above to `upper`. Written
/// without a branch on the data: every vote is stored to both sides, and the ends move or not.
#[inline(always)]
fn partition(votes: &mut [Vote], spare: &mut [Vote], pivot: u64) -> Parts {
    let mut parts = Parts { lower: 0, upper: 0, lower_stake: 0, equal_stake: 0 };
    let spare = &mut spare[..votes.len()];
    for i in 0..votes.len() {
        let vote = votes[i];
        let (is_lower, is_upper) = (vote.0 < pivot, vote.0 > pivot);
        votes[parts.lower] = vote;
        spare[parts.upper] = vote;
        parts.lower += usize::from(is_lower);
        parts.upper += usize::from(is_upper);
        parts.lower_stake += if is_lower { vote.1 } else { 0 };
        parts.equal_stake += if is_lower | is_upper { 0 } else { vote.1 };
    }
    parts
}

fn by_insertion(votes: &mut [Vote], mut below: u64, minority: u64) -> u64 {
    for i in 1..votes.len() {
        let mut j = i;
        while j > 0 && votes[j - 1].0 > votes[j].0 {
            votes.swap(j - 1, j);
            j -= 1;
        }
    }
    for vote in votes.iter() {
        below += vote.1;
        if below > minority {
            return vote.0;
        }
    }
    votes.last().map_or(0, |vote| vote.0)
}
