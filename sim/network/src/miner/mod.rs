//! Miners: what a machine does with a question. One small file per behaviour.
//!
//! A behaviour decides what to do ([`Plan`]); serving, queueing, sending and paying for it is the
//! machine's business. To add one: a file here, and an entry in [`MinerBehaviourConfig`]; the guide
//! `docs/guide-new-behaviour.md` walks through it.

mod copier;
mod honest;
mod intermittent;
mod lazy;
mod overfitter;
mod rational;
mod sybil;

use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use crate::addressed::Dice;
use crate::error::Checker;
use crate::mechanism::{Answer, Challenge, Effort};

pub use rational::Rational;

/// A question as it reaches a machine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asked {
    /// When.
    pub now_ns: u64,
    /// uid that was asked, or to be asked when it is relayed.
    pub uid: u16,
    /// Which of the machine's own uids that is, from 0; 0 when it is none of them.
    pub place: u16,
    /// The question.
    pub challenge: Challenge,
    /// Whether another machine hands it on.
    pub relayed: bool,
    /// The machine's number: the author of what it makes itself.
    pub author: u64,
    /// The machine's quality for this type of task.
    pub quality: f64,
}

impl Asked {
    /// The machine's honest effort.
    #[must_use]
    pub fn effort(&self) -> Effort {
        Effort { author: self.author, quality: self.quality, relayed: self.relayed }
    }
}

/// What a machine does with a question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plan {
    /// It works out an answer.
    Answer {
        /// How.
        effort: Effort,
        /// Its service time is multiplied by this.
        work: f64,
    },
    /// It sends what it has, or will have at some time.
    Reuse {
        /// The answer.
        answer: Answer,
        /// When it is ready.
        ready_ns: u64,
    },
    /// It asks another miner and passes its answer on as its own.
    Relay {
        /// uid of the other.
        of_uid: u16,
    },
    /// It does nothing.
    Silence,
}

/// What a miner learns when an epoch has run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochNews {
    /// Number of the epoch, from 0.
    pub epoch: u64,
    /// What all uids of the machine earned in it.
    pub reward_rao: u64,
    /// What running the machine cost since the last news.
    pub cost_rao: u64,
    /// What the machine would have cost had it been on.
    pub usual_cost_rao: u64,
    /// What a registered miner earned on average.
    pub mean_reward_rao: u64,
    /// What registering costs.
    pub burn_rao: u64,
    /// Whether the machine is on the subnet.
    pub is_on: bool,
}

/// What a miner does about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Nothing.
    Stay,
    /// It turns the machine off and gives up its uids.
    Leave,
    /// It pays the burn and comes back.
    Return,
}

/// A way of mining.
pub trait MinerBehaviour: Debug + Send {
    /// What to do with a question.
    fn plan(&mut self, asked: &Asked) -> Plan;

    /// Told of every answer that was worked out, with the time at which it is ready.
    fn worked_out(&mut self, asked: &Asked, answer: Answer, ready_ns: u64) {
        let _ = (asked, answer, ready_ns);
    }

    /// Whether it wants to hear of epochs.
    fn wants_news(&self) -> bool {
        false
    }

    /// Told of every epoch, if it wants to be.
    fn epoch(&mut self, news: &EpochNews) -> Move {
        let _ = news;
        Move::Stay
    }

    /// A number that changes when what it remembers does; 0 for those that remember nothing.
    fn state(&self) -> u64 {
        0
    }
}

/// How the miners of a group behave, as written in a scenario.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MinerBehaviourConfig {
    /// Does its work.
    #[default]
    Honest,
    /// Runs something cheaper.
    Lazy {
        /// Its quality is multiplied by this.
        quality: f64,
        /// Its service time is multiplied by this.
        work: f64,
    },
    /// Passes on the answers of another miner.
    Copier {
        /// Name of the miner, `<group>-<index>`.
        of: String,
    },
    /// Many uids on one machine.
    Sybil {
        /// uids of each machine.
        uids: u32,
        /// Whether a question that comes to several uids is worked out once, and all send the
        /// same; else each makes an answer of its own.
        reuse_answers: bool,
    },
    /// Now on, now off, each for an exponential time.
    Intermittent {
        /// Mean hours of being on.
        on_hours: f64,
        /// Mean hours of being off.
        off_hours: f64,
    },
    /// Good at what it has seen before.
    Overfitter {
        /// Quality of an answer to a question that it has seen.
        repeated_quality: f64,
    },
    /// Leaves when mining does not pay, and returns when it would.
    Rational(Rational),
}

impl MinerBehaviourConfig {
    /// uids of each machine.
    #[must_use]
    pub fn uids(&self) -> u32 {
        if let Self::Sybil { uids, .. } = self { *uids } else { 1 }
    }

    /// The behaviour of one machine. `uid_of` finds miners by name, which
    /// [`crate::config::NetworkScenario::check`] made sure exist; `dice` are the machine's own.
    #[must_use]
    pub fn build(
        &self,
        uid_of: impl Fn(&str) -> Option<u16>,
        dice: Dice,
    ) -> Box<dyn MinerBehaviour> {
        match self {
            Self::Honest => Box::new(honest::Honest),
            Self::Lazy { quality, work } => Box::new(lazy::Lazy { quality: *quality, work: *work }),
            Self::Copier { of } => Box::new(copier::Copier { of_uid: uid_of(of) }),
            Self::Sybil { reuse_answers, .. } => Box::new(sybil::Sybil::new(*reuse_answers)),
            Self::Intermittent { on_hours, off_hours } => {
                Box::new(intermittent::Intermittent::new(*on_hours, *off_hours, dice))
            }
            Self::Overfitter { repeated_quality } => {
                Box::new(overfitter::Overfitter::new(*repeated_quality))
            }
            Self::Rational(rule) => Box::new(rational::Memory::new(rule.clone())),
        }
    }

    pub(crate) fn check(
        &self,
        check: &mut Checker<'_>,
        field: &str,
        own: &str,
        is_miner: &dyn Fn(&str) -> bool,
    ) {
        match self {
            Self::Honest => {}
            Self::Lazy { quality, work } => {
                check.within(&format!("{field}.lazy.quality"), *quality, 0.0, 1.0);
                check.within(&format!("{field}.lazy.work"), *work, 0.0, 1000.0);
            }
            Self::Copier { of } => {
                let is_other =
                    is_miner(of) && of.rsplit_once('-').is_none_or(|(group, _)| group != own);
                let allowed = "a miner of another group, <group>-<index>";
                check.holds(is_other, &format!("{field}.copier.of"), format!("\"{of}\""), allowed);
            }
            Self::Sybil { uids, .. } => {
                check.within(&format!("{field}.sybil.uids"), f64::from(*uids), 1.0, 4096.0);
            }
            Self::Intermittent { on_hours, off_hours } => {
                check.within(&format!("{field}.intermittent.on_hours"), *on_hours, 1e-3, 8760.0);
                check.within(&format!("{field}.intermittent.off_hours"), *off_hours, 1e-3, 8760.0);
            }
            Self::Overfitter { repeated_quality } => {
                let path = format!("{field}.overfitter.repeated_quality");
                check.within(&path, *repeated_quality, 0.0, 1.0);
            }
            Self::Rational(rule) => rule.check(check, &format!("{field}.rational")),
        }
    }
}

#[cfg(test)]
mod tests;
