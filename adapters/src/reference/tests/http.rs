//! Before the stream: statuses, headers, types of content, codings, retries.

use std::io::Write as _;

use serde_json::json;

use crate::contract::Api::{AnthropicMessages, GeminiGenerate, OpenaiChat};
use crate::native::rig::Scenario;
use crate::native::rig::server::{End, Wire};
use crate::native::rig::wire::{
    a_end, a_error, a_start, a_stop, a_text, c_end, c_text, g_text, json_answer, plain, sse,
};
use crate::reference::Mutant;

fn overloaded(headers: &str) -> Wire {
    json_answer(529, headers, &json!({ "type": "error", "error": { "type": "overloaded_error", "message": "no" } }))
}

fn whole() -> Wire {
    sse(&(a_start() + &a_text("Hello") + &a_stop("end_turn") + &a_end()), End::Finish)
}

/// Returns the Gemini answer that is sent in content codings.
fn content() -> String {
    g_text("Hello", None) + &g_text("!", Some("STOP"))
}

/// Makes a response in a content coding; `short` bytes of it are not sent.
fn coded(coding: &str, mut bytes: Vec<u8>, short: usize) -> Wire {
    bytes.truncate(bytes.len() - short);
    plain(200, &format!("Content-Type: text/event-stream\r\nContent-Encoding: {coding}\r\n"), bytes)
}

fn gzipped(short: usize) -> Wire {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content().as_bytes()).expect("in memory");
    coded("gzip", encoder.finish().expect("in memory"), short)
}

/// Encodes the answer in zlib's format.
fn deflated(short: usize) -> Wire {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content().as_bytes()).expect("in memory");
    coded("deflate", encoder.finish().expect("in memory"), short)
}

/// Encodes the answer in Brotli, as one block that holds its content as it is (RFC 7932 section 9.2).
fn in_brotli(short: usize) -> Wire {
    let content = content();
    let length = u32::try_from(content.len() - 1).expect("a short text");
    // A window of 64 KiB, not the last block, four digits of four bits for the length, and uncompressed.
    let head = (length << 4 | 1 << 20).to_le_bytes();
    coded("br", [&head[..3], content.as_bytes(), &[0b11]].concat(), short)
}

pub(super) fn scenarios() -> Vec<Scenario> {
    [statuses(), contents(), retries()].into_iter().flatten().collect()
}

fn statuses() -> Vec<Scenario> {
    let new = |name, wire, expected, killed| Scenario::new(name, AnthropicMessages, wire, expected, killed);
    vec![
        new(
            "a documented HTTP error",
            overloaded("Retry-After: 7\r\n"),
            "raised \"\" open: Overloaded 529 overloaded_error id=req_head after=7 (no) | 1 sent",
            &[Mutant::IgnoresStatus, Mutant::HttpErrorUntyped, Mutant::RetriesOnceTooOften],
        ),
        new(
            "an HTML page",
            plain(502, "Content-Type: text/html\r\n", "<html>Bad Gateway</html>"),
            "raised \"\" open: ServerError 502 (HTTP status 502: a page of markup) | 1 sent",
            &[],
        ),
        new(
            "no body",
            plain(401, "", ""),
            "raised \"\" open: Authentication 401 (HTTP status 401: an empty body) | 1 sent",
            &[],
        ),
        new(
            "a redirect that leads to itself",
            plain(307, "Location: /elsewhere\r\n", ""),
            "raised \"\" open: ApiError 307 (HTTP status 307: an empty body) | 6 sent",
            &[Mutant::NoContentIsEmpty],
        ),
        Scenario {
            wire: vec![plain(308, "Location: ./messages\r\n", ""), whole()],
            ..new("a redirect", whole(), "returned \"Hello\" end_turn | 2 sent", &[Mutant::RedirectBecomesGet])
        },
        new(
            "a redirect to another server",
            plain(307, "Location: http://127.0.0.2:9/v1/messages\r\n", ""),
            "raised \"\" open: ApiError 307 (HTTP status 307: an empty body) | 1 sent",
            &[],
        ),
        new(
            "a redirect that may change the method",
            plain(302, "Location: ./messages\r\n", ""),
            "raised \"\" open: ApiError 302 (HTTP status 302: an empty body) | 1 sent",
            &[],
        ),
        Scenario::new(
            "an error in an array",
            GeminiGenerate,
            json_answer(503, "", &json!([{ "error": { "code": 503, "message": "no", "status": "UNAVAILABLE" } }])),
            "raised \"\" open: ServiceUnavailable 503 UNAVAILABLE code=503 id=req_head (no) | 1 sent",
            &[],
        ),
    ]
}

fn contents() -> Vec<Scenario> {
    let new = Scenario::new;
    let body = c_text("Hello") + &c_end("stop");
    vec![
        new(
            "a JSON error at status 200",
            OpenaiChat,
            json_answer(200, "", &json!({ "error": { "message": "no", "type": "server_error", "code": null } })),
            "raised \"\" open: ServerError 500 server_error id=req_head (no) | 1 sent",
            &[Mutant::WrongContentIsEmpty, Mutant::JsonBodyUntyped],
        ),
        new(
            "HTML at status 200",
            OpenaiChat,
            plain(200, "Content-Type: text/html\r\n", "<html>Log in</html>"),
            "raised \"\" open: ProtocolError (expected text/event-stream, got text/html: a page of markup) | 1 sent",
            &[Mutant::WrongContentIsEmpty],
        ),
        new(
            "an event stream that calls itself text",
            OpenaiChat,
            plain(200, "Content-Type: text/plain\r\n", format!("\u{feff}\n{body}")),
            "returned \"Hello\" stop | 1 sent",
            &[],
        ),
        new("gzip", GeminiGenerate, gzipped(0), "returned \"Hello!\" STOP | 1 sent", &[Mutant::IgnoresGzip]),
        new(
            "gzip without its trailer",
            GeminiGenerate,
            gzipped(8),
            "raised \"Hello!\" STOP iterate: IncompleteStream (the encoded stream is cut: corrupt gzip stream does not have) | 1 sent",
            &[Mutant::AcceptsCutGzip],
        ),
        new(
            "an unknown coding",
            OpenaiChat,
            plain(200, "Content-Type: text/event-stream\r\nContent-Encoding: zstd\r\n", "x"),
            "raised \"\" open: ProtocolError (the body is encoded as `zstd`) | 1 sent",
            &[],
        ),
        new("deflate", GeminiGenerate, deflated(0), "returned \"Hello!\" STOP | 1 sent", &[Mutant::IgnoresGzip]),
        new(
            "deflate without its end",
            GeminiGenerate,
            deflated(4),
            "raised \"Hello!\" STOP iterate: IncompleteStream (the encoded stream is cut: unexpected end of file) | 1 sent",
            &[Mutant::AcceptsCutGzip],
        ),
        new("brotli", GeminiGenerate, in_brotli(0), "returned \"Hello!\" STOP | 1 sent", &[Mutant::IgnoresGzip]),
        new(
            "brotli without its end",
            GeminiGenerate,
            in_brotli(1),
            "raised \"Hello!\" STOP iterate: IncompleteStream (the encoded stream is cut: Invalid Data) | 1 sent",
            &[Mutant::AcceptsCutGzip],
        ),
    ]
}

fn retries() -> Vec<Scenario> {
    let new = |name, expected, killed| Scenario::new(name, AnthropicMessages, whole(), expected, killed).retries(2);
    let bad = json_answer(400, "", &json!({ "error": { "type": "invalid_request_error", "message": "no" } }));
    let quota = json_answer(429, "", &json!({ "error": { "type": "insufficient_quota", "message": "no" } }));
    let lost = Wire { head: String::new(), pieces: Vec::new(), chunked: false, end: End::Reset };
    let broken = || sse(&(a_start() + &a_text("Hello") + &a_error("overloaded_error", "no")), End::Finish);
    let mut second = vec![
        new("overloaded, then an answer", "returned \"Hello\" end_turn | 2 sent", &[Mutant::NeverRetries]),
        new("a lost connection, then an answer", "returned \"Hello\" end_turn | 2 sent", &[Mutant::NeverRetries]),
        new(
            "a bad request, then an answer",
            "raised \"\" open: BadRequest 400 invalid_request_error id=req_head (no) | 1 sent",
            &[Mutant::RetriesEverything],
        ),
        new(
            "an error after output, then an answer",
            "raised \"Hello\" iterate: Overloaded 529 overloaded_error id=req_head (no) | 1 sent",
            &[Mutant::RetriesAfterOutput],
        ),
        new(
            "the server forbids a retry",
            "raised \"\" open: Overloaded 529 overloaded_error id=req_head (no) | 1 sent",
            &[],
        ),
        new(
            "a delay that nobody waits for",
            "raised \"\" open: Overloaded 529 overloaded_error id=req_head after=600 (no) | 1 sent",
            &[Mutant::IgnoresRetryAfter, Mutant::CapsRetryAfter],
        ),
    ];
    let forbidden = overloaded("x-should-retry: false\r\n");
    let long = overloaded("Retry-After: 600\r\n");
    let firsts = [overloaded("retry-after-ms: 20\r\n"), lost, bad, broken(), forbidden, long];
    for (scenario, first) in second.iter_mut().zip(firsts) {
        scenario.wire.insert(0, first);
    }
    let spent = Scenario::new(
        "a used-up quota",
        OpenaiChat,
        quota,
        "raised \"\" open: RateLimited 429 insufficient_quota id=req_head (no) | 1 sent",
        &[],
    );
    second.push(spent.retries(2));
    let down = Scenario::new(
        "overloaded for good",
        AnthropicMessages,
        overloaded(""),
        "raised \"\" open: Overloaded 529 overloaded_error id=req_head (no) | 3 sent",
        &[Mutant::NeverRetries, Mutant::RetriesOnceTooOften],
    );
    second.push(down.retries(2));
    second
}
