//! `import` and `record`: cases from recordings, and from a client and a server that speak through a proxy.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use serde_json::json;

use crate::lines::{Lines, SOON};
use crate::repository::{HEALTHY, Repository, check};
use crate::serving::Serving;

/// A whole answer of a server, with what nobody may see of its head.
const STREAM: &str = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\
    \"model\":\"${nonce}\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}\n\n\
    event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n\
    event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Costs ${x} and $${y}: 5\"}}  \n\n\
    event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n\
    event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":5}}\n\n\
    event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

const OUT: &str = "target/streamspec/imported";

fn curl(status: u16, kind: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nSet-Cookie: secret\r\nanthropic-organization-id: secret\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Returns the bytes of the body that a case sends.
fn sent(repository: &Repository, file: &str) -> String {
    let output = repository.command(&["show", file, "--raw"]).stderr(Stdio::inherit()).output().expect("it starts");
    assert!(output.status.success(), "{file}");
    let text = String::from_utf8(output.stdout).expect("text");
    let (_, mut chunks) = text.split_once("\r\n\r\n").expect("a head");
    let mut body = String::new();
    while let Some((size, rest)) = chunks.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).expect("the size of a chunk");
        body.push_str(&rest[..size]);
        chunks = &rest[size + 2..];
        if size == 0 {
            break;
        }
    }
    body
}

#[test]
fn a_recording_becomes_a_case_that_sends_its_bytes() {
    let repository = Repository::with_cases(&[HEALTHY]);
    let stream = STREAM.replace("${nonce}", "m");
    repository.write("r/Some Failure.http", &curl(200, "text/event-stream", &stream));
    let came = check(repository.call(&["import", "r"]), 0, "1 written, 0 refused, 0 skipped");
    let file = format!("{OUT}/anthropic/benign/some-failure.yaml");
    check(came, 0, &format!("written {file}"));
    assert_eq!(sent(&repository, &file), stream);
    let text = repository.read(&file);
    assert!(text.starts_with("# REVIEW: ") && text.contains("from Some Failure.http"), "{text}");
    assert!(!text.contains("secret"), "{text}");
    check(repository.call(&["check", &file]), 0, "1 file, 1 case: 0 errors");
    check(repository.call(&["run", "--sdk", "reference", "--case", &file]), 0, "wrote ");

    // Nothing is overwritten, and the same bytes make one case.
    fs::write(repository.root.join(&file), "mine").expect("it is written");
    repository.write("r/b.sse", &stream);
    let came = check(repository.call(&["import", "r"]), 5, "0 written, 0 refused, 2 skipped");
    let came = check(came, 5, "is there already, and is not overwritten");
    check(came, 5, "b.sse: the same bytes as `some-failure`");
    assert_eq!(repository.read(&file), "mine");
    // Nor where the suite has a case of this id.
    repository.write("r/text.sse", &(": other\n\n".to_owned() + &stream));
    check(repository.call(&["import", "r/text.sse", "--out", "elsewhere"]), 5, "is there already");
}

#[test]
fn what_a_file_cannot_say_is_sent_as_bytes() {
    let repository = Repository::with_cases(&[HEALTHY]);
    repository.write("a.sse", STREAM);
    check(repository.call(&["import", "a.sse", "--out", "out"]), 0, "1 written");
    let text = repository.read("out/anthropic/benign/a.yaml");
    assert_eq!(text.matches("hex: ").count(), 1, "{text}");
    assert_eq!(sent(&repository, "out/anthropic/benign/a.yaml"), STREAM);
}

#[test]
fn each_kind_of_answer_goes_to_its_group() {
    let repository = Repository::with_cases(&[HEALTHY]);
    let start = STREAM.split_inclusive("\n\n").take(2).collect::<String>();
    let error =
        json!({ "type": "error", "error": { "type": "overloaded_error", "message": "Overloaded" } }).to_string();
    repository.write("r/cut.http", &curl(200, "text/event-stream", &start).replace("Length: ", "Length: 9"));
    repository.write("r/clean-end.sse", &start);
    repository.write("r/error.sse", &format!("{start}event: error\ndata: {error}\n\n"));
    let entry = |status: u16, url: &str| {
        let headers = json!([{ "name": "Content-Type", "value": "application/json" }]);
        let response = json!({ "status": status, "headers": headers, "content": { "text": error } });
        json!({ "startedDateTime": "2026-11-29T10:00:00Z", "request": { "method": "POST", "url": url }, "response": response })
    };
    let entries = [
        entry(529, "https://api.example.com/v1/messages?key=secret"),
        entry(200, "https://api.example.com/v1/messages"),
        entry(500, "https://api.example.com/other"),
    ];
    repository.write("r/session.har", &json!({ "log": { "entries": entries } }).to_string());
    repository.write("r/notes.md", "# Notes\n");
    let came = check(repository.call(&["import", "r"]), 0, "4 written, 0 refused, 3 skipped");
    let came = check(came, 0, "skipped r/notes.md: it looks like no recording");
    let came = check(came, 0, "r/session.har, answer 2: no stream: its content type is application/json");
    check(came, 0, "r/session.har, answer 3: no known dialect");
    for (file, part) in [
        ("cut/cut", "end: eof"),
        ("cut/clean-end", "end: finish"),
        ("in-band/error", "error.type: overloaded_error"),
        ("http/session", "url: \"https://api.example.com/v1/messages\""),
    ] {
        let text = repository.read(&format!("{OUT}/anthropic/{file}.yaml"));
        assert!(text.contains(part) && !text.contains("secret"), "{text}");
    }
    let files = ["cut/cut", "cut/clean-end", "in-band/error", "http/session"];
    let files: Vec<String> = files.iter().map(|file| format!("{OUT}/anthropic/{file}.yaml")).collect();
    let arguments: Vec<&str> = std::iter::once("check").chain(files.iter().map(String::as_str)).collect();
    check(repository.call(&arguments), 0, "4 files, 4 cases: 0 errors");
}

#[test]
fn a_file_that_was_named_must_be_a_recording() {
    let repository = Repository::with_cases(&[HEALTHY]);
    repository.write("a.txt", "Nothing.\n");
    check(repository.call(&["import", "a.txt"]), 2, "a.txt: it looks like no recording; `--format` names its form");
    check(repository.call(&["import", "a.txt", "--format", "har"]), 2, "as `har`: it is no HTTP Archive");
    check(repository.call(&["import", "gone.txt"]), 2, "gone.txt: the file cannot be read");
    check(repository.call(&["import", "a.txt", "--api", "x"]), 2, "[possible values: anthropic-messages");
    check(repository.call(&["record", "--upstream", "ftp://x"]), 2, "neither http nor https");
    check(repository.call(&["record", "--upstream", "http://me:secret@x"]), 2, "cannot be the server's");
}

/// A proxy that runs.
struct Recording {
    child: Child,
    lines: Lines,
    address: String,
}

impl Recording {
    fn start(repository: &Repository, upstream: &str) -> Self {
        let arguments = ["record", "--port", "0", "--out", "recorded", "--upstream", upstream];
        let mut child = repository.command(&arguments).stdout(Stdio::piped()).spawn().expect("it starts");
        let lines = Lines::of(&mut child);
        let mut recording = Self { child, lines, address: String::new() };
        let line = recording.says("passing on ");
        let address = line.split_once("http://").expect("a URL").1;
        address.split('/').next().expect("an address").clone_into(&mut recording.address);
        recording
    }

    #[track_caller]
    fn says(&self, text: &str) -> String {
        self.lines.says(text)
    }

    /// Makes a request with a key and a question, and returns the answer.
    fn ask(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(SOON)).expect("a time");
        let head = format!("POST {path}?key=secret HTTP/1.1\r\nhost: x\r\nx-api-key: secret\r\nconnection: close\r\n");
        write!(stream, "{head}content-length: 10\r\n\r\n{{\"secret\"}}").expect("it reads");
        let mut got = String::new();
        let _ = stream.read_to_string(&mut got);
        got
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_a_server_answers_through_the_proxy_becomes_a_case() {
    let cut = "anthropic/cut/no-last-chunk";
    let serving = Serving::start(Repository::with_cases(&[HEALTHY, cut]), &[]);
    let repository = Repository::with_cases(&[HEALTHY]);
    let recording = Recording::start(&repository, &format!("{}/case", serving.root));
    let healthy = recording.ask(&format!("/{HEALTHY}/v1/messages"));
    assert!(healthy.starts_with("HTTP/1.1 200 OK\r\n") && healthy.ends_with("0\r\n\r\n"), "{healthy}");
    let line = recording.says("POST ");
    let file = "recorded/anthropic/benign/127-0-0-1.yaml";
    assert!(line.contains("200, ") && line.contains(&format!("written {file}")) && !line.contains("secret"), "{line}");
    let text = repository.read(file);
    assert!(!text.contains("secret"), "{text}");
    // The chunks are the same, as both servers send an event in one.
    let body = |answer: &str| answer.split_once("\r\n\r\n").expect("a head").1.to_owned();
    let again = repository.command(&["show", file, "--raw"]).output().expect("it starts").stdout;
    assert_eq!(body(&String::from_utf8_lossy(&again)), body(&healthy));

    recording.ask(&format!("/{cut}/v1/messages"));
    let line = recording.says("POST ");
    let file = "recorded/anthropic/cut/127-0-0-1-2.yaml";
    assert!(line.contains("ended by the server before it was whole") && line.contains(file), "{line}");
    assert!(repository.read(file).contains("end: eof"), "{line}");
    recording.ask("/nothing");
    let line = recording.says("POST ");
    assert!(line.contains("no case: no known dialect"), "{line}");
}
