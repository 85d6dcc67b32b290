//! Genesis files: a JSON object with the neurons of a network, their owners and stakes, and the
//! free balances of everybody else, without their keys.

use std::fmt;
use std::path::Path;

use serde::de::{self, Deserialize, Deserializer, Visitor};

use super::{Import, ImportError, ImportedNeuron, derived_key, ss58};
use crate::chain::{GlobalParameters, Hyperparameters, State, SubnetSeed};

/// A key written as an address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Address([u8; 32]);

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Address;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Address, E> {
                let key = ss58::decode(text);
                key.map(Address).map_err(|error| E::custom(format!("{text:?}: {error}")))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NeuronEntry {
    uid: u64,
    hotkey: Address,
    coldkey: Address,
    stake_rao: u64,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    network: String,
    neurons: Vec<NeuronEntry>,
    free_balances_rao: Vec<u64>,
}

/// A neuron of a genesis file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GenesisNeuron {
    /// Key of the hotkey.
    pub hotkey: [u8; 32],
    /// Key of its coldkey.
    pub coldkey: [u8; 32],
    /// Stake.
    pub stake_rao: u64,
}

/// A network at its genesis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenesisFile {
    /// What the file calls the network.
    pub network: String,
    /// blake3 of the file, hex.
    pub hash: String,
    /// Neurons by uid, at most 65,535.
    pub neurons: Vec<GenesisNeuron>,
    /// Free balances, of keys that the file does not name.
    pub free_balances_rao: Vec<u64>,
}

/// 21 million tokens.
const CAP_RAO: u128 = 21_000_000_000_000_000;

impl GenesisFile {
    /// Reads a genesis file: `network` (text), `neurons` (list of `uid`, `hotkey`, `coldkey`,
    /// `stake_rao`; uids 0, 1, 2, ... in order), `free_balances_rao` (list).
    ///
    /// # Errors
    /// When the file cannot be read, is no such file, or says something impossible.
    pub fn load(path: &Path) -> Result<Self, ImportError> {
        let text = std::fs::read(path)
            .map_err(|source| ImportError::Read { path: path.to_owned(), source })?;
        Self::parse(path, &text)
    }

    /// [`GenesisFile::load`] of a text that was read already; the path is for messages.
    ///
    /// # Errors
    /// When the text is no genesis file, or says something impossible.
    pub fn parse(path: &Path, text: &[u8]) -> Result<Self, ImportError> {
        let contents: Contents =
            serde_json::from_slice(text).map_err(|error| in_place(path, &error))?;
        check(path, &contents)?;
        let neuron = |entry: &NeuronEntry| GenesisNeuron {
            hotkey: entry.hotkey.0,
            coldkey: entry.coldkey.0,
            stake_rao: entry.stake_rao,
        };
        Ok(Self {
            network: contents.network,
            hash: blake3::hash(text).to_hex().to_string(),
            neurons: contents.neurons.iter().map(neuron).collect(),
            free_balances_rao: contents.free_balances_rao,
        })
    }

    /// What to put in place. Stakes become alpha of the subnet; balances get keys of their own,
    /// derived from their places in the file.
    #[must_use]
    pub fn import(&self) -> Import {
        let neuron = |neuron: &GenesisNeuron| ImportedNeuron {
            hotkey: neuron.hotkey,
            coldkey: neuron.coldkey,
            alpha_rao: neuron.stake_rao,
            root_rao: 0,
        };
        let key = |at: usize| derived_key("subsim 2026 genesis balance", &at.to_string());
        let balances = self.free_balances_rao.iter().enumerate();
        Import {
            neurons: self.neurons.iter().map(neuron).collect(),
            balances: balances.map(|(at, rao)| (key(at), *rao)).collect(),
            ..Import::default()
        }
    }

    /// A chain in block 0 with the network on subnet 1, which belongs to nobody who plays a part
    /// in it: 1000 TAO and 1000 alpha in its pool, emission from block 1 on.
    ///
    /// # Errors
    /// When a neuron cannot be put in place.
    pub fn state(&self, globals: GlobalParameters) -> Result<State, ImportError> {
        let owner = derived_key("subsim 2026 genesis owner", "coldkey");
        let hotkey = derived_key("subsim 2026 genesis owner", "hotkey");
        let import = self.import();
        let mut accounts = import.accounts();
        accounts.extend([(owner, 0), (hotkey, 0)]);
        let mut state = State::genesis(globals, accounts, None);
        state.found_subnet(&SubnetSeed {
            netuid: 1,
            owner: state.account_ids[&owner],
            owner_hotkey: state.account_ids[&hotkey],
            hyper: Hyperparameters {
                min_allowed_weights: 1,
                emission_enabled: true,
                subtoken_enabled: true,
                first_emission_block: Some(1),
                ..Hyperparameters::default()
            },
            tao_rao: 1_000_000_000_000,
            alpha_rao: 1_000_000_000_000,
            moving_price_bits: None,
            burn_rao: 1_000_000_000,
        });
        import.place(&mut state, 1)?;
        Ok(state)
    }
}

/// Turns the parser's error into one with a place.
fn in_place(path: &Path, error: &serde_json::Error) -> ImportError {
    let (line, column) = (error.line().max(1), error.column().max(1));
    let described = error.to_string();
    let tail = format!(" at line {} column {}", error.line(), error.column());
    let message = described.strip_suffix(&tail).unwrap_or(&described).to_owned();
    ImportError::Json { path: path.to_owned(), line, column, message }
}

fn check(path: &Path, contents: &Contents) -> Result<(), ImportError> {
    let wrong = |place: String, message: String| {
        Err(ImportError::Value { path: path.to_owned(), place, message })
    };
    let neurons = &contents.neurons;
    if neurons.len() > usize::from(u16::MAX) {
        return wrong("neurons".to_owned(), format!("{}, at most 65535 fit", neurons.len()));
    }
    if let Some((at, neuron)) = neurons.iter().enumerate().find(|(at, n)| n.uid != *at as u64) {
        let message = format!("{}, but uids are 0, 1, 2, ... in order", neuron.uid);
        return wrong(format!("neurons[{at}].uid"), message);
    }
    let mut hotkeys: Vec<_> =
        (0..).zip(neurons).map(|(at, n): (usize, _)| (n.hotkey, at)).collect();
    hotkeys.sort_unstable();
    if let Some(two) = hotkeys.windows(2).find(|two| two[0].0 == two[1].0) {
        let message = format!("uid {} has the same hotkey", two[0].1);
        return wrong(format!("neurons[{}].hotkey", two[1].1), message);
    }
    let staked: u128 = neurons.iter().map(|neuron| u128::from(neuron.stake_rao)).sum();
    let free: u128 = contents.free_balances_rao.iter().map(|rao| u128::from(*rao)).sum();
    for (place, sum) in [("neurons", staked), ("free_balances_rao", free)] {
        if sum > CAP_RAO {
            let message = format!("{sum} rao together, more than 21 million tokens");
            return wrong(place.to_owned(), message);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn neuron(uid: u64, key: u8, stake_rao: &str) -> String {
        let (hotkey, coldkey) = (ss58::encode(&[key; 32]), ss58::encode(&[200; 32]));
        format!(
            "{{\"uid\": {uid}, \"hotkey\": \"{hotkey}\", \"coldkey\": \"{coldkey}\", \
             \"stake_rao\": {stake_rao}}}"
        )
    }

    fn file(neurons: &[String]) -> String {
        let neurons = neurons.join(",\n");
        format!(
            "{{\"network\": \"tiny\",\n\"neurons\": [\n{neurons}],\n\"free_balances_rao\": [7, 9]}}"
        )
    }

    fn error(text: &str) -> String {
        GenesisFile::parse(Path::new("g.json"), text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_small_network_stands() {
        let text = file(&[neuron(0, 1, "5000"), neuron(1, 2, "300")]);
        let genesis = GenesisFile::parse(Path::new("g.json"), text.as_bytes()).unwrap();
        let state = genesis.state(GlobalParameters::default()).unwrap();
        assert_eq!(state.audit(), Ok(()));
        let subnet = state.subnet(1).unwrap();
        assert_eq!(subnet.neurons.len(), 2);
        let hotkey = state.account_ids[&[1; 32]];
        assert_eq!(subnet.stake_rao(hotkey, state.account_ids[&[200; 32]]), 5000);
        assert_eq!(subnet.neurons.uid(hotkey), Some(0));
        assert_eq!(subnet.neurons.validator_permit, [true, true]);
        assert_eq!(state.total_issuance_rao, 1_000_000_000_016);
    }

    #[test]
    fn mistakes_name_their_place() {
        let mut mistyped = neuron(1, 2, "300");
        mistyped = mistyped.replacen("\"5", "\"6", 1);
        let text = error(&file(&[neuron(0, 1, "5"), mistyped]));
        assert!(text.starts_with("g.json:4:") && text.contains("checksum"), "{text}");
        let text = error(&file(&[neuron(0, 1, "-5")]));
        assert!(text.starts_with("g.json:3:") && text.contains("u64"), "{text}");
        let text = error(&file(&[neuron(1, 1, "5")]));
        assert_eq!(text, "g.json: neurons[0].uid: 1, but uids are 0, 1, 2, ... in order");
        let text = error(&file(&[neuron(0, 1, "5"), neuron(1, 1, "5")]));
        assert_eq!(text, "g.json: neurons[1].hotkey: uid 0 has the same hotkey");
        let text = error(&file(&[neuron(0, 1, "21000000000000001")]));
        assert!(text.contains("more than 21 million"), "{text}");
        let text = error(&file(&[neuron(0, 1, "5")]).replace("network", "netwrk"));
        assert!(text.starts_with("g.json:1:") && text.contains("netwrk"), "{text}");
        assert!(error("").starts_with("g.json:1:1"), "{}", error(""));
        let missing = GenesisFile::load(Path::new("/no/such/file.json")).unwrap_err();
        assert!(missing.to_string().contains("/no/such/file.json"));
    }
}
