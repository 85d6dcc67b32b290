//! Chains that begin from the files of real networks: everybody is there with what the file gives
//! them, the books are exact, and blocks run. The files lie outside the repository; without them
//! these tests say so and pass.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use subsim_sim::chain::import::{GenesisFile, Import, ss58};
use subsim_sim::chain::{
    BlockWorkspace, GlobalParameters, Hyperparameters, State, SubnetSeed, begin_block,
    begin_block_with_flows, check_flows,
};
use subsim_sim::metagraph::Metagraph;

fn data(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    // Written past the test harness, which hides what passing tests print.
    let line = format!("SKIPPED: no ../shared/data/{name} beside the project");
    writeln!(std::io::stderr(), "{line}").expect("a terminal");
    None
}

/// Runs blocks up to and with the first epoch, checking everything.
fn run_an_epoch(state: &mut State) {
    let mut workspace = BlockWorkspace::default();
    while workspace.epochs().is_empty() {
        assert!(state.block < 400, "an epoch within the tempo");
        let last_before_epoch = state.subnet(1).unwrap().epoch_is_due(state.block + 1);
        if last_before_epoch || state.block < 2 {
            let before = state.clone();
            let flows = begin_block_with_flows(state, &mut workspace, [3; 32]);
            assert_eq!(check_flows(&before, state, &flows), Ok(()));
        } else {
            begin_block(state, &mut workspace, [3; 32]);
        }
        assert_eq!(state.audit(), Ok(()), "block {}", state.block);
    }
}

#[test]
fn a_genesis_file_becomes_a_chain() {
    let Some(path) = data("finney-genesis-4096.json") else { return };
    let genesis = GenesisFile::load(&path).unwrap();
    assert_eq!(genesis.neurons.len(), 4096);
    assert_eq!(genesis.free_balances_rao.len(), 18_618);
    let coldkeys: BTreeSet<_> = genesis.neurons.iter().map(|neuron| neuron.coldkey).collect();
    assert_eq!(coldkeys.len(), 371);
    let mut state = genesis.state(GlobalParameters::default()).unwrap();
    assert_eq!(state.audit(), Ok(()));
    assert_eq!(state.subnet(1).unwrap().neurons.len(), 4096);
    let key = ss58::decode("5DSDJz8D751R9upYa2jK6JfKpsDfDz6nz6GZsLE3C4mNjvjE").unwrap();
    let hotkey = state.account_ids[&key];
    assert_eq!(state.hotkey_stake_rao(hotkey, 1), 71_191_622_798_276);
    assert_eq!(state.subnet(1).unwrap().neurons.uid(hotkey), Some(0));
    let free: u128 = state.accounts.iter().map(|account| u128::from(account.free_rao)).sum();
    // The pool of subnet 1 holds 1000 TAO.
    let balances: u128 = genesis.free_balances_rao.iter().map(|rao| u128::from(*rao)).sum();
    assert_eq!(free, balances + 1_000_000_000_000);
    run_an_epoch(&mut state);
    let copy = State::from_bytes(&state.to_bytes()).unwrap();
    assert!(copy == state);
}

#[test]
fn a_metagraph_becomes_a_chain() {
    let Some(path) = data("metagraph-sn15-block4769998.json") else { return };
    let metagraph = Metagraph::load(&path).unwrap();
    let import = Import::from_metagraph(&metagraph).unwrap();
    let owner = import.neurons[0];
    let mut state = State::genesis(GlobalParameters::default(), import.accounts(), None);
    let id = |key| state.account_ids[key];
    let seed = SubnetSeed {
        netuid: 1,
        owner: id(&owner.coldkey),
        owner_hotkey: id(&owner.hotkey),
        hyper: Hyperparameters {
            commit_reveal_enabled: false,
            emission_enabled: true,
            subtoken_enabled: true,
            first_emission_block: Some(1),
            ..Hyperparameters::default()
        },
        tao_rao: 5_000_000_000_000,
        alpha_rao: 80_000_000_000_000,
        moving_price_bits: None,
        burn_rao: 1_000_000_000,
    };
    state.found_subnet(&seed);
    import.place(&mut state, 1).unwrap();
    assert_eq!(state.audit(), Ok(()));
    let subnet = state.subnet(1).unwrap();
    assert_eq!(subnet.neurons.len(), 256);
    let entries = |rows: &[Vec<(u16, u16)>]| rows.iter().map(Vec::len).sum::<usize>();
    let written: usize = (0..256).map(|uid| metagraph.weights.view().row(uid).count()).sum();
    assert_eq!(entries(&subnet.mechanisms[0].weights), written);
    assert!(subnet.neurons.validator_permit.iter().any(|permit| *permit));
    run_an_epoch(&mut state);
    // Real weights pay real miners.
    let subnet = state.subnet(1).unwrap();
    let paid = subnet.mechanisms[0].incentive.iter().filter(|incentive| **incentive > 0);
    assert!(paid.count() > 10);
    let dividends = subnet.neurons.dividends.iter().filter(|dividends| **dividends > 0);
    assert!(dividends.count() > 3);
}
