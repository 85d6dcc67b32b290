//! The temporary folder of one run, and the removal of those that dead processes left behind.
//!
//! A workspace holds a file that its process keeps locked. The system drops the lock when the
//! process ends, however it ends: a workspace whose lock can be taken has no owner. One without
//! that file, or where the file system knows no locks, is left alone, and so is every file in it
//! that no run writes.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::TempDir;

/// What the names of workspaces begin with.
const PREFIX: &str = ".subsim-";

/// File that the owner keeps locked, and its name until it is.
const LOCK: &str = "lock";
const UNLOCKED: &str = "lock.new";

/// A temporary folder that vanishes when dropped.
#[derive(Debug)]
pub(crate) struct Workspace {
    folder: TempDir,
    /// `None` where the file system knows no locks.
    _lock: Option<File>,
}

impl Workspace {
    /// Makes a workspace in `parent`, and clears away those there that lost their owner. `names` are
    /// the files that a run may have written into one.
    pub(crate) fn create(parent: &Path, names: &[&str]) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        // Locked before it gets its name: nobody ever finds the lock of a living process free.
        let file = File::create(folder.path().join(UNLOCKED))?;
        let lock = match file.try_lock() {
            Ok(()) => {
                fs::rename(folder.path().join(UNLOCKED), folder.path().join(LOCK))?;
                Some(file)
            }
            Err(_) => {
                fs::remove_file(folder.path().join(UNLOCKED))?;
                None
            }
        };
        remove_ownerless(parent, names);
        Ok(Self { folder, _lock: lock })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Removes it with everything in it.
    pub(crate) fn close(self) -> io::Result<()> {
        self.folder.close()
    }
}

/// Removes what is left of workspaces without an owner. Whatever cannot be removed does no harm and
/// stays.
fn remove_ownerless(parent: &Path, names: &[&str]) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        if !(is_folder && is_ours) {
            continue;
        }
        let folder = entry.path();
        let Ok(lock) = File::open(folder.join(LOCK)) else { continue };
        if lock.try_lock().is_err() {
            continue;
        }
        for name in names {
            let path = folder.join(name);
            let _ = fs::remove_file(&path);
            if let Some(parent) = path.parent().filter(|parent| *parent != folder) {
                // Fails while something is in it.
                let _ = fs::remove_dir(parent);
            }
        }
        let holds_more = fs::read_dir(&folder).map_or(true, |files| files.count() > 1);
        if !holds_more {
            let _ = fs::remove_file(folder.join(LOCK));
            let _ = fs::remove_dir(&folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 2] = ["a.txt", "plots/b.txt"];

    /// A workspace as a dead process leaves it.
    fn abandoned(parent: &Path, name: &str) -> std::path::PathBuf {
        let folder = parent.join(name);
        fs::create_dir_all(folder.join("plots")).unwrap();
        for file in [LOCK, "a.txt", "plots/b.txt"] {
            fs::write(folder.join(file), "half").unwrap();
        }
        folder
    }

    #[test]
    fn only_workspaces_without_an_owner_are_removed() {
        let root = tempfile::tempdir().unwrap();
        let living = Workspace::create(root.path(), &NAMES).unwrap();
        fs::write(living.path().join("a.txt"), "going on").unwrap();
        let dead = abandoned(root.path(), ".subsim-dead");
        let unmarked = abandoned(root.path(), ".subsim-unmarked");
        fs::remove_file(unmarked.join(LOCK)).unwrap();
        let foreign = abandoned(root.path(), "subsim-results");
        let next = Workspace::create(root.path(), &NAMES).unwrap();
        assert!(!dead.exists());
        assert!(living.path().join("a.txt").exists());
        assert!(unmarked.join("plots/b.txt").exists());
        assert!(foreign.join("plots/b.txt").exists());
        let path = next.path().to_owned();
        drop(next);
        assert!(!path.exists());
    }

    #[test]
    fn files_that_no_run_writes_stay() {
        let root = tempfile::tempdir().unwrap();
        let dead = abandoned(root.path(), ".subsim-dead");
        fs::write(dead.join("plots/notes.md"), "mine").unwrap();
        Workspace::create(root.path(), &NAMES).unwrap();
        assert!(!dead.join("a.txt").exists());
        assert_eq!(fs::read_to_string(dead.join("plots/notes.md")).unwrap(), "mine");
    }
}
