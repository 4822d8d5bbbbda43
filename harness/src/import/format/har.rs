//! HTTP Archive 1.2, as browsers and proxies save it: <http://www.softwareishard.com/blog/har-12-spec/>.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::{Answers, Format, beginning};
use crate::import::recording::{Content, RecordedAnswer, day_of_time};

/// The form of an archive.
#[derive(Debug)]
pub(super) struct Har;

#[derive(Deserialize)]
struct Archive {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    started_date_time: String,
    request: Request,
    response: Response,
}

/// The parts of a request that are read. What it asks is not.
#[derive(Deserialize)]
struct Request {
    url: String,
}

#[derive(Deserialize)]
struct Response {
    status: i64,
    #[serde(default)]
    headers: Vec<Field>,
    #[serde(default)]
    content: Body,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    value: String,
}

#[derive(Default, Deserialize)]
struct Body {
    text: Option<String>,
    encoding: Option<String>,
}

impl Format for Har {
    fn name(&self) -> &'static str {
        "har"
    }

    fn about(&self) -> &'static str {
        "HTTP Archive 1.2, with bodies as text or in base64"
    }

    fn is_form_of(&self, bytes: &[u8]) -> bool {
        let start = beginning(bytes);
        start.starts_with(b"{") && serde_json::from_slice::<Archive>(start).is_ok()
    }

    fn read(&self, bytes: &[u8]) -> Result<Answers, String> {
        let archive: Archive =
            serde_json::from_slice(beginning(bytes)).map_err(|error| format!("it is no HTTP Archive: {error}"))?;
        Ok(archive.log.entries.into_iter().map(answer).collect())
    }
}

fn answer(entry: Entry) -> Result<RecordedAnswer, String> {
    let Entry { started_date_time, request, response } = entry;
    let status = u16::try_from(response.status).ok().filter(|status| (200..=599).contains(status));
    let status = status.ok_or_else(|| format!("the archive has no answer of it, its status is {}", response.status))?;
    let Body { text, encoding } = response.content;
    let text = text.ok_or("the archive does not have the body of the answer")?;
    let body = match encoding.as_deref() {
        None | Some("") => text.into_bytes(),
        Some("base64") => {
            let digits: String = text.split_whitespace().collect();
            STANDARD.decode(digits).map_err(|error| format!("the body is not base64: {error}"))?
        }
        Some(other) => return Err(format!("the body is in the encoding `{other}`, which an archive cannot have")),
    };
    let headers = response.headers.into_iter().map(|Field { name, value }| (name, value)).collect();
    let mut answer = RecordedAnswer { status, headers, ..RecordedAnswer::of(Content::Body(body)) };
    answer.asked_at(&request.url);
    answer.date = day_of_time(&started_date_time);
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(response: &Value) -> Result<RecordedAnswer, String> {
        let request = json!({ "method": "POST", "url": "https://api.example.com/v1/messages?key=secret" });
        let entry = json!({ "startedDateTime": "2026-11-29T10:00:00.000Z", "request": request, "response": response });
        let text = json!({ "log": { "version": "1.2", "entries": [entry] } }).to_string();
        Har.read(text.as_bytes()).expect("it is of this form").remove(0)
    }

    #[test]
    fn a_body_is_text_or_base64() {
        let headers = json!([{ "name": "Content-Type", "value": "text/event-stream" }]);
        for content in [
            json!({ "text": "data: é\n\n" }),
            json!({ "text": "ZGF0YTogw6kKCg==", "encoding": "base64" }),
            json!({ "text": "ZGF0YTog\nw6kKCg==\n", "encoding": "base64" }),
        ] {
            let answer = read(&json!({ "status": 200, "headers": headers, "content": content })).expect("an answer");
            assert_eq!(answer.content, Content::Body("data: é\n\n".into()), "{content}");
            assert_eq!(answer.header("content-type"), Some("text/event-stream"));
            assert_eq!((answer.path.as_deref(), answer.date.as_deref()), (Some("/v1/messages"), Some("2026-11-29")));
        }
    }

    #[test]
    fn what_an_archive_does_not_have_is_said() {
        for (response, said) in [
            (json!({ "status": 0, "content": {} }), "its status is 0"),
            (json!({ "status": 200, "content": {} }), "does not have the body"),
            (json!({ "status": 200, "content": { "text": "!", "encoding": "base64" } }), "not base64"),
            (json!({ "status": 200, "content": { "text": "", "encoding": "rot13" } }), "`rot13`"),
        ] {
            let error = read(&response).expect_err(said);
            assert!(error.contains(said), "{error}");
        }
    }
}
