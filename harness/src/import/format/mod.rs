//! The files that recordings are kept in: one file here for each form.

mod cassette;
mod chunks;
mod curl;
mod har;
mod mitmproxy;
mod sse;

use std::fmt;

use super::recording::RecordedAnswer;

/// Every form, in the order in which a file is asked for it.
pub const FORMATS: [&dyn Format; 6] =
    [&mitmproxy::Mitmproxy, &curl::Curl, &har::Har, &cassette::Cassette, &sse::Sse, &chunks::Chunks];

/// The answers of a file, or the reason why one of them cannot be used.
pub type Answers = Vec<Result<RecordedAnswer, String>>;

/// A form in which recordings are kept.
pub trait Format: fmt::Debug + Sync {
    /// Returns the name on the command line.
    fn name(&self) -> &'static str;

    /// Says in a few words what such a file is.
    fn about(&self) -> &'static str;

    /// Says whether bytes look like such a file.
    fn is_form_of(&self, bytes: &[u8]) -> bool;

    /// Reads the answers in their order.
    ///
    /// # Errors
    ///
    /// A sentence that says why the file is none of this form.
    fn read(&self, bytes: &[u8]) -> Result<Answers, String>;
}

/// Finds the form of a name.
pub fn named(name: &str) -> Option<&'static dyn Format> {
    FORMATS.into_iter().find(|format| format.name() == name)
}

/// Finds the form of a file by what is in it.
pub(super) fn recognised(bytes: &[u8]) -> Option<&'static dyn Format> {
    FORMATS.into_iter().find(|format| format.is_form_of(bytes))
}

/// Returns the beginning of a text without white space and without a byte order mark.
fn beginning(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes).trim_ascii_start()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_what_is_in_it() {
        let check = |text: &str, name: Option<&str>| {
            assert_eq!(recognised(text.as_bytes()).map(Format::name), name, "{text:?}");
        };
        check("HTTP/1.1 200 OK\r\n\r\n", Some("curl"));
        check("HTTP/2 200 \r\n\r\n", Some("curl"));
        check(" {\"log\": {\"entries\": []}}", Some("har"));
        check("interactions: []\n", Some("cassette"));
        check("# A comment.\n---\nversion: 1\ninteractions:\n- request:\n", Some("cassette"));
        check("event: ping\ndata: {}\n\n", Some("sse"));
        check(": hello\n\ndata: {}\n\n", Some("sse"));
        check("\u{feff}data: {}\r\n\r\n", Some("sse"));
        check("{\"id\": 1}\n{\"id\": 2}\n", Some("chunks"));
        check("\"data: {}\\n\\n\"\n", Some("chunks"));
        check("4:type;4:http;}", None);
        check("14:4:type;4:http;}", Some("mitmproxy"));
        for none in ["", "# Title\n\nText.\n", "{\"id\": 1", "title: A case\nstream: []\n", "<html>", "\0\0\0"] {
            check(none, None);
        }
    }
}
