//! Addresses as wallets write them: base 58 of a network number, the key, and a checksum.
//!
//! Only the generic network 42, whose addresses begin with 5, is read; it is the one that Bittensor
//! uses. Format: the SS58 address format of Substrate's documentation (checksum: first two bytes of
//! blake2b-512 of `SS58PRE` and all that stands before).

use blake2::{Blake2b512, Digest};
use thiserror::Error;

/// Digits of base 58.
const DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// The generic network.
const NETWORK: u8 = 42;
/// Network, key, checksum.
const LENGTH: usize = 1 + 32 + 2;

/// Why a text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Ss58Error {
    /// A letter that base 58 does not have.
    #[error("{found:?} (letter {at}) is no letter of an address")]
    Letter {
        /// The letter.
        found: char,
        /// Its place, from 1.
        at: usize,
    },
    /// Too long or too short.
    #[error("an address of a 32-byte key has 47 or 48 letters, this has {found}")]
    Length {
        /// Number of letters.
        found: usize,
    },
    /// An address of another network.
    #[error("the address is of network {found}, not {NETWORK}")]
    Network {
        /// First byte.
        found: u8,
    },
    /// A letter is wrong or out of place.
    #[error("the checksum does not fit: the address is mistyped")]
    Checksum,
}

fn checksum(network_and_key: &[u8]) -> [u8; 2] {
    let hash = Blake2b512::new().chain_update(b"SS58PRE").chain_update(network_and_key).finalize();
    [hash[0], hash[1]]
}

/// The key of an address.
///
/// # Errors
/// When the text is no address of network 42.
pub fn decode(address: &str) -> Result<[u8; 32], Ss58Error> {
    let mut bytes = [0_u8; LENGTH];
    for (at, letter) in address.chars().enumerate() {
        let digit = DIGITS.iter().position(|digit| char::from(*digit) == letter);
        let mut carry = digit.ok_or(Ss58Error::Letter { found: letter, at: at + 1 })?;
        for byte in bytes.iter_mut().rev() {
            carry += usize::from(*byte) * 58;
            *byte = carry as u8;
            carry >>= 8;
        }
        if carry > 0 {
            return Err(Ss58Error::Length { found: address.chars().count() });
        }
    }
    if !(47..=48).contains(&address.len()) {
        return Err(Ss58Error::Length { found: address.len() });
    }
    let (payload, sum) = bytes.split_at(LENGTH - 2);
    if checksum(payload) != sum {
        return Err(Ss58Error::Checksum);
    }
    if payload[0] != NETWORK {
        return Err(Ss58Error::Network { found: payload[0] });
    }
    Ok(std::array::from_fn(|at| payload[1 + at]))
}

/// The address of a key.
#[must_use]
pub fn encode(key: &[u8; 32]) -> String {
    let mut bytes = [NETWORK; LENGTH];
    bytes[1..33].copy_from_slice(key);
    let sum = checksum(&bytes[..33]);
    bytes[33..].copy_from_slice(&sum);
    let mut digits = Vec::new();
    // The first byte is not 0, so there are no leading zeros to keep.
    while bytes.iter().any(|byte| *byte != 0) {
        let mut rest = 0;
        for byte in &mut bytes {
            rest = rest * 256 + usize::from(*byte);
            *byte = (rest / 58) as u8;
            rest %= 58;
        }
        digits.push(char::from(DIGITS[rest]));
    }
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The development account "Alice" of Substrate: its public key and address are documented.
    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    const ALICE_KEY: [u8; 4] = [0xd4, 0x35, 0x93, 0xc7];

    #[test]
    fn a_known_address_has_its_key() {
        let key = decode(ALICE).unwrap();
        assert_eq!(key[..4], ALICE_KEY);
        assert_eq!(encode(&key), ALICE);
    }

    #[test]
    fn every_key_survives() {
        for first in 0..=255 {
            let key = std::array::from_fn(|at| first ^ (at as u8).wrapping_mul(37));
            let address = encode(&key);
            assert_eq!(decode(&address), Ok(key), "{address}");
        }
        assert_eq!(decode(&encode(&[0; 32])), Ok([0; 32]));
        assert_eq!(decode(&encode(&[255; 32])), Ok([255; 32]));
    }

    #[test]
    fn mistakes_are_told_apart() {
        let swapped = ALICE.replacen("rw", "wr", 1);
        assert_eq!(decode(&swapped), Err(Ss58Error::Checksum));
        let letter = ALICE.replacen('z', "0", 1);
        assert_eq!(decode(&letter), Err(Ss58Error::Letter { found: '0', at: 10 }));
        assert_eq!(decode(&ALICE[..20]), Err(Ss58Error::Length { found: 20 }));
        let long = format!("{ALICE}{ALICE}");
        assert_eq!(decode(&long), Err(Ss58Error::Length { found: 96 }));
        assert_eq!(decode(""), Err(Ss58Error::Length { found: 0 }));
        assert_eq!(decode("é"), Err(Ss58Error::Letter { found: 'é', at: 1 }));
    }
}
