//! Made-up runs with known properties, told to a recorder as the simulator would.
//!
//! Incentive follows quality (to a power), dividends follow stake times a factor per group, weights
//! follow incentive with noise. Cheap enough for any number of neurons and epochs.

use subsim_consensus::{EpochOutput, OwnedRows};
use subsim_sim::{
    EpochRecord, GroupInfo, NeuronInfo, RecordResult, Recorder, Role, RunEnd, RunInfo,
};

/// A group of a made-up run.
#[derive(Clone)]
pub struct Group {
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Number of neurons.
    pub count: usize,
    /// Mean quality of miners, dividend per stake of validators.
    pub level: f64,
}

/// A made-up run.
pub struct Synthetic {
    /// Validators first.
    pub groups: Vec<Group>,
    /// Number of epochs.
    pub epochs: u64,
    /// Incentive is quality to this power; `None` pays nobody.
    pub power: Option<i32>,
    /// Emission of an epoch, in rao.
    pub emission_rao: u64,
    /// No qualities, as in a replay.
    pub replay: bool,
    /// Whether bonds are recorded.
    pub record_bonds: bool,
}

/// splitmix64, as a number in [0, 1).
fn noise(key: u64) -> f64 {
    let mut z = key.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

fn bits(share: f64) -> i64 {
    (share * 4_294_967_296.0) as i64
}

/// Values as shares of their sum; zeros when the sum is zero.
fn shares(values: &[f64]) -> Vec<f64> {
    let sum: f64 = values.iter().sum();
    values.iter().map(|value| if sum > 0.0 { value / sum } else { 0.0 }).collect()
}

/// Usual emission of an epoch, in rao: half to miners, half to validators.
pub const EMISSION_RAO: u64 = 295_200_000_000;

impl Synthetic {
    /// What the run is.
    pub fn info(&self) -> RunInfo {
        let group = |group: &Group| GroupInfo {
            name: group.name.clone(),
            role: group.role,
            behaviour: group.role.name().to_owned(),
            honest: group.name.starts_with("honest"),
        };
        let mut neurons = Vec::new();
        for (index, group) in self.groups.iter().enumerate() {
            neurons.extend(
                (0..group.count)
                    .map(|k| NeuronInfo { hotkey: format!("{}-{k}", group.name), group: index }),
            );
        }
        RunInfo {
            scenario: "synthetic".to_owned(),
            title: Some("A made-up run".to_owned()),
            question: None,
            seed: 42,
            epochs: self.epochs,
            scenario_hash: "00".repeat(32),
            groups: self.groups.iter().map(group).collect(),
            neurons,
            record_bonds: self.record_bonds,
        }
    }

    /// Tells the run to a recorder.
    pub fn drive(&self, recorder: &mut dyn Recorder) -> RecordResult {
        let info = self.info();
        recorder.start(&info)?;
        for epoch in 0..self.epochs {
            self.epoch(&info, epoch, recorder)?;
        }
        let digest = "ab".repeat(32);
        recorder.finish(&RunEnd { epochs_done: self.epochs, cancelled: false, digest })
    }

    fn epoch(&self, info: &RunInfo, epoch: u64, recorder: &mut dyn Recorder) -> RecordResult {
        let n = info.neurons.len();
        let group = |uid: usize| &self.groups[info.neurons[uid].group];
        let is_miner = |uid: usize| group(uid).role == Role::Miner;
        let own = |uid: usize| noise(uid as u64 + 1);
        let jitter = |uid: usize| noise((epoch + 1) << 20 | uid as u64) - 0.5;
        let quality: Vec<f64> = (0..n)
            .map(|uid| match is_miner(uid) {
                true => {
                    (group(uid).level + 0.2 * (own(uid) - 0.5) + 0.02 * jitter(uid)).clamp(0.0, 1.0)
                }
                false => f64::NAN,
            })
            .collect();
        let stake: Vec<u64> = (0..n)
            .map(|uid| if is_miner(uid) { 0 } else { (1e12 / (own(uid) + 0.05)) as u64 })
            .collect();
        let paid = |uid: usize| match self.power {
            Some(power) if is_miner(uid) => quality[uid].powi(power),
            _ => 0.0,
        };
        let incentive = shares(&(0..n).map(paid).collect::<Vec<_>>());
        let due = |uid: usize| match is_miner(uid) {
            true => 0.0,
            false => stake[uid] as f64 * (group(uid).level + 0.05 * jitter(uid)),
        };
        let dividend = shares(&(0..n).map(due).collect::<Vec<_>>());
        let stake_share = shares(&stake.iter().map(|stake| *stake as f64).collect::<Vec<_>>());
        let (mut weights, mut bonds) = (OwnedRows::new(), OwnedRows::new());
        let highest = incentive.iter().copied().fold(0.0, f64::max);
        for (row, row_stake) in stake_share.iter().enumerate() {
            let entries = |scale: f64| -> Vec<(u16, u16)> {
                let value = |uid: usize| {
                    let noise = 0.8 + 0.4 * noise((row as u64) << 32 | (uid as u64) << 2 | 1);
                    (incentive[uid] / highest * noise * scale * 50_000.0) as u16
                };
                let columns =
                    (0..n).filter(|uid| !is_miner(row) && highest > 0.0 && is_miner(*uid));
                columns.map(|uid| (uid as u16, value(uid))).collect()
            };
            weights.push_row(entries(1.0));
            bonds.push_row(entries((row_stake * 8.0).min(1.0)));
        }
        let half = (self.emission_rao / 2) as f64;
        let of = |shares: &[f64]| shares.iter().map(|share| bits(*share)).collect::<Vec<i64>>();
        let rao = |shares: &[f64]| shares.iter().map(|s| (s * half) as u64).collect::<Vec<u64>>();
        let output = EpochOutput {
            active: vec![true; n],
            stake_weight: stake_share.iter().map(|share| (share * 65535.0) as u16).collect(),
            new_validator_permit: (0..n).map(|uid| !is_miner(uid)).collect(),
            server_emission: rao(&incentive),
            validator_emission: rao(&dividend),
            consensus_bits: of(&incentive),
            incentive_bits: of(&incentive),
            dividends_bits: of(&dividend),
            validator_trust_bits: vec![bits(0.9); n],
            ..EpochOutput::default()
        };
        let nothing = vec![f64::NAN; n];
        let events = match epoch {
            100 => vec!["kappa 0.6".to_owned(), "bond_rule yuma3".to_owned()],
            130 | 133 | 137 | 140 | 141 | 200 | 299 => vec!["good quality 0.2".to_owned()],
            _ => Vec::new(),
        };
        recorder.epoch(&EpochRecord {
            epoch,
            block: (epoch + 1) * 360,
            tempo_blocks: 360,
            emission_rao: self.emission_rao,
            present: &vec![true; n],
            quality: if self.replay { &nothing } else { &quality },
            score: if self.replay { &nothing } else { &quality },
            alpha_stake_rao: &stake,
            tao_stake_rao: &vec![0; n],
            output: &output,
            weights: weights.view(),
            bonds: bonds.view(),
            events: &events,
        })
    }
}

fn group(name: &str, role: Role, count: usize, level: f64) -> Group {
    Group { name: name.to_owned(), role, count, level }
}

/// Runs of every shape that plots must survive, each with a name.
pub fn gallery() -> Vec<(&'static str, Synthetic)> {
    use Role::{Miner, Validator};
    let run = |groups: Vec<Group>, epochs: u64| Synthetic {
        groups,
        epochs,
        power: Some(3),
        emission_rao: EMISSION_RAO,
        replay: false,
        record_bonds: false,
    };
    let plain = || {
        run(
            vec![
                group("honest", Validator, 8, 1.0),
                group("copier", Validator, 3, 1.12),
                group("good", Miner, 30, 0.85),
                group("lazy", Miner, 20, 0.45),
            ],
            300,
        )
    };
    let names = ["an-awfully-long-name-of-a-group-of-neurons", "second", "third-of-eight", "w"];
    let eight = names.iter().cycle().take(8).enumerate().flat_map(|(k, name)| {
        let miners = group(&format!("{name}-m{k}"), Miner, 4 + 6 * k, 0.15 + 0.1 * k as f64);
        let honest = if k == 0 { "honest-" } else { "" };
        let name = format!("{honest}{name}-v{k}");
        [miners, group(&name, Validator, 2 + k, 1.0 + 0.002 * (k * k) as f64)]
    });
    let mut eight: Vec<Group> = eight.collect();
    eight.sort_by_key(|group| group.role == Miner);
    let large = || vec![group("honest", Validator, 64, 1.0), group("miners", Miner, 4032, 0.6)];
    vec![
        ("plain", plain()),
        (
            "one-group",
            run(vec![group("honest", Validator, 5, 1.0), group("all", Miner, 40, 0.5)], 50),
        ),
        ("eight-groups", run(eight, 1200)),
        (
            "three-miners",
            run(vec![group("honest", Validator, 1, 1.0), group("few", Miner, 3, 0.6)], 1),
        ),
        ("large", run(large(), 20)),
        ("nobody-paid", Synthetic { power: None, ..plain() }),
        ("no-emission", Synthetic { emission_rao: 0, ..plain() }),
        (
            "replay",
            Synthetic {
                replay: true,
                power: Some(20),
                ..run(
                    vec![group("validators", Validator, 20, 1.0), group("miners", Miner, 236, 0.7)],
                    20,
                )
            },
        ),
        ("no-epoch", run(plain().groups, 0)),
        ("winner", Synthetic { power: Some(200), ..plain() }),
    ]
}
