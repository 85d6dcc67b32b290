//! Why a call is refused.
//!
//! The names are the chain's, so that results can be compared with the chain's own and looked up
//! in its documentation. Errors of the pallet that most calls belong to stand alone, others carry
//! the pallet's name.

use subsim_consensus::economics::TradeError;

macro_rules! call_errors {
    ($($variant:ident, $name:literal, $message:literal;)*) => {
        /// Why a call was refused. A refused call changes nothing.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
        pub enum CallError {
            $(
                #[doc = $message]
                #[error($message)]
                $variant,
            )*
        }

        impl CallError {
            /// Every error there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The chain's name of the error, pallet first unless it is the subnets' own.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

call_errors! {
    AccountRejectsLockedAlpha, "AccountRejectsLockedAlpha", "the destination coldkey does not accept locked alpha";
    ActivityCutoffFactorMilliOutOfBounds, "ActivityCutoffFactorMilliOutOfBounds", "the activity cutoff factor must lie in 1000..=50000 thousandths of the tempo";
    AdminActionProhibitedDuringWeightsWindow, "AdminActionProhibitedDuringWeightsWindow", "hyperparameters are frozen in the last blocks before an epoch";
    AlphaHighTooLow, "AlphaHighTooLow", "the upper liquid alpha is below 1/40";
    AlphaLowOutOfRange, "AlphaLowOutOfRange", "the lower liquid alpha is below 1/40 or above the upper";
    AmountTooLow, "AmountTooLow", "the amount, or what it is worth, is below the minimum stake";
    AutoEpochAlreadyImminent, "AutoEpochAlreadyImminent", "the next epoch comes sooner than a triggered one could";
    BadOrigin, "BadOrigin", "the signer may not make this call";
    CanNotSetRootNetworkWeights, "CanNotSetRootNetworkWeights", "root has no weights";
    CannotAffordLockCost, "CannotAffordLockCost", "the coldkey cannot pay the lock of a new subnet";
    CannotBurnOrRecycleOnRootSubnet, "CannotBurnOrRecycleOnRootSubnet", "root stake cannot be burned or recycled";
    CannotUseSystemAccount, "CannotUseSystemAccount", "the key is an account of the chain itself";
    ChildParentInconsistency, "ChildParentInconsistency", "a key would be child and parent of the same hotkey";
    CommitRevealDisabled, "CommitRevealDisabled", "the subnet's weights are set openly, not committed";
    CommitRevealEnabled, "CommitRevealEnabled", "the subnet's weights must be committed, then revealed";
    CommittingWeightsTooFast, "CommittingWeightsTooFast", "the hotkey committed weights less than the rate limit ago";
    DelegateTakeTooHigh, "DelegateTakeTooHigh", "the take is above the highest allowed, or is not lower than the present one";
    DelegateTakeTooLow, "DelegateTakeTooLow", "the take is below the lowest allowed, or does not move in the direction of the call";
    DelegateTxRateLimitExceeded, "DelegateTxRateLimitExceeded", "the take was changed less than the rate limit ago";
    DuplicateChild, "DuplicateChild", "a child is named twice";
    DuplicateUids, "DuplicateUids", "a uid is named twice";
    DynamicTempoBlockedByCommitReveal, "DynamicTempoBlockedByCommitReveal", "epochs cannot be triggered while weights are committed";
    EpochTriggerAlreadyPending, "EpochTriggerAlreadyPending", "an epoch is already triggered";
    ExpiredWeightCommit, "ExpiredWeightCommit", "the commit's epoch of reveal is over";
    FaucetDisabled, "FaucetDisabled", "the faucet is closed";
    FirstEmissionBlockNumberAlreadySet, "FirstEmissionBlockNumberAlreadySet", "the subnet was started before";
    HotKeyAccountNotExists, "HotKeyAccountNotExists", "nobody owns the hotkey";
    HotKeyAlreadyRegisteredInSubNet, "HotKeyAlreadyRegisteredInSubNet", "the hotkey has a uid on the subnet";
    HotKeyNotRegisteredInSubNet, "HotKeyNotRegisteredInSubNet", "the hotkey has no uid on the subnet";
    IncorrectWeightVersionKey, "IncorrectWeightVersionKey", "the weights' version is older than the subnet asks for";
    InputLengthsUnequal, "InputLengthsUnequal", "the lists of a batch differ in length";
    InsufficientBalance, "InsufficientBalance", "the balance is too low";
    InsufficientLiquidity, "InsufficientLiquidity", "the pool or the outstanding alpha is too small";
    InsufficientStakeForLock, "InsufficientStakeForLock", "the coldkey has less stake on the subnet than it wants locked";
    InvalidChild, "InvalidChild", "a hotkey cannot be its own child";
    InvalidChildkeyTake, "InvalidChildkeyTake", "the childkey take is outside the allowed range";
    InvalidRevealCommitHashNotMatch, "InvalidRevealCommitHashNotMatch", "no open commit has the hash of these weights";
    InvalidRootClaimThreshold, "InvalidRootClaimThreshold", "the threshold of root claims is above 10,000,000 rao";
    InvalidSubnetNumber, "InvalidSubnetNumber", "the number of subnets named is 0 or above 5";
    InvalidValue, "InvalidValue", "the value is outside the allowed range";
    LiquidAlphaDisabled, "LiquidAlphaDisabled", "liquid alpha is off";
    LockHotkeyMismatch, "LockHotkeyMismatch", "the coldkey's lock on the subnet is for another hotkey";
    MaxWeightExceeded, "MaxWeightExceeded", "a weight is above the subnet's limit";
    MechanismDoesNotExist, "MechanismDoesNotExist", "the subnet, or that mechanism of it, does not exist";
    NeedWaitingMoreBlocksToStarCall, "NeedWaitingMoreBlocksToStarCall", "a new subnet cannot be started this soon";
    NetworkTxRateLimitExceeded, "NetworkTxRateLimitExceeded", "a subnet was registered less than the rate limit ago";
    NeuronNoValidatorPermit, "NeuronNoValidatorPermit", "the neuron has no validator permit";
    NoExistingLock, "NoExistingLock", "the coldkey has no lock on the subnet";
    NoNeuronIdAvailable, "NoNeuronIdAvailable", "the subnet is full and nobody can be replaced";
    NoWeightsCommitFound, "NoWeightsCommitFound", "no open commit has the hash of these weights";
    NonAssociatedColdKey, "NonAssociatedColdKey", "the coldkey does not own the hotkey";
    NotEnoughBalanceToStake, "NotEnoughBalanceToStake", "the coldkey's balance is too low";
    NotEnoughStakeToSetChildkeys, "NotEnoughStakeToSetChildkeys", "the hotkey's stake is below the threshold for children";
    NotEnoughStakeToSetWeights, "NotEnoughStakeToSetWeights", "the hotkey's stake weight is below the threshold for weights";
    NotEnoughStakeToWithdraw, "NotEnoughStakeToWithdraw", "the stake is smaller than the amount";
    ProportionOverflow, "ProportionOverflow", "the children's proportions add up to more than the whole";
    RegistrationNotPermittedOnRootSubnet, "RegistrationNotPermittedOnRootSubnet", "root does not take part in this";
    RegistrationPriceLimitExceeded, "RegistrationPriceLimitExceeded", "the registration price is above the caller's limit";
    RevealPeriodTooLarge, "RevealPeriodTooLarge", "the reveal period is above 100 epochs";
    RevealPeriodTooSmall, "RevealPeriodTooSmall", "the reveal period is below 1 epoch";
    RevealTooEarly, "RevealTooEarly", "the commit's epoch of reveal is not now";
    RootNetworkDoesNotExist, "RootNetworkDoesNotExist", "there is no root";
    SameAutoStakeHotkeyAlreadySet, "SameAutoStakeHotkeyAlreadySet", "this hotkey is the auto-stake target already";
    SameNetuid, "SameNetuid", "stake would move to where it is";
    SettingWeightsTooFast, "SettingWeightsTooFast", "the hotkey set weights, or registered, less than the rate limit ago";
    SlippageTooHigh, "SlippageTooHigh", "the whole amount does not fit within the price limit";
    StakeTooLowForRoot, "StakeTooLowForRoot", "root is full and the hotkey's stake is not above the lowest there";
    StakeUnavailable, "StakeUnavailable", "the stake is locked";
    SubNetRegistrationDisabled, "SubNetRegistrationDisabled", "registration is closed";
    SubnetLimitReached, "SubnetLimitReached", "there are as many subnets as allowed and none can be dissolved";
    SubnetNotExists, "SubnetNotExists", "the subnet does not exist";
    SubtokenDisabled, "SubtokenDisabled", "the subnet was not started";
    TempoOutOfBounds, "TempoOutOfBounds", "the tempo must lie in 360..=50400 blocks";
    TooManyChildren, "TooManyChildren", "a hotkey has at most 5 children";
    TooManyRegistrationsThisBlock, "TooManyRegistrationsThisBlock", "this block has as many registrations as allowed";
    TooManyRegistrationsThisInterval, "TooManyRegistrationsThisInterval", "this interval has as many registrations as allowed";
    TooManyUIDsPerMechanism, "TooManyUIDsPerMechanism", "uids times mechanisms would be above 256";
    TooManyUnrevealedCommits, "TooManyUnrevealedCommits", "the hotkey has 10 open commits";
    TransferDisallowed, "TransferDisallowed", "stake may not change coldkeys on the subnet";
    TxChildkeyTakeRateLimitExceeded, "TxChildkeyTakeRateLimitExceeded", "the childkey take was changed less than the rate limit ago";
    TxRateLimitExceeded, "TxRateLimitExceeded", "the same was done less than the rate limit ago";
    UidVecContainInvalidOne, "UidVecContainInvalidOne", "a uid does not exist";
    UidsLengthExceedUidsInSubNet, "UidsLengthExceedUidsInSubNet", "there are more weights than neurons";
    WeightVecLengthIsLow, "WeightVecLengthIsLow", "there are fewer weights than the subnet asks for";
    WeightVecNotEqualSize, "WeightVecNotEqualSize", "uids and weights differ in number";
    AdminInvalidValue, "AdminUtils::InvalidValue", "the value is outside the allowed range";
    BondsMovingAverageMaxReached, "AdminUtils::BondsMovingAverageMaxReached", "the bonds moving average is above 975000 millionths";
    MaxAllowedUIdsLessThanCurrentUIds, "AdminUtils::MaxAllowedUIdsLessThanCurrentUIds", "the subnet has more neurons";
    MaxAllowedUidsGreaterThanDefaultMaxAllowedUids, "AdminUtils::MaxAllowedUidsGreaterThanDefaultMaxAllowedUids", "a subnet has at most 256 uids";
    MaxAllowedUidsLessThanMinAllowedUids, "AdminUtils::MaxAllowedUidsLessThanMinAllowedUids", "the number of uids is below the subnet's minimum";
    MaxValidatorsLargerThanMaxUIds, "AdminUtils::MaxValidatorsLargerThanMaxUIds", "there would be more validators than uids";
    NegativeSigmoidSteepness, "AdminUtils::NegativeSigmoidSteepness", "only governance may make the steepness negative";
    NotPermittedOnRootSubnet, "AdminUtils::NotPermittedOnRootSubnet", "root does not have this setting";
    SubnetDoesNotExist, "AdminUtils::SubnetDoesNotExist", "the subnet does not exist";
    ValueNotInBounds, "AdminUtils::ValueNotInBounds", "the registration price would be out of bounds";
    SwapInputTooLarge, "Swap::SwapInputTooLarge", "the amount is more than 1000 times the pool's reserve";
    ReservesTooLow, "Swap::ReservesTooLow", "the pool's reserve is too small for a trade";
    PriceLimitExceeded, "Swap::PriceLimitExceeded", "the price is beyond the limit already";
    SwapInsufficientLiquidity, "Swap::InsufficientLiquidity", "the pool would pay more than it has";
    BelowMinimum, "Token(BelowMinimum)", "the receiver's balance would stay below the existential deposit";
    FundsUnavailable, "Token(FundsUnavailable)", "the sender's balance is too low";
    NotExpendable, "Token(NotExpendable)", "the sender's account would be closed";
}

impl From<TradeError> for CallError {
    fn from(error: TradeError) -> Self {
        match error {
            TradeError::SwapInputTooLarge { .. } => Self::SwapInputTooLarge,
            TradeError::ReservesTooLow { .. } => Self::ReservesTooLow,
            TradeError::PriceLimitExceeded { .. } => Self::PriceLimitExceeded,
            TradeError::InsufficientLiquidity { .. } => Self::SwapInsufficientLiquidity,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = CallError::ALL.iter().map(|error| error.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CallError::ALL.len());
        assert_eq!(CallError::BelowMinimum.name(), "Token(BelowMinimum)");
    }
}
