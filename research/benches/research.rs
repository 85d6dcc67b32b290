//! Speed of the published studies: all cases under all rules and four penalties (21,120 epochs),
//! with and without the page, and one stake of the guarantee map (2,601 epochs of 512 neurons).
//!
//! `cargo bench -p subsim-research`; the throughput column counts epochs.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use rayon::ThreadPoolBuilder;
use subsim_consensus::rules::Rule;
use subsim_research::cases::{Options, Study, published, study};
use subsim_research::guarantees::{GuaranteeMap, Settings};

const PENALTIES: [f64; 4] = [0.0, 0.5, 0.99, 1.0];
const RULES: [Rule; 6] =
    [Rule::Yuma1, Rule::Yuma2, Rule::Yuma2b, Rule::Yuma2c, Rule::Yuma3, Rule::Yuma3Liquid];

fn cases(criterion: &mut Criterion) {
    let cases = published();
    let options = Options {
        rules: RULES.to_vec(),
        bonds_penalties: PENALTIES.to_vec(),
        ..Options::default()
    };
    let run = || study(black_box(&cases), &options).unwrap();
    assert_eq!(run().epochs(), 21_120);
    let mut group = criterion.benchmark_group("cases");
    group.throughput(Throughput::Elements(21_120)).sample_size(20);
    for threads in [1, 2] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        group.bench_function(format!("study/{threads}-threads"), |b| {
            pool.install(|| b.iter(run));
        });
    }
    group.bench_function("study-and-tables", |b| b.iter(|| tables(&run())));
    group.bench_function("study-and-page", |b| b.iter(|| run().html()));
    group.finish();
}

/// Goes through the long table and the totals, as a writer would.
fn tables(study: &Study<'_>) -> f64 {
    let dividends = study.rows().filter_map(|row| row.dividend_per_stake).sum::<f64>();
    dividends + study.totals().map(|total| total.dividend_per_stake).sum::<f64>()
}

fn guarantees(criterion: &mut Criterion) {
    let settings = Settings { honest_stakes: vec![0.6], ..Settings::default() };
    let mut group = criterion.benchmark_group("guarantees");
    group.throughput(Throughput::Elements(settings.epochs() as u64));
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(5));
    for threads in [1, 2] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        group.bench_function(format!("one-stake/{threads}-threads"), |b| {
            pool.install(|| {
                b.iter(|| GuaranteeMap::compute(black_box(&settings), &|| true).unwrap());
            });
        });
    }
    group.finish();
}

criterion_group!(benches, cases, guarantees);
criterion_main!(benches);
