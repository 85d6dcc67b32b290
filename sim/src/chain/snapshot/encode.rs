//! Reading and writing single values of a snapshot: numbers, lists, tables, tuples.

use std::collections::{BTreeMap, BTreeSet};

use super::SnapshotError;

/// Bytes being read.
pub(crate) struct Reader<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
    /// How many accounts there are, once that is known; no id may be beyond.
    pub accounts: u32,
}

impl<'a> Reader<'a> {
    /// From the beginning of some bytes, among which are no accounts.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, accounts: 0 }
    }

    /// The next so many bytes as they are.
    pub fn slice(&mut self, length: u64) -> Result<&'a [u8], SnapshotError> {
        let short = SnapshotError::Short { at: self.bytes.len() };
        let end = usize::try_from(length).ok().and_then(|length| self.at.checked_add(length));
        let end = end.ok_or(short)?;
        let slice = self.bytes.get(self.at..end).ok_or(short)?;
        self.at = end;
        Ok(slice)
    }

    pub fn take<const N: usize>(&mut self) -> Result<[u8; N], SnapshotError> {
        let short = SnapshotError::Short { at: self.bytes.len() };
        let end = self.at.checked_add(N).ok_or(short)?;
        let bytes = self.bytes.get(self.at..end).ok_or(short)?;
        self.at = end;
        bytes.try_into().map_err(|_| short)
    }

    pub fn invalid<T>(&self, what: &'static str) -> Result<T, SnapshotError> {
        Err(SnapshotError::Invalid { at: self.at, what })
    }
}

/// A value with a layout.
pub(crate) trait Encode: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError>;
}

macro_rules! encode_numbers {
    ($($number:ty)*) => {$(
        impl Encode for $number {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
                Ok(Self::from_le_bytes(from.take()?))
            }
        }
    )*};
}

encode_numbers! { u8 u16 u32 u64 u128 i16 i64 i128 }

impl Encode for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
        match u8::get(from)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => from.invalid("0 or 1"),
        }
    }
}

impl<const N: usize> Encode for [u8; N] {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
        from.take()
    }
}

impl<T: Encode> Encode for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
        Ok(if bool::get(from)? { Some(T::get(from)?) } else { None })
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u64).put(out);
        self.iter().for_each(|value| value.put(out));
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
        // Grown as values come, so that a wrong length costs no memory.
        let len = u64::get(from)?;
        let mut values = Self::new();
        for _ in 0..len {
            values.push(T::get(from)?);
        }
        Ok(values)
    }
}

impl<K: Encode + Ord, V: Encode> Encode for BTreeMap<K, V> {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u64).put(out);
        for (key, value) in self {
            key.put(out);
            value.put(out);
        }
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
        let len = u64::get(from)?;
        let mut table = Self::new();
        for _ in 0..len {
            let key = K::get(from)?;
            if table.last_key_value().is_some_and(|(last, _)| *last >= key) {
                return from.invalid("keys in ascending order");
            }
            table.insert(key, V::get(from)?);
        }
        Ok(table)
    }
}

impl<K: Encode + Ord> Encode for BTreeSet<K> {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u64).put(out);
        self.iter().for_each(|key| key.put(out));
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
        let keys = Vec::<K>::get(from)?;
        if keys.is_sorted_by(|a, b| a < b) {
            return Ok(keys.into_iter().collect());
        }
        from.invalid("keys in ascending order")
    }
}

macro_rules! encode_tuples {
    ($(($($name:ident)*))*) => {$(
        impl<$($name: Encode),*> Encode for ($($name,)*) {
            #[allow(non_snake_case)]
            fn put(&self, out: &mut Vec<u8>) {
                let ($($name,)*) = self;
                $($name.put(out);)*
            }

            fn get(from: &mut Reader<'_>) -> Result<Self, SnapshotError> {
                Ok(($($name::get(from)?,)*))
            }
        }
    )*};
}

encode_tuples! { (A B) (A B C) }
