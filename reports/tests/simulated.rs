//! A real scenario through the simulator into files: the same bytes for any number of threads.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use subsim_reports::{RunReport, RunWriter, Timing, WriterOptions};
use subsim_sim::scenario::Scenario;
use subsim_sim::{RunControl, run};

fn scenario() -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/quickstart.toml");
    let short = ["simulation.epochs=12".to_owned(), "simulation.record_bonds=true".to_owned()];
    Scenario::load(&path, &short).expect("the scenario is valid")
}

fn simulate(scenario: &Scenario, folder: &Path, threads: usize) -> RunReport {
    let options = WriterOptions {
        overrides: Vec::new(),
        expectations: scenario.expect.clone(),
        parameters: serde_json::to_value(scenario).unwrap(),
        tao_weight: scenario.subnet.tao_weight,
        plots: true,
    };
    let mut writer = RunWriter::create(folder, options).unwrap();
    let cancel = AtomicBool::new(false);
    let control = RunControl { threads: Some(threads), cancel: &cancel, progress: &|_, _| {} };
    let end = run(scenario, &mut writer, &control).unwrap();
    writer.publish(Timing::new(String::new(), threads, 0.0, end.epochs_done)).unwrap()
}

fn read(folder: &Path, path: &str) -> Vec<u8> {
    fs::read(folder.join(path)).unwrap()
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let root = tempfile::tempdir().unwrap();
    let scenario = scenario();
    let folder = |threads: usize| -> PathBuf { root.path().join(threads.to_string()) };
    let one = simulate(&scenario, &folder(1), 1);
    assert_eq!(one.files.len(), 13, "two datasets, a summary and ten pictures");
    for threads in [2, 8] {
        let report = simulate(&scenario, &folder(threads), threads);
        assert_eq!(report.summary, one.summary);
        for file in &one.files {
            let same = read(&folder(1), &file.path) == read(&folder(threads), &file.path);
            assert!(same, "{} differs with {threads} threads", file.path);
        }
        assert_eq!(report.files, one.files);
    }
}
