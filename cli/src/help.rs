//! What `--help` teaches below the list of options: examples, files, measures, exit codes. `-h`
//! shows the short part, `--help` all of it.

use subsim_sim::ReplayOptions;

pub(crate) const START: &str = "\
Start here:
  subsim list                                  the scenarios at hand, and what each one asks
  subsim run scenarios/quickstart.toml         run one; results land in out/quickstart/
  subsim run scenarios/quickstart.toml --set subnet.bond_rule=yuma3 --out out/yuma3
                                               the same subnet under another rule
  subsim run scenarios/chain/market.toml       run the chain itself: pools, prices, registrations
  subsim explain out/market --block 360        where every rao of a block went
  subsim account out/market founder            what an account held, and what it did
  subsim replay metagraph.json --epochs 20     a real subnet under rules of your choice
  subsim sweep scenarios/sweep_kappa.toml      one scenario at many points, under many seeds
  subsim baseline update scenarios             keep what scenarios come to
  subsim check scenarios                       did a change of the code or a file shift rewards?
  subsim cases                                 the 22 published cases under six rules
  subsim guarantees --preset sigma             what an honest majority keeps against a cabal
  subsim verify vectors/data/*.zst             is the arithmetic still the chain's own?

Exit codes:
  0    everything ran, and every expectation or vector held
  1    an expectation of the scenario, a planned call, a run of a sweep or a reference vector
       failed; rewards shifted; a published figure was not met
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
  subsim run scenarios/chain/market.toml --check --blocks 7200
  subsim run scenarios/chain/market.toml --save-state half.state --at-block 108000
  subsim run scenarios/chain/market.toml --from-state half.state --out out/second-half

Results, in the folder given by --out:
  neurons.parquet   one row per neuron and epoch: scores, incentive, dividend, emission, stake
  bonds.parquet     every bond of every epoch, when the scenario sets simulation.record_bonds
  summary.json      metrics, shares by group, expectations
  manifest.json     versions, seed, scenario hash, state digest, files, timing
  plots/            five plots, each as .svg and .png
A scenario of resolution \"block\" writes instead:
  blocks.parquet    price, reserves, pending emission, burn of every subnet, and the issuance
  calls.parquet     every call, accepted or with the chain's name of the error
  events.parquet    registrations, prunings, epochs, halvings and what else happened
  stake.parquet     who has how much stake with whom, at epochs
  balances.parquet  free TAO of every account, whenever it changed
  neurons.parquet   one row per neuron and epoch: incentive, dividends, stake, permit
  summary.json, manifest.json, and in plots/ those of seven plots that have something to show
docs/datasets.md tells what every column means.

A folder that holds the results of an earlier run gets the new ones in their place; other files in
it stay. Name another folder with --out to keep both.

The same scenario and seed give the same bytes on any number of threads; only the timing in
manifest.json differs.

Ctrl-C stops after the current epoch or block and keeps the results so far; a second one, at least half a
second later, aborts at once and removes what was written.

Exit codes: 0 all expectations hold, 1 one does not or a planned call ended otherwise than planned,
2 bad input or could not run, 130 interrupted.";

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
`window = \"last\"` in an expectation looks at the last epoch only.

At resolution \"block\" the table tells, over the whole run:
  earned α     incentive of miners, dividends of validators and of those who stake to them
  joined       accepted registrations;  pruned: how often a neuron lost its uid
  owns TAO     free balance of the group's coldkeys and their stake at the pools' prices, at the end
  profit TAO   that, less what they owned at the start, less running costs
and these metrics are known, too:
  profit_tao.<group>           registrations.<group>        prunings.<group>
  price_tao.<subnet>           at the end
  emission_share.<subnet>      its part of all TAO that emission put into subnets
  issuance_tao                 block_emission_tao           halvings        refused_calls
There gini and spearman take miners of all subnets together, alpha at the price of each epoch, and
share and dividend_per_stake look at the group's own subnet.";

/// All there is to say about `run`.
pub(crate) fn run_in_full() -> String {
    format!("{RUN}\n\n{MEASURES}")
}

/// Below the options of `explain`.
pub(crate) const EXPLAIN: &str = "\
Runs the scenario up to the block and prints every movement in it, first those of TAO, then those of
each alpha: from emission into pools and to what is pending, from what is pending to miners,
validators, root and the owner, from balances into pools. Each line tells rao and tokens; at the
end stands what every place gained or lost. All movements add up to the change of the state, or the
command fails.

A folder of results remembers its scenario file and what was changed with --set. When the file has
changed since, nothing is explained.

Examples:
  subsim explain scenarios/chain/market.toml --block 360
  subsim explain out/market --block 7200
  subsim explain out/market --block 7200 --json | jq '.assets[].changes'
  subsim explain scenarios/chain/market.toml --block 108360 --from-state half.state

Exit codes: 0 explained, 2 bad input, no such block, or changed scenario.";

/// Below the options of `account`.
pub(crate) const ACCOUNT: &str = "\
Names are those of the scenario: an account's own, or <group>-<index>; the coldkey and the hotkey of
a neuron share theirs.

Examples:
  subsim account out/market founder
  subsim account out/market honest-0 --json | jq '.holdings[-1]'

Exit codes: 0 done, 2 no such account, or no results of resolution \"block\" there.";

/// Below the options of `neuron`.
pub(crate) const NEURON: &str = "\
Prints a line for every hotkey that held the uid: when it registered and what it paid, when it lost
the uid and to whom, and what it earned in between.

Examples:
  subsim neuron out/market text 12
  subsim neuron out/market 1 12 --json

Exit codes: 0 done, 2 no such subnet or uid, or no results of resolution \"block\" there.";

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

/// Below the options of `sweep`.
pub(crate) const SWEEP: &str = "\
What varies stands in the scenario:
  [sweep]
  replicates = 5                             # runs at each point, under seeds all points share
  zip = false                                # crossed; true: side by side
  [sweep.parameters]                         # paths as for --set
  \"subnet.kappa\" = [0.4, 0.5, 0.6]
  \"miners.good.noise\" = { from = 0.01, to = 1.0, steps = 5, scale = \"log\" }
Without [sweep], --replicates N runs the scenario as it is under N seeds.

The table tells mean and 95% interval (bootstrap over replicates) of the metric of each expectation
at each point; without expectations, of all shares and of gini. Expectations are not judged.

Results, in the folder given by --out:
  points.parquet    a row per point and metric: mean, interval, spread, quantiles
  runs.parquet      a row per run: point, seed, parameters, metrics, or the error
  runs/run=000000/  results of each run, as `run` writes them, without plots
  plan.json         what the runs are; --resume goes by it

Ctrl-C stops after the runs under way; --resume goes on, and the results are the same bytes as if
nothing had happened. Without --resume the runs of an earlier sweep in the folder are removed.

Examples:
  subsim sweep scenarios/sweep_kappa.toml
  subsim sweep scenarios/sweep_kappa.toml --replicates 20 --out out/kappa-20
  subsim sweep scenarios/sweep_kappa.toml --replicates 20 --out out/kappa-20 --resume
  subsim sweep scenarios/quickstart.toml --replicates 50 --set subnet.bond_rule=yuma3

Exit codes: 0 all runs done, 1 some failed, 2 bad input or none could run, 130 interrupted.";

/// Below the options of `baseline update`.
pub(crate) const BASELINE: &str = "\
A baseline is a small TOML file: digest and metrics of the scenario under its own seed, and metrics
of replicates under others. Keep it with the code and review its changes like code.

Folders are looked through for scenarios (*.toml) of resolution epoch; those of resolution block
are not supported yet and are passed over. A baseline is named after its scenario's file, so two
scenarios of one name need two folders of baselines.

Examples:
  subsim baseline update scenarios
  subsim baseline update scenarios/quickstart.toml --replicates 50
  subsim baseline update my-scenarios --baseline my-baselines

Exit codes: 0 all written, 2 bad input or a scenario could not run, 130 interrupted.";

/// Below the options of `check`.
pub(crate) const CHECK: &str = "\
Modes:
  exact         states are the same bit for bit, under the scenario's own seed
  tolerance     every metric under the scenario's own seed is within --absolute or within
                --relative of the baseline, whichever allows more
  distribution  every metric has the same distribution over as many replicates as the baseline has,
                under fresh seeds: permutation tests of Kolmogorov-Smirnov and Wasserstein
                distance, with false alarms kept at the rate over all metrics of a scenario. The
                seeds follow from --round: the same round gives the same verdict

Folders are looked through as by `baseline update`.

Examples:
  subsim check scenarios
  subsim check scenarios --mode tolerance --relative 0.05
  subsim check scenarios --mode distribution --false-alarm-rate 0.001
  subsim check scenarios --format junit > subsim.xml
  subsim check scenarios --format markdown >> \"$GITHUB_STEP_SUMMARY\"

Exit codes: 0 the same, 1 something shifted, 2 bad input or a scenario could not be compared,
130 interrupted.";

/// Below the options of `cases`.
pub(crate) const CASES: &str = "\
Small networks over 40 epochs whose stake and weights are given: who is paid what for seeing a good
miner first, copying, or bribing. All rules are in floats, as they were published; `run` and
`replay` have the chain's exact math. docs/research.md compares with the published figures.

Results, in the folder given by --out:
  cases.html        totals and charts of every case under every rule; needs no other file
  cases.parquet     a row per epoch and validator, miner, or pair of them

The table tells each validator's dividends per 1000 of stake, summed over epochs; an epoch pays 41
to all validators, the stake of all is a million.

Examples:
  subsim cases
  subsim cases --rule yuma2 --rule yuma3 --penalty 1
  subsim cases scenarios/yuma-cases/case-03.case --out out/case-3
  subsim cases my-cases --json --quiet | jq '.totals[] | select(.rule == \"yuma3\")'

Exit codes: 0 done, 2 bad input or could not run.";

/// Below the options of `guarantees`.
pub(crate) const GUARANTEES: &str = "\
Honest validators give an honest share of weight (their utility) to the honest miners; a cabal with
the rest of the stake gives what it likes to its own. The table tells the least utility from which
on the honest side is paid its share of the stake or more, whatever the cabal does, by the chain's
exact epoch: the mean over random networks, and its 95% interval (Student's t).

Figures (--preset) of the chain's consensus document, each three maps; a figure sets what it varies:
  sigma     how far honest validators differ        penalty   the bonds penalty
  xi        validators' share of the emission       kappa     the majority that decides

Results, in the folder given by --out:
  retention.parquet   a row per map, honest stake and network: the utility needed
  guarantees.parquet  a row per point of each map: what the honest side is paid

Examples:
  subsim guarantees --preset sigma
  subsim guarantees --preset sigma --preset penalty --preset xi --preset kappa --replicates 10
  subsim guarantees --rule yuma3 --honest-stake 0.6 --honest-stake 0.8
  subsim guarantees --neurons 64 --validators 16 --steps 20 --json --quiet

Exit codes: 0 done, 1 a published figure was not met within 2 percentage points, 2 bad input or
could not run, 130 interrupted.";

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
