//! Hyperparameters that a call sets, named as in [[subnets]] and written in the same units.

use serde::Deserialize;
use subsim_consensus::economics::U64F64;

use super::super::super::nearest::{listed, nearest};
use super::super::super::sink::quoted;
use super::super::super::subnet::BondRule;
use super::super::super::values::{Millionths, Multiplier, Proportion, Whole};
use super::arguments::Arguments;
use super::people::account;
use crate::chain::{RecycleOrBurn, Setting};

/// All names.
const NAMES: [&str; 38] = [
    "alpha_sigmoid_steepness",
    "alpha_values",
    "bond_rule",
    "bonds_moving_average",
    "bonds_penalty",
    "bonds_reset",
    "burn_half_life_blocks",
    "burn_increase",
    "commit_reveal",
    "emission_enabled",
    "immune_owner_uids_limit",
    "immunity_period_blocks",
    "kappa",
    "liquid_alpha",
    "max_burn_rao",
    "max_registrations_per_block",
    "max_uids",
    "max_validators",
    "mechanism_count",
    "mechanism_split",
    "min_allowed_weights",
    "min_burn_rao",
    "min_childkey_take",
    "min_non_immune_uids",
    "owner_cut_auto_lock",
    "owner_cut_enabled",
    "owner_hotkey",
    "price_halving_blocks",
    "recycle",
    "registration_allowed",
    "reveal_period_epochs",
    "rho",
    "root_claim_threshold_rao",
    "subtoken_enabled",
    "tempo_blocks",
    "transfers",
    "weights_rate_limit_blocks",
    "weights_version_key",
];

/// Lower and upper liquid alpha.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table such as { low = 0.7, high = 0.9 }")]
struct AlphaValues {
    low: Proportion,
    high: Proportion,
}

/// Parts of the mechanisms.
#[derive(Deserialize)]
#[serde(untagged, expecting = "\"even\", or a list of proportions that add up to 1")]
enum Split {
    Even(Even),
    Parts(Vec<Proportion>),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Even {
    Even,
}

/// The setting that a call names; `None` when a fault is reported.
pub(super) fn setting(arguments: &mut Arguments<'_, '_>) -> Option<Setting> {
    let name: Option<String> = arguments.required("name");
    // Only the name decides what the value must be.
    let _: Option<serde::de::IgnoredAny> = arguments.required("value");
    let name = name?;
    if !NAMES.contains(&name.as_str()) {
        let label = match nearest(&name, NAMES) {
            Some(near) => format!("did you mean {near:?}?"),
            None => "no such hyperparameter".to_owned(),
        };
        let message = format!("no call sets a hyperparameter \"{}\"", quoted(&name));
        let place = arguments.place.key("name");
        arguments
            .sink
            .error(&place.span(), message)
            .label(label)
            .help(format!("allowed: {}", listed(&NAMES, '"')));
        return None;
    }
    of_bonds_and_weights(arguments, &name)
        .or_else(|| of_registration(arguments, &name))
        .or_else(|| of_the_rest(arguments, &name))
        .flatten()
}

/// A value of a type, and what it becomes.
fn value<'a, T: Deserialize<'a>>(
    arguments: &mut Arguments<'a, '_>,
    setting: impl FnOnce(T) -> Setting,
) -> Option<Option<Setting>> {
    let value = arguments.place.key("value").read(arguments.sink);
    Some(value.map(setting))
}

/// A number that the chain holds in 16 bits.
fn short<'a>(
    arguments: &mut Arguments<'a, '_>,
    setting: impl FnOnce(u16) -> Setting,
) -> Option<Option<Setting>> {
    value(arguments, |number: Whole<0, 65_535>| setting(number.into()))
}

/// A number that the chain holds in 64 bits.
fn long<'a>(
    arguments: &mut Arguments<'a, '_>,
    setting: impl FnOnce(u64) -> Setting,
) -> Option<Option<Setting>> {
    value(arguments, |number: Whole<0, { u64::MAX }>| setting(number.get()))
}

/// A proportion of 65535.
fn part<'a>(
    arguments: &mut Arguments<'a, '_>,
    setting: impl FnOnce(u16) -> Setting,
) -> Option<Option<Setting>> {
    value(arguments, |part: Proportion| setting(part.into()))
}

fn of_bonds_and_weights(arguments: &mut Arguments<'_, '_>, name: &str) -> Option<Option<Setting>> {
    match name {
        "alpha_sigmoid_steepness" => value(arguments, Setting::AlphaSigmoidSteepness),
        "alpha_values" => value(arguments, |alpha: AlphaValues| Setting::AlphaValues {
            low: alpha.low.into(),
            high: alpha.high.into(),
        }),
        "bond_rule" => value(arguments, |rule: BondRule| Setting::Yuma3(rule == BondRule::Yuma3)),
        "bonds_moving_average" => {
            value(arguments, |part: Millionths| Setting::BondsMovingAverage(part.into()))
        }
        "bonds_penalty" => part(arguments, Setting::BondsPenalty),
        "bonds_reset" => value(arguments, Setting::BondsReset),
        "commit_reveal" => value(arguments, Setting::CommitReveal),
        "kappa" => part(arguments, Setting::Kappa),
        "liquid_alpha" => value(arguments, Setting::LiquidAlpha),
        "max_validators" => short(arguments, Setting::MaxAllowedValidators),
        "mechanism_count" => value(arguments, |count: Whole<0, 255>| {
            Setting::MechanismCount(u8::try_from(count.get()).unwrap_or(u8::MAX))
        }),
        "mechanism_split" => value(arguments, |split| {
            Setting::MechanismSplit(match split {
                Split::Even(Even::Even) => None,
                Split::Parts(parts) => Some(parts.into_iter().map(u16::from).collect()),
            })
        }),
        "min_allowed_weights" => short(arguments, Setting::MinAllowedWeights),
        "reveal_period_epochs" => long(arguments, Setting::RevealPeriodEpochs),
        "rho" => short(arguments, Setting::Rho),
        "weights_rate_limit_blocks" => long(arguments, Setting::WeightsRateLimitBlocks),
        "weights_version_key" => long(arguments, Setting::WeightsVersionKey),
        _ => None,
    }
}

fn of_registration(arguments: &mut Arguments<'_, '_>, name: &str) -> Option<Option<Setting>> {
    match name {
        "burn_half_life_blocks" => short(arguments, Setting::BurnHalfLifeBlocks),
        "burn_increase" => value(arguments, |factor: Multiplier| {
            Setting::BurnIncreaseMult(fixed_point(factor.get()))
        }),
        "immune_owner_uids_limit" => short(arguments, Setting::ImmuneOwnerUidsLimit),
        "immunity_period_blocks" => short(arguments, Setting::ImmunityPeriodBlocks),
        "max_burn_rao" => long(arguments, Setting::MaxBurnRao),
        "max_registrations_per_block" => short(arguments, Setting::MaxRegistrationsPerBlock),
        "max_uids" => short(arguments, Setting::MaxAllowedUids),
        "min_burn_rao" => long(arguments, Setting::MinBurnRao),
        "min_non_immune_uids" => short(arguments, Setting::MinNonImmuneUids),
        "registration_allowed" => value(arguments, Setting::RegistrationAllowed),
        _ => None,
    }
}

fn of_the_rest(arguments: &mut Arguments<'_, '_>, name: &str) -> Option<Option<Setting>> {
    match name {
        "emission_enabled" => value(arguments, Setting::Emission),
        "min_childkey_take" => part(arguments, Setting::MinChildkeyTake),
        "owner_cut_auto_lock" => value(arguments, Setting::OwnerCutAutoLock),
        "owner_cut_enabled" => value(arguments, Setting::OwnerCut),
        "owner_hotkey" => {
            let place = arguments.place.key("value");
            let name: Option<String> = place.read(arguments.sink);
            let people = &mut arguments.scene.people;
            let hotkey = name.and_then(|name| people.hotkey(&place, &name, arguments.sink));
            Some(hotkey.map(|hotkey| Setting::OwnerHotkey(account(hotkey))))
        }
        "price_halving_blocks" => long(arguments, Setting::PriceHalvingBlocks),
        "recycle" => value(arguments, |recycle| {
            let choice = if recycle { RecycleOrBurn::Recycle } else { RecycleOrBurn::Burn };
            Setting::RecycleOrBurn(choice)
        }),
        "root_claim_threshold_rao" => long(arguments, Setting::RootClaimThresholdRao),
        "subtoken_enabled" => value(arguments, Setting::SubtokenEnabled),
        "tempo_blocks" => short(arguments, Setting::TempoBlocks),
        "transfers" => value(arguments, Setting::Transfers),
        _ => None,
    }
}

/// A factor from 1 to 1000 with 64 fraction bits; the number has fewer digits than that.
fn fixed_point(factor: f64) -> U64F64 {
    U64F64::from_bits((factor * 18_446_744_073_709_551_616.0) as u128)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Hyperparameters;

    #[test]
    fn the_chains_own_factor_survives_being_written() {
        let bits = Hyperparameters::default().burn_increase_mult_bits;
        assert_eq!(fixed_point(1.26).to_bits(), bits);
    }
}
