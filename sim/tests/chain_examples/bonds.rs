//! Bonds under Yuma 2, and what becomes of them when neurons come and go.

use subsim_sim::chain::Call;

use crate::graph::Graph;
use crate::net::{Net, SUBNET, id};

/// One of the eight epochs: a validator that changes its weights before it and to whom, the server
/// that bonds are shown to, bonds of the four validators, and what everybody earns.
struct Step {
    change: Option<(u16, u16)>,
    server: u16,
    bonds: [u16; 4],
    validators: [u64; 4],
    servers: [u64; 4],
}

const fn step(
    change: Option<(u16, u16)>,
    server: u16,
    bonds: [u16; 4],
    validators: [u64; 4],
    servers: [u64; 4],
) -> Step {
    Step { change, server, bonds, validators, servers }
}

const ALL: [u64; 4] = [49_998_779, 100_000_610, 149_996_337, 200_004_272];
const NONE: [u64; 4] = [0; 4];
const LAST: [u64; 4] = [0, 0, 0, 500_000_000];

/// Bonds as the test asserts them, amounts as its comments show them; the bonds of the eighth epoch
/// are those of its comment, 0.1123638137, 0.2525234516 and 0.7499832308 of 65535.
#[rustfmt::skip]
const EIGHT_EPOCHS: [Step; 8] = [
    step(None, 4, [16_383, 32_767, 49_151, 65_535], [49_999_998, 99_999_999, 150_000_000, 200_000_001], ALL),
    step(Some((0, 0)), 4, [14_582, 32_767, 49_151, 65_535], [44_998_351, 101_110_561, 151_667_215, 202_223_870], ALL),
    step(Some((1, 1)), 4, [12_603, 28_321, 49_151, 65_535], [40_496_805, 90_999_783, 157_929_636, 210_573_773], ALL),
    step(Some((2, 2)), 7, [12_602, 28_320, 49_150, 65_535], [99_999_999, 199_999_999, 299_999_999, 399_999_999], NONE),
    step(Some((2, 7)), 7, [10_951, 24_609, 49_150, 65_535], [36_443_733, 81_898_628, 163_565_493, 218_092_144], LAST),
    step(None, 7, [9559, 21_482, 49_150, 65_535], [32_799_427, 73_706_612, 168_638_129, 224_855_830], LAST),
    step(None, 7, [8376, 18_824, 49_150, 65_535], [29_518_068, 66_336_137, 173_203_134, 230_942_659], LAST),
    step(None, 7, [7363, 16_549, 49_150, 65_535], [26_565_175, 59_701_871, 177_311_856, 236_421_095], LAST),
];

/// Weights of all validators on the servers 4 to 7 before the first of the epochs.
const SERVERS: [u16; 4] = [4, 5, 6, 7];
const FIRST_WEIGHTS: [u16; 4] = [u16::MAX / 4, u16::MAX / 2, u16::MAX / 4 * 3, u16::MAX];

/// epoch.rs, `test_bonds`: validators with stakes 1 to 4 weigh four servers 1:2:3:4, then one after
/// the other turns to itself, and the third to the last server.
#[test]
fn bonds_over_eight_epochs() {
    let mut graph = Graph::new(&[1, 2, 3, 4, 0, 0, 0, 0], 1, 1);
    graph.epoch();
    graph.next_block();
    for validator in 0..4 {
        graph.weigh(validator, &SERVERS, &FIRST_WEIGHTS);
    }
    for (epoch, step) in EIGHT_EPOCHS.iter().enumerate() {
        if let Some((validator, target)) = step.change {
            graph.weigh(validator, &[target], &[u16::MAX]);
        }
        if epoch > 0 {
            graph.next_block();
        }
        graph.epoch();
        assert_eq!(graph.bonds_to(step.server), step.bonds, "epoch {epoch}");
        assert_eq!(graph.earned()[..4], step.validators, "epoch {epoch}");
        assert_eq!(graph.earned()[4..], step.servers, "epoch {epoch}");
    }
}

/// The same by calls on the chain, an epoch in every block. It has nothing to pay, so that stakes
/// stay as they are.
#[test]
fn bonds_over_eight_epochs_of_the_chain() {
    let mut net = Net::with_subnet();
    for number in 0..8 {
        net.seat(SUBNET, id(number), id(number));
        net.stake(SUBNET, id(number), id(number), if number < 4 { number as u64 + 1 } else { 0 });
    }
    net.get_mut(SUBNET).hyper.tempo_blocks = 1;
    net.blocks(1);
    let weigh = |net: &mut Net, validator: u16, uids: &[u16], values: &[u16]| {
        let (uids, values) = (uids.to_vec(), values.to_vec());
        let call = Call::SetWeights { netuid: SUBNET, mechanism: 0, uids, values, version_key: 0 };
        net.ok(id(validator.into()), &call);
    };
    for validator in 0..4 {
        weigh(&mut net, validator, &SERVERS, &FIRST_WEIGHTS);
    }
    for (epoch, step) in EIGHT_EPOCHS.iter().enumerate() {
        if let Some((validator, target)) = step.change {
            weigh(&mut net, validator, &[target], &[u16::MAX]);
        }
        net.blocks(1);
        let rows = &net.get(SUBNET).mechanisms[0].bonds;
        let bond = |row: &Vec<(u16, u16)>| row.iter().find(|(uid, _)| *uid == step.server).copied();
        let bonds = [0, 1, 2, 3].map(|validator| bond(&rows[validator]).map_or(0, |(_, b)| b));
        assert_eq!(bonds, step.bonds, "epoch {epoch}");
    }
}

/// epoch.rs, `test_outdated_weights`: a server is replaced; only weights set since count for the
/// newcomer.
#[test]
fn weights_from_before_a_registration_do_not_count_for_the_newcomer() {
    let mut graph = Graph::new(&[1, 1, 1, 1], 1, 0);
    graph.epoch();
    graph.next_block();
    let third = u16::MAX / 3;
    for validator in 0..2 {
        graph.weigh(validator, &[2, 3], &[2 * third, third]);
    }
    for server in 2..4 {
        graph.weigh(server, &[server], &[u16::MAX]);
    }
    graph.epoch();
    assert_eq!(graph.earned(), [250_000_000, 250_000_000, 333_331_637, 166_668_361]);
    graph.replace(3, 0);
    graph.next_block();
    graph.weigh(0, &[2, 3], &[2 * third, third]);
    graph.epoch();
    assert_eq!(graph.out.dividends[0], 32_767);
    assert_eq!(graph.earned(), [250_000_000, 250_000_000, 500_000_000, 0]);
    assert_eq!((graph.bond(0, 2), graph.bond(0, 3)), (65_535, 65_535));
}

/// epoch.rs, `test_deregistered_miner_bonds`: with a tempo of two blocks, bonds to a server that
/// was replaced since the last epoch are void, others only grow.
#[test]
fn bonds_to_a_replaced_miner_start_again() {
    let mut graph = Graph::new(&[1, 1, 1, 1], 1, 2);
    graph.epoch();
    graph.next_block();
    let third = u16::MAX / 3;
    let weigh = |graph: &mut Graph, uids: std::ops::Range<u16>| {
        uids.for_each(|uid| graph.weigh(uid, &[2, 3], &[2 * third, third]));
    };
    weigh(&mut graph, 0..2);
    graph.next_block();
    graph.next_block();
    graph.epoch();
    let before = (graph.bond(0, 2), graph.bond(0, 3));
    assert!(before.0 > 0 && before.1 > 0);
    graph.next_block();
    graph.replace(3, 1);
    // Weights of the block of the registration do not count yet.
    weigh(&mut graph, 0..2);
    graph.next_block();
    graph.epoch();
    assert!(graph.bond(0, 2) >= before.0);
    assert!(graph.bond(0, 3) <= before.1);
    assert_eq!(graph.bond(0, 3), 0, "no weight on the newcomer counts, so it has no bonds");
}
