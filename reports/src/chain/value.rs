//! What alpha is worth, and what an account owns.
//!
//! Values are for reading and comparing, not for books: alpha counts at the pool's price of the
//! moment, although selling much of it would lower the price.

use subsim_sim::chain::{State, Subnet};

/// 2^64 as a double.
const U64F64_ONE: f64 = 18_446_744_073_709_551_616.0;

/// Rao per token.
pub(crate) const RAO: f64 = 1e9;

/// TAO per alpha in the pool; 1 on root.
pub(crate) fn price_tao(subnet: &Subnet) -> f64 {
    subnet.price().to_bits() as f64 / U64F64_ONE
}

/// Moving price, TAO per alpha; 1 on root.
pub(crate) fn moving_price_tao(subnet: &Subnet) -> f64 {
    subnet.moving_price().to_bits() as f64 / U64F64_ONE
}

/// What every coldkey owns, in rao of TAO, by account: free balance, and stake on all subnets at
/// the pools' prices. Root dividends not yet claimed are left out.
pub(crate) fn wealth_rao(state: &State) -> Vec<f64> {
    let mut wealth: Vec<f64> =
        state.accounts.iter().map(|account| account.free_rao as f64).collect();
    for subnet in state.subnets.iter().flatten() {
        let price = price_tao(subnet);
        for pool in subnet.stakes.values() {
            for (coldkey, share) in pool.shares() {
                if let Some(wealth) = wealth.get_mut(coldkey.index()) {
                    *wealth += pool.worth_rao(share) as f64 * price;
                }
            }
        }
    }
    wealth
}
