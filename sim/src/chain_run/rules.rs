//! Hyperparameters of a subnet as scenarios write them, in the chain's own encodings.

use serde_json::Value;

use crate::chain::{Hyperparameters, RecycleOrBurn};
use crate::scenario::{BondRule, Subnet, SubnetPatch, SubnetSetup};

/// One in the chain's fixed-point numbers with 64 fraction bits.
const ONE_BITS_64: f64 = 18_446_744_073_709_551_616.0;

/// Hyperparameters of a subnet that exists at the start. Emission is on; owner and registration
/// block are left to whoever founds the subnet.
pub(super) fn hyperparameters(setup: &SubnetSetup) -> Hyperparameters {
    let starts_now = setup.first_emission_block.is_some_and(|block| block <= 1);
    let mut hyper = Hyperparameters {
        emission_enabled: true,
        first_emission_block: starts_now.then_some(1),
        subtoken_enabled: starts_now,
        recycle_or_burn: setup.recycle.then_some(RecycleOrBurn::Recycle),
        // Subnets may be smaller here than the chain allows owners to make them.
        min_allowed_uids: Hyperparameters::default().min_allowed_uids.min(setup.rules.max_uids),
        ..Hyperparameters::default()
    };
    take_over(&mut hyper, &setup.rules, |_| true);
    hyper
}

/// Changes what a patch names and nothing else; without the chain's checks, as governance may.
pub(super) fn apply_patch(hyper: &mut Hyperparameters, patch: &SubnetPatch) {
    let Ok(Value::Object(changes)) = serde_json::to_value(patch) else { return };
    let mut rules = Subnet::default();
    rules.apply(patch);
    take_over(hyper, &rules, |name| changes.contains_key(name));
}

/// Sets the hyperparameters whose names are asked for.
fn take_over(hyper: &mut Hyperparameters, rules: &Subnet, is_set: impl Fn(&str) -> bool) {
    macro_rules! set {
        ($($name:ident => $field:ident = $value:expr;)*) => {
            $(if is_set(stringify!($name)) {
                hyper.$field = $value;
            })*
        };
    }
    set! {
        tempo_blocks => tempo_blocks = narrow(rules.tempo_blocks);
        activity_cutoff_blocks => activity_cutoff_factor_milli =
            cutoff_milli(rules, hyper.tempo_blocks);
        kappa => kappa = rules.kappa;
        bonds_penalty => bonds_penalty = rules.bonds_penalty;
        bonds_moving_average => bonds_moving_average = rules.bonds_moving_average;
        bond_rule => yuma3_on = rules.bond_rule == BondRule::Yuma3;
        liquid_alpha => liquid_alpha_on = rules.liquid_alpha;
        alpha_low => alpha_low = rules.alpha_low;
        alpha_high => alpha_high = rules.alpha_high;
        alpha_sigmoid_steepness => alpha_sigmoid_steepness = rules.alpha_sigmoid_steepness;
        max_uids => max_allowed_uids = rules.max_uids;
        max_validators => max_allowed_validators = rules.max_validators;
        commit_reveal => commit_reveal_enabled = rules.commit_reveal;
        reveal_period_epochs => reveal_period_epochs = rules.reveal_period_epochs;
        min_allowed_weights => min_allowed_weights = rules.min_allowed_weights;
        immunity_period_blocks => immunity_period_blocks = narrow(rules.immunity_period_blocks);
        weights_rate_limit_blocks => weights_rate_limit_blocks = rules.weights_rate_limit_blocks;
        min_burn_rao => min_burn_rao = rules.min_burn_rao;
        max_burn_rao => max_burn_rao = rules.max_burn_rao;
        burn_half_life_blocks => burn_half_life_blocks = narrow(rules.burn_half_life_blocks);
        burn_increase => burn_increase_mult_bits = (rules.burn_increase * ONE_BITS_64) as u128;
        price_halving_blocks => price_halving_blocks = rules.price_halving_blocks;
    }
}

fn narrow(blocks: u64) -> u16 {
    u16::try_from(blocks).unwrap_or(u16::MAX)
}

/// The activity cutoff as the chain stores it, in thousandths of the tempo: the least that gives
/// at least as many blocks.
fn cutoff_milli(rules: &Subnet, tempo_blocks: u16) -> u32 {
    if rules.activity_cutoff_follows_tempo {
        return Hyperparameters::default().activity_cutoff_factor_milli;
    }
    let milli = (rules.activity_cutoff_blocks * 1000).div_ceil(u64::from(tempo_blocks.max(1)));
    u32::try_from(milli).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_the_chains() {
        let mut hyper = Hyperparameters::default();
        take_over(&mut hyper, &Subnet::default(), |_| true);
        assert_eq!(hyper, Hyperparameters::default());
    }

    #[test]
    fn a_patch_changes_what_it_names() {
        let mut hyper = Hyperparameters { bonds_penalty: 7, ..Hyperparameters::default() };
        let patch: SubnetPatch =
            toml::from_str("kappa = 0.6\nactivity_cutoff_blocks = 900\nbond_rule = \"yuma3\"")
                .unwrap();
        apply_patch(&mut hyper, &patch);
        assert_eq!(hyper.kappa, 39_321);
        assert_eq!(hyper.activity_cutoff_blocks(), 900);
        assert!(hyper.yuma3_on);
        assert_eq!(hyper.bonds_penalty, 7);
        assert_eq!(hyper.tempo_blocks, 360);
    }
}
