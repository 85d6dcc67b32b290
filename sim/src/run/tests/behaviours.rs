//! What each validator behaviour does to others and gets for itself.

use super::*;

/// A good and a bad group of miners; honest validators, and others whose lines are given.
fn against_honest(other: &str, subnet: &str) -> Recording {
    run_text(&format!(
        r#"
        [simulation]
        epochs = 30
        [subnet]
        {subnet}
        [[validators]]
        name = "honest"
        count = 4
        stake_alpha = 1000.0
        noise = 0.03
        [[validators]]
        name = "other"
        {other}
        [[miners]]
        name = "good"
        count = 10
        quality = {{ uniform = {{ low = 0.5, high = 0.9 }} }}
        noise = 0.05
        [[miners]]
        name = "bad"
        count = 10
        quality = 0.2
        noise = 0.05
        "#
    ))
}

/// Mean validator trust of a group over the second half of the run, 0 to 1.
fn trust(recording: &Recording, group: &str) -> f64 {
    let uids = recording.uids_of(group);
    let late = &recording.epochs[recording.epochs.len() / 2..];
    let values: Vec<f64> = late
        .iter()
        .flat_map(|e| uids.iter().map(|&uid| f64::from(e.output.validator_trust[uid]) / 65_535.0))
        .collect();
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn a_copier_agrees_with_the_consensus_without_working() {
    let other = "count = 1\nstake_alpha = 500.0\nbehaviour = \"copier\"";
    let copied = against_honest(other, "");
    assert!(trust(&copied, "other") > 0.95, "{}", trust(&copied, "other"));
    // It had nothing to copy in the first epoch.
    let uid = copied.uids_of("other")[0];
    assert!(copied.epochs[0].weights[uid].is_empty() && !copied.epochs[1].weights[uid].is_empty());
}

#[test]
fn hidden_weights_make_the_copier_late() {
    // Qualities turn around in the middle: who copies late, copies what is no longer true.
    let text = |subnet: &str| {
        format!(
            r#"
            [simulation]
            epochs = 20
            [subnet]
            {subnet}
            [[validators]]
            name = "honest"
            count = 4
            stake_alpha = 1000.0
            [[validators]]
            name = "copier"
            count = 1
            stake_alpha = 500.0
            behaviour = "copier"
            [[miners]]
            name = "rising"
            count = 5
            quality = 0.1
            [[miners]]
            name = "falling"
            count = 5
            quality = 0.9
            [[events]]
            at_epoch = 10
            group = "rising"
            quality = 0.9
            [[events]]
            at_epoch = 10
            group = "falling"
            quality = 0.1
            "#
        )
    };
    let behind = |recording: &Recording| {
        let (honest, copier) = (recording.uids_of("honest")[0], recording.uids_of("copier")[0]);
        recording.epochs[10..]
            .iter()
            .filter(|epoch| epoch.weights[honest] != epoch.weights[copier])
            .filter(|epoch| epoch.output.validator_trust[copier] < 60_000)
            .count()
    };
    let open = run_text(&text(""));
    let hidden = run_text(&text("reveal_period_epochs = 3"));
    assert_eq!(behind(&open), 1);
    assert_eq!(behind(&hidden), 3);
}

#[test]
fn a_cabal_raises_its_own_miners_as_far_as_it_has_stake() {
    let cabal = |stake: f64| {
        let other = format!(
            "count = 1\nstake_alpha = {stake:.1}\nbehaviour = {{ cabal = {{ miners = [\"bad\"] }} }}"
        );
        let recording = against_honest(&other, "");
        let (good, bad) = (recording.miner_emission("good"), recording.miner_emission("bad"));
        bad as f64 / (good + bad) as f64
    };
    let (minority, majority) = (cabal(400.0), cabal(8000.0));
    assert!(minority < 0.3, "{minority}");
    assert!(majority > 0.95, "{majority}");
}

#[test]
fn lazy_weights_go_stale() {
    let other =
        "count = 1\nstake_alpha = 500.0\nbehaviour = { lazy = { update_every_epochs = 7 } }";
    let recording = against_honest(other, "");
    let uid = recording.uids_of("other")[0];
    let updates: Vec<usize> = (1..30)
        .filter(|&e| recording.epochs[e].weights[uid] != recording.epochs[e - 1].weights[uid])
        .collect();
    assert_eq!(updates, [7, 14, 21, 28]);
}

#[test]
fn random_and_equal_validators_agree_less_than_honest_ones() {
    for behaviour in ["random", "equal"] {
        let other = format!("count = 1\nstake_alpha = 500.0\nbehaviour = \"{behaviour}\"");
        let recording = against_honest(&other, "");
        let (honest, other) = (trust(&recording, "honest"), trust(&recording, "other"));
        assert!(honest > other + 0.1, "{behaviour}: {honest} and {other}");
        let per_stake = recording.validator_emission("other") as f64
            / 500.0
            / (recording.validator_emission("honest") as f64 / 4000.0);
        assert!(per_stake < 0.9, "{behaviour}: {per_stake}");
    }
}
