//! What all nodes share and nobody changes during a run.

use std::sync::Arc;

use subsim_sim::agents::MinerSpan;

use crate::addressed::Dice;
use crate::ledger::Call;
use crate::mechanism::{Ask, Challenge, Demands, Mechanism, Scoring};
use crate::net::Wire;
use crate::time::{Duration, SECOND_NS};

/// Number of the node where calls reach the chain.
pub(crate) const CHAIN: u32 = 0;

/// Number of the node through which large transfers pass.
pub(crate) const FABRIC: u32 = 1;

/// How much older than the timeout a question may be by the miner's clock: `ALLOWED_DELTA` of the
/// Bittensor SDK (bittensor.constants), with which `axon.default_verify` judges nonces.
const ALLOWED_AGE_NS: u64 = 4 * SECOND_NS;

/// Address of what all questions of a round share.
const WHOLE_ROUND: u64 = u64::MAX;

/// The world.
#[derive(Debug)]
pub(crate) struct World {
    pub wire: Wire,
    pub mechanism: Arc<dyn Mechanism>,
    pub scoring: Scoring,
    pub demands: Demands,
    pub timeout_ns: u64,
    /// Number of validators, and uid of the first miner.
    pub validators: usize,
    /// Groups of miners, places by miner from 0.
    pub spans: Vec<MinerSpan>,
    /// Place in `spans` of every miner.
    pub span_of: Vec<u16>,
    /// Nodes of the machines of every group of miners.
    pub machines: Vec<Vec<u32>>,
    /// Node of every uid.
    pub node_of: Vec<u32>,
    /// By node: what questions it asks. Of those who ask none it is never looked at.
    pub questions: Vec<Dice>,
    /// By node: a number that is its own whatever other nodes there are.
    pub tags: Vec<u64>,
    /// By uid: a number that is its own whatever other uids there are.
    pub uid_tags: Vec<u64>,
    /// Bytes from which a message shares ports; `u64::MAX` for never.
    pub share_above_bytes: u64,
    pub lookahead_ns: u64,
    pub call_delay: Duration,
    pub record_every_rounds: u64,
}

impl World {
    /// uid of a miner by its place.
    pub fn uid_of_miner(&self, place: usize) -> u16 {
        (self.validators + place) as u16
    }

    /// The question of a node's round to a uid.
    pub fn question(&self, asker: u32, round: u32, uid: u16, stamp_ns: u64) -> Challenge {
        self.mechanism.challenge(&self.ask(asker, round, uid, stamp_ns))
    }

    /// What decides about it.
    pub fn ask(&self, asker: u32, round: u32, uid: u16, stamp_ns: u64) -> Ask {
        let dice = &self.questions[asker as usize];
        Ask {
            miner: uid,
            sent_ns: stamp_ns,
            round_words: dice.at(u64::from(round), WHOLE_ROUND),
            own_words: dice.at(u64::from(round), self.uid_tags[usize::from(uid)]),
        }
    }

    /// Where random numbers about a question are, the same whatever other nodes and uids there
    /// are. `leg` tells apart what several machines, or several messages, have to do with it.
    #[inline]
    pub fn address(&self, asker: u32, round: u32, uid: u16, leg: u64) -> (u64, u64) {
        let uid_tag = self.uid_tags[usize::from(uid)];
        (self.tags[asker as usize] ^ uid_tag, u64::from(round) << 2 | leg)
    }

    /// Oldest time stamp, by age, that a miner accepts.
    pub fn most_age_ns(&self) -> u64 {
        self.timeout_ns + ALLOWED_AGE_NS
    }
}

/// Size of a call: its signature, era and header, and four bytes per weight.
pub(crate) fn call_bytes(call: &Call) -> u64 {
    let entries = match call {
        Call::SetWeights { uids, .. } | Call::Register { uids } | Call::Leave { uids } => {
            uids.len()
        }
    };
    200 + 4 * entries as u64
}
