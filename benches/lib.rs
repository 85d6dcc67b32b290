//! Made-up subnets for the benches: dense, seeded, of any size; whole chains in [`chains`].

pub mod chains;

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use subsim_consensus::{EpochInput, EpochParams, OwnedRows};

/// A subnet on which every validator weighs every other neuron.
#[derive(Debug, Clone)]
pub struct DenseSubnet {
    /// Hyperparameters.
    pub params: EpochParams,
    /// Weight rows, dense for validators.
    pub weights: OwnedRows,
    /// Stored bonds.
    pub bonds: OwnedRows,
    permit: Vec<bool>,
    stake_rao: Vec<u64>,
    last_update: Vec<u64>,
    registered: Vec<u64>,
    commit: Vec<u64>,
    zeros: Vec<u64>,
}

impl DenseSubnet {
    /// `neurons` neurons of which the first `validators` validate, weights random around a quality
    /// per neuron, no bonds yet.
    #[must_use]
    pub fn new(neurons: usize, validators: usize, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let quality: Vec<u32> = (0..neurons).map(|_| rng.random_range(2000..50_000)).collect();
        let mut weights = OwnedRows::new();
        for i in 0..neurons {
            let row = (0..neurons).filter(|&j| i < validators && i != j);
            weights.push_row(row.map(|j| (j as u16, noisy(&mut rng, quality[j]))));
        }
        Self {
            params: EpochParams {
                current_block: 720,
                last_step_block: 360,
                max_allowed_validators: validators as u16,
                rao_emission: 295_200_000_000,
                ..EpochParams::default()
            },
            weights,
            bonds: OwnedRows::empty(neurons),
            permit: (0..neurons).map(|i| i < validators).collect(),
            stake_rao: (0..neurons)
                .map(
                    |i| {
                        if i < validators {
                            rng.random_range(1..1000) * 1_000_000_000_000
                        } else {
                            0
                        }
                    },
                )
                .collect(),
            last_update: vec![700; neurons],
            registered: vec![0; neurons],
            commit: vec![u64::MAX; neurons],
            zeros: vec![0; neurons],
        }
    }

    /// Borrows the subnet as one epoch's input.
    #[must_use]
    pub fn input(&self) -> EpochInput<'_> {
        EpochInput {
            params: &self.params,
            last_update: &self.last_update,
            block_at_registration: &self.registered,
            commit_block: &self.commit,
            alpha_stake_rao: &self.stake_rao,
            tao_stake_rao: &self.zeros,
            validator_permit: &self.permit,
            weights: self.weights.view(),
            bonds: self.bonds.view(),
        }
    }

    /// Number of weights.
    #[must_use]
    pub fn len(&self) -> usize {
        self.weights.view().uids.len()
    }

    /// Whether nobody weighs anybody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn noisy(rng: &mut impl Rng, quality: u32) -> u16 {
    (quality + rng.random_range(0..quality / 4)) as u16
}
