//! Runs cases under rules and bonds penalties, and keeps what came out epoch by epoch.

use rayon::prelude::*;
use subsim_consensus::rules::{LiquidConsensus, Matrix, Rule, RuleParams, RuleState};

use super::{Case, CaseError, Change};

/// Under what to run cases. The default is as published: all rules, penalties 0.5 and 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Rules, in the order of the comparison.
    pub rules: Vec<Rule>,
    /// Bonds penalties, each 0 to 1.
    pub bonds_penalties: Vec<f64>,
    /// Share of the stake that decides the consensus.
    pub kappa: f64,
    /// Which consensus liquid alpha looks at.
    pub liquid_consensus: LiquidConsensus,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rules: Rule::ALL.to_vec(),
            bonds_penalties: vec![0.5, 1.0],
            kappa: 0.5,
            liquid_consensus: LiquidConsensus::Mixed,
        }
    }
}

/// One case under one rule and penalty. Tables go epoch by epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Index of the case in the study.
    pub case: usize,
    /// The rule.
    pub rule: Rule,
    /// The bonds penalty. Rules without one ([`Rule::has_penalty`]) run under each all the same.
    pub bonds_penalty: f64,
    /// Share in the validators' part: epochs x validators.
    pub dividend: Vec<f64>,
    /// Dividend per 1000 of stake when an epoch pays 41 to all validators and the stake of all is a
    /// million, the published measure: epochs x validators. 0 without stake.
    pub dividend_per_stake: Vec<f64>,
    /// Bonds in the rule's own scale: epochs x validators x miners.
    pub bonds: Vec<f64>,
    /// Share in the miners' part: epochs x miners.
    pub incentive: Vec<f64>,
}

/// What an epoch pays to all validators in the published measure: 41 of 100.
const VALIDATORS_PART: f64 = 41.0;

/// Share of the stake below which nobody asks what it earns.
const NO_STAKE: f64 = 1e-9;

/// Cases and what came of them under every rule and penalty.
#[derive(Debug, Clone, PartialEq)]
pub struct Study<'a> {
    pub(super) cases: &'a [Case],
    pub(super) options: Options,
    pub(super) runs: Vec<Run>,
}

/// Runs all cases under all rules and penalties, on the current rayon pool; the results do not
/// depend on it.
///
/// # Errors
/// When an option is out of its range, or nothing is to be run.
pub fn study<'a>(cases: &'a [Case], options: &Options) -> Result<Study<'a>, CaseError> {
    if cases.is_empty() || options.rules.is_empty() || options.bonds_penalties.is_empty() {
        let message = "nothing to run";
        return Err(CaseError::about("options", message, "a case, a rule and a bonds penalty"));
    }
    let mut plan = Vec::new();
    for case in 0..cases.len() {
        for &rule in &options.rules {
            plan.extend(options.bonds_penalties.iter().map(|penalty| (case, rule, *penalty)));
        }
    }
    let run = |&(case, rule, penalty): &(usize, Rule, f64)| {
        run(&cases[case], rule, penalty, options).map(|run| Run { case, ..run })
    };
    let runs = plan.par_iter().map(run).collect::<Result<Vec<Run>, CaseError>>()?;
    Ok(Study { cases, options: options.clone(), runs })
}

impl Study<'_> {
    /// The runs: by case, then rule, then penalty.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The cases.
    #[must_use]
    pub fn cases(&self) -> &[Case] {
        self.cases
    }

    /// Epochs computed.
    #[must_use]
    pub fn epochs(&self) -> usize {
        self.runs.iter().map(|run| self.cases[run.case].epochs).sum()
    }
}

fn run(case: &Case, rule: Rule, bonds_penalty: f64, options: &Options) -> Result<Run, CaseError> {
    let params = RuleParams {
        bonds_penalty,
        kappa: options.kappa,
        liquid_consensus: options.liquid_consensus,
        winner_takes_all: case.winner_takes_all,
        ..rule.params()
    };
    let (validators, miners) = (case.validators.len(), case.miners.len());
    let nodes: Vec<Nodes> = case.changes.iter().map(Nodes::new).collect();
    let mut run = Run {
        case: 0,
        rule,
        bonds_penalty,
        dividend: Vec::with_capacity(case.epochs * validators),
        dividend_per_stake: Vec::with_capacity(case.epochs * validators),
        bonds: Vec::with_capacity(case.epochs * validators * miners),
        incentive: Vec::with_capacity(case.epochs * miners),
    };
    let mut state: Option<RuleState> = None;
    let mut change = 0;
    for epoch in 0..case.epochs {
        change += usize::from(nodes.get(change + 1).is_some_and(|next| next.from_epoch == epoch));
        let Nodes { weights, stake, share, .. } = &nodes[change];
        let reset = case.bonds_reset.filter(|reset| reset.at_epoch == epoch && rule.can_reset());
        if let (Some(state), Some(reset)) = (&mut state, reset) {
            state.bonds.clear_column(validators + reset.miner);
        }
        let done = rule.step(&params, weights, stake, state.as_ref());
        let done =
            done.map_err(|error| CaseError::rule(format!("case {}", case.number), &error))?;
        for (i, (share, dividend)) in share.iter().zip(&done.dividends).enumerate() {
            run.dividend.push(*dividend);
            run.dividend_per_stake.push(per_stake(*dividend, *share));
            run.bonds.extend_from_slice(&done.state.bonds.row(i)[validators..]);
        }
        run.incentive.extend_from_slice(&done.incentive[validators..]);
        state = Some(done.state);
    }
    Ok(run)
}

/// Stake and weights over all nodes, validators first. The published figures come from square
/// tables like these: when nobody has any incentive and the winner takes all, every node ties.
struct Nodes {
    from_epoch: usize,
    stake: Vec<f64>,
    /// Stake of each validator over that of all.
    share: Vec<f64>,
    weights: Matrix,
}

impl Nodes {
    fn new(change: &Change) -> Self {
        let (validators, miners) = (change.weights.rows(), change.weights.columns());
        let total: f64 = change.stake.iter().sum();
        let share =
            change.stake.iter().map(|s| if total > 0.0 { s / total } else { 0.0 }).collect();
        let mut stake = change.stake.clone();
        stake.resize(validators + miners, 0.0);
        let mut weights = Matrix::zeros(validators + miners, validators + miners);
        for i in 0..validators {
            weights.row_mut(i)[validators..].copy_from_slice(change.weights.row(i));
        }
        Self { from_epoch: change.from_epoch, stake, share, weights }
    }
}

fn per_stake(dividend: f64, share: f64) -> f64 {
    if share < NO_STAKE { 0.0 } else { VALIDATORS_PART * dividend / (1000.0 * share) }
}
