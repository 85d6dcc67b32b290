//! The fields of a metagraph file, as written: names, their synonyms, and values of any meaning.
//!
//! Both file formats are read into [`Fields`]; what the values mean is decided afterwards, once for
//! both.

use std::collections::BTreeMap;

/// What a field of a certain name holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One number.
    Number,
    /// A number, or yes and no, per neuron.
    Numbers,
    /// A text per neuron.
    Texts,
    /// A row per neuron or per validator.
    Matrix,
}

/// A meaning, the names it goes by in order of preference, and what it holds.
pub(super) struct Meaning {
    /// In words, for messages.
    pub what: &'static str,
    /// Names: this project's own, then those of the Bittensor SDK's metagraph.
    pub names: &'static [&'static str],
    /// What a field of these names holds.
    pub kind: Kind,
}

macro_rules! meanings {
    ($($constant:ident: $what:literal, $kind:ident, [$($name:literal),+];)+) => {
        $(pub(super) const $constant: Meaning =
            Meaning { what: $what, names: &[$($name),+], kind: Kind::$kind };)+
        /// Every meaning there is.
        const ALL: &[Meaning] = &[$($constant),+];
    };
}

meanings! {
    NETUID: "number of the subnet", Number, ["netuid"];
    BLOCK: "block", Number, ["block"];
    COUNT: "number of neurons", Number, ["n"];
    HOTKEYS: "hotkeys", Texts, ["hotkeys"];
    UIDS: "uids", Numbers, ["uids"];
    STAKE: "stake of each neuron", Numbers, ["stake_tao", "total_stake", "stake", "S"];
    ALPHA_STAKE: "alpha stake of each neuron", Numbers, ["alpha_stake", "AS"];
    TAO_STAKE: "root stake of each neuron", Numbers, ["tao_stake", "TS"];
    WEIGHTS: "weights", Matrix, ["weights", "W"];
    BONDS: "bonds", Matrix, ["bonds", "B"];
    LAST_UPDATE: "blocks of the last update", Numbers, ["last_update"];
    REGISTERED_AT: "blocks of registration", Numbers, ["block_at_registration"];
    PERMITS: "validator permits", Numbers, ["validator_permit"];
}

/// What a field of this name holds; `None` for names that mean nothing here.
pub(super) fn kind_of(name: &str) -> Option<Kind> {
    ALL.iter().find(|meaning| meaning.names.contains(&name)).map(|meaning| meaning.kind)
}

/// A row of a matrix.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Row {
    /// A value per neuron.
    Dense(Vec<f64>),
    /// uids and values.
    Sparse(Vec<(f64, f64)>),
}

/// A field's value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Field {
    /// One number.
    Number(f64),
    /// A number per neuron; yes and no are 1 and 0.
    Numbers(Vec<f64>),
    /// A text per neuron.
    Texts(Vec<String>),
    /// Rows.
    Matrix(Vec<Row>),
}

/// All fields of a file: those that mean something with their values, the others by name.
#[derive(Debug, Default)]
pub(super) struct Fields {
    known: BTreeMap<String, Field>,
    unknown: Vec<String>,
}

impl Fields {
    /// Adds a field; says no when there already is one of that name.
    #[must_use]
    pub fn insert(&mut self, name: String, field: Field) -> bool {
        self.known.insert(name, field).is_none()
    }

    /// Notes a field that means nothing here.
    pub fn note_unknown(&mut self, name: String) {
        self.unknown.push(name);
    }

    /// The field of a meaning under the first of its names that is present, and that name.
    pub fn get(&self, meaning: &Meaning) -> Option<(&'static str, &Field)> {
        let field = |name: &&'static str| self.known.get(*name).map(|field| (*name, field));
        meaning.names.iter().find_map(field)
    }

    /// Numbers of a meaning.
    pub fn numbers(&self, meaning: &Meaning) -> Option<(&'static str, &[f64])> {
        match self.get(meaning)? {
            (name, Field::Numbers(values)) => Some((name, values)),
            _ => None,
        }
    }

    /// The name, among all fields that are not understood, nearest to one of a meaning.
    pub fn nearest(&self, meaning: &Meaning) -> Option<String> {
        let distance = |found: &&String| {
            let found = found.to_lowercase();
            let distances = meaning
                .names
                .iter()
                .map(|name| strsim::damerau_levenshtein(&name.to_lowercase(), &found));
            distances.min().unwrap_or(usize::MAX)
        };
        // A third of the name may be wrong; one-letter names must be right up to case.
        let near = |found: &&String| distance(found) * 3 <= found.len();
        self.unknown.iter().filter(near).min_by_key(distance).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_order_of_preference() {
        let mut fields = Fields::default();
        assert!(fields.insert("S".to_owned(), Field::Numbers(vec![1.0])));
        assert!(fields.insert("stake".to_owned(), Field::Numbers(vec![2.0])));
        assert!(!fields.insert("stake".to_owned(), Field::Numbers(vec![3.0])));
        assert_eq!(fields.get(&STAKE).map(|(name, _)| name), Some("stake"));
        assert_eq!(kind_of("W"), Some(Kind::Matrix));
        assert_eq!(kind_of("coldkeys"), None);
    }

    #[test]
    fn misspelt_names_are_offered_and_strange_ones_are_not() {
        let mut fields = Fields::default();
        for name in ["wieghts", "coldkeys", "T", "w"] {
            fields.note_unknown(name.to_owned());
        }
        assert_eq!(fields.nearest(&WEIGHTS).as_deref(), Some("w"));
        assert_eq!(fields.nearest(&BONDS), None);
    }
}
