//! Whole runs of the resolution `network`, and its parts against theory.

mod behaviours;
mod determinism;
mod queueing;
mod runs;

use std::sync::atomic::AtomicBool;

use subsim_network::config::NetworkScenario;
use subsim_network::ledger::EpochOutcome;
use subsim_network::record::{EpochRecord, NetworkEnd, NetworkRecorder, QueryRecord, RunInfo};
use subsim_network::{NetworkError, run_network};
use subsim_sim::{RecordResult, RunControl};

/// Keeps everything it is told.
#[derive(Debug, Default)]
struct Keep {
    info: Option<RunInfo>,
    queries: Vec<QueryRecord>,
    epochs: Vec<EpochOutcome>,
    included: u64,
    postponed: u64,
}

impl NetworkRecorder for Keep {
    fn start(&mut self, info: &RunInfo) -> RecordResult {
        self.info = Some(info.clone());
        Ok(())
    }

    fn queries(&mut self, queries: &[QueryRecord]) -> RecordResult {
        self.queries.extend_from_slice(queries);
        Ok(())
    }

    fn epoch(&mut self, epoch: &EpochRecord<'_>) -> RecordResult {
        self.epochs.push(epoch.outcome.clone());
        self.included += epoch.calls_included;
        self.postponed += epoch.calls_postponed;
        Ok(())
    }
}

/// Reads a scenario and gives it a short tempo, so that a few hours hold many epochs. Weights are
/// in force as soon as they are included.
fn scenario(text: &str) -> NetworkScenario {
    let mut scenario: NetworkScenario =
        toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    scenario.subnet.tempo_blocks = 50;
    scenario.subnet.commit_reveal = false;
    scenario
}

fn run(scenario: &NetworkScenario, threads: usize) -> Result<(NetworkEnd, Keep), NetworkError> {
    let mut keep = Keep::default();
    let control = RunControl {
        threads: Some(threads),
        cancel: &AtomicBool::new(false),
        progress: &|_, _| {},
    };
    Ok((run_network(scenario, &mut keep, &control)?, keep))
}

/// What each group of miners and validators earned, by name, over the whole run.
fn earned(end: &NetworkEnd, keep: &Keep, group: &str) -> f64 {
    let info = keep.info.as_ref().expect("started");
    let nodes = info.nodes.iter().filter(|node| info.groups[node.group] == group);
    let uids = nodes.flat_map(|node| &node.uids);
    uids.map(|&uid| end.earned_rao[usize::from(uid)] as f64).sum()
}
