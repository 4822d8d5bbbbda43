//! The cassettes of VCR and its descendants: YAML with the interactions of vcrpy, or of VCR itself.
//!
//! The only YAML that is read outside of the loader: it is not written for streamspec, so neither its strictness nor its places
//! are of use here.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::Spanned;

use super::{Answers, Format, beginning};
use crate::import::recording::{Content, RecordedAnswer, day_of_field, day_of_time};

/// The form of a cassette.
#[derive(Debug)]
pub(super) struct Cassette;

/// The most values of a cassette, and the depth of their nesting.
const MOST_VALUES: usize = 2_000_000;
const DEEPEST: usize = 200;

/// The names of the list of interactions, of vcrpy and of VCR.
const LISTS: [&str; 2] = ["interactions:", "http_interactions:"];

/// The tag of bytes in base64, which stands before them.
const BINARY: &str = "!!binary";

#[derive(Deserialize)]
struct Interactions {
    #[serde(alias = "http_interactions")]
    interactions: Vec<Interaction>,
}

#[derive(Deserialize)]
struct Interaction {
    /// None of what is no HTTP: web sockets and gRPC are kept otherwise.
    request: Option<Request>,
    response: Option<Response>,
    /// The time of VCR.
    recorded_at: Option<String>,
}

/// The parts of a request that are read. What it asks is not.
#[derive(Deserialize)]
struct Request {
    #[serde(alias = "url")]
    uri: Option<String>,
}

#[derive(Deserialize)]
struct Response {
    status: Option<Status>,
    status_code: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, Values>,
    body: Option<Body>,
    /// A body that was read as JSON before it was kept.
    parsed_body: Option<IgnoredAny>,
    /// The body in older cassettes, and in those of httpx.
    content: Option<Spanned<String>>,
}

#[derive(Deserialize)]
struct Status {
    code: u16,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Body {
    string: Option<Spanned<String>>,
    base64_string: Option<Spanned<String>>,
}

impl Format for Cassette {
    fn name(&self) -> &'static str {
        "cassette"
    }

    fn about(&self) -> &'static str {
        "a cassette of VCR or vcrpy, with bodies as text, `!!binary` or compressed"
    }

    fn is_form_of(&self, bytes: &[u8]) -> bool {
        let lines = beginning(bytes).split(|byte| *byte == b'\n');
        // The names stand at the margin, but those of vcrpy may come behind all interactions.
        let mut keys = lines.filter(|line| line.first().is_some_and(u8::is_ascii_alphabetic));
        keys.by_ref().take(4).any(|line| LISTS.iter().any(|list| line.starts_with(list.as_bytes())))
    }

    fn read(&self, bytes: &[u8]) -> Result<Answers, String> {
        let text = std::str::from_utf8(bytes).map_err(|error| format!("the file is not UTF-8: {error}"))?;
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! {
                max_depth: DEEPEST,
                max_nodes: MOST_VALUES,
                max_events: MOST_VALUES * 4,
                max_total_scalar_bytes: text.len().saturating_mul(2),
            },
            ignore_binary_tag_for_string: true,
            with_snippet: false,
        };
        let all: Interactions = serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| format!("it is no cassette: {}", error.to_string().replace('\n', " ")))?;
        Ok(all.interactions.into_iter().map(|interaction| answer(interaction, text)).collect())
    }
}

fn answer(interaction: Interaction, text: &str) -> Result<RecordedAnswer, String> {
    let Interaction { request, response, recorded_at } = interaction;
    let (Some(request), Some(response)) = (request, response) else {
        return Err("the cassette has no request and response of HTTP there".to_owned());
    };
    let Response { status, status_code, headers, body, parsed_body, content } = response;
    let status = status.map(|status| status.code).or(status_code).ok_or("the answer has no status")?;
    let body = match body {
        Some(Body { base64_string: Some(digits), .. }) => from_base64(&digits.value)?,
        Some(Body { string: Some(string), .. }) => bytes(string, text)?,
        _ => match content {
            Some(content) => bytes(content, text)?,
            None if parsed_body.is_some() => {
                return Err("the body was kept as JSON that was read, so that its bytes are not known".to_owned());
            }
            None => return Err("the cassette does not have the body of the answer".to_owned()),
        },
    };
    let values = |(name, values): (String, Values)| {
        let values = match values {
            Values::One(value) => vec![value],
            Values::Many(values) => values,
        };
        values.into_iter().map(move |value| (name.clone(), value))
    };
    let headers = headers.into_iter().flat_map(values).collect();
    let mut answer = RecordedAnswer { status, headers, ..RecordedAnswer::of(Content::Body(body)) };
    answer.asked_at(request.uri.as_deref().unwrap_or_default());
    let recorded_at = recorded_at.and_then(|time| day_of_field(&time).or_else(|| day_of_time(&time)));
    answer.date = recorded_at.or_else(|| answer.header("date").and_then(day_of_field));
    Ok(answer)
}

/// Returns the bytes of a text, which are written in base64 where it has the tag for that.
fn bytes(string: Spanned<String>, text: &str) -> Result<Vec<u8>, String> {
    if is_binary(&string, text) { from_base64(&string.value) } else { Ok(string.value.into_bytes()) }
}

/// Says whether the tag of bytes stands before a text.
fn is_binary(string: &Spanned<String>, text: &str) -> bool {
    let start = string.referenced.span().byte_offset().and_then(|at| usize::try_from(at).ok()).unwrap_or_default();
    let (Some(before), Some(after)) = (text.get(..start), text.get(start..)) else { return false };
    let before = before.trim_end().trim_end_matches(['|', '>', '-', '+']).trim_end();
    before.ends_with(BINARY) || after.starts_with(BINARY)
}

fn from_base64(digits: &str) -> Result<Vec<u8>, String> {
    let digits: String = digits.split_whitespace().collect();
    STANDARD.decode(digits).map_err(|error| format!("the body is not base64: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<RecordedAnswer, String> {
        let text = format!(
            "interactions:\n- request:\n    body: '{{\"secret\":1}}'\n    uri: https://api.example.com/v1/messages?key=secret\n  \
             response:\n{body}    headers:\n      Content-Type:\n      - text/event-stream\n      Date: Sun, 29 Nov 2026 08:49:37 GMT\n    \
             status: {{ code: 200, message: OK }}\nversion: 1\n"
        );
        assert!(Cassette.is_form_of(text.as_bytes()), "{text}");
        Cassette.read(text.as_bytes()).expect("it is of this form").remove(0)
    }

    #[test]
    fn a_body_is_text_or_binary() {
        for body in [
            "    body:\n      string: \"data: é\\n\\n\"\n",
            "    body:\n      string: 'data: é\n\n\n        '\n",
            "    body:\n      string: !!binary |\n        ZGF0YTog\n        w6kKCg==\n",
            "    body:\n      string: !!binary ZGF0YTogw6kKCg==\n",
            "    body: { encoding: ASCII-8BIT, base64_string: \"ZGF0YTogw6kKCg==\\n\" }\n",
            "    body: { encoding: null, string: \"data: é\\n\\n\" }\n",
            "    content: \"data: é\\n\\n\"\n",
        ] {
            let answer = read(body).unwrap_or_else(|error| panic!("{body}: {error}"));
            assert_eq!(answer.content, Content::Body("data: é\n\n".into()), "{body}");
            assert_eq!(answer.header("content-type"), Some("text/event-stream"));
            assert_eq!((answer.path.as_deref(), answer.date.as_deref()), (Some("/v1/messages"), Some("2026-11-29")));
        }
    }

    #[test]
    fn what_a_cassette_does_not_have_is_said() {
        let check = |body: &str, said: &str| {
            let error = read(body).expect_err(said);
            assert!(error.contains(said), "{error}");
        };
        check("    parsed_body: { a: 1 }\n", "kept as JSON");
        check("    body: { encoding: null }\n", "does not have the body");
        check("    body: { string: !!binary \"!\" }\n", "not base64");
        let socket = Cassette.read(b"interactions:\n- messages: []\n").expect("it is of this form").remove(0);
        assert!(socket.expect_err("no HTTP").contains("no request and response of HTTP"));
        let error = Cassette.read(b"interactions: 1\n").expect_err("no list");
        assert!(error.starts_with("it is no cassette: ") && !error.contains('\n'), "{error}");
    }
}
