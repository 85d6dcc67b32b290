use super::*;

const SECOND: u64 = 1_000_000_000;

fn build(kind: MechanismKind) -> std::sync::Arc<dyn Mechanism> {
    MechanismConfig { kind, ..MechanismConfig::default() }.build(1)
}

fn ask(miner: u16, sent_ns: u64) -> Ask {
    Ask { miner, sent_ns, round_words: [11, 12], own_words: [u64::from(miner) << 48, 14] }
}

fn effort(author: u64, quality: f64) -> Effort {
    Effort { author, quality, relayed: false }
}

/// Entries of a round of 10 s; answers as (fingerprint, value, elapsed in seconds).
fn entries(answers: &[Option<(u64, f32, u64)>]) -> Vec<Entry> {
    let entry = |(miner, answer): (u16, &Option<(u64, f32, u64)>)| Entry {
        miner,
        challenge: Challenge { id: 5, work: 1.0, kind: 0, repeats: false },
        reply: answer.map(|(fingerprint, value, seconds)| Reply {
            answer: Answer { fingerprint, value },
            elapsed_ns: seconds * SECOND,
        }),
        remembered: f64::NAN,
        words: [0, 0],
    };
    (0..).zip(answers).map(entry).collect()
}

fn score(mechanism: &dyn Mechanism, entries: &[Entry]) -> (Vec<f64>, u64) {
    let mut scores = vec![9.0; entries.len()];
    let compute_ns = mechanism.score(&Round { timeout_ns: 10 * SECOND, entries }, &mut scores);
    (scores, compute_ns)
}

#[test]
fn text_pays_quality_times_speed_and_the_first_of_equals() {
    let text =
        TextPrompting { noise: 0.0, latency_weight: 0.5, duplicate_penalty: 0.75, tasks: None };
    let mechanism = build(MechanismKind::TextPrompting(text));
    let answers =
        [Some((1, 0.5, 10)), Some((2, 1.0, 4)), Some((2, 1.0, 2)), None, Some((2, 1.0, 0))];
    let (scores, _) = score(&*mechanism, &entries(&answers));
    // Half of the half for the last moment; copies keep a quarter of 0.8 and 0.9.
    let expected = [0.25, 0.2, 0.225, 0.0, 1.0];
    assert!(scores.iter().zip(expected).all(|(s, e)| (s - e).abs() < 1e-9), "{scores:?}");
    // Everybody gets the same prompt; two authors write different things.
    let challenge = mechanism.challenge(&ask(1, 0));
    assert_eq!(challenge, mechanism.challenge(&ask(2, 0)));
    let answer = |author| mechanism.respond(&challenge, &effort(author, 0.5), [7, 8]);
    assert_ne!(answer(1).fingerprint, answer(2).fingerprint);
    assert_eq!(answer(1).value, 0.5);
}

#[test]
fn inference_pays_what_agrees_with_the_model() {
    let inference = |checked_part| {
        build(MechanismKind::Inference(Inference {
            checked_part,
            wrong_score: -1.0,
            latency_weight: 0.0,
            recompute_ms: 100.0,
            tasks: None,
        }))
    };
    let right = inference(1.0).respond(&entries(&[None])[0].challenge, &effort(1, 1.0), [0, 0]);
    let wrong = inference(1.0).respond(&entries(&[None])[0].challenge, &effort(1, 0.0), [0, 0]);
    let answers = [right, wrong].map(|answer| Some((answer.fingerprint, answer.value, 1)));
    let entries = entries(&[answers[0], answers[1], None]);
    assert_eq!(score(&*inference(1.0), &entries), (vec![1.0, -1.0, 0.0], 200_000_000));
    assert_eq!(score(&*inference(0.0), &entries), (vec![1.0, 1.0, 0.0], 0));
}

#[test]
fn storage_needs_the_chunk_and_favours_the_reliable() {
    let sealed = Storage { sealed: true, ..Storage::default() };
    let mechanism = build(MechanismKind::Storage(sealed));
    let challenge = mechanism.challenge(&ask(3, 0));
    let value = |quality, relayed, word| {
        let effort = Effort { author: 1, quality, relayed };
        mechanism.respond(&challenge, &effort, [word, 0]).value
    };
    assert_eq!([value(1.0, false, 0), value(1.0, true, 0), value(0.0, false, 0)], [1.0, 0.0, 0.0]);
    // Half of the data is half of the chunks, always the same.
    assert_eq!([value(0.5, false, 0), value(0.5, false, u64::MAX)], [1.0, 0.0]);
    let mut weights = [0.0; 3];
    let scoring = MechanismConfig::default().scoring();
    mechanism.weights(&scoring, &[1.0, 0.5, f64::NAN], &mut weights);
    assert_eq!(weights, [1.0, 0.0625, 0.0]);
    let demands = MechanismConfig {
        kind: MechanismKind::Storage(Storage::default()),
        ..MechanismConfig::default()
    };
    assert_eq!(demands.demands().miner_storage_bytes, 16 << 30);
}

#[test]
fn predictions_are_worth_their_closeness_to_the_truth() {
    let prediction = Prediction::default();
    let mechanism = build(MechanismKind::Prediction(prediction));
    assert_eq!(mechanism.matures_ns(), 300 * SECOND);
    let dice = crate::addressed::Dice::new(1, "m-0", "answers");
    let mean_score = |quality| {
        let mut total = 0.0;
        for step in 0..2000 {
            let challenge = mechanism.challenge(&ask(0, step * 60 * SECOND));
            let answer = mechanism.respond(&challenge, &effort(1, quality), dice.at(step, 0));
            let mut entry = entries(&[Some((0, answer.value, 1))]);
            entry[0].challenge = challenge;
            total += score(&*mechanism, &entry).0[0];
        }
        total / 2000.0
    };
    let means = [0.0, 0.5, 0.9, 1.0].map(mean_score);
    assert!(means.is_sorted() && means[3] > 0.999 && means[0] < 0.6, "{means:?}");
}

#[test]
fn work_takes_luck_and_speed_is_paid() {
    let compute = Compute { speed_bonus: 0.5, tasks: None };
    let mechanism = build(MechanismKind::Compute(compute));
    let (scores, _) = score(
        &*mechanism,
        &entries(&[Some((1, 1.0, 0)), Some((2, 1.0, 10)), Some((3, 0.0, 0)), None]),
    );
    assert_eq!(scores, [1.0, 0.5, 0.0, 0.0]);
    let challenge = mechanism.challenge(&ask(1, 0));
    let dice = crate::addressed::Dice::new(1, "m-0", "answers");
    let factor = |i| mechanism.service_factor(&challenge, &effort(1, 1.0), dice.at(i, 0));
    let mean = (0..20_000).map(factor).sum::<f64>() / 2e4;
    assert!((mean - 1.0).abs() < 0.03, "{mean}");
}

#[test]
fn tournaments_rate_by_who_wins() {
    let tournament = Tournament { noise: 0.0, step: 0.5, tasks: None };
    let mechanism = build(MechanismKind::Tournament(tournament));
    let mut games = entries(&[
        Some((1, 0.9, 1)),
        Some((2, 0.8, 1)),
        None,
        Some((3, 0.1, 1)),
        None,
        None,
        Some((4, 0.5, 1)),
        Some((5, 0.5, 1)),
        Some((6, 0.5, 1)),
    ]);
    let (scores, _) = score(&*mechanism, &games);
    assert_eq!(scores[..4], [0.25, -0.25, -0.25, 0.25]);
    assert!(scores[4].is_nan() && scores[5].is_nan() && scores[8].is_nan());
    assert_eq!(scores[6..8], [0.0, 0.0]);
    // Beating somebody much stronger moves more than half a step, and takes from him as much.
    (games[0].remembered, games[1].remembered) = (0.0, 2.0);
    let scores = score(&*mechanism, &games).0;
    assert!(scores[0] > 0.4 && (scores[0] + scores[1] - 2.0).abs() < 1e-12, "{scores:?}");
    // Another draw, other pairs: who was left over before plays now.
    games[8].words = [0, 0];
    for (entry, word) in games.iter_mut().zip(1..9) {
        entry.words = [word, 0];
    }
    let again = score(&*mechanism, &games).0;
    assert!(again[7].is_nan() && !again[8].is_nan(), "{again:?}");
    // What is scored is the rating itself, and a lead of ln 3 is three times the weight.
    let scoring = MechanismConfig::default().scoring();
    assert_eq!(mechanism.remember(&scoring, 0.0, 0.25), 0.25);
    let mut weights = [0.0; 3];
    mechanism.weights(&scoring, &[libm::log(3.0), 0.0, f64::NAN], &mut weights);
    assert!((weights[1] * 3.0 - 1.0).abs() < 1e-12 && weights[2] == 0.0);
}

#[test]
fn negative_scores_earn_nothing() {
    let mechanism = build(MechanismKind::Inference(Inference::default()));
    let mut weights = [9.0; 3];
    let scoring = MechanismConfig::default().scoring();
    mechanism.weights(&scoring, &[-1.0, 0.5, f64::NAN], &mut weights);
    assert_eq!(weights, [0.0, 0.5, 0.0]);
}
