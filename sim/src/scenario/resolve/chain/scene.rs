//! What the tables of a block scenario are checked against: everything that has a name.

use std::path::Path;

use super::super::groups::Groups;
use super::imports::Import;
use super::people::People;
use super::places::SubnetNames;
use super::uids::Seats;

/// Everything that has a name, as far as it is known.
pub(super) struct Scene<'a> {
    /// Where files are looked for.
    pub(super) folder: &'a Path,
    /// Last block of the run.
    pub(super) blocks: u64,
    pub(super) subnets: SubnetNames,
    pub(super) import: Import,
    pub(super) groups: Groups<'a>,
    pub(super) people: People,
    pub(super) seats: Seats,
}
