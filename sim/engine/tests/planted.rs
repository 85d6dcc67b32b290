//! Planted mistakes, and whether the check finds and names them.

use std::sync::atomic::{AtomicU64, Ordering};

use subsim_engine::{
    Builder, CheckError, Context, Divergence, EntityId, Execution, Model, check_determinism, mix,
};

const EXECUTIONS: [Execution; 2] =
    [Execution { threads: 1, shards: 1 }, Execution { threads: 2, shards: 2 }];
const LATENCY_NS: u64 = 20_000_000;
const BLOCK_NS: u64 = 12_000_000_000;
const PEERS: usize = 10;

/// Peers that send one another numbers. With the bug, one of them once asks a counter that
/// everybody shares, whose answer hangs on who asked before it.
struct Shared {
    counter: AtomicU64,
    bug: Option<(usize, u64)>,
}

impl Model for Shared {
    type Entity = u64;
    type Message = u64;

    fn handle(&self, me: &mut u64, message: u64, context: &mut Context<'_, Self>) {
        let asked = self.counter.fetch_add(1, Ordering::Relaxed);
        *me = mix(*me, message);
        let index = context.id().index();
        if self.bug == Some((index, context.now_ns() / BLOCK_NS)) {
            *me ^= asked;
        }
        let to = EntityId::from_index((index + 1) % PEERS).unwrap();
        context.send(to, LATENCY_NS, *me);
    }

    fn message_digest(&self, message: &u64) -> u64 {
        *message
    }

    fn state_digest(&self, me: &u64) -> u64 {
        *me
    }
}

fn check(bug: Option<(usize, u64)>) -> Result<(), Box<Divergence>> {
    let build = || {
        let mut builder = Builder::new(Shared { counter: AtomicU64::new(0), bug }, LATENCY_NS);
        for index in 0..PEERS {
            let id = builder.add(format!("peer-{index}"), index as u64);
            builder.schedule(id, index as u64, 1);
        }
        builder
    };
    match check_determinism(build, EXECUTIONS, 6 * BLOCK_NS) {
        Ok(agreement) => {
            assert_eq!(agreement.events, 6 * BLOCK_NS / LATENCY_NS * PEERS as u64);
            Ok(())
        }
        Err(CheckError::Differs(divergence)) => Err(divergence),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_shared_counter_is_found_at_its_first_use() {
    check(None).unwrap();
    for (index, block) in [(1, 0), (4, 3), (7, 5)] {
        let found = check(Some((index, block))).unwrap_err();
        assert_eq!((found.slice, found.name.as_str()), (block, format!("peer-{index}").as_str()));
        let [Some(one), Some(other)] = found.entries else { panic!("{found}") };
        assert_eq!((one.key, one.message), (other.key, other.message));
        assert!(found.to_string().contains("the same event had another effect"), "{found}");
        let first = format!("first in block {block}, entity 'peer-{index}' (#{index})");
        assert!(found.to_string().contains(&first), "{found}");
    }
}

#[test]
fn simulations_built_differently_are_told_apart() {
    let runs = AtomicU64::new(0);
    let build = || {
        let model = Shared { counter: AtomicU64::new(0), bug: None };
        let mut builder = Builder::new(model, LATENCY_NS);
        builder.add("still", 0);
        builder.add("changed", runs.fetch_add(1, Ordering::Relaxed));
        builder
    };
    let Err(CheckError::Differs(found)) = check_determinism(build, EXECUTIONS, BLOCK_NS) else {
        panic!("equal");
    };
    assert_eq!((found.name.as_str(), found.entries), ("changed", [None, None]));
}
