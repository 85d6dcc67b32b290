//! The network between nodes: how far apart they are, what a message costs, and what goes wrong.
//!
//! Small messages take latency, jitter and the time of their bytes on the slowest part of the way
//! ([`Topology`], [`Wire`]); large ones share ports with each other ([`fair`]). Faults
//! ([`faults`]) are rules that look at one message at a time. Nothing here knows what a message
//! says.

pub mod fair;
pub mod faults;
mod presets;
mod topology;
mod wire;

pub use presets::Preset;
pub(crate) use topology::bps_of_mbps;
pub use topology::{Link, LinkConfig, NetworkConfig, RegionConfig, Topology};
pub use wire::{Fate, LossCause, Passage, Place, Wire, transfer_ns};
