//! Speed of the chain: blocks without calls, epoch blocks, and single calls.
//!
//! Yardstick, the real runtime compiled natively, one thread, no signatures and no trie: a block of
//! one subnet with 256 neurons and 64 validators 0.82 ms (0.77 ms idle), an epoch block of it 22 ms,
//! 41 ms with Yuma 3 and liquid alpha, a `set_weights` 0.084 ms; an idle block of 32 subnets with 64
//! neurons 17.5 ms, most of it pool math, 3.7 ms without.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use subsim_benches::chains::{Chain, Crowd, Pools, TAO, Voters};
use subsim_sim::chain::{Call, Origin, begin_block};

/// Blocks timed from one start; a chain that ran on would end up where nothing is minted any more.
const BLOCKS: u64 = 10_000;

/// Longest tempo, so that idle blocks are idle.
const NO_EPOCHS: u16 = 50_400;

/// The subnet of the yardstick.
const FULL: Crowd = Crowd {
    subnets: 1,
    neurons: 256,
    validators: 64,
    tempo_blocks: 360,
    yuma3_liquid: false,
    pools: Pools::Buying,
    balance_tao: 100,
    stake_alpha: 60_000,
};

fn blocks_without_calls(criterion: &mut Criterion) {
    for (name, pools) in
        [("quiet", Pools::Quiet), ("filled", Pools::Filled), ("buying", Pools::Buying)]
    {
        let mut group = criterion.benchmark_group(format!("idle block, pools {name}"));
        group.sample_size(10).warm_up_time(Duration::from_millis(500));
        group.measurement_time(Duration::from_secs(2));
        for subnets in [1, 32, 128] {
            let neurons = 64;
            let crowd = Crowd { subnets, neurons, tempo_blocks: NO_EPOCHS, pools, ..FULL };
            let start = crowd.build(1).state;
            group.throughput(Throughput::Elements(subnets.into()));
            group.bench_function(format!("{subnets} subnets"), |bench| {
                bench.iter_custom(|blocks| {
                    let mut spent = Duration::ZERO;
                    let mut left = blocks;
                    while left > 0 {
                        let mut chain =
                            Chain { state: start.clone(), workspace: Default::default() };
                        let now = left.min(BLOCKS);
                        let clock = Instant::now();
                        (0..now).for_each(|_| chain.block());
                        spent += clock.elapsed();
                        left -= now;
                    }
                    spent
                });
            });
        }
        group.finish();
    }
}

/// The full subnet with the weights and bonds of some epochs, in the block before the next one.
fn before_an_epoch(crowd: &Crowd) -> Chain {
    let (mut chain, voters) = (crowd.build(1), Voters::new(crowd, 1, 2));
    while chain.state.block < 3 * 360 {
        chain.block();
        voters.vote(&mut chain, 100);
    }
    while !chain.state.subnet(1).expect("made").epoch_is_due(chain.state.block + 1) {
        chain.block();
        voters.vote(&mut chain, 100);
    }
    chain
}

fn epoch_blocks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("epoch block, 256 neurons, 64 validators");
    group.sample_size(20).measurement_time(Duration::from_secs(3));
    for (name, yuma3_liquid) in [("yuma 2", false), ("yuma 3 liquid", true)] {
        let Chain { state, mut workspace } = before_an_epoch(&Crowd { yuma3_liquid, ..FULL });
        group.bench_function(name, |bench| {
            bench.iter_batched_ref(
                || state.clone(),
                |state| begin_block(state, &mut workspace, [7; 32]),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

fn calls(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("call");
    group.sample_size(20).measurement_time(Duration::from_secs(2));
    let mut chain = before_an_epoch(&FULL);
    let subnet = chain.state.subnet_mut(1).expect("made");
    subnet.hyper.weights_rate_limit_blocks = 0;
    let voters = Voters::new(&FULL, 1, 2);
    let mut turn = 0;
    group.bench_function("set_weights, 255 weights", |bench| {
        bench.iter(|| {
            turn += 1;
            let (who, call) = voters.call(turn % voters.len(), turn);
            chain.call(who, black_box(call));
        });
    });
    let (cold, hotkey) = FULL.keys(1, 0);
    chain.state.account_mut(cold).free_rao += 1_000_000 * TAO;
    let (netuid, tao_rao) = (1, TAO / 100);
    let buy = Call::AddStake { hotkey, netuid, tao_rao };
    group.bench_function("add_stake", |bench| {
        bench.iter(|| chain.call(cold, black_box(&buy)));
    });
    let sell = Call::RemoveStake { hotkey, netuid, alpha_rao: TAO };
    // Each on a state of its own: a million sales would bring the price below the smallest sale.
    let state = &chain.state;
    group.bench_function("remove_stake", |bench| {
        bench.iter_batched_ref(
            || state.clone(),
            |state| state.apply(Origin::Signed(cold), black_box(&sell)).expect("it is accepted"),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, blocks_without_calls, epoch_blocks, calls);
criterion_main!(benches);
