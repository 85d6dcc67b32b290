//! The published guarantee figures, from networks of the published size. Run with `--nocapture` to
//! see the table. The grid is coarser than the published one (steps of 5%), which moves no figure by more than
//! a fraction of a percentage point.

use subsim_research::guarantees::{Claim, CurveResult, Preset, Settings};

/// Figures about 60% of the stake, with three networks each.
#[test]
fn published_figures_come_out_within_two_percentage_points() {
    let presets = [Preset::WeightDeviation, Preset::BondsPenalty, Preset::ValidatorShare];
    let settings =
        Settings { honest_stakes: vec![0.6], steps: 20, replicates: 3, ..Settings::default() };
    for result in Preset::run_several(&presets, &settings, &|| true).unwrap() {
        print(&result);
        assert_eq!(result.holds(), Some(true), "{}", result.curve.label);
    }
}

#[test]
fn a_larger_kappa_leaves_smaller_majorities_without_protection() {
    let settings = Settings { honest_stakes: vec![0.51, 0.55], steps: 20, ..Settings::default() };
    let curve = Preset::Kappa.curves(&settings).pop().unwrap();
    assert_eq!(curve.settings.kappa, 0.6);
    let result = curve.run(&|| true).unwrap();
    print(&result);
    assert_eq!(result.holds(), Some(true));
}

fn print(result: &CurveResult) {
    let published = match result.curve.claim {
        Some(Claim::Needed { honest_stake, utility }) => {
            format!("{:.0}% at {:.0}% stake", utility * 100.0, honest_stake * 100.0)
        }
        Some(Claim::NoneBelow { honest_stake }) => {
            format!("none below {:.0}% stake", honest_stake * 100.0)
        }
        None => "nothing".to_owned(),
    };
    let ours: Vec<String> = result
        .retention
        .iter()
        .map(|retention| {
            let stake = retention.honest_stake * 100.0;
            match (retention.mean(), retention.interval()) {
                (Some(mean), Some((low, high))) => {
                    let half = (high - low) / 2.0 * 100.0;
                    format!("{:.1}% ± {half:.1} at {stake:.0}%", mean * 100.0)
                }
                _ => format!("none at {stake:.0}%"),
            }
        })
        .collect();
    let label = &result.curve.label;
    println!("{label:14} published {published:20} ours {}", ours.join(", "));
}
