//! Whatever a file holds, reading it ends in a scenario or in an error that can be shown.

use proptest::prelude::*;
use subsim_sim::scenario::{Scenario, Subnet};

/// A scenario that uses every part of the format.
const FULL: &str = r#"title = "Everything"
question = "Does it read?"
[simulation]
seed = 42
epochs = 200
threads = 2
record_bonds = true
[subnet]
tempo_blocks = 360
kappa = { u16 = 32767 }
bond_rule = "yuma3"
liquid_alpha = true
tao_weight = { u64 = 971718665099567868 }
owner = "honest"
[[miners]]
name = "good"
count = 3
quality = [0.9, 0.8, 0.7]
stake_alpha = { pareto = { scale = 10.0, shape = 1.2 } }
start_epoch = 3
stop_epoch = 90
[[validators]]
name = "honest"
count = 8
stake_alpha = { normal = { mean = 10.0, std = 1.2 } }
behaviour = { lazy = { update_every_epochs = 10 } }
[[validators]]
name = "cabal"
stake_alpha = { uniform = { low = 1.0, high = 2.0 } }
root_stake_tao = { log_normal = { median = 10.0, sigma = 0.5 } }
behaviour = { cabal = { miners = ["good"], share = 0.9 } }
[mechanism]
weights = { softmax = { temperature = 0.1 } }
moving_average_alpha = 0.5
[[events]]
at_epoch = 50
subnet = { kappa = 0.6 }
group = "good"
quality = { exponential = { mean = 0.2 } }
[expect]
fair = { metric = "share.good", window = "last", min = 0.1, max = 0.9 }
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
    "1e999",
    "0x",
    "é",
    "\u{feff}",
    "\0",
    "\t",
    "\r",
    "99999999999999999999",
    "[[miners]]\n",
    "[subnet]\n",
    "true",
    "[[events]]\n",
    "\"\"\"",
    "2026-01-01",
    "{ file = \"/\" }",
    "#",
    "count = 70000\n",
    "𝔘",
];

fn read_and_show(text: &str, overrides: &[String]) {
    match Scenario::parse("scenario.toml", text, overrides) {
        Ok(scenario) => {
            let _ = scenario.warnings().render(true);
            assert_eq!(scenario.hash().len(), 64);
        }
        Err(error) => {
            assert!(!error.diagnostics().is_empty());
            assert!(!error.render(false).is_empty());
            let _ = error.render(true);
            for diagnostic in error.diagnostics() {
                assert!(!diagnostic.message.is_empty());
            }
        }
    }
}

#[test]
fn the_full_scenario_is_valid() {
    if let Err(error) = Scenario::parse("scenario.toml", FULL, &[]) {
        panic!("{error}");
    }
}

#[test]
fn every_beginning_of_a_file() {
    for (end, _) in FULL.char_indices() {
        read_and_show(&FULL[..end], &[]);
    }
}

#[test]
fn a_file_without_any_one_line() {
    let lines: Vec<&str> = FULL.lines().collect();
    for skipped in 0..lines.len() {
        let mut rest = lines.clone();
        rest.remove(skipped);
        read_and_show(&rest.join("\n"), &[]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("random.toml");
        std::fs::write(&path, &bytes).unwrap();
        if let Err(error) = Scenario::load(&path, &[]) {
            prop_assert!(!error.render(true).is_empty());
        }
    }

    #[test]
    fn random_text(text in any::<String>()) {
        read_and_show(&text, &[]);
    }

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
        read_and_show(&text.into_iter().collect::<String>(), &[]);
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
        read_and_show(&lines.join("\n"), &[]);
    }

    #[test]
    fn replaced_values(
        place in any::<prop::sample::Index>(),
        value in prop::sample::select(PIECES),
    ) {
        let mut lines: Vec<String> = FULL.lines().map(str::to_owned).collect();
        let line = place.get_mut(&mut lines);
        if let Some((key, _)) = line.clone().split_once('=') {
            *line = format!("{key}= {value}");
        }
        read_and_show(&lines.join("\n"), &[]);
    }

    #[test]
    fn random_overrides(
        path in "[a-z\\[\\]0-9. é]{0,20}|subnet\\.kappa|miners\\.good\\.count|events\\[0\\]\\.[a-z]{1,4}",
        value in "[-a-z0-9.{}=\\[\\]\" é]{0,12}|[0-9]{1,30}",
    ) {
        let overrides = [format!("{path}={value}"), value];
        read_and_show(FULL, &overrides);
        if let Err(error) = Subnet::default().with_overrides(&overrides) {
            prop_assert!(!error.render(true).is_empty());
        }
    }
}
