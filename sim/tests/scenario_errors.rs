//! What an author reads when a scenario is wrong: one golden file per fault, reviewable as text.
//!
//! After a wanted change of wording, `SUBSIM_UPDATE_GOLDEN=1 cargo test --release -p subsim-sim
//! --test scenario_errors` writes the files anew; read the difference before committing it.

use std::fs;
use std::path::{Path, PathBuf};

use subsim_sim::ReplayOptions;
use subsim_sim::scenario::{BondRule, Scenario, ScenarioError, Subnet};

/// A valid scenario that the cases below spoil.
const BASE: &str = r#"title = "Base"
[simulation]
seed = 42
epochs = 200

[subnet]
kappa = 0.5

[[miners]]
name = "good"
count = 3
quality = 0.9

[[validators]]
name = "honest"
count = 8
stake_alpha = 1000.0
behaviour = "honest"

[[events]]
at_epoch = 50
group = "good"
quality = 0.2

[expect]
fair = { metric = "spearman", min = 0.9 }
"#;

/// Faults made by replacing one text of the base by another: name, text, replacement.
const SPOILT: &[(&str, &str, &str)] = &[
    ("syntax", "seed = 42", "seed = "),
    ("syntax_twice", "seed = 42\nepochs = 200", "seed = 42\nseed = 43\nepochs = [1, 2"),
    ("unknown_key_top", "title", "titel"),
    ("unknown_key_of_other_section", "title = \"Base\"", "seed = 7"),
    ("unknown_key_simulation", "epochs = 200", "epoch = 200"),
    ("unknown_key_subnet", "kappa = 0.5", "kapa = 0.5"),
    ("unknown_key_miners", "quality = 0.9", "qualty = 0.9"),
    ("unknown_key_validators", "behaviour = \"honest\"", "behavior = \"honest\""),
    ("unknown_key_events", "at_epoch = 50", "epoch = 50"),
    ("unknown_key_expect", "min = 0.9", "minimum = 0.9"),
    ("unknown_key_mechanism", "[expect]", "[mechanism]\nweight = \"linear\"\n[expect]"),
    ("unknown_key_distribution", "= 0.9\n", "= { normal = { mean = 0.5, sd = 0.1 } }\n"),
    ("unknown_distribution", "= 0.9\n", "= { gauss = { mean = 0.5, std = 0.1 } }\n"),
    (
        "two_distributions",
        "= 0.9\n",
        "= { uniform = { low = 0, high = 1 }, exponential = { mean = 1 } }\n",
    ),
    ("distribution_incomplete", "= 0.9\n", "= { pareto = { scale = 1.0 } }\n"),
    ("distribution_upside_down", "= 0.9\n", "= { uniform = { low = 0.9, high = 0.1 } }\n"),
    ("type_section", "[subnet]\nkappa = 0.5", "[[subnet]]\nkappa = 0.5"),
    ("type_miners_table", "[[miners]]", "[miners]"),
    ("type_epochs", "epochs = 200", "epochs = \"many\""),
    ("type_epochs_fraction", "epochs = 200", "epochs = 2.5"),
    ("type_title", "\"Base\"", "7"),
    ("type_bool", "kappa = 0.5", "liquid_alpha = 1"),
    ("type_kappa", "kappa = 0.5", "kappa = \"half\""),
    ("type_quality", "quality = 0.9", "quality = \"high\""),
    ("type_date", "quality = 0.9", "quality = 2026-01-01"),
    ("type_behaviour", "\"honest\"\n\n", "3\n\n"),
    ("type_event", "at_epoch = 50", "at_epoch = \"noon\""),
    ("type_expect", "{ metric = \"spearman\", min = 0.9 }", "0.9"),
    ("kappa_2", "kappa = 0.5", "kappa = 2.0"),
    ("kappa_raw", "kappa = 0.5", "kappa = 32767"),
    ("kappa_exact_too_large", "kappa = 0.5", "kappa = { u16 = 70000 }"),
    ("kappa_exact_wrong_key", "kappa = 0.5", "kappa = { u32 = 3 }"),
    ("bond_rule", "kappa = 0.5", "bond_rule = \"yuma4\""),
    ("alpha_low_above_high", "kappa = 0.5", "alpha_low = 0.95"),
    ("tempo_zero", "kappa = 0.5", "tempo_blocks = 0"),
    ("steepness", "kappa = 0.5", "alpha_sigmoid_steepness = 40000"),
    ("owner_unknown", "kappa = 0.5", "owner = \"hones\""),
    ("resolution_unknown", "seed = 42", "resolution = \"network\""),
    ("resolution_block_key", "epochs = 200", "epochs = 200\nyears = 2"),
    ("resolution_block_section", "[subnet]\nkappa", "[[subnets]]\nkappa"),
    ("stake_negative", "stake_alpha = 1000.0", "stake_alpha = -5.0"),
    (
        "stake_negative_in_list",
        "count = 8\nstake_alpha = 1000.0",
        "count = 2\nstake_alpha = [10, -1]",
    ),
    ("stake_missing", "stake_alpha = 1000.0\n", ""),
    ("miners_70000", "count = 3", "count = 70_000"),
    ("miners_too_many_for_subnet", "count = 3", "count = 300"),
    ("count_zero", "count = 3", "count = 0"),
    ("count_huge", "count = 3", "count = 99999999999999999999999999999999999999999999"),
    ("quality_nan", "quality = 0.9", "quality = nan"),
    ("quality_inf", "quality = 0.9", "quality = inf"),
    ("quality_above_1", "quality = 0.9", "quality = 1.5"),
    ("quality_huge", "quality = 0.9", "quality = 1e999"),
    ("quality_missing", "quality = 0.9\n", ""),
    ("quality_list_length", "quality = 0.9", "quality = [0.9, 0.8]"),
    ("quality_list_type", "quality = 0.9", "quality = [0.9, 0.8, \"best\"]"),
    ("quality_list_range", "quality = 0.9", "quality = [0.9, 0.8, 7]"),
    ("noise_negative", "quality = 0.9", "quality = 0.9\nnoise = -0.1"),
    ("behaviour_unknown", "\"honest\"\n\n", "\"lazzy\"\n\n"),
    ("behaviour_needs_parameters", "\"honest\"\n\n", "\"cabal\"\n\n"),
    ("behaviour_cabal_unknown", "\"honest\"\n\n", "{ cabal = { miners = [\"goood\"] } }\n\n"),
    ("behaviour_cabal_empty", "\"honest\"\n\n", "{ cabal = { miners = [] } }\n\n"),
    ("behaviour_parameter", "\"honest\"\n\n", "{ lazy = { every = 3 } }\n\n"),
    ("behaviour_two", "\"honest\"\n\n", "{ lazy = {}, copier = {} }\n\n"),
    ("weights_unknown", "[expect]", "[mechanism]\nweights = \"linaer\"\n[expect]"),
    ("weights_needs_parameters", "[expect]", "[mechanism]\nweights = \"top_k\"\n[expect]"),
    (
        "weights_temperature",
        "[expect]",
        "[mechanism]\nweights = { softmax = { temperature = 0 } }\n[expect]",
    ),
    ("moving_average", "[expect]", "[mechanism]\nmoving_average_alpha = 0\n[expect]"),
    ("name_duplicate", "\"honest\"\ncount", "\"Good\"\ncount"),
    ("name_missing", "name = \"good\"\n", ""),
    ("name_characters", "\"good\"\ncount", "\"gööd miners\"\ncount"),
    ("epochs_and_days", "epochs = 200", "epochs = 200\ndays = 10"),
    ("epochs_nor_days", "epochs = 200\n", ""),
    ("epochs_zero", "epochs = 200", "epochs = 0"),
    ("epochs_too_many", "epochs = 200", "epochs = 10_000_001"),
    ("days_too_short", "epochs = 200", "days = 0.01"),
    ("no_simulation", "[simulation]\nseed = 42\nepochs = 200\n", ""),
    ("stop_before_start", "quality = 0.9", "quality = 0.9\nstart_epoch = 9\nstop_epoch = 9"),
    ("start_after_end", "quality = 0.9", "quality = 0.9\nstart_epoch = 200"),
    ("event_beyond_end", "at_epoch = 50", "at_epoch = 200"),
    ("event_without_epoch", "at_epoch = 50\n", ""),
    ("event_unknown_group", "group = \"good\"", "group = \"goo\""),
    ("event_without_group", "group = \"good\"\n", ""),
    ("event_without_change", "group = \"good\"\nquality = 0.2\n", ""),
    ("event_group_without_change", "quality = 0.2\n", ""),
    ("event_quality_of_validators", "group = \"good\"", "group = \"honest\""),
    ("event_behaviour_of_miners", "quality = 0.2", "behaviour = \"lazy\""),
    ("event_max_uids", "quality = 0.2", "quality = 0.2\nsubnet = { max_uids = 300 }"),
    ("event_alpha", "quality = 0.2", "quality = 0.2\nsubnet = { alpha_high = 0.1 }"),
    ("metric_unknown", "\"spearman\"", "\"sperman\""),
    ("metric_group_unknown", "\"spearman\"", "\"share.goood\""),
    ("metric_dividend_of_miners", "\"spearman\"", "\"dividend_per_stake.good\""),
    (
        "metric_without_honest",
        "behaviour = \"honest\"\n\n[[events]]\nat_epoch = 50\ngroup = \"good\"\nquality = 0.2\n\n\
         [expect]\nfair = { metric = \"spearman\"",
        "behaviour = \"lazy\"\n\n[expect]\nfair = { metric = \"dividend_per_stake.honest\"",
    ),
    ("metric_missing", "metric = \"spearman\", ", ""),
    ("expect_without_bounds", ", min = 0.9", ""),
    ("expect_upside_down", "min = 0.9", "min = 0.9, max = 0.1"),
    ("file_missing", "quality = 0.9", "quality = { file = \"no-such.csv\", column = \"x\" }"),
    ("file_table_of_number", "quality = 0.9", "quality = { uniform = [0.2, 0.9] }"),
    ("weights_softmax_number", "[expect]", "[mechanism]\nweights = { softmax = 0.5 }\n[expect]"),
    ("weights_top_k_number", "[expect]", "[mechanism]\nweights = { top_k = 5 }\n[expect]"),
    ("weights_misplaced", "[expect]", "[mechanism]\ntop_k = 5\n[expect]"),
    ("expect_as_list", "[expect]", "[[expect]]"),
    ("validators_twice", "[[validators]]", "[validators]\nname = \"a\"\n[validators]"),
    ("seed_too_large", "seed = 42", "seed = 18446744073709551616"),
    ("stake_in_quotes", "stake_alpha = 1000.0", "stake_alpha = \"3000\""),
    ("stake_in_words", "stake_alpha = 1000.0", "stake_alpha = \"a lot\""),
    ("epochs_with_comma", "epochs = 200", "epochs = 1,000"),
    ("epochs_with_colon", "epochs = 200", "epochs: 200"),
    ("kappa_percent", "kappa = 0.5", "kappa = 60%"),
    ("quality_beyond_scale", "= 0.9\n", "= { normal = { mean = 70, std = 5 } }\n"),
    ("event_quality_beyond_scale", "= 0.2\n", "= { uniform = { low = 2, high = 3 } }\n"),
    (
        "name_duplicate_exact",
        "\"honest\"\ncount = 8\nstake_alpha = 1000.0\nbehaviour = \"honest\"",
        "\"good\"\nstake_alpha = 1\nbehaviour = { cabal = { miners = [\"goood\"] } }",
    ),
    ("column_without_file", "quality = 0.9", "quality = { column = \"x\" }"),
];

/// Whole texts: name, text.
const TEXTS: &[(&str, &str)] = &[
    ("empty", ""),
    ("whitespace", " \n\t\n"),
    ("comments", "# nothing yet\n"),
    ("json", "{\"netuid\": 15, \"hotkeys\": []}\n"),
    (
        "no_miners_for_cabal",
        "[simulation]\nepochs = 10\n[[validators]]\nname = \"v\"\nstake_alpha = 1\n\
         behaviour = { cabal = { miners = [\"good\"] } }\n",
    ),
    ("not_toml", "<html><body>404</body></html>\n"),
    ("no_groups", "[simulation]\nepochs = 10\n"),
    (
        "several",
        "[simulation]\nepochs = -1\nsede = 3\n[subnet]\nkappa = 3\n[[miners]]\nquality = 9\n",
    ),
];

/// Overrides: name, overrides.
const OVERRIDES: &[(&str, &[&str])] = &[
    ("set_without_value", &["subnet.kappa"]),
    ("set_empty_value", &["subnet.kappa="]),
    ("set_range", &["subnet.kappa=2.0"]),
    ("set_unknown_key", &["subnet.kapa=0.6"]),
    ("set_unknown_section", &["subnett.kappa=0.6"]),
    ("set_unknown_group", &["miners.goood.count=20"]),
    ("set_index", &["miners[3].count=20"]),
    ("set_index_syntax", &["miners[x].count=20"]),
    ("set_path_syntax", &["subnet..kappa=20"]),
    ("set_syntax", &["miners.good.quality={ normal = "]),
    ("set_through_value", &["subnet.kappa.u16=3"]),
    ("set_percent", &["subnet.kappa=60%"]),
    ("set_into_number", &["miners.good.quality.normal.mean=0.7"]),
    ("set_index_into_number", &["miners.good.quality[0]=0.7"]),
    (
        "set_second_kind",
        &[
            "events[0].quality={ exponential = { mean = 1 } }",
            "events[0].quality.uniform.low=0.1",
            "events[0].quality.uniform.high=0.2",
        ],
    ),
    (
        "set_two_build_one",
        &[
            "miners.good.quality={}",
            "miners.good.quality.normal.mean=0.5",
            "miners.good.quality.normal.std=-1",
        ],
    ),
    (
        "set_two_make_one",
        &["mechanism.weights.softmax.temperature=0.5", "mechanism.weights.top_k.k=3"],
    ),
    ("set_crossed_bounds", &["expect.fair.max=0.1"]),
    ("set_count_of_list", &["miners.good.quality=[0.1, 0.2, 0.3]", "miners.good.count=4"]),
    ("set_two", &["seed=3", "subnet.bond_rule=yuma9"]),
];

#[test]
fn spoilt_scenarios() {
    for (name, from, to) in SPOILT {
        assert_eq!(BASE.matches(from).count().min(1), 1, "{name}: the base has no {from:?}");
        let text = BASE.replacen(from, to, 1);
        check(name, Scenario::parse("scenario.toml", &text, &[]));
    }
}

#[test]
fn whole_texts() {
    for (name, text) in TEXTS {
        check(name, Scenario::parse("scenario.toml", text, &[]));
    }
}

#[test]
fn overrides() {
    for (name, overrides) in OVERRIDES {
        check(name, Scenario::parse("scenario.toml", BASE, &owned(overrides)));
    }
    let long = format!("{}=1", ["a"; 30].join("."));
    check("set_path_too_long", Scenario::parse("scenario.toml", BASE, &[long]));
    check("set_subnet_alone", Subnet::default().with_overrides(&owned(&["kapa=0.6", "kappa=7"])));
    let crossed = owned(&["alpha_low=0.9", "subnet.alpha_high=0.8"]);
    check("set_subnet_alone_crossed", Subnet::default().with_overrides(&crossed));
}

#[test]
fn files() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let write = |name: &str, bytes: &[u8]| {
        fs::write(path(name), bytes).unwrap();
        path(name)
    };
    check_file("file_no_such", folder.path(), &path("quickstat.toml"));
    write("quickstart.toml", BASE.as_bytes());
    check_file("file_near", folder.path(), &path("quickstat.toml"));
    check_file("file_no_such_folder", folder.path(), &path("none/quickstart.toml"));
    check_file("file_folder", folder.path(), folder.path());
    check_file("file_binary", folder.path(), &write("b.toml", b"\x7fELF\x02\x01\x01\0\0\0"));
    check_file("file_not_utf8", folder.path(), &write("l.toml", b"title = \"caf\xe9\"\n"));
    check_file("file_utf16", folder.path(), &write("u.toml", b"\xff\xfet\0i\0"));

    write("cabal.toml", BASE.as_bytes());
    check_file("file_without_extension", folder.path(), &path("cabal"));
    check_file("file_metagraph", folder.path(), &write("m.npz", b"PK\x03\x04\0\0"));

    write("stake.csv", b"uid,stake\n0,10\n1,lots\n2,30\n");
    let samples =
        |name: &str, with: &str| write(name, BASE.replacen("quality = 0.9", with, 1).as_bytes());
    let malformed = "quality = 0.9\nstake_alpha = { file = \"stake.csv\", column = \"stake\" }";
    check_file("csv_malformed", folder.path(), &samples("m.toml", malformed));
    let column = "quality = 0.9\nstake_alpha = { file = \"stake.csv\", column = \"steak\" }";
    check_file("csv_column", folder.path(), &samples("c.toml", column));
    let which = "quality = 0.9\nstake_alpha = { file = \"stake.csv\" }";
    check_file("csv_which_column", folder.path(), &samples("w.toml", which));
    let range = "quality = { file = \"stake.csv\", column = \"uid\" }";
    check_file("csv_range", folder.path(), &samples("r.toml", range));
    write("short.csv", b"stake\n1\n2\n");
    let length = "quality = 0.9\nstake_alpha = { file = \"short.csv\" }";
    check_file("csv_length", folder.path(), &samples("s.toml", length));
    write("empty.csv", b"");
    let empty = "quality = 0.9\nstake_alpha = { file = \"empty.csv\" }";
    check_file("csv_empty", folder.path(), &samples("e.toml", empty));
}

#[test]
fn warnings() {
    let text = BASE.replacen("kappa = 0.5", "delegate_take = 0.1\nliquid_alpha = true", 1);
    let text = text.replacen("kappa", "min_burn_rao", 1);
    let text =
        text.replacen("[expect]", "[mechanism]\nweights = { top_k = { k = 3 } }\n[expect]", 1);
    let scenario = Scenario::parse("scenario.toml", &text, &[]).unwrap();
    compare("warnings", &scenario.warnings().render(false));
}

#[test]
fn warnings_of_suspicious_values() {
    let text = BASE
        .replacen("kappa = 0.5", "emission_rao_per_block = 1", 1)
        .replacen("= 0.9\n", "= { uniform = { low = 0.5, high = 2.0 } }\nnoise = 5\n", 1)
        .replacen("quality = 0.2", "quality = { exponential = { mean = 7 } }\nnoise = 2", 1)
        .replacen(
            "[expect]",
            "[[events]]\nat_epoch = 51\nsubnet = { alpha_low = 0.1 }\n[expect]",
            1,
        );
    let text = format!(
        "{text}share = {{ metric = \"share.good\", max = 30 }}\n\
         gini = {{ metric = \"gini\", min = 0 }}\n\
         both = {{ metric = \"gini\", min = 0, max = 0.3 }}\n\
         vacuous = {{ metric = \"spearman\", min = -1, max = 1 }}\n\
         few = {{ metric = \"nakamoto\", min = 4 }}\n\
         low = {{ metric = \"dividend_per_stake.honest\", max = -1 }}\n"
    );
    let scenario = Scenario::parse("scenario.toml", &text, &[]).unwrap();
    compare("warnings_suspicious", &scenario.warnings().render(false));
    let scenario =
        Scenario::parse("s", BASE, &owned(&["subnet.emission_rao_per_block=0"])).unwrap();
    assert_eq!(scenario.warnings().len(), 1);
}

#[test]
fn warnings_of_a_replay() {
    let mut options = ReplayOptions::default();
    let overrides = owned(&[
        "liquid_alpha=true",
        "reveal_period_epochs=2",
        "owner=me",
        "max_uids=300",
        "min_burn_rao=1",
    ]);
    let warnings = options.set_rules(None, &overrides).unwrap();
    compare("warnings_replay", &warnings.render(false));
    let yuma3 = options.set_rules(Some(BondRule::Yuma3), &owned(&["liquid_alpha=true"])).unwrap();
    assert!(yuma3.is_empty(), "{}", yuma3.render(false));
    let before = options.clone();
    let twice = options.set_rules(Some(BondRule::Yuma3), &owned(&["bond_rule=yuma2"]));
    check("set_bond_rule_twice", twice);
    assert_eq!(options, before);
}

#[test]
fn many_errors() {
    let lines: Vec<String> = (0..30).map(|index| format!("key_{index} = 1")).collect();
    check("many", Scenario::parse("scenario.toml", &lines.join("\n"), &[]));
}

#[test]
fn the_base_is_valid() {
    let scenario = Scenario::parse("scenario.toml", BASE, &[]).unwrap();
    assert!(scenario.warnings().is_empty(), "{}", scenario.warnings().render(false));
}

#[test]
fn every_golden_file_belongs_to_a_case() {
    let mut known: Vec<String> = Vec::new();
    known.extend(SPOILT.iter().map(|case| case.0.to_owned()));
    known.extend(TEXTS.iter().map(|case| case.0.to_owned()));
    known.extend(OVERRIDES.iter().map(|case| case.0.to_owned()));
    let source = include_str!("scenario_errors.rs");
    for entry in fs::read_dir(golden_folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let named = known.contains(&name) || source.contains(&format!("\"{name}\""));
        assert!(named, "{} belongs to no case: remove it", path.display());
    }
}

fn owned(overrides: &[&str]) -> Vec<String> {
    overrides.iter().map(|text| (*text).to_owned()).collect()
}

fn check<T: std::fmt::Debug>(name: &str, result: Result<T, ScenarioError>) {
    let error = result.expect_err(&format!("{name} should be refused"));
    assert!(!error.diagnostics().is_empty(), "{name}");
    compare(name, &error.render(false));
}

fn check_file(name: &str, folder: &Path, path: &Path) {
    let error = Scenario::load(path, &[]).expect_err(&format!("{name} should be refused"));
    compare(name, &error.render(false).replace(&folder.display().to_string(), "FOLDER"));
}

fn golden_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
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
