use super::*;
use crate::mechanism::MechanismConfig;

/// Weights of a behaviour over two good miners, two bad ones, and one that is gone.
fn decide(config: &ValidatorBehaviourConfig) -> Option<Vec<f64>> {
    let spans = [("good", 0..2), ("bad", 2..4), ("gone", 4..5)]
        .map(|(name, miners)| MinerSpan { name: name.to_owned(), miners });
    let mechanism = MechanismConfig::default();
    let random: Vec<Stream> = spans.iter().map(|span| Stream::new(1, "v", &span.name)).collect();
    let mut consensus = PublicConsensus::new(1);
    consensus.publish(&[1, 2, 3, 4, 5]);
    let view = View {
        epoch: 1,
        spans: &spans,
        present: &[true, true, true, true, false],
        mechanism: &*mechanism.build(1),
        scoring: &mechanism.scoring(),
        scores: &[0.8, 0.6, 0.2, f64::NAN, 0.9],
        given: &[0.1, 0.2, 0.3, 0.4, 0.5],
        consensus: &consensus,
        random: &random,
    };
    let mut weights = vec![f64::NAN; 5];
    config.build().decide(&view, &mut weights).then_some(weights)
}

fn groups(name: &str) -> Vec<String> {
    vec![name.to_owned()]
}

#[test]
fn each_behaviour_weighs_in_its_own_way() {
    use ValidatorBehaviourConfig as Config;
    for (config, expected) in [
        (Config::Honest, [0.8, 0.6, 0.2, 0.0, 0.0]),
        (Config::Equal, [1.0, 1.0, 1.0, 1.0, 0.0]),
        (Config::Copier { delay_epochs: 1 }, [1.0, 2.0, 3.0, 4.0, 0.0]),
        (Config::FreeRider { of: "v-1".to_owned() }, [0.1, 0.2, 0.3, 0.4, 0.0]),
        (Config::Colluding { miners: groups("bad") }, [0.8, 0.6, 0.9, 0.9, 0.0]),
        (
            Config::Bribed { miners: groups("bad"), boost: 1.0, tao_per_epoch: 0.5 },
            [0.8, 0.6, 0.4, 0.0, 0.0],
        ),
        (Config::Cabal { miners: groups("bad"), share: 1.0 }, [0.0, 0.0, 0.5, 0.5, 0.0]),
    ] {
        assert_eq!(decide(&config).as_deref(), Some(&expected[..]), "{config:?}");
    }
    assert_eq!(decide(&Config::Lazy { update_every_epochs: 2 }), None);
    assert!(decide(&Config::Random).is_some());
}

#[test]
fn behaviours_say_what_they_need() {
    use ValidatorBehaviourConfig as Config;
    let rider = Config::FreeRider { of: "v-1".to_owned() }.build();
    assert_eq!((rider.queries(), rider.asks_scores_of()), (false, Some("v-1")));
    assert_eq!(Config::Copier { delay_epochs: 3 }.build().consensus_epochs(), 3);
    assert!(Config::Honest.build().queries() && !Config::Equal.build().queries());
    let bribed = Config::Bribed { miners: groups("bad"), boost: 1.0, tao_per_epoch: 0.5 }.build();
    assert_eq!(bribed.bribe(), Some((&groups("bad")[..], 500_000_000)));
}
