//! Validators on the chain: when they act, what they send, and what they remember between calls.
//!
//! Scores are taken once per epoch of the subnet and miner, at a validator's first call in it; the
//! row that follows from them is kept and sent again until the epoch or the neurons change. Copiers
//! look at the chain anew for each call.

use crate::agents::Decision;
use crate::chain::{AccountId, Call, State, Subnet};
use crate::judge::Judge;
use crate::mechanism::upscale_to_u16;
use crate::scenario::{Behaviour, Mechanism, SetsWeights};

use super::stage::Stage;
use super::visible;

/// What a row was made for: it is good while these stay the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RowKey {
    epoch: u64,
    generation: u64,
    hidden: bool,
}

/// One validator.
#[derive(Debug, Clone)]
pub(super) struct ValidatorAgent {
    /// Its stage.
    pub stage: usize,
    /// The key that validates.
    pub hotkey: AccountId,
    /// What it thinks.
    pub judge: Judge,
    /// When it acts.
    pub sets: SetsWeights,
    /// Block of its next call, `u64::MAX` for none.
    pub act_at: u64,
    /// Epoch before which it acted last, for those who act once an epoch.
    pub acted_epoch: Option<u64>,
    /// Epoch whose miners it scored last.
    pub scored_epoch: Option<u64>,
    /// Generation of the seats that it knows.
    pub known_generation: u64,
    row_key: Option<RowKey>,
    /// Whether that row is to be sent.
    row_is_meant: bool,
    /// Kept for its memory also when it is not.
    row: Option<Call>,
    wants_row: bool,
}

impl ValidatorAgent {
    /// A validator that has not looked at anything.
    pub fn new(
        stage: usize,
        hotkey: AccountId,
        judge: Judge,
        sets: SetsWeights,
        act_at: u64,
    ) -> Self {
        Self {
            stage,
            hotkey,
            judge,
            sets,
            act_at,
            acted_epoch: None,
            scored_epoch: None,
            known_generation: 0,
            row_key: None,
            row_is_meant: false,
            row: None,
            wants_row: false,
        }
    }

    /// Blocks before an epoch in which it acts, for those who do.
    pub fn blocks_before_epoch(&self) -> u64 {
        match self.sets {
            SetsWeights::BeforeEpoch { blocks } => blocks,
            SetsWeights::Every { .. } => 0,
        }
    }

    /// Takes up another behaviour in an epoch.
    pub fn behave(&mut self, behaviour: Behaviour, epoch: u64) {
        self.judge.behave(behaviour, epoch);
        self.row_key = None;
    }

    /// The call that the latest thought led to, if any; give it back with
    /// [`ValidatorAgent::keep`].
    pub fn take_call(&mut self) -> Option<Call> {
        self.row.take_if(|_| self.wants_row)
    }

    /// Keeps a row for the next time.
    pub fn keep(&mut self, call: Call) {
        self.row = Some(call);
    }

    /// Looks at the subnet and decides what to send. Without a uid or a permit there is nothing to
    /// send. Touches nothing but itself.
    pub fn think(&mut self, state: &State, stage: &Stage, mechanism: &Mechanism) {
        self.wants_row = false;
        let Some(subnet) = stage.subnet(state) else { return };
        let Some(uid) = subnet.neurons.uid(self.hotkey) else { return };
        if !subnet.neurons.validator_permit[usize::from(uid)] && subnet.owner_uid() != Some(uid) {
            return;
        }
        let key = RowKey {
            epoch: subnet.schedule.epoch_index,
            generation: stage.generation,
            hidden: subnet.hyper.commit_reveal_enabled,
        };
        let copies = matches!(self.judge.behaviour(), Behaviour::Copier { .. });
        if self.row_key == Some(key) && !copies {
            self.wants_row = self.row_is_meant;
            return;
        }
        self.row_key = Some(key);
        self.forget_changed(stage);
        let copied;
        let consensus = if copies {
            copied = stage.past.with_newest(copy(state, subnet, stage, uid));
            &copied
        } else {
            &stage.past
        };
        let world = stage.world(key.epoch, mechanism, consensus);
        self.judge.observe(&world, self.scored_epoch == Some(key.epoch));
        self.scored_epoch = Some(key.epoch);
        self.row_is_meant =
            self.judge.decide(&world) == Decision::Set && self.write_row(stage, key);
        self.wants_row = self.row_is_meant;
    }

    /// Forgets the scores of miners that lost or got a uid since it last looked.
    pub fn forget_changed(&mut self, stage: &Stage) {
        if self.known_generation == stage.generation {
            return;
        }
        let scores = self.judge.scores_mut().iter_mut();
        for (score, changed_at) in scores.zip(&stage.changed_at) {
            if *changed_at > self.known_generation {
                *score = f64::NAN;
            }
        }
        self.known_generation = stage.generation;
    }

    /// Turns wishes into a call, in the memory of the previous one. False when all are zero.
    fn write_row(&mut self, stage: &Stage, key: RowKey) -> bool {
        let (mut uids, mut values) = match self.row.take() {
            Some(
                Call::SetWeights { uids, values, .. }
                | Call::CommitTimelockedWeights { uids, values, .. },
            ) => (uids, values),
            _ => (Vec::new(), Vec::new()),
        };
        uids.clear();
        values.clear();
        let wanted = self.judge.wanted();
        let entries = stage.seats.iter().map(|(uid, place)| (*uid, wanted[*place]));
        upscale_to_u16(entries, &mut uids, &mut values);
        if uids.is_empty() {
            return false;
        }
        let (netuid, mechanism, version_key) = (stage.netuid, 0, u64::MAX);
        self.row = Some(if key.hidden {
            Call::CommitTimelockedWeights { netuid, mechanism, uids, values, version_key }
        } else {
            Call::SetWeights { netuid, mechanism, uids, values, version_key }
        });
        true
    }
}

/// The visible consensus by place.
fn copy(state: &State, subnet: &Subnet, stage: &Stage, own_uid: u16) -> Vec<u16> {
    let visible = visible::consensus(state, subnet, own_uid);
    let mut by_place = vec![0; stage.present.len()];
    for (uid, place) in &stage.seats {
        by_place[*place] = visible[usize::from(*uid)];
    }
    by_place
}

/// Block in which the next epoch is due as things stand; `None` without a tempo. Deferral, when
/// too many are due at once, shows only in its block.
pub(super) fn next_epoch_block(subnet: &Subnet, now: u64) -> Option<u64> {
    let tempo = u64::from(subnet.hyper.tempo_blocks);
    if tempo == 0 {
        return None;
    }
    let schedule = &subnet.schedule;
    let mut due = schedule.last_epoch_block.saturating_add(tempo);
    if schedule.pending_epoch_at > 0 {
        due = due.min(schedule.pending_epoch_at);
    }
    Some(due.max(now + 1))
}
