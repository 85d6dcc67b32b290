//! Bonds and dividends under Yuma 3, with and without liquid alpha, over six epochs.
//!
//! Published are bonds as parts of 1 and dividends as parts of 1, with four digits.

use crate::graph::Graph;

/// Half of the last published digit, and what cutting bonds to u16 takes away epoch by epoch. The
/// chain's own tests allow a thousandth.
fn tolerance(epoch: usize) -> f64 {
    0.000_05 + (epoch + 1) as f64 / 65_535.0
}

const ALL: u16 = u16::MAX;
const HALF: u16 = u16::MAX / 2;

/// Weights of the three validators on the servers, from an epoch on.
type Turn<'a> = (usize, [&'a [u16]; 3]);

/// Expected bonds of the three validators to the servers, and their dividends.
type Expected<'a> = ([&'a [f64]; 3], [f64; 3]);

/// Three validators and some servers, permits granted, as `setup_yuma_3_scenario` of epoch.rs.
fn scenario(stake: [u64; 3], servers: usize) -> Graph {
    let mut stakes = stake.to_vec();
    stakes.resize(3 + servers, 0);
    let mut graph = Graph::new(&stakes, 1, 1);
    let params = &mut graph.params;
    params.bonds_penalty = 0;
    params.alpha_sigmoid_steepness = 1000;
    params.bonds_moving_average = 975_000;
    params.kappa = HALF;
    params.yuma3 = true;
    params.liquid_alpha = true;
    (params.alpha_low, params.alpha_high) = (6553, 19_660);
    params.max_allowed_validators = 3;
    graph.next_block();
    graph.epoch();
    graph
}

/// Runs an epoch for each expectation, weights set in the block before it.
fn run(graph: &mut Graph, turns: &[Turn<'_>], expected: &[Expected<'_>]) {
    let servers: Vec<u16> = (3..graph.stake.len() as u16).collect();
    for (epoch, (bonds, dividends)) in expected.iter().enumerate() {
        for (_, rows) in turns.iter().filter(|(at, _)| *at == epoch) {
            for (validator, row) in (0..).zip(rows) {
                graph.weigh(validator, &servers, row);
            }
        }
        graph.next_block();
        graph.epoch();
        check(graph, epoch, bonds, dividends);
    }
}

fn check(graph: &Graph, epoch: usize, bonds: &[&[f64]; 3], dividends: &[f64; 3]) {
    let part = |value: u16| f64::from(value) / f64::from(u16::MAX);
    for validator in 0..3 {
        for (server, expected) in (3..).zip(bonds[validator]) {
            let found = part(graph.bond(validator as u16, server));
            let place = format!("epoch {epoch}, bond of {validator} to {server}");
            assert!(
                (found - expected).abs() <= tolerance(epoch),
                "{place}: {found}, not {expected}"
            );
        }
        let (found, expected) = (part(graph.out.dividends[validator]), dividends[validator]);
        let place = format!("epoch {epoch}, dividend of {validator}");
        assert!((found - expected).abs() <= tolerance(epoch), "{place}: {found}, not {expected}");
    }
}

const FIRST: &[u16] = &[ALL, 0];
const SECOND: &[u16] = &[0, ALL];

/// epoch.rs, `test_yuma_3_kappa_moves_first`: the validator with 80% of the stake is the first to
/// find the better server.
#[test]
fn the_large_validator_moves_first() {
    let turns: &[Turn<'_>] = &[
        (0, [FIRST; 3]),
        (1, [SECOND, FIRST, FIRST]),
        (2, [SECOND, SECOND, FIRST]),
        (3, [SECOND; 3]),
    ];
    let expected: &[Expected<'_>] = &[
        ([&[0.1013, 0.0], &[0.1013, 0.0], &[0.1013, 0.0]], [0.8, 0.1, 0.1]),
        ([&[0.0908, 0.1013], &[0.3697, 0.0], &[0.3697, 0.0]], [1.0, 0.0, 0.0]),
        ([&[0.0815, 0.1924], &[0.3170, 0.1013], &[0.5580, 0.0]], [0.9382, 0.0618, 0.0]),
        ([&[0.0731, 0.2742], &[0.2765, 0.1924], &[0.4306, 0.1013]], [0.8819, 0.0773, 0.0407]),
        ([&[0.0656, 0.3478], &[0.2435, 0.2742], &[0.3589, 0.1924]], [0.8564, 0.0844, 0.0592]),
        ([&[0.0588, 0.4139], &[0.2157, 0.3478], &[0.3089, 0.2742]], [0.8418, 0.0884, 0.0697]),
    ];
    run(&mut scenario([8, 1, 1], 2), turns, expected);
}

/// epoch.rs, `test_yuma_3_kappa_moves_second`.
#[test]
fn the_large_validator_moves_second() {
    let turns: &[Turn<'_>] = &[
        (0, [FIRST; 3]),
        (1, [FIRST, SECOND, FIRST]),
        (2, [SECOND, SECOND, FIRST]),
        (3, [SECOND; 3]),
    ];
    let expected: &[Expected<'_>] = &[
        ([&[0.1013, 0.0], &[0.1013, 0.0], &[0.1013, 0.0]], [0.8, 0.1, 0.1]),
        ([&[0.1924, 0.0], &[0.0908, 0.2987], &[0.1924, 0.0]], [0.8446, 0.0498, 0.1056]),
        ([&[0.1715, 0.1013], &[0.0815, 0.3697], &[0.4336, 0.0]], [0.6868, 0.3132, 0.0]),
        ([&[0.1531, 0.1924], &[0.0731, 0.4336], &[0.3608, 0.1013]], [0.7421, 0.2090, 0.0489]),
        ([&[0.1369, 0.2742], &[0.0656, 0.4910], &[0.3103, 0.1924]], [0.7625, 0.1706, 0.0669]),
        ([&[0.1225, 0.3478], &[0.0588, 0.5426], &[0.2712, 0.2742]], [0.7730, 0.1508, 0.0762]),
    ];
    run(&mut scenario([8, 1, 1], 2), turns, expected);
}

/// epoch.rs, `test_yuma_3_kappa_moves_last`.
#[test]
fn the_large_validator_moves_last() {
    let turns: &[Turn<'_>] = &[
        (0, [FIRST; 3]),
        (1, [FIRST, SECOND, FIRST]),
        (2, [FIRST, SECOND, SECOND]),
        (3, [SECOND; 3]),
    ];
    let expected: &[Expected<'_>] = &[
        ([&[0.1013, 0.0], &[0.1013, 0.0], &[0.1013, 0.0]], [0.8, 0.1, 0.1]),
        ([&[0.1924, 0.0], &[0.0908, 0.2987], &[0.1924, 0.0]], [0.8446, 0.0498, 0.1056]),
        ([&[0.2742, 0.0], &[0.0815, 0.5081], &[0.1715, 0.2987]], [0.8966, 0.0333, 0.0701]),
        ([&[0.2416, 0.1013], &[0.0731, 0.5580], &[0.1531, 0.3697]], [0.4663, 0.3210, 0.2127]),
        ([&[0.2141, 0.1924], &[0.0656, 0.6028], &[0.1369, 0.4336]], [0.5976, 0.2340, 0.1683]),
        ([&[0.1903, 0.2742], &[0.0588, 0.6430], &[0.1225, 0.4910]], [0.6592, 0.1932, 0.1475]),
    ];
    run(&mut scenario([8, 1, 1], 2), turns, expected);
}

/// Two of three equal validators stay, one looks elsewhere for one epoch.
const ONE_EPOCH_SWITCH: &[Turn<'static>] =
    &[(0, [FIRST; 3]), (2, [FIRST, FIRST, SECOND]), (3, [FIRST; 3])];

/// epoch.rs, `test_yuma_3_one_epoch_switch`.
#[test]
fn one_validator_of_three_switches_for_one_epoch() {
    let expected: &[Expected<'_>] = &[
        ([&[0.1013, 0.0], &[0.1013, 0.0], &[0.1013, 0.0]], [0.33, 0.33, 0.34]),
        ([&[0.1924, 0.0], &[0.1924, 0.0], &[0.1924, 0.0]], [0.33, 0.33, 0.34]),
        ([&[0.2742, 0.0], &[0.2742, 0.0], &[0.1715, 0.2987]], [0.3782, 0.3782, 0.2436]),
        ([&[0.3478, 0.0], &[0.3478, 0.0], &[0.2554, 0.2618]], [0.3628, 0.3628, 0.2745]),
        ([&[0.4139, 0.0], &[0.4139, 0.0], &[0.3309, 0.2312]], [0.3541, 0.3541, 0.2917]),
        ([&[0.4733, 0.0], &[0.4733, 0.0], &[0.3987, 0.2051]], [0.3487, 0.3487, 0.3026]),
    ];
    run(&mut scenario([33, 33, 34], 2), ONE_EPOCH_SWITCH, expected);
}

/// epoch.rs, `test_yuma_3_liquid_alpha_disabled`: the same with bonds that all move at one speed.
#[test]
fn one_validator_of_three_switches_without_liquid_alpha() {
    let mut graph = scenario([33, 33, 34], 2);
    graph.params.liquid_alpha = false;
    let expected: &[Expected<'_>] = &[
        ([&[0.0250, 0.0], &[0.0250, 0.0], &[0.0250, 0.0]], [0.33, 0.33, 0.34]),
        ([&[0.0494, 0.0], &[0.0494, 0.0], &[0.0494, 0.0]], [0.33, 0.33, 0.34]),
        ([&[0.0731, 0.0], &[0.0731, 0.0], &[0.0481, 0.0250]], [0.3734, 0.3734, 0.2532]),
        ([&[0.0963, 0.0], &[0.0963, 0.0], &[0.0719, 0.0244]], [0.3611, 0.3611, 0.2779]),
        ([&[0.1189, 0.0], &[0.1189, 0.0], &[0.0951, 0.0238]], [0.3541, 0.3541, 0.2919]),
        ([&[0.1409, 0.0], &[0.1409, 0.0], &[0.1178, 0.0232]], [0.3495, 0.3495, 0.3009]),
    ];
    run(&mut graph, ONE_EPOCH_SWITCH, expected);
}

/// epoch.rs, `test_yuma_3_stable_miner`: half of everybody's weight stays on a third server.
#[test]
fn bonds_to_a_stable_miner_grow_alike() {
    let (first, second): (&[u16], &[u16]) = (&[HALF, 0, HALF], &[0, HALF, HALF]);
    let turns: &[Turn<'_>] = &[
        (0, [first; 3]),
        (1, [first, second, first]),
        (2, [second, second, first]),
        (3, [second; 3]),
    ];
    let expected: &[Expected<'_>] = &[
        ([&[0.0507, 0.0, 0.0507], &[0.0507, 0.0, 0.0507], &[0.0507, 0.0, 0.0507]], [0.8, 0.1, 0.1]),
        (
            [&[0.0962, 0.0, 0.0962], &[0.0455, 0.1000, 0.0962], &[0.0962, 0.0, 0.0962]],
            [0.8226, 0.0745, 0.1028],
        ),
        (
            [&[0.0863, 0.0507, 0.1371], &[0.0408, 0.1405, 0.1371], &[0.1770, 0.0, 0.1371]],
            [0.7750, 0.1685, 0.0565],
        ),
        (
            [&[0.0774, 0.0962, 0.1739], &[0.0367, 0.1770, 0.1739], &[0.1579, 0.0507, 0.1739]],
            [0.7864, 0.1372, 0.0764],
        ),
        (
            [&[0.0694, 0.1371, 0.2069], &[0.0329, 0.2097, 0.2069], &[0.1411, 0.0962, 0.2069]],
            [0.7912, 0.1241, 0.0847],
        ),
        (
            [&[0.0623, 0.1739, 0.2366], &[0.0296, 0.2391, 0.2366], &[0.1263, 0.1371, 0.2366]],
            [0.7937, 0.1173, 0.0890],
        ),
    ];
    run(&mut scenario([8, 1, 1], 3), turns, expected);
}

/// epoch.rs, `test_liquid_alpha_equal_values_against_itself`: with both bounds of the liquid alpha
/// at the bonds' own speed, it changes nothing. Weights as there, by validators of equal stake.
#[test]
fn liquid_alpha_between_equal_bounds_is_a_plain_average() {
    let weights: [&[u16]; 3] =
        [&[0, 6553, 0, 0], &[13_107, 26_214, 0, 19_660], &[6553, 0, 26_214, 32_767]];
    let mut both = [true, false].map(|liquid| {
        let mut graph = scenario([1, 1, 1], 4);
        graph.params.liquid_alpha = liquid;
        graph.params.bonds_moving_average = 900_000;
        (graph.params.alpha_low, graph.params.alpha_high) = (6553, 6553);
        graph
    });
    for graph in &mut both {
        for (validator, row) in (0..).zip(weights) {
            graph.weigh(validator, &[3, 4, 5, 6], row);
        }
        for _ in 0..3 {
            graph.next_block();
            graph.epoch();
        }
    }
    let [liquid, plain] = &both;
    assert!(plain.out.consensus.iter().any(|consensus| *consensus > 0));
    for validator in 0..3 {
        for server in 3..7 {
            let (one, other) = (liquid.bond(validator, server), plain.bond(validator, server));
            // A thousandth of 1, as there.
            assert!(one.abs_diff(other) <= 66, "{validator} to {server}: {one} and {other}");
        }
    }
}
