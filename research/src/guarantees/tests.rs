use super::network::{Draws, Network};
use super::*;

/// A network small enough for tests in every build.
fn small() -> Settings {
    Settings {
        neurons: 48,
        validators: 12,
        honest_stakes: vec![0.55, 0.6],
        steps: 10,
        replicates: 2,
        ..Settings::default()
    }
}

fn compute(settings: &Settings) -> GuaranteeMap {
    GuaranteeMap::compute(settings, &|| true).unwrap()
}

#[test]
fn any_number_of_threads_gives_the_same_map() {
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| compute(&small()))
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(5));
}

#[test]
fn a_replicate_depends_on_its_number_and_the_seed_alone() {
    let two = compute(&small());
    let one = compute(&Settings { replicates: 1, ..small() });
    let other = compute(&Settings { seed: 2, replicates: 1, ..small() });
    let last_stake = compute(&Settings { honest_stakes: vec![0.6], ..small() });
    assert!(two.rows().zip(one.rows()).all(|(a, b)| a == b));
    assert!(one.rows().zip(other.rows()).any(|(a, b)| a.honest != b.honest));
    for (i, j) in [(3, 4), (8, 7)] {
        assert_ne!(two.at(0, 1, i, j), two.at(1, 1, i, j));
        assert_eq!(two.at(1, 1, i, j), last_stake.at(1, 0, i, j));
    }
}

#[test]
fn rows_say_where_they_are() {
    let map = compute(&small());
    assert_eq!(map.rows().len(), small().epochs());
    let row = map.rows().nth(((2 + 1) * 11 + 7) * 11 + 4).unwrap();
    assert_eq!((row.replicate, row.honest_stake), (1, 0.6));
    assert_eq!((row.honest_utility, row.cabal_self_weight), (0.7, 0.4));
    assert_eq!(row.honest, map.at(1, 1, 7, 4));
    let mean = (map.at(0, 1, 7, 4).emission(0.25) + map.at(1, 1, 7, 4).emission(0.25)) / 2.0;
    assert_eq!(map.mean_emission(1, 0.25)[7][4], mean);
}

#[test]
fn where_all_agree_miners_are_paid_by_weight_and_validators_by_stake() {
    for rule in ExactRule::ALL {
        let map = compute(&Settings { rule, weight_deviation: 0.0, ..small() });
        for i in 1..10 {
            let honest = map.at(0, 1, i, 10 - i);
            assert!((honest.incentive - i as f64 / 10.0).abs() < 1e-3, "{rule}: {honest:?}");
            assert!((honest.dividends - 0.6).abs() < 1e-3, "{rule}: {honest:?}");
        }
        let needed = map.retention(0.5)[1].mean().unwrap();
        assert!((needed - 0.6).abs() < 1e-3, "{rule}: {needed}");
    }
}

#[test]
fn more_honest_utility_or_a_fuller_penalty_never_hurts() {
    let emission = |bonds_penalty, i| {
        let map = compute(&Settings { bonds_penalty, replicates: 1, ..small() });
        map.at(0, 1, i, 8).emission(0.5)
    };
    let rising: Vec<f64> = (0..=10).map(|i| emission(1.0, i)).collect();
    assert!(rising.is_sorted(), "{rising:?}");
    assert!(emission(0.0, 7) < emission(0.5, 7) && emission(0.5, 7) < emission(1.0, 7));
}

#[test]
fn weights_nobody_supports_protect_nobody() {
    // Neither side reaches kappa when both only weigh themselves: the chain pays by stake.
    let map = compute(&Settings { kappa: 0.7, ..small() });
    let corner = map.at(0, 1, 10, 10);
    assert!(!corner.by_weights && (corner.emission(0.5) - 0.6).abs() < 1e-9, "{corner:?}");
    let retention = &map.retention(0.5)[1];
    assert_eq!((retention.mean(), retention.unprotected()), (None, 2));
    assert_eq!(retention.worst_self_weight, [1.0, 1.0]);
}

#[test]
fn a_network_has_the_shares_it_was_asked_for() {
    let settings = Settings { weight_deviation: 0.4, ..small() };
    let draws = Draws::new(&settings, 3);
    let network = Network::new(&settings, &draws, 0.6);
    assert_eq!((network.honest_validators, network.honest_miners), (7, 21));
    let stake = |range: std::ops::Range<usize>| {
        network.stake_rao[range].iter().map(|stake| *stake as f64).sum::<f64>()
    };
    assert!((stake(0..7) / stake(0..12) - 0.6).abs() < 1e-12);
    let mut weights = vec![0; 12 * 36];
    network.weigh(0.7, 0.9, &mut weights);
    for (i, row) in weights.chunks(36).enumerate() {
        assert_eq!(row.iter().max(), Some(&65535), "row {i}");
        let sum = |part: &[u16]| part.iter().map(|weight| f64::from(*weight)).sum::<f64>();
        let honest = sum(&row[..21]) / sum(row);
        let expected = if i < 7 { 0.7 } else { 0.1 };
        assert!((honest - expected).abs() < 1e-4, "row {i}: {honest}");
    }
    // Even the smallest side keeps a validator and a miner.
    let edge = Network::new(&settings, &draws, 0.99);
    assert_eq!((edge.honest_validators, edge.honest_miners), (11, 35));
}

#[test]
fn settings_out_of_range_are_named() {
    let fault =
        |settings: Settings| GuaranteeMap::compute(&settings, &|| true).unwrap_err().to_string();
    let base = small;
    for (settings, message) in [
        (Settings { kappa: 1.5, ..base() }, "`kappa` is 1.5; it must be from 0 to 1"),
        (Settings { kappa: f64::NAN, ..base() }, "`kappa` is NaN; it must be from 0 to 1"),
        (Settings { validators: 1, ..base() }, "`validators` is 1; it must be from 2 to 4096"),
        (
            Settings { neurons: 13, ..base() },
            "`neurons` is 13; it must be at least `validators` + 2",
        ),
        (
            Settings { honest_stakes: vec![0.6, 1.0], ..base() },
            "`honest_stakes` is 1; it must be from 0.01 to 0.99",
        ),
        (
            Settings { honest_stakes: vec![], ..base() },
            "`honest_stakes` is empty; it must be a list of at least one",
        ),
        (
            Settings { steps: 1000, replicates: 100, ..base() },
            "`steps` is a map of 200400200 epochs; it must be so that the map has at most \
             20000000 epochs",
        ),
    ] {
        assert_eq!(fault(settings), message);
    }
    let message = "yuma1".parse::<ExactRule>().unwrap_err().to_string();
    assert_eq!(message, "`rule` is \"yuma1\"; it must be yuma2, yuma3 or yuma3_liquid");
}

#[test]
fn a_map_can_be_stopped() {
    assert_eq!(GuaranteeMap::compute(&small(), &|| false), Err(GuaranteeError::Stopped));
}

#[test]
fn presets_vary_what_they_are_named_after() {
    let base = small();
    for preset in Preset::ALL {
        let curves = preset.curves(&base);
        assert_eq!(curves.len(), 3);
        assert_eq!(
            curves.iter().filter(|c| c.settings == base && c.validator_share == 0.5).count(),
            1
        );
        assert_eq!(preset.name().parse::<Preset>(), Ok(preset));
    }
    let results = Preset::ValidatorShare.run(&base, &|| true).unwrap();
    assert!(std::rc::Rc::ptr_eq(&results[0].map, &results[2].map));
    assert!(results[0].at(0.6).unwrap().mean() > results[2].at(0.6).unwrap().mean());
    assert_eq!(Preset::epochs(&[Preset::ValidatorShare], &base), base.epochs());
    // The default lies on every figure and is computed once.
    assert_eq!(Preset::epochs(&Preset::ALL, &base), 7 * base.epochs());
    let elsewhere = Settings { honest_stakes: vec![0.7], ..base };
    assert_eq!(Preset::ValidatorShare.run(&elsewhere, &|| true).unwrap()[0].holds(), None);
}
