//! `subsim verify`: the epoch against files of reference vectors.

use std::fs::File;
use std::io;
use std::path::Path;

use subsim_consensus::Epoch;
use subsim_vectors::{Mismatch, Tally, VerifyError, verify_read};

use crate::args::VerifyArgs;
use crate::console::{Console, Paint};
use crate::outcome::{Failure, Outcome};
use crate::progress::{self, Unit};

/// Mismatches printed per file; the rest is counted. One wrong rule spoils thousands of numbers.
const MISMATCHES_SHOWN: u64 = 20;

/// Checks every file, also after one that could not be read.
pub(crate) fn verify(args: &VerifyArgs, console: &mut Console) -> Result<Outcome, Failure> {
    let mut total = Tally::default();
    let mut unreadable = 0_u64;
    for path in &args.files {
        match verify_one(path, args.quiet, console) {
            Ok(tally) => {
                console.line(&format!("{}: {}", path.display(), verdict(&tally, console)));
                total.add(&tally);
            }
            Err(failure) => {
                failure.print(console);
                unreadable += 1;
            }
        }
    }
    if args.files.len() > 1 {
        let unread = match unreadable {
            0 => String::new(),
            1 => ", 1 file could not be checked".to_owned(),
            n => format!(", {n} files could not be checked"),
        };
        console.line(&format!("total: {}{unread}", verdict(&total, console)));
    }
    Ok(match (unreadable, total.failed) {
        (1.., _) => Outcome::BadInput,
        (0, 1..) => Outcome::Failed,
        (0, 0) => Outcome::Good,
    })
}

fn verdict(tally: &Tally, console: &Console) -> String {
    let counts = format!("{} passed, {} failed", tally.passed, tally.failed);
    let paint = if tally.failed == 0 { Paint::Green } else { Paint::Red };
    let counted = [(tally.epochs, "epoch"), (tally.formulas, "formula")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
    let counted: Vec<String> = counted.collect();
    format!("{} ({})", paint.text(console.colour(), &counts), counted.join(", "))
}

fn verify_one(path: &Path, quiet: bool, console: &mut Console) -> Result<Tally, Failure> {
    let (file, bytes) = open(path)?;
    let bar = progress::bar(bytes, Unit::Bytes, path.display().to_string(), quiet);
    let mut shown = 0;
    let mut epoch = Epoch::new();
    let result = verify_read(path, bar.wrap_read(file), &mut |input| epoch.run(input), &mut |m| {
        if shown < MISMATCHES_SHOWN {
            bar.suspend(|| console.line(&told(path, &m)));
        }
        shown += 1;
    });
    bar.finish_and_clear();
    let rest = shown.saturating_sub(MISMATCHES_SHOWN);
    if rest > 0 {
        console.line(&format!("{}: and {rest} more wrong numbers", path.display()));
    }
    result.map_err(|error| Failure::new(error.to_string()))
}

/// Opens a file and tells its length for the progress bar.
fn open(path: &Path) -> Result<(File, u64), Failure> {
    let failed = |source| {
        let error = VerifyError::Open { path: path.to_owned(), source };
        Failure::new(error.to_string())
    };
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    Ok((file, metadata.len()))
}

fn told(path: &Path, mismatch: &Mismatch) -> String {
    format!("{}:{}: {mismatch}", path.display(), mismatch.line)
}
