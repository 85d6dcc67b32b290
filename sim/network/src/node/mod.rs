//! What a node is made of: a machine that serves queries one after the other, and what it uses.
//!
//! [`Station`] is a queue with servers, [`Hardware`] what a scenario says of a machine, [`Usage`]
//! the account of what went through it. Who the node is and what it answers is not known here.

mod hardware;
mod station;
mod usage;

pub use hardware::Hardware;
pub use station::{Admission, Station};
pub use usage::Usage;
