use super::*;

const HOUR_NS: u64 = 3_600_000_000_000;

fn asked(id: u64, repeats: bool) -> Asked {
    Asked {
        now_ns: 5,
        uid: 7,
        place: 0,
        challenge: Challenge { id, work: 1.0, kind: 0, repeats },
        relayed: false,
        author: 42,
        quality: 0.6,
    }
}

fn build(config: &MinerBehaviourConfig) -> Box<dyn MinerBehaviour> {
    let uid_of = |name: &str| (name == "good-3").then_some(3);
    config.build(uid_of, Dice::new(1, "m-0", "behaviour"))
}

fn quality(plan: Plan) -> f64 {
    match plan {
        Plan::Answer { effort, .. } => effort.quality,
        other => panic!("no answer: {other:?}"),
    }
}

#[test]
fn the_honest_do_their_work_and_the_lazy_less() {
    let plan = build(&MinerBehaviourConfig::Honest).plan(&asked(1, false));
    assert_eq!(plan, Plan::Answer { effort: asked(1, false).effort(), work: 1.0 });
    let mut lazy = build(&MinerBehaviourConfig::Lazy { quality: 0.5, work: 0.1 });
    let effort = Effort { author: 42, quality: 0.3, relayed: false };
    assert_eq!(lazy.plan(&asked(1, false)), Plan::Answer { effort, work: 0.1 });
}

#[test]
fn copiers_ask_whom_they_copy() {
    let copier = |of: &str| MinerBehaviourConfig::Copier { of: of.to_owned() };
    assert_eq!(build(&copier("good-3")).plan(&asked(1, false)), Plan::Relay { of_uid: 3 });
    assert_eq!(build(&copier("gone-0")).plan(&asked(1, false)), Plan::Silence);
}

#[test]
fn a_sybil_works_out_a_question_once_or_signs_each_answer() {
    let mut sharing = build(&MinerBehaviourConfig::Sybil { uids: 3, reuse_answers: true });
    assert_eq!(quality(sharing.plan(&asked(1, false))), 0.6);
    let answer = Answer { fingerprint: 9, value: 0.5 };
    sharing.worked_out(&asked(1, false), answer, 77);
    assert_eq!(sharing.plan(&asked(1, false)), Plan::Reuse { answer, ready_ns: 77 });
    assert_eq!(quality(sharing.plan(&asked(2, false))), 0.6);

    let mut apart = build(&MinerBehaviourConfig::Sybil { uids: 3, reuse_answers: false });
    apart.worked_out(&asked(1, false), answer, 77);
    let mut author = |place| match apart.plan(&Asked { place, ..asked(1, false) }) {
        Plan::Answer { effort, .. } => effort.author,
        other => panic!("no answer: {other:?}"),
    };
    assert_ne!(author(1), author(2));
}

#[test]
fn the_intermittent_are_on_for_their_part_of_the_time() {
    let mut behaviour =
        build(&MinerBehaviourConfig::Intermittent { on_hours: 3.0, off_hours: 1.0 });
    let mut on = 0;
    let hours = 40_000;
    for hour in 0..hours {
        let asked = Asked { now_ns: hour * HOUR_NS, ..asked(1, false) };
        on += u64::from(behaviour.plan(&asked) != Plan::Silence);
    }
    let part = on as f64 / hours as f64;
    assert!((part - 0.75).abs() < 0.02, "{part}");
}

#[test]
fn overfitters_know_what_they_have_seen() {
    let mut behaviour = build(&MinerBehaviourConfig::Overfitter { repeated_quality: 0.95 });
    assert_eq!(quality(behaviour.plan(&asked(1, true))), 0.6);
    assert_eq!(quality(behaviour.plan(&asked(1, true))), 0.95);
    assert_eq!(quality(behaviour.plan(&asked(2, true))), 0.6);
    // What never repeats is not remembered, even if it did come again.
    assert_eq!(quality(behaviour.plan(&asked(9, false))), 0.6);
    assert_eq!(quality(behaviour.plan(&asked(9, false))), 0.6);
}

#[test]
fn the_rational_leave_at_a_loss_and_return_for_a_profit() {
    let rule = Rational { window_epochs: 3, payback_epochs: 10, rest_epochs: 2 };
    let mut behaviour = build(&MinerBehaviourConfig::Rational(rule));
    let news = |epoch, reward_rao, is_on| EpochNews {
        epoch,
        reward_rao,
        cost_rao: 10,
        usual_cost_rao: 10,
        mean_reward_rao: 20,
        burn_rao: 99,
        is_on,
    };
    // 5 + 12 + 13 cover three times 10; 12 + 13 + 4 do not.
    for (epoch, reward) in [(0, 5), (1, 12), (2, 13)] {
        assert_eq!(behaviour.epoch(&news(epoch, reward, true)), Move::Stay);
    }
    assert_eq!(behaviour.epoch(&news(3, 4, true)), Move::Leave);
    assert_eq!(behaviour.epoch(&news(4, 0, false)), Move::Stay);
    assert_eq!(behaviour.epoch(&EpochNews { burn_rao: 100, ..news(5, 0, false) }), Move::Stay);
    assert_eq!(behaviour.epoch(&news(5, 0, false)), Move::Return);
    // Back again, it waits for a whole window.
    assert_eq!(behaviour.epoch(&news(6, 0, true)), Move::Stay);
}
