//! What a run does, on small networks that can be followed by hand.

use subsim_network::record::Outcome;

use crate::{earned, run, scenario};

const SMALL: &str = r#"
    simulation = { blocks = 120, record_every_rounds = 1 }
    network = { regions = [{ name = "here" }, { name = "there" }], links = [
        { from = "here", to = "here", latency_ms = 10.0 },
        { from = "there", to = "there", latency_ms = 10.0 },
        { from = "here", to = "there", latency_ms = 50.0 }] }
    mechanism = { timeout_seconds = 4.0, request_bytes = 1000, response_bytes = 10000 }
    ledger = { call_delay = { constant = { ms = 0.0 } } }
    [[miners]]
    name = "near"
    count = 1
    quality = 0.8
    service = { constant = { ms = 200.0 } }
    regions = ["here"]
    hardware = { uplink_mbps = 8.0, downlink_mbps = 8.0 }
    [[miners]]
    name = "far"
    count = 1
    quality = 0.8
    service = { constant = { ms = 200.0 } }
    regions = ["there"]
    hardware = { uplink_mbps = 8.0, downlink_mbps = 8.0 }
    [[validators]]
    name = "v"
    count = 1
    stake_alpha = 10.0
    regions = ["here"]
    weights_every_blocks = 10
    hardware = { downlink_mbps = 8.0 }
"#;

#[test]
fn an_answer_takes_latency_bytes_and_work() {
    let (end, keep) = run(&scenario(SMALL), 1).expect("runs");
    let elapsed = |miner: u16| -> Vec<u64> {
        let of = keep.queries.iter().filter(|query| query.miner == miner);
        let mut elapsed: Vec<u64> = of.map(|query| query.elapsed_ns).collect();
        elapsed.dedup();
        elapsed
    };
    // At a byte per microsecond: 1 ms up, 10 ms down, 200 ms work, and the way twice.
    assert_eq!((elapsed(1), elapsed(2)), (vec![231_000_000], vec![311_000_000]));
    assert_eq!(keep.queries.len(), 2 * 120);
    assert!(keep.queries.iter().all(|query| query.outcome == Outcome::Answered));
    let usage = &end.usage[3];
    assert_eq!((usage.bytes_in, usage.bytes_out, usage.served), (120_000, 1_200_000, 120));
    assert_eq!((usage.compute_ns, usage.peak_concurrency), (120 * 200_000_000, 1));
    assert_eq!(usage.peak_out_bytes_per_second, 10_000);
    assert_eq!(keep.epochs.iter().map(|epoch| epoch.block).collect::<Vec<_>>(), [51, 101]);
}

#[test]
fn large_answers_share_the_way_in() {
    let text = SMALL.replace("links = [", "share_above_bytes = 5000, links = [").replace(
        "{ from = \"here\", to = \"there\", latency_ms = 50.0 }",
        "{ from = \"here\", to = \"there\", latency_ms = 10.0 }",
    );
    let (_, keep) = run(&scenario(&text), 2).expect("runs");
    // Both answers start into the validator's 8 Mbit/s in one moment, each at half the rate: 20 ms
    // in place of 10. The fabric looks at what came a nanosecond later.
    for query in &keep.queries {
        assert!((241_000_000..=241_000_002).contains(&query.elapsed_ns), "{}", query.elapsed_ns);
    }
}

#[test]
fn what_comes_late_is_worth_nothing() {
    let text = SMALL.replace("timeout_seconds = 4.0", "timeout_seconds = 0.3109999");
    let (_, keep) = run(&scenario(&text), 1).expect("runs");
    assert!(keep.queries.iter().all(|q| (q.miner == 1) == (q.outcome == Outcome::Answered)));
    // At the very last moment is in time.
    let text = SMALL.replace("timeout_seconds = 4.0", "timeout_seconds = 0.311");
    let (_, keep) = run(&scenario(&text), 1).expect("runs");
    assert!(keep.queries.iter().all(|query| query.outcome == Outcome::Answered));
}

#[test]
fn clocks_that_are_far_off_make_questions_look_old() {
    // The sender is more than timeout and tolerance behind, so its questions look too old.
    let refused = |offset_ms: &str| {
        let text = SMALL.replace(
            "hardware = { downlink_mbps = 8.0 }",
            &format!("hardware = {{ clock = {{ offset_ms = {offset_ms} }} }}"),
        );
        let (end, _) = run(&scenario(&text), 1).expect("runs");
        (end.usage[3].refused, end.usage[3].served)
    };
    assert_eq!(refused("-7900.0"), (0, 120));
    // The first question of the run cannot be older than the beginning of time.
    let (late, served) = refused("-8100.0");
    assert!(late >= 119 && late + served == 120, "{late} {served}");
}

#[test]
fn calls_can_miss_their_block() {
    // An epoch comes in block 51. Weights that take a block longer than the way there miss it.
    let first_paid = |delay_ms: f64| {
        let text = SMALL.replace("{ ms = 0.0 }", &format!("{{ ms = {delay_ms:.1} }}"));
        let (_, keep) = run(&scenario(&text), 1).expect("runs");
        let paid = |epoch: &subsim_network::ledger::EpochOutcome| {
            epoch.output.server_emission.iter().sum::<u64>() > 0
        };
        keep.epochs.iter().find(|epoch| paid(epoch)).map(|epoch| epoch.block)
    };
    assert_eq!(first_paid(0.0), Some(51));
    assert_eq!(first_paid(600_000.0), Some(101));
}

#[test]
fn full_blocks_postpone_calls() {
    let text = SMALL
        .replace("ledger = {", "ledger = { calls_per_block = 1, ")
        .replace("name = \"v\"\n    count = 1", "name = \"v\"\n    count = 40");
    let (_, keep) = run(&scenario(&text), 1).expect("runs");
    assert!(keep.included > 60, "{}", keep.included);
    assert!(keep.postponed > 50, "{}", keep.postponed);
}

#[test]
fn a_crash_and_a_cut_show_in_the_records() {
    let with_fault = |what: &str, nodes: &str| {
        let fault = format!(
            "faults = [{{ at_seconds = 240, for_seconds = 240, nodes = {nodes}, what = {what} }}], links"
        );
        let (end, keep) = run(&scenario(&SMALL.replace("links", &fault)), 1).expect("runs");
        assert_eq!(end.faults.len(), 1);
        keep.queries
    };
    for queries in [
        with_fault("\"cut\"", "{ regions = [\"there\"] }"),
        with_fault("\"crash\"", "{ names = [\"far-0\"] }"),
        with_fault("{ lose = { part = 1.0 } }", "{ groups = [\"far\"] }"),
        with_fault("{ slow = { extra_ms = 5000.0 } }", "{ groups = [\"far\"] }"),
    ] {
        for query in &queries {
            let sent_s = query.sent_ns as f64 / 1e9;
            let hit = query.miner == 2 && (239.7..480.0).contains(&sent_s);
            assert_eq!(hit, query.outcome == Outcome::Timeout, "{query:?}");
        }
    }
}

#[test]
fn queries_are_recorded_by_their_rule() {
    let all = run(&scenario(SMALL), 1).expect("runs").1.queries;
    let some = SMALL.replace("record_every_rounds = 1", "queries_at_most = 100");
    let (_, keep) = run(&scenario(&some), 1).expect("runs");
    assert_eq!(keep.info.expect("started").record_every_rounds, 3);
    assert_eq!(keep.queries.len(), 80);
    let rounds = keep.queries.iter().map(|query| query.round % 3);
    assert!(rounds.clone().all(|rest| Some(rest) == rounds.clone().next()));
    assert!(keep.queries.iter().all(|query| all.contains(query)));
}

#[test]
fn extremes_are_only_slow() {
    // Nobody at all, and everything as small or large as it may be.
    let (end, _) = run(&scenario("simulation = { blocks = 120 }"), 2).expect("runs");
    assert_eq!(end.usage.len(), 2);
    let text = r#"
        simulation = { blocks = 60, record_every_rounds = 1 }
        network = { share_above_bytes = 0, regions = [{ name = "here" }], links = [
            { from = "here", to = "here", latency_ms = 0.0 }] }
        mechanism = { request_bytes = 4294967295, response_bytes = 0 }
        ledger = { burn_tao = 21000000.0 }
        [[miners]]
        name = "m"
        count = 2
        quality = 1.0
        service = { constant = { ms = 31536000000.0 } }
        hardware = { speed = 0.000001, uplink_mbps = 0.000001, downlink_mbps = 1000000000.0 }
        [[validators]]
        name = "v"
        count = 2
        stake_alpha = 21000000.0
        round_seconds = 0.5
        sample = "all"
        hardware = { uplink_mbps = 1000000000.0 }
        [[clients]]
        name = "c"
        count = 1
        queries_per_hour = 3600.0
    "#;
    let (end, keep) = run(&scenario(text), 2).expect("runs");
    assert!(end.events > 1_000 && !keep.queries.is_empty());
    assert!(keep.queries.iter().all(|query| query.outcome == Outcome::Timeout));
}

#[test]
fn an_idle_network_is_its_epochs() {
    let text = SMALL
        .replace("blocks = 120", "blocks = 2628000")
        .replace("count = 1\n    stake", "count = 1\n    round_seconds = 10000000.0\n    stake");
    let mut scenario = scenario(&text);
    scenario.validators[0].round_seconds = None;
    scenario.subnet.tempo_blocks = 360;
    let (end, keep) = run(&scenario, 1).expect("runs");
    assert_eq!((end.events, keep.epochs.len()), (7_299, 7_299));
    assert_eq!(earned(&end, &keep, "near"), 0.0);
}
