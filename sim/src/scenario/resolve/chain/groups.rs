//! Accounts, miners and validators: what is drawn for each of them, and what they do.

use super::super::super::chain_file::{
    AccountTable, ChainMinerTable, ChainValidatorTable, StakerChoice,
};
use super::super::super::chain_types::{
    AccountGroup, ChainMiners, ChainValidators, Joins, SetsWeights, StakerBehaviour,
};
use super::super::super::sink::Sink;
use super::super::super::types::Behaviour;
use super::super::super::values::{Fraction, NonNegative};
use super::super::draws;
use super::super::groups::noise;
use super::super::place::Place;
use super::super::suspicious::check_quality;
use super::members::Members;
use super::scene::Scene;

/// Blocks between two weight settings where the file does not say: the chain's rate limit.
const SET_WEIGHTS_EVERY_BLOCKS: u64 = 100;

/// Keys that a group standing for neurons of a file cannot have: the file says it.
const SAID_BY_FILE: [&str; 5] =
    ["coldkey", "stake_alpha", "root_stake_tao", "balance_tao", "joins"];

/// Resolves the groups of accounts.
pub(super) fn accounts(
    root: &Place<'_>,
    tables: Vec<AccountTable>,
    coldkeys: Vec<(String, Vec<usize>)>,
    scene: &Scene<'_>,
    sink: &mut Sink,
) -> Vec<AccountGroup> {
    let place = root.key("accounts");
    let resolve = |(index, (table, (name, coldkeys))): (usize, (AccountTable, (String, _)))| {
        let place = place.index(index);
        let coldkeys: Vec<usize> = coldkeys;
        // A group without a usable name has no keys; its number still says how long lists are.
        let count = super::members::count_of(table.count);
        let behaviour = table.behaviour.unwrap_or(StakerChoice::Idle);
        let balance = &place.key("balance_tao");
        AccountGroup {
            count,
            balance_tao: draws::required(scene.folder, balance, table.balance_tao, count, sink),
            behaviour: staker(&place.key("behaviour"), behaviour, scene, sink),
            name,
            coldkeys,
        }
    };
    tables.into_iter().zip(coldkeys).enumerate().map(resolve).collect()
}

fn staker(
    place: &Place<'_>,
    choice: StakerChoice,
    scene: &Scene<'_>,
    sink: &mut Sink,
) -> StakerBehaviour {
    match choice {
        StakerChoice::Idle => StakerBehaviour::Idle,
        StakerChoice::FollowYield { every_blocks, moves } => {
            StakerBehaviour::FollowYield { every_blocks, moves }
        }
        StakerChoice::Hold { subnet, part } => {
            let place = place.key("hold").key("subnet");
            let subnet = scene.subnets.find_or_root(&place, &subnet, sink).flatten();
            StakerBehaviour::Hold { subnet, part }
        }
    }
}

/// Resolves the groups of miners.
pub(super) fn miners(
    root: &Place<'_>,
    tables: Vec<ChainMinerTable>,
    members: Vec<Members>,
    scene: &Scene<'_>,
    sink: &mut Sink,
) -> Vec<ChainMiners> {
    let place = root.key("miners");
    let resolve = |(index, (table, members)): (usize, (ChainMinerTable, Members))| {
        let (place, count, folder) = (place.index(index), members.count, scene.folder);
        refuse_said_twice(&place, &members, sink);
        let quality = draws::required(folder, &place.key("quality"), table.quality, count, sink);
        check_quality(&place.key("quality"), &quality, sink);
        let (stake, balance) = (place.key("stake_alpha"), place.key("balance_tao"));
        ChainMiners {
            quality,
            noise: noise(&place, table.noise, sink),
            stake_alpha: draws::optional(folder, &stake, table.stake_alpha, count, sink),
            balance_tao: draws::optional(folder, &balance, table.balance_tao, count, sink),
            joins: table.joins.unwrap_or(Joins::AtStart),
            cost_tao_per_day: table.cost_tao_per_day.map_or(0.0, NonNegative::get),
            sells: table.sells.map_or(0.0, Fraction::get),
            subnet: members.subnet,
            count,
            coldkeys: members.coldkeys,
            hotkeys: members.hotkeys,
            imported_uids: members.imported_uids,
            name: members.name,
        }
    };
    tables.into_iter().zip(members).enumerate().map(resolve).collect()
}

/// Resolves the groups of validators.
pub(super) fn validators(
    root: &Place<'_>,
    tables: Vec<ChainValidatorTable>,
    members: Vec<Members>,
    scene: &Scene<'_>,
    max_take: u16,
    sink: &mut Sink,
) -> Vec<ChainValidators> {
    let place = root.key("validators");
    let resolve = |(index, (table, members)): (usize, (ChainValidatorTable, Members))| {
        let (place, count, folder) = (place.index(index), members.count, scene.folder);
        refuse_said_twice(&place, &members, sink);
        let (stake, root_stake) = (place.key("stake_alpha"), place.key("root_stake_tao"));
        let balance = place.key("balance_tao");
        let behaviour = table.behaviour.unwrap_or(Behaviour::Honest);
        scene.groups.check_behaviour(&place.key("behaviour"), &behaviour, sink);
        let take = table.take.map_or(max_take, u16::from);
        if take > max_take {
            sink.error(&place.key("take").span(), "this take is above the chain's highest")
                .label(format!("max_delegate_take is {max_take} of 65535"))
                .help("raise max_delegate_take in [chain], or take less");
        }
        ChainValidators {
            stake_alpha: draws::optional(folder, &stake, table.stake_alpha, count, sink),
            root_stake_tao: draws::optional(folder, &root_stake, table.root_stake_tao, count, sink),
            balance_tao: draws::optional(folder, &balance, table.balance_tao, count, sink),
            take,
            noise: noise(&place, table.noise, sink),
            behaviour,
            sets_weights: table
                .sets_weights
                .unwrap_or(SetsWeights::Every { blocks: SET_WEIGHTS_EVERY_BLOCKS }),
            subnet: members.subnet,
            count,
            coldkeys: members.coldkeys,
            hotkeys: members.hotkeys,
            imported_uids: members.imported_uids,
            name: members.name,
        }
    };
    tables.into_iter().zip(members).enumerate().map(resolve).collect()
}

/// Refuses keys of a group that something else says already: the file its neurons are from, or the
/// account that owns them.
fn refuse_said_twice(place: &Place<'_>, members: &Members, sink: &mut Sink) {
    if members.imported_uids.is_some() {
        for key in SAID_BY_FILE {
            let message = format!("`{key}` has no effect on neurons of a file");
            place.key(key).refuse(sink, &message, "the file says it");
        }
    } else {
        let owned = place.key("coldkey").exists();
        let message = "the balance of these neurons is that of their account";
        if owned {
            place.key("balance_tao").refuse(sink, message, "`coldkey` names the account");
        }
    }
}
