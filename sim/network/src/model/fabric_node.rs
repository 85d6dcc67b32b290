//! Where large transfers share the ports of their ends. It stands for all ports at once, so that
//! fairness between them can be exact.

use subsim_engine::TimerId;

use super::Ctx;
use super::message::{Message, Transfer};
use super::post::entity;
use crate::net::fair::Fluid;

/// Transfers under way.
#[derive(Debug)]
pub(crate) struct FabricNode {
    fluid: Fluid<Box<Transfer>>,
    /// The timer that runs, and when it is.
    timer: Option<(TimerId, u64)>,
}

impl FabricNode {
    /// Ports of nodes: uplink of node `i` at `2 i`, its downlink behind it.
    pub fn new(ports_bps: Vec<u64>) -> Self {
        Self { fluid: Fluid::new(ports_bps), timer: None }
    }

    /// Number of transfers under way.
    pub fn len(&self) -> usize {
        self.fluid.len()
    }

    pub fn handle(&mut self, message: Message, context: &mut Ctx<'_>) {
        let now_ns = context.now_ns();
        if let Message::Transfer(transfer) = message {
            let ports = [2 * transfer.from, 2 * transfer.to + 1];
            self.fluid.start(now_ns, transfer.bytes, &ports, transfer.most_bps, transfer);
            // Rates are computed once for all that start in this moment.
            self.wake(context, now_ns + 1);
            return;
        }
        self.timer = None;
        self.fluid.finish(now_ns, |transfer| {
            context.send(entity(transfer.to), transfer.rest_ns, transfer.message);
        });
        if let Some(end_ns) = self.fluid.next_end_ns() {
            self.wake(context, end_ns.max(now_ns + 1));
        }
    }

    fn wake(&mut self, context: &mut Ctx<'_>, at_ns: u64) {
        if let Some((timer, due_ns)) = self.timer.take() {
            if due_ns <= at_ns {
                self.timer = Some((timer, due_ns));
                return;
            }
            context.cancel(timer);
        }
        let delay_ns = at_ns - context.now_ns();
        self.timer = Some((context.set_timer(delay_ns, Message::Transfers), at_ns));
    }
}
