//! One block: the chain's own step, and what is said about it.

use crate::chain::{AuditError, Call, NetUid, Origin, begin_block, begin_block_with_flows};
use crate::chain_recorder::{BlockRecord, ChainEpochRecord, ChainHappening, ChainRecorder};
use crate::run::RunError;

use super::Run;
use super::calendar::Actor;

/// Key from which the hashes of blocks are derived.
pub(super) fn hash_key(seed: u64) -> [u8; 32] {
    blake3::derive_key("subsim 2026 hashes of blocks", &seed.to_le_bytes())
}

impl Run<'_> {
    /// Runs the next block.
    pub fn step(&mut self, recorder: &mut dyn ChainRecorder) -> Result<(), RunError> {
        let hash = self.parent_hash();
        if let Some(explaining) = &mut self.explaining {
            let flows = begin_block_with_flows(&mut self.state, &mut self.workspace, hash);
            explaining.own = flows;
        } else {
            begin_block(&mut self.state, &mut self.workspace, hash);
        }
        self.after_own_step(recorder)?;
        self.apply_events(recorder)?;
        self.make_planned_calls(recorder)?;
        self.let_agents_act(recorder)?;
        #[cfg(test)]
        super::tests::spoil(&mut self.state);
        if self.check {
            self.audit()?;
        }
        let block = self.state.block;
        if block.is_multiple_of(self.info.record_every_blocks) || block == self.last_block {
            let record = BlockRecord {
                state: &self.state,
                minted_rao: self.workspace.minted_rao(),
                tao_emitted_rao: &self.tao_emitted_rao,
                calls: self.calls,
                refused: self.refused,
                directory: &self.directory,
            };
            recorder.block(&record).map_err(RunError::Recorder)?;
            (self.calls, self.refused) = (0, 0);
        }
        Ok(())
    }

    /// A hash for the latest block: of the seed and its number. Only the automatic claim of root
    /// dividends draws from it, so it is left out while nobody has root stake.
    fn parent_hash(&self) -> [u8; 32] {
        if self.state.staking_coldkeys.is_empty() {
            return [0; 32];
        }
        *blake3::keyed_hash(&self.hash_key, &self.state.block.to_le_bytes()).as_bytes()
    }

    /// Tells of halvings, epochs and deferrals, and lets miners take note of what they earned.
    fn after_own_step(&mut self, recorder: &mut dyn ChainRecorder) -> Result<(), RunError> {
        self.count_emission();
        let minted_rao = self.workspace.minted_rao();
        if minted_rao != self.minted_rao {
            self.tell_of_halving(minted_rao, recorder)?;
            self.minted_rao = minted_rao;
        }
        for index in 0..self.workspace.epochs().len() {
            self.after_epoch(index, recorder)?;
        }
        for index in 0..self.workspace.deferred().len() {
            let netuid = self.workspace.deferred()[index];
            let text = "the epoch waits a block: too many are due".to_owned();
            self.tell(self.happening("deferred", netuid, text), recorder)?;
            self.reschedule(netuid);
        }
        Ok(())
    }

    /// Adds up the TAO that went into each subnet.
    fn count_emission(&mut self) {
        let sums = &mut self.tao_emitted_rao;
        sums.resize(self.state.subnets.len(), 0);
        for subnet in self.state.subnets.iter().flatten().filter(|subnet| subnet.emits()) {
            let flow = &subnet.flow;
            sums[usize::from(subnet.netuid)] +=
                u128::from(flow.tao_in_emission_rao) + u128::from(flow.excess_tao_rao);
        }
    }

    fn tell_of_halving(
        &self,
        minted_rao: u64,
        recorder: &mut dyn ChainRecorder,
    ) -> Result<(), RunError> {
        // Between halvings a block may mint less when the cap is near; that is no halving.
        if minted_rao == 0 || self.minted_rao < minted_rao.saturating_mul(2) {
            return Ok(());
        }
        let tokens = |rao: u64| rao as f64 / 1e9;
        let happening = ChainHappening {
            block: self.state.block,
            netuid: None,
            kind: "halving",
            uid: None,
            account: None,
            rao: Some(minted_rao),
            text: format!(
                "a block mints {} TAO instead of {}",
                tokens(minted_rao),
                tokens(self.minted_rao)
            ),
        };
        self.tell(happening, recorder)
    }

    fn after_epoch(
        &mut self,
        index: usize,
        recorder: &mut dyn ChainRecorder,
    ) -> Result<(), RunError> {
        let outcome = &self.workspace.epochs()[index];
        let netuid = outcome.netuid;
        let Some(subnet) = self.state.subnet(netuid) else { return Ok(()) };
        let epoch = subnet.schedule.epoch_index.saturating_sub(1);
        self.fold.epoch(self.state.block, subnet);
        self.quality_by_uid.clear();
        self.quality_by_uid.resize(subnet.neurons.len(), f64::NAN);
        let stages = &mut self.cast.stages;
        let place = stages.iter().position(|stage| stage.netuid == netuid);
        let place = place.filter(|place| stages[*place].subnet(&self.state).is_some());
        if let Some(place) = place {
            let stage = &mut stages[place];
            let quality = stage.quality(epoch).to_vec();
            for (uid, place) in &stage.seats {
                self.quality_by_uid[usize::from(*uid)] = quality[*place];
            }
            stage.publish(&subnet.neurons.consensus);
        }
        let record = ChainEpochRecord {
            state: &self.state,
            netuid,
            epoch,
            incentive_rao: &outcome.incentive_rao,
            dividend_rao: &outcome.dividend_rao,
            pending: &outcome.pending,
            hotkeys: &subnet.neurons.hotkeys,
            quality: &self.quality_by_uid,
            directory: &self.directory,
        };
        recorder.epoch(&record).map_err(RunError::Recorder)?;
        let pending = &outcome.pending;
        let paid = [
            pending.server_rao,
            pending.validator_rao,
            pending.root_alpha_rao,
            pending.owner_cut_rao,
        ];
        let rao = Some(paid.iter().fold(0_u64, |sum, part| sum.saturating_add(*part)));
        let happening = self.happening("epoch", netuid, format!("epoch {epoch}"));
        self.tell(ChainHappening { rao, ..happening }, recorder)?;
        if let Some(place) = place {
            self.let_miners_earn(place, index);
        }
        self.tell_of_owner(netuid, recorder)?;
        self.reschedule(netuid);
        Ok(())
    }

    /// Notes what the miners of a stage earned; who sells, does so in this block.
    fn let_miners_earn(&mut self, place: usize, index: usize) {
        let outcome = &self.workspace.epochs()[index];
        let stage = &self.cast.stages[place];
        let owner = self.state.subnet(stage.netuid).and_then(|subnet| subnet.hyper.owner);
        for (uid, place_there) in &stage.seats {
            let at = self.cast.miners_of[place][*place_there];
            let miner = &mut self.cast.miners[at];
            // What the owner's own miners earn is withheld.
            if owner == Some(miner.coldkey) {
                continue;
            }
            miner.earn(outcome.incentive_rao[usize::from(*uid)]);
            if miner.unsold_rao > 0 {
                self.calendar.note(self.state.block, Actor::Miner(at as u32));
            }
        }
    }

    fn tell_of_owner(
        &mut self,
        netuid: NetUid,
        recorder: &mut dyn ChainRecorder,
    ) -> Result<(), RunError> {
        let owner = self.state.subnet(netuid).and_then(|subnet| subnet.hyper.owner);
        if self.owners.get(&netuid) == Some(&owner) {
            return Ok(());
        }
        let name = owner.map_or("nobody", |owner| self.name(owner));
        let happening = self.happening("owner_changed", netuid, format!("{name} owns it now"));
        self.note_owner(netuid);
        self.tell(ChainHappening { account: owner, ..happening }, recorder)
    }

    /// The calls that the scenario plans for this block, and whether they end as it says; owners
    /// start subnets whose first emission is in the next block before that.
    fn make_planned_calls(&mut self, recorder: &mut dyn ChainRecorder) -> Result<(), RunError> {
        let (scenario, block) = (self.scenario, self.state.block);
        while let Some((_, netuid)) =
            self.starts.get(self.next_start).copied().filter(|s| s.0 <= block)
        {
            self.next_start += 1;
            let Some(owner) = self.state.subnet(netuid).and_then(|s| s.hyper.owner) else {
                continue;
            };
            let call = Call::StartCall { netuid };
            self.make_planned_call(Origin::Signed(owner), &call, None, recorder)?;
        }
        while let Some(planned) = scenario.calls.get(self.next_call).filter(|c| c.at_block <= block)
        {
            self.next_call += 1;
            let expected = planned.refused.as_deref();
            self.make_planned_call(planned.origin, &planned.call, expected, recorder)?;
        }
        Ok(())
    }

    fn make_planned_call(
        &mut self,
        origin: Origin,
        call: &Call,
        expected: Option<&str>,
        recorder: &mut dyn ChainRecorder,
    ) -> Result<(), RunError> {
        let found = self.call(origin, call, recorder)?.map(|error| error.name());
        if found != expected {
            let ended = |refused: Option<&str>| match refused {
                Some(error) => format!("refused with {error}"),
                None => "accepted".to_owned(),
            };
            self.broken_calls.push(format!(
                "block {}: {} by {} was {}, the scenario expects it to be {}",
                self.state.block,
                call.name(),
                self.name_of(origin),
                ended(found),
                ended(expected),
            ));
        }
        Ok(())
    }

    /// Checks all sums.
    fn audit(&self) -> Result<(), RunError> {
        self.state.audit().map_err(|source| {
            let who = audited_account(&source).map(|id| self.name(id).to_owned());
            RunError::Audit { block: self.state.block, source: Box::new(source), who }
        })
    }
}

/// The account that an error of the books names.
fn audited_account(error: &AuditError) -> Option<crate::chain::AccountId> {
    match error {
        AuditError::Pot { pot, .. } => Some(*pot),
        AuditError::Stake { hotkey, .. } => Some(*hotkey),
        _ => None,
    }
}
