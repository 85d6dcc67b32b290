//! What models and callers may not do, and what they are told.

use subsim_engine::{
    BuildError, Builder, Context, EntityId, Fault, Model, RunError, ScheduleError, TimerId,
};

/// Entities that do as the message says.
struct Puppets;

#[derive(Debug, Default, Clone)]
struct Puppet {
    got: Vec<(u64, u32)>,
    timers: Vec<TimerId>,
}

#[derive(Debug, Clone)]
enum Order {
    Note(u32),
    Send { to: usize, delay_ns: u64, note: u32 },
    Timer { delay_ns: u64, note: u32 },
    Cancel { timer: usize, note_if_running: u32 },
    Foreign,
    Fail,
    Every { period_ns: u64 },
}

fn id(index: usize) -> EntityId {
    EntityId::from_index(index).unwrap()
}

impl Model for Puppets {
    type Entity = Puppet;
    type Message = Order;

    fn handle(&self, me: &mut Puppet, order: Order, context: &mut Context<'_, Self>) {
        match order {
            Order::Note(note) => me.got.push((context.now_ns(), note)),
            Order::Send { to, delay_ns, note } => context.send(id(to), delay_ns, Order::Note(note)),
            Order::Timer { delay_ns, note } => {
                me.timers.push(context.set_timer(delay_ns, Order::Note(note)));
            }
            Order::Cancel { timer, note_if_running } => {
                if context.cancel(me.timers[timer]) {
                    me.got.push((context.now_ns(), note_if_running));
                }
            }
            // A timer smuggled from entity 1 to whoever has none of its own.
            Order::Foreign => {
                let timer = context.set_timer(5, Order::Note(0));
                if context.id() == id(1) {
                    FOREIGN.with(|cell| cell.set(Some(timer)));
                } else if let Some(foreign) = FOREIGN.with(std::cell::Cell::get) {
                    context.cancel(foreign);
                }
            }
            Order::Fail => context.fail("no answer at all"),
            Order::Every { period_ns } => {
                me.got.push((context.now_ns(), 0));
                context.set_timer(period_ns, Order::Every { period_ns });
            }
        }
    }

    fn message_digest(&self, order: &Order) -> u64 {
        match order {
            Order::Note(note) => u64::from(*note),
            _ => 1 << 40,
        }
    }

    fn state_digest(&self, me: &Puppet) -> u64 {
        me.got.len() as u64
    }
}

thread_local! {
    static FOREIGN: std::cell::Cell<Option<TimerId>> = const { std::cell::Cell::new(None) };
}

fn puppets(orders: &[(usize, u64, Order)]) -> Builder<Puppets> {
    let mut builder = Builder::new(Puppets, 100);
    for name in ["ann", "bob", "cleo"] {
        builder.add(name, Puppet::default());
    }
    for (to, at_ns, order) in orders {
        builder.schedule(id(*to), *at_ns, order.clone());
    }
    builder
}

/// The error of a run, the same on one shard and on three.
fn error(orders: &[(usize, u64, Order)]) -> RunError {
    let run = |shards| {
        let mut simulation = puppets(orders).shards(shards).build().unwrap();
        let error = simulation.run_until(1_000_000).unwrap_err();
        assert_eq!(simulation.run_until(2_000_000).unwrap_err(), error, "the error stays");
        error
    };
    let found = run(1);
    assert_eq!(run(3), found);
    found
}

#[test]
fn a_broken_lookahead_is_named_with_entity_time_and_delay() {
    let late = (0, 900, Order::Send { to: 1, delay_ns: 0, note: 1 });
    let found = error(&[late, (1, 700, Order::Send { to: 2, delay_ns: 99, note: 1 })]);
    assert_eq!(
        found.to_string(),
        "entity 'bob' (#1) at 700 ns: sent a message to 'cleo' (#2) with a delay of 99 ns, but the \
         model's lookahead promises at least 100 ns"
    );
    let mut fine =
        puppets(&[(1, 700, Order::Send { to: 2, delay_ns: 100, note: 4 })]).build().unwrap();
    fine.run_until(801).unwrap();
    assert_eq!(fine.entity(id(2)).unwrap().got, [(800, 4)]);
}

#[test]
fn other_faults_are_named_too() {
    let cases: [(Order, Fault); 6] = [
        (Order::Timer { delay_ns: 0, note: 1 }, Fault::NoDelay),
        (Order::Send { to: 0, delay_ns: 0, note: 1 }, Fault::NoDelay),
        (
            Order::Send { to: 3, delay_ns: 100, note: 1 },
            Fault::UnknownEntity { to: id(3), entities: 3 },
        ),
        (
            Order::Send { to: 1, delay_ns: u64::MAX, note: 1 },
            Fault::EndOfTime { delay_ns: u64::MAX },
        ),
        (
            Order::Timer { delay_ns: u64::MAX - 1, note: 1 },
            Fault::EndOfTime { delay_ns: u64::MAX - 1 },
        ),
        (Order::Fail, Fault::Model("no answer at all".into())),
    ];
    for (order, fault) in cases {
        let expected = RunError { entity: id(0), name: "ann".into(), time_ns: 7, fault };
        assert_eq!(error(&[(0, 7, order)]), expected);
    }
    let found = error(&[(1, 7, Order::Foreign), (0, 8, Order::Foreign)]);
    assert_eq!(found.fault, Fault::ForeignTimer { owner: id(1) });
}

#[test]
fn the_first_error_of_a_round_is_the_one_reported() {
    let found = error(&[(0, 50, Order::Fail), (2, 49, Order::Fail), (1, 51, Order::Fail)]);
    assert_eq!((found.name.as_str(), found.time_ns), ("cleo", 49));
}

#[test]
fn timers_fire_once_unless_cancelled() {
    let orders = [
        (0, 10, Order::Timer { delay_ns: 5, note: 1 }),
        (0, 10, Order::Timer { delay_ns: 50, note: 2 }),
        (0, 20, Order::Cancel { timer: 0, note_if_running: 100 }),
        (0, 30, Order::Cancel { timer: 1, note_if_running: 101 }),
        (0, 31, Order::Cancel { timer: 1, note_if_running: 102 }),
        // Takes the slot of the cancelled one, whose event is still in the queue.
        (0, 32, Order::Timer { delay_ns: 100, note: 3 }),
        (0, 33, Order::Cancel { timer: 1, note_if_running: 103 }),
    ];
    let mut simulation = puppets(&orders).build().unwrap();
    simulation.run_until(1000).unwrap();
    assert_eq!(simulation.entity(id(0)).unwrap().got, [(15, 1), (30, 101), (132, 3)]);
    assert_eq!((simulation.events(), simulation.waiting()), (9, 0));
}

#[test]
fn entities_may_send_to_themselves_sooner() {
    let mut simulation =
        puppets(&[(2, 10, Order::Send { to: 2, delay_ns: 1, note: 8 })]).shards(2).build().unwrap();
    simulation.run_until(12).unwrap();
    assert_eq!(simulation.entity(id(2)).unwrap().got, [(11, 8)]);
}

#[test]
fn runs_end_before_their_end_and_go_on_from_there() {
    let mut simulation =
        puppets(&[(0, 10, Order::Note(1)), (0, 11, Order::Note(2))]).build().unwrap();
    simulation.run_until(11).unwrap();
    assert_eq!(simulation.entity(id(0)).unwrap().got, [(10, 1)]);
    assert_eq!(
        simulation.schedule(id(1), 10, Order::Note(3)).unwrap_err().to_string(),
        "an event for entity 'bob' (#1) is at 10 ns, but it is 11 ns already"
    );
    simulation.schedule(id(1), 11, Order::Note(4)).unwrap();
    simulation.run_until(12).unwrap();
    assert_eq!(simulation.entity(id(1)).unwrap().got, [(11, 4)]);
    assert_eq!(simulation.entity(id(0)).unwrap().got.len(), 2);
}

#[test]
fn builders_say_what_is_wrong() {
    let error = |builder: Builder<Puppets>| builder.build().map(|_| ()).unwrap_err();
    assert_eq!(error(Builder::new(Puppets, 0)), BuildError::NoLookahead);
    assert_eq!(error(puppets(&[]).slice_ns(0)), BuildError::EmptySlices);
    let range = |what, found| BuildError::OutOfRange { what, found, most: 1024 };
    assert_eq!(error(puppets(&[]).threads(0)), range("threads", 0));
    assert_eq!(error(puppets(&[]).shards(1025)), range("shards", 1025));
    assert_eq!(
        error(puppets(&[(5, 1, Order::Note(1))])),
        ScheduleError::UnknownEntity { to: id(5), at_ns: 1, entities: 3 }.into()
    );
    let mut twice = puppets(&[]);
    twice.add("bob", Puppet::default());
    assert_eq!(error(twice).to_string(), "two entities have the name 'bob': #1 and #3");
}

/// Ten years in which three entities have one event each a day, and nothing else happens.
#[test]
fn idle_time_costs_nothing() {
    const DAY_NS: u64 = 86_400_000_000_000;
    let every = Order::Every { period_ns: DAY_NS };
    let orders: Vec<_> = (0..3).map(|who| (who, 0, every.clone())).collect();
    for shards in [1, 3] {
        let mut simulation = puppets(&orders).shards(shards).build().unwrap();
        simulation.run_until(3650 * DAY_NS).unwrap();
        assert_eq!(simulation.events(), 3 * 3650);
        // A round of 100 ns for each stretch would be 10^15 of them.
        assert!(simulation.rounds().0 <= 3 * 3650, "{:?}", simulation.rounds());
    }
}
