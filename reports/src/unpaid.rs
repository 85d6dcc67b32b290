//! Epochs that paid nobody, and why: counted apart for miners and validators.
//!
//! The reason is read off what an epoch was given, not computed anew: the first of a few plain ones
//! that applies.

use subsim_sim::EpochRecord;

/// What an epoch lacked that paid none of a role, from the plainest reason on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    Emission,
    Stake,
    Permit,
    Weights,
    Agreement,
}

impl Reason {
    const ALL: [Self; 5] =
        [Self::Emission, Self::Stake, Self::Permit, Self::Weights, Self::Agreement];

    fn of(record: &EpochRecord<'_>, counting_stake: &[f64]) -> Self {
        let weights = record.weights;
        let votes =
            |uid: usize| counting_stake[uid] > 0.0 && weights.row(uid).any(|(_, value)| value > 0);
        if record.emission_rao == 0 {
            Self::Emission
        } else if record.output.stake_weight.iter().all(|stake| *stake == 0) {
            Self::Stake
        } else if counting_stake.iter().all(|stake| *stake == 0.0) {
            Self::Permit
        } else if !(0..counting_stake.len()).any(votes) {
            Self::Weights
        } else {
            Self::Agreement
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Emission => "the emission is 0",
            Self::Stake => "nobody has stake of at least min_stake_rao",
            Self::Permit => "nobody with stake is active and holds a validator permit",
            Self::Weights => "no weights of validators with stake were in force",
            Self::Agreement => "the weights left nobody a share that is a rao or more",
        }
    }
}

/// Epochs that paid none of one role.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UnpaidEpochs {
    /// How many there were, by reason.
    counts: [u64; Reason::ALL.len()],
}

impl UnpaidEpochs {
    /// Number of epochs.
    #[must_use]
    pub fn epochs(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The most frequent reason, the plainer of equally frequent ones; `None` without an epoch.
    #[must_use]
    pub fn why(&self) -> Option<&'static str> {
        let counted = Reason::ALL.into_iter().zip(self.counts).filter(|(_, count)| *count > 0);
        let most = counted.max_by_key(|(reason, count)| (*count, std::cmp::Reverse(*reason)));
        most.map(|(reason, _)| reason.text())
    }
}

/// Epochs that paid nobody, by role.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unpaid {
    /// Those without miner emission.
    pub miners: UnpaidEpochs,
    /// Those without validator emission.
    pub validators: UnpaidEpochs,
}

impl Unpaid {
    /// Looks at an epoch; `counting_stake` is the stake that counted in it, one entry per uid.
    pub(crate) fn add(&mut self, record: &EpochRecord<'_>, counting_stake: &[f64]) {
        let out = record.output;
        let roles = [
            (&mut self.miners, &out.server_emission),
            (&mut self.validators, &out.validator_emission),
        ];
        for (unpaid, emission) in roles {
            if emission.iter().all(|rao| *rao == 0) {
                unpaid.counts[Reason::of(record, counting_stake) as usize] += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_reason_is_named() {
        assert_eq!(UnpaidEpochs::default().why(), None);
        let mut unpaid = UnpaidEpochs { counts: [1, 0, 0, 1, 0] };
        assert_eq!((unpaid.epochs(), unpaid.why()), (2, Some(Reason::Emission.text())));
        unpaid.counts[Reason::Weights as usize] = 2;
        assert_eq!((unpaid.epochs(), unpaid.why()), (3, Some(Reason::Weights.text())));
    }
}
