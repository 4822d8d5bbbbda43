//! "Did you mean …?"

/// The most names that are suggested at once.
const MOST: usize = 5;

/// Finds the known names that a wrong one may stand for, the likeliest first: those that contain it, or else those that
/// differ in a letter or two. None if nothing is like it.
pub fn near<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> Vec<&'k str> {
    let known: Vec<&str> = known.into_iter().collect();
    let word = wrong.trim_matches(['*', '/', '?']).to_lowercase();
    let mut found: Vec<(usize, &str)> = Vec::new();
    if word.chars().count() > 2 {
        // What has a space in it is a form, `use: NAME`, and no name.
        let has = |name: &&str| !name.contains(' ') && name.to_lowercase().contains(&word);
        found.extend(known.iter().copied().filter(has).map(|name| (name.len(), name)));
    }
    if found.is_empty() {
        found.extend(known.into_iter().filter_map(|name| Some((distance(&word, name)?, name))));
        let least = found.iter().map(|(slips, _)| *slips).min();
        found.retain(|(slips, _)| Some(*slips) == least);
    }
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|(_, name)| name).take(MOST).collect()
}

/// Finds the known name that is most like a wrong one, if any is like it.
pub fn nearest<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let close = known.into_iter().filter_map(|name| Some((distance(wrong, name)?, name)));
    close.min().map(|(_, name)| name)
}

/// Writes a sentence for people who wrote an unknown name: the likeliest known names, or else all of them.
pub fn help(wrong: &str, known: &[&str]) -> String {
    match near(wrong, known.iter().copied()).as_slice() {
        [] => format!("there are: {}", known.join(", ")),
        likely => question(likely),
    }
}

/// Asks for the names, in backticks: "did you mean `a` or `b`?"
pub fn question(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => format!("did you mean {last}?"),
        Some((last, before)) => format!("did you mean {} or {last}?", before.join(", ")),
        None => String::new(),
    }
}

/// Counts the changes of a letter that make one name the other, or the last part of the other's path; none if they are
/// too many.
fn distance(wrong: &str, known: &str) -> Option<usize> {
    const LONGEST: usize = 64;
    let length = wrong.chars().count();
    // One slip in a short name, two in a longer one; more would suggest something unrelated.
    let limit = if length < 5 { 1 } else { length / 3 };
    let last = known.rsplit('/').next().unwrap_or(known);
    let slips = [known, last]
        .into_iter()
        .filter(|name| name.chars().count() <= LONGEST)
        .map(|name| strsim::osa_distance(&wrong.to_lowercase(), &name.to_lowercase()));
    slips.min().filter(|slips| length <= LONGEST && *slips <= limit)
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

    #[test]
    fn what_contains_the_word_comes_first() {
        let known = ["anthropic/in-band/overloaded", "anthropic/in-band/overloaded-late", "anthropic/cut/eof"];
        assert_eq!(near("Overloaded", known), known[..2]);
        assert_eq!(near("overlaoded", known), known[..1], "the last part of a path counts alone");
        assert_eq!(near("cut/*", known), known[2..]);
        assert!(near("*", known).is_empty() && near("cohere", known).is_empty());
        assert_eq!(question(&["a", "b", "c"]), "did you mean `a`, `b` or `c`?");
        assert_eq!(question(&["a"]), "did you mean `a`?");
    }
}
