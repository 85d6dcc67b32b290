//! An output folder that is either fully written or left as it was.
//!
//! Files are written into a temporary folder first: inside the output folder when it exists, which
//! also proves that it can be written to, else beside its place. [`OutputFolder::publish`] renames
//! them into place one by one, the manifest last. Dropping the value without publishing removes
//! the temporary folder and every parent folder that was created for it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::ReportError;
use crate::manifest::{MANIFEST, listed_files};
use crate::workspace::Workspace;

/// A place for results under construction.
#[derive(Debug)]
pub struct OutputFolder {
    target: PathBuf,
    /// `None` once published or dropped.
    workspace: Option<Workspace>,
    /// Parent folders that did not exist before, outermost first.
    created: Vec<PathBuf>,
    /// Files of an earlier run, which give way to the new ones.
    earlier: Vec<String>,
}

impl OutputFolder {
    /// Prepares a temporary folder for results that will appear in `target`; `names` are the files
    /// that may be written.
    ///
    /// # Errors
    /// When `target` is not a folder, cannot be written to, or holds a file of one of `names` that
    /// no manifest claims for an earlier run.
    pub fn prepare(target: &Path, names: &[&str]) -> Result<Self, ReportError> {
        let mut folder = Self {
            target: target.to_owned(),
            workspace: None,
            created: Vec::new(),
            earlier: Vec::new(),
        };
        match fs::metadata(target) {
            Ok(found) if !found.is_dir() => {
                return Err(ReportError::NotAFolder { path: target.to_owned() });
            }
            Ok(_) => {
                folder.earlier = folder.earlier_files(names)?;
                folder.workspace = Some(folder.temporary_in(target, names)?);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let parent = match target.parent() {
                    Some(parent) if !parent.as_os_str().is_empty() => parent,
                    _ => Path::new("."),
                };
                folder.create_parents(parent)?;
                folder.workspace = Some(folder.temporary_in(parent, names)?);
            }
            Err(error) => return Err(folder.unwritable(error)),
        }
        Ok(folder)
    }

    fn unwritable(&self, source: std::io::Error) -> ReportError {
        ReportError::Unwritable { path: self.target.clone(), source }
    }

    fn temporary_in(&self, parent: &Path, names: &[&str]) -> Result<Workspace, ReportError> {
        Workspace::create(parent, names).map_err(|error| self.unwritable(error))
    }

    fn create_parents(&mut self, parent: &Path) -> Result<(), ReportError> {
        let missing = parent
            .ancestors()
            .take_while(|path| !path.as_os_str().is_empty() && fs::symlink_metadata(path).is_err());
        let missing: Vec<PathBuf> = missing.map(Path::to_owned).collect();
        for path in missing.into_iter().rev() {
            fs::create_dir(&path).map_err(|error| self.unwritable(error))?;
            self.created.push(path);
        }
        Ok(())
    }

    /// What an earlier run left here, after making sure that nothing else is in the way.
    fn earlier_files(&self, names: &[&str]) -> Result<Vec<String>, ReportError> {
        let path = self.target.join(MANIFEST);
        let listed = match fs::read_to_string(&path) {
            Ok(text) => listed_files(&text).ok_or(ReportError::ForeignFile { path })?,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(ReportError::io(&path)(error)),
        };
        for name in names {
            let path = self.target.join(name);
            let is_ours = listed.iter().any(|file| file == name) || *name == MANIFEST;
            if !is_ours && fs::symlink_metadata(&path).is_ok() {
                return Err(ReportError::ForeignFile { path });
            }
        }
        Ok(listed)
    }

    /// Where the results will appear.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Where to write them now.
    #[must_use]
    pub fn workspace(&self) -> &Path {
        self.workspace.as_ref().map_or(&self.target, Workspace::path)
    }

    /// Moves `files` (paths within the workspace) into place, then the manifest. Files of an
    /// earlier run vanish first, its manifest before all: a folder with a manifest is complete.
    /// Answers those that were there and have no successor among `files`.
    ///
    /// # Errors
    /// When a file cannot be moved; those moved so far stay, without a manifest.
    pub fn publish(mut self, files: &[String]) -> Result<Vec<String>, ReportError> {
        let Some(workspace) = self.workspace.take() else { return Ok(Vec::new()) };
        if !self.target.is_dir() {
            fs::create_dir(&self.target).map_err(|error| self.unwritable(error))?;
        }
        self.created.clear();
        let mut removed = self.remove_earlier()?;
        removed.retain(|file| !files.contains(file));
        for file in files.iter().map(String::as_str).chain([MANIFEST]) {
            let to = self.target.join(file);
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent).map_err(ReportError::io(parent))?;
            }
            fs::rename(workspace.path().join(file), &to).map_err(ReportError::io(&to))?;
        }
        let path = workspace.path().to_owned();
        workspace.close().map_err(ReportError::io(&path))?;
        Ok(removed)
    }

    /// Removes the manifest and the files of an earlier run; answers the files that were there.
    fn remove_earlier(&self) -> Result<Vec<String>, ReportError> {
        let mut removed = Vec::new();
        let names = [MANIFEST].into_iter().chain(self.earlier.iter().map(String::as_str));
        for name in names {
            let path = self.target.join(name);
            match fs::remove_file(&path) {
                Ok(()) if name != MANIFEST => removed.push(name.to_owned()),
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(ReportError::io(&path)(error));
                }
                _ => {}
            }
            if let Some(parent) = path.parent().filter(|parent| *parent != self.target) {
                // Fails when something else is in it, which is then left alone.
                let _ = fs::remove_dir(parent);
            }
        }
        Ok(removed)
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        self.workspace = None;
        for path in self.created.iter().rev() {
            // Fails when someone else has put something there meanwhile, which then stays.
            let _ = fs::remove_dir(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 3] = ["a.txt", "plots/b.txt", MANIFEST];

    fn write_run(folder: &OutputFolder, text: &str) {
        let at = folder.workspace();
        fs::create_dir(at.join("plots")).unwrap();
        fs::write(at.join("a.txt"), text).unwrap();
        fs::write(at.join("plots/b.txt"), text).unwrap();
        let manifest = r#"{"files": [{"path": "a.txt"}, {"path": "plots/b.txt"}]}"#;
        fs::write(at.join(MANIFEST), manifest).unwrap();
    }

    fn publish(target: &Path, text: &str) {
        let folder = OutputFolder::prepare(target, &NAMES).unwrap();
        write_run(&folder, text);
        let removed = folder.publish(&["a.txt".to_owned(), "plots/b.txt".to_owned()]).unwrap();
        assert!(removed.is_empty(), "all of them have successors: {removed:?}");
    }

    fn listing(path: &Path) -> Vec<String> {
        let entries = fs::read_dir(path).unwrap();
        let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
        let mut names: Vec<_> = entries.map(name).map(|n| n.into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn publishing_fills_a_new_folder_and_leaves_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("out/deep/run");
        publish(&target, "one");
        assert_eq!(listing(&target), ["a.txt", "manifest.json", "plots"]);
        assert_eq!(listing(&root.path().join("out/deep")), ["run"]);
    }

    #[test]
    fn a_second_run_replaces_its_own_files_only() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("run");
        publish(&target, "one");
        fs::write(target.join("notes.md"), "mine").unwrap();
        publish(&target, "two");
        assert_eq!(listing(&target), ["a.txt", "manifest.json", "notes.md", "plots"]);
        assert_eq!(fs::read_to_string(target.join("a.txt")).unwrap(), "two");

        let folder = OutputFolder::prepare(&target, &NAMES).unwrap();
        fs::write(folder.workspace().join(MANIFEST), r#"{"files": []}"#).unwrap();
        assert_eq!(folder.publish(&[]).unwrap(), ["a.txt", "plots/b.txt"]);
        assert_eq!(listing(&target), ["manifest.json", "notes.md"]);
    }

    #[test]
    fn dropping_leaves_no_trace() {
        let root = tempfile::tempdir().unwrap();
        let folder = OutputFolder::prepare(&root.path().join("out/run"), &NAMES).unwrap();
        write_run(&folder, "half");
        drop(folder);
        assert!(listing(root.path()).is_empty());

        let target = root.path().join("run");
        publish(&target, "one");
        drop(OutputFolder::prepare(&target, &NAMES).unwrap());
        assert_eq!(listing(&target), ["a.txt", "manifest.json", "plots"]);
    }

    #[test]
    fn what_is_in_the_way_is_named() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        fs::write(&file, "").unwrap();
        let error = OutputFolder::prepare(&file, &NAMES).unwrap_err();
        assert!(matches!(error, ReportError::NotAFolder { .. }), "{error}");
        let error = OutputFolder::prepare(&file.join("run"), &NAMES).unwrap_err();
        assert!(matches!(error, ReportError::Unwritable { .. }), "{error}");

        let foreign = root.path().join("foreign");
        fs::create_dir(&foreign).unwrap();
        fs::write(foreign.join("a.txt"), "mine").unwrap();
        let error = OutputFolder::prepare(&foreign, &NAMES).unwrap_err();
        assert!(error.to_string().contains("a.txt: not overwritten"), "{error}");
        assert_eq!(listing(&foreign), ["a.txt"]);

        fs::write(foreign.join(MANIFEST), "[1, 2]").unwrap();
        let error = OutputFolder::prepare(&foreign, &NAMES).unwrap_err();
        assert!(error.to_string().contains("manifest.json: not overwritten"), "{error}");
    }
}
