//! Same scenario, same results: on any number of threads, and whoever else is there.

use std::collections::BTreeMap;

use subsim_engine::Execution;
use subsim_network::config::NetworkScenario;
use subsim_network::record::NoRecorder;
use subsim_network::{NetworkRun, check_network};

use crate::{Keep, run, scenario};

/// Every kind of miner, validator and fault, and transfers that share ports.
const EVERYTHING: &str = r#"
    simulation = { seed = 3, blocks = 200, record_every_rounds = 2 }
    mechanism = { timeout_seconds = 5.0, pool = 50, repeated_part = 0.5, response_bytes = 60000 }
    ledger = { calls_per_block = 3 }
    [network]
    preset = "continental"
    share_above_bytes = 50000
    faults = [
        { at_seconds = 600, for_seconds = 300, nodes = { regions = ["eu_west"] }, what = "cut" },
        { at_seconds = 900, for_seconds = 60, nodes = { names = ["good-1"] }, what = "crash" },
        { at_seconds = 0, for_seconds = 9000, nodes = { groups = ["lazy"] }, what = { lose = { part = 0.05 } } },
        { at_seconds = 1200, for_seconds = 900, nodes = { groups = ["good"] }, what = { slow = { extra_ms = 90.0 } } },
    ]
    [[miners]]
    name = "good"
    count = 6
    quality = { normal = { mean = 0.8, std = 0.1 } }
    cost_tao_per_day = 5.0
    hardware = { concurrency = 2, uplink_mbps = 20.0 }
    [[miners]]
    name = "lazy"
    count = 2
    quality = 0.8
    behaviour = { lazy = { quality = 0.5, work = 0.1 } }
    [[miners]]
    name = "copy"
    count = 2
    quality = 0.0
    behaviour = { copier = { of = "good-0" } }
    [[miners]]
    name = "sybil"
    count = 1
    quality = 0.7
    behaviour = { sybil = { uids = 4, reuse_answers = true } }
    [[miners]]
    name = "moody"
    count = 2
    quality = 0.7
    behaviour = { intermittent = { on_hours = 0.3, off_hours = 0.1 } }
    [[miners]]
    name = "crammer"
    count = 1
    quality = 0.3
    behaviour = { overfitter = { repeated_quality = 0.95 } }
    [[miners]]
    name = "poor"
    count = 2
    quality = 0.1
    cost_tao_per_day = 900.0
    behaviour = { rational = { window_epochs = 2, rest_epochs = 1, payback_epochs = 5 } }
    [[validators]]
    name = "v"
    count = 4
    stake_alpha = 1000.0
    weights_every_blocks = 10
    hardware = { downlink_mbps = 50.0, clock = { offset_ms = -300.0 } }
    [[validators]]
    name = "rider"
    count = 1
    stake_alpha = 100.0
    weights_every_blocks = 10
    behaviour = { free_rider = { of = "v-0" } }
    [[validators]]
    name = "venal"
    count = 1
    stake_alpha = 100.0
    weights_every_blocks = 10
    behaviour = { bribed = { miners = ["lazy"], boost = 1.0, tao_per_epoch = 0.1 } }
    [[validators]]
    name = "copycat"
    count = 1
    stake_alpha = 100.0
    weights_every_blocks = 10
    behaviour = { copier = { delay_epochs = 1 } }
    [[clients]]
    name = "users"
    count = 2
    queries_per_hour = 600.0
"#;

fn fingerprint(scenario: &NetworkScenario, threads: usize) -> String {
    let (end, keep) = run(scenario, threads).expect("runs");
    assert!(end.events > 5_000, "{}", end.events);
    assert!(!keep.queries.is_empty() && !keep.epochs.is_empty());
    format!("{end:?}{keep:?}")
}

/// The scenario under another mechanism.
fn with(kind: &str) -> NetworkScenario {
    scenario(
        &EVERYTHING.replace(
            "timeout_seconds = 5.0",
            &format!("timeout_seconds = 5.0, kind = {{ {kind} }}"),
        ),
    )
}

#[test]
fn threads_change_nothing() {
    for kind in [
        "text_prompting = {}",
        "inference = { checked_part = 0.3 }",
        "storage = { chunks = 64 }",
        "prediction = { horizon_seconds = 60.0 }",
        "compute = {}",
        "tournament = {}",
    ] {
        let scenario = with(kind);
        let expected = fingerprint(&scenario, 1);
        for threads in [2, 3, 8] {
            assert!(expected == fingerprint(&scenario, threads), "{kind}, {threads} threads");
        }
    }
}

/// So many events at a time that the engine does give them to several threads.
#[test]
fn busy_threads_change_nothing() {
    let scenario = scenario(
        r#"
        simulation = { blocks = 10 }
        network = { regions = [{ name = "here" }], links = [
            { from = "here", to = "here", latency_ms = 200.0, jitter = { exponential = { mean_ms = 20.0 } } }] }
        [[miners]]
        name = "miner"
        count = 64
        quality = 0.5
        hardware = { concurrency = 16 }
        [[validators]]
        name = "v"
        count = 16
        stake_alpha = 10.0
        sample = "all"
        round_seconds = 1.0
        "#,
    );
    let digest = |threads: usize| {
        let mut run = NetworkRun::new(&scenario, threads).expect("is valid");
        run.advance(10, &mut NoRecorder).expect("runs");
        let (rounds, parallel) = run.rounds();
        assert!(threads == 1 || parallel > rounds / 2, "{parallel} of {rounds}");
        run.digest()
    };
    let expected = digest(1);
    for threads in [2, 3, 8] {
        assert_eq!(digest(threads), expected, "{threads} threads");
    }
}

#[test]
fn executions_agree_event_by_event() {
    let executions = [(1, 1), (2, 5)].map(|(threads, shards)| Execution { threads, shards });
    let agreement = check_network(&with("text_prompting = {}"), 60, executions).expect("agree");
    assert!(agreement.events > 1_000);
}

#[test]
fn another_seed_is_another_run() {
    let mut scenario = with("text_prompting = {}");
    let before = fingerprint(&scenario, 1);
    scenario.simulation.seed += 1;
    assert!(before != fingerprint(&scenario, 1));
}

/// Time and score of every query, by names.
fn queries(scenario: &NetworkScenario) -> BTreeMap<(String, String, u32), (u64, u64)> {
    let (_, Keep { info, queries, .. }) = run(scenario, 1).expect("runs");
    let info = info.expect("started");
    let name_of = |uid: u16| {
        let node = info.nodes.iter().find(|node| node.uids.contains(&uid)).expect("has a node");
        let place = uid - node.uids[0];
        format!("{}#{place}", node.name)
    };
    let of = |query: &subsim_network::record::QueryRecord| {
        let key = (name_of(query.validator), name_of(query.miner), query.round);
        (key, (query.elapsed_ns, query.score.to_bits()))
    };
    queries.iter().map(of).collect()
}

#[test]
fn another_miner_moves_nobodys_numbers() {
    let text = |first: &str| {
        format!(
            r#"
            simulation = {{ blocks = 60, record_every_rounds = 1 }}
            network = {{ preset = "global" }}
            mechanism = {{ tasks = [{{ name = "a" }}, {{ name = "b", work = 2.0 }}], pool = 9, repeated_part = 0.5 }}
            {first}
            [[miners]]
            name = "old"
            count = 3
            quality = {{ normal = {{ mean = 0.7, std = 0.1 }} }}
            service = {{ log_normal = {{ median_ms = 300.0, sigma = 0.5 }} }}
            [[miners]]
            name = "twins"
            count = 2
            quality = 0.5
            behaviour = {{ sybil = {{ uids = 2, reuse_answers = false }} }}
            [[miners]]
            name = "moody"
            count = 1
            quality = 0.6
            behaviour = {{ intermittent = {{ on_hours = 0.02, off_hours = 0.02 }} }}
            [[validators]]
            name = "v"
            count = 3
            stake_alpha = 10.0
            sample = "all"
            "#
        )
    };
    let before = queries(&scenario(&text("")));
    // In front of all others, so that every uid and every node number after it moves.
    let newcomer = "[[miners]]\nname = \"new\"\ncount = 1\nquality = 0.9";
    let after = queries(&scenario(&text(newcomer)));
    assert!(before.len() > 1000 && after.len() > before.len());
    for (key, value) in &before {
        assert_eq!(Some(value), after.get(key), "{key:?}");
    }
}
