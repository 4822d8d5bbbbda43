//! The vectors of `adapters/golden.json`, which every kit must read alike: here each native SDK is handed the items over a socket, as
//! its own types and decoders have them, and its adapter reads what it makes of them.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::contract::Api::{
    AnthropicMessages as A, GeminiGenerate as G, OllamaChat as O, OpenaiChat as C, OpenaiResponses as R,
};
use crate::contract::{Api, CallOutcome, Ended, Site, ToolCall};
use crate::manifest::Delivers;
use crate::native::rig::Scenario;
use crate::native::rig::server::End;
use crate::native::rig::wire::{data, event, lines as lines_of, sse};
use crate::native::{SDKS, manifest, missing_feature, observer, reading};

#[derive(Deserialize)]
struct Golden {
    fields: Vec<GoldenField>,
    bodies: Vec<Body>,
    items: Vec<Items>,
}

#[derive(Deserialize)]
struct GoldenField {
    #[serde(rename = "field")]
    name: String,
    raw: Value,
    reads: Value,
}

#[derive(Deserialize)]
struct Body {
    name: String,
    api: Api,
    #[serde(rename = "body")]
    text: String,
    reads: Value,
}

#[derive(Clone, Deserialize)]
struct Items {
    name: String,
    api: Api,
    #[serde(default)]
    events: Vec<Value>,
    #[serde(rename = "final")]
    whole: Option<Value>,
    sees: Sees,
}

#[derive(Clone, Deserialize)]
struct Sees {
    text: String,
    tool_calls: Vec<Value>,
    stop_reason: Option<String>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../golden.json")).expect("the vectors have this shape")
}

#[test]
fn values_are_read_by_one_rule() {
    let (mut read, mut typed) = (0, 0);
    for GoldenField { name: field, raw, reads } in golden().fields {
        let found = match field.as_str() {
            "status" => json!(reading::status(&raw)),
            "type" | "code" | "request_id" => json!(reading::word(&raw)),
            "retry_after" => json!(raw.as_str().and_then(reading::retry_after)),
            // Every SDK here has a `bool` for it, or nothing.
            "retryable" => {
                typed += 1;
                continue;
            }
            other => panic!("no field `{other}`"),
        };
        let is_same = if reads.is_number() { found.as_f64() == reads.as_f64() } else { found == reads };
        assert!(is_same, "{field} {raw}: {found}");
        read += 1;
    }
    assert!(read > 30 && typed == 5, "{read} and {typed}");
}

#[test]
fn a_date_that_is_to_come_is_as_many_seconds_away() {
    let at = chrono::Utc::now() + chrono::TimeDelta::seconds(90);
    for format in ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"] {
        let date = at.format(format).to_string();
        let seconds = reading::retry_after(&date).expect(&date);
        assert!((85.0..=90.0).contains(&seconds), "{date}: {seconds}");
    }
}

#[test]
fn an_event_is_called_no_error_type() {
    let failed = json!({ "type": "response.failed", "response": { "error": { "code": "server_error" } } });
    for (body, code) in [(failed, Some("server_error")), (json!({ "type": "response.created", "response": {} }), None)]
    {
        let mut error = observer::error(Site::Iterate, &["Error"], "");
        reading::read_parsed_body(&mut error, Api::OpenaiResponses, &body);
        assert!(error.kind.value().is_none(), "{body}");
        assert_eq!(error.code.value().map(|code| code.value.as_str()), code, "{body}");
    }
}

#[test]
fn bodies_are_read_by_one_rule() {
    for Body { name, api, text, reads } in golden().bodies {
        let mut error = observer::error(Site::Iterate, &["Error"], "");
        reading::read_body(&mut error, api, &text);
        let words = [("type", &error.kind), ("code", &error.code), ("request_id", &error.request_id)];
        let words = words.into_iter().filter_map(|(field, told)| Some((field, json!(told.value()?.value))));
        let status = error.status.value().map(|status| ("status", json!(status.value)));
        let found: serde_json::Map<_, _> =
            words.chain(status).map(|(field, value)| (field.to_owned(), value)).collect();
        assert_eq!(Value::Object(found), reads, "{name}");
    }
}

/// The parts of a vector that the callers of an SDK, or of one of its surfaces, do not see as it says, with the reason.
const LEFT_OUT: [(&str, Api, &str, &str); 29] = [
    ("genai/final", A, "a call whose block is not ended", "it hands over nothing of an answer without an end"),
    ("genai/final", C, "a call without an end", "it hands over nothing of an answer without an end"),
    ("anthropic-ai-sdk", A, "a call that the context window cuts", "its types do not have this stop reason"),
    ("anthropic-ai-sdk", A, "a tool of the server", "its types do not have this block"),
    ("async-anthropic", A, "a tool of the server", "its types do not have this block"),
    ("async-openai/create-stream", C, "content in parts", "beyond the schema, and so beyond its types"),
    (
        "async-openai/create-stream",
        R,
        "a finished response without its output",
        "beyond the schema, and so beyond its types",
    ),
    ("claude-api", A, "a call that the context window cuts", "the stop reason is `other` in its types"),
    ("claude-api/final", A, "a call whose block is not ended", "it returns what was cut like a finished message"),
    (
        "claude-api/final",
        A,
        "a call that the token limit cuts, in an open block",
        "it leaves out the input of an open block",
    ),
    ("claude-api/final", A, "content and stop reason in message_start", "it makes nothing of that content"),
    ("genai", A, "a call whose input is in the start of its block", "it reads pieces only"),
    ("genai", A, "content and stop reason in message_start", "it makes nothing of that content"),
    ("genai", A, "a tool of the server", "it takes the input for a text, and fails"),
    ("genai", C, "a second choice, which was not asked for", "it takes the first of the list, whatever its index"),
    ("genai", R, "a finished response without its output", "beyond the schema, and it skips what it cannot parse"),
    ("genai", G, "a call without an end", "its last event comes without a finish reason, too"),
    ("genai", G, "a prompt that was blocked", "it is an error without the reason"),
    ("genai/final", R, "a call without an end", "it hands over no call then"),
    ("genai/final", A, "a call, and a text that the token limit cuts", "the answer has its calls behind its text"),
    (
        "genai/final",
        R,
        "a call that completed in a response that is incomplete",
        "the answer has its calls behind its text",
    ),
    ("genai/final", R, "an incomplete response with a call that completed", "it does not tell the status of an item"),
    ("genai/final", R, "a call that stays in progress in a stream that ends there", "it hands over no call then"),
    ("genai/final", R, "a finished response with a call of the provider", "it takes text from pieces only"),
    ("ollama-rs", O, "a call that a limit follows, which comes whole", "it does not tell why the answer is done"),
    ("ollama-rs", O, "an end without a reason", "every end reads like that of an answer without a reason"),
    ("rig", A, "content and stop reason in message_start", "it makes nothing of that content"),
    ("rig", G, "a prompt that was blocked", "it is an error"),
    ("rig/stream", G, "a call without an end", "it ends a part that came whole before the answer ends"),
];

#[tokio::test(flavor = "multi_thread")]
async fn items_are_read_by_one_rule() {
    let items = golden().items;
    let mut runs = Vec::new();
    for (id, _) in SDKS.iter().filter(|(id, _)| missing_feature(id).is_none()) {
        for (surface, about) in manifest(id).expect(id).surfaces {
            let surface: &'static str = String::leak(surface);
            let is_final = about.delivers == Delivers::Final;
            let spoken =
                items.iter().filter(|items| about.apis.contains(&items.api) && (is_final || items.whole.is_none()));
            runs.extend(spoken.filter_map(|items| Some((*id, surface, items, scenario(surface, items)?))));
        }
    }
    let seen = join_all(runs.iter().map(|(id, _, _, scenario)| scenario.answer(id))).await;
    let (mut differ, mut left_out) = (BTreeSet::new(), BTreeSet::new());
    for ((id, surface, items, _), answer) in runs.iter().zip(seen) {
        let run = format!("{id}/{surface} {} {}", items.api, items.name);
        if let Err(how) = compare(id, surface, &items.sees, &answer) {
            eprintln!("{run}: {how}");
            differ.insert(run.clone());
        }
        let is_of = |whose: &str| whose == *id || whose == format!("{id}/{surface}");
        if LEFT_OUT.iter().any(|(whose, api, name, _)| is_of(whose) && *api == items.api && *name == items.name) {
            left_out.insert(run);
        }
    }
    assert_eq!(differ, left_out);
}

/// Makes the stream of a vector. A finished response is what the last event of a stream holds, too; no surface here is
/// handed any other finished answer.
fn scenario(surface: &'static str, items: &Items) -> Option<Scenario> {
    let mut body = match (items.api, &items.whole) {
        (Api::OpenaiResponses, Some(whole)) => {
            let kind = format!("response.{}", whole["status"].as_str().expect("a status"));
            event(&json!({ "type": kind, "sequence_number": 0, "response": whole }))
        }
        // Frames are no text; `reference/tests` has them.
        (_, Some(_)) | (Api::BedrockConverse, None) => return None,
        (Api::OllamaChat, None) => {
            let lines: String = items.events.iter().flat_map(|event| [event.to_string(), "\n".to_owned()]).collect();
            return Some(
                Scenario::new("", items.api, lines_of(&lines, End::Finish), "", &[]).surface(surface).untimed(),
            );
        }
        (api, None) if api.dialect().events.prefixes.is_empty() => items.events.iter().map(data).collect::<String>(),
        (_, None) => items.events.iter().map(event).collect(),
    };
    if let Some(sentinel) = items.api.dialect().events.sentinel.filter(|_| items.sees.stop_reason.is_some()) {
        body.extend(["data: ", sentinel, "\n\n"]);
    }
    Some(Scenario::new("", items.api, sse(&body, End::Finish), "", &[]).surface(surface).untimed())
}

/// Says whether the caller has seen this; what the surface does not show says nothing, if the answer has no end. A handler hands
/// out no call that was cut.
fn compare(id: &str, surface: &str, sees: &Sees, answer: &CallOutcome) -> Result<(), String> {
    let CallOutcome::Observed(observation) = answer else { return Err(format!("{answer:?}")) };
    let calls = sees.tool_calls.iter().filter(|call| surface != "handler" || call["complete"] == true);
    let calls: Vec<_> = calls.cloned().collect();
    let text = observation.text.as_ref().is_none_or(|text| *text == sees.text);
    let tools = observation.tool_calls.as_ref().is_none_or(|tools| tools.iter().map(plain).eq(calls));
    let wanted = sees.stop_reason.as_deref().map(|reason| in_words_of(id, reason, !sees.tool_calls.is_empty()));
    let reason = observation.stop_reason.is_absent() || observation.stop_reason.value().map(String::as_str) == wanted;
    let ended = wanted.is_none() || observation.ended == Ended::Returned;
    if text && tools && reason && ended { Ok(()) } else { Err(format!("{observation:?}")) }
}

/// Returns a call as the vectors have it: arguments that are JSON text are compared as JSON.
fn plain(call: &ToolCall) -> Value {
    let raw = call.arguments.as_str().and_then(|text| serde_json::from_str(text).ok());
    json!({ "name": call.name, "arguments": raw.unwrap_or_else(|| call.arguments.clone()), "complete": call.complete })
}

/// Returns the word for a reason of an SDK for many providers, which has its own.
fn in_words_of<'a>(id: &str, reason: &'a str, calls: bool) -> &'a str {
    match (id, reason) {
        ("rig", "SAFETY") => "content_filter",
        ("rig", "max_tokens" | "model_context_window_exceeded" | "max_output_tokens" | "MAX_TOKENS") => "length",
        ("rig", "tool_use") => "tool_calls",
        ("rig", "end_turn" | "stop" | "completed" | "STOP") => {
            if calls {
                "tool_calls"
            } else {
                "stop"
            }
        }
        ("genai", "max_output_tokens") => "incomplete",
        _ => reason,
    }
}

#[cfg(feature = "claude-api")]
#[test]
fn finished_messages_are_read_by_one_rule() {
    let whole = golden().items.into_iter().filter(|items| items.api == Api::AnthropicMessages);
    let mut read = 0;
    for (items, message) in whole.filter_map(|items| Some((items.clone(), items.whole?))) {
        let message = serde_json::from_value(message).expect("a message of claude-api's");
        let mut seen = observer::Observer::new(items.api);
        crate::native::claude_api::finished(&mut seen, message);
        let seen = seen.returned();
        compare("claude-api", "final", &items.sees, &CallOutcome::Observed(Box::new(seen))).expect(&items.name);
        read += 1;
    }
    assert_eq!(read, 3);
}
