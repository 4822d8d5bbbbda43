//! `streamspec serve` while it runs, and a client that speaks no more HTTP than the tests need.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, Command, Stdio};

use serde_json::Value;

use crate::lines::{Lines, SOON};
use crate::repository::Repository;

/// A program that serves cases.
pub(crate) struct Serving {
    child: Child,
    keys: ChildStdin,
    lines: Lines,
    /// The repository that it serves, whose files it reads again.
    pub(crate) repository: Repository,
    /// The root of its URLs.
    pub(crate) root: String,
}

/// A response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Serving {
    pub(crate) fn start(repository: Repository, further: &[&str]) -> Self {
        let arguments = [&["serve", "--port", "0"], further].concat();
        let mut command = repository.command(&arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let lines = Lines::of(&mut child);
        let keys = child.stdin.take().expect("it is piped");
        let mut serving = Self { child, keys, lines, repository, root: String::new() };
        let first = serving.says("serving ");
        first.split_once(" at ").expect("it names its root").1.trim_end_matches('/').clone_into(&mut serving.root);
        serving
    }

    /// Waits for a line with a text in it.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> String {
        self.lines.says(text)
    }

    pub(crate) fn presses_enter(&mut self) {
        self.keys.write_all(b"\n").expect("it reads");
    }

    /// Sends a request and returns the connection, on which the answer comes.
    pub(crate) fn begin(&self, method: &str, path: &str, body: &str) -> TcpStream {
        let address = self.root.strip_prefix("http://").expect("it is http");
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer secret\r\n");
        self.send(&format!("{head}content-length: {length}\r\nconnection: close\r\n\r\n{body}"))
    }

    /// Sends bytes as they are.
    pub(crate) fn send(&self, request: &str) -> TcpStream {
        let address = self.root.strip_prefix("http://").expect("it is http");
        let mut stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(SOON)).expect("a time");
        // A request that is too large is refused before it has come whole.
        let _ = stream.write_all(request.as_bytes());
        stream
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> Response {
        response(self.begin(method, path, body))
    }

    /// Asks the interface.
    pub(crate) fn api(&self, method: &str, path: &str, body: &Value) -> Response {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.ask(method, &format!("/api/v1{path}"), &body)
    }

    /// Returns the path of a base URL of this program.
    pub(crate) fn path<'a>(&self, base_url: &'a str) -> &'a str {
        base_url.strip_prefix(&self.root).expect("it lies below the root")
    }

    /// Ends it as a terminal or a system does, and returns its exit code.
    pub(crate) fn end(mut self, signal: &str) -> Option<i32> {
        Command::new("kill").args([signal, &self.child.id().to_string()]).status().expect("it is sent");
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Where a test fails, nothing is left behind.
        let _ = self.child.kill();
    }
}

/// Reads a response to its end.
pub(crate) fn response(mut stream: TcpStream) -> Response {
    let mut bytes = Vec::new();
    // A connection that is cut has brought what it has brought.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Response { status, head: head.to_owned(), body: body.to_owned() }
}
