//! Finds what is wrong with a scenario, all of it at once.

use std::collections::BTreeSet;

use subsim_sim::scenario::MAX_STAKE_TOKENS;

use super::{ClientGroup, MinerGroup, NetworkScenario, Sampling, ValidatorGroup};
use crate::error::{Checker, ConfigError, ConfigErrors};

/// Most nodes of a kind, and most uids.
const MAX_UIDS: u64 = 65_535;

/// Names that exist, for those who refer to them.
struct Names<'a> {
    regions: Vec<&'a str>,
    miner_groups: Vec<&'a str>,
    groups: Vec<&'a str>,
    scenario: &'a NetworkScenario,
}

impl NetworkScenario {
    /// Finds everything that is wrong.
    ///
    /// # Errors
    /// With all faults, in the order of the tables, if there is any.
    pub fn check(&self) -> Result<(), ConfigErrors> {
        let mut faults = Vec::new();
        let regions = self.network.names();
        let names = Names {
            regions: regions.iter().map(String::as_str).collect(),
            miner_groups: self.miners.iter().map(|group| group.name.as_str()).collect(),
            groups: self.groups().map(|(name, _)| name).collect(),
            scenario: self,
        };
        self.check_simulation(&mut faults);
        self.network.check(&mut Checker::new("network", &mut faults));
        self.check_faults(&names, &mut faults);
        self.check_ledger(&names, &mut faults);
        self.mechanism.check(&mut Checker::new("mechanism", &mut faults));
        self.check_names_and_counts(&mut faults);
        for (i, group) in self.miners.iter().enumerate() {
            self.check_miners(
                group,
                &names,
                &mut Checker::new(&format!("miners[{i}]"), &mut faults),
            );
        }
        for (i, group) in self.validators.iter().enumerate() {
            let mut check = Checker::new(&format!("validators[{i}]"), &mut faults);
            check_validators(group, &names, &mut check);
        }
        for (i, group) in self.clients.iter().enumerate() {
            check_clients(group, &names, &mut Checker::new(&format!("clients[{i}]"), &mut faults));
        }
        if faults.is_empty() { Ok(()) } else { Err(ConfigErrors(faults)) }
    }

    /// Name and size of all groups: validators, miners, clients.
    fn groups(&self) -> impl Iterator<Item = (&str, usize)> {
        let validators = self.validators.iter().map(|group| (group.name.as_str(), group.count));
        let miners = self.miners.iter().map(|group| (group.name.as_str(), group.count));
        let clients = self.clients.iter().map(|group| (group.name.as_str(), group.count));
        validators.chain(miners).chain(clients)
    }

    fn check_simulation(&self, faults: &mut Vec<ConfigError>) {
        let mut check = Checker::new("simulation", faults);
        let century = 100.0 * 365.0 * 7200.0;
        check.within("blocks", self.simulation.blocks as f64, 1.0, century);
        if let Some(every) = self.simulation.record_every_rounds {
            check.holds(every > 0, "record_every_rounds", every, "at least 1");
        }
    }

    fn check_faults(&self, names: &Names<'_>, faults: &mut Vec<ConfigError>) {
        let mut check = Checker::new("network", faults);
        for (i, fault) in self.network.faults.iter().enumerate() {
            let path = format!("faults[{i}]");
            let is_node = |name: &str| names.is_member(name, &names.groups);
            fault.check(&mut check, &path, &names.regions, &names.groups, &is_node);
        }
    }

    fn check_ledger(&self, names: &Names<'_>, faults: &mut Vec<ConfigError>) {
        let mut check = Checker::new("ledger", faults);
        if let Some(region) = &self.ledger.region {
            check.known("region", region, &names.regions);
        }
        self.ledger.call_delay.check(&mut check, "call_delay");
        let calls = self.ledger.calls_per_block;
        check.holds(calls > 0, "calls_per_block", calls, "at least 1");
        check.within("burn_tao", self.ledger.burn_tao, 0.0, MAX_STAKE_TOKENS);
    }

    fn check_names_and_counts(&self, faults: &mut Vec<ConfigError>) {
        let mut seen = BTreeSet::new();
        let tables = [
            ("validators", self.validators.iter().map(|g| (&g.name, g.count)).collect::<Vec<_>>()),
            ("miners", self.miners.iter().map(|g| (&g.name, g.count)).collect()),
            ("clients", self.clients.iter().map(|g| (&g.name, g.count)).collect()),
        ];
        for (table, groups) in tables {
            for (i, (name, count)) in groups.into_iter().enumerate() {
                let mut check = Checker::new(&format!("{table}[{i}]"), faults);
                let is_own = !name.is_empty() && seen.insert(name.to_lowercase());
                check.holds(is_own, "name", format_args!("\"{name}\""), "a name of its own");
                check.within("count", count as f64, 1.0, MAX_UIDS as f64);
            }
        }
        let validators: u64 = self.validators.iter().map(|group| group.count as u64).sum();
        let miners = self
            .miners
            .iter()
            .map(|group| (group.count as u64).saturating_mul(u64::from(group.behaviour.uids())));
        let uids = miners.fold(validators, u64::saturating_add);
        let mut check = Checker::new("", faults);
        check.holds(uids <= MAX_UIDS, "miners", format_args!("{uids} uids"), "up to 65535 in all");
    }

    fn check_miners(&self, group: &MinerGroup, names: &Names<'_>, check: &mut Checker<'_>) {
        names.check_regions(&group.regions, check);
        group.quality.check(check, "quality", group.count, [0.0, 1.0]);
        let tasks: Vec<&str> = self.mechanism.tasks.iter().map(|task| task.name.as_str()).collect();
        for (task, quality) in &group.quality_by_task {
            check.known("quality_by_task", task, &tasks);
            quality.check(check, &format!("quality_by_task.{task}"), group.count, [0.0, 1.0]);
        }
        group.service.check(check, "service");
        check.within("cost_tao_per_query", group.cost_tao_per_query, 0.0, 1e6);
        check.within("cost_tao_per_day", group.cost_tao_per_day, 0.0, 1e6);
        group.hardware.check(check, "hardware");
        let is_miner = |name: &str| names.is_member(name, &names.miner_groups);
        group.behaviour.check(check, "behaviour", &group.name, &is_miner);
    }
}

impl Names<'_> {
    /// Whether a name is `<group>-<index>` of one of `groups`.
    fn is_member(&self, name: &str, groups: &[&str]) -> bool {
        let Some((group, index)) = name.rsplit_once('-') else { return false };
        let count = self.scenario.groups().find(|(known, _)| *known == group).map_or(0, |g| g.1);
        // Only the plain way of writing a number names a member.
        let member = index.parse::<usize>().ok().filter(|i| i.to_string() == index);
        groups.contains(&group) && member.is_some_and(|i| i < count)
    }

    fn check_regions(&self, regions: &[String], check: &mut Checker<'_>) {
        for (i, region) in regions.iter().enumerate() {
            check.known(&format!("regions[{i}]"), region, &self.regions);
        }
    }
}

fn check_validators(group: &ValidatorGroup, names: &Names<'_>, check: &mut Checker<'_>) {
    names.check_regions(&group.regions, check);
    let stake = [0.0, MAX_STAKE_TOKENS];
    group.stake_alpha.check(check, "stake_alpha", group.count, stake);
    group.root_stake_tao.check(check, "root_stake_tao", group.count, stake);
    if let Some(seconds) = group.round_seconds {
        check.within("round_seconds", seconds, 0.01, 1e7);
    }
    if let Sampling::Random(count) | Sampling::RoundRobin(count) = group.sample {
        check.holds(count > 0, "sample", count, "at least 1");
    }
    check.within("weights_every_blocks", group.weights_every_blocks as f64, 1.0, 1e9);
    group.hardware.check(check, "hardware");
    let validator_groups: Vec<&str> =
        names.scenario.validators.iter().map(|group| group.name.as_str()).collect();
    let is_validator = |name: &str| names.is_member(name, &validator_groups);
    group.behaviour.check(check, "behaviour", &names.miner_groups, &is_validator);
}

fn check_clients(group: &ClientGroup, names: &Names<'_>, check: &mut Checker<'_>) {
    names.check_regions(&group.regions, check);
    check.within("queries_per_hour", group.queries_per_hour, 0.0, 3.6e6);
    check.within("patience_seconds", group.patience_seconds, 0.001, 1e6);
    for (i, name) in group.asks.iter().enumerate() {
        check.known(&format!("asks[{i}]"), name, &names.miner_groups);
    }
    group.hardware.check(check, "hardware");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> NetworkScenario {
        toml::from_str(text).unwrap_or_else(|error| panic!("{error}"))
    }

    const VALID: &str = r#"
        [simulation]
        seed = 7
        blocks = 720
        [network]
        preset = "global"
        share_above_bytes = 100000
        [[network.faults]]
        at_seconds = 3600
        for_seconds = 3600
        nodes = { regions = ["eu_west"], names = ["good-1"] }
        what = "cut"
        [mechanism]
        kind = { text_prompting = { noise = 0.2 } }
        weights = { softmax = { temperature = 0.1 } }
        tasks = [{ name = "chat" }, { name = "code", share = 0.5, work = 3.0 }]
        [[miners]]
        name = "good"
        count = 2
        quality = { normal = { mean = 0.8, std = 0.1 } }
        quality_by_task = { code = [0.1, 0.2] }
        service = { log_normal = { median_ms = 300.0, sigma = 0.4 } }
        hardware = { concurrency = 4, clock = { offset_ms = 20.0 } }
        [[miners]]
        name = "copy"
        count = 1
        quality = 0.0
        behaviour = { copier = { of = "good-0" } }
        [[validators]]
        name = "v"
        count = 2
        stake_alpha = 1000.0
        sample = { random = 2 }
        [[clients]]
        name = "users"
        count = 1
        queries_per_hour = 60.0
    "#;

    #[test]
    fn a_file_maps_onto_the_tables() {
        let scenario = parse(VALID);
        scenario.check().expect("nothing is wrong");
        assert_eq!(scenario.miners[0].hardware.concurrency, 4);
        assert_eq!(scenario.validators[0].round_seconds, Some(12.0));
        // Writing it and reading it again changes nothing.
        let text = toml::to_string(&scenario).expect("can be written");
        assert_eq!(parse(&text), scenario);
    }

    #[test]
    fn every_fault_is_named_by_its_path() {
        let text = VALID
            .replace("\"good-0\"", "\"good-2\"")
            .replace("[0.1, 0.2]", "[0.1]")
            .replace("eu_west", "eu_wst")
            .replace("good-1", "good-01")
            .replace("name = \"v\"", "name = \"Good\"")
            .replace("concurrency = 4", "concurrency = 0")
            .replace("queries_per_hour = 60.0", "queries_per_hour = nan");
        let errors = parse(&text).check().expect_err("much is wrong").0;
        let paths: Vec<&str> = errors.iter().map(|error| error.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "network.faults[0].nodes.regions[0]",
                "network.faults[0].nodes.names[0]",
                "miners[0].name",
                "miners[0].quality_by_task.code",
                "miners[0].hardware.concurrency",
                "miners[1].behaviour.copier.of",
                "clients[0].queries_per_hour",
            ]
        );
        assert!(errors[0].to_string().contains("found \"eu_wst\", allowed: one of us_east"));
    }
}
