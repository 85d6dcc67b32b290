//! A real subnet, replayed: the metagraph of subnet 15 must give exactly the epochs that the
//! reference vectors hold for it.
//!
//! The metagraph is real network data and not part of the project; without it these tests say so
//! and check nothing.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use serde_json::Value;
use subsim_consensus::EpochOutput;
use subsim_sim::metagraph::Metagraph;
use subsim_sim::scenario::{BondRule, Subnet};
use subsim_sim::{
    EpochRecord, RecordResult, Recorder, ReplayOptions, Role, RunControl, RunEnd, RunInfo, replay,
};

fn in_project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The metagraph of subnet 15, or a visible line when it is not there.
fn metagraph() -> Option<Metagraph> {
    let path = in_project("../../shared/data/metagraph-sn15-block4769998.json");
    if !path.exists() {
        // Written past the test harness, which hides what passing tests print.
        let line = "SKIPPED: no ../shared/data/metagraph-sn15-block4769998.json beside the project";
        writeln!(std::io::stderr(), "{line}").expect("a terminal");
        return None;
    }
    Some(Metagraph::load(&path).unwrap_or_else(|error| panic!("{error}")))
}

/// Keeps outputs, blocks and stored bonds.
#[derive(Default)]
struct Recording {
    info: Option<RunInfo>,
    epochs: Vec<(u64, EpochOutput)>,
    emission_rao: Vec<u64>,
}

impl Recorder for Recording {
    fn start(&mut self, info: &RunInfo) -> RecordResult {
        self.info = Some(info.clone());
        Ok(())
    }

    fn epoch(&mut self, record: &EpochRecord<'_>) -> RecordResult {
        self.epochs.push((record.block, record.output.clone()));
        self.emission_rao.push(record.emission_rao);
        Ok(())
    }

    fn finish(&mut self, _: &RunEnd) -> RecordResult {
        Ok(())
    }
}

fn run(metagraph: &Metagraph, options: &ReplayOptions) -> Recording {
    let cancel = AtomicBool::new(false);
    let control = RunControl { threads: Some(2), cancel: &cancel, progress: &|_, _| {} };
    let mut recording = Recording::default();
    replay(metagraph, options, &mut recording, &control).unwrap_or_else(|e| panic!("{e}"));
    recording
}

fn under(bond_rule: BondRule, liquid_alpha: bool, epochs: u64) -> ReplayOptions {
    let defaults = ReplayOptions::default();
    let subnet = Subnet { bond_rule, liquid_alpha, ..defaults.subnet };
    ReplayOptions { epochs, subnet, record_bonds: false }
}

/// The lines of the reference vectors, by id.
fn vectors() -> Vec<(String, Value)> {
    let path = in_project("../vectors/data/epochs-sn15.jsonl.zst");
    let file = std::fs::File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut text = String::new();
    zstd::Decoder::new(file)
        .and_then(|mut decoder| decoder.read_to_string(&mut text))
        .expect("readable vectors");
    let line = |line: &str| {
        let value: Value = serde_json::from_str(line).expect("a JSON line");
        (value["id"].as_str().expect("an id").to_owned(), value)
    };
    text.lines().map(line).collect()
}

/// Expected numbers as written, for fields that are lists of numbers or flags.
fn assert_field<T: serde::Serialize>(id: &str, expected: &Value, name: &str, found: &[T]) {
    let found = serde_json::to_value(found).expect("plain numbers");
    assert!(expected[name] == found, "{id}: {name} differs");
}

fn assert_bonds(id: &str, expected: &Value, output: &EpochOutput) {
    let rows = expected["bonds"].as_array().expect("rows");
    for (uid, row) in rows.iter().enumerate() {
        assert_eq!(row.is_null(), output.bonds_untouched[uid], "{id}: bonds of {uid}");
        if !row.is_null() {
            let found: Vec<(u16, u16)> = output.bonds.view().row(uid).collect();
            let found = serde_json::to_value(found).expect("plain numbers");
            assert!(*row == found, "{id}: bonds of {uid} differ");
        }
    }
}

#[test]
fn the_real_subnet_gives_the_reference_epochs() {
    let Some(metagraph) = metagraph() else { return };
    let vectors = vectors();
    let mut checked = 0;
    for (name, rule, liquid) in [
        ("yuma2", BondRule::Yuma2, false),
        ("yuma3", BondRule::Yuma3, false),
        ("yuma3-liquid", BondRule::Yuma3, true),
    ] {
        let recording = run(&metagraph, &under(rule, liquid, 3));
        for (epoch, (block, output)) in recording.epochs.iter().enumerate() {
            let id = format!("sn15-4769998-{name}-{epoch}");
            let (_, vector) = vectors.iter().find(|(found, _)| *found == id).expect("a vector");
            assert_eq!(vector["input"]["params"]["current_block"], *block, "{id}");
            assert_eq!(
                vector["input"]["params"]["rao_emission"], recording.emission_rao[epoch],
                "{id}"
            );
            let expected = &vector["expected"];
            assert_field(&id, expected, "active", &output.active);
            assert_field(&id, expected, "consensus", &output.consensus);
            assert_field(&id, expected, "incentive", &output.incentive);
            assert_field(&id, expected, "dividends", &output.dividends);
            assert_field(&id, expected, "validator_trust", &output.validator_trust);
            assert_field(&id, expected, "stake_weight", &output.stake_weight);
            assert_field(&id, expected, "new_validator_permit", &output.new_validator_permit);
            assert_field(&id, expected, "server_emission", &output.server_emission);
            assert_field(&id, expected, "validator_emission", &output.validator_emission);
            assert_field(&id, expected, "combined_emission", &output.combined_emission);
            assert_field(&id, expected, "consensus_bits", &output.consensus_bits);
            assert_field(&id, expected, "incentive_bits", &output.incentive_bits);
            assert_field(&id, expected, "dividends_bits", &output.dividends_bits);
            assert_bonds(&id, expected, output);
            checked += 1;
        }
    }
    assert_eq!(checked, vectors.len());
}

/// A subnet of two validators and a miner, with stakes in tokens.
fn made_up(stakes: [f64; 3]) -> Result<Metagraph, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("m.json");
    let text = format!(
        "{{\"alpha_stake\": {stakes:?}, \"tao_stake\": [0, 100, 0], \
         \"weights\": [[[2, 1]], [[2, 1]], []]}}"
    );
    std::fs::write(&path, text).expect("writable");
    Metagraph::load(&path).map_err(|error| error.to_string())
}

#[test]
fn it_is_told_when_nobody_reaches_the_threshold() {
    let mut options = ReplayOptions { epochs: 1, ..ReplayOptions::default() };
    let poor = made_up([12.5, 0.0, 0.0]).expect("valid");
    let paid = |options: &ReplayOptions, metagraph: &Metagraph| {
        let (_, output) = run(metagraph, options).epochs.remove(0);
        output.server_emission.iter().sum::<u64>() > 0
    };
    assert_eq!(
        options.notes(&poor),
        ["nobody can be paid: the largest stake is 12.5 tokens, and stakes below \
             min_stake_rao = 1000000000000 (1,000 tokens) do not count; lower it with \
             --set min_stake_rao=0"]
    );
    assert!(!paid(&options, &poor));
    options.set_rules(None, &["min_stake_rao=0".to_owned()]).expect("valid");
    assert!(options.notes(&poor).is_empty());
    assert!(paid(&options, &poor));
    // 995 alpha and 100 TAO at a weight of about 0.053 are just above 1,000.
    let together = made_up([0.0, 995.0, 0.0]).expect("valid");
    let defaults = ReplayOptions { epochs: 1, ..ReplayOptions::default() };
    assert!(defaults.notes(&together).is_empty());
    assert!(paid(&defaults, &together));
    let broke = made_up([0.0, 994.0, 0.0]).expect("valid");
    assert_eq!(defaults.notes(&broke).len(), 1);
    assert!(!paid(&defaults, &broke));
}

#[test]
fn the_top_miner_is_126_and_the_top_validator_2() {
    let Some(metagraph) = metagraph() else { return };
    for rule in [BondRule::Yuma2, BondRule::Yuma3] {
        let recording = run(&metagraph, &under(rule, false, 20));
        assert_eq!(recording.epochs.len(), 20);
        let top = |kind: fn(&EpochOutput) -> &[u64]| {
            let total = |uid: usize| -> u64 {
                recording.epochs.iter().map(|(_, output)| kind(output)[uid]).sum()
            };
            (0..256).max_by_key(|&uid| total(uid)).expect("neurons")
        };
        assert_eq!(top(|output| &output.server_emission), 126, "{rule:?}");
        assert_eq!(top(|output| &output.validator_emission), 2, "{rule:?}");
    }
}

#[test]
fn validators_are_those_who_may_or_did_set_weights() {
    let Some(metagraph) = metagraph() else { return };
    let info = run(&metagraph, &under(BondRule::Yuma2, false, 1)).info.expect("started");
    assert_eq!(info.scenario, "replay-metagraph-sn15-block4769998-yuma2");
    assert_eq!(info.title.as_deref(), Some("Subnet 15 at block 4769998 under Yuma 2"));
    let validators = info.neurons.iter().filter(|n| info.groups[n.group].role == Role::Validator);
    assert_eq!(validators.count(), 20);
    assert_eq!(info.neurons[2].hotkey, "5F4tQyWrhfGVcNhoqeiNsR6KjD4wMZ2kfhLj4oHYuyHbZAc3");
}
