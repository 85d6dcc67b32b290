//! Resolution `network`: a subnet message by message. Miners are machines on a network, and
//! validators can only score what reaches them in time.
//!
//! The parts are useful alone: [`net`] (links, faults, fair sharing), [`node`] (queues, usage),
//! [`mechanism`] (what is asked, what it is worth), [`miner`] and [`validator`] (behaviours),
//! [`ledger`] (what is needed of a chain). Together they are a model for the engine
//! (`subsim-engine`): [`run_network`] runs a [`config::NetworkScenario`] and tells a
//! [`record::NetworkRecorder`].
//!
//! Same scenario, same bytes, on any number of threads. A node's random numbers hang on its name
//! and on the number of the question they are for: another node moves nobody's.

pub mod addressed;
pub mod config;
mod error;
pub mod histogram;
pub mod ledger;
pub mod mechanism;
pub mod miner;
mod model;
pub mod net;
pub mod node;
pub mod record;
pub mod time;
pub mod validator;

pub use error::{ConfigError, ConfigErrors};
pub use model::{NetworkError, NetworkRun, check_network, run_network};
