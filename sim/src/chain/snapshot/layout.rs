//! The layout of a snapshot: every struct with its fields in order. A field that is not listed here
//! does not compile.

use subsim_consensus::economics::U64F64;

use super::SnapshotError;
use super::encode::{Encode, Reader};
use crate::chain::{
    Account, AccountId, BlockFlow, Commit, GlobalParameters, Hyperparameters, LockState, Locks,
    Mechanism, Neurons, OwnerParameter, Pending, Pool, RecycleOrBurn, Registration, RootClaimType,
    Schedule, Share, StakePool, Subnet, SubnetBooks, TaoBooks, TimelockedCommit, TransactionKind,
};

macro_rules! encode_structs {
    ($($name:ident { $($field:ident)* })*) => {$(
        impl Encode for $name {
            fn put(&self, out: &mut Vec<u8>) {
                let Self { $($field),* } = self;
                $($field.put(out);)*
            }

            fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
                Ok(Self { $($field: Encode::get(from)?),* })
            }
        }
    )*};
}

encode_structs! {
    Account {
        key free_rao owner owned_hotkeys staking_hotkeys delegate_take root_claimable_bits
        root_claim_type
    }
    Subnet {
        netuid pot hyper pool flow pending schedule registration neurons mechanisms mechanism_split
        stakes children parents pending_children alpha_dividends root_alpha_dividends
        hotkey_alpha_last_epoch root_claimed auto_stake locks books
    }
    SubnetBooks {
        created_rao recycled_rao burned_rao claimable_rao fees_rao rounding_rao unpaid_rao
        beside_pool_rao
    }
    TaoBooks { created_rao recycled_rao dust_rao }
    Pool {
        tao_rao alpha_in_rao alpha_out_rao protocol_alpha_rao quote_weight_e18 initialized
        scrap_alpha_rao volume_rao moving_price_bits root_proportion_bits tao_flow_rao
        protocol_flow_rao tao_flow_average protocol_flow_average locked_rao
    }
    BlockFlow {
        alpha_in_emission_rao alpha_out_emission_rao tao_in_emission_rao excess_tao_rao
        root_sell_tao_rao
    }
    Pending { server_rao validator_rao root_alpha_rao owner_cut_rao miner_burned_bits }
    Schedule {
        last_epoch_block pending_epoch_at epoch_index blocks_since_last_step last_step_block
    }
    Registration { burn_rao this_block this_interval rao_recycled }
    Neurons {
        hotkeys uids block_at_registration active emission_rao consensus dividends validator_trust
        validator_permit stake_weight
    }
    Mechanism { last_update incentive weights bonds commits timelocked }
    Commit { hash epoch block }
    TimelockedCommit { hotkey epoch block uids values version_key }
    Locks { by_coldkey decaying perpetual decaying_owner perpetual_owner }
    LockState { mass_rao conviction last_update }
    Hyperparameters {
        tempo_blocks activity_cutoff_factor_milli activity_cutoff_legacy_blocks
        alpha_sigmoid_steepness alpha_low alpha_high bonds_moving_average bonds_penalty
        bonds_reset_on burn_half_life_blocks burn_increase_mult_bits commit_reveal_enabled
        price_halving_blocks emission_enabled first_emission_block immune_owner_uids_limit
        immunity_period_blocks kappa liquid_alpha_on max_allowed_uids max_allowed_validators
        max_burn_rao max_registrations_per_block max_weights_limit mechanism mechanism_count
        min_allowed_uids min_allowed_weights min_burn_rao min_childkey_take min_non_immune_uids
        network_registered_at owner owner_hotkey owner_cut_auto_lock owner_cut_enabled
        recycle_or_burn registration_allowed reveal_period_epochs rho
        root_claimable_threshold_bits subtoken_enabled swap_fee_rate
        target_registrations_per_interval transfer_toggle weights_rate_limit_blocks
        weights_version_key yuma3_on
    }
    GlobalParameters {
        admin_freeze_window_blocks childkey_burn commit_reveal_version min_stake_rao
        existential_deposit_rao flow_smoothing_factor flow_exponent_bits maturity_rate_blocks
        max_childkey_take max_delegate_take max_epochs_per_block min_childkey_take
        min_delegate_take net_tao_flow_enabled network_immunity_period_blocks
        network_lock_reduction_interval_blocks network_min_lock_rao network_rate_limit_blocks
        nominator_min_stake_rao root_claims_per_block pending_childkey_cooldown_blocks
        set_children_rate_limit_blocks stake_threshold_rao start_call_delay_blocks subnet_limit
        subnet_moving_alpha_bits subnet_owner_cut tao_flow_cutoff_bits tao_weight
        childkey_take_rate_limit_blocks delegate_take_rate_limit_blocks tx_rate_limit_blocks
        unlock_rate_blocks owner_rate_limit_epochs faucet_open
    }
}

impl Encode for AccountId {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
        match u32::get(from)? {
            id if id < from.accounts => Ok(Self(id)),
            _ => from.invalid("an account"),
        }
    }
}

impl Encode for U64F64 {
    fn put(&self, out: &mut Vec<u8>) {
        self.to_bits().put(out);
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
        Ok(Self::from_bits(u128::get(from)?))
    }
}

impl Encode for Share {
    fn put(&self, out: &mut Vec<u8>) {
        self.mantissa().put(out);
        self.exponent().put(out);
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
        let (mantissa, exponent) = Encode::get(from)?;
        match Self::new(mantissa, exponent) {
            Some(share) if share.mantissa() == mantissa => Ok(share),
            _ => from.invalid("a share in normal form"),
        }
    }
}

impl Encode for StakePool {
    fn put(&self, out: &mut Vec<u8>) {
        self.total_rao().put(out);
        self.denominator().put(out);
        (self.shares().len() as u64).put(out);
        self.shares().iter().for_each(|share| share.put(out));
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
        let (total_rao, denominator, shares) = Encode::get(from)?;
        Ok(Self::from_parts(total_rao, denominator, shares))
    }
}

macro_rules! encode_choices {
    ($($name:ident { $($choice:ident)* })*) => {$(
        impl Encode for $name {
            fn put(&self, out: &mut Vec<u8>) {
                // Without a wildcard: a new choice does not compile until it is listed.
                match self {
                    $(Self::$choice)|* => out.push(*self as u8),
                }
            }

            fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
                let number = u8::get(from)?;
                let choices = [$(Self::$choice),*];
                match choices.into_iter().find(|choice| *choice as u8 == number) {
                    Some(choice) => Ok(choice),
                    None => from.invalid(concat!("a number of ", stringify!($name))),
                }
            }
        }
    )*};
}

encode_choices! {
    RecycleOrBurn { Burn Recycle }
    TransactionKind { SetChildren SetChildkeyTake SetTempo MechanismCount MechanismSplit WeightsVersionKey }
    OwnerParameter {
        ActivityCutoffFactor AlphaSigmoidSteepness AlphaValues BondsMovingAverage BondsPenalty
        BondsReset BurnHalfLife BurnIncreaseMult CommitReveal ImmuneNeuronLimit ImmunityPeriod
        LiquidAlpha MaxAllowedUids MaxBurn MinAllowedWeights MinBurn MinChildkeyTake OwnerHotkey RecycleOrBurn
        RevealPeriod Rho Transfers TriggerEpoch Yuma3
    }
}

impl Encode for RootClaimType {
    fn put(&self, out: &mut Vec<u8>) {
        let (choice, subnets): (u8, &[_]) = match self {
            Self::Swap => (0, &[]),
            Self::Keep => (1, &[]),
            Self::KeepSubnets(subnets) => (2, subnets),
        };
        choice.put(out);
        subnets.to_vec().put(out);
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
        match Encode::get(from)? {
            (0_u8, subnets) if Vec::is_empty(&subnets) => Ok(Self::Swap),
            (1, subnets) if subnets.is_empty() => Ok(Self::Keep),
            (2, subnets) => Ok(Self::KeepSubnets(subnets)),
            _ => from.invalid("a choice for root dividends"),
        }
    }
}
