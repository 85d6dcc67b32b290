//! Whole runs of the chain, timed: `whole_runs [one|crowd|genesis|idle] [days]`, the first three
//! without arguments.
//!
//! `one`: a subnet of 256 neurons whose 64 validators set weights every 100 blocks, a year. `crowd`:
//! 128 such subnets, 30 days. `genesis`: the 4096 keys of the real chain's first block as one
//! subnet, of which the 64 with the most stake weigh all others every 100 blocks, a year. The chain
//! buys alpha in every pool every block. `idle`: blocks in which nothing happens. Printed are wall and processor time, blocks per second,
//! the part of blocks in which epochs ran, and the peak of memory so far.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use subsim_benches::chains::{Chain, Crowd, Pools, TAO, Voters};
use subsim_sim::chain::import::GenesisFile;
use subsim_sim::chain::{BlockWorkspace, GlobalParameters};

const BLOCKS_PER_DAY: u64 = 7200;
const WEIGHTS_EVERY_BLOCKS: u64 = 100;

/// The subnet of the speed goals.
const SUBNET: Crowd = Crowd {
    subnets: 1,
    neurons: 256,
    validators: 64,
    tempo_blocks: 360,
    yuma3_liquid: false,
    pools: Pools::Buying,
    balance_tao: 100,
    stake_alpha: 60_000,
};

/// Where the time of a run went.
#[derive(Default)]
struct Times {
    idle: Duration,
    idle_blocks: u64,
    with_epochs: Duration,
    blocks_with_epochs: u64,
    epochs: u64,
    calls: u64,
    calling: Duration,
}

impl Times {
    /// Runs blocks, timing those with epochs apart from the others, and calls apart from both.
    fn run(&mut self, chain: &mut Chain, voters: &[Voters], blocks: u64) {
        let mut stepped: u64 = epochs_so_far(chain);
        for _ in 0..blocks {
            let start = Instant::now();
            chain.block();
            let stepping = start.elapsed();
            // Counting costs a look at every subnet; it is not timed.
            let now = epochs_so_far(chain);
            if now > stepped {
                self.epochs += now - stepped;
                self.with_epochs += stepping;
                self.blocks_with_epochs += 1;
                stepped = now;
            } else {
                self.idle += stepping;
                self.idle_blocks += 1;
            }
            let start = Instant::now();
            for voters in voters {
                self.calls += voters.vote(chain, WEIGHTS_EVERY_BLOCKS);
            }
            self.calling += start.elapsed();
        }
    }

    fn print(&self, name: &str, wall: Duration, processor_s: f64) {
        let blocks = self.idle_blocks + self.blocks_with_epochs;
        let per = |time: Duration, count: u64| time.as_nanos() as f64 / count.max(1) as f64 / 1e3;
        let idle_us = per(self.idle, self.idle_blocks);
        let epochs_s = (self.with_epochs.as_secs_f64()
            - idle_us * self.blocks_with_epochs as f64 / 1e6)
            .max(0.0);
        println!("{name}: {blocks} blocks, {} epochs, {} calls", self.epochs, self.calls);
        println!(
            "  {:.1} s wall, {processor_s:.1} s of processor, {:.0} blocks per second",
            wall.as_secs_f64(),
            blocks as f64 / wall.as_secs_f64()
        );
        println!(
            "  epochs {:.0}% of wall ({:.0} us each), calls {:.0}% ({:.2} us each), idle block {idle_us:.2} us",
            100.0 * epochs_s / wall.as_secs_f64(),
            epochs_s * 1e6 / self.epochs.max(1) as f64,
            100.0 * self.calling.as_secs_f64() / wall.as_secs_f64(),
            per(self.calling, self.calls),
        );
        println!("  peak memory {}", status("VmHWM:"));
    }
}

fn epochs_so_far(chain: &Chain) -> u64 {
    chain.state.subnets.iter().flatten().map(|subnet| subnet.schedule.epoch_index).sum()
}

/// A line of `/proc/self/status`, where there is one.
fn status(field: &str) -> String {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    line.map_or("unknown".to_owned(), |rest| rest.trim().to_owned())
}

/// Seconds of processor that this process used, where `/proc` tells, in steps of 10 ms.
fn processor_s() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields after the name in parentheses; user and system time are the 12th and 13th of them.
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn timed(name: &str, mut chain: Chain, voters: &[Voters], days: u64) {
    let mut times = Times::default();
    let (start, used) = (Instant::now(), processor_s());
    times.run(&mut chain, voters, days * BLOCKS_PER_DAY);
    times.print(name, start.elapsed(), processor_s() - used);
    let paid = chain.state.subnets.iter().flatten().skip(1).all(|subnet| {
        subnet.mechanisms[0].incentive.iter().filter(|incentive| **incentive > 0).count() > 100
    });
    chain.state.audit().expect("books that add up");
    assert!(paid, "a run in which miners earn nothing measures nothing");
    println!("  digest {}", hex(&chain.state.digest()));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn one(days: u64) {
    timed("one", SUBNET.build(1), &[Voters::new(&SUBNET, 1, 2)], days);
}

fn crowd(days: u64) {
    let crowd = Crowd { subnets: 128, ..SUBNET };
    let voters: Vec<_> =
        (1..=crowd.subnets).map(|netuid| Voters::new(&crowd, netuid, netuid.into())).collect();
    timed("crowd", crowd.build(1), &voters, days);
}

/// Where the genesis lies, beside the project.
fn genesis_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/finney-genesis-4096.json")
}

/// The network of the file as its importer makes it, with as many validators as the other runs.
fn genesis(days: u64) -> Result<(), Box<dyn std::error::Error>> {
    let path = genesis_file();
    if !path.exists() {
        eprintln!("SKIPPED: no {}", path.display());
        return Ok(());
    }
    let mut state = GenesisFile::load(&path)?.state(GlobalParameters::default())?;
    let hyper = &mut state.subnet_mut(1).ok_or("the file makes no subnet")?.hyper;
    hyper.max_allowed_validators = SUBNET.validators;
    hyper.commit_reveal_enabled = false;
    state.grant_first_permits(1);
    let neurons = &state.subnet(1).ok_or("the file makes no subnet")?.neurons;
    let seats = (0..).zip(neurons.hotkeys.iter().copied());
    let validators: Vec<_> =
        seats.filter(|(uid, _)| neurons.validator_permit[usize::from(*uid)]).collect();
    let voters = Voters::of(validators, neurons.len() as u16, 1, 2);
    println!("genesis: {} TAO issued, {} validators", state.total_issuance_rao / TAO, voters.len());
    let chain = Chain { state, workspace: BlockWorkspace::default() };
    timed("genesis", chain, &[voters], days);
    Ok(())
}

/// Blocks without calls, epochs or trades: processor time per subnet, root not counted. Without
/// stake on root its part of the alpha need not be computed.
fn idle() {
    const BLOCKS: u64 = 50_000;
    for (subnets, root_tao) in [1, 32, 128].into_iter().flat_map(|n| [(n, 0), (n, 1_000_000)]) {
        let pools = Pools::Quiet;
        let crowd = Crowd { subnets, neurons: 64, tempo_blocks: 50_400, pools, ..SUBNET };
        let mut start = crowd.build(1).state;
        let (cold, hotkey) = crowd.keys(1, 0);
        start.grant_stake(0, hotkey, cold, root_tao * TAO);
        let rounds = 256 / u64::from(subnets);
        let used = processor_s();
        for _ in 0..rounds {
            let state = start.clone();
            let mut chain = Chain { state, workspace: BlockWorkspace::default() };
            (0..BLOCKS).for_each(|_| chain.block());
            assert_eq!(epochs_so_far(&chain), 0, "not an idle run");
        }
        let each_ns = (processor_s() - used) * 1e9 / (rounds * BLOCKS) as f64;
        println!(
            "idle, {subnets} subnets, {root_tao} TAO on root: {each_ns:.0} ns per block, {:.1} per \
             subnet",
            each_ns / f64::from(subnets)
        );
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let which = arguments.next();
    let days = arguments.next().map(|days| days.parse::<u64>()).transpose()?;
    match which.as_deref() {
        Some("one") => one(days.unwrap_or(365)),
        Some("crowd") => crowd(days.unwrap_or(30)),
        Some("genesis") => genesis(days.unwrap_or(365))?,
        Some("idle") => idle(),
        Some(other) => return Err(format!("{other} is not one, crowd, genesis or idle").into()),
        None => {
            one(365);
            crowd(30);
            genesis(365)?;
        }
    }
    Ok(())
}
