//! What can be wrong with an epoch's input.

use thiserror::Error;

/// Why an epoch was not computed. Each variant names the offending place and value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EpochError {
    /// Two inputs that describe the same neurons have different lengths.
    #[error(
        "{field} has {found} entries, but last_update has {expected}: all per-neuron inputs must be of one length"
    )]
    Length {
        /// Name of the offending input.
        field: &'static str,
        /// Number of neurons, the length of `last_update`.
        expected: usize,
        /// Length of the offending input.
        found: usize,
    },
    /// More neurons than a `u16` uid can name.
    #[error("{found} neurons: a uid is a u16, so at most 65535 neurons fit on a subnet")]
    TooManyNeurons {
        /// Number of neurons given.
        found: usize,
    },
    /// Row offsets that do not describe the entries.
    #[error(
        "{field}: row {row} spans entries {start}..{end}, but there are {entries} uids and {values} values"
    )]
    Offsets {
        /// `weights` or `bonds`.
        field: &'static str,
        /// The offending row.
        row: usize,
        /// Its first entry according to the offsets.
        start: usize,
        /// One past its last entry according to the offsets.
        end: usize,
        /// Number of uids.
        entries: usize,
        /// Number of values.
        values: usize,
    },
    /// A row that names a uid twice, which the chain refuses as `DuplicateUids`.
    #[error(
        "{field}: the row of uid {row} names uid {uid} twice; the chain refuses such rows (DuplicateUids)"
    )]
    DuplicateUid {
        /// `weights` or `bonds`.
        field: &'static str,
        /// uid that owns the row.
        row: usize,
        /// The repeated uid.
        uid: u16,
    },
    /// A share above its scale.
    #[error("bonds_moving_average is {found} millionths; at most 1000000 (the whole) makes sense")]
    BondsMovingAverage {
        /// The value found.
        found: u64,
    },
}
