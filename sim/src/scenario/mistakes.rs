//! Recognises what people write out of habit where TOML or a number wants something else, and says
//! what to write instead.

/// A number written with a percent sign, separators of thousands or a decimal comma, as it should
/// be written. `None` when the text is no such number.
pub(super) fn meant_number(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(percent) = text.strip_suffix('%') {
        let percent: f64 = percent.trim_end().parse().ok()?;
        return percent.is_finite().then(|| (percent / 100.0).to_string());
    }
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(w, f)| (w, Some(f)));
    let parts: Vec<&str> = whole.split(',').collect();
    let [first, groups @ ..] = &parts[..] else { return None };
    let first_digits = first.strip_prefix(['-', '+']).unwrap_or(first);
    if groups.is_empty() || !digits(first_digits) || !groups.iter().all(|part| digits(part)) {
        return None;
    }
    if first_digits.len() <= 3 && first_digits != "0" && groups.iter().all(|part| part.len() == 3) {
        let point = fraction.map_or_else(String::new, |fraction| format!(".{fraction}"));
        return fraction.is_none_or(digits).then(|| format!("{}{point}", parts.concat()));
    }
    match (groups, fraction) {
        ([decimals], None) => Some(format!("{first}.{decimals}")),
        _ => None,
    }
}

/// What to do about the line of a fault at a byte of a TOML text, if it shows a known habit.
pub(super) fn advice(text: &str, at: usize) -> Option<String> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    let line = line.split('#').next().unwrap_or_default().trim();
    if let Some((_, value)) = line.split_once('=') {
        return number_advice(value);
    }
    let (key, value) = line.split_once(':')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let (key, value) = (key.trim().trim_matches('"'), value.trim().trim_end_matches(','));
    if key.is_empty() || !key.chars().all(plain) || value.is_empty() {
        return None;
    }
    Some(format!("use `=`: {key} = {value}"))
}

/// How to write a value that is almost a number.
pub(super) fn number_advice(value: &str) -> Option<String> {
    let meant = meant_number(value)?;
    match meant.len() > 3 && value.contains(',') && !meant.contains('.') {
        true => Some(format!("write {meant} or {}", value.trim().replace(',', "_"))),
        false => Some(format!("write {meant}")),
    }
}

/// Sections that a file may have many of.
const LISTS: [&str; 6] = ["miners", "validators", "events", "accounts", "subnets", "calls"];

/// The section that a duplicate key names, when a list of sections is meant: `[miners]` twice.
pub(super) fn single_brackets(text: &str, at: usize) -> Option<&'static str> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[start..].lines().next().unwrap_or_default().trim_start();
    let name = line.strip_prefix('[')?.split(']').next()?.trim();
    LISTS.into_iter().find(|section| *section == name)
}

/// Where a word belongs that is the name of a rule, a behaviour or a distribution, not a key.
pub(super) fn belongs_in(word: &str) -> Option<&'static str> {
    Some(match word {
        "softmax" => "weights = { softmax = { temperature = 0.1 } }",
        "top_k" => "weights = { top_k = { k = 10 } }",
        "winner_takes_all" => "weights = \"winner_takes_all\"",
        "lazy" => "behaviour = { lazy = { update_every_epochs = 10 } }",
        "copier" => "behaviour = { copier = { delay_epochs = 1 } }",
        "cabal" => "behaviour = { cabal = { miners = [\"GROUP\"] } }",
        "normal" => "quality = { normal = { mean = 0.7, std = 0.1 } }",
        "uniform" => "quality = { uniform = { low = 0.2, high = 0.9 } }",
        "log_normal" => "stake_alpha = { log_normal = { median = 1000.0, sigma = 0.5 } }",
        "pareto" => "stake_alpha = { pareto = { scale = 1000.0, shape = 1.16 } }",
        "exponential" => "stake_alpha = { exponential = { mean = 1000.0 } }",
        "at_start" | "when_it_pays" | "below_price" => "joins = { when_it_pays = {} }",
        "before_epoch_blocks" => "sets_weights = { before_epoch_blocks = 1 }",
        "follow_yield" => "behaviour = \"follow_yield\"",
        "hold" => "behaviour = { hold = { subnet = \"root\" } }",
        _ => return None,
    })
}

/// What to write at resolution "block" in place of a subnet's key that is the chain's or a
/// neuron's there.
pub(super) fn at_resolution_block(key: &str) -> Option<&'static str> {
    Some(match key {
        "emission_rao_per_block" => "emission follows the chain's own curve",
        "delegate_take" => "write take = 0.18 in [[validators]], or max_delegate_take in [chain]",
        "min_stake_rao" => "write stake_threshold_tokens in [chain]",
        "owner_cut" | "tao_weight" | "moving_price_alpha" | "max_epochs_per_block" => {
            "it belongs in [chain]"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        for (written, meant) in [
            ("60%", Some("0.6")),
            ("1,000", Some("1000")),
            ("-1,000,000.5", Some("-1000000.5")),
            ("0,5", Some("0.5")),
            ("12,34", Some("12.34")),
            ("0,500", Some("0.500")),
            ("1000", None),
            ("1,2,3", None),
            ("many", None),
            ("[1,000]", None),
            ("", None),
            (",", None),
            ("%", None),
        ] {
            assert_eq!(meant_number(written).as_deref(), meant, "{written}");
        }
    }

    #[test]
    fn lines_as_people_write_them() {
        for (line, told) in [
            ("epochs: 200", Some("use `=`: epochs = 200")),
            ("epochs = 1,000", Some("write 1000 or 1_000")),
            ("kappa = 60% # most", Some("write 0.6")),
            ("epochs = 200", None),
            ("<html>", None),
        ] {
            let text = format!("[simulation]\n{line}\n");
            assert_eq!(advice(&text, text.len() - 2).as_deref(), told, "{line}");
        }
    }

    #[test]
    fn sections_with_single_brackets() {
        assert_eq!(single_brackets("[validators]\nx = 1\n[validators]", 20), Some("validators"));
        assert_eq!(single_brackets("[subnet]\nx = 1\n[subnet]", 15), None);
    }
}
