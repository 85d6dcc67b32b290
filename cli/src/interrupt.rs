//! Ctrl-C (and the polite kill signals): the first one asks the run to stop after its epoch or
//! block, the second ends the process.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use crate::outcome::Failure;

/// Set by the first Ctrl-C. Signal handlers belong to the process, so this does too.
static CANCEL: AtomicBool = AtomicBool::new(false);

/// What an abort has to leave in order.
static WORK: Mutex<Work> = Mutex::new(Work::Nothing);

/// A signal this soon after the first is the same one once more: `timeout` and some shells signal
/// both a command and the group it is in.
const ECHO: Duration = Duration::from_millis(500);

/// What is on disk just now.
#[derive(Debug)]
enum Work {
    /// Nothing unfinished.
    Nothing,
    /// Epochs are recorded in this temporary folder, which is of no use to anybody later.
    Recording(PathBuf),
    /// The recorded results move from this folder to their place.
    Writing(PathBuf),
}

/// Starts to listen. `bar` is moved aside for the message; `step` is what is finished first, such
/// as an epoch.
pub(crate) fn listen(
    bar: &ProgressBar,
    step: &'static str,
) -> Result<&'static AtomicBool, Failure> {
    let bar = bar.clone();
    let mut first: Option<Instant> = None;
    ctrlc::set_handler(move || match first {
        None => {
            first = Some(Instant::now());
            CANCEL.store(true, Ordering::SeqCst);
            let text = match *work() {
                Work::Writing(_) => {
                    "the results are just being written; Ctrl-C again aborts".to_owned()
                }
                _ => format!(
                    "stopping after this {step} to keep the results so far; Ctrl-C again aborts"
                ),
            };
            tell(&bar, &text);
        }
        Some(first) if is_echo(first.elapsed()) => {}
        Some(_) => {
            // Held until the process ends: the run can neither go on to write nor complain.
            let work = work();
            tell(&bar, &abort(&work));
            std::process::exit(130);
        }
    })
    .map_err(|error| Failure::new(format!("cannot listen for Ctrl-C: {error}")))?;
    Ok(&CANCEL)
}

/// Epochs are being recorded in a temporary folder.
pub(crate) fn recording(workspace: &Path) {
    *work() = Work::Recording(workspace.to_owned());
}

/// The epochs are over: an interrupt no longer shortens the run.
pub(crate) fn now_writing() {
    let mut work = work();
    if let Work::Recording(workspace) = &*work {
        *work = Work::Writing(workspace.clone());
    }
}

/// Everything is in place, or cleared away. Does not come back when the process is being aborted.
pub(crate) fn finished() {
    *work() = Work::Nothing;
}

fn work() -> MutexGuard<'static, Work> {
    WORK.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_echo(since_first: Duration) -> bool {
    since_first < ECHO
}

/// Clears away what nobody can use, and says what is left.
fn abort(work: &Work) -> String {
    match work {
        Work::Nothing => "aborted".to_owned(),
        Work::Recording(workspace) => match std::fs::remove_dir_all(workspace) {
            Ok(()) => "aborted; the results so far are discarded".to_owned(),
            Err(_) if !workspace.exists() => "aborted; the results so far are discarded".to_owned(),
            Err(error) => {
                let shown = workspace.display();
                format!("aborted; the temporary folder {shown} is left behind: {error}")
            }
        },
        // The only copy of some results may be here.
        Work::Writing(workspace) => format!(
            "aborted while results were being written; those not yet in place are in {}",
            workspace.display()
        ),
    }
}

fn tell(bar: &ProgressBar, text: &str) {
    bar.suspend(|| {
        // Nowhere left to complain when standard error is gone.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_in_the_first_half_second_is_an_echo() {
        assert!(is_echo(Duration::ZERO));
        assert!(is_echo(Duration::from_millis(499)));
        assert!(!is_echo(Duration::from_millis(500)));
    }

    #[test]
    fn an_abort_removes_recordings_but_no_results() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let workspace = root.path().join(".subsim-x");
        std::fs::create_dir(&workspace).expect("made");
        std::fs::write(workspace.join("neurons.parquet"), "half").expect("written");
        let told = abort(&Work::Writing(workspace.clone()));
        assert!(told.contains(".subsim-x") && workspace.exists(), "{told}");
        let told = abort(&Work::Recording(workspace.clone()));
        assert!(told.contains("discarded") && !workspace.exists(), "{told}");
        assert_eq!(abort(&Work::Nothing), "aborted");
    }
}
