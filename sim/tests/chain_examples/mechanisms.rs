//! Several mechanisms on one subnet: the split of the emission, and epochs that do not touch each
//! other.

use subsim_consensus::mechanisms::split_emission;
use subsim_sim::chain::Mechanism;

use crate::net::{Net, SUBNET, id};

/// mechanism.rs, `split_emissions_even_division`, `..._rounding_to_first` and `..._fibbonacci`.
#[test]
fn emission_is_split_evenly_or_as_told() {
    assert_eq!(split_emission(25, 5, None), [5; 5]);
    assert_eq!(split_emission(10, 4, None), [4, 2, 2, 2]);
    let split = [3450, 6899, 10_348, 17_247, 27_594];
    assert_eq!(split_emission(19, 5, Some(&split)), [1, 2, 3, 5, 8]);
}

/// A subnet with these stakes and mechanisms, everybody with stake a validator.
fn subnet(stakes: &[u64], mechanisms: usize) -> Net {
    let mut net = Net::with_subnet();
    for (number, stake) in (1..).zip(stakes) {
        net.seat(SUBNET, id(20 + number), id(number));
        net.stake(SUBNET, id(20 + number), id(number), *stake);
    }
    let n = stakes.len();
    let subnet = net.get_mut(SUBNET);
    subnet.hyper.mechanism_count = mechanisms as u8;
    subnet.mechanisms.resize_with(mechanisms, || Mechanism {
        last_update: vec![1; n],
        incentive: vec![0; n],
        weights: vec![Vec::new(); n],
        bonds: vec![Vec::new(); n],
        ..Mechanism::default()
    });
    let permits: Vec<_> = stakes.iter().map(|stake| *stake > 0).collect();
    net.permits(SUBNET, &permits);
    net.blocks(1);
    net
}

const ALL: u16 = u16::MAX;
const STAKE: u64 = 1_000_000_000;

/// epoch_logs.rs, `epoch_mechanism_reads_weights_per_mechanism`: the majority of the first
/// mechanism pays server 3, that of the second server 4; together they are paid alike.
#[test]
fn each_mechanism_has_its_own_majority() {
    let mut net = subnet(&[STAKE, STAKE, STAKE, 0, 0], 2);
    let (three, four): (&[_], &[_]) = (&[(3, ALL)], &[(4, ALL)]);
    net.weights(SUBNET, 0, &[(0, three), (1, four), (2, three)]);
    net.weights(SUBNET, 1, &[(0, four), (1, three), (2, four)]);
    net.pay_out_halves(SUBNET, 2000);
    let subnet = net.get(SUBNET);
    assert_eq!(subnet.mechanisms[0].incentive, [0, 0, 0, ALL, 0]);
    assert_eq!(subnet.mechanisms[1].incentive, [0, 0, 0, 0, ALL]);
    // A quarter each to two validators, half to the server, of 1000 per mechanism; the middle
    // validator agrees with nobody in either.
    assert_eq!(subnet.neurons.dividends[1], 0);
    let earned = [3, 4].map(|hotkey| net.hotkey_stake(SUBNET, id(hotkey + 1)));
    assert_eq!(earned, [500, 500]);
}

/// epoch_logs.rs, `epoch_mechanism_three_mechanisms_separate_state`: all on one server, on both, on
/// the other.
#[test]
fn three_mechanisms_keep_apart() {
    let mut net = subnet(&[STAKE, STAKE, 0, 0], 3);
    let rows: [&[(u16, u16)]; 3] = [&[(2, ALL)], &[(2, ALL), (3, ALL)], &[(3, ALL)]];
    for (mechanism, row) in rows.into_iter().enumerate() {
        net.weights(SUBNET, mechanism, &[(0, row), (1, row)]);
    }
    net.pay_out_halves(SUBNET, 3000);
    let mechanisms = &net.get(SUBNET).mechanisms;
    let incentives = [[0, 0, ALL, 0], [0, 0, 32_767, 32_767], [0, 0, 0, ALL]];
    for (mechanism, incentive) in mechanisms.iter().zip(incentives) {
        assert_eq!(mechanism.incentive, incentive);
    }
    for validator in 0..2 {
        assert_eq!(mechanisms[0].bonds[validator], [(2, ALL)]);
        assert_eq!(mechanisms[1].bonds[validator], [(2, ALL), (3, ALL)]);
        assert_eq!(mechanisms[2].bonds[validator], [(3, ALL)]);
    }
    // 500 + 250, 250 + 500.
    assert_eq!([3, 4].map(|hotkey| net.hotkey_stake(SUBNET, id(hotkey))), [750, 750]);
}
