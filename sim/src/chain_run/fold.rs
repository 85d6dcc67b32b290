//! A fingerprint of a whole run: every epoch folds in what it decided, the end the whole state.

use crate::chain::{State, Subnet};

/// The digest so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fold {
    folded: [u8; 32],
    epochs: u64,
    bytes: Vec<u8>,
}

impl Default for Fold {
    fn default() -> Self {
        Self { folded: *blake3::hash(b"subsim chain run").as_bytes(), epochs: 0, bytes: Vec::new() }
    }
}

impl Fold {
    /// A digest that was put aside.
    pub fn resume(folded: [u8; 32], epochs: u64) -> Self {
        Self { folded, epochs, bytes: Vec::new() }
    }

    /// The digest so far.
    pub fn folded(&self) -> [u8; 32] {
        self.folded
    }

    /// Epochs folded in.
    pub fn epochs(&self) -> u64 {
        self.epochs
    }

    /// Folds in an epoch: what the consensus made of the neurons, and the pool. Weights and bonds
    /// show in what they lead to.
    pub fn epoch(&mut self, block: u64, subnet: &Subnet) {
        self.epochs += 1;
        let out = &mut self.bytes;
        out.clear();
        out.extend_from_slice(&self.folded);
        let pool = &subnet.pool;
        for number in [
            block,
            u64::from(subnet.netuid),
            pool.tao_rao,
            pool.alpha_in_rao,
            pool.alpha_out_rao,
            subnet.registration.burn_rao,
        ] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&pool.moving_price_bits.to_le_bytes());
        let neurons = &subnet.neurons;
        for (uid, hotkey) in neurons.hotkeys.iter().enumerate() {
            out.extend_from_slice(&hotkey.0.to_le_bytes());
            out.extend_from_slice(&subnet.hotkey_alpha_rao(*hotkey).to_le_bytes());
            out.extend_from_slice(&neurons.emission_rao[uid].to_le_bytes());
            for score in [&neurons.consensus, &neurons.dividends, &neurons.validator_trust] {
                out.extend_from_slice(&score[uid].to_le_bytes());
            }
            for mechanism in &subnet.mechanisms {
                out.extend_from_slice(&mechanism.incentive[uid].to_le_bytes());
                out.extend_from_slice(&mechanism.last_update[uid].to_le_bytes());
            }
            out.push(u8::from(neurons.validator_permit[uid]));
        }
        self.folded = *blake3::hash(out).as_bytes();
    }

    /// The digest with the state at the end, hex.
    pub fn finish(&self, state: &State) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.folded);
        hasher.update(&state.digest());
        hasher.finalize().to_hex().to_string()
    }
}
