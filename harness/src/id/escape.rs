//! Signs that a part of a name has in common with the grammar of the whole.

use std::fmt::{self, Write as _};

/// A part of a name in which these signs, which are ASCII and have `%` among them, are written as `%` and two hexadecimal digits.
pub(super) struct Escaped<'a>(pub(super) &'a str, pub(super) &'a [char]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(part, signs) = self;
        part.chars().try_for_each(|sign| {
            if signs.contains(&sign) { write!(f, "%{:02X}", u32::from(sign)) } else { f.write_char(sign) }
        })
    }
}

/// Reads a part of a name that is written so; an empty one, a sign that is not escaped and an escape of another sign make it none.
pub(super) fn plain(part: &str, signs: &[char]) -> Option<String> {
    let mut pieces = part.split('%');
    let mut plain = pieces.next()?.to_owned();
    for piece in pieces {
        let escape = piece.get(..2)?;
        let sign = signs.iter().find(|sign| format!("{:02X}", u32::from(**sign)) == escape)?;
        plain.push(*sign);
        plain.push_str(&piece[2..]);
    }
    let is_canonical = !plain.is_empty() && Escaped(&plain, signs).to_string() == part;
    is_canonical.then_some(plain)
}
