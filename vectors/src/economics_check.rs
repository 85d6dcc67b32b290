//! Computes the formula of a line with the consensus crate and compares every result with what the
//! line says. Exact equality only: these are integers.

use std::fmt::Debug;

use subsim_consensus::economics::{
    self, Direction, DividendClaim, I96F32, Pool, SplitInput, U64F64, U96F32,
};

use crate::compare::{Mismatch, Vector};
use crate::economics::{
    AddLiquidity, BlockEmission, BlockSplit, BurnPrice, DividendDistribution, FormulaLine,
    MovingPrice, RootProportion, Swap, SwapDirection, WeightsMaxUpscale,
};

/// Compares the results of one line.
pub(crate) fn check(line: &FormulaLine, number: u64, report: &mut dyn FnMut(Mismatch)) {
    let mut fields = Fields { line: number, kind: line.kind(), report };
    match line {
        FormulaLine::BlockEmission(line) => block_emission(line, &mut fields),
        FormulaLine::Swap(line) => swap(line, &mut fields),
        FormulaLine::AddLiquidity(line) => add_liquidity(line, &mut fields),
        FormulaLine::RootProportion(line) => root_proportion(line, &mut fields),
        FormulaLine::MovingPrice(line) => moving_price(line, &mut fields),
        FormulaLine::BurnPrice(line) => burn_price(line, &mut fields),
        FormulaLine::BlockSplit(line) => block_split(line, &mut fields),
        FormulaLine::DividendDistribution(line) => dividend_distribution(line, &mut fields),
        FormulaLine::WeightsMaxUpscale(line) => weights_max_upscale(line, &mut fields),
    }
}

/// Where the differences of one line go.
struct Fields<'a> {
    line: u64,
    kind: &'static str,
    report: &'a mut dyn FnMut(Mismatch),
}

impl Fields<'_> {
    fn same<T: PartialEq + Debug>(&mut self, field: &'static str, expected: T, found: T) {
        if expected != found {
            self.mismatch(field, None, format!("{expected:?}"), format!("{found:?}"));
        }
    }

    /// Compares lists entry by entry.
    fn each<T: PartialEq + Debug>(&mut self, field: &'static str, expected: &[T], found: &[T]) {
        if expected.len() != found.len() {
            let entries = |list: &[T]| format!("{} entries", list.len());
            self.mismatch(field, None, entries(expected), entries(found));
            return;
        }
        for (entry, (expected, found)) in expected.iter().zip(found).enumerate() {
            if expected != found {
                let (expected, found) = (format!("{expected:?}"), format!("{found:?}"));
                self.mismatch(field, Some(entry), expected, found);
            }
        }
    }

    fn mismatch(
        &mut self,
        field: &'static str,
        entry: Option<usize>,
        expected: String,
        found: String,
    ) {
        let (line, vector) = (self.line, Vector::Kind(self.kind));
        (self.report)(Mismatch { line, vector, step: None, field, entry, expected, found });
    }
}

fn block_emission(line: &BlockEmission, fields: &mut Fields<'_>) {
    let emission_rao = economics::block_emission_rao(line.issuance_rao);
    fields.same("emission_rao", line.emission_rao, emission_rao);
}

fn swap(line: &Swap, fields: &mut Fields<'_>) {
    let pool = Pool {
        tao_reserve_rao: line.tao_reserve,
        alpha_reserve_rao: line.alpha_reserve,
        quote_weight_e18: line.quote_weight_e18,
    };
    let (direction, no_limit) = match line.direction {
        SwapDirection::BuyAlpha => (Direction::BuyAlpha, U64F64::from_bits(u128::MAX)),
        SwapDirection::SellAlpha => (Direction::SellAlpha, U64F64::ZERO),
    };
    let trade = pool.trade(direction, line.amount_in, line.fee_rate_u16, no_limit);
    let (fee_rao, amount_out_rao) = match trade {
        Ok(trade) => (trade.fee_rao, trade.amount_out_rao),
        // A refused trade has a fee too: the one that its check was made with.
        Err(_) => (economics::fee_rao(line.amount_in, line.fee_rate_u16), 0),
    };
    fields.same("price_before_bits", line.price_before_bits.0, pool.price().to_bits());
    fields.same("fee", line.fee, fee_rao);
    fields.same("amount_out", line.amount_out, amount_out_rao);
}

fn add_liquidity(line: &AddLiquidity, fields: &mut Fields<'_>) {
    let pool = Pool {
        tao_reserve_rao: line.tao_reserve,
        alpha_reserve_rao: line.alpha_reserve,
        quote_weight_e18: line.quote_weight_e18,
    };
    let weight = pool.quote_weight_after_adding(line.tao_delta, line.alpha_delta);
    let expected = line.new_quote_weight_e18.0;
    if expected != weight {
        let told =
            |weight: Option<u64>| weight.map_or("null".to_owned(), |weight| weight.to_string());
        fields.mismatch("new_quote_weight_e18", None, told(expected), told(weight));
    }
}

fn root_proportion(line: &RootProportion, fields: &mut Fields<'_>) {
    let found = economics::root_proportion(line.root_tao, line.tao_weight, line.alpha_issuance);
    fields.same("bits", line.bits.0, found.to_bits());
}

fn moving_price(line: &MovingPrice, fields: &mut Fields<'_>) {
    let found = economics::next_moving_price(
        I96F32::from_bits(line.moving_price_bits.0),
        U64F64::from_bits(line.spot_price_bits.0),
        I96F32::from_bits(line.subnet_moving_alpha_bits.0),
        line.blocks_since_start,
        line.halving_blocks,
    );
    fields.same("new_moving_price_bits", line.new_moving_price_bits.0, found.to_bits());
}

fn burn_price(line: &BurnPrice, fields: &mut Fields<'_>) {
    let factor = economics::decay_factor_q32(line.half_life);
    let decayed = economics::decayed_burn_rao(line.burn, factor);
    let increase = U64F64::from_bits(line.increase_mult_bits.0);
    let raised = economics::raised_burn_rao(line.burn, increase);
    fields.same("decay_factor_q32", line.decay_factor_q32, factor);
    fields.same("after_one_block_unclamped", line.after_one_block_unclamped, decayed);
    fields.same("after_registration_unclamped", line.after_registration_unclamped, raised);
}

fn block_split(line: &BlockSplit, fields: &mut Fields<'_>) {
    let pool = Pool {
        tao_reserve_rao: line.tao_reserve,
        alpha_reserve_rao: line.alpha_reserve,
        quote_weight_e18: line.quote_weight_e18,
    };
    let root_proportion =
        economics::root_proportion(line.root_tao, line.tao_weight, line.alpha_issuance);
    let alpha_emission_rao = economics::block_emission_rao(line.alpha_issuance);
    let injection = economics::injection(&SplitInput {
        tao_emission: U96F32::whole(line.tao_emission),
        alpha_emission_rao,
        price: pool.price(),
        root_proportion,
    });
    let split = economics::alpha_split(alpha_emission_rao, line.owner_cut_u16, root_proportion);
    fields.same("tao_in", line.tao_in, injection.tao_in_rao);
    fields.same("alpha_in", line.alpha_in, injection.alpha_in_rao);
    fields.same("excess_tao", line.excess_tao, injection.excess_tao_rao);
    fields.same("alpha_out", line.alpha_out, alpha_emission_rao);
    fields.same("owner_cut", line.owner_cut, split.owner_cut_rao);
    fields.same("server_alpha", line.server_alpha, split.server_rao);
    fields.same("validator_alpha", line.validator_alpha, split.validator_rao);
    fields.same("root_alpha", line.root_alpha, split.root_rao);
}

fn dividend_distribution(line: &DividendDistribution, fields: &mut Fields<'_>) {
    let claims: Vec<_> = line
        .hotkeys
        .iter()
        .map(|hotkey| DividendClaim {
            alpha_stake_rao: hotkey.alpha_stake,
            root_stake_rao: hotkey.root_stake,
            dividend: U96F32::whole(hotkey.dividend),
        })
        .collect();
    let parts = economics::distribute_dividends(
        line.pending_validator_alpha,
        line.pending_root_alpha,
        line.tao_weight,
        &claims,
    );
    let (alpha, root): (Vec<_>, Vec<_>) =
        parts.iter().map(|part| (part.alpha.to_bits(), part.root_alpha.to_bits())).unzip();
    let expected: Vec<_> = line.alpha_dividend_bits.iter().map(|bits| bits.0).collect();
    fields.each("alpha_dividend_bits", &expected, &alpha);
    let expected: Vec<_> = line.root_alpha_dividend_bits.iter().map(|bits| bits.0).collect();
    fields.each("root_alpha_dividend_bits", &expected, &root);
}

fn weights_max_upscale(line: &WeightsMaxUpscale, fields: &mut Fields<'_>) {
    fields.each("upscaled", &line.upscaled, &economics::max_upscale(&line.weights));
}
