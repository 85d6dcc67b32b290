//! How fast is a day: 4096 miners, 64 validators, each of which asks 64 random miners every 12 s? And a day without
//! queries, and one of large answers?
//!
//! ```text
//! cargo run --release -p subsim-network --example day -- [threads] [hours]
//! cargo run --release -p subsim-network --example day -- idle [years]
//! cargo run --release -p subsim-network --example day -- shared [hours]
//! ```

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use subsim_network::config::NetworkScenario;
use subsim_network::record::NoRecorder;
use subsim_network::run_network;
use subsim_sim::RunControl;

const BUSY: &str = r#"
    simulation = { seed = 1 }
    network = { preset = "global" }
    mechanism = { kind = { text_prompting = {} } }
    [[miners]]
    name = "miner"
    count = 4096
    quality = { normal = { mean = 0.7, std = 0.1 } }
    [[validators]]
    name = "validator"
    count = 64
    stake_alpha = 1000.0
    sample = { random = 64 }
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: u64| arguments.get(at).map_or(Ok(default), |a| a.parse());
    let mut scenario: NetworkScenario = toml::from_str(BUSY)?;
    let threads = if arguments.first().is_some_and(|first| first == "idle") {
        scenario.simulation.blocks = number(1, 10)? * 365 * 7200;
        scenario.validators[0].round_seconds = None;
        1
    } else if arguments.first().is_some_and(|first| first == "shared") {
        // Fewer and larger: 16 validators ask 256 miners for a megabyte each, and all share ports.
        scenario.simulation.blocks = number(1, 1)? * 300;
        scenario.network.share_above_bytes = Some(100_000);
        scenario.mechanism.response_bytes = 1_000_000;
        (scenario.miners[0].count, scenario.validators[0].count) = (256, 16);
        1
    } else {
        scenario.simulation.blocks = number(1, 24)? * 300;
        number(0, 2)?
    };
    let control = RunControl {
        threads: Some(usize::try_from(threads)?),
        cancel: &AtomicBool::new(false),
        progress: &|_, _| {},
    };
    let start = Instant::now();
    let end = run_network(&scenario, &mut NoRecorder, &control)?;
    let seconds = start.elapsed().as_secs_f64();
    let queries: u64 = end.pairs.iter().map(|(_, _, pair)| pair.queries).sum();
    let answered: u64 = end.pairs.iter().map(|(_, _, pair)| pair.answered).sum();
    println!("threads {threads}, blocks {}, seconds {seconds:.2}", end.blocks);
    println!("events {}, {:.2} M/s", end.events, end.events as f64 / seconds / 1e6);
    println!("queries {queries}, answered {answered}, digest {}", end.digest);
    println!("peak memory {}", peak_memory().unwrap_or_else(|| "unknown".to_owned()));
    Ok(())
}

/// The process's largest resident size, where the system tells.
fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.trim_start_matches("VmHWM:").trim().to_owned())
}
