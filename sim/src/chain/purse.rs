//! What was pending for an epoch, while it is paid out: each payment is entered in the books as
//! coming from the part that it was set aside in, and what is left at the end is accounted for.

use super::books::{PendingFor, Place};
use super::{NetUid, Pending, State};

/// Alpha being paid out.
#[derive(Debug, Clone)]
pub(super) struct Purse {
    netuid: NetUid,
    /// What was set aside and what is left of it.
    parts: [(PendingFor, u64, u64); 4],
    /// Whether validators get the miners' part, too.
    pub miners_earn_nothing: bool,
}

impl Purse {
    /// Takes what was pending.
    pub fn new(netuid: NetUid, pending: &Pending) -> Self {
        let part = |kind, rao| (kind, rao, rao);
        let parts = [
            part(PendingFor::Server, pending.server_rao),
            part(PendingFor::Validator, pending.validator_rao),
            part(PendingFor::Root, pending.root_alpha_rao),
            part(PendingFor::Owner, pending.owner_cut_rao),
        ];
        Self { netuid, parts, miners_earn_nothing: false }
    }

    /// Takes up to an amount out of a part; returns how much.
    fn draw(&mut self, kind: PendingFor, rao: u64) -> u64 {
        let part = self.parts.iter_mut().find(|(of, ..)| *of == kind);
        part.map_or(0, |(_, _, left)| {
            let drawn = rao.min(*left);
            *left -= drawn;
            drawn
        })
    }
}

impl State {
    /// Enters a payment. What its part does not cover, rounding has to.
    pub(super) fn enter_payment(
        &mut self,
        purse: &mut Purse,
        kind: PendingFor,
        to: Place,
        rao: u64,
        reason: &'static str,
    ) {
        let mut due = rao;
        let second = kind == PendingFor::Validator && purse.miners_earn_nothing;
        for part in [Some(kind), second.then_some(PendingFor::Server)].into_iter().flatten() {
            let drawn = purse.draw(part, due);
            self.book_alpha(purse.netuid, Place::Pending(part), to, drawn, reason);
            due -= drawn;
        }
        self.book_alpha(purse.netuid, Place::Rounding, to, due, reason);
    }

    /// Accounts for what is left: of a part that nobody got anything of it is unpaid, else it was
    /// cut off in rounding.
    pub(super) fn enter_rest(&mut self, purse: &Purse) {
        for (kind, set_aside, left) in purse.parts {
            let to = if left == set_aside { Place::Unpaid } else { Place::Rounding };
            self.book_alpha(purse.netuid, Place::Pending(kind), to, left, "left over");
        }
    }
}
