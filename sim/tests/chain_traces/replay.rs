//! Running one trace: step each block, compare, apply its calls, compare.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use subsim_sim::chain::{BlockWorkspace, State, begin_block};

use crate::calls;
use crate::compare::first_difference;
use crate::dump;
use crate::load::{self, Names};

/// Blocks between snapshots; a prime, so that they fall on all sides of epochs.
const SNAPSHOT_EVERY: u64 = 7;

/// Hyperparameters last written by the trace; it writes them only when they changed.
#[derive(Default)]
struct Known {
    subnets: BTreeMap<String, Value>,
    globals: Value,
}

impl Known {
    fn learn(&mut self, state: &Value) {
        for (netuid, hp) in state["hp"].as_object().into_iter().flatten() {
            self.subnets.insert(netuid.clone(), hp.clone());
        }
        if state["ghp"].as_object().is_some_and(|ghp| !ghp.is_empty()) {
            self.globals = state["ghp"].clone();
        }
    }
}

fn read(file: &Path) -> String {
    let mut decoder = zstd::Decoder::new(std::fs::File::open(file).unwrap()).unwrap();
    decoder.window_log_max(27).unwrap();
    std::io::read_to_string(decoder).unwrap()
}

/// Replays a trace. `Ok` with the number of blocks, or the first difference.
pub fn replay(file: &Path) -> Result<usize, String> {
    let text = read(file);
    let inits = inits(file);
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let setup = lines.next().unwrap();
    let (mut state, names) = load::setup(&setup, &text);
    let mut known = Known::default();
    known.learn(&setup["state"]);
    check(&state, &setup["state"], &names, Some(&known), "setup")?;
    let mut workspace = BlockWorkspace::default();
    let mut blocks = 0;
    for step in lines {
        let block = step["block"].as_u64().unwrap();
        let hash = load::hex_bytes(step["parent_hash"].as_str().unwrap());
        begin_block(&mut state, &mut workspace, hash);
        if let Some(init) = inits.get(&block) {
            check(&state, init, &names, None, &format!("block {block} before its calls"))?;
        }
        for (index, call) in step["calls"].as_array().unwrap().iter().enumerate() {
            apply(&mut state, call, &names)
                .map_err(|error| format!("block {block} call {index}: {error}"))?;
        }
        known.learn(&step["state"]);
        check(&state, &step["state"], &names, Some(&known), &format!("block {block}"))?;
        state.audit().map_err(|error| format!("block {block}: {error}"))?;
        if block % SNAPSHOT_EVERY == 0 {
            state =
                reload(&state).map_err(|error| format!("snapshot of block {block}: {error}"))?;
        }
        blocks += 1;
    }
    Ok(blocks)
}

/// Writes the state out and reads it back, so that the blocks after it run on the copy.
fn reload(state: &State) -> Result<State, String> {
    let copy = State::from_bytes(&state.to_bytes()).map_err(|error| error.to_string())?;
    match copy == *state && copy.digest() == state.digest() {
        true => Ok(copy),
        false => Err("the copy differs".to_owned()),
    }
}

/// Begins each block from the state that the trace says the one before ended with, and compares what
/// the block's own step makes of it. Needs the states before calls; how many were equal and every
/// block that differs.
pub fn replay_steps(file: &Path) -> (usize, Vec<String>) {
    let text = read(file);
    let inits = inits(file);
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let setup = lines.next().unwrap();
    let (frame, names) = load::setup(&setup, &text);
    let mut known = Known::default();
    known.learn(&setup["state"]);
    let mut workspace = BlockWorkspace::default();
    let (mut equal, mut different) = (0, Vec::new());
    let mut before = setup["state"].clone();
    // The only part of the state that traces do not show and a block step needs.
    let mut scan_from = None;
    for step in lines {
        let block = step["block"].as_u64().unwrap();
        if let Some(init) = inits.get(&block) {
            let hp = |netuid: &str| known.subnets.get(netuid).unwrap();
            let mut state = load::restore(&frame, &before, hp, &known.globals, &names);
            state.root_scan_from = scan_from;
            let hash = load::hex_bytes(step["parent_hash"].as_str().unwrap());
            begin_block(&mut state, &mut workspace, hash);
            scan_from = state.root_scan_from;
            match check(&state, init, &names, None, &format!("block {block} before its calls")) {
                Ok(()) => equal += 1,
                Err(difference) => different.push(difference),
            }
        }
        known.learn(&step["state"]);
        before = step["state"].clone();
    }
    (equal, different)
}

/// The states before calls, by block; empty where there is no such file.
fn inits(file: &Path) -> BTreeMap<u64, Value> {
    let init = file.parent().unwrap().join("init").join(file.file_name().unwrap());
    if !init.exists() {
        return BTreeMap::new();
    }
    let text = read(&init);
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| (line["block"].as_u64().unwrap(), line["state"].clone())).collect()
}

fn apply(state: &mut State, call: &Value, names: &Names) -> Result<(), String> {
    if call["call"] == "raw_set" {
        calls::raw_set(state, call);
        return Ok(());
    }
    let Some((origin, parsed)) = calls::parse(call, names) else {
        return Err(format!("call {} is not implemented", call["call"]));
    };
    let before = (call["result"] != "ok").then(|| state.clone());
    let result = match state.apply(origin, &parsed) {
        Ok(()) => "ok",
        Err(error) => error.name(),
    };
    if result != "ok" && before.is_some_and(|before| before != *state) {
        return Err(format!("{call}: refused, and yet it changed the state"));
    }
    match call["result"].as_str() {
        Some(expected) if expected == result => Ok(()),
        _ => Err(format!("{call}: got {result}")),
    }
}

fn check(
    state: &State,
    expected: &Value,
    names: &Names,
    known: Option<&Known>,
    place: &str,
) -> Result<(), String> {
    let mut expected = expected.clone();
    let fields = expected.as_object_mut().unwrap();
    // Block emission in storage is whatever was computed last, alpha or TAO: no one reads it.
    for field in ["hp", "ghp", "block_emission_storage"] {
        fields.remove(field);
    }
    let mut found = dump::state(state, names);
    if let Some(known) = known {
        for subnet in state.subnets.iter().flatten() {
            let netuid = subnet.netuid.to_string();
            let hp = dump::hyperparameters(&subnet.hyper, names);
            found[format!("hp{netuid}")] = hp;
            let hp = known.subnets.get(&netuid).cloned().unwrap_or_default();
            expected[format!("hp{netuid}")] = hp;
        }
        found["ghp"] = dump::globals(&state.globals);
        expected["ghp"] = known.globals.clone();
    }
    match first_difference(&expected, &found) {
        None => Ok(()),
        Some(difference) => Err(format!("{place}: {difference}")),
    }
}
