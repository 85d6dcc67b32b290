//! Following the money: the movements of a block or a call, one by one, for whoever asks.
//!
//! Off unless [`State::record_flows`] was called; it then costs a list entry per movement. What was
//! recorded can be checked: added up by place, it equals the change of the state to the rao.

use std::collections::BTreeMap;

use thiserror::Error;

use super::{
    AccountId, Asset, BlockWorkspace, Call, CallError, Flow, Origin, PendingFor, Place, State,
    Subnet, begin_block,
};

/// Movements that do not add up to what changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{asset:?} at {place:?} changed by {changed_rao} rao, movements say by {moved_rao}")]
pub struct FlowError {
    /// What.
    pub asset: Asset,
    /// Where.
    pub place: Place,
    /// Change of the state.
    pub changed_rao: i128,
    /// Sum of movements to the place, less those from it.
    pub moved_rao: i128,
}

impl State {
    /// Notes a movement, if anybody wants to know.
    #[inline]
    pub(super) fn record(&mut self, flow: Flow) {
        if let Some(flows) = &mut self.flows {
            flows.push(flow);
        }
    }

    /// Begins to record movements; [`State::take_flows`] ends it. Refused calls leave none.
    pub fn record_flows(&mut self) {
        self.flows.get_or_insert_default();
    }

    /// The movements since [`State::record_flows`], in the order they happened.
    pub fn take_flows(&mut self) -> Vec<Flow> {
        self.flows.take().unwrap_or_default()
    }

    /// [`State::apply`], and what moved; nothing when the call is refused.
    ///
    /// # Errors
    /// As [`State::apply`].
    ///
    /// # Panics
    /// When an account is not of this state.
    pub fn apply_with_flows(
        &mut self,
        origin: Origin,
        call: &Call,
    ) -> Result<Vec<Flow>, CallError> {
        self.record_flows();
        let result = self.apply(origin, call);
        let flows = self.take_flows();
        result.map(|()| flows)
    }
}

/// [`begin_block`], and what moved.
pub fn begin_block_with_flows(
    state: &mut State,
    workspace: &mut BlockWorkspace,
    parent_hash: [u8; 32],
) -> Vec<Flow> {
    state.record_flows();
    begin_block(state, workspace, parent_hash);
    state.take_flows()
}

/// Alpha of a subnet by place. Nominators of a hotkey are one place, so are all claims of root
/// stakers; [`Place::Emission`] is what was created, below zero.
pub(super) fn alpha_held(subnet: &Subnet) -> Vec<(Place, i128)> {
    let (pool, pending, books) = (&subnet.pool, &subnet.pending, &subnet.books);
    let wide = |rao: u64| i128::from(rao);
    let mut held = vec![
        (Place::Emission, -books.created_rao),
        (Place::PoolReserve(subnet.netuid), wide(pool.alpha_in_rao)),
        (Place::Pending(PendingFor::Server), wide(pending.server_rao)),
        (Place::Pending(PendingFor::Validator), wide(pending.validator_rao)),
        (Place::Pending(PendingFor::Root), wide(pending.root_alpha_rao)),
        (Place::Pending(PendingFor::Owner), wide(pending.owner_cut_rao)),
        (Place::Protocol, wide(pool.protocol_alpha_rao)),
        (Place::Burned, books.burned_rao),
        (Place::Recycled, books.recycled_rao),
        (Place::Claimable { hotkey: AccountId::default() }, books.claimable_rao),
        (Place::Rounding, books.rounding_rao),
        (Place::Unpaid, books.unpaid_rao),
        (Place::Fees, books.fees_rao),
    ];
    let stakes = subnet.stakes.iter();
    held.extend(stakes.map(|(hotkey, stake)| {
        (Place::Stake { hotkey: *hotkey, coldkey: None }, wide(stake.total_rao()))
    }));
    held
}

/// Everything there is, by asset and place; TAO and alpha ever created below zero, so that the sum
/// of each asset is zero.
fn held(state: &State) -> BTreeMap<(Asset, Place), i128> {
    let mut held = BTreeMap::new();
    let books = &state.tao_books;
    let mut add = |asset, place, rao: i128| *held.entry((asset, place)).or_default() += rao;
    add(Asset::Tao, Place::Emission, -books.created_rao);
    add(Asset::Tao, Place::Recycled, books.recycled_rao);
    add(Asset::Tao, Place::Dust, books.dust_rao);
    for (id, account) in state.accounts.iter().enumerate() {
        let place = state.place_of(AccountId(id as u32));
        add(Asset::Tao, place, account.free_rao.into());
    }
    for subnet in state.subnets.iter().flatten() {
        let netuid = subnet.netuid;
        let reserve = i128::from(subnet.pool.tao_rao);
        add(Asset::Tao, Place::Pot(netuid), -reserve);
        add(Asset::Tao, Place::PoolReserve(netuid), reserve);
        for (place, rao) in alpha_held(subnet) {
            add(Asset::Alpha(netuid), place, rao);
        }
    }
    held
}

/// The place under which a movement's end is added up.
fn summed(place: Place) -> Place {
    match place {
        Place::Stake { hotkey, .. } => Place::Stake { hotkey, coldkey: None },
        Place::Claimable { .. } => Place::Claimable { hotkey: AccountId::default() },
        // What ends with its subnet was never created.
        Place::Dissolved => Place::Emission,
        other => other,
    }
}

/// Checks that movements explain the change from one state to another, at every place.
///
/// # Errors
/// The first place where they do not.
pub fn check_flows(before: &State, after: &State, flows: &[Flow]) -> Result<(), FlowError> {
    let mut moved: BTreeMap<(Asset, Place), i128> = BTreeMap::new();
    for flow in flows {
        *moved.entry((flow.asset, summed(flow.from))).or_default() -= i128::from(flow.rao);
        *moved.entry((flow.asset, summed(flow.to))).or_default() += i128::from(flow.rao);
    }
    let mut changed = held(after);
    for (place, rao) in held(before) {
        *changed.entry(place).or_default() -= rao;
    }
    for key in moved.keys() {
        changed.entry(*key).or_default();
    }
    for ((asset, place), changed_rao) in changed {
        let moved_rao = moved.get(&(asset, place)).copied().unwrap_or(0);
        if moved_rao != changed_rao {
            return Err(FlowError { asset, place, changed_rao, moved_rao });
        }
    }
    Ok(())
}
