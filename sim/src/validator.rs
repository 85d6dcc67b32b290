//! One simulated validator: what it remembers, what it submits, and what of that is in force.
//!
//! It lives between the behaviours, which only decide, and the subnet, which only sees rows: it
//! keeps the scores, turns decisions into stored integers, and holds commits back until they are
//! revealed.

use std::collections::VecDeque;

use crate::agents::{self, Decision, MinerSpan, PublicConsensus, View};
use crate::mechanism;
use crate::random::Stream;
use crate::scenario::{Behaviour, Mechanism};

/// What all validators look at in an epoch. Slices have one entry per miner.
pub(crate) struct World<'a> {
    /// The epoch.
    pub epoch: u64,
    /// Groups of miners.
    pub spans: &'a [MinerSpan],
    /// How scores become weights.
    pub mechanism: &'a Mechanism,
    /// This epoch's true quality.
    pub quality: &'a [f64],
    /// Consensus of past epochs.
    pub consensus: &'a PublicConsensus,
    /// uid of the first miner.
    pub first_miner_uid: u16,
}

/// Weights as the chain stores them: uids and their values.
#[derive(Debug, Clone, Default)]
pub(crate) struct WeightRow {
    /// Miners.
    pub uids: Vec<u16>,
    /// Their weights, the largest 65535.
    pub values: Vec<u16>,
}

impl WeightRow {
    fn clear(&mut self) {
        self.uids.clear();
        self.values.clear();
    }
}

/// Weights that are on the chain but not yet readable.
#[derive(Debug, Clone)]
struct Commit {
    epoch: u64,
    block: u64,
    row: WeightRow,
}

/// One validator.
#[derive(Debug, Clone)]
pub(crate) struct Validator {
    /// Standard deviation of its scores around the true quality.
    pub noise: f64,
    /// Whether it is on the subnet.
    pub present: bool,
    behaviour: Behaviour,
    since_epoch: u64,
    score_streams: Vec<Stream>,
    weight_streams: Vec<Stream>,
    scores: Vec<f64>,
    wanted: Vec<f64>,
    decided: WeightRow,
    in_force: WeightRow,
    commits: VecDeque<Commit>,
}

impl Validator {
    /// An absent validator that never scored anybody.
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
            present: false,
            behaviour,
            since_epoch: 0,
            score_streams: streams("scores"),
            weight_streams: streams("random weights"),
            scores: vec![f64::NAN; miners],
            wanted: vec![0.0; miners],
            decided: WeightRow::default(),
            in_force: WeightRow::default(),
            commits: VecDeque::new(),
        }
    }

    /// Joins the subnet.
    pub fn join(&mut self, epoch: u64) {
        self.present = true;
        self.since_epoch = epoch;
    }

    /// Leaves the subnet; nothing of it stays, and nothing is remembered.
    pub fn leave(&mut self) {
        self.present = false;
        self.scores.fill(f64::NAN);
        self.decided.clear();
        self.in_force.clear();
        self.commits.clear();
    }

    /// Takes up another behaviour. One that does not score forgets its scores.
    pub fn behave(&mut self, behaviour: Behaviour, epoch: u64) {
        self.since_epoch = epoch;
        if !agents::observes(&behaviour, 0) {
            self.scores.fill(f64::NAN);
        }
        self.behaviour = behaviour;
    }

    /// Its score of every miner, NaN where it has none.
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }

    /// The weights in force.
    pub fn in_force(&self) -> &WeightRow {
        &self.in_force
    }

    /// Looks at the miners and decides its weights. Touches nothing but itself, so validators can
    /// do it in any order and in parallel.
    pub fn think(&mut self, world: &World<'_>) {
        self.decided.clear();
        if !self.present {
            return;
        }
        let epochs_since_start = world.epoch - self.since_epoch;
        self.observe(world, agents::observes(&self.behaviour, epochs_since_start));
        let view = View {
            epoch: world.epoch,
            epochs_since_start,
            spans: world.spans,
            mechanism: world.mechanism,
            scores: &self.scores,
            consensus: world.consensus,
            random: &self.weight_streams,
        };
        if agents::decide(&self.behaviour, &view, &mut self.wanted) == Decision::Set {
            let WeightRow { uids, values } = &mut self.decided;
            mechanism::upscale_to_u16(&self.wanted, world.first_miner_uid, uids, values);
        }
    }

    /// Scores the miners that are there, and forgets those that are not.
    ///
    /// The i-th miner of a group always gets the i-th draw of the validator's stream for that
    /// group and epoch, whoever else is on the subnet.
    fn observe(&mut self, world: &World<'_>, scores_now: bool) {
        for (span, stream) in world.spans.iter().zip(&self.score_streams) {
            let scores = &mut self.scores[span.miners.clone()];
            if !span.present {
                scores.fill(f64::NAN);
                continue;
            }
            if !scores_now {
                continue;
            }
            let mut draws = stream.at(world.epoch);
            for (score, quality) in scores.iter_mut().zip(&world.quality[span.miners.clone()]) {
                let error = if self.noise > 0.0 { self.noise * draws.normal() } else { 0.0 };
                let observed = mechanism::score_of(world.mechanism, quality + error);
                *score = mechanism::remember(world.mechanism, *score, observed);
            }
        }
    }

    /// Sends the decided weights to the chain at `block`: at once, or as a commit. Returns whether
    /// it sent anything; weights that are all zero cannot be set, so the old ones stand.
    pub fn submit(&mut self, epoch: u64, block: u64, commit_reveal: bool) -> bool {
        if self.decided.uids.is_empty() {
            return false;
        }
        if commit_reveal {
            let row = self.decided.clone();
            self.commits.push_back(Commit { epoch, block, row });
        } else {
            std::mem::swap(&mut self.in_force, &mut self.decided);
        }
        true
    }

    /// Puts the weights into force that were committed `delay_epochs` before `epoch`. Older
    /// commits, which only exist when the delay was shortened, have expired unseen.
    pub fn reveal(&mut self, epoch: u64, delay_epochs: u64) {
        while let Some(commit) = self.commits.front() {
            let due = commit.epoch.saturating_add(delay_epochs);
            if due > epoch {
                return;
            }
            if let Some(commit) = self.commits.pop_front().filter(|_| due == epoch) {
                self.in_force = commit.row;
            }
        }
    }

    /// Block of its earliest commit that is not yet revealed.
    pub fn earliest_commit_block(&self) -> Option<u64> {
        self.commits.front().map(|commit| commit.block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::WeightRule;

    const MECHANISM: Mechanism =
        Mechanism { weights: WeightRule::Linear, moving_average_alpha: 1.0, quality_power: 1.0 };

    fn span(name: &str, miners: std::ops::Range<usize>, present: bool) -> MinerSpan {
        MinerSpan { name: name.to_owned(), miners, present }
    }

    fn scores(spans: &[MinerSpan], quality: &[f64], epoch: u64) -> Vec<f64> {
        let mut validator = Validator::new(3, "v-0", Behaviour::Honest, 0.1, spans);
        validator.join(0);
        let world = World {
            epoch,
            spans,
            mechanism: &MECHANISM,
            quality,
            consensus: &PublicConsensus::new(0),
            first_miner_uid: 1,
        };
        validator.think(&world);
        validator.scores().to_vec()
    }

    #[test]
    fn a_new_miner_moves_nobody_elses_scores() {
        let before = scores(&[span("a", 0..2, true), span("b", 2..4, true)], &[0.5; 4], 9);
        // One more miner in the first group, and a new group in between.
        let spans = [span("a", 0..3, true), span("c", 3..4, true), span("b", 4..6, true)];
        let after = scores(&spans, &[0.5; 6], 9);
        assert_eq!(before[..2], after[..2]);
        assert_eq!(before[2..], after[4..]);
        // Nor does one that is not there.
        let spans = [span("a", 0..2, false), span("b", 2..4, true)];
        assert_eq!(before[2..], scores(&spans, &[0.5; 4], 9)[2..]);
    }

    #[test]
    fn commits_come_into_force_when_due() {
        let mut validator = Validator::new(1, "v-0", Behaviour::Equal, 0.0, &[]);
        let mut uids_in_force = Vec::new();
        for epoch in 0..4u16 {
            validator.decided = WeightRow { uids: vec![epoch], values: vec![65_535] };
            assert!(validator.submit(u64::from(epoch), 100 + u64::from(epoch), true));
            validator.reveal(u64::from(epoch), 2);
            uids_in_force.push(validator.in_force().uids.first().copied());
        }
        assert_eq!(uids_in_force, [None, None, Some(0), Some(1)]);
        assert_eq!(validator.earliest_commit_block(), Some(102));
        // A shorter delay: the commit of epoch 2 expires, that of epoch 3 is due.
        validator.reveal(4, 1);
        assert_eq!(validator.in_force().uids, [3]);
        assert_eq!(validator.earliest_commit_block(), None);
    }

    #[test]
    fn nothing_decided_leaves_the_old_weights() {
        let mut validator = Validator::new(1, "v-0", Behaviour::Equal, 0.0, &[]);
        validator.in_force = WeightRow { uids: vec![5], values: vec![65_535] };
        assert!(!validator.submit(1, 1, false));
        assert_eq!(validator.in_force().uids, [5]);
        validator.leave();
        assert!(validator.in_force().uids.is_empty());
    }
}
