//! The content of a recording, when it is known that it is a stream of a dialect: its bytes without framing and coding, redacted.

use std::time::Duration;

use serde_json::Value;
use streamspec_adapters::contract::Api;
use streamspec_adapters::dialect::Dialect;

use super::draft::Head;
use super::expect::Facts;
use super::recording::{Content, RecordedAnswer, Recording};
use super::{dialect, redact};
use crate::case::{Encoding, End, Step};
use crate::codec;
use crate::load::Candidates;
use crate::load::limits::{MAX_CASE_BYTES, MAX_PAUSE};
use crate::wire::decoded;

/// The most milliseconds that the pauses of a case take together; longer ones are shortened alike.
const PAUSES: u64 = MAX_PAUSE / 2;

/// An answer of a known dialect, as a case sends it.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub(super) api: Api,
    /// The path of the request and the part of the host that is kept.
    pub(super) asked: Option<(String, String)>,
    pub(super) date: Option<String>,
    pub(super) head: Head,
    /// The body, decoded.
    pub(super) body: Vec<u8>,
    pub(super) pauses: Vec<(usize, Duration)>,
    pub(super) end: End,
    /// The parts that were taken out, each in a word.
    pub(super) taken: Vec<&'static str>,
    /// The framing of the events was not recorded, and was made as the dialect has it.
    pub(super) is_framed_here: bool,
}

impl Prepared {
    /// Finds out what a recording sends.
    ///
    /// # Errors
    ///
    /// A sentence that says why it is no stream of a dialect, or none that a case can send.
    pub(super) fn of(recording: &Recording, candidates: &Candidates, api: Option<Api>) -> Result<Self, String> {
        let answer = &recording.answer;
        let asked_of = answer.path.as_deref().and_then(dialect::by_path);
        let refuses = answer.status >= 400;
        if !refuses && answer.status != 200 {
            return Err(format!("no stream: its status is {}", answer.status));
        }
        if let Some(kind) = answer.header("content-type").filter(|kind| !refuses && !is_stream(kind)) {
            return Err(format!("no stream: its content type is {kind}"));
        }
        let (bytes, encoding) = body(answer)?;
        let api = api.or(asked_of).or_else(|| {
            let members = |api| candidates.own_members(api).into_iter().map(str::to_owned).collect();
            dialect::by_events(&events(answer, &bytes), members)
        });
        let Some(api) = api else {
            let path = answer.path.as_deref().map(|path| format!(", and none is asked at {path}")).unwrap_or_default();
            return Err(format!("no known dialect: its events are of none{path}; `--api` names one"));
        };
        let codec = codec::of(api);
        let is_framed_here = matches!(answer.content, Content::Events(_));
        let bytes = if let Content::Events(events) = &answer.content { framed(api, events) } else { bytes };
        if bytes.len() > MAX_CASE_BYTES {
            return Err(format!("too large: it has {} bytes, and a case may send {MAX_CASE_BYTES}", bytes.len()));
        }
        let redacted = redact::body(codec, &bytes);
        let place = |at: usize| match (&answer.content, encoding) {
            (Content::Body(encoded), Some(coding)) => decoded(coding, &encoded[..at.min(encoded.len())]).len(),
            _ => at,
        };
        let pauses = answer.pauses.iter().map(|(at, pause)| (redacted.place(place(*at)), *pause)).collect();
        let mut headers = redact::fields(&answer.headers);
        if headers.get("content-type").is_some_and(|kind| !refuses && codec.is_named_by(kind)) {
            headers.remove("content-type");
        }
        let host = answer.host.as_deref().and_then(redact::host);
        let prepared = Self {
            api,
            asked: answer.path.clone().zip(host),
            date: answer.date.clone(),
            head: Head { status: answer.status, headers, encoding },
            body: redacted.bytes,
            pauses: shortened(pauses),
            end: answer.end,
            taken: redacted.taken,
            is_framed_here,
        };
        if answer.left && answer.end == End::Finish && !prepared.facts().has_last {
            return Err("the client left while the answer was coming, so that its end is not known".to_owned());
        }
        Ok(prepared)
    }

    /// Makes the steps of a body that is no stream: as JSON where that gives its bytes.
    pub(super) fn plain(&mut self) -> Vec<Step> {
        let kind = self.head.headers.get("content-type").is_none_or(|kind| kind.starts_with("application/json"));
        let value: Option<Value> = serde_json::from_slice(&self.body).ok();
        if let Some(value) = value.filter(|value| kind && value.to_string().as_bytes() == self.body) {
            self.head.headers.remove("content-type");
            return vec![Step::Json(value)];
        }
        self.head.headers.entry("content-type".to_owned()).or_insert_with(|| "application/json".to_owned());
        if self.body.is_empty() {
            return Vec::new();
        }
        let text = std::str::from_utf8(&self.body).ok().filter(|text| !text.contains("${nonce}"));
        vec![text.map_or_else(|| Step::Hex(hex::encode(&self.body)), |text| Step::Raw(text.to_owned()))]
    }

    /// Returns what is known of it before a client has read it.
    pub(super) fn facts(&self) -> Facts {
        let dialect = self.api.dialect();
        let codec = codec::of(self.api);
        let whole = codec.event_ends(&self.body).last().copied().unwrap_or_default();
        let events = codec.events(&self.body[..whole]);
        Facts {
            status: self.head.status,
            end: self.end,
            has_error: events.iter().any(|event| dialect.errors.are_in(event)),
            has_last: events.iter().any(|event| dialect.is_last(event)),
        }
    }
}

/// Says whether a content type is that of any codec's streams.
fn is_stream(content_type: &str) -> bool {
    Api::ALL.into_iter().any(|api| codec::of(api).is_named_by(content_type))
}

/// Returns the body out of its content coding, and the coding that it was in.
fn body(answer: &RecordedAnswer) -> Result<(Vec<u8>, Option<Encoding>), String> {
    let Content::Body(bytes) = &answer.content else { return Ok((Vec::new(), None)) };
    let Some(named) = answer.header("content-encoding").filter(|_| !bytes.is_empty()) else {
        return Ok((bytes.clone(), None));
    };
    let coding = Encoding::ALL.into_iter().find(|coding| named.trim().eq_ignore_ascii_case(coding.name()));
    let content = coding.map(|coding| decoded(coding, bytes)).filter(|content| !content.is_empty());
    match content {
        Some(content) => Ok((content, coding)),
        // Many tools decode a body and leave the field as it was.
        None if std::str::from_utf8(bytes).is_ok() => Ok((bytes.clone(), None)),
        None => Err(format!("its body is in the content coding {named}, and cannot be read")),
    }
}

/// Returns the events of an answer for the search of their dialect.
fn events(answer: &RecordedAnswer, bytes: &[u8]) -> Vec<codec::Decoded> {
    match &answer.content {
        Content::Events(events) => {
            let event = |data: &String| codec::Decoded { data: Some(data.clone()), ..codec::Decoded::default() };
            events.iter().map(event).collect()
        }
        // Nothing is known of it yet, so it is read as what the first dialect's codec makes of it.
        Content::Body(_) => codec::of(Api::ALL[0]).events(bytes),
    }
}

/// Frames data as the events of a dialect: with their types as names where the dialect's events have names, and with the word that
/// ends the stream, which is no JSON and so in no file of JSON values.
fn framed(api: Api, events: &[String]) -> Vec<u8> {
    let Dialect { events: facts, .. } = api.dialect();
    let codec = codec::of(api);
    let event = |data: &String| {
        let payload: Value = serde_json::from_str(data).unwrap_or_default();
        let name = payload.get("type").and_then(Value::as_str).filter(|_| !facts.prefixes.is_empty());
        codec.event(name, &Value::String(data.clone()))
    };
    let mut bytes: Vec<u8> = events.iter().flat_map(event).collect();
    if let Some(word) = facts.sentinel.filter(|word| events.iter().all(|data| data != word)) {
        bytes.extend(codec.event(None, &Value::String(word.to_owned())));
    }
    bytes
}

/// Shortens pauses alike where they take longer together than a case may wait.
fn shortened(pauses: Vec<(usize, Duration)>) -> Vec<(usize, Duration)> {
    let most = Duration::from_millis(PAUSES);
    let all: Duration = pauses.iter().map(|(_, pause)| *pause).sum();
    if all <= most {
        return pauses;
    }
    let by = most.as_secs_f64() / all.as_secs_f64();
    pauses.into_iter().map(|(at, pause)| (at, pause.mul_f64(by))).collect()
}
