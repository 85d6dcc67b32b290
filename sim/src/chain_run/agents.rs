//! The agents' part of a block: whose turn it is, and their calls in order.
//!
//! Validators of a block think on one state, on several threads where that pays; their calls then
//! follow one after the other, so results cannot depend on threads.

use rayon::prelude::*;

use crate::chain::{AccountId, Call, NetUid, Origin};
use crate::chain_recorder::ChainRecorder;
use crate::run::RunError;
use crate::scenario::SetsWeights;

use super::Run;
use super::calendar::Actor;

/// Scores (validators times miners) from which several threads think faster than one.
const WORTH_THREADS: usize = 30_000;

impl Run<'_> {
    /// Lets everybody act whose block this is.
    pub fn let_agents_act(&mut self, recorder: &mut dyn ChainRecorder) -> Result<(), RunError> {
        let block = self.state.block;
        let mut actor = self.calendar.next(block);
        self.thinkers.clear();
        while let Some(Actor::Validator(at)) = actor {
            let at = at as usize;
            if self.cast.validators[at].act_at <= block {
                self.thinkers.push(at);
            }
            actor = self.calendar.next(block);
        }
        if !self.thinkers.is_empty() {
            self.let_validators_think();
            self.let_validators_call(recorder)?;
        }
        while let Some(next) = actor {
            match next {
                Actor::Miner(at) => self.let_miner_act(at as usize, recorder)?,
                Actor::Staker(at) => self.let_staker_act(at as usize, recorder)?,
                // They come first, and nobody makes appointments for this block from here on.
                Actor::Validator(_) => {}
            }
            actor = self.calendar.next(block);
        }
        Ok(())
    }

    fn let_validators_think(&mut self) {
        let (state, mechanism) = (&self.state, &self.scenario.mechanism);
        let mut scores = 0;
        for at in &self.thinkers {
            let stage = &mut self.cast.stages[self.cast.validators[*at].stage];
            let epoch = stage.subnet(state).map(|subnet| subnet.schedule.epoch_index);
            scores += epoch.map_or(0, |epoch| stage.quality(epoch).len());
        }
        let stages = &self.cast.stages;
        if scores >= WORTH_THREADS && self.pool.current_num_threads() > 1 {
            let mut thinkers = self.thinkers.iter().copied().peekable();
            let mut agents = Vec::with_capacity(self.thinkers.len());
            for (at, agent) in self.cast.validators.iter_mut().enumerate() {
                if thinkers.next_if_eq(&at).is_some() {
                    agents.push(agent);
                }
            }
            self.pool.install(|| {
                agents.into_par_iter().for_each(|agent| {
                    agent.think(state, &stages[agent.stage], mechanism);
                });
            });
        } else {
            for at in &self.thinkers {
                let agent = &mut self.cast.validators[*at];
                agent.think(state, &stages[agent.stage], mechanism);
            }
        }
    }

    fn let_validators_call(&mut self, recorder: &mut dyn ChainRecorder) -> Result<(), RunError> {
        let block = self.state.block;
        for index in 0..self.thinkers.len() {
            let at = self.thinkers[index];
            let agent = &mut self.cast.validators[at];
            let (hotkey, call) = (agent.hotkey, agent.take_call());
            match agent.sets {
                SetsWeights::Every { blocks } => {
                    agent.act_at = block.saturating_add(blocks.max(1));
                    self.calendar.note(agent.act_at, Actor::Validator(at as u32));
                }
                SetsWeights::BeforeEpoch { .. } => {
                    let subnet = self.cast.stages[agent.stage].subnet(&self.state);
                    agent.acted_epoch = subnet.map(|subnet| subnet.schedule.epoch_index);
                    agent.act_at = u64::MAX;
                }
            }
            if let Some(call) = call {
                self.call(Origin::Signed(hotkey), &call, recorder)?;
                self.cast.validators[at].keep(call);
            }
        }
        Ok(())
    }

    /// A miner sells what it earned, and registers if it wants to.
    fn let_miner_act(
        &mut self,
        at: usize,
        recorder: &mut dyn ChainRecorder,
    ) -> Result<(), RunError> {
        let block = self.state.block;
        let miner = &mut self.cast.miners[at];
        let stage = &self.cast.stages[miner.stage];
        let (netuid, coldkey, hotkey) = (stage.netuid, miner.coldkey, miner.hotkey);
        if let Some(sale) = miner.sale(&self.state, stage) {
            self.call(Origin::Signed(coldkey), &sale, recorder)?;
        }
        let miner = &self.cast.miners[at];
        if miner.look_at > block {
            return Ok(());
        }
        let stage = &self.cast.stages[miner.stage];
        let mut refused = false;
        if miner.wants_to_register(&self.state, stage) {
            let call = Call::BurnedRegister { netuid, hotkey };
            refused = self.call(Origin::Signed(coldkey), &call, recorder)?.is_some();
        }
        let miner = &mut self.cast.miners[at];
        miner.plan_next_look(block, refused);
        if miner.look_at != u64::MAX {
            self.calendar.note(miner.look_at, Actor::Miner(at as u32));
        }
        Ok(())
    }

    fn let_staker_act(
        &mut self,
        at: usize,
        recorder: &mut dyn ChainRecorder,
    ) -> Result<(), RunError> {
        let block = self.state.block;
        let staker = &mut self.cast.stakers[at];
        if staker.look_at > block {
            return Ok(());
        }
        staker.plan_next_look(block);
        if staker.look_at != u64::MAX {
            self.calendar.note(staker.look_at, Actor::Staker(at as u32));
        }
        let coldkey = staker.coldkey;
        let validators = self.validator_homes();
        for call in self.cast.stakers[at].calls(&self.state, &validators) {
            self.call(Origin::Signed(coldkey), &call, recorder)?;
        }
        Ok(())
    }

    /// The scenario's validators and their subnets.
    fn validator_homes(&self) -> Vec<(NetUid, AccountId)> {
        let validators = self.cast.validators.iter();
        validators.map(|v| (self.cast.stages[v.stage].netuid, v.hotkey)).collect()
    }
}
