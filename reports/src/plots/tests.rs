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

fn check(name: &str, plot: &str, scene: &Scene) {
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
        for (plot, scene) in scenes(&recording.plot_input()) {
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
    scenes(&probe(run).plot_input()).iter().map(|(_, scene)| title(scene)).collect()
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
    assert_eq!(unpaid[0], "No miner earned any incentive");
    assert_eq!(unpaid[2], "No miner earned any incentive");
    assert_eq!(unpaid[3], "No validator set weights");
    let replay = titles("replay");
    assert!(replay[0].starts_with("uid ") && replay[1].contains(", uid "), "{replay:?}");
}

#[test]
fn svg_of_a_large_run_stays_small() {
    let runs = synthetic::gallery();
    let (_, run) = runs.iter().find(|(name, _)| *name == "large").expect("the large run");
    let pictures = super::paint_all(&probe(run).plot_input()).unwrap();
    for picture in &pictures {
        let (name, bytes) = (picture.name, picture.svg.len());
        assert!(bytes < 3_000_000, "{name}.svg has {bytes} bytes");
        assert!(picture.png.starts_with(b"\x89PNG"), "{name}.png");
    }
}
