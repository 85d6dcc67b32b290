//! Validator behaviours: from what a validator may know to the weights it wants to set.
//!
//! Each behaviour is a small file. All of them see the same [`View`], which holds nothing that a
//! validator on the chain could not know: its own scores, who is registered, and the consensus of
//! past epochs. Whether and when the weights take effect is the subnet's business, not theirs.

mod cabal;
mod copier;
mod equal;
mod honest;
mod lazy;
mod random;

use std::collections::VecDeque;
use std::ops::Range;

use crate::random::Stream;
use crate::scenario::{Behaviour, Mechanism};

/// A group of miners as validators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MinerSpan {
    /// Name of the group.
    pub name: String,
    /// Its miners, as places in every per-miner slice.
    pub miners: Range<usize>,
}

/// What a validator knows when it decides. Slices have one entry per miner.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Epoch for which it decides.
    pub epoch: u64,
    /// Epochs since it joined the subnet or took up its present behaviour.
    pub epochs_since_start: u64,
    /// The groups of miners, which together cover all places.
    pub spans: &'a [MinerSpan],
    /// Whether each miner is on the subnet.
    pub present: &'a [bool],
    /// How scores become weights.
    pub mechanism: &'a Mechanism,
    /// Its own scores, NaN for miners that are absent or were never scored.
    pub scores: &'a [f64],
    /// The consensus of past epochs, which anybody can read or compute from revealed weights.
    pub consensus: &'a PublicConsensus,
    /// Its random numbers, one stream per group of miners.
    pub random: &'a [Stream],
}

/// What a validator does in an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It submits the weights.
    Set,
    /// It leaves its earlier weights standing.
    Keep,
}

/// Whether a validator of this behaviour scores the miners in this epoch.
#[must_use]
pub fn observes(behaviour: &Behaviour, epochs_since_start: u64) -> bool {
    match behaviour {
        Behaviour::Honest => true,
        Behaviour::Lazy { update_every_epochs } => {
            lazy::is_due(*update_every_epochs, epochs_since_start)
        }
        Behaviour::Cabal { share, .. } => *share < 1.0,
        Behaviour::Random | Behaviour::Equal | Behaviour::Copier { .. } => false,
    }
}

/// Decides the weights of an epoch, on any scale: fills `weights`, one entry per miner, when the
/// answer is [`Decision::Set`].
pub fn decide(behaviour: &Behaviour, view: &View<'_>, weights: &mut [f64]) -> Decision {
    match behaviour {
        Behaviour::Honest => honest::decide(view, weights),
        Behaviour::Lazy { update_every_epochs } => {
            lazy::decide(*update_every_epochs, view, weights)
        }
        Behaviour::Random => random::decide(view, weights),
        Behaviour::Equal => equal::decide(view, weights),
        Behaviour::Copier { delay_epochs } => copier::decide(*delay_epochs, view, weights),
        Behaviour::Cabal { miners, share } => cabal::decide(miners, *share, view, weights),
    }
}

/// The consensus of the last few epochs, one u16 per miner and epoch.
#[derive(Debug, Clone)]
pub struct PublicConsensus {
    depth: usize,
    newest_first: VecDeque<Vec<u16>>,
}

impl PublicConsensus {
    /// Remembers `depth` epochs.
    #[must_use]
    pub fn new(depth: usize) -> Self {
        Self { depth, newest_first: VecDeque::new() }
    }

    /// Takes in the consensus of the epoch that just ran.
    pub fn publish(&mut self, consensus: &[u16]) {
        if self.depth == 0 {
            return;
        }
        let mut place = if self.newest_first.len() < self.depth {
            Vec::with_capacity(consensus.len())
        } else {
            self.newest_first.pop_back().unwrap_or_default()
        };
        place.clear();
        place.extend_from_slice(consensus);
        self.newest_first.push_front(place);
    }

    /// All that is remembered, the newest first.
    #[must_use]
    pub fn newest_first(&self) -> Vec<Vec<u16>> {
        self.newest_first.iter().cloned().collect()
    }

    /// The same memory with one more consensus, which becomes the newest.
    #[must_use]
    pub fn with_newest(&self, consensus: Vec<u16>) -> Self {
        let mut longer = Self { depth: self.depth + 1, newest_first: self.newest_first.clone() };
        longer.newest_first.push_front(consensus);
        longer
    }

    /// The consensus `delay_epochs` before the epoch to come: 1 is the latest. `None` when that
    /// epoch never was, or is forgotten.
    #[must_use]
    pub fn ago(&self, delay_epochs: u64) -> Option<&[u16]> {
        let place = usize::try_from(delay_epochs.checked_sub(1)?).ok()?;
        self.newest_first.get(place).map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::WeightRule;

    const MECHANISM: Mechanism =
        Mechanism { weights: WeightRule::Linear, moving_average_alpha: 1.0, quality_power: 1.0 };

    /// Two miners of group "good", two of "bad", one of "gone", which is absent.
    fn spans() -> Vec<MinerSpan> {
        [("good", 0..2), ("bad", 2..4), ("gone", 4..5)]
            .map(|(name, miners)| MinerSpan { name: name.to_owned(), miners })
            .to_vec()
    }

    /// What a behaviour decides `epochs_since_start` epochs after its start.
    fn decide_at(
        behaviour: &Behaviour,
        epoch: u64,
        consensus: &PublicConsensus,
    ) -> Option<Vec<f64>> {
        let spans = spans();
        let random: Vec<Stream> =
            spans.iter().map(|span| Stream::new(1, "v-0", &span.name)).collect();
        let view = View {
            epoch,
            epochs_since_start: epoch,
            spans: &spans,
            present: &[true, true, true, true, false],
            mechanism: &MECHANISM,
            scores: &[0.8, 0.6, 0.2, 0.1, f64::NAN],
            consensus,
            random: &random,
        };
        let mut weights = vec![f64::NAN; 5];
        let decision = decide(behaviour, &view, &mut weights);
        (decision == Decision::Set).then_some(weights)
    }

    fn decide_alone(behaviour: &Behaviour, epoch: u64) -> Option<Vec<f64>> {
        decide_at(behaviour, epoch, &PublicConsensus::new(0))
    }

    #[test]
    fn the_honest_weigh_what_they_saw() {
        let weights = decide_alone(&Behaviour::Honest, 3);
        assert_eq!(weights, Some(vec![0.8, 0.6, 0.2, 0.1, 0.0]));
    }

    #[test]
    fn the_lazy_act_now_and_then() {
        let lazy = Behaviour::Lazy { update_every_epochs: 3 };
        let acts: Vec<bool> = (0..7).map(|epoch| decide_alone(&lazy, epoch).is_some()).collect();
        assert_eq!(acts, [true, false, false, true, false, false, true]);
        assert!((0..7).all(|epoch| observes(&lazy, epoch) == acts[epoch as usize]));
    }

    #[test]
    fn equal_is_equal_among_those_present() {
        let weights = decide_alone(&Behaviour::Equal, 0);
        assert_eq!(weights, Some(vec![1.0, 1.0, 1.0, 1.0, 0.0]));
    }

    #[test]
    fn random_weights_are_new_each_epoch_and_reproducible() {
        let first = decide_alone(&Behaviour::Random, 0).expect("sets weights");
        assert_eq!(Some(&first), decide_alone(&Behaviour::Random, 0).as_ref());
        assert_ne!(Some(&first), decide_alone(&Behaviour::Random, 1).as_ref());
        assert!(first[..4].iter().all(|weight| (0.0..1.0).contains(weight)) && first[4] == 0.0);
    }

    #[test]
    fn copiers_need_something_to_copy() {
        let mut consensus = PublicConsensus::new(2);
        let copier = |delay_epochs| Behaviour::Copier { delay_epochs };
        assert_eq!(decide_at(&copier(1), 0, &consensus), None);
        consensus.publish(&[1, 2, 3, 4, 5]);
        consensus.publish(&[6, 7, 8, 9, 10]);
        consensus.publish(&[11, 12, 13, 14, 15]);
        // The absent miner is left out.
        let copied = |delay| decide_at(&copier(delay), 3, &consensus);
        assert_eq!(copied(1), Some(vec![11.0, 12.0, 13.0, 14.0, 0.0]));
        assert_eq!(copied(2), Some(vec![6.0, 7.0, 8.0, 9.0, 0.0]));
        assert_eq!(copied(3), None);
    }

    #[test]
    fn a_cabal_gives_its_share_to_its_own() {
        let cabal = |names: &[&str], share| Behaviour::Cabal {
            miners: names.iter().map(|&name| name.to_owned()).collect(),
            share,
        };
        assert!(!observes(&cabal(&["bad"], 1.0), 0) && observes(&cabal(&["bad"], 0.5), 0));
        let weights = decide_alone(&cabal(&["bad"], 1.0), 0);
        assert_eq!(weights, Some(vec![0.0, 0.0, 0.5, 0.5, 0.0]));
        let weights = decide_alone(&cabal(&["bad"], 0.3), 0).expect("sets weights");
        let expected = [0.4, 0.3, 0.15, 0.15, 0.0];
        assert!(weights.iter().zip(expected).all(|(w, e)| (w - e).abs() < 1e-12), "{weights:?}");
        // Own miners that are not there leave an honest validator.
        let weights = decide_alone(&cabal(&["gone"], 0.9), 0).expect("sets weights");
        assert!((weights[0] / weights[1] - 0.8 / 0.6).abs() < 1e-12);
    }
}
