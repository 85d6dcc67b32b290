//! Finds what an author probably meant, and lists what is allowed.

/// The candidate nearest to a word, if one is near enough to be worth offering.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    let likeness = |candidate: &str| {
        let candidate = candidate.to_ascii_lowercase();
        let related = word.len() >= 3
            && (candidate.contains(word.as_str()) || word.contains(candidate.as_str()));
        let bonus = if related { 0.3 } else { 0.0 };
        strsim::normalized_damerau_levenshtein(&word, &candidate) + bonus
    };
    candidates
        .into_iter()
        .map(|candidate| (likeness(candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.5)
        // The first of equals stays: candidates come in a meaningful order.
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, candidate)| candidate)
}

/// Longest line of a list, in characters.
const LINE_CHARS: usize = 90;

/// Words in quotes, with commas between, broken into lines.
pub(super) fn listed<S: AsRef<str>>(words: &[S], quote: char) -> String {
    let mut text = String::new();
    let mut line_chars = 0;
    for (index, word) in words.iter().enumerate() {
        let comma = if index + 1 < words.len() { "," } else { "" };
        let word = format!("{quote}{}{quote}{comma}", word.as_ref());
        let chars = word.chars().count();
        if index > 0 {
            let breaks = line_chars + 1 + chars > LINE_CHARS;
            text.push(if breaks { '\n' } else { ' ' });
            line_chars = if breaks { 0 } else { line_chars + 1 };
        }
        text.push_str(&word);
        line_chars += chars;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_what_was_probably_meant() {
        let keys = ["kappa", "tempo_blocks", "stake_alpha", "bonds_penalty"];
        assert_eq!(nearest("kapa", keys), Some("kappa"));
        assert_eq!(nearest("Kappa", keys), Some("kappa"));
        assert_eq!(nearest("tempo", keys), Some("tempo_blocks"));
        assert_eq!(nearest("stake", keys), Some("stake_alpha"));
    }

    #[test]
    fn offers_nothing_far_away() {
        assert_eq!(nearest("zzz", ["kappa", "tempo_blocks"]), None);
        assert_eq!(nearest("", ["kappa"]), None);
        assert_eq!(nearest("kappa", []), None);
    }

    #[test]
    fn lists_in_lines() {
        assert_eq!(listed(&["a", "b"], '`'), "`a`, `b`");
        let words = vec!["twelve_chars"; 20];
        let text = listed(&words, '"');
        assert!(text.lines().all(|line| line.len() <= LINE_CHARS), "{text}");
        assert_eq!(text.lines().count(), 4);
    }
}
