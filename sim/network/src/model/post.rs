//! How messages leave a node: past the faults, over the link, and through the fabric if they are
//! large.

use subsim_engine::EntityId;

use super::Ctx;
use super::message::{Message, Transfer};
use super::world::{FABRIC, World};
use crate::net::{Fate, transfer_ns};
use crate::node::Usage;

/// What would leave only then leaves never: longer than any run, and far enough from the end of
/// numbers that the way can be added.
const NEVER_NS: u64 = u64::MAX / 4;

/// A letter: from whom, to whom, when, how large.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Letter {
    pub from: u32,
    pub to: u32,
    /// When it leaves, not before now.
    pub at_ns: u64,
    pub bytes: u64,
    /// Random, its own.
    pub words: [u64; 2],
}

impl World {
    /// Sends a message, which may get lost.
    #[inline]
    pub fn post(&self, context: &mut Ctx<'_>, usage: &mut Usage, letter: Letter, message: Message) {
        let Letter { from, to, at_ns, bytes, words } = letter;
        if at_ns >= NEVER_NS {
            return;
        }
        usage.sends(at_ns, bytes);
        let Fate::Arrives { delay_ns } = self.wire.latency(at_ns, from, to, words) else { return };
        let wait_ns = at_ns - context.now_ns();
        let most_bps = self.wire.most_bps(from, to);
        if bytes < self.share_above_bytes {
            let delay_ns = wait_ns + delay_ns + transfer_ns(bytes, most_bps);
            context.send(entity(to), delay_ns, message);
            return;
        }
        // The first half of the shortest latency brings it into the fabric, the rest out of it: all
        // transfers are shifted alike, so they share as they would at the ports themselves.
        let rest_ns = delay_ns.saturating_sub(self.lookahead_ns).max(self.lookahead_ns);
        let most_bps = self.wire.link(from, to).bandwidth_bps;
        let transfer = Transfer { from, to, bytes, most_bps, rest_ns, message };
        let message = Message::Transfer(Box::new(transfer));
        context.send(entity(FABRIC), wait_ns + self.lookahead_ns, message);
    }

    /// Sends something that is repeated until it arrives: faults and losses do not take it.
    pub fn post_surely(
        &self,
        context: &mut Ctx<'_>,
        from: u32,
        to: u32,
        word: u64,
        message: Message,
    ) {
        context.send(entity(to), self.wire.link(from, to).delay_ns(word), message);
    }
}

/// The engine's name of a node.
pub(crate) fn entity(node: u32) -> EntityId {
    // There are never more nodes than uids and clients, which the configuration bounds.
    EntityId::from_index(node as usize).unwrap_or(EntityId::EXTERNAL)
}
