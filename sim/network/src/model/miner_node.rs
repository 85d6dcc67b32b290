//! A machine of a miner: questions come in, wait, are worked on, and answers go out.

use subsim_engine::mix;

use super::Ctx;
use super::message::{Message, News, Relay};
use super::post::Letter;
use super::world::{CHAIN, World, call_bytes};
use crate::addressed::Dice;
use crate::ledger::Call;
use crate::mechanism::{Answer, Effort};
use crate::miner::{Asked, EpochNews, MinerBehaviour, Move, Plan};
use crate::node::{Admission, Station, Usage};
use crate::time::{Clock, Duration};

const DAY_NS: u128 = 86_400_000_000_000;

/// A machine.
#[derive(Debug)]
pub(crate) struct MinerNode {
    pub node: u32,
    pub tag: u64,
    pub uids: Vec<u16>,
    pub usage: Usage,
    pub station: Station,
    pub behaviour: Box<dyn MinerBehaviour>,
    /// By type of task; the last for all that follow.
    pub quality: Vec<f64>,
    pub service: Duration,
    pub speed: f64,
    pub clock: Clock,
    pub dice: MinerDice,
    pub query_cost_rao: u64,
    pub day_cost_rao: u64,
    /// Whether the machine is on, and since when that is accounted for.
    pub is_on: bool,
    pub accounted_ns: u64,
    pub on_ns: u128,
    /// Costs that are not those of running: burns and bribes.
    pub other_cost_rao: u64,
    /// Costs up to the last news.
    pub known_cost_rao: u64,
    /// When the last news came.
    pub heard_ns: u64,
    /// The last moment at which it was looked whether the machine was off in between.
    pub seen_ns: u64,
}

/// Random numbers of a machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MinerDice {
    pub service: Dice,
    pub answers: Dice,
    pub links: Dice,
}

/// A question as it came: who asked first, its number, and where the answer goes.
#[derive(Debug, Clone, Copy)]
struct Question {
    asker: u32,
    round: u32,
    slot: u16,
    uid: u16,
    stamp_ns: u64,
    /// Whoever hands it on, if not the asker itself.
    relayed_by: Option<u32>,
}

/// What a machine has to do with a question, each with random numbers of its own.
const OWN_WORK: u64 = 0;
const ANSWER: u64 = 1;
const HAND_ON: u64 = 2;
const PASS_ON: u64 = 3;

impl Question {
    /// Where the machine's random numbers about it are.
    fn address(&self, world: &World, leg: u64) -> (u64, u64) {
        world.address(self.asker, self.round, self.uid, leg)
    }
}

impl MinerNode {
    pub fn handle(&mut self, world: &World, message: Message, context: &mut Ctx<'_>) {
        match message {
            Message::Request { asker, round, slot, uid, stamp_ns } => {
                let question = Question { asker, round, slot, uid, stamp_ns, relayed_by: None };
                self.asked(world, question, context);
            }
            Message::Relay(relay) => {
                let Relay { from, asker, round, slot, uid, stamp_ns } = *relay;
                let relayed_by = Some(from);
                let question = Question { asker, round, slot, uid, stamp_ns, relayed_by };
                self.asked(world, question, context);
            }
            Message::Relayed { asker, round, slot, answer_value, fingerprint } => {
                let answer = Answer { fingerprint, value: answer_value };
                self.pass_on(world, asker, (round, slot), answer, context);
            }
            Message::News(news) => self.hear(world, &news, context),
            Message::Paid { rao } => {
                self.other_cost_rao = self.other_cost_rao.saturating_add(rao);
            }
            _ => {}
        }
    }

    fn asked(&mut self, world: &World, question: Question, context: &mut Ctx<'_>) {
        if !self.is_on {
            return;
        }
        let now_ns = context.now_ns();
        self.usage.receives(now_ns, u64::from(world.demands.request_bytes));
        if self.clock.reads_ns(now_ns).saturating_sub(question.stamp_ns) > world.most_age_ns() {
            self.usage.refused += 1;
            return;
        }
        if world.wire.timeline().is_down_within(self.node, self.seen_ns, now_ns) {
            self.station.restart(now_ns);
        }
        self.seen_ns = now_ns;
        let Question { asker, round, uid, stamp_ns, relayed_by, .. } = question;
        let challenge = world.question(asker, round, uid, stamp_ns);
        let kind = usize::from(challenge.kind).min(self.quality.len() - 1);
        let asked = Asked {
            now_ns,
            uid,
            place: self.uids.iter().position(|own| *own == uid).unwrap_or(0) as u16,
            challenge,
            relayed: relayed_by.is_some(),
            author: self.tag,
            quality: self.quality[kind],
        };
        match self.behaviour.plan(&asked) {
            Plan::Silence => {}
            Plan::Answer { effort, work } => {
                self.work_out(world, question, &asked, effort, work, context);
            }
            Plan::Reuse { answer, ready_ns } => {
                self.usage.served += 1;
                self.reply(world, question, answer, ready_ns.max(now_ns), context);
            }
            // What was handed on is not handed on again: it could go round for ever.
            Plan::Relay { .. } if asked.relayed => {}
            Plan::Relay { of_uid } => self.hand_on(world, question, of_uid, context),
        }
    }

    fn work_out(
        &mut self,
        world: &World,
        question: Question,
        asked: &Asked,
        effort: Effort,
        work: f64,
        context: &mut Ctx<'_>,
    ) {
        let address = question.address(world, OWN_WORK);
        let words = self.dice.answers.at(asked.challenge.id, effort.author);
        let factor = world.mechanism.service_factor(&asked.challenge, &effort, words);
        let word = self.dice.service.at(address.0, address.1)[0];
        let service_ns = self.service.draw_ns(word, factor * work / self.speed);
        let Admission::Served { end_ns, .. } = self.station.admit(asked.now_ns, service_ns) else {
            self.usage.refused += 1;
            return;
        };
        if world.wire.timeline().is_down_within(self.node, asked.now_ns, end_ns) {
            return;
        }
        self.usage.served += 1;
        let answer = world.mechanism.respond(&asked.challenge, &effort, words);
        self.behaviour.worked_out(asked, answer, end_ns);
        self.reply(world, question, answer, end_ns, context);
    }

    fn reply(
        &mut self,
        world: &World,
        question: Question,
        answer: Answer,
        at_ns: u64,
        context: &mut Ctx<'_>,
    ) {
        let Question { asker, round, slot, relayed_by, .. } = question;
        let address = question.address(world, ANSWER);
        let message = match relayed_by {
            None => Message::response(round, slot, answer),
            Some(_) => {
                let Answer { fingerprint, value } = answer;
                Message::Relayed { asker, round, slot, answer_value: value, fingerprint }
            }
        };
        let to = relayed_by.unwrap_or(asker);
        let bytes = u64::from(world.demands.response_bytes);
        let words = self.dice.links.at(address.0, address.1);
        let letter = Letter { from: self.node, to, at_ns, bytes, words };
        world.post(context, &mut self.usage, letter, message);
    }

    fn hand_on(&mut self, world: &World, question: Question, of_uid: u16, context: &mut Ctx<'_>) {
        let Question { asker, round, slot, uid, stamp_ns, .. } = question;
        let relay = Relay { from: self.node, asker, round, slot, uid, stamp_ns };
        let address = question.address(world, HAND_ON);
        let letter = Letter {
            from: self.node,
            to: world.node_of[usize::from(of_uid)],
            at_ns: context.now_ns(),
            bytes: u64::from(world.demands.request_bytes),
            words: self.dice.links.at(address.0, address.1),
        };
        world.post(context, &mut self.usage, letter, Message::Relay(Box::new(relay)));
    }

    /// Somebody else's answer comes back, and goes on as this machine's own.
    fn pass_on(
        &mut self,
        world: &World,
        asker: u32,
        (round, slot): (u32, u16),
        answer: Answer,
        context: &mut Ctx<'_>,
    ) {
        let now_ns = context.now_ns();
        let bytes = u64::from(world.demands.response_bytes);
        self.usage.receives(now_ns, bytes);
        self.usage.served += 1;
        // The uid is not known here; what comes back is as much its own as the question was.
        let leg = u64::from(round) << 2 | PASS_ON;
        let words = self.dice.links.at(world.tags[asker as usize] ^ answer.fingerprint, leg);
        let letter = Letter { from: self.node, to: asker, at_ns: now_ns, bytes, words };
        world.post(context, &mut self.usage, letter, Message::response(round, slot, answer));
    }

    fn hear(&mut self, world: &World, news: &News, context: &mut Ctx<'_>) {
        let heard_ns = std::mem::replace(&mut self.heard_ns, context.now_ns());
        let passed_ns = context.now_ns() - heard_ns;
        self.account(context.now_ns());
        let output = &news.outcome.output;
        let earned = |uid: &u16| {
            let at = usize::from(*uid);
            output.server_emission[at] + output.validator_emission[at]
        };
        let cost_rao = self.usage.cost_rao - self.known_cost_rao;
        self.known_cost_rao = self.usage.cost_rao;
        let is_present = self.uids.iter().all(|&uid| news.outcome.present[usize::from(uid)]);
        let told = EpochNews {
            epoch: news.outcome.epoch,
            reward_rao: self.uids.iter().map(earned).sum(),
            cost_rao,
            usual_cost_rao: self.running_cost_rao(u128::from(passed_ns)),
            mean_reward_rao: news.mean_reward_rao.saturating_mul(self.uids.len() as u64),
            burn_rao: news.burn_rao.saturating_mul(self.uids.len() as u64),
            is_on: self.is_on && is_present,
        };
        let uids = self.uids.clone();
        match self.behaviour.epoch(&told) {
            Move::Stay => {}
            Move::Leave => {
                self.is_on = false;
                self.call(world, told.epoch, Call::Leave { uids }, context);
            }
            Move::Return => {
                self.is_on = true;
                self.other_cost_rao = self.other_cost_rao.saturating_add(told.burn_rao);
                self.call(world, told.epoch, Call::Register { uids }, context);
            }
        }
    }

    fn call(&mut self, world: &World, epoch: u64, call: Call, context: &mut Ctx<'_>) {
        let words = self.dice.links.at(u64::MAX, epoch);
        let letter = Letter {
            from: self.node,
            to: CHAIN,
            at_ns: context.now_ns() + world.call_delay.draw_ns(words[0], 1.0),
            bytes: call_bytes(&call),
            words: [words[1], words[0]],
        };
        world.post(context, &mut self.usage, letter, Message::Call(Box::new(call)));
    }

    /// What being on for so long costs.
    fn running_cost_rao(&self, on_ns: u128) -> u64 {
        let rao = u128::from(self.day_cost_rao) * on_ns / DAY_NS;
        u64::try_from(rao).unwrap_or(u64::MAX)
    }

    /// Brings costs and computing time up to date.
    pub fn account(&mut self, now_ns: u64) {
        if self.is_on {
            self.on_ns += u128::from(now_ns - self.accounted_ns);
        }
        self.accounted_ns = now_ns;
        let running = self.running_cost_rao(self.on_ns);
        let queries = self.query_cost_rao.saturating_mul(self.usage.served);
        self.usage.cost_rao = running.saturating_add(queries).saturating_add(self.other_cost_rao);
        self.usage.compute_ns = self.station.busy_ns();
        self.usage.peak_concurrency = self.station.peak();
    }

    pub fn digest(&self) -> u64 {
        let used = mix(self.usage.bytes_in, self.usage.bytes_out);
        let worked = mix(self.station.busy_ns(), self.usage.served ^ self.usage.refused << 32);
        mix(mix(used, worked), self.behaviour.state() ^ u64::from(self.is_on))
    }
}
