//! Files that are there in full or not at all.

use std::fs::{self, Permissions};
use std::io;
use std::path::Path;

/// Writes a file under a temporary name beside its place and renames it, so that whoever looks sees
/// the old file or the new one. Missing folders are made.
pub(crate) fn write_in_one_step(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".subsim-");
    // Temporary files are private by default; this one becomes an ordinary one.
    #[cfg(unix)]
    builder.permissions(<Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666));
    let temporary = builder.tempfile_in(folder)?;
    fs::write(temporary.path(), bytes)?;
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}
