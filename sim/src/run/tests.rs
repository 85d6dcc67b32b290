//! Whole runs of small scenarios: who earns what, and that nothing but the scenario decides it.

mod behaviours;

use super::*;
use crate::recorder::RecordResult;

/// One recorded epoch, owned.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Recorded {
    pub block: u64,
    pub emission_rao: u64,
    pub present: Vec<bool>,
    /// As bits, so that NaN equals NaN.
    pub quality_bits: Vec<u64>,
    pub score_bits: Vec<u64>,
    pub alpha_stake_rao: Vec<u64>,
    pub output: EpochOutput,
    pub weights: Vec<Vec<(u16, u16)>>,
    pub bonds: Vec<Vec<(u16, u16)>>,
    pub events: Vec<String>,
}

/// Keeps everything.
#[derive(Debug, Default)]
pub(crate) struct Recording {
    pub info: Option<RunInfo>,
    pub epochs: Vec<Recorded>,
    pub end: Option<RunEnd>,
}

impl Recorder for Recording {
    fn start(&mut self, info: &RunInfo) -> RecordResult {
        self.info = Some(info.clone());
        Ok(())
    }

    fn epoch(&mut self, record: &EpochRecord<'_>) -> RecordResult {
        assert_eq!(record.epoch, self.epochs.len() as u64);
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect();
        let rows = |rows: subsim_consensus::Rows<'_>| {
            (0..rows.len()).map(|i| rows.row(i).collect()).collect()
        };
        self.epochs.push(Recorded {
            block: record.block,
            emission_rao: record.emission_rao,
            present: record.present.to_vec(),
            quality_bits: bits(record.quality),
            score_bits: bits(record.score),
            alpha_stake_rao: record.alpha_stake_rao.to_vec(),
            output: record.output.clone(),
            weights: rows(record.weights),
            bonds: rows(record.bonds),
            events: record.events.to_vec(),
        });
        Ok(())
    }

    fn finish(&mut self, end: &RunEnd) -> RecordResult {
        self.end = Some(end.clone());
        Ok(())
    }
}

impl Recording {
    fn uids_of(&self, group: &str) -> Vec<usize> {
        let info = self.info.as_ref().expect("started");
        let index = info.groups.iter().position(|g| g.name == group).expect("a group");
        let of_group = |uid: &usize| info.neurons[*uid].group == index;
        (0..info.neurons.len()).filter(of_group).collect()
    }

    /// Sum over the run of a group's emission of one kind.
    fn total(&self, group: &str, kind: fn(&EpochOutput) -> &[u64]) -> u64 {
        let uids = self.uids_of(group);
        self.epochs.iter().flat_map(|e| uids.iter().map(|&uid| kind(&e.output)[uid])).sum()
    }

    fn miner_emission(&self, group: &str) -> u64 {
        self.total(group, |output| &output.server_emission)
    }

    fn validator_emission(&self, group: &str) -> u64 {
        self.total(group, |output| &output.validator_emission)
    }
}

pub(crate) fn scenario(validators: usize, miners: usize) -> Scenario {
    parse(&format!(
        r#"
        [simulation]
        epochs = 3
        [[validators]]
        name = "honest"
        count = {validators}
        stake_alpha = 1000.0
        [[miners]]
        name = "good"
        count = {miners}
        quality = 0.9
        "#
    ))
}

fn parse(text: &str) -> Scenario {
    Scenario::parse("test", text, &[]).unwrap_or_else(|error| panic!("{error}"))
}

fn run_with(scenario: &Scenario, threads: usize) -> Recording {
    let mut recording = Recording::default();
    let cancel = AtomicBool::new(false);
    let control = RunControl { threads: Some(threads), cancel: &cancel, progress: &|_, _| {} };
    run(scenario, &mut recording, &control).expect("the run succeeds");
    recording
}

fn run_text(text: &str) -> Recording {
    run_with(&parse(text), 2)
}

/// Everything that draws, remembers or waits, in one scenario.
const BUSY: &str = r#"
    [simulation]
    seed = 7
    epochs = 12
    [subnet]
    reveal_period_epochs = 2
    owner = "honest"
    max_uids = 1000
    [[validators]]
    name = "honest"
    count = 5
    stake_alpha = { pareto = { scale = 1000.0, shape = 1.2 } }
    root_stake_tao = 50.0
    noise = 0.1
    [[validators]]
    name = "others"
    count = 3
    stake_alpha = 900.0
    behaviour = "random"
    [[validators]]
    name = "late"
    count = 2
    stake_alpha = 5000.0
    behaviour = "copier"
    start_epoch = 4
    [[miners]]
    name = "good"
    count = 700
    quality = { normal = { mean = 0.7, std = 0.2 } }
    noise = 0.05
    [[miners]]
    name = "passing"
    count = 9
    quality = { uniform = { low = 0.2, high = 0.9 } }
    start_epoch = 2
    stop_epoch = 8
    [mechanism]
    weights = { softmax = { temperature = 0.2 } }
    moving_average_alpha = 0.5
    quality_power = 1.5
    [[events]]
    at_epoch = 6
    subnet = { kappa = 0.6, bond_rule = "yuma3", liquid_alpha = true }
    [[events]]
    at_epoch = 7
    group = "good"
    quality = { exponential = { mean = 0.3 } }
"#;

#[test]
fn threads_change_nothing() {
    let scenario = parse(BUSY);
    let alone = run_with(&scenario, 1);
    for threads in [2, 3, 8] {
        let many = run_with(&scenario, threads);
        assert!(alone.epochs == many.epochs, "records differ with {threads} threads");
        assert_eq!(alone.end, many.end);
    }
}

#[test]
fn seeds_change_everything() {
    let digest = |text: &str| run_text(text).end.expect("finished").digest;
    assert_eq!(digest(BUSY), digest(BUSY));
    assert_ne!(digest(BUSY), digest(&BUSY.replace("seed = 7", "seed = 8")));
}

#[test]
fn another_miner_changes_nobody_elses_quality_or_scores() {
    let before = run_text(BUSY);
    let after = run_text(&BUSY.replace("count = 700", "count = 701"));
    let (old, new) = (before.uids_of("good"), after.uids_of("good"));
    assert_eq!(old[..], new[..700]);
    for (e, f) in before.epochs.iter().zip(&after.epochs) {
        assert_eq!(e.quality_bits[old[0]..=old[699]], f.quality_bits[new[0]..=new[699]]);
    }
    let (old, new) = (before.uids_of("passing"), after.uids_of("passing"));
    for (e, f) in before.epochs[2..8].iter().zip(&after.epochs[2..8]) {
        assert_eq!(e.quality_bits[old[0]..=old[8]], f.quality_bits[new[0]..=new[8]]);
    }
    // Nor another validator, who only adds its own judgement.
    let after = run_text(&BUSY.replace("count = 3", "count = 4"));
    let (old, new) = (before.uids_of("good"), after.uids_of("good"));
    assert_eq!(
        before.epochs[11].score_bits[old[0]..=old[699]],
        after.epochs[11].score_bits[new[0]..=new[699]]
    );
}

#[test]
fn emission_is_shared_out_whole() {
    let recording = run_with(&scenario(3, 4), 2);
    for epoch in &recording.epochs {
        let output = &epoch.output;
        let paid: u64 = output.server_emission.iter().chain(&output.validator_emission).sum();
        // Every amount is truncated, so at most a rao per neuron and kind is missing.
        assert!(paid <= epoch.emission_rao && epoch.emission_rao - paid < 200, "{paid}");
        assert_eq!(epoch.emission_rao, 360 * (1_000_000_000 - 179_995_422));
    }
    let blocks: Vec<u64> = recording.epochs.iter().map(|epoch| epoch.block).collect();
    assert_eq!(blocks, [361, 721, 1081]);
}

#[test]
fn better_miners_earn_in_proportion_under_linear_weights() {
    let recording = run_text(
        r#"
        [simulation]
        epochs = 5
        [[validators]]
        name = "honest"
        count = 3
        stake_alpha = 1000.0
        [[miners]]
        name = "good"
        count = 2
        quality = 0.9
        [[miners]]
        name = "bad"
        count = 2
        quality = 0.3
        "#,
    );
    let (good, bad) = (recording.miner_emission("good"), recording.miner_emission("bad"));
    let ratio = good as f64 / bad as f64;
    assert!((ratio - 3.0).abs() < 0.001, "{ratio}");
    // Scores without noise are the qualities, and validators have none.
    let last = &recording.epochs[4];
    assert_eq!(f64::from_bits(last.score_bits[3]), 0.9);
    assert!(f64::from_bits(last.score_bits[0]).is_nan());
    assert!(f64::from_bits(last.quality_bits[0]).is_nan());
}

#[test]
fn committed_weights_are_used_when_revealed() {
    let mut scenario = scenario(2, 2);
    scenario.subnet.commit_reveal = true;
    scenario.subnet.reveal_period_epochs = 2;
    let recording = run_with(&scenario, 1);
    let entries: Vec<usize> = recording.epochs.iter().map(|e| e.weights[0].len()).collect();
    assert_eq!(entries, [0, 2, 2]);
    assert_eq!(recording.epochs[0].output.incentive, [0; 4]);
    assert!(recording.epochs[1].output.incentive[2] > 0);
    // A period of 1 hides weights until the next epoch, which uses them.
    scenario.subnet.reveal_period_epochs = 1;
    assert_eq!(run_with(&scenario, 1).epochs[0].weights[0].len(), 2);
}

#[test]
fn groups_come_and_go() {
    let recording = run_text(BUSY);
    let passing = recording.uids_of("passing");
    let late = recording.uids_of("late");
    for (number, epoch) in recording.epochs.iter().enumerate() {
        let here = (2..8).contains(&number);
        for &uid in &passing {
            assert_eq!(epoch.present[uid], here);
            assert_eq!(f64::from_bits(epoch.quality_bits[uid]).is_nan(), !here);
            if !here {
                assert_eq!(epoch.output.server_emission[uid], 0);
                assert!(
                    epoch
                        .bonds
                        .iter()
                        .flatten()
                        .all(|&(to, bond)| usize::from(to) != uid || bond == 0)
                );
            }
        }
        for &uid in &late {
            assert_eq!(epoch.alpha_stake_rao[uid] > 0, number >= 4);
            assert_eq!(epoch.output.new_validator_permit[uid], number >= 4);
        }
    }
    // Weights decided in epoch 2 are revealed in epoch 3.
    assert!(passing.iter().all(|&uid| recording.epochs[4].output.incentive[uid] > 0));
    let events = |epoch: usize| recording.epochs[epoch].events.join("; ");
    assert_eq!(events(0), "");
    assert_eq!(events(2), "passing joins");
    assert_eq!(events(4), "late joins");
    assert_eq!(events(8), "passing leaves");
    assert_eq!(events(6), "bond_rule = \"yuma3\"; kappa = 0.6; liquid_alpha = true");
    assert_eq!(events(7), "good: quality = exponential (mean 0.3)");
}

#[test]
fn a_tempo_of_one_block_works() {
    let mut scenario = scenario(2, 2);
    scenario.subnet.tempo_blocks = 1;
    let recording = run_with(&scenario, 1);
    let blocks: Vec<u64> = recording.epochs.iter().map(|epoch| epoch.block).collect();
    assert_eq!(blocks, [2, 3, 4]);
    assert!(recording.epochs.iter().all(|epoch| epoch.output.incentive[2] > 0));
}

#[test]
fn cancelling_ends_the_run_cleanly() {
    let cancel = AtomicBool::new(false);
    let progress = |done: u64, total: u64| {
        assert_eq!(total, 3);
        cancel.store(done == 2, Ordering::Relaxed);
    };
    let control = RunControl { threads: Some(1), cancel: &cancel, progress: &progress };
    let mut recording = Recording::default();
    let end = run(&scenario(1, 1), &mut recording, &control).expect("not a failure");
    assert!(end.cancelled && end.epochs_done == 2);
    assert_eq!(recording.end, Some(end));
    assert_eq!(recording.epochs.len(), 2);
}

#[test]
fn a_recorder_that_fails_ends_the_run() {
    struct Full;
    impl Recorder for Full {
        fn start(&mut self, _: &RunInfo) -> RecordResult {
            Ok(())
        }
        fn epoch(&mut self, _: &EpochRecord<'_>) -> RecordResult {
            Err("the disk is full".into())
        }
        fn finish(&mut self, _: &RunEnd) -> RecordResult {
            panic!("a failed run is not finished")
        }
    }
    let cancel = AtomicBool::new(false);
    let control = RunControl { threads: Some(1), cancel: &cancel, progress: &|_, _| {} };
    let error = run(&scenario(1, 1), &mut Full, &control).expect_err("fails");
    assert_eq!(error.to_string(), "cannot record the run: the disk is full");
}

#[test]
fn events_change_stake_noise_and_behaviour() {
    let recording = run_text(
        r#"
        [simulation]
        epochs = 6
        [[validators]]
        name = "v"
        count = 2
        stake_alpha = 10.0
        [[miners]]
        name = "m"
        count = 4
        quality = [0.2, 0.4, 0.6, 0.8]
        [[events]]
        at_epoch = 1
        group = "v"
        noise = 0.1
        [[events]]
        at_epoch = 3
        group = "v"
        stake_alpha = [20.0, 30.0]
        behaviour = "equal"
        [[events]]
        at_epoch = 4
        group = "m"
        noise = 0.1
        quality = 0.5
        "#,
    );
    let epochs = &recording.epochs;
    assert_eq!(epochs[0].weights[0], epochs[0].weights[1]);
    assert_ne!(epochs[1].weights[0], epochs[1].weights[1]);
    assert_eq!(epochs[2].alpha_stake_rao[..2], [10_000_000_000; 2]);
    assert_eq!(epochs[3].alpha_stake_rao[..2], [20_000_000_000, 30_000_000_000]);
    assert_eq!(epochs[3].weights[0], [(2, 65_535), (3, 65_535), (4, 65_535), (5, 65_535)]);
    // Who does not judge has no score to show.
    assert_eq!(epochs[3].score_bits, [f64::NAN.to_bits(); 6]);
    let quality = |epoch: usize| epochs[epoch].quality_bits[2..].iter().map(|&q| f64::from_bits(q));
    assert!(quality(3).eq([0.2, 0.4, 0.6, 0.8]));
    assert!(quality(4).all(|q| (q - 0.5).abs() < 0.5 && q != 0.5));
    assert!(quality(4).ne(quality(5)));
}
