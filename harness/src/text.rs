//! Text from outside, made safe to look at.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

/// The characters that are escaped in an address: all but the unreserved ones of RFC 3986.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Writes a text from outside on one line: control characters, terminal escapes among them, become visible, and a long
/// one is cut with a note.
pub(crate) fn shown(text: &str, most: usize) -> String {
    let mut out = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == most {
            let _ = write!(out, "… ({} characters in all)", text.chars().count());
            break;
        }
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other if is_hidden(other) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(other));
            }
            other => out.push(other),
        }
    }
    out
}

/// Returns the same for a text whose lines stay lines.
pub(crate) fn visible(text: &str) -> String {
    text.split('\n').map(|line| shown(line, usize::MAX)).collect::<Vec<_>>().join("\n")
}

/// Cuts a text to so many characters, with a note, and leaves everything else in it as it is.
pub(crate) fn cut(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    format!("{}… ({} characters in all)", &text[..end], text.chars().count())
}

/// Says whether a character cannot be seen, or does something to a terminal.
pub(crate) fn is_hidden(character: char) -> bool {
    character.is_control() || is_invisible(character)
}

/// Says whether a character reorders or hides text on a terminal.
const fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_made_visible() {
        for (text, expected) in [
            ("plain", "plain"),
            ("\u{1b}[31mred\u{7}", "\\u{1b}[31mred\\u{7}"),
            ("a\r\nb", "a\\r\\nb"),
            ("\u{202e}evil", "\\u{202e}evil"),
            ("0123456789abc", "0123456789… (13 characters in all)"),
        ] {
            assert_eq!(shown(text, 10), expected);
        }
    }
}
