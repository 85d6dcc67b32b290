//! Whatever a file of resolution "block" holds, reading it ends in a scenario or in an error that
//! says where it is.

use proptest::prelude::*;
use subsim_sim::scenario::{ChainScenario, parse_any};

/// A scenario that uses every part of the format.
const FULL: &str = r#"title = "Everything"
question = "Does it read?"
[simulation]
resolution = "block"
seed = 42
days = 3
threads = 2
check = true
record_every_blocks = 60
record_calls = "refused"
[chain]
tao_issued = 10_499_000.0
tao_weight = { u64 = 971718665099567868 }
max_epochs_per_block = 2
owner_cut = 0.18
faucet = true
network_min_lock_tao = 10
[[accounts]]
name = "alice"
balance_tao = 1000.0
behaviour = { hold = { subnet = "text", part = 0.5 } }
[[accounts]]
name = "crowd"
count = 5
balance_tao = { pareto = { scale = 10.0, shape = 1.2 } }
behaviour = { follow_yield = { every_blocks = 7200, moves = 0.5 } }
[[subnets]]
name = "text"
owner = "alice"
pool_tao = 1000.0
price_tao = 0.5
tempo_blocks = 100
kappa = { u16 = 32767 }
[[subnets]]
name = "image"
started = false
[[validators]]
name = "honest"
count = 3
subnet = "text"
stake_alpha = [100.0, 200.0, 300.0]
sets_weights = { before_epoch_blocks = 1 }
take = 0.1
[[validators]]
name = "cabal"
subnet = "text"
root_stake_tao = { uniform = { low = 1.0, high = 2.0 } }
behaviour = { cabal = { miners = ["good"], share = 0.9 } }
[[miners]]
name = "good"
count = 3
subnet = "text"
quality = { normal = { mean = 0.7, std = 0.1 } }
coldkey = "alice"
joins = { when_it_pays = { within_blocks = 36000, every_blocks = 60 } }
sells = 0.5
[mechanism]
weights = { softmax = { temperature = 0.1 } }
[[calls]]
at_block = 100
from = "alice"
call = "add_stake_limit"
hotkey = "honest-0"
subnet = "text"
tao = 10.0
limit_price_tao = 1.5
refused = "Swap::PriceLimitExceeded"
[[calls]]
at_block = 200
from = "alice"
call = "set_hyperparameter"
subnet = "text"
name = "kappa"
value = 0.6
every_blocks = 7200
times = 2
[[calls]]
at_block = 300
from = "honest-1"
call = "set_children"
hotkey = "honest-1"
netuid = 1
children = [{ hotkey = "honest-2", proportion = 0.5 }]
[[events]]
at_block = 500
subnet = "text"
rules = { kappa = 0.6 }
group = "good"
quality = 0.2
[expect]
fair = { metric = "share.good", min = 0.1, max = 0.9 }
price = { metric = "price_tao.text", min = 0.1 }
"#;

/// Pieces that are likely to hit a special case.
const PIECES: &[&str] = &[
    "",
    "\n",
    "[",
    "]",
    "{",
    "}",
    "=",
    "\"",
    "'",
    ".",
    ",",
    "-",
    "nan",
    "inf",
    "-1",
    "0",
    "1e999",
    "é",
    "\u{feff}",
    "\0",
    "\r",
    "99999999999999999999",
    "18446744073709551615",
    "[[miners]]\n",
    "[[calls]]\n",
    "[[subnets]]\n",
    "[chain]\n",
    "true",
    "\"root\"",
    "\"alice\"",
    "\"0-65535\"",
    "uids = \"0-9\"\n",
    "genesis = \"/\"\n",
    "every_blocks = 1\n",
    "2026-01-01",
    "#",
    "𝔘",
];

fn read_and_show(text: &str, overrides: &[String]) -> Result<(), TestCaseError> {
    match parse_any("scenario.toml", text, overrides) {
        Ok(scenario) => {
            let _ = scenario.warnings().render(true);
            prop_assert_eq!(scenario.hash().len(), 64);
        }
        Err(error) => {
            prop_assert!(!error.diagnostics().is_empty());
            prop_assert!(!error.render(true).is_empty());
            for diagnostic in error.diagnostics() {
                prop_assert!(!diagnostic.message.is_empty());
                // What is missing altogether has no place but the file.
                let absent = ["the scenario", "this is", "this scenario"];
                let about_file = absent.iter().any(|start| diagnostic.message.starts_with(start));
                prop_assert!(diagnostic.position.is_some() || about_file, "no place: {diagnostic}");
            }
        }
    }
    Ok(())
}

#[test]
fn the_full_scenario_is_valid() {
    if let Err(error) = ChainScenario::parse("scenario.toml", FULL, &[]) {
        panic!("{error}");
    }
}

#[test]
fn every_beginning_of_a_file() {
    for (end, _) in FULL.char_indices() {
        read_and_show(&FULL[..end], &[]).unwrap();
    }
}

#[test]
fn a_file_without_any_one_or_two_lines() {
    let lines: Vec<&str> = FULL.lines().collect();
    for skipped in 0..lines.len() {
        let mut rest = lines.clone();
        rest.remove(skipped);
        read_and_show(&rest.join("\n"), &[]).unwrap();
        if skipped < rest.len() {
            rest.remove(skipped);
            read_and_show(&rest.join("\n"), &[]).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutations(edits in proptest::collection::vec(
        (any::<prop::sample::Index>(), 0_usize..6, prop::sample::select(PIECES)), 1..6,
    )) {
        let mut text: Vec<char> = FULL.chars().collect();
        for (place, deleted, inserted) in edits {
            let start = place.index(text.len() + 1);
            let end = (start + deleted).min(text.len());
            text.splice(start..end, inserted.chars());
        }
        read_and_show(&text.into_iter().collect::<String>(), &[])?;
    }

    #[test]
    fn swapped_lines(places in proptest::collection::vec(
        (any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..8,
    )) {
        let mut lines: Vec<&str> = FULL.lines().collect();
        for (a, b) in places {
            let (a, b) = (a.index(lines.len()), b.index(lines.len()));
            lines.swap(a, b);
        }
        read_and_show(&lines.join("\n"), &[])?;
    }

    #[test]
    fn replaced_values(
        place in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        value in prop::sample::select(PIECES),
        exchange in any::<bool>(),
    ) {
        let mut lines: Vec<String> = FULL.lines().map(str::to_owned).collect();
        let others = lines.clone();
        let value = match (exchange, other.get(&others).split_once('=')) {
            (true, Some((_, value))) => value,
            _ => value,
        };
        let line = place.get_mut(&mut lines);
        if let Some((key, _)) = line.clone().split_once('=') {
            *line = format!("{key}= {value}");
        }
        read_and_show(&lines.join("\n"), &[])?;
    }

    #[test]
    fn random_overrides(
        path in "[a-z\\[\\]0-9. é]{0,20}|subnets\\.text\\.[a-z]{1,5}|calls\\[[0-3]\\]\\.(tao|from|value|times)|simulation\\.(blocks|years|resolution)",
        value in "[-a-z0-9.{}=\\[\\]\" é]{0,12}|[0-9]{1,30}|epoch|block",
    ) {
        read_and_show(FULL, &[format!("{path}={value}")])?;
    }
}
