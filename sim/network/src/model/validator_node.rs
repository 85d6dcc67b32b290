//! A validator: asks some miners each round, waits, scores, remembers, and sets weights.

use std::collections::VecDeque;
use std::sync::Arc;

use subsim_engine::mix;
use subsim_sim::agents::PublicConsensus;
use subsim_sim::mechanism::upscale_to_u16;
use subsim_sim::random::Stream;

use super::Ctx;
use super::message::{Message, News};
use super::post::Letter;
use super::world::{CHAIN, World, call_bytes};
use crate::addressed::{Dice, below};
use crate::config::Sampling;
use crate::ledger::Call;
use crate::mechanism::{Answer, Entry, Reply, Round};
use crate::node::Usage;
use crate::record::{Outcome, PairStatistics, QueryRecord};
use crate::time::{BLOCK_NS, Clock};
use crate::validator::{ValidatorBehaviour, View};

/// A validator. Vectors have one entry per miner unless they say otherwise.
#[derive(Debug)]
pub(crate) struct ValidatorNode {
    pub node: u32,
    pub uid: u16,
    pub usage: Usage,
    pub behaviour: Box<dyn ValidatorBehaviour>,
    /// Time between rounds; `None` asks nothing.
    pub interval_ns: Option<u64>,
    pub sample: Sampling,
    /// Weights are set at `phase_ns` plus multiples of this.
    pub weights_every_ns: u64,
    pub phase_ns: u64,
    /// When the first round is.
    pub round_phase_ns: u64,
    pub clock: Clock,
    pub dice: ValidatorDice,
    pub tempo_blocks: u64,
    /// Number of the next round.
    pub round: u32,
    /// Rounds that are not scored yet, oldest first.
    pub open: VecDeque<OpenRound>,
    pub scores: Vec<f64>,
    pub given: Vec<f64>,
    pub present: Vec<bool>,
    /// Those present, in the order in which the next round is dealt.
    pub order: Vec<u16>,
    pub cursor: usize,
    pub consensus: PublicConsensus,
    pub random: Vec<Stream>,
    /// Whom it asks for scores.
    pub source: Option<u32>,
    /// Whether a timer for weights runs.
    pub will_set: bool,
    pub bribed_in_epoch: Option<u64>,
    pub calls: u64,
    /// By group of miners.
    pub pairs: Vec<PairStatistics>,
    pub record_offset: u64,
    pub records: Vec<QueryRecord>,
    pub scratch: Scratch,
}

/// Random numbers of a validator.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ValidatorDice {
    pub sampling: Dice,
    pub links: Dice,
    pub calls: Dice,
}

/// A round that is not scored yet.
#[derive(Debug)]
pub(crate) struct OpenRound {
    number: u32,
    sent_ns: u64,
    entries: Vec<Entry>,
}

/// Memory that is used again and again.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    entries: Vec<Vec<Entry>>,
    observed: Vec<f64>,
    weights: Vec<f64>,
}

impl ValidatorNode {
    pub fn handle(&mut self, world: &World, message: Message, context: &mut Ctx<'_>) {
        match message {
            Message::Response { round, slot, answer_value, fingerprint } => {
                let answer = Answer { fingerprint, value: answer_value };
                self.answered(world, round, slot, answer, context.now_ns());
            }
            Message::Round => self.ask(world, context),
            Message::Deadline => self.close(world, context),
            Message::SetWeights => self.weights_due(world, context),
            Message::News(news) => self.hear(world, &news),
            Message::AskScores { from } => self.tell_scores(world, from, context),
            Message::Scores(scores) => {
                self.usage.receives(context.now_ns(), scores_bytes(world));
                self.given.copy_from_slice(&scores);
                self.set_weights(world, context);
            }
            _ => {}
        }
    }

    /// Whether it sets weights without having scored anybody itself.
    pub fn sets_unasked(&self) -> bool {
        !self.behaviour.queries()
    }

    fn ask(&mut self, world: &World, context: &mut Ctx<'_>) {
        let Some(interval_ns) = self.interval_ns else { return };
        context.set_timer(interval_ns, Message::Round);
        let (now_ns, round) = (context.now_ns(), self.round);
        self.round = self.round.wrapping_add(1);
        let count = self.deal(round);
        if count == 0 {
            return;
        }
        let stamp_ns = self.clock.reads_ns(now_ns);
        let mut entries = self.scratch.entries.pop().unwrap_or_default();
        entries.clear();
        for slot in 0..count {
            let miner = self.order[slot];
            let uid = world.uid_of_miner(usize::from(miner));
            let slot = slot as u16;
            let ask = world.ask(self.node, round, uid, stamp_ns);
            let challenge = world.mechanism.challenge(&ask);
            let remembered = f64::NAN;
            entries.push(Entry {
                miner: uid,
                challenge,
                reply: None,
                remembered,
                words: ask.own_words,
            });
            let letter = Letter {
                from: self.node,
                to: world.node_of[usize::from(uid)],
                at_ns: now_ns,
                bytes: u64::from(world.demands.request_bytes),
                words: self.dice.links.at(u64::from(round), world.uid_tags[usize::from(uid)]),
            };
            let asker = self.node;
            let message = Message::Request { asker, round, slot, uid, stamp_ns };
            world.post(context, &mut self.usage, letter, message);
        }
        self.open.push_back(OpenRound { number: round, sent_ns: now_ns, entries });
        let patience_ns = world.timeout_ns + world.mechanism.matures_ns();
        context.set_timer(patience_ns.max(1), Message::Deadline);
    }

    /// Brings those who are asked in a round to the front of `order`; says how many they are.
    fn deal(&mut self, round: u32) -> usize {
        let n = self.order.len();
        match self.sample {
            Sampling::All => n,
            Sampling::Random(count) => {
                let count = usize::from(count).min(n);
                // The beginning of a shuffle by Fisher and Yates, two places per throw.
                for place in 0..count {
                    let words = self.dice.sampling.at(u64::from(round), place as u64 / 2);
                    let pick = place + below(words[place % 2], (n - place) as u64) as usize;
                    self.order.swap(place, pick);
                }
                count
            }
            Sampling::RoundRobin(count) => {
                let count = usize::from(count).min(n);
                self.order.rotate_left(self.cursor.min(n));
                self.cursor = count;
                count
            }
        }
    }

    fn answered(&mut self, world: &World, round: u32, slot: u16, answer: Answer, now_ns: u64) {
        self.usage.receives(now_ns, u64::from(world.demands.response_bytes));
        // Rounds in which nobody was asked leave gaps in the numbers.
        let found = self.open.iter_mut().rev().find(|open| open.number == round);
        let Some(open) = found else { return };
        let elapsed_ns = now_ns - open.sent_ns;
        if elapsed_ns > world.timeout_ns {
            return;
        }
        if let Some(entry) = open.entries.get_mut(usize::from(slot)) {
            entry.reply.get_or_insert(Reply { answer, elapsed_ns });
        }
    }

    /// Scores the oldest round.
    fn close(&mut self, world: &World, context: &mut Ctx<'_>) {
        let Some(mut open) = self.open.pop_front() else { return };
        for entry in &mut open.entries {
            entry.remembered = self.scores[usize::from(entry.miner) - world.validators];
        }
        let mut observed = std::mem::take(&mut self.scratch.observed);
        observed.clear();
        observed.resize(open.entries.len(), f64::NAN);
        let round = Round { timeout_ns: world.timeout_ns, entries: &open.entries };
        self.usage.compute_ns += world.mechanism.score(&round, &mut observed);
        let is_recorded =
            (u64::from(open.number) + self.record_offset).is_multiple_of(world.record_every_rounds);
        for (entry, &observed) in open.entries.iter().zip(&observed) {
            self.take_in(world, entry, observed);
            if is_recorded {
                self.records.push(self.record(&open, entry, observed));
            }
        }
        self.scratch.observed = observed;
        self.scratch.entries.push(open.entries);
        self.plan_weights(context);
    }

    fn take_in(&mut self, world: &World, entry: &Entry, observed: f64) {
        let miner = usize::from(entry.miner) - world.validators;
        let pair = &mut self.pairs[usize::from(world.span_of[miner])];
        pair.queries += 1;
        pair.scores.add(observed);
        if let Some(reply) = entry.reply {
            pair.answered += 1;
            pair.latency.add(reply.elapsed_ns);
        }
        // Whoever left in the meantime is forgotten already.
        if !observed.is_nan() && self.present[miner] {
            let before = self.scores[miner];
            self.scores[miner] = world.mechanism.remember(&world.scoring, before, observed);
        }
    }

    fn record(&self, open: &OpenRound, entry: &Entry, score: f64) -> QueryRecord {
        QueryRecord {
            sent_ns: open.sent_ns,
            validator: self.uid,
            miner: entry.miner,
            kind: entry.challenge.kind,
            round: open.number,
            outcome: if entry.reply.is_some() { Outcome::Answered } else { Outcome::Timeout },
            elapsed_ns: entry.reply.map_or(0, |reply| reply.elapsed_ns),
            score,
        }
    }

    /// Sees to it that weights are set at the next time for it.
    pub fn plan_weights(&mut self, context: &mut Ctx<'_>) {
        if std::mem::replace(&mut self.will_set, true) {
            return;
        }
        context.set_timer(self.until_weights_ns(context.now_ns()), Message::SetWeights);
    }

    /// Time from `now_ns` to the next time for weights, at least 1.
    pub fn until_weights_ns(&self, now_ns: u64) -> u64 {
        let every_ns = self.weights_every_ns;
        every_ns - (now_ns + every_ns - self.phase_ns) % every_ns
    }

    fn weights_due(&mut self, world: &World, context: &mut Ctx<'_>) {
        self.will_set = false;
        match self.source {
            Some(source) => {
                let letter = self.letter(context, source, 100);
                let message = Message::AskScores { from: self.node };
                world.post(context, &mut self.usage, letter, message);
            }
            None => self.set_weights(world, context),
        }
        if self.sets_unasked() {
            self.plan_weights(context);
        }
    }

    fn set_weights(&mut self, world: &World, context: &mut Ctx<'_>) {
        let epoch = context.now_ns() / (BLOCK_NS * self.tempo_blocks);
        let mut weights = std::mem::take(&mut self.scratch.weights);
        weights.clear();
        weights.resize(self.scores.len(), 0.0);
        let view = View {
            epoch,
            spans: &world.spans,
            present: &self.present,
            mechanism: &*world.mechanism,
            scoring: &world.scoring,
            scores: &self.scores,
            given: &self.given,
            consensus: &self.consensus,
            random: &self.random,
        };
        if self.behaviour.decide(&view, &mut weights) {
            self.submit(world, &weights, context);
        }
        self.scratch.weights = weights;
        self.collect_bribes(world, epoch, context);
    }

    fn submit(&mut self, world: &World, weights: &[f64], context: &mut Ctx<'_>) {
        let (mut uids, mut values) = (Vec::new(), Vec::new());
        let entries = (world.uid_of_miner(0)..).zip(weights.iter().copied());
        upscale_to_u16(entries, &mut uids, &mut values);
        // Weights that are all zero cannot be set.
        if uids.is_empty() {
            return;
        }
        let call = Call::SetWeights { uid: self.uid, uids, values };
        let mut letter = self.letter(context, CHAIN, call_bytes(&call));
        letter.at_ns += world.call_delay.draw_ns(self.dice.calls.at(self.calls, 1)[0], 1.0);
        world.post(context, &mut self.usage, letter, Message::Call(Box::new(call)));
    }

    /// Once an epoch, each machine that pays for its weight pays.
    fn collect_bribes(&mut self, world: &World, epoch: u64, context: &mut Ctx<'_>) {
        let Some((groups, rao)) = self.behaviour.bribe() else { return };
        if self.bribed_in_epoch.replace(epoch) == Some(epoch) {
            return;
        }
        let paying = world.spans.iter().zip(&world.machines);
        for (_, machines) in paying.filter(|(span, _)| groups.contains(&span.name)) {
            for &machine in machines {
                let word = self.dice.calls.at(epoch, world.tags[machine as usize])[0];
                world.post_surely(context, self.node, machine, word, Message::Paid { rao });
                self.usage.income_rao = self.usage.income_rao.saturating_add(rao);
            }
        }
    }

    fn tell_scores(&mut self, world: &World, to: u32, context: &mut Ctx<'_>) {
        let letter = self.letter(context, to, scores_bytes(world));
        let message = Message::Scores(Arc::new(self.scores.clone()));
        world.post(context, &mut self.usage, letter, message);
    }

    /// A letter that leaves now, other than a question.
    fn letter(&mut self, context: &Ctx<'_>, to: u32, bytes: u64) -> Letter {
        self.calls += 1;
        let words = self.dice.calls.at(self.calls, 0);
        Letter { from: self.node, to, at_ns: context.now_ns(), bytes, words }
    }

    fn hear(&mut self, world: &World, news: &News) {
        self.consensus.publish(&news.outcome.output.consensus[world.validators..]);
        let present = &news.outcome.present[world.validators..];
        if self.present == *present {
            return;
        }
        // Whoever comes back is somebody new.
        for (score, present) in self.scores.iter_mut().zip(present) {
            if !present {
                *score = f64::NAN;
            }
        }
        self.present.copy_from_slice(present);
        self.order = (0..).zip(present).filter(|(_, present)| **present).map(|(i, _)| i).collect();
        self.cursor = 0;
    }

    pub fn digest(&self) -> u64 {
        let used = mix(self.usage.bytes_in, self.usage.bytes_out);
        let scores = self.scores.iter().fold(used, |digest, score| mix(digest, score.to_bits()));
        mix(scores, u64::from(self.round) ^ self.calls << 32)
    }
}

/// Size of a list of scores: one float each.
fn scores_bytes(world: &World) -> u64 {
    200 + 4 * world.span_of.len() as u64
}
