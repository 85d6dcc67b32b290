//! What an author reads when a scenario of resolution "block" is wrong: one golden file per fault,
//! reviewable as text. What both resolutions have in common is tested in `scenario_errors.rs`.
//!
//! After a wanted change of wording, `SUBSIM_UPDATE_GOLDEN=1 cargo test --release -p subsim-sim
//! --test scenario_block_errors` writes the files anew; read the difference before committing it.

use std::fs;
use std::path::{Path, PathBuf};

use subsim_sim::scenario::{ChainScenario, Scenario, ScenarioError, parse_any};

/// A valid scenario that the cases below spoil.
const BASE: &str = r#"title = "Base"
[simulation]
resolution = "block"
blocks = 1000

[[accounts]]
name = "alice"
balance_tao = 1000.0

[[subnets]]
name = "text"
owner = "alice"

[[subnets]]
name = "image"

[[validators]]
name = "honest"
count = 8
subnet = "text"
stake_alpha = 1000.0

[[miners]]
name = "good"
count = 3
subnet = "text"
quality = 0.9

[[calls]]
at_block = 100
from = "alice"
call = "add_stake"
hotkey = "honest-0"
subnet = "text"
tao = 10.0
refused = "NotEnoughBalanceToStake"

[[calls]]
at_block = 200
from = "root"
call = "set_hyperparameter"
subnet = "text"
name = "kappa"
value = 0.6

[[events]]
at_block = 50
group = "good"
quality = 0.2

[expect]
fair = { metric = "spearman", min = 0.9 }
"#;

/// Faults made by replacing one text of the base by another: name, text, replacement.
const SPOILT: &[(&str, &str, &str)] = &[
    // The ten likeliest first.
    ("call_unknown", "\"add_stake\"", "\"add_steak\""),
    ("call_argument_missing", "hotkey = \"honest-0\"\n", ""),
    ("call_argument_superfluous", "tao = 10.0", "alpha = 10.0"),
    ("call_argument_misspelt", "hotkey = ", "hotkeys = "),
    ("call_by_group", "from = \"alice\"", "from = \"honest\""),
    ("call_hotkey_unknown", "\"honest-0\"", "\"honest-8\""),
    ("call_refused_unknown", "\"NotEnoughBalanceToStake\"", "\"NotEnoughBalance\""),
    ("key_of_epochs", "blocks = 1000", "epochs = 200"),
    ("section_of_epochs", "[[subnets]]\nname = \"image\"", "[subnet]\nkappa = 0.6"),
    ("subnet_unknown", "subnet = \"text\"\nquality", "subnet = \"txt\"\nquality"),
    // Length.
    ("length_missing", "blocks = 1000\n", ""),
    ("length_twice", "blocks = 1000", "blocks = 1000\ndays = 3"),
    ("length_too_short", "blocks = 1000", "days = 0.0001"),
    ("length_too_long", "blocks = 1000", "years = 100"),
    ("resolution_misspelt", "\"block\"", "\"blok\""),
    // Subnets.
    ("subnet_name_missing", "name = \"image\"", ""),
    ("subnet_name_twice", "name = \"image\"", "name = \"Text\""),
    ("subnet_name_root", "name = \"image\"", "name = \"root\""),
    ("subnet_name_characters", "name = \"image\"", "name = \"im age\""),
    ("subnet_owner_unknown", "owner = \"alice\"", "owner = \"alise\""),
    ("subnet_owner_taken", "name = \"alice\"\n", "name = \"image-owner\"\n"),
    ("subnet_not_said", "subnet = \"text\"\nquality", "quality"),
    ("subnet_price_twice", "\"image\"", "\"image\"\npool_tao = 1\npool_alpha = 1\nprice_tao = 1"),
    ("subnet_pool_empty", "\"image\"", "\"image\"\npool_tao = 0"),
    ("subnet_pool_full", "\"image\"", "\"image\"\npool_tao = 1000\nprice_tao = 0.00001"),
    ("subnet_not_started", "\"image\"", "\"image\"\nstarted = false\nfirst_emission_block = 7"),
    ("subnet_key_of_chain", "\"image\"", "\"image\"\nowner_cut = 0.1"),
    ("subnet_key_gone", "\"image\"", "\"image\"\nemission_rao_per_block = 5"),
    ("subnet_half_life", "\"image\"", "\"image\"\nburn_half_life_blocks = 70000"),
    ("subnet_burn_bounds", "\"image\"", "\"image\"\nmin_burn_rao = 9\nmax_burn_rao = 8"),
    ("subnet_too_small", "owner = \"alice\"", "owner = \"alice\"\nmax_uids = 11"),
    // People.
    ("account_without_balance", "balance_tao = 1000.0\n", ""),
    ("account_like_member", "name = \"alice\"", "name = \"good-1\""),
    ("group_reserved", "name = \"good\"", "name = \"root\""),
    ("group_twice", "name = \"good\"", "name = \"Honest\""),
    ("coldkey_unknown", "quality = 0.9", "quality = 0.9\ncoldkey = \"alicia\""),
    ("coldkey_and_balance", "quality = 0.9", "quality = 0.9\ncoldkey = \"alice\"\nbalance_tao = 3"),
    ("uids_without_file", "quality = 0.9", "quality = 0.9\nuids = \"0-2\""),
    ("joins_unknown", "quality = 0.9", "quality = 0.9\njoins = \"at_strat\""),
    ("joins_needs_parameters", "quality = 0.9", "quality = 0.9\njoins = \"below_price\""),
    ("joins_two", "quality = 0.9", "quality = 0.9\njoins = { at_block = 3, when_it_pays = {} }"),
    ("joins_at_zero", "quality = 0.9", "quality = 0.9\njoins = { at_block = 0 }"),
    ("sets_weights_number", "= 1000.0\n\n[[miners]]", "= 1000.0\nsets_weights = 100\n\n[[miners]]"),
    ("take_too_high", "= 1000.0\n\n[[miners]]", "= 1000.0\ntake = 0.5\n\n[[miners]]"),
    (
        "hold_unknown",
        "= 1000.0\n\n[[sub",
        "= 1.0\nbehaviour = { hold = { subnet = \"tex\" } }\n\n[[sub",
    ),
    ("start_epoch", "quality = 0.9", "quality = 0.9\nstart_epoch = 4"),
    // Calls.
    ("call_without_block", "at_block = 100\n", ""),
    ("call_at_zero", "at_block = 100", "at_block = 0"),
    ("call_without_from", "from = \"alice\"\n", ""),
    ("call_without_name", "call = \"add_stake\"\n", ""),
    ("call_amount_twice", "tao = 10.0", "tao = 10.0\ntao_rao = 5"),
    ("call_amount_negative", "tao = 10.0", "tao = -10.0"),
    ("call_amount_text", "tao = 10.0", "tao = \"10\""),
    ("call_subnet_twice", "subnet = \"text\"\ntao", "subnet = \"text\"\nnetuid = 1\ntao"),
    ("call_subnet_unknown", "subnet = \"text\"\ntao", "subnet = \"tex\"\ntao"),
    ("call_times_alone", "tao = 10.0", "tao = 10.0\ntimes = 4"),
    ("call_nothing_taken", "call = \"add_stake\"", "call = \"faucet\""),
    ("call_hash", "\"add_stake\"\nhotkey = \"honest-0\"", "\"commit_weights\"\nhash = \"abc\""),
    ("setting_unknown", "name = \"kappa\"", "name = \"kapa\""),
    ("setting_value", "value = 0.6", "value = 1.6"),
    ("setting_value_missing", "value = 0.6\n", ""),
    ("setting_of_switch", "name = \"kappa\"", "name = \"commit_reveal\""),
    ("setting_owner_unknown", "\"kappa\"\nvalue = 0.6", "\"owner_hotkey\"\nvalue = \"alce\""),
    (
        "children",
        "\"add_stake\"",
        "\"set_children\"\nchildren = [{ hotkey = \"x\", proportion = 2 }]",
    ),
    ("calls_twice_table", "[[calls]]\nat_block = 200", "[calls]\nat_block = 200"),
    // Events and expectations.
    ("event_without_block", "at_block = 50\n", ""),
    ("event_at_epoch", "at_block = 50", "at_epoch = 50"),
    ("event_unknown_group", "group = \"good\"", "group = \"goo\""),
    ("event_of_accounts", "group = \"good\"", "group = \"alice\""),
    ("event_without_change", "group = \"good\"\nquality = 0.2\n", ""),
    ("event_rules_nowhere", "quality = 0.2", "quality = 0.2\nrules = { kappa = 0.6 }"),
    ("event_rules_range", "quality = 0.2", "subnet = \"text\"\nrules = { kappa = 6 }"),
    ("event_rules_of_chain", "quality = 0.2", "subnet = \"text\"\nrules = { tao_weight = 1 }"),
    ("event_max_uids", "quality = 0.2", "subnet = \"text\"\nrules = { max_uids = 3 }"),
    (
        "event_alpha",
        "quality = 0.2",
        "quality = 0.2\nsubnet = \"text\"\nrules = { alpha_high = 0.1 }",
    ),
    ("event_subnet_alone", "quality = 0.2", "quality = 0.2\nsubnet = \"text\""),
    ("metric_unknown", "\"spearman\"", "\"nakamoto\""),
    ("metric_of_group", "\"spearman\"", "\"profit_tao.alise\""),
    ("metric_of_subnet", "\"spearman\"", "\"price_tao.texts\""),
    ("metric_window", "min = 0.9", "min = 0.9, window = \"last\""),
    // The chain.
    ("issued_too_little", "[[accounts]]", "[chain]\ntao_issued = 2000\n[[accounts]]"),
    ("handed_out_too_much", "balance_tao = 1000.0", "count = 2\nbalance_tao = 15_000_000"),
    ("alpha_too_much", "stake_alpha = 1000.0", "stake_alpha = 3_000_000"),
    ("takes_crossed", "[[accounts]]", "[chain]\nmin_delegate_take = 0.5\n[[accounts]]"),
    ("genesis_missing", "[[accounts]]", "[chain]\ngenesis = \"no-such.json\"\n[[accounts]]"),
    ("chain_unknown_key", "[[accounts]]", "[chain]\nfaucets = true\n[[accounts]]"),
];

#[test]
fn the_base_is_valid() {
    let scenario = ChainScenario::parse("scenario.toml", BASE, &[]).unwrap();
    assert!(scenario.warnings().is_empty(), "{}", scenario.warnings().render(false));
}

#[test]
fn spoilt_scenarios() {
    for (name, from, to) in SPOILT {
        assert!(BASE.contains(from), "{name}: the base has no {from:?}");
        let text = BASE.replacen(from, to, 1);
        check(name, ChainScenario::parse("scenario.toml", &text, &[]));
    }
}

#[test]
fn whole_texts() {
    let several = "[simulation]\nresolution = \"block\"\nblocks = -1\nsede = 3\n[chain]\nowner_cut = 3\n\
                   [[subnets]]\nkappa = 7\n[[calls]]\ncall = \"add\"\n[[miners]]\nquality = 9\n";
    check("several", parse_any("scenario.toml", several, &[]));
    let nobody = "[simulation]\nresolution = \"block\"\nblocks = 9\n[[subnets]]\nname = \"t\"\n\
                  owner = \"me\"\n";
    check("nobody", parse_any("scenario.toml", nobody, &[]));
    check("nothing", parse_any("scenario.toml", "[simulation]\nresolution = \"block\"\n", &[]));
}

#[test]
fn the_other_resolution() {
    check("wanted_epoch", Scenario::parse("scenario.toml", BASE, &[]));
    let epoch = "[simulation]\nepochs = 5\n";
    check("wanted_block", ChainScenario::parse("scenario.toml", epoch, &[]));
}

#[test]
fn overrides() {
    let cases: [(&str, &[&str]); 4] = [
        ("call_too_often", &["simulation.blocks=9000000", "calls[0].every_blocks=1"]),
        ("set_subnet", &["subnets.txt.kappa=0.5"]),
        ("set_call", &["calls[0].tao=much"]),
        ("set_kind", &["simulation.resolution=epoch"]),
    ];
    for (name, overrides) in cases {
        let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
        check(name, parse_any("scenario.toml", BASE, &overrides));
    }
}

#[test]
fn imports() {
    let folder = tempfile::tempdir().unwrap();
    let metagraph = r#"{"netuid": 5, "stake": [10.0, 0, 0], "W": [[0, 1, 1], [0,0,0], [0,0,0]]}"#;
    fs::write(folder.path().join("m.json"), metagraph).unwrap();
    fs::write(folder.path().join("genesis.json"), "{\"neurons\": 3}").unwrap();
    let head = "[simulation]\nresolution = \"block\"\nblocks = 10\n[[subnets]]\nname = \"text\"\n";
    let cases = [
        (
            "import_uids",
            "[chain]\nmetagraph = \"m.json\"\n[[miners]]\nname = \"m\"\nuids = \"1-3\"\nquality = 1\n",
        ),
        (
            "import_uids_syntax",
            "[chain]\nmetagraph = \"m.json\"\n[[miners]]\nname = \"m\"\nuids = \"2-1\"\nquality = 1\n",
        ),
        (
            "import_overlap",
            "[chain]\nmetagraph = \"m.json\"\n[[miners]]\nname = \"m\"\nuids = \"0-1\"\nquality = 1\n\
             [[miners]]\nname = \"n\"\nuids = \"1\"\nquality = 1\n",
        ),
        (
            "import_said_twice",
            "[chain]\nmetagraph = \"m.json\"\n[[miners]]\nname = \"m\"\nuids = \"0-1\"\ncount = 2\n\
             stake_alpha = 5\nquality = 1\n",
        ),
        ("import_two", "[chain]\nmetagraph = \"m.json\"\ngenesis = \"genesis.json\"\n"),
        ("import_two_subnets", "[[subnets]]\nname = \"b\"\n[chain]\nmetagraph = \"m.json\"\n"),
        ("import_owner", "owner_is_neuron = true\n[chain]\nmetagraph = \"m.json\"\n"),
        ("import_damaged", "[chain]\ngenesis = \"genesis.json\"\n"),
        (
            "import_member_called",
            "[chain]\nmetagraph = \"m.json\"\n[[miners]]\nname = \"m\"\nuids = \"0-1\"\nquality = 1\n\
             [[calls]]\nat_block = 3\nfrom = \"m-0\"\ncall = \"faucet\"\n",
        ),
    ];
    for (name, rest) in cases {
        let path = folder.path().join("scenario.toml");
        fs::write(&path, format!("{head}{rest}")).unwrap();
        let error = ChainScenario::load(&path, &[]).map(drop).expect_err(name);
        compare(name, &error.render(false).replace(&folder.path().display().to_string(), "FOLDER"));
    }
}

#[test]
fn warnings() {
    let text = BASE
        .replacen("at_block = 100", "at_block = 1001", 1)
        .replacen("tao = 10.0", "tao = 10.0\nevery_blocks = 10", 1)
        .replacen("at_block = 50", "at_block = 5000", 1)
        .replacen("\"image\"", "\"image\"\nreveal_period_epochs = 2\nburn_tao = 200", 1)
        .replacen(
            "owner = \"alice\"",
            "owner = \"alice\"\ncommit_reveal = true\ntempo_blocks = 600",
            1,
        )
        .replacen("quality = 0.9", "quality = 0.9\njoins = \"when_it_pays\"\nstake_alpha = 1", 1)
        .replacen(
            "[[miners]]",
            "sets_weights = { every_blocks = 50 }\nbehaviour = { copier = { delay_epochs = 2 } }\n\
             [[validators]]\nname = \"poor\"\nsubnet = \"image\"\n\
             behaviour = { cabal = { miners = [\"good\"] } }\n\n[[miners]]",
            1,
        )
        .replacen(
            "[expect]",
            "[[calls]]\nat_block = 5\nfrom = \"root\"\ncall = \"faucet\"\nevery_blocks = 300\n\
             times = 9\n[mechanism]\nweights = { top_k = { k = 3 } }\n\
             [expect]\nall = { metric = \"gini\", min = 0, max = 1 }\n\
             never = { metric = \"price_tao.text\", max = -1 }",
            1,
        );
    let scenario =
        ChainScenario::parse("scenario.toml", &text, &[]).unwrap_or_else(|error| panic!("{error}"));
    compare("warnings", &scenario.warnings().render(false));
}

#[test]
fn every_golden_file_belongs_to_a_case() {
    let source = include_str!("scenario_block_errors.rs");
    for entry in fs::read_dir(golden_folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let named = source.contains(&format!("\"{name}\""));
        assert!(named, "{} belongs to no case: remove it", path.display());
    }
}

fn check<T>(name: &str, result: Result<T, ScenarioError>) {
    let error = result.map(drop).expect_err(&format!("{name} should be refused"));
    assert!(!error.diagnostics().is_empty(), "{name}");
    compare(name, &error.render(false));
}

fn golden_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden_block")
}

fn compare(name: &str, found: &str) {
    let path = golden_folder().join(format!("{name}.txt"));
    if std::env::var_os("SUBSIM_UPDATE_GOLDEN").is_some() {
        fs::write(&path, found).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .replace("\r\n", "\n");
    assert_eq!(found, expected, "{name}: the message has changed, see {}", path.display());
}
