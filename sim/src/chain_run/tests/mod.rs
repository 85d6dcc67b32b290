//! Whole runs of small scenarios: that nothing but the scenario decides them, that going on is the
//! same as never having stopped, and that agents do what they are meant to.

mod behaviours;
mod books;
mod going_on;
mod scenarios;

use std::cell::Cell;
use std::sync::atomic::AtomicBool;

use super::*;
use crate::chain_recorder::{BlockRecord, CallRecord, ChainEpochRecord, ChainHappening};

thread_local! {
    /// Block and account of a rao that comes out of nothing, in runs of this thread.
    static SPOILED: Cell<Option<(u64, AccountId)>> = const { Cell::new(None) };
}

/// Breaks the books where a test wants it.
pub(super) fn spoil(state: &mut State) {
    if let Some((block, account)) = SPOILED.get()
        && state.block == block
    {
        state.account_mut(account).free_rao += 1;
    }
}

/// Incentive and dividends by hotkey's name.
type Earned = BTreeMap<String, (u64, u64)>;

/// Everything a run told, in words where that compares well.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Heard {
    /// Every record in order, one line each.
    pub lines: Vec<(u64, String)>,
    /// What happened.
    pub happenings: Vec<ChainHappening>,
    /// Block, caller, call and error of every call.
    pub calls: Vec<(u64, String, Call, Option<&'static str>)>,
    /// Block, subnet, and what everybody earned.
    pub epochs: Vec<(u64, NetUid, Earned)>,
    /// The state at the end.
    pub state: Option<State>,
}

impl Heard {
    /// Blocks of all happenings of a kind.
    pub fn blocks_of(&self, kind: &str) -> Vec<u64> {
        self.happenings.iter().filter(|h| h.kind == kind).map(|h| h.block).collect()
    }

    /// Blocks in which somebody made calls of a name.
    pub fn calls_of(&self, who: &str, name: &str) -> Vec<u64> {
        let calls =
            self.calls.iter().filter(|(_, caller, call, _)| caller == who && call.name() == name);
        calls.map(|(block, ..)| *block).collect()
    }

    /// Incentive and dividends of a group over the whole run.
    pub fn earned(&self, group: &str) -> (u64, u64) {
        let prefix = format!("{group}-");
        let earned = self.epochs.iter().flat_map(|(_, _, earned)| earned);
        earned
            .filter(|(name, _)| name.starts_with(&prefix))
            .fold((0, 0), |sum, (_, (incentive, dividend))| (sum.0 + incentive, sum.1 + dividend))
    }
}

impl ChainRecorder for Heard {
    fn start(&mut self, _: &ChainInfo, _: &State, _: &Directory) -> RecordResult {
        Ok(())
    }

    fn block(&mut self, record: &BlockRecord<'_>) -> RecordResult {
        let BlockRecord { state, minted_rao, tao_emitted_rao, calls, refused, .. } = record;
        let digest = blake3::Hash::from(state.digest());
        let line = format!("{digest} {minted_rao} {tao_emitted_rao:?} {calls} {refused}");
        self.lines.push((state.block, line));
        Ok(())
    }

    fn call(&mut self, record: &CallRecord<'_>) -> RecordResult {
        let who = match record.origin {
            Origin::Root => "root".to_owned(),
            Origin::Signed(id) => record.directory.names[id.index()].clone(),
        };
        let error = record.result.err().map(CallError::name);
        self.lines.push((record.block, format!("{who} {:?} {error:?}", record.call)));
        self.calls.push((record.block, who, record.call.clone(), error));
        Ok(())
    }

    fn happening(&mut self, happening: &ChainHappening, _: &Directory) -> RecordResult {
        self.lines.push((happening.block, format!("{happening:?}")));
        self.happenings.push(happening.clone());
        Ok(())
    }

    fn epoch(&mut self, record: &ChainEpochRecord<'_>) -> RecordResult {
        let names = record.hotkeys.iter().map(|id| record.directory.names[id.index()].clone());
        let amounts = record.incentive_rao.iter().copied().zip(record.dividend_rao.iter().copied());
        let quality: Vec<u64> = record.quality.iter().map(|quality| quality.to_bits()).collect();
        let block = record.state.block;
        self.lines.push((block, format!("{} {} {quality:?}", record.netuid, record.epoch)));
        self.epochs.push((block, record.netuid, names.zip(amounts).collect()));
        Ok(())
    }

    fn finish(&mut self, end: &ChainEnd, state: &State, _: &Directory) -> RecordResult {
        self.lines.push((end.last_block, format!("{end:?}")));
        self.state = Some(state.clone());
        Ok(())
    }
}

/// A scenario of 20-block tempos, from the part of its file that matters.
pub(super) fn scenario(text: &str) -> ChainScenario {
    ChainScenario::parse("test", text, &[]).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs with every check on.
pub(super) fn hear(scenario: &ChainScenario) -> (Heard, ChainEnd) {
    hear_from(scenario, None, &[], 1).0
}

/// Runs without checks after every block.
pub(super) fn hear_unchecked(scenario: &ChainScenario) -> (Heard, ChainEnd) {
    let (mut heard, cancel) = (Heard::default(), AtomicBool::new(false));
    let control = RunControl { threads: Some(1), cancel: &cancel, progress: &|_, _| {} };
    let mut save = |_: &Checkpoint| Ok(());
    let mut options = ChainRunOptions {
        check: false,
        from: None,
        until_block: None,
        save_at: &[],
        save: &mut save,
    };
    let end = run_chain(scenario, &mut options, &mut heard, &control);
    (heard, end.unwrap_or_else(|error| panic!("{error}")))
}

/// Runs on some threads, from a checkpoint if there is one; returns the checkpoints asked for.
pub(super) fn hear_from(
    scenario: &ChainScenario,
    from: Option<&Checkpoint>,
    save_at: &[u64],
    threads: usize,
) -> ((Heard, ChainEnd), Vec<Checkpoint>) {
    let (mut heard, mut saved, cancel) = (Heard::default(), Vec::new(), AtomicBool::new(false));
    let mut save = |checkpoint: &Checkpoint| {
        saved.push(checkpoint.clone());
        Ok(())
    };
    let mut options =
        ChainRunOptions { check: true, from, until_block: None, save_at, save: &mut save };
    let control = RunControl { threads: Some(threads), cancel: &cancel, progress: &|_, _| {} };
    let end = run_chain(scenario, &mut options, &mut heard, &control);
    ((heard, end.unwrap_or_else(|error| panic!("{error}"))), saved)
}

/// Much that can happen: two subnets, churn of miners, all kinds of agents, rules that change.
pub(super) const LIVELY: &str = r#"
[simulation]
resolution = "block"
seed = 7
blocks = 400
record_every_blocks = 1

[mechanism]
moving_average_alpha = 0.5

[[accounts]]
name = "alice"
balance_tao = 1000.0

[[accounts]]
name = "holder"
count = 2
balance_tao = 100.0
behaviour = { hold = { subnet = "one", part = 0.5 } }

[[accounts]]
name = "mover"
count = 3
balance_tao = 100.0
behaviour = { follow_yield = { every_blocks = 30, moves = 0.5 } }

[[subnets]]
name = "one"
owner = "alice"
pool_tao = 1000.0
pool_alpha = 10000.0
tempo_blocks = 20
max_uids = 20
immunity_period_blocks = 40
weights_rate_limit_blocks = 5
commit_reveal = false
burn_tao = 0.01

[[subnets]]
name = "two"
pool_tao = 1000.0
pool_alpha = 20000.0
tempo_blocks = 21
burn_tao = 0.01
weights_rate_limit_blocks = 5
first_emission_block = 11

[[validators]]
name = "honest"
subnet = "one"
count = 3
stake_alpha = 1000.0
root_stake_tao = 50.0
noise = 0.1
sets_weights = { every_blocks = 7 }

[[validators]]
name = "late"
subnet = "one"
count = 2
stake_alpha = 400.0
noise = 0.1
behaviour = "copier"
sets_weights = { before_epoch_blocks = 1 }

[[validators]]
name = "hidden"
subnet = "two"
count = 3
stake_alpha = 1000.0
noise = 0.1
sets_weights = { before_epoch_blocks = 2 }

[[miners]]
name = "first"
subnet = "one"
count = 4
quality = { uniform = { low = 0.3, high = 0.8 } }
noise = 0.1
sells = 0.5

[[miners]]
name = "later"
subnet = "one"
count = 10
balance_tao = 5.0
quality = { uniform = { low = 0.3, high = 0.8 } }
joins = { when_it_pays = { within_blocks = 200, every_blocks = 9 } }

[[miners]]
name = "newcomer"
subnet = "one"
count = 4
balance_tao = 5.0
quality = 0.9
joins = { at_block = 120 }

[[miners]]
name = "cheap"
subnet = "two"
count = 5
balance_tao = 5.0
quality = 0.5
joins = { below_price = { burn_tao = 0.05, every_blocks = 11 } }

[[events]]
at_block = 150
group = "first"
quality = 0.4

[[events]]
at_block = 200
group = "honest"
behaviour = { lazy = { update_every_epochs = 2 } }

[[events]]
at_block = 250
subnet = "one"
rules = { commit_reveal = true }
"#;

#[test]
fn threads_decide_nothing() {
    // More validators than a thread is worth: three times 30,000 scores.
    let many = LIVELY.replace("count = 3\nstake_alpha", "count = 60\nstake_alpha");
    let many = many.replace(
        "name = \"later\"\nsubnet = \"one\"\ncount = 10",
        "name = \"later\"\nsubnet = \"one\"\ncount = 600",
    );
    let many =
        many.replace("max_uids = 20", "max_uids = 100").replace("blocks = 400", "blocks = 90");
    let many = scenario(&many.replace("every_blocks = 7", "before_epoch_blocks = 3"));
    let (one, _) = hear_from(&many, None, &[], 1).0;
    for threads in [2, 8] {
        let (other, _) = hear_from(&many, None, &[], threads).0;
        let differs = one.lines.iter().zip(&other.lines).find(|(one, other)| one != other);
        assert_eq!(differs, None, "{threads} threads");
        assert!(one == other, "{threads} threads");
    }
}

#[test]
fn a_lively_scenario_has_some_of_everything() {
    let (heard, end) = hear(&scenario(LIVELY));
    assert_eq!((end.last_block, end.cancelled), (400, false));
    for kind in ["registered", "pruned", "epoch", "group_changed", "hyperparameters"] {
        assert!(!heard.blocks_of(kind).is_empty(), "nothing {kind}");
    }
    for call in [
        "set_weights",
        "commit_timelocked_weights",
        "burned_register",
        "add_stake",
        "remove_stake",
        "move_stake",
        "start_call",
    ] {
        let made =
            heard.calls.iter().filter(|(.., made, error)| made.name() == call && error.is_none());
        assert!(made.count() > 0, "no {call} accepted");
    }
    assert_eq!(end.broken_calls, Vec::<String>::new());
}
