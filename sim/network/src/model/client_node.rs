//! Somebody who uses the network: asks a miner now and then, and scores nobody.

use std::collections::VecDeque;

use subsim_engine::mix;

use super::Ctx;
use super::message::Message;
use super::post::Letter;
use super::world::World;
use crate::addressed::{Dice, below, exponential};
use crate::node::Usage;
use crate::record::PairStatistics;
use crate::time::{Clock, ns_of_seconds};

/// A client.
#[derive(Debug)]
pub(crate) struct ClientNode {
    pub node: u32,
    pub usage: Usage,
    /// By group of miners.
    pub pairs: Vec<PairStatistics>,
    /// uids it may ask.
    pub asks: Vec<u16>,
    pub mean_wait_seconds: f64,
    pub patience_ns: u64,
    pub clock: Clock,
    pub dice: Dice,
    /// Number of the next query.
    pub number: u32,
    /// Queries without answer, oldest first: number, time, group; answered ones are `None`.
    pub open: VecDeque<Option<(u64, u16)>>,
    /// Number of the oldest one.
    pub oldest: u32,
}

impl ClientNode {
    /// Time until the query of a number.
    pub fn wait_ns(&self, number: u32) -> u64 {
        let word = self.dice.at(u64::from(number), 0)[0];
        ns_of_seconds(self.mean_wait_seconds * exponential(word)).max(1)
    }

    pub fn handle(&mut self, world: &World, message: Message, context: &mut Ctx<'_>) {
        match message {
            Message::Query => self.query(world, context),
            Message::Response { round, .. } => self.answered(world, round, context.now_ns()),
            _ => {}
        }
    }

    fn query(&mut self, world: &World, context: &mut Ctx<'_>) {
        let (now_ns, number) = (context.now_ns(), self.number);
        self.give_up(now_ns);
        // After 2^32 queries numbers come again; nobody waits so long.
        self.number = self.number.wrapping_add(1);
        context.set_timer(self.wait_ns(self.number), Message::Query);
        let word = self.dice.at(u64::from(number), 1)[0];
        let uid = self.asks[below(word, self.asks.len() as u64) as usize];
        let group = world.span_of[usize::from(uid) - world.validators];
        self.open.push_back(Some((now_ns, group)));
        let stamp_ns = self.clock.reads_ns(now_ns);
        let letter = Letter {
            from: self.node,
            to: world.node_of[usize::from(uid)],
            at_ns: now_ns,
            bytes: u64::from(world.demands.request_bytes),
            words: self.dice.at(u64::from(number), 2),
        };
        let asker = self.node;
        let message = Message::Request { asker, round: number, slot: 0, uid, stamp_ns };
        world.post(context, &mut self.usage, letter, message);
    }

    fn answered(&mut self, world: &World, number: u32, now_ns: u64) {
        self.usage.receives(now_ns, u64::from(world.demands.response_bytes));
        let place = number.wrapping_sub(self.oldest) as usize;
        let Some(Some((sent_ns, group))) = self.open.get_mut(place).map(Option::take) else {
            return;
        };
        let pair = &mut self.pairs[usize::from(group)];
        pair.queries += 1;
        if now_ns - sent_ns <= self.patience_ns {
            pair.answered += 1;
            pair.latency.add(now_ns - sent_ns);
        }
    }

    /// Closes the queries that are too old.
    pub fn give_up(&mut self, now_ns: u64) {
        while let Some(&open) = self.open.front() {
            if open.is_some_and(|(sent_ns, _)| now_ns <= sent_ns.saturating_add(self.patience_ns)) {
                return;
            }
            if let Some((_, group)) = open {
                self.pairs[usize::from(group)].queries += 1;
            }
            self.open.pop_front();
            self.oldest = self.oldest.wrapping_add(1);
        }
    }

    pub fn digest(&self) -> u64 {
        let answered: u64 = self.pairs.iter().map(|pair| pair.answered).sum();
        mix(mix(self.usage.bytes_in, self.usage.bytes_out), mix(answered, u64::from(self.number)))
    }
}
