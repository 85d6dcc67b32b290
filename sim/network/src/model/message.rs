//! What nodes send each other and themselves. Small: most of a run is moving these.

use std::sync::Arc;

use subsim_engine::mix;

use crate::ledger::{Call, EpochOutcome};
use crate::mechanism::Answer;

/// A message. Those without content are timers of whoever gets them.
#[derive(Debug, Clone)]
pub(crate) enum Message {
    /// Time for a round of questions.
    Round,
    /// The oldest open round is over.
    Deadline,
    /// Time to set weights.
    SetWeights,
    /// A block in which something is due.
    Block,
    /// Time to look at the transfers under way.
    Transfers,
    /// Time for an organic query.
    Query,
    /// A question. What is asked follows from who asks and the number of the question.
    Request {
        asker: u32,
        round: u32,
        slot: u16,
        uid: u16,
        /// Time by the asker's clock.
        stamp_ns: u64,
    },
    /// An answer.
    Response { round: u32, slot: u16, answer_value: f32, fingerprint: u64 },
    /// A question that another machine hands on.
    Relay(Box<Relay>),
    /// The answer to it.
    Relayed { asker: u32, round: u32, slot: u16, answer_value: f32, fingerprint: u64 },
    /// A call on its way to the chain.
    Call(Box<Call>),
    /// What an epoch decided.
    News(Arc<News>),
    /// A validator asks for scores.
    AskScores { from: u32 },
    /// Scores, by miner.
    Scores(Arc<Vec<f64>>),
    /// A bribe.
    Paid { rao: u64 },
    /// A large message at the beginning of its way.
    Transfer(Box<Transfer>),
}

/// A question that a machine hands on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Relay {
    /// Who hands it on, and wants the answer.
    pub from: u32,
    pub asker: u32,
    pub round: u32,
    pub slot: u16,
    /// uid that was asked first.
    pub uid: u16,
    pub stamp_ns: u64,
}

/// A large message.
#[derive(Debug, Clone)]
pub(crate) struct Transfer {
    pub from: u32,
    pub to: u32,
    pub bytes: u64,
    /// What it gets at most, as bits per second.
    pub most_bps: u64,
    /// What is left of the latency when the last byte is through.
    pub rest_ns: u64,
    pub message: Message,
}

/// An epoch, for those who want to know.
#[derive(Debug)]
pub(crate) struct News {
    pub outcome: EpochOutcome,
    pub mean_reward_rao: u64,
    pub burn_rao: u64,
}

// 24 bytes: a longer variant makes every event of a run longer.
const _: () = assert!(size_of::<Message>() == 24);

impl Message {
    /// An answer on its way to whoever asked.
    pub fn response(round: u32, slot: u16, answer: Answer) -> Self {
        let Answer { fingerprint, value } = answer;
        Self::Response { round, slot, answer_value: value, fingerprint }
    }

    /// A number that depends on what it says.
    pub fn digest(&self) -> u64 {
        let place = |round: u32, slot: u16| u64::from(round) << 16 | u64::from(slot);
        match self {
            Self::Round => 1,
            Self::Deadline => 2,
            Self::SetWeights => 3,
            Self::Block => 4,
            Self::Transfers => 5,
            Self::Query => 6,
            Self::Request { asker, round, slot, uid, stamp_ns } => {
                let who = u64::from(*asker) << 16 | u64::from(*uid);
                mix(mix(7 ^ stamp_ns, who), place(*round, *slot))
            }
            Self::Response { round, slot, answer_value, fingerprint } => {
                mix(*fingerprint ^ u64::from(answer_value.to_bits()), 8 ^ place(*round, *slot))
            }
            Self::Relay(relay) => {
                let who = u64::from(relay.from) << 32 | u64::from(relay.asker);
                mix(mix(9, who), place(relay.round, relay.slot) ^ u64::from(relay.uid) << 48)
            }
            Self::Relayed { asker, round, slot, fingerprint, .. } => {
                mix(mix(10, *fingerprint), u64::from(*asker) << 48 ^ place(*round, *slot))
            }
            Self::Call(call) => mix(11, call_digest(call)),
            Self::News(news) => mix(mix(12, news.outcome.block), news.mean_reward_rao),
            Self::AskScores { from } => mix(13, u64::from(*from)),
            Self::Scores(scores) => {
                scores.iter().fold(14, |digest, score| mix(digest, score.to_bits()))
            }
            Self::Paid { rao } => mix(15, *rao),
            Self::Transfer(transfer) => {
                mix(mix(16, transfer.message.digest()), transfer.rest_ns ^ transfer.bytes)
            }
        }
    }
}

fn call_digest(call: &Call) -> u64 {
    let list =
        |start, uids: &[u16]| uids.iter().fold(start, |digest, uid| mix(digest, u64::from(*uid)));
    match call {
        Call::SetWeights { uid, uids, values } => list(list(u64::from(*uid), uids), values),
        Call::Register { uids } => list(1 << 32, uids),
        Call::Leave { uids } => list(2 << 32, uids),
    }
}
