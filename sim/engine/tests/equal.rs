//! Every execution of a model is the same, event by event.

mod common;

use std::collections::BTreeSet;

use common::{Gossip, Gossiper, gossip};
use proptest::prelude::*;
use subsim_engine::{
    Agreement, Execution, Model, Simulation, Slice, TraceEntry, check_determinism,
};

const END_NS: u64 = u64::MAX;

/// All there is to know about a run.
#[derive(Debug, PartialEq)]
struct Run {
    result: Result<(), subsim_engine::RunError>,
    trace: Vec<TraceEntry>,
    logs: Vec<Vec<(u64, u64)>>,
    slices: Vec<Slice>,
    digest: u64,
}

fn run(model: Gossip, peers: usize, seed: u64, threads: usize, shards: usize) -> Run {
    let builder = gossip(model, peers, seed).threads(threads).shards(shards).trace(true);
    let mut simulation = builder.build().unwrap();
    let mut slices = Vec::new();
    let result = simulation.run_until_with(END_NS, |slice| slices.push(*slice));
    finish(simulation, result, slices)
}

fn finish(
    mut simulation: Simulation<Gossip>,
    result: Result<(), subsim_engine::RunError>,
    slices: Vec<Slice>,
) -> Run {
    Run {
        result,
        trace: simulation.take_trace(),
        logs: simulation.entities().map(|peer: &Gossiper| peer.log.clone()).collect(),
        slices,
        digest: simulation.digest().0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn random_models_run_alike(
        lookahead_ns in prop_oneof![1_u64..6, 10_u64..200, Just(1 << 30)],
        // From "all at the same time" to "each at its own".
        spread_ns in prop_oneof![Just(1_u64), 2_u64..20, 100_u64..100_000],
        hops in 1_u32..14,
        peers in 1_usize..40,
        seed: u64,
        (threads, shards) in (1_usize..5, 1_usize..9),
    ) {
        let model = Gossip { lookahead_ns, spread_ns, hops, fails_one_in: 0 };
        let sequential = run(model, peers, seed, 1, 1);
        prop_assert!(sequential.trace.len() >= peers);
        prop_assert!(sequential.result.is_ok());
        let keys: BTreeSet<u128> = sequential.trace.iter().map(unique).collect();
        prop_assert_eq!(keys.len(), sequential.trace.len(), "keys are unique");
        prop_assert_eq!(run(model, peers, seed, threads, shards), sequential);
    }

    #[test]
    fn random_models_fail_alike(seed: u64, peers in 2_usize..30, fails_one_in in 20_u64..400) {
        let model = Gossip { lookahead_ns: 50, spread_ns: 30, hops: 12, fails_one_in };
        let sequential = run(model, peers, seed, 1, 1).result;
        for (threads, shards) in [(1, 2), (2, 2), (2, 5)] {
            prop_assert_eq!(&run(model, peers, seed, threads, shards).result, &sequential);
        }
    }
}

fn unique(entry: &TraceEntry) -> u128 {
    (u128::from(entry.key.time_ns()) << 64)
        | u128::from(entry.key.class().number()) << 60
        | (entry.key.source().index() as u128) << 36
        | u128::from(entry.key.sequence())
}

/// Large enough that rounds do run on several threads.
#[test]
fn threads_really_share_the_work() {
    let model = Gossip { lookahead_ns: 1000, spread_ns: 500, hops: 9, fails_one_in: 0 };
    let sequential = run(model, 3000, 5, 1, 1);
    for threads in [2, 3, 8] {
        assert!(run(model, 3000, 5, threads, threads) == sequential, "{threads} threads differ");
    }
    let mut simulation = gossip(model, 3000, 5).threads(2).build().unwrap();
    simulation.run_until(END_NS).unwrap();
    assert!(simulation.rounds().1 > 5, "{:?}", simulation.rounds());
}

#[test]
fn a_pool_of_the_callers_will_do() {
    let model = Gossip { lookahead_ns: 1000, spread_ns: 500, hops: 9, fails_one_in: 0 };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let builder = gossip(model, 3000, 5).pool(std::sync::Arc::new(pool)).shards(3).trace(true);
    let mut simulation = builder.build().unwrap();
    let mut slices = Vec::new();
    let result = simulation.run_until_with(END_NS, |slice| slices.push(*slice));
    assert!(finish(simulation, result, slices) == run(model, 3000, 5, 1, 1));
}

#[test]
fn where_a_run_is_cut_does_not_matter() {
    let model = Gossip { lookahead_ns: 50, spread_ns: 30, hops: 12, fails_one_in: 0 };
    let whole = run(model, 20, 9, 1, 1);
    for step_ns in [1, 49, 353, 1000] {
        let mut simulation = gossip(model, 20, 9).shards(3).trace(true).build().unwrap();
        let mut slices = Vec::new();
        while simulation.next_event_ns().is_some() {
            let end_ns = simulation.now_ns() + step_ns;
            simulation.run_until_with(end_ns, |slice| slices.push(*slice)).unwrap();
        }
        let result = simulation.run_until_with(END_NS, |slice| slices.push(*slice));
        assert!(finish(simulation, result, slices) == whole, "steps of {step_ns} ns");
    }
}

#[test]
fn digests_are_those_of_the_past() {
    // These change when the order of events, the packing of keys or the mixing changes: then every
    // digest anybody has written down is void.
    let model = Gossip { lookahead_ns: 50, spread_ns: 30, hops: 12, fails_one_in: 0 };
    let found = [1, 2].map(|seed| format!("{:016x}", run(model, 20, seed, 1, 1).digest));
    assert_eq!(found, ["e303c565a6324208", "6b812f4c2c7f3677"]);
}

#[test]
fn checks_agree_where_nothing_is_wrong() {
    let model = Gossip { lookahead_ns: 50, spread_ns: 30, hops: 12, fails_one_in: 0 };
    let executions = [Execution { threads: 1, shards: 1 }, Execution { threads: 2, shards: 3 }];
    let found = check_determinism(|| gossip(model, 20, 9), executions, 1_000_000).unwrap();
    let mut plain = gossip(model, 20, 9).build().unwrap();
    plain.run_until(1_000_000).unwrap();
    assert_eq!(found, Agreement { digest: plain.digest(), events: plain.events() });
}

/// Streams go by name: a newcomer, even in front of all others, moves nobody's draws.
#[test]
fn one_more_entity_moves_nobodys_draws() {
    let model = Gossip { lookahead_ns: 50, spread_ns: 30, hops: 12, fails_one_in: 0 };
    let fresh = gossip(model, 10, 9).build().unwrap();
    let mut builder = subsim_engine::Builder::new(model, model.lookahead_ns);
    for name in ["newcomer"].map(String::from).into_iter().chain((0..10).map(common::peer_name)) {
        common::add(&mut builder, 9, name);
    }
    let grown = builder.build().unwrap();
    for (old, new) in fresh.entities().zip(grown.entities().skip(1)) {
        assert_eq!(model.state_digest(old), model.state_digest(new));
    }
    let digests: BTreeSet<u64> = grown.entities().map(|peer| model.state_digest(peer)).collect();
    assert_eq!(digests.len(), 11, "every name has draws of its own");
}
