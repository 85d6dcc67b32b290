//! How a subnet's dividends reach stakers: from the validator that earned them to the parents of
//! its childkeys, on to alpha and root stakers, and less the validator's take.
//!
//! Source: `pallets/subtensor/src/coinbase/run_coinbase.rs` of the public runtime, spec version
//! 425.

use super::number::U96F32;

/// One hotkey that dividends are owed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DividendClaim {
    /// Alpha staked to the hotkey on the subnet.
    pub alpha_stake_rao: u64,
    /// TAO staked to the hotkey on root.
    pub root_stake_rao: u64,
    /// What the epoch owes it; only proportions between hotkeys count.
    pub dividend: U96F32,
}

/// What a hotkey gets, fractions of rao included; the chain cuts them after the take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DividendPart {
    /// For its alpha stakers.
    pub alpha: U96F32,
    /// For its root stakers.
    pub root_alpha: U96F32,
}

/// Distributes an epoch's pending alpha over hotkeys. Each one's dividend splits into a root part,
/// by its root stake's weight in its whole stake, and an alpha part; the two pending amounts are
/// then shared by the parts of all hotkeys. One entry per claim, in their order.
/// `tao_weight` is the stored u64, u64::MAX being 1.0.
#[must_use]
pub fn distribute_dividends(
    pending_validator_alpha_rao: u64,
    pending_root_alpha_rao: u64,
    tao_weight: u64,
    claims: &[DividendClaim],
) -> Vec<DividendPart> {
    let tao_weight = U96F32::ratio_u64(tao_weight);
    let parts: Vec<_> = claims.iter().map(|claim| split_by_stake(claim, tao_weight)).collect();
    let total = parts.iter().fold(DividendPart::default(), |total, part| DividendPart {
        alpha: total.alpha.plus(part.alpha),
        root_alpha: total.root_alpha.plus(part.root_alpha),
    });
    let alpha = U96F32::whole(pending_validator_alpha_rao);
    let root = U96F32::whole(pending_root_alpha_rao);
    let paid = |part: DividendPart| DividendPart {
        alpha: alpha.times(part.alpha.over(total.alpha)),
        root_alpha: root.times(part.root_alpha.over(total.root_alpha)),
    };
    parts.into_iter().map(paid).collect()
}

/// One dividend as its alpha and root stakers earned it.
fn split_by_stake(claim: &DividendClaim, tao_weight: U96F32) -> DividendPart {
    let root = U96F32::whole(claim.root_stake_rao).times(tao_weight);
    let proportion = root.over(U96F32::whole(claim.alpha_stake_rao).plus(root));
    let root_alpha = claim.dividend.times(proportion);
    DividendPart { alpha: claim.dividend.minus(root_alpha), root_alpha }
}

/// Takes a validator's part off an amount: (take, rest), both cut to rao. `take` is in 1/65535.
#[must_use]
pub fn split_take(amount: U96F32, take: u16) -> (u64, u64) {
    let taken = U96F32::ratio_u16(take).times(amount);
    (taken.to_u64(), amount.minus(taken).to_u64())
}

/// The part of an epoch's miner emission that went to hotkeys of the owner; 0 without emission.
#[must_use]
pub fn withheld_proportion(withheld_rao: u64, total_rao: u64) -> U96F32 {
    U96F32::whole(withheld_rao).over(U96F32::whole(total_rao))
}

/// A parent of a childkey, as far as its dividends go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParentClaim {
    /// Part of the parent's stake that works through the child; u64::MAX is 1.0.
    pub proportion: u64,
    /// The parent's own alpha stake on the subnet.
    pub alpha_stake_rao: u64,
    /// The parent's own root stake.
    pub root_stake_rao: u64,
    /// Whether one coldkey owns both: then nothing is taken.
    pub same_owner: bool,
}

/// What the split of a childkey's dividends reads besides the parents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChildClaim {
    /// Dividends of the childkey, in rao.
    pub dividends_rao: u64,
    /// [`self_contribution_rao`] of the childkey.
    pub self_contribution_rao: u64,
    /// The childkey's take, in 1/65535.
    pub take: u16,
    /// The part recycled of what goes to parents of other owners; u64::MAX is 1.0.
    pub burn: u64,
    /// The stored tao weight; u64::MAX is 1.0.
    pub tao_weight: u64,
}

/// A childkey's dividends after the split, in rao.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChildSplit {
    /// One entry per parent, in their order.
    pub parents_rao: Vec<u64>,
    /// The childkey's own part, takes included.
    pub child_rao: u64,
    /// What is recycled, one entry per parent, each cut on its own.
    pub recycled_rao: Vec<u64>,
}

/// The stake that a hotkey works with itself: what its own childkeys leave it. `children` are the
/// proportions given to them, u64::MAX being 1.0.
#[must_use]
pub fn self_contribution_rao(
    alpha_stake_rao: u64,
    root_stake_rao: u64,
    tao_weight: u64,
    children: &[u64],
) -> u64 {
    let kept =
        children.iter().fold(U96F32::ONE, |kept, child| kept.minus(U96F32::ratio_u64(*child)));
    contribution(alpha_stake_rao, root_stake_rao, tao_weight, kept).to_u64()
}

fn contribution(alpha_rao: u64, root_rao: u64, tao_weight: u64, part: U96F32) -> U96F32 {
    let root = U96F32::whole(root_rao).times(part).times(U96F32::ratio_u64(tao_weight));
    U96F32::whole(alpha_rao).times(part).plus(root)
}

/// Splits a childkey's dividends over itself and its parents by the stake each contributes. From
/// parents of other owners the childkey keeps its take, and a part is recycled.
#[must_use]
pub fn split_with_parents(child: &ChildClaim, parents: &[ParentClaim]) -> ChildSplit {
    let contribution_of = |parent: &ParentClaim| {
        let part = U96F32::ratio_u64(parent.proportion);
        contribution(parent.alpha_stake_rao, parent.root_stake_rao, child.tao_weight, part)
    };
    let contributions: Vec<_> = parents.iter().map(contribution_of).collect();
    let own = U96F32::whole(child.self_contribution_rao);
    let total = contributions.iter().fold(own, |sum, part| sum.plus(*part));
    let dividends = U96F32::whole(child.dividends_rao);
    let (mut left, mut taken) = (dividends, U96F32::ZERO);
    let mut split = ChildSplit::default();
    for (parent, contribution) in parents.iter().zip(contributions) {
        let mut part = dividends.times(contribution.over(total));
        left = left.minus(part);
        let mut recycled = U96F32::ZERO;
        if !parent.same_owner {
            recycled = U96F32::ratio_u64(child.burn).times(part);
            let take = U96F32::ratio_u16(child.take).times(part);
            part = part.minus(recycled).minus(take);
            taken = taken.plus(take);
        }
        split.parents_rao.push(part.to_u64());
        split.recycled_rao.push(recycled.to_u64());
    }
    split.child_rao = left.plus(taken).to_u64();
    split
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: u64 = 1 << 63;

    fn claim(alpha_stake_rao: u64, root_stake_rao: u64, dividend_rao: u64) -> DividendClaim {
        let dividend = U96F32::whole(dividend_rao);
        DividendClaim { alpha_stake_rao, root_stake_rao, dividend }
    }

    fn paid(parts: &[DividendPart]) -> Vec<(u64, u64)> {
        parts.iter().map(|part| (part.alpha.to_u64(), part.root_alpha.to_u64())).collect()
    }

    #[test]
    fn alpha_and_root_stakers_share_by_stake() {
        let claims = [claim(100, 0, 300), claim(100, 200, 100)];
        // Root weighs half: the second hotkey's dividend splits 50 to 50, its share of the alpha
        // being 50 in 350. Shares are cut to 32 bits, so that whole results fall just short.
        let parts = distribute_dividends(7000, 1000, HALF + 1, &claims);
        assert_eq!(paid(&parts), [(5999, 0), (999, 1000)]);
    }

    #[test]
    fn without_stake_or_claims_nothing_breaks() {
        assert_eq!(distribute_dividends(1, 1, HALF, &[]), []);
        // A dividend without any stake counts as alpha; root's pending amount stays unpaid.
        assert_eq!(paid(&distribute_dividends(10, 5, HALF, &[claim(0, 0, 3)])), [(10, 0)]);
        assert_eq!(paid(&distribute_dividends(10, 5, HALF, &[claim(9, 9, 0)])), [(0, 0)]);
    }

    #[test]
    fn a_take_is_cut_on_both_sides() {
        assert_eq!(split_take(U96F32::whole(1000), 11_796), (179, 820));
        assert_eq!(split_take(U96F32::whole(1000), 0), (0, 1000));
        assert_eq!(split_take(U96F32::whole(1000), u16::MAX), (1000, 0));
    }

    #[test]
    fn withheld_parts() {
        assert_eq!(withheld_proportion(1, 2), U96F32::from_bits(1 << 31));
        assert_eq!(withheld_proportion(1, 0), U96F32::ZERO);
    }

    const CHILD: ChildClaim = ChildClaim {
        dividends_rao: 1000,
        self_contribution_rao: 100,
        take: u16::MAX / 5,
        burn: 0,
        tao_weight: 0,
    };

    #[test]
    fn parents_get_their_part_less_the_take() {
        let parent = ParentClaim {
            proportion: u64::MAX,
            alpha_stake_rao: 300,
            root_stake_rao: 0,
            same_owner: false,
        };
        // A fifth of 750 is taken; the take is cut to 32 bits before, and the sum after.
        let split = split_with_parents(&CHILD, &[parent]);
        assert_eq!((split.parents_rao, split.child_rao), (vec![600], 399));
        let split = split_with_parents(&CHILD, &[ParentClaim { same_owner: true, ..parent }]);
        assert_eq!((split.parents_rao, split.child_rao), (vec![750], 250));
        let burning = ChildClaim { burn: HALF, ..CHILD };
        let split = split_with_parents(&burning, &[parent]);
        assert_eq!((split.parents_rao[0], split.recycled_rao[0], split.child_rao), (225, 375, 399));
        assert_eq!(split_with_parents(&CHILD, &[]).child_rao, 1000);
    }

    #[test]
    fn children_reduce_what_a_key_works_with() {
        assert_eq!(self_contribution_rao(1000, 0, 0, &[]), 1000);
        assert_eq!(self_contribution_rao(1000, 1000, u64::MAX, &[HALF]), 1000);
        assert_eq!(self_contribution_rao(1000, 0, 0, &[u64::MAX, u64::MAX]), 0);
    }
}
