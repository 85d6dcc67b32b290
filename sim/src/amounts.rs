//! Amounts as people read them: digits in groups of three, and rao as tokens to the last digit.

/// Rao per token.
const RAO_PER_TOKEN: u128 = 1_000_000_000;

/// Digits in groups of three, such as `1,234,567`.
#[must_use]
pub fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Rao as tokens with no more digits than needed, such as `1,000` or `12.5`; exact.
#[must_use]
pub fn exact_tokens(rao: impl Into<u128>) -> String {
    let rao = rao.into();
    let (whole, fraction) = (grouped(&(rao / RAO_PER_TOKEN).to_string()), rao % RAO_PER_TOKEN);
    match fraction {
        0 => whole,
        _ => format!("{whole}.{fraction:09}").trim_end_matches('0').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_exactly() {
        for (rao, told) in [
            (0_u64, "0"),
            (1, "0.000000001"),
            (12_500_000_000, "12.5"),
            (1_000_000_000_000, "1,000"),
            (u64::MAX, "18,446,744,073.709551615"),
        ] {
            assert_eq!(exact_tokens(rao), told);
        }
        assert_eq!(grouped(""), "");
        assert_eq!(grouped("999"), "999");
    }
}
