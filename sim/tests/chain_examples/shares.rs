//! Stake by shares: what many small and large moves leave of everybody's part.

use subsim_sim::chain::{AccountId, Share, StakePool};

use crate::net::near;

const ALICE: AccountId = AccountId(1);
const BOB: AccountId = AccountId(2);

/// primitives/share-pool/src/lib.rs, `test_get_value`, `test_division_by_zero`,
/// `test_max_shared_value` and `test_max_share_value`.
#[test]
fn a_share_is_its_part_of_the_whole() {
    let whole = Share::from_rao;
    let pool = |total, denominator, alice, bob| {
        StakePool::from_parts(total, denominator, vec![(ALICE, alice), (BOB, bob)])
    };
    let stakes = |pool: &StakePool| (pool.stake_rao(ALICE), pool.stake_rao(BOB));
    assert_eq!(stakes(&pool(100, whole(10), whole(3), whole(7))), (30, 70));
    assert_eq!(stakes(&pool(100, Share::ZERO, whole(3), whole(7))), (0, 0));
    let (alice, bob) = stakes(&pool(u64::MAX, whole(10), whole(3), whole(7)));
    near(alice + bob, u64::MAX, 5);
    let half = whole(u64::MAX / 2);
    let (alice, bob) = stakes(&pool(1_000_000_000, whole(u64::MAX), half, half));
    near(alice, 500_000_000, 1);
    near(bob, 500_000_000, 1);
}

/// primitives/share-pool/src/lib.rs, `test_denom_precision`, and staking2.rs,
/// `test_share_based_staking_denominator_precision`: what is left after taking nearly all is exact.
#[test]
fn what_is_left_is_exact() {
    let cases = [
        (1000, 990),
        (1000, 999),
        (1_000_000, 990_000),
        (1_000_000, 999_990),
        (1_000_000_000, 999_999_990),
        (1_000_000_000_000, 999_999_999_990),
    ];
    for (stake, taken) in cases {
        let mut pool = StakePool::default();
        for coldkey in [ALICE, BOB] {
            pool.increase(coldkey, stake);
            assert_eq!(pool.stake_rao(coldkey), stake);
            pool.decrease(coldkey, taken);
            assert_eq!(pool.stake_rao(coldkey), stake - taken);
        }
        assert_eq!(pool.stake_rao(ALICE), stake - taken);
    }
}

/// primitives/share-pool/src/lib.rs, `test_denom_high_precision`: a rao each, grown to half a
/// million alpha, taken out but for a few rao, and grown again.
#[test]
fn a_rao_grows_to_a_fortune_and_back() {
    let mut pool = StakePool::default();
    pool.increase(ALICE, 1);
    pool.increase(BOB, 1);
    pool.raise_all(999_999_999_999_998);
    pool.decrease(ALICE, 499_999_999_999_990);
    pool.decrease(BOB, 499_999_999_999_990);
    pool.raise_all(999_999_999_999_980);
    pool.increase(ALICE, 1_000_000_000_000);
    pool.increase(BOB, 1_000_000_000_000);
    near(pool.stake_rao(ALICE), 501_000_000_000_000, 1);
    near(pool.stake_rao(BOB), 501_000_000_000_000, 1);
}

/// primitives/share-pool/src/lib.rs, `test_denom_high_precision_many_small_unstakes`.
#[test]
fn a_thousand_small_steps_lose_nothing() {
    let mut pool = StakePool::default();
    pool.increase(ALICE, 1);
    pool.increase(BOB, 1);
    pool.raise_all(1_000_000_000_000_000);
    for _ in 0..1000 {
        pool.decrease(ALICE, 500_000_000);
        pool.decrease(BOB, 500_000_000);
    }
    pool.raise_all(1_000_000_000_000_000);
    pool.increase(ALICE, 1_000_000_000_000);
    pool.increase(BOB, 1_000_000_000_000);
    let expected = 1_001_000_000_000_000 - 1000 * 500_000_000;
    near(pool.stake_rao(ALICE), expected, 1);
    near(pool.stake_rao(BOB), expected, 1);
}

/// staking2.rs, `test_share_based_staking`: stakes to one hotkey directly are shared pro rata;
/// taking more than there is, or from somebody without any, does nothing.
#[test]
fn dividends_are_shared_pro_rata() {
    let one = 1_000_000_000;
    let mut pool = StakePool::default();
    pool.increase(ALICE, one);
    pool.increase(ALICE, one);
    pool.raise_all(one);
    near(pool.stake_rao(ALICE), 3 * one, 1);
    pool.increase(BOB, one);
    near(pool.stake_rao(BOB), one, 1);
    assert_eq!(pool.total_rao(), 4 * one);
    pool.raise_all(one);
    near(pool.stake_rao(ALICE), 3 * one + one / 4 * 3, 1);
    near(pool.stake_rao(BOB), one + one / 4, 1);
    pool.decrease(ALICE, one);
    pool.decrease(BOB, one);
    let left = [ALICE, BOB].map(|coldkey| pool.stake_rao(coldkey));
    near(left[0], 2 * one + one / 4 * 3, 1);
    near(left[1], one / 4, 1);
    pool.increase(ALICE, 0);
    pool.decrease(ALICE, left[0] + 1000);
    pool.decrease(AccountId(3), one);
    assert_eq!([ALICE, BOB].map(|coldkey| pool.stake_rao(coldkey)), left);
    assert_eq!(pool.stake_rao(AccountId(3)), 0);
}

/// staking2.rs, `test_share_based_staking_stake_unstake_inject`: two stakers come and nearly go,
/// then a dividend is paid to what they left.
#[test]
fn a_dividend_on_what_was_left_is_halved() {
    let cases = [
        (1000, 999, 1_000_000, 0),
        (1_000_000, 999_000, 100_000_000, 0),
        (1_000_000, 900_000, 100_000_000, 0),
        (100_000_000_000, 1_000_000_000, 1_000_000_000_000, 1),
        (100_000_000_000, 99_000_000_000, 1_000_000_000_000, 1),
        (100_000_000_000, 99_990_000_000, 1_000_000_000_000, 1),
        (100_000_000_000, 99_990_000_000, 1_234_567_890, 1),
    ];
    for (stake, taken, dividend, tolerance) in cases {
        let mut pool = StakePool::default();
        for coldkey in [ALICE, BOB] {
            pool.increase(coldkey, stake);
            pool.decrease(coldkey, taken);
        }
        pool.raise_all(dividend);
        for coldkey in [ALICE, BOB] {
            near(pool.stake_rao(coldkey), stake - taken + dividend / 2, tolerance);
        }
    }
}

/// primitives/share-pool/src/lib.rs, `test_safefloat_normalize` and `test_safefloat_add`:
/// mantissa and exponent of sums, digits lost included.
#[test]
fn sums_of_shares_keep_21_digits() {
    const ONE: u128 = 100_000_000_000_000_000_000;
    let parts = |share: Share| (share.mantissa(), share.exponent());
    let normal = [(1, -21), (10, -20), (1000, -18), (ONE, -1), (10 * ONE, 0)];
    for (value, exponent) in normal {
        assert_eq!(parts(Share::new(value, 0).unwrap()), (10 * ONE, exponent));
    }
    assert_eq!(parts(Share::new(0, 0).unwrap()), (0, 0));
    let sums = [
        ((1, 0), (1, 0), (2 * ONE, -20)),
        ((0, 0), (1, 0), (10 * ONE, -21)),
        ((0, 0), (1, -1), (10 * ONE, -22)),
        ((1, -1000), (1, -1), (10 * ONE, -22)),
        ((10 * ONE, 0), (10 * ONE, 0), (2 * ONE, 1)),
        ((1, 0), (1, 22), (10 * ONE, 1)),
        ((123, 1), (1, 23), (ONE + 1, 3)),
        ((42, 0), (1, 22), (10 * ONE, 1)),
        ((10 * ONE - 1, 0), (1, 22), (11 * ONE / 10 - 1, 2)),
        ((42, 0), (1, 23), (10 * ONE, 2)),
        ((4200, 0), (1, 23), (ONE + 4, 3)),
        ((10 * ONE - 1, 0), (1, 23), (101 * ONE / 100 - 1, 3)),
        ((999_999, 1), (1, 23), (ONE + 9999, 3)),
    ];
    for (left, right, sum) in sums {
        let share = |(mantissa, exponent)| Share::new(mantissa, exponent).unwrap();
        assert_eq!(parts(share(left).add(&share(right)).unwrap()), sum, "{left:?} + {right:?}");
    }
}
