//! The 22 published cases, part of the program so that they are at hand anywhere.

use super::{Case, read};

/// Names the files of the published cases once.
macro_rules! files {
    ($($number:literal)*) => {
        [$((
            concat!("scenarios/yuma-cases/case-", $number, ".case"),
            include_str!(concat!("../../../scenarios/yuma-cases/case-", $number, ".case")),
        )),*]
    };
}

const FILES: [(&str, &str); 22] = files! {
    "01" "02" "03" "04" "05" "06" "07" "08" "09" "10" "11"
    "12" "13" "14" "15" "16" "17" "18" "19" "20" "21" "22"
};

/// The published cases, by number; the same as the files in `scenarios/yuma-cases`.
///
/// # Panics
/// Never: a test reads them all.
#[must_use]
pub fn published() -> Vec<Case> {
    let read = |(file, text): &(&str, &str)| {
        read::read(file, text).unwrap_or_else(|error| panic!("{error}"))
    };
    FILES.iter().map(read).collect()
}
