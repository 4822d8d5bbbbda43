//! Texts from outside in Markdown, where they are never markup.

/// Lists names from outside with commas between.
pub(super) fn listed(names: &[&str]) -> String {
    names.iter().map(|name| text(name)).collect::<Vec<_>>().join(", ")
}

/// Writes where something is documented, after what it is about: a link to a page, or else the text.
pub(super) fn source(link: &str) -> String {
    let is_page = link.starts_with("https://") || link.starts_with("http://");
    if !is_page || link.chars().any(|one| one.is_whitespace() || one.is_control() || "()<>[]\\`|\"".contains(one)) {
        return format!(" ({})", code(link));
    }
    format!(" ([source]({link}))")
}

/// Returns a text from outside for a table cell: never markup, never more than one line.
pub(crate) fn text(text: &str) -> String {
    let line = crate::text::shown(&text.split_whitespace().collect::<Vec<_>>().join(" "), usize::MAX);
    let is_letter = |at: Option<usize>| at.and_then(|at| line.chars().nth(at)).is_some_and(char::is_alphanumeric);
    let mut out = String::with_capacity(line.len());
    for (at, character) in line.chars().enumerate() {
        match character {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            // Inside a word it has no meaning.
            '_' if is_letter(at.checked_sub(1)) && is_letter(Some(at + 1)) => out.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => out.extend(['\\', character]),
            other => out.push(other),
        }
    }
    out
}

/// Returns a value from outside as code for a table cell.
pub(crate) fn code(text: &str) -> String {
    span(&crate::text::shown(text, 80))
}

/// Returns a trial's name as code for a table cell; it is never cut, as one wants to run it.
pub(super) fn name(text: &str) -> String {
    span(&crate::text::shown(text, usize::MAX))
}

fn span(shown: &str) -> String {
    format!("`{}`", shown.replace('|', "\\|").replace('`', "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_are_linked() {
        let check = |link: &str, expected: &str| assert_eq!(source(link), expected);
        check("https://example.com/a?b=c#d", " ([source](https://example.com/a?b=c#d))");
        check("javascript:alert(1)", " (`javascript:alert(1)`)");
        check("https://example.com/) [x](javascript:y", " (`https://example.com/) [x](javascript:y`)");
        check(" https://example.com", " (` https://example.com`)");
        assert_eq!(
            text("a_b _c_ *d* <e> [f](g) h|i `j` k&amp; \\"),
            "a_b \\_c\\_ \\*d\\* &lt;e> \\[f\\](g) h\\|i \\`j\\` k&amp;amp; \\\\"
        );
    }
}
