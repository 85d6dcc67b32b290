//! Childkeys: a hotkey lends parts of its stake weight to others on one subnet and shares in their
//! dividends.
//!
//! Relations are kept at both ends. A change waits for its cooldown and takes effect after an
//! epoch; on a subnet that has not started it does so at once. Source:
//! `pallets/subtensor/src/staking/set_children.rs` of the public runtime, spec version 425.

use std::collections::BTreeMap;

use super::takes::TransactionKind;
use super::{AccountId, CallError, NetUid, ROOT, Relations, State, Subnet};

/// Children that a hotkey may have on a subnet.
pub const MAX_CHILDREN: usize = 5;

/// Related keys and their proportions, in account order.
type Links = BTreeMap<AccountId, u64>;

/// The links of a list, without those to the hotkey itself. The last of several to one key counts.
fn links_of(pivot: AccountId, list: &[(u64, AccountId)]) -> Links {
    let others = list.iter().filter(|(_, key)| *key != pivot);
    others.map(|(proportion, key)| (*key, *proportion)).collect()
}

fn check_proportions(children: &Links) -> Result<(), CallError> {
    let total: u128 = children.values().map(|proportion| u128::from(*proportion)).sum();
    (total <= u128::from(u64::MAX)).then_some(()).ok_or(CallError::ProportionOverflow)
}

fn check_separation(children: &Links, parents: &Links) -> Result<(), CallError> {
    let overlap = children.keys().any(|child| parents.contains_key(child));
    if overlap { Err(CallError::ChildParentInconsistency) } else { Ok(()) }
}

/// Sets the proportion of a key in a list, at its place or at the end.
fn upsert(list: &mut Relations, proportion: u64, key: AccountId) {
    match list.iter_mut().find(|(_, other)| *other == key) {
        Some(entry) => entry.0 = proportion,
        None => list.push((proportion, key)),
    }
}

fn set_relations(map: &mut BTreeMap<AccountId, Relations>, key: AccountId, list: Relations) {
    if list.is_empty() {
        map.remove(&key);
    } else {
        map.insert(key, list);
    }
}

fn in_account_order(links: &Links) -> Relations {
    links.iter().map(|(key, proportion)| (*proportion, *key)).collect()
}

impl Subnet {
    /// Makes these the children of a hotkey, at both ends
    /// (`persist_child_parent_relations`). Refused, as a whole, when a child is a parent.
    pub(super) fn set_children(&mut self, parent: AccountId, children: &[(u64, AccountId)]) {
        let children = links_of(parent, children);
        let parents = links_of(parent, self.parents_of(parent));
        if check_proportions(&children).and(check_separation(&children, &parents)).is_err() {
            return;
        }
        let previous = links_of(parent, self.children_of(parent));
        set_relations(&mut self.children, parent, in_account_order(&children));
        for (child, proportion) in &children {
            upsert(self.parents.entry(*child).or_default(), *proportion, parent);
        }
        for child in previous.keys().filter(|child| !children.contains_key(child)) {
            let mut list = self.parents.remove(child).unwrap_or_default();
            list.retain(|(_, key)| *key != parent);
            set_relations(&mut self.parents, *child, list);
        }
        // The chain writes the parents back as well, in account order from now on.
        set_relations(&mut self.parents, parent, in_account_order(&parents));
        for (other, proportion) in &parents {
            upsert(self.children.entry(*other).or_default(), *proportion, parent);
        }
    }
}

impl State {
    /// Makes these the children of a hotkey, after an epoch or before the start.
    pub(super) fn persist_children(
        &mut self,
        netuid: NetUid,
        parent: AccountId,
        children: &[(u64, AccountId)],
    ) {
        if let Some(subnet) = self.subnet_mut(netuid) {
            subnet.set_children(parent, children);
        }
    }

    /// `set_children`: schedules a hotkey's children.
    pub(super) fn schedule_children(
        &mut self,
        coldkey: AccountId,
        hotkey: AccountId,
        netuid: NetUid,
        children: &[(u64, AccountId)],
    ) -> Result<(), CallError> {
        let kind = TransactionKind::SetChildren;
        let limit = self.globals.set_children_rate_limit_blocks;
        if !self.passes_rate_limit(hotkey, netuid, kind, limit) {
            return Err(CallError::TxRateLimitExceeded);
        }
        if netuid == ROOT {
            return Err(CallError::RegistrationNotPermittedOnRootSubnet);
        }
        self.existing(netuid)?;
        if !self.owns(coldkey, hotkey) {
            return Err(CallError::NonAssociatedColdKey);
        }
        let subnet = self.existing(netuid)?;
        subnet.check_children(hotkey, children)?;
        let may = children.is_empty()
            || self.total_stake_of_hotkey_rao(hotkey) >= self.globals.stake_threshold_rao
            || subnet.hyper.owner_hotkey == Some(hotkey);
        if !may {
            return Err(CallError::NotEnoughStakeToSetChildkeys);
        }
        self.mark_transaction(hotkey, netuid, kind);
        let due = self.block.saturating_add(self.globals.pending_childkey_cooldown_blocks);
        let Some(subnet) = self.subnet_mut(netuid) else { return Ok(()) };
        if subnet.hyper.subtoken_enabled {
            subnet.pending_children.insert(hotkey, (children.to_vec(), due));
        } else {
            subnet.set_children(hotkey, children);
        }
        Ok(())
    }

    /// Root validators become parents of a new subnet's owner, with all their weight
    /// (`do_set_root_validators_for_subnet`). Those that may not are passed over.
    pub(super) fn adopt_by_root_validators(&mut self, netuid: NetUid, owner_hotkey: AccountId) {
        let Some(root) = self.subnet(ROOT) else { return };
        for validator in root.neurons.hotkeys.clone() {
            let Some(coldkey) = self.account(validator).owner else { continue };
            if validator != owner_hotkey {
                let children = [(u64::MAX, owner_hotkey)];
                let _ = self.schedule_children(coldkey, validator, netuid, &children);
            }
        }
    }
}

impl Subnet {
    fn check_children(
        &self,
        hotkey: AccountId,
        children: &[(u64, AccountId)],
    ) -> Result<(), CallError> {
        for (at, (_, child)) in children.iter().enumerate() {
            if children[..at].iter().any(|(_, other)| other == child) {
                return Err(CallError::DuplicateChild);
            }
        }
        let parents = links_of(hotkey, self.parents_of(hotkey));
        let present = links_of(hotkey, self.children_of(hotkey));
        check_proportions(&present)?;
        check_separation(&present, &parents)?;
        if children.iter().any(|(_, child)| *child == hotkey) {
            return Err(CallError::InvalidChild);
        }
        if children.len() > MAX_CHILDREN {
            return Err(CallError::TooManyChildren);
        }
        let planned = links_of(hotkey, children);
        check_proportions(&planned)?;
        check_separation(&planned, &parents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: AccountId = AccountId(1);
    const B: AccountId = AccountId(2);
    const C: AccountId = AccountId(3);

    #[test]
    fn relations_are_kept_at_both_ends() {
        let mut subnet = Subnet::default();
        subnet.set_children(A, &[(7, C), (5, B)]);
        assert_eq!(subnet.children_of(A), [(5, B), (7, C)]);
        assert_eq!(subnet.parents_of(C), [(7, A)]);
        subnet.set_children(A, &[(9, B)]);
        assert_eq!(subnet.parents_of(B), [(9, A)]);
        assert!(subnet.parents_of(C).is_empty());
        // A parent cannot become a child.
        subnet.set_children(B, &[(1, A)]);
        assert!(subnet.children_of(B).is_empty());
        subnet.set_children(A, &[]);
        assert!(subnet.children.is_empty() && subnet.parents.is_empty());
    }

    #[test]
    fn children_are_checked_in_order() {
        let subnet = Subnet::default();
        let check = |children: &[(u64, AccountId)]| subnet.check_children(A, children);
        assert_eq!(check(&[(1, A), (1, A)]), Err(CallError::DuplicateChild));
        assert_eq!(check(&[(1, A)]), Err(CallError::InvalidChild));
        assert_eq!(check(&[(u64::MAX, B), (1, C)]), Err(CallError::ProportionOverflow));
        assert_eq!(check(&[(u64::MAX - 1, B), (1, C)]), Ok(()));
        let many: Vec<_> = (10..16).map(|key| (1, AccountId(key))).collect();
        assert_eq!(check(&many), Err(CallError::TooManyChildren));
    }
}
