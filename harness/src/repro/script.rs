//! Scripts as data: the bytes of each answer with its pauses and its end, for the player.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::case::{Condition, End, TextMatch};
use crate::id::Transport;
use crate::transport::{Op, Version, of};
use crate::wire::{Answer, Script};

/// A script, as `play.py` reads it.
#[derive(Debug, Serialize)]
pub(super) struct ScriptFile {
    /// The answers; one more than `last` says where there are conditions.
    answers: Vec<AnswerFile>,
    /// The place of the last answer, which is repeated.
    last: usize,
    /// True where it is played over TLS.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    tls: bool,
}

#[derive(Debug, Serialize)]
struct AnswerFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<Value>,
    steps: Vec<StepFile>,
    end: End,
    keep_alive: bool,
}

/// One step: a write as text where it is UTF-8, or else in base64, or a pause.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum StepFile {
    Text { text: String },
    Base64 { base64: String },
    Pause { pause_ms: u64 },
}

impl ScriptFile {
    /// Encodes a script as a transport sends it to a client of HTTP/1.1.
    pub(super) fn of(script: &Script, transport: Transport) -> Self {
        let answers = script.answers.iter().enumerate().map(|(place, answer)| {
            let when = script.conditions.get(&place).map(condition);
            AnswerFile { when, ..AnswerFile::of(answer, transport) }
        });
        Self { answers: answers.collect(), last: script.last(), tls: transport == Transport::Tls }
    }

    /// Writes it as JSON.
    pub(super) fn to_json(&self) -> Vec<u8> {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text.into_bytes()
    }
}

impl AnswerFile {
    fn of(answer: &Answer, transport: Transport) -> Self {
        let encoded = of(transport).encode(answer, Version::Http11);
        let steps = encoded.ops.iter().map(|op| match op {
            Op::Pause(pause) => StepFile::Pause { pause_ms: u64::try_from(pause.as_millis()).unwrap_or(u64::MAX) },
            Op::Write(write) => match std::str::from_utf8(&write.bytes) {
                Ok(text) => StepFile::Text { text: text.to_owned() },
                Err(_) => StepFile::Base64 { base64: STANDARD.encode(&write.bytes) },
            },
        });
        Self { when: None, steps: steps.collect(), end: encoded.end, keep_alive: encoded.keep_alive }
    }
}

/// Writes a condition without the parts that it does not ask for.
fn condition(condition: &Condition) -> Value {
    let Condition { method, path, body, at } = condition;
    let mut when = Map::new();
    when.extend(method.iter().map(|method| ("method".to_owned(), json!(method))));
    when.extend(path.iter().map(|path| ("path".to_owned(), text_match(path))));
    when.extend((!body.is_empty()).then(|| ("body".to_owned(), json!(body))));
    when.extend((!at.is_empty()).then(|| ("at".to_owned(), json!(at))));
    Value::Object(when)
}

fn text_match(wanted: &TextMatch) -> Value {
    match wanted {
        TextMatch::Equals(text) => json!({ "equals": text }),
        TextMatch::Contains(text) => json!({ "contains": text }),
        TextMatch::NotContains(text) => json!({ "not-contains": text }),
        TextMatch::StartsWith(text) => json!({ "starts-with": text }),
        TextMatch::PrefixOf(text) => json!({ "prefix-of": text }),
    }
}
