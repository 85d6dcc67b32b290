//! What can be said on the command line, and the help that teaches it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use subsim_sim::scenario::BondRule;

use crate::help;
use crate::lab_args::{BaselineArgs, CasesArgs, CheckArgs, GuaranteesArgs, SweepArgs};

/// A wind tunnel for Bittensor subnets: who gets paid, and why, if the network behaves like this?
#[derive(Debug, Parser)]
#[command(name = "subsim", version, after_help = help::START, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a scenario file and write datasets, metrics and plots
    #[command(after_help = help::RUN, after_long_help = help::run_in_full())]
    Run(RunArgs),
    /// Show where every rao of a block went
    #[command(after_help = help::EXPLAIN)]
    Explain(ExplainArgs),
    /// Show the history of an account, from the results of a run
    #[command(after_help = help::ACCOUNT)]
    Account(AccountArgs),
    /// Show who held a uid and what it earned, from the results of a run
    #[command(after_help = help::NEURON)]
    Neuron(NeuronArgs),
    /// Run epochs on a real subnet's metagraph
    #[command(after_help = help::REPLAY, after_long_help = help::replay_in_full())]
    Replay(ReplayArgs),
    /// Run a scenario at many points, each under many seeds
    #[command(after_help = help::SWEEP)]
    Sweep(SweepArgs),
    /// Keep what scenarios come to, for `check` to compare with
    Baseline(BaselineArgs),
    /// Compare scenarios with their baselines: the same, or what shifted
    #[command(after_help = help::CHECK)]
    Check(CheckArgs),
    /// Run the published cases of Yuma under every rule
    #[command(after_help = help::CASES)]
    Cases(CasesArgs),
    /// Map what an honest majority keeps against a cabal, beside the published figures
    #[command(after_help = help::GUARANTEES)]
    Guarantees(GuaranteesArgs),
    /// Check the arithmetic against files of reference vectors
    #[command(after_help = help::VERIFY)]
    Verify(VerifyArgs),
    /// Print the JSON Schema of scenario files
    #[command(after_help = help::SCHEMA)]
    Schema,
    /// List scenario files and the questions they ask
    #[command(after_help = help::LIST)]
    List(ListArgs),
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Scenario file (TOML)
    pub(crate) scenario: PathBuf,

    /// Folder for the results; made when missing [default: out/<scenario's file name>]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Number of epochs, in place of the scenario's; the same as --set simulation.epochs=N
    #[arg(long, value_name = "N", value_parser = epochs, allow_negative_numbers = true)]
    pub(crate) epochs: Option<u64>,

    /// Last block to run, at resolution block; the scenario's end unless given
    #[arg(long, value_name = "N", value_parser = block, allow_negative_numbers = true)]
    pub(crate) blocks: Option<u64>,

    /// Check after every block that all TAO and alpha add up, at resolution block; the first block
    /// and account that break it are named
    #[arg(long)]
    pub(crate) check: bool,

    /// Save the whole state to a file, at resolution block: after the block given by --at-block, or
    /// after the last one
    #[arg(long, value_name = "FILE")]
    pub(crate) save_state: Option<PathBuf>,

    /// Block after which --save-state saves
    #[arg(long, value_name = "N", value_parser = block, allow_negative_numbers = true,
          requires = "save_state")]
    pub(crate) at_block: Option<u64>,

    /// Go on from a saved state of the same scenario instead of block 0
    #[arg(long, value_name = "FILE")]
    pub(crate) from_state: Option<PathBuf>,

    /// Seed of all random draws, in place of the scenario's; the same as --set simulation.seed=N
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,

    /// Change a value of the scenario, such as subnet.kappa=0.6 or miners.good.count=20; repeatable
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) overrides: Vec<String>,

    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Metagraph file (.json or .npz)
    pub(crate) metagraph: PathBuf,

    /// Number of epochs
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = epochs,
          allow_negative_numbers = true)]
    pub(crate) epochs: u64,

    /// How bonds follow weights [default: yuma2]
    #[arg(long, value_name = "RULE")]
    pub(crate) bond_rule: Option<Rule>,

    /// Change a hyperparameter, such as kappa=0.6 or liquid_alpha=true; repeatable
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) overrides: Vec<String>,

    /// Folder for the results; made when missing [default: out/replay-<file name>-<rule>]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Write bonds.parquet too: every bond of every epoch
    #[arg(long)]
    pub(crate) record_bonds: bool,

    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Scenario file of resolution block, or the folder with the results of such a run
    #[arg(value_name = "SCENARIO|DIR")]
    pub(crate) target: PathBuf,

    /// The block to explain
    #[arg(long, value_name = "N", value_parser = block, allow_negative_numbers = true)]
    pub(crate) block: u64,

    /// Change a value of the scenario, as for `run`; repeatable
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) overrides: Vec<String>,

    /// Start from a saved state of the scenario, to save the way from block 0
    #[arg(long, value_name = "FILE")]
    pub(crate) from_state: Option<PathBuf>,

    /// Print everything as JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// No progress bar, no warnings
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AccountArgs {
    /// Folder with the results of a run of resolution block
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    /// Name of the account, such as alice or honest-0
    pub(crate) name: String,

    /// Print everything as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct NeuronArgs {
    /// Folder with the results of a run of resolution block
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    /// Name or number of the subnet
    pub(crate) subnet: String,

    /// The uid
    pub(crate) uid: u16,

    /// Print everything as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What `run` and `replay` have in common.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Threads to use; results do not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads, allow_negative_numbers = true)]
    pub(crate) threads: Option<usize>,

    /// Print the summary as JSON to standard output, and nothing else there
    #[arg(long)]
    pub(crate) json: bool,

    /// No progress bar, no table, no warnings: only errors, expectations that fail, and what --json
    /// prints
    #[arg(long, short)]
    pub(crate) quiet: bool,

    /// Do not draw plots
    #[arg(long)]
    pub(crate) no_plots: bool,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Files of vectors (.jsonl or .jsonl.zst)
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// No progress bar
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Folder to look through
    #[arg(value_name = "DIR", default_value = "scenarios")]
    pub(crate) folder: PathBuf,
}

/// How bonds follow weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Rule {
    /// Bonds are an average of stake times weight
    Yuma2,
    /// Each validator's bond follows its own weight
    Yuma3,
}

impl Rule {
    /// The rule it names.
    pub(crate) fn meaning(self) -> BondRule {
        match self {
            Self::Yuma2 => BondRule::Yuma2,
            Self::Yuma3 => BondRule::Yuma3,
        }
    }
}

/// A number of threads. More than a thousand is a slip of the finger, not a machine.
pub(crate) fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(threads @ 1..=1024) => Ok(threads),
        _ => Err("a number of threads is 1 to 1024".to_owned()),
    }
}

/// A number of epochs, within what a scenario allows.
fn epochs(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(epochs @ 1..=10_000_000) => Ok(epochs),
        _ => Err("a number of epochs is 1 to 10000000, without commas".to_owned()),
    }
}

/// The number of a block of a run.
fn block(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(block @ 1..=100_000_000) => Ok(block),
        _ => Err("a block is 1 to 100000000, without commas".to_owned()),
    }
}

/// A seed: any number of 64 bits.
pub(crate) fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("a seed is a whole number from 0 to {}", u64::MAX))
}
