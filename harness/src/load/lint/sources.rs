//! Sources that name no document, and rulings on nothing.

use url::Url;

use super::Lint;
use crate::case::{Basis, Level, Recording, Source};
use crate::load::tree::Segment;

impl Lint<'_> {
    /// Judges where the expectation comes from.
    pub(super) fn sources(&mut self) {
        let case = self.case;
        if case.sources.is_empty() {
            self.refuse(&["sources"], "`sources` is empty", "say which document the expectation comes from");
        }
        for (at, source) in case.sources.iter().enumerate() {
            self.source(at, source);
        }
    }

    fn source(&mut self, at: usize, source: &Source) {
        if !is_url(&source.url) {
            let help = "it begins with https:// and holds no space";
            self.refuse_source(at, &["url"], "this is not an absolute URL", help);
        }
        if let Some(gone) = source.gone.as_ref().filter(|gone| !is_date(gone)) {
            self.refuse_source(at, &["gone"], not_a_date(gone), DATE);
        }
        match (&source.recording, source.basis) {
            (Some(recording), Basis::Recorded) => self.recording(at, recording),
            (None, Basis::Recorded) => {
                let help = "`recording: { date, sha256, redacted }` says when, of which bytes and what was taken out";
                self.refuse_source(at, &["basis"], "a source that was recorded needs `recording`", help);
            }
            (Some(_), _) => {
                let help = "write `basis: recorded`, or remove it";
                self.refuse_source(at, &["recording"], "only a source that was recorded has a `recording`", help);
            }
            (None, _) => {}
        }
    }

    fn recording(&mut self, at: usize, recording: &Recording) {
        let Recording { date, sha256, redacted } = recording;
        if !is_date(date) {
            self.refuse_source(at, &["recording", "date"], not_a_date(date), DATE);
        }
        if sha256.len() != 64 || !sha256.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
            let message = format!("`{sha256}` is not a SHA-256 hash");
            let help = "it has 64 digits, `0` to `9` and `a` to `f`; `sha256sum FILE` prints it";
            self.refuse_source(at, &["recording", "sha256"], message, help);
        }
        if redacted.trim().is_empty() {
            let help = "say what was taken out or replaced, or `nothing`";
            self.refuse_source(at, &["recording", "redacted"], "`redacted` is empty", help);
        }
    }

    /// Returns an error at a part of a source.
    fn refuse_source(&mut self, at: usize, path: &[&str], message: impl Into<String>, help: &str) {
        let keys = path.iter().map(|key| Segment::Key((*key).to_owned()));
        let path: Vec<_> = std::iter::once(Segment::Index(at)).chain(keys).collect();
        let written = self.tree.get("sources").and_then(|list| list.at(&path));
        let span = written.map_or_else(|| self.tree.place(&["sources"]), |(_, value)| value.span);
        self.refuse_at(span, message, help);
    }

    /// Judges the ruling that the expectation differs from.
    pub(super) fn disputed(&mut self) {
        let case = self.case;
        let Some(disputed) = &case.disputed else { return };
        if !is_url(&disputed.url) {
            let help = "it begins with https:// and holds no space";
            self.refuse(&["disputed", "url"], "this is not an absolute URL", help);
        }
        let written = self.tree.get("expect");
        let is_checked = |axis: &str| {
            let levels = [Level::Must, Level::Should, Level::May].into_iter();
            let mut of = levels.filter_map(|level| written?.get(level.name()));
            of.any(|checks| checks.get(axis).is_some())
        };
        let unchecked = disputed.axes.iter().find(|axis| !is_checked(axis.name()));
        if let Some(axis) = unchecked {
            let message = format!("nothing checks `{axis}`, which is said to be disputed");
            self.refuse(
                &["disputed", "axes"],
                message,
                "name only axes that the ruling is about and that the case checks",
            );
        } else if disputed.axes.is_empty() {
            self.refuse(&["disputed", "axes"], "`axes` is empty", "name the axes that the ruling is about");
        }
    }
}

/// Says if a text is the address of a web page, and no space has to be mended in it.
fn is_url(text: &str) -> bool {
    let is_of_web = |url: Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    Url::parse(text).is_ok_and(is_of_web) && !text.contains(char::is_whitespace)
}

/// The help about the form of a date.
const DATE: &str = "write the year, the month and the day: `2026-11-29`";

fn not_a_date(text: &str) -> String {
    format!("`{text}` is not a date")
}

/// Says if a text is a day of the calendar, as `2026-11-29`. A crate for time knows more forms, and would have to be kept from
/// them.
fn is_date(text: &str) -> bool {
    let is_written = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    let parts: Vec<u32> = text.split('-').filter_map(|part| part.parse().ok()).collect();
    let &[year, month, day] = parts.as_slice() else { return false };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(is_leap),
        _ => 0,
    };
    is_written && (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_day_of_the_calendar() {
        for text in ["2026-11-29", "2028-02-29", "2000-02-29", "2026-12-31"] {
            assert!(is_date(text), "{text}");
        }
        for text in ["", "2026-11", "2026-13-01", "2026-02-29", "2100-02-29", "2026-11-31", "2026-1-01", "29.11.2026"] {
            assert!(!is_date(text), "{text}");
        }
        for text in ["2026-00-10", "2026-10-00", "2026-10-1x", "+026-10-10", "2026-11-29T00:00"] {
            assert!(!is_date(text), "{text}");
        }
    }
}
