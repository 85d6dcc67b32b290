//! Whole epochs of the consensus: who is active, who gets a permit, and who earns what.

use crate::graph::Graph;

/// epoch.rs, `test_512_graph`: 64 validators weigh 448 servers alike for three epochs, with and
/// without weights of the servers on themselves, validators first or between the servers.
#[test]
fn a_graph_of_512_neurons() {
    for spread in [false, true] {
        for server_weighs_itself in [false, true] {
            let is_validator = |uid: u16| if spread { uid.is_multiple_of(8) } else { uid < 64 };
            let (validators, servers): (Vec<u16>, Vec<u16>) =
                (0..512).partition(|uid| is_validator(*uid));
            let stake = |uid| if is_validator(uid) { 328_125_000_000_000 } else { 0 };
            let mut graph = Graph::new(&(0..512).map(stake).collect::<Vec<_>>(), 0, 65_534);
            graph.params.max_allowed_validators = 64;
            graph.epoch();
            graph.next_block();
            for validator in &validators {
                graph.weigh(*validator, &servers, &vec![u16::MAX / 512; servers.len()]);
            }
            for server in servers.iter().filter(|_| server_weighs_itself) {
                graph.weigh(*server, &[*server], &[u16::MAX]);
            }
            (0..3).for_each(|_| graph.epoch());
            check_512(&graph, &validators, &servers);
        }
    }
}

fn check_512(graph: &Graph, validators: &[u16], servers: &[u16]) {
    let out = &graph.out;
    for uid in validators {
        let at = usize::from(*uid);
        let scores = [out.consensus[at], out.incentive[at], out.dividends[at]];
        assert_eq!((scores, graph.earned()[at]), ([0, 0, 1023], 7_812_500));
        assert_eq!((graph.bond(*uid, validators[0]), graph.bond(*uid, servers[0])), (0, 65_535));
    }
    for uid in servers {
        let at = usize::from(*uid);
        let scores = [out.consensus[at], out.incentive[at], out.dividends[at]];
        assert_eq!((scores, graph.earned()[at]), ([146, 146, 0], 1_116_071));
        assert!(graph.bonds[at].is_empty());
    }
}

/// epoch.rs, `test_1_graph` and `test_10_graph`: weights on oneself count for nothing, and all is
/// shared by stake.
#[test]
fn weights_on_oneself_alone_pay_by_stake() {
    let mut graph = Graph::new(&[1; 10], 0, 65_534);
    graph.next_block();
    (0..10).for_each(|uid| graph.weigh(uid, &[uid], &[u16::MAX]));
    graph.epoch();
    let zeros = [0; 10];
    assert_eq!(graph.out.consensus, zeros);
    assert_eq!((&graph.out.incentive[..], &graph.out.dividends[..]), (&zeros[..], &zeros[..]));
    assert_eq!(graph.earned(), [99_999_999; 10]);
}

/// epoch.rs, `test_active_stake`: a validator that has not set weights within the cutoff keeps its
/// bonds but adds none, and catches up once it is back.
#[test]
fn inactive_validators_live_on_old_bonds() {
    let mut graph = Graph::new(&[1; 4], 0, 1);
    graph.epoch();
    graph.next_block();
    let weigh = |graph: &mut Graph, uid| graph.weigh(uid, &[2, 3], &[u16::MAX / 2; 2]);
    (0..2).for_each(|uid| weigh(&mut graph, uid));
    graph.epoch();
    assert_eq!(graph.out.dividends[..2], [32_767; 2]);
    assert_eq!(graph.earned(), [250_000_000; 4]);
    for validator in 0..2 {
        assert_eq!([2, 3].map(|server| graph.bond(validator, server)), [65_535; 2]);
    }
    graph.params.current_block = 5002;
    weigh(&mut graph, 0);
    graph.epoch();
    assert_eq!(graph.out.active, [true, false, false, false]);
    assert_eq!(graph.out.dividends[..2], [36_044, 29_490]);
    assert_eq!(graph.earned(), [274_999_999, 224_999_999, 250_000_000, 250_000_000]);
    assert_eq!(graph.bonds_to(2), [65_535, 53_619]);
    weigh(&mut graph, 1);
    graph.next_block();
    graph.epoch();
    assert_eq!(graph.out.dividends[..2], [35_716, 29_818]);
    assert_eq!(graph.earned(), [272_501_132, 227_498_866, 250_000_000, 250_000_000]);
    assert_eq!(graph.bonds_to(3), [65_535, 54_712]);
}

/// epoch.rs, `test_zero_weights`: without weights that count, the validators share all; with them,
/// half goes to the server.
#[test]
fn without_weights_that_count_validators_get_all() {
    let mut graph = Graph::new(&[1, 0], 0, 65_534);
    graph.epoch();
    assert_eq!(graph.earned(), [1_000_000_000, 0]);
    graph.next_block();
    graph.weigh(1, &[1], &[u16::MAX]);
    graph.epoch();
    assert_eq!(graph.earned(), [1_000_000_000, 0]);
    graph.next_block();
    graph.weigh(0, &[1], &[u16::MAX]);
    // The server registers anew in the block of the weights, which are thereby outdated.
    graph.replace(1, 0);
    graph.epoch();
    assert_eq!(graph.earned(), [1_000_000_000, 0]);
    graph.next_block();
    graph.weigh(0, &[1], &[u16::MAX]);
    graph.epoch();
    assert_eq!(graph.earned(), [500_000_000, 500_000_000]);
}

/// epoch.rs, `test_validator_permits`: permits go to the largest stakes above the threshold, in any
/// arrangement of uids, and move when stakes do.
#[test]
fn permits_follow_stake() {
    for (n, count) in [(2_u16, 1_u16), (4, 2), (8, 4)] {
        for spread in [false, true] {
            let is_validator = |uid: u16| if spread { uid.is_multiple_of(2) } else { uid < count };
            // All alike, below the threshold when there are several; then rising with the uid.
            for rising in [false, true] {
                let stake = |uid: u16| match (rising, is_validator(uid)) {
                    (true, true) => u64::from(uid + n),
                    (true, false) => u64::from(uid),
                    (false, validates) => u64::from(validates),
                };
                let stakes: Vec<_> = (0..n).map(stake).collect();
                let mut graph = Graph::new(&stakes, 1, 65_534);
                graph.params.max_allowed_validators = count;
                graph.params.min_stake = count.into();
                graph.epoch();
                let first = |uid| is_validator(uid) && stake(uid) >= u64::from(count);
                assert_eq!(graph.permits, (0..n).map(first).collect::<Vec<_>>());
                for uid in (0..n).filter(|uid| !is_validator(*uid)) {
                    graph.stake[usize::from(uid)] += 2 * u64::from(n);
                }
                graph.epoch();
                assert_eq!(graph.permits, (0..n).map(|u| !is_validator(u)).collect::<Vec<_>>());
            }
        }
    }
}

/// epoch_logs.rs, `test_validators_weight_two_distinct_servers`: two of three validators agree.
#[test]
fn the_majority_of_validators_is_paid() {
    let mut graph = three_validators();
    for (validator, row) in [[u16::MAX, 0], [0, u16::MAX], [u16::MAX, 0]].iter().enumerate() {
        graph.weigh(validator as u16, &[3, 4], row);
    }
    graph.epoch();
    assert_eq!(graph.out.consensus, [0, 0, 0, u16::MAX, 0]);
    assert_eq!(graph.out.validator_trust, [u16::MAX, 0, u16::MAX, 0, 0]);
    assert_eq!(graph.out.dividends, [32_767, 0, 32_767, 0, 0]);
    near(graph.earned(), &[0.25, 0.0, 0.25, 0.5, 0.0]);
}

/// epoch_logs.rs, `test_validator_splits_weight_across_two_servers`.
#[test]
fn a_split_vote_makes_two_majorities() {
    let mut graph = three_validators();
    let rows = [[u16::MAX, 0], [0, u16::MAX], [u16::MAX, u16::MAX]];
    for (validator, row) in rows.iter().enumerate() {
        graph.weigh(validator as u16, &[3, 4], row);
    }
    graph.epoch();
    near(graph.earned(), &[0.125, 0.125, 0.25, 0.25, 0.25]);
}

/// epoch_logs.rs, `yuma_emergency_mode`: nobody is active, and all is shared by stake.
/// `epoch_uses_active_stake_when_nonzero_active`: by active stake where there is some.
#[test]
fn without_scores_stake_is_paid() {
    let mut graph = Graph::new(&[1_000_000_000; 2], 0, 10);
    graph.params.current_block = 1_000_000;
    graph.permits = vec![true; 2];
    graph.epoch();
    assert_eq!(graph.out.active, [false, false]);
    assert_eq!(graph.earned(), [500_000_000; 2]);
    graph.params.activity_cutoff = 138;
    graph.params.current_block = 1000;
    graph.last_update = vec![999, 1];
    graph.epoch();
    assert_eq!(graph.out.active, [true, false]);
    assert_eq!(graph.earned(), [1_000_000_000, 0]);
}

/// Three validators of equal stake and two servers, `setup_epoch` of epoch_logs.rs.
fn three_validators() -> Graph {
    let stake = 1_000_000_000;
    let mut graph = Graph::new(&[stake, stake, stake, 0, 0], 0, 10);
    graph.permits = vec![true, true, true, false, false];
    graph.next_block();
    graph
}

/// Amounts are these parts of the emission, but for a rao or two.
fn near(amounts: &[u64], parts: &[f64]) {
    assert_eq!(amounts.len(), parts.len());
    for (amount, part) in amounts.iter().zip(parts) {
        let expected = (part * crate::graph::EMISSION as f64) as u64;
        assert!(amount.abs_diff(expected) <= 2, "{amounts:?} are not {parts:?}");
    }
}
