//! What a scenario changes while it runs: a group's quality, noise or behaviour, or a subnet's
//! rules by governance. Changes come after the block's own step and before its calls.

use crate::chain_recorder::{ChainHappening, ChainRecorder};
use crate::events::{rules_in_words, sampled_in_words};
use crate::run::RunError;
use crate::scenario::{ChainEvent, ChainScenario};

use super::cast::{Cast, Members};
use super::{Run, rules};

impl Run<'_> {
    /// Makes this block's changes.
    pub fn apply_events(&mut self, recorder: &mut dyn ChainRecorder) -> Result<(), RunError> {
        let scenario: &ChainScenario = self.scenario;
        while let Some(event) = scenario.events.get(self.next_event) {
            if event.at_block > self.state.block {
                break;
            }
            self.next_event += 1;
            self.change_group(event, recorder)?;
            self.change_rules(event, recorder)?;
        }
        Ok(())
    }

    fn change_group(
        &mut self,
        event: &ChainEvent,
        recorder: &mut dyn ChainRecorder,
    ) -> Result<(), RunError> {
        let Some(name) = &event.group else { return Ok(()) };
        change_cast(&mut self.cast, event);
        if let (Some(behaviour), Some(Members::Validators(range))) =
            (&event.behaviour, self.cast.group(name))
        {
            for at in range.clone() {
                let stage = &self.cast.stages[self.cast.validators[at].stage];
                let epoch = stage.subnet(&self.state).map_or(0, |s| s.schedule.epoch_index);
                self.cast.validators[at].behave(behaviour.clone(), epoch);
            }
        }
        let mut changes = Vec::new();
        changes
            .extend(event.quality.as_ref().map(|q| format!("quality = {}", sampled_in_words(q))));
        changes.extend(event.noise.map(|noise| format!("noise = {noise}")));
        changes.extend(event.behaviour.as_ref().map(|b| format!("behaviour = {}", b.name())));
        let happening = ChainHappening {
            block: self.state.block,
            netuid: None,
            kind: "group_changed",
            uid: None,
            account: None,
            rao: None,
            text: format!("{name}: {}", changes.join(", ")),
        };
        self.tell(happening, recorder)
    }

    fn change_rules(
        &mut self,
        event: &ChainEvent,
        recorder: &mut dyn ChainRecorder,
    ) -> Result<(), RunError> {
        let Some(place) = event.subnet else { return Ok(()) };
        let netuid = self.cast.stages[place].netuid;
        if self.cast.stages[place].subnet(&self.state).is_none() {
            return Ok(());
        }
        let block = self.state.block;
        let Some(subnet) = self.state.subnet_mut(netuid) else { return Ok(()) };
        let tempo = subnet.hyper.tempo_blocks;
        rules::apply_patch(&mut subnet.hyper, &event.rules);
        if subnet.hyper.tempo_blocks != tempo {
            // As on the chain, a new tempo counts from its block.
            subnet.schedule.last_epoch_block = block;
        }
        self.reschedule(netuid);
        let text = format!("governance sets {}", rules_in_words(&event.rules).join(", "));
        self.tell(self.happening("hyperparameters", netuid, text), recorder)
    }
}

/// What an event changes about a group apart from its validators' behaviour, which needs to know
/// the epoch. Doing it again for all events so far brings a new cast up to date.
pub(super) fn change_cast(cast: &mut Cast, event: &ChainEvent) {
    let Some(members) = event.group.as_ref().and_then(|name| cast.group(name)).cloned() else {
        return;
    };
    match members {
        Members::Miners(stage, company) => {
            let stage = &mut cast.stages[stage];
            if let Some(quality) = &event.quality {
                stage.draw_quality(company, event.at_block.saturating_add(1), quality);
            }
            if let Some(noise) = event.noise {
                stage.set_noise(company, noise);
            }
        }
        Members::Validators(range) => {
            if let Some(noise) = event.noise {
                cast.validators[range].iter_mut().for_each(|v| v.judge.noise = noise);
            }
        }
    }
}
