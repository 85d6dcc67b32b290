//! What can be said on the command line, and the help that teaches it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXAMPLES: &str = "\
Start here:
  subsim list                                  the scenarios at hand, and what each one asks
  subsim run scenarios/quickstart.toml         run one; results land in out/quickstart/
  subsim run scenarios/quickstart.toml --set subnet.bond_rule=yuma3
                                               the same subnet under another rule
  subsim replay metagraph.json --epochs 20     a real subnet under rules of your choice
  subsim verify vectors/data/*.zst             is the arithmetic still the chain's own?

Exit codes:
  0    everything ran, and every expectation or vector held
  1    an expectation of the scenario, or a reference vector, failed
  2    bad input or bad arguments, or something could not be read, run or written
  130  interrupted by Ctrl-C; the results so far are kept, and it is said where";

const RUN_HELP: &str = "\
Examples:
  subsim run scenarios/quickstart.toml
  subsim run scenarios/quickstart.toml --out /tmp/first --no-plots
  subsim run scenarios/quickstart.toml --seed 7 --threads 1
  subsim run scenarios/quickstart.toml --set subnet.kappa=0.6 --set simulation.epochs=50
  subsim run scenarios/quickstart.toml --set miners.good.count=20
  subsim run scenarios/quickstart.toml --json --quiet | jq .run.metrics

Results, in the folder given by --out:
  neurons.parquet   one row per neuron and epoch: scores, incentive, dividend, emission, stake
  bonds.parquet     every bond of every epoch, when the scenario sets simulation.record_bonds
  summary.json      metrics, shares by group, expectations
  manifest.json     versions, seed, scenario hash, state digest, files, timing
  *.svg, *.png      plots

The same scenario and seed give the same bytes on any number of threads; only the timing in
manifest.json differs.

Ctrl-C stops after the current epoch and keeps the results so far; a second one aborts at once.

Exit codes: 0 all expectations hold, 1 one does not, 2 bad input or could not run, 130 interrupted.";

const REPLAY_HELP: &str = "\
The metagraph is a JSON or .npz file with the field names of the Bittensor SDK's metagraph
(hotkeys, S, W, ...) or {netuid, block, hotkeys, stake_tao, weights}. Its weights and stakes stay
as they are; the epochs run on them one after the other, each starting from the bonds and permits
of the one before.

Examples:
  subsim replay metagraph.json
  subsim replay metagraph.json --bond-rule yuma3 --epochs 100
  subsim replay metagraph.json --bond-rule yuma3 --set liquid_alpha=true --set kappa=0.6

Keys for --set are those of [subnet] in a scenario file (see `subsim schema`).

Exit codes: 0 done, 2 bad input or could not run, 130 interrupted.";

const VERIFY_HELP: &str = "\
Every line of every file is one vector: a single epoch {id, input, expected}, a sequence of epochs
{id, first, steps}, or a formula of the chain's economics {kind, ...}. It is computed and every
expected number is compared exactly: scores, amounts in rao, permits, bonds, prices, and the raw
fixed-point bits.

A wrong number prints the vector's id or kind, the field, the neuron's uid, and the number expected
and found.

Examples:
  subsim verify vectors/data/epochs.jsonl.zst
  subsim verify vectors/data/*.zst --quiet

Exit codes: 0 all passed, 1 a vector failed, 2 a file could not be read as vectors.";

const SCHEMA_HELP: &str = "\
The JSON Schema lets an editor complete and check scenario files. Name it in a file's first line:
  #:schema ../docs/scenario.schema.json

Example:
  subsim schema > docs/scenario.schema.json";

const LIST_HELP: &str = "\
Prints one line per scenario in the folder and the folders below it: its path and the question it
asks. A file that is no valid scenario is listed with what is wrong with it, and the exit code
is 2.

Examples:
  subsim list
  subsim list my-scenarios";

/// A wind tunnel for Bittensor subnets: who gets paid, and why, if the network behaves like this?
#[derive(Debug, Parser)]
#[command(name = "subsim", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a scenario file and write datasets, metrics and plots
    #[command(after_help = RUN_HELP)]
    Run(RunArgs),
    /// Run epochs on a real subnet's metagraph
    #[command(after_help = REPLAY_HELP)]
    Replay(ReplayArgs),
    /// Check the arithmetic against files of reference vectors
    #[command(after_help = VERIFY_HELP)]
    Verify(VerifyArgs),
    /// Print the JSON Schema of scenario files
    #[command(after_help = SCHEMA_HELP)]
    Schema,
    /// List scenario files and the questions they ask
    #[command(after_help = LIST_HELP)]
    List(ListArgs),
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Scenario file (TOML)
    pub(crate) scenario: PathBuf,

    /// Folder for the results; made when missing [default: out/<scenario's file name>]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Seed of all random draws, in place of the scenario's
    #[arg(long, value_name = "N")]
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
    #[arg(long, value_name = "N", default_value_t = 20,
          value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
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

/// What `run` and `replay` have in common.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Threads to use; results do not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(crate) threads: Option<usize>,

    /// Print the summary as JSON to standard output, and nothing else there
    #[arg(long)]
    pub(crate) json: bool,

    /// No progress bar, no table: only errors, and what --json prints
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
    /// Name as written in a scenario.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Yuma2 => "yuma2",
            Self::Yuma3 => "yuma3",
        }
    }
}

/// A number of threads. More than a thousand is a slip of the finger, not a machine.
fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(threads @ 1..=1024) => Ok(threads),
        _ => Err("a number of threads is 1 to 1024".to_owned()),
    }
}
