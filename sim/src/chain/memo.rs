//! What a block step computed for a subnet and may need again while nothing changed: prices, pool
//! weights and root's proportions. Only answers of pure functions are kept, beside what they were
//! asked; the state never depends on what is remembered.

use subsim_consensus::economics::{self, Injection, SharedEmission, SubnetClaim, U64F64, U96F32};

use super::{NetUid, ROOT, State, Subnet};

/// Reserves and weight of a pool.
type PoolKey = (u64, u64, u64);

#[derive(Debug, Clone, Copy, Default)]
struct Memo {
    price: Option<(PoolKey, U64F64)>,
    /// A pool whose weight stays when nothing is injected.
    settled: Option<PoolKey>,
    root_proportion: Option<(U96F32, u64, U96F32)>,
}

/// Answers remembered, by netuid.
#[derive(Debug, Default)]
pub(super) struct Memos {
    subnets: Vec<Memo>,
    /// The weight of root's TAO as the globals have it, and as a number.
    tao_weight: (u64, U96F32),
    /// Root TAO times its weight, as of this block's emission.
    root_weight: U96F32,
    pub(super) emission: EmissionSpace,
}

/// Memory that sharing out a block's emission uses again.
#[derive(Debug, Default)]
pub(super) struct EmissionSpace {
    pub emitting: Vec<NetUid>,
    pub claims: Vec<SubnetClaim>,
    pub shared: SharedEmission,
    pub terms: Vec<(Injection, u64)>,
}

impl Memos {
    /// Makes room for all subnets and weighs root's TAO.
    pub(super) fn begin_block(&mut self, state: &State) {
        self.subnets.resize_with(state.subnets.len(), Memo::default);
        let root_tao_rao = state.subnet(ROOT).map_or(0, |root| root.pool.tao_rao);
        if self.tao_weight.0 != state.globals.tao_weight {
            let stored = state.globals.tao_weight;
            self.tao_weight = (stored, U96F32::ratio_u64(stored));
        }
        self.root_weight = U96F32::whole(root_tao_rao).times(self.tao_weight.1);
    }

    fn of(&mut self, subnet: &Subnet) -> &mut Memo {
        &mut self.subnets[usize::from(subnet.netuid)]
    }

    /// [`Subnet::price`].
    pub(super) fn price(&mut self, subnet: &Subnet) -> U64F64 {
        if !subnet.is_dynamic() {
            return subnet.price();
        }
        let key = pool_key(subnet);
        let memo = self.of(subnet);
        match memo.price {
            Some((known, price)) if known == key => price,
            _ => {
                let price = subnet.price();
                memo.price = Some((key, price));
                price
            }
        }
    }

    /// Shifts the pool's weights so that an injection keeps the price. Whether the injection is
    /// allowed at all (`adjust_protocol_liquidity`).
    pub(super) fn make_room(&mut self, subnet: &mut Subnet, injection: &Injection) -> bool {
        let key = pool_key(subnet);
        let nothing = injection.tao_in_rao == 0 && injection.alpha_in_rao == 0;
        if nothing && self.of(subnet).settled == Some(key) {
            return true;
        }
        let pool = subnet.priced_pool();
        let weight = pool.quote_weight_after_adding(injection.tao_in_rao, injection.alpha_in_rao);
        let Some(weight) = weight else { return false };
        subnet.pool.quote_weight_e18 = weight;
        // Even without an injection rounding can shift the weight; mostly it does not.
        if nothing && weight == key.2 {
            self.of(subnet).settled = Some(key);
        }
        true
    }

    /// [`State::root_proportion`] with root's TAO as of this block's emission.
    pub(super) fn root_proportion(&mut self, subnet: &Subnet) -> U96F32 {
        let (weight, issuance_rao) = (self.root_weight, subnet.alpha_issuance_rao());
        if weight == U96F32::ZERO {
            // No part of anything, and none of nothing either.
            return U96F32::ZERO;
        }
        let memo = self.of(subnet);
        match memo.root_proportion {
            Some((known, issuance, proportion)) if known == weight && issuance == issuance_rao => {
                proportion
            }
            _ => {
                let proportion = economics::root_proportion_of_weight(weight, issuance_rao);
                memo.root_proportion = Some((weight, issuance_rao, proportion));
                proportion
            }
        }
    }
}

fn pool_key(subnet: &Subnet) -> PoolKey {
    let pool = &subnet.pool;
    (pool.tao_rao, pool.alpha_in_rao, pool.quote_weight_e18)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::AccountId;

    #[test]
    fn remembered_proportions_are_the_computed_ones() {
        let subnets = [ROOT, 1].map(|netuid| Some(Subnet::new(netuid, AccountId(0)))).into();
        let mut state = State { subnets, ..State::default() };
        let mut memos = Memos::default();
        for (root_tao_rao, tao_weight, alpha_rao) in [
            (0, u64::MAX, 0),
            (0, u64::MAX, 70),
            (500, 0, 70),
            (500, u64::MAX / 3, 70),
            (500, u64::MAX / 3, 0),
            (500, u64::MAX / 3, 70),
            (500, u64::MAX / 2, 70),
            (501, u64::MAX / 2, 70),
        ] {
            state.live_mut(ROOT).pool.tao_rao = root_tao_rao;
            state.live_mut(1).pool.alpha_out_rao = alpha_rao;
            state.globals.tao_weight = tao_weight;
            memos.begin_block(&state);
            let subnet = state.live(1);
            assert_eq!(memos.root_proportion(subnet), state.root_proportion(subnet));
            assert_eq!(memos.root_proportion(subnet), state.root_proportion(subnet));
        }
    }
}
