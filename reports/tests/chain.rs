//! Results of runs of the chain: datasets that agree with each other and with their description,
//! and the same bytes on any number of threads.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use polars::prelude::{DataFrame, ParquetReader, SerReader};
use subsim_reports::chain::{
    BALANCES, BLOCKS, CALLS, ChainReport, ChainWriter, ChainWriterOptions, EVENTS, Results,
    RunSource, STAKE,
};
use subsim_reports::{NEURONS, Timing};
use subsim_sim::scenario::ChainScenario;
use subsim_sim::{ChainRunOptions, RunControl, run_chain};

const SCENARIO: &str = r#"
[simulation]
resolution = "block"
seed = 5
blocks = 1500
record_every_blocks = 50

[chain]
tao_issued = 10_499_300.0

[[accounts]]
name = "holder"
count = 3
balance_tao = 500.0
behaviour = { hold = { subnet = "one", part = 0.5 } }

[[subnets]]
name = "one"
pool_tao = 2000.0
pool_alpha = 40000.0

[[subnets]]
name = "two"
pool_tao = 500.0
pool_alpha = 40000.0

[[validators]]
name = "honest"
subnet = "one"
count = 4
stake_alpha = 2000.0
root_stake_tao = 50.0
noise = 0.02

[[validators]]
name = "sleepy"
subnet = "one"
count = 2
stake_alpha = 2000.0
behaviour = { lazy = { update_every_epochs = 9 } }

[[validators]]
name = "elsewhere"
subnet = "two"
count = 2
stake_alpha = 900.0

[[miners]]
name = "good"
subnet = "one"
count = 5
quality = 0.9
cost_tao_per_day = 1.0

[[miners]]
name = "poor"
subnet = "one"
count = 5
quality = 0.2
sells = 0.5

[[miners]]
name = "elsewhere-miners"
subnet = "two"
count = 3
quality = 0.5

[[calls]]
at_block = 700
from = "holder-1"
call = "add_stake"
hotkey = "honest-1"
subnet = "one"
tao = 1_000_000.0
refused = "NotEnoughBalanceToStake"

[expect]
good_earn_more = { metric = "share.good", min = 0.6 }
equal_returns = { metric = "dividend_per_stake.sleepy", min = 0.8, max = 1.2 }
one_is_larger = { metric = "emission_share.one", min = 0.5 }
one_halving = { metric = "halvings", min = 1, max = 1 }
half = { metric = "block_emission_tao", min = 0.5, max = 0.5 }
refused = { metric = "refused_calls", min = 1 }
better_earn_more = { metric = "spearman", min = 0.5 }
holders = { metric = "profit_tao.holder", min = -1000.0, max = 5000.0 }
nobody_pruned = { metric = "prunings.good", max = 0 }
"#;

fn scenario() -> ChainScenario {
    ChainScenario::parse("small", SCENARIO, &[]).unwrap_or_else(|error| panic!("{error}"))
}

fn simulate(folder: &Path, threads: usize) -> ChainReport {
    let scenario = scenario();
    let options = ChainWriterOptions {
        source: RunSource::default(),
        expectations: scenario.expect.clone(),
        parameters: serde_json::to_value(&scenario).unwrap(),
        until_block: scenario.simulation.blocks,
        plots: true,
    };
    let mut writer = ChainWriter::create(folder, options).unwrap();
    let cancel = AtomicBool::new(false);
    let control = RunControl { threads: Some(threads), cancel: &cancel, progress: &|_, _| {} };
    let mut run_options = ChainRunOptions {
        check: true,
        from: None,
        until_block: None,
        save_at: &[],
        save: &mut |_| Ok(()),
    };
    let end = run_chain(&scenario, &mut run_options, &mut writer, &control).unwrap();
    writer.publish(Timing::of_blocks(String::new(), threads, 0.0, end.last_block)).unwrap()
}

fn read(folder: &Path, file: &str) -> DataFrame {
    ParquetReader::new(File::open(folder.join(file)).unwrap()).finish().unwrap()
}

#[test]
fn any_number_of_threads_gives_the_same_bytes_and_the_expected_verdict() {
    let root = tempfile::tempdir().unwrap();
    let folder = |threads: usize| root.path().join(threads.to_string());
    let one = simulate(&folder(1), 1);
    for result in &one.summary.expectations {
        assert!(result.passed, "{}: {} = {:?}", result.name, result.metric, result.value);
    }
    assert_eq!(one.summary.passed, Some(true), "{:?}", one.summary.broken_calls);
    let many = simulate(&folder(8), 8);
    assert_eq!(many.summary, one.summary);
    assert_eq!(many.files, one.files);
    for file in &one.files {
        let bytes = |threads| fs::read(folder(threads).join(&file.path)).unwrap();
        assert!(bytes(1) == bytes(8), "{} differs", file.path);
    }
}

/// The columns that a section of the documentation lists, in order.
fn documented(text: &str, file: &str) -> Vec<String> {
    let section = text.split(&format!("### {file}\n")).nth(1).expect("a section");
    let section = section.split("\n## ").next().unwrap().split("\n### ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.split('`').nth(1).unwrap().to_owned()).collect()
}

#[test]
fn every_column_is_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/datasets.md");
    let text = fs::read_to_string(path).unwrap();
    let root = tempfile::tempdir().unwrap();
    simulate(root.path(), 2);
    for file in [BLOCKS, CALLS, EVENTS, STAKE, BALANCES, NEURONS] {
        let frame = read(root.path(), file);
        let names: Vec<String> = frame.get_column_names().iter().map(|n| n.to_string()).collect();
        assert_eq!(names, documented(&text, file), "{file}");
        assert!(frame.height() > 0, "{file} is empty");
    }
}

#[test]
fn datasets_agree_with_each_other_and_with_the_summary() {
    let root = tempfile::tempdir().unwrap();
    let report = simulate(root.path(), 2);
    let blocks = read(root.path(), BLOCKS);
    let (at, netuids) = (blocks.column("block").unwrap(), blocks.column("netuid").unwrap());
    assert_eq!(blocks.height(), 31 * 3, "31 recorded blocks, root and two subnets");
    assert_eq!(at.u64().unwrap().get(blocks.height() - 1), Some(1500));
    let issuance = blocks.column("issuance_rao").unwrap().u64().unwrap();
    assert_eq!(issuance.get(blocks.height() - 1), Some(report.summary.issuance_rao));
    let calls = blocks.column("calls").unwrap().u64().unwrap();
    let of_root = |row: &usize| netuids.u16().unwrap().get(*row) == Some(0);
    let counted: u64 = (0..blocks.height()).filter(of_root).filter_map(|row| calls.get(row)).sum();
    assert_eq!(counted, report.summary.calls);
    assert_eq!(counted, read(root.path(), CALLS).height() as u64);

    let neurons = read(root.path(), NEURONS);
    let (groups, incentives) =
        (neurons.column("group").unwrap(), neurons.column("incentive_rao").unwrap());
    let mut sums: BTreeMap<&str, u128> = BTreeMap::new();
    for row in 0..neurons.height() {
        let group = groups.str().unwrap().get(row).unwrap();
        *sums.entry(group).or_default() += u128::from(incentives.u64().unwrap().get(row).unwrap());
    }
    for group in report.summary.groups.iter().filter(|group| group.role == Some("miner")) {
        assert_eq!(sums[group.name.as_str()], group.emission_rao, "{}", group.name);
        assert!(group.emission_rao > 0, "{}", group.name);
    }
    let one = &report.summary.subnets[0];
    let of_one: u128 = ["good", "poor"].into_iter().map(|group| sums[group]).sum();
    assert_eq!((one.name.as_str(), one.paid_rao.miners), ("one", of_one));
}

#[test]
fn an_accounts_history_ends_with_what_the_summary_counts() {
    let root = tempfile::tempdir().unwrap();
    let report = simulate(root.path(), 2);
    let results = Results::open(root.path()).unwrap();
    assert_eq!(results.record.last_block, 1500);
    let prices: BTreeMap<u16, f64> = report
        .summary
        .subnets
        .iter()
        .map(|subnet| (subnet.netuid, subnet.price_tao.unwrap()))
        .chain([(0, 1.0)])
        .collect();
    let mut owned_tao = 0.0;
    for holder in ["holder-0", "holder-1", "holder-2"] {
        let history = results.account(holder).unwrap();
        assert_eq!(history.holdings[0].free_rao, 500_000_000_000);
        let last = history.holdings.last().unwrap();
        assert!(!last.stakes.is_empty());
        let worth = |stake: &subsim_reports::chain::StakeLine| {
            stake.stake_rao as f64 * prices[&stake.netuid]
        };
        owned_tao += last.free_rao as f64 / 1e9;
        owned_tao += last.stakes.iter().map(worth).sum::<f64>() / 1e9;
    }
    let holders = report.summary.groups.iter().find(|group| group.name == "holder").unwrap();
    let told = holders.wealth_tao.unwrap();
    assert!((owned_tao - told).abs() < 1e-6, "{owned_tao} and {told}");
}
