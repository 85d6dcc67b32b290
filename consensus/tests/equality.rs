//! The fast epoch equals the plain reference on random input, down to the last bit: every field,
//! every matrix, on one thread and on several, and with every width of vectors.

use proptest::prelude::*;
use std::cell::RefCell;
use subsim_consensus::{Epoch, EpochInput, EpochParams, OwnedRows, Vectors, reference};

/// Random subnets of every kind, and full ones, that are compared. A build with debug assertions,
/// some thirty times slower, is there for the assertions.
const CASES: u32 = if cfg!(debug_assertions) { 400 } else { 12_000 };
const FULL_CASES: u32 = if cfg!(debug_assertions) { 100 } else { 3_000 };

#[derive(Debug, Clone)]
struct Subnet {
    params: EpochParams,
    last_update: Vec<u64>,
    block_at_registration: Vec<u64>,
    commit_block: Vec<u64>,
    alpha_stake_rao: Vec<u64>,
    tao_stake_rao: Vec<u64>,
    validator_permit: Vec<bool>,
    weights: Vec<Vec<(u16, u16)>>,
    bonds: Vec<Vec<(u16, u16)>>,
}

impl Subnet {
    fn with_input<T>(&self, work: impl FnOnce(&EpochInput<'_>) -> T) -> T {
        let weights = OwnedRows::from_lists(&self.weights);
        let bonds = OwnedRows::from_lists(&self.bonds);
        work(&EpochInput {
            params: &self.params,
            last_update: &self.last_update,
            block_at_registration: &self.block_at_registration,
            commit_block: &self.commit_block,
            alpha_stake_rao: &self.alpha_stake_rao,
            tao_stake_rao: &self.tao_stake_rao,
            validator_permit: &self.validator_permit,
            weights: weights.view(),
            bonds: bonds.view(),
        })
    }
}

/// A u16 with the ends of the scale over-represented.
fn proportion() -> impl Strategy<Value = u16> {
    prop_oneof![2 => Just(65535u16), 1 => Just(0u16), 1 => Just(1u16), 1 => Just(32767u16), 4 => any::<u16>()]
}

fn stake() -> impl Strategy<Value = u64> {
    prop_oneof![
        2 => Just(0u64),
        1 => 1u64..100,
        4 => 1_000_000_000u64..5_000_000_000_000_000,
        1 => Just(1_000_000_000_000u64),
        1 => any::<u64>(),
        1 => Just(u64::MAX),
    ]
}

/// A block around the current one, 1000.
fn block() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 900u64..1000, 2 => Just(0u64), 1 => 1000u64..1010, 1 => 630u64..650, 1 => Just(u64::MAX)]
}

/// Rows that name each uid once, some beyond the subnet, in ascending or any order.
fn rows(n: usize) -> impl Strategy<Value = Vec<Vec<(u16, u16)>>> {
    let uids: Vec<u16> = (0..n as u16 + 2).collect();
    let row = (0..=uids.len())
        .prop_flat_map(move |len| proptest::sample::subsequence(uids.clone(), len))
        .prop_flat_map(|uids| prop_oneof![Just(uids.clone()), Just(uids).prop_shuffle()])
        .prop_flat_map(|uids| {
            let values = proptest::collection::vec(proportion(), uids.len());
            (Just(uids), values)
        })
        .prop_map(|(uids, values)| uids.into_iter().zip(values).collect::<Vec<_>>());
    proptest::collection::vec(prop_oneof![1 => Just(Vec::new()), 3 => row], n)
}

fn params(n: usize) -> impl Strategy<Value = EpochParams> {
    let bonds = (
        proportion(),
        prop_oneof![Just(900_000u64), Just(0), Just(1_000_000), 0u64..=1_000_000],
        any::<bool>(),
        prop_oneof![3 => Just(true), 1 => Just(false)],
        proportion(),
        proportion(),
        prop_oneof![Just(1000i16), Just(200), Just(0), Just(i16::MIN), any::<i16>()],
    );
    let rest = (
        prop_oneof![Just(0u64), Just(900), 0u64..2000],
        prop_oneof![Just(0u64), Just(1_000_000_000_000), any::<u64>()],
        proptest::option::of(0..n as u16 + 1),
        0..n as u16 + 2,
        proportion(),
        any::<bool>(),
        prop_oneof![Just(971_718_665_099_567_868u64), Just(0), Just(u64::MAX), any::<u64>()],
        prop_oneof![Just(295_200_000_000u64), Just(0), Just(1), any::<u64>()],
        prop_oneof![Just(360u64), Just(1), 0u64..5000],
    );
    (bonds, rest).prop_map(|(b, r)| EpochParams {
        current_block: 1000,
        tempo: r.8,
        activity_cutoff: 50,
        last_step_block: r.0,
        min_stake: r.1,
        owner_uid: r.2,
        max_allowed_validators: r.3,
        kappa: r.4,
        bonds_penalty: b.0,
        bonds_moving_average: b.1,
        yuma3: b.2,
        liquid_alpha: b.3,
        alpha_low: b.4.min(b.5),
        alpha_high: if b.4 % 7 == 0 { b.4.min(b.5) } else { b.4.max(b.5) },
        alpha_sigmoid_steepness: b.6,
        commit_reveal: r.5,
        tao_weight: r.6,
        rao_emission: r.7,
    })
}

fn subnet() -> impl Strategy<Value = Subnet> {
    (0usize..20).prop_flat_map(subnet_of)
}

fn subnet_of(n: usize) -> impl Strategy<Value = Subnet> {
    {
        let each = |strategy: BoxedStrategy<u64>| proptest::collection::vec(strategy, n);
        (
            params(n),
            each(prop_oneof![5 => Just(999u64), 2 => block()].boxed()),
            each(prop_oneof![5 => Just(10u64), 2 => block()].boxed()),
            each(prop_oneof![5 => Just(u64::MAX), 2 => block()].boxed()),
            each(stake().boxed()),
            each(stake().boxed()),
            proptest::collection::vec(prop_oneof![3 => Just(true), 1 => Just(false)], n),
            rows(n),
            rows(n),
        )
            .prop_map(|v| Subnet {
                params: v.0,
                last_update: v.1,
                block_at_registration: v.2,
                commit_block: v.3,
                alpha_stake_rao: v.4,
                tao_stake_rao: v.5,
                validator_permit: v.6,
                weights: v.7,
                bonds: v.8,
            })
    }
}

/// Subnets on which nearly everybody weighs nearly everybody, for the way through full tables.
fn full_subnet() -> impl Strategy<Value = Subnet> {
    let stakes = prop_oneof![
        3 => proptest::collection::vec(1_000_000_000u64..5_000_000_000_000_000, 40),
        // A power of two of equal stakes adds up to exactly 1.0.
        1 => Just(vec![1_000_000_000_000u64; 40]),
        1 => proptest::collection::vec(stake(), 40),
    ];
    let weight = prop_oneof![8 => 1u16.., 1 => Just(0u16), 1 => 100u16..104];
    let rows = |value: BoxedStrategy<u16>| {
        proptest::collection::vec(proptest::collection::vec(value, 40), 40)
    };
    let bond = prop_oneof![6 => any::<u16>(), 2 => Just(0u16), 1 => Just(65535u16)];
    (8usize..40, 8usize..33, rows(weight.boxed()), rows(bond.boxed()), stakes, subnet_of(40))
        .prop_map(|(n, validators, weights, bonds, stakes, mut subnet)| {
            let row = |row: &[u16], i: usize, validates: bool| -> Vec<(u16, u16)> {
                let holes = subnet.commit_block[i] != u64::MAX;
                let entries = (0u16..).zip(row.iter().copied()).take(n);
                entries.filter(|(j, w)| validates && (!holes || *j % 3 > 0 || *w > 9)).collect()
            };
            let validates = |i: usize| i < validators;
            subnet.weights = (0..n).map(|i| row(&weights[i], i, validates(i))).collect();
            subnet.bonds = (0..n).map(|i| row(&bonds[i], i, validates(i + 1))).collect();
            subnet.alpha_stake_rao =
                (0..n).map(|i| if validates(i) { stakes[i] } else { 0 }).collect();
            subnet.params.min_stake = 0;
            subnet.params.liquid_alpha &= subnet.params.tempo == 1;
            let fields = [
                &mut subnet.last_update,
                &mut subnet.block_at_registration,
                &mut subnet.commit_block,
                &mut subnet.tao_stake_rao,
            ];
            fields.into_iter().for_each(|field| field.truncate(n));
            subnet.tao_stake_rao.fill(0);
            subnet.validator_permit = (0..n).map(validates).collect();
            subnet
        })
}

fn compare(subnet: &Subnet, epoch: &mut Epoch) -> Result<(), TestCaseError> {
    let fast = subnet.with_input(|input| epoch.run_with_detail(input));
    let plain = subnet.with_input(reference::epoch_with_detail);
    let (fast, plain) = (fast.unwrap(), plain.unwrap());
    prop_assert_eq!(fast.0, plain.0);
    prop_assert_eq!(fast.1, plain.1);
    Ok(())
}

/// Compares `cases` epochs, one by one and spread over threads, with every width of vectors.
fn compare_many(cases: u32, subnets: impl Strategy<Value = Subnet>) {
    // Workspaces are kept from case to case, so that leftovers of one epoch would show in the next.
    let [widest, narrow, baseline] = [Vectors::widest(), Vectors::Avx2, Vectors::Baseline]
        .map(|vectors| RefCell::new(Epoch::new().vectors(vectors)));
    let several = RefCell::new(Epoch::new().parallel(true));
    let config = ProptestConfig { cases, failure_persistence: None, ..Default::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let outcome = runner.run(&subnets, |subnet| {
        [&widest, &narrow, &baseline, &several]
            .into_iter()
            .try_for_each(|epoch| compare(&subnet, &mut epoch.borrow_mut()))
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn fast_equals_reference() {
    compare_many(CASES, subnet());
}

#[test]
fn fast_equals_reference_on_full_tables() {
    compare_many(FULL_CASES, full_subnet());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    /// Rules that hold for every outcome, whatever the input.
    #[test]
    fn outcomes_make_sense(subnet in subnet()) {
        // Stakes beyond the number format saturate, and saturated shares may add up to more.
        let mut subnet = subnet;
        for stake in subnet.alpha_stake_rao.iter_mut().chain(&mut subnet.tao_stake_rao) {
            *stake %= 1 << 57;
        }
        let output = subnet.with_input(|input| Epoch::new().run(input)).unwrap();
        let paid: u128 = output.server_emission.iter().chain(&output.validator_emission)
            .map(|v| u128::from(*v)).sum();
        prop_assert!(paid <= u128::from(subnet.params.rao_emission));
        let n = subnet.last_update.len();
        for bits in [&output.consensus_bits, &output.incentive_bits, &output.dividends_bits] {
            prop_assert_eq!(bits.len(), n);
            prop_assert!(bits.iter().all(|b| (0..=1 << 32).contains(b)));
        }
        let owner = usize::from(subnet.params.owner_uid.is_some_and(|uid| usize::from(uid) < n));
        let permits = output.new_validator_permit.iter().filter(|p| **p).count();
        prop_assert!(permits <= usize::from(subnet.params.max_allowed_validators) + owner);
    }
}
