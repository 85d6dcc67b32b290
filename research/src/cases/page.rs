//! The comparison as one page: totals first, then every case as charts under every rule.
//!
//! The page needs nothing else: style and drawings are inside. Rules that know a bonds penalty have
//! a chart per penalty, of which the page shows one.

use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use serde::Serialize;

use super::Case;
use super::study::{Run, Study};
use super::svg::{self, Line, chart};

const TEMPLATE: &str = include_str!("../../templates/cases.html");

/// Something that may look different under each penalty.
#[derive(Serialize)]
struct Variants(Vec<Variant>);

#[derive(Serialize)]
struct Variant {
    /// Index of the penalty under which to show it; `None` under all.
    penalty: Option<usize>,
    content: String,
}

#[derive(Serialize)]
struct CasePart<'a> {
    number: u32,
    title: &'a str,
    shows: &'a str,
    base: &'a str,
    validators: Vec<Named<'a>>,
    miners: Vec<Named<'a>>,
    totals: Vec<TotalLine<'a>>,
    charts: Vec<ChartLine>,
}

/// A name and the class of its colour or dash.
#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    class: usize,
}

#[derive(Serialize)]
struct TotalLine<'a> {
    validator: &'a str,
    cells: Vec<Variants>,
}

#[derive(Serialize)]
struct ChartLine {
    name: &'static str,
    top: String,
    cells: Vec<Variants>,
}

/// What a chart shows of a run.
#[derive(Clone, Copy)]
enum Measure {
    DividendPerStake,
    BondShare,
    Incentive,
}

impl Measure {
    const ALL: [Self; 3] = [Self::DividendPerStake, Self::BondShare, Self::Incentive];

    fn name(self) -> &'static str {
        match self {
            Self::DividendPerStake => "Dividends per 1000 stake",
            Self::BondShare => "Bonds, share of each miner's",
            Self::Incentive => "Incentive",
        }
    }
}

impl Study<'_> {
    /// The page, as text of an HTML file that needs nothing else.
    ///
    /// # Panics
    /// Never: the template is part of the program, and a test renders it.
    #[must_use]
    pub fn html(&self) -> String {
        let mut environment = Environment::new();
        environment.add_template("cases.html", TEMPLATE).expect("the template is valid");
        let template = environment.get_template("cases.html").expect("it was just added");
        let penalties: Vec<String> =
            self.options.bonds_penalties.iter().map(f64::to_string).collect();
        let rules: Vec<&str> = self.options.rules.iter().map(|rule| rule.title()).collect();
        let parts: Vec<CasePart<'_>> = (0..self.cases.len()).map(|case| self.part(case)).collect();
        let values = context! {
            penalties,
            rules,
            kappa => self.options.kappa,
            liquid_consensus => self.options.liquid_consensus.name(),
            cases => Value::from(Serde(parts)),
        };
        template.render(values).expect("the template fits its values")
    }

    fn part(&self, index: usize) -> CasePart<'_> {
        let case = &self.cases[index];
        CasePart {
            number: case.number,
            title: &case.title,
            shows: &case.shows,
            base: &case.validators[case.base_validator],
            validators: with_classes(&case.validators, svg::COLOURS),
            miners: with_classes(&case.miners, svg::DASHES),
            totals: self.total_lines(index),
            charts: Measure::ALL.map(|measure| self.chart_line(index, measure)).into(),
        }
    }

    /// Runs of a case under a rule, with the penalty under which to show them.
    fn shown(&self, case: usize, rule: usize) -> impl Iterator<Item = (Option<usize>, &Run)> {
        let penalties = self.options.bonds_penalties.len();
        let first = (case * self.options.rules.len() + rule) * penalties;
        let differ = self.options.rules[rule].has_penalty();
        let runs = self.runs[first..first + penalties].iter().enumerate();
        runs.take(if differ { penalties } else { 1 })
            .map(move |(penalty, run)| (differ.then_some(penalty), run))
    }

    fn cells(&self, case: usize, content: impl Fn(&Run) -> String) -> Vec<Variants> {
        let cell = |rule| {
            let variants = self
                .shown(case, rule)
                .map(|(penalty, run)| Variant { penalty, content: content(run) });
            Variants(variants.collect())
        };
        (0..self.options.rules.len()).map(cell).collect()
    }

    /// A line per validator other than the base: how much more or less it got per stake.
    fn total_lines(&self, index: usize) -> Vec<TotalLine<'_>> {
        let case = &self.cases[index];
        let validators = case.validators.len();
        let others = (0..validators).filter(|i| *i != case.base_validator);
        let line = |i: usize| TotalLine {
            validator: &case.validators[i],
            cells: self.cells(index, |run| {
                let sums = run.sums(validators);
                match sums[case.base_validator] {
                    base if base > 0.0 => format!("{:+.2}%", 100.0 * (sums[i] / base - 1.0)),
                    _ => "–".to_owned(),
                }
            }),
        };
        others.map(line).collect()
    }

    fn chart_line(&self, index: usize, measure: Measure) -> ChartLine {
        let case = &self.cases[index];
        let top = match measure {
            Measure::DividendPerStake => self.largest_dividend(index),
            Measure::BondShare | Measure::Incentive => 1.0,
        };
        let cells = self.cells(index, |run| {
            let label = format!("{}, {}", run.rule.title(), measure.name());
            chart(&label, &lines(case, run, measure), top)
        });
        ChartLine { name: measure.name(), top: format!("{top:.4}"), cells }
    }

    /// One scale for all rules of a case, or they could not be compared.
    fn largest_dividend(&self, case: usize) -> f64 {
        let runs = self.runs.iter().filter(|run| run.case == case);
        runs.flat_map(|run| &run.dividend_per_stake).copied().fold(0.0, f64::max)
    }
}

fn with_classes(names: &[String], classes: usize) -> Vec<Named<'_>> {
    let name = |(i, name)| Named { name, class: i % classes };
    names.iter().map(String::as_str).enumerate().map(name).collect()
}

fn lines(case: &Case, run: &Run, measure: Measure) -> Vec<Line> {
    let (validators, miners) = (case.validators.len(), case.miners.len());
    let of = |width: usize, table: &[f64], at: usize| {
        table.iter().skip(at).step_by(width).copied().collect::<Vec<f64>>()
    };
    match measure {
        Measure::DividendPerStake => (0..validators)
            .map(|i| Line {
                values: of(validators, &run.dividend_per_stake, i),
                colour: i,
                dash: 0,
            })
            .collect(),
        Measure::Incentive => (0..miners)
            .map(|j| Line {
                values: of(miners, &run.incentive, j),
                colour: svg::COLOURS - 1,
                dash: j,
            })
            .collect(),
        Measure::BondShare => (0..validators * miners)
            .map(|pair| {
                let share = |epoch| run.bond_share(epoch, pair, (validators, miners));
                let values = (0..case.epochs).map(share).collect();
                Line { values, colour: pair / miners, dash: pair % miners }
            })
            .collect(),
    }
}
