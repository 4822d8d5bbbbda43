//! The frames of AWS's event stream, and the answers that Amazon Bedrock sends in them.

use serde_json::{Value, json};

use crate::codec::{Codec as _, EventStream, Frame, Header, Kind, Wrong};
use crate::contract::Api::{BedrockConverse, BedrockInvoke};
use crate::native::rig::Scenario;
use crate::native::rig::server::{End, Wire};
use crate::native::rig::wire::{json_answer, sse};
use crate::reference::Mutant;

const WHOLE: &str = "returned \"Hello, world.\" end_turn usage=8/4 | 1 sent";
const CUT: &str =
    "raised \"Hello\" iterate: IncompleteStream id=req_head (the stream ended before the answer did) | 1 sent";

/// Makes a 200 with these writes as its body.
fn frames(pieces: Vec<Vec<u8>>, end: End) -> Wire {
    let wire = sse("", end);
    let head = wire.head.replace("text/event-stream; charset=utf-8", "application/vnd.amazon.eventstream");
    Wire { head, pieces, ..wire }
}

fn event(name: &str, data: &Value) -> Vec<u8> {
    EventStream.event(Some(name), data)
}

fn text(text: &str) -> Vec<u8> {
    event("contentBlockDelta", &json!({ "contentBlockIndex": 0, "delta": { "text": text } }))
}

fn start() -> Vec<u8> {
    event("messageStart", &json!({ "role": "assistant" }))
}

/// Makes everything of an answer from the end of its block on.
fn stop(reason: &str) -> Vec<u8> {
    let ends = [
        event("contentBlockStop", &json!({ "contentBlockIndex": 0 })),
        event("messageStop", &json!({ "stopReason": reason })),
    ];
    [ends.concat(), metadata()].concat()
}

fn metadata() -> Vec<u8> {
    let usage = json!({ "inputTokens": 8, "outputTokens": 4, "totalTokens": 12 });
    event("metadata", &json!({ "usage": usage, "metrics": { "latencyMs": 1 } }))
}

fn exception(name: &str) -> Vec<u8> {
    EventStream.framed(Kind::Exception, name, &json!({ "message": "No." }), &Frame::default())
}

/// Makes the last event of an answer, whose frame differs.
fn last(frame: &Frame) -> Vec<u8> {
    EventStream.framed(Kind::Event, "messageStop", &json!({ "stopReason": "end_turn" }), frame)
}

fn with_header(name: &str, value: Option<Header>) -> Frame {
    Frame { headers: [(name.to_owned(), value)].into(), ..Frame::default() }
}

fn whole(between: &[u8]) -> Vec<u8> {
    [&start()[..], &text("Hello"), between, &text(", world."), &stop("end_turn")].concat()
}

fn converse(
    name: &'static str,
    pieces: Vec<Vec<u8>>,
    end: End,
    expected: &'static str,
    killed: &'static [Mutant],
) -> Scenario {
    Scenario::new(name, BedrockConverse, frames(pieces, end), expected, killed)
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let begun = || [start(), text("Hello")].concat();
    let differing = |frame: Frame| vec![[begun(), text(", world."), last(&frame), metadata()].concat()];
    let mut scenarios = vec![
        converse(
            "a whole answer in frames",
            vec![whole(b"")],
            End::Finish,
            WHOLE,
            &[Mutant::StopsAtMessageStop, Mutant::NeedsBlockStart, Mutant::LosesUsage],
        ),
        converse(
            "cuts inside frames",
            whole(b"").chunks(5).map(<[u8]>::to_vec).collect(),
            End::Finish,
            WHOLE,
            &[Mutant::ReadsAreFrames],
        ),
        converse(
            "an unknown event",
            vec![whole(&event("newEvent", &json!({})))],
            End::Finish,
            WHOLE,
            &[Mutant::UnknownEventFails],
        ),
        converse(
            "a frame of more than 64 KiB",
            vec![whole(&event("newEvent", &json!({ "x": "x".repeat(70_000) })))],
            End::Finish,
            WHOLE,
            &[Mutant::FrameCap],
        ),
        converse(
            "a header of another type",
            differing(with_header("x", Some(Header::Timestamp(1)))),
            End::Finish,
            WHOLE,
            &[Mutant::TextHeadersOnly],
        ),
        converse(
            "a frame without a content type",
            differing(with_header(":content-type", None)),
            End::Finish,
            WHOLE,
            &[Mutant::NeedsContentType],
        ),
        converse(
            "headers in another order",
            differing(Frame { first: vec![":message-type".to_owned()], ..Frame::default() }),
            End::Finish,
            WHOLE,
            &[Mutant::HeadersInOrder],
        ),
        converse(
            "a type of headers that there is not",
            differing(with_header("x", Some(Header::Unknown(200)))),
            End::Finish,
            "raised \"Hello, world.\" iterate: ProtocolError id=req_head (a header of a frame cannot be read) | 1 sent",
            &[Mutant::PassesUnknownHeaders],
        ),
    ];
    scenarios.extend(failing());
    scenarios.extend(others());
    scenarios
}

/// Returns streams that fail: by their checksums, by their ends, and by what they say.
fn failing() -> Vec<Scenario> {
    let begun = || [start(), text("Hello")].concat();
    let wrong = |wrong| last(&Frame { wrong: Some(wrong), ..Frame::default() });
    let failed = EventStream.framed(Kind::Error, "InternalFailure", &json!("It failed."), &Frame::default());
    vec![
        converse(
            "a wrong checksum of a prelude",
            vec![[begun(), wrong(Wrong::PreludeCrc)].concat()],
            End::Finish,
            "raised \"Hello\" iterate: ProtocolError id=req_head (the checksum of a frame's prelude is wrong) | 1 sent",
            &[Mutant::IgnoresPreludeCrc],
        ),
        converse(
            "a wrong checksum of a message",
            vec![[begun(), wrong(Wrong::MessageCrc)].concat()],
            End::Finish,
            "raised \"Hello\" iterate: ProtocolError id=req_head (the checksum of a frame is wrong) | 1 sent",
            &[Mutant::IgnoresMessageCrc],
        ),
        converse(
            "a frame without the last byte of its checksum",
            vec![[begun(), last(&Frame { to: Some(-1), ..Frame::default() })].concat()],
            End::Finish,
            CUT,
            &[Mutant::DispatchesCutFrame],
        ),
        converse("no messageStop", vec![begun()], End::Finish, CUT, &[Mutant::EofIsSuccess]),
        converse(
            "an exception after text",
            vec![[begun(), exception("throttlingException")].concat()],
            End::Finish,
            "raised \"Hello\" iterate: RateLimited 429 throttlingException id=req_head (No.) | 1 sent",
            &[Mutant::DropsExceptions, Mutant::ExceptionEndsAnswer, Mutant::LosesType],
        ),
        converse(
            "an exception that the documents do not name",
            vec![whole(&exception("newException"))],
            End::Finish,
            "raised \"Hello\" iterate: ApiError newException id=req_head (No.) | 1 sent",
            &[Mutant::DropsUnknownExceptions],
        ),
        converse(
            "an error that the model does not have",
            vec![whole(&failed)],
            End::Finish,
            "raised \"Hello\" iterate: ApiError InternalFailure id=req_head (It failed.) | 1 sent",
            &[Mutant::DropsUnmodelledErrors],
        ),
    ]
}

/// Returns tool calls, thoughts, responses without frames, and Anthropic's events in chunks.
fn others() -> Vec<Scenario> {
    let tool = |input: &str| {
        event("contentBlockDelta", &json!({ "contentBlockIndex": 0, "delta": { "toolUse": { "input": input } } }))
    };
    let use_of = json!({ "toolUse": { "toolUseId": "t", "name": "get_weather" } });
    let call =
        [start(), event("contentBlockStart", &json!({ "contentBlockIndex": 0, "start": use_of })), tool("{\"city\":")]
            .concat();
    let thought = event(
        "contentBlockDelta",
        &json!({ "contentBlockIndex": 0, "delta": { "reasoningContent": { "text": "Hm." } } }),
    );
    let inner = |data: Value| EventStream.event(None, &data);
    let message = json!({ "id": "m", "content": [], "stop_reason": null });
    let begun = [
        inner(json!({ "type": "message_start", "message": message })),
        inner(json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } })),
        inner(json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": "Hello" } })),
    ]
    .concat();
    let end = [
        inner(json!({ "type": "content_block_stop", "index": 0 })),
        inner(json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" } })),
        inner(json!({ "type": "message_stop" })),
    ]
    .concat();
    let overloaded = inner(json!({ "type": "error", "error": { "type": "overloaded_error", "message": "No." } }));
    let of_model = "raised \"Hello\" iterate: Overloaded 529 overloaded_error id=req_head (No.) | 1 sent";
    vec![
        Scenario::new(
            "a call in frames, cut",
            BedrockConverse,
            frames(vec![call.clone()], End::Finish),
            "raised \"\" get_weather(\"{\\\"city\\\":\")… iterate: IncompleteStream id=req_head (the stream ended before the \
             answer did) | 1 sent",
            &[Mutant::CutToolIsComplete],
        ),
        Scenario::new(
            "a thought and a call in frames",
            BedrockConverse,
            frames(vec![[call, tool("\"Paris\"}"), thought, stop("tool_use")].concat()], End::Finish),
            "returned \"\" tool_use get_weather({\"city\":\"Paris\"}) thinking=\"Hm.\" usage=8/4 | 1 sent",
            &[Mutant::DropsTools, Mutant::LosesThinking],
        ),
        Scenario::new(
            "an error before the frames",
            BedrockConverse,
            json_answer(424, "x-amzn-ErrorType: ModelErrorException:http://x\r\n", &json!({ "message": "No." })),
            "raised \"\" open: FailedDependency 424 ModelErrorException id=req_head (No.) | 1 sent",
            &[Mutant::IgnoresStatus],
        ),
        Scenario::new(
            "Anthropic's events in chunks",
            BedrockInvoke,
            frames(vec![[&begun[..], &end].concat()], End::Finish),
            "returned \"Hello\" end_turn | 1 sent",
            &[],
        ),
        Scenario::new(
            "Anthropic's error in a chunk",
            BedrockInvoke,
            frames(vec![[&begun[..], &overloaded].concat()], End::Finish),
            of_model,
            &[Mutant::IgnoresErrorEvent],
        ),
        Scenario::new(
            "an exception between chunks",
            BedrockInvoke,
            frames(vec![[&begun[..], &exception("modelTimeoutException"), &end].concat()], End::Finish),
            "raised \"Hello\" iterate: RequestTimeout 408 modelTimeoutException id=req_head (No.) | 1 sent",
            &[Mutant::DropsExceptions],
        ),
        Scenario::new(
            "a chunk that is no base64",
            BedrockInvoke,
            frames(vec![[&begun[..], &event("chunk", &json!({ "bytes": "?" }))].concat()], End::Finish),
            "raised \"Hello\" iterate: ProtocolError id=req_head (the bytes of a chunk are no base64) | 1 sent",
            &[],
        ),
    ]
}
