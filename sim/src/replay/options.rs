//! What a replay assumes where a metagraph says nothing: the rules, their changes, and what to tell
//! about them. Nothing here runs an epoch.

use serde_json::Value;

use crate::amounts::{exact_tokens, grouped};
use crate::metagraph::Metagraph;
use crate::scenario::{BondRule, Diagnostics, ScenarioError, Subnet};

/// What to replay, and under which rules.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayOptions {
    /// Number of epochs.
    pub epochs: u64,
    /// Hyperparameters. `owner`, and all that have no effect at resolution `epoch`, are not looked
    /// at; there is nothing to commit and reveal, as weights do not change.
    pub subnet: Subnet,
    /// Whether bonds are recorded.
    pub record_bonds: bool,
}

impl Default for ReplayOptions {
    /// 20 epochs under the rules of a live subnet: 64 validators, stakes below 1,000 tokens do not
    /// count, and 0.41 alpha a block reach miners and validators (one alpha, less the owner's 18%
    /// and the half of the rest that is not theirs here).
    ///
    /// This is the one place that says so; [`ReplayOptions::assumed`] lists it in words.
    fn default() -> Self {
        let subnet = Subnet {
            max_validators: 64,
            min_stake_rao: 1_000_000_000_000,
            emission_rao_per_block: 410_000_000,
            owner_cut: 0,
            ..Subnet::default()
        };
        Self { epochs: 20, subnet, record_bonds: false }
    }
}

/// A hyperparameter that a replay assumes to differ from the default of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumption {
    /// Name of the hyperparameter, as in `--set key=value`.
    pub key: String,
    /// Its value in the chain's own encoding, such as `1000000000000`.
    pub value: String,
    /// What it means, in words, such as "stakes below 1,000 tokens do not count".
    pub meaning: String,
}

impl ReplayOptions {
    /// Changes the rules: the bond rule from an option of its own, and `key=value` each. Gives
    /// warnings of changes without effect.
    ///
    /// # Errors
    /// Everything that is wrong with the changes, each fault with its place; also when the bond
    /// rule is given both ways. The rules stay as they were then.
    pub fn set_rules(
        &mut self,
        bond_rule: Option<BondRule>,
        overrides: &[String],
    ) -> Result<Diagnostics, ScenarioError> {
        let (subnet, warnings) = self.subnet.clone().for_replay(bond_rule, overrides)?;
        self.subnet = subnet;
        Ok(warnings)
    }

    /// The assumptions still in force: hyperparameters whose value is the default of a replay, and
    /// not that of a scenario. All of them for `ReplayOptions::default()`.
    #[must_use]
    pub fn assumed(&self) -> Vec<Assumption> {
        let values = |subnet: &Subnet| serde_json::to_value(subnet).unwrap_or_default();
        let (scenario, replay) = (values(&Subnet::default()), values(&Self::default().subnet));
        let chosen = values(&self.subnet);
        let fields = replay.as_object().into_iter().flatten();
        let assumed = fields.filter(|(key, value)| {
            scenario.get(key.as_str()) != Some(value) && chosen.get(key.as_str()) == Some(value)
        });
        let assumption = |(key, value): (&String, &Value)| Assumption {
            key: key.clone(),
            value: value.to_string(),
            meaning: self.meaning(key, value),
        };
        let mut assumptions: Vec<Assumption> = assumed.map(assumption).collect();
        assumptions.sort_by(|a, b| a.key.cmp(&b.key));
        assumptions
    }

    fn meaning(&self, key: &str, value: &Value) -> String {
        match key {
            "emission_rao_per_block" => {
                let rao = grouped(&self.subnet.emission_rao_per_block.to_string());
                format!("{rao} rao a block go to miners and validators")
            }
            "max_validators" => format!("{} validators have a permit", self.subnet.max_validators),
            "min_stake_rao" => {
                let tokens = exact_tokens(self.subnet.min_stake_rao);
                format!("stakes below {tokens} tokens do not count")
            }
            "owner_cut" if self.subnet.owner_cut == 0 => "no owner's cut".to_owned(),
            _ => format!("{key} is {value}"),
        }
    }

    /// What to know before replaying this metagraph under these rules: sentences, none when all is
    /// well.
    #[must_use]
    pub fn notes(&self, metagraph: &Metagraph) -> Vec<String> {
        let min = self.subnet.min_stake_rao;
        let largest = (0..metagraph.n()).map(|uid| self.stake_rao(metagraph, uid)).max();
        let note = match largest.unwrap_or(0) {
            0 => "nobody can be paid: no neuron has any stake".to_owned(),
            largest if largest < min => format!(
                "nobody can be paid: the largest stake is {} tokens, and stakes below \
                 min_stake_rao = {min} ({} tokens) do not count; lower it with \
                 --set min_stake_rao=0",
                exact_tokens(largest),
                exact_tokens(min),
            ),
            _ => return Vec::new(),
        };
        vec![note]
    }

    /// A neuron's stake as the consensus holds it against the threshold: alpha, and root TAO by its
    /// weight of 32 fraction bits; whole rao.
    fn stake_rao(&self, metagraph: &Metagraph, uid: usize) -> u64 {
        let weight = (u128::from(self.subnet.tao_weight) << 32) / u128::from(u64::MAX);
        let tao = (u128::from(metagraph.tao_stake_rao[uid]) * weight) >> 32;
        let total = u128::from(metagraph.alpha_stake_rao[uid]) + tao;
        u64::try_from(total).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_assumption_is_told_in_words() {
        let assumed = ReplayOptions::default().assumed();
        let told: Vec<(&str, &str, &str)> = assumed
            .iter()
            .map(|a| (a.key.as_str(), a.value.as_str(), a.meaning.as_str()))
            .collect();
        let expected = [
            (
                "emission_rao_per_block",
                "410000000",
                "410,000,000 rao a block go to miners and validators",
            ),
            ("max_validators", "64", "64 validators have a permit"),
            ("min_stake_rao", "1000000000000", "stakes below 1,000 tokens do not count"),
            ("owner_cut", "0", "no owner's cut"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_is_set_is_no_longer_assumed() {
        let mut options = ReplayOptions::default();
        options.set_rules(None, &["min_stake_rao=0".to_owned()]).expect("valid");
        let keys: Vec<String> = options.assumed().into_iter().map(|a| a.key).collect();
        assert_eq!(keys, ["emission_rao_per_block", "max_validators", "owner_cut"]);
    }
}
