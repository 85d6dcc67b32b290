//! Known examples: scenarios and figures from the chain's own test-suite, rebuilt here.
//!
//! Every test names the file and the test that its figures come from. Files are those of the public
//! repository `opentensor/subtensor`, spec version 425, under `pallets/subtensor/src/tests` unless
//! the path says otherwise. Helpers are our own: [`graph`] feeds the consensus alone, [`net`] a
//! whole chain.

mod graph;
mod net;

mod bonds;
mod children;
mod claims;
mod coinbase;
mod commits;
mod consensus;
mod dividends;
mod mechanisms;
mod networks;
mod pools;
mod pruning;
mod registration;
mod schedule;
mod shares;
mod yuma3;
