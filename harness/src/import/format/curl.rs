//! The output of `curl -i --raw`: the head of the answer, and its body as it came over the wire.

use super::{Answers, Format};
use crate::case::End;
use crate::import::recording::{Content, RecordedAnswer, day_of_field};
use crate::tap::{AnswerEnd, TappedAnswer};

/// The form of a whole HTTP answer.
#[derive(Debug)]
pub(super) struct Curl;

impl Format for Curl {
    fn name(&self) -> &'static str {
        "curl"
    }

    fn about(&self) -> &'static str {
        "what `curl -i --raw` writes: the head of one answer and its body"
    }

    fn is_form_of(&self, bytes: &[u8]) -> bool {
        ["HTTP/1.", "HTTP/2 ", "HTTP/3 "].iter().any(|version| bytes.starts_with(version.as_bytes()))
    }

    fn read(&self, bytes: &[u8]) -> Result<Answers, String> {
        let message = if bytes.starts_with(b"HTTP/1.") { bytes.to_vec() } else { as_http1(bytes)? };
        Ok(vec![answer(&message)])
    }
}

/// Reads an answer of HTTP/1.
fn answer(message: &[u8]) -> Result<RecordedAnswer, String> {
    let tapped = TappedAnswer::of(message, AnswerEnd::Fin);
    let Some(status) = tapped.status else {
        return Err("the head of the answer is not whole, or is no HTTP".to_owned());
    };
    if tapped.is_cut() {
        return Err("the answer has more than 4 MiB".to_owned());
    }
    let end = if tapped.end == AnswerEnd::Whole { End::Finish } else { End::Eof };
    let (mut content, mut end) = (tapped.content, end);
    let body = body_of(message);
    // Without `--raw` curl takes the chunks apart, and leaves the field that names them.
    let was_taken_apart = is_chunked(&tapped.headers) && content.is_empty() && !begins_a_chunk(body);
    if was_taken_apart {
        (content, end) = (body.to_vec(), End::Finish);
    }
    let mut answer =
        RecordedAnswer { status, headers: tapped.headers, end, ..RecordedAnswer::of(Content::Body(content)) };
    answer.date = answer.header("date").and_then(day_of_field);
    Ok(answer)
}

/// Writes the head of an answer of HTTP/2 or 3 as HTTP/1.1 has it. Such an answer has no framing of its own here, so its end is
/// the end of the file.
fn as_http1(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let end = bytes.iter().position(|byte| *byte == b'\n').ok_or("the head of the answer is not whole")?;
    let line = String::from_utf8_lossy(&bytes[..end]);
    let status = line.split_whitespace().nth(1).ok_or("the first line has no status")?;
    let head = format!("HTTP/1.1 {status} \r\n");
    let rest = &bytes[end + 1..];
    // Only the end of the connection may end it, whatever a field says of its length.
    let body = rest.len() - body_of(rest).len();
    let fields = String::from_utf8_lossy(&rest[..body]);
    let fields: String = fields.split_inclusive('\n').filter(|field| !is_framing(field)).collect();
    Ok([head.as_bytes(), fields.as_bytes(), &rest[body..]].concat())
}

fn is_framing(field: &str) -> bool {
    let name = field.split(':').next().unwrap_or_default().to_ascii_lowercase();
    ["content-length", "transfer-encoding"].contains(&name.as_str())
}

fn is_chunked(headers: &[(String, String)]) -> bool {
    headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("transfer-encoding") && value.to_ascii_lowercase().contains("chunked")
    })
}

/// Returns what follows the first empty line.
fn body_of(message: &[u8]) -> &[u8] {
    let after = |end: &[u8]| message.windows(end.len()).position(|part| part == end).map(|at| at + end.len());
    let start = [after(b"\r\n\r\n"), after(b"\n\n")].into_iter().flatten().min();
    start.map_or(&[], |start| &message[start..])
}

/// Says whether a line with the size of a chunk is the first.
fn begins_a_chunk(body: &[u8]) -> bool {
    let line = body.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
    !line.is_empty() && line.iter().take_while(|byte| **byte != b';').all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> RecordedAnswer {
        Curl.read(text.as_bytes()).expect("it is of this form").remove(0).expect("an answer")
    }

    #[test]
    fn a_body_is_taken_out_of_its_framing() {
        let head = "HTTP/1.1 200 OK\r\nDate: Sun, 29 Nov 2026 08:49:37 GMT\r\nContent-Type: text/event-stream\r\n";
        for (rest, content, end) in [
            ("Transfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n", "Hello", End::Finish),
            ("Transfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n", "Hello", End::Eof),
            ("Transfer-Encoding: chunked\r\n\r\n8\r\nHello", "Hello", End::Eof),
            ("Transfer-Encoding: chunked\r\n\r\ndata: a\n\n", "data: a\n\n", End::Finish),
            ("Content-Length: 5\r\n\r\nHello", "Hello", End::Finish),
            ("Content-Length: 9\r\n\r\nHello", "Hello", End::Eof),
            ("\r\nHello", "Hello", End::Finish),
        ] {
            let answer = read(&format!("{head}{rest}"));
            assert_eq!((answer.content, answer.end), (Content::Body(content.into()), end), "{rest}");
            assert_eq!((answer.status, answer.date.as_deref()), (200, Some("2026-11-29")));
        }
        let answer = read("HTTP/2 529 \r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{}");
        assert_eq!((answer.status, answer.content, answer.end), (529, Content::Body(b"{}".to_vec()), End::Finish));
        let mut broken = Curl.read(b"HTTP/1.1 garbage\r\n\r\n").expect("it is of this form");
        assert!(broken.remove(0).is_err());
    }
}
