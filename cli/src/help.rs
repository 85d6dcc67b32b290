//! What `--help` teaches below the list of options: examples, files, measures, exit codes. `-h`
//! shows the short part, `--help` all of it.

use subsim_sim::ReplayOptions;

pub(crate) const START: &str = "\
Start here:
  subsim list                                  the scenarios at hand, and what each one asks
  subsim run scenarios/quickstart.toml         run one; results land in out/quickstart/
  subsim run scenarios/quickstart.toml --set subnet.bond_rule=yuma3 --out out/yuma3
                                               the same subnet under another rule
  subsim replay metagraph.json --epochs 20     a real subnet under rules of your choice
  subsim verify vectors/data/*.zst             is the arithmetic still the chain's own?

Exit codes:
  0    everything ran, and every expectation or vector held
  1    an expectation of the scenario, or a reference vector, failed
  2    bad input or bad arguments, or something could not be read, run or written
  130  interrupted by Ctrl-C; the results so far are kept, and it is said where";

/// Below the options of `run`.
pub(crate) const RUN: &str = "\
Examples:
  subsim run scenarios/quickstart.toml
  subsim run scenarios/quickstart.toml --out out/first --no-plots
  subsim run scenarios/quickstart.toml --epochs 50 --seed 7 --threads 1
  subsim run scenarios/quickstart.toml --set subnet.kappa=0.6 --out out/kappa-0.6
  subsim run scenarios/quickstart.toml --set miners.good.count=20
  subsim run scenarios/quickstart.toml --json --quiet | jq .run.metrics

Results, in the folder given by --out:
  neurons.parquet   one row per neuron and epoch: scores, incentive, dividend, emission, stake
  bonds.parquet     every bond of every epoch, when the scenario sets simulation.record_bonds
  summary.json      metrics, shares by group, expectations
  manifest.json     versions, seed, scenario hash, state digest, files, timing
  plots/            five plots, each as .svg and .png

A folder that holds the results of an earlier run gets the new ones in their place; other files in
it stay. Name another folder with --out to keep both.

The same scenario and seed give the same bytes on any number of threads; only the timing in
manifest.json differs.

Ctrl-C stops after the current epoch and keeps the results so far; a second one, at least half a
second later, aborts at once and removes what was written.

Exit codes: 0 all expectations hold, 1 one does not, 2 bad input or could not run, 130 interrupted.";

/// What the numbers of the table and of summary.json mean.
const MEASURES: &str = "\
The table, a row per group, over the whole run:
  emission α   what the group got, in the subnet's tokens (1 α = 1,000,000,000 rao): miners from
               the half for miners, validators from the half for validators
  share        its part of what all groups of its role got
  each α       its emission per neuron
  per stake    validators only: its share of validator emission over its share of validator stake,
               relative to that of honest validators. 1 is an honest return, 2 twice of it
The owner's cut is no part of it: it leaves the emission before miners and validators get theirs
(subnet.owner_cut, 18% unless the scenario says otherwise).

Metrics, in summary.json and for [expect] in a scenario:
  gini         how unequal miners are paid: 0 all the same, near 1 one gets everything
  herfindahl   sum of the squared shares of miners: 1/n all the same, 1 one gets everything
  nakamoto     the fewest miners that together got more than half
  spearman     rank correlation of miners' quality and incentive: 1 better ones always earn more,
               0 no relation, -1 worse ones earn more
  share.<group>                the share above, from 0 to 1
  dividend_per_stake.<group>   `per stake` above
`window = \"last\"` in an expectation looks at the last epoch only.";

/// All there is to say about `run`.
pub(crate) fn run_in_full() -> String {
    format!("{RUN}\n\n{MEASURES}")
}

pub(crate) const REPLAY: &str = "\
The metagraph is a JSON or .npz file with the field names of the Bittensor SDK's metagraph
(hotkeys, S, W, ...) or {netuid, block, hotkeys, stake_tao, weights}. Its weights and stakes stay
as they are; the epochs run on them one after the other, each starting from the bonds and permits
of the one before.

Examples:
  subsim replay metagraph.json
  subsim replay metagraph.json --bond-rule yuma3 --epochs 100
  subsim replay metagraph.json --bond-rule yuma3 --set liquid_alpha=true --set kappa=0.6

Keys for --set are those of [subnet] in a scenario file (see `subsim schema`).

Results go to a folder as those of `run` do, and replace those of an earlier replay there.

Exit codes: 0 done, 2 bad input or could not run, 130 interrupted.";

/// All there is to say about `replay`, with what it takes for granted.
pub(crate) fn replay_in_full() -> String {
    let assumed = ReplayOptions::default().assumed().into_iter().map(|assumption| {
        let set = format!("{} = {}", assumption.key, assumption.value);
        format!("  {set:<35}  {}\n", assumption.meaning)
    });
    let assumed: String = assumed.collect();
    format!(
        "{REPLAY}\n\n\
         A metagraph does not tell the hyperparameters. Without --set these hold, and for the rest \
         the\ndefaults of [subnet]:\n{assumed}\n{MEASURES}"
    )
}

pub(crate) const VERIFY: &str = "\
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

pub(crate) const SCHEMA: &str = "\
The JSON Schema lets an editor complete and check scenario files. Name it in a file's first line:
  #:schema ../docs/scenario.schema.json

Example:
  subsim schema > docs/scenario.schema.json";

pub(crate) const LIST: &str = "\
Prints one line per scenario in the folder and the folders below it: its path and the question it
asks. A file that is no valid scenario is listed with what is wrong with it, and the exit code
is 2.

Examples:
  subsim list
  subsim list my-scenarios";
