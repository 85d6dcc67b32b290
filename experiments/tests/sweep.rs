//! Sweeps as a whole: what they leave on disk, and that a resumed one leaves the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use subsim_experiments::sweep::{
    Axis, POINTS, Plan, Progress, RUNS, Sweep, SweepError, SweepReport,
};

const SCENARIO: &str = r#"
[simulation]
epochs = 6
seed = 3
[subnet]
commit_reveal = false
[[miners]]
name = "good"
count = 4
quality = 0.8
noise = 0.1
[[miners]]
name = "bad"
count = 4
quality = 0.3
noise = 0.1
[[validators]]
name = "honest"
count = 3
stake_alpha = 100.0
noise = 0.1
"#;

fn axis(path: &str, values: &[&str]) -> Axis {
    Axis { path: path.to_owned(), values: values.iter().map(|value| (*value).to_owned()).collect() }
}

fn sweep(folder: &Path, axes: Vec<Axis>) -> Sweep {
    let scenario = folder.join("small.toml");
    fs::write(&scenario, SCENARIO).expect("the folder can be written to");
    Sweep {
        scenario,
        overrides: Vec::new(),
        plan: Plan { axes, zipped: false, replicates: 3 },
        out_dir: folder.join("out"),
        resume: false,
    }
}

fn run(sweep: &Sweep) -> Result<SweepReport, SweepError> {
    sweep.run(Progress { cancel: &AtomicBool::new(false), done: &|| {} })
}

/// Every file below a folder, by path.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the folder exists") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let content = fs::read(&path).expect("the file can be read");
            found.insert(path, content);
        }
    }
    found
}

#[test]
fn a_sweep_that_was_stopped_and_resumed_leaves_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let axes =
        || vec![axis("subnet.kappa", &["0.4", "0.6"]), axis("simulation.epochs", &["5", "6"])];
    let mut sweep = sweep(folder.path(), axes());
    let report = run(&sweep).expect("the sweep runs");
    assert_eq!((report.points, report.runs, report.kept), (4, 12, 0));
    assert!(report.failed.is_empty() && !report.cancelled);
    let undisturbed = files(&sweep.out_dir);
    assert!(undisturbed.contains_key(&sweep.out_dir.join(RUNS)));

    // Stopped after five runs.
    sweep.out_dir = folder.path().join("other");
    let (cancel, over) = (AtomicBool::new(false), AtomicU64::new(0));
    let stop = || {
        if over.fetch_add(1, Ordering::Relaxed) == 4 {
            cancel.store(true, Ordering::Relaxed);
        }
    };
    let report = sweep.run(Progress { cancel: &cancel, done: &stop }).expect("the sweep runs");
    assert!(report.cancelled && report.table.is_empty());
    assert!(!sweep.out_dir.join(POINTS).exists());
    // What a process that was killed may leave: a workspace, and a run without its manifest.
    fs::create_dir_all(sweep.out_dir.join("runs/.subsim-dead")).expect("a folder");
    let half = sweep.out_dir.join("runs/run=000011");
    fs::create_dir_all(&half).expect("a folder");
    let _ = fs::remove_file(half.join("manifest.json"));
    sweep.resume = true;
    let report = run(&sweep).expect("the sweep runs");
    assert!(report.kept >= 4, "{report:?}");
    let resumed: BTreeMap<PathBuf, Vec<u8>> = files(&sweep.out_dir)
        .into_iter()
        .map(|(path, content)| {
            let inside = path.strip_prefix(&sweep.out_dir).expect("it is inside");
            (folder.path().join("out").join(inside), content)
        })
        .collect();
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&undisturbed), names(&resumed));
    assert!(undisturbed == resumed, "some file differs");
}

#[test]
fn a_failed_run_is_a_row_and_the_others_go_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sweep = sweep(folder.path(), vec![axis("subnet.kappa", &["0.4", "7.0"])]);
    let report = run(&sweep).expect("the sweep runs");
    assert_eq!(report.failed.len(), 3);
    assert_eq!(report.failed[0].0, 3);
    assert!(!report.failed[0].1.is_empty());
    assert!(report.table.iter().all(|row| row.point == 0 && row.n == 3));
    assert!(sweep.out_dir.join(RUNS).is_file());
}

#[test]
fn another_sweep_in_the_folder_is_not_resumed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut sweep = sweep(folder.path(), vec![axis("subnet.kappa", &["0.4"])]);
    run(&sweep).expect("the sweep runs");
    sweep.plan.axes[0].values.push("0.5".to_owned());
    sweep.resume = true;
    assert!(matches!(run(&sweep), Err(SweepError::Folder { .. })));
    sweep.resume = false;
    assert_eq!(run(&sweep).expect("the sweep runs").runs, 6);
    // A folder of unknown origin is left alone.
    sweep.out_dir = folder.path().join("foreign");
    fs::create_dir_all(sweep.out_dir.join("runs")).expect("a folder");
    assert!(matches!(run(&sweep), Err(SweepError::Folder { .. })));
    assert!(sweep.out_dir.join("runs").exists());
}
