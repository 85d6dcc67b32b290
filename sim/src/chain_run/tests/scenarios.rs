//! The scenarios that come with the project, with every check on: their books add up after every
//! block and their planned calls end as they say. What they expect of results is measured by
//! whoever writes results.

use std::path::{Path, PathBuf};

use super::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/chain")
}

/// The scenario files of a folder, not of those in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let paths = entries.map(|entry| entry.expect("a folder can be listed").path());
    let mut files: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    files
}

fn load(name: &str) -> ChainScenario {
    let path = folder().join(name);
    ChainScenario::load(&path, &[]).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs the first days only, in which all planned calls are made.
fn first_blocks(mut scenario: ChainScenario) -> ChainScenario {
    let planned = scenario.calls.last().map_or(0, |call| call.at_block);
    scenario.simulation.blocks = scenario.simulation.blocks.min(planned.max(4000) + 800);
    scenario
}

#[test]
fn every_scenario_runs_and_its_books_add_up() {
    let files = files(&folder());
    assert!(files.len() >= 10, "{files:?}");
    for path in files {
        let scenario = ChainScenario::load(&path, &[]).unwrap_or_else(|error| panic!("{error}"));
        assert!(scenario.question.is_some() && !scenario.expect.is_empty(), "{path:?}");
        assert!(scenario.warnings().is_empty(), "{path:?} has warnings");
        let (_, end) = hear(&first_blocks(scenario));
        assert_eq!(end.broken_calls, Vec::<String>::new(), "{path:?}");
    }
}

#[test]
fn copying_pays_where_weights_are_visible_and_not_where_they_are_hidden() {
    // Ten validators of equal stake: a fair part of the dividends is a tenth.
    let copiers_part = |name: &str| {
        let (heard, _) = hear(&load(name));
        let (copier, honest) = (heard.earned("copier").1 as f64, heard.earned("honest").1 as f64);
        copier / (copier + honest)
    };
    let visible = copiers_part("copier_visible_weights.toml");
    let hidden = copiers_part("copier_commit_reveal.toml");
    assert!(visible > 0.105 && hidden < 0.09, "visible {visible}, hidden {hidden}");
}

#[test]
fn the_first_halving_happens_once() {
    let (heard, _) = hear(&load("first_halving.toml"));
    assert_eq!(heard.blocks_of("halving").len(), 1);
    let halving = heard.happenings.iter().find(|h| h.kind == "halving").expect("one");
    assert_eq!(halving.rao, Some(500_000_000));
}

#[test]
fn a_chain_starts_from_a_genesis_file() {
    let data = folder().join("../../../shared/data/finney-genesis-4096.json");
    if !data.exists() {
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), "SKIPPED: no {}", data.display());
        return;
    }
    let mut scenario = load("data_needed/genesis_4096.toml");
    scenario.simulation.blocks = 400;
    scenario.simulation.check = false;
    let (heard, end) = hear_unchecked(&scenario);
    assert_eq!((end.epochs, end.last_block), (1, 400));
    let state = heard.state.as_ref().expect("it ended");
    assert_eq!((state.audit(), state.subnet(1).unwrap().neurons.len()), (Ok(()), 4096));
    // Incentive needs a majority, and most of the stake has not become inactive yet.
    assert!(heard.earned("first").1 > 0);
}

#[test]
fn a_chain_starts_from_a_metagraph() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/made-up.json");
    let scenario = scenario(&format!(
        "[simulation]\nresolution = \"block\"\nblocks = 100\n[chain]\nmetagraph = '{}'\n\
         [[subnets]]\nname = \"real\"\ntempo_blocks = 20\ncommit_reveal = false\n\
         [[validators]]\nname = \"played\"\nuids = \"0-0\"\n\
         [[miners]]\nname = \"m\"\nuids = \"1-2\"\nquality = [0.8, 0.4]\n",
        path.display()
    ));
    let (heard, end) = hear(&scenario);
    assert_eq!(end.epochs, 5);
    // Others keep the names of their places.
    let names = &heard.epochs[0].2;
    assert!(names.contains_key("played-0") && names.contains_key("m-1"), "{names:?}");
    assert!(names.keys().any(|name| name.starts_with("uid-")), "{names:?}");
}
