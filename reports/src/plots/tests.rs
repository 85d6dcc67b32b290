//! Every plot of every shape of run: nothing cut off, nothing on top of something else.

#[path = "../../tests/synthetic/mod.rs"]
mod synthetic;

use subsim_sim::{EpochRecord, RecordResult, Recorder, RunEnd, RunInfo};

use super::scene::{Label, SIZE, Scene, Shape};
use super::{NAMES, PlotInput, dividend, heatmap, incentive, lorenz};
use crate::recording::Recording;

/// Records a run without writing results.
struct Probe {
    folder: tempfile::TempDir,
    recording: Option<Recording>,
}

impl Recorder for Probe {
    fn start(&mut self, info: &RunInfo) -> RecordResult {
        self.recording = Some(Recording::start(self.folder.path(), info, 0, true)?);
        Ok(())
    }

    fn epoch(&mut self, record: &EpochRecord<'_>) -> RecordResult {
        Ok(self.recording.as_mut().expect("started").epoch(record)?)
    }

    fn finish(&mut self, end: &RunEnd) -> RecordResult {
        Ok(self.recording.as_mut().expect("started").finish(end)?)
    }
}

fn scenes(input: &PlotInput<'_>) -> Vec<(&'static str, Scene)> {
    let scenes = [
        incentive::scene(input),
        dividend::scene(input),
        lorenz::scene(input),
        heatmap::weights(input),
        heatmap::bonds(input),
    ];
    NAMES.into_iter().zip(scenes).collect()
}

fn overlap(a: &Label, b: &Label) -> bool {
    let (a, b) = (a.bounds(), b.bounds());
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

pub(super) fn check(name: &str, plot: &str, scene: &Scene) {
    let labels: Vec<&Label> = scene.labels().collect();
    let (width, height) = (f64::from(SIZE.0), f64::from(SIZE.1));
    for (index, label) in labels.iter().enumerate() {
        let (left, top, right, bottom) = label.bounds();
        let inside = left >= 4.0 && top >= 4.0 && right <= width - 4.0 && bottom <= height - 4.0;
        assert!(inside, "{name}/{plot}: {:?} is cut off", label.text);
        assert!(!label.text.contains("NaN") && !label.text.contains("inf"), "{}", label.text);
        for other in &labels[..index] {
            let (a, b) = (&label.text, &other.text);
            assert!(!overlap(label, other), "{name}/{plot}: {a:?} and {b:?} overlap");
        }
    }
    for shape in &scene.shapes {
        let points = match shape {
            Shape::Rect { from, to, .. } => vec![*from, *to],
            Shape::Line { points, .. } | Shape::Area { points, .. } => points.clone(),
            Shape::Disc { at, .. } => vec![*at],
            Shape::Text(_) => vec![],
        };
        let inside = |(x, y): &(i32, i32)| {
            (0..=SIZE.0 as i32).contains(x) && (0..=SIZE.1 as i32).contains(y)
        };
        assert!(points.iter().all(inside), "{name}/{plot}: {shape:?} leaves the picture");
    }
}

fn probe(run: &synthetic::Synthetic) -> Recording {
    let mut probe = Probe { folder: tempfile::tempdir().unwrap(), recording: None };
    run.drive(&mut probe).unwrap();
    probe.recording.expect("started")
}

#[test]
fn every_plot_of_every_run_keeps_its_texts_apart_and_inside() {
    for (name, run) in synthetic::gallery() {
        let recording = probe(&run);
        for (plot, scene) in scenes(&recording.plot_input(&[], true)) {
            check(name, plot, &scene);
        }
    }
}

fn title(scene: &Scene) -> String {
    scene.labels().find(|label| label.bold).expect("a title").text.clone()
}

fn titles(name: &str) -> Vec<String> {
    let runs = synthetic::gallery();
    let (_, run) = runs.iter().find(|(other, _)| *other == name).expect("a run of the gallery");
    scenes(&probe(run).plot_input(&[], true)).iter().map(|(_, scene)| title(scene)).collect()
}

#[test]
fn titles_state_what_is_seen() {
    let plain = titles("plain");
    assert_eq!(plain[0], "Better miners earn more");
    assert!(
        plain[1].starts_with("Over the run, copier earns 1.12 times the dividend per stake"),
        "{}",
        plain[1]
    );
    assert!(plain[3].ends_with("of their weight to good"), "{}", plain[3]);
    assert_eq!(titles("three-miners")[0], "few-1 takes 56% of all incentive");
    let unpaid = titles("nobody-paid");
    assert_eq!(unpaid[0], "No miner was paid");
    assert_eq!(unpaid[2], "No miner was paid");
    assert_eq!(unpaid[3], "No validator set weights");
    let replay = titles("replay");
    assert!(replay[0].starts_with("uid ") && replay[1].contains(", uid "), "{replay:?}");
}

#[test]
fn without_emission_no_headline_speaks_of_pay() {
    let unpaid = titles("no-emission");
    assert_eq!(unpaid[..3], ["No miner was paid", "No validator was paid", "No miner was paid"]);
}

#[test]
fn headlines_of_matrices_weigh_rows_by_stake() {
    let runs = synthetic::gallery();
    let (_, run) = runs.iter().find(|(name, _)| *name == "plain").expect("the plain run");
    let recording = probe(run);
    // Eight honest validators for the first good miner, three copiers for the first lazy one.
    let rows = (0..61).map(|uid| match uid {
        0..8 => vec![(11, 65535)],
        8..11 => vec![(41, 65535)],
        _ => vec![],
    });
    let rows = subsim_consensus::OwnedRows::from_lists(&rows.collect::<Vec<_>>());
    let stake: Vec<f64> = (0..61).map(|uid| if uid < 8 { 1.0 } else { 10.0 }).collect();
    let input = |counting_stake, stake_in_bonds| PlotInput {
        weights: rows.view(),
        bonds: rows.view(),
        counting_stake,
        ..recording.plot_input(&[], stake_in_bonds)
    };
    let (by_stake, plain) = (input(&stake, false), input(&stake, true));
    let weights = title(&heatmap::weights(&by_stake));
    assert_eq!(weights, "By stake, validators give 79% of their weight to lazy");
    assert_eq!(title(&heatmap::bonds(&by_stake)), "By stake, copier holds 79% of all bonds");
    assert_eq!(title(&heatmap::bonds(&plain)), "honest holds 73% of all bonds");
    let nobody = vec![0.0; 61];
    let weights = title(&heatmap::weights(&input(&nobody, true)));
    assert_eq!(weights, "No validator whose stake counts set weights");
}

#[test]
fn subtitles_tell_overrides_in_short() {
    let runs = synthetic::gallery();
    let recording = probe(&runs[0].1);
    let overrides = ["subnet.kappa=0.6".to_owned(), "miners.good.count=20".to_owned()];
    let subtitle = recording.plot_input(&overrides, true).subtitle("");
    assert_eq!(subtitle, "synthetic · seed 42 · with kappa=0.6, miners.good.count=20 · 300 epochs");
    let many = vec!["subnet.bond_rule=yuma3".to_owned(); 30];
    let recording_input = recording.plot_input(&many, true);
    for (plot, scene) in scenes(&recording_input) {
        check("overrides", plot, &scene);
    }
    assert!(recording_input.subtitle("").ends_with("… · 300 epochs"));
}

#[test]
fn every_validator_is_drawn_or_counted() {
    let runs = synthetic::gallery();
    let (_, run) = runs.iter().find(|(name, _)| *name == "replay").expect("the replay");
    let recording = probe(run);
    let scene = dividend::scene(&recording.plot_input(&[], true));
    let texts: Vec<&str> = scene.labels().map(|label| label.text.as_str()).collect();
    assert_eq!(
        texts.iter().filter(|text| text.starts_with("uid ") && !text.contains("earns")).count(),
        8
    );
    assert!(texts.iter().any(|text| text.starts_with("12 others together · ")), "{texts:?}");
    assert!(texts.contains(&"in the last epoch"));
}

#[test]
fn svg_of_a_large_run_stays_small() {
    let runs = synthetic::gallery();
    let (_, run) = runs.iter().find(|(name, _)| *name == "large").expect("the large run");
    let pictures = super::paint_all(&probe(run).plot_input(&[], true)).unwrap();
    for picture in &pictures {
        let (name, bytes) = (picture.name, picture.svg.len());
        assert!(bytes < 3_000_000, "{name}.svg has {bytes} bytes");
        assert!(picture.png.starts_with(b"\x89PNG"), "{name}.png");
    }
}
