//! A small model of everything at once: messages of several classes, timers set and cancelled,
//! bursts, ties. What an entity does is drawn from its own stream, so any difference spreads.

use subsim_engine::{Builder, Class, Context, EntityId, Model, TimerId, mix};

/// Draws for an entity: a plain generator, seeded from a name.
#[derive(Debug, Clone)]
pub struct Draws(u64);

impl Draws {
    /// The stream of an entity for a purpose.
    pub fn new(seed: u64, entity: &str, purpose: &str) -> Self {
        let bytes = entity.bytes().chain([0]).chain(purpose.bytes());
        Self(bytes.fold(mix(seed, 1), |state, byte| mix(state, u64::from(byte))))
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        mix(self.0, 0) % limit.max(1)
    }
}

/// What the gossip is like.
#[derive(Debug, Clone, Copy)]
pub struct Gossip {
    /// The least delay of a message.
    pub lookahead_ns: u64,
    /// Delays spread over this much; small numbers make ties.
    pub spread_ns: u64,
    /// Messages stop multiplying at this many hops.
    pub hops: u32,
    /// Stops at a draw of one in this many, if not zero.
    pub fails_one_in: u64,
}

/// One that gossips.
#[derive(Debug, Clone)]
pub struct Gossiper {
    draws: Draws,
    /// Every event: (time, what).
    pub log: Vec<(u64, u64)>,
    timer: Option<TimerId>,
}

/// What is passed on.
#[derive(Debug, Clone)]
pub enum Message {
    /// A rumour with its number and the hops it has made.
    Rumour(u64, u32),
    /// A timer, with the hops of the rumour that set it.
    Alarm(u64, u32),
}

impl Model for Gossip {
    type Entity = Gossiper;
    type Message = Message;

    fn handle(&self, me: &mut Gossiper, message: Message, context: &mut Context<'_, Self>) {
        me.log.push((context.now_ns(), self.message_digest(&message)));
        if self.fails_one_in > 0 && me.draws.below(self.fails_one_in) == 0 {
            return context.fail("drawn");
        }
        // A timer counts as a hop too, or rumours would never end.
        let (Message::Rumour(number, hop) | Message::Alarm(number, hop)) = message;
        if hop >= self.hops {
            return;
        }
        for _ in 0..me.draws.below(3) {
            let to = EntityId::from_index(me.draws.below(context.entities() as u64) as usize);
            let delay_ns = self.lookahead_ns + me.draws.below(self.spread_ns);
            context.send(to.unwrap(), delay_ns, Message::Rumour(mix(number, me.draws.0), hop + 1));
        }
        if me.draws.below(3) == 0
            && let Some(timer) = me.timer.take()
        {
            me.log.push((context.now_ns(), u64::from(context.cancel(timer))));
        }
        if me.draws.below(4) == 0 {
            let delay_ns = 1 + me.draws.below(4 * self.lookahead_ns);
            me.timer = Some(context.set_timer(delay_ns, Message::Alarm(number, hop + 1)));
        }
    }

    fn class(&self, message: &Message) -> Class {
        match message {
            Message::Rumour(number, _) => Class::new((number % 3) as u8 + 4),
            Message::Alarm(..) => Class::DEFAULT,
        }
    }

    fn message_digest(&self, message: &Message) -> u64 {
        match message {
            Message::Rumour(number, hop) => mix(*number, u64::from(*hop)),
            Message::Alarm(number, hop) => mix(*number, u64::from(*hop) | 1 << 40),
        }
    }

    fn state_digest(&self, me: &Gossiper) -> u64 {
        me.log.iter().fold(me.draws.0, |sum, (time, what)| mix(sum, mix(*time, *what)))
    }
}

/// Gossipers called `peer-0`, `peer-1`, ..., each with something to tell.
pub fn gossip(model: Gossip, peers: usize, seed: u64) -> Builder<Gossip> {
    let mut builder = Builder::new(model, model.lookahead_ns).slice_ns(7 * model.lookahead_ns + 3);
    for peer in 0..peers {
        let id = add(&mut builder, seed, peer_name(peer));
        let at_ns = mix(seed, peer as u64) % (3 * model.spread_ns);
        builder.schedule(id, at_ns, Message::Rumour(peer as u64, 0));
    }
    builder
}

/// The name of a peer.
pub fn peer_name(peer: usize) -> String {
    format!("peer-{peer}")
}

/// Adds a gossiper that draws from the stream of its name.
pub fn add(builder: &mut Builder<Gossip>, seed: u64, name: String) -> EntityId {
    let streams = |entity: &str, purpose: &str| Draws::new(seed, entity, purpose);
    builder.add_with(name, &streams, |streams| Gossiper {
        draws: streams.stream("gossip"),
        log: Vec::new(),
        timer: None,
    })
}
