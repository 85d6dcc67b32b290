//! From the fields of a file to a [`Metagraph`]: lengths, ranges, units.

use std::collections::BTreeMap;
use std::path::Path;

use subsim_consensus::OwnedRows;

use super::fields::{self, Field, Fields, Meaning};
use super::matrix;
use super::{Metagraph, MetagraphError};
use crate::population::RAO_PER_TOKEN;

/// Largest whole number that a float holds exactly, 2^53.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;

/// Checks fields and gives them their meaning.
pub(super) fn build(
    path: &Path,
    name: String,
    hash: String,
    fields: &Fields,
) -> Result<Metagraph, MetagraphError> {
    let file = Reader { path, fields };
    let n = file.count()?;
    let (alpha_stake_rao, tao_stake_rao) = file.stakes(n)?;
    file.check_uids(n)?;
    let validator_permit = file.flags(&fields::PERMITS, n)?;
    let permits = validator_permit.as_deref();
    Ok(Metagraph {
        name,
        hash,
        netuid: file.number(&fields::NETUID, f64::from(u16::MAX))?.map(|netuid| netuid as u16),
        block: file.number(&fields::BLOCK, MAX_WHOLE)?.map(|block| block as u64),
        hotkeys: file.hotkeys(n)?,
        alpha_stake_rao,
        tao_stake_rao,
        weights: matrix::read(&file, &fields::WEIGHTS, n, permits, matrix::upscale)?
            .ok_or_else(|| file.missing(&fields::WEIGHTS))?,
        bonds: matrix::read(&file, &fields::BONDS, n, permits, matrix::share)?
            .unwrap_or_else(|| OwnedRows::empty(n)),
        last_update: file.blocks(&fields::LAST_UPDATE, n)?,
        block_at_registration: file.blocks(&fields::REGISTERED_AT, n)?,
        validator_permit,
    })
}

/// A file under examination: its path for messages, and its fields.
pub(super) struct Reader<'a> {
    path: &'a Path,
    /// What the file says.
    pub fields: &'a Fields,
}

impl Reader<'_> {
    /// The error that something in a place cannot be.
    pub fn wrong(&self, place: impl Into<String>, message: impl Into<String>) -> MetagraphError {
        let (place, message) = (place.into(), message.into());
        MetagraphError::Value { path: self.path.to_owned(), place, message }
    }

    fn missing(&self, meaning: &Meaning) -> MetagraphError {
        let quoted: Vec<String> = meaning.names.iter().map(|name| format!("`{name}`")).collect();
        MetagraphError::Missing {
            path: self.path.to_owned(),
            what: meaning.what,
            allowed: quoted.join(", "),
            nearest: self.fields.nearest(meaning),
        }
    }

    /// Number of neurons, from the first field that knows it.
    fn count(&self) -> Result<usize, MetagraphError> {
        let n = if let Some((_, Field::Texts(hotkeys))) = self.fields.get(&fields::HOTKEYS) {
            hotkeys.len()
        } else if let Some((_, stake)) = self.stake_field() {
            stake.len()
        } else {
            return Err(self.missing(&fields::STAKE));
        };
        if n == 0 || n > usize::from(u16::MAX) {
            let message = format!("{n} neurons; a metagraph has 1 to 65535");
            return Err(self.wrong("hotkeys", message));
        }
        if let Some(written) = self.number(&fields::COUNT, MAX_WHOLE)?
            && written != n as f64
        {
            return Err(self.wrong("n", format!("says {written}, but there are {n} neurons")));
        }
        Ok(n)
    }

    fn stake_field(&self) -> Option<(&'static str, &[f64])> {
        let alpha = self.fields.numbers(&fields::ALPHA_STAKE);
        alpha.or_else(|| self.fields.numbers(&fields::STAKE))
    }

    /// Alpha and root stake in rao.
    fn stakes(&self, n: usize) -> Result<(Vec<u64>, Vec<u64>), MetagraphError> {
        let (name, stake) = self.stake_field().ok_or_else(|| self.missing(&fields::STAKE))?;
        let alpha = self.rao(name, stake, n)?;
        let has_kinds = self.fields.get(&fields::ALPHA_STAKE).is_some();
        let tao = match self.fields.numbers(&fields::TAO_STAKE).filter(|_| has_kinds) {
            Some((name, stake)) => self.rao(name, stake, n)?,
            None => vec![0; n],
        };
        Ok((alpha, tao))
    }

    fn rao(&self, name: &str, tokens: &[f64], n: usize) -> Result<Vec<u64>, MetagraphError> {
        self.check_length(name, tokens.len(), n)?;
        let convert = |(uid, &stake): (usize, &f64)| {
            let rao = stake * RAO_PER_TOKEN;
            // `u64::MAX as f64` is 2^64, the first value that no longer fits.
            if rao >= 0.0 && rao < u64::MAX as f64 {
                return Ok(rao as u64);
            }
            let message = format!("{stake}; a stake is a number of tokens, 0 to 18446744073");
            Err(self.wrong(format!("{name}[{uid}]"), message))
        };
        tokens.iter().enumerate().map(convert).collect()
    }

    fn check_length(&self, name: &str, found: usize, n: usize) -> Result<(), MetagraphError> {
        if found == n {
            return Ok(());
        }
        Err(self.wrong(name, format!("{found} entries, but there are {n} neurons")))
    }

    fn hotkeys(&self, n: usize) -> Result<Vec<String>, MetagraphError> {
        match self.fields.get(&fields::HOTKEYS) {
            Some((name, Field::Texts(hotkeys))) => {
                self.check_length(name, hotkeys.len(), n)?;
                self.check_unique(name, hotkeys)?;
                Ok(hotkeys.clone())
            }
            _ => Ok((0..n).map(|uid| format!("uid-{uid}")).collect()),
        }
    }

    /// On a subnet, a hotkey holds one uid.
    fn check_unique(&self, name: &str, hotkeys: &[String]) -> Result<(), MetagraphError> {
        let mut uids = BTreeMap::new();
        for (uid, hotkey) in hotkeys.iter().enumerate() {
            if let Some(first) = uids.insert(hotkey, uid) {
                let message = format!(
                    "{hotkey:?} is the hotkey of uid {first} already; uid {uid} needs its own"
                );
                return Err(self.wrong(format!("{name}[{uid}]"), message));
            }
        }
        Ok(())
    }

    /// A neuron's uid is its place; anything else would need a subnet with gaps.
    fn check_uids(&self, n: usize) -> Result<(), MetagraphError> {
        let Some((name, uids)) = self.fields.numbers(&fields::UIDS) else {
            return Ok(());
        };
        self.check_length(name, uids.len(), n)?;
        match uids.iter().enumerate().find(|&(place, &uid)| uid != place as f64) {
            Some((place, uid)) => {
                let message = format!("{uid}; uids are 0, 1, 2, ... in order, all of the subnet");
                Err(self.wrong(format!("{name}[{place}]"), message))
            }
            None => Ok(()),
        }
    }

    fn number(&self, meaning: &Meaning, max: f64) -> Result<Option<f64>, MetagraphError> {
        let Some((name, Field::Number(value))) = self.fields.get(meaning) else {
            return Ok(None);
        };
        if is_whole(*value, max) {
            return Ok(Some(*value));
        }
        Err(self.wrong(name, format!("{value}; a whole number from 0 to {max} is needed")))
    }

    fn blocks(&self, meaning: &Meaning, n: usize) -> Result<Option<Vec<u64>>, MetagraphError> {
        let Some((name, values)) = self.fields.numbers(meaning) else {
            return Ok(None);
        };
        self.check_length(name, values.len(), n)?;
        let convert = |(uid, &value): (usize, &f64)| {
            if is_whole(value, MAX_WHOLE) {
                return Ok(value as u64);
            }
            let message = format!("{value}; a block is a whole number, not negative");
            Err(self.wrong(format!("{name}[{uid}]"), message))
        };
        values.iter().enumerate().map(convert).collect::<Result<_, _>>().map(Some)
    }

    fn flags(&self, meaning: &Meaning, n: usize) -> Result<Option<Vec<bool>>, MetagraphError> {
        let Some((name, values)) = self.fields.numbers(meaning) else {
            return Ok(None);
        };
        self.check_length(name, values.len(), n)?;
        let convert = |(uid, &value): (usize, &f64)| {
            if value == 0.0 || value == 1.0 {
                return Ok(value == 1.0);
            }
            let message = format!("{value}; true or false is needed");
            Err(self.wrong(format!("{name}[{uid}]"), message))
        };
        values.iter().enumerate().map(convert).collect::<Result<_, _>>().map(Some)
    }
}

/// Whether a value is a whole number from 0 to `max`. NaN is not.
pub(super) fn is_whole(value: f64, max: f64) -> bool {
    value >= 0.0 && value <= max && value % 1.0 == 0.0
}
