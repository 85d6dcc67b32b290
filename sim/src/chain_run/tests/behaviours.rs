//! What agents do, and when.

use super::*;

/// One subnet of 20-block tempos; validators and miners come on top.
fn one_subnet(rules: &str, rest: &str) -> ChainScenario {
    scenario(&format!(
        r#"
[simulation]
resolution = "block"
seed = 3
blocks = 200
[[accounts]]
name = "alice"
balance_tao = 3000.0
[[subnets]]
name = "one"
owner = "alice"
owner_is_neuron = false
tempo_blocks = 20
weights_rate_limit_blocks = 1
burn_tao = 0.01
{rules}
{rest}
"#
    ))
}

const VALIDATORS: &str = "
[[validators]]
name = \"v\"
count = 2
stake_alpha = 1000.0
";
const MINERS: &str = "
[[miners]]
name = \"m\"
count = 3
quality = [0.8, 0.4, 0.2]
";

/// The chain prunes only while more than ten neurons are out of immunity.
const CROWD: &str = "
[[miners]]
name = \"crowd\"
count = 10
quality = 0.6
";

fn weights_of(heard: &Heard, who: &str, block: u64) -> Option<(Vec<u16>, Vec<u16>)> {
    heard.calls.iter().find_map(|(at, caller, call, _)| match call {
        Call::SetWeights { uids, values, .. } if caller == who && *at == block => {
            Some((uids.clone(), values.clone()))
        }
        _ => None,
    })
}

#[test]
fn validators_act_every_so_often_or_at_the_last_moment() {
    let validators = "
[[validators]]
name = \"often\"
count = 2
stake_alpha = 10.0
sets_weights = { every_blocks = 10 }
[[validators]]
name = \"late\"
stake_alpha = 10.0
sets_weights = { before_epoch_blocks = 3 }
";
    let text = one_subnet("commit_reveal = false", &format!("{validators}{MINERS}"));
    let (heard, _) = hear(&text);
    assert_eq!(heard.calls_of("often-0", "set_weights")[..3], [1, 11, 21]);
    assert_eq!(heard.calls_of("often-1", "set_weights")[..3], [6, 16, 26]);
    let epochs = heard.blocks_of("epoch");
    let late = heard.calls_of("late-0", "set_weights");
    assert_eq!(late, epochs.iter().map(|block| block - 3).collect::<Vec<_>>());
    assert!(heard.calls.iter().all(|(.., error)| error.is_none()));
}

#[test]
fn the_last_moment_follows_the_schedule() {
    let rest = format!(
        "{VALIDATORS}sets_weights = {{ before_epoch_blocks = 1 }}{MINERS}
[[events]]
at_block = 50
subnet = \"one\"
rules = {{ tempo_blocks = 31 }}
"
    );
    let (heard, _) = hear(&one_subnet("commit_reveal = false", &rest));
    // Due at 20 and 40; the new tempo counts from block 50.
    assert_eq!(heard.blocks_of("epoch")[..4], [20, 40, 81, 112]);
    assert_eq!(heard.calls_of("v-0", "set_weights")[..4], [19, 39, 80, 111]);
}

#[test]
fn deferred_epochs_are_not_acted_for_twice() {
    let mut text = String::from("[simulation]\nresolution = \"block\"\nblocks = 100\n");
    for name in ["a", "b", "c"] {
        text += &format!(
            "[[subnets]]\nname = \"{name}\"\ntempo_blocks = 20\ncommit_reveal = false\n\
             [[validators]]\nname = \"v{name}\"\nsubnet = \"{name}\"\nstake_alpha = 10.0\n\
             sets_weights = {{ before_epoch_blocks = 1 }}\n\
             [[miners]]\nname = \"m{name}\"\nsubnet = \"{name}\"\nquality = 0.5\n"
        );
    }
    let (heard, _) = hear(&scenario(&text));
    // Two of three run in block 20, the third one block later; from then on it is staggered.
    assert_eq!(heard.blocks_of("deferred"), [20]);
    let third = heard.epochs.iter().filter(|(_, netuid, _)| *netuid == 3);
    assert_eq!(third.map(|(block, ..)| *block).collect::<Vec<_>>(), [21, 41, 61, 81]);
    assert_eq!(heard.calls_of("vc-0", "set_weights"), [19, 40, 60, 80, 100]);
}

#[test]
fn hidden_weights_are_committed_and_take_effect() {
    let rest = format!("{VALIDATORS}{MINERS}");
    let (heard, end) = hear(&one_subnet("commit_reveal = true", &rest));
    assert!(heard.calls_of("v-0", "set_weights").is_empty());
    assert!(!heard.calls_of("v-0", "commit_timelocked_weights").is_empty());
    assert!(heard.earned("m").0 > 0 && end.epochs == 10);
    let names = ["m-0", "m-1", "m-2"]
        .map(|name| heard.epochs.iter().map(|(_, _, earned)| earned[name].0).sum::<u64>());
    assert!(names[0] > names[1] && names[1] > names[2], "{names:?}");
}

#[test]
fn a_uid_taken_over_inherits_nothing() {
    // Full; a newcomer replaces the worst miner.
    let rest = format!(
        "{VALIDATORS}sets_weights = {{ every_blocks = 5 }}{MINERS}{CROWD}
[[miners]]
name = \"new\"
quality = 0.6
balance_tao = 10.0
joins = {{ at_block = 105 }}
"
    );
    let rules = "commit_reveal = false\nmax_uids = 15\nimmunity_period_blocks = 0";
    let mut text = one_subnet(rules, &rest);
    text.mechanism.moving_average_alpha = 0.1;
    let (heard, _) = hear(&text);
    let pruned: Vec<_> = heard.happenings.iter().filter(|h| h.kind == "pruned").collect();
    assert_eq!((pruned.len(), pruned[0].block, pruned[0].uid), (1, 105, Some(4)));
    // Before: m-2 at uid 4. The newcomer is judged by what it is, not by what was there.
    let before = weights_of(&heard, "v-0", 101).expect("set weights");
    let after = weights_of(&heard, "v-0", 106).expect("set weights");
    assert_eq!((&before.0[..3], &before.1[..3]), (&[2, 3, 4][..], &[65_535, 32_768, 16_384][..]));
    assert_eq!((&after.0[..3], &after.1[..3]), (&[2, 3, 4][..], &[65_535, 32_768, 49_151][..]));
    assert!(heard.earned("new").0 > 0);
}

#[test]
fn a_copier_copies_what_is_visible_and_leaves_itself_out() {
    let rest = format!(
        "{VALIDATORS}noise = 0.0
[[validators]]
name = \"copier\"
stake_alpha = 5000.0
behaviour = \"copier\"
sets_weights = {{ before_epoch_blocks = 1 }}
{MINERS}"
    );
    let (heard, _) = hear(&one_subnet("commit_reveal = false", &rest));
    let honest = weights_of(&heard, "v-0", 1).expect("set weights");
    let copied = weights_of(&heard, "copier-0", 19).expect("set weights");
    assert_eq!(copied, honest);
    // Hidden weights cannot be copied before an epoch revealed them.
    let (heard, _) = hear(&one_subnet("commit_reveal = true", &rest));
    let commits = heard.calls_of("copier-0", "commit_timelocked_weights");
    assert_eq!(commits[..2], [39, 59]);
}

#[test]
fn miners_register_while_it_pays_and_sell_what_they_earn() {
    let rest = format!(
        "{VALIDATORS}{MINERS}sells = 0.5
[[miners]]
name = \"rich\"
count = 6
quality = 0.7
balance_tao = 10.0
joins = {{ when_it_pays = {{ within_blocks = 200, every_blocks = 10 }} }}
[[miners]]
name = \"dear\"
count = 6
quality = 0.7
balance_tao = 10.0
cost_tao_per_day = 100000.0
joins = {{ when_it_pays = {{ within_blocks = 200, every_blocks = 10 }} }}
[[miners]]
name = \"poor\"
count = 2
quality = 0.7
joins = {{ below_price = {{ burn_tao = 1.0, every_blocks = 10 }} }}
"
    );
    let (heard, _) = hear(&one_subnet("commit_reveal = false", &rest));
    let registered = |name: &str| !heard.calls_of(name, "burned_register").is_empty();
    assert!((0..6).all(|i| registered(&format!("rich-{i}"))));
    assert!((0..6).all(|i| !registered(&format!("dear-{i}"))));
    // Who cannot pay does not even try.
    assert!((0..2).all(|i| !registered(&format!("poor-{i}"))));
    let sales = heard.calls_of("m-0", "remove_stake");
    assert!(!sales.is_empty() && sales.iter().all(|block| block.is_multiple_of(20)), "{sales:?}");
    let state = heard.state.as_ref().unwrap();
    let kept: u64 = state.subnet(1).unwrap().stakes.values().map(|pool| pool.total_rao()).sum();
    assert!(kept > 0 && state.audit().is_ok());
}

#[test]
fn planned_calls_end_as_the_scenario_says_or_are_named() {
    let rest = format!(
        "{VALIDATORS}{MINERS}
[[calls]]
at_block = 10
from = \"alice\"
call = \"add_stake\"
hotkey = \"v-0\"
subnet = \"one\"
tao = 10.0
[[calls]]
at_block = 11
from = \"alice\"
call = \"add_stake\"
hotkey = \"v-0\"
subnet = \"one\"
tao = 100000.0
refused = \"NotEnoughBalanceToStake\"
[[calls]]
at_block = 12
from = \"alice\"
call = \"add_stake\"
hotkey = \"v-0\"
subnet = \"one\"
tao = 100000.0
"
    );
    let (heard, end) = hear(&one_subnet("", &rest));
    assert_eq!(heard.calls_of("alice", "add_stake"), [10, 11, 12]);
    assert_eq!(
        end.broken_calls,
        ["block 12: add_stake by alice was refused with NotEnoughBalanceToStake, the scenario \
             expects it to be accepted"]
    );
}

#[test]
fn more_tao_than_issued_is_an_error() {
    let mut text = one_subnet("", &format!("{VALIDATORS}{MINERS}"));
    text.tao_issued_rao = Some(1);
    let cancel = AtomicBool::new(false);
    let control = RunControl { threads: Some(1), cancel: &cancel, progress: &|_, _| {} };
    let error = Run::new(&text, &control).map(|_| ()).unwrap_err();
    let expected = StartError::MoreThanIssued { held_rao: 4_000_000_000_000, issued_rao: 1 };
    assert_eq!(error.to_string(), format!("cannot start the chain: {expected}"));
}

#[test]
fn a_block_is_explained_to_the_rao() {
    let scenario = scenario(LIVELY);
    let cancel = AtomicBool::new(false);
    let control = RunControl { threads: Some(1), cancel: &cancel, progress: &|_, _| {} };
    // An idle block, blocks with registrations and sales, an epoch.
    for block in [1, 5, 20, 120, 121, 140] {
        let explained = explain_block(&scenario, None, block, &control);
        let explained = explained.unwrap_or_else(|error| panic!("block {block}: {error}"));
        assert_eq!((explained.block, explained.state.block), (block, block));
        assert!(!explained.own.is_empty());
    }
    let (heard, _) = hear(&scenario);
    let explained = explain_block(&scenario, None, 120, &control).unwrap();
    let made: Vec<_> = heard.calls.iter().filter(|(block, ..)| *block == 120).collect();
    assert_eq!(explained.calls.len(), made.len());
    for block in [0, 401] {
        let error = explain_block(&scenario, None, block, &control).unwrap_err();
        assert!(matches!(error, RunError::NoSuchBlock { first: 1, last: 400, .. }), "{error}");
    }
}

#[test]
fn a_full_subnet_is_left_alone_by_who_would_be_pruned_next() {
    let rest = format!(
        "{VALIDATORS}sets_weights = {{ every_blocks = 5 }}{MINERS}{CROWD}
[[miners]]
name = \"best\"
quality = 0.9
balance_tao = 10.0
joins = {{ when_it_pays = {{ within_blocks = 400, every_blocks = 10 }} }}
[[miners]]
name = \"worst\"
quality = 0.05
balance_tao = 10.0
joins = {{ when_it_pays = {{ within_blocks = 400, every_blocks = 10 }} }}
"
    );
    let rules = "max_uids = 15\nimmunity_period_blocks = 30\ncommit_reveal = false";
    let (heard, _) = hear(&one_subnet(rules, &rest));
    assert!(heard.calls_of("worst-0", "burned_register").is_empty());
    // While everybody is immune no place is safe; then the best takes that of the worst.
    let joined = heard.calls_of("best-0", "burned_register");
    assert!(joined.len() == 1 && joined[0] >= 30, "{joined:?}");
}
