//! Amazon Bedrock's `InvokeModelWithResponseStream` of Anthropic's models: the events of Anthropic Messages, each in a frame.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html>,
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html>

use serde_json::Value;

use super::anthropic_messages;
use super::bedrock_converse::{self, HEADERS, MODEL};
use super::error::Errors;
use super::facts::{Dialect, Events};
use super::question::Ask;
use crate::answer::{PartialAnswer, Step, Trouble};
use crate::codec::EventStream;

pub(super) static DIALECT: Dialect = Dialect {
    name: "bedrock-invoke",
    folder: "bedrock-invoke",
    vendors: &[],
    model: MODEL,
    path: "/model/{model}/invoke-with-response-stream",
    headers: HEADERS,
    // The type of what is in the chunks.
    // <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html#API_runtime_InvokeModelWithResponseStream_ResponseSyntax>
    answer_headers: &[("x-amzn-bedrock-content-type", "application/json")],
    body,
    codec: &EventStream,
    events: Events {
        prefixes: &["message_", "content_block_", "chunk"],
        always_named: false,
        pings: &["ping"],
        ends: &["message_stop"],
        sentinel: None,
    },
    stop_reasons: anthropic_messages::STOP_REASONS,
    errors: Errors {
        events: &[
            "error",
            "internalServerException",
            "modelStreamErrorException",
            "modelTimeoutException",
            "serviceUnavailableException",
            "throttlingException",
            "validationException",
        ],
        // The error of a model is in an event, as Anthropic's documents have it.
        places: &["/error"],
        types: TYPES.as_slice(),
        ..bedrock_converse::ERRORS
    },
    read,
};

/// The types of the service's errors, and those of Anthropic's.
static TYPES: [(&str, u16); 29] = types();

const fn types() -> [(&'static str, u16); 29] {
    let mut types = [("", 0); 29];
    let (own, inner) = (bedrock_converse::ERRORS.types, anthropic_messages::TYPES);
    let mut place = 0;
    while place < types.len() {
        types[place] = if place < own.len() { own[place] } else { inner[place - own.len()] };
        place += 1;
    }
    types
}

/// Makes Anthropic's request, with the version in the place of the model, which the path names, and of what asks for a stream.
fn body(prompt: &str, ask: Ask) -> Value {
    let mut body = anthropic_messages::body(prompt, ask);
    if let Some(members) = body.as_object_mut() {
        members.remove("model");
        members.remove("stream");
        members.insert("anthropic_version".to_owned(), "bedrock-2023-05-31".into());
    }
    body
}

/// Takes one event into the answer.
fn read(kind: &str, payload: &Value, answer: &mut PartialAnswer) -> Result<Step, Trouble> {
    if kind == "chunk" {
        return match payload.get("bytes") {
            // `bytes` may be left out.
            None => Ok(Step::Part),
            Some(_) => Err(Trouble::Protocol("the bytes of a chunk are no base64")),
        };
    }
    anthropic_messages::read(kind, payload, answer)
}
