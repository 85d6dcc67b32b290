//! Numbers as a person reads them: as many digits as tell something, thousands apart.

use subsim_sim::amounts::grouped;

/// Amounts are told in tokens.
const RAO_PER_TOKEN: f64 = 1e9;

/// Digits that tell a small number.
const SIGNIFICANT: usize = 2;

/// Digits that tell the value an expectation is about, unless it takes more to see how it came out.
const JUDGED: usize = 4;

/// Digits that tell two doubles apart in any case.
const ALL: usize = 17;

/// What stands where there is no number.
pub(crate) fn none() -> String {
    "–".to_owned()
}

/// A number with at least `decimals` decimals, and more when it is small.
fn at_least(value: f64, decimals: usize, significant: usize) -> String {
    format!("{value:.*}", decimals.max(decimals_for(value, significant)))
}

/// Decimals that show so many significant digits; none are needed for a zero.
fn decimals_for(value: f64, significant: usize) -> usize {
    if value == 0.0 || !value.is_finite() {
        return 0;
    }
    // In `1.2e-5` the exponent tells the place of the first digit, after rounding.
    let text = format!("{value:.*e}", significant.saturating_sub(1));
    let exponent = text.split_once('e').and_then(|(_, exponent)| exponent.parse::<i64>().ok());
    let decimals = significant as i64 - 1 - exponent.unwrap_or(0);
    usize::try_from(decimals).unwrap_or(0)
}

/// A measure: three decimals, more when it is small.
pub(crate) fn measure(value: f64) -> String {
    at_least(value, 3, SIGNIFICANT)
}

/// A part of a whole.
pub(crate) fn percent(part: f64) -> String {
    format!("{}%", at_least(part * 100.0, 1, SIGNIFICANT))
}

/// A value as short as it can be while it is still seen to pass or to fail, which `passes` decides.
pub(crate) fn judged(value: f64, passes: impl Fn(f64) -> bool) -> String {
    let outcome = passes(value);
    let same = |text: &String| text.parse().is_ok_and(|told| passes(told) == outcome);
    let told = |digits| trimmed(format!("{value:.*}", decimals_for(value, digits)));
    (JUDGED..ALL).map(told).find(same).unwrap_or_else(|| value.to_string())
}

/// Without zeros at the end that tell nothing.
fn trimmed(text: String) -> String {
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// An amount in whole tokens with three decimals and thousands apart.
pub(crate) fn tokens(rao: u128) -> String {
    let text = format!("{:.3}", rao as f64 / RAO_PER_TOKEN);
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, "0"));
    format!("{}.{decimals}", grouped(whole))
}

/// An amount of tokens that may be negative, with three decimals and thousands apart.
pub(crate) fn amount(value: f64) -> String {
    let text = format!("{:.3}", value.abs());
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, "0"));
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let sign = if value < 0.0 && !is_zero { "-" } else { "" };
    format!("{sign}{}.{decimals}", grouped(whole))
}

/// A number of things, such as `1 epoch` or `2,000 epochs`.
pub(crate) fn count(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", grouped(&number.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_commas_and_three_decimals() {
        assert_eq!(tokens(0), "0.000");
        assert_eq!(tokens(999_000_000_000), "999.000");
        assert_eq!(tokens(1_000_500_000_000), "1,000.500");
        assert_eq!(tokens(21_000_000_000_000_000), "21,000,000.000");
    }

    #[test]
    fn losses_have_a_sign() {
        assert_eq!(amount(-1234.5), "-1,234.500");
        assert_eq!(amount(-0.0001), "0.000");
        assert_eq!(amount(2.0), "2.000");
    }

    #[test]
    fn small_numbers_keep_two_digits() {
        for (value, told) in
            [(0.0, "0.000"), (1.0, "1.000"), (0.0123, "0.012"), (0.00029, "0.00029")]
        {
            assert_eq!(measure(value), told);
        }
        for (part, told) in [
            (0.0, "0.0%"),
            (1.0, "100.0%"),
            (0.0605, "6.0%"),
            (0.00042, "0.042%"),
            (1e-7, "0.000010%"),
        ] {
            assert_eq!(percent(part), told);
        }
        assert_eq!(measure(-0.0004), "-0.00040");
    }

    #[test]
    fn judged_values_are_short_but_show_the_miss() {
        let at_least_half = |value| value >= 0.5;
        for (value, told) in [
            (0.25, "0.25"),
            (0.123_456_789, "0.1235"),
            (0.499_999_9, "0.4999999"),
            (0.5 - f64::EPSILON, "0.4999999999999998"),
            (0.5, "0.5"),
            (0.000_291_234, "0.0002912"),
            (1_234_567.0, "1234567"),
            (0.0, "0"),
        ] {
            let shown = judged(value, at_least_half);
            assert_eq!(at_least_half(shown.parse().unwrap()), at_least_half(value), "{shown}");
            assert_eq!(shown, told);
        }
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(count(1, "epoch"), "1 epoch");
        assert_eq!(count(0, "epoch"), "0 epochs");
        assert_eq!(count(2000, "epoch"), "2,000 epochs");
    }
}
