//! The map: what one epoch pays the honest side, at every point of the grid.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::network::{Draws, Network};
use super::work::Work;
use super::{GuaranteeError, Settings};

/// What one epoch pays the honest side.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct HonestShares {
    /// Share of the miners' part.
    pub incentive: f64,
    /// Share of the validators' part.
    pub dividends: f64,
    /// Whether weights decided at all. Where no miner has any incentive, the chain pays validators
    /// by stake: the honest side then gets its share, but no weight of its own protects it.
    pub by_weights: bool,
}

impl HonestShares {
    /// Share of the whole emission when validators get `validator_share` of it (xi).
    #[must_use]
    pub fn emission(self, validator_share: f64) -> f64 {
        validator_share * self.dividends + (1.0 - validator_share) * self.incentive
    }
}

/// One point of a map, for tables.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GuaranteeRow {
    /// Number of the random network.
    pub replicate: usize,
    /// Honest share of the stake.
    pub honest_stake: f64,
    /// Weight that honest validators give to honest miners.
    pub honest_utility: f64,
    /// Weight that the cabal gives to its own miners.
    pub cabal_self_weight: f64,
    /// What the honest side is paid.
    pub honest: HonestShares,
}

/// What an honest majority is paid over a grid of honest utility and the cabal's self-weight.
#[derive(Debug, Clone, PartialEq)]
pub struct GuaranteeMap {
    settings: Settings,
    /// By replicate, honest stake, honest utility, cabal's self-weight.
    points: Vec<HonestShares>,
}

impl GuaranteeMap {
    /// Computes the map on the current rayon pool, with the same numbers on any number of threads.
    ///
    /// `go_on` is asked after each row of the grid ([`Settings::axis`] epochs), from any thread;
    /// it can count, and says whether to go on.
    ///
    /// # Errors
    /// When a setting is out of its range, or `go_on` said no.
    pub fn compute(
        settings: &Settings,
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<Self, GuaranteeError> {
        settings.check()?;
        let mut points = vec![HonestShares::default(); settings.epochs()];
        let (axis, stopped) = (settings.axis(), AtomicBool::new(false));
        let per_replicate = settings.honest_stakes.len() * axis * axis;
        // A replicate at a time: its draws serve all points, and only one is kept.
        for (replicate, points) in points.chunks_exact_mut(per_replicate).enumerate() {
            let draws = Draws::new(settings, replicate);
            let network = |stake: &f64| Network::new(settings, &draws, *stake);
            let networks: Vec<Network> = settings.honest_stakes.par_iter().map(network).collect();
            points.par_chunks_exact_mut(axis).enumerate().for_each_init(
                || Work::new(settings),
                |work, (row, points)| {
                    if stopped.load(Ordering::Relaxed) {
                        return;
                    }
                    let utility = settings.share(row % axis);
                    for (j, point) in points.iter_mut().enumerate() {
                        let network = &networks[row / axis];
                        *point = work.honest_shares(network, utility, settings.share(j));
                    }
                    if !go_on() {
                        stopped.store(true, Ordering::Relaxed);
                    }
                },
            );
        }
        if stopped.into_inner() {
            return Err(GuaranteeError::Stopped);
        }
        Ok(Self { settings: settings.clone(), points })
    }

    /// What the map was made of.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// One point: numbers of the replicate, the honest stake, and the places on both axes.
    ///
    /// # Panics
    /// When there is no such point.
    #[must_use]
    pub fn at(&self, replicate: usize, stake: usize, utility: usize, cabal: usize) -> HonestShares {
        let (axis, stakes) = (self.settings.axis(), self.settings.honest_stakes.len());
        assert!(stake < stakes && utility < axis && cabal < axis, "outside the map");
        self.points[((replicate * stakes + stake) * axis + utility) * axis + cabal]
    }

    /// Honest emission for a contour plot at one honest stake: mean over replicates, a row per
    /// honest utility, a value per self-weight of the cabal, both from 0 to 1.
    ///
    /// # Panics
    /// When there is no such stake.
    #[must_use]
    pub fn mean_emission(&self, stake: usize, validator_share: f64) -> Vec<Vec<f64>> {
        let replicates = self.settings.replicates;
        let mean = |utility, cabal| {
            let emission = |r| self.at(r, stake, utility, cabal).emission(validator_share);
            (0..replicates).map(emission).sum::<f64>() / replicates as f64
        };
        let axis = self.settings.axis();
        (0..axis).map(|utility| (0..axis).map(|cabal| mean(utility, cabal)).collect()).collect()
    }

    /// All points, for tables.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = GuaranteeRow> + '_ {
        let (axis, stakes) = (self.settings.axis(), self.settings.honest_stakes.len());
        self.points.iter().enumerate().map(move |(index, honest)| GuaranteeRow {
            replicate: index / (axis * axis * stakes),
            honest_stake: self.settings.honest_stakes[index / (axis * axis) % stakes],
            honest_utility: self.settings.share(index / axis % axis),
            cabal_self_weight: self.settings.share(index % axis),
            honest: *honest,
        })
    }
}
