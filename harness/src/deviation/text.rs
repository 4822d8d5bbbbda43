//! The text of a list: taken apart so that what people wrote stays, and written where there was none.

use std::fmt::Write as _;

use super::list::KnownDeviations;
use crate::id::Route;
use crate::record::{Entry, Scope};

/// The comment that a list begins with when nobody has written one.
pub(super) const HEAD: &str = "# What this SDK does today that a case does not expect. An entry is one reason; the tables below it say what deviates\n\
                               # for it. `streamspec bless` rewrites this file from a whole run and keeps the reasons of what still stands.\n";

/// The widest line on which a list of texts is written, in characters.
const WIDEST: usize = 120;

/// A list's text, taken apart.
pub(super) struct Pieces<'a> {
    /// The text before the first entry.
    pub(super) head: &'a str,
    /// Each entry without its scopes.
    pub(super) entries: Vec<Piece<'a>>,
    /// The scopes, by number.
    pub(super) scopes: Vec<Piece<'a>>,
}

/// A part of a list's text.
#[derive(Clone, Copy, Default)]
pub(super) struct Piece<'a> {
    /// The comments right above it.
    pub(super) comments: &'a str,
    /// The part with its comments.
    pub(super) whole: &'a str,
}

impl<'a> Pieces<'a> {
    pub(super) fn of(known: &KnownDeviations, text: &'a str) -> Self {
        let starts: Vec<usize> =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).chain([text.len()]).collect();
        let at = |line: usize| starts[line.min(starts.len() - 1)];
        // The comments right above a table are about it.
        let first = |line: usize| {
            let is_comment = |line: &usize| text[at(*line)..at(line + 1)].trim_start().starts_with('#');
            (0..line).rev().take_while(is_comment).last().unwrap_or(line)
        };
        let mut lines: Vec<usize> =
            known.lines.iter().chain(known.scopes.iter().map(|scope| &scope.line)).copied().collect();
        lines.sort_unstable();
        let begins: Vec<usize> = lines.iter().map(|line| first(line.saturating_sub(1))).collect();
        let piece = |line: &usize| {
            let place = lines.partition_point(|other| other < line);
            let (begin, end) = (at(begins[place]), begins.get(place + 1).map_or(text.len(), |next| at(*next)));
            let comments = text.get(begin..at(line.saturating_sub(1))).unwrap_or_default();
            Piece { comments, whole: text.get(begin..end).unwrap_or_default() }
        };
        let head = begins.first().map_or(if text.is_empty() { HEAD } else { text }, |line| &text[..at(*line)]);
        let entries = known.lines.iter().map(piece).collect();
        Self { head, entries, scopes: known.scopes.iter().map(|scope| piece(&scope.line)).collect() }
    }
}

/// Joins pieces, with one empty line between them.
pub(super) fn joined<'a>(pieces: impl IntoIterator<Item = &'a str>) -> String {
    let pieces = pieces.into_iter().map(|piece| piece.trim_matches('\n')).filter(|piece| !piece.is_empty());
    pieces.fold(String::new(), |mut all, piece| {
        let gap = if all.is_empty() { "" } else { "\n" };
        let _ = writeln!(all, "{gap}{piece}");
        all
    })
}

/// Writes an entry without its scopes.
pub(super) fn entry(entry: &Entry) -> String {
    let link = entry.link.as_ref().map(|link| format!("link = {}\n", quoted(link))).unwrap_or_default();
    format!("[[deviation]]\nreason = {}\n{link}", quoted(&entry.reason))
}

/// Writes a scope.
pub(super) fn scope(scope: &Scope) -> String {
    let mut out = format!("[[deviation.where]]\naxis = {}\n", quoted(scope.axis.name()));
    list(&mut out, "observed", texts(&scope.observed));
    if scope.surfaces != crate::record::every_surface() {
        list(&mut out, "surfaces", texts(&scope.surfaces));
    }
    if let Some(routes) = &scope.routes {
        list(&mut out, "routes", routes.iter().map(Route::name));
    }
    if let Some(transports) = &scope.transports {
        list(&mut out, "transports", transports.iter().map(|transport| transport.name()));
    }
    list(&mut out, "cases", texts(&scope.cases));
    if scope.sometimes {
        out.push_str("sometimes = true\n");
    }
    if let Some(versions) = &scope.versions {
        let _ = writeln!(out, "versions = {}", quoted(&versions.to_string()));
    }
    out
}

/// Writes texts on one line, or each on its own where that would be too wide, so that a change is a line in review.
fn list<'a>(out: &mut String, key: &str, texts: impl Iterator<Item = &'a str>) {
    let texts: Vec<String> = texts.map(quoted).collect();
    let one = format!("{key} = [{}]\n", texts.join(", "));
    if one.chars().count() <= WIDEST + 1 {
        out.push_str(&one);
    } else {
        let _ = writeln!(out, "{key} = [\n    {},\n]", texts.join(",\n    "));
    }
}

fn texts(all: &[String]) -> impl Iterator<Item = &str> {
    all.iter().map(String::as_str)
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
