//! Results of made-up runs, to look at and to measure:
//!
//! - `cargo run --release -p subsim-reports --example made_up gallery FOLDER` writes runs of every
//!   shape, for a look at their plots;
//! - `... --example made_up throughput VALIDATORS MINERS EPOCHS` prints how fast results are
//!   written, how large they are, and how much memory it takes.

#[path = "../tests/synthetic/mod.rs"]
mod synthetic;

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use subsim_reports::{RunWriter, Timing, WriterOptions};
use subsim_sim::{EpochRecord, RecordResult, Recorder, Role, RunEnd, RunInfo};

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["gallery", folder] => gallery(Path::new(folder)),
        ["throughput", validators, miners, epochs] => {
            throughput(validators.parse()?, miners.parse()?, epochs.parse()?)
        }
        _ => Err("say `gallery FOLDER` or `throughput VALIDATORS MINERS EPOCHS`".into()),
    }
}

fn options() -> WriterOptions {
    WriterOptions {
        overrides: Vec::new(),
        expectations: Vec::new(),
        parameters: serde_json::Value::Null,
        tao_weight: 0,
        plots: true,
    }
}

fn gallery(folder: &Path) -> Outcome {
    for (name, run) in synthetic::gallery() {
        let mut writer = RunWriter::create(&folder.join(name), options())?;
        run.drive(&mut writer)?;
        let report = writer.publish(Timing::new("gallery".to_owned(), 1, 0.0, run.epochs))?;
        println!("{}", report.out_dir.display());
    }
    Ok(())
}

/// Counts the time spent in the recorder it passes everything to.
struct Stopwatch {
    writer: RunWriter,
    spent: Duration,
}

impl Recorder for Stopwatch {
    fn start(&mut self, info: &RunInfo) -> RecordResult {
        self.writer.start(info)
    }

    fn epoch(&mut self, record: &EpochRecord<'_>) -> RecordResult {
        let start = Instant::now();
        let result = self.writer.epoch(record);
        self.spent += start.elapsed();
        result
    }

    fn finish(&mut self, end: &RunEnd) -> RecordResult {
        let start = Instant::now();
        let result = self.writer.finish(end);
        self.spent += start.elapsed();
        result
    }
}

fn throughput(validators: usize, miners: usize, epochs: u64) -> Outcome {
    let group = |name: &str, role, count| synthetic::Group {
        name: name.to_owned(),
        role,
        count,
        level: 0.6,
    };
    let run = synthetic::Synthetic {
        groups: vec![
            group("honest", Role::Validator, validators),
            group("miners", Role::Miner, miners),
        ],
        epochs,
        power: Some(3),
        emission_rao: synthetic::EMISSION_RAO,
        replay: false,
        record_bonds: false,
    };
    let folder = tempfile::tempdir()?;
    let writer = RunWriter::create(&folder.path().join("run"), options())?;
    let mut stopwatch = Stopwatch { writer, spent: Duration::ZERO };
    run.drive(&mut stopwatch)?;
    let start = Instant::now();
    let report = stopwatch.writer.publish(Timing::new(String::new(), 1, 0.0, run.epochs))?;
    let rows = (validators + miners) as f64 * epochs as f64;
    let recording = stopwatch.spent.as_secs_f64();
    println!("recording: {recording:.2} s, {:.0} rows/s", rows / recording);
    println!("summary and plots: {:.2} s", start.elapsed().as_secs_f64());
    for file in report.files.iter().filter(|file| file.path.ends_with("parquet")) {
        println!("{}: {} bytes, {:.1} per row", file.path, file.bytes, file.bytes as f64 / rows);
    }
    for line in std::fs::read_to_string("/proc/self/status").unwrap_or_default().lines() {
        if line.starts_with("VmHWM") {
            println!("peak memory: {}", line.trim_start_matches("VmHWM:").trim());
        }
    }
    Ok(())
}
