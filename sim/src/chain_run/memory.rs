//! What agents remember that cannot be made again from the scenario and the state.
//!
//! Qualities, behaviours and noise follow from the scenario and the events so far; seats from the
//! state; rows from scores. Left are scores, appointments, and a few counters.

use crate::chain::{Encode, Reader, SnapshotError};

use super::calendar::{Actor, Calendar};
use super::cast::Cast;

/// Memory of one validator.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ValidatorMemory {
    scores: Vec<f64>,
    since_epoch: u64,
    act_at: u64,
    acted_epoch: Option<u64>,
    scored_epoch: Option<u64>,
}

/// Memory of a whole cast.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Memory {
    validators: Vec<ValidatorMemory>,
    /// Next look, refusals in a row, unsold alpha.
    miners: Vec<(u64, u32, u64)>,
    /// Next look.
    stakers: Vec<u64>,
    /// Consensus of past epochs of each stage, the newest first.
    past: Vec<Vec<Vec<u16>>>,
}

impl Memory {
    /// What a cast remembers.
    pub fn of(cast: &Cast) -> Self {
        let validator = |agent: &super::validators::ValidatorAgent| {
            let mut agent = agent.clone();
            agent.forget_changed(&cast.stages[agent.stage]);
            ValidatorMemory {
                scores: agent.judge.scores().to_vec(),
                since_epoch: agent.judge.since_epoch(),
                act_at: agent.act_at,
                acted_epoch: agent.acted_epoch,
                scored_epoch: agent.scored_epoch,
            }
        };
        let miners = cast.miners.iter();
        Self {
            validators: cast.validators.iter().map(validator).collect(),
            miners: miners.map(|m| (m.look_at, m.refusals, m.unsold_rao)).collect(),
            stakers: cast.stakers.iter().map(|staker| staker.look_at).collect(),
            past: cast.stages.iter().map(|stage| stage.past.newest_first()).collect(),
        }
    }

    /// Whether it is the memory of such a cast.
    pub fn fits(&self, cast: &Cast) -> bool {
        let scores_fit =
            |(memory, agent): (&ValidatorMemory, &super::validators::ValidatorAgent)| {
                memory.scores.len() == agent.judge.scores().len()
            };
        let past_fits = |(past, stage): (&Vec<Vec<u16>>, &super::stage::Stage)| {
            past.iter().all(|epoch| epoch.len() == stage.present.len())
        };
        self.validators.len() == cast.validators.len()
            && self.miners.len() == cast.miners.len()
            && self.stakers.len() == cast.stakers.len()
            && self.past.len() == cast.stages.len()
            && self.validators.iter().zip(&cast.validators).all(scores_fit)
            && self.past.iter().zip(&cast.stages).all(past_fits)
    }

    /// Gives a cast its memory back, whose seats are already those of the state. Returns
    /// everybody's appointments.
    pub fn recall(&self, cast: &mut Cast) -> Calendar {
        let mut calendar = Calendar::default();
        let mut note = |block: u64, actor| {
            if block != u64::MAX {
                calendar.note(block, actor);
            }
        };
        for (at, (agent, memory)) in (0..).zip(cast.validators.iter_mut().zip(&self.validators)) {
            agent.judge.scores_mut().copy_from_slice(&memory.scores);
            agent.judge.start(memory.since_epoch);
            agent.known_generation = cast.stages[agent.stage].generation;
            (agent.act_at, agent.acted_epoch) = (memory.act_at, memory.acted_epoch);
            agent.scored_epoch = memory.scored_epoch;
            note(agent.act_at, Actor::Validator(at));
        }
        for (at, (miner, memory)) in (0..).zip(cast.miners.iter_mut().zip(&self.miners)) {
            (miner.look_at, miner.refusals, miner.unsold_rao) = *memory;
            note(miner.look_at, Actor::Miner(at));
        }
        for (at, (staker, look_at)) in (0..).zip(cast.stakers.iter_mut().zip(&self.stakers)) {
            staker.look_at = *look_at;
            note(staker.look_at, Actor::Staker(at));
        }
        for (stage, past) in cast.stages.iter_mut().zip(&self.past) {
            past.iter().rev().for_each(|epoch| stage.past.publish(epoch));
        }
        calendar
    }
}

impl Encode for ValidatorMemory {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { scores, since_epoch, act_at, acted_epoch, scored_epoch } = self;
        scores.iter().map(|score| score.to_bits()).collect::<Vec<u64>>().put(out);
        (*since_epoch, *act_at).put(out);
        (*acted_epoch, *scored_epoch).put(out);
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
        let scores = Vec::<u64>::get(from)?.into_iter().map(f64::from_bits).collect();
        let (since_epoch, act_at) = Encode::get(from)?;
        let (acted_epoch, scored_epoch) = Encode::get(from)?;
        Ok(Self { scores, since_epoch, act_at, acted_epoch, scored_epoch })
    }
}

impl Encode for Memory {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { validators, miners, stakers, past } = self;
        validators.put(out);
        miners.put(out);
        stakers.put(out);
        past.put(out);
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
        Ok(Self {
            validators: Encode::get(from)?,
            miners: Encode::get(from)?,
            stakers: Encode::get(from)?,
            past: Encode::get(from)?,
        })
    }
}
