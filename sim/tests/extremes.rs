//! Scenarios at the edge of what a file may say: every one must run to its end, pay no more than
//! its emission, and give finite scores.

use std::fmt::Write;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;
use proptest::sample::select;
use subsim_sim::scenario::Scenario;
use subsim_sim::{EpochRecord, RecordResult, Recorder, RunControl, RunEnd, RunInfo, run};

/// Checks each epoch as it comes.
#[derive(Default)]
struct Checker {
    epochs: u64,
}

impl Recorder for Checker {
    fn start(&mut self, _: &RunInfo) -> RecordResult {
        Ok(())
    }

    fn epoch(&mut self, record: &EpochRecord<'_>) -> RecordResult {
        self.epochs += 1;
        let output = record.output;
        let amounts = output.server_emission.iter().chain(&output.validator_emission);
        let paid: u128 = amounts.map(|&rao| u128::from(rao)).sum();
        // Shares are rounded to 2^-32, so their sum may be off by that much per neuron.
        let allowed = u128::from(record.emission_rao) * 1_000_001 / 1_000_000 + 1000;
        assert!(paid <= allowed, "{paid} of {}", record.emission_rao);
        for (uid, &present) in record.present.iter().enumerate() {
            assert!(present || output.server_emission[uid] == 0, "uid {uid} is paid in absence");
            assert!(!record.score[uid].is_infinite() && !record.quality[uid].is_infinite());
        }
        assert_eq!(record.weights.len(), record.present.len());
        assert_eq!(record.bonds.len(), record.present.len());
        Ok(())
    }

    fn finish(&mut self, end: &RunEnd) -> RecordResult {
        assert_eq!(end.epochs_done, self.epochs);
        Ok(())
    }
}

/// Lines of a scenario, each chosen from its extremes and a middle.
fn scenarios() -> impl Strategy<Value = String> {
    let behaviours = select(vec![
        "\"honest\"",
        "\"random\"",
        "\"equal\"",
        "{ lazy = { update_every_epochs = 1000000 } }",
        "{ copier = { delay_epochs = 3 } }",
        "{ cabal = { miners = [\"a\", \"b\"], share = 0.5 } }",
        "{ cabal = { miners = [\"b\"], share = 1.0 } }",
        "{ cabal = { miners = [\"b\"], share = 0.0 } }",
    ]);
    let rules = select(vec![
        "\"linear\"",
        "{ softmax = { temperature = 1e-300 } }",
        "{ softmax = { temperature = 1e300 } }",
        "{ top_k = { k = 1 } }",
        "{ top_k = { k = 1000 } }",
        "\"winner_takes_all\"",
    ]);
    let sampled = select(vec![
        "0.0",
        "1.0",
        "{ normal = { mean = 0.5, std = 1e300 } }",
        "{ pareto = { scale = 1e-300, shape = 1e-3 } }",
        "{ log_normal = { median = 1.0, sigma = 1e300 } }",
        "{ exponential = { mean = 1e300 } }",
        "{ uniform = { low = 0.0, high = 1.0 } }",
    ]);
    let subnet = (
        select(vec![1, 2, 360, 50_400]),
        select(vec!["0.0", "0.5", "1.0"]),
        select(vec![1, 2, 128]),
        select(vec!["yuma2", "yuma3"]),
        any::<(bool, bool)>(),
        select(vec!["", "owner = \"b\"", "activity_cutoff_blocks = 1"]),
        select(vec!["0", "1000000000000"]),
    );
    let numbers = (select(vec!["0.0", "0.1", "1e300"]), select(vec!["1e-300", "0.5", "1.0"]));
    let texts = (behaviours.clone(), behaviours, rules, sampled.clone(), sampled);
    (subnet, numbers, texts, any::<u32>()).prop_map(|(subnet, (noise, small), texts, seed)| {
        let (tempo, kappa, permits, bond_rule, (liquid, hidden), other, emission) = subnet;
        let (first, second, rule, quality, stake) = texts;
        let mut text = format!("[simulation]\nseed = {seed}\nepochs = 9\n");
        let _ = write!(
            text,
            "[subnet]\ntempo_blocks = {tempo}\nkappa = {kappa}\nmax_validators = {permits}\n\
             bond_rule = \"{bond_rule}\"\nliquid_alpha = {liquid}\ncommit_reveal = {hidden}\n\
             reveal_period_epochs = 2\nemission_rao_per_block = {emission}\n{other}\n\
             [[validators]]\nname = \"v\"\ncount = 3\nstake_alpha = {stake}\nnoise = {noise}\n\
             behaviour = {first}\n\
             [[validators]]\nname = \"w\"\ncount = 2\nstake_alpha = 5.0\nstart_epoch = 1\n\
             stop_epoch = 7\nbehaviour = {second}\n\
             [[miners]]\nname = \"a\"\ncount = 4\nquality = {quality}\nnoise = {noise}\n\
             [[miners]]\nname = \"b\"\ncount = 2\nquality = 0.5\nstake_alpha = {stake}\n\
             start_epoch = 2\nstop_epoch = 5\n\
             [mechanism]\nweights = {rule}\nmoving_average_alpha = {small}\n\
             quality_power = {small}\n\
             [[events]]\nat_epoch = 4\ngroup = \"v\"\nbehaviour = {second}\n\
             [[events]]\nat_epoch = 6\nsubnet = {{ commit_reveal = false, tempo_blocks = 7 }}\n"
        );
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_file_may_say_runs(text in scenarios()) {
        let scenario = Scenario::parse("extreme", &text, &[])
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        let cancel = AtomicBool::new(false);
        let control = RunControl { threads: Some(1), cancel: &cancel, progress: &|_, _| {} };
        let end = run(&scenario, &mut Checker::default(), &control);
        prop_assert_eq!(end.map(|end| end.epochs_done).map_err(|e| e.to_string()), Ok(9));
    }
}
