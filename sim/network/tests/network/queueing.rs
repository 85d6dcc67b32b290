//! Stations against the formulas of queueing theory, and a whole miner against them too.

use subsim_network::addressed::{Dice, exponential};
use subsim_network::node::{Admission, Station};

use crate::{run, scenario};

/// Mean service time of all tests, in nanoseconds.
const SERVICE_NS: f64 = 1e6;

const BATCHES: usize = 30;

/// Quantile of Student's t for 29 degrees of freedom and a two-sided level of 99.9%.
const T: f64 = 3.659;

/// Mean waiting time in units of the mean service time, and the half-width of its 99.9% confidence
/// interval by the method of batch means, after a tenth of the arrivals for warming up.
fn waiting(servers: u32, load: f64, constant: bool, arrivals: u64) -> (f64, f64) {
    let dice = Dice::new(1, "queueing", "test");
    let mut station = Station::new(servers, None);
    let between_ns = SERVICE_NS / (load * f64::from(servers));
    let (mut now, mut waits) = (0.0, Vec::new());
    for i in 0..arrivals {
        let [arrival, service] = dice.at(i, u64::from(servers));
        now += between_ns * exponential(arrival);
        let service = if constant { 1.0 } else { exponential(service) };
        match station.admit(now as u64, (SERVICE_NS * service) as u64) {
            Admission::Served { start_ns, .. } => waits.push(start_ns as f64 - now.floor()),
            Admission::Refused => panic!("the queue has no bound"),
        }
    }
    let waits = &waits[waits.len() / 10..];
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64 / SERVICE_NS;
    let means: Vec<f64> = waits.chunks_exact(waits.len() / BATCHES).map(mean).collect();
    let all = mean(waits);
    let squares: f64 = means.iter().map(|m| (m - all) * (m - all)).sum();
    let error = (squares / (means.len() - 1) as f64 / means.len() as f64).sqrt();
    (all, T * error)
}

/// Erlang's C formula: the probability of having to wait, from the recursion of Erlang's B.
fn erlang_c(servers: u32, load: f64) -> f64 {
    let offered = load * f64::from(servers);
    let blocking = (1..=servers).fold(1.0, |b, k| offered * b / (f64::from(k) + offered * b));
    blocking / (1.0 - load * (1.0 - blocking))
}

/// Mean waiting time in M/M/c, in service times.
fn m_m_c(servers: u32, load: f64) -> f64 {
    erlang_c(servers, load) / (f64::from(servers) * (1.0 - load))
}

/// Mean waiting time in M/D/c, in service times, by Crommelin's formula ("Delay probability
/// formulae", 1934): sum over i of the mean overshoot of a Poisson number above i c.
fn m_d_c(servers: u32, load: f64) -> f64 {
    let term = |i: u32| {
        let threshold = f64::from(i * servers);
        let mean = threshold * load;
        // Probabilities of the Poisson distribution from the threshold to far beyond it.
        let mut probability = (threshold * mean.ln() - mean - libm::lgamma(threshold + 1.0)).exp();
        let (mut at_least, mut above) = (probability, 0.0);
        for j in 1..500 {
            probability *= mean / (threshold + f64::from(j));
            at_least += probability;
            above += probability;
        }
        at_least - above / load
    };
    (1..2000).map(term).sum()
}

#[test]
fn the_formulas_agree_with_their_special_cases() {
    for load in [0.3, 0.5, 0.7, 0.8] {
        assert!((m_m_c(1, load) - load / (1.0 - load)).abs() < 1e-12);
        // The formula of Pollaczek and Khinchine for constant service.
        assert!((m_d_c(1, load) - load / (2.0 * (1.0 - load))).abs() < 1e-3, "{}", m_d_c(1, load));
    }
    // Cosmetatos's approximation of M/D/c, good to a percent or so.
    for (servers, load) in [(2, 0.7), (5, 0.8)] {
        let c = f64::from(servers);
        let factor = (1.0 - load) * (c - 1.0) * ((4.0 + 5.0 * c).sqrt() - 2.0) / (16.0 * load * c);
        let approximation = 0.5 * (1.0 + factor) * m_m_c(servers, load);
        assert!((m_d_c(servers, load) / approximation - 1.0).abs() < 0.02);
    }
}

#[test]
fn stations_wait_as_theory_says() {
    for (servers, load, constant) in [
        (1, 0.5, false),
        (1, 0.8, false),
        (1, 0.5, true),
        (1, 0.8, true),
        (4, 0.8, false),
        (4, 0.8, true),
    ] {
        let expected = if constant { m_d_c(servers, load) } else { m_m_c(servers, load) };
        let (mean, half_width) = waiting(servers, load, constant, 1_000_000);
        let what = format!("{servers} servers, load {load}, constant {constant}");
        assert!(
            (mean - expected).abs() <= half_width,
            "{what}: {mean} +- {half_width}, {expected}"
        );
        assert!(half_width < 0.07 * expected, "{what}: {half_width} of {expected} proves nothing");
    }
}

/// A client that asks one miner at random times, over links without jitter: the time to the answer
/// is twice the latency and an exponential time at the rate that is left over.
#[test]
fn a_miner_on_the_network_is_the_same_queue() {
    let scenario = scenario(
        r#"
        simulation = { blocks = 40000 }
        network = { regions = [{ name = "here" }], links = [
            { from = "here", to = "here", latency_ms = 10.0 }] }
        mechanism = { request_bytes = 0, response_bytes = 0 }
        [[miners]]
        name = "miner"
        count = 1
        quality = 0.5
        service = { exponential = { mean_ms = 500.0 } }
        hardware = { queue = 1000000 }
        [[clients]]
        name = "users"
        count = 4
        queries_per_hour = 1260.0
        patience_seconds = 1000.0
        "#,
    );
    let (end, _) = run(&scenario, 1).expect("runs");
    let (_, _, pair) = &end.pairs[0];
    // Four times 1260 an hour are 1.4 a second, the miner does 2: 0.6 are left over.
    assert!((pair.queries as f64 / (480_000.0 * 1.4) - 1.0).abs() < 0.01, "{}", pair.queries);
    assert!(pair.queries - pair.answered < 20);
    for q in [0.5, 0.9, 0.99] {
        let expected_ns = 2e7 - f64::ln(1.0 - q) / 0.6 * 1e9;
        let upper_ns = pair.latency.quantile_ns(q).expect("has answers") as f64;
        // Buckets are up to an eighth wide, and queues of a load of 0.7 forget slowly.
        let ratio = upper_ns / expected_ns;
        assert!((0.95..1.18).contains(&ratio), "quantile {q}: {upper_ns}, {expected_ns}");
    }
    let miner = end.usage.iter().find(|usage| usage.served > 1000).expect("one node serves");
    let busy = miner.compute_ns as f64 / (40_000.0 * 12e9);
    assert!((busy - 0.7).abs() < 0.01, "{busy}");
}
