use super::*;

const UNANIMOUS: [f64; 3] = [0.5, 0.3, 0.2];

fn matrix<const N: usize>(rows: &[[f64; N]]) -> Matrix {
    Matrix::from_rows(&rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>()).unwrap()
}

/// Epochs of one rule with its published parameters, changed by `change`.
fn run(
    rule: Rule,
    change: impl Fn(&mut RuleParams),
    epochs: &[Matrix],
    stake: &[f64],
) -> Vec<RuleEpoch> {
    let mut params = rule.params();
    change(&mut params);
    let mut done: Vec<RuleEpoch> = Vec::new();
    for weights in epochs {
        let previous = done.last().map(|epoch| &epoch.state);
        done.push(rule.step(&params, weights, stake, previous).unwrap());
    }
    done
}

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() <= tolerance, "{found:?}, expected {expected:?}");
    }
}

#[test]
fn where_all_agree_every_rule_pays_by_stake_and_weight() {
    let weights = matrix(&[UNANIMOUS; 4]);
    let stake = [400.0, 300.0, 200.0, 100.0];
    for &rule in Rule::ALL {
        for epoch in run(rule, |_| (), &vec![weights.clone(); 5], &stake) {
            assert_close(&epoch.incentive, &UNANIMOUS, 5e-5);
            assert_close(&epoch.dividends, &[0.4, 0.3, 0.2, 0.1], 2e-5);
        }
    }
}

#[test]
fn names_are_unique_and_lead_back_to_their_rule() {
    for (i, &rule) in Rule::ALL.iter().enumerate() {
        assert!(Rule::ALL[..i].iter().all(|other| other.name() != rule.name()), "{rule} twice");
        assert_eq!(rule.name().parse::<Rule>(), Ok(rule));
        assert_eq!(rule.to_string(), rule.name());
    }
    let message = "yuma4".parse::<Rule>().unwrap_err().to_string();
    assert!(message.starts_with("there is no rule \"yuma4\"; the rules are yuma1, yuma2, yuma2b"));
    assert!(Rule::ALL.iter().all(|rule| message.contains(rule.name())), "{message}");
}

#[test]
fn the_majority_clips_a_minority() {
    let weights = matrix(&[[1.0, 0.0], [0.0, 1.0]]);
    for &rule in Rule::ALL {
        let epoch = &run(rule, |_| (), std::slice::from_ref(&weights), &[0.6, 0.4])[0];
        assert_close(&epoch.state.consensus, &[1.0, 0.0], 0.0);
        assert_close(&epoch.incentive, &[1.0, 0.0], 0.0);
        assert_close(&epoch.dividends, &[1.0, 0.0], 1e-4);
    }
}

#[test]
fn kappa_of_one_asks_everybody() {
    let weights = matrix(&[[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]]);
    // Three thirds do not add up to one in floats.
    let stake = [1.0, 1.0, 1.0];
    let epoch = &run(Rule::Yuma2, |params| params.kappa = 1.0, &[weights], &stake)[0];
    assert_close(&epoch.state.consensus, &[2.0 / 3.0, 1.0 / 3.0], 2e-5);
}

#[test]
fn the_penalty_decides_how_much_a_clipped_weight_still_bonds() {
    let weights = matrix(&[[0.8, 0.2], [0.4, 0.6]]);
    let first_column = |penalty: f64| {
        let change = |params: &mut RuleParams| params.bonds_penalty = penalty;
        let epoch = run(Rule::Yuma1, change, std::slice::from_ref(&weights), &[0.6, 0.4]).remove(0);
        epoch.state.bonds.row(1)[1]
    };
    // Column 2: 0.6 x 0.2 against 0.4 x 0.6 in full, against 0.4 x 0.2 when clipped.
    let clip = first_column(1.0);
    let half = first_column(0.5);
    let full = first_column(0.0);
    assert_close(&[full, half, clip], &[0.24 / 0.36, 0.16 / 0.28, 0.08 / 0.20], 2e-5);
}

#[test]
fn bonds_average_over_epochs_only_from_yuma2_on() {
    let (before, after) = (matrix(&[[1.0, 0.0], [1.0, 0.0]]), matrix(&[[0.0, 1.0]; 2]));
    let epochs = [before, after];
    let bond = |rule| run(rule, |_| (), &epochs, &[0.6, 0.4])[1].state.bonds.row(0)[0];
    assert_close(&[bond(Rule::Yuma1), bond(Rule::Yuma2)], &[0.0, 0.1 * 0.6], 1e-6);
    // 2B still judges the weights of the epoch before, which the new consensus clips to nothing.
    assert_close(&[bond(Rule::Yuma2b)], &[0.06], 1e-6);
    assert_close(&[bond(Rule::Yuma3)], &[0.025 * 0.975], 1e-6);
    let kept = 0.9 * 0.1 * 0.6;
    assert_close(&[bond(Rule::Yuma2c) / u64::MAX as f64], &[kept], 1e-6);
}

#[test]
fn liquid_alpha_moves_bonds_at_the_rate_of_its_consensus_mode() {
    // The lone first validator's column goes from no support to full support.
    let epochs = [matrix(&[[1.0, 0.0], [0.0, 1.0]]), matrix(&[[1.0, 0.0], [1.0, 0.0]])];
    let stake = [0.4, 0.6];
    let rate_for = |distance: f64| {
        let sigmoid = 1.0 / (1.0 + (-10.0 * (distance - 0.5_f64)).exp());
        0.1 + 0.2 * sigmoid
    };
    for (mode, distance) in [
        (LiquidConsensus::Current, 0.0),
        (LiquidConsensus::Previous, 1.0),
        (LiquidConsensus::Mixed, 0.0),
    ] {
        let change = |params: &mut RuleParams| params.liquid_consensus = mode;
        let done = run(Rule::Yuma3Liquid, change, &epochs, &stake);
        let rate = rate_for(distance);
        let expected = 0.025 * (1.0 - rate) + rate;
        assert_close(&[done[0].state.bonds.row(0)[0]], &[0.025], 1e-6);
        assert_close(&[done[1].state.bonds.row(0)[0]], &[expected], 1e-5);
        // Selling goes by what is held, whatever the mode.
        let sold = 0.025 * (1.0 - rate_for(0.025));
        assert_close(&[done[1].state.bonds.row(1)[1]], &[sold], 1e-6);
    }
}

#[test]
fn the_winner_takes_all_and_ties_share() {
    let wins = |row: [f64; 3]| {
        let change = |params: &mut RuleParams| params.winner_takes_all = true;
        run(Rule::Yuma2, change, &[matrix(&[row])], &[1.0]).remove(0).incentive
    };
    assert_eq!(wins([0.3, 0.5, 0.2]), [0.0, 1.0, 0.0]);
    assert_eq!(wins([0.4, 0.4, 0.2]), [0.5, 0.5, 0.0]);
}

#[test]
fn a_forgotten_column_starts_anew() {
    let weights = matrix(&[[0.5, 0.5]]);
    let mut state =
        run(Rule::Yuma3, |_| (), std::slice::from_ref(&weights), &[1.0]).remove(0).state;
    state.bonds.clear_column(0);
    let rule = Rule::Yuma3;
    let next = rule.step(&rule.params(), &weights, &[1.0], Some(&state)).unwrap();
    assert!(next.state.bonds.row(0)[0] < next.state.bonds.row(0)[1]);
}

#[test]
fn nobody_with_stake_or_weight_is_paid_nothing() {
    for &rule in Rule::ALL {
        for (weights, stake) in [([1.0, 1.0], 0.0), ([0.0, 0.0], 1.0)] {
            let epoch = &run(rule, |_| (), &[matrix(&[weights])], &[stake])[0];
            assert!(epoch.incentive.iter().chain(&epoch.dividends).all(|share| *share == 0.0));
        }
        let empty = rule.step(&rule.params(), &Matrix::zeros(0, 0), &[], None).unwrap();
        assert!(empty.incentive.is_empty() && empty.dividends.is_empty());
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let rule = Rule::Yuma2;
    let weights = matrix(&[[1.0, 2.0]]);
    let fault = |params: RuleParams, weights: &Matrix, stake: &[f64], previous: Option<&_>| {
        rule.step(&params, weights, stake, previous).unwrap_err().to_string()
    };
    let params = rule.params();
    assert_eq!(fault(params, &weights, &[1.0, 1.0], None), "stake: 2 where 1 belong");
    let negative = matrix(&[[1.0, -2.0]]);
    let message = fault(params, &negative, &[1.0], None);
    assert_eq!(message, "weight 1 is -2; it must be a number from 0 up");
    let message = fault(params, &weights, &[f64::NAN], None);
    assert_eq!(message, "stake 0 is NaN; it must be a number from 0 up");
    let state = rule.step(&params, &matrix(&[[1.0]]), &[1.0], None).unwrap().state;
    let message = fault(params, &weights, &[1.0], Some(&state));
    assert_eq!(message, "columns of the previous bonds: 1 where 2 belong");
    let message = fault(RuleParams { kappa: 1.5, ..params }, &weights, &[1.0], None);
    assert_eq!(message, "`kappa` is 1.5; it must be from 0 to 1");
    let swapped = RuleParams { alpha_low: 0.9, alpha_high: 0.1, ..params };
    let message = fault(swapped, &weights, &[1.0], None);
    assert_eq!(message, "`alpha_low` is 0.9; it must be at most `alpha_high`");
    assert!(Matrix::from_rows(&[vec![1.0], vec![]]).is_err());
}
