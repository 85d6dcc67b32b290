//! Making calls and telling what came of them: who was registered or pruned, which subnets came
//! and went, which rules changed.

use crate::chain::{AccountId, Call, CallError, NetUid, Origin, ROOT, Setting};
use crate::chain_recorder::{CallRecord, ChainHappening, ChainRecorder};
use crate::run::RunError;
use crate::scenario::RecordCalls;

use super::{Run, directory};

/// What must be known of the time before a call to tell what it did.
enum Before {
    Nothing,
    /// Who sits where the newcomer will, and what it costs.
    Seat {
        netuid: NetUid,
        hotkey: AccountId,
        price_rao: u64,
        seats: Vec<AccountId>,
    },
    /// The subnets, by number and block of registration, and what a new one costs.
    Networks {
        netuids: Vec<(NetUid, u64)>,
        lock_rao: u64,
    },
}

impl Run<'_> {
    /// Makes a call, records it, and lets everybody know who is concerned. Returns why it was
    /// refused, if it was.
    pub fn call(
        &mut self,
        origin: Origin,
        call: &Call,
        recorder: &mut dyn ChainRecorder,
    ) -> Result<Option<CallError>, RunError> {
        let before = self.before(call);
        let result = self.apply(origin, call);
        self.calls += 1;
        self.refused += u64::from(result.is_err());
        let wanted = match self.scenario.simulation.record_calls {
            RecordCalls::All => true,
            RecordCalls::Refused => result.is_err(),
            RecordCalls::None => false,
        };
        if wanted {
            let (block, directory) = (self.state.block, &self.directory);
            let record = CallRecord { block, origin, call, result, directory };
            recorder.call(&record).map_err(RunError::Recorder)?;
        }
        if result.is_ok() {
            self.after(origin, call, before, recorder)?;
        }
        Ok(result.err())
    }

    /// Tells the recorder that something happened.
    pub fn tell(
        &self,
        happening: ChainHappening,
        recorder: &mut dyn ChainRecorder,
    ) -> Result<(), RunError> {
        recorder.happening(&happening, &self.directory).map_err(RunError::Recorder)
    }

    /// Something that happened now, with nothing but a subnet and a phrase.
    pub fn happening(&self, kind: &'static str, netuid: NetUid, text: String) -> ChainHappening {
        let (block, netuid) = (self.state.block, Some(netuid));
        ChainHappening { block, netuid, kind, uid: None, account: None, rao: None, text }
    }

    fn before(&self, call: &Call) -> Before {
        let state = &self.state;
        match call {
            Call::BurnedRegister { netuid, hotkey }
            | Call::RegisterLimit { netuid, hotkey, .. } => self.seat_before(*netuid, *hotkey),
            Call::RootRegister { hotkey } => self.seat_before(ROOT, *hotkey),
            Call::RegisterNetwork { .. } | Call::RootDissolveNetwork { .. } => {
                let subnets = state.subnets.iter().flatten();
                let netuids = subnets.map(|s| (s.netuid, s.hyper.network_registered_at)).collect();
                Before::Networks { netuids, lock_rao: state.network_lock_cost_rao() }
            }
            _ => Before::Nothing,
        }
    }

    fn seat_before(&self, netuid: NetUid, hotkey: AccountId) -> Before {
        let Some(subnet) = self.state.subnet(netuid) else { return Before::Nothing };
        let price_rao = if netuid == ROOT { 0 } else { subnet.registration.burn_rao };
        let seats = subnet.neurons.hotkeys.clone();
        Before::Seat { netuid, hotkey, price_rao, seats }
    }

    fn after(
        &mut self,
        origin: Origin,
        call: &Call,
        before: Before,
        recorder: &mut dyn ChainRecorder,
    ) -> Result<(), RunError> {
        match before {
            Before::Seat { netuid, hotkey, price_rao, seats } => {
                self.tell_of_seat(netuid, hotkey, price_rao, &seats, recorder)?;
            }
            Before::Networks { netuids, lock_rao } => {
                self.tell_of_networks(&netuids, lock_rao, recorder)?;
            }
            Before::Nothing => {}
        }
        match call {
            Call::SetHyperparameter { netuid, setting } => {
                let text = format!("{} sets {setting:?}", self.name_of(origin));
                self.tell(self.happening("hyperparameters", *netuid, text), recorder)?;
                if matches!(setting, Setting::TempoBlocks(_)) {
                    self.reschedule(*netuid);
                }
            }
            Call::SetTempo { netuid, tempo_blocks } => {
                let text = format!("{} sets tempo = {tempo_blocks}", self.name_of(origin));
                self.tell(self.happening("hyperparameters", *netuid, text), recorder)?;
                self.reschedule(*netuid);
            }
            Call::SetActivityCutoffFactor { netuid, factor_milli } => {
                let who = self.name_of(origin);
                let text = format!("{who} sets activity cutoff factor = {factor_milli}/1000");
                self.tell(self.happening("hyperparameters", *netuid, text), recorder)?;
            }
            Call::TriggerEpoch { netuid } => self.reschedule(*netuid),
            _ => {}
        }
        Ok(())
    }

    /// Name of whoever makes a call.
    pub fn name_of(&self, origin: Origin) -> String {
        match origin {
            Origin::Root => "governance".to_owned(),
            Origin::Signed(id) => self.name(id).to_owned(),
        }
    }

    /// Name of an account.
    pub fn name(&self, id: AccountId) -> &str {
        self.directory.names.get(id.index()).map_or("?", String::as_str)
    }

    fn tell_of_seat(
        &mut self,
        netuid: NetUid,
        hotkey: AccountId,
        price_rao: u64,
        seats: &[AccountId],
        recorder: &mut dyn ChainRecorder,
    ) -> Result<(), RunError> {
        self.refresh_stage(netuid);
        let uid = self.state.subnet(netuid).and_then(|subnet| subnet.neurons.uid(hotkey));
        let Some(uid) = uid else { return Ok(()) };
        let newcomer = self.name(hotkey).to_owned();
        if let Some(old) = seats.get(usize::from(uid)) {
            let text = format!("{} loses uid {uid} to {newcomer}", self.name(*old));
            let happening = self.happening("pruned", netuid, text);
            let happening = ChainHappening { uid: Some(uid), account: Some(*old), ..happening };
            self.tell(happening, recorder)?;
        }
        let happening = self.happening("registered", netuid, format!("{newcomer} gets uid {uid}"));
        let rao = Some(price_rao);
        let happening = ChainHappening { uid: Some(uid), account: Some(hotkey), rao, ..happening };
        self.tell(happening, recorder)
    }

    fn tell_of_networks(
        &mut self,
        before: &[(NetUid, u64)],
        lock_rao: u64,
        recorder: &mut dyn ChainRecorder,
    ) -> Result<(), RunError> {
        directory::extend(&mut self.directory, self.info.groups.len() - 1, &self.state);
        let subnets = self.state.subnets.iter().flatten();
        let now: Vec<_> = subnets.map(|s| (s.netuid, s.hyper.network_registered_at)).collect();
        for (netuid, _) in before.iter().filter(|subnet| !now.contains(subnet)) {
            self.refresh_stage(*netuid);
            let text = format!("{} is dissolved", self.network_name(*netuid));
            self.tell(self.happening("network_dissolved", *netuid, text), recorder)?;
        }
        for (netuid, _) in now.iter().filter(|subnet| !before.contains(subnet)) {
            let Some(subnet) = self.state.subnet(*netuid) else { continue };
            let (owner, hotkey) = (subnet.hyper.owner, subnet.hyper.owner_hotkey);
            let name = owner.map_or("?", |owner| self.name(owner));
            let happening =
                self.happening("network_registered", *netuid, format!("{name} founds it"));
            let happening = ChainHappening { account: owner, rao: Some(lock_rao), ..happening };
            self.tell(happening, recorder)?;
            if let Some(hotkey) = hotkey {
                self.tell_of_seat(*netuid, hotkey, 0, &[], recorder)?;
            }
            self.note_owner(*netuid);
        }
        Ok(())
    }

    /// Name of a subnet: the scenario's, while it is that one.
    pub fn network_name(&self, netuid: NetUid) -> String {
        let place = usize::from(netuid).checked_sub(1);
        let name = place.and_then(|place| self.info.subnets.get(place));
        name.map_or_else(|| format!("subnet {netuid}"), Clone::clone)
    }
}
