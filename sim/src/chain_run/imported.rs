//! Reading the file that a chain starts from, the very one that the scenario was read with.

use crate::chain::import::{GenesisFile, Import};
use crate::metagraph::Metagraph;
use crate::scenario::Start;

use super::StartError;

/// What a scenario imports; `None` when it starts from nothing.
pub(super) fn load(start: &Start) -> Result<Option<Import>, StartError> {
    let (path, hash, import, found) = match start {
        Start::Fresh => return Ok(None),
        Start::Genesis { path, hash } => {
            let file = GenesisFile::load(path)?;
            (path, hash, file.import(), file.hash)
        }
        Start::Metagraph { path, hash } => {
            let metagraph = Metagraph::load(path)?;
            (path, hash, Import::from_metagraph(&metagraph)?, metagraph.hash)
        }
    };
    if found != *hash {
        return Err(StartError::Changed { path: path.clone() });
    }
    Ok(Some(import))
}
