//! What an honest majority keeps against a cabal: the consensus guarantees of Yuma.
//!
//! Honest validators with a share of the stake give an honest share of weight (their utility) to
//! the honest miners; a cabal with the rest of the stake gives whatever it likes to its own miners.
//! One exact epoch says which share of the emission the honest side gets. Where that is less than
//! its stake, the majority erodes. [`GuaranteeMap`] holds the shares over a grid of both weights,
//! [`Retention`] the honest utility needed when the cabal picks its worst, [`Preset`] the figures
//! published by the chain's consensus document (`docs/consensus.md` of `opentensor/subtensor`).
//!
//! ```
//! use subsim_research::guarantees::{GuaranteeMap, Settings};
//!
//! let settings = Settings { neurons: 40, validators: 10, steps: 10, ..Settings::default() };
//! let map = GuaranteeMap::compute(&settings, &|| true)?;
//! let at_60 = &map.retention(0.5)[2];
//! assert_eq!(at_60.honest_stake, 0.6);
//! assert!(at_60.mean().is_some_and(|needed| (0.5..0.9).contains(&needed)));
//! # Ok::<(), subsim_research::guarantees::GuaranteeError>(())
//! ```

mod map;
mod network;
mod presets;
mod retention;
mod settings;
#[cfg(test)]
mod tests;
mod work;

pub use map::{GuaranteeMap, GuaranteeRow, HonestShares};
pub use presets::{Claim, Curve, CurveResult, Preset};
pub use retention::Retention;
pub use settings::{ExactRule, GuaranteeError, Settings};
