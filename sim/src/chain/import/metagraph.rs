//! A metagraph as the beginning of a chain. Metagraphs name hotkeys only, so every neuron gets a
//! coldkey of its own.

use super::{Import, ImportError, ImportedNeuron, derived_key, ss58};
use crate::chain::Row;
use crate::metagraph::Metagraph;

impl Import {
    /// What to put in place: neurons, both kinds of stake, weights, bonds and permits. Coldkeys and
    /// the keys of hotkeys that are names instead of addresses are derived from the hotkeys'
    /// texts.
    ///
    /// Weights for a neuron that registered after they were set are left out; the chain does not
    /// count them either.
    ///
    /// # Errors
    /// When a hotkey looks like an address and is mistyped.
    pub fn from_metagraph(metagraph: &Metagraph) -> Result<Self, ImportError> {
        let mut neurons = Vec::with_capacity(metagraph.n());
        for (uid, hotkey) in metagraph.hotkeys.iter().enumerate() {
            neurons.push(ImportedNeuron {
                hotkey: key_of(metagraph, uid, hotkey)?,
                coldkey: derived_key("subsim 2026 metagraph coldkey", hotkey),
                alpha_rao: metagraph.alpha_stake_rao[uid],
                root_rao: metagraph.tao_stake_rao[uid],
            });
        }
        let uids = 0..metagraph.n();
        let counted = |uid: usize, other: u16| match (
            &metagraph.last_update,
            &metagraph.block_at_registration,
        ) {
            (Some(updated), Some(registered)) => updated[uid] > registered[usize::from(other)],
            _ => true,
        };
        let weights = uids.clone().map(|uid| -> Row {
            let row = metagraph.weights.view().row(uid);
            row.filter(|(other, _)| counted(uid, *other)).collect()
        });
        Ok(Self {
            neurons,
            balances: Vec::new(),
            weights: weights.collect(),
            bonds: uids.map(|uid| metagraph.bonds.view().row(uid).collect()).collect(),
            permits: metagraph.validator_permit.clone(),
        })
    }
}

fn key_of(metagraph: &Metagraph, uid: usize, hotkey: &str) -> Result<[u8; 32], ImportError> {
    match ss58::decode(hotkey) {
        Ok(key) => Ok(key),
        // A mistyped address would silently be somebody else.
        Err(error) if hotkey.starts_with('5') && (46..=49).contains(&hotkey.len()) => {
            Err(ImportError::Value {
                path: metagraph.name.clone().into(),
                place: format!("hotkeys[{uid}]"),
                message: format!("{hotkey:?}: {error}"),
            })
        }
        Err(_) => Ok(derived_key("subsim 2026 metagraph hotkey", hotkey)),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::chain::{GlobalParameters, Hyperparameters, State, SubnetSeed};

    fn metagraph(text: &str) -> Metagraph {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.json");
        std::fs::write(&path, text).unwrap();
        Metagraph::load(Path::new(&path)).unwrap()
    }

    #[test]
    fn neurons_weights_and_permits_stand() {
        let metagraph = metagraph(
            r#"{"hotkeys": ["a", "b", "c"], "alpha_stake": [5, 1, 0], "tao_stake": [2, 0, 0],
                "block": 90, "last_update": [50, 60, 9], "block_at_registration": [1, 2, 55],
                "weights": [[[1, 65535], [2, 9]], [[2, 65535]], []],
                "validator_permit": [true, true, false]}"#,
        );
        let import = Import::from_metagraph(&metagraph).unwrap();
        assert_eq!(import.tao_rao(), 2_000_000_000);
        let mut accounts = import.accounts();
        accounts.insert([1; 32], 0);
        let mut state = State::genesis(GlobalParameters::default(), accounts, None);
        let owner = state.account_ids[&[1; 32]];
        state.found_subnet(&SubnetSeed {
            netuid: 1,
            owner,
            owner_hotkey: owner,
            hyper: Hyperparameters { max_allowed_uids: 2, ..Hyperparameters::default() },
            tao_rao: 0,
            alpha_rao: 0,
            moving_price_bits: Some(0),
            burn_rao: 0,
        });
        import.place(&mut state, 1).unwrap();
        assert_eq!(state.audit(), Ok(()));
        let subnet = state.subnet(1).unwrap();
        assert_eq!(subnet.hyper.max_allowed_uids, 3);
        assert_eq!(subnet.neurons.validator_permit, [true, true, false]);
        // uid 2 registered after uid 0 had set its weights.
        let mechanism = &subnet.mechanisms[0];
        assert_eq!(mechanism.weights, [vec![(1, 65_535)], vec![(2, 65_535)], vec![]]);
        assert_eq!(mechanism.last_update, [1, 1, 0]);
        let first = subnet.neurons.hotkeys[0];
        assert_eq!(subnet.hotkey_alpha_rao(first), 5_000_000_000);
        assert_eq!(state.hotkey_stake_rao(first, 0), 2_000_000_000);
    }

    #[test]
    fn a_mistyped_address_is_an_error() {
        let address = ss58::encode(&[7; 32]);
        let good = metagraph(&format!(
            "{{\"hotkeys\": [\"{address}\"], \"stake\": [1], \"weights\": [[]]}}"
        ));
        assert_eq!(Import::from_metagraph(&good).unwrap().neurons[0].hotkey, [7; 32]);
        let mut letters: Vec<char> = address.chars().collect();
        letters.swap(20, 21);
        let mut bad = good.clone();
        bad.hotkeys = vec![letters.into_iter().collect()];
        let error = Import::from_metagraph(&bad).unwrap_err().to_string();
        assert!(error.contains("hotkeys[0]") && error.contains("checksum"), "{error}");
    }
}
