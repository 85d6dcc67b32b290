//! Ctrl-C (and the polite kill signals): the first one asks the run to stop after its epoch, the
//! second ends the process.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::ProgressBar;

use crate::outcome::Failure;

/// Set by the first Ctrl-C. Signal handlers belong to the process, so this does too.
static CANCEL: AtomicBool = AtomicBool::new(false);

/// Whether the epochs are over and their results are being written.
static WRITING: AtomicBool = AtomicBool::new(false);

/// Starts to listen. `bar` is moved aside for the message.
pub(crate) fn listen(bar: &ProgressBar) -> Result<&'static AtomicBool, Failure> {
    let bar = bar.clone();
    ctrlc::set_handler(move || {
        if CANCEL.swap(true, Ordering::SeqCst) {
            tell(&bar, "aborted; a temporary folder .subsim-* may be left where results go");
            std::process::exit(130);
        }
        tell(
            &bar,
            match WRITING.load(Ordering::SeqCst) {
                false => {
                    "stopping after this epoch to keep the results so far; Ctrl-C again aborts"
                }
                true => "the results are just being written; Ctrl-C again aborts",
            },
        );
    })
    .map_err(|error| Failure::new(format!("cannot listen for Ctrl-C: {error}")))?;
    Ok(&CANCEL)
}

/// The epochs are over: an interrupt no longer shortens the run.
pub(crate) fn now_writing() {
    WRITING.store(true, Ordering::SeqCst);
}

fn tell(bar: &ProgressBar, text: &str) {
    bar.suspend(|| {
        // Nowhere left to complain when standard error is gone.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    });
}
