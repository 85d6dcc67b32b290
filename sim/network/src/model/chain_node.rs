//! Where calls reach the chain: they wait for the next block, and for one with room in it.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Ctx;
use super::message::{Message, News};
use super::world::{CHAIN, World};
use crate::addressed::Dice;
use crate::ledger::{Call, EpochOutcome, Ledger};
use crate::time::BLOCK_NS;

/// The ledger and what waits for it.
#[derive(Debug)]
pub(crate) struct ChainNode {
    pub ledger: Box<dyn Ledger>,
    calls_per_block: usize,
    /// Calls in order of arrival.
    waiting: VecDeque<Call>,
    /// The last block that was begun, and those for which a timer runs.
    block: u64,
    next_due: u64,
    next_full: Option<u64>,
    /// Nodes that want to hear of epochs.
    pub subscribers: Vec<u32>,
    dice: Dice,
    pub counts: CallCounts,
    /// Epochs that nobody has taken out yet, with the calls before each.
    pub epochs: Vec<(EpochOutcome, CallCounts)>,
}

/// What became of calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CallCounts {
    pub included: u64,
    pub postponed: u64,
    pub refused: u64,
}

impl ChainNode {
    pub fn new(ledger: Box<dyn Ledger>, calls_per_block: u32, dice: Dice) -> Self {
        Self {
            next_due: ledger.next_due(0),
            ledger,
            calls_per_block: calls_per_block.max(1) as usize,
            waiting: VecDeque::new(),
            block: 0,
            next_full: None,
            subscribers: Vec::new(),
            dice,
            counts: CallCounts::default(),
            epochs: Vec::new(),
        }
    }

    /// When the first block is due.
    pub fn first_due_ns(&self) -> u64 {
        self.next_due.saturating_mul(BLOCK_NS)
    }

    pub fn handle(&mut self, world: &World, message: Message, context: &mut Ctx<'_>) {
        match message {
            Message::Call(call) => {
                self.waiting.push_back(*call);
                self.wake_for_calls(context);
            }
            Message::Block => self.block(world, context),
            _ => {}
        }
    }

    /// A block happens at its number times 12 s; a call that arrives in between waits for the next.
    fn wake_for_calls(&mut self, context: &mut Ctx<'_>) {
        let block = context.now_ns() / BLOCK_NS + 1;
        if self.next_full.is_none() {
            self.next_full = Some(block);
            context.set_timer(block * BLOCK_NS - context.now_ns(), Message::Block);
        }
    }

    fn block(&mut self, world: &World, context: &mut Ctx<'_>) {
        let block = context.now_ns() / BLOCK_NS;
        // The timer of an epoch and that of calls may be for the same block.
        if block <= self.block {
            return;
        }
        self.block = block;
        match self.ledger.begin_block(block) {
            Ok(Some(outcome)) => self.announce(world, outcome, context),
            Ok(None) => {}
            Err(error) => return context.fail(error.to_string()),
        }
        if block >= self.next_due {
            self.next_due = self.ledger.next_due(block);
            let at_ns = self.next_due.saturating_mul(BLOCK_NS);
            context.set_timer(at_ns.saturating_sub(context.now_ns()).max(1), Message::Block);
        }
        self.include(block);
        self.next_full = None;
        if !self.waiting.is_empty() {
            self.counts.postponed += self.waiting.len() as u64;
            self.wake_for_calls(context);
        }
    }

    fn include(&mut self, block: u64) {
        let count = self.waiting.len().min(self.calls_per_block);
        for call in self.waiting.drain(..count) {
            if self.ledger.include(block, &call) {
                self.counts.included += 1;
            } else {
                self.counts.refused += 1;
            }
        }
    }

    fn announce(&mut self, world: &World, outcome: EpochOutcome, context: &mut Ctx<'_>) {
        let miners = &outcome.output.server_emission[world.validators..];
        let present = outcome.present[world.validators..].iter().filter(|present| **present);
        let total: u128 = miners.iter().map(|&rao| u128::from(rao)).sum();
        let mean_reward_rao = (total / (present.count() as u128).max(1)) as u64;
        let burn_rao = self.ledger.burn_rao();
        // A clone shares the vectors.
        self.epochs.push((outcome.clone(), std::mem::take(&mut self.counts)));
        if self.subscribers.is_empty() {
            return;
        }
        let epoch = outcome.epoch;
        let news = Arc::new(News { outcome, mean_reward_rao, burn_rao });
        for &to in &self.subscribers {
            let word = self.dice.at(epoch, world.tags[to as usize])[0];
            world.post_surely(context, CHAIN, to, word, Message::News(Arc::clone(&news)));
        }
    }
}
