//! A dump of mitmproxy, which is a row of tagged netstrings: <https://tnetstrings.info/>.

use std::str::from_utf8;

use super::{Answers, Format};
use crate::case::End;
use crate::import::recording::{Content, RecordedAnswer, day_of_field};

/// The form of a dump.
#[derive(Debug)]
pub(super) struct Mitmproxy;

/// The depth to which values may be nested; those of a dump are nested a few times.
const DEEPEST: usize = 32;

/// The most digits of a length.
const LONGEST_LENGTH: usize = 10;

/// A tagged netstring, of which numbers other than whole ones and truth values are of no use here.
enum Value<'b> {
    Bytes(&'b [u8]),
    Number(i64),
    List(Vec<Value<'b>>),
    Map(Vec<(Value<'b>, Value<'b>)>),
    Other,
}

impl Format for Mitmproxy {
    fn name(&self) -> &'static str {
        "mitmproxy"
    }

    fn about(&self) -> &'static str {
        "a dump of mitmproxy or mitmdump, `-w FILE`"
    }

    fn is_form_of(&self, bytes: &[u8]) -> bool {
        matches!(value(bytes, 0), Some((Value::Map(_), _)))
    }

    fn read(&self, bytes: &[u8]) -> Result<Answers, String> {
        let mut rest = bytes;
        let mut answers = Vec::new();
        while !rest.trim_ascii().is_empty() {
            let at = bytes.len() - rest.len();
            let (flow, after) = value(rest, 0).ok_or_else(|| format!("byte {at} begins no flow of a dump"))?;
            rest = after;
            // A dump may hold connections and messages of other protocols, too.
            if flow.get("request").is_some_and(|request| matches!(request, Value::Map(_))) {
                answers.push(answer(&flow));
            }
        }
        Ok(answers)
    }
}

fn answer(flow: &Value<'_>) -> Result<RecordedAnswer, String> {
    let failure = flow.get("error").and_then(|error| error.get("msg")).and_then(Value::text);
    let response = flow.get("response").filter(|response| matches!(response, Value::Map(_)));
    let Some(response) = response else {
        return Err(format!("there is no answer: {}", failure.unwrap_or_else(|| "the flow ended before".to_owned())));
    };
    let status = response.get("status_code").and_then(Value::number).and_then(|status| u16::try_from(status).ok());
    let status = status.ok_or("the answer has no status")?;
    let Some(Value::Bytes(body)) = response.get("content") else {
        return Err("the dump does not have the body: mitmproxy was told to stream it".to_owned());
    };
    let field = |field: &Value<'_>| match field {
        Value::List(pair) => Some((pair.first()?.text()?, pair.get(1)?.text()?)),
        _ => None,
    };
    let headers = match response.get("headers") {
        Some(Value::List(fields)) => fields.iter().filter_map(field).collect(),
        _ => Vec::new(),
    };
    // What was cut off is an answer and an error.
    let end = if failure.is_some() { End::Eof } else { End::Finish };
    let mut answer = RecordedAnswer { status, headers, end, ..RecordedAnswer::of(Content::Body(body.to_vec())) };
    let asked =
        flow.get("request").and_then(|request| Some((request.get("host")?.text()?, request.get("path")?.text()?)));
    if let Some((host, target)) = asked {
        answer.asked_at(&format!("https://{host}{target}"));
    }
    answer.date = answer.header("date").and_then(day_of_field);
    Ok(answer)
}

impl Value<'_> {
    fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        entries
            .iter()
            .find(|(name, _)| matches!(name, Value::Bytes(name) if *name == key.as_bytes()))
            .map(|(_, value)| value)
    }

    fn text(&self) -> Option<String> {
        if let Self::Bytes(bytes) = self { Some(String::from_utf8_lossy(bytes).into_owned()) } else { None }
    }

    fn number(&self) -> Option<i64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }
}

/// Reads a value from the front; returns it and what follows it. None where there is none.
fn value(bytes: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    let colon = bytes.iter().take(LONGEST_LENGTH + 1).position(|byte| *byte == b':')?;
    let length: usize = from_utf8(&bytes[..colon]).ok().filter(|digits| is_number(digits))?.parse().ok()?;
    let (payload, rest) = bytes[colon + 1..].split_at_checked(length)?;
    let (tag, rest) = rest.split_first()?;
    let value = match tag {
        b',' | b';' => Value::Bytes(payload),
        b'#' => Value::Number(from_utf8(payload).ok()?.parse().ok()?),
        b'^' | b'!' | b'~' => Value::Other,
        b']' if depth < DEEPEST => Value::List(values(payload, depth + 1)?),
        b'}' if depth < DEEPEST => {
            let mut flat = values(payload, depth + 1)?.into_iter();
            let mut entries = Vec::new();
            while let Some(key) = flat.next() {
                entries.push((key, flat.next()?));
            }
            Value::Map(entries)
        }
        _ => return None,
    };
    Some((value, rest))
}

fn values(mut payload: &[u8], depth: usize) -> Option<Vec<Value<'_>>> {
    let mut all = Vec::new();
    while !payload.is_empty() {
        let (one, rest) = value(payload, depth)?;
        all.push(one);
        payload = rest;
    }
    Some(all)
}

fn is_number(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> String {
        format!("{}:{text},", text.len())
    }

    fn map(entries: &[(&str, String)]) -> String {
        let entries = entries.iter().map(|(key, value)| format!("{}:{key};{value}", key.len()));
        let entries = entries.collect::<Vec<_>>().concat();
        format!("{}:{entries}}}", entries.len())
    }

    fn list(items: &[String]) -> String {
        let items = items.concat();
        format!("{}:{items}]", items.len())
    }

    fn flow(content: String, error: Option<&str>) -> String {
        let field = |name: &str, value: &str| list(&[bytes(name), bytes(value)]);
        let headers = list(&[
            field("content-type", "text/event-stream"),
            field("date", "Sun, 29 Nov 2026 08:49:37 GMT"),
            field("set-cookie", "secret"),
        ]);
        let request = map(&[
            ("host", bytes("api.example.com")),
            ("path", bytes("/v1/messages?key=secret")),
            ("port", "3:443#".into()),
        ]);
        let response = map(&[("status_code", "3:200#".into()), ("headers", headers), ("content", content)]);
        let error =
            error.map_or("0:~".into(), |message| map(&[("msg", bytes(message)), ("timestamp", "3:1.5^".into())]));
        map(&[("type", bytes("http")), ("request", request), ("response", response), ("error", error)])
    }

    #[test]
    fn the_answers_of_a_dump_are_read_in_their_order() {
        let text =
            flow(bytes("data: a\n\n"), None) + &flow(bytes("data: b"), Some("peer closed")) + &flow("0:~".into(), None);
        assert!(Mitmproxy.is_form_of(text.as_bytes()));
        let answers = Mitmproxy.read(text.as_bytes()).expect("it is of this form");
        let [Ok(whole), Ok(cut), Err(streamed)] = answers.as_slice() else { panic!("{answers:?}") };
        assert_eq!((&whole.content, whole.end), (&Content::Body(b"data: a\n\n".to_vec()), End::Finish));
        assert_eq!((&cut.content, cut.end), (&Content::Body(b"data: b".to_vec()), End::Eof));
        assert_eq!((whole.path.as_deref(), whole.date.as_deref()), (Some("/v1/messages"), Some("2026-11-29")));
        assert!(streamed.contains("told to stream it"), "{streamed}");
    }

    #[test]
    fn what_is_no_dump_is_not_read_as_one() {
        let whole = flow(bytes("data"), None);
        assert!(Mitmproxy.read(&whole.as_bytes()[..whole.len() - 1]).is_err());
        assert!(Mitmproxy.read((whole + "x").as_bytes()).is_err());
        let nested = (0..100).fold("0:]".to_owned(), |inner, _| list(&[inner]));
        assert!(value(nested.as_bytes(), 0).is_none());
        for wrong in ["1:a", "99999999999999999999:a,", "-1:a,", ":", "3:1:a}"] {
            assert!(value(wrong.as_bytes(), 0).is_none(), "{wrong}");
        }
    }
}
