//! Scenario files: what one may say, reading one, and telling the author what is wrong with it.
//!
//! A file is TOML. It becomes a tree that remembers where every value was written, overrides are
//! put into the tree, the tree is read into the types of `file`, and those are checked against
//! each other and resolved into [`Scenario`]. Nothing here runs a simulation.
//!
//! ```text
//!  text --parse--> tree <--overrides       file (tables as written) --resolve--> Scenario
//!                   |                       ^                          |
//!                   +--------- de ----------+                          +--> warnings
//!                   faults are set aside and reported together
//! ```
//!
//! `simulation.resolution` decides which tables a file has: those of `file` make a [`Scenario`],
//! those of `chain_file` a [`ChainScenario`]. [`load_any`] reads both.

mod any;
mod chain_file;
mod chain_types;
mod choices;
mod csv;
mod de;
mod diagnostic;
mod file;
mod list;
mod mistakes;
mod nearest;
mod overrides;
mod read;
mod resolve;
mod samples;
mod schema;
mod sink;
mod subnet;
mod sweep;
mod text;
mod tree;
mod types;
mod values;

use std::path::Path;

use self::diagnostic::Source;
use self::read::AnyFile;
use self::schema::FileKind;
use self::sink::Sink;

pub use any::AnyScenario;
pub use chain_types::*;
pub use diagnostic::{Diagnostic, Diagnostics, Position, ScenarioError, Severity};
pub use list::{ListEntry, list};
pub use nearest::nearest;
pub use schema::json_schema;
pub use subnet::{BondRule, Subnet, SubnetPatch};
pub use sweep::SweepSpec;
pub use types::*;
pub use values::{Fraction, Millionths, Multiplier, Proportion, Proportion64, Whole};

/// Reads and checks a scenario file of either resolution. Each override is `path=value`, such as
/// `subnet.kappa=0.6` or `miners.good.count=20`, and counts as if the file said so.
///
/// # Errors
/// Everything that is wrong with the file and the overrides, each fault with its place.
pub fn load_any(path: &Path, overrides: &[String]) -> Result<AnyScenario, ScenarioError> {
    load(path, overrides, None)
}

/// Reads and checks a scenario of either resolution from its text. Files that it names are looked
/// for in the current folder.
///
/// # Errors
/// As [`load_any`].
pub fn parse_any(
    name: &str,
    text: &str,
    overrides: &[String],
) -> Result<AnyScenario, ScenarioError> {
    parse(name, text, overrides, None)
}

/// What both kinds of scenarios can do.
macro_rules! reading {
    ($scenario:ident, $variant:ident, $kind:ident) => {
        impl $scenario {
            /// Reads and checks a scenario file of this resolution. Each override is `path=value`,
            /// such as `miners.good.count=20`, and counts as if the file said so.
            ///
            /// # Errors
            /// Everything that is wrong with the file and the overrides, each fault with its place.
            pub fn load(path: &Path, overrides: &[String]) -> Result<Self, ScenarioError> {
                load(path, overrides, Some(FileKind::$kind)).map(Self::of_any)
            }

            /// Reads and checks a scenario of this resolution from its text. Files that it names
            /// are looked for in the current folder.
            ///
            /// # Errors
            /// As [`Self::load`].
            pub fn parse(
                name: &str,
                text: &str,
                overrides: &[String],
            ) -> Result<Self, ScenarioError> {
                parse(name, text, overrides, Some(FileKind::$kind)).map(Self::of_any)
            }

            fn of_any(any: AnyScenario) -> Self {
                match any {
                    AnyScenario::$variant(scenario) => scenario,
                    _ => unreachable!("reading keeps to the wanted kind"),
                }
            }

            /// What the author should know although the scenario is valid, such as settings without
            /// effect.
            #[must_use]
            pub fn warnings(&self) -> &Diagnostics {
                &self.warnings
            }

            /// Fingerprint of everything the results depend on: BLAKE3 in hexadecimal of the
            /// resolved scenario as JSON. The file's name, comments and the number of threads do
            /// not count; the contents of files that it names do.
            #[must_use]
            pub fn hash(&self) -> String {
                let mut hasher = blake3::Hasher::new();
                // Writing to a hasher cannot fail, and no type has a map with keys but text.
                let written = serde_json::to_writer(&mut hasher, self);
                debug_assert!(written.is_ok(), "{written:?}");
                hasher.finalize().to_hex().to_string()
            }
        }
    };
}

reading!(Scenario, Epoch, Epoch);
reading!(ChainScenario, Chain, Block);

impl Subnet {
    /// These hyperparameters with changes from the command line, each `key=value` such as
    /// `kappa=0.6` or `bond_rule=yuma3`. For runs without a scenario file.
    ///
    /// # Errors
    /// Everything that is wrong with the changes, each fault with its place.
    pub fn with_overrides(self, overrides: &[String]) -> Result<Self, ScenarioError> {
        self.for_replay(None, overrides).map(|(subnet, _)| subnet)
    }

    /// The same, with the bond rule from an option of its own, and with warnings of changes that a
    /// replay does not look at.
    ///
    /// # Errors
    /// As [`Subnet::with_overrides`], and when the overrides set the bond rule as well.
    pub(crate) fn for_replay(
        self,
        bond_rule: Option<BondRule>,
        overrides: &[String],
    ) -> Result<(Self, Diagnostics), ScenarioError> {
        let mut sink = Sink::default();
        let start = Self { bond_rule: bond_rule.unwrap_or(self.bond_rule), ..self };
        let read = read::read_subnet(overrides, &mut sink);
        if let (Some(rule), Some(read)) = (bond_rule, &read) {
            resolve::check_given_once(read, rule, &mut sink);
        }
        let subnet = read.map(|read| resolve::resolve_replay(&read, start, overrides, &mut sink));
        match subnet {
            Some(subnet) if !sink.has_errors() => Ok((subnet, sink.finish(Severity::Warning))),
            _ => Err(ScenarioError(sink.finish(Severity::Error))),
        }
    }
}

fn load(
    path: &Path,
    overrides: &[String],
    wanted: Option<FileKind>,
) -> Result<AnyScenario, ScenarioError> {
    let shown = path.display().to_string();
    match text::read(path, "scenario") {
        Ok(text) => {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let folder = path.parent().unwrap_or(Path::new(""));
            read_scenario(Source { name: shown, text }, name, folder, overrides, wanted)
        }
        Err(error) => {
            let mut sink = Sink::default();
            sink.sources.push(Source { name: shown, text: String::new() });
            let draft = sink.error_in_file(0, error.message);
            if let Some(help) = error.help {
                draft.help(help);
            }
            Err(ScenarioError(sink.finish(Severity::Error)))
        }
    }
}

fn parse(
    name: &str,
    text: &str,
    overrides: &[String],
    wanted: Option<FileKind>,
) -> Result<AnyScenario, ScenarioError> {
    let source = Source { name: name.to_owned(), text: text.to_owned() };
    read_scenario(source, name.to_owned(), Path::new(""), overrides, wanted)
}

fn read_scenario(
    source: Source,
    name: String,
    folder: &Path,
    overrides: &[String],
    wanted: Option<FileKind>,
) -> Result<AnyScenario, ScenarioError> {
    let mut sink = Sink::default();
    sink.sources.push(source);
    let resolved = read::read(overrides, wanted, &mut sink).map(|read| match read {
        AnyFile::Epoch(read) => {
            AnyScenario::Epoch(resolve::resolve(*read, name, folder, &mut sink))
        }
        AnyFile::Block(read) => {
            AnyScenario::Chain(resolve::resolve_chain(*read, name, folder, &mut sink))
        }
    });
    match resolved {
        Some(mut scenario) if !sink.has_errors() => {
            let warnings = sink.finish(Severity::Warning);
            match &mut scenario {
                AnyScenario::Epoch(scenario) => scenario.warnings = warnings,
                AnyScenario::Chain(scenario) => scenario.warnings = warnings,
            }
            Ok(scenario)
        }
        _ => Err(ScenarioError(sink.finish(Severity::Error))),
    }
}
