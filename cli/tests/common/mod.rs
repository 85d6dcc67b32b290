//! What the whole-command tests share: a command in a folder of its own, and a small scenario.

#![allow(dead_code, reason = "every test file uses its own part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Two groups of miners, two of validators, and expectations that hold.
pub const SCENARIO: &str = r#"
question = "Do better miners earn more?"

[simulation]
seed = 1
epochs = 12

[[miners]]
name = "good"
count = 4
quality = { uniform = { low = 0.7, high = 0.9 } }
noise = 0.02

[[miners]]
name = "poor"
count = 4
quality = 0.2

[[validators]]
name = "honest"
count = 3
stake_alpha = { pareto = { scale = 1000.0, shape = 1.2 } }
noise = 0.05

[[validators]]
name = "sleepy"
count = 2
stake_alpha = 500.0
behaviour = { lazy = { update_every_epochs = 5 } }

[expect]
good_miners_earn_most = { metric = "share.good", min = 0.6, max = 1.0 }
better_miners_earn_more = { metric = "spearman", min = 0.7 }
"#;

/// A folder of its own for one test, with [`SCENARIO`] as `small.toml`.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        let folder = Self(tempfile::tempdir().expect("a temporary folder"));
        folder.write("small.toml", SCENARIO);
        folder
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path().join(name), text).expect("written");
    }

    /// The command, about to run in this folder.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_subsim"));
        command.args(args).current_dir(self.path()).env_remove("NO_COLOR").stdin(Stdio::null());
        command
    }

    /// Runs the command to its end.
    pub fn run(&self, args: &[&str]) -> Done {
        Done::new(&self.command(args).output().expect("the command starts"))
    }

    /// Names of everything in this folder and below, sorted.
    pub fn listing(&self) -> Vec<String> {
        let mut names = Vec::new();
        collect(self.path(), self.path(), &mut names);
        names.sort();
        names
    }

    /// Every file below a folder with its bytes.
    pub fn bytes(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.path().join(folder);
        let mut names = Vec::new();
        collect(&root, &root, &mut names);
        let files = names.into_iter().filter(|name| root.join(name).is_file());
        files.map(|name| (name.clone(), fs::read(root.join(name)).expect("readable"))).collect()
    }
}

fn collect(root: &Path, folder: &Path, names: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.strip_prefix(root).expect("below the root").display().to_string();
        names.push(name);
        if path.is_dir() {
            collect(root, &path, names);
        }
    }
}

/// What a command left behind.
pub struct Done {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Done {
    pub fn new(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Checks the exit code, showing all output when it is another, or when there was a panic.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        let panicked = self.stderr.contains("panicked at");
        assert!(
            self.code == code && !panicked,
            "exit code {}, expected {code}\n--- stdout\n{}\n--- stderr\n{}",
            self.code,
            self.stdout,
            self.stderr
        );
        self
    }

    /// Checks that standard error tells all of these.
    #[track_caller]
    pub fn expect_told(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stderr.contains(part), "no {part:?} in:\n{}", self.stderr);
        }
        self
    }
}

/// A file of the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}
