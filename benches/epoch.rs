//! One epoch, fast beside reference, in one run: dense weights at three sizes under three bond
//! rules. The throughput column counts weights, so its inverse is the time per weight.
//!
//! `cargo bench -p subsim-benches --bench epoch`; the reference at 4096 neurons takes minutes.

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;
use subsim_benches::DenseSubnet;
use subsim_consensus::{Epoch, reference};

const SIZES: [(usize, usize); 3] = [(256, 64), (1024, 128), (4096, 128)];
const RULES: [(&str, bool, bool); 3] =
    [("yuma2", false, false), ("yuma3", true, false), ("yuma3-liquid", true, true)];

fn epochs(criterion: &mut Criterion) {
    for (neurons, validators) in SIZES {
        for (rule, yuma3, liquid_alpha) in RULES {
            let subnet = settled(neurons, validators, yuma3, liquid_alpha);
            let mut group = criterion.benchmark_group(format!("{neurons}x{validators}/{rule}"));
            group.throughput(Throughput::Elements(subnet.len() as u64));
            group.sampling_mode(SamplingMode::Flat).sample_size(20);
            group.warm_up_time(Duration::from_millis(500));
            group.measurement_time(Duration::from_secs(2));
            let mut fast = Epoch::new();
            group.bench_function("fast", |b| {
                b.iter(|| fast.run(black_box(&subnet.input())).unwrap());
            });
            let mut parallel = Epoch::new().parallel(true);
            group.bench_function("fast-parallel", |b| {
                b.iter(|| parallel.run(black_box(&subnet.input())).unwrap());
            });
            group.sample_size(10);
            group.bench_function("reference", |b| {
                b.iter(|| reference::epoch(black_box(&subnet.input())).unwrap());
            });
            group.finish();
        }
    }
}

/// A subnet with the bonds of three epochs, on which fast and reference agree.
fn settled(neurons: usize, validators: usize, yuma3: bool, liquid_alpha: bool) -> DenseSubnet {
    let mut subnet = DenseSubnet::new(neurons, validators, 7);
    subnet.params.yuma3 = yuma3;
    subnet.params.liquid_alpha = liquid_alpha;
    for _ in 0..3 {
        let output = Epoch::new().run(&subnet.input()).unwrap();
        subnet.bonds = output.stored_bonds(subnet.bonds.view());
    }
    let output = Epoch::new().run(&subnet.input()).unwrap();
    assert_eq!(output, Epoch::new().parallel(true).run(&subnet.input()).unwrap());
    assert_eq!(output, reference::epoch(&subnet.input()).unwrap());
    subnet
}

criterion_group!(benches, epochs);
criterion_main!(benches);
