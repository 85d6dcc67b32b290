//! Progress bars on standard error: done, rate and time left. Silent when standard error is not a
//! terminal or the user wants quiet.

use std::fmt::Write;
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// What a bar counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unit {
    /// Epochs of a run.
    Epochs,
    /// Blocks of a run.
    Blocks,
    /// Bytes of a file.
    Bytes,
}

/// A bar of `total` units. indicatif itself hides it when standard error is not a terminal.
pub(crate) fn bar(total: u64, unit: Unit, label: String, quiet: bool) -> ProgressBar {
    let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(Some(total), target).with_message(label);
    let template = match unit {
        Unit::Epochs => "{msg} {bar:30} {human_pos}/{human_len} epochs, {rate}/s, {eta} left",
        Unit::Blocks => "{msg} {bar:30} {human_pos}/{human_len} blocks, {rate}/s, {eta} left",
        Unit::Bytes => "{msg} {bar:30} {bytes}/{total_bytes}, {binary_bytes_per_sec}, {eta} left",
    };
    // The templates are constants; should one be wrong, the plain bar is still a bar.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| {
        debug_assert!(false, "the template of a progress bar is wrong");
        ProgressStyle::default_bar()
    });
    bar.set_style(style.with_key("rate", write_rate).progress_chars("━╸─"));
    if !bar.is_hidden() {
        bar.enable_steady_tick(Duration::from_millis(200));
    }
    bar
}

/// Units per second: whole ones, with decimals only for the slow.
fn write_rate(state: &ProgressState, text: &mut dyn Write) {
    let rate = state.per_sec();
    // A bar that cannot be written is no reason to stop.
    let _ = if rate < 10.0 {
        write!(text, "{rate:.1}")
    } else {
        write!(text, "{}", HumanCount(rate as u64))
    };
}
