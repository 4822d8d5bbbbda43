//! An answer as it was recorded, whatever kept it.

use std::time::Duration;

use crate::case::End;

/// An answer of a file, with what is known of it.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The name of the file, without its folders.
    pub file: String,
    /// The place of the answer among those of the file, from 1, where there are several.
    pub place: Option<usize>,
    /// The answer.
    pub answer: RecordedAnswer,
}

/// An answer, and of its request no more than where it went.
#[derive(Clone, Debug)]
pub struct RecordedAnswer {
    /// The path of the request, without its query; none where it is not known.
    pub path: Option<String>,
    /// The host that was asked; none where it is not known.
    pub host: Option<String>,
    /// The status; 200 where it is not known.
    pub status: u16,
    /// The header fields, in their order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub content: Content,
    /// Long times without a byte, each after so many bytes of the body.
    pub pauses: Vec<(usize, Duration)>,
    /// The end.
    pub end: End,
    /// The client left before the end, so that the end is only known where the last event had come.
    pub left: bool,
    /// The day on which it was recorded, `2026-11-29`; none where it is not known.
    pub date: Option<String>,
}

/// The body of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Its bytes without the framing of HTTP; still in its content coding, where it has one.
    Body(Vec<u8>),
    /// The data of each event, whose framing was not kept.
    Events(Vec<String>),
}

impl RecordedAnswer {
    /// Makes an answer of which nothing but the body is known.
    pub const fn of(content: Content) -> Self {
        Self {
            path: None,
            host: None,
            status: 200,
            headers: Vec::new(),
            content,
            pauses: Vec::new(),
            end: End::Finish,
            left: false,
            date: None,
        }
    }

    /// Finds the value of a header field by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Takes the path and the host of a URL, and nothing else of it.
    pub fn asked_at(&mut self, url: &str) {
        let Ok(url) = url::Url::parse(url) else { return };
        self.path = Some(url.path().to_owned());
        self.host = url.host_str().map(str::to_owned);
    }
}

/// Says on which day a header field `Date` was written; none where it is no date (RFC 9110 section 5.6.7).
pub fn day_of_field(value: &str) -> Option<String> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let parts: Vec<&str> = value.split_whitespace().collect();
    let [_, day, month, year, ..] = parts.as_slice() else { return None };
    let month = 1 + MONTHS.iter().position(|name| name == month)?;
    let (day, year): (u8, u16) = (day.parse().ok()?, year.parse().ok()?);
    ((1..=31).contains(&day) && (1970..=9999).contains(&year)).then(|| format!("{year}-{month:02}-{day:02}"))
}

/// Returns the day of a time as RFC 3339 writes it, `2026-11-29T12:00:00Z`; none where it is none.
pub(super) fn day_of_time(value: &str) -> Option<String> {
    let (day, _) = value.split_once('T')?;
    let is_day = day.len() == 10
        && day
            .bytes()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    is_day.then(|| day.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_in_the_forms_that_recordings_have() {
        let day = |text: &str| Some(text.to_owned());
        assert_eq!(day_of_field("Sun, 09 Nov 2026 08:49:37 GMT"), day("2026-11-09"));
        for wrong in ["", "yesterday", "Sun, 40 Nov 2026 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"] {
            assert_eq!(day_of_field(wrong), None, "{wrong}");
        }
        assert_eq!(day_of_time("2026-11-29T12:00:00.123+01:00"), day("2026-11-29"));
        assert_eq!(day_of_time("29.11.2026T12"), None);
    }

    #[test]
    fn of_a_url_nothing_is_kept_but_where_it_leads() {
        let mut answer = RecordedAnswer::of(Content::Events(Vec::new()));
        answer.asked_at("https://user:secret@api.example.com:8443/v1/messages?key=secret#part");
        assert_eq!((answer.path.as_deref(), answer.host.as_deref()), (Some("/v1/messages"), Some("api.example.com")));
    }
}
