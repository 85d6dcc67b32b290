//! What a valid scenario means once it is read.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;
use subsim_sim::scenario::{
    Behaviour, BondRule, Metric, Sampled, Scenario, Subnet, WeightRule, Window, json_schema, list,
};

const SMALL: &str = r#"
[simulation]
epochs = 100
[[miners]]
name = "good"
quality = 0.9
[[validators]]
name = "honest"
stake_alpha = 1000
"#;

fn read(text: &str) -> Scenario {
    Scenario::parse("test", text, &[]).unwrap_or_else(|error| panic!("{error}"))
}

fn read_with(text: &str, overrides: &[&str]) -> Scenario {
    let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
    Scenario::parse("test", text, &overrides).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn defaults() {
    let scenario = read(SMALL);
    assert_eq!(scenario.simulation.seed, 0);
    assert_eq!(scenario.simulation.threads, None);
    assert_eq!(scenario.subnet, Subnet::default());
    assert_eq!(scenario.miners[0].count, 1);
    assert_eq!(scenario.miners[0].stake_alpha, Sampled::Constant(0.0));
    assert_eq!(scenario.validators[0].behaviour, Behaviour::Honest);
    assert_eq!(scenario.validators[0].root_stake_tao, Sampled::Constant(0.0));
    assert_eq!(scenario.mechanism.weights, WeightRule::Linear);
    assert!((scenario.mechanism.moving_average_alpha - 1.0).abs() < f64::EPSILON);
    assert!(scenario.events.is_empty() && scenario.expect.is_empty());
}

#[test]
fn proportions_are_stored_as_the_chain_stores_them() {
    let subnet = |key: &str| read(&format!("{SMALL}\n[subnet]\n{key}\n")).subnet;
    assert_eq!(subnet("kappa = 0.5").kappa, 32_767);
    assert_eq!(subnet("kappa = 0.6").kappa, 39_321);
    assert_eq!(subnet("kappa = 1").kappa, 65_535);
    assert_eq!(subnet("kappa = 0").kappa, 0);
    assert_eq!(subnet("kappa = { u16 = 1234 }").kappa, 1234);
    assert_eq!(subnet("tao_weight = 1.0").tao_weight, u64::MAX);
    assert_eq!(subnet("tao_weight = 0.5").tao_weight, 1 << 63);
    assert_eq!(subnet("tao_weight = { u64 = 18446744073709551615 }").tao_weight, u64::MAX);
    assert_eq!(subnet("bonds_moving_average = 0.9").bonds_moving_average, 900_000);
    assert_eq!(subnet("bonds_moving_average = 0.975").bonds_moving_average, 975_000);
    assert_eq!(subnet("bonds_moving_average = 0.29").bonds_moving_average, 290_000);
    assert_eq!(subnet("bond_rule = \"yuma3\"").bond_rule, BondRule::Yuma3);
    assert_eq!(subnet("alpha_sigmoid_steepness = -5").alpha_sigmoid_steepness, -5);
}

#[test]
fn the_activity_cutoff_follows_the_tempo_until_it_is_set() {
    let subnet = |keys: &str| read(&format!("{SMALL}\n[subnet]\n{keys}\n")).subnet;
    assert_eq!(subnet("").activity_cutoff_blocks, 5000);
    assert_eq!(subnet("tempo_blocks = 99").activity_cutoff_blocks, 1375);
    assert_eq!(subnet("tempo_blocks = 99\nactivity_cutoff_blocks = 7").activity_cutoff_blocks, 7);
    let text = format!("{SMALL}\n[[events]]\nat_epoch = 3\nsubnet = {{ tempo_blocks = 99 }}\n");
    let scenario = read(&text);
    let mut subnet = scenario.subnet.clone();
    subnet.apply(&scenario.events[0].subnet);
    assert_eq!((subnet.tempo_blocks, subnet.activity_cutoff_blocks), (99, 1375));
}

#[test]
fn days_become_whole_epochs() {
    let epochs = |keys: &str| read(&SMALL.replace("epochs = 100", keys)).simulation.epochs;
    assert_eq!(epochs("days = 10"), 200);
    assert_eq!(epochs("days = 0.099"), 1);
    assert_eq!(epochs("days = 1.0\n[subnet]\ntempo_blocks = 7000"), 1);
}

#[test]
fn samples() {
    let quality = |text: &str| {
        let group = format!("count = 2\nquality = {text}");
        read(&SMALL.replace("quality = 0.9", &group)).miners[0].quality.clone()
    };
    assert_eq!(quality("1"), Sampled::Constant(1.0));
    assert_eq!(quality("[0.5, 1]"), Sampled::List(vec![0.5, 1.0]));
    assert_eq!(
        quality("{ normal = { mean = 1, std = 0.1 } }"),
        Sampled::Normal { mean: 1.0, std: 0.1 }
    );
    assert_eq!(
        quality("{ log_normal = { median = 1.0, sigma = 0.5 } }"),
        Sampled::LogNormal { median: 1.0, sigma: 0.5 }
    );
    assert_eq!(quality("{ exponential = { mean = 1.0 } }"), Sampled::Exponential { mean: 1.0 });
}

#[test]
fn samples_from_a_file_beside_the_scenario() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("stakes.csv"), "hotkey,stake\na,1.5\nb,2.5\n").unwrap();
    let text = SMALL.replace(
        "stake_alpha = 1000",
        "count = 2\nstake_alpha = { file = \"stakes.csv\", column = \"stake\" }",
    );
    let path = folder.path().join("with-file.toml");
    fs::write(&path, &text).unwrap();
    let scenario = Scenario::load(&path, &[]).unwrap();
    assert_eq!(scenario.name, "with-file");
    assert_eq!(scenario.validators[0].stake_alpha, Sampled::List(vec![1.5, 2.5]));
    let before = scenario.hash();
    fs::write(folder.path().join("stakes.csv"), "hotkey,stake\na,1.5\nb,2.6\n").unwrap();
    assert_ne!(Scenario::load(&path, &[]).unwrap().hash(), before);
}

#[test]
fn behaviours_and_rules() {
    let behaviour = |text: &str| {
        let group = format!("stake_alpha = 1000\nbehaviour = {text}");
        read(&SMALL.replace("stake_alpha = 1000", &group)).validators[0].behaviour.clone()
    };
    assert_eq!(behaviour("\"lazy\""), Behaviour::Lazy { update_every_epochs: 10 });
    assert_eq!(
        behaviour("{ lazy = { update_every_epochs = 3 } }"),
        Behaviour::Lazy { update_every_epochs: 3 }
    );
    assert_eq!(behaviour("{ copier = {} }"), Behaviour::Copier { delay_epochs: 1 });
    assert_eq!(
        behaviour("{ cabal = { miners = [\"good\"] } }"),
        Behaviour::Cabal { miners: vec!["good".to_owned()], share: 1.0 }
    );
    let weights =
        |text: &str| read(&format!("{SMALL}\n[mechanism]\nweights = {text}\n")).mechanism.weights;
    assert_eq!(weights("\"winner_takes_all\""), WeightRule::WinnerTakesAll);
    assert_eq!(weights("{ top_k = { k = 3 } }"), WeightRule::TopK { k: 3 });
}

#[test]
fn events_come_in_the_order_in_which_they_happen() {
    let text = format!(
        "{SMALL}\n[[events]]\nat_epoch = 9\nsubnet = {{ kappa = 0.6 }}\n\
         [[events]]\nat_epoch = 3\ngroup = \"good\"\nquality = 0.2\n\
         [[events]]\nat_epoch = 9\nsubnet = {{ kappa = 0.7 }}\n"
    );
    let scenario = read(&text);
    let epochs: Vec<u64> = scenario.events.iter().map(|event| event.at_epoch).collect();
    assert_eq!(epochs, [3, 9, 9]);
    let mut subnet = scenario.subnet.clone();
    for event in &scenario.events {
        subnet.apply(&event.subnet);
    }
    assert_eq!(subnet.kappa, 45_874);
    assert_eq!(scenario.events[0].group.as_ref().unwrap().quality, Some(Sampled::Constant(0.2)));
}

#[test]
fn expectations_keep_their_order() {
    let text = format!(
        "{SMALL}\n[expect]\nz = {{ metric = \"gini\", max = 0.5 }}\n\
         a = {{ metric = \"dividend_per_stake.honest\", min = 1, window = \"last\" }}\n"
    );
    let expect = read(&text).expect;
    assert_eq!(expect[0].name, "z");
    assert_eq!((&expect[0].metric, expect[0].window), (&Metric::Gini, Window::All));
    assert_eq!(expect[1].metric, Metric::DividendPerStake("honest".to_owned()));
    assert_eq!((expect[1].window, expect[1].min, expect[1].max), (Window::Last, Some(1.0), None));
}

#[test]
fn overrides_count_as_if_the_file_said_so() {
    let scenario = read_with(
        SMALL,
        &[
            "subnet.kappa=0.6",
            "subnet.bond_rule=yuma3",
            "miners.GOOD.count=20",
            "validators[0].stake_alpha={ pareto = { scale = 1, shape = 2 } }",
            "simulation.days=1",
            "title=Hello there",
            "mechanism.weights=winner_takes_all",
            "simulation.seed = 18446744073709551615",
            "expect.fair.metric=spearman",
            "expect.fair.min=0.1",
            "subnet.kappa=0.7",
        ],
    );
    assert_eq!(scenario.subnet.kappa, 45_874);
    assert_eq!(scenario.subnet.bond_rule, BondRule::Yuma3);
    assert_eq!(scenario.miners[0].count, 20);
    assert_eq!(scenario.validators[0].stake_alpha, Sampled::Pareto { scale: 1.0, shape: 2.0 });
    assert_eq!(scenario.simulation.epochs, 20);
    assert_eq!(scenario.simulation.seed, u64::MAX);
    assert_eq!(scenario.title.as_deref(), Some("Hello there"));
    assert_eq!(scenario.mechanism.weights, WeightRule::WinnerTakesAll);
    assert_eq!(scenario.expect[0].min, Some(0.1));
}

#[test]
fn hyperparameters_from_overrides_alone() {
    let overrides = ["kappa=0.6".to_owned(), "subnet.bond_rule=yuma3".to_owned()];
    let subnet = Subnet::default().with_overrides(&overrides).unwrap();
    assert_eq!((subnet.kappa, subnet.bond_rule), (39_321, BondRule::Yuma3));
    assert_eq!(Subnet::default().with_overrides(&[]).unwrap(), Subnet::default());
}

#[test]
fn the_hash_covers_what_results_depend_on() {
    let hash = |overrides: &[&str]| read_with(SMALL, overrides).hash();
    let base = hash(&[]);
    assert_eq!(base.len(), 64);
    assert_eq!(hash(&["simulation.threads=8"]), base);
    assert_eq!(hash(&["subnet.tempo_blocks=360"]), base);
    assert_eq!(
        Scenario::parse("other name", &SMALL.replace("100", "1_00"), &[]).unwrap().hash(),
        base
    );
    assert_ne!(hash(&["simulation.seed=1"]), base);
    assert_ne!(hash(&["subnet.kappa=0.6"]), base);
    assert_ne!(hash(&["miners.good.quality=0.91"]), base);
}

#[test]
fn windows_text_reads_the_same() {
    let windows = format!("\u{feff}{}", SMALL.replace('\n', "\r\n"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("windows.toml");
    fs::write(&path, windows).unwrap();
    assert_eq!(Scenario::load(&path, &[]).unwrap().hash(), read(SMALL).hash());
}

#[test]
fn ranges_of_the_schema_are_those_of_reading() {
    let schema = json_schema();
    let properties = schema["$defs"]["SubnetPatch"]["properties"].as_object().unwrap();
    let mut checked = 0;
    for (key, property) in properties {
        let (Some(low), Some(high)) = (property["minimum"].as_i64(), property["maximum"].as_u64())
        else {
            continue;
        };
        let valid = |value: i128| Subnet::default().with_overrides(&[format!("{key}={value}")]);
        // A rule between two keys may refuse a bound, but then it says so by their names.
        let holds = |value: i128| match valid(value) {
            Ok(_) => true,
            Err(error) => error.diagnostics().iter().all(|d| d.message.contains(" is above ")),
        };
        assert!(holds(low.into()), "{key} = {low}");
        assert!(holds(high.into()), "{key} = {high}");
        assert!(!holds(i128::from(low) - 1), "{key} below {low}");
        assert!(!holds(i128::from(high) + 1), "{key} above {high}");
        checked += 1;
    }
    assert!(checked > 15, "{checked} ranges checked");
}

#[test]
fn defaults_of_the_schema_are_those_of_the_subnet() {
    let schema = json_schema();
    let properties = schema["$defs"]["SubnetPatch"]["properties"].as_object().unwrap();
    let mut checked = 0;
    for (key, property) in properties {
        let Some(default) = property.get("default") else { continue };
        let written = match default {
            Value::Object(exact) => {
                let (name, value) = exact.iter().next().unwrap();
                format!("{{ {name} = {value} }}")
            }
            plain => plain.to_string(),
        };
        let subnet = Subnet::default().with_overrides(&[format!("{key}={written}")]).unwrap();
        assert_eq!(subnet, Subnet::default(), "{key} = {written}");
        checked += 1;
    }
    assert!(checked > 20, "{checked} defaults checked");
}

#[test]
fn the_committed_schema_is_current() {
    let path = root().join("docs/scenario.schema.json");
    let command = "cargo run --release -- schema > docs/scenario.schema.json";
    let text = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run `{command}`", path.display()));
    if std::env::var_os("SUBSIM_UPDATE_GOLDEN").is_some() {
        let text = serde_json::to_string_pretty(&json_schema()).unwrap() + "\n";
        fs::write(&path, text).unwrap();
        return;
    }
    let committed: Value = serde_json::from_str(&text).unwrap();
    assert!(committed == json_schema(), "{} is stale: run `{command}`", path.display());
}

#[test]
fn the_scenarios_of_the_project_read_without_warnings() {
    let folder = root().join("scenarios");
    let entries = list(&folder).unwrap();
    assert!(entries.len() >= 9, "{} scenarios", entries.len());
    for entry in entries {
        let path = entry.path.display();
        // Scenarios there name files that are not part of the project.
        if entry.path.components().any(|part| part.as_os_str() == "data_needed")
            && entry.scenario.is_err()
        {
            writeln!(std::io::stderr(), "SKIPPED: {path} cannot be read without its data").unwrap();
            continue;
        }
        let scenario = entry.scenario.as_ref().unwrap_or_else(|error| panic!("{error}"));
        assert!(scenario.warnings().is_empty(), "{}", scenario.warnings().render(false));
        assert!(entry.question().is_some_and(|question| question.ends_with('?')), "{path}");
        assert!(scenario.expectations() > 0, "{path} expects nothing");
        let text = fs::read_to_string(&entry.path).unwrap();
        let schema = text.lines().next().and_then(|line| line.strip_prefix("#:schema ")).unwrap();
        let schema = entry.path.parent().unwrap().join(schema);
        assert!(schema.is_file(), "{path}: {} does not exist", schema.display());
    }
}

#[test]
fn a_list_shows_what_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::create_dir(folder.path().join(".hidden")).unwrap();
    fs::write(folder.path().join("sub/good.toml"), format!("question = \"Why?\"{SMALL}")).unwrap();
    fs::write(folder.path().join("bad.toml"), "x = 1").unwrap();
    fs::write(folder.path().join("notes.txt"), "x = 1").unwrap();
    fs::write(folder.path().join(".hidden/c.toml"), "x = 1").unwrap();
    let entries = list(folder.path()).unwrap();
    assert_eq!(entries.len(), 2);
    assert!(entries[0].path.ends_with("bad.toml") && entries[0].scenario.is_err());
    assert_eq!(entries[1].question(), Some("Why?"));
    let missing = list(&folder.path().join("none")).unwrap_err().to_string();
    assert_eq!(missing, "there is no such folder; name a folder: subsim list DIR");
    let file = list(&folder.path().join("bad.toml")).unwrap_err().to_string();
    assert_eq!(file, "this is a file; name a folder: subsim list DIR");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
