//! `${name}` in strings: finding it, and the values that names stand for.

use std::cell::Cell;

use serde_json::{Value, json};

use super::suggest;
use super::tree::{Key, Node, Span, ValueKind};

/// The name that stays until a trial is run: a text that is new each time.
pub(super) const NONCE: &str = "nonce";

/// The name that counts the rounds of a `repeat`.
pub(super) const ROUND: &str = "n";

/// Returns the schema of a string that is one `${…}`, which stands for a whole value.
pub(super) fn schema() -> Value {
    json!({ "type": "string", "pattern": r"^\$\{.+\}$" })
}

/// A piece of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// Text as it is; `$${` is part of it until everything is filled in.
    Text(&'t str),
    /// `${name}`.
    Name(&'t str),
}

/// Cuts a string into text and names; the offset of a `${` that is never closed is the error.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, usize> {
    let mut found = Vec::new();
    let (mut done, mut at) = (0, 0);
    while let Some(dollar) = text[at..].find('$').map(|offset| at + offset) {
        let rest = &text[dollar..];
        if rest.starts_with("$${") {
            at = dollar + 3;
        } else if let Some(name) = rest.strip_prefix("${") {
            let len = name.find('}').ok_or(dollar)?;
            if done < dollar {
                found.push(Piece::Text(&text[done..dollar]));
            }
            found.push(Piece::Name(&name[..len]));
            at = dollar + len + 3;
            done = at;
        } else {
            at = dollar + 1;
        }
    }
    if done < text.len() {
        found.push(Piece::Text(&text[done..]));
    }
    Ok(found)
}

/// Turns `$${` into the `${` it stands for; the last thing that happens to a string.
pub(super) fn unescape(text: &str) -> String {
    text.replace("$${", "${")
}

/// The meaning of a name.
pub(super) enum Meaning<'s> {
    /// A value.
    Value(&'s Node),
    /// It stays until later.
    Later,
}

/// The names that can be used in a place.
pub(super) struct Scope<'s> {
    /// The axes of the matrix, or the parameters of a fragment.
    names: &'s [(Key, Node)],
    /// For each of them, true where it was used; empty where that is not of interest.
    used: &'s [Cell<bool>],
    /// True where the place is inside a `repeat`.
    repeats: bool,
}

impl<'s> Scope<'s> {
    /// Makes a scope that does not care what is used.
    pub(super) const fn of(names: &'s [(Key, Node)]) -> Self {
        Self { names, used: &[], repeats: false }
    }

    /// Makes a scope that notes what is used.
    pub(super) const fn noting(names: &'s [(Key, Node)], used: &'s [Cell<bool>]) -> Self {
        Self { names, used, repeats: false }
    }

    /// Returns the same inside a `repeat`.
    pub(super) const fn repeating(&self) -> Self {
        Self { names: self.names, used: self.used, repeats: true }
    }

    /// Finds the meaning of a name here; the error is a help for its author.
    pub(super) fn resolve(&self, name: &str) -> Result<Meaning<'s>, String> {
        if name == NONCE || (name == ROUND && self.repeats) {
            return Ok(Meaning::Later);
        }
        for (at, (key, value)) in self.names.iter().enumerate() {
            let rest = match name.strip_prefix(key.text.as_str()) {
                Some("") => "",
                Some(rest) if rest.starts_with('.') => &rest[1..],
                _ => continue,
            };
            if let Some(cell) = self.used.get(at) {
                cell.set(true);
            }
            if rest.is_empty() {
                return Ok(Meaning::Value(value));
            }
            return nested(value, rest).map(Meaning::Value).ok_or_else(|| {
                let fields: Vec<_> = value.entries().iter().map(|(field, _)| field.text.as_str()).collect();
                format!("in `{}`: {}", key.text, suggest::help(rest, fields))
            });
        }
        if name == ROUND {
            return Err("`${n}` counts the rounds of a `repeat` and means nothing outside one".to_owned());
        }
        let mut known: Vec<String> = Vec::new();
        for (key, value) in self.names {
            match &value.kind {
                ValueKind::Map(fields) => {
                    known.extend(fields.iter().map(|(field, _)| format!("{}.{}", key.text, field.text)));
                }
                _ => known.push(key.text.clone()),
            }
        }
        known.push(NONCE.to_owned());
        if self.repeats {
            known.push(ROUND.to_owned());
        }
        Err(suggest::help(name, known.iter().map(String::as_str)))
    }
}

/// Returns the value of `a.b.c` in nested mappings; a key may itself hold dots.
fn nested<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
    node.get(path).or_else(|| {
        path.match_indices('.')
            .find_map(|(dot, _)| node.get(&path[..dot]).and_then(|inner| nested(inner, &path[dot + 1..])))
    })
}

/// Finds the part of a string's place that holds `what`, to point at; the whole place where it cannot be found.
pub(super) fn point(text: &str, span: Span, what: &str) -> Span {
    text.get(span.range()).and_then(|written| written.find(what)).map_or(span, |at| span.part(at, what.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_cut_into_text_and_names() {
        let check = |text: &str, expected: Result<Vec<Piece<'_>>, usize>| assert_eq!(pieces(text), expected, "{text}");
        check("", Ok(vec![]));
        check("$", Ok(vec![Piece::Text("$")]));
        check("a $5 b", Ok(vec![Piece::Text("a $5 b")]));
        check("${a}", Ok(vec![Piece::Name("a")]));
        check("x${a.b}${c}y", Ok(vec![Piece::Text("x"), Piece::Name("a.b"), Piece::Name("c"), Piece::Text("y")]));
        check("$${a}", Ok(vec![Piece::Text("$${a}")]));
        check("$$${a}", Ok(vec![Piece::Text("$$${a}")]));
        check("é${a}", Ok(vec![Piece::Text("é"), Piece::Name("a")]));
        check("${", Err(0));
        check("a ${b", Err(2));
    }
}
