//! Values that are in range and yet hardly what their author meant: qualities that all lie beyond
//! the scale, amounts in the wrong unit, expectations that nothing can break.

use super::super::sink::Sink;
use super::super::types::{Metric, Sampled};
use super::place::Place;

/// Standard deviations within which practically all draws of a normal distribution lie: one draw
/// in 16,000 is beyond.
const PRACTICALLY_ALL: f64 = 4.0;

/// Emission per block, in rao, below which another unit was probably meant.
const FEW_RAO: u64 = 1000;

/// Where the draws of a distribution lie.
struct Spread {
    low: f64,
    median: f64,
    high: f64,
}

/// Checks that the qualities drawn are on the scale from 0 to 1, to which they are cut off.
pub(super) fn check_quality(place: &Place<'_>, quality: &Sampled, sink: &mut Sink) {
    let Some(Spread { low, median, high }) = spread(quality) else { return };
    let end = if median > 0.5 { 1 } else { 0 };
    if low > 1.0 || high < 0.0 {
        sink.error(&place.span(), "this distribution lies outside the scale of quality")
            .label(format!("practically every draw is beyond {end}"))
            .help("a quality is a number from 0 to 1; draws beyond are cut off");
    } else if !(0.0..=1.0).contains(&median) {
        sink.warning(&place.span(), "most of this distribution lies outside the scale of quality")
            .label(format!("more than half of the draws are cut off at {end}"))
            .help("a quality is a number from 0 to 1");
    }
}

/// Where draws lie; `None` for numbers that are written out, which have a range of their own.
fn spread(sampled: &Sampled) -> Option<Spread> {
    Some(match *sampled {
        Sampled::Constant(_) | Sampled::List(_) => return None,
        Sampled::Normal { mean, std } => {
            let reach = PRACTICALLY_ALL * std;
            Spread { low: mean - reach, median: mean, high: mean + reach }
        }
        Sampled::Uniform { low, high } => Spread { low, median: low + (high - low) / 2.0, high },
        Sampled::LogNormal { median, sigma } => {
            let factor = libm::exp(PRACTICALLY_ALL * sigma);
            Spread { low: median / factor, median, high: median * factor }
        }
        Sampled::Pareto { scale, shape } => {
            let median = scale * libm::pow(2.0, 1.0 / shape);
            Spread { low: scale, median, high: f64::INFINITY }
        }
        Sampled::Exponential { mean } => {
            Spread { low: 0.0, median: mean * std::f64::consts::LN_2, high: f64::INFINITY }
        }
    })
}

/// Warns of a noise that drowns every quality.
pub(super) fn warn_of_noise(place: &Place<'_>, noise: f64, sink: &mut Sink) {
    if noise > 1.0 {
        sink.warning(&place.span(), "this noise is larger than the whole scale of quality")
            .label("nothing but noise will be seen")
            .help("noise is in units of quality, 0 to 1: did you mean 0.05?");
    }
}

/// Warns of an emission that was probably meant in another unit. `place` is that of the
/// hyperparameters.
pub(in super::super) fn warn_of_emission(place: &Place<'_>, rao: Option<u64>, sink: &mut Sink) {
    let span = place.key("emission_rao_per_block").span();
    match rao {
        Some(0) => {
            sink.warning(&span, "the emission is 0").label("nobody will be paid");
        }
        Some(1..FEW_RAO) => sink
            .warning(&span, "this is a very small emission")
            .label("the emission is in rao")
            .help("1 alpha is 1000000000 rao"),
        _ => {}
    }
}

/// Warns of bounds that a metric cannot cross, or can never keep.
pub(super) fn warn_of_bounds(
    place: &Place<'_>,
    metric: &Metric,
    (min, max): (Option<f64>, Option<f64>),
    miners: usize,
    sink: &mut Sink,
) {
    let (low, high) = match metric {
        Metric::Gini | Metric::Herfindahl | Metric::Share(_) => (0.0, 1.0),
        Metric::Spearman => (-1.0, 1.0),
        Metric::Nakamoto => (1.0, miners as f64),
        Metric::DividendPerStake(_) => (0.0, f64::INFINITY),
    };
    warn_of_range(place, &metric.to_string(), (low, high), (min, max), sink);
}

/// Warns of bounds outside the range of a metric, or that all of it keeps.
pub(super) fn warn_of_range(
    place: &Place<'_>,
    metric: &str,
    (low, high): (f64, f64),
    (min, max): (Option<f64>, Option<f64>),
    sink: &mut Sink,
) {
    let range = match (low.is_finite(), high.is_finite()) {
        (_, true) => format!("`{metric}` is always from {low} to {high}"),
        (true, false) => format!("`{metric}` is never below {low}"),
        (false, false) => return,
    };
    // A bound at the very end of the range may stand beside one that says something.
    let (min_is_end, max_is_end) =
        (min.is_none_or(|min| min <= low), max.is_none_or(|max| max >= high));
    let mut warn = |key: &str, holds: bool, never: bool| {
        let verdict = match (holds, never) {
            (true, _) => "always holds",
            (_, true) => "never holds",
            _ => return,
        };
        sink.warning(&place.key(key).span(), format!("this `{key}` {verdict}"))
            .label(range.as_str());
    };
    if let Some(min) = min {
        warn("min", min < low || (max_is_end && min_is_end), min > high);
    }
    if let Some(max) = max {
        warn("max", max > high || (min_is_end && max_is_end), max < low);
    }
}
