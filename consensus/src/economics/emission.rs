//! What a block mints and how it is shared: block emission, the subnets' shares of it, and the
//! split of one subnet's part into pool injection, chain buys, owner, servers, validators and
//! root. Amounts only; no state is kept.
//!
//! Source: `pallets/subtensor/src/coinbase/{block_emission,subnet_emissions,run_coinbase,
//! block_step}.rs` of the public runtime, spec version 425.

use super::number::{I96F32, U64F64, U96F32};

/// Most TAO, and most alpha of a subnet, that can ever exist, in rao.
pub const MAX_SUPPLY_RAO: u64 = 21_000_000_000_000_000;
/// Emission of a block before the first halving, in rao.
pub const INITIAL_EMISSION_RAO: u64 = 1_000_000_000;

const HALF: U96F32 = U96F32::from_bits(1 << 31);

/// What a block mints at a total issuance: 1 TAO, halved `floor(log2(1 / (1 - issuance / 21e15)))`
/// times; nothing from the cap on. A subnet's alpha follows the same curve on its own issuance.
#[must_use]
pub fn block_emission_rao(issuance_rao: u64) -> u64 {
    if issuance_rao < MAX_SUPPLY_RAO / 2 {
        return INITIAL_EMISSION_RAO;
    }
    if issuance_rao >= MAX_SUPPLY_RAO {
        return 0;
    }
    // With s the issued part as a fraction of 32 bits, the chain's floor(log2(2^64 / (2^32 - s)))
    // is the number of ones that s starts with: each halves what is left.
    let issued = ((u128::from(issuance_rao) << 32) / u128::from(MAX_SUPPLY_RAO)) as u32;
    INITIAL_EMISSION_RAO >> issued.leading_ones()
}

/// The part of a subnet's stake weight that root TAO holds:
/// `root * w / (root * w + alpha issuance)`. `tao_weight` is the stored u64, u64::MAX being 1.0.
#[must_use]
pub fn root_proportion(root_tao_rao: u64, tao_weight: u64, alpha_issuance_rao: u64) -> U96F32 {
    let weighted = U96F32::whole(root_tao_rao).times(U96F32::ratio_u64(tao_weight));
    root_proportion_of_weight(weighted, alpha_issuance_rao)
}

/// [`root_proportion`] when the weight of root's TAO is known: one for all subnets of a block.
#[inline]
#[must_use]
pub fn root_proportion_of_weight(root_weight: U96F32, alpha_issuance_rao: u64) -> U96F32 {
    root_weight.over(root_weight.plus(U96F32::whole(alpha_issuance_rao)))
}

/// What decides a subnet's share of the TAO emission. Only subnets that have started, admit
/// registrations and have their token enabled belong in the list at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubnetClaim {
    /// Moving average of the alpha price; 1.0 for subnets without a pool.
    pub moving_price: U64F64,
    /// Part of the last epoch's miner emission that was withheld from miners.
    pub miner_burned: U96F32,
    /// Whether the subnet's TAO emission is switched on.
    pub emission_enabled: bool,
}

/// The subnets' parts of a block's TAO emission, in the order given: moving price over the sum of
/// all, times (1 - miner burned), over the sum of those (unweighted where that sum is 0); what
/// disabled subnets would get is spread over the enabled ones.
#[must_use]
pub fn subnet_emissions(block_emission_rao: u64, claims: &[SubnetClaim]) -> Vec<U96F32> {
    let mut shared = SharedEmission::default();
    shared.compute(block_emission_rao, claims);
    shared.emissions
}

/// [`subnet_emissions`] in memory that is used again from block to block.
#[derive(Debug, Clone, Default)]
pub struct SharedEmission {
    shares: Vec<U64F64>,
    emissions: Vec<U96F32>,
}

impl SharedEmission {
    /// Computes the subnets' parts, in the order of the claims.
    pub fn compute(&mut self, block_emission_rao: u64, claims: &[SubnetClaim]) -> &[U96F32] {
        self.compute_shares(claims);
        let disabled = claims.iter().any(|claim| !claim.emission_enabled);
        let shares = claims.iter().zip(&self.shares);
        let enabled = shares.clone().filter(|(claim, _)| claim.emission_enabled);
        let enabled_sum = sum(enabled.map(|(_, share)| *share));
        let emission = U64F64::whole(block_emission_rao);
        let part = |(claim, share): (&SubnetClaim, &U64F64)| {
            let share = match (disabled, claim.emission_enabled) {
                (false, _) => *share,
                (true, true) => share.over(enabled_sum),
                (true, false) => U64F64::ZERO,
            };
            emission.times(share).to_u96f32()
        };
        self.emissions.clear();
        self.emissions.extend(shares.map(part));
        &self.emissions
    }

    /// Shares before switched-off subnets are taken out.
    fn compute_shares(&mut self, claims: &[SubnetClaim]) {
        let price_sum = sum(claims.iter().map(|claim| claim.moving_price));
        let by_price = |claim: &SubnetClaim| claim.moving_price.over(price_sum);
        let kept = |claim: &SubnetClaim| {
            let burned = claim.miner_burned.to_u64f64().min(U64F64::ONE);
            by_price(claim).times(U64F64::ONE.minus(burned))
        };
        self.shares.clear();
        self.shares.extend(claims.iter().map(kept));
        let total = sum(self.shares.iter().copied());
        if total == U64F64::ZERO {
            self.shares.clear();
            self.shares.extend(claims.iter().map(by_price));
        } else {
            self.shares.iter_mut().for_each(|share| *share = share.over(total));
        }
    }
}

fn sum(values: impl Iterator<Item = U64F64>) -> U64F64 {
    values.fold(U64F64::ZERO, U64F64::plus)
}

/// Whether root stakers get their part of the alpha: only while the moving prices of the emitting
/// subnets add up to more than 1. Otherwise it is recycled.
#[must_use]
pub fn root_is_paid(moving_prices: impl IntoIterator<Item = U64F64>) -> bool {
    sum(moving_prices.into_iter()) > U64F64::ONE
}

/// Everything that the split of one block's emission to one subnet reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitInput {
    /// The subnet's part of the TAO emission.
    pub tao_emission: U96F32,
    /// Alpha emission of the block, by the subnet's own issuance, in rao.
    pub alpha_emission_rao: u64,
    /// Pool price before anything is injected.
    pub price: U64F64,
    /// [`root_proportion`] as injection sees it.
    pub root_proportion: U96F32,
}

/// What goes into the pool, in rao.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Injection {
    /// TAO added to the reserve.
    pub tao_in_rao: u64,
    /// Alpha minted into the reserve.
    pub alpha_in_rao: u64,
    /// TAO that buys alpha in the pool instead.
    pub excess_tao_rao: u64,
}

/// Splits a subnet's TAO between injection and chain buys. Alpha is injected at the pool's price,
/// but no more than root's proportion of the alpha emission; the TAO left over buys alpha.
#[must_use]
pub fn injection(input: &SplitInput) -> Injection {
    let price = input.price.to_u96f32();
    let cap = input.root_proportion.times(U96F32::whole(input.alpha_emission_rao));
    let (mut tao_in, mut alpha_in) = (input.tao_emission, input.tao_emission.over(price));
    if alpha_in > cap {
        alpha_in = cap;
        tao_in = cap.times(price);
    }
    Injection {
        tao_in_rao: tao_in.to_u64(),
        alpha_in_rao: alpha_in.to_u64(),
        excess_tao_rao: input.tao_emission.minus(tao_in).to_u64(),
    }
}

/// What participants get of a block's alpha, in rao. Each amount is cut on its own, so that their
/// sum can fall short of what is minted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AlphaSplit {
    /// The subnet owner's cut.
    pub owner_cut_rao: u64,
    /// Half of the rest: the servers, or miners.
    pub server_rao: u64,
    /// The other half less root's part: the validators.
    pub validator_rao: u64,
    /// Root's part, paid or recycled (see [`root_is_paid`]).
    pub root_rao: u64,
}

/// Splits a block's alpha emission among participants. `owner_cut` is in 1/65535; 0 when the
/// subnet's owner cut is switched off. `root_proportion` is the one after injection.
#[must_use]
pub fn alpha_split(alpha_emission_rao: u64, owner_cut: u16, root_proportion: U96F32) -> AlphaSplit {
    let emission = U96F32::whole(alpha_emission_rao);
    let owner_cut = emission.times(U96F32::ratio_u16(owner_cut));
    let rest = emission.minus(owner_cut);
    let root = root_proportion.times(rest).times(HALF);
    let server = rest.times(HALF);
    AlphaSplit {
        owner_cut_rao: owner_cut.to_u64(),
        server_rao: server.to_u64(),
        validator_rao: rest.minus(server).minus(root).to_u64(),
        root_rao: root.to_u64(),
    }
}

/// The moving price after a block: an average of min(spot, 1) whose speed grows with age,
/// `alpha = moving_alpha * b / (b + halving_blocks)`, b being the blocks since the subnet started.
#[must_use]
pub fn next_moving_price(
    moving_price: I96F32,
    spot_price: U64F64,
    moving_alpha: I96F32,
    blocks_since_start: u64,
    halving_blocks: u64,
) -> I96F32 {
    let age = U64F64::whole(blocks_since_start);
    let speed = match blocks_since_start.checked_add(halving_blocks) {
        // Whole numbers on both sides: one plain division.
        Some(1..) => {
            U64F64::from_bits(age.to_bits() / u128::from(blocks_since_start + halving_blocks))
        }
        _ => age.over(age.plus(U64F64::whole(halving_blocks))),
    };
    let alpha = moving_alpha.to_u64f64().times(speed);
    let new = alpha.times(spot_price.min(U64F64::ONE));
    let old = U64F64::ONE.minus(alpha).times(moving_price.to_u64f64());
    new.plus(old).into()
}

/// The median of the subnets' prices, zeros left out; the mean of the middle two when their number
/// is even, 1.0 when there is none. New pools start at this price.
#[must_use]
pub fn median_price(prices: impl IntoIterator<Item = U64F64>) -> U64F64 {
    let mut prices: Vec<_> = prices.into_iter().filter(|price| *price > U64F64::ZERO).collect();
    prices.sort_unstable();
    let Some(last) = prices.len().checked_sub(1) else { return U64F64::ONE };
    let (lower, upper) = (last / 2, prices.len() / 2);
    if lower == upper {
        return prices[upper];
    }
    prices[lower].plus(prices[upper]).over(U64F64::whole(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halvings_stand_where_they_are_published() {
        let tao = |tao: f64| (tao * 1e9) as u64;
        for (halvings, issuance_rao) in
            [(1, tao(10_500_000.0)), (2, tao(15_750_000.0)), (3, tao(18_375_000.0))]
        {
            let after = INITIAL_EMISSION_RAO >> halvings;
            assert_eq!(block_emission_rao(issuance_rao), after);
            assert_eq!(block_emission_rao(issuance_rao - 4_900_000), after * 2);
        }
        assert_eq!(block_emission_rao(0), INITIAL_EMISSION_RAO);
        assert_eq!(block_emission_rao(MAX_SUPPLY_RAO - 1), 0);
        assert_eq!(block_emission_rao(u64::MAX), 0);
    }

    fn claim(price: f64, burned: f64, emission_enabled: bool) -> SubnetClaim {
        SubnetClaim {
            moving_price: U64F64::from_bits((price * 2f64.powi(64)) as u128),
            miner_burned: U96F32::from_bits((burned * 2f64.powi(32)) as u128),
            emission_enabled,
        }
    }

    fn emissions(claims: &[SubnetClaim]) -> Vec<u64> {
        subnet_emissions(1000, claims).into_iter().map(U96F32::to_u64).collect()
    }

    #[test]
    fn subnets_share_by_price_and_by_what_miners_keep() {
        assert_eq!(emissions(&[claim(0.25, 0.0, true), claim(0.75, 0.0, true)]), [250, 750]);
        assert_eq!(emissions(&[claim(0.5, 0.5, true), claim(0.5, 0.0, true)]), [333, 666]);
        // With nothing left to weight by, the prices alone count.
        assert_eq!(emissions(&[claim(0.25, 1.0, true), claim(0.75, 2.0, true)]), [250, 750]);
        assert_eq!(emissions(&[claim(0.0, 0.0, true)]), [0]);
        assert_eq!(emissions(&[]), Vec::<u64>::new());
    }

    #[test]
    fn switched_off_subnets_leave_their_part_to_the_others() {
        let claims = [claim(0.5, 0.0, false), claim(0.25, 0.0, true), claim(0.25, 0.0, true)];
        assert_eq!(emissions(&claims), [0, 500, 500]);
        assert_eq!(emissions(&[claim(0.5, 0.0, false)]), [0]);
    }

    #[test]
    fn root_is_paid_above_a_price_sum_of_one() {
        let half = U64F64::from_bits(1 << 63);
        assert!(!root_is_paid([half, half]));
        assert!(root_is_paid([half, half, U64F64::from_bits(1)]));
    }

    #[test]
    fn without_a_cap_everything_is_injected() {
        let input = SplitInput {
            tao_emission: U96F32::whole(500),
            alpha_emission_rao: 1_000_000,
            price: U64F64::from_bits(1 << 63),
            root_proportion: U96F32::ONE,
        };
        let all = Injection { tao_in_rao: 500, alpha_in_rao: 1000, excess_tao_rao: 0 };
        assert_eq!(injection(&input), all);
        let capped = Injection { tao_in_rao: 50, alpha_in_rao: 100, excess_tao_rao: 450 };
        assert_eq!(injection(&SplitInput { alpha_emission_rao: 100, ..input }), capped);
        // A pool without a price takes nothing in and sells nothing either.
        let no_price = Injection { tao_in_rao: 500, alpha_in_rao: 0, excess_tao_rao: 0 };
        assert_eq!(injection(&SplitInput { price: U64F64::ZERO, ..input }), no_price);
    }

    #[test]
    fn an_owner_cut_of_all_leaves_nothing() {
        let split = alpha_split(1000, u16::MAX, U96F32::ONE);
        assert_eq!(split, AlphaSplit { owner_cut_rao: 1000, ..AlphaSplit::default() });
        let split = alpha_split(1000, 0, U96F32::ONE);
        assert_eq!((split.server_rao, split.validator_rao, split.root_rao), (500, 0, 500));
    }

    #[test]
    fn medians() {
        let prices = |list: &[u64]| median_price(list.iter().map(|price| U64F64::whole(*price)));
        assert_eq!(prices(&[]), U64F64::ONE);
        assert_eq!(prices(&[0, 0]), U64F64::ONE);
        assert_eq!(prices(&[0, 9, 3, 5]), U64F64::whole(5));
        assert_eq!(prices(&[8, 2, 4, 6]), U64F64::whole(5));
    }
}
