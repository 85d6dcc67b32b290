//! Who gains by what, under which mechanism: small versions of the questions a designer asks.

use crate::{earned, run, scenario};

/// Ten honest miners, one of another kind, three validators, six hours.
fn share_of_odd_one(mechanism: &str, honest: &str, odd: &str) -> f64 {
    let text = format!(
        r#"
        simulation = {{ blocks = 1800, queries_at_most = 10 }}
        network = {{ preset = "continental" }}
        mechanism = {{ timeout_seconds = 6.0, kind = {{ {mechanism} }} }}
        [[miners]]
        name = "good"
        count = 10
        quality = 0.8
        {honest}
        [[miners]]
        name = "odd"
        count = 1
        {odd}
        [[validators]]
        name = "v"
        count = 3
        stake_alpha = 1000.0
        sample = "all"
        weights_every_blocks = 25
        "#
    );
    let (end, keep) = run(&scenario(&text), 2).expect("runs");
    let (good, odd) = (earned(&end, &keep, "good") / 10.0, earned(&end, &keep, "odd"));
    assert!(good > 0.0, "{mechanism}");
    odd / good
}

const PACED: &str = "service = { log_normal = { median_ms = 800.0, sigma = 0.3 } }";

#[test]
fn copiers_lose_where_copies_are_seen_or_proofs_are_sealed() {
    let copier = "quality = 0.0\nbehaviour = { copier = { of = \"good-0\" } }";
    let text = share_of_odd_one("text_prompting = {}", PACED, copier);
    let inference = share_of_odd_one("inference = {}", PACED, copier);
    let sealed = share_of_odd_one("storage = { sealed = true }", PACED, copier);
    let open = share_of_odd_one("storage = {}", PACED, copier);
    let games = share_of_odd_one("tournament = {}", PACED, copier);
    assert!(text < 0.3, "text {text}");
    // Nor does a tournament mind: whoever copies plays as well as his model.
    assert!(games > 0.8, "tournament {games}");
    assert!(inference > 0.8, "inference {inference}");
    assert!(sealed == 0.0 && open > 0.8, "storage {sealed} {open}");
}

#[test]
fn a_fast_mediocre_miner_beats_a_slow_excellent_one_where_time_counts() {
    let slow = "service = { constant = { ms = 4000.0 } }\nhardware = { concurrency = 4 }";
    let fast = "quality = 0.7\nservice = { constant = { ms = 100.0 } }";
    let odds = |latency_weight| {
        share_of_odd_one(
            &format!("text_prompting = {{ latency_weight = {latency_weight} }}"),
            slow,
            fast,
        )
    };
    let odds = [odds(0.0), odds(0.1), odds(0.5), odds(0.9)];
    assert!(odds.is_sorted() && odds[0] < 0.9 && odds[2] > 1.2, "{odds:?}");
}

#[test]
fn lazy_miners_lose_by_what_is_checked() {
    let lazy =
        format!("quality = 1.0\n{PACED}\nbehaviour = {{ lazy = {{ quality = 0.5, work = 0.3 }} }}");
    let honest = format!("{PACED}\nbehaviour = {{ lazy = {{ quality = 1.0, work = 1.0 }} }}");
    let odds = |part| {
        share_of_odd_one(&format!("inference = {{ checked_part = {part} }}"), &honest, &lazy)
    };
    let odds = [odds(0.0), odds(0.3), odds(1.0)];
    assert!(odds[0] > 1.0 && odds[1] < odds[0] && odds[2] < odds[1], "{odds:?}");
}

#[test]
fn a_sybil_gains_uids_but_not_machines() {
    let sybil = |reuse| {
        format!(
            "quality = 0.8\n{PACED}\nbehaviour = {{ sybil = {{ uids = 4, reuse_answers = {reuse} }} }}"
        )
    };
    // The same answer four times is a copy three times; four of its own queue on one machine, and
    // where only being right counts four uids earn four times.
    let copies = share_of_odd_one("text_prompting = { latency_weight = 0.0 }", PACED, &sybil(true));
    let own = share_of_odd_one("text_prompting = { latency_weight = 0.9 }", PACED, &sybil(false));
    let free = share_of_odd_one("text_prompting = { latency_weight = 0.0 }", PACED, &sybil(false));
    assert!(copies < 1.7 && own < 3.5 && free > 3.5, "{copies} {own} {free}");
}

#[test]
fn the_overfitter_lives_on_what_repeats() {
    let crammer = "quality = 0.2\nbehaviour = { overfitter = { repeated_quality = 0.95 } }";
    let odds = |part: f64| {
        let mechanism = format!(
            "text_prompting = {{}} }}, pool = 100, repeated_part = {part:.1}, tasks = [{{ name = \"a\""
        );
        share_of_odd_one(
            &format!("{mechanism} }}], weights = {{ softmax = {{ temperature = 1.0 }}"),
            PACED,
            crammer,
        )
    };
    let odds = [odds(0.0), odds(0.9)];
    assert!(odds[1] > 1.2 * odds[0], "{odds:?}");
}

#[test]
fn rewards_of_a_region_that_is_cut_off_fall_and_recover() {
    let text = r#"
        simulation = { blocks = 1800, queries_at_most = 10 }
        mechanism = { moving_average_alpha = 0.05 }
        network = { preset = "continental", faults = [
            { at_seconds = 7200, for_seconds = 3600, nodes = { groups = ["off"] }, what = "cut" }] }
        [[miners]]
        name = "stay"
        count = 6
        quality = 0.8
        [[miners]]
        name = "off"
        count = 6
        quality = 0.8
        [[validators]]
        name = "v"
        count = 3
        stake_alpha = 1000.0
        sample = "all"
        weights_every_blocks = 10
    "#;
    let (_, keep) = run(&scenario(text), 2).expect("runs");
    let share = |block: u64| {
        let epoch = keep.epochs.iter().find(|epoch| epoch.block == block).expect("ran");
        let sum = |range: std::ops::Range<usize>| -> u64 {
            epoch.output.server_emission[range].iter().sum()
        };
        sum(9..15) as f64 / sum(3..15) as f64
    };
    // Cut from block 600 to 900.
    let shares = [551, 751, 901, 1301].map(share);
    assert!((shares[0] - 0.5).abs() < 0.05 && (shares[3] - 0.5).abs() < 0.05, "{shares:?}");
    assert!(shares[1] < 0.1 && shares[2] < 0.1, "{shares:?}");
}

#[test]
fn small_validators_hardly_notice_that_messages_are_lost() {
    let per_stake = |part: f64| {
        let text = format!(
            r#"
            simulation = {{ blocks = 1800, queries_at_most = 10 }}
            network = {{ preset = "continental", faults = [{{ at_seconds = 0, for_seconds = 90000,
                nodes = {{ groups = ["small"] }}, what = {{ lose = {{ part = {part:.2} }} }} }}] }}
            [[miners]]
            name = "miner"
            count = 12
            quality = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.5, 0.6, 0.7]
            [[validators]]
            name = "large"
            count = 3
            stake_alpha = 1000.0
            sample = {{ random = 6 }}
            [[validators]]
            name = "small"
            count = 6
            stake_alpha = 50.0
            sample = {{ random = 6 }}
            "#
        );
        let (end, keep) = run(&scenario(&text), 2).expect("runs");
        10.0 * earned(&end, &keep, "small") / earned(&end, &keep, "large")
    };
    let [none, some, most] = [0.0, 0.05, 0.7].map(per_stake);
    // What is lost is lost alike for all miners, and weights are relative.
    assert!((some / none - 1.0).abs() < 0.03, "{some} {none}");
    assert!(most < 0.97 * none, "{most} {none}");
}

#[test]
fn the_rational_leave_what_does_not_pay() {
    let rational = |cost: &str| {
        format!(
            "quality = 0.8\n{PACED}\ncost_tao_per_day = {cost}\nbehaviour = {{ rational = {{ window_epochs = 5 }} }}"
        )
    };
    let cheap = share_of_odd_one("text_prompting = {}", PACED, &rational("1.0"));
    let dear = share_of_odd_one("text_prompting = {}", PACED, &rational("100000.0"));
    assert!((cheap - 1.0).abs() < 0.1 && dear < 0.5, "{cheap} {dear}");
}
