//! "Did you mean …?"

use std::fmt::Write as _;

/// The known name that is most like a wrong one, if any is like it.
pub(super) fn nearest<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // One slip in a short name, two in a longer one; more would suggest something unrelated.
    let limit = if wrong.chars().count() < 5 { 1 } else { wrong.chars().count() / 3 };
    let close = known.into_iter().map(|name| (distance(wrong, name), name));
    close.filter(|(distance, _)| *distance <= limit).min().map(|(_, name)| name)
}

/// A sentence for people who wrote a name that nobody knows.
pub(super) fn help<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let known: Vec<_> = known.into_iter().collect();
    match nearest(wrong, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if known.is_empty() => "there are none here".to_owned(),
        None => format!("known here: {}", list(&known)),
    }
}

/// Names in backticks with commas between, cut short when there are too many to read.
pub(super) fn list(names: &[&str]) -> String {
    const READABLE: usize = 40;
    let mut text = String::new();
    for (at, name) in names.iter().take(READABLE).enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        // Writing to a string does not fail.
        let _ = write!(text, "{comma}`{name}`");
    }
    if names.len() > READABLE {
        let _ = write!(text, " and {} more", names.len() - READABLE);
    }
    text
}

/// How many insertions, deletions, replacements and swaps of neighbours make one name the other; capped for names
/// that are too long to be slips.
fn distance(a: &str, b: &str) -> usize {
    const LONGEST: usize = 64;
    let (a, b): (Vec<char>, Vec<char>) = (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    if a.len() > LONGEST || b.len() > LONGEST {
        return usize::MAX;
    }
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for (i, left) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, right) in b.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(left != right);
            let mut best = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i - 1] == *right && b[j - 1] == *left {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let known = ["event", "data", "comment", "respond", "error.status", "must"];
        let check = |wrong: &str, expected: Option<&str>| assert_eq!(nearest(wrong, known), expected, "{wrong}");
        check("evnet", Some("event"));
        check("dta", Some("data"));
        check("coment", Some("comment"));
        check("error.statuss", Some("error.status"));
        check("Must", Some("must"));
        check("nonsense", None);
        check("", None);
        check(&"x".repeat(100_000), None);
    }
}
