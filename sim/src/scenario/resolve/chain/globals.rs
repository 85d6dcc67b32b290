//! Hyperparameters of the whole chain, from their readable names.

use super::super::super::chain_file::{ChainTable, to_rao};
use super::super::super::sink::Sink;
use super::super::super::values::{Fraction, Stake, Whole};
use super::super::place::Place;
use crate::chain::GlobalParameters;

/// One in a number with 32 fraction bits.
const ONE_32_BITS: f64 = 4_294_967_296.0;

/// Sets fields from keys that are there. A key stands alone when the field takes its value as it
/// is, else with the way to convert it.
macro_rules! take_over {
    ($globals:ident, $table:ident; $($field:ident: $key:ident $(via $convert:ident)?;)+) => {
        $(if let Some(value) = $table.$key {
            $globals.$field = take_over!(value $(, $convert)?);
        })+
    };
    ($value:ident) => { $value.into() };
    ($value:ident, $convert:ident) => { $convert($value) };
}

/// The chain's parameters with the changes of the file.
pub(super) fn globals(place: &Place<'_>, table: &ChainTable, sink: &mut Sink) -> GlobalParameters {
    let mut globals = GlobalParameters::default();
    take_over! { globals, table;
        tao_weight: tao_weight;
        max_epochs_per_block: max_epochs_per_block via to_u8;
        subnet_owner_cut: owner_cut;
        max_delegate_take: max_delegate_take;
        min_delegate_take: min_delegate_take;
        max_childkey_take: max_childkey_take;
        min_childkey_take: min_childkey_take;
        childkey_burn: childkey_burn;
        network_min_lock_rao: network_min_lock_tao via rao;
        network_rate_limit_blocks: network_rate_limit_blocks;
        network_immunity_period_blocks: network_immunity_blocks;
        network_lock_reduction_interval_blocks: network_lock_reduction_blocks;
        subnet_limit: subnet_limit via to_u16;
        start_call_delay_blocks: start_call_delay_blocks;
        subnet_moving_alpha_bits: moving_price_alpha via moving_alpha_bits;
        faucet_open: faucet;
        admin_freeze_window_blocks: admin_freeze_window_blocks;
        owner_rate_limit_epochs: owner_rate_limit_epochs;
        tx_rate_limit_blocks: tx_rate_limit_blocks;
        delegate_take_rate_limit_blocks: delegate_take_rate_limit_blocks;
        childkey_take_rate_limit_blocks: childkey_take_rate_limit_blocks;
        set_children_rate_limit_blocks: set_children_rate_limit_blocks;
        pending_childkey_cooldown_blocks: childkey_cooldown_blocks;
        min_stake_rao: min_stake_tao via rao;
        stake_threshold_rao: stake_threshold_tokens via rao;
        nominator_min_stake_rao: nominator_min_stake_tao via rao;
        existential_deposit_rao: existential_deposit_rao;
        root_claims_per_block: root_claims_per_block;
        maturity_rate_blocks: conviction_half_life_blocks;
        unlock_rate_blocks: unlock_half_life_blocks;
    }
    check_order(place, &globals, sink);
    globals
}

fn rao(tokens: Stake) -> u64 {
    to_rao(tokens.get())
}

fn to_u8<const MIN: u64, const MAX: u64>(number: Whole<MIN, MAX>) -> u8 {
    u8::try_from(number.get()).unwrap_or(u8::MAX)
}

fn to_u16<const MIN: u64, const MAX: u64>(number: Whole<MIN, MAX>) -> u16 {
    u16::try_from(number.get()).unwrap_or(u16::MAX)
}

/// A rate as the chain stores it, to the nearest.
fn moving_alpha_bits(alpha: Fraction) -> i128 {
    (alpha.get() * ONE_32_BITS + 0.5) as i128
}

fn check_order(place: &Place<'_>, globals: &GlobalParameters, sink: &mut Sink) {
    let pairs = [
        (
            "min_delegate_take",
            globals.min_delegate_take,
            "max_delegate_take",
            globals.max_delegate_take,
        ),
        (
            "min_childkey_take",
            globals.min_childkey_take,
            "max_childkey_take",
            globals.max_childkey_take,
        ),
    ];
    for (low_key, low, high_key, high) in pairs {
        if low > high {
            sink.error(&place.key_or(low_key, high_key), format!("{low_key} is above {high_key}"))
                .label(format!("{low_key} is {low} and {high_key} {high}, of 65535"))
                .help("what is not set has the chain's default");
        }
    }
}
