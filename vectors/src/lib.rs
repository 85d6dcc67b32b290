//! Reference vectors: epochs and single formulas computed with the chain's own arithmetic, and what
//! came out of them.
//!
//! This crate reads such files (`.jsonl` or `.jsonl.zst`), hands every epoch to an implementation
//! of the caller's choice and every formula to the consensus crate, and reports each number that
//! differs. It computes no epoch itself, and it prints nothing.
//!
//! ```no_run
//! use std::path::Path;
//!
//! let mut epoch = subsim_consensus::Epoch::new();
//! let tally = subsim_vectors::verify_file(
//!     Path::new("epochs.jsonl.zst"),
//!     &mut |input| epoch.run(input),
//!     &mut |mismatch| eprintln!("{mismatch}"),
//! )?;
//! assert_eq!(tally.failed, 0);
//! # Ok::<(), subsim_vectors::VerifyError>(())
//! ```

mod compare;
mod economics;
mod economics_check;
mod error;
mod line;
mod lines;
mod state;
mod verify;

pub use compare::{Mismatch, Vector};
pub use error::VerifyError;
pub use verify::{EpochFn, Tally, verify_file, verify_read};
