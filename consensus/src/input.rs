//! What one epoch needs to know: hyperparameters and the state of the subnet, borrowed.

use crate::{EpochError, Rows};

/// Hyperparameters and block numbers of one epoch, in the chain's own encodings.
///
/// `u16` proportions mean `value / 65535`. [`EpochParams::default`] gives the chain's defaults
/// (spec version 425).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochParams {
    /// Block in which the epoch runs.
    pub current_block: u64,
    /// Blocks between epochs.
    pub tempo: u64,
    /// Blocks after its last update at which a neuron counts as inactive.
    pub activity_cutoff: u64,
    /// Block of the previous epoch, 0 when there was none (`LastMechansimStepBlock`).
    pub last_step_block: u64,
    /// Stake in rao below which a neuron's stake counts as 0 (`StakeThreshold`).
    pub min_stake: u64,
    /// uid of the subnet owner's hotkey, if registered.
    pub owner_uid: Option<u16>,
    /// Number of validator permits.
    pub max_allowed_validators: u16,
    /// Majority that decides the consensus, u16 proportion.
    pub kappa: u16,
    /// How far weights above consensus are cut for bonds, u16 proportion.
    pub bonds_penalty: u16,
    /// Share of the old bonds kept by an epoch, in millionths.
    pub bonds_moving_average: u64,
    /// Bond rule: Yuma 3 instead of Yuma 2 (`Yuma3On`).
    pub yuma3: bool,
    /// Per-entry bond averaging (`LiquidAlphaOn`); only Yuma 3 looks at it.
    pub liquid_alpha: bool,
    /// Lower bound of the liquid alpha, u16 proportion.
    pub alpha_low: u16,
    /// Upper bound of the liquid alpha, u16 proportion.
    pub alpha_high: u16,
    /// Steepness of the liquid alpha's sigmoid, in hundredths.
    pub alpha_sigmoid_steepness: i16,
    /// Whether weights are committed and revealed (`CommitRevealWeightsEnabled`).
    pub commit_reveal: bool,
    /// Weight of root TAO beside alpha, `u64::MAX` = 1.0 (`TaoWeight`).
    pub tao_weight: u64,
    /// Emission to distribute, in rao.
    pub rao_emission: u64,
}

impl Default for EpochParams {
    fn default() -> Self {
        Self {
            current_block: 361,
            tempo: 360,
            activity_cutoff: 5000,
            last_step_block: 0,
            min_stake: 0,
            owner_uid: None,
            max_allowed_validators: 128,
            kappa: 32767,
            bonds_penalty: 65535,
            bonds_moving_average: 900_000,
            yuma3: false,
            liquid_alpha: false,
            alpha_low: 45_875,
            alpha_high: 58_982,
            alpha_sigmoid_steepness: 1000,
            commit_reveal: false,
            tao_weight: 971_718_665_099_567_868,
            rao_emission: 0,
        }
    }
}

impl EpochParams {
    /// First block after the previous epoch: bonds to neurons registered from here on are void.
    /// `block - tempo` on a subnet that never stepped, else the block after the last step.
    #[must_use]
    pub fn last_tempo(&self) -> u64 {
        match self.last_step_block {
            0 => self.current_block.saturating_sub(self.tempo),
            block => block.saturating_add(1),
        }
    }
}

/// Everything one epoch reads, borrowed: per-neuron slices of one length `n`, and `n` sparse rows
/// of weights and of bonds.
#[derive(Debug, Clone, Copy)]
pub struct EpochInput<'a> {
    /// Hyperparameters and block numbers.
    pub params: &'a EpochParams,
    /// Block of each neuron's last weight update.
    pub last_update: &'a [u64],
    /// Block at which each uid was last registered.
    pub block_at_registration: &'a [u64],
    /// Block of each neuron's earliest unexpired weight commit, `u64::MAX` when it has none.
    pub commit_block: &'a [u64],
    /// Alpha stake on the subnet, in rao.
    pub alpha_stake_rao: &'a [u64],
    /// Root TAO stake, in rao.
    pub tao_stake_rao: &'a [u64],
    /// Who held a validator permit before this epoch.
    pub validator_permit: &'a [bool],
    /// Weight rows in submitted order.
    pub weights: Rows<'a>,
    /// Bond rows as stored.
    pub bonds: Rows<'a>,
}

impl EpochInput<'_> {
    /// Number of neurons.
    #[must_use]
    pub fn n(&self) -> usize {
        self.last_update.len()
    }

    /// Checks lengths and rows.
    pub(crate) fn check(&self, seen: &mut Vec<u32>) -> Result<(), EpochError> {
        let expected = self.n();
        if expected > usize::from(u16::MAX) {
            return Err(EpochError::TooManyNeurons { found: expected });
        }
        for (field, found) in [
            ("block_at_registration", self.block_at_registration.len()),
            ("commit_block", self.commit_block.len()),
            ("alpha_stake_rao", self.alpha_stake_rao.len()),
            ("tao_stake_rao", self.tao_stake_rao.len()),
            ("validator_permit", self.validator_permit.len()),
        ] {
            if found != expected {
                return Err(EpochError::Length { field, expected, found });
            }
        }
        if self.params.bonds_moving_average > 1_000_000 {
            let found = self.params.bonds_moving_average;
            return Err(EpochError::BondsMovingAverage { found });
        }
        self.weights.check("weights", expected, seen)?;
        self.bonds.check("bonds", expected, seen)
    }
}
