//! Calls made at given blocks: which call, by whom, with which arguments, and how often.

use super::super::super::chain_file::CallTable;
use super::super::super::chain_types::PlannedCall;
use super::super::super::nearest::{listed, nearest};
use super::super::super::sink::{Sink, quoted};
use super::super::super::values::Whole;
use super::super::place::Place;
use super::arguments::Arguments;
use super::forms;
use super::people::{GOVERNANCE, account};
use super::scene::Scene;
use crate::chain::{Call, CallError, Origin};

/// Most calls that a scenario may plan, repetitions counted.
const MAX_CALLS: u64 = 200_000;

/// All calls by their names.
pub(in super::super::super) const CALL_NAMES: [&str; 42] = [
    "transfer_allow_death",
    "transfer_keep_alive",
    "faucet",
    "register_network",
    "root_dissolve_network",
    "start_call",
    "burned_register",
    "register_limit",
    "root_register",
    "set_weights",
    "commit_weights",
    "reveal_weights",
    "commit_timelocked_weights",
    "add_stake",
    "add_stake_limit",
    "add_stake_burn",
    "remove_stake",
    "remove_stake_limit",
    "remove_stake_full_limit",
    "unstake_all",
    "unstake_all_alpha",
    "move_stake",
    "transfer_stake",
    "swap_stake",
    "swap_stake_limit",
    "recycle_alpha",
    "burn_alpha",
    "lock_stake",
    "move_lock",
    "set_perpetual_lock",
    "set_reject_locked_alpha",
    "set_children",
    "set_childkey_take",
    "increase_take",
    "decrease_take",
    "claim_root",
    "set_root_claim_type",
    "set_coldkey_auto_stake_hotkey",
    "set_tempo",
    "set_activity_cutoff_factor",
    "trigger_epoch",
    "set_hyperparameter",
];

/// Calls that a hotkey signs; all others are a coldkey's.
pub(super) const BY_HOTKEY: [&str; 4] =
    ["set_weights", "commit_weights", "reveal_weights", "commit_timelocked_weights"];

/// Calls that governance makes.
const BY_GOVERNANCE: [&str; 3] =
    ["root_dissolve_network", "set_activity_cutoff_factor", "set_hyperparameter"];

/// Resolves the calls, ordered by block; those of one block in file order.
pub(super) fn calls<'a>(
    root: &Place<'a>,
    tables: Vec<CallTable>,
    scene: &mut Scene<'a>,
    sink: &mut Sink,
) -> Vec<PlannedCall> {
    let place = root.key("calls");
    let mut planned = Vec::new();
    for (index, table) in tables.into_iter().enumerate() {
        let place = place.index(index);
        let call = call(&place, &table, scene, sink);
        let refused = refused(&place, table.refused.as_deref(), sink);
        let first = at_block(&place, &table, scene.blocks, sink);
        let Some((origin, call)) = call else { continue };
        if origin == Origin::Root && refused.is_none() && !BY_GOVERNANCE.contains(&call.name()) {
            let message = format!("governance does not make this call: {}", call.name());
            sink.warning(&place.key("from").span(), message)
                .label("it will be refused with BadOrigin")
                .help("name the person who makes it, or expect it: refused = \"BadOrigin\"");
        }
        let call = PlannedCall { at_block: first, origin, call, refused };
        repeat(&place, &table, call, scene.blocks, &mut planned, sink);
    }
    planned.sort_by_key(|call: &PlannedCall| call.at_block);
    planned
}

fn at_block(place: &Place<'_>, table: &CallTable, blocks: u64, sink: &mut Sink) -> u64 {
    let place_of_block = place.key("at_block");
    let Some(block) = table.at_block.map(Whole::get) else {
        if !place_of_block.is_set_aside() {
            sink.error(&place.span(), "this call does not say when it is made")
                .label("`at_block` must be here")
                .help("write, for example, at_block = 100");
        }
        return 1;
    };
    if block > blocks {
        sink.warning(&place_of_block.span(), "this call is never made")
            .label(format!("the run ends with block {blocks}"));
    }
    block
}

/// Adds a call as often as its table says.
fn repeat(
    place: &Place<'_>,
    table: &CallTable,
    call: PlannedCall,
    blocks: u64,
    planned: &mut Vec<PlannedCall>,
    sink: &mut Sink,
) {
    let Some(every) = table.every_blocks.map(Whole::get) else {
        if table.times.is_some_and(|times| times.get() > 1) {
            sink.error(
                &place.key("times").key_span(),
                "this call does not say how often it is made",
            )
            .label("`every_blocks` must be beside it")
            .help("write, for example, every_blocks = 7200");
        }
        planned.push(call);
        return;
    };
    // A run whose length is not known, which is reported, needs no repetitions.
    let to_end = match blocks {
        u64::MAX => 1,
        _ => 1 + blocks.saturating_sub(call.at_block) / every,
    };
    let times = table.times.map_or(to_end, Whole::get);
    if times > to_end && call.at_block <= blocks && blocks < u64::MAX {
        let last = call.at_block.saturating_add((times - 1).saturating_mul(every));
        sink.warning(&place.key("times").span(), "the last of these calls are never made")
            .label(format!("the run ends with block {blocks}, the last call is for {last}"));
    }
    let times = times.min(to_end);
    if planned.len() as u64 + times > MAX_CALLS {
        sink.error(&place.key("every_blocks").span(), "these are too many calls")
            .label(format!("allowed: {MAX_CALLS} in all, repetitions counted"));
        return;
    }
    for repetition in 0..times {
        let at_block = call.at_block + repetition * every;
        planned.push(PlannedCall { at_block, ..call.clone() });
    }
}

/// The error that is expected; the chain must have it.
fn refused(place: &Place<'_>, written: Option<&str>, sink: &mut Sink) -> Option<String> {
    let written = written?;
    let names = || CallError::ALL.iter().map(|error| error.name());
    if let Some(name) = names().find(|name| *name == written) {
        return Some(name.to_owned());
    }
    let label = match nearest(written, names()) {
        Some(near) => format!("did you mean {near:?}?"),
        None => "no such error".to_owned(),
    };
    let message = format!("the chain has no error \"{}\"", quoted(written));
    sink.error(&place.key("refused").span(), message)
        .label(label)
        .help("errors have the chain's names, such as \"NotEnoughBalanceToStake\"");
    None
}

/// Who calls what; `None` when that is not known.
fn call<'a>(
    place: &Place<'a>,
    table: &CallTable,
    scene: &mut Scene<'a>,
    sink: &mut Sink,
) -> Option<(Origin, Call)> {
    for (key, example) in [("from", "\"alice\""), ("call", "\"add_stake\"")] {
        if !place.key(key).exists() && !place.key(key).is_set_aside() {
            sink.error(&place.span(), format!("this call has no `{key}`"))
                .label(format!("`{key}` must be here"))
                .help(format!("write, for example, {key} = {example}"));
        }
    }
    let name = table.call.as_deref()?;
    if !CALL_NAMES.contains(&name) {
        let label = match nearest(name, CALL_NAMES) {
            Some(near) => format!("did you mean {near:?}?"),
            None => "no such call".to_owned(),
        };
        let message = format!("no call is named \"{}\"", quoted(name));
        sink.error(&place.key("call").span(), message)
            .label(label)
            .help(format!("allowed: {}", listed(&CALL_NAMES, '"')));
        return None;
    }
    let by_hotkey = BY_HOTKEY.contains(&name);
    let signer = table.from.as_deref().map(|from| match from {
        GOVERNANCE => Some(Origin::Root),
        _ => {
            let signer = scene.people.signer(&place.key("from"), from, by_hotkey, sink);
            signer.map(|signer| Origin::Signed(account(signer)))
        }
    });
    let origin = signer.flatten();
    let mut arguments = Arguments::new(place.clone(), scene, sink);
    let call = forms::call(&mut arguments, name, origin);
    arguments.finish(name);
    Some((origin?, call?))
}
