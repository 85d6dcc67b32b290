//! Random streams, seen from the kernel: an entity gets those of its own name, and no others.
//!
//! The kernel draws nothing itself and prescribes no generator. What it guarantees is the address: a
//! stream belongs to a name and a purpose, never to a position, a shard or a thread, so another
//! entity, or one that draws more, moves nobody's numbers.

/// Derives a stream from an entity's name and a purpose; the seed is part of the factory.
///
/// Any function or closure of two strings is one.
pub trait StreamFactory {
    /// A stream of random numbers, to be kept in the entity.
    type Stream;

    /// The stream of `entity` for `purpose`: the same whenever it is asked for.
    fn stream(&self, entity: &str, purpose: &str) -> Self::Stream;
}

impl<S, F: Fn(&str, &str) -> S> StreamFactory for F {
    type Stream = S;

    fn stream(&self, entity: &str, purpose: &str) -> S {
        self(entity, purpose)
    }
}

/// The streams of one entity.
#[derive(Debug)]
pub struct EntityStreams<'a, F> {
    factory: &'a F,
    name: &'a str,
}

impl<'a, F: StreamFactory> EntityStreams<'a, F> {
    /// The streams of the entity called `name`.
    #[must_use]
    pub fn new(factory: &'a F, name: &'a str) -> Self {
        Self { factory, name }
    }

    /// The entity's name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The stream for `purpose`.
    #[must_use]
    pub fn stream(&self, purpose: &str) -> F::Stream {
        self.factory.stream(self.name, purpose)
    }
}
