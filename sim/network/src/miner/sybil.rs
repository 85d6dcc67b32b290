//! Many uids on one machine: they share its servers, its links and, if it likes, its answers.

use std::collections::VecDeque;

use super::{Asked, MinerBehaviour, Plan};
use crate::mechanism::{Answer, Effort, mix};

/// Answers it remembers: more than any validator asks for at a time.
const REMEMBERED: usize = 64;

/// The machine's latest answers, when its uids share them.
#[derive(Debug)]
pub(super) struct Sybil {
    reuse: bool,
    /// Question, answer, and when it is ready; the latest last.
    answers: VecDeque<(u64, Answer, u64)>,
}

impl Sybil {
    pub fn new(reuse: bool) -> Self {
        Self { reuse, answers: VecDeque::new() }
    }
}

impl MinerBehaviour for Sybil {
    fn plan(&mut self, asked: &Asked) -> Plan {
        if self.reuse {
            let known = self.answers.iter().rev().find(|(id, ..)| *id == asked.challenge.id);
            return match known {
                Some(&(_, answer, ready_ns)) => Plan::Reuse { answer, ready_ns },
                None => Plan::Answer { effort: asked.effort(), work: 1.0 },
            };
        }
        // Every uid is an author of its own, known by its place on the machine.
        let author = mix(asked.author, u64::from(asked.place));
        Plan::Answer { effort: Effort { author, ..asked.effort() }, work: 1.0 }
    }

    fn worked_out(&mut self, asked: &Asked, answer: Answer, ready_ns: u64) {
        if !self.reuse {
            return;
        }
        if self.answers.len() == REMEMBERED {
            self.answers.pop_front();
        }
        self.answers.push_back((asked.challenge.id, answer, ready_ns));
    }

    fn state(&self) -> u64 {
        self.answers.back().map_or(0, |(id, answer, _)| mix(*id, answer.fingerprint))
    }
}
