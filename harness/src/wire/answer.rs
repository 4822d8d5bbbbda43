//! Builds a script from the steps of a case, and cuts one.

use std::collections::BTreeMap;

use serde_json::json;
use streamspec_adapters::contract::Api;

use super::head::{self, Head};
use super::{Answer, Part, Script, coding, parts};
use crate::case::{Case, Condition, End, Respond, Step};
use crate::codec::{self, Codec, Nonce};
use crate::id::Variant;

/// The reason why a request is refused that meets no condition.
pub const UNMET: &str = "no answer of this case is left whose `when` the request meets";

/// The content type of a plain response.
const JSON: &str = "application/json";

impl Script {
    /// Builds the answers from the steps of each exchange. Without any exchange, one empty event stream.
    pub fn build(api: Api, exchanges: &[Vec<Step>], variant: Variant, nonce: &str) -> Self {
        let codec = codec::of(api);
        let mut answers: Vec<Answer> = exchanges.iter().map(|steps| build(codec, api, steps, variant, nonce)).collect();
        if answers.is_empty() {
            answers.push(build(codec, api, &[], variant, nonce));
        }
        Self { answers, conditions: BTreeMap::new() }
    }

    /// Builds the answers of a case, with their conditions.
    pub fn of(case: &Case, variant: Variant, nonce: &str) -> Self {
        let mut script = Self::build(case.api, &case.exchanges, variant, nonce);
        if !case.conditions.is_empty() {
            let filled = |(place, condition): (&usize, &Condition)| (*place, filled(condition, Nonce(nonce)));
            script.conditions = case.conditions.iter().map(filled).collect();
            script.answers.push(build(codec::of(case.api), case.api, &unmet(), variant, nonce));
        }
        script
    }

    /// Returns the script with its first event stream cut after so many bytes of the body, and then ended like this.
    ///
    /// With `finish` the message is complete (the declared length is that of what is left); with any other end it is
    /// not. Pauses after the cut are left out.
    #[must_use]
    pub fn cut_after(&self, body_bytes: usize, end: End) -> Self {
        let mut script = self.clone();
        if let Some(stream) = script.answers.iter_mut().find(|answer| answer.is_event_stream) {
            stream.cut_after(body_bytes, end);
        }
        script
    }
}

impl Script {
    /// Makes the script in which these bytes follow so many bytes of the body of the first event stream, in a write of their
    /// own, and the message is then complete. Pauses after that place are left out.
    #[must_use]
    pub fn going_on_after(&self, body_bytes: usize, bytes: Vec<u8>) -> Self {
        let mut script = self.cut_after(body_bytes, End::Finish);
        if let Some(stream) = script.answers.iter_mut().find(|answer| answer.is_event_stream) {
            stream.body.push(Part::from(bytes));
            if let Some(head) = stream.head.as_mut() {
                head.declared_length = parts::length(&stream.body);
            }
        }
        script
    }
}

impl Answer {
    /// Returns the content that a client can have decoded from the first bytes of the body.
    pub fn decoded(&self, body: Vec<u8>) -> Vec<u8> {
        match self.coding() {
            None => body,
            Some(coding) => coding::decoded(coding, &body),
        }
    }

    fn cut_after(&mut self, length: usize, end: End) {
        self.body = parts::truncate(std::mem::take(&mut self.body), length);
        while matches!(self.body.last(), Some(Part::Pause(_))) {
            self.body.pop();
        }
        self.end = end;
        if let Some(head) = self.head.as_mut().filter(|_| end == End::Finish) {
            head.declared_length = parts::length(&self.body);
        }
    }
}

/// Builds the answer to one request. Without an `end` the message is finished.
fn build(codec: &dyn Codec, api: Api, steps: &[Step], variant: Variant, nonce: &str) -> Answer {
    let nonce = Nonce(nonce);
    let respond = steps.iter().find_map(|step| if let Step::Respond(respond) = step { Some(respond) } else { None });
    let respond = respond.cloned().unwrap_or_default();
    let end = steps.iter().find_map(|step| if let Step::End(end) = step { Some(*end) } else { None });
    let (framing, end) = head::framing(&respond, end.unwrap_or(End::Finish), variant);
    let is_json = is_plain_json(steps);
    let content_type = if is_json { JSON } else { codec.content_type() };
    let further = if is_json || respond.status != 200 { &[] } else { api.dialect().answer_headers };
    let location = respond.redirect.then(|| own_place(api));
    let mut head = Head {
        status: respond.status,
        version: respond.version,
        headers: head::headers(&respond, content_type, further, location.as_deref(), nonce),
        framing,
        declared_length: 0,
        trailers: respond.trailers.iter().map(|(name, value)| (name.clone(), nonce.text(value))).collect(),
    };
    let is_event_stream = head.status == 200 && head.header("content-type").is_some_and(|kind| codec.is_named_by(kind));

    let mut items = codec::body(codec, steps, nonce);
    if is_event_stream {
        items = codec::vary(codec, items, variant);
    }
    let mut body = parts::join(items);
    if let Some(encoding) = respond.encoding {
        body = coding::encode(encoding, body, end == End::Finish);
    }
    if let Some(length) = respond.cut_body_after {
        body = parts::truncate(body, length);
    }
    head.declared_length = parts::length(&body).saturating_add_signed(lie(&respond));
    let is_event_stream = is_event_stream && !respond.withheld;
    let head = (!respond.withheld).then_some(head);
    Answer { head, body: parts::split(body, variant, framing), end, is_event_stream, is_verbatim: false }
}

/// Returns a condition with the nonce filled in.
fn filled(condition: &Condition, nonce: Nonce<'_>) -> Condition {
    let Condition { method, path, body, at } = condition;
    Condition {
        method: method.clone(),
        path: path.as_ref().map(|path| path.map(|text| nonce.text(text))),
        body: body.iter().map(|(key, value)| (key.clone(), nonce.value(value))).collect(),
        at: at.iter().map(|(place, value)| (place.clone(), nonce.value(value))).collect(),
    }
}

/// Returns the steps of the answer to a request that meets no condition.
fn unmet() -> [Step; 2] {
    let body = json!({ "error": { "type": "server_error", "message": UNMET } });
    [Step::Respond(Respond { status: 500, ..Respond::default() }), Step::Json(body)]
}

/// Names the place that a dialect's requests go to, relative to itself (RFC 9110 section 10.2.2), so that the bytes are the
/// same wherever the server listens.
fn own_place(api: Api) -> String {
    let path = api.dialect().request_path();
    format!("./{}", path.rsplit('/').next().unwrap_or_default())
}

fn lie(respond: &Respond) -> isize {
    isize::try_from(respond.content_length_lie).unwrap_or_default()
}

/// Says whether the body holds JSON and nothing of an event stream.
fn is_plain_json(steps: &[Step]) -> bool {
    steps.iter().any(|step| matches!(step, Step::Json(_)))
        && !steps.iter().any(|step| matches!(step, Step::Event(_) | Step::Data(_) | Step::Comment(_)))
}
