//! Studies on the consensus: what the literature published, reproduced.
//!
//! [`cases`] runs small published networks under every rule in floats; [`guarantees`] maps what an
//! honest majority keeps against a cabal, in the chain's exact integer math. Both give plain rows;
//! the crate writes no files and knows nothing of Parquet or plots.

pub mod cases;
pub mod guarantees;
