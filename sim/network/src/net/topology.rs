//! Regions and the links between them, as a table; and how a configuration writes them.

use serde::{Deserialize, Serialize};

use super::faults::FaultConfig;
use super::presets::Preset;
use crate::addressed;
use crate::error::Checker;
use crate::time::{Duration, MAX_DURATION_NS, ns_of_milliseconds};

/// The way from one region to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// Shortest time of a message on the way, at least 1.
    pub latency_ns: u64,
    /// What comes on top, drawn for each message.
    pub jitter: Duration,
    /// Part of the messages that are lost, 0 to 1.
    pub loss: f64,
    /// What one transfer gets at most, in bits per second; `u64::MAX` is no bound.
    pub bandwidth_bps: u64,
}

impl Link {
    /// Latency and jitter of one message.
    #[inline]
    #[must_use]
    pub fn delay_ns(&self, word: u64) -> u64 {
        self.latency_ns + self.jitter.draw_ns(word, 1.0)
    }

    /// Whether a message is lost.
    #[inline]
    #[must_use]
    pub fn loses(&self, word: u64) -> bool {
        self.loss > 0.0 && addressed::unit(word) < self.loss
    }
}

/// Regions and the links between all of them, also from each to itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Topology {
    names: Vec<String>,
    /// Row by row, from and to.
    links: Vec<Link>,
}

impl Topology {
    /// A table of links, row by row: `links[from * names.len() + to]`. Latencies of 0 become 1 ns:
    /// no message arrives in the moment it is sent.
    ///
    /// # Panics
    /// When there is not one link for each pair of regions.
    #[must_use]
    pub fn new(names: Vec<String>, mut links: Vec<Link>) -> Self {
        assert_eq!(names.len() * names.len(), links.len());
        links.iter_mut().for_each(|link| link.latency_ns = link.latency_ns.max(1));
        Self { names, links }
    }

    /// Names of the regions.
    #[must_use]
    pub fn regions(&self) -> &[String] {
        &self.names
    }

    /// Number of a region.
    #[must_use]
    pub fn region(&self, name: &str) -> Option<u16> {
        self.names.iter().position(|known| known == name).and_then(|at| u16::try_from(at).ok())
    }

    /// The link from one region to another.
    ///
    /// # Panics
    /// When a region does not exist.
    #[inline]
    #[must_use]
    pub fn link(&self, from: u16, to: u16) -> &Link {
        &self.links[usize::from(from) * self.names.len() + usize::from(to)]
    }

    /// The shortest latency of all links: what no message can undercut.
    #[must_use]
    pub fn shortest_latency_ns(&self) -> u64 {
        self.links.iter().map(|link| link.latency_ns).min().unwrap_or(1)
    }
}

/// The table `[network]` of a scenario.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkConfig {
    /// Regions to start from; without regions of its own a scenario is in one region.
    pub preset: Option<Preset>,
    /// Regions beside the preset's.
    pub regions: Vec<RegionConfig>,
    /// Links, each replacing what stood before; between regions that no link names, and no preset
    /// knows, 50 ms one way, within one 0.5 ms.
    pub links: Vec<LinkConfig>,
    /// Messages of at least so many bytes share the ports of their ends with each other; smaller
    /// ones pass as if they were alone. `None`: all pass as if alone.
    pub share_above_bytes: Option<u64>,
    /// What goes wrong.
    pub faults: Vec<FaultConfig>,
}

/// One entry of `[[network.regions]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionConfig {
    /// Name, unique.
    pub name: String,
}

/// One entry of `[[network.links]]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkConfig {
    /// Region.
    pub from: String,
    /// Region.
    pub to: String,
    /// Shortest time one way, in milliseconds.
    pub latency_ms: f64,
    /// What comes on top.
    #[serde(default = "no_jitter")]
    pub jitter: Duration,
    /// Part of the messages that are lost.
    #[serde(default)]
    pub loss: f64,
    /// What one transfer gets at most, in Mbit/s; `None` is no bound.
    #[serde(default)]
    pub bandwidth_mbps: Option<f64>,
    /// Whether only this direction is meant.
    #[serde(default)]
    pub one_way: bool,
}

fn no_jitter() -> Duration {
    Duration::ZERO
}

impl NetworkConfig {
    /// Finds what is wrong in `[network]`, faults apart: those are checked with the nodes.
    pub(crate) fn check(&self, check: &mut Checker<'_>) {
        let base = self.base_names();
        for (i, region) in self.regions.iter().enumerate() {
            let earlier = self.regions[..i].iter().any(|other| other.name == region.name);
            let taken = earlier || base.contains(&region.name) || region.name.is_empty();
            let found = format!("\"{}\"", region.name);
            check.holds(!taken, &format!("regions[{i}].name"), found, "a name of its own");
        }
        check.holds(
            base.len() + self.regions.len() <= 1000,
            "regions",
            self.regions.len(),
            "up to 1000",
        );
        let names = self.names();
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        for (i, link) in self.links.iter().enumerate() {
            check.known(&format!("links[{i}].from"), &link.from, &known);
            check.known(&format!("links[{i}].to"), &link.to, &known);
            let most_ms = MAX_DURATION_NS as f64 / 1e6;
            check.within(&format!("links[{i}].latency_ms"), link.latency_ms, 0.0, most_ms);
            check.within(&format!("links[{i}].loss"), link.loss, 0.0, 1.0);
            link.jitter.check(check, &format!("links[{i}].jitter"));
            if let Some(mbps) = link.bandwidth_mbps {
                check.within(&format!("links[{i}].bandwidth_mbps"), mbps, 0.000_001, 1e9);
            }
        }
    }

    /// Builds the table of links. Meant for a configuration that was found to be without faults:
    /// names that do not exist are passed over.
    #[must_use]
    pub fn topology(&self) -> Topology {
        let base = self.base();
        let names = self.names();
        let (n, known) = (names.len(), base.as_ref().map_or(0, |base| base.names.len()));
        let link_of = |i: usize| match &base {
            Some(base) if i / n < known && i % n < known => base.links[i / n * known + i % n],
            _ => unnamed_link(i / n == i % n),
        };
        let mut topology = Topology::new(names, (0..n * n).map(link_of).collect());
        for config in &self.links {
            let ends = (topology.region(&config.from), topology.region(&config.to));
            let (Some(from), Some(to)) = ends else { continue };
            let (from, to) = (usize::from(from), usize::from(to));
            topology.links[from * n + to] = config.link();
            if !config.one_way {
                topology.links[to * n + from] = config.link();
            }
        }
        topology
    }

    /// What the scenario starts from: the preset, or one region when it says nothing.
    fn base(&self) -> Option<Topology> {
        let preset = self.preset.or(self.regions.is_empty().then_some(Preset::SameRegion));
        preset.map(Preset::topology)
    }

    fn base_names(&self) -> Vec<String> {
        self.base().map_or_else(Vec::new, |base| base.names)
    }

    /// Names of all regions.
    pub(crate) fn names(&self) -> Vec<String> {
        let own = self.regions.iter().map(|region| region.name.clone());
        self.base_names().into_iter().chain(own).collect()
    }
}

impl LinkConfig {
    fn link(&self) -> Link {
        Link {
            latency_ns: ns_of_milliseconds(self.latency_ms).max(1),
            jitter: self.jitter,
            loss: self.loss,
            bandwidth_bps: self.bandwidth_mbps.map_or(u64::MAX, bps_of_mbps),
        }
    }
}

/// Whole bits per second, at least 1.
pub(crate) fn bps_of_mbps(mbps: f64) -> u64 {
    ((mbps * 1e6) as u64).max(1)
}

fn unnamed_link(within: bool) -> Link {
    let latency_ms = if within { 0.5 } else { 50.0 };
    Link {
        latency_ns: ns_of_milliseconds(latency_ms),
        jitter: Duration::ZERO,
        loss: 0.0,
        bandwidth_bps: u64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_replace_what_stood_before() {
        let text = r#"
            preset = "continental"
            regions = [{ name = "moon" }]
            [[links]]
            from = "moon"
            to = "us_east"
            latency_ms = 1300.0
            bandwidth_mbps = 0.5
            [[links]]
            from = "us_east"
            to = "us_west"
            latency_ms = 1.0
            one_way = true
            jitter = { exponential = { mean_ms = 2.0 } }
        "#;
        let config: NetworkConfig = toml::from_str(text).expect("is valid");
        let topology = config.topology();
        let link = |from: &str, to: &str| {
            let region = |name| topology.region(name).expect("is a region");
            *topology.link(region(from), region(to))
        };
        assert_eq!(link("us_east", "moon").latency_ns, 1_300_000_000);
        assert_eq!(link("moon", "us_east").bandwidth_bps, 500_000);
        assert_eq!(link("us_east", "us_west").latency_ns, 1_000_000);
        assert_eq!(link("us_west", "us_east").latency_ns, 43_490_000);
        assert_eq!(link("moon", "eu_west").latency_ns, 50_000_000);
        assert_eq!(link("moon", "moon").latency_ns, 500_000);
    }

    #[test]
    fn faults_of_a_network_are_named_by_their_path() {
        let mut faults = Vec::new();
        let config = NetworkConfig {
            regions: ["a", "a"].map(|name| RegionConfig { name: name.to_owned() }).to_vec(),
            links: vec![LinkConfig {
                from: "a".to_owned(),
                to: "b".to_owned(),
                latency_ms: -1.0,
                jitter: Duration::Uniform { low_ms: 2.0, high_ms: 1.0 },
                loss: 2.0,
                bandwidth_mbps: Some(f64::NAN),
                one_way: false,
            }],
            ..NetworkConfig::default()
        };
        config.check(&mut Checker::new("network", &mut faults));
        let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "network.regions[1].name",
                "network.links[0].to",
                "network.links[0].latency_ms",
                "network.links[0].loss",
                "network.links[0].jitter.high_ms",
                "network.links[0].bandwidth_mbps",
            ]
        );
    }
}
