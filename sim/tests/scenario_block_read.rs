//! What a valid scenario of resolution "block" means once it is read.

use std::path::Path;

use subsim_sim::chain::{
    AccountId, Call, GlobalParameters, Origin, Preimage, RootClaimType, Setting, WeightVector,
    commit_hash,
};
use subsim_sim::scenario::{
    AnyScenario, BondRule, ChainMetric, ChainScenario, Joins, KeyKind, RecordCalls, Sampled,
    SetsWeights, StakerBehaviour, Start, Subnet, load_any, parse_any, roster_key,
};

const SMALL: &str = r#"
[simulation]
resolution = "block"
blocks = 1000
[[subnets]]
name = "text"
"#;

fn read(text: &str) -> ChainScenario {
    ChainScenario::parse("test", text, &[]).unwrap_or_else(|error| panic!("{error}"))
}

fn read_with(text: &str, overrides: &[&str]) -> ChainScenario {
    let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
    ChainScenario::parse("test", text, &overrides).unwrap_or_else(|error| panic!("{error}"))
}

/// Place of a key in the roster.
fn place(scenario: &ChainScenario, name: &str, key: KeyKind) -> AccountId {
    let found = scenario.roster.iter().position(|person| person.name == name && person.key == key);
    AccountId(found.unwrap_or_else(|| panic!("no {key:?} of {name}")) as u32)
}

#[test]
fn defaults() {
    let scenario = read(SMALL);
    assert_eq!(scenario.simulation.blocks, 1000);
    assert_eq!(scenario.simulation.record_every_blocks, 1);
    assert_eq!(scenario.simulation.record_calls, RecordCalls::All);
    assert_eq!(scenario.start, Start::Fresh);
    assert_eq!(scenario.globals, GlobalParameters::default());
    assert_eq!(scenario.tao_issued_rao, None);
    let subnet = &scenario.subnets[0];
    assert_eq!((subnet.name.as_str(), subnet.netuid), ("text", 1));
    assert_eq!(subnet.rules, Subnet::registered());
    assert_eq!(subnet.pool_tao_rao, 1_000_000_000_000);
    assert_eq!(subnet.pool_alpha_rao, 1_000_000_000_000);
    assert_eq!((subnet.burn_rao, subnet.first_emission_block), (1_000_000_000, Some(1)));
    assert!(subnet.owner_is_neuron && !subnet.recycle && subnet.moving_price.is_none());
    assert_eq!(scenario.roster[subnet.owner].name, "text-owner");
    assert_eq!(scenario.roster[subnet.owner].key, KeyKind::Coldkey);
    assert_eq!(scenario.roster[subnet.owner_hotkey].key, KeyKind::Hotkey);
    assert!(scenario.warnings().is_empty());
}

#[test]
fn a_registered_subnet_differs_from_the_defaults_of_storage() {
    let (registered, default) = (Subnet::registered(), Subnet::default());
    assert_eq!(registered.min_allowed_weights, 1);
    assert_eq!(registered.max_validators, 64);
    assert_eq!(registered.immunity_period_blocks, 5000);
    assert_eq!(registered.bond_rule, BondRule::Yuma3);
    let same = Subnet {
        min_allowed_weights: default.min_allowed_weights,
        max_validators: default.max_validators,
        immunity_period_blocks: default.immunity_period_blocks,
        bond_rule: default.bond_rule,
        ..registered
    };
    assert_eq!(same, default);
}

#[test]
fn lengths() {
    let simulation = |keys: &str| read(&SMALL.replace("blocks = 1000", keys)).simulation;
    assert_eq!(simulation("days = 30").blocks, 216_000);
    assert_eq!(simulation("days = 30").record_every_blocks, 10);
    assert_eq!(simulation("years = 1").blocks, 2_628_000);
    assert_eq!(simulation("years = 1").record_every_blocks, 60);
    assert_eq!(simulation("years = 0.5\nrecord_every_blocks = 7").record_every_blocks, 7);
    let days = SMALL.replace("blocks = 1000", "years = 3");
    assert_eq!(read_with(&days, &["simulation.days=2"]).simulation.blocks, 14_400);
}

#[test]
fn pools_and_prices() {
    let pool = |keys: &str| {
        let scenario = read(&format!("{SMALL}{keys}\n"));
        (scenario.subnets[0].pool_tao_rao, scenario.subnets[0].pool_alpha_rao)
    };
    assert_eq!(pool("pool_tao = 10\npool_alpha = 40"), (10_000_000_000, 40_000_000_000));
    assert_eq!(pool("pool_tao = 10\nprice_tao = 0.25"), (10_000_000_000, 40_000_000_000));
    assert_eq!(pool("pool_alpha = 40\nprice_tao = 0.25"), (10_000_000_000, 40_000_000_000));
    assert_eq!(pool("price_tao = 0.5"), (1_000_000_000_000, 2_000_000_000_000));
    let scenario = read(&format!("{SMALL}started = false\nrecycle = true\nkappa = 0.6\n"));
    assert_eq!(scenario.subnets[0].first_emission_block, None);
    assert!(scenario.subnets[0].recycle);
    assert_eq!(scenario.subnets[0].rules.kappa, 39_321);
}

#[test]
fn the_chain_under_readable_names() {
    let text = format!(
        "{SMALL}[chain]\ntao_issued = 10_499_000.0\ntao_weight = 0.5\nmax_epochs_per_block = 4\n\
         owner_cut = 0\nnetwork_min_lock_tao = 1.5\nmoving_price_alpha = 0.000003\nfaucet = true\n\
         subnet_limit = 3\nstake_threshold_tokens = 1000\nexistential_deposit_rao = 1\n"
    );
    let scenario = read(&text);
    let expected = GlobalParameters {
        tao_weight: 1 << 63,
        max_epochs_per_block: 4,
        subnet_owner_cut: 0,
        network_min_lock_rao: 1_500_000_000,
        faucet_open: true,
        subnet_limit: 3,
        stake_threshold_rao: 1_000_000_000_000,
        existential_deposit_rao: 1,
        ..GlobalParameters::default()
    };
    assert_eq!(scenario.globals, expected);
    assert_eq!(scenario.tao_issued_rao, Some(10_499_000_000_000_000));
}

#[test]
fn everybody_has_keys() {
    let text = format!(
        "{SMALL}owner = \"alice\"\n[[accounts]]\nname = \"alice\"\nbalance_tao = 10\n\
         [[accounts]]\nname = \"crowd\"\ncount = 2\nbalance_tao = [1, 2]\n\
         behaviour = {{ hold = {{ subnet = \"root\" }} }}\n\
         [[miners]]\nname = \"good\"\ncount = 2\nquality = 0.9\ncoldkey = \"alice\"\n\
         joins = {{ below_price = {{ burn_tao = 0.5 }} }}\n\
         [[validators]]\nname = \"honest\"\nstake_alpha = 100\ntake = 0.1\n\
         sets_weights = {{ before_epoch_blocks = 2 }}\n"
    );
    let scenario = read(&text);
    let names: Vec<(&str, KeyKind)> =
        scenario.roster.iter().map(|person| (person.name.as_str(), person.key)).collect();
    let (cold, hot) = (KeyKind::Coldkey, KeyKind::Hotkey);
    let expected = [
        ("alice", cold),
        ("crowd-0", cold),
        ("crowd-1", cold),
        ("honest-0", cold),
        ("honest-0", hot),
        ("good-0", hot),
        ("good-1", hot),
        ("alice", hot),
    ];
    assert_eq!(names, expected);
    assert_eq!((scenario.subnets[0].owner, scenario.subnets[0].owner_hotkey), (0, 7));
    let miners = &scenario.miners[0];
    assert_eq!((miners.coldkeys.as_slice(), miners.hotkeys.as_slice()), (&[0, 0][..], &[5, 6][..]));
    assert_eq!(miners.joins, Joins::BelowPrice { burn_rao: 500_000_000, every_blocks: 60 });
    let validators = &scenario.validators[0];
    assert_eq!((validators.coldkeys.as_slice(), validators.take), (&[3][..], 6553));
    assert_eq!(validators.sets_weights, SetsWeights::BeforeEpoch { blocks: 2 });
    assert_eq!(scenario.accounts[1].coldkeys, [1, 2]);
    assert_eq!(scenario.accounts[1].balance_tao, Sampled::List(vec![1.0, 2.0]));
    let hold = StakerBehaviour::Hold { subnet: None, part: 1.0 };
    assert_eq!(scenario.accounts[1].behaviour, hold);
}

/// A scenario with one call.
fn with_call(call: &str) -> ChainScenario {
    let text = format!(
        "{SMALL}[[accounts]]\nname = \"alice\"\nbalance_tao = 10\n\
         [[accounts]]\nname = \"bob\"\nbalance_tao = 10\n\
         [[validators]]\nname = \"v\"\ncount = 2\nstake_alpha = 100\n\
         [[calls]]\nat_block = 5\nfrom = \"alice\"\n{call}\n"
    );
    read(&text)
}

#[test]
fn calls_by_coldkeys_hotkeys_and_governance() {
    let scenario =
        with_call("call = \"add_stake\"\nhotkey = \"v-1\"\nsubnet = \"text\"\ntao = 1.5");
    let (alice, hotkey) =
        (place(&scenario, "alice", KeyKind::Coldkey), place(&scenario, "v-1", KeyKind::Hotkey));
    let call = &scenario.calls[0];
    assert_eq!((call.at_block, call.origin), (5, Origin::Signed(alice)));
    assert_eq!(call.call, Call::AddStake { hotkey, netuid: 1, tao_rao: 1_500_000_000 });
    let text = "call = \"set_weights\"\nnetuid = 3\nuids = [0]\nvalues = [7]\n\
                refused = \"MechanismDoesNotExist\"";
    let scenario = with_call(text);
    let hotkey = place(&scenario, "alice", KeyKind::Hotkey);
    assert_eq!(scenario.calls[0].origin, Origin::Signed(hotkey));
    assert_eq!(scenario.calls[0].refused.as_deref(), Some("MechanismDoesNotExist"));
    let text = format!(
        "{SMALL}[[calls]]\nat_block = 9\nfrom = \"root\"\ncall = \"root_dissolve_network\"\nnetuid = 1\n"
    );
    let scenario = read(&text);
    assert_eq!(scenario.calls[0].origin, Origin::Root);
    assert_eq!(scenario.calls[0].call, Call::RootDissolveNetwork { netuid: 1 });
}

#[test]
fn settings_have_the_units_of_subnets() {
    let setting = |name: &str, value: &str| {
        let call = format!(
            "call = \"set_hyperparameter\"\nsubnet = \"text\"\nname = \"{name}\"\nvalue = {value}"
        );
        match with_call(&call).calls.remove(0).call {
            Call::SetHyperparameter { netuid: 1, setting } => setting,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(setting("kappa", "0.6"), Setting::Kappa(39_321));
    assert_eq!(setting("kappa", "{ u16 = 5 }"), Setting::Kappa(5));
    assert_eq!(setting("bond_rule", "\"yuma3\""), Setting::Yuma3(true));
    assert_eq!(setting("bonds_moving_average", "0.9"), Setting::BondsMovingAverage(900_000));
    assert_eq!(
        setting("alpha_values", "{ low = { u16 = 1 }, high = 1 }"),
        Setting::AlphaValues { low: 1, high: 65_535 }
    );
    assert_eq!(setting("mechanism_split", "\"even\""), Setting::MechanismSplit(None));
    assert_eq!(
        setting("mechanism_split", "[1, 0]"),
        Setting::MechanismSplit(Some(vec![65_535, 0]))
    );
    assert!(matches!(setting("owner_hotkey", "\"v-0\""), Setting::OwnerHotkey(_)));
}

#[test]
fn commits_are_hashed_for_who_makes_them() {
    let scenario = with_call(
        "call = \"commit_weights\"\nsubnet = \"text\"\nuids = [0, 1]\nvalues = [3, 4]\nsalt = [9]",
    );
    let Origin::Signed(who) = scenario.calls[0].origin else { panic!("nobody signs") };
    let weights = WeightVector { uids: &[0, 1], values: &[3, 4], version_key: 0 };
    let preimage = Preimage { weights, salt: &[9] };
    let hash = commit_hash(&roster_key(who.index()), 1, 0, &preimage);
    assert_eq!(scenario.calls[0].call, Call::CommitWeights { netuid: 1, mechanism: 0, hash });
    let digits = "0a".repeat(32);
    let scenario =
        with_call(&format!("call = \"commit_weights\"\nsubnet = \"text\"\nhash = \"{digits}\""));
    let hash = [10; 32];
    assert_eq!(scenario.calls[0].call, Call::CommitWeights { netuid: 1, mechanism: 0, hash });
}

#[test]
fn repeated_calls_are_planned_one_by_one() {
    let blocks = |keys: &str| -> Vec<u64> {
        let scenario = with_call(&format!("call = \"faucet\"\n{keys}"));
        scenario.calls.iter().map(|call| call.at_block).collect()
    };
    assert_eq!(blocks("every_blocks = 300"), [5, 305, 605, 905]);
    assert_eq!(blocks("every_blocks = 300\ntimes = 2"), [5, 305]);
    assert_eq!(blocks("every_blocks = 995"), [5, 1000]);
}

#[test]
fn every_call_can_be_written() {
    let mut names = Vec::new();
    for call in EVERY_CALL {
        let from = if call.contains("root_dissolve") { "root" } else { "v-0" };
        let text = format!(
            "{SMALL}[[validators]]\nname = \"v\"\ncount = 2\nstake_alpha = 100\n\
             [[calls]]\nat_block = 5\nfrom = \"{from}\"\ncall = {call}\n"
        );
        let scenario = read(&text.replace(" ; ", "\n"));
        let written = call.split('"').nth(1).unwrap();
        assert_eq!(scenario.calls[0].call.name(), written);
        names.push(written);
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 42);
    let claims = format!(
        "{SMALL}[[validators]]\nname = \"v\"\nstake_alpha = 100\n[[calls]]\nat_block = 5\n\
         from = \"v-0\"\ncall = \"set_root_claim_type\"\n\
         claim_type = {{ keep_subnets = [\"text\"] }}\n"
    );
    let claim_type = RootClaimType::KeepSubnets(vec![1]);
    assert_eq!(read(&claims).calls[0].call, Call::SetRootClaimType { claim_type });
}

/// Each call with its arguments; ` ; ` is a line break.
const EVERY_CALL: &[&str] = &[
    "\"transfer_allow_death\" ; dest = \"v-1\" ; tao = 1",
    "\"transfer_keep_alive\" ; dest = \"v-1\" ; tao_rao = 1",
    "\"faucet\"",
    "\"register_network\" ; hotkey = \"v-0\"",
    "\"root_dissolve_network\" ; subnet = \"text\"",
    "\"start_call\" ; subnet = \"text\"",
    "\"burned_register\" ; subnet = \"text\" ; hotkey = \"v-0\"",
    "\"register_limit\" ; subnet = \"text\" ; hotkey = \"v-0\" ; limit_price_tao = 2",
    "\"root_register\" ; hotkey = \"v-0\"",
    "\"set_weights\" ; netuid = 1 ; uids = [0] ; values = [1] ; version_key = 4 ; mechanism = 1",
    "\"commit_weights\" ; netuid = 1 ; uids = [0] ; values = [1] ; salt = [1]",
    "\"reveal_weights\" ; netuid = 1 ; uids = [0] ; values = [1] ; salt = [1]",
    "\"commit_timelocked_weights\" ; netuid = 1 ; uids = [0] ; values = [1]",
    "\"add_stake\" ; hotkey = \"v-0\" ; subnet = \"text\" ; tao = 1",
    "\"add_stake_limit\" ; hotkey = \"v-0\" ; subnet = \"text\" ; tao = 1 ; limit_price_tao = 2 \
     ; allow_partial = true",
    "\"add_stake_burn\" ; hotkey = \"v-0\" ; subnet = \"text\" ; tao = 1",
    "\"remove_stake\" ; hotkey = \"v-0\" ; subnet = \"root\" ; alpha = 1",
    "\"remove_stake_limit\" ; hotkey = \"v-0\" ; subnet = \"text\" ; alpha = 1 ; limit_price_rao = 5",
    "\"remove_stake_full_limit\" ; hotkey = \"v-0\" ; subnet = \"text\"",
    "\"unstake_all\" ; hotkey = \"v-0\"",
    "\"unstake_all_alpha\" ; hotkey = \"v-0\"",
    "\"move_stake\" ; origin_hotkey = \"v-0\" ; destination_hotkey = \"v-1\" \
     ; origin_subnet = \"text\" ; destination_subnet = \"root\" ; alpha = 1",
    "\"transfer_stake\" ; destination_coldkey = \"v-1\" ; hotkey = \"v-0\" ; origin_netuid = 1 \
     ; destination_netuid = 1 ; alpha_rao = 1",
    "\"swap_stake\" ; hotkey = \"v-0\" ; origin_netuid = 1 ; destination_netuid = 0 ; alpha = 1",
    "\"swap_stake_limit\" ; hotkey = \"v-0\" ; origin_netuid = 1 ; destination_netuid = 0 \
     ; alpha = 1 ; limit_price_tao = 1",
    "\"recycle_alpha\" ; hotkey = \"v-0\" ; netuid = 1 ; alpha = 1",
    "\"burn_alpha\" ; hotkey = \"v-0\" ; netuid = 1 ; alpha = 1",
    "\"lock_stake\" ; hotkey = \"v-0\" ; netuid = 1 ; alpha = 1",
    "\"move_lock\" ; destination_hotkey = \"v-1\" ; netuid = 1",
    "\"set_perpetual_lock\" ; netuid = 1 ; enabled = true",
    "\"set_reject_locked_alpha\" ; enabled = true",
    "\"set_children\" ; hotkey = \"v-0\" ; netuid = 1 \
     ; children = [{ hotkey = \"v-1\", proportion = 0.5 }]",
    "\"set_childkey_take\" ; hotkey = \"v-0\" ; netuid = 1 ; take = 0.1",
    "\"increase_take\" ; hotkey = \"v-0\" ; take = 0.1",
    "\"decrease_take\" ; hotkey = \"v-0\" ; take = 0.1",
    "\"claim_root\" ; subnets = [\"text\"]",
    "\"set_root_claim_type\" ; claim_type = \"keep\"",
    "\"set_coldkey_auto_stake_hotkey\" ; netuid = 1 ; hotkey = \"v-0\"",
    "\"set_tempo\" ; netuid = 1 ; tempo_blocks = 720",
    "\"set_activity_cutoff_factor\" ; netuid = 1 ; factor_milli = 2000",
    "\"trigger_epoch\" ; netuid = 1",
    "\"set_hyperparameter\" ; netuid = 1 ; name = \"rho\" ; value = 3",
];

#[test]
fn events_and_expectations() {
    let text = format!(
        "{SMALL}[[miners]]\nname = \"m\"\nquality = 0.9\n\
         [[validators]]\nname = \"v\"\nstake_alpha = 100\n\
         [[events]]\nat_block = 9\nrules = {{ kappa = 0.6 }}\n\
         [[events]]\nat_block = 3\ngroup = \"m\"\nquality = 0.2\n\
         [expect]\nb = {{ metric = \"price_tao.text\", min = 0.1 }}\n\
         a = {{ metric = \"profit_tao.m\", max = 3 }}\n"
    );
    let scenario = read(&text);
    assert_eq!((scenario.events[0].at_block, scenario.events[0].subnet), (3, None));
    assert_eq!(scenario.events[0].group.as_deref(), Some("m"));
    assert_eq!(scenario.events[0].quality, Some(Sampled::Constant(0.2)));
    assert_eq!((scenario.events[1].subnet, scenario.events[1].at_block), (Some(0), 9));
    let mut rules = Subnet::default();
    rules.apply(&scenario.events[1].rules);
    assert_eq!(rules.kappa, 39_321);
    assert_eq!(scenario.expect[0].metric, ChainMetric::PriceTao("text".to_owned()));
    assert_eq!(scenario.expect[1].metric, ChainMetric::ProfitTao("m".to_owned()));
    assert_eq!((scenario.expect[1].min, scenario.expect[1].max), (None, Some(3.0)));
}

#[test]
fn the_hash_covers_what_results_depend_on() {
    let text = format!(
        "{SMALL}[[accounts]]\nname = \"a\"\nbalance_tao = 5\n[[calls]]\nat_block = 3\nfrom = \"a\"\n\
         call = \"faucet\"\n"
    );
    let hash = |overrides: &[&str]| read_with(&text, overrides).hash();
    let base = hash(&[]);
    assert_eq!(base.len(), 64);
    assert_eq!(hash(&["simulation.threads=8"]), base);
    assert_eq!(hash(&["subnets.text.min_allowed_weights=1"]), base);
    for change in [
        "simulation.seed=1",
        "subnets.text.kappa=0.6",
        "chain.faucet=true",
        "accounts.a.balance_tao=6",
        "calls[0].at_block=4",
    ] {
        assert_ne!(hash(&[change]), base, "{change}");
    }
}

#[test]
fn both_kinds_are_read_by_one_function() {
    let epoch = "[simulation]\nepochs = 3\n[[miners]]\nname = \"m\"\nquality = 0.9\n\
                 [[validators]]\nname = \"v\"\nstake_alpha = 1\n";
    assert!(matches!(parse_any("e", epoch, &[]), Ok(AnyScenario::Epoch(_))));
    let block = parse_any("b", SMALL, &[]).unwrap();
    assert!(matches!(block, AnyScenario::Chain(_)));
    assert_eq!((block.name(), block.question()), ("b", None));
    assert_eq!(block.hash(), read(SMALL).hash());
}

#[test]
fn a_start_from_a_metagraph() {
    let folder = tempfile::tempdir().unwrap();
    let metagraph = r#"{"netuid": 5, "stake": [10.0, 0, 0], "W": [[0, 1, 1], [0,0,0], [0,0,0]]}"#;
    std::fs::write(folder.path().join("m.json"), metagraph).unwrap();
    let text = format!(
        "{SMALL}[chain]\nmetagraph = \"m.json\"\n\
         [[validators]]\nname = \"v\"\nuids = \"0\"\n\
         [[miners]]\nname = \"m\"\nuids = \"1-2\"\nquality = [0.5, 0.6]\n"
    );
    let path = folder.path().join("s.toml");
    std::fs::write(&path, text).unwrap();
    let AnyScenario::Chain(scenario) = load_any(&path, &[]).unwrap_or_else(|e| panic!("{e}"))
    else {
        panic!("not a block scenario")
    };
    assert_eq!(scenario.miners[0].imported_uids, Some(1..3));
    assert_eq!(scenario.miners[0].count, 2);
    assert!(scenario.miners[0].hotkeys.is_empty());
    assert!(!scenario.subnets[0].owner_is_neuron);
    let hash = blake3_of(metagraph);
    assert_eq!(scenario.start, Start::Metagraph { path: folder.path().join("m.json"), hash });
}

#[test]
fn a_start_from_the_genesis_of_a_network() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let file = root.join("../shared/data/finney-genesis-4096.json");
    if !file.exists() {
        use std::io::Write;
        writeln!(std::io::stderr(), "SKIPPED: {} is not there", file.display()).unwrap();
        return;
    }
    let text = format!(
        "{SMALL}max_uids = 4096\n[chain]\ngenesis = '{}'\n\
         [[validators]]\nname = \"v\"\nuids = \"0-127\"\n\
         [[miners]]\nname = \"m\"\nuids = \"128-4095\"\nquality = 0.5\n",
        file.display()
    );
    let scenario = read(&text);
    assert_eq!(scenario.miners[0].count, 3968);
    assert!(matches!(scenario.start, Start::Genesis { .. }));
}

fn blake3_of(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}
