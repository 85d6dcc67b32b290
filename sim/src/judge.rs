//! What goes on in a validator's head: the scores it remembers and the weights it wants.
//!
//! It stands between the behaviours, which only decide, and whoever submits weights for it; it
//! knows nothing of uids, rows or commits.

use crate::agents::{self, Decision, MinerSpan, PublicConsensus, View};
use crate::mechanism;
use crate::random::Stream;
use crate::scenario::{Behaviour, Mechanism};

/// What all validators of a subnet look at in an epoch. Slices have one entry per miner.
pub(crate) struct World<'a> {
    /// The epoch.
    pub epoch: u64,
    /// Groups of miners.
    pub spans: &'a [MinerSpan],
    /// Whether each miner is on the subnet.
    pub present: &'a [bool],
    /// How scores become weights.
    pub mechanism: &'a Mechanism,
    /// This epoch's true quality.
    pub quality: &'a [f64],
    /// Consensus of past epochs.
    pub consensus: &'a PublicConsensus,
}

/// One validator's memory and wishes.
#[derive(Debug, Clone)]
pub(crate) struct Judge {
    /// Standard deviation of its scores around the true quality.
    pub noise: f64,
    behaviour: Behaviour,
    since_epoch: u64,
    score_streams: Vec<Stream>,
    weight_streams: Vec<Stream>,
    scores: Vec<f64>,
    wanted: Vec<f64>,
}

impl Judge {
    /// Somebody who never scored anybody.
    pub fn new(
        seed: u64,
        hotkey: &str,
        behaviour: Behaviour,
        noise: f64,
        spans: &[MinerSpan],
    ) -> Self {
        let miners = spans.last().map_or(0, |span| span.miners.end);
        let streams = |purpose: &str| -> Vec<Stream> {
            let stream = |span: &MinerSpan| {
                Stream::new(seed, hotkey, &format!("{purpose} of {}", span.name))
            };
            spans.iter().map(stream).collect()
        };
        Self {
            noise,
            behaviour,
            since_epoch: 0,
            score_streams: streams("scores"),
            weight_streams: streams("random weights"),
            scores: vec![f64::NAN; miners],
            wanted: vec![0.0; miners],
        }
    }

    /// Counts epochs from this one on.
    pub fn start(&mut self, epoch: u64) {
        self.since_epoch = epoch;
    }

    /// Takes up another behaviour. One that does not score forgets its scores.
    pub fn behave(&mut self, behaviour: Behaviour, epoch: u64) {
        self.since_epoch = epoch;
        if !agents::observes(&behaviour, 0) {
            self.forget();
        }
        self.behaviour = behaviour;
    }

    /// Forgets all scores.
    pub fn forget(&mut self) {
        self.scores.fill(f64::NAN);
    }

    /// Its score of every miner, NaN where it has none.
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }

    /// Its scores, to forget or restore some.
    pub fn scores_mut(&mut self) -> &mut [f64] {
        &mut self.scores
    }

    /// How it behaves.
    pub fn behaviour(&self) -> &Behaviour {
        &self.behaviour
    }

    /// Epoch in which it joined or took up its behaviour.
    pub fn since_epoch(&self) -> u64 {
        self.since_epoch
    }

    /// The weights of the latest decision to set any, one per miner, on any scale.
    pub fn wanted(&self) -> &[f64] {
        &self.wanted
    }

    /// Scores the miners that are there, and forgets those that are not. Touches nothing but
    /// itself, so judges can do it in any order and in parallel. With `only_new`, miners that have
    /// a score keep it: who looks twice in an epoch sees the same.
    ///
    /// The i-th miner of a group always gets the i-th draw of the validator's stream for that
    /// group and epoch, whoever else is on the subnet.
    pub fn observe(&mut self, world: &World<'_>, only_new: bool) {
        let scores_now =
            agents::observes(&self.behaviour, world.epoch.saturating_sub(self.since_epoch));
        for (span, stream) in world.spans.iter().zip(&self.score_streams) {
            let scores = &mut self.scores[span.miners.clone()];
            let present = &world.present[span.miners.clone()];
            for (score, _) in scores.iter_mut().zip(present).filter(|(_, present)| !**present) {
                *score = f64::NAN;
            }
            let mut seen = present.iter().zip(&*scores).filter(|(present, _)| **present);
            if !scores_now || seen.all(|(_, score)| only_new && !score.is_nan()) {
                continue;
            }
            let mut draws = stream.at(world.epoch);
            let qualities = &world.quality[span.miners.clone()];
            for ((score, quality), present) in scores.iter_mut().zip(qualities).zip(present) {
                let error = if self.noise > 0.0 { self.noise * draws.normal() } else { 0.0 };
                if *present && (!only_new || score.is_nan()) {
                    let observed = mechanism::score_of(world.mechanism, quality + error);
                    *score = mechanism::remember(world.mechanism, *score, observed);
                }
            }
        }
    }

    /// Decides its weights from its scores: [`Judge::wanted`], when the answer is to set any.
    pub fn decide(&mut self, world: &World<'_>) -> Decision {
        let view = View {
            epoch: world.epoch,
            epochs_since_start: world.epoch.saturating_sub(self.since_epoch),
            spans: world.spans,
            present: world.present,
            mechanism: world.mechanism,
            scores: &self.scores,
            consensus: world.consensus,
            random: &self.weight_streams,
        };
        agents::decide(&self.behaviour, &view, &mut self.wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::WeightRule;

    const MECHANISM: Mechanism =
        Mechanism { weights: WeightRule::Linear, moving_average_alpha: 1.0, quality_power: 1.0 };

    fn span(name: &str, miners: std::ops::Range<usize>) -> MinerSpan {
        MinerSpan { name: name.to_owned(), miners }
    }

    fn world<'a>(spans: &'a [MinerSpan], present: &'a [bool], quality: &'a [f64]) -> World<'a> {
        static NOTHING: std::sync::LazyLock<PublicConsensus> =
            std::sync::LazyLock::new(|| PublicConsensus::new(0));
        let consensus = &*NOTHING;
        World { epoch: 9, spans, present, mechanism: &MECHANISM, quality, consensus }
    }

    fn scores(spans: &[MinerSpan], present: &[bool]) -> Vec<f64> {
        let quality = vec![0.5; present.len()];
        let mut judge = Judge::new(3, "v-0", Behaviour::Honest, 0.1, spans);
        judge.observe(&world(spans, present, &quality), false);
        judge.scores().to_vec()
    }

    #[test]
    fn a_new_miner_moves_nobody_elses_scores() {
        let before = scores(&[span("a", 0..2), span("b", 2..4)], &[true; 4]);
        // One more miner in the first group, and a new group in between.
        let spans = [span("a", 0..3), span("c", 3..4), span("b", 4..6)];
        let after = scores(&spans, &[true; 6]);
        assert_eq!(before[..2], after[..2]);
        assert_eq!(before[2..], after[4..]);
        // Nor does one that is not there.
        let spans = [span("a", 0..2), span("b", 2..4)];
        assert_eq!(before[2..], scores(&spans, &[false, false, true, true])[2..]);
        assert_eq!(before[1..], scores(&spans, &[false, true, true, true])[1..]);
    }

    #[test]
    fn a_second_look_only_scores_newcomers() {
        let spans = [span("a", 0..2)];
        let mut judge = Judge::new(3, "v-0", Behaviour::Honest, 0.1, &spans);
        judge.observe(&world(&spans, &[true, false], &[0.5, 0.5]), false);
        let first = judge.scores().to_vec();
        judge.observe(&world(&spans, &[true, true], &[0.9, 0.5]), true);
        assert_eq!(judge.scores()[0], first[0]);
        assert_eq!(judge.scores()[1], scores(&spans, &[true, true])[1]);
        // Who leaves is forgotten, and is a newcomer when back.
        judge.observe(&world(&spans, &[false, true], &[0.9, 0.5]), true);
        assert!(judge.scores()[0].is_nan());
    }
}
