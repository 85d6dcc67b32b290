//! The 22 published cases under six rules and two penalties, against the published figures
//! (`data/*.tsv`). Run with `--nocapture` to see the table.

use subsim_consensus::rules::Rule;
use subsim_research::cases::{Case, Options, Run, Study, published, study};

const TOLERANCE: f64 = 1e-6;

/// The rules that figures were published for.
const RULES: [Rule; 6] =
    [Rule::Yuma1, Rule::Yuma2, Rule::Yuma2b, Rule::Yuma2c, Rule::Yuma3, Rule::Yuma3Liquid];

fn options() -> Options {
    Options { rules: RULES.to_vec(), ..Options::default() }
}

/// Published figures of one kind.
struct Published {
    lines: Vec<(String, String, u32, String, Vec<f64>)>,
}

impl Published {
    fn read(text: &str) -> Self {
        let line = |line: &str| {
            let fields: Vec<&str> = line.split('\t').collect();
            let [rule, penalty, case, subject, values] = fields[..] else { panic!("{line}") };
            let values: Vec<f64> = values.split(' ').flat_map(repeated).collect();
            let (rule, penalty) = (rule.to_owned(), penalty.to_owned());
            (rule, penalty, case.parse().unwrap(), subject.to_owned(), values)
        };
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Self { lines: lines.map(line).collect() }
    }

    /// The one series of a subject that fits a rule and a penalty; `*` stands for all others.
    fn series(&self, run: &Run, case: u32, subject: &str) -> &[f64] {
        let (name, penalty) = (run.rule.name(), run.bonds_penalty.to_string());
        let named = self.lines.iter().any(|line| line.0 == name);
        let fits = |line: &&(String, String, u32, String, Vec<f64>)| {
            line.0 == (if named { name } else { "*" })
                && (line.1 == "*" || line.1 == penalty)
                && line.2 == case
                && line.3 == subject
        };
        let mut found = self.lines.iter().filter(fits);
        let (first, second) = (found.next(), found.next());
        assert!(second.is_none(), "{name} {penalty} case {case} {subject:?} stands twice");
        &first.unwrap_or_else(|| panic!("no {name} {penalty} case {case} {subject:?}")).4
    }
}

/// `v` or `v*n`.
fn repeated(token: &str) -> Vec<f64> {
    let (value, count) = token.split_once('*').unwrap_or((token, "1"));
    vec![value.parse().unwrap(); count.parse().unwrap()]
}

/// Case 21 has epochs without any consensus, where the published figures of these rules mean
/// nothing: the tool turns "undefined" into a huge negative number.
fn left_out(case: &Case, rule: Rule) -> bool {
    case.number == 21 && matches!(rule, Rule::Yuma1 | Rule::Yuma2 | Rule::Yuma2b)
}

/// Largest difference between one column of a table and the published series.
fn difference(table: &[f64], width: usize, at: usize, published: &[f64]) -> f64 {
    let ours = table.iter().skip(at).step_by(width);
    assert_eq!(ours.len(), published.len());
    ours.zip(published).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

fn compare(study: &Study<'_>, dividends: &Published, incentives: &Published) -> Vec<Option<f64>> {
    let largest = |run: &Run| {
        let case = &study.cases()[run.case];
        let (validators, miners) = (case.validators.len(), case.miners.len());
        let of_validators = (0..validators).map(|i| {
            let published = dividends.series(run, case.number, &case.validators[i]);
            difference(&run.dividend_per_stake, validators, i, published)
        });
        let of_miners = (0..miners).map(|j| {
            let published = incentives.series(run, case.number, &case.miners[j]);
            difference(&run.incentive, miners, j, published)
        });
        let largest = of_validators.chain(of_miners).fold(0.0, f64::max);
        (!left_out(case, run.rule)).then_some(largest)
    };
    study.runs().iter().map(largest).collect()
}

#[test]
fn all_cases_agree_with_the_published_figures() {
    let dividends = Published::read(include_str!("data/dividends.tsv"));
    let incentives = Published::read(include_str!("data/incentives.tsv"));
    let cases = published();
    let study = study(&cases, &options()).unwrap();
    let differences = compare(&study, &dividends, &incentives);
    print(&study, &differences);
    assert_eq!(differences.iter().flatten().count(), 22 * 12 - 6);
    for (run, difference) in study.runs().iter().zip(&differences) {
        let case = cases[run.case].number;
        let at = format!("case {case}, {}, penalty {}", run.rule, run.bonds_penalty);
        assert!(difference.is_none_or(|d| d <= TOLERANCE), "{at}: {difference:?}");
    }
}

fn print(study: &Study<'_>, differences: &[Option<f64>]) {
    let mut text = String::from("largest difference from the published figures\ncase");
    for run in study.runs().iter().filter(|run| run.case == 0) {
        text += &format!(" {:>16}", format!("{} {}", run.rule, run.bonds_penalty));
    }
    for (run, difference) in study.runs().iter().zip(differences) {
        if run.rule == Rule::Yuma1 && run.bonds_penalty == 0.5 {
            text += &format!("\n{:4}", study.cases()[run.case].number);
        }
        match difference {
            Some(difference) => text += &format!(" {difference:16.1e}"),
            None => text += &format!(" {:>16}", "left out"),
        }
    }
    let largest = differences.iter().flatten().fold(0.0_f64, |a, b| a.max(*b));
    text += &format!("\nlargest of all: {largest:.1e}; case 21 under Yuma 1, 2, 2B left out\n");
    print!("{text}");
}

#[test]
fn a_wrong_figure_would_be_noticed() {
    let text = include_str!("data/dividends.tsv").replacen("0.0512499475", "0.0512519475", 1);
    let incentives = Published::read(include_str!("data/incentives.tsv"));
    let cases = published();
    let study = study(&cases[..1], &options()).unwrap();
    let differences = compare(&study, &Published::read(&text), &incentives);
    assert_eq!(differences.iter().flatten().filter(|d| **d > TOLERANCE).count(), 1);
}
