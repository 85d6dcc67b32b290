//! Weight and bond matrices of a metagraph file, turned into the rows that the chain would store.

use subsim_consensus::OwnedRows;

use super::MetagraphError;
use super::build::{Reader, is_whole};
use super::fields::{Field, Meaning, Row};

/// Largest stored weight or bond.
const MAX_STORED: f64 = 65_535.0;

/// How a row becomes u16 when the matrix is not in the chain's own integers already. An error is
/// the place of the offending entry in the row, and what is wrong with it.
type Scale = fn(&[(u16, f64)]) -> Result<Vec<(u16, u16)>, (usize, String)>;

/// Reads the matrix of a meaning: one row per neuron, `None` when the file has no such field.
pub(super) fn read(
    file: &Reader<'_>,
    meaning: &Meaning,
    n: usize,
    permits: Option<&[bool]>,
    scale: Scale,
) -> Result<Option<OwnedRows>, MetagraphError> {
    let Some((name, Field::Matrix(rows))) = file.fields.get(meaning) else {
        return Ok(None);
    };
    let owners = row_owners(file, name, rows.len(), n, permits)?;
    let mut by_uid: Vec<Vec<(u16, f64)>> = vec![Vec::new(); n];
    for (i, (row, owner)) in rows.iter().zip(owners).enumerate() {
        by_uid[owner] = entries(row, n).map_err(|(place, message)| {
            file.wrong(name.to_owned() + &format!("[{i}]{place}"), message)
        })?;
    }
    let stored = by_uid.iter().flatten().all(|&(_, value)| is_whole(value, MAX_STORED));
    let scale = if stored { as_stored } else { scale };
    let mut owned = OwnedRows::new();
    for (uid, row) in by_uid.iter().enumerate() {
        let scaled = scale(row).map_err(|(entry, message)| {
            file.wrong(format!("{name}, row of uid {uid}, entry for uid {}", row[entry].0), message)
        })?;
        owned.push_row(scaled);
    }
    Ok(Some(owned))
}

/// The uid of each row: all of them, or those with a permit.
fn row_owners(
    file: &Reader<'_>,
    name: &str,
    rows: usize,
    n: usize,
    permits: Option<&[bool]>,
) -> Result<Vec<usize>, MetagraphError> {
    if rows == n {
        return Ok((0..n).collect());
    }
    let holders: Vec<usize> = (0..n).filter(|&uid| permits.is_some_and(|p| p[uid])).collect();
    if rows == holders.len() && permits.is_some() {
        return Ok(holders);
    }
    let allowed = match permits {
        None => {
            format!("{n}, one per neuron (or one per permit, with the field `validator_permit`)")
        }
        Some(_) => format!("{n}, one per neuron, or {}, one per permit", holders.len()),
    };
    Err(file.wrong(name, format!("{rows} rows; allowed: {allowed}")))
}

/// The non-zero entries of a dense row, or all entries of a sparse one, checked.
fn entries(row: &Row, n: usize) -> Result<Vec<(u16, f64)>, (String, String)> {
    match row {
        Row::Dense(values) if values.len() != n => {
            let message = format!("{} values, but there are {n} neurons", values.len());
            Err((String::new(), message))
        }
        Row::Dense(values) => {
            let by_uid = values.iter().zip(0..).map(|(&value, uid)| (uid, value));
            Ok(by_uid.filter(|&(_, value)| value != 0.0).collect())
        }
        Row::Sparse(pairs) => sparse_entries(pairs, n),
    }
}

fn sparse_entries(pairs: &[(f64, f64)], n: usize) -> Result<Vec<(u16, f64)>, (String, String)> {
    let mut seen = vec![false; n];
    let mut entries = Vec::with_capacity(pairs.len());
    for (place, &(uid, value)) in pairs.iter().enumerate() {
        if !is_whole(uid, (n - 1) as f64) {
            let message = format!("uid {uid}; uids here are whole numbers from 0 to {}", n - 1);
            return Err((format!("[{place}]"), message));
        }
        if std::mem::replace(&mut seen[uid as usize], true) {
            return Err((format!("[{place}]"), format!("uid {uid} is in this row twice")));
        }
        entries.push((uid as u16, value));
    }
    Ok(entries)
}

/// Values that are the chain's own integers.
fn as_stored(row: &[(u16, f64)]) -> Result<Vec<(u16, u16)>, (usize, String)> {
    Ok(row.iter().map(|&(uid, value)| (uid, value as u16)).collect())
}

/// Weights on any scale: the row's largest becomes 65535, the others are rounded half up.
pub(super) fn upscale(row: &[(u16, f64)]) -> Result<Vec<(u16, u16)>, (usize, String)> {
    let impossible = |value: f64| !(value >= 0.0 && value.is_finite());
    if let Some(entry) = row.iter().position(|&(_, value)| impossible(value)) {
        return Err((entry, format!("{}; a weight is a number, not negative", row[entry].1)));
    }
    let max = row.iter().map(|&(_, value)| value).fold(0.0, f64::max);
    if max == 0.0 {
        return Ok(row.iter().map(|&(uid, _)| (uid, 0)).collect());
    }
    let scale = |value: f64| (value / max * MAX_STORED + 0.5) as u16;
    Ok(row.iter().map(|&(uid, value)| (uid, scale(value))).collect())
}

/// Bonds as shares of 1: truncated, as the chain stores proportions.
pub(super) fn share(row: &[(u16, f64)]) -> Result<Vec<(u16, u16)>, (usize, String)> {
    if let Some(entry) = row.iter().position(|&(_, value)| !(0.0..=1.0).contains(&value)) {
        let allowed = "bonds are all whole numbers from 0 to 65535, or all shares from 0 to 1";
        return Err((entry, format!("{}; {allowed}", row[entry].1)));
    }
    Ok(row.iter().map(|&(uid, value)| (uid, (value * MAX_STORED) as u16)).collect())
}
