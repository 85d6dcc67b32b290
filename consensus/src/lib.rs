//! Yuma consensus as the Bittensor chain computes it, bit for bit.
//!
//! Pure functions on plain data: no clock, no randomness, no input or output. The entry point is
//! [`Epoch::run`]; [`EpochInput`] borrows everything a caller has, [`EpochOutput`] owns plain
//! vectors. Inside, every quantity is an I32F32 fixed-point number held as raw `i64` bits.
//!
//! [`rules`] holds the published rules in floats beside it, for studies that compare them.
//!
//! The feature `reference` adds a second, deliberately plain implementation on the chain's own
//! number library. It is the specification in code; property tests hold the two equal.

pub mod economics;
mod epoch;
mod error;
pub mod fixed;
mod input;
pub mod mechanisms;
mod output;
#[cfg(feature = "reference")]
pub mod reference;
mod rows;
pub mod rules;

pub use epoch::{Epoch, Vectors};
pub use error::EpochError;
pub use input::{EpochInput, EpochParams};
pub use output::{EpochDetail, EpochOutput};
pub use rows::{OwnedRows, Rows};
