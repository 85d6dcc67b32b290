//! Whole runs through [`RunWriter`]: the files, their content, and that the same run gives the same
//! bytes.

mod synthetic;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use polars::prelude::{DataFrame, ParquetReader, SerReader};
use serde_json::{Value, json};
use subsim_reports::{ReportError, RunReport, RunWriter, Timing, UnpaidSummary, WriterOptions};
use subsim_sim::scenario::{Expectation, Metric, Window};
use subsim_sim::{EpochRecord, RecordResult, Recorder, RunEnd, RunInfo};
use synthetic::Synthetic;

fn run_named(name: &str) -> Synthetic {
    synthetic::gallery().into_iter().find(|(other, _)| *other == name).expect("in the gallery").1
}

fn expectation(name: &str, metric: Metric, window: Window, min: f64, max: f64) -> Expectation {
    Expectation { name: name.to_owned(), metric, window, min: Some(min), max: Some(max) }
}

fn options(expectations: Vec<Expectation>) -> WriterOptions {
    WriterOptions {
        overrides: Vec::new(),
        expectations,
        parameters: json!({"kappa": 32767}),
        tao_weight: 0,
        plots: true,
    }
}

fn write(run: &Synthetic, folder: &Path, options: WriterOptions, seconds: f64) -> RunReport {
    let mut writer = RunWriter::create(folder, options).unwrap();
    run.drive(&mut writer).unwrap();
    writer.publish(Timing::new("subsim run x.toml".to_owned(), 2, seconds, run.epochs)).unwrap()
}

/// Every file of a folder by its path, the manifest's timing removed.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for sub in ["", "plots"] {
        let Ok(entries) = fs::read_dir(folder.join(sub)) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            let mut bytes = fs::read(&path).unwrap();
            if name == "manifest.json" {
                let mut manifest: Value = serde_json::from_slice(&bytes).unwrap();
                manifest.as_object_mut().unwrap().remove("timing").expect("timing");
                bytes = manifest.to_string().into_bytes();
            }
            files.insert(name, bytes);
        }
    }
    files
}

fn read(path: &Path) -> DataFrame {
    ParquetReader::new(File::open(path).unwrap()).finish().unwrap()
}

fn sum(frame: &DataFrame, column: &str) -> u64 {
    frame.column(column).unwrap().u64().unwrap().into_no_null_iter().sum()
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let root = tempfile::tempdir().unwrap();
    let run = Synthetic { record_bonds: true, ..run_named("plain") };
    write(&run, &root.path().join("a"), options(Vec::new()), 1.0);
    write(&run, &root.path().join("b"), options(Vec::new()), 2.0);
    // A second run into the same folder replaces everything.
    write(&run, &root.path().join("a"), options(Vec::new()), 3.0);
    let (a, b) = (contents(&root.path().join("a")), contents(&root.path().join("b")));
    let names: Vec<&str> = a.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "bonds.parquet",
            "manifest.json",
            "neurons.parquet",
            "plots/bonds.png",
            "plots/bonds.svg",
            "plots/dividends.png",
            "plots/dividends.svg",
            "plots/incentive.png",
            "plots/incentive.svg",
            "plots/lorenz.png",
            "plots/lorenz.svg",
            "plots/weights.png",
            "plots/weights.svg",
            "summary.json",
        ]
    );
    for (name, bytes) in &a {
        assert!(bytes == &b[name], "{name} differs");
    }
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 2, "nothing temporary is left");
}

#[test]
fn datasets_hold_every_neuron_of_every_epoch() {
    let root = tempfile::tempdir().unwrap();
    // 100 neurons x 1400 epochs are more than one row group, cut within an epoch.
    let mut run = Synthetic { epochs: 1400, record_bonds: true, ..run_named("one-group") };
    run.groups[1].count = 95;
    let report = write(&run, root.path(), options(Vec::new()), 1.0);
    let frame = read(&root.path().join("neurons.parquet"));
    assert_eq!(frame.height(), 140_000);
    let uids = frame.column("uid").unwrap().u16().unwrap();
    let epochs = frame.column("epoch").unwrap().u32().unwrap();
    for row in [0, 99, 100, 131_071, 131_072, 139_999] {
        assert_eq!(uids.get(row), Some((row % 100) as u16));
        assert_eq!(epochs.get(row), Some((row / 100) as u32));
    }
    let groups = frame.column("group").unwrap().str().unwrap();
    assert_eq!((groups.get(4), groups.get(5)), (Some("honest"), Some("all")));
    let quality = frame.column("quality").unwrap();
    assert_eq!(quality.null_count(), 5 * 1400, "validators have no quality");
    let incentive = frame.column("incentive").unwrap().f64().unwrap();
    let total: f64 = incentive.into_no_null_iter().sum();
    assert!((total - 1400.0).abs() < 1e-3, "incentive sums to 1 in every epoch: {total}");
    let emission = sum(&frame, "emission_rao");
    let parts = sum(&frame, "server_emission_rao") + sum(&frame, "validator_emission_rao");
    assert_eq!(emission, parts);
    assert_eq!(u128::from(emission), report.summary.run.emission_rao);
    let bonds = read(&root.path().join("bonds.parquet"));
    assert_eq!(bonds.get_column_names(), ["epoch", "validator_uid", "uid", "bond"]);
    assert!(bonds.height() > 131_072 && bonds.height() <= 5 * 95 * 1400);
    let lowest = bonds.column("bond").unwrap().u16().unwrap().into_no_null_iter().min();
    assert!(lowest > Some(0), "absent bonds are not written");
}

#[test]
fn summary_and_manifest_say_what_happened() {
    let root = tempfile::tempdir().unwrap();
    let share = || Metric::Share("good".to_owned());
    let copier = Metric::DividendPerStake("copier".to_owned());
    let expectations = vec![
        expectation("good earns most", share(), Window::All, 0.8, 1.0),
        expectation("good earns little", share(), Window::Last, 0.0, 0.1),
        expectation("copying pays", copier, Window::All, 1.1, 1.14),
        expectation("rank", Metric::Spearman, Window::All, 0.99, 1.0),
    ];
    let report = write(&run_named("plain"), root.path(), options(expectations), 4.0);
    let passed: Vec<bool> = report.summary.expectations.iter().map(|e| e.passed).collect();
    assert_eq!(passed, [true, false, true, true]);
    assert_eq!(report.summary.passed, Some(false));

    let text = fs::read_to_string(root.path().join("summary.json")).unwrap();
    let summary: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(summary["run"]["groups"][1]["name"], "copier");
    let share = summary["expectations"][0]["value"].as_f64().unwrap();
    assert_eq!(summary["run"]["groups"][2]["share"].as_f64(), Some(share));
    assert_eq!(summary["top_miners"].as_array().unwrap().len(), 10);
    assert_eq!(summary["run"]["groups"][2]["dividend_per_stake"], Value::Null);

    let text = fs::read_to_string(root.path().join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(manifest["timing"]["epochs_per_second"], 75.0);
    assert_eq!(manifest["parameters"]["kappa"], 32767);
    for file in manifest["files"].as_array().unwrap() {
        let bytes = fs::read(root.path().join(file["path"].as_str().unwrap())).unwrap();
        assert_eq!(file["bytes"], bytes.len());
        assert_eq!(file["blake3"], blake3::hash(&bytes).to_hex().as_str());
    }
}

#[test]
fn a_run_of_no_epoch_and_one_that_pays_nobody_have_nulls_and_no_numbers() {
    let root = tempfile::tempdir().unwrap();
    let gini = || vec![expectation("gini", Metric::Gini, Window::All, 0.0, 1.0)];
    for name in ["no-epoch", "nobody-paid"] {
        let report = write(&run_named(name), &root.path().join(name), options(gini()), 0.0);
        assert_eq!(report.summary.run.metrics.gini, None);
        assert_eq!(report.summary.passed, Some(false), "what has no value does not pass");
        assert_eq!(report.summary.last_epoch.is_none(), name == "no-epoch");
    }
}

#[test]
fn without_emission_quality_correlates_with_nothing() {
    let root = tempfile::tempdir().unwrap();
    let run = run_named("no-emission");
    let report = write(&run, root.path(), options(Vec::new()), 1.0);
    let window = &report.summary.run;
    assert_eq!(window.metrics.spearman, None);
    let unpaid = UnpaidSummary { epochs: run.epochs, why: Some("the emission is 0") };
    assert_eq!((window.paid_no_miner, window.paid_no_validator), (unpaid, unpaid));

    let report = write(&run_named("nobody-paid"), root.path(), options(Vec::new()), 1.0);
    let window = &report.summary.run;
    let why = Some("no weights of validators with stake were in force");
    assert_eq!(window.paid_no_miner, UnpaidSummary { epochs: 300, why });
    assert_eq!(window.paid_no_validator, UnpaidSummary { epochs: 0, why: None });
}

/// Tells a writer that the run was stopped.
struct Stopped<'a>(&'a mut RunWriter);

impl Recorder for Stopped<'_> {
    fn start(&mut self, info: &RunInfo) -> RecordResult {
        self.0.start(info)
    }

    fn epoch(&mut self, record: &EpochRecord<'_>) -> RecordResult {
        self.0.epoch(record)
    }

    fn finish(&mut self, end: &RunEnd) -> RecordResult {
        self.0.finish(&RunEnd { cancelled: true, ..end.clone() })
    }
}

#[test]
fn a_stopped_run_says_that_expectations_speak_of_a_part() {
    let root = tempfile::tempdir().unwrap();
    let expectations = vec![expectation("gini", Metric::Gini, Window::All, 0.0, 1.0)];
    let overrides = vec!["subnet.kappa=0.6".to_owned()];
    let options = WriterOptions { overrides: overrides.clone(), ..options(expectations) };
    let whole = write(&run_named("plain"), &root.path().join("whole"), options.clone(), 1.0);
    assert_eq!((whole.summary.passed, whole.summary.complete), (Some(true), true));
    let mut writer = RunWriter::create(&root.path().join("part"), options).unwrap();
    assert!(writer.workspace().is_dir());
    run_named("plain").drive(&mut Stopped(&mut writer)).unwrap();
    let part = writer.publish(Timing::new(String::new(), 1, 1.0, 1)).unwrap();
    assert_eq!((part.summary.passed, part.summary.complete), (Some(true), false));
    assert_eq!(part.summary.overrides, overrides);
}

#[test]
fn a_run_without_plots_tells_which_earlier_ones_it_removed() {
    let root = tempfile::tempdir().unwrap();
    let run = run_named("three-miners");
    assert!(write(&run, root.path(), options(Vec::new()), 1.0).removed.is_empty());
    let bare = || WriterOptions { plots: false, ..options(Vec::new()) };
    let removed = write(&run, root.path(), bare(), 1.0).removed;
    assert_eq!(removed.len(), 10);
    assert!(removed.iter().all(|file| file.starts_with("plots/")), "{removed:?}");
    assert!(write(&run, root.path(), bare(), 1.0).removed.is_empty());
}

#[test]
fn an_unfinished_run_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    let writer = RunWriter::create(&out, options(Vec::new())).unwrap();
    let timing = Timing::new(String::new(), 1, 0.0, 0);
    assert!(matches!(writer.publish(timing), Err(ReportError::OutOfOrder(_))));
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
}

#[test]
fn without_plots_there_are_none() {
    let root = tempfile::tempdir().unwrap();
    let options = WriterOptions { plots: false, ..options(Vec::new()) };
    write(&run_named("three-miners"), root.path(), options, 1.0);
    let files: Vec<String> = contents(root.path()).into_keys().collect();
    assert_eq!(files, ["manifest.json", "neurons.parquet", "summary.json"]);
}
