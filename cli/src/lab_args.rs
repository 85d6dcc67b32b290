//! What can be said on the command line of the commands that make many runs: sweeps, baselines and
//! studies. Everything else stands in `args`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use subsim_consensus::rules::Rule as CaseRule;
use subsim_research::guarantees::{ExactRule, Preset};

use crate::args::{seed, threads};
use crate::help;

#[derive(Debug, Args)]
pub(crate) struct SweepArgs {
    /// Scenario file of resolution epoch; its [sweep] says what varies
    pub(crate) scenario: PathBuf,

    /// Runs at each point, in place of the scenario's sweep.replicates
    #[arg(long, value_name = "N", value_parser = replicates, allow_negative_numbers = true)]
    pub(crate) replicates: Option<u64>,

    /// Keep the finished runs of a sweep that was interrupted, and make the others
    #[arg(long)]
    pub(crate) resume: bool,

    /// Folder for the results; made when missing [default: out/<scenario's file name>-sweep]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Change a value of the scenario at every point, as for `run`; repeatable
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) overrides: Vec<String>,

    /// Threads to use; results do not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads, allow_negative_numbers = true)]
    pub(crate) threads: Option<usize>,

    /// Print points and failed runs as JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// No progress bar, no table, no warnings
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BaselineArgs {
    #[command(subcommand)]
    pub(crate) command: BaselineCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BaselineCommand {
    /// Run scenarios and write their baselines anew
    #[command(after_help = help::BASELINE)]
    Update(UpdateArgs),
}

/// Scenarios and where their baselines are.
#[derive(Debug, Args)]
pub(crate) struct Kept {
    /// Scenario files, or folders to look through
    #[arg(required = true, value_name = "SCENARIO|DIR")]
    pub(crate) scenarios: Vec<PathBuf>,

    /// Folder of the baselines, a file for each scenario
    #[arg(long, value_name = "DIR", default_value = "baselines")]
    pub(crate) baseline: PathBuf,

    /// Threads to use; results do not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads, allow_negative_numbers = true)]
    pub(crate) threads: Option<usize>,

    /// No progress bar, no warnings
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UpdateArgs {
    #[command(flatten)]
    pub(crate) kept: Kept,

    /// Runs under other seeds, for `check --mode distribution`
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = replicates,
          allow_negative_numbers = true)]
    pub(crate) replicates: u64,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) kept: Kept,

    /// How to compare
    #[arg(long, value_enum, default_value_t = CheckMode::Exact)]
    pub(crate) mode: CheckMode,

    /// Largest absolute difference, with --mode tolerance [default: 0.001, or 0 beside --relative]
    #[arg(long, value_name = "X", value_parser = tolerance, allow_negative_numbers = true)]
    pub(crate) absolute: Option<f64>,

    /// Largest difference as a part of the baseline, with --mode tolerance [default: 0.01, or 0
    /// beside --absolute]
    #[arg(long, value_name = "X", value_parser = tolerance, allow_negative_numbers = true)]
    pub(crate) relative: Option<f64>,

    /// Rate of false alarms per scenario, with --mode distribution [default: 0.01]
    #[arg(long, value_name = "X", value_parser = rate, allow_negative_numbers = true)]
    pub(crate) false_alarm_rate: Option<f64>,

    /// Number of the set of fresh seeds, with --mode distribution [default: 0]
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    pub(crate) round: Option<u64>,

    /// How to print
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(crate) format: CheckFormat,
}

/// How `check` compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckMode {
    /// The same states, bit for bit
    Exact,
    /// Every metric within a tolerance
    Tolerance,
    /// Every metric's distribution under fresh seeds
    Distribution,
}

/// How `check` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For a terminal
    Text,
    /// One JSON object
    Json,
    /// JUnit XML, a test case per scenario
    Junit,
    /// A table for a comment or a summary page
    Markdown,
    /// Annotations of GitHub Actions
    Github,
}

#[derive(Debug, Args)]
pub(crate) struct CasesArgs {
    /// Case file (.case), or folder of such files [default: the 22 published cases]
    pub(crate) path: Option<PathBuf>,

    /// Folder for the results; made when missing
    #[arg(long, value_name = "DIR", default_value = "out/cases")]
    pub(crate) out: PathBuf,

    /// Rule to run: yuma1, yuma2, yuma2b, yuma2c, yuma3 or yuma3_liquid; repeatable [default: all]
    #[arg(long = "rule", value_name = "RULE", value_parser = case_rule)]
    pub(crate) rules: Vec<CaseRule>,

    /// Bonds penalty, 0 to 1; repeatable [default: 0.5 and 1]
    #[arg(long = "penalty", value_name = "X", value_parser = fraction,
          allow_negative_numbers = true)]
    pub(crate) penalties: Vec<f64>,

    /// Print the totals as JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// No table
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct GuaranteesArgs {
    /// Published figure to reproduce: sigma, penalty, xi or kappa; repeatable. Without one, a
    /// single map of the settings below
    #[arg(long = "preset", value_name = "FIGURE", value_parser = preset)]
    pub(crate) presets: Vec<Preset>,

    /// Neurons of the subnet, validators included [default: 512]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) neurons: Option<usize>,

    /// Validators among them [default: 64]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) validators: Option<usize>,

    /// Honest share of the stake; repeatable [default: what was published of the figure, and
    /// without --preset eleven from 0.51 to 0.99]
    #[arg(long = "honest-stake", value_name = "X", allow_negative_numbers = true)]
    pub(crate) honest_stakes: Vec<f64>,

    /// Share of the stake that decides the consensus [default: 0.5]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub(crate) kappa: Option<f64>,

    /// How far weights above consensus are cut for bonds [default: 1]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub(crate) bonds_penalty: Option<f64>,

    /// Standard deviation of weights in units of their mean [default: 0.4]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub(crate) sigma: Option<f64>,

    /// Validators' share of the emission [default: 0.5]
    #[arg(long, value_name = "X", value_parser = fraction, allow_negative_numbers = true)]
    pub(crate) xi: Option<f64>,

    /// Bond rule: yuma2, yuma3 or yuma3_liquid [default: yuma2]
    #[arg(long, value_name = "RULE", value_parser = exact_rule)]
    pub(crate) rule: Option<ExactRule>,

    /// Random networks; an interval takes two at least
    #[arg(long, value_name = "N", default_value_t = 3, allow_negative_numbers = true)]
    pub(crate) replicates: usize,

    /// Steps of the grid in honest utility and in the cabal's self-weight [default: 50]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) steps: Option<usize>,

    /// Seed of the random networks [default: 1]
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,

    /// Folder for the results; made when missing
    #[arg(long, value_name = "DIR", default_value = "out/guarantees")]
    pub(crate) out: PathBuf,

    /// Print the table as JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// No progress bar, no table
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// A number of replicates.
fn replicates(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(replicates @ 1..=1_000_000) => Ok(replicates),
        _ => Err("a number of replicates is 1 to 1000000, without commas".to_owned()),
    }
}

/// A part of a whole.
fn fraction(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(part) if (0.0..=1.0).contains(&part) => Ok(part),
        _ => Err("it is a number from 0 to 1".to_owned()),
    }
}

/// A rate at which something can be found at all, and is not always found.
fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if rate > 0.0 && rate < 1.0 => Ok(rate),
        _ => Err("a rate of false alarms is above 0 and below 1".to_owned()),
    }
}

/// A difference that does not matter.
fn tolerance(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value >= 0.0 && value.is_finite() => Ok(value),
        _ => Err("a tolerance is a number of at least 0".to_owned()),
    }
}

/// A rule in floats.
fn case_rule(text: &str) -> Result<CaseRule, String> {
    text.parse().map_err(|error| format!("{error}"))
}

/// A rule in the chain's exact math.
fn exact_rule(text: &str) -> Result<ExactRule, String> {
    text.parse().map_err(|error| format!("{error}"))
}

/// A published figure.
fn preset(text: &str) -> Result<Preset, String> {
    text.parse().map_err(|error| format!("{error}"))
}
